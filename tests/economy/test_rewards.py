"""Who gets a day's emission: published shares and yields, laws, refusals."""

import dataclasses
import math
from fractions import Fraction

import numpy as np
import pytest
from assumed import ARTICLE, LATEST, assumed
from hypothesis import given
from hypothesis import strategies as st

import tao_econ as te

ERAS = [r.name for r in te.eras()]
SHARE = st.floats(0, 1)


def split_at(when, snapshot=ARTICLE, scenario=None, **more):
    rules = te.rules_at(when)
    if rules.pool != "none":
        more = {"alpha_price_tao": 0.1} | more
    subnet = te.economy.SubnetTerms(**more)
    return te.economy.reward_split(rules, snapshot, scenario or assumed(recycled_share=0.0), subnet)


def three(share):
    return share.owner, share.miners, share.validators + share.nominators + share.root


# --- published numbers


def test_eras_md_on_2023_11_20_an_ownerless_subnet_paid_50_50_and_an_owned_one_18_41_41():
    assert three(split_at("2023-11-20", owned=False).share) == (0, 0.5, 0.5)
    assert three(split_at("2023-11-20").share) == pytest.approx((0.18, 0.41, 0.41), abs=5e-5)
    assert split_at("2023-09-01").share.owner == 0  # before owners were paid


def test_dynamic_tao_md_5_the_split_of_alpha_is_17_9995_41_0002_41_0002():
    for root in (0.0, 0.3, 1.0):
        percent = np.multiply(
            three(split_at("2026-09-11", LATEST, root_proportion=root).share), 100
        )
        assert percent == pytest.approx((17.9995, 41.0002, 41.0002), abs=5e-5)


def test_article_7_200_tao_or_1_152_000_usd_a_day_before_and_7_200_alpha_a_subnet_since():
    then, now = split_at("2023-11-20"), split_at("2026-09-11", LATEST)
    assert then.token == "TAO" and sum(then.token_per_day) == pytest.approx(7_200)
    assert sum(then.usd_per_day) == pytest.approx(1_152_000)
    assert now.token == "alpha" and sum(now.token_per_day) == pytest.approx(7_200)
    assert sum(now.tao_per_day) == pytest.approx(720) and sum(now.usd_per_day) == pytest.approx(
        720 * 241.10
    )
    assert sum(split_at("2023-11-20", subnet_share=0.25).token_per_day) == pytest.approx(1_800)


def test_emission_md_7_a_subnets_alpha_halves_at_10_5_million():
    for issued, per_day in ((10_499_999.9, 7_200), (10_500_000.0, 3_600), (15_750_000.0, 1_800)):
        got = split_at("2026-09-11", LATEST, alpha_issuance=issued)
        assert sum(got.token_per_day) == pytest.approx(per_day, rel=1e-12)


@pytest.mark.parametrize(
    "root, earning, percent",
    [(0.655, 182_839, 0.557), (0.479, 343_198, 0.448), (0.133, 2_789_195, 0.0918)],
)
def test_mainnet_2026_md_6_gross_yield_of_a_nominator_a_day(root, earning, percent):
    got = te.economy.alpha_yield_per_day(
        te.rules_at("2026-10-08"), earning_alpha=earning, root_proportion=root
    )
    assert got * 100 == pytest.approx(percent, abs=5e-4 if percent > 0.1 else 5e-5)


def test_models_md_1_4_yields_with_the_stakers_share_that_the_rules_give(as_article):
    def yields(rules, snapshot, scenario):
        """Stakers get half of what the owner's cut leaves."""
        half = (1 - float(rules.owner_cut)) / 2
        return te.economy.holder_yield(
            rules, snapshot, dataclasses.replace(scenario, stakers_share=half)
        )

    at_85 = yields(te.rules_at("2023-09-01"), ARTICLE, as_article)  # nobody owned a subnet yet
    assert at_85.unstaked == pytest.approx(-0.323, abs=5e-4) and at_85.staker_real == pytest.approx(
        -0.167, abs=5e-4
    )
    owned = yields(te.rules_at("2023-11-20"), ARTICLE, as_article)
    assert owned.staker_real == pytest.approx(-0.195, abs=6e-4)
    now = te.rules_at("2026-09-11")
    gross = [assumed(validator_take=take, recycled_share=0.0) for take in (0.0, 0.18)]
    free, taken = (yields(now, LATEST, scenario) for scenario in gross)
    assert free.unstaked == pytest.approx(-0.104, abs=5e-4)
    assert (free.staker_real, taken.staker_real) == pytest.approx((-0.038, -0.050), abs=5e-4)


def test_models_md_3_2_pine_the_largest_subnet_costs_21_7_usd_of_emission_for_each_usd_of_revenue():
    snapshot = dataclasses.replace(LATEST, price_usd=275.0)
    per_day = 0.144 * 3_600
    split = split_at("2026-03-01", snapshot, alpha_price_tao=per_day / 7_200)
    assert sum(split.tao_per_day) == pytest.approx(518.4)
    assert te.economy.subsidy(split, 2.4e6) == pytest.approx(21.7, abs=0.06)


# --- one holder of each role


def test_one_holder_of_each_role_gets_its_part():
    split = split_at("2026-09-11", LATEST, root_proportion=0.5, own_stake_share=0.25)
    half, take = 7_200 * (1 - 11_796 / 65_535) / 2, 0.18
    alpha_part = root_part = half / 2
    by_hand = {
        "owner": 7_200 * 11_796 / 65_535,
        "miner": half * 0.1,
        "validator": (alpha_part * (0.25 + 0.75 * take) + root_part * take) * 0.1,
        "nominator": alpha_part * 0.75 * (1 - take) * 0.1,
        "root holder": root_part * (1 - take) * 0.1,
    }
    for role, tokens in by_hand.items():
        got = te.economy.holder_reward(split, role, share=0.1)
        assert got.token_per_day == pytest.approx(tokens), role
        assert (
            got.usd_per_day
            == pytest.approx(got.tao_per_day * 241.10)
            == pytest.approx(tokens * 0.1 * 241.10)
        )


def test_a_user_pays_and_gets_nothing():
    split = split_at("2026-09-11", LATEST)
    paid = te.economy.holder_reward(split, "user", paid_usd_per_day=2_411.0, price_usd=241.10)
    assert paid == pytest.approx((-100.0, -10.0, -2_411.0))
    assert te.economy.holder_reward(split, "user") == (0, 0, 0)
    worthless = split_at("2026-09-11", LATEST, alpha_price_tao=0.0)
    assert te.economy.holder_reward(worthless, "user", paid_usd_per_day=1.0, price_usd=1.0) == (
        0,
        -1,
        -1,
    )


def test_a_miner_breaks_even_where_its_incentive_pays_its_cost():
    split = split_at("2026-09-11", LATEST)
    share = te.economy.break_even_incentive(split, 500.0)
    assert te.economy.holder_reward(split, "miner", share=share).usd_per_day == pytest.approx(500.0)
    all_withheld = split_at("2026-09-11", LATEST, withheld_share=1.0)
    assert (
        te.economy.break_even_incentive(all_withheld, 1.0) == math.inf
        and te.economy.break_even_incentive(all_withheld, 0.0) == 0
    )


@given(st.floats(0.41, 0.82))
def test_a_nominator_breaks_even_at_the_take_that_says_so(stakers_share):
    scenario = assumed(stakers_share=stakers_share, staked_share=0.4)
    take = te.economy.break_even_take(te.rules_at("2023-11-20"), ARTICLE, scenario)
    at_take = te.economy.holder_yield(
        te.rules_at("2023-11-20"), ARTICLE, dataclasses.replace(scenario, validator_take=take)
    )
    assert abs(at_take.staker_real) < 1e-12
    assert (
        te.economy.break_even_take(
            te.rules_at("2023-11-20"), ARTICLE, dataclasses.replace(scenario, staked_share=1.0)
        )
        <= 0
    )


def test_no_take_is_low_enough_where_stakers_get_nothing():
    assert (
        te.economy.break_even_take(te.rules_at("2023-11-20"), ARTICLE, assumed(stakers_share=0.0))
        == -math.inf
    )


def test_real_yield_in_share_of_supply_in_tao_and_in_usd(as_article):
    base = te.economy.holder_yield(te.rules_at("2023-11-20"), ARTICLE, as_article)
    grown = 1 / (1 + base.unstaked) - 1
    assert te.economy.real_yield(base.staker_nominal, supply_growth=grown) == pytest.approx(
        base.staker_real
    )
    assert te.economy.real_yield(0.5, price_change=-0.8) == pytest.approx(-0.7)
    assert te.economy.real_yield(0.5, price_change=-1.0) == -1


def test_ownership_over_one_year_agrees_with_the_yields_of_a_year(as_article):
    rules = te.rules_at("article")  # one reward until 2025
    scenario = dataclasses.replace(as_article, horizon_years=1.0, validator_take=0.18)
    path = te.economy.ownership_path(
        rules, dataclasses.replace(ARTICLE, block=0), scenario, every_days=1
    )
    year = te.economy.holder_yield(rules, dataclasses.replace(ARTICLE, block=0), scenario)
    assert path.unstaked[-1] / path.unstaked[0] - 1 == pytest.approx(year.unstaked, abs=5e-4)
    assert (
        path.unstaked[-1]
        < path.nominator_idle_rewards[-1]
        < path.nominator[-1]
        < path.validator[-1]
        < 0.01
    )
    assert all(len(column) == len(path.years) for column in path) and path.nominator[0] == 0.01


def test_stakers_who_get_all_issuance_and_hold_all_supply_keep_their_share(as_article):
    scenario = dataclasses.replace(
        as_article, stakers_share=1.0, staked_share=1.0, validator_take=0.0
    )
    ownerless = dataclasses.replace(te.rules_at("2026-09-11"), owner_cut=Fraction(0))
    path = te.economy.ownership_path(ownerless, ARTICLE, scenario, every_days=100)
    np.testing.assert_allclose(path.nominator, 0.01, rtol=1e-12)


def test_dividends_are_divided_between_alpha_and_root_by_hand():
    alpha, root = te.economy.distribute_dividends(
        100.0,
        50.0,
        dividends=[2.0, 1.0],
        alpha_stake=[10.0, 0.0],
        root_stake=[0.0, 7.0],
        root_weight=0.18,
    )
    assert alpha.tolist() == [100, 0] and root.tolist() == [0, 50]
    nobody = te.economy.distribute_dividends(
        1.0, 1.0, dividends=[0.0], alpha_stake=[0.0], root_stake=[0.0], root_weight=0.18
    )
    assert nobody[0].tolist() == nobody[1].tolist() == [0]


# --- laws and refusals


@given(
    st.sampled_from(ERAS),
    SHARE,
    SHARE,
    SHARE,
    SHARE,
    st.booleans(),
    st.booleans(),
    st.sampled_from(["burned", "recycled"]),
)
def test_every_part_is_paid_once_and_none_is_negative(
    era, root, withheld, own, take, owned, paid, way
):
    root = root if te.rules_at(era).root_weight else 0.0
    split = split_at(
        era,
        scenario=assumed(validator_take=take),
        root_proportion=root,
        withheld_share=withheld,
        own_stake_share=own,
        owned=owned,
        root_paid=paid,
        withheld_is=way,
    )
    assert all(part >= 0 for part in split.share) and sum(split.share) == pytest.approx(
        1, abs=1e-12
    )
    assert paid or split.share.root == 0
    assert (split.share.burned == 0) or way == "burned"


@pytest.mark.parametrize(
    "name, wrong",
    [
        ("subnet_share", 1.1),
        ("root_proportion", -0.1),
        ("withheld_share", math.nan),
        ("own_stake_share", "1"),
        ("withheld_is", "lost"),
        ("alpha_price_tao", None),
        ("alpha_price_tao", -1.0),
        ("alpha_issuance", math.inf),
    ],
)
def test_the_split_refuses(name, wrong, refused):
    with refused(name, wrong):
        split_at("2026-09-11", LATEST, **{name: wrong})


def test_what_means_nothing_in_an_era_is_refused(refused):
    with refused("alpha_price_tao", 0.1):
        split_at("2023-11-20", alpha_price_tao=0.1)
    with refused("root_proportion", 0.5):
        split_at("2023-11-20", root_proportion=0.5)
    with refused("alpha_issuance", 1.0):
        split_at("2023-11-20", alpha_issuance=1.0)
    with refused("subnet_share", 0.5):
        split_at("2026-09-11", LATEST, subnet_share=0.5)


@pytest.mark.parametrize(
    "call",
    [
        ("role", lambda s: te.economy.holder_reward(s, "minor")),
        ("share", lambda s: te.economy.holder_reward(s, "miner", share=2.0)),
        ("paid_usd_per_day", lambda s: te.economy.holder_reward(s, "user", paid_usd_per_day=-1.0)),
        ("price_usd", lambda s: te.economy.holder_reward(s, "user", paid_usd_per_day=1.0)),
        ("revenue_usd_per_year", lambda s: te.economy.subsidy(s, 0.0)),
        ("cost_usd_per_day", lambda s: te.economy.break_even_incentive(s, math.inf)),
        (
            "earning_alpha",
            lambda s: te.economy.alpha_yield_per_day(te.rules_at("2026-09-11"), earning_alpha=0.0),
        ),
        ("supply_growth", lambda s: te.economy.real_yield(0.1, supply_growth=-1.0)),
        (
            "alpha_stake",
            lambda s: te.economy.distribute_dividends(
                1.0, 1.0, dividends=[1.0], alpha_stake=[-1.0], root_stake=[1.0], root_weight=0.1
            ),
        ),
        (
            "dividends",
            lambda s: te.economy.distribute_dividends(
                1.0, 1.0, dividends=["1"], alpha_stake=[1.0], root_stake=[1.0], root_weight=0.1
            ),
        ),
        (
            "root_stake",
            lambda s: te.economy.distribute_dividends(
                1.0, 1.0, dividends=[1.0], alpha_stake=[1.0], root_stake=[1.0, 2.0], root_weight=0.1
            ),
        ),
        (
            "share",
            lambda s: te.economy.ownership_path(
                te.rules_at("2023-11-20"), ARTICLE, assumed(), share=True
            ),
        ),
    ],
)
def test_bad_numbers_are_one_clear_line(call, refused):
    name, run = call
    with refused(name):
        run(split_at("2026-09-11", LATEST))
