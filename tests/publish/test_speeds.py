"""The page of speeds: its tables are what was measured, and each row that misses its aim says why."""

import functools
import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
MISSED = ("no", "least only")


@functools.cache
def table():
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        return importlib.import_module("table")
    finally:
        sys.path.pop(0)


def test_the_table_of_speeds_is_what_was_measured():
    assert table().in_readme(PAGE, table().read()) == PAGE, (
        "out of date: ./run bench --table writes it"
    )


def test_every_row_of_the_table_names_a_benchmark_that_is_there():
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", "benchmarks", "-n", "0", "--collect-only"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    ).stdout
    for row in table().ROWS + table().BESIDE:
        for key in row.keys:
            assert "benchmarks/test_bench_" + key.replace("::", ".py::", 1) + "\n" in listed, key


def test_what_was_measured_says_nothing_of_the_machine_but_its_cores():
    measured = table().read()
    assert set(measured) == {"date", "cores", "versions", "rows", "before"}
    assert set(measured["versions"]) == {"Python", "numpy", "numba", "pandas"}
    assert not re.search(r"[/\\]\w+[/\\]|://", json.dumps(measured))


@pytest.mark.parametrize(
    "seconds, shown",
    [
        ((0.5,), "500 ms"),
        ((1.0,), "1 s"),
        ((0.996e-3,), "1 ms"),
        ((76.4e-3, 98e-3), "76 to 98 ms"),
        ((3.82e-6,), "3.8 µs"),
        ((6.9e-9,), "6.9 ns"),
        ((0.1684, 0.1842), "168 to 184 ms"),
        ((1.21, 1.19), "1.2 s"),
        ((93.0,), "93 s"),
    ],
)
def test_durations_read_well(seconds, shown):
    assert table().duration(*seconds) == shown


@pytest.mark.parametrize(
    "least, median, met", [(0.9, 0.95, "yes"), (0.9, 1.1, "least only"), (1.1, 1.2, "no")]
)
def test_an_aim_is_judged_by_the_median(least, median, met):
    row = table().Row("x", ("a",), 2)
    got = table().line(row, {"a": {"least_s": least, "median_s": median, "target_s": 1.0}})
    assert got[0] == "x" and got[3:] == ["", "500 ms", met]


def test_a_ratio_is_their_least_over_ours_or_the_reason_why_there_is_none():
    row = table().Row("x", ("a",), 2)
    given = {"a": {"least_s": 2e-6, "peer": "P 1", "peer_s": 0.02}}
    assert table().line_beside(row, given) == ["x", "P 1", "10 ms", "1 µs", "10,000", ""]
    assert (
        table().line_beside(row, {"a": {"least_s": 2e-6, "peer": "P", "why": "not given"}})[2]
        == "not given"
    )
    assert table().line_beside(row, {})[2] == "not measured"


@pytest.mark.parametrize(
    "old, new, shown",
    [
        ({"least_s": 3.0}, {"least_s": 2.0}, "1.5"),
        ({"least_s": 3.0, "cpu": True}, {"least_s": 2.0}, ""),  # not measured alike
        (None, {"least_s": 2.0}, ""),
    ],
)
def test_a_gain_is_the_least_time_before_over_that_of_now(old, new, shown):
    before = {"a": old} if old else {}
    assert table().gains(table().Row("x", ("a",)), {"a": new}, before) == shown


def test_a_gain_of_several_benchmarks_is_a_range():
    rows = {"a": {"least_s": 1.0}, "b": {"least_s": 2.0}}
    before = {"a": {"least_s": 3.0}, "b": {"least_s": 3.0}}
    assert table().gains(table().Row("x", ("a", "b")), rows, before) == "1.5 to 3.0"


def test_every_row_that_misses_its_aim_has_its_bound_on_the_page():
    measured = table().read()
    lines = [table().line(row, measured["rows"]) for row in table().ROWS]
    missed = {cells[0].removesuffix(" (CPU time)") for cells in lines if cells[-1] in MISSED}
    bounds = PAGE.partition("## What bounds a row")[2].partition("\n## ")[0]
    said = set(re.findall(r"^\| (?!row|---)(.+?) \| .{20,} \|$", bounds, re.M))
    assert missed <= said <= {row.name for row in table().ROWS}
