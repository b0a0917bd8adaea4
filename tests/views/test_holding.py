"""Figures and the instrument on holding TAO: titles follow from the records, sliders from the
models.
"""

from dataclasses import replace

import ipywidgets as w
import numpy as np
import pytest
from test_explore import figure, parts, slider

import tao_econ as te
from tao_econ import views
from tao_econ.views import explore, holding, ruin, sensitivity

HOLDER, NOW = views.Holder(), te.load_snapshot("2026-09-11")
RULES, FIVE_YEARS = te.rules_at("2026-09-11"), holding.five_years()
LIVELY = replace(HOLDER, volatility=0.9)
LONG = replace(HOLDER, years_of_prices=10.0)


def test_titles_follow_from_the_records():
    fan = views.price_fan()
    assert fan.title == "Price range in five years: 0.025 to 929 USD"
    assert "at 119% volatility" in fan.caption and "at 82%" in fan.caption
    assert views.price_fan(holder=LONG).title != fan.title
    said = views.kelly_under_estimate().caption  # the sign depends on which closes one believes
    assert "−5.1% a year at a volatility of 119% and +4.7% a year at a volatility of 82%" in said
    assert "With 10 years" in views.kelly_under_estimate(holder=LONG).caption
    assert views.kelly_under_estimate(holder=LONG).title != views.kelly_under_estimate().title


def test_the_drift_decides_and_less_so_the_better_it_is_known():
    few, many = (sensitivity.deciding_inputs(RULES, NOW, FIVE_YEARS, h) for h in (HOLDER, LONG))
    for table in (few, many):
        assert table["ST"].idxmax() == "cap_drift"
        assert table["ST"].iloc[0] - table["ST_conf"].iloc[0] > table["ST"].iloc[1:].max()
        assert (table["ST_conf"] > 0).all()
    assert few.loc["cap_drift", "S1"] > many.loc["cap_drift", "S1"]
    assert few.loc["daily_volatility", "S1"] < many.loc["daily_volatility", "S1"]


def test_the_weight_in_the_middle_of_all_ranges_is_kellys():
    # the ends of the drift, all else in the middle: jumps of 1.5 a year of −0.25, 25 % recycled,
    # survival 0.72
    table, error = (
        sensitivity.deciding_inputs(RULES, NOW, FIVE_YEARS, HOLDER),
        te.economy.drift_error(HOLDER.volatility, HOLDER.years_of_prices),
    )
    scenario = replace(FIVE_YEARS, recycled_share=0.25)
    grown = (
        np.log(te.economy.supply_after(RULES, NOW, scenario, 5.0) / (NOW.issuance_rao / 1e9)) / 5
    )
    sigma = np.sqrt(0.06**2 * 365.25 + 1.5 * (0.25**2 + 0.1**2))
    for end, drift in (("low", -error), ("high", error)):
        weight = te.economy.kelly(float(drift - grown + np.log(0.72) / 5), float(sigma)).weight
        assert table.loc["cap_drift", end] == pytest.approx(weight, rel=2e-3)


def test_simulated_wealth_touches_a_little_less_than_in_closed_form_and_more_under_stress():
    plain, slow = ruin.touched(LIVELY, "gbm", (1.0, 0.5))
    for got, fraction in ((plain, 1.0), (slow, 0.5)):
        exact = np.array([te.economy.touch_probability(fraction, x) for x in ruin.DOTS])
        miss = got.value - exact
        assert (
            miss < 2 * got.standard_error + 1e-9
        ).all()  # looked at once a day, for twenty years
        assert (miss > -3 * got.standard_error - 0.03).all()
    (jumps,), (stress,) = ruin.touched(LIVELY, "merton"), ruin.touched(LIVELY, "regimes")
    assert (
        stress.value > plain.value + 3 * stress.standard_error
    ).all() and jumps.value.mean() > plain.value.mean()


def test_a_jump_that_takes_all_wealth_ends_the_path_at_nothing():
    moves = np.array([[0.5, -0.4, 5.0], [0.1, 0.1, 0.1], [-0.1, 0.3, 0.0]])
    lowest = ruin.lowest_wealth(moves, 3.0)  # the first path is ruined by its second move
    assert lowest.tolist() == pytest.approx([0.0, 1.0, 0.7])
    assert ruin.lowest_wealth(moves, -2.0).tolist() == pytest.approx([0.0, 0.512, 0.48])
    quiet = replace(HOLDER, volatility=0.4)  # at this weight a jump of a third ruins
    (jumps,) = ruin.touched(quiet, "merton")
    assert (np.asarray(jumps.value) > 0.95).all()


def test_the_holder_is_that_of_our_own_closes():
    closes = te.economy.price_history()
    assert HOLDER.volatility == round(closes.volatility, 2)
    assert HOLDER.years_of_prices == round(closes.years, 1)
    since = te.economy.price_history(first=holding.CALM_SINCE)
    assert holding.calm() == replace(HOLDER, volatility=round(since.volatility, 2))


def test_the_fraction_is_of_the_true_weight_and_jump_size_counts_where_there_are_jumps():
    box = explore("portfolio", jumps_per_year=1.0, fraction=0.5)
    assert figure(box).data[-1].x[0] == pytest.approx(figure(box).data[6].x[0] / 2)
    before = figure(box).to_json()
    slider(box, "jump log mean").value = -0.5
    assert figure(box).to_json() != before


def test_the_start_is_the_published_weight_before_dilution():
    texts = " ".join(h.value for h in parts(explore("portfolio"), w.HTML))
    assert "35% of wealth" in texts and "± 123% a year" in texts
    assert "± 87 points" in figure(explore("portfolio")).layout.title.text
