"""Every view on any legal snapshot, from genesis to the cap and any date: a picture, or one line."""

import dataclasses
import datetime as dt
import os
import re
import typing
import warnings

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import tao_econ as te
from tao_econ import views
from tao_econ.economy.issuance_readings import GENESIS_ISSUANCE_RAO
from tao_econ.inputs.units import RAO_PER_TAO
from tao_econ.views.marks import View

CAP_RAO = te.rules_at("2026-09-11").max_supply_rao
NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE", "default") != "default"
EXAMPLES = 60 if NIGHTLY else 3
RULE = re.compile(r"\b(must|unknown|missing)\b")
PLACES = {
    name: [key for key, kind in typing.get_type_hints(it.draw).items() if kind is te.Snapshot]
    for name, it in views.VIEWS.items()
}
TAKE_ONE = sorted(name for name, places in PLACES.items() if places)
SLOW = {"sobol_beside_tornado": 1, "tornado": 1}  # examples of those that run a model for seconds


@st.composite
def legal(draw):
    """A day's facts that could have been or will be: no more staked than issued."""
    issued = draw(
        st.one_of(
            st.sampled_from([GENESIS_ISSUANCE_RAO, CAP_RAO // 2, CAP_RAO - 1, CAP_RAO]),
            st.integers(GENESIS_ISSUANCE_RAO, CAP_RAO),
        )
    )
    known = st.one_of(st.none(), st.floats(0.01, 0.99).map(lambda part: part * issued / 1e9))
    day = st.one_of(
        st.sampled_from([dt.date(2023, 3, 20), dt.date(2027, 1, 1), dt.date(9999, 12, 31)]),
        st.dates(dt.date(2023, 3, 20), dt.date(2300, 1, 1)),
    )
    dollars = st.floats(-3, 9).map(lambda size: float(10**size))
    return te.Snapshot(
        name="drawn",
        date=draw(day),
        issuance_rao=issued,
        price_usd=draw(st.floats(-4, 6).map(lambda size: float(10**size))),
        volume_usd=draw(st.one_of(st.none(), dollars)),
        staked_tao=draw(known),
        fdv_stated_usd=draw(st.one_of(st.none(), dollars.map(lambda usd: 1000 * usd))),
        block=draw(st.one_of(st.none(), st.integers(0, 400_000_000))),
    )


def shown(name, snapshots):
    """The view, or "" where it said in one line why there is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        try:
            drawn = views.VIEWS[name](**snapshots)
        except (ValueError, TypeError) as error:
            line = str(error)
            assert "\n" not in line and RULE.search(line), (name, line)
            return ""
    assert isinstance(drawn, View) and "nan" not in drawn.title and "inf" not in drawn.title.split()
    drawn.fingerprint()
    return drawn


@pytest.mark.parametrize("name", TAKE_ONE)
def test_a_view_of_any_snapshot_is_a_picture_or_one_line(name):
    @settings(max_examples=min(EXAMPLES, SLOW.get(name, EXAMPLES)), phases=[Phase.generate])
    @given(st.data())
    def every(data):
        shown(name, {place: data.draw(legal()) for place in PLACES[name]})

    every()


NOW = te.load_snapshot("2026-09-11")
LATER = te.Snapshot(
    date="2027-01-01", issuance_rao=11_498_237 * RAO_PER_TAO, price_usd=297.585, volume_usd=95e6
)
BARE = {"volume_usd": None, "staked_tao": None, "block": None}


@pytest.mark.parametrize("name", [n for n in TAKE_ONE if n not in SLOW])
def test_a_reading_of_next_year_is_drawn(name):
    """In the place of the latest one; that of a stated FDV alone is not asked of a new day."""
    youngest = max(PLACES[name], key=lambda place: views.VIEWS[name].records()[place].date)
    if name == "claims_against_events" and youngest == "then":
        pytest.skip("speaks of the article alone")
    if name == "dilution_by_schedule":
        pytest.skip("speaks of a day on which other tokens were read; any other is refused below")
    assert shown(name, {youngest: LATER}), name


def test_what_is_missing_is_named_and_nothing_is_divided_by_zero():
    bare = dataclasses.replace(NOW, **BARE, issuance_rao=CAP_RAO)
    with pytest.raises(ValueError, match="issuance_rao must leave something to issue"):
        views.VIEWS["fees_against_emission"](now=bare)
    with pytest.raises(ValueError, match=r"day of the comparables, got 2027-01-01 in 'your own'"):
        views.VIEWS["dilution_by_schedule"](snapshot=LATER)
    assert np.isfinite(views.VIEWS["inflation"](snapshot=bare).panels[0].marks[0].y).all()
