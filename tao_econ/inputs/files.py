"""Where the facts lie and where results go; files that are there complete or not at all."""

from __future__ import annotations

import contextlib
import functools
import os
import secrets
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
    with naming(file):
        _tidy(file.parent)
        draft, handle = _draft(file)
        held = contextlib.ExitStack()
        held.callback(os.close, handle)
        try:
            yield draft
            os.fsync(handle)  # or a power cut could leave the name without the content
            if fcntl is None:
                held.close()  # Windows renames no open file
            os.replace(draft, file)
        finally:
            held.close()
            draft.unlink(missing_ok=True)


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
def naming(place: Path) -> Iterator[None]:
    """An error of the system that names no file, or only a draft, names the place instead."""
    try:
        yield
    except OSError as error:
        if error.filename is not None and ".part" not in os.fsdecode(error.filename):
            raise
        raise OSError(error.errno, error.strerror or str(error), str(place)) from None


def lock(handle: int, *, wait: bool = True) -> bool:
    """Lock an open file or folder until it is closed; whether that was done. Windows, and some
    network file systems, know no such locks.
    """
    with contextlib.suppress(OSError, AttributeError):
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        return True
    return False


def _draft(file: Path) -> tuple[Path, int]:
    """A new hidden file and its handle, locked while it is in use."""
    while True:
        draft = file.with_name(f".{secrets.token_hex(8)}.part{file.suffix}")
        handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
        lock(handle)
        if draft.exists():  # else another process tidied it away before it was locked
            return draft, handle
        os.close(handle)


@functools.cache  # once a process is enough
def _tidy(folder: Path) -> None:
    """Remove drafts whose writer was killed: those that nobody holds a lock on."""
    for draft in folder.glob(".????????????????.part*"):
        with contextlib.suppress(OSError):
            if draft.is_symlink() or not draft.is_file():
                continue
            handle = os.open(draft, os.O_RDONLY)
            if lock(handle, wait=False):
                draft.unlink()
            os.close(handle)
