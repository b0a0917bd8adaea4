"""The consensus guarantee: the chain's published percentages, the epoch as twin, laws, and real
concentration.
"""

import json
import tracemalloc
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tao_econ as te
from tao_econ.incentives.guarantee import GRID, HONEST_STAKE
from tao_econ.inputs import data

CHAIN = te.rules_at("yuma3")
RULES = replace(CHAIN, bonds="classic", bonds_penalty=Fraction(1))  # as docs/consensus.md simulates
STATEMENTS = json.loads(
    (Path(__file__).parents[1] / "golden" / "consensus_guarantee_statements.json").read_text()
)
NAN = float("nan")


def required(rules=RULES, *, stake=(0.6,), spread=0.4, validator_share=0.5, seed=0):
    network = te.incentives.draw_network(weight_spread=spread, seed=seed)
    earned = te.incentives.retention_map(
        rules, network, honest_stake=stake, validator_share=validator_share
    )
    return te.incentives.required_honest_weight(earned, stake)


# --- what the chain's document states


@pytest.mark.parametrize(
    ("given", "published"),
    list(
        zip(
            STATEMENTS["inputs"]["required_honest_utility_for_S60"],
            STATEMENTS["expected"]["honest_utility"],
            strict=True,
        )
    ),
)
def test_the_nine_published_percentages_within_two_points(given, published):
    rules = replace(RULES, bonds_penalty=Fraction(given["beta"]))
    got = required(rules, spread=given["sigma_w"], validator_share=given["xi"])[0]
    assert got == pytest.approx(published, abs=0.02)


def test_70_percent_of_stake_needs_more_than_75_percent_and_a_cabal_of_40_can_gain_with_30_percent_utility():
    assert 0.74 <= required(stake=(0.7,))[0] <= 0.77
    earned = te.incentives.retention_map(
        RULES, te.incentives.draw_network(), honest_stake=[0.6], honest_weight=[0.70]
    )
    assert earned.min() < 0.6  # some cabal weight beats 40 % of stake with 30 % of honest weight


def test_a_lower_kappa_needs_more_below_60_percent_and_a_higher_one_protects_nothing_there():
    low, usual = (
        required(replace(RULES, kappa=Fraction(2, 5)), stake=(0.51, 0.55)),
        required(stake=(0.51, 0.55)),
    )
    assert (low > usual).all()
    assert np.isnan(required(replace(RULES, kappa=Fraction(3, 5)), stake=(0.51, 0.55, 0.59))).all()
    assert required(replace(RULES, kappa=Fraction(3, 5)), stake=(0.7,))[0] < 0.8


def test_the_default_grid_is_the_documents_28611_points():
    assert len(HONEST_STAKE) * len(GRID) ** 2 == 28_611
    assert GRID[0] == 0 and GRID[-1] == 1 and len(set(np.diff(GRID).round(12))) == 1


# --- the epoch is the definition


def as_epoch(network, s, h, c):
    """(square weights, stake, honest UIDs) of one point of the map."""
    validators, miners = network.weights.shape
    v = min(max(int(s * validators), 1), validators - 1)
    m = min(max(int(s * miners), 1), miners - 1)
    n = validators + miners
    weights, stake = np.zeros((n, n)), np.zeros(n)
    for i in range(validators):
        to_honest, to_cabal = (h, 1 - h) if i < v else (1 - c, c)
        row = network.weights[i]
        weights[i, validators : validators + m] = row[:m] / row[:m].sum() * to_honest
        weights[i, validators + m :] = row[m:] / row[m:].sum() * to_cabal
    stake[:v] = network.stake[:v] / network.stake[:v].sum() * s
    stake[v:validators] = network.stake[v:] / network.stake[v:].sum() * (1 - s)
    return weights, stake, np.r_[np.arange(v), validators + np.arange(m)]


@pytest.mark.parametrize("bonds", ["classic", "yuma3"])
@given(
    st.integers(2, 9),
    st.integers(2, 14),
    st.floats(0.02, 0.98),
    st.sampled_from([0.0, 0.1, 0.5, 0.74, 1.0]),
    st.sampled_from([0.0, 0.5, 0.97, 1.0]),
    st.sampled_from([0.0, 0.4, 0.9]),
    st.sampled_from([0, 1, 3, 4]),
    st.sampled_from([Fraction(2, 5), Fraction(32767, 65535), Fraction(1)]),
    st.integers(0, 99),
)
def test_a_point_of_the_map_is_what_the_float_epoch_pays(
    bonds, v, m, s, h, c, spread, quarters, kappa, seed
):
    rules = replace(CHAIN, bonds=bonds, bonds_penalty=Fraction(quarters, 4), kappa=kappa)
    network = te.incentives.draw_network(validators=v, miners=m, weight_spread=spread, seed=seed)
    network = network._replace(stake=network.stake**4 + 0.01, weights=network.weights + 1e-3)
    got = te.incentives.retention_map(
        rules, network, honest_stake=[s], honest_weight=[h], cabal_weight=[c], validator_share=0.3
    )
    weights, stake, honest = as_epoch(network, s, h, c)
    epoch = te.chain.yuma_epoch(rules, weights, stake, np.zeros_like(weights), real_bonds=True)
    paid = 0.3 * epoch.dividends[honest].sum() + 0.7 * epoch.incentive[honest].sum()
    assert got[0, 0, 0] == pytest.approx(paid if epoch.incentive.any() else s, abs=1e-9)


def test_the_exact_epoch_on_512_uids_agrees_to_what_u16_weights_leave():
    network = te.incentives.draw_network(seed=2)
    for s, h, c in ((0.6, 0.74, 0.8), (0.51, 0.9, 1.0), (0.8, 0.82, 0.5)):
        weights, stake, honest = as_epoch(network, s, h, c)
        epoch = te.chain.yuma_epoch_exact(
            RULES,
            np.floor(weights * 65_535).astype(np.int64),
            np.floor(stake * 21e15).astype(np.int64),
            np.zeros(weights.shape, np.int64),
        )
        got = te.incentives.retention_map(
            RULES, network, honest_stake=[s], honest_weight=[h], cabal_weight=[c]
        )[0, 0, 0]
        emission = np.asarray(epoch.incentive_u16, float), np.asarray(epoch.dividends_u16, float)
        exact = sum(part[honest].sum() / part.sum() for part in emission) / 2
        assert got == pytest.approx(exact, abs=0.004)


def test_neighbours_do_not_matter_a_point_alone_and_in_the_grid_are_the_same():
    network = te.incentives.draw_network(
        validators=16, miners=60, stake=np.arange(16.0) ** 3 + 1, seed=5
    )
    grid = np.linspace(0, 1, 21)
    whole = te.incentives.retention_map(
        RULES, network, honest_stake=[0.55, 0.7], honest_weight=grid, cabal_weight=grid
    )
    for s, a, b in ((0, 3, 17), (1, 20, 0), (0, 20, 20), (1, 11, 8)):
        alone = te.incentives.retention_map(
            RULES,
            network,
            honest_stake=[(0.55, 0.7)[s]],
            honest_weight=[grid[a]],
            cabal_weight=[grid[b]],
        )
        assert alone[0, 0, 0] == whole[s, a, b]


def test_one_thread_or_two_give_the_same_bytes():
    network = te.incentives.draw_network(validators=16, miners=60)
    two = te.incentives.retention_map(RULES, network)
    assert te.incentives.retention_map(RULES, network, threads=1).tobytes() == two.tobytes()


# --- laws


def test_more_honest_weight_never_earns_the_honest_side_less_without_scatter():
    network = te.incentives.draw_network(weight_spread=0.0, validators=16, miners=64)
    earned = te.incentives.retention_map(RULES, network, honest_stake=(0.55, 0.7, 0.9))
    assert (np.diff(earned, axis=1) >= -1e-9).all()
    assert (earned >= 0).all() and (earned <= 1).all()


def test_a_cabal_that_behaves_honestly_earns_its_share_of_stake_as_validators():
    network = te.incentives.draw_network(
        weight_spread=0.0, stake_spread=0.0, validators=20, miners=20
    )
    earned = te.incentives.retention_map(
        RULES,
        network,
        honest_stake=[0.6],
        honest_weight=[0.7],
        cabal_weight=[0.3],
        validator_share=1.0,
    )
    assert earned[0, 0, 0] == pytest.approx(0.6, abs=1e-8)


def test_where_no_weight_reaches_consensus_everybody_is_paid_by_stake():
    rules = replace(RULES, kappa=Fraction(3, 5))
    earned = te.incentives.retention_map(
        rules,
        te.incentives.draw_network(),
        honest_stake=[0.55],
        honest_weight=[1.0],
        cabal_weight=[1.0],
    )
    assert earned[0, 0, 0] == 0.55


def test_required_weight_reads_the_contour_between_grid_points():
    earned = np.array([[[0.5, 0.2], [0.59, 0.61], [0.63, 0.62], [0.7, 0.7]]])
    h = np.array([0.0, 0.5, 0.7, 1.0])
    assert te.incentives.required_honest_weight(earned, [0.6], h)[0] == pytest.approx(
        0.5 + 0.2 * 0.01 / 0.03
    )
    assert np.isnan(te.incentives.required_honest_weight(earned - 0.05, [0.6], h)[0])
    assert te.incentives.required_honest_weight(earned + 0.5, [0.6], h)[0] == 0.0


def test_a_map_that_does_not_fit_its_axes_is_refused(refused):
    earned = np.full((1, 4, 2), 0.5)
    with refused("earned", "(1, 4, 2)"):
        te.incentives.required_honest_weight(earned, [0.6])
    with refused("earned", "(4, 2)"):
        te.incentives.required_honest_weight(earned[0], [0.6], [0.0, 0.5, 0.7, 1.0])


# --- real concentration


def stakes_of(model, networks=24, validators=64):
    return np.array(
        [
            te.incentives.draw_stake(model, validators, rng=np.random.default_rng(k))
            for k in range(networks)
        ]
    )


def near_equal(networks=24):
    return np.array([te.incentives.draw_network(miners=2, seed=k).stake for k in range(networks)])


def test_at_the_same_honest_stake_concentration_eases_the_guarantee_because_few_voices_scatter_less():
    equal = te.incentives.guarantee(RULES, near_equal(), honest_stake=(0.6,), steps=21)
    heavy = te.incentives.guarantee(
        RULES, stakes_of(te.incentives.fit_stake(0.9825, 0.90)), honest_stake=(0.6,), steps=21
    )
    assert equal.required[0] == pytest.approx(0.734, abs=0.003) and equal.standard_error[0] < 0.002
    assert heavy.required[0] < equal.required[0] - 3 * heavy.standard_error[0]
    assert heavy.high[0] - heavy.low[0] > 5 * (equal.high[0] - equal.low[0])


def test_where_validators_rather_than_stake_are_honest_concentration_makes_a_lottery_of_the_majority():
    model = te.incentives.fit_stake(0.9825, 0.90)
    equal = te.incentives.honest_stake_drawn(near_equal(2_000), 0.7)
    heavy = te.incentives.honest_stake_drawn(stakes_of(model, 2_000), 0.7)
    assert (equal < 0.5).mean() == 0 and 0.05 < (heavy < 0.5).mean() < 0.4
    assert equal.mean() == pytest.approx(
        44 / 64, abs=0.002
    )  # 44 of 64 are honest, whoever they are
    assert heavy.mean() == pytest.approx(44 / 64, abs=4 * heavy.std() / np.sqrt(2_000))


def test_published_tables_become_the_least_concentrated_stake_that_agrees_with_them():
    table = data.load("validator_stake")
    genesis, june = (group for _, group in table.groupby("date"))
    stake = te.incentives.stake_from_ranks(genesis["largest"], genesis["share"], 128)
    for n, share in zip(genesis["largest"], genesis["share"], strict=True):
        assert stake[:n].sum() == pytest.approx(share, abs=1e-12)
    assert stake.sum() == pytest.approx(1) and (np.diff(stake) <= 1e-15).all()
    assert (
        te.incentives.nakamoto(te.incentives.stake_from_ranks(june["largest"], june["share"], 64))
        == 4
    )  # models.md, section 4.3


# --- stake over time


def test_below_the_guarantee_the_honest_share_erodes_and_above_it_grows():
    network = te.incentives.draw_network()
    how = {"honest_stake": 0.6, "cabal_weight": 0.8, "epochs": 200, "reward": 0.002}
    lost = te.incentives.honest_stake_path(RULES, network, honest_weight=0.6, **how)
    kept = te.incentives.honest_stake_path(RULES, network, honest_weight=0.9, **how)
    assert (np.diff(lost.honest_stake) < 0).all() and (np.diff(kept.honest_stake) > 0).all()
    assert lost.honest_stake[0] == 0.6 and len(lost.epoch) == 200
    first = te.incentives.retention_map(
        RULES, network, honest_stake=[0.6], honest_weight=[0.6], cabal_weight=[0.8]
    )[0, 0, 0]
    assert lost.honest_emission[0] == first
    assert lost.honest_stake[1] == pytest.approx((0.6 + 0.002 * first) / 1.002, rel=1e-12)


# --- bad input


@pytest.mark.parametrize(
    ("name", "value", "call"),
    [
        (
            "honest_stake",
            1.0,
            lambda n: te.incentives.retention_map(RULES, n, honest_stake=[0.5, 1.0]),
        ),
        (
            "honest_weight",
            1.5,
            lambda n: te.incentives.retention_map(RULES, n, honest_weight=[0.5, 1.5]),
        ),
        (
            "cabal_weight",
            0.2,
            lambda n: te.incentives.retention_map(RULES, n, cabal_weight=[0.5, 0.2]),
        ),
        ("validator_share", 2, lambda n: te.incentives.retention_map(RULES, n, validator_share=2)),
        (
            "validator_share",
            True,
            lambda n: te.incentives.retention_map(RULES, n, validator_share=True),
        ),
        ("network", "3", lambda n: te.incentives.retention_map(RULES, 3)),
        (
            "stake",
            "one",
            lambda n: te.incentives.retention_map(RULES, n._replace(stake=np.r_[np.zeros(7), 1.0])),
        ),
        (
            "stake",
            NAN,
            lambda n: te.incentives.retention_map(RULES, n._replace(stake=np.r_[np.ones(7), NAN])),
        ),
        (
            "weights",
            "validator 4",
            lambda n: te.incentives.retention_map(RULES, n._replace(weights=np.eye(8))),
        ),
        (
            "weights",
            "(8,)",
            lambda n: te.incentives.retention_map(RULES, n._replace(weights=np.ones(8))),
        ),
        ("validators", 1, lambda n: te.incentives.draw_network(validators=1)),
        ("validators + miners", "9,064", lambda n: te.incentives.draw_network(miners=9_000)),
        ("weight_spread", -1, lambda n: te.incentives.draw_network(weight_spread=-1)),
        ("stake_spread", NAN, lambda n: te.incentives.draw_network(stake_spread=NAN)),
        ("stake", "(3,)", lambda n: te.incentives.draw_network(validators=8, stake=np.ones(3))),
        ("stakes", "(1, 8)", lambda n: te.incentives.guarantee(RULES, np.ones((1, 8)))),
        ("steps", 2, lambda n: te.incentives.guarantee(RULES, np.ones((2, 8)), steps=2)),
        (
            "honest_validators",
            0.0,
            lambda n: te.incentives.honest_stake_drawn(np.ones((2, 8)), 0.0),
        ),
        (
            "reward",
            "inf",
            lambda n: te.incentives.honest_stake_path(
                RULES,
                n,
                honest_stake=0.6,
                honest_weight=0.5,
                cabal_weight=0.5,
                epochs=2,
                reward=np.inf,
            ),
        ),
        (
            "epochs",
            0,
            lambda n: te.incentives.honest_stake_path(
                RULES,
                n,
                honest_stake=0.6,
                honest_weight=0.5,
                cabal_weight=0.5,
                epochs=0,
                reward=0.1,
            ),
        ),
        ("shares", 0.9, lambda n: te.incentives.stake_from_ranks([1, 2], [0.1, 1.0], 5)),
        ("largest", "[3, 2]", lambda n: te.incentives.stake_from_ranks([3, 2], [0.5, 0.6], 5)),
        ("shares", "1 and 2", lambda n: te.incentives.stake_from_ranks([1, 2], [0.1], 5)),
    ],
)
def test_bad_input_is_refused_in_one_line(name, value, call, refused):
    with refused(name, value):
        call(te.incentives.draw_network(validators=8, miners=8))


def test_the_documents_grid_keeps_far_below_500_megabytes():
    te.incentives.retention_map(
        RULES, te.incentives.draw_network(validators=4, miners=4)
    )  # compiled before it is measured
    tracemalloc.start()
    te.incentives.retention_map(RULES, te.incentives.draw_network())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6


def test_real_stake_helps_a_little_until_who_is_honest_is_drawn():
    """As notebook 09 says it; the fit's two numbers are Lui and Sun's, arXiv:2507.02951."""
    model = te.incentives.fit_stake(0.9825, 0.90)
    real = np.array(
        [
            te.incentives.draw_stake(model, 64, rng=np.random.default_rng(seed))
            for seed in range(4_000)
        ]
    )
    near = np.array([te.incentives.draw_network(miners=2, seed=seed).stake for seed in range(12)])
    assert min(map(te.incentives.gini, real)) > 3 * max(map(te.incentives.gini, near))
    ours, theirs = (
        te.incentives.guarantee(RULES, draws, honest_stake=[0.6], steps=21)
        for draws in (real[:12], near)
    )
    assert 0 < theirs.required[0] - ours.required[0] < 0.1
    lost = (te.incentives.honest_stake_drawn(real, 0.7) < float(RULES.kappa)).mean()
    assert round(1 / lost) == 5
