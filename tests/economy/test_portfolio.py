"""Kelly's weight, what estimation does to it, and refusals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

import tao_econ as te

DRIFT, SIGMA = st.floats(-2, 2), st.floats(0.05, 3)
YEARS, FRACTION = st.floats(0.1, 50), st.floats(0, 3)

# --- published numbers


@pytest.mark.parametrize("drift, percent", [(0.5, 62), (0.3, 37), (0.0, 0)])
def test_models_md_37_kelly_at_a_volatility_of_90_percent(drift, percent):
    got = te.economy.kelly(drift, 0.9)
    assert 100 * got.weight == pytest.approx(percent, abs=0.5)
    assert got.growth_per_year == pytest.approx(drift**2 / (2 * 0.81))


def test_models_md_37_the_error_of_the_drift_is_56_percent_after_2_6_years():
    assert te.economy.drift_error(0.9, 2.6) == pytest.approx(0.56, abs=5e-3)


@pytest.mark.parametrize("level", [0.1, 0.5, 0.9, 1.0])
def test_thorp_2006_the_chance_of_ever_touching_x_at_full_kelly_is_x(level):
    assert te.economy.touch_probability(1, level) == pytest.approx(level)
    assert te.economy.touch_probability(0.5, level) == pytest.approx(level**3)
    assert te.economy.touch_probability(2, level) == te.economy.touch_probability(3, level) == 1


def test_with_2_6_years_of_prices_full_kelly_loses_even_where_the_drift_is_50_percent():
    full, half = (te.economy.kelly_under_error(0.5, 0.9, 2.6, fraction=f) for f in (1.0, 0.5))
    assert full.growth_if_known == pytest.approx(0.154, abs=5e-4)
    assert full.growth_expected == pytest.approx(-0.038, abs=5e-4) and half.growth_expected > 0
    assert (full.break_even_years, half.break_even_years) == pytest.approx((3.24, 1.08))
    assert full.negative_share == pytest.approx(0.185, abs=5e-4)
    assert full.best_fraction == pytest.approx(0.445, abs=5e-4)


# --- laws


@given(DRIFT, SIGMA, FRACTION)
def test_no_fraction_grows_faster_than_full_kelly_and_twice_kelly_earns_nothing(
    drift, sigma, fraction
):
    some, full = te.economy.kelly(drift, sigma, fraction=fraction), te.economy.kelly(drift, sigma)
    assert some.growth_per_year <= full.growth_per_year + 1e-12
    assert some.growth_per_year == pytest.approx(
        some.weight * drift - (some.weight * sigma) ** 2 / 2, abs=1e-9
    )
    assert te.economy.kelly(drift, sigma, fraction=2.0).growth_per_year == pytest.approx(
        0, abs=1e-9
    )
    assert some.full_growth_per_year == pytest.approx(full.growth_per_year)


@given(st.floats(0.05, 1.9), st.floats(0.05, 0.95))
def test_touching_is_the_limit_of_gamblers_ruin(fraction, level):
    # log wealth of volatility fS has drift (f - f²/2)S²; a walk in steps of ±h ruins with
    # probability (q/p)^k
    step = 1e-4
    bias = (fraction - fraction**2 / 2) / fraction**2 * step  # drift·h/variance: p - q
    ruin = ((1 - bias) / (1 + bias)) ** (-math.log(level) / step)
    assert te.economy.touch_probability(fraction, level) == pytest.approx(ruin, rel=1e-3)


@given(st.floats(0, 3), st.floats(0, 3), st.floats(0.01, 1))
def test_more_of_kelly_touches_more(one, other, level):
    less, more = sorted((one, other))
    assert (
        te.economy.touch_probability(less, level) <= te.economy.touch_probability(more, level) <= 1
    )


@given(DRIFT, SIGMA, YEARS, FRACTION)
def test_expected_growth_is_the_average_over_estimates(drift, sigma, years, fraction):
    got = te.economy.kelly_under_error(drift, sigma, years, fraction=fraction)
    nodes, weights = np.polynomial.hermite_e.hermegauss(20)
    held = fraction * (drift + sigma / math.sqrt(years) * nodes) / sigma**2
    growth = held * drift - held**2 * sigma**2 / 2
    assert got.growth_expected == pytest.approx(
        np.sum(weights * growth) / weights.sum(), abs=1e-9, rel=1e-9
    )
    assert got.growth_if_known - got.growth_expected == pytest.approx(fraction**2 / (2 * years))
    spread = sigma / math.sqrt(years) / sigma**2
    assert (got.p10, got.p50, got.p90) == pytest.approx(
        norm(drift / sigma**2, spread).ppf([0.1, 0.5, 0.9])
    )
    assert got.negative_share == pytest.approx(norm(drift, got.drift_se).cdf(0))


@given(st.floats(0.01, 2), SIGMA, YEARS)
def test_the_best_fraction_is_best_and_breaks_even_where_it_says(drift, sigma, years):
    best = te.economy.kelly_under_error(drift, sigma, years).best_fraction
    top = te.economy.kelly_under_error(drift, sigma, years, fraction=best).growth_expected
    for other in (best - 0.01, best + 0.01):
        if other >= 0:
            assert (
                te.economy.kelly_under_error(drift, sigma, years, fraction=other).growth_expected
                < top
            )
    needed = te.economy.kelly_under_error(drift, sigma, years).break_even_years
    if 0.001 <= needed <= 1_000:
        assert te.economy.kelly_under_error(drift, sigma, needed).growth_expected == pytest.approx(
            0, abs=1e-9
        )


@given(st.floats(0.01, 2), SIGMA, YEARS)
def test_shrinking_to_zero_with_a_prior_as_wide_as_the_drift_gives_the_best_fraction(
    drift, sigma, years
):
    error = te.economy.drift_error(sigma, years)
    shrunk = te.economy.shrink_drift(drift, error, prior_sd=drift)
    assert shrunk.weight_of_estimate == pytest.approx(
        te.economy.kelly_under_error(drift, sigma, years).best_fraction
    )


@given(DRIFT, st.floats(0.01, 3), DRIFT, st.floats(0, 3))
def test_a_shrunk_drift_lies_between_prior_and_estimate_with_less_error_than_either(
    drift, error, prior, spread
):
    got = te.economy.shrink_drift(drift, error, prior_drift=prior, prior_sd=spread)
    assert min(drift, prior) - 1e-12 <= got.drift <= max(drift, prior) + 1e-12
    assert got.drift_se <= min(error, spread) + 1e-12
    if spread > 1e-3:
        assert 1 / got.drift_se**2 == pytest.approx(1 / error**2 + 1 / spread**2)  # precisions add
        assert got.drift == pytest.approx(
            (drift / error**2 + prior / spread**2) * got.drift_se**2, abs=1e-9
        )


def test_limits_of_shrinkage_and_of_no_position():
    assert te.economy.shrink_drift(0.5, 0.56, prior_drift=0.1, prior_sd=0) == (0.1, 0, 0)
    assert te.economy.shrink_drift(0.5, 1e-6, prior_drift=0.1, prior_sd=100).drift == pytest.approx(
        0.5
    )
    none = te.economy.kelly_under_error(0.0, 0.9, 5)
    assert none.best_fraction == 0 and none.break_even_years == math.inf and none.p50 == 0
    assert te.economy.kelly_under_error(0.5, 0.9, 5, fraction=0).break_even_years == 0
    assert te.economy.kelly_under_error(0.5, 0.9, 5, fraction=2).break_even_years == math.inf
    assert te.economy.touch_probability(0, 0.5) == 0 and te.economy.touch_probability(0, 1) == 1
    assert te.economy.kelly(0, 0.9).touch_half == 0


# --- refusals


@pytest.mark.parametrize(
    "name, shown, call",
    [
        ("drift", "nan", lambda: te.economy.kelly(math.nan, 0.9)),
        ("drift", "'0.5'", lambda: te.economy.kelly("0.5", 0.9)),
        ("volatility", "0", lambda: te.economy.kelly(0.5, 0)),
        ("volatility", "-0.9", lambda: te.economy.kelly(0.5, -0.9)),
        ("fraction", "-1", lambda: te.economy.kelly(0.5, 0.9, fraction=-1)),
        ("fraction", "True", lambda: te.economy.kelly(0.5, 0.9, fraction=True)),
        ("level", "0", lambda: te.economy.touch_probability(1, 0)),
        ("level", "1.1", lambda: te.economy.touch_probability(1, 1.1)),
        ("years", "0", lambda: te.economy.drift_error(0.9, 0)),
        ("years", "inf", lambda: te.economy.kelly_under_error(0.5, 0.9, math.inf)),
        ("drift_se", "0", lambda: te.economy.shrink_drift(0.5, 0, prior_sd=1)),
        ("prior_sd", "-1", lambda: te.economy.shrink_drift(0.5, 0.5, prior_sd=-1)),
        (
            "prior_drift",
            "inf",
            lambda: te.economy.shrink_drift(0.5, 0.5, prior_drift=math.inf, prior_sd=1),
        ),
    ],
)
def test_nonsense_is_refused_with_name_rule_and_value(name, shown, call, refused):
    with refused(name, shown):
        call()
