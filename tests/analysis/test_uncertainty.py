"""Sensitivity, Monte Carlo errors and scores: closed forms, laws and refusals."""

import dataclasses
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

import tao_econ as te
from tao_econ.analysis import uncertainty

NAN = float("nan")
PI = math.pi

# --- published numbers

CUBE = {"x1": (-PI, PI), "x2": (-PI, PI), "x3": (-PI, PI)}


def ishigami(points, a=7.0, b=0.1):
    x1, x2, x3 = points.T
    return np.sin(x1) + a * np.sin(x2) ** 2 + b * x3**4 * np.sin(x1)


def ishigami_exact(a=7.0, b=0.1):
    """Variance, S1 and ST by hand: Ishigami and Homma (1990)."""
    variance = a**2 / 8 + b * PI**4 / 5 + b**2 * PI**8 / 18 + 1 / 2
    alone = [(1 + b * PI**4 / 5) ** 2 / 2, a**2 / 8, 0.0]
    pair = b**2 * PI**8 * (1 / 18 - 1 / 50)
    return (
        variance,
        np.array(alone) / variance,
        np.array([alone[0] + pair, alone[1], pair]) / variance,
    )


def test_models_md_u1_ishigami_by_hand_and_by_sobol():
    variance, first, total = ishigami_exact()
    assert variance == pytest.approx(13.8446, abs=1e-4)
    assert first == pytest.approx([0.3139, 0.4424, 0], abs=1e-4)
    assert total == pytest.approx([0.5576, 0.4424, 0.2437], abs=1e-4)
    got = te.analysis.sensitivity(ishigami, None, CUBE, samples=8_192)
    assert got["S1"].tolist() == pytest.approx(first, abs=0.01)
    assert got["ST"].tolist() == pytest.approx(total, abs=0.01)
    assert got.attrs["variance"] == pytest.approx(variance, rel=0.01) and got.attrs[
        "mean"
    ] == pytest.approx(3.5, abs=0.02)
    assert got.attrs["runs"] == 8_192 * 5


def test_sobol_g_function():
    a = np.array([0, 1, 4.5, 9, 99, 99])
    part = 1 / (3 * (1 + a) ** 2)
    variance = np.prod(1 + part) - 1
    total = part * np.prod(1 + part) / (1 + part) / variance

    def g(points):
        return np.prod((np.abs(4 * points - 2) + a) / (1 + a), axis=1)

    got = te.analysis.sensitivity(
        g, None, {f"x{k}": (0, 1) for k in range(6)}, samples=8_192, seed=3
    )
    assert got["S1"].tolist() == pytest.approx(part / variance, abs=0.01)
    assert got["ST"].tolist() == pytest.approx(total, abs=0.01)


def test_models_md_monte_carlo_error_falls_as_n_to_minus_052_and_minus_102():
    # "4-d lognormal mean, n = 2^8 … 2^14"; the integrand is not stated, so ours: exp of a tenth of
    # four normals' sum
    got = te.analysis.convergence(
        lambda u: np.exp(ndtri(u).sum(axis=1) / 10), 4, math.exp(0.02), replicates=64, seed=1
    )
    assert got.points.tolist() == [2**m for m in range(8, 15)]
    assert got.slope_random == pytest.approx(-0.52, abs=0.05) and got.slope_sobol == pytest.approx(
        -1.02, abs=0.05
    )
    assert (got.rmse_random > 9 * got.rmse_sobol).all() and got.rmse_random[
        -1
    ] > 74 * got.rmse_sobol[-1]
    sigma = math.sqrt(math.exp(0.08) - math.exp(0.04))  # of one draw
    assert got.rmse_random == pytest.approx(sigma / np.sqrt(got.points), rel=0.35)


TREE_FDV = np.array(
    [930, 270, 150, 20, 3.4, 1.7, 0.2]
)  # bn USD, models.md 3.3 (IridiumEagle, 2024-01-07)
TREE_PROBABILITY = np.array([0.02, 0.05, 0.80, 1, 34, 20, 44.13]) / 100


@pytest.mark.parametrize(
    "fdv, no_change, tree, tree_mean, eight_fold",
    [
        (
            5.0631,
            0.41004,
            1.08592,
            0.426,
            1.74532,
        ),  # models.md B1, 2026-09-11; printed to five digits
        (4.58, 0.310, 0.989, 0.326, 1.846),  # 2026-07-04
        (15.9, 1.554, 2.187, 1.571, 0.601),  # peak of April 2024: the ranking turns round
    ],
)
def test_models_md_b1_crps_of_log_fdv(fdv, no_change, tree, tree_mean, eight_fold):
    y, places = math.log(fdv), 5e-6 if fdv == 5.0631 else 6e-4
    assert te.analysis.crps(math.log(3.36), y) == pytest.approx(no_change, abs=places)
    assert te.analysis.crps(np.log(TREE_FDV), y, weights=TREE_PROBABILITY) == pytest.approx(
        tree, abs=places
    )
    assert te.analysis.crps(math.log(3.305), y) == pytest.approx(tree_mean, abs=6e-4)
    assert te.analysis.crps(math.log(29), y) == pytest.approx(eight_fold, abs=places)


def test_models_md_half_the_mean_pairwise_distance_of_the_tree_is_0_7376():
    x, p = np.log(TREE_FDV), TREE_PROBABILITY
    far = (
        x.max() + 1.0
    )  # below the observation everywhere, the CRPS is the mean distance less the spread
    assert np.sum(p * (far - x)) - te.analysis.crps(x, far, weights=p) == pytest.approx(
        0.7376, abs=5e-5
    )


# --- sensitivity


def product(scenario):
    return scenario.price * scenario.volume


@dataclasses.dataclass(frozen=True)
class Pair:
    price: float = 2.0
    volume: float = 3.0
    untouched: str = "as it was"


def test_a_record_is_varied_field_by_field_and_agrees_with_the_array():
    seen = set()

    def model(record):
        seen.add(record.untouched)
        return product(record)

    ranges = {"price": (0, 1), "volume": (1, 2)}
    by_record = te.analysis.sensitivity(model, Pair(), ranges, samples=64)
    by_array = te.analysis.sensitivity(lambda p: p[:, 0] * p[:, 1], None, ranges, samples=64)
    np.testing.assert_array_equal(by_record, by_array)
    assert seen == {"as it was"} and list(by_record.index) == ["price", "volume"]


def test_a_scenario_is_varied_within_its_bounds(refused):
    rules, snapshot = te.rules_at("2023-11-20"), te.load_snapshot("article")

    def impact(scenario):
        return te.economy.sell_pressure(rules, snapshot, scenario).unexpected_impact_share

    ranges = {
        "daily_volatility": (0.02, 0.15),
        "impact_prefactor": (0.5, 1.5),
        "discount_rate": (0.0, 1.0),
    }
    got = te.analysis.sensitivity(impact, te.load_scenario("article"), ranges, samples=128)
    assert got.loc["discount_rate"].tolist() == [0, 0, 0, 0]
    assert got.loc["daily_volatility", "ST"] > got.loc["impact_prefactor", "ST"] > 0.2
    with refused("daily_volatility", "-"):
        te.analysis.sensitivity(
            impact, te.load_scenario("article"), {"daily_volatility": (-1.0, 0.0)}, samples=2
        )


@given(st.lists(st.floats(0.1, 10), min_size=2, max_size=5), st.floats(-5, 5))
def test_of_an_additive_model_the_indices_are_shares_of_variance(slopes, shift):
    got = te.analysis.sensitivity(
        lambda p: p @ np.array(slopes) + shift,
        None,
        {f"x{k}": (0, 1) for k in range(len(slopes))},
        samples=1_024,
    )
    share = np.square(slopes) / np.sum(np.square(slopes))
    assert got["S1"].tolist() == pytest.approx(share, abs=0.03) and got[
        "ST"
    ].tolist() == pytest.approx(share, abs=0.03)
    effects = te.analysis.morris(
        lambda p: p @ np.array(slopes) + shift,
        None,
        {f"x{k}": (1, 3) for k in range(len(slopes))},
        trajectories=4,
    )
    assert (
        effects["mu"].tolist() == pytest.approx(2 * np.array(slopes)) == effects["mu_star"].tolist()
    )
    assert effects["sigma"].max() < 1e-9


def test_the_confidence_interval_holds_the_truth_and_narrows_with_more_runs():
    _, first, total = ishigami_exact()
    hits, widths = 0, {}
    for samples in (256, 4_096):
        for seed in range(8):
            got = te.analysis.sensitivity(ishigami, None, CUBE, samples=samples, seed=seed)
            hits += int((np.abs(got["S1"] - first) <= got["S1_conf"]).sum())
            hits += int((np.abs(got["ST"] - total) <= got["ST_conf"]).sum())
        widths[samples] = got["ST_conf"].mean()
    assert hits >= 0.95 * 2 * 8 * 6 and widths[4_096] < widths[256] / 3


def test_where_nothing_changes_all_indices_are_zero():
    got = te.analysis.sensitivity(lambda p: np.full(len(p), 4.2), None, CUBE, samples=16)
    assert (
        (got == 0).all(axis=None)
        and got.attrs["variance"] == 0
        and got.attrs["mean"] == pytest.approx(4.2)
    )
    assert (
        te.analysis.morris(lambda p: np.zeros(len(p)), None, CUBE)[["mu", "mu_star", "sigma"]] == 0
    ).all(axis=None)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_same_seed_gives_the_same_table_and_touches_no_global_state(seed):
    np.random.seed(1)  # noqa: NPY002 — the global state is what is being watched
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    for function in (te.analysis.sensitivity, te.analysis.morris, te.analysis.tornado):
        one, two = (
            function(ishigami, None, CUBE, seed=seed),
            function(ishigami, None, CUBE, seed=seed),
        )
        other = function(ishigami, None, CUBE, seed=seed + 5)
        np.testing.assert_array_equal(one, two)
        assert (one.loc[other.index] != other).any(axis=None)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_a_tornado_stands_beside_the_totals_and_shows_what_it_misses():
    # x1·x2 about the middle (0, 0): one at a time nothing moves, together everything does
    ranges = {"x1": (-1, 1), "x2": (-1, 1)}
    got = te.analysis.tornado(lambda p: p[:, 0] * p[:, 1], None, ranges)
    assert {"S1", "S1_conf", "ST", "ST_conf"} <= set(got.columns)
    assert (got["swing"] == 0).all() and got["ST"].tolist() == pytest.approx([1, 1], abs=0.1)


def test_a_tornado_is_sorted_and_starts_from_the_record():
    got = te.analysis.tornado(product, Pair(), {"price": (1, 4), "volume": (0, 3)}, samples=64)
    assert list(got.index) == ["price", "volume"]
    assert got.loc["price", ["low", "high", "swing"]].tolist() == [3, 12, 9]
    assert got.loc["volume", ["low", "high", "swing"]].tolist() == [0, 6, 6]


# --- Monte Carlo errors


def covered(estimates, truth):
    return np.mean([abs(e.value - truth) <= 2 * e.standard_error for e in estimates])


def test_the_standard_error_of_a_mean_is_right():
    random = np.random.default_rng(0)
    draws = random.exponential(size=(400, 200))
    assert covered([te.analysis.sample_mean(row) for row in draws], 1.0) == pytest.approx(
        0.95, abs=0.03
    )
    assert te.analysis.sample_mean([1, 3]) == (2, 1)
    both = te.analysis.sample_mean(draws)
    assert both.value.shape == both.standard_error.shape == (200,)


def test_antithetic_pairs_count_once():
    normals = np.random.default_rng(0).standard_normal((500, 100))
    pairs = np.stack([normals, -normals], axis=2).reshape(500, 200)
    estimates = [te.analysis.sample_mean(np.exp(row), antithetic=True) for row in pairs]
    assert covered(estimates, math.exp(0.5)) > 0.88  # 100 skewed pairs
    exact = te.analysis.sample_mean(pairs[0], antithetic=True)
    assert (
        exact.value == 0
        and exact.standard_error == 0 < te.analysis.sample_mean(pairs[0]).standard_error
    )


def test_the_standard_error_of_a_quantile_is_right():
    draws = np.random.default_rng(0).standard_normal((600, 1_000))
    for share in (0.05, 0.5, 0.9):
        spread = np.quantile(draws, share, axis=1).std(ddof=1)
        errors = [te.analysis.sample_quantiles(row, share).standard_error[0] for row in draws]
        assert np.mean(errors) == pytest.approx(spread, rel=0.15)
    bands = te.analysis.sample_quantiles(draws, [0.1, 0.5])
    assert bands.value.shape == bands.standard_error.shape == (2, 1_000)


@pytest.mark.parametrize("method", ["sobol", "random"])
def test_the_standard_error_of_replicates_is_right(method):
    def f(u):
        return np.exp(ndtri(u).sum(axis=1) / 4)

    estimates = [
        te.analysis.monte_carlo_mean(f, 3, log2_points=5, replicates=24, seed=s, method=method)
        for s in range(150)
    ]
    assert covered(estimates, math.exp(3 / 32)) == pytest.approx(0.94, abs=0.05)
    assert estimates[0] == te.analysis.monte_carlo_mean(
        f, 3, log2_points=5, replicates=24, seed=0, method=method
    )


def test_convergence_reports_the_root_mean_square_error_of_its_replicates():
    got = te.analysis.convergence(
        lambda u: u[:, 0] ** 2, 2, 1 / 3, log2_points=[3, 5], replicates=2, seed=4
    )
    for k, m in enumerate((3, 5)):  # of two replicates the means are value ± standard error
        for method, rmse in (("random", got.rmse_random), ("sobol", got.rmse_sobol)):
            e = te.analysis.monte_carlo_mean(
                lambda u: u[:, 0] ** 2,
                2,
                log2_points=m,
                replicates=2,
                seed=4 + 1_000 * m,
                method=method,
            )
            both = np.array([e.value - e.standard_error, e.value + e.standard_error])
            assert rmse[k] == pytest.approx(math.sqrt(np.mean((both - 1 / 3) ** 2)))


def test_points_are_inside_the_cube_and_sobol_points_fill_it_evenly():
    for method, points in uncertainty.METHODS.items():
        u = points(3, 12, np.random.default_rng(0))
        assert u.shape == (4_096, 3) and u.min() > 0 and np.isfinite(ndtri(u[u < 1])).all()
        counts = np.histogram(u[:, 0], bins=64, range=(0, 1))[0]
        assert (counts == 64).all() == (method == "sobol")


# --- scores

VALUES = st.lists(st.floats(-100, 100), min_size=1, max_size=12)


@given(VALUES, st.floats(-150, 150))
def test_crps_is_its_definition(values, y):
    x = np.array(values)
    definition = np.abs(x - y).mean() - np.abs(x[:, None] - x[None, :]).mean() / 2
    assert (
        te.analysis.crps(values, y) == pytest.approx(definition, abs=1e-9)
        and te.analysis.crps(values, y) >= 0
    )
    assert te.analysis.crps(values[0], y) == abs(values[0] - y)
    assert te.analysis.crps(values, y, weights=np.full(len(x), 1 / len(x))) == pytest.approx(
        te.analysis.crps(values, y), abs=1e-9
    )


@given(VALUES, st.floats(-150, 150))
def test_crps_is_the_integral_of_brier_scores_and_of_pinball_losses(values, y):
    edges = np.unique(np.append(values, y))
    by_threshold = sum(
        (b - a) * te.analysis.brier(np.mean(np.array(values) <= a), a >= y)
        for a, b in zip(edges, edges[1:], strict=False)
    )
    assert te.analysis.crps(values, y) == pytest.approx(by_threshold, abs=1e-9)
    n = len(
        values
    )  # quantiles are steps, so midpoints of each step integrate the linear loss exactly
    losses = [te.analysis.pinball(q, y, (k + 0.5) / n) for k, q in enumerate(np.sort(values))]
    assert te.analysis.crps(values, y) == pytest.approx(2 * np.mean(losses), abs=1e-9)


def test_crps_of_a_normal_has_its_closed_form():
    x = ndtri((np.arange(20_000) + 0.5) / 20_000)
    for y in (-2.0, 0.0, 0.7):
        density = math.exp(-y * y / 2) / math.sqrt(2 * PI)
        exact = (
            y * (2 * ndtr(y) - 1) + 2 * density - 1 / math.sqrt(PI)
        )  # Gneiting and Raftery (2007), section 4.2
        assert te.analysis.crps(x, y) == pytest.approx(exact, abs=1e-5)


def test_the_honest_forecast_has_the_best_expected_scores():
    y = np.random.default_rng(0).standard_normal(4_000)
    x = ndtri((np.arange(200) + 0.5) / 200)
    honest, narrow, shifted = (
        np.mean([te.analysis.crps(f, v) for v in y]) for f in (x, x * 0.5, x + 0.5)
    )
    assert honest < min(narrow, shifted)
    up = y > 0.5
    chance = 1 - ndtr(0.5)
    assert te.analysis.brier(np.full(4_000, chance), up) < min(
        te.analysis.brier(np.full(4_000, p), up) for p in (0.1, 0.5)
    )
    assert te.analysis.pinball(ndtri(0.9), y, 0.9) < min(
        te.analysis.pinball(q, y, 0.9) for q in (0.9, 1.7)
    )


def test_brier_and_pinball_by_hand():
    assert (
        te.analysis.brier(0.7, True) == pytest.approx(0.09)
        and te.analysis.brier([0, 1], [True, True]) == 0.5
    )
    assert te.analysis.pinball(2.0, 5.0, 0.9) == pytest.approx(2.7) and te.analysis.pinball(
        5.0, 2.0, 0.9
    ) == pytest.approx(0.3)
    assert te.analysis.pinball([1, 2], [1, 2], 0.3) == 0


def test_pit_is_uniform_for_a_calibrated_forecast_and_not_for_a_narrow_one():
    random = np.random.default_rng(0)
    x = ndtri((np.arange(400) + 0.5) / 400)
    y = random.standard_normal(3_000)
    good, narrow = (np.array([te.analysis.pit(f, v) for v in y]) for f in (x, x / 2))
    error = 4 * math.sqrt(1 / 12 / 3_000)
    assert good.mean() == pytest.approx(0.5, abs=error) and good.var() == pytest.approx(
        1 / 12, abs=0.005
    )
    assert narrow.var() > 1 / 12 + 0.03


def test_pit_at_a_tie_counts_part_of_the_mass():
    given = {"weights": [0.2, 0.5, 0.3]}
    assert [te.analysis.pit([1, 2, 3], 2, tie=t, **given) for t in (0, 0.5, 1)] == pytest.approx(
        [0.2, 0.45, 0.7]
    )
    assert te.analysis.pit([1, 2, 3], 0, **given) == 0 and te.analysis.pit(
        [1, 2, 3], 9, **given
    ) == pytest.approx(1)


# --- refusals


def sobol(ranges=None, model=ishigami, base=None, **options):
    return te.analysis.sensitivity(
        model, base, CUBE if ranges is None else ranges, **{"samples": 8} | options
    )


def constant(points):
    return np.ones(len(points))


@pytest.mark.parametrize(
    "field, shown, call",
    [
        ("samples", "12", lambda: sobol(samples=12)),
        ("samples", "1", lambda: sobol(samples=1)),
        ("samples", "8.0", lambda: sobol(samples=8.0)),
        ("seed", "-1", lambda: sobol(seed=-1)),
        ("level", "1", lambda: sobol(level=1)),
        ("resamples", "1", lambda: sobol(resamples=1)),
        ("ranges", "{}", lambda: sobol({})),
        ("ranges", "['x']", lambda: sobol(["x"])),
        ("ranges", "(1,)", lambda: sobol({"x": (1,)})),
        ("ranges", "(2, 1)", lambda: sobol({"x": (2, 1)})),
        ("ranges", "nan", lambda: sobol({"x": (0, NAN)})),
        ("ranges", "'a'", lambda: sobol({"x": (0, "a")})),
        ("output", "(2,)", lambda: sobol(model=lambda p: np.ones(2))),
        ("output", "nan", lambda: sobol(model=lambda p: np.full(len(p), NAN))),
        ("output", "object", lambda: sobol(model=lambda p: [None] * len(p))),
        ("base", "int", lambda: sobol(base=3)),
        ("base", "type", lambda: sobol(base=Pair)),
        (
            "Pair field",
            "prize",
            lambda: te.analysis.sensitivity(product, Pair(), {"prize": (0, 1)}, samples=8),
        ),
        ("runs", "16,777,216", lambda: sobol(samples=1 << 24)),
        ("levels", "3", lambda: te.analysis.morris(ishigami, None, CUBE, levels=3)),
        ("trajectories", "1", lambda: te.analysis.morris(ishigami, None, CUBE, trajectories=1)),
        ("ranges", "[]", lambda: te.analysis.tornado(ishigami, None, [])),
        ("values", "(1,)", lambda: te.analysis.sample_mean([1.0])),
        ("values", "nan", lambda: te.analysis.sample_mean([1.0, NAN])),
        ("values", "3", lambda: te.analysis.sample_mean([1.0, 2.0, 3.0], antithetic=True)),
        ("shares", "1.0", lambda: te.analysis.sample_quantiles([1.0, 2.0], [0.5, 1.0])),
        ("method", "'halton'", lambda: te.analysis.monte_carlo_mean(constant, 1, method="halton")),
        ("dimensions", "0", lambda: te.analysis.monte_carlo_mean(constant, 0)),
        ("replicates", "1", lambda: te.analysis.monte_carlo_mean(constant, 1, replicates=1)),
        ("log2_points", "21", lambda: te.analysis.monte_carlo_mean(constant, 1, log2_points=21)),
        ("output", "(1,)", lambda: te.analysis.monte_carlo_mean(lambda u: [1.0], 1)),
        ("log2_points", "[8]", lambda: te.analysis.convergence(constant, 1, 1.0, log2_points=[8])),
        ("exact", "nan", lambda: te.analysis.convergence(constant, 1, NAN)),
        ("function", "none", lambda: te.analysis.convergence(constant, 1, 1.0, log2_points=[1, 2])),
        ("forecast", "(0,)", lambda: te.analysis.crps([], 1.0)),
        ("forecast", "inf", lambda: te.analysis.crps([1.0, math.inf], 1.0)),
        ("forecast", "(1, 1)", lambda: te.analysis.crps([[1.0]], 1.0)),
        ("observed", "nan", lambda: te.analysis.crps([1.0], NAN)),
        ("observed", "True", lambda: te.analysis.crps([1.0], True)),
        ("weights", "0.9", lambda: te.analysis.crps([1.0, 2.0], 1.0, weights=[0.5, 0.4])),
        ("weights", "-0.5", lambda: te.analysis.crps([1.0, 2.0], 1.0, weights=[1.5, -0.5])),
        ("weights", "(1,)", lambda: te.analysis.pit([1.0, 2.0], 1.0, weights=[1.0])),
        ("tie", "1.5", lambda: te.analysis.pit([1.0], 1.0, tie=1.5)),
        ("probability", "1.1", lambda: te.analysis.brier(1.1, True)),
        ("probability", "object", lambda: te.analysis.brier(Fraction(1, 2), True)),
        ("happened", "int64", lambda: te.analysis.brier(0.5, 1)),
        ("happened", "(1,)", lambda: te.analysis.brier([0.5, 0.5], [True])),
        ("level", "0", lambda: te.analysis.pinball(1.0, 1.0, 0)),
        ("observed", "<U1", lambda: te.analysis.pinball(1.0, "1", 0.5)),
    ],
)
def test_nonsense_is_refused_with_name_rule_and_value(field, shown, call, refused):
    with refused(field, shown):
        call()
