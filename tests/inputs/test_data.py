"""The dated facts: their hashes, their schema and what becomes of a damaged file."""

import json
import re
import shutil

import frictionless
import pandas as pd
import pytest

from tao_econ.inputs import data
from tao_econ.inputs.files import DATA

RESOURCES = {
    r["name"]: r
    for r in json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))["resources"]
}


@pytest.mark.parametrize("name", data.names())
def test_a_table_loads_with_the_columns_and_types_it_promises(name):
    table, fields = data.load(name), RESOURCES[name]["schema"]["fields"]
    assert len(table) > 0 and list(table.columns) == [f["name"] for f in fields]
    kinds = {"string": "string", "date": "datetime64", "number": "floating", "integer": "integer"}
    for field in fields:  # pandas 2 keeps texts as objects
        column = table[field["name"]]
        assert pd.api.types.infer_dtype(column) in (kinds[field["type"]], "empty"), field["name"]
        assert field["type"] != "date" or column.dtype == "datetime64[us]", field["name"]


def test_every_csv_is_described_and_every_described_csv_exists():
    assert {r["path"] for r in RESOURCES.values()} == {p.name for p in DATA.glob("*.csv")}
    assert all(r["bytes"] == (DATA / r["path"]).stat().st_size for r in RESOURCES.values())


def test_the_readme_counts_the_rows_of_every_table():
    said = {}
    for line in (DATA / "README.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 3 and re.fullmatch(r"\d+(, \d+)*", cells[2]):
            said |= dict(
                zip(re.findall(r"`(\w+)`", cells[1]), map(int, cells[2].split(", ")), strict=True)
            )
    assert said == {name: len(data.load(name)) for name in data.names()}


def test_a_table_is_a_copy_that_one_may_change():
    table = data.load("claims")
    table["claim"] = "nothing"
    assert (data.load("claims")["claim"] != "nothing").all()


def test_frictionless_finds_the_package_and_every_table_valid():
    report = frictionless.Package(str(DATA / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "message"])


def test_every_piece_of_evidence_is_about_a_claim_that_exists():
    assert set(data.load("evidence")["claim"]) <= set(data.load("claims")["id"])


def test_dated_blocks_ascend_in_number_and_in_time():
    anchors = data.load("block_anchors")
    assert anchors["block"].is_monotonic_increasing and anchors["block"].is_unique
    anchors = anchors[anchors["kind_of_time"] != "date only"]
    assert anchors["utc"].is_monotonic_increasing


def test_market_cap_over_fdv_is_what_its_two_parts_give():
    table = data.load("comparables").dropna(subset=["market_cap_usd", "fdv_usd", "mcap_fdv"])
    assert len(table) > 50
    ratio = (table["market_cap_usd"] / table["fdv_usd"]).to_numpy()
    assert table["mcap_fdv"].to_numpy() == pytest.approx(ratio, abs=6e-3)


def test_daily_closes_lie_between_low_and_high():
    table = data.load("tao_daily_2023q4")
    assert (table["low_usd"] <= table["close_usd"]).all() and (
        table["close_usd"] <= table["high_usd"]
    ).all()


def test_an_unknown_table_is_answered_with_the_nearest_name(refused):
    with refused("unknown table 'claim'; did you mean 'claims'?", "claim"):
        data.load("claim")


def _lines(change):
    """Damage done to the lines of a CSV file (0 is the header)."""

    def damage(raw: bytes) -> bytes:
        lines = raw.decode().splitlines(keepends=True)
        change(lines)
        return "".join(lines).encode()

    return damage


def _swap(row, old, new):
    def change(lines):
        assert old in lines[row]
        lines[row] = lines[row].replace(old, new, 1)

    return _lines(change)


def _cut_column(lines):
    lines[:] = [line.split(",", 1)[1] for line in lines]


def _add_column(lines):
    lines[:] = [
        line.rstrip("\n") + ("," + ("extra" if i == 0 else "1") + "\n")
        for i, line in enumerate(lines)
    ]


def _truncate(lines):
    lines[-1] = lines[-1].split(",")[0]


DAMAGE = {  # table, damage, words the one line must hold
    "hash": ("tao_weekly", _swap(1, "73.45", "73.46"), ["hash"]),
    "missing column": ("tao_weekly", _lines(_cut_column), ["columns", "date, close_usd"]),
    "extra column": ("tao_weekly", _lines(_add_column), ["columns", "extra"]),
    "renamed column": ("tao_weekly", _swap(0, "close_usd", "close"), ["columns", "close,"]),
    "bad number": (
        "tao_weekly",
        _swap(2, "75.27", "7S.27"),
        ["row 3", "close_usd", "number", "'7S.27'"],
    ),
    "infinite number": (
        "tao_weekly",
        _swap(2, "75.27", "inf"),
        ["row 3", "close_usd", "finite", "'inf'"],
    ),
    "below its least value": (
        "tao_weekly",
        _swap(3, "70", "-70"),
        ["row 4", "close_usd", ">= 0", "'-70'"],
    ),
    "above its highest value": (
        "tao_weekly",
        _swap(1, ",7\n", ",8\n"),
        ["row 2", "volume_days", "<= 7", "'8'"],
    ),
    "half a day": (
        "tao_weekly",
        _swap(1, ",7\n", ",6.5\n"),
        ["row 2", "volume_days", "whole", "'6.5'"],
    ),
    "bad date": (
        "tao_weekly",
        _swap(1, "2023-03-12", "2023-02-30"),
        ["row 2", "date", "'2023-02-30'"],
    ),
    "a date twice": (
        "tao_weekly",
        _swap(2, "2023-03-19", "2023-03-12"),
        ["row 3", "date", "twice"],
    ),
    "an empty cell": ("tao_weekly", _swap(1, "73.45", ""), ["row 2", "close_usd", "empty"]),
    "a word not listed": (
        "key_dates",
        _swap(1, ",high", ",hihg"),
        ["row 2", "confidence", "'hihg'"],
    ),
    "a wrong pattern": ("evidence", _swap(1, "C01", "01"), ["row 2", "claim", "'01'"]),
    "not UTF-8": (
        "tao_weekly",
        lambda raw: raw.replace(b"all venues", b"all\xffvenues", 1),
        ["UTF-8", "0xff"],
    ),
    "an open quote": ("tao_weekly", _swap(1, "73.45", '"73.45'), ["tao_weekly.csv"]),
    "nothing left": ("tao_weekly", lambda raw: b"", ["tao_weekly.csv"]),
    "a truncated row of numbers": ("tao_weekly", _lines(_truncate), ["row 148"]),
    "a truncated row of words": ("private_valuations", _lines(_truncate), ["row 15"]),
    "a truncated row that ends in free words": (
        "claims",
        _lines(lambda x: x.append("C99,a,b")),
        ["row 81"],
    ),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_file_is_refused_by_file_row_and_column(what, tmp_path, refused):
    name, damage, words = DAMAGE[what]
    file = RESOURCES[name]["path"]
    shutil.copy(DATA / "datapackage.json", tmp_path)
    (tmp_path / file).write_bytes(damage((DATA / file).read_bytes()))
    with refused(f"data/{file}", *words, kind=ValueError):
        data.load(name, folder=tmp_path)


def test_a_file_that_is_gone_is_refused_by_name(tmp_path, refused):
    shutil.copy(DATA / "datapackage.json", tmp_path)
    with refused("data/claims.csv", kind=ValueError):
        data.load("claims", folder=tmp_path)


def test_a_copy_that_is_not_damaged_loads_the_same(tmp_path):
    shutil.copy(DATA / "datapackage.json", tmp_path)
    shutil.copy(DATA / "tao_weekly.csv", tmp_path)
    assert data.load("tao_weekly", folder=tmp_path).equals(data.load("tao_weekly"))
