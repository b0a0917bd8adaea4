"""The article's map of AI tokens, data, compute or algorithms, with what each has returned
since, where it is known.
"""

from __future__ import annotations

import pandas as pd

from ..inputs import data
from ..inputs.rules import load_snapshot
from .canvas import BLACK, BLUE, GREEN, GREY, ORANGE, PLAIN, RED, canvas, figure, legend_below

PUBLISHED = "2023-11-20"
BEFORE = "2023-11-01"  # taken where there is no price of the day itself
WINDOWS = {
    "March 2024": ("2024-03-01", "2024-03-31"),
    "October 2025": ("2025-10-01", "2025-10-31"),
    "April to July 2026": ("2026-04-01", "2026-07-31"),
}
ARTICLE_USD = load_snapshot("article").price_usd  # the article took an older price
RENAMED = {"RENDER": "RNDR"}  # one token for one
SEGMENTS = {
    "data": "data",
    "privacy/data": "data",
    "iot/data": "data",
    "compute": "compute",
    "model": "algorithms",
    "agent": "algorithms",
}


def segment_returns() -> pd.DataFrame:
    """Price since publication over the price then, for each token of comparables.csv; NaN where one
    of them is unknown.

    Returns segment, from_date, price_usd and market_cap_usd of that day, and one column a window,
    by token.
    """
    table = data.load("comparables")
    table = table[table["as_of"].str.fullmatch(r"\d{4}-\d{2}-\d{2}")]
    table = table.assign(token=table["token"].replace(RENAMED))
    rows = []
    for token, prices in table.groupby("token"):
        segment = prices["segment"].iloc[0]
        priced = prices[prices["price_usd"].notna()].set_index("as_of")["price_usd"].sort_index()
        start = next((day for day in (PUBLISHED, BEFORE) if day in priced.index), None)
        then = prices.set_index("as_of").loc[start] if start else {}
        row = {"token": token, "segment": _segment(segment), "from_date": start}
        row |= {
            column: then.get(column, float("nan")) for column in ("price_usd", "market_cap_usd")
        }
        for name, (since, until) in WINDOWS.items():
            later = priced[(priced.index >= since) & (priced.index <= until)]
            row[name] = later.iloc[-1] / priced[start] if start and len(later) else float("nan")
        rows.append(row)
    found = pd.DataFrame(rows).set_index("token")
    order = {name: k for k, name in enumerate(("algorithms", "compute", "data", "other"))}
    return found.sort_values(
        ["segment", "October 2025"], key=lambda s: s.map(order) if s.name == "segment" else s
    )


def _segment(text: str) -> str:
    """The article's factor for a source's label; 'compute/layer1' and the like go by their first
    word.
    """
    first = text.split("/")[0].split(" ")[0]
    return SEGMENTS.get(text) or SEGMENTS.get(first, "other")


@figure
def segment_map():
    """Tokens by the article's three factors with price multiples since publication on three
    dates; a cross is unknown.
    """
    got = segment_returns()
    tao, windows = got.loc["TAO"], list(WINDOWS)
    peers = got[windows[1]].drop("TAO").dropna()
    medians = peers.groupby(got["segment"]).median()
    counts = got.groupby("segment").size()
    picture, axis = canvas(
        f"In {windows[1]} TAO stood at {tao[windows[1]]:.2f} times its price at publication, the "
        f"median of {len(peers)} peers "
        f"with a price at {peers.median():.2f}: {medians['compute']:.2f} in compute, "
        f"{medians['data']:.2f} in data",
        "comparables.csv, by its own segment labels",
        f"prices of {PUBLISHED} or *{BEFORE}; FET and AGIX merged in 2024",
        size=(9.0, 7.4),
    )
    places = list(range(len(got)))
    for name, colour, mark in zip(windows, (ORANGE, BLUE, RED), "osD", strict=True):
        axis.plot(got[name], places, mark, ms=7, color=colour, label=name)
    rebased = tao[windows].astype(float) * tao["price_usd"] / ARTICLE_USD
    axis.plot(
        rebased,
        [got.index.get_loc("TAO") + 0.3] * 3,
        "o",
        ms=6,
        mfc="none",
        color=BLACK,
        label=f"TAO from the article's own {ARTICLE_USD:g} USD",
    )
    unknown = [k for k in places if got[windows].iloc[k].isna().all()]
    axis.plot(
        [0.011] * len(unknown),
        unknown,
        "x",
        color=GREY,
        ms=7,
        label="no later price, or none then: unknown",
    )
    axis.axvline(1, color=BLACK, lw=1.2, ls="--")
    names = [f"{t}{'*' if start == BEFORE else ''}" for t, start in got["from_date"].items()]
    axis.set_yticks(places, names)
    for segment, k in {
        s: got["segment"].tolist().index(s) for s in got["segment"].unique()
    }.items():
        axis.axhline(k - 0.5, color=GREY, lw=0.8)
        axis.text(
            18,
            k - 0.35,
            f"{segment} ({counts[segment]})",
            ha="right",
            va="bottom",
            color=GREEN,
            fontweight="bold",
        )
    axis.set(
        xscale="log",
        xlabel="price over the price at publication",
        xlim=(0.009, 20),
        ylim=(-0.6, len(got) - 0.4),
    )
    axis.set_xticks([0.01, 0.03, 0.1, 0.3, 1, 3, 10])
    axis.xaxis.set_major_formatter(PLAIN)
    axis.xaxis.set_minor_formatter("")
    legend_below(axis, bbox_to_anchor=(0, -0.1))
    return picture
