"""Who says so: every source has a public address or says that it has none, and what nobody signs is
called unverifiable wherever its name stands.
"""

import dataclasses
import re
import tomllib

import pytest

import tao_econ as te
from tao_econ.inputs import data
from tao_econ.inputs.files import DATA
from tao_econ.inputs.record import about
from tao_econ.views import cited

REGISTER = data.load("sources")
CELLS = ("source", "price_source")  # columns that name a source
NONE = ("own", "none found")  # publishers of evidence without a source of others


def texts():
    """(place, text) of everything that names a source."""
    for table in data.names():
        rows = data.load(table)
        for column in {*CELLS} & {*rows.columns}:
            yield from ((f"{table}.csv", text) for text in rows[column].dropna().unique())
    for record in (te.Scenario, te.incentives.QueryMarket):
        for field in dataclasses.fields(record):
            if source := about(record, field.name)["source"]:
                yield f"{record.__name__}.{field.name}", source
    for name, values in tomllib.loads((DATA / "snapshots.toml").read_text())["snapshot"].items():
        for key, cell in values.items():
            if isinstance(cell, dict):
                yield f"snapshot {name}.{key}", cell["source"]
    laws = tomllib.loads((DATA / "eras.toml").read_text(encoding="utf-8"))
    for law in laws["era"] + laws["schedule"]:
        yield f"era {law['name']}", law["source"]
        yield from (
            (f"era {law['name']}, {rule}", known["at"])
            for rule, known in law.get("known", {}).items()
        )


TEXTS = sorted({*texts()})
NAMED_ELSEWHERE = {"evidence.csv", "token_schedules.csv"}  # their addresses have a column


def is_about_a_source(place):
    return place not in NAMED_ELSEWHERE and not re.match(r"era .*, ", place)


def test_a_listed_source_has_an_address_or_says_that_it_has_none():
    for row in REGISTER.to_dict("records"):
        given = isinstance(row["url"], str)
        wrong = given != (row["standing"] == "public")
        assert not wrong or (given and row["standing"] == "unverifiable"), row["name"]


def test_every_source_is_listed_or_carries_its_own_address():
    lost = [(place, text) for place, text in TEXTS if is_about_a_source(place)]
    assert not [pair for pair in lost if not cited.named(pair[1])]


def test_every_piece_of_evidence_has_an_address_or_says_that_it_has_none():
    table = data.load("evidence")
    for row in table.astype(object).where(table.notna(), "").to_dict("records"):
        addresses = [found.address for found in cited.named(row["link"])]
        assert any(addresses) or row["publisher"] in NONE or "ot found" in row["source"], row
    assert data.load("token_schedules")["url"].notna().all()


def test_a_listed_name_is_used_but_for_papers_behind_a_formula():
    said = " ".join([*(text for _, text in TEXTS), *data.load("evidence")["link"].dropna()])
    behind_a_formula = REGISTER["name"].str.contains(r"\(\d{4}\)$")
    assert not [name for name in REGISTER["name"][~behind_a_formula] if name not in said]


def test_what_nobody_signs_is_called_unverifiable_where_it_is_named():
    unsigned = REGISTER["name"][REGISTER["standing"] == "unverifiable"]
    spoken = re.compile("|".join(map(re.escape, unsigned)))
    silent = [pair for pair in TEXTS if spoken.search(pair[1]) and cited.UNSIGNED not in pair[1]]
    assert not silent


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        (
            "Sato, arXiv:2411.13965; NBER 28967",
            ["arxiv.org/abs/2411.13965", "nber.org/papers/w28967"],
        ),
        ("RaoFoundation/subtensor issue 3157", ["github.com/RaoFoundation/subtensor/issues/3157"]),
        ("a/b pull request 7", ["github.com/a/b/pull/7"]),
        ("a/b:data/x.csv@0f5e7e0ef92f", ["github.com/a/b/blob/0f5e7e0ef92f/data/x.csv"]),
        ("a/b data/x.json @8e38344a", ["github.com/a/b/blob/8e38344a/data/x.json"]),
        ("see https://a.example/b; and", ["a.example/b"]),
        ("claims.csv C42", ["data/claims.csv"]),
        ("our choice", [""]),
        ("whatever", []),
    ],
)
def test_an_address_follows_from_the_words(text, addresses):
    found = [source.address for source in cited.named(text)]
    assert [re.sub(r"^https://(www\.)?", "", address) for address in found] == addresses


def test_a_link_keeps_the_text_and_a_table_says_what_it_rests_on():
    text = "Donier and Bonart, arXiv:1412.4503, and no more"
    assert cited.linked(text) == text.replace(
        "arXiv:1412.4503", "[arXiv:1412.4503](https://arxiv.org/abs/1412.4503)"
    )
    assert (
        cited.linked("Statista summary, 2023") == "Statista summary (no public address found), 2023"
    )
    assert (
        cited.linked("our choice; CoinGecko") == "our choice; CoinGecko (no public address found)"
    )
    assert cited.marked("data/pool_percentiles.csv, 2026") == (
        "data/pool_percentiles.csv (unverifiable), 2026"
    )
    assert cited.marked("data/supply_points.csv") == (
        "data/supply_points.csv (in part unverifiable)"
    )
    assert cited.marked("data/claims.csv, nothing.csv") == "data/claims.csv, nothing.csv"
    assert not cited.unsigned(["signed"]) and cited.unsigned(["x: unverifiable"])
