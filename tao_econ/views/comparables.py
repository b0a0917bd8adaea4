"""Views of the comparison with OpenAI and others: the ratio through time, the spread of all
comparables, the share needed.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pandas as pd

from ..economy.comparables import (
    comparable_ratios,
    comparables_on,
    dispersion,
    openai_ratio_path,
    sales_multiples,
    supply_counted,
    value_ratio,
    weekly_ratio,
)
from ..inputs import data
from ..inputs.record import checked_record, quantity
from ..inputs.rules import Rules, Scenario, Snapshot, load_snapshot, rules_at
from .gallery import snapshots, view
from .marks import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    OF_2023,
    OF_TAO,
    ORANGE,
    RED,
    SKY,
    Axis,
    Level,
    Line,
    Panel,
    Points,
    Text,
    View,
)

EARLY_USD = 29e9  # OpenAI's tender of April 2023, the comparable of the article
NAMES = {"openai": "OpenAI", "together": "Together", "gensyn": "Gensyn"}


@view(rules="2026-09-11", snapshot="article", publication="2023-11-20", scenario="base")
def openai_ratio(
    rules: Rules, snapshot: Snapshot, publication: Snapshot, scenario: Scenario
) -> View:
    """Left, how many times TAO's diluted value OpenAI was worth, by its latest known valuation and
    by the one of the article. Right, what a holder saw: TAO's closes over the article's price, the
    close of its day dotted in red.
    """
    path = weekly_ratio()
    quoted = openai_ratio_path()
    path = path[path["date"] >= "2023-05-01"]
    when = [pd.Timestamp(f"{text}-15" if len(text) == 7 else text) for text in quoted["date"]]
    promised = value_ratio(rules, snapshot, scenario, EARLY_USD).ratio
    rise = path["close_usd"] / snapshot.price_usd
    highest = path["close_usd"].max() / publication.price_usd
    return View(
        title=f"OpenAI's value over TAO's went from {promised:.1f}× to "
        f"{quoted['ratio'].iloc[-1]:.0f}×",
        caption=f"From the article to {when[-1]:%B %Y}. TAO's highest close was {rise.max():.1f} "
        f"times the article's price and {highest:.1f} times the close of its day. Between two "
        "valuations the black line moves with TAO alone.",
        panels=[
            _gap(path, when, quoted["ratio"]),
            _rise(path["date"], rise, promised, (snapshot.price_usd, publication.price_usd)),
        ],
        size=(11.0, 5.0),
        sources=(
            snapshot,
            publication,
            "data/private_valuations.csv, openai_points.csv, closes of TAO",
        ),
    )


def _gap(path: pd.DataFrame, when: list, published: pd.Series) -> Panel:
    """Left of `openai_ratio`: the ratio through time."""
    ratios = [
        Line(
            label="OpenAI at its latest valuation",
            x=path["date"],
            y=path["ratio"],
            width=1.6,
            colour=BLACK,
        ),
        Points(label="as published, at the price quoted", x=when, y=published, colour=ORANGE),
        Line(
            label=f"had OpenAI stayed at {EARLY_USD / 1e9:g} bn",
            x=path["date"],
            y=EARLY_USD / path["fdv_usd"],
            colour=GREY,
            width=1.4,
            style="--",
        ),
    ]
    return Panel(
        title="OpenAI over TAO",
        marks=[*ratios, Level(y=1, width=0.9, style=":")],
        x=Axis(scale="date"),
        y=Axis(label="OpenAI's value over TAO's FDV (log)", scale="log", format="g"),
        columns=1,
    )


def _rise(
    dates: pd.Series, rise: pd.Series, promised: float, starts_usd: tuple[float, float]
) -> Panel:
    """Right of `openai_ratio`: the price in times the article's, that day's close, and the
    target.
    """
    start_usd, close_usd = starts_usd
    top = dates.loc[rise.idxmax()]
    highest = f"{rise.max():.2f}×, {top.day} {top:%B %Y}"
    beside: dict[str, Any] = {"x": dates.max(), "align": "right", "valign": "bottom"}
    told = f"{promised:.2f}×, what the comparison spoke of"
    return Panel(
        title=f"TAO over the article's {start_usd:g} USD",
        marks=[
            Line(label="close", legend=False, x=dates, y=rise, width=1.6, colour=OF_TAO),
            Level(y=promised, colour=OF_2023, style="--", width=1.4),
            Level(y=close_usd / start_usd, colour=OF_2023, style=":", width=1.4),
            Level(y=1, width=0.9, style=":"),
            Text(y=promised, text=told, colour=OF_2023, **beside),
            Text(x=[top], y=rise.max(), text=highest, valign="bottom"),
        ],
        x=Axis(scale="date"),
        y=Axis(label="TAO's price, times the article's", format="g", low=0, high=promised * 1.12),
    )


@view(
    rules="2026-09-11",
    publication="2023-11-20",
    then="article",
    now="2026-09-11",
    scenario="base",
)
def implied_spread(
    rules: Rules, publication: Snapshot, then: Snapshot, now: Snapshot, scenario: Scenario
) -> View:
    """What a TAO would cost if its diluted value were that of each comparable, on two days. The
    dark band holds the middle half of them, the pale one the middle 80%, the thin line is the
    median; the green line is what a TAO cost. Orange are companies, black are tokens.
    """
    tables = [_compared(rules, day, scenario) for day in (publication, now)]
    first, last = (
        f"{table['implied_price_usd'].min():,.0f} to {table['implied_price_usd'].max():,.0f} USD"
        for table in tables
    )
    medians = [dispersion(table).loc["all", "p50"] for table in tables]
    return View(
        title=f"Comparables of {publication.date:%B %Y} put TAO at {first}",
        caption=f"Those of {now.date:%B %Y} put it at {last}. Medians are {medians[0]:,.0f} and "
        f"{medians[1]:,.0f} USD; the article's price was {then.price_usd:g} USD. Gensyn counts at "
        "the diluted value of its token. What could be dated is no sample.",
        panels=[_spread(day, table) for day, table in zip((publication, now), tables, strict=True)],
        size=(11.0, 5.0),
        sources=(publication, then, now, scenario, "each at its latest value, over FDV"),
    )


def _compared(rules: Rules, snapshot: Snapshot, scenario: Scenario) -> pd.DataFrame:
    """The comparables known on a day; a ValueError where there is none."""
    table = comparable_ratios(rules, snapshot, scenario)
    if table.empty:
        raise ValueError(
            "date must not be before the first known value of a comparable, got "
            f"{snapshot.date} in snapshot {snapshot.name!r}"
        )
    return table


def _spread(snapshot: Snapshot, table: pd.DataFrame) -> Panel:
    """One date of `implied_spread`."""
    spread = dispersion(table).loc["all"]
    price = snapshot.price_usd
    rows = np.arange(len(table))
    companies = (table["kind"] == "company").to_numpy()
    dots = [
        Points(
            label=label,
            x=table["implied_price_usd"][chosen],
            y=rows[chosen],
            colour=colour,
            size=7,
        )
        for label, chosen, colour in (("company", companies, ORANGE), ("token", ~companies, BLACK))
    ]
    band: dict[str, Any] = {"colour": SKY}
    return Panel(
        title=f"{snapshot.date}: {spread['count']:.0f} comparables, {spread['spread']:,.0f}× apart",
        marks=[
            Level(x=(spread["p10"], spread["p90"]), alpha=0.18, **band),
            Level(x=(spread["p25"], spread["p75"]), alpha=0.3, **band),
            Level(x=spread["p50"], width=1.0),
            Level(x=price, colour=OF_TAO, width=2.0),
            *dots,
        ],
        x=Axis(label="USD per TAO (log)", scale="log", format=",.0f", low=3, high=1e5),
        y=Axis(names=tuple(table["name"].replace(NAMES))),
        columns=0,
    )


# ---- One comparable, live ----

COUNTS = {"FDV": "fdv", "market cap": "market_cap", "discounted FDV": "discounted_fdv"}


@checked_record
class Other:
    """What TAO is held against: one value on one date."""

    value_usd: float = quantity(
        unit="USD",
        meaning="value of the comparable, or one of your own",
        gt=0,
        le=1e18,
        step=1e9,
        span=(1e9, 2e12),
    )


@checked_record
class Count:
    """Which supply turns a value into a price."""

    denominator: str = quantity(
        default="fdv", unit="", meaning="supply counted, see comparables.supply_counted"
    )


@functools.cache
def others() -> dict[str, Other]:
    """OpenAI at each valuation, and everything else dated on the article's day and on the last
    snapshot's.
    """
    rounds = (
        data.load("private_valuations")
        .query("company == 'openai'")
        .dropna(subset="valuation_bn_usd")
    )
    openai = {
        f"OpenAI, {bn} bn ({pd.Period(date, 'M').strftime('%B %Y')})": Other(
            value_usd=float(bn) * 1e9
        )
        for date, bn in zip(rounds["date"], rounds["valuation_bn_usd"], strict=True)
    }
    rest = {
        f"{NAMES.get(row.name, row.name)}, {row.value_usd / 1e9:.2f} bn ({row.date:%B %Y})": Other(
            value_usd=row.value_usd
        )
        for name in ("article", "2026-09-11")
        for row in comparables_on(load_snapshot(name).date).itertuples(index=False)
        if row.name != "openai"
    }
    return openai | rest


def first_other() -> Other:
    """OpenAI at its first valuation."""
    return next(iter(others().values()))


def counts() -> dict[str, Count]:
    """The supplies that a value can be divided by."""
    return {label: Count(denominator=name) for label, name in COUNTS.items()}


@functools.lru_cache(maxsize=16)
def everything_on(day, like: str) -> tuple[list[str], np.ndarray]:
    """Names and values in USD of all that TAO can be held against on a day."""
    table = comparables_on(day, token_value=like)
    return [NAMES.get(name, name) for name in table["name"]], table["value_usd"].to_numpy()


@view(
    other=first_other,
    snapshot="article",
    count="FDV",
    scenario="base",
    menus={"other": others, "snapshot": snapshots, "count": counts},
    published=False,
    sliders=(
        "value_usd",
        "price_usd",
        "issuance_rao",
        "capture_share",
        "survival_share",
        "discount_rate",
        "fee_revenue_usd_per_year",
    ),
)
def comparable(other: Other, snapshot: Snapshot, count: Count, scenario: Scenario) -> View:
    """Hold TAO against something else: what it is, TAO's day and supply, and how much of it holders
    would get.
    """
    chain = rules_at("2026-09-11")
    fees = scenario.fee_revenue_usd_per_year
    got = value_ratio(chain, snapshot, scenario, other.value_usd, denominator=count.denominator)
    own = f"{got.tao_usd / fees:,.0f}×" if fees else "no fees"
    return View(
        title=f"Ratio {got.ratio:.2f}×, times capture and survival {got.multiple:.2f}×: "
        f"{got.implied_price_usd:,.2f} USD per TAO",
        panels=[
            _everything(snapshot, count, scenario),
            _by_capture(other, snapshot, scenario, got.implied_price_usd),
        ],
        readout={
            "comparable": f"{got.value_usd / 1e9:,.2f} bn USD",
            "TAO": f"{got.tao_usd / 1e9:,.2f} bn USD",
            "ratio": f"{got.ratio:,.2f}×",
            "capture × survival that gives the price": f"{got.tao_share:.2%}"
            if got.tao_share <= 1
            else "above 100%",
            "TAO's own value over fees": own,
        },
        size=(11.0, 7.0),
    )


def _everything(snapshot: Snapshot, count: Count, scenario: Scenario) -> Panel:
    """Left of `comparable`: the price by all that is dated on the day."""
    chain = rules_at("2026-09-11")
    counted = count.denominator
    names, values = everything_on(snapshot.date, "market_cap" if counted == "market_cap" else "fdv")
    kept = scenario.capture_share * scenario.survival_share
    implied = values * kept / supply_counted(chain, snapshot, scenario, counted)
    sales = sales_multiples(chain, snapshot, scenario, denominator=counted).iloc[:-1]
    rows = [*names, *(f"{name}, sales" for name in sales["company"])]
    dot: dict[str, Any] = {"size": 7.5}
    return Panel(
        marks=[
            Points(label="all that is dated on that day", x=implied, y=range(len(names)), **dot),
            Points(
                label="sales multiples × TAO's fees",
                x=[*sales["low_usd"], *sales["high_usd"]],
                y=[*range(len(names), len(rows))] * 2,
                colour=GREEN,
                **dot,
            ),
            Level(
                label="price",
                x=snapshot.price_usd,
                colour=RED,
                style="--",
                width=2.0,
            ),
        ],
        x=Axis(label="USD per TAO (log)", scale="log", format=",g"),
        y=Axis(names=tuple(rows)),
    )


def _by_capture(other: Other, snapshot: Snapshot, scenario: Scenario, implied_usd: float) -> Panel:
    """Right of `comparable`: the price by the part that reaches holders, for each supply."""
    chain = rules_at("2026-09-11")
    shares = np.linspace(0, 1, 51)
    worth = shares * other.value_usd * scenario.survival_share
    lines = [
        Line(
            label=f"chosen, by {label}",
            x=shares,
            y=worth / supply_counted(chain, snapshot, scenario, name),
            colour=colour,
            style=style,
        )
        for (label, name), colour, style in zip(
            COUNTS.items(), (BLUE, GREEN, ORANGE), ("-", ":", "--"), strict=True
        )
    ]
    here: dict[str, Any] = {"x": scenario.capture_share, "y": implied_usd, "colour": BLACK}
    price = Level(y=snapshot.price_usd, colour=RED, style="--", width=2.0)
    return Panel(
        marks=[*lines, price, Points(label="as set", **here)],
        x=Axis(label="part of its value that reaches holders", format=".0%"),
        y=Axis(label="USD per TAO", low=0),
    )
