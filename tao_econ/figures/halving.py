"""Figures on dates: published supplies, the first halving replayed, the next ones forecast."""

from __future__ import annotations

from datetime import timedelta

import matplotlib.dates as mdates
import numpy as np
from matplotlib.ticker import PercentFormatter

from ..chain.emission import emission_path
from ..economy import halving_dates as halving
from ..inputs.rules import Rules, rules_at
from ..inputs.units import decimal_year, tao, utc
from .canvas import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PLAIN,
    PURPLE,
    RED,
    SKY,
    canvas,
    figure,
    in_words,
    legend_below,
)

RULES = rules_at("2026-09-11")


@figure
def supply_readings(rules: Rules = RULES):
    """Every dated reading of TAO's supply, against the schedule from genesis and from the last
    reading that is trusted.
    """
    points = halving.check_supply_points(rules)
    trusted = points[points["confidence"].isin(halving.TRUSTED)]
    above, below = points[points["above"]], points[points["below"]]
    picture, axis = canvas(
        f"{len(below)} of {len(points)} published readings are too low to lead to the next "
        "trusted one, "
        f"{in_words(len(above))} too high to follow the last",
        rules,
        "data/supply_points.csv",
    )
    span = (points["when"].iloc[-1] - halving.GENESIS_UTC) / timedelta(days=1)
    days = np.arange(0, span, 7)
    path = emission_path(
        rules, issuance_rao=halving.GENESIS_ISSUANCE_RAO, days=int(days[-1]), every_days=7
    )
    when = [halving.GENESIS_UTC + timedelta(days=float(d)) for d in days]
    axis.plot(
        when,
        tao(path.issuance_rao) / 1e6,
        color=GREY,
        ls="--",
        lw=1.2,
        label="schedule with nothing recycled since genesis",
    )
    last, tao_then = trusted["when"].iloc[-1], trusted["tao"].iloc[-1]
    after = [d for d in days if when[0] + timedelta(days=float(d)) > last] + [span]
    most = [
        halving.most_issued_tao(
            rules, tao_then, (halving.GENESIS_UTC - last) / timedelta(days=1) + d
        )
        for d in after
    ]
    axis.plot(
        [last] + [halving.GENESIS_UTC + timedelta(days=float(d)) for d in after],
        np.array([tao_then, *most]) / 1e6,
        color=RED,
        ls=":",
        lw=1.6,
        label="most that can follow the last trusted one",
    )
    axis.plot(
        trusted["when"],
        trusted["tao"] / 1e6,
        "-o",
        color=BLUE,
        ms=5,
        label="trusted (high confidence)",
    )
    other = points[
        ~points["above"] & ~points["below"] & ~points["confidence"].isin(halving.TRUSTED)
    ]
    axis.plot(
        other["when"],
        other["tao"] / 1e6,
        "o",
        mfc="white",
        color=SKY,
        ms=6,
        label="possible, not trusted",
    )
    axis.plot(
        below["when"],
        below["tao"] / 1e6,
        "v",
        color=ORANGE,
        ms=6,
        label="too low to lead to the next trusted one",
    )
    axis.plot(
        above["when"], above["tao"] / 1e6, "^", color=RED, ms=8, label="above what can follow"
    )
    axis.set(ylabel="TAO, million", xlabel="")
    legend_below(axis, ncols=2)
    return picture


@figure
def first_halving_forecast(rules: Rules = RULES):
    """Density of the first halving's date as forecast from supplies up to 1 October 2025, with
    the real date.
    """
    fit, forecast, miss = halving.replay_first_halving(rules)
    real, naive = halving.FIRST_HALVING_UTC, halving.unrecycled_first_halving(rules)
    picture, axis = canvas(
        f"Supplies to {fit.end - timedelta(days=1):%B %Y} gave {forecast.low.day} "
        f"{forecast.low:%b} to "
        f"{forecast.high.day} {forecast.high:%b %Y} (90%); the halving came on {real.day} "
        f"{real:%B %Y}",
        rules,
        f"supplies to {fit.end - timedelta(days=1):%Y-%m-%d}",
        f"{fit.recycled_share:.1%} recycled, {fit.block_time_s:.2f} s a block",
    )
    days = mdates.date2num(fit.end) + forecast.days
    axis.hist(
        days,
        bins=np.arange(days.min(), days.max(), 1.0),
        density=True,
        color=SKY,
        label="forecast, per day",
    )
    axis.axvspan(
        *mdates.date2num([forecast.low, forecast.high]),
        color=SKY,
        alpha=0.18,
        lw=0,
        label="90% band",
    )
    marks = [
        (real, BLACK, "-", "what happened"),
        (naive, RED, "--", f"nothing recycled since genesis: {naive.day} {naive:%B %Y}"),
        (
            real + timedelta(days=miss.last_three_supplies),
            GREEN,
            ":",
            f"line through the last three supplies ({miss.last_three_supplies:+.1f} days)",
        ),
        (
            real + timedelta(days=miss.from_genesis),
            PURPLE,
            "-.",
            f"line from genesis ({miss.from_genesis:+.1f} days)",
        ),
    ]
    for when, colour, style, label in marks:
        axis.axvline(mdates.date2num(when), color=colour, ls=style, lw=1.8, label=label)
    axis.xaxis_date()
    axis.xaxis.set_major_formatter(mdates.DateFormatter("%b %Y"))
    axis.set(
        xlim=mdates.date2num([utc("2025-08-01"), utc("2026-02-10")]), ylabel="probability per day"
    )
    axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    legend_below(axis)
    return picture


@figure
def next_halvings(rules: Rules = RULES):
    """Densities of the next three halving dates with their 90% bands and the earliest possible
    days.
    """
    fit, forecasts = halving.next_halvings(rules)
    first = forecasts[0]
    picture, axis = canvas(
        f"Halving {first.halving} comes between {first.low:%B %Y} and {first.high:%B %Y} (90%) if "
        "recycling goes on as since "
        f"{halving.FIRST_HALVING_UTC:%B %Y}",
        rules,
        f"supplies 2025-12-15 to {fit.end:%Y-%m-%d}",
        f"{1 - fit.net_share:.1%} of the schedule not issued",
    )
    base = decimal_year(fit.end)
    for forecast, colour in zip(forecasts, (BLUE, GREEN, PURPLE), strict=True):
        years = base + forecast.days / 365.25
        axis.hist(
            years,
            bins=np.arange(years.min(), years.max(), 1 / 24),
            density=True,
            color=colour,
            alpha=0.75,
            label=f"halving {forecast.halving}: median {forecast.median:%b %Y}, "
            f"90% {forecast.low:%b %Y} to {forecast.high:%b %Y}",
        )
        axis.axvline(decimal_year(forecast.earliest), color=colour, ls="--", lw=1.2)
    axis.plot(
        [],
        [],
        color=GREY,
        ls="--",
        lw=1.2,
        label="earliest: nothing recycled from the last reading on",
    )
    axis.set(xlabel="year", ylabel="probability per year", ylim=(0, None))
    axis.xaxis.set_major_formatter(PLAIN)
    legend_below(axis, ncols=1)
    return picture
