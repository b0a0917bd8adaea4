"""Views of sell pressure: emission against volume, what a sale does to the price, and the inflow
that holds it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ..economy.impact import impact_share, replay_shock, volatility_multiplier, within_law
from ..economy.market import (
    PUBLICATION_WINDOWS,
    SellPressure,
    emission_over_volume,
    flow_balance,
    price_under_flow,
    publication_windows,
)
from ..economy.market import sell_pressure as pressure_of
from ..inputs import data
from ..inputs.rules import Rules, Scenario, Snapshot, load_snapshot
from ..inputs.units import tao
from .gallery import known, view
from .marks import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    Axis,
    Band,
    Bars,
    Level,
    Line,
    Map,
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
LARGEST_MULTIPLIER = 100  # that a scenario may assume
THIN = 5  # a part of the reported volume that may be all there is: one fifth
LEVELS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
DAY = "2026-04-10"
SHARE_SOLD = Axis(label="share of new TAO that is sold", format=".0%")


def sold_by_all(scenario: Scenario, share: float) -> Scenario:
    """The scenario with one share of new TAO sold by every role."""
    return replace(
        scenario, owners_sold_share=share, miners_sold_share=share, stakers_sold_share=share
    )


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
    """Maps of the one-day fall of the price if nobody expected the sale, by volume and share
    sold, for two dates.
    """
    early = pressure_of(rules, then, article)
    late = pressure_of(rules, now, scenario)
    volume_usd = known(then, "volume_usd")
    usual = fall(article, early.sold_usd_per_day, volume_usd)
    thin = fall(article, early.sold_usd_per_day, volume_usd / THIN)
    low = fall(scenario, late.sold_usd_per_day, VOLUMES_2026[-1])
    high = fall(scenario, late.sold_usd_per_day, VOLUMES_2026[0])
    return View(
        title=f"A day's unexpected sale of {_part(early)} new TAO: a fall of {told(usual)} in "
        f"{then.date:%B %Y}, {told(thin)} had {1 - 1 / THIN:.0%} of the volume been false, "
        f"{told(low)} to {told(high)} in {now.date.year}",
        panels=[
            _impact("as the article counts", article, early, then.price_usd, [then.volume_usd]),
            _impact(f"{now.date}", scenario, late, now.price_usd, VOLUMES_2026),
        ],
        size=(11.0, 5.2),
    )


def _part(pressure: SellPressure) -> str:
    """How much of a day's new TAO is sold, in words."""
    share = over_new(pressure)
    if abs(share - 1) < 1e-9:
        return "all"
    return f"{share:.0%} of the" if share < 1 else f"{share:.1f} times the"


def _impact(
    name: str, scenario: Scenario, pressure: SellPressure, price_usd: float, reported
) -> Panel:
    """One date of `impact_map`, each level named right of its line; blank outside the law."""
    new_usd = pressure.paid_tao_per_day * price_usd
    own = over_new(pressure)
    top = max(1.0, own)
    volumes = np.geomspace(8e5, 1e9, 64)
    shares = np.linspace(0.001, 1, 60) * top
    fallen = fall(scenario, new_usd * shares[:, None], volumes)
    plane = {"x": volumes / 1e6, "y": shares, "z": fallen, "levels": LEVELS}
    named = 0.3 * top  # the share at which the names stand
    names = _names_of_levels(volumes, fall(scenario, new_usd * named, volumes))
    million = np.array(reported) / 1e6
    return Panel(
        title=f"{name}: {new_usd / 1e6:.2f} M USD a day, σ = {scenario.daily_volatility:.0%}",
        marks=[
            Map(label="fall in a day", legend=False, kind="filled", **plane),
            Map(kind="lines", colour=BLACK, width=0.7, **plane),
            Text(x=list(names), y=[named] * len(names), text=tuple(names.values())),
            Points(
                label=f"volume of {', '.join(f'{m:.3g}' for m in million)} M USD, {own:.0%} sold",
                x=million,
                y=np.full(len(million), own),
                size=9,
            ),
            Points(
                label=f"the lowest volume ÷ {THIN}",
                x=million[0] / THIN,
                y=own,
                marker="X",
                colour=BLACK,
                size=9,
            ),
        ],
        x=Axis(
            label="volume of a day, million USD (log)",
            scale="log",
            low=volumes[0] * 0.999 / 1e6,
            high=volumes[-1] / 1e6,
            ticks=(1, 5, 20, 100, 500),
            format=",g",
        ),
        y=Axis(label=SHARE_SOLD.label if len(reported) == 1 else "", format=".0%", low=0, high=top),
        columns=1,
    )


def _names_of_levels(volumes: np.ndarray, fallen: np.ndarray) -> dict[float, str]:
    """The name of each level by the volume, million USD, at which the fall reaches it."""
    seen = ~np.isnan(fallen)
    if not seen.any():
        return {}
    at = np.interp(LEVELS, fallen[seen][::-1], volumes[seen][::-1], left=np.inf, right=0)
    return {
        volume / 1e6: f"{level:.1%}" if level < 0.01 else f"{level:.0%}"
        for level, volume in zip(LEVELS, at.tolist(), strict=True)
        if 1.2 * volumes[0] < volume < 0.6 * volumes[-1]
    }


@view()
def publication_days() -> View:
    """Bars: the value of each day's emission over the day's volume, October to December 2023,
    with three windows.
    """
    table = data.load("tao_daily_2023q4")
    said = publication_windows()["participation_share"]
    quarter = emission_over_volume(table["date"].iloc[0], table["date"].iloc[-1])
    new_tao = quarter.emission_usd_per_day / table["close_usd"].mean()  # a day, the same on each
    share = new_tao * table["close_usd"].to_numpy() / table["volume_usd_24h"].to_numpy(float)
    october, november, its_day = (span(*days) for days in PUBLICATION_WINDOWS)
    article = load_snapshot("article")
    claimed = new_tao * article.price_usd / article.volume_usd
    bars = _days_and_windows(table["date"], share)
    own = Level(label=f"the article's own numbers: {claimed:.1%}", y=claimed, style="--", width=1.3)
    days = pd.DatetimeIndex(
        [f"2023-{month}-{day}" for month in (10, 11, 12) for day in ("01", "15")] + ["2023-12-31"]
    )
    return View(
        title=f"A day's emission was {said[0]:.1%} of volume on {october}, {said[1]:.1%} on "
        f"{november} and {said[2]:.1%} on the article's {its_day} "
        f"{table['date'].iloc[0]:%Y}: volume moved, {new_tao:,.0f} TAO a day did not",
        panels=[
            Panel(
                marks=[*bars, own],
                x=Axis(
                    label="day of 2023",
                    scale="date",
                    ticks=tuple(days),
                    names=tuple(f"{day.day} {day:%b}" for day in days),
                ),
                y=Axis(
                    label="value of a day's emission over volume (log)",
                    scale="log",
                    low=0.02,
                    high=3,
                    ticks=(0.05, 0.1, 0.2, 0.5, 1.0, 2.0),
                    format=".0%",
                ),
            )
        ],
        size=(10.0, 5.2),
        sources=(
            "data/tao_daily_2023q4.csv",
            f"{new_tao:,.0f} TAO at the day's close, reported volume of all venues",
        ),
    )


def _days_and_windows(dates: pd.Series, share: np.ndarray) -> list[Bars]:
    """A bar for each day, those of the article's windows in a colour of their own."""
    every = "emission over volume, that day"
    bars = [Bars(label=every, x=dates, y=share, width=0.85, colour=GREY)]
    for (since, until), window, colour in zip(
        PUBLICATION_WINDOWS, publication_windows().itertuples(), (ORANGE, BLUE, RED), strict=True
    ):
        inside = (dates >= since) & (dates <= until)
        label = (
            f"{span(since, until)}: {window.participation_share:.1%}, "
            f"{window.volume_usd_per_day / 1e6:.2f} M USD a day"
        )
        at = dates[inside]
        length = share[inside]
        bars.append(Bars(label=label, x=at, y=length, width=0.85, colour=colour))
    return bars


@view(
    rules="2026-09-11",
    then="article",
    publication="2023-11-20",
    now="2026-09-11",
    article="article",
    scenario="base",
)
def inflow_for_flat_price(
    rules: Rules,
    then: Snapshot,
    publication: Snapshot,
    now: Snapshot,
    article: Scenario,
    scenario: Scenario,
) -> View:
    """Net buying a year that holds the price, by the share of new TAO sold: in dollars, and over
    the market cap.
    """
    days = [
        (f"close of {publication.date}", publication, article, ORANGE),
        ("the article's numbers", then, article, BLUE),
        (f"{now.date}", now, scenario, GREEN),
    ]
    shares = np.linspace(0, 1, 21)
    own = [pressure_of(rules, day, assumed) for _, day, assumed, _ in days]
    caps = [tao(day.issuance_rao) * day.price_usd for _, day, _, _ in days]
    dollars = []
    over_cap = []
    for (label, day, assumed, colour), got, cap in zip(days, own, caps, strict=True):
        flow = np.array([_sold_a_year(rules, day, assumed, share) for share in shares.tolist()])
        line: dict[str, Any] = {"label": label, "x": shares, "colour": colour}
        here: dict[str, Any] = {"x": _sold_part(got), "colour": colour}
        dollars += [Line(y=flow / 1e6, **line), Points(y=got.sold_usd_per_year / 1e6, **here)]
        over_cap += [Line(y=flow / cap, **line), Points(y=got.sold_usd_per_year / cap, **here)]
    year = [got.sold_usd_per_year for got in own]
    inflow = Axis(label="net inflow that holds the price, million USD a year", low=0)
    return View(
        title=f"With {_part(own[0])} new TAO sold, {year[0] / 1e6:.0f} M USD a year of net buying "
        f"hold the close of the article's day, {year[1] / 1e6:.0f} M USD a year its own price, "
        f"{year[1] / caps[1]:.0%} of the market cap; in {now.date.year} {year[2] / 1e6:.0f} M USD, "
        f"{year[2] / caps[2]:.0%}",
        panels=[
            Panel(marks=dollars, x=SHARE_SOLD, y=inflow, columns=3),
            Panel(
                marks=over_cap,
                x=SHARE_SOLD,
                y=Axis(label="the same over the market cap", format=".0%", low=0),
                columns=0,
            ),
        ],
        size=(10.5, 5.0),
    )


def _sold_a_year(rules: Rules, day: Snapshot, assumed: Scenario, share: float) -> float:
    """USD a year if every role sells the same share of its new TAO."""
    return pressure_of(rules, day, sold_by_all(assumed, share)).sold_usd_per_year


def _sold_part(got: SellPressure) -> float:
    """The part of new TAO that is sold."""
    sold = got.sold_tao_per_day - got.unstaked_tao_per_day
    return sold / got.paid_tao_per_day if got.paid_tao_per_day else 0.0


@view(rules="2026-09-11", then="article", now="2026-09-11", article="article", scenario="base")
def lasting_sale(
    rules: Rules, then: Snapshot, now: Snapshot, article: Scenario, scenario: Scenario
) -> View:
    """The price over three years if each role sells its share of new TAO, nobody expected it and
    nobody buys, for macro multipliers.
    """
    years = 3
    low = 1.0
    high = 5.0  # multipliers of a single asset and of all equities
    starts = [
        (then, replace(article, horizon_years=float(years))),
        (now, replace(scenario, horizon_years=float(years), anticipated_share=0.0)),
    ]

    def ratio(start, multiplier):
        """Years, and the price over the price at the start."""
        day, assumed = start
        path = price_under_flow(
            rules, day, replace(assumed, macro_multiplier=multiplier), every_days=5
        )
        return path.years, path.price_usd / day.price_usd

    panels = []
    for start, name in zip(starts, ("as the article counts", f"{now.date}"), strict=True):
        day, assumed = start
        turnover = flow_balance(rules, day, assumed).turnover_share
        closure = volatility_multiplier(assumed.daily_volatility, turnover)
        lines = []
        multipliers = [
            (0.0, GREY, "all of it expected, or M = 0"),
            (low, BLUE, f"M = {low:g}: dilution of a constant market cap"),
            (high, RED, f"M = {high:g}: as for all equities together"),
        ]
        if closure <= LARGEST_MULTIPLIER:
            multipliers.append((closure, PURPLE, f"M = σ/turnover = {closure:.1f}"))
        for multiplier, colour, label in multipliers:
            at, over_start = ratio(start, multiplier)
            lines.append(Line(label=label, x=at, y=over_start, colour=colour))
        price = Axis(label="price over the price at the start", format=".0%", low=0, high=1.05)
        years_from = Axis(label=f"years from {day.date}")
        panels.append(Panel(title=name, marks=lines, x=years_from, y=price, columns=1))
    off = [[f"{1 - line.y[-1]:.0%}" for line in panel.marks] for panel in panels]
    return View(
        title=f"Unexpected and unopposed, {in_words(years)} years of sales would take {off[0][1]} "
        f"to {off[0][2]} off the article's price (M = {low:g} to {high:g}), {off[1][1]} to "
        f"{off[1][2]} off that of {now.date.year}; if expected, {off[0][0]}",
        panels=panels,
        size=(11.0, 5.2),
    )


@view(scenario="base")
def covenant_event(scenario: Scenario) -> View:
    """The fall that the impact law gives for the sale of 10 April 2026 at any volume, against
    the fall seen.
    """
    got, strong = (
        replay_shock(replace(scenario, impact_prefactor=factor), DAY) for factor in PREFACTORS
    )
    date = pd.Timestamp(DAY).strftime("%d %B %Y").lstrip("0")
    volumes = np.geomspace(1e5, 1e9, 81)
    seen = got.observed_fall_share
    return View(
        title=f"{date}: selling {got.sold_usd / 1e6:.0f} M USD explains a fall of "
        f"{got.impact_low_share:.1%} to {strong.impact_high_share:.1%}; {seen:.1%} was seen, at "
        f"least {seen / strong.impact_high_share:.0f} times as much",
        panels=[
            Panel(
                marks=_law_and_fall(scenario, got.sold_usd, seen, volumes),
                x=Axis(
                    label="volume of the day, million USD (log)",
                    scale="log",
                    low=volumes[0] / 1e6,
                    high=volumes[-1] / 1e6,
                    ticks=(0.1, 1, 10, 100, 1000),
                    format=",g",
                ),
                y=Axis(
                    label="fall of the price (log)",
                    scale="log",
                    low=0.002,
                    high=1,
                    ticks=(0.005, 0.01, 0.05, 0.2, 1.0),
                    format="g%",
                ),
            )
        ],
        size=(10.0, 5.2),
        sources=("data/price_shocks.csv",),
    )


def _law_and_fall(scenario: Scenario, sold_usd: float, seen: float, volumes: np.ndarray) -> list:
    """What the impact law gives at each volume, what was seen, and where the two meet."""
    event = data.load("price_shocks").set_index("date").loc[DAY]
    million = volumes / 1e6
    least, most = (
        fall(replace(scenario, impact_prefactor=factor), sold_usd, volumes) for factor in PREFACTORS
    )
    middle = fall(scenario, sold_usd, volumes)
    strength = scenario.impact_prefactor * scenario.daily_volatility / seen
    needed = sold_usd * strength ** (1 / scenario.impact_exponent)
    needed = float(np.clip(needed, volumes[0], volumes[-1])) / 1e6
    law = f"impact law, Y = {scenario.impact_prefactor:g}, σ = {scenario.daily_volatility:.0%}"
    return [
        Band(label="prefactor Y from 0.5 to 1.5", x=million, low=least, high=most, alpha=0.18),
        Line(label=law, x=million, y=middle),
        Level(label=f"seen: {seen:.1%}", y=seen, colour=RED, width=1.8, style="--"),
        Level(
            label="volume as reported that week",
            x=(event["volume_low_usd"] / 1e6, event["volume_high_usd"] / 1e6),
            colour=GREEN,
            alpha=0.15,
        ),
        Points(
            label=f"volume at which the sale alone would do it: {needed:.2f} M USD",
            x=needed,
            y=seen,
            marker="X",
            colour=BLACK,
            size=9,
        ),
    ]
