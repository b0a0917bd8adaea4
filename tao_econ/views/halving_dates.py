"""Views of dates: published supplies, the first halving replayed, the next ones."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np

from ..chain.emission import emission_path
from ..economy import halving_dates as halving
from ..economy import issuance_readings as readings
from ..inputs.rules import Rules
from ..inputs.units import decimal_year, tao
from .gallery import view
from .marks import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    OF_2023,
    ORANGE,
    PURPLE,
    RED,
    SKY,
    Axis,
    Bars,
    Level,
    Line,
    Mark,
    Panel,
    Points,
    Text,
    View,
)


def _after(start: datetime, days) -> list[datetime]:
    """Moments so many days after another."""
    return [start + timedelta(days=float(day)) for day in days]


@view(rules="2026-09-11")
def supply_readings(rules: Rules) -> View:
    """Every dated reading of TAO's supply, restated by what the chain's counter is known to have
    missed, against the schedule from genesis and from the last reading that is trusted.
    """
    points = readings.check_supply_points(rules)
    possible = ~points["above"] & ~points["below"]
    high = points["confidence"].isin(readings.TRUSTED)
    trusted = points[possible & high]
    if trusted.empty:
        raise ValueError(f"rules must allow a trusted reading of supply, got {rules.name!r}")
    above = points[points["above"]]
    below = points[points["below"] & ~points["above"]]
    other = points[possible & ~high]
    counted = points[points["correction_tao"] > 0]

    def read(table, of="restated_tao", **look) -> dict:
        return {"x": table["when"], "y": table[of] / 1e6} | look

    shown = [
        Line(label="trusted", **read(trusted, marker="o")),
        Points(label="possible, not trusted", **read(other, marker="x", colour=BLACK, size=6)),
        Points(
            label="too low for the next trusted one",
            **read(below, marker="v", colour=ORANGE, size=6),
        ),
        Points(label="too high for the last one", **read(above, marker="^", colour=RED)),
        Points(
            label="counter as it stood",
            **read(counted, of="tao", marker="s", colour=GREY, size=4),
        ),
    ]
    return View(
        title=f"{len(below) + len(above)} of {len(points)} published supplies are impossible",
        caption=f"{len(below)} are too low to lead to the next trusted one, and {len(above)} too "
        "high to follow the last: no more than the reward of a block is issued. Where the chain's "
        "own counter is known to have missed some, the reading is restated and the counter stands "
        "in grey. Red dotted is the most that can follow the last trusted reading.",
        panels=[
            Panel(
                marks=[*_most_issued(rules, points, trusted), *shown, *_unrecycled(rules)],
                x=Axis(scale="date"),
                y=Axis(label="TAO, million"),
                columns=3,
            )
        ],
        sources=(rules, "data/supply_points.csv", "data/counter_corrections.csv"),
    )


def _most_issued(rules: Rules, points, trusted) -> list[Line]:
    """The schedule from genesis, and from the last trusted reading, to the last reading of all."""
    start = readings.GENESIS_UTC
    span = (points["when"].iloc[-1] - start) / timedelta(days=1)
    days = np.arange(0, span, 7)
    path = emission_path(
        rules, issuance_rao=readings.GENESIS_ISSUANCE_RAO, days=int(days[-1]), every_days=7
    )
    last = trusted["when"].iloc[-1]
    tao_then = trusted["restated_tao"].iloc[-1]
    since_last = (start - last) / timedelta(days=1)
    after = [*days[days > -since_last], span]
    most = [readings.most_issued_tao(rules, tao_then, since_last + day) for day in after]
    return [
        Line(
            label="schedule with nothing recycled since genesis",
            legend=False,
            x=_after(start, days),
            y=tao(path.issuance_rao) / 1e6,
            colour=GREY,
            style="--",
            width=1.2,
        ),
        Line(
            label="most that can follow the last trusted one",
            legend=False,
            x=[last, *_after(start, after)],
            y=np.array([tao_then, *most]) / 1e6,
            colour=RED,
            style=":",
            width=1.6,
        ),
    ]


def _unrecycled(rules: Rules) -> list[Mark]:
    """The name of the schedule from genesis, above its line."""
    days = 420
    then = readings.GENESIS_UTC + timedelta(days=days)
    most = readings.most_issued_tao(rules, tao(readings.GENESIS_ISSUANCE_RAO), days) / 1e6
    return [Text(x=then, y=most, text="nothing recycled", align="right", valign="bottom")]


def _density(values: np.ndarray, width: float) -> tuple[np.ndarray, np.ndarray]:
    """Middles of bins of a width, and the density of values in each; the last hundredth, which may
    lie ages away, is not shown.
    """
    edges = np.arange(values.min(), np.quantile(values, 0.99) + width, width)
    count, edges = np.histogram(values, bins=edges)
    return edges[:-1] + width / 2, count / len(values) / width


@view(rules="2026-09-11")
def halving_backtest(rules: Rules) -> View:
    """Bands of 90% and medians of the first halving's date, as forecast on nine earlier dates."""
    table = halving.backtest_first_halving(rules)
    real = readings.FIRST_HALVING_UTC
    late = {
        name: np.array([readings.days_between(real, when) for when in table[name]])
        for name in ("low", "median", "high")
    }
    naive = halving.unrecycled_first_halving(rules)
    early = readings.days_between(real, naive)
    told = f"nothing recycled since genesis: {naive.day} {naive:%B %Y}"
    marks = _bands(table["inside"].to_numpy(), late)
    marks.append(Level(label=told, x=early, colour=OF_2023, style="--", width=1.6))
    names = tuple(
        f"{day}, {count} readings"
        for day, count in zip(table.index, table["readings"], strict=True)
    )
    return View(
        title=f"{table['inside'].sum()} of {len(table)} forecast bands held the first halving",
        caption="Each band uses only supplies of its day and before, and should hold the day nine "
        "times in ten. Red dashed is where the article's date comes from. Every median was late, "
        f"by {late['median'].min():.0f} to {late['median'].max():.0f} days. Neighbours share "
        "their readings, and all have one "
        "outcome, so this is the record of two or three forecasts.",
        panels=[
            Panel(
                marks=marks,
                x=Axis(
                    label="days from the first halving to what was forecast",
                    low=min(late["low"].min(), early) - 10,
                ),
                y=Axis(names=names),
            )
        ],
        sources=(
            rules,
            "data/supply_points.csv up to each day",
        ),
    )


def _bands(inside: np.ndarray, late: dict[str, np.ndarray]) -> list[Mark]:
    """Bands and medians in days from the first halving, one row each, and the day itself."""
    real = readings.FIRST_HALVING_UTC
    row = np.arange(len(inside))
    marks: list[Mark] = []
    for held, colour, label in ((True, SKY, "holds the day"), (False, ORANGE, "misses it")):
        some = inside == held
        marks.append(
            Bars(
                label=f"90% band that {label}",
                y=row[some],
                x=(late["high"] - late["low"])[some],
                base=late["low"][some],
                across=True,
                width=0.55,
                colour=colour,
            )
        )
    marks += [
        Points(label="median", x=late["median"], y=row, colour=BLUE, size=5),
        Level(label=f"what happened: {real.day} {real:%B %Y}", x=0, width=1.6),
    ]
    return marks


@view(rules="2026-09-11")
def next_halvings(rules: Rules) -> View:
    """Chance per year of the next three halving dates, each with its median; dashed are the
    earliest days, with nothing recycled from the last reading on.
    """
    fit, forecasts = halving.next_halvings(rules)
    first = forecasts[0]
    marks = _densities(forecasts, decimal_year(fit.end))
    highest = max(float(np.max(bars.y)) for bars in marks if isinstance(bars, Bars))
    return View(
        title=f"Halving {first.halving} is forecast for {first.low:%B %Y} to {first.high:%B %Y}",
        caption="The span holds nine chances in ten, if recycling goes on as since "
        f"{fit.start:%B %Y} and varies as in the years before. {_spans(forecasts[1:])} The "
        "bands lean to the late side: next to nothing is recycled now, so recycling can rise far "
        "and hardly fall.",
        panels=[
            Panel(
                marks=marks,
                x=Axis(label="year", format="g"),
                y=Axis(label="probability per year", low=0, high=1.2 * highest),
                columns=0,
            )
        ],
        sources=(
            rules,
            f"data/supply_points.csv, {fit.start:%Y-%m-%d} to {fit.end:%Y-%m-%d}, restated",
            f"{fit.recycled_share:.1%} recycled, scatter of 2023-25",
            f"unknown: {', '.join(halving.UNKNOWNS)}",
        ),
    )


def _densities(forecasts, base: float) -> list[Mark]:
    """Chance per year of each halving, and its earliest day; `base` is the year of the last
    reading.
    """
    marks: list[Mark] = []
    for forecast, colour in zip(forecasts, (BLUE, GREEN, PURPLE), strict=True):
        years, per_year = _density(base + forecast.days / 365.25, 1 / 24)
        marks.append(
            Bars(
                label=f"halving {forecast.halving}",
                legend=False,
                x=years,
                y=per_year,
                width=1 / 24,
                colour=colour,
                alpha=0.75,
            )
        )
        marks.append(Level(x=decimal_year(forecast.earliest), colour=colour, style="--"))
        peak = int(per_year.argmax())
        told = f"halving {forecast.halving}:\n{forecast.median:%b %Y}"
        look: dict[str, Any] = {"colour": colour, "valign": "bottom"}
        marks.append(Text(x=years[peak] + 0.2, y=per_year[peak], text=told, **look))
    return marks


def _spans(forecasts) -> str:
    """In words, a sentence for each halving."""
    return " ".join(
        f"Halving {it.halving} is forecast for {it.low:%B %Y} to {it.high:%B %Y}."
        for it in forecasts
    )
