"""Where the facts lie and where results go; files that are there complete or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

PACKAGE = Path(str(resources.files("tao_econ")))
CHECKOUT = (PACKAGE.parent / "pyproject.toml").is_file()  # else the package is installed
DATA = (PACKAGE.parent if CHECKOUT else PACKAGE) / "data"
WORKPLACE = PACKAGE.parent if CHECKOUT else Path.cwd()  # where results are written


@contextlib.contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """A hidden draft beside a file, which takes its place if the block ends without an error."""
    draft = file.with_name(f".{file.stem}.part{file.suffix}")
    try:
        yield draft
        os.replace(draft, file)
    finally:
        draft.unlink(missing_ok=True)


def write_whole(file: Path, content: bytes) -> None:
    """Write a file so that it is there complete or not at all."""
    with replacing(file) as draft:
        draft.write_bytes(content)
