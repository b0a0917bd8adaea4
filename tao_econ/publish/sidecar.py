"""Where a drawn file comes from: the records, data and version behind it, in a JSON file beside
it.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
from importlib import metadata
from pathlib import Path

import numpy as np

from ..inputs.checks import quoted
from ..inputs.door import typed
from ..inputs.files import DATA

LAYOUT = 1  # of the side-car
MAX_BYTES = 10_000_000  # of one


def origin(records: dict, files: dict[str, bytes]) -> bytes:
    """The text of a side-car: records by argument name, hashes of the data and of the files they
    made.

    records : name → frozen record      files : file name → content
    """
    about = {
        "layout": LAYOUT,
        "tao_econ": metadata.version("tao_econ"),
        "records": {name: _plain(it) for name, it in records.items() if it is not None},
        "data": data_hashes(),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    return (json.dumps(about, indent=1, ensure_ascii=False) + "\n").encode()


@typed
def provenance(path: str | Path) -> dict:
    """What made a file that a command wrote: records, data hashes, version; `unchanged_data` says
    whether data are as then.

    Parameters
    ----------
    path
        a figure or table written by `./run figures` or `./run claims`

    Raises
    ------
    ValueError
        where there is no side-car, or the file is not the one that was written
    """
    path = Path(path)
    beside = path.with_suffix(".json") if path.name else path
    try:
        written = (
            path.is_file()
            and beside.is_file()
            and beside != path
            and beside.stat().st_size <= MAX_BYTES
        )
    except OSError:  # a name longer than any file's
        written = False
    if not written:
        raise ValueError(
            f"path must be a written file with its .json of at most {MAX_BYTES:,} bytes beside "
            f"it, got {quoted(path.name)}"
        )
    try:
        about = json.loads(beside.read_text(encoding="utf-8"))
        wanted = str(about["files"][path.name])
        data = about["data"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError(
            f"{beside.name} must say where {path.name} comes from, but does not"
        ) from None
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != wanted:
        raise ValueError(
            f"{path.name} must be the file that was written ({wanted[:12]}…), got {found[:12]}…"
        )
    return about | {"unchanged_data": data == data_hashes()}


@functools.cache
def data_hashes() -> dict[str, str]:
    """SHA-256 of every file of data/ that a model reads."""
    files = sorted([*DATA.glob("*.toml"), *DATA.glob("*.csv")])
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _plain(record):
    """A record as its class and fields, ratios and dates as text; of arrays, their hash."""
    if hasattr(record, "_fields"):
        content = b"".join(part.tobytes() for part in record if isinstance(part, np.ndarray))
        return {"record": type(record).__name__, "sha256": hashlib.sha256(content).hexdigest()}
    if not dataclasses.is_dataclass(record):
        return repr(record)
    fields = {f.name: getattr(record, f.name) for f in dataclasses.fields(record)}
    numbers = {
        k: v if isinstance(v, (bool, int, float, str, type(None))) else str(v)
        for k, v in fields.items()
    }
    return {"record": type(record).__name__} | numbers
