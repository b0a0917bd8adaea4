"""Intrinsic models: check numbers, closed forms, laws and refusals."""

import dataclasses
import math

import numpy as np
import pytest
from assumed import ARTICLE, AS_ARTICLE, BASE, HALVING, LATEST
from hypothesis import given
from hypothesis import strategies as st

import tao_econ as te
from tao_econ.economy import valuation

CHAIN = te.rules_at("2026-09-11")
NOW = (CHAIN, LATEST, BASE)


def varied(**values):
    return CHAIN, LATEST, dataclasses.replace(BASE, **values)


# --- published numbers


def test_models_md_v2_stock_to_flow_of_25_and_50():
    assert te.economy.s2f_value(25) == pytest.approx(89.93e9, rel=1e-4) and te.economy.s2f_value(
        50
    ) == pytest.approx(885.73e9, rel=1e-5)


def test_models_md_12_stock_to_flow_of_november_2023_is_34_times_below_the_market():
    # 2.11, 26 M and 4.65 USD are those of 5.55 M TAO and a year of 365 days; 5.50 M and 365.25 give
    # the last line
    ratio = 5.55e6 / (7_200 * 365)
    assert ratio == pytest.approx(2.11, abs=5e-3) and te.economy.s2f_value(ratio) == pytest.approx(
        26e6, abs=5e5
    )
    assert te.economy.s2f_value(ratio) / 5.55e6 == pytest.approx(4.65, abs=5e-3)
    assert 160 * 5.55e6 / te.economy.s2f_value(ratio) == pytest.approx(34, abs=0.5)
    ours = te.economy.stock_to_flow(CHAIN, ARTICLE, AS_ARTICLE)
    assert tuple(ours) == pytest.approx((2.0914, 25.01e6, 4.548), rel=5e-4)


def test_models_md_12_stock_to_flow_after_the_halving():
    got = te.economy.stock_to_flow(CHAIN, HALVING, AS_ARTICLE)
    assert got.ratio_years == pytest.approx(7.99, abs=5e-3)
    # 2.09 bn and 199 USD are those of a year of 365 days; ours has 365.25: 2.08 bn and 198 USD
    assert te.economy.s2f_value(10.5 / 1.314) == pytest.approx(2.09e9, abs=5e6)
    assert (got.value_usd, got.price_usd) == pytest.approx((2.081e9, 198.2), rel=5e-4)


def test_the_coincidence_of_2026_goes_away_when_the_flow_is_counted_net_of_recycling():
    gross = te.economy.stock_to_flow(CHAIN, LATEST, AS_ARTICLE)
    assert gross.price_usd == pytest.approx(236.1, abs=0.05)  # spot was 241.10
    assert te.economy.stock_to_flow(*NOW).price_usd == pytest.approx(397.5, abs=0.05)
    assert te.economy.stock_to_flow(*NOW).price_usd / gross.price_usd == pytest.approx(
        (1 / 0.854) ** 3.3
    )


@pytest.mark.parametrize("velocity, millions", [(5, 4), (10, 2), (20, 1)])
def test_models_md_35_fees_of_20_million_support_1_to_4_million(velocity, millions):
    got = te.economy.exchange_equation(
        *varied(fee_revenue_usd_per_year=20e6, velocity=float(velocity))
    )
    assert got.value_usd == millions * 1e6
    cap = te.economy.supply_at(*NOW).market_cap_usd
    assert math.log10(cap / got.value_usd) > 2.8  # three orders below the market


def test_models_md_32_the_largest_subnet_is_paid_52_million_for_2_4_million_of_revenue():
    per_day = valuation.new_tao_per_year(CHAIN, LATEST, AS_ARTICLE) / 365.25
    assert per_day == pytest.approx(3_600) and 0.144 * per_day == pytest.approx(518.4)
    paid = 518 * 365 * 275
    assert paid == pytest.approx(52.0e6, abs=5e4) and paid / 2.4e6 == pytest.approx(21.7, abs=0.05)


def test_wheatley_et_al_2019_their_22_to_44_bn_usd_ask_for_half_a_million_users_and_more():
    # "support levels ... 22-44 billion USD" (arXiv:1803.05663): the order of Bitcoin's active
    # addresses of 2018
    cap = te.economy.supply_at(*NOW).market_cap_usd
    for value, users, error in ((22e9, 0.54e6, 5e3), (44e9, 0.81e6, 5e3), (cap, 156_900, 100)):
        low, high = (
            te.economy.metcalfe(*NOW, users=users + side * error).value_usd for side in (-1, 1)
        )
        assert low < value < high


def test_granger_and_newbold_1974_unrelated_walks_fit_each_other():
    still, rising = te.economy.spurious_r2(), te.economy.spurious_r2(drift=1.0)
    assert np.median(still) == pytest.approx(0.18, abs=0.02) and np.median(rising) > 0.98
    assert np.quantile(still, 0.9) > 0.5


# --- other models


@given(st.floats(0, 1e6), st.floats(0.5, 2.5), st.floats(-5, 5))
def test_metcalfe_is_a_power_of_users(users, exponent, constant):
    law = {"exponent": exponent, "log_constant": constant}
    got = te.economy.metcalfe(*NOW, users=users, **law)
    assert got.value_usd == pytest.approx(math.exp(constant) * users**exponent)
    double = te.economy.metcalfe(*NOW, users=2 * users, **law)
    assert double.value_usd == pytest.approx(got.value_usd * 2**exponent)


CURVE = st.floats(0.1, 0.9)


@given(st.floats(1, 1e6), st.floats(1, 1e9), CURVE, st.floats(0, 0.5), st.floats(-1, 0.15))
def test_cong_li_wang_holders_are_indifferent_at_the_margin(
    users, productivity, curve, gamma, growth
):
    clw = te.economy.cong_li_wang(
        *NOW,
        users=users,
        productivity_usd=productivity,
        network_exponent=gamma,
        curvature=curve,
        appreciation=growth,
    )
    level, held = users**gamma * productivity, clw.value_usd
    assert (1 - curve) * (level / held) ** curve == pytest.approx(
        math.log1p(0.2) - math.log1p(growth)
    )  # marginal convenience = cost of holding
    flow = held ** (1 - curve) * level**curve  # convenience of a year
    if flow <= 1e12:
        same = te.economy.convenience_value(
            *varied(fee_revenue_usd_per_year=flow), curvature=curve, appreciation=growth
        )
        assert same.value_usd == pytest.approx(held)


def test_cong_li_wang_by_hand():
    got = te.economy.cong_li_wang(
        *NOW, users=16, productivity_usd=1e6, network_exponent=0.5, curvature=0.5, appreciation=0.1
    )
    value = 4 * 1e6 * (0.5 / (math.log(1.2) - math.log(1.1))) ** 2
    assert got.value_usd == pytest.approx(value)
    assert got.price_usd == pytest.approx(value / te.economy.supply_at(*NOW).circulating_tao)
    assert te.economy.convenience_value(*NOW).value_usd == pytest.approx(20e6 * 0.7 / math.log(1.2))


def test_cost_of_production_follows_the_reward_down_and_doubles_at_a_halving():
    to_miners = valuation.new_tao_per_year(*NOW) * 0.41
    assert te.economy.miners_tao_per_year(*NOW) == pytest.approx(to_miners, rel=1e-4)
    assert te.economy.cost_of_production(
        *NOW, cost_usd_per_year=to_miners * 50
    ).price_usd == pytest.approx(50, rel=1e-4)
    before = dataclasses.replace(HALVING, issuance_rao=HALVING.issuance_rao - 10**9)
    floors = [
        te.economy.cost_of_production(CHAIN, s, BASE, cost_usd_per_year=1e8).price_usd
        for s in (before, HALVING)
    ]
    assert floors[1] == pytest.approx(2 * floors[0])
    got = te.economy.cost_of_production(*NOW, cost_usd_per_year=1e8)
    assert got.value_usd == pytest.approx(got.price_usd * got.supply_tao)


@given(st.floats(0, 1), st.floats(0, 0.9))
def test_net_flow_is_the_scheduled_one_less_recycling(recycled, lost):
    day = varied(recycled_share=recycled * 0.95, lost_share=lost * 0.3)
    assert valuation.new_tao_per_year(*day) == pytest.approx(3_600 * 365.25 * (1 - recycled * 0.95))


# --- bands


def test_without_risk_the_bands_are_the_price_of_the_supply_path():
    scenario = dataclasses.replace(BASE, market_cap_growth=0.3, horizon_years=10.0)
    path = te.economy.supply_path(CHAIN, LATEST, scenario, every_days=300)
    got = te.economy.price_bands(CHAIN, LATEST, scenario, volatility=0, years=path.years)
    for band in (got.p10_usd, got.p50_usd, got.p90_usd):
        assert band == pytest.approx(path.price_usd)
    assert got.supply_ratio == pytest.approx(path.issued_tao / path.issued_tao[0])


@pytest.mark.parametrize("growth_se", [0.0, 0.3])
def test_bands_are_the_quantiles_of_a_simulated_market_cap_over_supply(growth_se):
    scenario, years, sigma = dataclasses.replace(BASE, market_cap_growth=0.4), 3.0, 0.8
    got = te.economy.price_bands(
        CHAIN, LATEST, scenario, volatility=sigma, growth_se=growth_se, years=[years]
    )
    rng, count = np.random.default_rng(11), 200_000
    drift = math.log(1.4) - sigma**2 / 2 + growth_se * rng.standard_normal(count)
    shocks = sigma * math.sqrt(years) * rng.standard_normal(count)
    price = (
        241.1
        * 11_330_335
        * np.exp(drift * years + shocks)
        / te.economy.supply_after(CHAIN, LATEST, scenario, years)
    )
    for q, band in ((0.1, got.p10_usd), (0.5, got.p50_usd), (0.9, got.p90_usd)):
        below = np.mean(price < band[0])
        assert abs(below - q) < 4 * math.sqrt(q * (1 - q) / count)


@given(st.floats(0, 3), st.floats(0, 1), st.floats(0, 100))
def test_bands_start_at_spot_and_are_in_order(sigma, error, year):
    got = te.economy.price_bands(*NOW, volatility=sigma, growth_se=error, years=[0, year])
    assert got.p10_usd[0] == got.p50_usd[0] == got.p90_usd[0] == 241.1
    assert got.p10_usd[1] <= got.p50_usd[1] <= got.p90_usd[1] and got.supply_ratio[1] >= 1


def test_bands_run_to_the_horizon_by_whole_years():
    assert te.economy.price_bands(*NOW, volatility=0.9).years.tolist() == list(range(21))
    assert len(te.economy.price_bands(*varied(horizon_years=1_000.0), volatility=0.9).years) == 101
    assert te.economy.price_bands(*varied(horizon_years=0.5), volatility=0.9).years.tolist() == [0]


def test_spurious_fits_are_the_same_for_the_same_seed_and_shares():
    one, two, other = (
        te.economy.spurious_r2(seed=1),
        te.economy.spurious_r2(seed=1),
        te.economy.spurious_r2(seed=2),
    )
    assert (one == two).all() and (one != other).any()
    assert one.shape == (1_000,) and (np.diff(one) >= 0).all() and one[0] >= 0 and one[-1] <= 1
    rng = np.random.default_rng(5)  # and each is what least squares gives
    walks = np.cumsum(rng.standard_normal((2, 1, 50)), axis=2)
    assert te.economy.spurious_r2(length=50, draws=1, seed=5)[0] == pytest.approx(
        np.corrcoef(walks[:, 0])[0, 1] ** 2
    )


# --- refusals

DONE = dataclasses.replace(LATEST, issuance_rao=21_000_000 * 10**9)


@pytest.mark.parametrize(
    "name, shown, call",
    [
        ("users", "-1", lambda: te.economy.metcalfe(*NOW, users=-1)),
        ("users", "nan", lambda: te.economy.metcalfe(*NOW, users=math.nan)),
        ("users", "'9'", lambda: te.economy.metcalfe(*NOW, users="9")),
        ("exponent", "5", lambda: te.economy.metcalfe(*NOW, users=1, exponent=5)),
        ("curvature", "1", lambda: te.economy.convenience_value(*NOW, curvature=1)),
        ("appreciation", "0.2", lambda: te.economy.convenience_value(*NOW, appreciation=0.2)),
        (
            "appreciation",
            "0.3",
            lambda: te.economy.cong_li_wang(*NOW, users=1, productivity_usd=1, appreciation=0.3),
        ),
        (
            "productivity_usd",
            "inf",
            lambda: te.economy.cong_li_wang(*NOW, users=1, productivity_usd=math.inf),
        ),
        ("growth_years", "-1", lambda: te.economy.captured_fees(*NOW, growth_years=-1)),
        (
            "terminal_growth",
            "0.2",
            lambda: te.economy.captured_fees(*NOW, terminal_growth=0.2),
        ),
        ("terminal_growth", "0", lambda: te.economy.captured_fees(*varied(discount_rate=0.0))),
        (
            "stakers_share",
            "0.83",
            lambda: te.economy.cost_of_production(
                *varied(stakers_share=0.83), cost_usd_per_year=1.0
            ),
        ),
        ("price_usd", "0", lambda: te.economy.reverse_dcf(*NOW, price_usd=0)),
        (
            "capture_share",
            "1.2",
            lambda: te.economy.reverse_dcf_surface(
                *NOW, fee_revenue_usd_per_year=[1], capture_share=[0.1, 1.2]
            ),
        ),
        (
            "fee_revenue_usd_per_year",
            "()",
            lambda: te.economy.reverse_dcf_surface(
                *NOW, fee_revenue_usd_per_year=5.0, capture_share=[0.1]
            ),
        ),
        (
            "cost_usd_per_year",
            "-1",
            lambda: te.economy.cost_of_production(*NOW, cost_usd_per_year=-1),
        ),
        (
            "issuance_rao",
            "21,000,000",
            lambda: te.economy.cost_of_production(CHAIN, DONE, BASE, cost_usd_per_year=1),
        ),
        ("issuance_rao", "21,000,000", lambda: te.economy.stock_to_flow(CHAIN, DONE, BASE)),
        ("ratio_years", "-1", lambda: te.economy.s2f_value(-1)),
        ("volatility", "-0.1", lambda: te.economy.price_bands(*NOW, volatility=-0.1)),
        ("growth_se", "11", lambda: te.economy.price_bands(*NOW, volatility=1, growth_se=11)),
        ("years", "-1", lambda: te.economy.price_bands(*NOW, volatility=1, years=[-1])),
        ("years", "shape (0,)", lambda: te.economy.price_bands(*NOW, volatility=1, years=[])),
        ("draws", "0", lambda: te.economy.spurious_r2(draws=0)),
        ("length", "2", lambda: te.economy.spurious_r2(length=2)),
        ("drift", "nan", lambda: te.economy.spurious_r2(drift=math.nan)),
        ("velocity", "0", lambda: varied(velocity=0.0)),
        ("fee_revenue_usd_per_year", "-1", lambda: varied(fee_revenue_usd_per_year=-1.0)),
        ("revenue_growth", "-1", lambda: varied(revenue_growth=-1.0)),
    ],
)
def test_nonsense_is_refused_with_name_rule_and_value(name, shown, call, refused):
    with refused(name, shown):
        call()
