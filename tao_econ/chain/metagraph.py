"""One's own subnet from a file: weights, stake and bonds, as `yuma_epoch` takes them.

Two layouts, both n UIDs wide:

- **NPZ** (`numpy.savez`): arrays `weights` (n, n), `stake` (n,) and, if there, `bonds` (n, n); real
  numbers, any unit for weights and stake, bonds as shares of one or as the chain's u16. Pickled
  objects are refused.
- **CSV**: a header `uid,stake,0,1,…,n-1`, then one row a UID in order: its number, its stake, its
  weight on each UID.

Row = who scores, column = who is scored. Nothing is fetched: export a file with the network's own
SDK and load it here.
"""

from __future__ import annotations

import math
import warnings
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..inputs.checks import MAX_UIDS, as_array, quoted
from ..inputs.door import typed
from ..inputs.files import replacing

MAX_BYTES = 64_000_000


class Metagraph(NamedTuple):
    """What validators of one subnet say and own: `yuma_epoch(rules, *load_metagraph(path))`."""

    weights: np.ndarray  # (n, n), any unit
    stake: np.ndarray  # (n,), any unit
    bonds: np.ndarray  # (n, n), shares of one; zeros where the file has none


@typed
def load_metagraph(path: str | Path) -> Metagraph:
    """A subnet from the .npz or .csv file at `path`; nothing in it is ever executed.

    Raises
    ------
    ValueError
        naming the file and what is wrong with it
    """
    path = Path(path)
    readers = {".npz": _npz, ".csv": _csv}
    if path.suffix.lower() not in readers:
        raise ValueError(f"path must end in .npz or .csv, got {quoted(path.name)}")
    try:
        size = path.stat().st_size if path.is_file() else None
    except OSError:  # a name longer than any file's
        size = None
    if size is None:
        raise ValueError(f"path must be a file, but {quoted(str(path))} is not there")
    if size > MAX_BYTES:
        raise ValueError(f"{path.name} must be at most {MAX_BYTES:,} bytes, got {size:,}")
    weights, stake, bonds = readers[path.suffix.lower()](path)
    if stake.ndim != 1 or not 1 <= len(stake) <= MAX_UIDS:
        raise ValueError(
            f"{path.name}: stake must have shape (n,) with 1 to {MAX_UIDS:,} UIDs, got "
            f"{stake.shape}"
        )
    n = len(stake)
    bonds = np.zeros((n, n)) if bonds is None else bonds
    for name, array, shape in (
        ("weights", weights, (n, n)),
        ("stake", stake, (n,)),
        ("bonds", bonds, (n, n)),
    ):
        if array.shape != shape:
            raise ValueError(f"{path.name}: {name} must have shape {shape}, got {array.shape}")
        wrong = ~(np.isfinite(array) & (array >= 0))
        if wrong.any():
            raise ValueError(f"{path.name}: {name} must be finite and >= 0, got {array[wrong][0]}")
    return Metagraph(weights, stake, bonds / 65_535 if bonds.max(initial=0) > 1 else bonds)


@typed
def save_metagraph(
    path: str | Path, weights: ArrayLike, stake: ArrayLike, bonds: ArrayLike | None = None
) -> None:
    """Write `weights` (n, n), `stake` (n,) and `bonds` (n, n) as .npz to `path`; what
    `load_metagraph` would refuse is an error and leaves no file.
    """
    path = Path(path)
    if path.suffix.lower() != ".npz":
        raise ValueError(f"path must end in .npz, got {quoted(path.name)}")
    given = {"weights": weights, "stake": stake, "bonds": bonds}
    arrays: dict[str, Any] = {
        name: as_array(name, array) for name, array in given.items() if array is not None
    }
    try:
        with replacing(path) as draft:
            np.savez_compressed(draft, **arrays)
            load_metagraph(draft)
    except OSError as error:
        raise ValueError(
            f"path must be a file that can be written, got {quoted(path.name)}: {error.strerror}"
        ) from None
    except ValueError as error:
        raise ValueError(str(error).replace(draft.name, path.name)) from None


def _npz(path):
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
            if unpacked > MAX_BYTES:
                raise Refused(f"must unpack to at most {MAX_BYTES:,} bytes, got {unpacked:,}")
            files = {part.filename.removesuffix(".npy"): part for part in parts}
            if len(files) < len(parts):
                raise Refused("must hold each array once")
            for name in ("weights", "stake"):
                if name not in files:
                    raise Refused(
                        f"must hold an array {name!r}, got {', '.join(files)[:80] or 'none'}"
                    )
            for name in Metagraph._fields:
                if name in files:
                    _check_header(archive, files[name], name)
        with np.load(path, allow_pickle=False) as file:
            return tuple(
                _real(path, name, file[name]) if name in files else None
                for name in Metagraph._fields
            )
    except Refused as error:
        raise ValueError(f"{path.name} {error}") from None
    except Exception as error:  # zipfile, zlib and NumPy's parser each fail in their own ways
        if path.name in str(error) and type(error) is ValueError:
            raise
        raise ValueError(
            f"{path.name} must be an NPZ file of plain arrays: {_line(error)}"
        ) from None


class Refused(ValueError):
    """What is wrong with an archive, without its name."""


def _check_header(archive, part, name):
    """Refuse an array said to be larger than its bytes: NumPy makes room before it reads."""
    with archive.open(part) as file:
        version = np.lib.format.read_magic(file)
        shape, _, dtype = HEADERS[version](file)
    said = math.prod(shape) * dtype.itemsize
    if said > part.file_size:
        raise Refused(
            f"must hold what it says: {name} of {said:,} bytes in a part of {part.file_size:,}"
        )


UNREADABLE = pd.errors.ParserError, pd.errors.EmptyDataError, pd.errors.ParserWarning
HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


def _csv(path):
    try:
        with path.open("rb") as file:
            columns = file.readline(MAX_BYTES).count(b",") + 1
        if columns > MAX_UIDS + 2:
            raise ValueError(
                f"{path.name} must have at most {MAX_UIDS + 2:,} columns, got {columns:,}"
            )
        # a row longer than the header
        with warnings.catch_warnings(action="error", category=pd.errors.ParserWarning):
            table = pd.read_csv(
                path,
                dtype=str,
                keep_default_na=False,
                encoding="utf-8-sig",
                nrows=MAX_UIDS + 1,
                index_col=False,
            )
    except (UnicodeError, OSError, MemoryError, *UNREADABLE) as error:
        raise ValueError(f"{path.name} must be a CSV table in UTF-8: {_line(error)}") from None
    n = len(table)
    wanted = ["uid", "stake", *map(str, range(n))]
    if list(table.columns) != wanted:
        rule = f"the columns uid, stake, 0 to {n - 1} for its {n} rows"
        raise ValueError(f"{path.name} must have {rule}, got {len(table.columns)}")
    if not n:
        raise ValueError(f"{path.name} must have a row for each UID, got none")
    numbers = table.apply(pd.to_numeric, errors="coerce")
    wrong = ~np.isfinite(numbers.to_numpy(dtype=float))
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        cell = str(table.iat[row, column])[:80]
        raise ValueError(
            f"{path.name}, row {row + 2}, column {wanted[column]}: must be a finite number, got "
            f"{cell!r}"
        )
    if list(numbers["uid"]) != list(range(n)):
        raise ValueError(
            f"{path.name} must list the UIDs 0 to {n - 1} in order, got {list(numbers['uid'])[:5]}…"
        )
    return numbers[wanted[2:]].to_numpy(dtype=float), numbers["stake"].to_numpy(dtype=float), None


def _real(path, name, array):
    if array.dtype.kind not in "iuf":
        raise ValueError(f"{path.name}: {name} must be real numbers, got {array.dtype}")
    with np.errstate(over="ignore"):  # a long double beyond floats: infinite, which is refused
        return array.astype(float)


def _line(error) -> str:
    return " ".join(str(error).split())[:120]
