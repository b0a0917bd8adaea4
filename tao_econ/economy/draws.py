"""Standard normals for random paths, by a recipe: drawn block by block, never all in memory.

float64 is NumPy's PCG64 and ziggurat, exact in the tails and the default of every published number;
it comes in one order, path after path. float32 is for speed: Threefry-2x32 with twenty rounds gives
two words of 32 bits for each (seed, path, pair of steps), and Box and Muller's formula makes two
normals of them. As nothing depends on what was drawn before, neither blocks, threads nor the number
of paths change a normal. Its tails end at 6.8 σ, and beyond 5 σ it has 16,000 sizes.

**Ref:** Salmon, Moraes, Dror and Shaw, SC 2011 (Threefry); Box and Muller, Ann. Math. Stat. 29,
1958.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..chain._jit import float_kernel as kernel
from ..inputs.checks import flag, float_matrix, whole
from ..inputs.door import typed
from ..inputs.record import unknown

MAX_VALUES = 1 << 28  # normals in one call: 2 GiB
BLOCK_OF_PATHS = 64  # worked on together, so that they stay in the cache
DTYPES = ("float64", "float32")
PARITY = np.uint32(0x1BD11BDA)  # of Threefry
EIGHTH = np.uint32(1 << 29)  # of a turn
ZERO, HALF, ONE, MINUS_2 = map(np.float32, (0.0, 0.5, 1.0, -2.0))
WORD = np.float32(2.0**-32)
ANGLE = np.float32(np.pi * 2.0**-31)
ROOT_HALF = np.int32(0x3F3504F3)  # the bits of sqrt(1/2)
LN_2 = np.float32(np.log(2.0))
LOG = tuple(
    map(
        np.float32,
        (
            7.0376836292e-2,
            -1.1514610310e-1,
            1.1676998740e-1,
            -1.2420140846e-1,
            1.4249322787e-1,
            -1.6668057665e-1,
            2.0000714765e-1,
            -2.4999993993e-1,
            3.3333331174e-1,
        ),
    )
)
SINE = tuple(map(np.float32, (-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)))
COSINE = tuple(map(np.float32, (2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)))


class Draws(NamedTuple):
    """A recipe for normals, drawn block by block and so never all in memory."""

    paths: int
    steps: int
    seed: int
    # paths 2i and 2i + 1 mirror each other: half the draws, and an exact mean of zero
    antithetic: bool = False
    # float64: exact tails; float32: quicker, every path of its own, tails end at 6.8 σ
    dtype: str = "float64"

    def verified(self) -> Draws:
        """The same recipe, every field checked."""
        if self.dtype not in DTYPES:
            raise ValueError(unknown("dtype", self.dtype, DTYPES))
        return Draws(
            paths=whole("paths", self.paths, at_least=1),
            steps=whole("steps", self.steps, at_least=1),
            seed=whole("seed", self.seed),
            antithetic=flag("antithetic", self.antithetic),
            dtype=self.dtype,
        )


@typed
def normal_draws(draws: Draws) -> np.ndarray:
    """The (paths, steps) standard normals of a recipe, as float64 whatever they were drawn in.

    Raises
    ------
    ValueError
        for an odd number of antithetic paths or more than `MAX_VALUES` normals
    """
    _, shape = _sized(draws)
    out = np.empty(shape)
    for some, chunk in _blocks(draws, shape):
        out[some] = chunk
    return out


def _sized(normals) -> tuple[np.ndarray | Draws, tuple[int, int]]:
    """Normals or their recipe, checked, and their (paths, steps)."""
    if not isinstance(normals, Draws):
        normals = float_matrix("normals", normals, "paths, steps")
        return normals, normals.shape
    paths = normals.paths
    steps = normals.steps
    if paths * steps > MAX_VALUES:
        raise ValueError(
            f"paths must be at most {MAX_VALUES // steps:,} with {steps} steps, got {paths:,}"
        )
    if normals.antithetic and paths % 2:
        raise ValueError(f"paths must be even where they are antithetic, got {paths}")
    return normals, (paths, steps)


def _blocks(normals, shape) -> Iterator[tuple[slice, np.ndarray]]:
    """The normals of a block of paths at a time, drawn into one buffer where they are a recipe."""
    paths, steps = shape
    drawn = isinstance(normals, Draws)
    if drawn:
        random = np.random.default_rng(normals.seed)
        key = np.random.SeedSequence(normals.seed).generate_state(2)
        buffer = np.empty((BLOCK_OF_PATHS, steps))
    for first in range(0, paths, BLOCK_OF_PATHS):
        some = slice(first, first + BLOCK_OF_PATHS)
        if not drawn:
            yield some, normals[some]
            continue
        chunk = buffer[: min(BLOCK_OF_PATHS, paths - first)]
        every = 2 if normals.antithetic else 1
        if normals.dtype == "float32":
            _fill_float32(key, first // every, every, chunk)
        else:
            _fill(random, every, chunk)
        if normals.antithetic:
            np.negative(chunk[::2], out=chunk[1::2])
        yield some, chunk


@kernel
def _fill(rng, every, out):
    """Standard normals of every path, or of every second; numba's copy of NumPy's ziggurat gives
    NumPy's numbers in half the time.
    """
    for p in range(0, out.shape[0], every):
        for t in range(out.shape[1]):
            out[p, t] = rng.standard_normal()


@kernel
def _fill_float32(key, first, every, out):
    """The same from the generator that counts, the first path being `first`: a pair of words gives
    the normals of a step and of the step half a path later.
    """
    steps = out.shape[1]
    half = (steps + 1) // 2
    both = np.empty((2, half), np.float32)
    words = np.empty((2, half), np.uint32)
    for p in range(0, out.shape[0], every):
        _threefry(key, first + p // every, words)
        _box_muller(words, both)
        for j in range(half):
            out[p, j] = both[0, j]
        for j in range(steps - half):
            out[p, half + j] = both[1, j]


@kernel
def _threefry(key, path, words):
    """Threefry-2x32 of the counters (pair of steps, path)."""
    key_0 = key[0]
    key_1 = key[1]
    key_2 = np.uint32(key_0 ^ key_1 ^ PARITY)
    y_0 = np.uint32(np.uint32(path) + key_1)
    for j in range(words.shape[1]):
        x = np.uint32(np.uint32(j) + key_0)
        x, y = _injected(_rounds(x, y_0, 13, 15, 26, 6), key_1, key_2, 1)
        x, y = _injected(_rounds(x, y, 17, 29, 16, 24), key_2, key_0, 2)
        x, y = _injected(_rounds(x, y, 13, 15, 26, 6), key_0, key_1, 3)
        x, y = _injected(_rounds(x, y, 17, 29, 16, 24), key_1, key_2, 4)
        x, y = _injected(_rounds(x, y, 13, 15, 26, 6), key_2, key_0, 5)
        words[0, j] = x
        words[1, j] = y


@kernel
def _rounds(x, y, a, b, c, d):
    """Four rounds with their rotations."""
    x, y = _turned(x, y, a)
    x, y = _turned(x, y, b)
    x, y = _turned(x, y, c)
    return _turned(x, y, d)


@kernel
def _turned(x, y, left):
    x = np.uint32(x + y)
    turned = np.uint32(y << np.uint32(left)) | np.uint32(y >> np.uint32(32 - left))
    return x, np.uint32(turned ^ x)


@kernel
def _injected(words, more_x, more_y, turn):
    x, y = words
    return np.uint32(x + more_x), np.uint32(y + np.uint32(more_y + np.uint32(turn)))


@kernel
def _box_muller(words, out):
    """sqrt(−2 ln u) times the cosine and the sine of a full turn's share, by the polynomials of
    the Cephes library: they run on vectors, and give the same bits on every machine.
    """
    for j in range(words.shape[1]):
        chance = (np.float32(words[0, j]) + HALF) * WORD  # above 0, at most 1
        bits = np.float32(chance).view(np.int32)
        power = np.int32(np.int32(bits - ROOT_HALF) >> np.int32(23))
        x = np.int32(bits - np.int32(power << np.int32(23))).view(np.float32) - ONE
        z = x * x
        log = x + (_polynomial(x, LOG) * x * z - HALF * z) + np.float32(power) * LN_2
        radius = np.sqrt(MINUS_2 * min(log, ZERO))
        turn = words[1, j]
        quarter = np.uint32(np.uint32(turn + EIGHTH) >> np.uint32(30))
        x = np.float32(np.int32(np.uint32(turn - np.uint32(quarter << np.uint32(30))))) * ANGLE
        z = x * x
        sine = x + x * z * _polynomial(z, SINE)
        cosine = ONE - HALF * z + z * z * _polynomial(z, COSINE)
        odd = quarter & np.uint32(1)
        one = sine if odd else cosine
        other = cosine if odd else sine
        out[0, j] = radius * (-one if np.uint32(quarter + np.uint32(1)) & np.uint32(2) else one)
        out[1, j] = radius * (-other if quarter & np.uint32(2) else other)


@kernel
def _polynomial(x, coefficients):
    total = ZERO
    for each in coefficients:
        total = total * x + each
    return total
