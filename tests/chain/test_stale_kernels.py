"""A cached kernel never outlives what it was compiled from, and two processes may compile at
once.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

JIT = Path(__file__).resolve().parents[2] / "tao_econ" / "chain" / "_jit.py"
FACTOR = (
    "from ._jit import kernel\n\nRATE = {rate}\n\n\n@kernel\ndef _factor(x):\n    return x * "
    "{factor}\n"
)
CALLER = (
    "from ._jit import kernel\nfrom .factor import RATE, _factor\n\n\n"
    "@kernel\ndef _answer(x):\n    return _factor(x) + RATE\n"
)


@pytest.fixture
def house(tmp_path):
    """A package of two files whose kernels call each other: what ours forbids, and what must be
    right all the same.
    """
    package = tmp_path / "house"
    room = package / "room"
    room.mkdir(parents=True)
    shutil.copy(JIT, room / "_jit.py")
    (package / "__init__.py").touch()
    (room / "__init__.py").touch()
    (room / "caller.py").write_text(CALLER, encoding="utf-8")
    return package


def start(house, *values):
    code = f"from house.room.caller import _answer; print(*[_answer(x) for x in {list(values)!r}])"
    about = os.environ | {"PYTHONPATH": str(house.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    about.pop("NUMBA_CACHE_DIR", None)
    return subprocess.Popen(
        [sys.executable, "-c", code], env=about, stdout=subprocess.PIPE, text=True, cwd=house.parent
    )


def answers(process):
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return [float(word) for word in out.split()]


def write(house, factor, rate):
    (house / "room" / "factor.py").write_text(
        FACTOR.format(factor=factor, rate=rate), encoding="utf-8"
    )


def test_a_changed_callee_or_constant_changes_the_caller(house):
    for factor, rate in ((2.0, 0.0), (3.0, 0.0), (3.0, 0.5), (2.0, 0.0)):
        write(house, factor, rate)
        assert answers(start(house, 10.0)) == [10.0 * factor + rate]
    assert (
        len(list(house.glob("__pycache__/kernels-*"))) == 3
    )  # the last sources are the first ones: found again


def test_processes_that_compile_at_once_leave_a_cache_that_is_right(house):
    write(house, 2.0, 0.0)
    for _ in range(2):  # from an empty cache, then from what the four left
        processes = [start(house, *values) for values in ((10.0, 3), (3, 10.0), (10.0,), (3,))]
        assert [answers(p) for p in processes] == [[20.0, 6.0], [6.0, 20.0], [20.0], [6.0]]
    assert answers(start(house, 10.0, 3, True)) == [20.0, 6.0, 2.0]


def test_without_a_writable_folder_kernels_compile_all_the_same(house, monkeypatch):
    write(house, 2.0, 0.0)
    (house / "__pycache__").touch()  # a file where the folder would be
    monkeypatch.setenv("HOME", str(house / "room" / "caller.py"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(house / "room" / "caller.py"))
    assert answers(start(house, 10.0)) == [20.0]


LIMITED = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
from house.room.caller import _answer
print(_answer(1.0))
"""


def test_a_full_disk_under_the_cache_stops_no_kernel(house):
    write(house, 2.0, 1.0)
    about = os.environ | {"PYTHONPATH": str(house.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    about["NUMBA_CACHE_DIR"] = str(house.parent / "cache")
    done = subprocess.run(
        [sys.executable, "-c", LIMITED], env=about, capture_output=True, text=True, cwd=house.parent
    )
    assert done.stdout == "3.0\n", done.stderr
    assert not [
        file
        for file in (house.parent / "cache").rglob("*")
        if file.is_file() and file.stat().st_size
    ]
