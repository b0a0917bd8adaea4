"""Schedules of other tokens: every kind against its own integral, Bitcoin against the chain's rules,
and the published ones against what their sources say.
"""

import dataclasses
import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tao_econ as te
from tao_econ.inputs import data
from tao_econ.views.token_dilution import finding

DAY = dt.date(2023, 11, 20)
START = dt.date(2024, 1, 1)
ONE = {"units": 10**24, "start": START}
KINDS = {
    "cliff": {},
    "linear": {"end": dt.date(2027, 1, 1)},
    "step": {"end": dt.date(2026, 1, 1), "parts": 24},
    "decay": {"half_life_days": 400.0},
    "halving": {"half_life_days": 500.0},
}
days = st.integers(-2_000, 4_000)
rates = st.sampled_from([0.0, 0.05, 0.2, 1.0])


def one(kind: str, **changes) -> te.economy.Schedule:
    part = te.economy.Tranche(name=kind, kind=kind, **(ONE | KINDS[kind] | changes))
    return te.economy.Schedule(token="X", units_per_coin=10**18, tranches=(part,))


def moment(after: int) -> dt.date:
    return START + dt.timedelta(days=after)


@pytest.mark.parametrize("kind", KINDS)
@given(days, st.integers(0, 1_000))
def test_what_has_come_never_shrinks_and_what_is_to_come_is_the_rest(kind, after, more):
    schedule = one(kind)
    now, later = (te.economy.released_units(schedule, moment(d)) for d in (after, after + more))
    assert isinstance(now, int) and 0 <= now <= later <= 10**24
    left = te.economy.coins_to_come(schedule, moment(after))
    assert now / 10**18 + left == pytest.approx(1e6, rel=1e-9)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("after", [-400, 0, 123, 900])
@pytest.mark.parametrize("rate", [0.05, 0.2, 1.0])
def test_discounting_is_the_sum_over_days(kind, after, rate):
    schedule = one(kind)
    came = np.array(
        [te.economy.released_units(schedule, moment(after + d)) for d in range(0, 9_001)], float
    )
    middle = np.arange(9_000) + 0.5
    by_sum = np.sum(np.diff(came) / 1e18 * (1 + rate) ** (-middle / 365.25))
    got = te.economy.coins_to_come(schedule, moment(after), discount_rate=rate)
    assert got == pytest.approx(by_sum, rel=2e-3, abs=1)


def test_a_step_comes_at_the_end_of_each_period_and_a_reward_halves():
    step = one("step", end=moment(100), parts=4)
    came = [te.economy.released_units(step, moment(d)) / 1e24 for d in (24, 25, 74, 75, 100)]
    assert came == [0, 0.25, 0.5, 0.75, 1]
    halving = one("halving", half_life_days=100.0)
    came = [te.economy.released_units(halving, moment(d)) / 1e24 for d in (50, 100, 150, 200, 300)]
    assert came == pytest.approx([0.25, 0.5, 0.625, 0.75, 0.875])


def test_bitcoins_schedule_is_that_of_its_rules():
    schedule = te.economy.token_schedule("BTC", DAY)
    rules = te.rules_at("bitcoin")
    path = te.chain.emission_path(rules, issuance_rao=0, days=12_000, every_days=500)
    for day, issued in zip(range(0, 12_001, 500), path.issuance_rao, strict=True):
        when = dt.date(2009, 1, 3) + dt.timedelta(days=day)
        assert te.economy.released_units(schedule, when) == pytest.approx(issued, rel=1e-8)
    block = 144 * 5_000
    snapshot = te.Snapshot(
        name="x",
        date=dt.date(2009, 1, 3) + dt.timedelta(days=5_000),
        block=block,
        issuance_rao=int(path.issuance_rao[10]),
        price_usd=1.0,
        sources={},
    )
    scenario = dataclasses.replace(te.load_scenario("base"), recycled_share=0.0)
    now = int(path.issuance_rao[10]) / 1e8
    for rate in (0.05, 0.2, 1.0):
        mine = now + te.economy.coins_to_come(schedule, snapshot.date, discount_rate=rate)
        chain = te.economy.discounted_supply(rules, snapshot, scenario, rates=[rate])
        assert mine == pytest.approx(float(chain[0]), rel=1e-7)
    growth = te.economy.token_growth(schedule, snapshot.date, 3, circulating=now)
    chains = te.economy.break_even_growth(rules, snapshot, scenario, 3)
    assert growth == pytest.approx(chains, rel=1e-5)


def test_published_schedules_add_up_to_what_their_sources_say():
    def total(token, when, firm_only=False):
        schedule = te.economy.token_schedule(token, when)
        came = te.economy.released_units(schedule, when, firm_only=firm_only)
        return came / schedule.units_per_coin + te.economy.coins_to_come(
            schedule, when, firm_only=firm_only
        )

    assert total("WLD", DAY) == pytest.approx(10e9)
    assert total("WLD", "2025-10-01") == pytest.approx(10e9)
    genesis = 599_822_557  # of the 600 M that were not to be mined
    assert total("FIL", DAY, firm_only=True) == pytest.approx(genesis + 330e6)
    assert total("FIL", DAY) == pytest.approx(genesis + 1_100e6)
    assert total("OCEAN", DAY) == pytest.approx(503.4e6)
    assert total("RNDR", DAY) == pytest.approx(9_126_804 + 2 * 5.9e6)


def test_oceans_inferred_last_phase_pays_the_1_1_million_a_week_of_its_post():
    schedule = te.economy.token_schedule("OCEAN", DAY)
    week = [te.economy.released_units(schedule, d) for d in ("2025-06-01", "2025-06-08")]
    assert (week[1] - week[0]) / 1e18 == pytest.approx(1.13e6, rel=2e-3)


def test_what_has_no_date_has_no_number():
    assert math.isnan(
        te.economy.token_growth(te.economy.token_schedule("FET", DAY), DAY, 1, circulating=8e8)
    )
    rndr = te.economy.token_schedule("RNDR", DAY)
    within = [te.economy.token_growth(rndr, DAY, y, circulating=371_905_310) for y in (1, 3, 5)]
    assert within[0] < within[1] < 0.06 and math.isnan(within[2])
    pressure = te.economy.token_pressure(
        te.economy.token_schedule("FET", DAY), DAY, price_usd=0.5, volume_usd=1e7
    )
    assert all(math.isnan(value) for value in pressure)


def test_a_schedule_is_what_was_known_on_the_day():
    def kinds(when):
        return {part.name for part in te.economy.token_schedule("WLD", when).tranches}

    assert "investors" in kinds(DAY) and "investors" not in kinds("2024-07-16")
    assert {part.kind for part in te.economy.token_schedule("OCEAN", "2024-06-01").tranches} == {
        "none"
    }


def test_sell_pressure_is_a_years_new_coins_by_the_day():
    linear = one("linear", start=DAY, end=dt.date(2033, 11, 20), units=365_250 * 10**18)
    got = te.economy.token_pressure(linear, DAY, price_usd=2.0, volume_usd=1_000.0)
    assert got.coins_per_day == pytest.approx(100, rel=1e-3)
    assert got.participation_share == pytest.approx(0.2, rel=1e-3)


def test_the_comparison_on_the_articles_day():
    rules, snapshot = te.rules_at("2026-09-11"), te.load_snapshot("2023-11-20")
    scenario = te.load_scenario("article")
    table = te.economy.dilution_table(rules, snapshot, scenario).set_index("token")
    own = te.economy.supply_at(rules, snapshot, scenario)
    assert table.loc["TAO", "mc_fdv"] == own.mc_fdv
    assert table.loc["TAO", "growth_firm_1"] == te.economy.break_even_growth(
        rules, snapshot, scenario, 1
    )
    known = table.drop(index="FET")
    assert (known["mc_discounted_low"] <= known["mc_discounted_high"] + 1e-12).all()
    assert (known["mc_fdv"] <= known["mc_discounted_high"] + 1e-12).all()
    assert (known["growth_firm_1"] <= known["growth_full_1"]).all()
    assert table.loc["FET", ["mc_discounted_low", "growth_firm_1"]].isna().all()
    assert table.loc["FIL", "mc_fdv"] < table.loc["TAO", "mc_fdv"]
    assert table.loc["FIL", "growth_full_1"] < table.loc["TAO", "growth_firm_1"]
    assert table.loc["RNDR", "grown_share"] == pytest.approx(518_584_616 / 371_905_310 - 1)
    assert set(table.index[table["grown_share"].isna()]) == {"FET", "OCEAN"}
    assert (
        finding(table.reset_index())
        == "Of 5 schedules only WLD's was to outgrow TAO's within a year"
    )


def test_a_finding_follows_its_numbers():
    rules, snapshot = te.rules_at("2026-09-11"), te.load_snapshot("2023-11-20")
    table = te.economy.dilution_table(rules, snapshot, te.load_scenario("article"))
    slower = table.assign(growth_firm_1=table["growth_firm_1"].where(table["token"] == "TAO", 0.01))
    assert finding(slower) == "Of 6 schedules none was to outgrow TAO's within a year"


@pytest.mark.parametrize(
    "name, shown, call",
    [
        ("token", "'XYZ'", lambda: te.economy.token_schedule("XYZ", DAY)),
        ("when", "2001-01-01", lambda: te.economy.token_schedule("FIL", "2001-01-01")),
        ("end", "None", lambda: te.economy.released_units(one("linear", end=None), DAY)),
        ("parts", "None", lambda: te.economy.released_units(one("step", parts=None), DAY)),
        ("units", "None", lambda: te.economy.released_units(one("cliff", units=None), DAY)),
        ("end", "2024", lambda: te.economy.released_units(one("linear", end=START), DAY)),
        ("schedule", "3", lambda: te.economy.released_units(3, DAY)),
        ("firm_only", "1", lambda: te.economy.released_units(one("cliff"), DAY, firm_only=1)),
        (
            "discount_rate",
            "-0.1",
            lambda: te.economy.coins_to_come(one("cliff"), DAY, discount_rate=-0.1),
        ),
        ("years", "0", lambda: te.economy.token_growth(one("cliff"), DAY, 0, circulating=1.0)),
        (
            "circulating",
            "0",
            lambda: te.economy.token_growth(one("cliff"), DAY, 1, circulating=0.0),
        ),
        (
            "date",
            "2026-09-11",
            lambda: te.economy.dilution_table(
                te.rules_at("2026-09-11"),
                te.load_snapshot("2026-09-11"),
                te.load_scenario("base"),
            ),
        ),
        (
            "token",
            "'NMR'",
            lambda: te.economy.dilution_table(
                te.rules_at("2026-09-11"),
                te.load_snapshot("2023-11-20"),
                te.load_scenario("base"),
                tokens=("NMR",),
            ),
        ),
    ],
)
def test_a_bad_value_is_one_line(name, shown, call, refused):
    with refused(name, shown):
        call()


def test_every_row_of_the_table_is_a_whole_tranche():
    table = data.load("token_schedules")
    for token in te.economy.schedule_tokens():
        for day in sorted(set(table["decided_on"][table["token"] == token])):
            assert te.economy.token_schedule(token, day.date()).tranches
