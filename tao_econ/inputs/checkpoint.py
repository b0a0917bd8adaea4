"""Long runs that keep where they are in a folder, and go on from there after a stop."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import time
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import numpy as np

from .checks import quoted
from .door import typed
from .files import naming, write_whole

KEEP_EVERY_S = 10.0  # and what a run has done when it ends, if it took as long
MOST_OF_TIME = 0.05  # that keeping may take
MAX_HEAD_BYTES = 10_000

_folder: ContextVar[Path | None] = ContextVar("folder of checkpoints", default=None)


@typed
def checkpoints(folder: str | Path) -> contextlib.AbstractContextManager[Path]:
    """Within this `with`, runs of subnets and of the query market keep where they are.

    The same call within the same folder, after Ctrl-C, a kill or a crash, goes on from there and
    gives the same result to the last bit. A result never depends on the folder.

    Parameters
    ----------
    folder
        made if it is not there; a file for each run that takes over `KEEP_EVERY_S`. A file that a
        run has finished with holds all of it, until you delete it

    Returns
    -------
    AbstractContextManager[Path]
        the folder

    Raises
    ------
    OSError
        where the folder cannot be made

    Notes
    -----
    A file is named after every argument, the sources of the engine and NumPy's version: another
    question, or another version, begins anew in a file of its own. It holds plain numbers, and is
    as good as who wrote it: go on only from what your own runs have left.

    Examples
    --------
    >>> import tao_econ as te
    >>> rules = te.rules_at("gate-rank")
    >>> pools = te.chain.load_subnets("subnets_8791247")
    >>> with te.inputs.checkpoints("runs"):  # doctest: +SKIP
    ...     path = te.chain.run_subnets(rules, te.load_scenario("base"), pools, days=3_650)
    """
    if "\0" in str(folder):
        raise ValueError(f"folder must be one that can be made, got {quoted(str(folder))}")
    return _within(Path(folder))


@contextlib.contextmanager
def _within(folder: Path) -> Iterator[Path]:
    with naming(folder):
        folder.mkdir(parents=True, exist_ok=True)
    before = _folder.set(folder.absolute())
    try:
        yield folder
    finally:
        _folder.reset(before)


class Checkpoint:
    """Where a run is: its arrays, which are filled in place, and its random numbers.

    `done` steps are in its file; 0 outside `checkpoints`.
    """

    def __init__(
        self, question: tuple, steps: int, arrays: tuple, random: np.random.Generator | None = None
    ) -> None:
        self.done = 0
        self._steps = steps
        self._arrays = arrays
        self._random = random
        self._due = time.monotonic() + KEEP_EVERY_S
        folder = _folder.get()
        name = folder and _hash(_told((question, np.__version__)).encode()).decode()[:32]
        self._file = folder and folder / f"{name}.run"
        if self._file and self._file.exists():
            self._restore(self._file)

    def keep(self, done: int) -> None:
        """Write what is there after so many steps, if it is time to; after the last, if some was
        written before.
        """
        began = time.monotonic()
        due = began >= self._due or (done == self._steps and self.done)
        if self._file and due and done > self.done:
            self._write(self._file, done)
            self._due = began + max(KEEP_EVERY_S, (time.monotonic() - began) / MOST_OF_TIME)

    def _write(self, file: Path, done: int) -> None:
        random = None if self._random is None else self._random.bit_generator.state
        head = json.dumps({"done": done, "random": random}).encode()
        content = b"\n".join((head, b"".join(array.tobytes() for array in self._arrays)))
        write_whole(file, _hash(content) + b"\n" + content)
        self.done = done

    def _restore(self, file: Path) -> None:
        """Fill the arrays as a file has them, or refuse it and leave them."""
        try:
            size = sum(array.nbytes for array in self._arrays)
            large = file.stat().st_size > size + MAX_HEAD_BYTES
            said, _, content = (b"" if large else file.read_bytes()).partition(b"\n")
            head, _, body = content.partition(b"\n")
            given = json.loads(head)
            done = given["done"]
            fits = len(body) == size and isinstance(done, int) and 0 < done <= self._steps
            if not fits or said != _hash(content):
                raise ValueError
            if self._random is not None:
                self._random.bit_generator.state = given["random"]
        except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError):
            raise ValueError(
                f"{file} must be the checkpoint of this run, whole; delete it to begin anew"
            ) from None
        ends = np.cumsum([array.nbytes for array in self._arrays])
        for array, end in zip(self._arrays, ends, strict=True):
            array.flat = np.frombuffer(body[end - array.nbytes : end], array.dtype)
        self.done = done


def _hash(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()


def _told(value: Any) -> str:
    """Records, arrays and plain values as text."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype.str} {value.shape} {_hash(value.tobytes())!r}"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = (type(value).__name__, *dataclasses.asdict(value).items())
    return str([_told(part) for part in value]) if isinstance(value, (list, tuple)) else repr(value)
