"""The article's map of AI tokens, data, compute or algorithms, with what each has returned
since, where it is known.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..economy.sector import BASKET, beta_alpha, weekly_returns
from ..inputs import data
from .gallery import view
from .marks import (
    BLACK,
    GREY,
    OF_TAO,
    Axis,
    Band,
    Level,
    Line,
    Panel,
    Points,
    View,
)
from .words import in_words, signed

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
    low = signed(f"{found.alpha_low_per_week:.1%}")
    told = "cannot be told from zero"
    if found.alpha_low_per_week > 0 or found.alpha_high_per_week < 0:
        told = "is more than chance"
    return View(
        title=f"{in_words(len(BASKET)).capitalize()} AI tokens explain {times[1]:.1f}× of TAO's "
        f"rise of {times[0]:.1f}×",
        caption=f"In {found.weeks} weeks; for each percent of theirs TAO moved {found.beta:.2f}% "
        f"({found.beta_low:.2f} to {found.beta_high:.2f}). The rest, {found.alpha_per_week:.1%} a "
        f"week ({low} to {found.alpha_high_per_week:.1%}), {told}.",
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
