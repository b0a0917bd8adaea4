"""Views of the market for queries: their titles follow from the models."""

import math
from dataclasses import replace

import pandas as pd
import pytest

import tao_econ as te
from tao_econ import views
from tao_econ.views.marks import GREY


def test_titles_on_the_market_follow_from_the_models():
    small = te.incentives.QueryMarket(miners=8, judge_correlation=0.6, shared_error=0.0)
    got = views.queries.judged(te.rules_at("2026-09-11"), small)
    low, high = views.queries.reproducing(got)
    stake = got["explained_by_stake_share"]
    judged = views.market_by_judge(market=small)
    assert f"Judges of {low:.2f} to {high:.2f}" in judged.title
    assert f"{stake.min():.0%} to {stake.max():.0%} of the variance of pay" in judged.caption
    slower = replace(te.load_scenario("base"), block_time_s=24.0)
    paid = views.fees_against_emission()
    assert views.fees_against_emission(scenario=slower).caption != paid.caption
    assert "2.4% to 4.3%" in paid.title
    race = views.queries.overtaking(te.rules_at("2026-09-11"), small)
    led, luck = (100 * race[0.0, lead].lasting_share[-1] for lead in (0.5, 0.0))
    shown = views.displacing_an_incumbent(market=small)
    assert f"{led:.2g}% of better newcomers lead for good, {luck:.2g}% of equal" in shown.title
    null, better = shown.panels[0].marks[0], shown.panels[0].marks[3]
    assert null.colour == GREY and null.y[0] == race[0.0, 0.0].lasting_share[-1]
    assert better.y[1] == race[0.5, 0.5].lasting_share[-1]


def test_equal_stakes_explain_next_to_nothing_of_pay():
    small = te.incentives.QueryMarket(miners=8)
    rules = te.rules_at("2026-09-11")
    equal = views.queries.equally_staked(rules, small)["explained_by_stake_share"]
    assert equal < 0.01 < views.queries.judged(rules, small)["explained_by_stake_share"].min()


def test_judges_beyond_those_tried_are_not_made_up():
    swept = pd.DataFrame({"miner_quality_correlation": [0.05, 0.15]}, index=[0.1, 0.3])
    low, high = views.queries.reproducing(swept)
    assert low == pytest.approx(0.2) and math.isnan(high)
