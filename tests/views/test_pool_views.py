"""Pictures of pools and of who gets new TAO: titles follow from records, stars from marks."""

from dataclasses import replace

import numpy as np
import pytest

import tao_econ as te
from tao_econ.chain.shares import SHARED, unproven
from tao_econ.views import VIEWS, explore, pools


def test_titles_on_pools_follow_from_the_records():
    base = te.load_scenario("base")
    quiet = replace(base, owners_sold_share=0.0, miners_sold_share=0.25, stakers_sold_share=0.0)
    assert "sell 25% of their alpha take 7" in VIEWS["selling_pressure"](scenario=quiet).title
    exits = VIEWS["subnet_exit"](tao_out=20_000.0).title
    assert "sell 20,000 TAO worth lower their own prices by 12%" in exits
    squared = replace(te.rules_at("gate-rank"), gate_exponent=2)
    assert "at 20% of it 3.8%" in VIEWS["emission_gate"](rules=squared).title


def test_figures_on_pools_show_the_models_numbers_and_mark_what_is_unproven():
    view = VIEWS["emission_concentration"]()
    table = te.incentives.compare_rules(te.incentives.synthetic_subnets())
    starred = [name.endswith("*") for name in view.panels[0].x.names]
    assert starred == [bool(mark) for mark in table["unproven"]]
    assert view.panels[0].marks[0].y == pytest.approx(table["top_8"].to_numpy())
    proven = replace(te.rules_at("gate-rank"), gate="none", root_dividends="claimed")
    assert "*" in " ".join(VIEWS["subnet_exit"]().sources)
    assert "*" not in " ".join(VIEWS["subnet_exit"](rules=proven).sources)


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
