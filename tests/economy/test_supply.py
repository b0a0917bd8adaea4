"""Supply and its value: published numbers, laws and refusals."""

import dataclasses
import math

import numpy as np
import pytest
from assumed import ARTICLE as ARTICLE_DAY
from assumed import AS_ARTICLE, assumed
from hypothesis import given
from hypothesis import strategies as st

import tao_econ as te
from tao_econ.economy import supply
from tao_econ.inputs import rules as inputs

CHAIN = inputs.rules_at("2026-09-11")


def varied(**values):
    return dataclasses.replace(AS_ARTICLE, **values)


# --- published numbers


@pytest.mark.parametrize("years, tao", [(1, 8_129_800), (5, 14_574_500), (10, 18_412_250)])
def test_models_md_s5_supply_after_1_5_and_10_years_from_5_500_000(years, tao):
    assert te.economy.supply_after(CHAIN, ARTICLE_DAY, AS_ARTICLE, years) == pytest.approx(
        tao, abs=1
    )


@pytest.mark.parametrize(
    "rate, millions", [(0.10, 15.44), (0.20, 12.85), (0.30, 11.35), (0.50, 9.67)]
)
def test_models_md_discounted_supply_of_november_2023(rate, millions):
    # that source's rates are continuous
    yearly = varied(discount_rate=math.expm1(rate))
    got = te.economy.discounted_supply(CHAIN, ARTICLE_DAY, yearly)
    assert got / 1e6 == pytest.approx(millions, abs=5e-3)


def test_models_md_s4_discounted_supply_at_20_percent_continuous_is_12_849_million():
    assert te.economy.discounted_supply(
        CHAIN, ARTICLE_DAY, varied(discount_rate=math.expm1(0.2))
    ) == pytest.approx(12.849e6, rel=1e-4)


@pytest.mark.parametrize(
    "years, percent", [(1, 47.8), (2, 93.3), (3, 117), (5, 165), (10, 235), (200, 282)]
)
def test_models_md_break_even_growth_of_the_market_cap(years, percent):
    got = te.economy.break_even_growth(CHAIN, ARTICLE_DAY, AS_ARTICLE, years) * 100
    assert got == pytest.approx(percent, abs=0.05 if percent < 100 else 0.5)


def test_models_md_r1_price_supply_and_cap_ratios_from_the_article_to_2026_09_11(snapshots):
    then, now = snapshots.article, snapshots.latest
    got = te.economy.decompose_price(
        (then.price_usd, now.price_usd), (then.issuance_rao / 1e9, now.issuance_rao / 1e9)
    )
    assert (got.price_ratio, got.supply_ratio, got.cap_ratio) == pytest.approx(
        (1.507, 2.060, 3.104), abs=5e-4
    )


def test_models_md_yields_of_the_articles_day(snapshots, rules, as_article):
    got = te.economy.holder_yield(rules.constant, snapshots.article, as_article)
    assert got.unstaked == pytest.approx(-0.323, abs=5e-4) and got.staker_real == pytest.approx(
        -0.167, abs=5e-4
    )
    owner_paid = te.economy.holder_yield(
        rules.constant, snapshots.article, varied(stakers_share=0.41)
    )
    assert owner_paid.staker_real == pytest.approx(-0.1955, abs=5e-4)


def test_models_md_yields_of_2026_09_11(snapshots, rules):
    gross = assumed(recycled_share=0.0)  # as models.md counts
    untaken = assumed(recycled_share=0.0, validator_take=0.0)
    got = te.economy.holder_yield(rules.chain, snapshots.latest, gross)
    free = te.economy.holder_yield(rules.chain, snapshots.latest, untaken)
    assert got.unstaked == pytest.approx(-0.104, abs=5e-4)
    assert free.staker_real == pytest.approx(-0.038, abs=5e-4)
    assert got.staker_real == pytest.approx(-0.050, abs=5e-4)


def test_comparables_tao_had_the_lowest_mc_over_fdv_of_the_article_peers_only():
    for day in ("2023-11-16", "2023-11-20"):
        peers = te.economy.mc_fdv_ranking(day, peers=supply.NARROW_PEERS)
        assert (
            peers["token"][0] == "TAO" and len(peers) >= 3 and (np.diff(peers["mc_fdv"]) >= 0).all()
        )
    everyone = te.economy.mc_fdv_ranking("2023-11-20")
    assert set(everyone["token"][:2]) == {"WLD", "FIL"} and everyone["token"][2] == "TAO"


def test_article_a_day_of_emission_is_7_200_tao_and_market_cap_plus_fdv_follow(
    snapshots, rules, as_article
):
    got = te.economy.supply_at(rules.constant, snapshots.article, as_article)
    assert got.fdv_usd == 3_360_000_000 and got.market_cap_usd == 880_000_000
    assert got.mc_fdv == pytest.approx(0.2619, abs=5e-5) and got.staked_is_assumed
    path = te.economy.supply_path(rules.chain, snapshots.article, as_article)
    assert path.emission_tao_per_day[0] == 7_200
    assert path.inflation_per_year[0] == pytest.approx(0.4781, abs=5e-4)


def test_models_md_inflation_on_2026_09_11_is_9_9_percent_net(snapshots, rules):
    path = te.economy.supply_path(rules.chain, snapshots.latest, assumed())
    assert path.inflation_per_year[0] == pytest.approx(0.099, abs=5e-4)
    assert path.emission_tao_per_day[0] == 3_600


# --- laws

ISSUED = st.integers(10**15, 20_999 * 10**12)
SHARE = st.floats(0, 1)
RATE = st.one_of(st.just(0.0), st.floats(1e-9, 1))


@given(ISSUED, RATE, RATE, st.floats(0, 0.95))
def test_discounted_supply_falls_with_the_rate_and_lies_between_issued_and_cap(
    issued, one, other, recycled
):
    snapshot = dataclasses.replace(ARTICLE_DAY, issuance_rao=issued)
    low, high = sorted((one, other))
    patient = te.economy.discounted_supply(
        CHAIN, snapshot, varied(discount_rate=low, recycled_share=recycled)
    )
    hasty = te.economy.discounted_supply(
        CHAIN, snapshot, varied(discount_rate=high, recycled_share=recycled)
    )
    assert issued / 1e9 * (1 - 1e-12) <= hasty <= patient * (1 + 1e-12) <= 21_000_000 * (1 + 2e-12)


@pytest.mark.parametrize("name", ["2023-11-20", "article", "article-whole-rao", "2026-09-11"])
@pytest.mark.parametrize("day", ["halving-2025-12-15", "2026-09-11"])
@pytest.mark.parametrize("recycled", [0.0, 0.02])
def test_under_every_schedule_no_more_than_the_cap_is_ever_counted(name, day, recycled):
    rules, snapshot = inputs.rules_at(name), te.load_snapshot(day)
    for rate in (0.0, 0.01, 0.1):
        scenario = varied(discount_rate=rate, recycled_share=recycled)
        assert te.economy.discounted_supply(rules, snapshot, scenario) <= 21_000_000 * (1 + 1e-12)
    for years in (10, 40, 1_000):
        assert te.economy.supply_after(
            rules, snapshot, varied(recycled_share=recycled), years
        ) <= 21_000_000 * (1 + 1e-12)


def test_many_discount_rates_at_once_give_what_each_gives_alone():
    rates = np.array([0.0, 0.1, 0.2, 1.0])
    together = te.economy.discounted_supply(CHAIN, ARTICLE_DAY, AS_ARTICLE, rates=rates)
    alone = [
        te.economy.discounted_supply(CHAIN, ARTICLE_DAY, varied(discount_rate=float(r)))
        for r in rates
    ]
    assert together.tolist() == pytest.approx(alone, rel=1e-14)


def test_discounted_supply_equals_the_sum_of_discounted_samples_of_the_path():
    scenario = varied(discount_rate=0.1, horizon_years=300.0)
    path = te.economy.supply_path(CHAIN, ARTICLE_DAY, scenario, every_days=30)
    middle = (path.years[1:] + path.years[:-1]) / 2
    summed = path.issued_tao[0] + np.sum(np.diff(path.issued_tao) * 1.1**-middle)
    assert te.economy.discounted_supply(CHAIN, ARTICLE_DAY, scenario) == pytest.approx(
        summed, rel=1e-5
    )


@given(ISSUED, st.floats(0, 0.95), st.floats(1, 60), st.integers(1, 400), st.floats(0.5, 60))
def test_the_path_and_supply_after_give_the_same_issuance(
    issued, recycled, block_time, every, horizon
):
    snapshot = dataclasses.replace(ARTICLE_DAY, issuance_rao=issued)
    scenario = varied(recycled_share=recycled, block_time_s=block_time, horizon_years=horizon)
    path = te.economy.supply_path(CHAIN, snapshot, scenario, every_days=every)
    for i in {0, len(path.years) // 2, len(path.years) - 1}:
        after = te.economy.supply_after(CHAIN, snapshot, scenario, float(path.years[i]))
        assert path.issued_tao[i] == pytest.approx(after, rel=1e-9)
    assert path.years[-1] <= horizon + 1e-9
    assert horizon - path.years[-1] <= (every + 1) * 7_200 * block_time / 31_557_600


@given(st.floats(0, 0.99), SHARE, st.floats(0.01, 1), st.booleans())
def test_float_lies_between_nothing_and_circulating(lost, sticky, staked, known):
    staked = min(staked, 1 - lost)
    scenario = varied(lost_share=lost, stake_stickiness=sticky, staked_share=staked)
    snapshot = dataclasses.replace(
        ARTICLE_DAY, staked_tao=5.5e6 * staked * (1 - 1e-12) if known else None
    )
    got = te.economy.supply_at(CHAIN, snapshot, scenario)
    assert -1e-6 <= got.float_tao <= got.circulating_tao <= got.issued_tao <= got.max_supply_tao
    assert got.float_ratio == pytest.approx(got.float_tao / got.circulating_tao)
    assert got.staked_is_assumed is not known
    assert got.mc_fdv == pytest.approx(got.market_cap_usd / got.fdv_usd)


PRICE = st.floats(1e-3, 1e6)


@given(PRICE, PRICE, PRICE, PRICE)
def test_log_price_is_log_cap_less_log_supply(p0, p1, s0, s1):
    got = te.economy.decompose_price((p0, p1), (s0, s1))
    assert got.log_cap == pytest.approx(math.log(p1 * s1) - math.log(p0 * s0), abs=1e-9)
    assert got.log_price == pytest.approx(got.log_cap - got.log_supply, abs=1e-9)
    assert got.cap_ratio == pytest.approx(got.price_ratio * got.supply_ratio)
    if got.log_cap:
        assert got.share_to_new_supply * got.log_cap == pytest.approx(got.log_supply, abs=1e-9)


def test_a_market_cap_that_stands_still_gives_new_supply_no_share():
    assert math.isnan(te.economy.decompose_price((2.0, 1.0), (1.0, 2.0)).share_to_new_supply)


@given(st.floats(-0.99, 10), st.floats(0, 0.99), st.floats(0, 0.95))
def test_the_price_is_the_growing_market_cap_over_what_circulates(growth, lost, recycled):
    scenario = varied(market_cap_growth=growth, lost_share=lost, recycled_share=recycled)
    path = te.economy.supply_path(CHAIN, ARTICLE_DAY, scenario, every_days=365)
    assert path.price_usd[0] == pytest.approx(160)
    np.testing.assert_allclose(path.price_usd * path.circulating_tao, path.market_cap_usd)
    np.testing.assert_allclose(
        path.market_cap_usd, path.market_cap_usd[0] * (1 + growth) ** path.years
    )
    np.testing.assert_allclose(path.circulating_tao, path.issued_tao * (1 - lost))
    assert (np.diff(path.issued_tao) >= 0).all() and (path.inflation_per_year >= 0).all()


@given(st.floats(0, 0.82), SHARE, st.floats(0.01, 1))
def test_stakers_hold_their_share_exactly_at_the_break_even_staked_share(stakers, take, staked):
    scenario = varied(stakers_share=stakers, validator_take=take, staked_share=staked)
    got = te.economy.holder_yield(CHAIN, ARTICLE_DAY, scenario)
    assert (got.staker_real > 1e-12) <= (staked < got.break_even_staked_share + 1e-9)
    assert (got.staker_real < -1e-12) <= (staked > got.break_even_staked_share - 1e-9)
    assert got.unstaked <= got.staker_real + 1e-12


def test_a_slower_block_lowers_what_is_issued_in_a_year_in_proportion():
    slow = te.economy.supply_after(CHAIN, ARTICLE_DAY, varied(block_time_s=24.0), 1) - 5.5e6
    assert slow == pytest.approx((8_129_800 - 5.5e6) / 2, abs=1)
    assert (
        te.economy.supply_path(CHAIN, ARTICLE_DAY, varied(block_time_s=24.0)).emission_tao_per_day[
            0
        ]
        == 3_600
    )


def test_a_horizon_shorter_than_a_step_gives_the_starting_point_alone():
    path = te.economy.supply_path(CHAIN, ARTICLE_DAY, varied(horizon_years=0.01))
    assert path.years.tolist() == [0.0] and path.issued_tao.tolist() == [5_500_000.0]


# --- refusals

NAN = float("nan")
RATES = [([-0.1], "-0.1"), ([0.1, 1.1], "1.1"), (NAN, "nan"), ([0.1, math.inf], "inf")]


@pytest.mark.parametrize("rates, shown", RATES)
def test_discount_rates_out_of_bounds_are_refused(rates, shown, refused):
    with refused("rates", f"[0, 1], got {shown}", kind=ValueError):
        te.economy.discounted_supply(CHAIN, ARTICLE_DAY, AS_ARTICLE, rates=rates)


@pytest.mark.parametrize(
    "field, shown, call",
    [
        (
            "every_days",
            "0",
            lambda: te.economy.supply_path(CHAIN, ARTICLE_DAY, AS_ARTICLE, every_days=0),
        ),
        (
            "every_days",
            "-1",
            lambda: te.economy.supply_path(CHAIN, ARTICLE_DAY, AS_ARTICLE, every_days=-1),
        ),
        (
            "every_days",
            "1.5",
            lambda: te.economy.supply_path(CHAIN, ARTICLE_DAY, AS_ARTICLE, every_days=1.5),
        ),
        (
            "every_days",
            "True",
            lambda: te.economy.supply_path(CHAIN, ARTICLE_DAY, AS_ARTICLE, every_days=True),
        ),
        ("years", "-1", lambda: te.economy.supply_after(CHAIN, ARTICLE_DAY, AS_ARTICLE, -1)),
        ("years", "nan", lambda: te.economy.supply_after(CHAIN, ARTICLE_DAY, AS_ARTICLE, NAN)),
        ("years", "inf", lambda: te.economy.supply_after(CHAIN, ARTICLE_DAY, AS_ARTICLE, math.inf)),
        ("years", "'1'", lambda: te.economy.supply_after(CHAIN, ARTICLE_DAY, AS_ARTICLE, "1")),
        (
            "years",
            "True",
            lambda: te.economy.break_even_growth(CHAIN, ARTICLE_DAY, AS_ARTICLE, True),
        ),
        ("years", "nan", lambda: te.economy.break_even_growth(CHAIN, ARTICLE_DAY, AS_ARTICLE, NAN)),
        ("price_usd", "0", lambda: te.economy.decompose_price((0, 1), (1, 1))),
        ("price_usd", "nan", lambda: te.economy.decompose_price((1, NAN), (1, 1))),
        ("supply_tao", "inf", lambda: te.economy.decompose_price((1, 1), (1, math.inf))),
        ("supply_tao", "-1", lambda: te.economy.decompose_price((1, 1), (-1, 1))),
        ("price_usd", "'1'", lambda: te.economy.decompose_price(("1", 1), (1, 1))),
        ("price_usd", "(1,)", lambda: te.economy.decompose_price((1,), (1, 1))),
        ("supply_tao", "(1, 2, 3)", lambda: te.economy.decompose_price((1, 1), (1, 2, 3))),
        ("supply_tao", "5", lambda: te.economy.decompose_price((1, 1), 5)),
        ("as_of", "2023-11-19", lambda: te.economy.mc_fdv_ranking("2023-11-19")),
        ("as_of", "None", lambda: te.economy.mc_fdv_ranking(None)),
        ("token", "DOGEX", lambda: te.economy.mc_fdv_ranking("2023-11-20", peers=("TAO", "DOGEX"))),
        (
            "staked_tao",
            "6,000,000",
            lambda: te.economy.supply_at(
                CHAIN, dataclasses.replace(ARTICLE_DAY, staked_tao=6e6), AS_ARTICLE
            ),
        ),
        (
            "staked_tao",
            "4,675,000",
            lambda: te.economy.supply_at(CHAIN, ARTICLE_DAY, varied(lost_share=0.5)),
        ),
        (
            "issuance_rao",
            "0",
            lambda: te.economy.supply_at(
                CHAIN, dataclasses.replace(ARTICLE_DAY, issuance_rao=0), AS_ARTICLE
            ),
        ),
        (
            "issuance_rao",
            f"{22 * 10**15:,}",
            lambda: te.economy.supply_at(
                CHAIN, dataclasses.replace(ARTICLE_DAY, issuance_rao=22 * 10**15), AS_ARTICLE
            ),
        ),
        (
            "staked_tao",
            "0",
            lambda: te.economy.holder_yield(
                CHAIN, dataclasses.replace(ARTICLE_DAY, staked_tao=0.0), AS_ARTICLE
            ),
        ),
        (
            "staked_tao",
            "0",
            lambda: te.economy.ownership_path(
                CHAIN, dataclasses.replace(ARTICLE_DAY, staked_tao=0.0), AS_ARTICLE
            ),
        ),
        (
            "block",
            "article",
            lambda: te.economy.supply_after(inputs.rules_at("article"), ARTICLE_DAY, AS_ARTICLE, 1),
        ),
        (
            "block",
            "article",
            lambda: te.economy.supply_path(inputs.rules_at("article"), ARTICLE_DAY, AS_ARTICLE),
        ),
        (
            "block",
            "article",
            lambda: te.economy.discounted_supply(
                inputs.rules_at("article"), ARTICLE_DAY, AS_ARTICLE
            ),
        ),
    ],
)
def test_nonsense_is_refused_with_name_rule_and_value(field, shown, call, refused):
    with refused(field, shown):
        call()
