"""How much of the reward is recycled: net issuance between dated supplies, by blocks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..chain.emission import halvings_so_far, reward_after
from ..inputs.checks import real
from ..inputs.door import typed
from ..inputs.rules import Rules
from ..inputs.units import RAO_PER_TAO, SECONDS_PER_DAY, utc
from .issuance_readings import (
    FIRST_HALVING_BLOCK,
    TRUSTED,
    anchored_date,
    days_between,
    usable_supplies,
)

ACCEPTED = ("high", "medium")  # confidences, where few readings stand
REGIMES = (  # first block, what began there: another rule of recycling or of the counter
    (0, "Finney's genesis"),
    (4_920_351, "dynamic TAO"),
    (6_800_000, "root's dividends no longer booked (TAO flow from 6,813,200)"),
    (FIRST_HALVING_BLOCK, "the first halving"),
    (8_283_785, "runtime 411: they are booked again (net flow from 8,272,000)"),
)
NEW_ENOUGH = "2100-01-01"  # later than every reading


class RecyclingFit(NamedTuple):
    """What dated supplies tell of net issuance between two blocks."""

    start: datetime
    end: datetime
    start_block: int
    end_block: int
    issued_tao: float  # at `end`, restated if the fit restates
    net_share: float  # q: net issuance of a block over its reward
    net_share_se: float  # its standard error, of steps without serial correlation
    noise: float  # standard deviation of the share of one block, Brownian, per √block
    correlation: float  # of the deviations of neighbouring steps, lag one
    tao_per_day: float  # net issuance
    block_time_s: float  # mean, between the two
    recycled_share: float  # 1 − q
    used: pd.DataFrame  # when, block, block_known, tao (the counter), restated_tao
    refused: pd.DataFrame  # the same and why

    def verified(self) -> RecyclingFit:
        """The same fit, its numbers checked."""
        return self._replace(
            issued_tao=real("issued_tao", self.issued_tao, "[0, inf)"),
            net_share_se=real("net_share_se", self.net_share_se, "[0, inf)"),
            noise=real("noise", self.noise, "[0, inf)"),
            correlation=real("correlation", self.correlation, "[-1, 1]"),
            block_time_s=real("block_time_s", self.block_time_s, "(0, inf)"),
        )


@typed
def fit_recycling(
    rules: Rules,
    *,
    since: str | date,
    until: str | date,
    accept: Collection[str] = TRUSTED,
    restate: bool = True,
    points: pd.DataFrame | None = None,
    anchors: pd.DataFrame | None = None,
) -> RecyclingFit:
    """Net issuance as a share of the reward, from the supplies of a window.

    Parameters
    ----------
    since, until
        the window, within one reward
    accept
        confidences used; a point that the schedule cannot reach is refused whatever its confidence
    restate
        whether readings of the counter are restated by what it is known to have missed
    points, anchors
        one's own, as in `supply_observations`: `when`, `tao` and `confidence` will do

    Raises
    ------
    ValueError
        with fewer than three usable supplies
    """
    window: dict[str, Any] = {"since": since, "until": until, "accept": accept, "restate": restate}
    used, refused = usable_supplies(rules, **window, points=points, anchors=anchors)
    if len(used) < 3:
        raise ValueError(
            f"the window {since} to {until} must hold three usable supplies, got {len(used)}"
        )
    blocks = (used["block"] - used["block"].iloc[0]).to_numpy(float)
    issued = used["restated_tao"].to_numpy()
    level = halvings_so_far(rules, round(used["tao"].iloc[0] * RAO_PER_TAO))
    reward = reward_after(rules, level) / RAO_PER_TAO
    if reward == 0:
        raise ValueError(f"rules must pay a reward in the window, got none under {rules.name!r}")
    share = (issued[-1] - issued[0]) / reward / blocks[-1]
    noise, correlation = _scatter(blocks, issued / reward, share)
    start = used["when"].iloc[0].to_pydatetime()
    end = used["when"].iloc[-1].to_pydatetime()
    days = days_between(start, end)
    columns = ["when", "block", "block_known", "tao", "restated_tao"]
    return RecyclingFit(
        start=start,
        end=end,
        start_block=int(used["block"].iloc[0]),
        end_block=int(used["block"].iloc[-1]),
        issued_tao=float(issued[-1]),
        net_share=float(share),
        net_share_se=float(noise / np.sqrt(blocks[-1])),
        noise=float(noise),
        correlation=float(correlation),
        tao_per_day=float((issued[-1] - issued[0]) / days),
        block_time_s=float(days * SECONDS_PER_DAY / blocks[-1]),
        recycled_share=float(1 - share),
        used=used[columns],
        refused=refused[[*columns, "why"]],
    )


def _scatter(blocks, issued, share) -> tuple[float, float]:
    """Noise per √block of the steps around a line, and the correlation of neighbouring steps."""
    steps = np.diff(blocks)
    deviation = (np.diff(issued) - share * steps) / np.sqrt(steps)
    squares = np.sum(deviation**2)
    correlation = np.sum(deviation[1:] * deviation[:-1]) / squares if squares else 0.0
    return np.sqrt(squares / (len(steps) - 1)), correlation


@typed
def recycling_regimes(
    rules: Rules,
    *,
    accept: Collection[str] = ("high", "medium"),
    points: pd.DataFrame | None = None,
    anchors: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Recycling between one change of rule, or of the counter's bookkeeping, and the next.

    Parameters
    ----------
    accept
        confidences used
    points, anchors
        one's own, as in `fit_recycling`

    Returns
    -------
    DataFrame
        a regime a row: `from_block`, `began_with`, `readings` (usable ones), `first` and `last`
        (their moments), `recycled_share` and `se`; nan with fewer than three

    Notes
    -----
    TAO fees are recycled since runtime 445 (block 8,831,386 at the latest), but too few readings
    stand after it to begin a regime there.
    """
    starts = [anchored_date(block, anchors=anchors) for block, _ in REGIMES]
    own: dict[str, Any] = {"accept": accept, "points": points, "anchors": anchors}
    rows = []
    for (block, began_with), since, end in zip(
        REGIMES, starts, [*starts[1:], utc(NEW_ENOUGH)], strict=True
    ):
        used, _ = usable_supplies(rules, since=since, until=end, **own)
        row = {"from_block": block, "began_with": began_with, "readings": len(used)}
        if len(used) >= 3:
            fit = fit_recycling(rules, since=since, until=end, **own)
            row |= {"first": fit.start, "last": fit.end}
            row |= {"recycled_share": fit.recycled_share, "se": fit.net_share_se}
        rows.append(row)
    return pd.DataFrame(rows)


@typed
def newest_recycling(
    rules: Rules,
    *,
    since: str | date | datetime | None = None,
    restate: bool = True,
    points: pd.DataFrame | None = None,
    anchors: pd.DataFrame | None = None,
) -> RecyclingFit:
    """Recycling of the newest regime, which `base` takes as its recycled share.

    Parameters
    ----------
    since
        another moment to begin at
    restate, points, anchors
        as in `fit_recycling`
    """
    return fit_recycling(
        rules,
        since=since or anchored_date(REGIMES[-1][0], anchors=anchors),
        until=NEW_ENOUGH,
        accept=ACCEPTED,
        restate=restate,
        points=points,
        anchors=anchors,
    )
