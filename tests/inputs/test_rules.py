"""Law, fact and assumption: what the records hold and what they refuse."""

import dataclasses
import datetime as dt
import re
from fractions import Fraction

import numpy as np
import pytest

from tao_econ.inputs import data
from tao_econ.inputs import record as records
from tao_econ.inputs import rules as inputs
from tao_econ.inputs.proofs import ABOUT_AN_ERA, how_known, not_modelled
from tao_econ.inputs.rules import Rules, Scenario, Snapshot
from tao_econ.inputs.units import utc

NAMES = [r.name for r in inputs.eras() + inputs.schedules()]
RECORDS = [inputs.eras()[0], inputs.load_snapshot("article"), Scenario()]


def bounds(field):
    """Lowest and highest value of an assumption, read from its rule: 'in (0, 1]'."""
    rule = records.about(Scenario(), field)["rule"]
    return [float(n.replace(",", "")) for n in re.findall(r"-?\d[\d,.]*(?=, |\]|\))", rule)]


@pytest.mark.parametrize("record", RECORDS, ids=lambda it: type(it).__name__)
def test_a_bound_is_said_as_a_whole_number_where_it_is_one(record):
    for field in dataclasses.fields(record):
        rule = records.about(record, field.name)["rule"]
        assert not re.search(r"\.0(?!\d)", rule), (field.name, rule)


def test_every_era_has_a_source_and_a_date_and_a_name_of_its_own():
    assert len(set(NAMES)) == len(NAMES)
    for rules in inputs.eras() + inputs.schedules():
        assert len(rules.source) > 10 and len(rules.title) > 10
        assert dt.date(2009, 1, 1) <= rules.first_date <= rules.checked


def test_eras_stand_in_the_order_of_their_dates_and_blocks():
    dates = [r.first_date for r in inputs.eras()]
    assert dates == sorted(set(dates))
    blocks = [r.first_block for r in inputs.eras() if r.chain == "finney"]
    known = [block for block in blocks if block is not None]
    assert known == sorted(set(known)) and blocks[: len(known)] == known and blocks[0] == 0


def test_first_blocks_agree_with_the_dated_blocks_within_one_percent():
    anchors = data.load("block_anchors").query("kind_of_time != 'date only'")
    seconds = [utc(t).timestamp() for t in anchors["utc"]]
    for rules in (r for r in inputs.eras() if r.chain == "finney" and r.first_block):
        noon = (utc(rules.first_date) + dt.timedelta(hours=12)).timestamp()
        expected = np.interp(noon, seconds, anchors["block"].astype(float))
        expected += max(0, noon - seconds[-1]) / 12
        assert rules.first_block == pytest.approx(expected, rel=0.01), rules.name


NOT_KNOWN = {  # (era, where it says so): why nobody can tell
    ("yuma3-optional", "stake_threshold_rao"): "the code's date is known; main net's stored value "
    "is told by documentation alone, without a day",
    ("chain-buys", "price_ema_rate"): "a check of January 2026 shows the new rate; no storage from "
    "the weeks before",
    ("weighted-pools", "transaction_fees"): "read at a commit of June 2026; which tag had it first "
    "was not looked up",
    ("etao", "title"): "a release page of October 2026 and no reading of main net after it",
    ("etao", "name"): "the same",
}


def test_each_row_of_the_eras_that_says_not_known_is_listed_with_the_reason():
    said = set()
    for row in inputs._tables("eras.toml", "era", list):
        words = {"title": row["title"], "source": row["source"]}
        words |= {
            name: " ".join(map(str, it.values())) for name, it in row.get("known", {}).items()
        }
        said |= {
            (row["name"], where)
            for where, text in words.items()
            if re.search(r"not known|unknown|not looked up|not dated", text)
        }
    assert said == set(NOT_KNOWN)


def test_an_era_keeps_what_it_does_not_change():
    before, after = inputs.rules_at("revolution"), inputs.rules_at("halving-by-issuance")
    changed = {
        f.name
        for f in dataclasses.fields(Rules)
        if getattr(before, f.name) != getattr(after, f.name)
    }
    assert changed == {"name", "title", "first_block", "first_date", "source", "schedule"}


def test_rules_are_found_by_block_date_and_name():
    assert (
        inputs.rules_at(4_920_350).name == "liquid-alpha"
        and inputs.rules_at(4_920_351).name == "dynamic-tao"
    )
    assert (
        inputs.rules_at(0).name == "finney"
        and inputs.rules_at(np.int64(4_920_351)).name == "dynamic-tao"
    )
    assert (
        inputs.rules_at("2025-02-12").name == "liquid-alpha"
        and inputs.rules_at("2025-02-13").name == "dynamic-tao"
    )
    assert inputs.rules_at(dt.date(2023, 11, 20)).name == "revolution"
    assert inputs.rules_at("2022-01-01").chain == "nakamoto"
    assert [inputs.rules_at(name).name for name in NAMES] == NAMES


def test_no_halving_was_in_the_code_on_the_articles_day():
    assert (
        inputs.rules_at("2023-11-20").schedule
        == inputs.rules_at("2024-04-01").schedule
        == "constant"
    )
    assert (
        inputs.rules_at("2024-04-02").schedule
        == inputs.rules_at("2026-09-11").schedule
        == "issuance"
    )


def test_ratios_are_the_integers_the_chain_stores():
    assert (
        inputs.rules_at("2026-09-11").owner_cut
        == inputs.rules_at("finney").max_take
        == Fraction(11_796, 65_535)
    )
    assert inputs.rules_at("2023-10-01").owner_cut == 0
    assert float(inputs.rules_at("2026-09-11").root_weight) == pytest.approx(0.18, abs=1e-12)


CHANGES = [  # first day of a rule that a tag or a reading of main net dates, its value before and after
    ("2025-03-06", "price_ema_warmup_blocks", 0, 100_800),
    ("2025-03-19", "price_ema_warmup_blocks", 100_800, 201_600),
    ("2025-03-19", "owner_self_weight", False, True),
    ("2025-03-28", "bonds_mask", "stale_weights", "new_miners"),
    ("2025-05-28", "permits", "top_stakes", "top_nonzero_stakes"),
    ("2025-05-28", "liquid_alpha", "per_miner", "per_pair"),
    ("2025-07-23", "swap_fee", Fraction(196, 65_535), Fraction(33, 65_535)),
    ("2025-07-23", "commit_mask", False, True),
    ("2025-12-12", "price_ema_rate", Fraction(3, 10**6), Fraction(3, 10**4)),
    ("2026-04-23", "bonds", "classic", "yuma3"),
    ("2026-04-23", "owner_permit", False, True),
    ("2026-06-25", "bonds_mask", "new_miners", "new_miners_since_last_step"),
    ("2026-06-25", "epoch_length", "tempo_and_one", "tempo"),
    ("2026-06-25", "pool", "concentrated", "weighted"),
    ("2026-07-27", "gate", "none", "quantile"),
    ("2026-08-03", "gate", "quantile", "rank"),
    ("2026-08-12", "transaction_fees", "block_author", "recycled"),
]


@pytest.mark.parametrize("day, field, before, after", CHANGES)
def test_a_rule_stands_as_dated_on_both_sides_of_its_first_day_and_first_block(
    day, field, before, after
):
    first = inputs.rules_at(day)
    assert str(first.first_date) == day
    assert getattr(first, field) == getattr(inputs.rules_at(first.first_block), field) == after
    eve = dt.date.fromisoformat(day) - dt.timedelta(days=1)
    assert getattr(inputs.rules_at(eve), field) == before
    assert getattr(inputs.rules_at(first.first_block - 1), field) == before


def test_the_gates_quantile_is_main_nets_stored_one():
    assert inputs.rules_at(8_740_402).gate_quantile == Fraction(3, 4)
    entry = how_known(inputs.rules_at(8_740_402))["gate_quantile"]
    assert (entry.how, entry.value, entry.block) == ("replayed", "stored", 8_740_402)


def test_an_era_whose_block_nobody_knows_is_found_by_its_date_only():
    assert inputs.rules_at("2026-10-18").name == "after-475"
    assert inputs.rules_at("2026-10-19").name == inputs.rules_at("2026-11-25").name == "etao"
    assert inputs.rules_at(10**8).name == "after-475"
    assert inputs.rules_at("etao").first_block is None


def test_epochs_were_a_block_longer_than_the_tempo_until_june_2026():
    assert inputs.epoch_blocks(inputs.rules_at("2026-06-24")) == 361
    assert inputs.epoch_blocks(inputs.rules_at("2026-06-25")) == 360
    assert inputs.epoch_blocks(inputs.rules_at("finney")) == 100
    assert inputs.epoch_blocks(dataclasses.replace(inputs.rules_at("finney"), tempo=0)) == 0


def test_every_rule_that_an_era_changes_says_how_it_is_known():
    for row in inputs._tables("eras.toml", "era", list):
        changed = set(row) - ABOUT_AN_ERA - {"known", "name"}
        said = row.get("known", {})
        assert not changed or "rest" in said or changed <= set(said), row["name"]
        assert set(said) - {"rest", "name"} <= changed, row["name"]
    for rules in inputs.eras():
        for field, entry in how_known(rules).items():
            assert entry.how != "assumed" and entry.at, (rules.name, field)
            measured = (entry.block, entry.measured or None, entry.worst_error)
            assert (entry.how == "replayed") == all(part is not None for part in measured)


def test_what_is_not_modelled_is_dated_where_an_era_says_it_is_left_out():
    table = not_modelled()
    for rule, era in (
        ("subsidy of 2025", "subsidy"),
        ("validators' baskets", "gate-rank"),
        ("null consensus", "after-475"),
        ("emission weights per subnet and root's first part", "etao"),
    ):
        assert table.loc[rule, "since"].date() == inputs.rules_at(era).first_date
    whole = table.loc["concentrated pools", ["since", "until"]]
    spans = [inputs.rules_at(name).first_date for name in ("concentrated-pools", "weighted-pools")]
    assert [day.date() for day in whole] == spans
    assert (table["until"].dropna() > table["since"][table["until"].notna()]).all()


def test_what_no_era_had_is_assumed_and_what_another_had_is_known_as_there():
    rules = inputs.rules_at("gate-rank")
    said = how_known(dataclasses.replace(rules, gate="tiers", pool="concentrated"))
    assert (said["gate"].how, said["pool"].gap) == (
        "assumed",
        "concentrated liquidity is taken as a constant product",
    )
    words = records.describe(rules).loc["gate", "known"]
    assert "replayed" in words and "8,791,247" in words and "0.0024%" in words


@pytest.mark.parametrize("when", [-1, "2020-12-31", dt.date(1999, 1, 1)])
def test_no_rules_are_known_before_the_first_era(when, refused):
    with refused("when", when):
        inputs.rules_at(when)


@pytest.mark.parametrize("when", [True, None, 1.5, float("nan"), [], "2023-99-99"])
def test_rules_at_refuses_what_is_neither_block_nor_date_nor_name(when, refused):
    with refused("when", repr(when)):
        inputs.rules_at(when)


@pytest.mark.parametrize(
    "load, kind, wrong, near",
    [
        (inputs.rules_at, "era", "dynamictao", "dynamic-tao"),
        (inputs.load_snapshot, "snapshot", "artcile", "article"),
        (inputs.load_scenario, "scenario", "bul", "bull"),
        (
            lambda name: records.about(Scenario(), name),
            "Scenario field",
            "recycled",
            "recycled_share",
        ),
        (lambda name: Scenario(**{name: 1.0}), "Scenario field", "lost_shares", "lost_share"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest_and_all_known_ones(
    load, kind, wrong, near, refused
):
    with refused(f"unknown {kind} {wrong!r}; did you mean {near!r}? (known: ", wrong):
        load(wrong)


def test_every_snapshot_value_has_a_source():
    for name in inputs.snapshot_names():
        snapshot = inputs.load_snapshot(name)
        given = {
            f.name for f in dataclasses.fields(Snapshot) if getattr(snapshot, f.name) is not None
        }
        assert given - {"name", "date", "sources"} == set(snapshot.sources), name
        assert all(len(source) > 5 for source in snapshot.sources.values())


def test_a_snapshots_issuance_lies_within_its_published_range():
    for name in inputs.snapshot_names():
        snapshot = inputs.load_snapshot(name)
        low, high = snapshot.issuance_low_rao, snapshot.issuance_high_rao
        assert (low or 0) <= snapshot.issuance_rao <= (high or 21 * 10**15)


def test_every_scenario_loads_and_every_assumption_has_unit_bounds_reason_and_source():
    assert {"article", "base", "bear", "bull", "dilution-only"} <= set(inputs.scenario_names())
    for name in inputs.scenario_names():
        assert inputs.load_scenario(name).name == name
    for field in dataclasses.fields(Scenario):
        about = records.about(Scenario(), field.name)
        if field.name != "name":
            assert about["unit"] and about["reason"] and about["source"] and about["step"], (
                field.name
            )
            low, high = bounds(field.name)
            assert low <= getattr(Scenario(), field.name) <= high, field.name


def test_the_base_scenario_is_the_defaults():
    assert inputs.load_scenario("base") == Scenario()


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: type(r).__name__)
def test_a_record_cannot_be_changed_in_place(record):
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.name = "other"


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: type(r).__name__)
def test_a_record_is_described_field_by_field_with_unit_and_meaning(record):
    table = records.describe(record)
    known = ["known"] if isinstance(record, Rules) else []
    assert list(table.columns) == ["value", "unit", "meaning", *known]
    assert list(table.index) == [f.name for f in dataclasses.fields(record) if f.name != "sources"]
    assert (table["meaning"].str.len() > 4).all()


@pytest.mark.parametrize(
    "field", [f.name for f in dataclasses.fields(Scenario) if f.name != "name"]
)
def test_every_assumption_refuses_what_is_no_number_or_out_of_bounds(field, refused):
    rule, (low, high) = records.about(Scenario(), field)["rule"], bounds(field)
    for wrong, shown in (
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        ("1", "'1'"),
        (True, "True"),
        (None, "None"),
    ):
        with refused(field, shown):
            dataclasses.replace(Scenario(), **{field: wrong})
    for wrong in (low - 1.0, high + 1.0):
        with refused(f"{field} must be {rule}, got {wrong:,}", kind=ValueError):
            dataclasses.replace(Scenario(), **{field: wrong})


@pytest.mark.parametrize(
    "record, field, wrong, shown",
    [
        ("Rules", "max_supply_rao", 1e9, "1000000000.0"),
        ("Rules", "max_supply_rao", 0, "0"),
        ("Rules", "block_reward_rao", True, "True"),
        ("Rules", "block_time_s", 0.0, "0.0"),
        ("Rules", "max_halvings", 257, "257"),
        ("Rules", "schedule", "sometimes", "sometimes"),
        ("Rules", "owner_cut", Fraction(3, 2), "3/2"),
        ("Rules", "owner_cut", 0.18, "0.18"),
        ("Rules", "whole_rao", 1, "1"),
        ("Rules", "first_date", "2023-11-20", "2023-11-20"),
        ("Rules", "first_block", -5, "-5"),
        ("Snapshot", "issuance_rao", 5.5e15, "5500000000000000.0"),
        ("Snapshot", "issuance_rao", -1, "-1"),
        ("Snapshot", "block", 1.5, "1.5"),
        ("Snapshot", "price_usd", 0.0, "0.0"),
        ("Snapshot", "price_usd", float("nan"), "nan"),
        ("Snapshot", "sources", "here", "here"),
        ("Scenario", "horizon_years", 1e9, "1,000,000,000.0"),
    ],
)
def test_a_record_names_the_field_the_rule_and_the_value_it_refuses(
    record, field, wrong, shown, refused
):
    good = next(r for r in RECORDS if type(r).__name__ == record)
    with refused(field, shown):
        dataclasses.replace(good, **{field: wrong})


def test_a_record_with_a_field_missing_says_which(refused):
    with refused("Snapshot.date", kind=TypeError):
        Snapshot()


def test_a_field_taken_from_another_record_keeps_its_unit_and_bounds_but_for_what_is_changed(
    refused,
):
    @records.checked_record
    class Slider:
        discount_rate: float = records.same(Scenario, "discount_rate", 0.3, le=0.5)

    own, first = (
        records.about(Slider(), "discount_rate"),
        records.about(Scenario(), "discount_rate"),
    )
    assert own["rule"] == "in [0, 0.5]" and first["rule"] == "in [0, 1]" and own["reason"] is None
    assert all(own[key] == first[key] for key in ("unit", "meaning", "step", "span"))
    with refused("discount_rate", "0.6"):
        Slider(discount_rate=0.6)
