"""The article judged, live: when one evaluates, by which score, and against what."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd

from .. import claims
from ..claims import scores, sources
from ..inputs.record import checked_record, quantity, unknown
from .gallery import view
from .marks import GREEN, GREY, Axis, Level, Line, Panel, View
from .verdicts import LAST, SHOWN, fdv_per_price


@checked_record
class Evaluation:
    """When the article is judged, and at what price its reader bought."""

    days_after: int = quantity(
        default=(LAST - sources.PUBLISHED).days,
        unit="days",
        meaning="days after 2023-11-20",
        ge=1,
        le=(LAST - sources.PUBLISHED).days,
    )
    bought_usd: float = quantity(
        default=287.70,
        unit="USD per TAO",
        meaning="price paid on 2023-11-20: its close; the article's older price is 160",
        source="CoinMarketCap (tao_daily_2023q4.csv)",
        gt=0,
        le=1e6,
        step=0.1,
        span=(100, 400),
    )

    @property
    def day(self) -> pd.Timestamp:
        """The date of the evaluation."""
        return sources.PUBLISHED + pd.Timedelta(days=self.days_after)


@checked_record
class Named:
    """One of the names in a menu."""

    name: str = quantity(unit="", meaning="what was chosen")


def _menu(names) -> dict[str, Named]:
    return {name: Named(name=name) for name in names}


@functools.cache
def counted(reading: str) -> dict[str, int]:
    """How many claims get which verdict, by what is known now."""
    declared = claims.world().claims
    found = [
        claims.verdict(finding.now, reading)
        for name, finding in claims.findings().items()
        if not declared[name].ours
    ]
    return {name: found.count(name) for name in claims.VERDICTS}


def _told(worth: float) -> str:
    return f"{worth:.2f}" if np.isfinite(worth) else "unknown: no close within a month"


@functools.cache
def held(benchmark: str) -> np.ndarray:
    """What one dollar in a benchmark is worth at each close until the last evaluation, NaN where no
    close of it is recent.
    """
    known = scores.benchmark_closes()
    if benchmark not in known:
        raise ValueError(unknown("benchmark", benchmark, known))
    dates = sources.closes()[sources.PUBLISHED : LAST].index
    return np.array([scores.benchmark_worth(benchmark, date) for date in dates])


@view(
    evaluation=Evaluation,
    score="CRPS of ln FDV",
    benchmark="cash",
    reading="all",
    menus={
        "score": lambda: _menu(scores.SCORES),
        "benchmark": lambda: _menu(scores.benchmark_closes()),
        "reading": lambda: _menu(("all", "strict", "lenient")),
    },
    published=False,
    sliders=("days_after", "bought_usd"),
)
def judgement(evaluation: Evaluation, score: Named, benchmark: Named, reading: Named) -> View:
    """Evaluate the forecasts and the reader's bet on any date, by any score, against any
    benchmark.
    """
    table = claims.scores_since_publication(score.name)[:LAST][list(SHOWN)]
    day = evaluation.day
    at = table[:day].iloc[-1]
    prices = sources.closes()[sources.PUBLISHED : LAST]
    price = prices[:day].iloc[-1]
    earned = claims.what_was_earned(day, bought_usd=evaluation.bought_usd)
    counts = [f"{count} {name}" for name, count in counted(reading.name).items() if count]
    here = Level(label="evaluated here", x=day, colour=GREY, style=":", width=2.0)
    also = Level(x=day, colour=GREY, style=":", width=2.0)
    lines = [
        Line(label=name, x=table.index, y=table[name], colour=colour)
        for name, (_, colour, _) in SHOWN.items()
    ]
    own = prices / evaluation.bought_usd
    bets = [
        Line(label="one USD in TAO", x=table.index, y=own, style="--"),
        Line(label="one USD in the benchmark", x=table.index, y=held(benchmark.name), colour=GREEN),
    ]
    worth = "worth of 1 USD put in on 2023-11-20"
    return View(
        title=f"{day:%d %B %Y}: best is '{at.idxmin()}'; 1 USD in TAO is {earned['TAO']:.2f}, in "
        f"{benchmark.name} {_told(earned[benchmark.name])}",
        panels=[
            Panel(
                marks=[*lines, here],
                x=Axis(label="date of evaluation", scale="date"),
                y=Axis(label=f"{score.name} (lower is better)"),
            ),
            Panel(
                marks=[*bets, also],
                x=Axis(label="date", scale="date"),
                y=Axis(label=worth, low=0),
            ),
        ],
        readout={
            "last close by then": f"{price:.2f} USD, FDV {price * fdv_per_price() / 1e9:.2f} bn",
            **{name: f"{at[name]:.3f}" for name in SHOWN},
            f"claims, {reading.name} reading": ", ".join(counts),
            "cases": "one: a ranking of stories, no proof of skill",
        },
        size=(11.0, 5.0),
    )
