"""Views of roles: titles follow from the records, the map of real yields is the model's."""

from dataclasses import replace

import pytest

import tao_econ as te
from tao_econ import views
from tao_econ.views import roles


def test_titles_follow_from_the_records():
    base = te.load_scenario("base")
    free = views.real_yield_map(scenario=replace(base, validator_take=0.0))
    assert "3.6% in 2026" in free.title and "equal split it falls 16.4%" in free.caption
    owned = views.ownership_through_time(scenario=replace(base, validator_take=0.0))
    assert "0.49% was left by 2026" in owned.title and "if staked it was 0.69%" in owned.caption
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


def test_a_days_pay_is_that_of_the_books_and_alpha_is_not_counted_as_tao():
    base = te.load_scenario("base")
    rules, now = te.rules_at("2026-09-11"), te.load_snapshot("2026-09-11")
    for recycled in (0.02, 0.3):
        scenario = replace(base, recycled_share=recycled)
        pay = te.economy.day_flows(rules, now, scenario).pay
        shown = views.a_days_emission(scenario=scenario)
        assert f"and {sum(pay) / 1e9:,.0f} a day in 2026" in shown.caption
        (bars,) = shown.panels[1].marks
        assert bars.y[1] == pytest.approx(sum(pay) / 1e9 * now.price_usd / 1e3)
        owner = next(mark for mark in shown.panels[0].marks if mark.label == "owner")
        assert owner.y == pytest.approx([0, 0.18, 0.18], abs=1e-4)
        assert "alpha" in shown.panels[0].x.names[2] and len(bars.y) == 2


@pytest.mark.parametrize("name", ["real_yield_map", "ownership_through_time"])
def test_recycling_is_no_dead_knob(name):
    base = te.load_scenario("base")
    titles = {
        views.VIEWS[name](scenario=replace(base, recycled_share=share)).to_frame().to_csv()
        for share in (0.0, 0.3)
    }
    assert len(titles) == 2
