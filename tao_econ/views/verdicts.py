"""Views of the article judged: claims under stress, forecasts scored, claims against events, the
macro thesis.
"""

from __future__ import annotations

import functools
import textwrap
from typing import Any

import numpy as np
import pandas as pd

from .. import claims
from ..claims import sources
from ..economy.halving_dates import FIRST_HALVING_UTC, unrecycled_first_halving
from ..inputs.rules import Snapshot, rules_at
from ..inputs.units import tao
from .gallery import view
from .marks import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    Axis,
    Bars,
    Level,
    Line,
    Map,
    Mark,
    Panel,
    Points,
    Text,
    View,
)

LAST = pd.Timestamp("2026-09-11")  # of the last snapshot, the last evaluation
# holds, with conditions, fails, undecided within error, cannot be checked
VERDICT_COLOURS = (BLUE, "#F0E442", RED, "#F7F7F7", "#D9D9D9")
VERDICT_MARKS = ("✓", "◐", "✗", "~", "?")
SHOWN = {  # forecasts that are drawn: colour and style
    "no change": (BLUE, "-"),
    "tree of January 2024": (ORANGE, "--"),
    "the article's 8×, read as a forecast": (RED, "-."),
}


def fdv_per_price() -> float:
    """TAO that FDV counts."""
    return tao(rules_at("2026-09-11").max_supply_rao)


@functools.cache
def turned() -> pd.DataFrame:
    """Verdicts that a stress turns."""
    return claims.under_stress()


def merged(table: pd.DataFrame) -> pd.DataFrame:
    """One row for a claim whose verdicts are the same on both dates under every stress."""
    rows = {}
    for number, own in table.groupby(level="id"):
        if len(own) == 2 and own.iloc[0].equals(own.iloc[1]):
            rows[number, "both dates"] = own.iloc[0]
        else:
            rows |= dict(own.iterrows())
    return pd.DataFrame(rows).T


@view()
def claims_under_stress() -> View:
    """Verdicts of the claims that at least one stress turns, by stress, told apart by colour and
    by mark.
    """
    both = turned()
    ledger = claims.check().set_index("id")
    ledger = ledger[~ledger["ours"]]  # our own checks are not the article's
    both = both[both.index.get_level_values("id").isin(ledger.index)]
    flips = both.iloc[:, 1:].ne(both["as it is"], axis=0).groupby(level="id").any().sum()
    table = merged(both)
    codes = table.map(claims.VERDICTS.index).to_numpy()
    names = [
        textwrap.fill(f"{number}, {dates}: {ledger.loc[number, 'claim']}", 44)
        for number, dates in table.index
    ]
    cells = Map(
        label="verdict",
        legend=False,
        x=range(codes.shape[1]),
        y=range(codes.shape[0]),
        z=codes,
        colours=VERDICT_COLOURS,
        least=0,
        most=4,
    )
    entries = [
        Points(label=f"{mark} {name}", x=(), y=(), marker="s", size=10, colour=colour)
        for name, mark, colour in zip(claims.VERDICTS, VERDICT_MARKS, VERDICT_COLOURS, strict=True)
        if name in table.to_numpy()
    ]
    stresses = tuple(textwrap.fill(name, 10) for name in table.columns)
    return View(
        title=f"{both.index.unique('id').size} of {len(ledger)} claims turn under some stress, at "
        f"most {flips.max()} under one; {(flips == 0).sum()} of {len(flips)} stresses turn none",
        panels=[
            Panel(
                marks=[cells, *_marks(codes, codes != codes[:, :1]), *entries],
                x=Axis(label="large mark: turned by the stress", names=stresses),
                y=Axis(names=tuple(names)),
                columns=4,
            )
        ],
        size=(11.0, 6.2),
        sources=(
            "data/claims.csv",
            "data/evidence.csv",
            "tao_econ/economy/stress.py",
            "verdicts by the rule of tao_econ/claims",
        ),
    )


def _marks(codes: np.ndarray, changed: np.ndarray) -> list[Text]:
    """The mark of every verdict, large where a stress turns it."""
    dark = np.isin(codes, (0, 2))
    texts = []
    for large, white in np.ndindex(2, 2):
        rows, columns = np.nonzero((changed == large) & (dark == white))
        if len(rows):
            look: dict[str, Any] = {"size": 15 if large else 9}
            look |= {"colour": "white" if white else BLACK, "align": "center"}
            told = tuple(VERDICT_MARKS[code] for code in codes[rows, columns])
            texts.append(Text(x=columns, y=rows, text=told, **look))
    return texts


@view()
def forecasts_scored() -> View:
    """CRPS of three forecasts of the diluted value at every date since the article appeared;
    lower is better.
    """
    table = claims.scores_since_publication("CRPS of ln FDV")
    still, tree, eight = SHOWN
    peak = sources.closes()[sources.PUBLISHED :].idxmax()
    best = table.idxmin(axis=1)
    at = table.loc[LAST]
    claimed = f"{claims.stated('C47')}×"
    ahead = (best.resample("W").last().ffill() == eight).mean()
    lines = [
        Line(label=name, x=table.index, y=table[name], colour=colour, style=style, width=1.8)
        for name, (colour, style) in SHOWN.items()
    ]
    days: list[Mark] = []
    for day, text, side in (
        (peak, "highest close", "left"),
        (LAST, f"{LAST.day} {LAST:%B %Y}", "right"),
    ):
        days.append(Level(x=day, style=":"))
        days.append(Text(x=day, y=2.58, text=f" {text} ", align=side, valign="top"))
    return View(
        title=f"In {LAST:%B %Y} 'no change' scores {at[still]:.2f}, the tree {at[tree]:.2f} and "
        f"{claimed} {at[eight]:.2f}; {claimed} is best in {ahead:.0%} of the weeks, that of the "
        f"highest close {'included' if best[peak] == eight else 'excluded'}",
        panels=[
            Panel(
                marks=[*lines, *days],
                x=Axis(label="date of evaluation", scale="date"),
                y=Axis(label="CRPS (logs; 0 is a perfect forecast)", low=0, high=2.65),
                columns=3,
            )
        ],
        sources=(
            "CRPS of ln FDV; one outcome, so this ranks stories and proves no skill",
            "closes: data/tao_weekly.csv and others",
        ),
    )


@view(publication="2023-11-20", then="article")
def claims_against_events(publication: Snapshot, then: Snapshot) -> View:
    """TAO's price since the article with what it expected and what happened; the price axis is a
    log scale.
    """
    prices = sources.closes()[sources.PUBLISHED :]
    line = unrecycled_first_halving(rules_at("2026-09-11"))
    late = (FIRST_HALVING_UTC - line).days
    promised = claims.stated("C46")
    times = claims.stated("C47")
    eight = float(promised) * 1e9 / fdv_per_price()
    marks = [
        Line(label="close", x=prices.index, y=prices, width=1.6),
        _price(f"close of its day, {publication.price_usd:.2f} USD", publication, BLACK),
        _price(f"price in the article, {then.price_usd:g} USD", then, GREY),
        Level(
            label=f"OpenAI's {promised} bn, the '{times}×' of C47",
            y=eight,
            colour=RED,
            style="--",
            width=1.2,
        ),
    ]
    return View(
        title=f"The halving came {late} days after {line.day} {line:%B %Y}, the straight line with "
        f"nothing recycled; OpenAI's {promised} bn would be {eight:,.0f} USD a TAO, and its best "
        f"close was {prices.max():.0f}, {prices.max() / publication.price_usd:.1f} times that of "
        "the article's day",
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
                columns=3,
            )
        ],
        size=(10.0, 5.6),
        sources=("data/key_dates.csv", "claims C26, C41, C47, C52"),
    )


def _price(label: str, snapshot: Snapshot, colour: str) -> Level:
    """A level at the price of a day."""
    return Level(label=label, y=snapshot.price_usd, colour=colour, style="--", width=1.2)


def _events(expected_halving: pd.Timestamp) -> list:
    """Upright lines of what happened since the article, each with its name."""
    dated = sources.table("key_dates").set_index("event")["date"]
    close = sources.close_on(sources.PUBLISHED)
    marks: list[Mark] = []
    for when, text, colour, height in (
        (sources.PUBLISHED, f"published:\nclose {close:.0f}", BLACK, 95),
        (dated["Highest daily close found"], "highest\nclose", BLACK, 1000),
        (dated["Dynamic TAO"], "dynamic\nTAO", GREY, 620),
        (expected_halving, "halving\nexpected", RED, 620),
        (FIRST_HALVING_UTC, "halving", GREEN, 95),
        (dated["Covenant AI exit"], "Covenant\nleaves", GREY, 620),
        (dated["Gensyn token launch"], "Gensyn token\n(C52)", PURPLE, 95),
    ):
        before = text.startswith("Covenant")
        side = "right" if before else "left"
        marks.append(Level(x=when, colour=colour, style=":", width=1.3))
        marks.append(Text(x=when, y=height, text=text, colour=colour, align=side))
    return marks


@view()
def macro_thesis() -> View:
    """The macro thesis: funding with and without one deal, money and central banks' assets, the
    pick, and what TAO needs of it.
    """
    world = claims.world()
    deal = claims.funding("2023", "one deal")
    fed = claims.assets_change("Fed", since="2023-12-01")
    money = _money()
    inflows = _inflows()
    close, article, now = (flow / 1e6 for flow in inflows.values())
    grew, without = jump("then")
    return View(
        title=f"Without one deal of {deal:g} bn funding grew {without:.1f}× and not {grew:.1f}×; "
        f"US money changed by {money.iloc[-1] - money.iloc[-2]:+.1f} trn, the Fed's assets by "
        f"{fed:+.1f}; a flat price asked for {close:.0f} M USD a year at the close of the "
        f"article's day, {article:.0f} M at its own price, {now:.0f} M now",
        panels=[_jump(), _assets(money), _pick(), _inflow(inflows)],
        rows=2,
        size=(11.0, 8.0),
        sources=(
            world.then.snapshot,
            world.now.snapshot,
            "data/ai_funding.csv, central_bank_assets.csv, evidence.csv, peers_weekly.csv",
        ),
    )


def _money() -> pd.Series:
    """US M2 by month as the ledger has it: its peak, at the forecast, and last; trillion USD."""
    facts = sources.table("evidence").query("claim == 'C08'").set_index("fact")
    rows = facts.loc[["money_peak", "money_at_the_forecast", "money"]]
    return rows["value"].astype(float).set_axis(pd.to_datetime(rows["as_of"]))


def _inflows() -> dict[str, float]:
    """Net buying a year that holds the price, USD: at both base prices, and now."""
    world = claims.world()
    return {
        "2023, at the close": claims.net_inflow(world.day),
        f"2023, at {world.then.snapshot.price_usd:g} USD": claims.net_inflow(world.then),
        "2026": claims.net_inflow(world.now),
    }


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
            (GREY, ORANGE),
            (-0.18, 0.18),
            strict=True,
        )
    ]
    return Panel(
        title="Generative-AI funding, 2023 over 2022 (C06)",
        marks=bars,
        x=Axis(names=tuple(jumps)),
        y=Axis(label="times", low=0, high=6.3),
    )


def _assets(money: pd.Series) -> Panel:
    table = sources.table("central_bank_assets")
    dollars: dict[str, Any] = {"colour": BLUE, "marker": "^", "style": "-.", "size": 4}
    lines = [Line(label="US money (M2), trillion USD", x=money.index, y=money, **dollars)]
    for bank, colour, marker, style in (("Fed", PURPLE, "o", "-"), ("ECB", GREEN, "s", "--")):
        rows = table[table["bank"] == bank]
        label = f"{bank}'s assets, trillion {rows['currency'].iloc[0]}"
        look: dict[str, Any] = {"colour": colour, "marker": marker, "style": style, "size": 4}
        lines.append(Line(label=label, x=rows["date"], y=rows["trn"], **look))
    forecast = Level(x=sources.PUBLISHED, style=":")
    word: dict[str, Any] = {"text": " forecast:\n more by 2026", "valign": "bottom"}
    return Panel(
        title="Money, and assets of two central banks (C08)",
        marks=[*lines, forecast, Text(x=sources.PUBLISHED, y=11, **word)],
        x=Axis(scale="date"),
        y=Axis(label="trillion", low=3, high=29),
    )


def _pick() -> Panel:
    since = sources.PUBLISHED
    until = sources.MARCH_2024
    march = [
        sources.weekly_gain(f"{name}_usd", since, until) for name in ("fil", "tao", "rndr", "btc")
    ]
    day = pd.Timestamp("2026-07-04")
    earned = claims.what_was_earned(day, bought_usd=sources.close_on(since))
    filecoin = claims.filecoin_gain()
    later = [filecoin, earned["TAO"] - 1, np.nan, earned["bitcoin"] - 1]
    bars = [
        Bars(
            label=label,
            x=np.arange(4) + shift,
            y=np.nan_to_num(values),
            width=0.38,
            colour=colour,
            text=tuple(f"{gain:+.0%}" if np.isfinite(gain) else "unknown" for gain in values),
        )
        for values, label, colour, shift in (
            (march, "to March 2024", GREY, -0.2),
            (later, "to July 2026", BLUE, 0.2),
        )
    ]
    return Panel(
        title="The pick against others since publication (C11)",
        marks=[*bars, Level(y=0, width=1.0)],
        x=Axis(names=("Filecoin", "TAO", "RNDR", "bitcoin")),
        y=Axis(label="gain", format=".0%", low=-1.1, high=2.8),
    )


def _inflow(inflows: dict[str, float]) -> Panel:
    raised = [claims.funding(year, "AI") for year in ("2023", "2023", "2025")]
    shares = [flow / whole / 1e9 for flow, whole in zip(inflows.values(), raised, strict=True)]
    names = tuple(f"{name},\nof {whole:g} bn" for name, whole in zip(inflows, raised, strict=True))
    bars = Bars(
        y=shares,
        width=0.5,
        colour=(BLACK, GREY, BLUE),
        text=tuple(f"{share:.2%}" for share in shares),
    )
    return Panel(
        title="Inflow that holds TAO's price, over AI funding of 2023 or 2025",
        marks=[bars],
        x=Axis(names=names),
        y=Axis(label="share of a year's funding", format=".2%", low=0, high=1.2 * max(shares)),
    )
