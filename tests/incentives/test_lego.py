"""Best of many, coverage, ensembles and the tournament: published numbers, laws, closed forms
and refusals.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tao_econ as te

NAN = float("nan")
SHARE = st.floats(0, 1)

# --- published numbers


def test_o1_mean_of_the_largest_of_2_10_and_256():
    assert te.incentives.expected_max([2, 10, 256]) == pytest.approx(
        [0.56419, 1.53875, 2.82686], abs=1e-5
    )  # golden row O1
    assert te.incentives.expected_max([3, 5, 64, 100]) == pytest.approx(
        [0.8463, 1.1630, 2.3437, 2.5076], abs=5e-5
    )  # models.md 6


def test_means_of_largest_have_known_closed_forms():
    exact = [0, 1 / math.sqrt(math.pi), 1.5 / math.sqrt(math.pi)]  # David and Nagaraja, section 3.2
    assert te.incentives.expected_max([1, 2, 3]) == pytest.approx(exact, abs=1e-13)
    assert te.incentives.expected_max(1) == te.incentives.best_of_n([1, 2], 0.3)[0] == 0.0
    assert isinstance(te.incentives.expected_max(2), float)
    assert te.incentives.expected_max(10**9) == pytest.approx(
        6.06946, abs=0.06
    )  # the Gumbel limit, which is slow


def test_models_md_6_a_judge_of_10_to_30_percent_gains_028_to_085_among_256():
    low, high = te.incentives.best_of_n(256, 0.1), te.incentives.best_of_n(256, 0.3)
    assert (low, high) == pytest.approx((0.28, 0.85), abs=0.005)
    assert (
        low < te.incentives.best_of_n(2, 1.0) < high
    )  # one honest second draw beats 256 judged at 0.1


def test_brown_2407_21787_coverage_from_159_to_56_percent():
    fit = te.incentives.coverage_fit(0.159, 0.56, 250)
    assert (fit.power_a, fit.power_b) == pytest.approx((-1.839, -0.209), abs=5e-4)  # models.md 6
    assert te.incentives.power_coverage([1, 250], fit.power_a, fit.power_b) == pytest.approx(
        [0.159, 0.56], abs=1e-12
    )
    assert te.incentives.beta_coverage([1, 250], fit.beta_a, fit.beta_b) == pytest.approx(
        [0.159, 0.56], abs=1e-9
    )
    assert fit.same_difficulty > 1 - 1e-15  # "independent tries at equal tasks would give 100 %"
    # both laws meet the two points and disagree by less than 4 points in between: no more is known
    between = [3, 10, 30, 100]
    gap = te.incentives.power_coverage(
        between, fit.power_a, fit.power_b
    ) - te.incentives.beta_coverage(between, fit.beta_a, fit.beta_b)
    assert 0 < np.abs(gap).max() < 0.04


# --- closed forms beside simulation


def test_best_of_n_against_simulation():
    random = np.random.default_rng(7)
    quality, noise = random.standard_normal((2, 20_000, 16))
    judged = 0.4 * quality + math.sqrt(1 - 0.16) * noise
    chosen = te.incentives.over_replicas(quality[np.arange(20_000), judged.argmax(axis=1)])
    assert abs(chosen.mean - te.incentives.best_of_n(16, 0.4)) < 4 * chosen.standard_error
    assert chosen.standard_error < 0.01


def test_beta_coverage_against_simulation_and_equal_tasks():
    random = np.random.default_rng(3)
    got = te.incentives.over_replicas(1 - (1 - random.beta(0.5, 2.0, 200_000)) ** 20)
    assert abs(got.mean - te.incentives.beta_coverage([20], 0.5, 2.0)[0]) < 4 * got.standard_error
    assert te.incentives.beta_coverage([20], 0.3e9, 0.7e9)[0] == pytest.approx(
        1 - 0.7**20, abs=1e-6
    )


def test_ensemble_error_is_that_of_correlated_numbers():
    random = np.random.default_rng(5)
    common, own = random.standard_normal((50_000, 1)), random.standard_normal((50_000, 8))
    mean = (math.sqrt(0.3) * common + math.sqrt(0.7) * own).mean(axis=1)
    square = te.incentives.over_replicas(mean**2)
    got = te.incentives.ensemble_error(8, 0.3)
    assert abs(square.mean - got.error_sd**2) < 4 * square.standard_error
    assert got.effective_models == pytest.approx(8 / (1 + 7 * 0.3))
    assert te.incentives.ensemble_error(10**9, 0.3, error_sd=2.0).error_sd == pytest.approx(
        got.floor_sd * 2
    )
    assert te.incentives.ensemble_error(8, 0.0) == pytest.approx((1 / math.sqrt(8), 0.0, 8.0))


def test_panel_of_independent_judges_against_simulation():
    random = np.random.default_rng(11)
    quality, shared = random.standard_normal((2, 100_000))
    errors = math.sqrt(0.3) * shared + math.sqrt(0.7) * random.standard_normal((5, 100_000))
    score = (0.2 * quality + math.sqrt(0.96) * errors).mean(axis=0)
    assert np.corrcoef(score, quality)[0, 1] == pytest.approx(
        te.incentives.panel_correlation(0.2, 0.3, 5), abs=4 / math.sqrt(1e5)
    )


# --- the tournament: incentives select, effort creates


def test_selection_never_passes_the_best_model_of_the_pool_and_effort_does():
    got = te.incentives.tournament(
        te.incentives.Contest(models=32, judge_correlation=0.8, effort_sd=0.05),
        rounds=300,
        replicas=40,
    )
    assert (got.selection_sd <= got.ceiling_sd[:, None] + 1e-12).all()
    assert (got.creation_sd[:, -1] > got.ceiling_sd).all()
    ceiling = te.incentives.over_replicas(got.ceiling_sd)
    assert abs(ceiling.mean - te.incentives.expected_max(32)) < 4 * ceiling.standard_error


def test_without_effort_the_two_tournaments_are_one():
    got = te.incentives.tournament(
        te.incentives.Contest(models=16, effort_sd=0.0), rounds=30, replicas=5
    )
    assert (got.selection_sd == got.creation_sd).all()
    all_gamed = te.incentives.tournament(
        te.incentives.Contest(models=16, effort_sd=0.5, gaming=1.0, judge_correlation=1.0),
        rounds=30,
        replicas=5,
    )
    assert (all_gamed.selection_sd == all_gamed.creation_sd).all()


@pytest.mark.parametrize("judge, lasting", [(1.0, 0.0), (0.3, 1.0), (0.3, 0.5), (0.1, 0.2)])
def test_selection_ends_at_the_judge_of_endless_rounds(judge, lasting):
    got = te.incentives.tournament(
        te.incentives.Contest(
            models=64, judge_correlation=judge, lasting_error=lasting, pressure=1.0
        ),
        rounds=2_000,
        replicas=150,
        seed=2,
    )
    last = te.incentives.over_replicas(got.selection_sd[:, -1])
    limit = te.incentives.panel_correlation(judge, lasting, 1e15) * te.incentives.expected_max(64)
    assert abs(last.mean - limit) < 4 * last.standard_error + 0.02  # 2,000 rounds are not endless


def test_effort_grows_by_what_all_reward_buys_once_one_model_has_it():
    got = te.incentives.tournament(
        te.incentives.Contest(models=8, judge_correlation=1.0, pressure=5.0, effort_sd=0.03),
        rounds=400,
        replicas=4,
    )
    assert np.diff(got.creation_sd[:, -50:]) == pytest.approx(0.03, abs=1e-12)


def test_gaming_turns_effort_into_error():
    honest, gamed = (
        te.incentives.over_replicas(
            te.incentives.tournament(
                te.incentives.Contest(models=32, effort_sd=0.05, gaming=g), replicas=50
            ).creation_sd[:, -1]
        )
        for g in (0.0, 0.9)
    )
    assert gamed.mean + 4 * gamed.standard_error < honest.mean


def test_a_tournament_is_the_same_every_time_and_another_seed_differs():
    one, two, other = (
        te.incentives.tournament(te.incentives.Contest(models=8), rounds=5, replicas=2, seed=s)
        for s in (1, 1, 2)
    )
    assert all((a == b).all() for a, b in zip(one, two, strict=True))
    assert (one.selection_sd != other.selection_sd).any()


# --- laws


@given(st.integers(1, 10_000), st.integers(1, 10_000))
def test_more_draws_never_lower_the_largest(n, more):
    assert (
        te.incentives.expected_max(n)
        <= te.incentives.expected_max(n + more)
        <= math.sqrt(2 * math.log(n + more))
    )


@given(SHARE, SHARE, st.integers(1, 10**6))
def test_ensemble_error_lies_between_its_floor_and_one_model(correlation, sd, models):
    got = te.incentives.ensemble_error(models, correlation, error_sd=sd)
    assert got.floor_sd - 1e-12 <= got.error_sd <= sd + 1e-12
    assert 1 - 1e-9 <= got.effective_models <= models + 1e-6


@given(st.floats(0.01, 50), st.floats(0.01, 50), st.integers(1, 500))
def test_spread_of_difficulty_always_costs_coverage(a, b, tries):
    got = te.incentives.beta_coverage([1, tries], a, b)
    assert got[0] == pytest.approx(a / (a + b), rel=1e-9)
    assert got[0] - 1e-12 <= got[1] <= 1 - (1 - a / (a + b)) ** tries + 1e-9


@given(SHARE, SHARE, st.floats(1, 1e6))
def test_a_panel_is_no_worse_than_one_judge(judge, shared, judges):
    panel = te.incentives.panel_correlation(judge, shared, judges)
    assert judge - 1e-12 <= panel <= 1
    assert te.incentives.panel_correlation(judge, 1.0, judges) == pytest.approx(judge)


# --- bad input


@pytest.mark.parametrize(
    ("name", "value", "call"),
    [
        ("n", 0, lambda: te.incentives.expected_max(0)),
        ("n", 2.0, lambda: te.incentives.expected_max([1, 2.0])),
        ("n", True, lambda: te.incentives.expected_max(True)),
        ("judge_correlation", 1.1, lambda: te.incentives.best_of_n(2, 1.1)),
        ("judge_correlation", "'a'", lambda: te.incentives.best_of_n(2, "a")),
        ("shared_error", -1, lambda: te.incentives.panel_correlation(0.1, -1, 2)),
        ("effective_judges", 0.5, lambda: te.incentives.panel_correlation(0.1, 0.5, 0.5)),
        ("tries", 0.0, lambda: te.incentives.power_coverage([0.0], -1.0, -1.0)),
        ("b", 0.1, lambda: te.incentives.power_coverage([1], -1.0, 0.1)),
        ("a", 0, lambda: te.incentives.beta_coverage([1], 0, 1.0)),
        ("one_try", 1, lambda: te.incentives.coverage_fit(1, 0.5, 2)),
        ("tries", 1, lambda: te.incentives.coverage_fit(0.1, 0.5, 1)),
        ("coverage", 0.1, lambda: te.incentives.coverage_fit(0.2, 0.1, 10)),
        ("coverage", 0.9, lambda: te.incentives.coverage_fit(0.2, 0.9, 2)),
        ("models", 0, lambda: te.incentives.ensemble_error(0, 0.1)),
        ("error_correlation", NAN, lambda: te.incentives.ensemble_error(2, NAN)),
        ("error_sd", -1, lambda: te.incentives.ensemble_error(2, 0.1, error_sd=-1)),
        ("replicas", 1, lambda: te.incentives.tournament(replicas=1)),
        ("rounds", 0, lambda: te.incentives.tournament(rounds=0)),
        (
            "lasting_error",
            2,
            lambda: te.incentives.tournament(te.incentives.Contest(lasting_error=2)),
        ),
        ("pressure", -0.1, lambda: te.incentives.tournament(te.incentives.Contest(pressure=-0.1))),
        (
            "effort_sd",
            math.inf,
            lambda: te.incentives.tournament(te.incentives.Contest(effort_sd=math.inf)),
        ),
        ("gaming", 1.5, lambda: te.incentives.tournament(te.incentives.Contest(gaming=1.5))),
        ("seed", -1, lambda: te.incentives.tournament(seed=-1)),
        ("values", "(1,)", lambda: te.incentives.over_replicas([1.0])),
    ],
)
def test_bad_input_is_refused_in_one_line(name, value, call, refused):
    with refused(name, value):
        call()
