"""The share of the reward as a process: closed forms against drawn paths, and bands that cover."""

import numpy as np
import pytest

from tao_econ.economy import share_process as process
from tao_econ.inputs.units import BLOCKS_PER_DAY

DAY = BLOCKS_PER_DAY
EDGES = np.array([0, 328, 347, 372, 379, 409, 440, 470, 501, 532], float) * DAY  # as in 2023-24


def drawn_histories(rng, mean, deviation, memory):
    """Sums of processes (n,) over the steps, and over each day after them, drawn day by day."""
    past_days = int(EDGES[-1] / DAY)
    fade = np.exp(-DAY / memory)
    now = deviation * rng.standard_normal(len(mean))
    daily = np.empty((4 * past_days, len(mean)))
    for day in range(len(daily)):
        new = now * fade + deviation * np.sqrt(1 - fade**2) * rng.standard_normal(len(mean))
        daily[day] = (mean + (now + new) / 2) * DAY
        now = new
    past = np.add.reduceat(daily[:past_days], (EDGES[:-1] / DAY).astype(int))
    return past.T, np.cumsum(daily[past_days:], axis=0).T


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


def covered(seed, mean, deviation, memory) -> tuple[float, np.ndarray]:
    """Share of drawn histories whose 90 % band holds what came, and where in the forecast it lay;
    histories whose share ahead is above 1 or next to nothing are none.
    """
    past, ahead = drawn_histories(np.random.default_rng(seed), mean, deviation, memory)
    uniforms = np.random.default_rng(seed + 1).random((2**10, 3))
    needed = 0.8 * 455 * DAY  # in days as far as the halving was from September 2024
    came = np.argmax(ahead >= needed, axis=1) + 0.5
    real = (ahead[:, -1] >= needed) & (came * DAY >= needed)
    place = []
    for issued, day in zip(past[real], came[real], strict=True):
        posterior = process.share_posterior(process.Steps(EDGES, issued))
        blocks = process.blocks_to_issue(process.draw_shares(posterior, uniforms), needed)
        place.append(np.mean(blocks[np.isfinite(blocks)] <= day * DAY))
    place = np.array(place)
    return float(np.mean((place > 0.05) & (place < 0.95))), place


def prior(seed, count):
    """Processes as likely as the prior says."""
    rng = np.random.default_rng(seed)
    mean = rng.uniform(process.MIN_SHARE, 1, count)
    return mean, rng.choice(process.DEVIATIONS, count), rng.choice(process.MEMORIES_BLOCKS, count)
