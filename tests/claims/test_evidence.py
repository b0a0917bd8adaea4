"""Typed evidence: a bad row is refused with its row and rule; no rule reads prose."""

import re

import pandas as pd
import pytest

from tao_econ import claims
from tao_econ.claims import facts as typed
from tao_econ.claims import rule
from tao_econ.inputs import data

EVIDENCE = data.load("evidence")
CLAIMS = data.load("claims")
PROSE = {"evidence": ("scope", "source", "link", "quote", "note", "unit")} | {
    "claims": ("section", "claim", "words", "missing", "notes", "quantity", "unit")
}
LOREM = "lorem ipsum dolor sit amet"


def with_row(number, **cells):
    """The table of evidence with one row changed; row 2 is the first."""
    table = EVIDENCE.astype(object)
    for name, value in cells.items():
        table.loc[number - 2, name] = value
    return table


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"kind": "number", "value": "many"}, "value must be a number, got 'many'"),
        ({"kind": "number", "value": "nan"}, "value must be a number"),
        ({"kind": "yes/no", "value": "perhaps"}, "value must be yes or no, got 'perhaps'"),
        ({"kind": "date", "value": "2023-13-01"}, "value must be a date"),
        ({"kind": "date", "value": "autumn"}, "value must be a date"),
        ({"claim": "C99"}, "claim must be one of claims.csv, got 'C99'"),
        ({"as_of": "2024-02", "known_from": "2023-12-31"}, "known_from must not be before as_of"),
        ({"kind": "number", "value": "1", "low": 2.0, "high": 3.0}, "low and high must hold"),
        ({"quote": "word " * 26}, "quote must have at most 25 words"),
    ],
)
def test_a_bad_row_is_refused_with_row_and_rule(cells, said, refused):
    with refused("data/evidence.csv, row 7: ", said):
        typed.typed_facts(with_row(7, **cells), CLAIMS)


def test_a_fact_stands_once_for_each_day_and_publisher(refused):
    twice = pd.concat([EVIDENCE, EVIDENCE.iloc[[3]]], ignore_index=True)
    with refused(f"row {len(twice) + 1}: a fact must stand once", "as in row 5"):
        typed.typed_facts(twice, CLAIMS)


def test_what_a_claim_may_declare(refused):
    table = CLAIMS.astype(object)
    table.loc[4, "hedge"] = "peut-être"
    with refused("data/claims.csv, row 6: unknown hedge 'peut-être'"):
        claims.declared(table)
    table = CLAIMS.astype(object)
    table.loc[4, "days_then"] = "November"
    with refused("data/claims.csv, row 6: a day must be a date, got 'November'"):
        claims.declared(table)


def test_every_hedge_stands_in_the_words_it_weakens():
    for row in CLAIMS.dropna(subset="hedge").itertuples():
        assert row.hedge.lower() in row.words.lower(), row.id
        assert len(row.words.split()) <= 40, row.id


def worlds(evidence=EVIDENCE, table=CLAIMS):
    """The world of other tables."""
    from dataclasses import replace

    declared = claims.declared(table)
    return replace(claims.world(), facts=typed.typed_facts(evidence, table), claims=declared)


def test_replacing_all_prose_by_lorem_ipsum_changes_no_verdict():
    told = {}
    for name, table in (("evidence", EVIDENCE), ("claims", CLAIMS)):
        blank = table.copy()
        for column in PROSE[name]:
            blank[column] = LOREM
        told[name] = blank
    before, after = claims.check(worlds()), claims.check(worlds(told["evidence"], told["claims"]))
    columns = [name for name in before if name.split("_")[0] in ("verdict", "readings", "value")]
    pd.testing.assert_frame_equal(before[columns], after[columns])
    assert (before["grade"] == after["grade"]).all()


def test_then_sees_no_row_that_became_known_later():
    known = [typed.period(text)[1] <= rule.PUBLISHED for text in EVIDENCE["known_from"]]
    before = claims.check(worlds()).set_index("id")
    later = EVIDENCE.astype(object)
    for row in later.index[[not one for one in known]]:  # every later fact is another one
        kind, value = later.loc[row, "kind"], later.loc[row, "value"]
        if value == typed.UNKNOWN_VALUE:
            continue
        turned = {"yes": "no", "no": "yes"}.get(value, "2001-01-01")
        later.loc[row, "value"] = str(float(value) * 3) if kind == "number" else turned
        later.loc[row, ["low", "high"]] = None
    after = claims.check(worlds(later)).set_index("id")
    assert (before["verdict_then"] == after["verdict_then"]).all()
    assert (before["verdict_now"] != after["verdict_now"]).sum() > 8


def test_low_confidence_alone_cannot_be_checked():
    table = EVIDENCE.astype(object)
    table.loc[table["fact"] == "carried_over", "confidence"] = "low"
    table.loc[table["fact"] == "mined_before", "confidence"] = "low"
    assert claims.check(worlds(table)).set_index("id").verdict_then["C21"] == rule.UNKNOWN
    rows = EVIDENCE[(EVIDENCE["claim"] == "C18")]
    assert list(rows["confidence"]) == ["low"]
    ledger = claims.check().set_index("id")
    assert ledger.verdict_then["C18"] == ledger.verdict_now["C18"] == rule.UNKNOWN


def test_independent_sources_are_publishers_and_never_ourselves():
    found = claims.world().facts
    assert claims.grade(found, "C45") == "D"  # two rows, both our own arithmetic
    assert claims.grade(found, "C24") == "A"
    one = typed.Fact(1.0, 0, 2, "", pd.Timestamp(0), pd.Timestamp(0), "high", "Opentensor")
    two = one._replace(publisher="CoinMarketCap")
    both = {("C01", "a"): (one,), ("C01", "b"): (one,)}
    assert claims.grade(both, "C01") == "B"
    assert claims.grade(both | {("C01", "c"): (two,)}, "C01") == "A"
    assert claims.grade({("C01", "a"): (one._replace(publisher="own"),)}, "C01") == "D"


def test_no_code_reads_prose():
    from pathlib import Path

    folder = Path(claims.__file__).parent
    for file in folder.glob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"\[[\"'](note|notes|scope|quote)[\"']\](?! or \"\")", text), file.name
