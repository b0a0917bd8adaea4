"""Views of sell pressure: emission against volume, and what a sale does to the price."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ..economy.impact import impact_share, within_law
from ..economy.market import (
    BEARABLE_SHARE,
    PUBLICATION_WINDOWS,
    SellPressure,
    emission_over_volume,
    price_under_flow,
    publication_windows,
)
from ..economy.market import sell_pressure as pressure_of
from ..inputs import data
from ..inputs.rules import Rules, Scenario, Snapshot, load_snapshot
from .gallery import known, view
from .marks import (
    BLACK,
    GREY,
    OF_2023,
    OF_2026,
    ORANGE,
    SKY,
    Axis,
    Level,
    Line,
    Panel,
    Points,
    Text,
    View,
)
from .words import in_words

VOLUMES_2026 = (  # Scenario.volume_usd gives the sources: S-1, one venue list, aggregators
    42e6,
    95.09e6,
    238e6,
)
PREFACTORS = (0.5, 1.5)  # of the impact law, the span of Scenario.impact_prefactor
THIN = 5  # a part of the reported volume that may be all there is: one fifth
MULTIPLIERS = (0.0, 1.0, 5.0)  # all expected, a single asset, all equities together


def over_new(pressure: SellPressure) -> float:
    """What is sold in a day over the day's new TAO: above 1 where stake leaves too."""
    return pressure.sold_tao_per_day / pressure.paid_tao_per_day if pressure.paid_tao_per_day else 0


def fall(scenario: Scenario, sold_usd, volume_usd):
    """The fall of the price at the peak of a sale that nobody expected; nan outside the law."""
    return within_law(
        impact_share(
            np.asarray(sold_usd) / volume_usd,
            scenario.daily_volatility,
            scenario.impact_prefactor,
            scenario.impact_exponent,
        )
    )


def told(fall_share: float) -> str:
    """A fall in words."""
    return f"{fall_share:.1%}" if fall_share == fall_share else "more than the law can tell"


def span(since: str, until: str) -> str:
    """'1 to 23 October' from two dates of one month."""
    first = pd.Timestamp(since)
    last = pd.Timestamp(until)
    return f"{last.day} {last:%B}" if first == last else f"{first.day} to {last.day} {last:%B}"


@view(rules="2026-09-11", then="article", now="2026-09-11", article="article", scenario="base")
def impact_map(
    rules: Rules, then: Snapshot, now: Snapshot, article: Scenario, scenario: Scenario
) -> View:
    """How far the price falls if a day's sale surprises everybody, for each volume that the market
    may have. The dot takes Y = 1 or what is assumed, the line runs over Y from 0.5 to 1.5; the
    black mark is the move of a usual day. Red is the article's day, blue the last date.
    """
    early = pressure_of(rules, then, article)
    late = pressure_of(rules, now, scenario)
    reported = known(then, "volume_usd")
    false = f"{1 - 1 / THIN:.0%}"
    cases = [
        (f"{then.date.year}: {reported / 1e6:g} M", article, early, reported, OF_2023),
        (f"{then.date.year}: {false} false", article, early, reported / THIN, OF_2023),
        *(
            (f"{now.date.year}: {volume / 1e6:.0f} M", scenario, late, volume, OF_2026)
            for volume in VOLUMES_2026
        ),
    ]
    falls = [fall(assumed, got.sold_usd_per_day, volume) for _, assumed, got, volume, _ in cases]
    usual = [assumed.daily_volatility for _, assumed, *_ in cases]
    return View(
        title=f"A day's unexpected sale would cost {told(falls[0])} in {then.date.year}, "
        f"{told(falls[2])} in {now.date.year}",
        caption=f"{over_new(early):.0%} of a day's new TAO are sold, "
        f"{early.sold_usd_per_day / 1e6:.2f} M USD in {then.date:%B %Y}, and {over_new(late):.0%}, "
        f"{late.sold_usd_per_day / 1e6:.2f} M USD in {now.date:%B %Y}. With "
        f"{false} of the article's volume false the fall is {told(falls[1])}; with the "
        f"largest volume of {now.date.year} it is {told(falls[-1])}.",
        panels=[
            Panel(
                marks=[
                    *(
                        _fall_of(row, case, at)
                        for row, (case, at) in enumerate(zip(cases, falls, strict=True))
                    ),
                    *(_prefactors(row, case) for row, case in enumerate(cases)),
                    _usual_days(usual),
                ],
                x=Axis(label="fall of the price in a day", format=".0%", low=0),
                y=Axis(
                    label="volume a day, USD",
                    names=tuple(name for name, *_ in cases),
                    low=-0.6,
                    high=len(cases) - 0.4,
                ),
            )
        ],
        size=(9.0, 3.8),
        sources=(then, now, article, scenario, "volumes of 2026: ASSUMPTIONS.md"),
    )


def _usual_days(moves: list[float]) -> Points:
    """By how much the price moves on a usual day of each case."""
    look: dict[str, Any] = {"marker": "|", "colour": BLACK, "size": 14, "legend": False}
    return Points(label="a usual day", x=moves, y=range(len(moves)), **look)


def _fall_of(row: int, case: tuple, fallen) -> Points:
    """The dot of one volume of `impact_map`."""
    name, *_, colour = case
    return Points(label=name, legend=False, x=fallen, y=row, colour=colour, size=9)


def _prefactors(row: int, case: tuple) -> Line:
    """The fall over the span of the law's prefactor."""
    name, assumed, got, volume, colour = case
    ends = [
        fall(replace(assumed, impact_prefactor=factor), got.sold_usd_per_day, volume)
        for factor in PREFACTORS
    ]
    return Line(label=f"{name}, span", legend=False, x=ends, y=[row] * 2, colour=colour)


@view()
def publication_days() -> View:
    """Each dot is a day of late 2023: the value of its new TAO over all that was traded, on a log
    scale. The three windows have colours of their own; below the line a sale of all new TAO is a
    part of the volume that we call bearable.
    """
    table = data.load("tao_daily_2023q4")
    windows = publication_windows()
    said = windows["participation_share"]
    quarter = emission_over_volume(table["date"].iloc[0], table["date"].iloc[-1])
    new_tao = quarter.emission_usd_per_day / table["close_usd"].mean()  # a day, the same on each
    share = new_tao * table["close_usd"].to_numpy() / table["volume_usd_24h"].to_numpy(float)
    article = load_snapshot("article")
    claimed = new_tao * article.price_usd / article.volume_usd
    traded = [
        f"{volume / 1e6:.2f} M USD a day on {span(*days)}"
        for days, volume in zip(PUBLICATION_WINDOWS, windows["volume_usd_per_day"], strict=True)
    ]
    above = share[(table["date"] > windows["until"][2]).to_numpy()] > BEARABLE_SHARE
    days = pd.DatetimeIndex(
        [f"2023-{month}-{day}" for month in (10, 11, 12) for day in ("01", "15")] + ["2023-12-31"]
    )
    return View(
        title=f"New TAO were {said[0]:.1%} of volume before the rise, {said[2]:.1%} at publication",
        caption=f"{new_tao:,.0f} TAO a day did not change, price and volume did: "
        f"{', '.join(traded)}. "
        f"The article's own numbers give {claimed:.1%}. On {above.sum()} of the {above.size} days "
        "that follow, the part is above the line. Volume is as reported, all venues.",
        panels=[
            Panel(
                marks=_days_and_windows(table["date"], share),
                x=Axis(
                    label="day of 2023",
                    scale="date",
                    ticks=tuple(days),
                    names=tuple(f"{day.day} {day:%b}" for day in days),
                ),
                y=Axis(
                    label="new TAO over volume (log)",
                    scale="log",
                    low=0.02,
                    high=3,
                    ticks=(0.02, 0.05, 0.1, 0.2, 0.5, 1.0),
                    format=".0%",
                ),
            )
        ],
        size=(10.0, 4.6),
        sources=("data/tao_daily_2023q4.csv",),
    )


def _days_and_windows(dates: pd.Series, share: np.ndarray) -> list:
    """A dot for each day, those of the article's windows in a colour of their own and named, and
    what we call bearable.
    """
    marks: list = [Points(label="a day", legend=False, x=dates, y=share, colour=GREY, size=4)]
    for (since, until), window, colour in zip(
        PUBLICATION_WINDOWS, publication_windows().itertuples(), (ORANGE, SKY, OF_2023), strict=True
    ):
        inside = (dates >= since) & (dates <= until)
        at = dates[inside]
        name = span(since, until)
        marks.append(Points(label=name, legend=False, x=at, y=share[inside], colour=colour, size=7))
        once = len(at) == 1  # named below, where days of other windows stand above it
        here = {"x": at.iloc[len(at) // 2], "valign": "top" if once else "bottom"}
        here["y"] = 0.6 * share[inside].min() if once else 1.15 * share[inside].max()
        words = f"{name}:\n{window.participation_share:.1%}"
        marks.append(Text(text=words, colour=colour, align="center", size=9.5, **here))
    bar = f"bearable: {BEARABLE_SHARE:.0%}"
    here = {"x": dates.iloc[-1], "y": BEARABLE_SHARE, "align": "right", "valign": "top"}
    return [*marks, Level(y=BEARABLE_SHARE, style="--"), Text(text=bar, **here)]


@view(rules="2026-09-11", then="article", now="2026-09-11", article="article", scenario="base")
def lasting_sale(
    rules: Rules, then: Snapshot, now: Snapshot, article: Scenario, scenario: Scenario
) -> View:
    """The price if each role sells its part of new TAO for years and nobody buys against it, by
    the multiplier M of the flow. At M = 1 the curve is dilution of a constant market cap; 5 was
    measured for all equities together. What everybody expects moves nothing.
    """
    years = 3
    panels = [
        _lasting(rules, day, replace(assumed, horizon_years=float(years)), colour)
        for day, assumed, colour in (
            (then, article, OF_2023),
            (now, replace(scenario, anticipated_share=0.0), OF_2026),
        )
    ]
    off = [
        [f"{1 - mark.y[-1]:.0%}" for mark in panel.marks if getattr(mark, "at_end", False)]
        for panel in panels
    ]
    return View(
        title=f"Unopposed surprise sales would take {off[0][1]} to {off[0][2]} in "
        f"{in_words(years)} years",
        caption=f"That is off the article's price, for M from {MULTIPLIERS[1]:g} to "
        f"{MULTIPLIERS[2]:g}; off that of {now.date.year} it is {off[1][1]} to {off[1][2]}, and if "
        f"all is expected {off[0][0]}. A consequence of the multiplier, not a forecast.",
        panels=panels,
        size=(11.0, 4.6),
    )


def _lasting(rules: Rules, day: Snapshot, assumed: Scenario, colour: str) -> Panel:
    """One date of `lasting_sale`."""
    lines = []
    for multiplier, style in zip(MULTIPLIERS, (":", "--", "-"), strict=True):
        path = price_under_flow(
            rules, day, replace(assumed, macro_multiplier=multiplier), every_days=5
        )
        over_start = path.price_usd / day.price_usd
        lines.append(
            Line(
                label=f"M = {multiplier:g}" if multiplier else "expected",
                x=path.years,
                y=over_start,
                colour=colour if multiplier else GREY,
                style=style,
                at_end=True,
            )
        )
    return Panel(
        title=f"from {day.date}, {day.price_usd:,.2f} USD",
        marks=lines,
        x=Axis(label="years", low=0, high=1.2 * assumed.horizon_years),
        y=Axis(label="price over that at the start", format=".0%", low=0, high=1.05),
    )
