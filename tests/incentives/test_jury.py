"""The validators as a jury and as an oracle: published numbers, laws, simulation and refusals."""

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tao_econ as te
from tao_econ.incentives import jury

NAN = float("nan")
STAKES = st.lists(st.integers(0, 1_000), min_size=1, max_size=12).filter(any)

# --- published numbers


def test_o2_condorcet_11_jurors_of_60_percent():
    assert te.incentives.jury_accuracy(np.ones(11), 0.6).accuracy == pytest.approx(
        0.75350, abs=1e-5
    )  # golden row O2
    assert te.incentives.jury_accuracy(np.ones(101), 0.6).accuracy == pytest.approx(
        0.9791, abs=5e-5
    )  # models.md 6
    assert te.incentives.jury_accuracy(np.ones(64), 0.55).accuracy == pytest.approx(
        0.788, abs=5e-4
    )  # ties count half


def test_mentat_minds_2024_06_19_the_effective_jury_is_below_ten():
    stake = te.incentives.published_stake(64)
    assert stake[:5] == pytest.approx([0.25, 0.135, 0.11, 0.09, 0.065])
    jurors = te.incentives.effective_jurors(stake)
    assert 8.5 < jurors < 10  # models.md 6: "the effective jury 1/HHI is < 10"
    assert te.incentives.effective_jurors([25, 13.5, 11, 9, 6.5]) < 5  # of the five alone
    unequal, equal = (
        te.incentives.jury_accuracy(stake, 0.6),
        te.incentives.jury_accuracy(np.ones(64), 0.6),
    )
    assert (
        unequal.accuracy < te.incentives.jury_accuracy(np.ones(11), 0.6).accuracy < equal.accuracy
    )


# --- the jury


def simulated(stake, accuracy, correlation, replicas=200_000):
    random, share = np.random.default_rng(1), np.asarray(stake) / np.sum(stake)
    scale = (1 - correlation) / correlation if correlation else np.inf
    chance = (
        random.beta(accuracy * scale, (1 - accuracy) * scale, (replicas, 1))
        if correlation
        else accuracy
    )
    held = (random.random((replicas, len(share))) < chance) @ share
    return te.incentives.over_replicas((held > 0.5 + 1e-12) + 0.5 * (np.abs(held - 0.5) <= 1e-12))


@pytest.mark.parametrize("correlation", [0.0, 0.1, 0.5])
@pytest.mark.parametrize(
    "stake", [[25, 13.5, 11, 9, 6.5], [1] * 10, [3, 1, 1, 1], np.arange(1, 41) ** 2.1]
)
def test_jury_against_simulation(stake, correlation):
    got, drawn = (
        te.incentives.jury_accuracy(stake, 0.6, correlation=correlation),
        simulated(stake, 0.6, correlation),
    )
    assert abs(got.accuracy - drawn.mean) < 4 * drawn.standard_error
    assert drawn.standard_error < 0.0012


def test_equal_stakes_give_the_beta_binomial():
    from scipy.stats import betabinom

    law = betabinom(21, 0.6 * 4, 0.4 * 4)  # correlation 1/(1 + 4)
    assert te.incentives.jury_accuracy(np.ones(21), 0.6, correlation=0.2).accuracy == pytest.approx(
        law.sf(10), abs=1e-12
    )


def test_a_jury_whose_sums_are_merged_against_every_outcome():
    stake = np.array(
        [1, 1, 2, 5, 10, 40, 73, 93, 186, 370, 387]
    )  # 1,168 sums, one of them exactly half
    votes = (np.arange(2**11)[:, None] >> np.arange(11)) & 1
    chance = np.where(votes, 0.6, 0.4).prod(axis=1)
    held = votes @ stake / stake.sum()
    exact = chance[held > 0.5].sum() + chance[held == 0.5].sum() / 2
    assert te.incentives.jury_accuracy(stake, 0.6).accuracy == pytest.approx(
        exact, abs=1e-3
    )  # as the docstring says
    assert te.incentives.jury_accuracy(stake, 0.5).accuracy == 0.5


def test_votes_merged_into_bins_stay_within_the_stated_error(monkeypatch):
    stake = np.random.default_rng(0).random(30) ** 3
    coarse = te.incentives.jury_accuracy(stake, 0.6, correlation=0.1).accuracy
    monkeypatch.setattr(jury, "ATOMS", 2**15)
    assert coarse == pytest.approx(
        te.incentives.jury_accuracy(stake, 0.6, correlation=0.1).accuracy, abs=1e-3
    )


def test_correlated_votes_have_a_ceiling_that_more_jurors_do_not_pass():
    few, many, endless = (
        te.incentives.jury_accuracy(np.ones(n), 0.6, correlation=0.1) for n in (11, 101, 5_001)
    )
    assert few.accuracy < many.accuracy < many.ceiling == pytest.approx(0.7361, abs=5e-5)
    assert endless.accuracy == pytest.approx(endless.ceiling, abs=1e-3)
    assert few.effective_jurors == pytest.approx(11 / (1 + 10 * 0.1)) and many.effective_jurors < 10


@given(STAKES, st.floats(0, 1), st.floats(0, 0.9))
def test_a_jury_of_the_opposite_opinion_is_wrong_as_often(stake, accuracy, correlation):
    right = te.incentives.jury_accuracy(stake, accuracy, correlation=correlation).accuracy
    wrong = te.incentives.jury_accuracy(stake, 1 - accuracy, correlation=correlation).accuracy
    assert right + wrong == pytest.approx(1, abs=1e-6) and 0 <= right <= 1


@given(STAKES, st.floats(0.5, 1), st.floats(0, 1))
def test_one_holder_of_most_stake_decides_alone(stake, accuracy, correlation):
    got = te.incentives.jury_accuracy([*stake, sum(stake) + 1], accuracy, correlation=correlation)
    assert got.accuracy == pytest.approx(accuracy, abs=1e-9)


@given(STAKES, st.floats(0, 1))
def test_effective_jurors_lie_between_one_and_all(stake, correlation):
    n = len(stake)
    assert 1 - 1e-9 <= te.incentives.effective_jurors(stake, correlation) <= n + 1e-9
    assert te.incentives.effective_jurors(stake, 1.0) == pytest.approx(1)
    assert te.incentives.effective_jurors(np.ones(n), correlation) == pytest.approx(
        n / (1 + (n - 1) * correlation)
    )


# --- the oracle


def test_the_median_breaks_at_half_of_the_stake_and_the_mean_at_once():
    below, at = (
        te.incentives.oracle_bias([0.49, 0.5], attack_sd=1e6),
        te.incentives.oracle_bias([0.5, 0.51]),
    )
    assert (
        below.worst_median_bias_sd[0] == pytest.approx(2.062, abs=5e-4)
        and np.isinf(at.worst_median_bias_sd).all()
    )
    assert (
        below.mean_bias_sd[0] == pytest.approx(0.49e6) and below.median_bias_sd.tolist()[1] == 1e6
    )
    assert te.incentives.oracle_bias([1e-6], attack_sd=1e9).mean_bias_sd[0] == pytest.approx(
        1e3
    )  # any share is enough
    assert te.incentives.oracle_bias([0.0]).median_bias_sd[0] == 0.0
    assert below.median_to_mean_sd == pytest.approx(
        1.2533, abs=5e-5
    )  # robustness costs 57 % more reports


def test_finite_reports_break_where_the_coalition_has_half():
    stake, honest = te.incentives.published_stake(64), np.random.default_rng(0).standard_normal(64)
    wanted = te.incentives.coalition(stake).wallets  # fewest with more than half
    for corrupt, broken in ((wanted - 1, False), (wanted, True)):
        reports = np.where(np.arange(64) < corrupt, 1e9, honest)
        assert (te.incentives.stake_median(reports, stake) > 1e3) == broken
    assert np.average(np.where(np.arange(64) < 1, 1e9, honest), weights=stake) > 1e8


def test_bias_against_many_reports():
    random = np.random.default_rng(2)
    reports = np.r_[random.standard_normal(70_000), np.full(30_000, 5.0)]
    got = te.incentives.oracle_bias([0.3], attack_sd=5.0)
    error = math.sqrt(math.pi / 2 / 100_000) * 2
    assert te.incentives.stake_median(reports, np.ones(100_000)) == pytest.approx(
        got.median_bias_sd[0], abs=4 * error
    )
    assert reports.mean() == pytest.approx(got.mean_bias_sd[0], abs=4 * error)


@pytest.mark.parametrize("kappa", [Fraction(32_767, 65_535), Fraction(3, 10), Fraction(7, 10)])
def test_the_median_is_the_consensus_of_an_epoch(kappa):
    random, validators, miners = np.random.default_rng(6), 9, 12
    weights, stake = np.zeros((21, 21)), np.zeros(21)
    weights[:validators, validators:], stake[:validators] = (
        random.random((validators, miners)),
        random.random(validators),
    )
    epoch = te.chain.yuma_epoch(
        replace(te.rules_at("2026-09-11"), kappa=kappa), weights, stake, np.zeros((21, 21))
    )
    shares = weights[:validators] / weights[:validators].sum(axis=1, keepdims=True)
    for j in range(validators, 21):
        assert te.incentives.stake_median(
            shares[:, j], stake[:validators], kappa=float(kappa)
        ) == pytest.approx(epoch.consensus[j], abs=1e-9)


@given(
    st.lists(st.tuples(st.floats(-5, 5), st.integers(0, 9)), min_size=1, max_size=12),
    st.floats(0.01, 1),
)
def test_a_median_is_a_report_that_has_its_stake(pairs, kappa):
    reports, stake = np.array(pairs).T
    if stake.sum() == 0:
        return
    got = te.incentives.stake_median(reports, stake, kappa=kappa)
    assert got in reports
    assert stake[reports >= got].sum() >= (kappa - 1e-9) * stake.sum()
    assert stake[reports > got].sum() < (kappa + 1e-9) * stake.sum()


# --- bad input


@pytest.mark.parametrize(
    ("name", "value", "call"),
    [
        ("stake", -1, lambda: te.incentives.effective_jurors([1, -1])),
        ("stake", 0, lambda: te.incentives.effective_jurors([0, 0])),
        ("stake", "(0,)", lambda: te.incentives.jury_accuracy([], 0.6)),
        ("correlation", 1.1, lambda: te.incentives.effective_jurors([1], 1.1)),
        ("accuracy", NAN, lambda: te.incentives.jury_accuracy([1], NAN)),
        ("accuracy", True, lambda: te.incentives.jury_accuracy([1], True)),
        ("reports", 3, lambda: te.incentives.stake_median([1, 2], [1, 1, 1])),
        ("reports", "inf", lambda: te.incentives.stake_median([math.inf], [1])),
        ("kappa", 0, lambda: te.incentives.stake_median([1], [1], kappa=0)),
        ("corrupt_share", 1.5, lambda: te.incentives.oracle_bias([1.5])),
        ("attack_sd", -1, lambda: te.incentives.oracle_bias([0.1], attack_sd=-1)),
    ],
)
def test_bad_input_is_refused_in_one_line(name, value, call, refused):
    with refused(name, value):
        call()
