"""Normals of a recipe: the counting generator against its published vectors and a plain twin, its
normals against the law, and the same numbers whoever draws them in whatever pieces.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

import tao_econ as te
from tao_econ.economy import Draws, draws, normal_draws

FAST = Draws(10_000, 520, seed=0, dtype="float32")
VECTORS = [  # Random123, tests/kat_vectors: threefry2x32, 20 rounds: counter, key, words
    ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
    ((0xFFFFFFFF, 0xFFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF), (0x1CB996FC, 0xBB002BE7)),
    ((0x243F6A88, 0x85A308D3), (0x13198A2E, 0x03707344), (0xC4923A9C, 0x483DF7A0)),
]


def threefry(counter, key):
    """The definition, in Python's whole numbers."""
    words = [counter[0] + key[0], counter[1] + key[1]]
    keys = (*key, key[0] ^ key[1] ^ 0x1BD11BDA)
    x, y = (word % 2**32 for word in words)
    for turn in range(20):
        left = (13, 15, 26, 6, 17, 29, 16, 24)[turn % 8]
        x = (x + y) % 2**32
        y = ((y << left | y >> 32 - left) % 2**32) ^ x
        if turn % 4 == 3:
            injected = turn // 4 + 1
            x = (x + keys[injected % 3]) % 2**32
            y = (y + keys[(injected + 1) % 3] + injected) % 2**32
    return x, y


@pytest.mark.parametrize("counter, key, words", VECTORS)
def test_the_twin_gives_the_published_vectors(counter, key, words):
    assert threefry(counter, key) == words


@pytest.mark.parametrize("key", [(0, 0), (0xFFFFFFFF, 7), (0x13198A2E, 0x03707344)])
def test_the_kernel_gives_the_words_of_its_twin(key):
    found = np.empty((2, 9), np.uint32)
    for path in (0, 1, 2**31, 2**32 - 1):
        draws._threefry(np.array(key, np.uint32), path, found)
        assert [tuple(pair) for pair in found.T.tolist()] == [
            threefry((j, path), key) for j in range(9)
        ]


def test_words_become_normals_as_box_and_muller_say():
    random = np.random.default_rng(0)
    words = random.integers(0, 2**32, (2, 200_000), np.uint32)
    ends = [0, 1, 2, 2**16, 2**31, 2**32 - 2**9, 2**32 - 1]
    words[0, : len(ends)] = ends
    words[1, : 16 * 3] = [(k << 28) + d & 0xFFFFFFFF for k in range(16) for d in (-1, 0, 1)]
    found = np.empty(words.shape, np.float32)
    draws._box_muller(words, found)
    radius = np.sqrt(-2 * np.log((words[0] + 0.5) / 2**32))
    angle = words[1] * (2 * np.pi / 2**32)
    assert abs(found[0] - radius * np.cos(angle)).max() < 4e-4  # u rounds to 1 at its upper end
    near = words[0] < 2**32 - 2**16
    assert abs(found[1] - radius * np.sin(angle))[near].max() < 5e-6
    assert np.hypot(*found.astype(float)).max() == pytest.approx(np.sqrt(2 * 33 * np.log(2)), 1e-6)


def test_normals_of_float32_are_normal():
    z = normal_draws(FAST)
    flat = np.sort(z.ravel())
    n = len(flat)
    chance = stats.norm.cdf(flat)
    steps = np.arange(1, n + 1) / n
    distance = max(abs(steps - chance).max(), abs(steps - 1 / n - chance).max())
    assert stats.kstwobign.sf(distance * np.sqrt(n)) > 0.01
    assert abs(flat.mean()) < 3 / np.sqrt(n) and abs(flat.var() - 1) < 3 * np.sqrt(2 / n)
    assert abs(stats.skew(flat)) < 3 * np.sqrt(6 / n)
    assert abs(stats.kurtosis(flat)) < 3 * np.sqrt(24 / n)
    for size in (3.0, 4.0, 4.5):
        beyond = np.searchsorted(flat, -size) + n - np.searchsorted(flat, size)
        expected = 2 * n * stats.norm.sf(size)
        assert abs(beyond - expected) < 4 * np.sqrt(expected), size
    assert 5 < abs(flat).max() < 6.8


def test_steps_and_paths_of_float32_are_independent():
    z = normal_draws(FAST)
    half = z.shape[1] // 2
    n = z.size
    for one, other in (
        (z[:, 1:], z[:, :-1]),
        (z[1:], z[:-1]),
        (z[:, :half], z[:, half:]),  # the two normals of a pair of words
        (z[:, :half] ** 2 - 1, (z[:, half:] ** 2 - 1) / 2),
    ):
        assert abs((one * other).mean()) < 4 / np.sqrt(n / 2)
    other = normal_draws(FAST._replace(seed=1))
    assert abs((z * other).mean()) < 4 / np.sqrt(n)


@pytest.mark.parametrize("antithetic", [False, True])
@pytest.mark.parametrize("steps", [1, 2, 7])
def test_a_path_of_float32_is_its_own(antithetic, steps, monkeypatch):
    """However many paths there are, and in whatever blocks they are drawn."""
    many = Draws(200, steps, seed=2**70, antithetic=antithetic, dtype="float32")
    whole = normal_draws(many)
    assert np.array_equal(normal_draws(many._replace(paths=10)), whole[:10])
    for block in (2, 6, 1_000):
        monkeypatch.setattr(draws, "BLOCK_OF_PATHS", block)
        assert np.array_equal(normal_draws(many), whole)
    if antithetic:
        assert np.array_equal(whole[::2], -whole[1::2])
    assert len(np.unique(abs(whole))) == whole.size // (1 + antithetic)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_threads_change_no_number(threads):
    recipes = [Draws(130, 9, seed=s, dtype=kind) for s in range(8) for kind in draws.DTYPES]
    alone = [normal_draws(recipe) for recipe in recipes]
    with ThreadPoolExecutor(threads) as pool:
        for found, expected in zip(pool.map(normal_draws, recipes), alone, strict=True):
            assert np.array_equal(found, expected)


def test_paths_of_both_kinds_agree_within_their_error():
    """The same mean and spread at the end, and the same risk of a fall by half."""
    rules, snapshot = te.rules_at("2026-09-11"), te.load_snapshot("2026-09-11")
    scenario = replace(te.load_scenario("base"), horizon_years=1.0)
    recipe = Draws(40_000, 52, seed=4, antithetic=True)
    ends = [
        np.log(te.economy.price_paths(rules, snapshot, scenario, given).price_usd[:, -1])
        for given in (recipe, recipe._replace(dtype="float32"))
    ]
    exact, fast = ends
    assert abs(exact.mean() - fast.mean()) < 1e-6  # antithetic: both are exact
    assert fast.std() == pytest.approx(exact.std(), rel=0.02)
    assert abs(np.quantile(fast, 0.05) - np.quantile(exact, 0.05)) < 0.05 * exact.std()


def test_another_kind_of_number_is_refused():
    with pytest.raises(ValueError, match="dtype.*float16"):
        normal_draws(FAST._replace(dtype="float16"))
