"""A reading goes into its table whole, in its place, with hash and count; or nothing is touched."""

import functools
import json
import shutil
import subprocess
import sys

import pytest

from tao_econ.__main__ import main
from tao_econ.inputs import data
from tao_econ.publish import readings

SUPPLY = {
    "date": "2026-10-20",
    "tao": "11640000",
    "definition": "on-chain total issuance",
    "source": "own node",
    "confidence": "medium",
}
PRICE = {"date": "2026-10-21", "tao_close_usd": "250", "source": "a page", "confidence": "low"}
STAKE = {"largest": "20", "source": "own node", "confidence": "low"}
POOL = {"as_of": "2026-10-08", "source": "own node", "confidence": "low"}


@pytest.fixture
def folder(tmp_path):
    for file in data.DATA.glob("*"):
        if file.is_file():
            shutil.copy(file, tmp_path)
    return tmp_path


def contents(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize("kind, cells", [("supply", SUPPLY), ("price", PRICE)])
def test_a_reading_stands_in_its_place_with_hash_and_count(kind, cells, folder):
    table = readings.KINDS[kind].table
    before = contents(folder)
    added = readings.add(kind, cells, folder=folder)
    lines = (folder / f"{table}.csv").read_text().splitlines()
    assert lines[added.row - 1].startswith(cells["date"]) and len(lines) == added.rows + 1
    days = [line.split(",")[0] for line in lines[1:]]
    assert days[added.row - 2] == cells["date"]
    old = before[f"{table}.csv"].decode().splitlines()
    assert [line for n, line in enumerate(lines, 1) if n != added.row] == old
    package = json.loads((folder / "datapackage.json").read_text())
    (resource,) = [r for r in package["resources"] if r["name"] == table]
    assert resource["hash"] == added.hash
    assert resource["bytes"] == (folder / f"{table}.csv").stat().st_size
    assert len(data.load(table, folder=folder)) == added.rows == len(data.load(table)) + 1
    assert str(added.rows) in next(
        line for line in (folder / "README.md").read_text().splitlines() if f"`{table}`" in line
    )
    changed = {name for name, content in contents(folder).items() if content != before[name]}
    assert changed == {f"{table}.csv", "datapackage.json", "README.md"}
    with pytest.raises(ValueError, match="must not stand twice"):
        readings.add(kind, cells, folder=folder)


@pytest.mark.parametrize(
    "kind, cells, words",
    [
        ("volume", SUPPLY, "unknown kind of reading 'volume'"),
        ("supply", SUPPLY | {"tap": "1"}, "unknown column of supply_points 'tap'; did you mean"),
        ("supply", SUPPLY | {"tao": "many"}, "column tao: must be a finite number, got 'many'"),
        ("supply", SUPPLY | {"confidence": "sure"}, "must be one of high, medium, low"),
        ("supply", SUPPLY | {"date": "soon"}, "column date: must match"),
        ("supply", SUPPLY | {"source": ""}, "column source: must not be empty"),
        ("supply", SUPPLY | {"source": "a\nb"}, "must be one line of text"),
        ("supply", SUPPLY | {"tao": "12000000"}, "got more than that: 12000000 on 2026-10-20"),
        ("supply", SUPPLY | {"tao": "9000000"}, "got less than that: 9000000 on 2026-10-20"),
        ("price", PRICE | {"tao_close_usd": "0"}, "tao_close_usd must be > 0"),
        (
            "price",
            PRICE | {"date": "2023-11-18", "tao_close_usd": "2500"},
            "within 3 times the close of",
        ),
        ("price", PRICE | {"date": "2023-11-20"}, "2023-11-20"),
        ("stake", STAKE | {"date": "2023-03-20", "share": "0.01"}, "share must rise with largest"),
        ("pool", POOL | {"pools_below_share": "0.15", "reserve_tao": "9"}, "must rise with"),
    ],
)
def test_what_cannot_be_is_one_line_and_touches_nothing(kind, cells, words, folder):
    before = contents(folder)
    with pytest.raises(ValueError) as caught:
        readings.add(kind, cells, folder=folder)
    said = str(caught.value)
    assert words in said and "\n" not in said, said
    assert contents(folder) == before


ADDING = """
import json, sys
from pathlib import Path
from tao_econ.publish import readings
readings.add("supply", json.loads(sys.argv[2]), folder=Path(sys.argv[1]))
"""


def test_of_two_readings_at_once_none_is_lost(folder):
    """And the table fits its hash: each reads what the other wrote."""
    both = [SUPPLY | {"date": f"2026-10-{day}", "tao": tao} for day, tao in DAYS.items()]
    adding = [
        subprocess.Popen([sys.executable, "-c", ADDING, str(folder), json.dumps(cells)])
        for cells in both
    ]
    assert [one.wait() for one in adding] == [0, 0, 0]
    assert len(data.load("supply_points", folder=folder)) == len(data.load("supply_points")) + 3


DAYS = {20: "11640000", 21: "11643500", 22: "11647000"}


def test_a_folder_that_fails_half_way_is_as_it_was(folder, monkeypatch):
    before = contents(folder)
    write = readings.write_whole
    seen = []

    def fails_once(file, content):
        seen.append(file.name)
        if len(seen) == 2:
            raise OSError("disk full")
        write(file, content)

    monkeypatch.setattr(readings, "write_whole", fails_once)
    with pytest.raises(OSError, match="disk full"):
        readings.add("supply", SUPPLY, folder=folder)
    assert contents(folder) == before and len(seen) >= 3


OLD = {"C42": ("holds", "fails"), "C26": ("", "fails"), "C45": ("holds", "holds")}
NEW = {"C42": ("holds", "holds"), "C26": (None, "fails"), "C45": ("fails", "holds")}
DRAWN = (
    "supply_readings   shows something else; ./run figures x draws it\nmacro_thesis      as drawn\n"
)


@pytest.fixture
def told(folder, tmp_path_factory, monkeypatch):
    """The command on a copy of data/, with what it would compare: two figures, three verdicts."""
    ledger = tmp_path_factory.mktemp("figures") / "claims.csv"
    ledger.write_text(
        "id,verdict_then,verdict_now\n"
        + "".join(f"{name},{then},{now}\n" for name, (then, now) in OLD.items())
    )
    monkeypatch.setattr(readings, "CLAIMS", ledger)
    monkeypatch.setattr(readings, "add", functools.partial(readings.add, folder=folder))
    rows = [{"id": n, "verdict_then": then, "verdict_now": now} for n, (then, now) in NEW.items()]
    said = {"figures": DRAWN, "claims": json.dumps({"claims": rows})}
    monkeypatch.setattr(readings, "_said", lambda verb, *_: said[verb])
    return said


@pytest.mark.parametrize(
    "kind, cells",
    [
        ("supply", SUPPLY),
        ("price", PRICE),
        ("stake", STAKE | {"date": "2024-06-19", "share": "0.95"}),
        ("pool", POOL | {"pools_below_share": "0.3", "reserve_tao": "4000"}),
    ],
)
def test_the_command_says_which_figures_and_verdicts_changed(kind, cells, told, capsys):
    given = [f"{column}={value}" for column, value in cells.items()]
    assert main(["add", "reading", kind, *given]) == 0
    said = capsys.readouterr()
    assert "the reading stays if you stop here" in said.err
    lines = said.out.splitlines()
    assert lines[0].startswith(f"data/{readings.KINDS[kind].table}.csv: line ")
    assert lines[1] == "figures that show something else now: supply_readings"
    assert lines[2] == (
        "verdicts that turned: C42 holds / fails → holds / holds, C45 holds / holds → fails / holds"
    )
    assert "./run figures" in lines[3] and len(lines) == 4


def test_where_nothing_changed_it_says_so(told, capsys):
    told["figures"] = "macro_thesis      as drawn\n"
    told["claims"] = json.dumps({"claims": []})
    assert main(["add", "reading", "price", *(f"{name}={it}" for name, it in PRICE.items())]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:] == ["figures that show something else now: none", "verdicts that turned: none"]


def test_the_comparison_runs_in_a_process_of_its_own():
    assert readings._said("figures", "--check", "macro_thesis").split()[-2:] == ["as", "drawn"]
    with pytest.raises(ValueError, match="unknown figure 'macro'"):
        readings._said("figures", "--check", "macro")
