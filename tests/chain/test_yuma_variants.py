"""Bond rules that never ran on the chain, and the consensus that liquid rates are measured from."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tao_econ as te

HEAD = replace(te.rules_at("yuma3"), bonds_penalty=Fraction(3, 4))
LIQUID = replace(HEAD, liquid_alpha_on=True)
KEPT = float(HEAD.bonds_moving_average)


def subnet(seed, n=6, validators=3):
    random = np.random.default_rng(seed)
    weights = np.zeros((n, n))
    weights[:validators, validators:] = random.integers(0, 9, (validators, n - validators))
    stake = np.zeros(n)
    stake[:validators] = random.integers(1, 9, validators)
    return weights, stake


def by_hand(rule, weights, old, stake, bonds, consensus):
    """Dividends and bonds from the definitions, entry by entry."""
    n, penalty = len(stake), 0.75
    share = [s / sum(stake) for s in stake]

    def rows(matrix):
        return [
            [x / sum(row) if sum(row) and share[i] else 0.0 for x in row]
            for i, row in enumerate(matrix.tolist())
        ]

    w = rows(old if rule == "yuma2b" else weights)
    cut = [[min(w[i][j], consensus[j]) for j in range(n)] for i in range(n)]
    rank = [sum(share[i] * cut[i][j] for i in range(n)) for j in range(n)]
    incentive = [r / sum(rank) if sum(rank) else 0.0 for r in rank]
    new = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            if rule == "yuma2c":
                room = max(share[i] - bonds[i, j], 0.0)
                new[i, j] = min(0.9 * bonds[i, j] + min(0.1 * share[i], room) * w[i][j], share[i])
            else:
                follow = [
                    share[k] * ((1 - penalty) * w[k][j] + penalty * cut[k][j]) for k in range(n)
                ]
                bought = follow[i] / sum(follow) if sum(follow) else 0.0
                new[i, j] = (1 - KEPT) * bought + KEPT * bonds[i, j] if bonds.any() else bought
    held = new.sum(axis=0) if rule == "yuma2c" else np.ones(n)
    paid = [sum(new[i, j] / held[j] * incentive[j] for j in range(n) if held[j]) for i in range(n)]
    return [p / sum(paid) if sum(paid) else 0.0 for p in paid], new


@pytest.mark.parametrize("rule", ["yuma1", "yuma2b", "yuma2c"])
@given(st.integers(0, 500), st.integers(0, 500), st.booleans())
def test_a_proposed_rule_gives_what_its_definition_says(rule, seed, before, first):
    weights, stake = subnet(seed)
    old, _ = subnet(before)
    bonds = np.zeros((6, 6))
    if not first:
        bonds[:3, 3:] = np.random.default_rng(before).random((3, 3)) * (
            stake[:3, None] / stake.sum()
        )
    epoch = te.chain.yuma_epoch(HEAD, weights, stake, bonds, variant=rule, previous_weights=old)
    dividends, new = by_hand(rule, weights, old, stake, bonds, epoch.consensus)
    np.testing.assert_allclose(epoch.dividends, dividends, atol=1e-8)
    np.testing.assert_allclose(epoch.bonds, new, atol=1e-8)
    assert np.isfinite(epoch.emission_share).all() and epoch.emission_share.sum() == pytest.approx(
        1
    )


@pytest.mark.parametrize("variant", ["classic", "yuma1", "yuma2", "yuma2b", "yuma2c", "yuma3"])
def test_a_run_of_any_variant_is_its_epochs_one_by_one(variant):
    weights = np.array([subnet(seed)[0] + 0.0 for seed in range(4)])
    stake, bonds, old = subnet(0)[1], np.zeros((6, 6)), weights[0]
    path = te.chain.yuma_run(HEAD, weights, stake, epochs=4, variant=variant, reward=2.0)
    for t in range(4):
        permits = None if t == 0 else path.stake[t - 1] > 0
        epoch = te.chain.yuma_epoch(
            HEAD,
            weights[t] * (1 if t == 0 else permits[:, None]),
            stake,
            bonds,
            variant=variant,
            permits=permits,
            previous_weights=old,
        )
        np.testing.assert_allclose(path.stake[t], stake, rtol=1e-12)
        np.testing.assert_allclose(path.dividends[t], epoch.dividends, atol=1e-12)
        stake, bonds, old = stake + 2.0 * epoch.emission_share, epoch.bonds, weights[t]
    np.testing.assert_allclose(path.bonds, bonds, atol=1e-12)


@pytest.mark.parametrize("variant", ["yuma1", "yuma2b", "yuma2c"])
def test_a_reset_deletes_all_bonds_on_the_miner_before_its_epoch(variant):
    weights, stake = subnet(1)
    rules = replace(HEAD, bonds_reset=True)
    one = te.chain.yuma_run(rules, weights, stake, epochs=1, variant=variant).bonds
    one[:, 4] = 0.0
    two = te.chain.yuma_run(rules, weights, stake, epochs=2, variant=variant, bond_resets=[(1, 4)])
    np.testing.assert_allclose(
        two.bonds,
        te.chain.yuma_epoch(rules, weights, stake, one, variant=variant).bonds,
        atol=1e-12,
    )


def test_yuma_1_and_2_differ_only_where_a_miner_goes_unbacked():
    full = np.zeros((4, 4))
    full[:2, 2:] = [[3, 1], [1, 1]]
    stake = np.array([3.0, 2, 0, 0])
    one, two = (
        te.chain.yuma_run(HEAD, full, stake, epochs=9, variant=v, real_bonds=True).dividends
        for v in ("yuma1", "yuma2")
    )
    np.testing.assert_allclose(one, two, atol=1e-9)
    gone = np.array([full, full, *[full * [1, 1, 1, 0]] * 3, full])
    one, two = (
        te.chain.yuma_run(HEAD, gone, stake, epochs=6, variant=v) for v in ("yuma1", "yuma2")
    )
    assert one.bonds[:, 3].sum() < 1 - 1e-3 < two.bonds[:, 3].max()


def test_under_2b_the_first_to_find_a_miner_loses_nothing_when_the_others_follow():
    """One small validator moves to a better miner an epoch before the large ones."""
    moved = np.zeros((3, 5, 5))
    moved[:, :3, 3] = 1.0
    moved[1, 2], moved[2, :3] = [0, 0, 0, 0, 1], [0, 0, 0, 0, 1]
    stake = np.array([6.0, 3, 1, 0, 0])
    got = {
        v: te.chain.yuma_run(HEAD, moved, stake, epochs=3, variant=v).dividends[:, 2]
        for v in ("yuma2", "yuma2b")
    }
    assert got["yuma2"][1] < got["yuma2b"][1] == pytest.approx(0.1)


def test_under_2c_bonds_fill_towards_stake_and_never_beyond():
    weights, stake = subnet(3)
    bonds = np.zeros((6, 6))
    for _ in range(200):
        bonds = te.chain.yuma_epoch(HEAD, weights, stake, bonds, variant="yuma2c").bonds
        assert (bonds <= stake[:, None] / stake.sum() + 1e-9).all()
    assert bonds.max() > 0.2


def test_under_2c_bonds_above_a_stake_that_fell_are_lost_by_a_tenth_and_nothing_is_sold():
    weights, stake = subnet(3)
    share = stake[:, None] / stake.sum()
    bonds = np.where(weights > 0, 1.05 * share, 0.0)
    np.testing.assert_allclose(
        te.chain.yuma_epoch(HEAD, weights, stake, bonds, variant="yuma2c").bonds,
        0.9 * bonds,
        rtol=1e-8,
    )


@pytest.mark.parametrize("variant", ["yuma1", "yuma2b", "yuma2c"])
def test_where_nobody_says_anything_stake_is_paid(variant):
    silent = te.chain.yuma_epoch(
        HEAD, np.zeros((3, 3)), [3, 1, 0], np.zeros((3, 3)), variant=variant
    )
    assert (
        silent.emission_share.tolist() == [0.75, 0.25, 0]
        and not silent.incentive.any()
        and not silent.dividends.any()
    )


# --- liquid alpha


def test_liquid_rates_may_be_measured_from_another_epochs_consensus():
    weights, stake = subnet(1)
    bonds = np.zeros((6, 6))
    bonds[:3, 3:] = 0.1
    current = te.chain.yuma_epoch(LIQUID, weights, stake, bonds)
    old = np.r_[0, 0, 0, 0.9, 0.0, 0.0]
    runs = {
        mode: te.chain.yuma_epoch(
            LIQUID, weights, stake, bonds, liquid_from=mode, previous_consensus=old
        ).bonds
        for mode in ("current", "previous", "max", "auto")
    }
    np.testing.assert_array_equal(runs["current"], current.bonds)
    assert (runs["previous"] != current.bonds).any()
    np.testing.assert_array_equal(runs["auto"], runs["current"])  # the bonds penalty is below 1
    full = replace(LIQUID, bonds_penalty=Fraction(1))
    auto, previous = (
        te.chain.yuma_epoch(
            full, weights, stake, bonds, liquid_from=m, previous_consensus=old
        ).bonds
        for m in ("auto", "previous")
    )
    np.testing.assert_array_equal(auto, previous)
    same = te.chain.yuma_epoch(
        LIQUID, weights, stake, bonds, liquid_from="previous", previous_consensus=current.consensus
    )
    np.testing.assert_array_equal(same.bonds, current.bonds)
    most = te.chain.yuma_epoch(
        LIQUID,
        weights,
        stake,
        bonds,
        liquid_from="previous",
        previous_consensus=np.maximum(old, current.consensus),
    )
    np.testing.assert_array_equal(runs["max"], most.bonds)


def test_the_rate_of_one_pair_by_hand():
    weights, stake = np.zeros((4, 4)), np.array([6.0, 4, 0, 0])
    weights[:2, 2:] = [[3, 1], [1, 3]]
    rules = replace(LIQUID, bonds_penalty=Fraction(0))
    epoch = te.chain.yuma_epoch(
        rules,
        weights,
        stake,
        np.zeros((4, 4)),
        liquid_from="previous",
        previous_consensus=[0, 0, 0.5, 0],
        real_bonds=True,
    )
    low, high, steep = (
        float(x) for x in (rules.alpha_low, rules.alpha_high, rules.alpha_sigmoid_steepness)
    )
    rate = low + (high - low) / (1 + np.exp(-steep * (0.75 - 0.5 - 0.5)))
    assert epoch.bonds[0, 2] == pytest.approx(rate * 0.75, rel=1e-8)


def test_a_run_measures_from_the_epoch_before():
    weights = np.array([subnet(seed)[0] for seed in range(5)])
    stake, bonds, before = subnet(0)[1], np.zeros((6, 6)), np.zeros(6)
    path = te.chain.yuma_run(LIQUID, weights, stake, epochs=5, liquid_from="previous")
    for t in range(5):
        epoch = te.chain.yuma_epoch(
            LIQUID, weights[t], stake, bonds, liquid_from="previous", previous_consensus=before
        )
        assert path.dividends[t].tolist() == epoch.dividends.tolist()
        bonds, before = epoch.bonds, epoch.consensus
    assert path.bonds.tolist() == bonds.tolist()


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("previous_consensus", {"previous_consensus": np.ones(5)}),
        ("previous_consensus", {"previous_consensus": np.full(6, 1.5)}),
        ("previous_weights", {"previous_weights": -np.ones((6, 6)), "variant": "yuma2b"}),
        ("liquid_from", {"liquid_from": "next"}),
    ],
)
def test_bad_input_is_refused_in_one_line(name, more, refused):
    with refused(name):
        te.chain.yuma_epoch(HEAD, *subnet(0), np.zeros((6, 6)), **more)


@pytest.mark.parametrize("variant", ["classic", "yuma1", "yuma2", "yuma2b", "yuma2c"])
def test_liquid_alpha_is_refused_where_a_variant_would_leave_it_unused(variant, refused):
    weights, stake = subnet(0)
    with refused("liquid_alpha_on must be False with bonds other than 'yuma3'", variant):
        te.chain.yuma_run(LIQUID, weights, stake, epochs=1, variant=variant)
    with refused("liquid_alpha_on must be False", "classic"):
        te.chain.yuma_run(replace(LIQUID, bonds="classic"), weights, stake, epochs=1)
    assert te.chain.yuma_run(LIQUID, weights, stake, epochs=1, variant="yuma3").dividends.any()
