"""Views of the article judged: forecasts scored, claims against events, the money behind it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .. import claims
from ..claims import scores, sources
from ..economy.halving_dates import FIRST_HALVING_UTC, unrecycled_first_halving
from ..inputs.rules import Snapshot, rules_at
from ..inputs.units import tao
from .gallery import view
from .marks import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    LIGHT,
    OF_TAO,
    RED,
    SOFT,
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

LAST = pd.Timestamp("2026-09-11")  # of the last snapshot, the last evaluation
# of holds, with conditions, fails, undecided within error, cannot be checked
VERDICT_MARKS = ("✓", "◐", "✗", "~", "?")
SHOWN = {  # forecasts that are compared: a short name, colour and marker
    "no change": ("no change", BLUE, "o"),
    "tree of January 2024": ("the tree of January 2024", GREEN, "s"),
    "the article's 8×, read as a forecast": ("the article's 8×", RED, "D"),
}


def fdv_per_price() -> float:
    """TAO that FDV counts."""
    return tao(rules_at("2026-09-11").max_supply_rao)


@view()
def forecasts_scored() -> View:
    """TAO's close at every date since the article, coloured by the forecast that scores best on
    that date. Dashed lines are what the two forecasts with one number each foresaw.
    """
    table = claims.scores_since_publication("CRPS of ln FDV")
    still, _, eight = SHOWN
    best = table[list(SHOWN)].idxmin(axis=1)
    closes = sources.closes().reindex(table.index)
    ahead = (best.resample("W").last().ffill() == eight).mean()
    at = table.loc[LAST]
    dots: list[Mark] = [
        Points(
            label=f"best: {said}",
            x=closes.index[best == name],
            y=closes[best == name],
            colour=colour,
            marker=marker,
            size=6,
        )
        for name, (said, colour, marker) in SHOWN.items()
        if (best == name).any()
    ]
    return View(
        title=f"The {claims.stated('C47')}× was the best forecast in {ahead:.0%} of weeks",
        caption="The score is the CRPS of the logarithm of the diluted value: how far a forecast "
        f"lies from what came, 0 being perfect. On {LAST.day} {LAST:%B %Y} no change scores "
        f"{at[still]:.2f}, the tree of January 2024 {at['tree of January 2024']:.2f} and the "
        f"{claims.stated('C47')}× {at[eight]:.2f}. One price path ranks stories and proves no "
        "skill.",
        panels=[
            Panel(
                marks=[
                    Line(x=closes.index, y=closes, colour=LIGHT, width=1.2),
                    *dots,
                    *_foreseen(closes.index[0]),
                ],
                x=Axis(scale="date"),
                y=Axis(
                    label="USD per TAO (log)",
                    scale="log",
                    low=100,
                    high=2_000,
                    ticks=(100, 200, 400, 800, 1_600),
                    format=",.0f",
                ),
                columns=3,
            )
        ],
        sources=("closes: data/tao_weekly.csv and others", "claim C47"),
    )


def _foreseen(start) -> list[Mark]:
    """The price that each forecast of one number foresaw, named at the left."""
    still, _, eight = SHOWN
    points = {name: own for name, own in scores.forecasts().items() if len(own[0]) == 1}
    levels = {name: values[0] * 1e9 / fdv_per_price() for name, (values, _) in points.items()}
    foreseen: list[Mark] = []
    for name in (still, eight):
        said, colour, _ = SHOWN[name]
        line: dict[str, Any] = {"style": "--", "colour": colour, "label": f"foreseen: {said}"}
        foreseen.append(Level(y=levels[name], legend=False, **line))
        word = f"{said}: {levels[name]:,.0f} USD"
        look: dict[str, Any] = {"valign": "bottom", "colour": colour, "size": 9}
        foreseen.append(Text(x=start, y=levels[name], text=word, **look))
    return foreseen


@view(publication="2023-11-20", then="article")
def claims_against_events(publication: Snapshot, then: Snapshot) -> View:
    """TAO's close since the article, in USD, with what it expected and what happened."""
    prices = sources.closes()[sources.PUBLISHED :]
    line = unrecycled_first_halving(rules_at("2026-09-11"))
    late = (FIRST_HALVING_UTC - line).days
    promised = claims.stated("C46")
    times = claims.stated("C47")
    eight = float(promised) * 1e9 / fdv_per_price()
    line_at = prices.index[-1] + pd.Timedelta(days=60)
    marks: list[Mark] = [
        Line(label="close", legend=False, x=prices.index, y=prices, width=1.6, colour=OF_TAO)
    ]
    for value, said, colour in (
        (eight, f"OpenAI's {promised} bn:\n{eight:,.0f}", BLACK),
        (publication.price_usd, f"close of the\narticle's day:\n{publication.price_usd:.2f}", RED),
        (then.price_usd, f"the article's\nprice: {then.price_usd:g}", RED),
    ):
        look: dict[str, Any] = {"colour": colour, "label": said.split(":")[0], "legend": False}
        marks.append(Level(y=value, style="--", **look))
        word: dict[str, Any] = {"align": "left", "colour": colour, "size": 9}
        marks.append(Text(x=line_at, y=value, text=said, **word))
    best = prices.max()
    return View(
        title=f"At its best close TAO was worth {best / eight:.0%} of {then.date.year}'s OpenAI",
        caption="Black is the price at which TAO's diluted value would be OpenAI's "
        f"{promised} bn USD, the article's “{times}×”. The best close is "
        f"{best / publication.price_usd:.1f} times that of the article's day and "
        f"{best / then.price_usd:.1f} times the price it names. The halving came {late} days after "
        f"{line.day} {line:%B %Y}, the straight line with nothing recycled. The axis counts in "
        "ratios.",
        panels=[
            Panel(
                marks=[*marks, *_events(line)],
                x=Axis(
                    scale="date",
                    low=np.datetime64(sources.PUBLISHED - pd.Timedelta(days=25), "s"),
                    high=np.datetime64(prices.index[-1] + pd.Timedelta(days=60), "s"),
                ),
                y=Axis(
                    label="USD per TAO (log)",
                    scale="log",
                    low=80,
                    high=1_900,
                    ticks=(100, 200, 400, 800, 1_600),
                    format=",.0f",
                ),
            )
        ],
        size=(10.0, 3.8),
        sources=("data/key_dates.csv", "claims C26, C41, C47"),
    )


def _events(expected_halving: pd.Timestamp) -> list:
    """Upright lines of what happened since the article, each with its name."""
    dated = sources.table("key_dates").set_index("event")["date"]
    marks: list[Mark] = []
    for when, text, height in (
        (sources.PUBLISHED, "article", 95),
        (dated["Highest daily close found"], "highest\nclose", 1000),
        (dated["Dynamic TAO"], "subnets get\ntokens", 95),
        (expected_halving, "halving\nexpected", 95),
        (FIRST_HALVING_UTC, "halving", 95),
    ):
        marks.append(Level(x=when, colour=GREY, style=":", width=1.3))
        marks.append(Text(x=when, y=height, text=text, colour=SOFT))
    return marks


@view()
def macro_thesis() -> View:
    """Money raised by generative AI in 2023 over that of 2022, as quoted then and as counted a year
    later. Grey bars count all deals, blue ones leave out the largest.
    """
    deal = claims.funding("2023", "one deal")
    grew, without = jump("then")
    return View(
        title=f"As quoted, AI funding without one deal grew {without:.1f}×, not {grew:.1f}×",
        caption=f"The deal is Microsoft's {deal:g} bn USD in OpenAI, January 2023. Providers count "
        "differently, so compare bars of one pair.",
        panels=[_jump()],
        size=(7.5, 4.2),
        sources=("data/ai_funding.csv", "claims C04 to C06"),
    )


def jump(when: str) -> tuple[float, float]:
    """Generative-AI funding of 2023 over 2022, with and without the one large deal: as quoted
    then, or as counted now.
    """
    if when == "then":
        before, after = (float(claims.stated(number)) for number in ("C05", "C04"))
    else:
        before, after = (claims.funding(year, "generative AI") for year in ("2022", "2023"))
    return after / before, (after - claims.funding("2023", "one deal")) / before


def _jump() -> Panel:
    jumps = {"quoted 2023": jump("then"), "counted 2024": jump("now")}
    bars = [
        Bars(
            label=label,
            x=np.arange(len(jumps)) + shift,
            y=values,
            width=0.34,
            colour=colour,
            text=tuple(f"{value:.1f}×" for value in values),
        )
        for values, label, colour, shift in zip(
            zip(*jumps.values(), strict=True),
            ("all", "without the one deal"),
            (GREY, BLUE),
            (-0.18, 0.18),
            strict=True,
        )
    ]
    return Panel(
        marks=bars,
        x=Axis(names=tuple(jumps)),
        y=Axis(label="funding of 2023 over 2022, times", low=0, high=6.3),
    )
