"""The article's map of AI tokens, data, compute or algorithms, with what each has returned
since, where it is known.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..economy.sector import BASKET, beta_alpha, weekly_returns
from ..inputs import data
from ..inputs.rules import load_snapshot
from .gallery import view
from .marks import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    OF_TAO,
    ORANGE,
    RED,
    Axis,
    Band,
    Level,
    Line,
    Panel,
    Points,
    Text,
    View,
)
from .words import in_words

PUBLISHED = "2023-11-20"
BEFORE = "2023-11-01"  # taken where there is no price of the day itself
WINDOWS = {
    "March 2024": ("2024-03-01", "2024-03-31"),
    "October 2025": ("2025-10-01", "2025-10-31"),
    "April to July 2026": ("2026-04-01", "2026-07-31"),
}
HEIGHT = "October 2025"  # the window of the title, and the order of the tokens
SEGMENTS = {
    "data": "data",
    "privacy/data": "data",
    "iot/data": "data",
    "compute": "compute",
    "model": "algorithms",
    "agent": "algorithms",
}
ORDER = ("algorithms", "compute", "data", "other")


def segment_returns() -> pd.DataFrame:
    """Price since publication over the price then, for each token of comparables.csv.

    Returns
    -------
    DataFrame
        By token: segment, from_date, price_usd and market_cap_usd of that day, and one column a
        window; NaN where one of its two prices is unknown.
    """
    table = data.load("comparables")
    table = table[table["as_of"].str.fullmatch(r"\d{4}-\d{2}-\d{2}")]
    rows = [_returned(token, prices) for token, prices in table.groupby("token")]
    found = pd.DataFrame(rows).set_index("token")
    order = {name: k for k, name in enumerate(ORDER)}
    return found.sort_values(
        ["segment", HEIGHT], key=lambda s: s.map(order) if s.name == "segment" else s
    )


def _returned(token: str, prices: pd.DataFrame) -> dict:
    """One row of `segment_returns`."""
    priced = prices[prices["price_usd"].notna()].set_index("as_of")["price_usd"].sort_index()
    start = next((day for day in (PUBLISHED, BEFORE) if day in priced.index), None)
    then = prices.set_index("as_of").loc[start] if start else {}
    row: dict[str, Any] = {
        "token": token,
        "segment": _segment(prices["segment"].iloc[0]),
        "from_date": start,
    }
    row |= {column: then.get(column, float("nan")) for column in ("price_usd", "market_cap_usd")}
    for name, (since, until) in WINDOWS.items():
        later = priced[(priced.index >= since) & (priced.index <= until)]
        row[name] = later.iloc[-1] / priced[start] if start and len(later) else float("nan")
    return row


def _segment(text: str) -> str:
    """The article's factor for a source's label; 'compute/layer1' and the like go by their first
    word.
    """
    first = text.split("/")[0].split(" ")[0]
    return SEGMENTS.get(text) or SEGMENTS.get(first, "other")


@view()
def segment_map() -> View:
    """Tokens by the article's three factors with price multiples since publication on three
    dates; a cross is unknown.
    """
    got = segment_returns()[::-1]
    tao = got.loc["TAO"]
    peers = got[HEIGHT].drop("TAO").dropna()
    medians = peers.groupby(got["segment"]).median()
    names = [f"{t}{'*' if start == BEFORE else ''}" for t, start in got["from_date"].items()]
    return View(
        title=f"In {HEIGHT} TAO stood at {tao[HEIGHT]:.2f} times its price at publication, the "
        f"median of {len(peers)} peers with a price at {peers.median():.2f}: "
        f"{medians['compute']:.2f} in compute, {medians['data']:.2f} in data",
        panels=[
            Panel(
                marks=[
                    *_multiples(got),
                    Level(x=1, style="--"),
                    *_borders(got["segment"].tolist()),
                ],
                x=Axis(
                    label="price over the price at publication",
                    scale="log",
                    low=0.009,
                    high=20,
                    ticks=(0.01, 0.03, 0.1, 0.3, 1, 3, 10),
                    format="g",
                ),
                y=Axis(names=names, low=-0.6, high=len(got) - 0.4),
            )
        ],
        size=(9.0, 7.4),
        sources=(
            "comparables.csv, by its own segment labels",
            f"prices of {PUBLISHED} or *{BEFORE}; FET and AGIX merged in 2024",
        ),
    )


def _multiples(got: pd.DataFrame) -> list[Points]:
    """Each token's multiples, TAO's from the article's own price, and what is unknown."""
    tao = got.loc["TAO"]
    article_usd = load_snapshot("article").price_usd  # the article took an older price
    places = list(range(len(got)))
    multiples = []
    for name, colour, marker in zip(WINDOWS, (ORANGE, BLUE, RED), "osD", strict=True):
        known = got[name].notna()
        look: dict[str, Any] = {"marker": marker, "size": 7, "colour": colour}
        at = np.flatnonzero(known)
        multiples.append(Points(label=name, x=got[name][known], y=at, **look))
    rebased = Points(
        label=f"TAO from the article's own {article_usd:g} USD",
        x=tao[list(WINDOWS)].astype(float) * tao["price_usd"] / article_usd,
        y=[got.index.get_loc("TAO") - 0.3] * len(WINDOWS),
        size=6,
        colour=BLACK,
    )
    rows = [k for k in places if got[list(WINDOWS)].iloc[k].isna().all()]
    unknown = Points(
        label="no later price, or none then: unknown",
        x=[0.011] * len(rows),
        y=rows,
        marker="x",
        colour=GREY,
        size=7,
    )
    return [*multiples, rebased, unknown]


def _borders(segments: list[str]) -> list:
    """A line where each segment begins, and its name with the number of its tokens."""
    starts = [segments.index(segment) for segment in dict.fromkeys(segments)]
    lines = [Level(y=start - 0.5, colour=GREY, width=0.8) for start in starts]
    names = Text(
        x=[18] * len(starts),
        y=[start - 0.3 for start in starts],
        text=[f"{segments[start]} ({segments.count(segments[start])})" for start in starts],
        colour=GREEN,
        size=10,
        align="right",
        valign="top",
    )
    return [*lines, names]


@view()
def sector_beta() -> View:
    """Each dot is a week: TAO's log return against the mean of five tokens with an AI label. The
    line is that of least squares; the band holds the slopes of 95% of resamples of four-week
    blocks.
    """
    returns = weekly_returns()
    basket = returns[list(BASKET)].mean(axis=1)
    found = beta_alpha()
    middle = float(basket.mean())
    reach = np.array([basket.min(), middle, basket.max()])
    centre = found.alpha_per_week + found.beta * middle
    fitted = found.alpha_per_week + found.beta * reach
    slopes = [found.beta_low * (reach - middle), found.beta_high * (reach - middle)]
    times = np.exp([found.tao_log_return, found.sector_log_return])
    told = "cannot be told from zero"
    if found.alpha_low_per_week > 0 or found.alpha_high_per_week < 0:
        told = "is more than chance"
    return View(
        title=f"{in_words(len(BASKET)).capitalize()} AI tokens explain {times[1]:.1f}× of TAO's "
        f"rise of {times[0]:.1f}×",
        caption=f"In {found.weeks} weeks; for each percent of theirs TAO moved {found.beta:.2f}% "
        f"({found.beta_low:.2f} to {found.beta_high:.2f}). The rest, {found.alpha_per_week:.1%} a "
        f"week ({found.alpha_low_per_week:.1%} to {found.alpha_high_per_week:.1%}), {told}.",
        panels=[
            Panel(
                marks=[
                    Band(
                        label="slopes in 95% of resamples",
                        legend=False,
                        x=reach,
                        low=centre + np.minimum(*slopes),
                        high=centre + np.maximum(*slopes),
                        colour=GREY,
                        alpha=0.2,
                    ),
                    Line(label="least squares", legend=False, x=reach, y=fitted, colour=BLACK),
                    Points(label="a week", x=basket, y=returns["tao_usd"], colour=OF_TAO, size=6),
                    Level(y=0, width=0.8),
                ],
                x=Axis(label="mean log return of RNDR, FET, GRT, NEAR and ICP", format=".0%"),
                y=Axis(label="log return of TAO", format=".0%"),
                columns=0,
            )
        ],
        size=(9.0, 5.4),
        sources=(
            "data/peers_weekly.csv",
            f"{returns.index[0]:%Y-%m-%d} to {returns.index[-1]:%Y-%m-%d}",
        ),
    )
