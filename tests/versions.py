"""The same numbers and bytes under other versions of Python and of the libraries.

`python tests/versions.py PYTHON…` asks each Python given what `test_environments.py` asks of every
environment, kernels not compiled, and prints its versions and what differs from this Python's
answer. Exit code 1 if anything does. tests/versions.md says what was tried.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import test_environments as environments

VERSIONS = """
import importlib.metadata, platform
found["versions"] = [f"Python {platform.python_version()}"] + [
    f"{name} {importlib.metadata.version(name)}"
    for name in ("numpy", "scipy", "pandas", "numba", "matplotlib", "SALib")
]
"""


def said(python: str) -> dict:
    """Versions, numbers and hashes of one Python."""
    environments.sys.executable = python
    code = environments.NUMBERS + environments.BYTES + VERSIONS
    return environments._said(code, *environments.FIGURES, NUMBA_DISABLE_JIT="1", LC_ALL="C.UTF-8")


def main() -> int:
    here = said(sys.executable)
    print(", ".join(here.pop("versions")), "here", sep=": ")
    bad = 0
    for python in sys.argv[1:]:
        there = said(os.fspath(Path(python).absolute()))
        versions = ", ".join(there.pop("versions"))
        other = [name for name in here if there[name] != here[name]]
        print(versions, ", ".join(other) or "the same numbers and bytes", sep=": ", flush=True)
        bad += bool(other)
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
