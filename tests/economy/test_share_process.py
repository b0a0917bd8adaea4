"""The share of the reward as a process: closed forms against drawn paths, and bands that cover."""

import numpy as np
import pytest
from bands import halving_pit

from tao_econ.economy import share_process as process
from tao_econ.inputs.units import BLOCKS_PER_DAY

DAY = BLOCKS_PER_DAY


def test_the_covariance_of_sums_is_that_of_an_autoregression_of_small_steps():
    memory, width = 30.0 * DAY, DAY / 2
    edges = np.array([0, 20, 25, 90]) * float(DAY)
    middles = np.arange(0.5, 180) * width
    values = np.exp(-np.abs(middles[:, None] - middles[None]) / memory)
    step = np.searchsorted(edges, middles) - 1
    pick = (step[:, None] == np.arange(3)).astype(float)
    expected = pick.T @ values @ pick * width**2
    found = process.step_covariance(edges, np.array([memory]))[0]
    np.testing.assert_allclose(found, expected, rtol=1e-3)


def test_blocks_to_issue_are_first_passages_of_drawn_paths():
    """Exact draws of the future, day by day, given a last deviation, against one normal number."""
    rng, paths, days = np.random.default_rng(5), 4_000, 900
    mean, deviation, memory, last = 0.85, 0.12, 60.0 * DAY, -0.1
    fade = np.exp(-DAY / memory)
    now = np.full(paths, last)
    total, reached = np.zeros(paths), np.full(paths, np.nan)
    for day in range(1, days):
        new = now * fade + deviation * np.sqrt(1 - fade**2) * rng.standard_normal(paths)
        total += (mean + (now + new) / 2) * DAY
        reached = np.where(np.isnan(reached) & (total >= 400 * DAY), day, reached)
        now = new
    n = 2**14
    luck = np.random.default_rng(1).standard_normal(n)
    drawn = process.ShareDraws(*(np.full(n, x) for x in (mean, deviation, memory, last, 0)), luck)
    blocks = process.blocks_to_issue(drawn, 400.0 * DAY)
    reached = reached[reached >= 400]
    for share in (0.05, 0.25, 0.5, 0.75, 0.95):
        got = np.nanquantile(blocks, share) / DAY
        assert got == pytest.approx(np.quantile(reached, share), abs=2.5), share


def test_the_chance_of_a_share_that_can_be_is_told_far_out_in_both_tails():
    mean = np.array([-3.0, 0.5, 0.9, 4.0])
    found = process._log_inside(mean, np.full(4, 0.1))
    assert np.isfinite(found).all()
    assert np.exp(found[1]) == pytest.approx(1, abs=1e-5)
    assert np.exp(found[2]) == pytest.approx(0.841345, abs=1e-6)  # one standard deviation


def test_places_of_drawn_halvings_are_uniform_where_the_process_is_as_the_prior_says():
    rng = np.random.default_rng(21)
    count = 700
    place = halving_pit(
        rng.uniform(process.MIN_SHARE, 1, count),
        rng.choice(process.DEVIATIONS, count),
        rng.choice(process.MEMORIES_BLOCKS, count) / DAY,
        seed=23,
    )
    share = np.histogram(place, 5, (0, 1))[0] / len(place)
    assert len(place) > 400 and np.abs(share - 0.2).max() < 0.06


def test_few_steps_give_a_wide_band():
    edges = np.array([0, 30, 60]) * float(DAY)
    two = process.share_posterior(process.Steps(edges, np.array([27.0, 24.0]) * DAY))
    uniforms = np.random.default_rng(1).random((2**12, 3))
    blocks = process.blocks_to_issue(process.draw_shares(two, uniforms), 365.0 * DAY) / DAY
    low, high = np.nanquantile(blocks, (0.05, 0.95))
    assert low < 400 and high > 700
