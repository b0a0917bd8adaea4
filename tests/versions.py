"""The same numbers and bytes under other versions of Python and of the libraries.

`python tests/versions.py [--suite] PYTHON…` asks each Python given what `test_environments.py` asks
of every environment, kernels not compiled, and with `--suite` runs the tests in it, kernels
compiled. It prints a row of a table for each: versions, tests, what differs from this Python's
answer. Exit code 1 if anything does. tests/versions.md says what was tried and how.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import test_environments as environments

VERSIONS = """
import importlib.metadata, platform
found["versions"] = [f"Python {platform.python_version()}"] + [
    f"{name} {importlib.metadata.version(name)}"
    for name in ("numpy", "scipy", "pandas", "numba", "matplotlib", "SALib")
]
"""
# what asks for a browser, an environment of its own, or the committed pages
LEFT_OUT = ("test_browser.py", "test_setup.py", "test_wheel.py") + tuple(
    f"publish/test_{name}.py" for name in ("notebooks", "prose_numbers", "site", "site_folder")
)


def said(python: str) -> dict:
    """Versions, numbers and hashes of one Python."""
    environments.sys.executable = python
    code = environments.NUMBERS + environments.BYTES + VERSIONS
    return environments._said(code, *environments.FIGURES, NUMBA_DISABLE_JIT="1", LC_ALL="C.UTF-8")


def tested(python: str) -> str:
    """How many tests of this clone passed, failed and were skipped in it."""
    left_out = [f"--ignore=tests/{name}" for name in LEFT_OUT]
    with tempfile.TemporaryDirectory() as kernels:
        run = subprocess.run(
            [python, "-m", "pytest", "-q", "-n", "1", "-p", "no:cacheprovider", *left_out],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(environments.ROOT), "NUMBA_CACHE_DIR": kernels},
            cwd=environments.ROOT,
        )
    for line in re.findall(r"^(?:FAILED|ERROR) .*", run.stdout, re.MULTILINE):
        print(line, file=sys.stderr)
    counts = re.findall(r"(\d+) (passed|failed|skipped|errors?)", run.stdout[-300:])
    return ", ".join(f"{count} {kind}" for count, kind in counts) or "none ran"


def main() -> int:
    pythons = [os.fspath(Path(word).absolute()) for word in sys.argv[1:] if word != "--suite"]
    here = said(sys.executable)
    here.pop("versions")
    print("| versions | tests | what differs |\n| --- | --- | --- |")
    bad = 0
    for python in pythons:
        there = said(python)
        versions = ", ".join(there.pop("versions"))
        other = ", ".join(name for name in here if there[name] != here[name])
        tests = tested(python) if "--suite" in sys.argv else "not run"
        print(f"| {versions} | {tests} | {other or 'nothing'} |", flush=True)
        bad += bool(other) or any(word in tests for word in ("failed", "error", "none ran"))
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
