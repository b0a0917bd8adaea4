"""Where the facts lie and where results go; files that are there complete or not at all."""

from __future__ import annotations

import contextlib
import functools
import os
import secrets
import shutil
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: no locks, so of two commands at once the last one wins
    fcntl = None  # type: ignore[assignment]

PACKAGE = Path(str(resources.files("tao_econ")))
CHECKOUT = (PACKAGE.parent / "pyproject.toml").is_file()  # else the package is installed
DATA = (PACKAGE.parent if CHECKOUT else PACKAGE) / "data"
WORKPLACE = PACKAGE.parent if CHECKOUT else Path.cwd()  # where results are written


@contextlib.contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """A hidden draft beside a file, which takes its place if the block ends without an error.

    Of two writers at once the last one wins, whole. What a killed one left is removed by the next
    that writes into the folder.

    Raises
    ------
    OSError
        naming the file where it cannot be written
    """
    with _naming(file), _draft(file.parent, file.suffix) as (draft, handle):
        yield draft
        os.fsync(handle)  # or a power cut could leave the name without the content
        os.replace(draft, file)


def write_whole(file: Path, content: bytes) -> None:
    """Write a file so that it is there complete or not at all; one that holds just that is not
    touched.
    """
    with contextlib.suppress(OSError):
        if file.stat().st_size == len(content) and file.read_bytes() == content:
            return
    with replacing(file) as draft:
        draft.write_bytes(content)


@contextlib.contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """A hidden folder inside a folder, for files to be moved from when all are written.

    It is removed at the end, or after a kill by the next that writes into the folder.

    Raises
    ------
    OSError
        naming the folder where it cannot be written
    """
    with _naming(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with _draft(folder, None) as (draft, _):
            yield draft


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One process at a time, for what is read and written back; where the file system knows no
    locks, the last one wins.
    """
    if fcntl is None:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        _lock(handle)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def _naming(place: Path) -> Iterator[None]:
    """An error of the system that names no file, or only a draft, names the place instead."""
    try:
        yield
    except OSError as error:
        if error.filename is not None and ".part" not in os.fsdecode(error.filename):
            raise
        raise OSError(error.errno, error.strerror or str(error), str(place)) from None


@contextlib.contextmanager
def _draft(folder: Path, ending: str | None) -> Iterator[tuple[Path, int]]:
    """A new hidden file, or folder where there is no ending, locked while it is in use."""
    _tidy(folder)
    while True:
        draft = folder / f".{secrets.token_hex(8)}.part{ending or ''}"
        if ending is None:
            draft.mkdir()
            handle = os.open(draft, os.O_RDONLY)
        else:
            handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
        _lock(handle)
        if draft.exists():  # else another process tidied it away before it was locked
            break
        os.close(handle)
    try:
        yield draft, handle
    finally:
        _remove(draft)
        os.close(handle)


@functools.cache  # once a process is enough
def _tidy(folder: Path) -> None:
    """Remove drafts whose writer was killed: those that nobody holds a lock on."""
    if fcntl is None:
        return
    for draft in folder.glob(".????????????????.part*"):
        with contextlib.suppress(OSError):
            handle = os.open(draft, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(draft)
            finally:
                os.close(handle)


def _lock(handle: int) -> None:
    if fcntl is not None:
        with contextlib.suppress(OSError):  # a network file system may know no locks
            fcntl.flock(handle, fcntl.LOCK_EX)


def _remove(draft: Path) -> None:
    if draft.is_dir():
        shutil.rmtree(draft, ignore_errors=True)
    else:
        draft.unlink(missing_ok=True)
