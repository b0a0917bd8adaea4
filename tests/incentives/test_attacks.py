"""Copying, bribery, collusion and the price of a majority: closed forms, laws, and refusals."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tao_econ as te

RULES = te.rules_at("2026-09-11")
NAN = float("nan")
SUBNET = te.incentives.CopiedSubnet(
    validators=8, miners=16, copier_stake=0.1, noise=0.3, turnover=0.02, reward=0.0005
)
SMALL = {"epochs": 60, "networks": 6}

# --- weight copying


@pytest.fixture(scope="module")
def copying():
    return te.incentives.weight_copying(RULES, SUBNET, lags=(0, 1, 5, 20), **SMALL)


def test_a_copier_without_lag_earns_more_than_those_who_measure(copying):
    assert copying.advantage[0] > 0.05 and copying.standard_error[0] < 0.01


def test_each_epoch_of_lag_costs_the_copier_until_it_pays_to_work(copying):
    assert (np.diff(copying.advantage) < 0).all()
    assert copying.advantage[-1] < -3 * copying.standard_error[-1]


def test_hiding_weights_costs_the_miners_accuracy_and_a_mere_delay_of_the_copier_does_not(copying):
    assert (np.diff(copying.accuracy) < -0.01).all()
    late = te.incentives.weight_copying(RULES, SUBNET, lags=(0, 20), commit_reveal=False, **SMALL)
    assert late.accuracy[1] > copying.accuracy[1] and late.advantage[1] < 0


def test_the_copiers_share_of_stake_follows_its_advantage(copying):
    assert copying.start_stake == 0.1
    assert copying.copier_stake[0] > 0.1 > copying.copier_stake[-1]


def test_with_nothing_to_measure_the_copier_is_as_good_as_the_others():
    got = te.incentives.weight_copying(
        RULES, SUBNET._replace(noise=0.0, turnover=0.0), lags=(0, 7), **SMALL
    )
    np.testing.assert_allclose(got.advantage, 0, atol=1e-6)
    np.testing.assert_allclose(got.accuracy, 1, atol=1e-6)


def test_the_same_seed_gives_the_same_numbers_and_another_one_others(copying):
    again = te.incentives.weight_copying(RULES, SUBNET, lags=(0, 1, 5, 20), **SMALL)
    for name in copying._fields:
        np.testing.assert_array_equal(getattr(again, name), getattr(copying, name))
    assert (
        te.incentives.weight_copying(RULES, SUBNET, lags=(0,), seed=1, **SMALL).advantage[0]
        != copying.advantage[0]
    )


# --- bribery


@pytest.fixture(scope="module")
def network():
    return te.incentives.draw_network(validators=12, miners=30, seed=1)


@pytest.mark.parametrize("bonds", ["classic", "yuma3"])
def test_below_kappa_a_bribe_buys_nothing_and_above_it_costs_nothing(network, bonds):
    got = te.incentives.bribery(replace(RULES, bonds=bonds), network)
    below = got.bribed_stake < float(RULES.kappa)
    assert got.bribed_stake[0] == 0 and got.bribed_stake[-1] == pytest.approx(1)
    np.testing.assert_allclose(got.target_consensus[below], 0.002, rtol=1e-6)
    np.testing.assert_allclose(got.target_consensus[~below], 0.2, rtol=1e-6)
    assert (got.lost_dividends[below][1:] > 0).all()
    assert (got.lost_dividends[~below] <= 1e-9).all() and got.lost_dividends[-1] == pytest.approx(
        0, abs=1e-9
    )
    assert got.target_incentive[~below].min() > 20 * got.target_incentive[below].max()


def test_the_promise_is_what_each_would_lose_alone(network):
    got = te.incentives.bribery(RULES, network)
    assert got.promised[0] == 0 and (np.diff(got.promised) >= 0).all()
    assert got.lost_dividends[1] == pytest.approx(got.promised[1], rel=1e-9)


def test_the_bribed_lose_stake_below_kappa_and_win_it_above(network):
    got = te.incentives.bribery(RULES, network, epochs=50, reward=0.01)
    first_above = int(np.argmax(got.bribed_stake >= float(RULES.kappa)))
    assert got.stake_after[first_above - 1] < got.bribed_stake[first_above - 1]
    assert got.stake_after[first_above] > got.bribed_stake[first_above]


# --- collusion


def test_colluders_earn_their_worth_when_they_behave_and_most_of_it_all_above_kappa():
    got = te.incentives.collusion(
        RULES, te.incentives.draw_network(weight_spread=0.0, stake_spread=0.0), worth=0.1
    )
    np.testing.assert_allclose(got.honest_pay, 0.5 * got.stake + 0.5 * 0.1, atol=0.01)
    assert (got.gain >= 0).all() and (got.gain[got.stake < 0.5] < 1e-6).all()
    assert got.best_pay[-1] > 0.9 and got.best_weight[-1] == 1.0


def test_scatter_of_honest_opinions_is_what_a_minority_lives_on_and_a_burn_takes_it():
    network = te.incentives.draw_network(weight_spread=0.4)
    plain, burnt = (
        te.incentives.collusion(RULES, network),
        te.incentives.collusion(RULES, network, miner_burn=0.9),
    )
    minority = plain.stake < 0.5
    assert (plain.gain[minority] > 0.01).all() and (np.diff(plain.gain[minority]) > 0).all()
    assert (burnt.gain < plain.gain).all()


def test_colluders_stake_after_a_run_follows_what_they_earn():
    got = te.incentives.collusion(
        RULES, te.incentives.draw_network(), stake=(0.2, 0.5), epochs=100, reward=0.01
    )
    assert (
        got.best_pay[0] < 0.2 and got.stake_after[0] < 0.2
    )  # their miners are worth less than their stake
    assert got.best_pay[1] > 0.5 and got.stake_after[1] > 0.5


# --- the price of a majority


def test_a_majority_of_the_stake_of_2026_09_11_by_hand():
    counter, unbooked = 11_330_335, 172_001.438  # paid to root and missed by the counter
    got = te.incentives.majority_cost(
        RULES, te.load_snapshot("2026-09-11"), te.load_scenario("base")
    )
    assert got.present_tao == pytest.approx(0.51 * 7_318_081) and got.present_usd == pytest.approx(
        got.present_tao * 241.10
    )
    assert got.added_tao == pytest.approx(7_318_081 * 51 / 49)
    assert got.unstaked_tao == pytest.approx(counter + unbooked - 7_318_081)
    assert not got.feasible
    assert got.days_of_emission == pytest.approx(got.added_tao / 3_600) and not got.stake_is_assumed


def test_a_majority_in_days_of_emission_follows_the_rules_clock_and_is_infinite_when_nothing_is_minted():
    snapshot, scenario = te.load_snapshot("2026-09-11"), te.load_scenario("base")
    slow = te.incentives.majority_cost(RULES, snapshot, replace(scenario, block_time_s=24.0))
    assert slow.days_of_emission == pytest.approx(slow.added_tao / 1_800)
    by_block = te.incentives.majority_cost(te.rules_at("article-whole-rao"), snapshot, scenario)
    assert by_block.days_of_emission == pytest.approx(by_block.added_tao / 7_200)
    over = replace(snapshot, issuance_rao=RULES.max_supply_rao)
    assert te.incentives.majority_cost(RULES, over, scenario).days_of_emission == np.inf


@given(st.floats(0.01, 0.99))
def test_added_stake_is_that_share_of_all_stake_afterwards(share):
    got = te.incentives.majority_cost(
        RULES, te.load_snapshot("article"), te.load_scenario("base"), share=share
    )
    staked = got.present_tao / share
    assert got.added_tao / (staked + got.added_tao) == pytest.approx(share) and got.stake_is_assumed
    assert got.feasible == (got.added_tao <= got.unstaked_tao)


@given(
    st.floats(0.05, 0.9),
    st.floats(10, 1e6),
    st.floats(10, 1e7),
    st.floats(0, 1e6),
    st.floats(0, 1e6),
)
def test_bought_alpha_leaves_a_constant_product_and_holds_the_share(
    share, pool_tao, pool_alpha, staked, root
):
    got = te.incentives.alpha_majority_cost(
        pool_tao=pool_tao,
        pool_alpha=pool_alpha,
        staked_alpha=staked,
        root_tao=root,
        root_weight=0.18,
        share=share,
    )
    others = staked + 0.18 * root
    if others:
        assert got.alpha_needed / (got.alpha_needed + others) == pytest.approx(share)
        assert got.root_tao_needed * 0.18 == pytest.approx(got.alpha_needed)
    if got.pool_share < 0.999:
        left = (pool_tao + got.tao_paid) * (pool_alpha - got.alpha_needed)
        assert left == pytest.approx(pool_tao * pool_alpha, rel=1e-9)
        assert got.average_price_tao >= pool_tao / pool_alpha * (1 - 1e-12)
    elif got.pool_share >= 1:
        assert got.tao_paid == np.inf


# --- bad input

POOL = {
    "pool_tao": 1.0,
    "pool_alpha": 1.0,
    "staked_alpha": 1.0,
    "root_tao": 1.0,
    "root_weight": 0.18,
}


@pytest.mark.parametrize(
    ("name", "value", "call"),
    [
        ("lags", 30, lambda n: te.incentives.weight_copying(RULES, SUBNET, lags=(0, 30), **SMALL)),
        ("lags", 0.5, lambda n: te.incentives.weight_copying(RULES, SUBNET, lags=(0.5,), **SMALL)),
        (
            "noise",
            -0.1,
            lambda n: te.incentives.weight_copying(RULES, SUBNET._replace(noise=-0.1), **SMALL),
        ),
        (
            "turnover",
            1.2,
            lambda n: te.incentives.weight_copying(RULES, SUBNET._replace(turnover=1.2), **SMALL),
        ),
        (
            "copier_stake",
            1,
            lambda n: te.incentives.weight_copying(RULES, SUBNET._replace(copier_stake=1), **SMALL),
        ),
        ("networks", 1, lambda n: te.incentives.weight_copying(RULES, SUBNET, networks=1)),
        (
            "validators",
            1,
            lambda n: te.incentives.weight_copying(RULES, SUBNET._replace(validators=1)),
        ),
        ("target_worth", 1.0, lambda n: te.incentives.bribery(RULES, n, target_worth=1.0)),
        ("bribed_weight", 0, lambda n: te.incentives.bribery(RULES, n, bribed_weight=0)),
        ("reward", NAN, lambda n: te.incentives.bribery(RULES, n, reward=NAN)),
        ("worth", 0, lambda n: te.incentives.collusion(RULES, n, worth=0)),
        ("miner_burn", 1.5, lambda n: te.incentives.collusion(RULES, n, miner_burn=1.5)),
        ("lags", "none", lambda n: te.incentives.weight_copying(RULES, SUBNET, lags=(), **SMALL)),
        ("stake", 1.0, lambda n: te.incentives.collusion(RULES, n, stake=(0.5, 1.0))),
        ("network", "None", lambda n: te.incentives.bribery(RULES, None)),
        (
            "network",
            "none",
            lambda n: te.incentives.bribery(RULES, n._replace(weights=np.eye(len(n.stake)))),
        ),
        (
            "share",
            1,
            lambda n: te.incentives.majority_cost(
                RULES, te.load_snapshot("article"), te.load_scenario("base"), share=1
            ),
        ),
        ("pool_tao", 0.0, lambda n: te.incentives.alpha_majority_cost(**POOL | {"pool_tao": 0.0})),
        (
            "pool_alpha",
            True,
            lambda n: te.incentives.alpha_majority_cost(**POOL | {"pool_alpha": True}),
        ),
        (
            "staked_alpha",
            -1,
            lambda n: te.incentives.alpha_majority_cost(**POOL | {"staked_alpha": -1}),
        ),
        (
            "root_weight",
            2,
            lambda n: te.incentives.alpha_majority_cost(**POOL | {"root_weight": 2}),
        ),
    ],
)
def test_bad_input_is_refused_in_one_line(name, value, call, refused, network):
    with refused(name, value):
        call(network)


def test_kappa_moves_the_price_of_a_bribe(network):
    high = te.incentives.bribery(replace(RULES, kappa=Fraction(7, 10)), network)
    assert high.bribed_stake[np.argmax(high.target_consensus > 0.1)] >= 0.7
