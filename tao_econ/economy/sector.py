"""Was it TAO or the sector? Its weekly moves beside those of other AI-labelled tokens, with the
error that so few weeks leave.

**Ref:** Politis and Romano, A circular block-resampling procedure for stationary data, 1992.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..analysis.dependence import Correlation, circular_blocks, correlation
from ..inputs import data, own_tables
from ..inputs.checks import real
from ..inputs.door import typed
from ..inputs.record import unknown
from ..inputs.units import utc

# AI-labelled tokens with a weekly close
BASKET = ("rndr_usd", "fet_usd", "grt_usd", "near_usd", "icp_usd")
LEAST_WEEKS = 12
WEEKS_PER_YEAR = 365.25 / 7


class SectorLine(NamedTuple):
    """TAO's log returns a week as alpha + beta × the basket's, with intervals, and its rise parted
    by that line.
    """

    beta: float
    beta_low: float
    beta_high: float
    alpha_per_week: float  # log return that the basket's does not explain
    alpha_low_per_week: float
    alpha_high_per_week: float
    weeks: int
    tao_log_return: float  # over all weeks: sector_log_return + own_log_return
    sector_log_return: float  # beta × the basket's
    own_log_return: float  # alpha × weeks


@typed
def ai_beta() -> float:
    """TAO's weekly beta to five AI-labelled tokens, 2023-03 to 2024-03: slope of log returns on
    their mean.
    """
    own, basket = _against_basket(weekly_returns())
    return float(_line(own, basket)[0])


@typed
def beta_alpha(
    *,
    since: str | dt.date | None = None,
    until: str | dt.date | None = None,
    level: float = 0.95,
    block_weeks: int = 4,
    replicas: int = 4_000,
    seed: int = 0,
    prices: pd.DataFrame | None = None,
) -> SectorLine:
    """Beta and alpha of TAO against five AI-labelled tokens, with intervals that keep runs of weeks
    together.

    Parameters
    ----------
    since, until
        first and last close used; all of 2023-03 to 2024-03 if not given
    level
        share of resamples inside the intervals, (0, 1)
    block_weeks
        weeks that are drawn together, 1 for independent weeks
    replicas, seed
        resamples, in [100, 1,000,000], and what they are drawn from
    prices
        as in `weekly_returns`

    Raises
    ------
    ValueError
        for fewer than 12 weeks
    """
    own, basket = _against_basket(weekly_returns(since=since, until=until, prices=prices))
    picked = circular_blocks(len(own), block_weeks, replicas, seed)
    beta, alpha = _line(own[picked], basket[picked])
    tail = (1 - real("level", level, "(0, 1)")) / 2
    low, high = np.quantile(np.stack([beta, alpha]), [tail, 1 - tail], axis=1)
    slope, rest = (float(part) for part in _line(own, basket))
    return SectorLine(
        beta=slope,
        beta_low=float(low[0]),
        beta_high=float(high[0]),
        alpha_per_week=rest,
        alpha_low_per_week=float(low[1]),
        alpha_high_per_week=float(high[1]),
        weeks=len(own),
        tao_log_return=float(own.sum()),
        sector_log_return=slope * float(basket.sum()),
        own_log_return=rest * len(own),
    )


@typed
def weekly_correlation(
    first: str,
    second: str,
    *,
    since: str | dt.date | None = None,
    until: str | dt.date | None = None,
    level: float = 0.95,
    block_weeks: int | None = None,
    seed: int = 0,
    prices: pd.DataFrame | None = None,
) -> Correlation:
    """Correlation of two tokens' weekly log returns with its interval.

    Parameters
    ----------
    first, second
        columns of data/peers_weekly.csv without '_usd': 'tao', 'rndr', 'fet', …
    since, until
        as in `beta_alpha`
    level, block_weeks, seed
        as in `analysis.correlation`; Fisher's z if no block is given
    prices
        as in `weekly_returns`
    """
    table = weekly_returns(since=since, until=until, prices=prices)
    for name in (first, second):
        if f"{name}_usd" not in table:
            known = [column.removesuffix("_usd") for column in table]
            raise ValueError(unknown("token", name, known))
    return correlation(
        table[f"{first}_usd"],
        table[f"{second}_usd"],
        level=level,
        block_length=block_weeks,
        seed=seed,
    )


@typed
def weekly_returns(
    *,
    since: str | dt.date | None = None,
    until: str | dt.date | None = None,
    prices: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Log returns of each week in which TAO had a close, one column a token.

    Parameters
    ----------
    since, until
        first and last close used; all of 2023-03 to 2024-03 if not given
    prices
        one's own weekly closes, with the columns of data/peers_weekly.csv: `date`, `tao_usd` and
        those of other tokens; those of data/ if not given

    Raises
    ------
    ValueError
        for fewer than 12 weeks
    """
    if prices is None:
        table = data.load("peers_weekly")
    else:
        table = own_tables.own("peers_weekly", prices, "prices").sort_values("date")
    closes = table.dropna(subset="tao_usd").set_index("date")
    if (closes <= 0).any(axis=None):
        raise ValueError("prices must be > 0, got 0")
    first = None if since is None else utc(since).date().isoformat()
    last = None if until is None else utc(until).date().isoformat()
    returns = np.log(closes[first:last]).diff().iloc[1:]
    if len(returns) < LEAST_WEEKS:
        rule = f"weeks between since and until must be >= {LEAST_WEEKS}"
        raise ValueError(f"{rule}, got {len(returns)}")
    return returns


def _against_basket(returns: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """TAO's returns and the mean of the basket's."""
    for name in BASKET:
        if returns[name].isna().any():
            raise ValueError(f"prices must have {name} in every week, got one without")
    return returns["tao_usd"].to_numpy(), returns[list(BASKET)].mean(axis=1).to_numpy()


def _line(own: np.ndarray, basket: np.ndarray) -> np.ndarray:
    """Slope and intercept of least squares along the last axis, stacked."""
    x = basket - basket.mean(axis=-1, keepdims=True)
    slope = (x * own).sum(axis=-1) / (x * x).sum(axis=-1)
    return np.stack([slope, own.mean(axis=-1) - slope * basket.mean(axis=-1)])
