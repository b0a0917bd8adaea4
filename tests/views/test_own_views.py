"""Questions of those who use it, each asked with sliders alone: the panel says what the function says."""

from dataclasses import replace

import pytest

import tao_econ as te
from tao_econ import views
from tao_econ.views import explore

RULES = te.rules_at("2026-09-11")
NOW = te.load_snapshot("2026-09-11")
BASE = te.load_scenario("base")


def title(box):
    return box._view.title


def told(box):
    """The read-out, label and text."""
    return box._view.readout


def test_fdv_and_upside_at_an_issuance_of_ones_own():
    box = explore("supply", snapshot="article", issuance_rao=5_650_000 * 10**9)
    said = told(box)
    assert said["issued"] == "5.650 M TAO" and said["market cap / FDV"] == f"{5.65 / 21:.1%}"
    assert said["FDV over market cap"] == f"{21 / 5.65:.2f}×"
    slider = box._sliders["issuance_rao"]
    assert slider.value == pytest.approx(5.65) and slider.description == "issuance (M TAO)"
    slider.value = 6.0
    assert box._now["snapshot"].issuance_rao == 6_000_000 * 10**9
    again = eval(box._code.value, {"views": views})
    assert again._view.fingerprint() == box._view.fingerprint()
    box._menus["snapshot"].value = "2026-09-11"
    assert box._now["snapshot"] == NOW, "a choice takes the issuance of its day, to the rao"


def test_a_value_of_openai_of_ones_own():
    box = explore("comparable", value_usd=1.2e12)
    article = te.load_snapshot("article")
    got = te.economy.value_ratio(RULES, article, BASE, 1.2e12)
    assert f"Ratio {got.ratio:.2f}×" in title(box)
    box._sliders["value_usd"].value = 2e11
    assert f"Ratio {got.ratio / 6:.2f}×" in title(box)


def test_only_miners_sell_at_a_price_of_ones_own():
    box = explore("sell_pressure", owners_sold_share=0.0, stakers_sold_share=0.0, price_usd=200.0)
    day = replace(te.load_snapshot("article"), price_usd=200.0)
    assumed = replace(BASE, recycled_share=0.0, owners_sold_share=0.0, stakers_sold_share=0.0)
    got = te.economy.sell_pressure(RULES, day, assumed)
    assert f"{got.sold_usd_per_year / 1e6:,.0f} M USD a year" in title(box)
    assert (
        told(box)["by owners, miners, stakers"] == f"0, {got.miners_sold_tao_per_day:,.0f}, 0 TAO"
    )
    assert box._view.panels[0].marks[1].y[0] == pytest.approx(1 - float(RULES.owner_cut) - 0.41)
    leaving = explore("sell_pressure", stake_exit_per_day=0.001)
    assert title(leaving) != title(explore("sell_pressure"))


def test_a_machine_before_and_after_the_halving():
    box = explore("miner_break_even", cost_usd_per_day=80.0, subnet_share=0.02)
    got = te.economy.incentive_over_halving(
        RULES, NOW, BASE, cost_usd_per_day=80.0, subnet_share=0.02
    )
    assert f"{got.incentive_before:.1%} of the incentive now, {got.incentive_after:.1%}" in title(
        box
    )
    assert "No incentive" in title(explore("miner_break_even", subnet_share=0.0))


def test_a_validator():
    box = explore("validator_income", validator_take=0.09, cost_usd_per_day=99.0)
    scenario = replace(BASE, validator_take=0.09)
    stake = {"own_tao": 10_000.0, "delegated_tao": 90_000.0}
    got = te.economy.validator_income(RULES, NOW, scenario, cost_usd_per_day=99.0, **stake)
    assert f"Net {got.net_usd_per_day:,.0f} USD" in title(box)
    assert f"above {got.break_even_price_usd:,.2f} USD" in title(box)
    assert "never paid" in title(explore("validator_income", stakers_share=0.0))


def test_an_owner_who_sells():
    box = explore("owner_sales", days=5, reserve_tao=1_000.0, sold_share=0.4)
    drawn = box._now
    got = views.own_pool.sold(drawn["rules"], drawn["scenario"], drawn["own"])
    assert len(got.days) == 6 and f"{got.got_tao[-1]:,.0f} TAO" in title(box)
    assert got.price_tao[0] == pytest.approx(1_000 / 1_685_000)


def test_root_alpha_or_idle():
    box = explore("nominator_choice", years=2.0, held_tao=500.0)
    subnet = te.economy.StakedSubnet(
        **{name: getattr(box._now["staking"], name) for name in te.economy.StakedSubnet._fields}
    )
    given = {"tao": 500.0, "years": 2.0, "alpha_drift": -0.2}
    got = te.economy.nominator_choice(RULES, NOW, BASE, subnet, **given)
    said = told(box)
    assert said["idle"] == f"{got.idle_usd[0]:,.0f} USD"
    assert said["on root"].startswith(f"{got.root_usd[0]:,.0f} USD")
    assert said["to root below"] == f"{got.alpha_price_against_root_tao[0]:.5f} TAO"
    better = explore("nominator_choice", root_part=1.0, root_tao=1e5, root_proportion=0.99)
    assert "Root beats alpha" in title(better)


def test_the_second_halving_at_a_recycling_of_ones_own():
    box = explore("halving_at_recycling", recycled_share=0.26)
    got = te.economy.next_halving_at(RULES, NOW, replace(BASE, recycled_share=0.26))
    assert told(box)["date"] == f"{got.when:%Y-%m-%d}" and f"{got.when:%B %Y}" in title(box)
    box._sliders["issuance_rao"].value = 12.0
    assert told(box)["date"] < f"{got.when:%Y-%m-%d}"
    assert "issuance_rao=12000000000000000" in box._code.value


def test_titles_are_short():
    for name in ("validator_income", "nominator_choice", "miner_break_even", "owner_sales"):
        assert len(views.VIEWS[name]().title.split()) <= 12
    assert len(views.VIEWS["halving_at_recycling"]().title.split()) <= 12
