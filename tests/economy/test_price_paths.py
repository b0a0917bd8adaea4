"""Price paths: closed forms of every model, dilution, and refusals."""

import dataclasses
import math

import numpy as np
import pytest
from assumed import BASE, LATEST
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri
from scipy.stats import chi2, ncx2, poisson, qmc

import tao_econ as te
from tao_econ.economy.price_paths import _merton, _regimes
from tao_econ.inputs import rules as inputs

CHAIN = inputs.rules_at("2026-09-11")
DRAWS = te.economy.Draws(paths=20_000, steps=13, seed=7, antithetic=True)
NAN = float("nan")


def varied(**values):
    return dataclasses.replace(BASE, **{"horizon_years": 3.0, "market_cap_growth": 0.4} | values)


def caps(result, snapshot=LATEST):
    """Market caps over today's."""
    return (
        result.price_usd
        * result.circulating_tao
        / (snapshot.price_usd * result.circulating_tao[:, :1])
    )


def run(scenario, normals=DRAWS, **options):
    return te.economy.price_paths(CHAIN, LATEST, scenario, normals, **options)


def mean_and_error(values):
    """Mean over antithetic pairs and its standard error."""
    pairs = values.reshape(-1, 2).mean(axis=1)
    return pairs.mean(), pairs.std(ddof=1) / math.sqrt(len(pairs))


# --- supply: dilution is in every path


@pytest.mark.parametrize("name", ["2026-09-11", "2023-11-20", "article", "article-whole-rao"])
@pytest.mark.parametrize("recycled", [0.0, 0.02, 0.5])
def test_the_supply_is_that_of_the_exact_walk_over_the_halvings(name, recycled):
    rules = inputs.rules_at(name)
    scenario = varied(
        horizon_years=60.0, recycled_share=recycled, block_time_s=12.5, lost_share=0.1
    )
    got = te.economy.price_paths(rules, LATEST, scenario, np.zeros((1, 41)))
    for years, tao in zip(got.years, got.circulating_tao[0], strict=True):
        assert tao == pytest.approx(
            0.9 * te.economy.supply_after(rules, LATEST, scenario, years), rel=1e-9
        )


@given(st.floats(0, 0.95), st.integers(1, 40), st.floats(0.01, 200))
def test_supply_rises_stays_under_the_cap_and_does_not_depend_on_the_step(recycled, steps, years):
    scenario = varied(recycled_share=recycled, horizon_years=years)
    one, many = run(scenario, np.zeros((1, 1))), run(scenario, np.zeros((1, steps)))
    supply = many.circulating_tao[0]
    assert (np.diff(supply) >= 0).all() and supply[-1] <= 21e6
    assert supply[-1] == pytest.approx(one.circulating_tao[0, -1], rel=1e-9)


def test_a_recycled_share_of_ones_own_changes_the_supply_of_that_path_alone():
    shares = np.array([0.0, 0.02, 0.5])
    normals = np.random.default_rng(0).standard_normal((3, 20))
    got = run(varied(), normals, recycled_share=shares)
    assert got.circulating_tao.shape == got.price_usd.shape == (3, 21)
    for k, share in enumerate(shares):
        alone = run(varied(recycled_share=share), normals[k : k + 1])
        np.testing.assert_array_equal(got.price_usd[k], alone.price_usd[0])
        np.testing.assert_array_equal(got.circulating_tao[k], alone.circulating_tao[0])


def test_price_times_supply_is_the_market_cap_and_dilution_is_the_whole_difference():
    normals = np.random.default_rng(0).standard_normal((3, 20))
    with_, without = run(varied(), normals), run(varied(), normals, diluted=False)
    np.testing.assert_allclose(caps(with_), without.price_usd / LATEST.price_usd)
    np.testing.assert_array_equal(with_.price_usd[:, 0], LATEST.price_usd)
    assert (with_.price_usd[:, 1:] < without.price_usd[:, 1:]).all()


def test_a_market_cap_that_never_moves_gives_the_price_of_the_supply_path():
    scenario = varied(market_cap_growth=0.0, daily_volatility=1e-9, horizon_years=5.0)
    got = run(scenario, np.zeros((1, 60)))
    path = te.economy.supply_path(CHAIN, LATEST, scenario, every_days=1)
    np.testing.assert_allclose(
        got.price_usd[0, :-1], np.interp(got.years[:-1], path.years, path.price_usd), rtol=1e-6
    )


# --- closed forms

MODELS = ["gbm", "merton", "regimes"]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("growth", [-0.3, 0.0, 0.4])
def test_the_expected_market_cap_grows_as_the_scenario_says(model, growth):
    # σ = 1.5 % a day: at 5 % the mean of three years rests on a few paths and proves nothing
    scenario = varied(
        market_cap_growth=growth, daily_volatility=0.015, stress_daily_volatility=0.03
    )
    got = caps(run(scenario, model=model))
    for step in (1, 13):
        mean, error = mean_and_error(got[:, step])
        assert mean == pytest.approx((1 + growth) ** (3 * step / 13), abs=4 * error)
        assert error < 0.01 * mean


def test_gbm_quantiles_are_the_lognormals():
    # Sobol points: sorted values against Φ⁻¹ at the same share
    normals = ndtri(qmc.Sobol(d=1, seed=1).random_base2(12) + 2.0**-31)
    got = np.sort(np.log(caps(run(varied(), normals))[:, 1]))
    sigma = 0.05 * math.sqrt(365.25 * 3)
    for share in (0.05, 0.25, 0.5, 0.75, 0.95):
        below = np.mean(got <= 3 * math.log(1.4) - sigma**2 / 2 + sigma * ndtri(share))
        assert below == pytest.approx(share, abs=1e-3)


def test_gbm_increments_are_the_normals_given():
    normals = np.random.default_rng(3).standard_normal((4, 9))
    got = np.diff(np.log(caps(run(varied(), normals))), axis=1)
    scale = 0.05 * math.sqrt(365.25 / 3)
    np.testing.assert_allclose(got, math.log(1.4) / 3 - scale**2 / 2 + scale * normals, atol=1e-12)


def call_price(mean, sigma, strike):
    """E[max(X − K, 0)] of a lognormal X with mean E[X] and standard deviation σ of ln X."""
    d = math.log(mean / strike) / sigma + sigma / 2
    return mean * ndtr(d) - strike * ndtr(d - sigma)


def test_merton_1976_call_series():
    scenario = varied(
        daily_volatility=0.015,
        jumps_per_year=1.5,
        jump_log_mean=-0.27,
        jump_log_sd=0.1,
        market_cap_growth=0.0,
        horizon_years=2.0,
    )
    lam, m, s, sigma = 1.5 * 2, -0.27, 0.1, 0.015 * math.sqrt(365.25 * 2)
    drift = -lam * math.expm1(m + s * s / 2)
    for strike in (0.7, 1.0, 1.5):
        series = sum(
            poisson.pmf(n, lam)
            * call_price(
                math.exp(drift + n * (m + s * s / 2)), math.hypot(sigma, s * n**0.5), strike
            )
            for n in range(40)
        )
        got = np.maximum(
            caps(run(scenario, te.economy.Draws(60_000, 4, 5, True), model="merton"))[:, -1]
            - strike,
            0,
        )
        mean, error = mean_and_error(got)
        assert mean == pytest.approx(series, abs=4 * error) and error < 0.01


def test_merton_jumps_are_poisson_in_number_and_normal_in_size():
    scenario = varied(
        jumps_per_year=0.8, jump_log_sd=0.2, jump_log_mean=-0.4, daily_volatility=1e-6
    )
    uniforms = (np.arange(50_000) + 0.5).reshape(-1, 1) / 50_000
    _, shift = _merton(scenario, 3.0, uniforms)
    jump = shift[:, 0] - shift[0, 0]
    rate = 0.8 * 3
    assert np.mean(jump == 0) == pytest.approx(math.exp(-rate), abs=1e-4)
    assert jump.mean() == pytest.approx(rate * -0.4, abs=1e-3)
    assert jump.var() == pytest.approx(rate * (0.4**2 + 0.2**2), abs=2e-3)
    many = _merton(varied(jumps_per_year=50.0), 1_000.0, np.array([[0.0, 0.5, 1 - 2**-53]]))[1]
    assert np.isfinite(many).all()


def test_no_jumps_and_equal_regimes_are_the_gbm():
    normals = np.random.default_rng(0).standard_normal((5, 7))
    uniforms = np.random.default_rng(1).random((5, 7))
    plain = run(varied(), normals).price_usd
    calm = run(varied(jumps_per_year=0.0), normals, model="merton", uniforms=uniforms).price_usd
    equal = run(
        varied(stress_daily_volatility=0.05), normals, model="regimes", uniforms=uniforms
    ).price_usd
    np.testing.assert_array_equal(plain, calm)
    np.testing.assert_array_equal(plain, equal)
    never = run(
        varied(stress_starts_per_year=0.0), normals, model="regimes", uniforms=uniforms
    ).price_usd
    np.testing.assert_array_equal(plain, never)


def test_regimes_keep_the_stationary_share_and_the_mean_length_of_stress():
    starts, ends, step = 2.0, 6.0, 0.02
    uniforms = np.random.default_rng(2).random((4_000, 400))
    stressed = _regimes(varied(), step, uniforms)[0] > 0.07 * math.sqrt(step * 365.25)
    share = stressed.mean(axis=1)
    error = share.std(ddof=1) / math.sqrt(len(share))
    assert share.mean() == pytest.approx(starts / (starts + ends), abs=4 * error)
    first = stressed[:, 0].mean()
    assert first == pytest.approx(0.25, abs=4 * math.sqrt(0.25 * 0.75 / 4_000))
    stay = stressed[:, 1:][
        stressed[:, :-1]
    ].mean()  # chance to be stressed a step later: π + (1 − π) e^(−8·step)
    assert stay == pytest.approx(0.25 + 0.75 * math.exp(-8 * step), abs=3e-3)


# --- CEV


def cev_cdf(ratio, *, years, volatility, exponent, drift=0.0):
    """Chance that a CEV process stands at or below `ratio` times its start; at 0, that it ended.

    Schroder, J. Finance 44, 1989: a noncentral chi-square in its noncentrality; drift is a change
    of clock.
    """
    power = 2 * (1 - exponent)
    clock = years if drift == 0 else -math.expm1(-drift * power * years) / (drift * power)
    scale = (1 - exponent) ** 2 * volatility**2 * clock
    level = (np.asarray(ratio) * math.exp(-drift * years)) ** power / scale
    absorbed = chi2.cdf(1 / scale, 2 / power)
    above = ncx2.cdf(1 / scale, 2 / power, np.maximum(level, 1e-300))
    return 1 - np.where(level > 0, above, absorbed)


TOKEN = {"cap_tao": 5_000.0, "supply_alpha": 2e6, "years": 0.5, "volatility": 1.2}


@pytest.mark.parametrize(
    "exponent, drift", [(0.5, 0.0), (0.57, 0.3), (0.8, -0.5)]
)  # 0.57: elasticity −0.86
def test_cev_paths_follow_the_noncentral_chi_square(exponent, drift):
    law = {"years": 0.5, "volatility": 1.2, "exponent": exponent, "drift": drift}
    normals = te.economy.normal_draws(te.economy.Draws(20_000, 400, 11, True))
    got = te.economy.subnet_price_paths(normals, cap_tao=1.0, supply_alpha=1.0, **law)[:, -1]
    levels = np.array([0.0, 0.2, 0.5, 1.0, 1.5, 3.0])
    seen = (got[:, None] <= levels).mean(axis=0)
    error = np.sqrt(np.maximum(seen * (1 - seen), 1e-4) / len(got))
    # 0.004 for Euler steps of 0.5/400 years, most where paths are absorbed
    np.testing.assert_array_less(np.abs(seen - cev_cdf(levels, **law)), 4 * error + 0.004)
    mean, error = mean_and_error(got)
    assert mean == pytest.approx(math.exp(drift * 0.5), abs=4 * error)


def test_the_cev_law_is_a_distribution_with_the_mean_of_its_drift():
    law = {"years": 1.0, "volatility": 0.9, "exponent": 0.5, "drift": 0.2}
    levels = np.linspace(0, 60, 60_001)
    cdf = cev_cdf(levels, **law)
    assert (
        (np.diff(cdf) >= 0).all()
        and 0 < cdf[0] < cdf[-1] <= 1
        and cdf[-1] == pytest.approx(1, abs=1e-9)
    )
    assert np.sum(1 - (cdf[1:] + cdf[:-1]) / 2) * levels[1] == pytest.approx(
        math.exp(0.2), rel=1e-5
    )
    # β = 1/2: absorption has the closed form exp(−2 g/(σ² (1 − e^(−gT)))), Feller's branching
    # diffusion
    feller = math.exp(-2 * 0.2 / (0.81 * -math.expm1(-0.2)))
    assert cev_cdf(0.0, **law) == pytest.approx(feller, rel=1e-12) == cdf[0]


def test_near_exponent_one_the_cev_law_is_the_lognormal():
    law = {"years": 1.0, "volatility": 0.5}
    for level in (0.5, 1.0, 2.0):
        lognormal = ndtr((math.log(level) + 0.125) / 0.5)
        assert cev_cdf(level, exponent=0.999, **law) == pytest.approx(lognormal, abs=1e-3)


def test_a_subnet_token_once_at_zero_stays_there_and_new_supply_divides_the_cap():
    normals = np.random.default_rng(0).standard_normal((2_000, 100))
    got = te.economy.subnet_price_paths(normals, **TOKEN | {"volatility": 3.0})
    dead = got == 0
    assert (
        dead[:, -1].any()
        and not dead[:, 0].any()
        and (dead[:, 1:] >= dead[:, :-1]).all()
        and (got >= 0).all()
    )
    assert got[:, 0] == pytest.approx(0.0025)
    supply = np.linspace(2e6, 4e6, 101)
    diluted = te.economy.subnet_price_paths(
        normals, **TOKEN | {"volatility": 3.0, "supply_alpha": supply}
    )
    np.testing.assert_allclose(diluted * supply, got * 2e6)


# --- draws


def test_a_recipe_gives_numpys_normals_and_the_same_paths_as_the_array():
    draws = te.economy.Draws(130, 5, seed=3)
    normals = te.economy.normal_draws(draws)
    np.testing.assert_array_equal(normals, np.random.default_rng(3).standard_normal((130, 5)))
    np.testing.assert_array_equal(run(varied(), draws).price_usd, run(varied(), normals).price_usd)


@pytest.mark.parametrize("model", MODELS)
def test_the_same_seed_gives_the_same_bytes_and_another_does_not(model):
    first, again, other = (
        run(varied(), te.economy.Draws(6, 4, s), model=model).price_usd for s in (1, 1, 2)
    )
    assert first.tobytes() == again.tobytes() != other.tobytes()


def test_antithetic_paths_mirror_each_other_across_blocks():
    normals = te.economy.normal_draws(te.economy.Draws(200, 3, 0, antithetic=True))
    np.testing.assert_array_equal(normals[::2], -normals[1::2])
    np.testing.assert_array_equal(
        run(varied(), te.economy.Draws(200, 3, 0, True)).price_usd, run(varied(), normals).price_usd
    )
    assert len(np.unique(np.abs(normals))) == 300


# --- refusals

Z = np.zeros((2, 3))


@pytest.mark.parametrize(
    "field, shown, call",
    [
        ("normals", "int64", lambda: run(varied(), np.zeros((2, 3), int))),
        ("normals", "(3,)", lambda: run(varied(), np.zeros(3))),
        ("normals", "(0, 3)", lambda: run(varied(), np.zeros((0, 3)))),
        ("normals", "beyond", lambda: run(varied(), np.array([[0.0, NAN, 0.0]]))),
        ("normals", "beyond", lambda: run(varied(), np.array([[0.0, math.inf, 0.0]]))),
        ("normals", "beyond", lambda: run(varied(), np.array([[math.inf, -math.inf, 0.0]]))),
        ("normals", "beyond", lambda: run(varied(), np.array([[1e4, 0.0]]))),
        ("model", "'garch'", lambda: run(varied(), Z, model="garch")),
        ("uniforms", "ndarray", lambda: run(varied(), Z, model="gbm", uniforms=Z)),
        ("uniforms", "object", lambda: run(varied(), Z, model="merton")),
        ("uniforms", "(1, 3)", lambda: run(varied(), Z, model="merton", uniforms=Z[:1])),
        ("uniforms", "1.0", lambda: run(varied(), Z, model="regimes", uniforms=Z + 1)),
        ("uniforms", "-0.1", lambda: run(varied(), Z, model="regimes", uniforms=Z - 0.1)),
        ("uniforms", "nan", lambda: run(varied(), Z, model="regimes", uniforms=Z + NAN)),
        ("recycled_share", "(3,)", lambda: run(varied(), Z, recycled_share=np.zeros(3))),
        ("recycled_share", "1.0", lambda: run(varied(), Z, recycled_share=np.ones(2))),
        (
            "block",
            "None",
            lambda: te.economy.price_paths(
                inputs.rules_at("article"), te.load_snapshot("article"), BASE, Z
            ),
        ),
        ("paths", "0", lambda: run(varied(), te.economy.Draws(0, 3, 1))),
        ("paths", "3", lambda: run(varied(), te.economy.Draws(3, 3, 1, True))),
        ("paths", "1,000,000", lambda: te.economy.normal_draws(te.economy.Draws(10**6, 10**6, 1))),
        ("steps", "1.5", lambda: te.economy.normal_draws(te.economy.Draws(2, 1.5, 1))),
        ("seed", "-1", lambda: te.economy.normal_draws(te.economy.Draws(2, 1, -1))),
        ("antithetic", "1", lambda: te.economy.normal_draws(te.economy.Draws(2, 1, 1, 1))),
        ("draws", "(2, 1)", lambda: te.economy.normal_draws((2, 1))),
        ("cap_tao", "0", lambda: te.economy.subnet_price_paths(Z, **TOKEN | {"cap_tao": 0})),
        (
            "supply_alpha",
            "(3,)",
            lambda: te.economy.subnet_price_paths(Z, **TOKEN | {"supply_alpha": np.ones(3)}),
        ),
        (
            "supply_alpha",
            "0.0",
            lambda: te.economy.subnet_price_paths(Z, **TOKEN | {"supply_alpha": 0.0}),
        ),
        ("years", "0", lambda: te.economy.subnet_price_paths(Z, **TOKEN | {"years": 0})),
        ("exponent", "1.5", lambda: te.economy.subnet_price_paths(Z, **TOKEN, exponent=1.5)),
        ("drift", "nan", lambda: te.economy.subnet_price_paths(Z, **TOKEN, drift=NAN)),
        ("normals", "beyond", lambda: te.economy.subnet_price_paths(Z + NAN, **TOKEN)),
    ],
)
def test_nonsense_is_refused_with_name_rule_and_value(field, shown, call, refused):
    with refused(field, shown):
        call()
