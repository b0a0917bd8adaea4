"""Folders that several commands write into: one at a time, and a place to write many files that
appear at once.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from ..inputs.files import lock, naming


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One process at a time, for what is read and written back; where the system knows no locks,
    the last one wins.
    """
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:  # Windows opens no folder
        yield
        return
    try:
        lock(handle)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """A hidden folder inside a folder, for files to be moved from when all are written.

    It is removed at the end, or after a kill by the next that asks for one.

    Raises
    ------
    OSError
        naming the folder where it cannot be written
    """
    with naming(folder), contextlib.ExitStack() as held:
        folder.mkdir(parents=True, exist_ok=True)
        with alone(folder):
            _tidy(folder)
            draft = folder / f".{secrets.token_hex(8)}.part"
            draft.mkdir()
            held.enter_context(alone(draft))
        held.callback(shutil.rmtree, draft, ignore_errors=True)
        yield draft


def _tidy(folder: Path) -> None:
    """Remove what a killed command left: hidden folders that nobody holds a lock on."""
    for draft in folder.glob(".????????????????.part"):
        with contextlib.suppress(OSError):
            if draft.is_symlink() or not draft.is_dir():
                continue
            handle = os.open(draft, os.O_RDONLY)
            if lock(handle, wait=False):
                shutil.rmtree(draft, ignore_errors=True)
            os.close(handle)
