"""One pool: published trades, laws, refusals."""

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tao_econ as te
from tao_econ.chain import subnet_kernels as kernels

SN92 = te.chain.Pool(
    reserve_tao=587.199047950, reserve_alpha=435_539.509978376, tao_weight=0.49999996464
)
FEE = te.rules_at("2026-10-06").swap_fee
POOLS = st.builds(
    te.chain.Pool,
    reserve_tao=st.floats(1e-3, 1e6),
    reserve_alpha=st.floats(1e-3, 1e8),
    tao_weight=st.floats(0.01, 0.99),
)
PART = st.floats(1e-9, 1_000)


def plain(reserve_tao, reserve_alpha):
    return te.chain.Pool(reserve_tao=reserve_tao, reserve_alpha=reserve_alpha)


# --- published numbers


@pytest.mark.parametrize("tao_in, alpha", [(10, 7_289.425629), (100, 63_351.665)])
def test_mainnet_2026_md_6_subnet_92_gives_so_much_alpha(tao_in, alpha):
    assert te.chain.swap(SN92, tao_in=tao_in, fee=FEE)[1] == pytest.approx(
        alpha, abs=5e-7 if tao_in == 10 else 5e-4
    )


def test_mainnet_2026_md_6_the_fee_of_10_tao():
    after, _ = te.chain.swap(SN92, tao_in=10, fee=FEE)
    assert after.reserve_tao - SN92.reserve_tao == pytest.approx(9.994964523, abs=1e-9)


def test_models_md_2_8_a1_the_documentations_two_trades():
    assert te.chain.swap(plain(10, 100), tao_in=5)[1] == pytest.approx(33.333, abs=5e-4)
    got = te.chain.swap(plain(21.65, 5_170), tao_in=1)[1]
    ideal = 1 / te.chain.spot_price(plain(21.65, 5_170))
    assert got == pytest.approx(228.256, abs=5e-4) and ideal == pytest.approx(238.80, abs=5e-3)
    assert 1 - got / ideal == pytest.approx(0.044, abs=5e-4)


@pytest.mark.parametrize("part, percent", [(0.01, -1.97), (0.05, -9.30), (0.10, -17.36)])
def test_models_md_2_8_selling_a_part_of_the_alpha_reserve_moves_the_price(part, percent):
    after, _ = te.chain.swap(plain(1_000, 50_000), alpha_in=50_000 * part)
    assert (
        te.chain.spot_price(after) / te.chain.spot_price(plain(1_000, 50_000)) - 1
    ) * 100 == pytest.approx(percent, abs=5e-3)


def test_mainnet_2026_md_6_a_5_percent_bound_on_the_price_admits_2_47_percent_of_the_reserve():
    tao_in, alpha_in = te.chain.trade_to_price(plain(100, 100), 1.05)
    assert tao_in == pytest.approx(2.47, abs=5e-3) and alpha_in == 0
    # selling V TAO worth of alpha into a reserve T yields V·T/(T + V)
    assert te.chain.swap(plain(100, 100), alpha_in=30)[1] == pytest.approx(30 * 100 / 130)


# --- laws


def log_invariant(pool):
    w = pool.tao_weight
    return (1 - w) * math.log(pool.reserve_alpha) + w * math.log(pool.reserve_tao)


@given(POOLS, st.floats(1e-9, 10), st.booleans())
def test_a_trade_keeps_the_invariant_and_never_pays_better_than_spot(pool, part, buys):
    if buys:
        after, got = te.chain.swap(pool, tao_in=pool.reserve_tao * part)
        fair = pool.reserve_tao * part / te.chain.spot_price(pool)
    else:
        after, got = te.chain.swap(pool, alpha_in=pool.reserve_alpha * part)
        fair = pool.reserve_alpha * part * te.chain.spot_price(pool)
    assert 0 <= got <= fair * (1 + 1e-12)
    assert log_invariant(after) == pytest.approx(log_invariant(pool), abs=1e-9)


@given(POOLS, st.floats(1e-6, 0.05), st.floats(0, 0.01))
def test_a_round_trip_never_gains(pool, part, fee):
    after, alpha = te.chain.swap(pool, tao_in=pool.reserve_tao * part, fee=fee)
    if alpha > 0:
        back = te.chain.swap(after, alpha_in=alpha, fee=fee)[1]
        assert back <= pool.reserve_tao * part * (1 + 1e-9)


@given(POOLS, st.floats(0.2, 5.0))
def test_the_trade_to_a_price_gets_there(pool, times):
    target = te.chain.spot_price(pool) * times
    tao_in, alpha_in = te.chain.trade_to_price(pool, target)
    if tao_in <= 900 * pool.reserve_tao and alpha_in <= 900 * pool.reserve_alpha:
        after, _ = te.chain.swap(pool, tao_in=tao_in, alpha_in=alpha_in)
        if (
            min(after.reserve_tao / pool.reserve_tao, after.reserve_alpha / pool.reserve_alpha)
            > 1e-6
        ):
            assert te.chain.spot_price(after) == pytest.approx(target, rel=1e-6)


@given(POOLS, st.floats(0, 0.3), st.floats(0, 0.3))
def test_the_neutral_weight_leaves_the_price_where_it_is(pool, tao_part, alpha_part):
    tao, alpha = pool.reserve_tao * tao_part, pool.reserve_alpha * alpha_part
    weight = kernels._neutral_weight(
        pool.reserve_tao, pool.reserve_alpha, pool.tao_weight, tao, alpha
    )
    price = kernels._price(pool.reserve_tao + tao, pool.reserve_alpha + alpha, weight)
    assert price == pytest.approx(te.chain.spot_price(pool), rel=1e-12)


@given(st.floats(1e-12, 1e-3), st.floats(0.05, 20))
def test_the_series_for_small_trades_is_the_power_itself(u, power):
    exact = -math.expm1(-power * math.log1p(u))
    if power * u + 5 * u < kernels.SMALL:
        assert kernels._small_part(power * u, u) == pytest.approx(exact, rel=1e-14)
    assert kernels._out(1.0, 1.0, power, u) == pytest.approx(exact, rel=1e-14)


def test_a_price_without_alpha_or_tao_is_zero():
    assert te.chain.spot_price(plain(1.0, 0.0)) == te.chain.spot_price(plain(0.0, 1.0)) == 0


def test_no_trade_changes_nothing():
    assert te.chain.swap(SN92) == (SN92, 0.0)


# --- refusals


@pytest.mark.parametrize(
    "field, wrong",
    [
        ("reserve_tao", -1.0),
        ("reserve_alpha", math.nan),
        ("tao_weight", 0.009),
        ("tao_weight", 0.991),
        ("reserve_tao", "1"),
        ("tao_weight", True),
    ],
)
def test_a_pool_refuses(field, wrong, refused):
    with refused(field, wrong):
        dataclasses.replace(SN92, **{field: wrong})


@pytest.mark.parametrize(
    "pool, order, name",
    [
        (SN92, {"tao_in": 587.2 * 1_001}, "tao_in"),
        (SN92, {"alpha_in": 435_540.0 * 1_001}, "alpha_in"),
        (SN92, {"tao_in": 1.0, "alpha_in": 1.0}, "tao_in"),
        (SN92, {"tao_in": -1.0}, "tao_in"),
        (SN92, {"tao_in": math.inf}, "tao_in"),
        (SN92, {"alpha_in": True}, "alpha_in"),
        (SN92, {"tao_in": 1.0, "fee": 1.5}, "fee"),
        (plain(0.0, 1.0), {"tao_in": 1.0}, "reserve_tao"),
        (plain(1.0, 0.0), {"alpha_in": 1.0}, "reserve_alpha"),
    ],
)
def test_a_trade_refuses_and_leaves_the_pool_as_it_was(pool, order, name, refused):
    before = dataclasses.replace(pool)
    with refused(name):
        te.chain.swap(pool, **order)
    assert pool == before


def test_a_trade_of_a_thousand_times_the_reserve_is_the_largest():
    assert te.chain.swap(plain(1.0, 1.0), tao_in=1_000.0)[1] == pytest.approx(1_000 / 1_001)


def test_a_trade_to_a_price_refuses(refused):
    with refused("price_tao", 0.0):
        te.chain.trade_to_price(SN92, 0.0)
    with refused("reserve_alpha"):
        te.chain.trade_to_price(plain(1.0, 0.0), 1.0)


@pytest.mark.parametrize("weight", [0.01, 0.3, 0.5, 0.96, 0.99])
@pytest.mark.parametrize("part", [1e-6, 0.46, 30.0])
def test_the_price_after_a_trade_follows_the_power_where_next_to_nothing_stays(weight, part):
    pool = te.chain.Pool(reserve_tao=9_000.0, reserve_alpha=1.7e6, tao_weight=weight)
    spot = te.chain.spot_price(pool)
    bought, _ = te.chain.swap(pool, tao_in=part * pool.reserve_tao)
    sold, _ = te.chain.swap(pool, alpha_in=part * pool.reserve_alpha)
    grown = math.log1p(part)
    assert math.log(te.chain.spot_price(bought) / spot) == pytest.approx(grown / (1 - weight))
    assert math.log(te.chain.spot_price(sold) / spot) == pytest.approx(-grown / weight)
