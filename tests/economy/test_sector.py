"""TAO beside the sector: the line is least squares, its parts add up, its interval covers."""

import numpy as np
import pytest

import tao_econ as te
from tao_econ.analysis.dependence import circular_blocks, correlation
from tao_econ.economy import sector


def test_beta_and_alpha_are_those_of_least_squares_and_part_the_rise():
    returns = te.economy.weekly_returns()
    own, basket = returns["tao_usd"], returns[list(sector.BASKET)].mean(axis=1)
    slope, rest = np.polyfit(basket, own, 1)
    found = te.economy.beta_alpha(replicas=100)
    assert found.beta == pytest.approx(slope) and te.economy.ai_beta() == found.beta
    assert found.alpha_per_week == pytest.approx(rest)
    assert found.sector_log_return + found.own_log_return == pytest.approx(found.tao_log_return)
    assert found.tao_log_return == pytest.approx(own.sum())
    assert found.weeks == len(returns) == 54


def test_alpha_of_a_year_cannot_be_told_from_zero():
    found = te.economy.beta_alpha()
    assert found.beta_low < found.beta < found.beta_high and found.beta_low > 0
    assert found.alpha_low_per_week < 0 < found.alpha_high_per_week


def test_the_correlation_that_decides_c54_reaches_beyond_one_half():
    found = te.economy.weekly_correlation("tao", "rndr", until="2023-11-20")
    assert found.pairs == 36
    assert found[:3] == pytest.approx((0.46, 0.16, 0.69), abs=5e-3)  # printed by an outside review
    blocks = te.economy.weekly_correlation("tao", "rndr", until="2023-11-20", block_weeks=4)
    assert blocks.coefficient == found.coefficient and blocks.low < 0.5 < blocks.high


@pytest.mark.parametrize(("block_length", "rho"), [(None, 0.0), (None, 0.6), (5, 0.5)])
def test_intervals_cover_as_often_as_they_say(block_length, rho):
    rng = np.random.default_rng(7)
    hits, trials = 0, 400
    for _ in range(trials):
        noise = rng.normal(size=(2, 120))
        if block_length:  # each week leans on the last
            for week in range(1, 120):
                noise[:, week] += 0.5 * noise[:, week - 1]
        pair = noise[0], rho * noise[0] + np.sqrt(1 - rho**2) * noise[1]
        found = correlation(*pair, level=0.9, block_length=block_length, replicas=300)
        hits += found.low <= rho <= found.high
    assert hits / trials == pytest.approx(0.9, abs=0.05)


def test_blocks_run_on_and_count_each_value_alike():
    picked = circular_blocks(10, 4, 20_000, 1)
    assert picked.shape == (20_000, 10)
    assert ((np.diff(picked[:, :4], axis=1) % 10) == 1).all()
    assert np.bincount(picked.ravel()) / picked.size == pytest.approx(np.full(10, 0.1), abs=3e-3)


@pytest.mark.parametrize(
    ("name", "shown", "call"),
    [
        ("weeks", "2", lambda: te.economy.beta_alpha(until="2023-03-28")),
        ("block_length", "55", lambda: te.economy.beta_alpha(block_weeks=55)),
        ("replicas", "99", lambda: te.economy.beta_alpha(replicas=99)),
        ("level", "1", lambda: te.economy.beta_alpha(level=1.0)),
        ("token", "'rnder'", lambda: te.economy.weekly_correlation("tao", "rnder")),
        ("second", "3", lambda: correlation([1, 2, 3, 4], [1, 2, 3])),
        ("first", "equal", lambda: correlation([1, 1, 1, 1], [1, 2, 3, 4])),
        ("length of first", "3", lambda: correlation([1, 2, 3], [1, 2, 4])),
    ],
)
def test_nonsense_is_refused_with_name_rule_and_value(name, shown, call, refused):
    with refused(name, shown):
        call()
