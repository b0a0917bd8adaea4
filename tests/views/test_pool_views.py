"""Pictures of pools and of who gets new TAO: titles follow from records, stars from marks."""

from dataclasses import replace

import numpy as np
import pytest

import tao_econ as te
from tao_econ.chain.shares import SHARED, unproven
from tao_econ.views import VIEWS, explore, pools
from tao_econ.views.emission_shares import Market, pools_of
from tao_econ.views.real_subnets import real_subnets, where


def test_words_on_pools_follow_from_the_records():
    base = te.load_scenario("base")
    quiet = replace(base, owners_sold_share=0.0, miners_sold_share=0.25, stakers_sold_share=0.0)
    assert "who sell 25% take 69" in VIEWS["selling_pressure"](scenario=quiet).title
    squared = replace(te.rules_at("gate-rank"), gate_exponent=2)
    assert "keeps 20% of its share" in VIEWS["emission_gate"](rules=squared).title
    assert "at 20% of the bar a subnet keeps 3.8%" in VIEWS["emission_gate"](rules=squared).caption


def test_a_footer_marks_rules_that_nobody_could_prove():
    proven = replace(te.rules_at("gate-rank"), gate="none", root_dividends="claimed")
    assert "*" in " ".join(VIEWS["selling_pressure"]().sources)
    assert "*" not in " ".join(VIEWS["selling_pressure"](rules=proven).sources)


def test_a_pool_of_each_size_has_a_point_for_each_fall():
    five, told, ten, _ = VIEWS["pool_impact"]().panels[1].marks
    held = te.inputs.data.load("pool_percentiles")["reserve_tao"].to_numpy()
    assert five.x == pytest.approx(held * (1 - np.sqrt(0.95)))  # the constant product's closed form
    assert ten.x == pytest.approx(held * (1 - np.sqrt(0.90)))
    assert told.text[-1] == f"{five.x[-1]:,.0f}"


def test_what_sellers_are_paid_is_the_constant_products_closed_form():
    pool = te.chain.Pool(reserve_tao=500.0, reserve_alpha=3e4)
    assert pools.paid_until(pool, 0.05) == pytest.approx(500 * (1 - np.sqrt(0.95)))


def test_an_instrument_starts_under_the_rules_of_now():
    chosen = VIEWS["emission_rules"].records()["rules"]
    now = te.rules_at("2026-09-11")
    assert (chosen.subnet_shares, chosen.gate) == (now.subnet_shares, now.gate)
    assert "gate_exponent" in explore("emission_rules").recipe().sliders
    menu = [name.endswith("*") for name in VIEWS["emission_rules"].menu("rules")]
    chosen = VIEWS["emission_rules"].menu("rules").values()
    assert menu == [bool(unproven(rules, SHARED)) for rules in chosen]


def test_pictures_of_subnets_start_from_main_nets_and_say_so():
    assert where() == "127 subnets of main net, block 8,791,247 (2026-08-07)"
    assert where() in VIEWS["selling_pressure"]().sources


def test_an_instrument_of_shares_starts_from_main_net_and_names_every_change_a_what_if():
    start = VIEWS["emission_rules"]()
    table = te.incentives.compare_rules(real_subnets()).loc[("price_ema_unburned", "rank")]
    assert start.readout["subnets"] == where() and f"take {table['top_8']:.0%}" in start.title
    assert Market().subnets == len(real_subnets().name)
    for change in ({"price_power": 0.9}, {"burning_share": 0.5}, {"subnets": 64}):
        other = VIEWS["emission_rules"](market=Market(**change))
        assert "what-if" in other.readout["subnets"] and "what-if" in other.title
    assert "flow not known" in start.readout["not shown"]


def test_a_what_if_leaves_main_nets_subnets_as_they_are():
    before = real_subnets().burned_share.copy()
    halved = pools_of(Market(burning_share=0.5), real_subnets())
    assert (halved.burned_share[64:] == 1).all() and (np.diff(halved.reserve_tao) <= 0).all()
    assert (real_subnets().burned_share == before).all()


def test_the_pool_one_trades_with_is_the_middle_subnets():
    name = te.incentives.middle_subnet(real_subnets())
    k = real_subnets().name.index(name)
    start = pools.Trade()
    assert start.reserve_tao == pytest.approx(real_subnets().reserve_tao[k], abs=0.01)
    assert start.reserve_alpha == pytest.approx(real_subnets().reserve_alpha[k], abs=1)
    assert name in te.describe(start).loc["reserve_tao", "meaning"]


def test_a_trade_that_leaves_every_picture_is_refused_in_one_line():
    with pytest.raises(ValueError, match="at most 10,000-fold, got 4e") as caught:
        VIEWS["pool"](trade=pools.Trade(tao_weight=0.99))
    assert "\n" not in str(caught.value)
    assert "-100" not in VIEWS["pool"](trade=pools.Trade(tao_weight=0.95, trade_tao=5_000.0)).title
