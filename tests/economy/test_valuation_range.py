"""All methods on one axis."""

import dataclasses

import numpy as np
import pytest
from assumed import BASE
from hypothesis import given, settings
from hypothesis import strategies as st

import tao_econ as te

CHAIN = te.rules_at("2026-09-11")
DAYS = ["article", "2023-11-20", "halving-2025-12-15", "2026-09-11"]
METHODS = [
    "companies",
    "tokens",
    "sales multiples",
    "scenario tree",
    "MV = PQ",
    "Metcalfe's law",
    "Cong-Li-Wang",
    "captured fees",
    "cost of production",
    "stock-to-flow",
]


def field(day="2026-09-11", **values):
    return te.economy.football_field(
        CHAIN, te.load_snapshot(day), dataclasses.replace(BASE, **values)
    )


@pytest.mark.parametrize("day", ["article", "2026-09-11"])
def test_ten_methods_lie_orders_of_magnitude_apart(day):
    table = field(day)
    assert table["method"].tolist() == METHODS and (table["basis"].str.len() > 10).all()
    assert table["mid_usd"].max() / table["mid_usd"].min() > 1_000
    assert table["mid_over_spot"].tolist() == pytest.approx(
        (table["mid_usd"] / te.load_snapshot(day).price_usd).tolist()
    )


@pytest.mark.parametrize("day", DAYS)
def test_low_middle_and_high_are_in_order_and_finite(day):
    table = field(day)
    assert (table["low_usd"] <= table["mid_usd"]).all() and (
        table["mid_usd"] <= table["high_usd"]
    ).all()
    assert (
        np.isfinite(table[["low_usd", "mid_usd", "high_usd"]]).all(axis=None)
        and (table["low_usd"] >= 0).all()
    )


def test_each_row_is_what_its_model_says():
    snapshot, table = te.load_snapshot("2026-09-11"), field().set_index("method")
    day, bear, bull = (CHAIN, snapshot, BASE), te.load_scenario("bear"), te.load_scenario("bull")
    assert table["mid_usd"]["scenario tree"] == pytest.approx(157.39, abs=5e-3)  # models.md V1
    for method, model in (
        ("MV = PQ", te.economy.exchange_equation),
        ("captured fees", te.economy.captured_fees),
        ("Cong-Li-Wang", te.economy.convenience_value),
    ):
        assert table["mid_usd"][method] == model(*day).price_usd
        assert table["low_usd"][method] == model(CHAIN, snapshot, bear).price_usd
        assert table["high_usd"][method] == model(CHAIN, snapshot, bull).price_usd
    assert table["high_usd"]["stock-to-flow"] == te.economy.stock_to_flow(*day).price_usd
    assert table["mid_usd"]["Metcalfe's law"] == te.economy.metcalfe(*day, users=11_000).price_usd
    spread = te.economy.dispersion(te.economy.comparable_ratios(*day)).loc["token"]
    assert table.loc["tokens", ["low_usd", "mid_usd", "high_usd"]].tolist() == pytest.approx(
        spread[["p10", "p50", "p90"]].tolist()
    )


def test_the_cost_of_production_moves_with_the_price_it_should_explain():
    snapshot = te.load_snapshot("2026-09-11")
    dear = dataclasses.replace(snapshot, price_usd=2 * snapshot.price_usd)
    one, two = (
        te.economy.football_field(CHAIN, s, BASE).set_index("method") for s in (snapshot, dear)
    )
    assert two["mid_usd"]["cost of production"] == pytest.approx(
        2 * one["mid_usd"]["cost of production"]
    )
    # miners who keep nothing spend the price, those who keep a half spend half of it
    prices = one.loc["cost of production", ["low_usd", "mid_usd", "high_usd"]].tolist()
    assert prices == pytest.approx([0.25 * 241.1, 0.5 * 241.1, 241.1])


@settings(max_examples=8)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(1, 50), st.floats(0, 1e9), st.floats(-0.5, 1))
def test_a_slider_keeps_every_row_in_order(capture, survival, velocity, fees, growth):
    table = field(
        capture_share=capture,
        survival_share=survival,
        velocity=velocity,
        fee_revenue_usd_per_year=fees,
        revenue_growth=growth,
    )
    assert (table["low_usd"] <= table["mid_usd"]).all() and (
        table["mid_usd"] <= table["high_usd"]
    ).all()


@pytest.mark.parametrize(
    "name, shown, call",
    [
        ("users", "-1", lambda day: te.economy.football_field(*day, users=(-1, 1, 2))),
        ("users", "(1.0, 2.0)", lambda day: te.economy.football_field(*day, users=(1, 2))),
        ("users", "(3.0, 2.0, 1.0)", lambda day: te.economy.football_field(*day, users=(3, 2, 1))),
        (
            "miner_margins",
            "1.5",
            lambda day: te.economy.football_field(*day, miner_margins=(1.5, 0.5, 0)),
        ),
        (
            "miner_margins",
            "(0.0, 0.5, 1.0)",
            lambda day: te.economy.football_field(*day, miner_margins=(0, 0.5, 1)),
        ),
    ],
)
def test_nonsense_is_refused_with_name_rule_and_value(name, shown, call, refused):
    with refused(name, shown):
        call((CHAIN, te.load_snapshot("2026-09-11"), BASE))
