"""Views of roles: titles follow from the records, the map of real yields is the model's."""

from dataclasses import replace

import pytest

import tao_econ as te
from tao_econ import views
from tao_econ.views import roles


def test_titles_follow_from_the_records():
    base = te.load_scenario("base")
    free = views.real_yield_map(scenario=replace(base, validator_take=0.0)).title
    assert "-3.8% in 2026" in free and "-16.7%" in free
    assert (
        "a nominator 0.68%"
        in views.ownership_through_time(scenario=replace(base, validator_take=0.0)).title
    )
    assert (
        "33% a year in alpha is gone once its price falls 25%"
        in views.alpha_fan(scenario=replace(base, validator_take=0.0)).title
    )


def test_the_map_of_real_yields_is_the_model_at_its_points():
    then, now = te.load_snapshot("article"), te.load_snapshot("2026-09-11")
    for snapshot, scenario in (
        (then, te.load_scenario("article")),
        (now, te.load_scenario("base")),
    ):
        year = te.economy.holder_yield(te.rules_at(snapshot.date), snapshot, scenario)
        supply = te.economy.supply_at(te.rules_at(snapshot.date), snapshot, scenario)
        at = (
            supply.staked_tao / supply.issued_tao,
            year.break_even_staked_share,
        )
        assert te.economy.staker_real_yield(1 / (1 + year.unstaked) - 1, *at) == pytest.approx(
            year.staker_real, abs=1e-12
        )
    alpha = roles.alpha_growth(te.rules_at("gate-rank"), te.Scenario(validator_take=1.0), 3, 365)
    assert alpha == 1  # a validator that keeps everything
