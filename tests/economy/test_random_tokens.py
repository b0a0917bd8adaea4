"""Schedules of other tokens over their whole domains, and beyond them a line."""

import datetime as dt
import math

import pytest
from domain import PUBLIC, Case, arguments, hold, number, record, rules, scenarios, whole
from hypothesis import strategies as st

import tao_econ as te

FIRST, LAST = dt.date(2009, 1, 3), dt.date(2100, 1, 1)
dates = st.dates(FIRST, LAST)
coins = whole(0, 10**40)
length = st.integers(1, 10_000)
wait = number("[1, 100000]")
KINDS = {
    "cliff": {},
    "linear": {"end": length},
    "step": {"end": length, "parts": st.integers(1, 200)},
    "decay": {"half_life_days": wait},
    "halving": {"half_life_days": wait},
    "none": {},
}
UNKNOWN = {"": "where a part of the schedule has no date"}
NO_DATE = dict.fromkeys(
    ("growth", "mc_discounted_low", "mc_discounted_high", "grown_share"), "no schedule, or merged"
)
NO_DATE |= {
    f"growth_{name}_{years}": "no schedule so far"
    for name in ("firm", "full")
    for years in (1, 3, 5)
}


@st.composite
def tranches(draw):
    kind = draw(st.sampled_from(sorted(KINDS)))
    given = {name: draw(values) for name, values in KINDS[kind].items()}
    start = draw(dates if kind != "none" else st.none() | dates)
    if "end" in given:
        given["end"] = start + dt.timedelta(days=given["end"])
    return te.economy.Tranche(
        name=kind, kind=kind, units=draw(coins), start=start, firm=draw(st.booleans()), **given
    )


schedules = st.builds(
    te.economy.Schedule,
    token=st.just("X"),
    units_per_coin=whole(1, 10**30),
    tranches=st.lists(tranches(), max_size=4).map(tuple),
)
asked = {"schedule": schedules, "when": dates, "firm_only": st.booleans()}


def released_law(units, schedule, when, firm_only):
    most = sum(part.units for part in schedule.tranches)
    assert isinstance(units, int) and 0 <= units <= most
    assert units <= te.economy.released_units(schedule, LAST) or firm_only


def to_come_law(worth, schedule, when, discount_rate, firm_only):
    most = sum(part.units for part in schedule.tranches) / schedule.units_per_coin
    assert 0 <= worth <= most * (1 + 1e-9)


def table_law(table, **_):
    assert (table["mc_fdv"] > 0).all() and table["token"][0] == "TAO"
    for years in (1, 3, 5):
        firm, full = table[f"growth_firm_{years}"], table[f"growth_full_{years}"]
        assert ((firm <= full * (1 + 1e-9)) | firm.isna()).all()


TABLE = {
    "schedule_tokens": Case(arguments(), lambda found: found == sorted(found) or pytest.fail()),
    "token_schedule": Case(
        arguments(token=st.sampled_from(te.economy.schedule_tokens()), when=dates),
        lambda found, token, when: found.token == token or pytest.fail("another"),
        refuses="when must be a day on which",
    ),
    "released_units": Case(arguments(**asked), released_law),
    "coins_to_come": Case(arguments(**asked, discount_rate=number("[0, 1]")), to_come_law),
    "token_growth": Case(
        arguments(**asked, years=number("(0, 1000]"), circulating=number("[1e-9, 1e30]")),
        lambda growth, **_: math.isnan(growth) or growth >= 0 or pytest.fail("negative"),
        unknown=UNKNOWN,
    ),
    "token_pressure": Case(
        arguments(**asked, price_usd=number("[1e-9, 1e9]"), volume_usd=number("[1, 1e15]")),
        lambda got, **_: math.isnan(got[0]) or min(got) >= 0 or pytest.fail("negative"),
        unknown=dict.fromkeys(
            ("coins_per_day", "usd_per_day", "participation_share"), "where no date is known"
        ),
    ),
    "dilution_table": Case(
        arguments(
            rules=rules(),
            snapshot=record(te.load_snapshot("2023-11-20"), fixed=("name", "date")),
            scenario=scenarios(),
            tokens=st.lists(st.sampled_from(te.economy.token_supply.COMPARED), unique=True).map(
                tuple
            ),
        ),
        table_law,
        unknown=NO_DATE,
        refuses="issuance_rao must be at most|staked_tao must be at most|block must be",
        most=20,
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_every_example_is_answered_in_finite_numbers_or_refused_in_one_line(name):
    hold(PUBLIC[name], TABLE[name])
