"""Views of dilution: what FDV hides, what new supply does to the price, and value at one's own
numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..economy.supply import (
    NARROW_PEERS,
    Decomposition,
    break_even_growth,
    decompose_price,
    discounted_supply,
    mc_fdv_ranking,
    supply_at,
    supply_path,
)
from ..inputs import data
from ..inputs.rules import Rules, Scenario, Snapshot, coins, eras, rules_at
from ..inputs.units import tao
from .gallery import snapshots, view
from .marks import (
    BLACK,
    GREEN,
    GREY,
    OF_2023,
    OF_2026,
    OF_TAO,
    ORANGE,
    RED,
    SKY,
    Axis,
    Bars,
    Level,
    Line,
    Panel,
    Points,
    Text,
    View,
)

ALL_MONEY_USD = 1e15  # several times what there is: a price above it is no picture of anything
RATES = np.linspace(0, 1, 51)
LADDER_TOKENS = 8  # side by side on a day
PLACES = {1: "lowest", 2: "second lowest", 3: "third lowest"}


@view(rules="2026-09-11", then="article", now="2026-09-11", scenario="base")
def discounted_fdv(rules: Rules, then: Snapshot, now: Snapshot, scenario: Scenario) -> View:
    """Each line starts at 100%, where FDV counts a TAO of the far future like one of today, and
    falls towards its dotted line, market cap over FDV, where only today's TAO count.
    """
    days = ((then, OF_2023), (now, OF_2026))
    kept = [_discounted(rules, day, scenario, scenario.discount_rate) for day, _ in days]
    told = [
        f"{day.date:%B %Y} at {day.price_usd:,.2f} USD: {supply.fdv_usd / 1e9:.2f} bn USD at "
        f"0%, {part * supply.fdv_usd / 1e9:.2f} bn at {scenario.discount_rate:.0%}, market cap "
        f"{supply.market_cap_usd / 1e9:.2f} bn."
        for (day, _), part in zip(days, kept, strict=True)
        for supply in (supply_at(rules, day, scenario),)
    ]
    return View(
        title=f"Discounted at {scenario.discount_rate:.0%} a year, the article's FDV shrinks to "
        f"{kept[0]:.0%}",
        caption=" ".join(told),
        panels=[
            Panel(
                marks=[
                    mark
                    for (day, colour), part in zip(days, kept, strict=True)
                    for mark in _discounting(rules, day, scenario, (colour, part))
                ],
                x=Axis(label="discount rate per year", format=".0%", low=0, high=0.72),
                y=Axis(label="discounted FDV, share of FDV", format=".0%", low=0, high=1.02),
            )
        ],
    )


def _discounted(rules: Rules, snapshot: Snapshot, scenario: Scenario, rates) -> Any:
    """Discounted FDV over FDV; the price cancels."""
    supply = discounted_supply(rules, snapshot, scenario, rates=rates)
    return np.squeeze(supply) / coins(rules, rules.max_supply_rao)


def _discounting(
    rules: Rules, snapshot: Snapshot, scenario: Scenario, look: tuple[str, float]
) -> list:
    """One date of `discounted_fdv`: colour, and the part that is left at the chosen rate."""
    colour, part = look
    rates = np.linspace(0, 0.6, 61)
    left = _discounted(rules, snapshot, scenario, rates)
    cap = supply_at(rules, snapshot, scenario).mc_fdv
    name = f"{snapshot.date:%B %Y}"
    here: dict[str, Any] = {"x": scenario.discount_rate, "y": part, "colour": colour}
    return [
        Line(label=name, x=rates, y=left, colour=colour, at_end=True),
        Level(y=cap, colour=colour, style=":"),
        Points(label=f"{name}, at the chosen rate", legend=False, **here),
        Text(text=f"{part:.0%}", valign="bottom", **here),
        Text(x=0.6, y=cap, text=f"market cap {cap:.0%}", colour=colour, valign="bottom"),
    ]


@view(snapshot="2023-11-20")
def mc_fdv_ladder(snapshot: Snapshot) -> View:
    """Each bar is the part of a token's final supply that circulates: market cap over FDV. Green is
    TAO, by its own supply; blue are the tokens the article names or that trade beside them; grey
    are other tokens with an AI or data label, storage and identity among them.
    """
    day = _ladder_day(snapshot)
    table, narrow = (
        _with_tao(mc_fdv_ranking(day, peers=peers), snapshot) for peers in (None, NARROW_PEERS)
    )
    rank, rank_narrow = (ranks["token"].tolist().index("TAO") + 1 for ranks in (table, narrow))
    beside = "like the others" if day == snapshot.date.isoformat() else f"the others of {day}"
    mine = table["token"] == "TAO"
    peer = table["token"].isin(NARROW_PEERS) & ~mine
    groups = {
        "TAO": (mine, OF_TAO),
        "narrow set": (peer, SKY),
        "other tokens": (~mine & ~peer, GREY),
    }
    bars = [
        Bars(
            label=label,
            y=np.flatnonzero(chosen),
            x=table["mc_fdv"][chosen],
            text=tuple(f"{value:.1%}" for value in table["mc_fdv"][chosen]),
            colour=colour,
            across=True,
        )
        for label, (chosen, colour) in groups.items()
    ]
    return View(
        title=f"TAO's market cap over FDV was "
        f"{PLACES.get(rank_narrow, f'number {rank_narrow}')} of {len(narrow)} AI tokens",
        caption=f"TAO is of {snapshot.date}, {beside}. Among all "
        f"{len(table)} tokens TAO is {PLACES.get(rank, f'number {rank} from below')}.",
        panels=[
            Panel(
                marks=bars,
                x=Axis(label="market cap over FDV", low=0, high=1.12, format=".0%"),
                y=Axis(names=tuple(table["token"])),
                columns=0,
            )
        ],
        size=(9.0, 5.6),
        sources=(snapshot, "data/comparables.csv"),
    )


def _ladder_day(snapshot: Snapshot) -> str:
    """The last day up to a snapshot's on which enough tokens stand side by side."""
    table = data.load("comparables").dropna(subset="mcap_fdv")
    table = table[table["as_of"].str.len() == len("2023-11-20")]
    days = [day for day, rows in table.groupby("as_of") if len(rows) >= LADDER_TOKENS]
    before = [day for day in days if str(day) <= snapshot.date.isoformat()]
    if not before:
        raise ValueError(
            f"date must not be before {min(days)}, the first day of {LADDER_TOKENS} tokens in "
            f"comparables.csv, got {snapshot.date}"
        )
    return str(max(before))


def _with_tao(table: pd.DataFrame, snapshot: Snapshot) -> pd.DataFrame:
    """A ranking with TAO by the supply of a snapshot."""
    own = {"token": "TAO", "mc_fdv": snapshot.issuance_rao / eras()[-1].max_supply_rao}
    others = table[table["token"] != "TAO"][list(own)]
    return pd.concat([others, pd.DataFrame([own])], ignore_index=True).sort_values(
        ["mc_fdv", "token"], ignore_index=True
    )


@view(publication="2023-11-20", then="article", now="2026-09-11")
def price_waterfall(publication: Snapshot, then: Snapshot, now: Snapshot) -> View:
    """Three quantities, each set to 1 on the article's day: price is market cap over supply, so on
    the log axis the climb of the price is that of the market cap less that of supply.
    """
    splits = [_parted(day, now) for day in (publication, then)]
    ratios = [
        ratio for it in splits for ratio in (it.cap_ratio, it.supply_ratio, it.price_ratio, 1.0)
    ]
    height: dict[str, Any] = {"low": 0.8 * min(ratios), "high": 1.25 * max(ratios)}
    panels = [
        Panel(
            title=f"From {told} {day.price_usd:,.2f} USD",
            marks=_slopes(split),
            x=Axis(
                ticks=(0, 1), names=(f"{day.date}", f"{now.date}"), format="g", low=-0.1, high=1.7
            ),
            y=Axis(
                label=f"times the value of {day.date} (log)" if day is publication else "",
                scale="log",
                ticks=(0.5, 0.7, 1, 1.5, 2, 3, 4, 6),
                format="g",
                **height,
            ),
        )
        for split, told, day in zip(
            splits,
            ("the close of the article's day,", "the article's own, older price,"),
            (publication, then),
            strict=True,
        )
    ]
    close, own = splits
    return View(
        title=f"From the article's day the price came to {close.price_ratio:.2f}×, supply to "
        f"{close.supply_ratio:.2f}×",
        caption=f"From the close the market cap came to {close.cap_ratio:.2f}×; from the article's "
        f"{then.price_usd:g} USD it came to {own.cap_ratio:.2f}× and the price to "
        f"{own.price_ratio:.2f}×. Lines join two dates and say nothing of the way between.",
        panels=panels,
        size=(10.0, 4.6),
        sources=(publication, then, now),
    )


def _parted(then: Snapshot, now: Snapshot) -> Decomposition:
    """The change of price between two snapshots."""
    supply_tao = (tao(then.issuance_rao), tao(now.issuance_rao))
    return decompose_price((then.price_usd, now.price_usd), supply_tao)


def _slopes(split: Decomposition) -> list:
    """One base price of `price_waterfall`."""
    lines = [
        Line(
            label=f"{name} × {ratio:.2f}",
            x=(0, 1),
            y=(1, ratio),
            colour=colour,
            marker="o",
            width=3.0 if name == "price" else 2.0,
            at_end=True,
        )
        for name, ratio, colour in (
            ("market cap", split.cap_ratio, BLACK),
            ("supply", split.supply_ratio, ORANGE),
            ("price", split.price_ratio, OF_TAO),
        )
    ]
    return [Level(y=1, colour=GREY, width=0.8, style=":"), *lines]


# ---- Live ----


@view(
    snapshot="2026-09-11",
    scenario="base",
    menus={"snapshot": snapshots},
    published=False,
    sliders=(
        "price_usd",
        "issuance_rao",
        "discount_rate",
        "recycled_share",
        "market_cap_growth",
        "stake_stickiness",
        "horizon_years",
    ),
    spans={"issuance_rao": (75 * 10**14, 21 * 10**15)},  # above the stake read on chain
)
def supply(snapshot: Snapshot, scenario: Scenario) -> View:
    """Value and dilution: price, discount rate, recycling, growth and stake, from any dated
    snapshot.
    """
    chain = rules_at("2026-09-11")
    path = supply_path(chain, snapshot, scenario)
    value = supply_at(chain, snapshot, scenario)
    bn_usd = snapshot.price_usd / 1e9
    discounted = discounted_supply(chain, snapshot, scenario, rates=RATES) * bn_usd
    here = discounted_supply(chain, snapshot, scenario) * bn_usd
    cap = value.market_cap_usd / 1e9
    fdv = value.fdv_usd / 1e9
    prices = [
        Line(label="price if the market cap grows as set", x=path.years, y=path.price_usd),
        Level(label="price today", y=snapshot.price_usd, colour=GREY, style=":"),
    ]
    values = [
        Line(label="discounted FDV", x=RATES, y=discounted, colour=ORANGE),
        Level(label="FDV", y=fdv, colour=RED, style="--"),
        Level(label="market cap", y=cap, colour=GREEN, style=":"),
        Points(label="at the chosen rate", x=scenario.discount_rate, y=here, colour=BLACK),
        Level(label="float", y=value.float_tao * bn_usd, colour=GREY, style="-."),
    ]
    staked = "assumed" if value.staked_is_assumed else "read on chain"
    growth = {years: break_even_growth(chain, snapshot, scenario, years) for years in (1, 5)}
    _within_all_money(path.price_usd.max())
    return View(
        title=f"{cap:.2f} bn market cap, {fdv:.2f} bn FDV, "
        f"{here:.2f} bn discounted at {scenario.discount_rate:.0%}",
        panels=[
            Panel(
                marks=prices,
                x=Axis(label=f"years from {snapshot.date}"),
                y=Axis(label="USD per TAO", low=0),
            ),
            Panel(
                marks=values,
                x=Axis(label="discount rate per year", format=".0%"),
                y=Axis(label="bn USD", low=0),
            ),
        ],
        readout={
            "issued": f"{tao(snapshot.issuance_rao) / 1e6:.3f} M TAO",
            "float": f"{value.float_tao / 1e6:.2f} M TAO (stake {staked})",
            "market cap / FDV": f"{value.mc_fdv:.1%}",
            "FDV over market cap": f"{1 / value.mc_fdv:.2f}×",
            "cap growth for a flat price, 1 year": f"{growth[1]:.1%}",
            "for a flat price, 5 years": f"{growth[5]:.0%}",
        },
        size=(11.0, 5.0),
    )


def _within_all_money(price_usd: float) -> None:
    if price_usd > ALL_MONEY_USD:
        raise ValueError(
            f"market_cap_growth must leave a price of at most {ALL_MONEY_USD:g} USD, got "
            f"{price_usd:.3g}"
        )
