"""Figures on sell pressure: emission against volume, what a sale does to the price, and the
inflow that holds it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.ticker import FixedFormatter, FixedLocator, NullFormatter, PercentFormatter

from ..economy.impact import price_impact, replay_shock, volatility_multiplier
from ..economy.market import (
    PUBLICATION_WINDOWS,
    emission_over_volume,
    flow_balance,
    price_under_flow,
    publication_windows,
    sell_pressure,
)
from ..inputs import data
from ..inputs.rules import Rules, Scenario, Snapshot, load_scenario, load_snapshot, rules_at
from ..inputs.units import tao
from .canvas import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    canvas,
    figure,
    in_words,
    legend_below,
)

RULES = rules_at("2026-09-11")
ARTICLE, PUBLISHED, NOW = (load_snapshot(name) for name in ("article", "2023-11-20", "2026-09-11"))
AS_THE_ARTICLE, BASE = load_scenario("article"), load_scenario("base")
VOLUMES_2026 = (
    42e6,
    95.09e6,
    238e6,
)  # Scenario.volume_usd gives the sources: S-1, one venue list, aggregators
THIN = 5  # a part of the reported volume that may be all there is: one fifth
LEVELS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
DAY = "2026-04-10"
EVENT = data.load("price_shocks").set_index("date").loc[DAY]
EVENT_DATE = pd.Timestamp(DAY).strftime("%d %B %Y").lstrip("0")


def selling(scenario: Scenario, share: float) -> Scenario:
    """The scenario with one share of new TAO sold by every role."""
    return replace(
        scenario, owners_sold_share=share, miners_sold_share=share, stakers_sold_share=share
    )


def millions(axis, ticks):
    """Round millions of USD on a log axis."""
    axis.set_major_locator(FixedLocator([1e6 * t for t in ticks]))
    axis.set_major_formatter(FixedFormatter([f"{t:,g}" for t in ticks]))
    axis.set_minor_formatter(NullFormatter())


def span(since: str, until: str) -> str:
    """'1 to 23 October' from two dates of one month."""
    first, last = pd.Timestamp(since), pd.Timestamp(until)
    return f"{last.day} {last:%B}" if first == last else f"{first.day} to {last.day} {last:%B}"


@figure
def impact_map(
    rules: Rules = RULES,
    then: Snapshot = ARTICLE,
    now: Snapshot = NOW,
    article: Scenario = AS_THE_ARTICLE,
    scenario: Scenario = BASE,
):
    """Maps of the one-day fall of the price if nobody expected the sale, by volume and share
    sold, for two dates.
    """
    volumes, shares = np.geomspace(8e5, 1e9, 64), np.linspace(0.001, 1, 60)
    shown = [(then, article, [then.volume_usd]), (now, scenario, VOLUMES_2026)]
    sold = [
        sell_pressure(rules, snapshot, selling(s, 1.0)).sold_usd_per_day for snapshot, s, _ in shown
    ]

    def fall(k, share, volume):
        s = shown[k][1]
        return price_impact(
            sold[k] * share,
            volume_usd=volume,
            daily_volatility=s.daily_volatility,
            prefactor=s.impact_prefactor,
            exponent=s.impact_exponent,
        ).peak_share

    usual, thin = fall(0, 1.0, then.volume_usd), fall(0, 1.0, then.volume_usd / THIN)
    low, high = fall(1, 1.0, VOLUMES_2026[-1]), fall(1, 1.0, VOLUMES_2026[0])
    picture, *axes = canvas(
        f"A day of selling all new TAO that nobody expected: a fall of {usual:.1%} in "
        f"{then.date:%B %Y}, {thin:.1%} had "
        f"{1 - 1 / THIN:.0%} of the volume been false, {low:.1%} to {high:.1%} in {now.date.year}",
        rules,
        then,
        now,
        article,
        scenario,
        panels=2,
        size=(11.0, 5.2),
    )
    for k, (axis, (snapshot, s, marks)) in enumerate(zip(axes, shown, strict=True)):
        z = fall(k, shares[:, None], volumes)
        axis.contourf(
            volumes, shares, np.log10(z), levels=np.log10(LEVELS), cmap="YlOrRd", extend="both"
        )
        lines = axis.contour(volumes, shares, z, levels=LEVELS, colors=BLACK, linewidths=0.7)
        axis.clabel(
            lines,
            LEVELS[1:] if k == 0 else LEVELS,
            fmt=lambda v: f"{v:.1%}" if v < 0.01 else f"{v:.0%}",
            fontsize=8.5,
        )
        axis.plot(
            marks,
            np.ones(len(marks)),
            "o",
            color=BLUE,
            ms=9,
            clip_on=False,
            zorder=6,
            label=f"volume of {', '.join(f'{m / 1e6:.3g}' for m in marks)} M USD, all sold",
        )
        axis.plot(
            [marks[0] / THIN],
            [1],
            "X",
            color=BLACK,
            ms=9,
            clip_on=False,
            zorder=6,
            label=f"the lowest volume ÷ {THIN}",
        )
        axis.set(
            xscale="log",
            xlim=(volumes[0] * 0.999, volumes[-1]),
            xlabel="volume of a day, million USD (log)",
        )
        millions(axis.xaxis, (1, 5, 20, 100, 500))
        axis.set_title(
            f"{'as the article counts' if k == 0 else snapshot.date}: {sold[k] / 1e6:.2f} M USD a "
            "day, "
            f"σ = {s.daily_volatility:.0%}",
            pad=12,
        )
        axis.set_ylim(0, 1)
        axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        legend_below(axis, ncols=1)
    axes[0].set_ylabel("share of new TAO that is sold")
    return picture


@figure
def publication_days():
    """Bars: the value of each day's emission over the day's volume, October to December 2023,
    with three windows.
    """
    table, windows = data.load("tao_daily_2023q4"), publication_windows()
    dates = table["date"].to_numpy()
    quarter = emission_over_volume(table["date"].iloc[0], table["date"].iloc[-1])
    new_tao = quarter.emission_usd_per_day / table["close_usd"].mean()  # a day, the same on each
    share = new_tao * table["close_usd"].to_numpy() / table["volume_usd_24h"].to_numpy(float)
    said, (october, november, its_day) = (
        windows["participation_share"],
        (span(*days) for days in PUBLICATION_WINDOWS),
    )
    picture, axis = canvas(
        f"A day's emission was {said[0]:.1%} of volume on {october}, {said[1]:.1%} on {november} "
        f"and {said[2]:.1%} on the "
        f"article's {its_day} {table['date'].iloc[0]:%Y}: volume moved, {new_tao:,.0f} TAO a day "
        "did not",
        "data/tao_daily_2023q4.csv",
        f"{new_tao:,.0f} TAO at the day's close, reported volume of all venues",
        size=(10.0, 5.2),
    )
    axis.bar(dates, share, width=0.85, color=GREY, label="emission over volume, that day")
    for (since, until), window, colour in zip(
        PUBLICATION_WINDOWS, windows.itertuples(), (ORANGE, BLUE, RED), strict=True
    ):
        inside = (table["date"] >= since) & (table["date"] <= until)
        axis.bar(
            dates[inside],
            share[inside],
            width=0.85,
            color=colour,
            label=f"{span(since, until)}: {window.participation_share:.1%}, "
            f"{window.volume_usd_per_day / 1e6:.2f}"
            f" M USD a day",
        )
    claimed = new_tao * ARTICLE.price_usd / ARTICLE.volume_usd
    axis.axhline(
        claimed, color=BLACK, ls="--", lw=1.3, label=f"the article's own numbers: {claimed:.1%}"
    )
    axis.set(
        yscale="log",
        ylim=(0.02, 3),
        ylabel="value of a day's emission over volume (log)",
        xlabel="day of 2023",
    )
    axis.yaxis.set_major_locator(FixedLocator([0.05, 0.1, 0.2, 0.5, 1.0, 2.0]))
    axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axis.yaxis.set_minor_formatter(NullFormatter())
    ticks = pd.to_datetime(
        [
            "2023-10-01",
            "2023-10-15",
            "2023-11-01",
            "2023-11-15",
            "2023-12-01",
            "2023-12-15",
            "2023-12-31",
        ]
    )
    axis.set_xticks(ticks, [f"{t.day} {t:%b}" for t in ticks])
    legend_below(axis, last="the article's")
    return picture


@figure
def inflow_for_flat_price(
    rules: Rules = RULES,
    then: Snapshot = ARTICLE,
    published: Snapshot = PUBLISHED,
    now: Snapshot = NOW,
    article: Scenario = AS_THE_ARTICLE,
    scenario: Scenario = BASE,
):
    """Net buying a year that holds the price, by the share of new TAO sold: in dollars, and over
    the market cap.
    """
    days = [
        ("the article's numbers", then, article, BLUE),
        (f"{published.date}", published, article, ORANGE),
        (f"{now.date}", now, scenario, GREEN),
    ]
    shares = np.linspace(0, 1, 21)
    year = [sell_pressure(rules, d, selling(s, 1.0)).sold_usd_per_year for _, d, s, _ in days]
    caps = [tao(d.issuance_rao) * d.price_usd for _, d, _, _ in days]
    picture, left, right = canvas(
        f"Were all new TAO sold, {year[0] / 1e6:.0f} M USD a year of net buying held the "
        "article's price, "
        f"{year[0] / caps[0]:.0%} of the market cap; in {now.date.year} {year[2] / 1e6:.0f} M USD, "
        f"{year[2] / caps[2]:.0%}",
        rules,
        then,
        published,
        now,
        article,
        scenario,
        panels=2,
        size=(10.5, 5.0),
    )
    for (label, _, _, colour), flow, cap in zip(days, year, caps, strict=True):
        left.plot(shares, shares * flow / 1e6, color=colour, label=label)
        right.plot(shares, shares * flow / cap, color=colour, label=label)
    left.set(ylabel="net inflow that holds the price, million USD a year", ylim=(0, None))
    right.set(ylabel="the same over the market cap", ylim=(0, None))
    right.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    for axis in (left, right):
        axis.set_xlabel("share of new TAO that is sold")
        axis.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    legend_below(left, ncols=3)
    return picture


@figure
def lasting_sale(
    rules: Rules = RULES,
    then: Snapshot = ARTICLE,
    now: Snapshot = NOW,
    article: Scenario = AS_THE_ARTICLE,
    scenario: Scenario = BASE,
):
    """The price over three years if all new TAO is sold, nobody expected it and nobody buys, for
    macro multipliers.
    """
    years, (low, high) = 3, (1.0, 5.0)  # multipliers of a single asset and of all equities
    shown = [
        (then, replace(article, horizon_years=float(years))),
        (now, replace(scenario, horizon_years=float(years), anticipated_share=0.0)),
    ]
    closures = [
        volatility_multiplier(s.daily_volatility, flow_balance(rules, d, s).turnover_share)
        for d, s in shown
    ]

    def path(k, multiplier):
        snapshot, s = shown[k]
        return price_under_flow(
            rules, snapshot, replace(selling(s, 1.0), macro_multiplier=multiplier), every_days=5
        )

    ends = [
        [1 - path(k, m).price_usd[-1] / shown[k][0].price_usd for m in (low, high)] for k in (0, 1)
    ]
    picture, *axes = canvas(
        f"Unexpected and unopposed, {in_words(years)} years of sales would take {ends[0][0]:.0%} "
        f"to {ends[0][1]:.0%} off the "
        f"article's price (M = {low:g} to {high:g}), {ends[1][0]:.0%} to {ends[1][1]:.0%} off "
        f"that of {now.date.year}; if "
        f"expected, {1 - path(0, 0.0).price_usd[-1] / then.price_usd:.0%}",
        rules,
        then,
        now,
        article,
        scenario,
        panels=2,
        size=(11.0, 5.2),
    )
    for k, (axis, closure) in enumerate(zip(axes, closures, strict=True)):
        for m, colour, label in (
            (0.0, GREY, "all of it expected, or M = 0"),
            (low, BLUE, f"M = {low:g}: dilution of a constant market cap"),
            (high, RED, f"M = {high:g}: as for all equities together"),
            (closure, PURPLE, f"M = σ/turnover = {closure:.1f}"),
        ):
            got = path(k, m)
            axis.plot(got.years, got.price_usd / shown[k][0].price_usd, color=colour, label=label)
        axis.set(
            xlabel=f"years from {shown[k][0].date}",
            ylim=(0, 1.05),
            ylabel="price over the price at the start",
        )
        axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axis.set_title("as the article counts" if k == 0 else f"{now.date}")
        legend_below(axis, ncols=1)
    return picture


@figure
def covenant_event(scenario: Scenario = BASE):
    """The fall that the impact law gives for the sale of 10 April 2026 at any volume, against
    the fall seen.
    """
    got = replay_shock(scenario, DAY)
    volumes = np.geomspace(1e5, 1e9, 81)

    def fall(factor):
        return price_impact(
            got.sold_usd,
            volume_usd=volumes,
            daily_volatility=scenario.daily_volatility,
            prefactor=factor,
            exponent=scenario.impact_exponent,
        ).peak_share

    middle = fall(scenario.impact_prefactor)
    needed = float(np.exp(np.interp(-got.observed_fall_share, -middle, np.log(volumes))))
    picture, axis = canvas(
        f"{EVENT_DATE}: selling {got.sold_usd / 1e6:.0f} M USD explains "
        f"{got.impact_low_share:.1%} to "
        f"{got.impact_high_share:.1%} of fall; {got.observed_fall_share:.1%} was seen, at least "
        f"{got.observed_fall_share / got.impact_high_share:.0f} times as much",
        scenario,
        "data/price_shocks.csv",
        size=(10.0, 5.2),
    )
    axis.fill_between(
        volumes,
        fall(0.5),
        fall(1.5),
        color=BLUE,
        alpha=0.18,
        lw=0,
        label="prefactor Y from 0.5 to 1.5",
    )
    axis.plot(
        volumes,
        middle,
        color=BLUE,
        label=f"impact law, Y = {scenario.impact_prefactor:g}, σ = {scenario.daily_volatility:.0%}",
    )
    axis.axhline(
        got.observed_fall_share,
        color=RED,
        lw=1.8,
        ls="--",
        label=f"seen: {got.observed_fall_share:.1%}",
    )
    axis.axvspan(
        EVENT["volume_low_usd"],
        EVENT["volume_high_usd"],
        color=GREEN,
        alpha=0.15,
        lw=0,
        label="volume as reported that week",
    )
    axis.plot(
        needed,
        got.observed_fall_share,
        "X",
        color=BLACK,
        ms=9,
        zorder=6,
        label=f"volume at which the sale alone would do it: {needed / 1e6:.2f} M USD",
    )
    axis.set(
        xscale="log",
        yscale="log",
        xlim=(volumes[0], volumes[-1]),
        ylim=(0.002, 1),
        ylabel="fall of the price (log)",
        xlabel="volume of the day, million USD (log)",
    )
    millions(axis.xaxis, (0.1, 1, 10, 100, 1000))
    axis.yaxis.set_major_locator(FixedLocator([0.005, 0.01, 0.05, 0.2, 1.0]))
    axis.yaxis.set_major_formatter(lambda y, _: f"{100 * y:g}%")
    legend_below(axis)
    return picture
