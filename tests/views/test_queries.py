"""Views of the market for queries: their titles follow from the models."""

from dataclasses import replace

import tao_econ as te
from tao_econ import views


def test_titles_on_the_market_follow_from_the_models():
    small = te.incentives.QueryMarket(miners=8, judge_correlation=0.6, shared_error=0.0)
    sweep = te.incentives.judge_sweep(
        te.rules_at("2026-09-11"),
        small,
        judge_correlation=(0.01, 0.1, 0.2, 0.3),
        rounds=20,
        replicas=20,
    )
    assert (
        f"{sweep['quality_delivered_sd'].iloc[-1]:.2f} ±"
        in views.market_by_judge(market=small).title
    )
    slower = replace(te.load_scenario("base"), block_time_s=24.0)
    assert views.fees_against_emission(scenario=slower).title != views.fees_against_emission().title
    assert "2.4% to 4.3%" in views.fees_against_emission().title
    assert "0.1 sd of effort" in views.selection_or_creation(effort=0.1).title
    assert "errs for itself" in views.displacing_an_incumbent(market=small).title
