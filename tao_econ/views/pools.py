"""Views of pools: what a trade, selling and a round trip do."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from ..chain.emission import block_emission
from ..chain.fixed_point import U16
from ..chain.pools import Pool, spot_price, swap, trade_to_price
from ..chain.subnets import Subnets
from ..incentives.subnet_economy import selling_cost
from ..inputs import data
from ..inputs.record import checked_record, quantity
from ..inputs.rules import Rules, Scenario
from ..inputs.units import BLOCKS_PER_DAY, tao
from .emission_shares import marked, only_miners_sell
from .gallery import view
from .marks import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    RED,
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
from .real_subnets import by_size, real_subnets, start_of, where

PLACES = {  # share of pools that are smaller
    0.0: "smallest",
    0.1: "10% are smaller",
    0.25: "25%",
    0.5: "middle",
    0.75: "75%",
    0.9: "90%",
    1.0: "largest",
}
FALLS = (0.05, 0.10)


class Traded(NamedTuple):
    """What a trade did."""

    price_change: float  # of the spot price, as a share
    price_after: float  # TAO per alpha
    got: float  # alpha for TAO, TAO for alpha


def traded(pool: Pool, **order) -> Traded:
    """A trade with a pool: its price and what was got, for an order as `swap` takes it."""
    after, got = swap(pool, **order)
    price = spot_price(after)
    return Traded(price / spot_price(pool) - 1, price, got)


def price_after(pool: Pool, part: float) -> float:
    """Change of the price where so large a part of a reserve is brought: TAO in above 0, alpha
    in below 0.
    """
    if part >= 0:
        return traded(pool, tao_in=part * pool.reserve_tao).price_change
    return traded(pool, alpha_in=-part * pool.reserve_alpha).price_change


# ---- One trade ----

FARTHEST = 10_000  # times its old price: a curve that goes on shows nothing else


def _told(values, shift: float, form: str, look: dict) -> Bars:
    """Bars beside their places, each with its number."""
    texts = tuple(format(value, form) for value in values)
    at = np.arange(len(values)) + shift
    if look.get("across"):
        return Bars(x=values, y=at, text=texts, **look)
    return Bars(x=at, y=values, text=texts, **look)


@view()
def pool_impact(pools: Subnets | None = None) -> View:
    """Left, the change of a pool's price by the part of a reserve that is brought; right, what
    pools of all sizes pay to sellers before their price is lower.
    """
    sold_part = 0.1
    table = data.load("pool_percentiles").set_index("pools_below_share")
    if pools is None:
        shown = [_even(reserve) for reserve in table["reserve_tao"]]
        source = "data/pool_percentiles.csv, 2026-10-08, constant product"
    else:
        shown = by_size(pools, table.index)
        source = where(pools)
    middle = shown[table.index.get_loc(0.5)]
    least = min(FALLS)
    return View(
        title=f"The middle pool pays {paid_until(middle, least):,.0f} TAO before its price falls "
        f"{least:.0%}",
        caption=f"Selling {sold_part:.0%} of a pool's alpha lowers its price by "
        f"{-price_after(middle, -sold_part):.1%} at equal weights (blue); the more of the weight "
        "lies on TAO, the more a trade moves it. On the right each row is a pool, from the "
        f"smallest to the largest, on an axis in powers of ten. A dot is at a fall of {least:.0%}, "
        f"a square at one of {max(FALLS):.0%}.",
        panels=_impact_and_depth(
            shown, middle, ends=(2, 60_000) if pools is None else (None, None)
        ),
        size=(11.0, 4.6),
        sources=(
            "balancer.rs at 14bc6f9, no fee",
            source,
        ),
    )


def _impact_and_depth(shown: list[Pool], middle: Pool, ends: tuple) -> list[Panel]:
    """The two panels of `pool_impact`; ends are those of its axis of TAO."""
    return [
        Panel(
            marks=[
                *_by_weight(middle),
                Level(y=0, width=0.8),
                Level(x=0, width=0.8),
            ],
            x=Axis(
                label="← alpha sold | TAO paid in →, share of that reserve",
                low=-0.5,
                high=0.5,
                format=".0%",
            ),
            y=Axis(label="change of the price", format=".0%"),
        ),
        Panel(
            marks=_paid_out(shown),
            x=Axis(
                label="TAO that sellers get out of the pool",
                scale="log",
                low=ends[0],
                high=ends[1],
                format=",.0f",
            ),
            y=Axis(names=tuple(PLACES.values())),
        ),
    ]


def _by_weight(pool: Pool) -> list[Line]:
    """Change of the price by the part of a reserve that is brought, for three weights of TAO."""
    parts = np.linspace(-0.5, 0.5, 101)
    lines = []
    for weight, colour in ((0.5, BLUE), (0.3, ORANGE), (0.7, GREEN)):
        moved = [price_after(replace(pool, tao_weight=weight), part) for part in parts]
        name = f"{weight:.0%} of the\nweight on TAO"
        lines.append(Line(label=name, x=parts, y=moved, colour=colour, at_end=True))
    return lines


def _paid_out(pools: list[Pool]) -> list[Mark]:
    """What sellers get out of pools until the price has fallen by each of `FALLS`: two points a
    pool, with their numbers outside.
    """
    rows = np.arange(len(pools))
    paid = [np.array([paid_until(pool, fall) for pool in pools]) for fall in FALLS]
    marks: list[Mark] = []
    for k, (fall, colour, marker, side, amounts) in enumerate(
        zip(FALLS, (BLUE, RED), "os", ("right", "left"), paid, strict=True)
    ):
        said = [f"{amount:,.0f}" for amount in amounts]
        gap = 0.88 if k == 0 else 1.14
        marks += [
            Points(label=f"{fall:.0%} lower", x=amounts, y=rows, colour=colour, marker=marker),
            Text(x=amounts * gap, y=rows, text=said, align=side, colour=colour),
        ]
    return marks


def _even(reserve_tao: float) -> Pool:
    """A constant product with so much TAO; how much alpha decides its price alone."""
    return Pool(reserve_tao=reserve_tao, reserve_alpha=1e6)


def paid_until(pool: Pool, fall: float) -> float:
    """TAO that sellers take out while the price falls by a share of itself."""
    return swap(pool, alpha_in=trade_to_price(pool, (1 - fall) * spot_price(pool))[1])[1]


# ---- Selling ----


@functools.cache
def sold(rules: Rules, scenario: Scenario, days: int):
    """What root and miners sell of the alpha they are paid, and what it does to prices, under
    rules.
    """
    return selling_cost(rules, scenario, real_subnets(), days=days)


@view(rules="2026-09-11", first="dynamic-tao", scenario=only_miners_sell)
def selling_pressure(
    rules: Rules, first: Rules, scenario: Scenario, pools: Subnets | None = None
) -> View:
    """What root and miners, who sell alpha that they are paid, take out of the pools."""
    days = 7
    early, late = (
        sold(law, scenario, days)
        if pools is None
        else selling_cost(law, scenario, pools, days=days)
        for law in (first, rules)
    )
    new = BLOCKS_PER_DAY * tao(block_emission(rules, start_of(pools).issuance_rao))
    eras = (
        (f"rules of {first.first_date:%B %Y}", -0.2, early, ORANGE),
        (f"rules of {rules.first_date:%B %Y} *", 0.2, late, BLUE),
    )
    out = []
    for name, shift, table, colour in eras:
        look = {"label": name, "width": 0.38, "colour": colour}
        amounts = [
            table.loc["root", "root_tao_per_day"],
            table.loc["miners", "miners_tao_per_day"],
        ]
        out.append(_told(amounts, shift, ",.0f", look))
    taken, fall = late.loc["miners", ["miners_tao_per_day", "median_price_change"]]
    return View(
        title=f"Miners who sell {scenario.miners_sold_share:.0%} take {taken:,.0f} TAO a day from "
        "pools",
        caption="TAO a day that sales of alpha take out of all pools, under the first rules with "
        f"pools (orange) and those of today (blue). New TAO is {new:,.0f} a day. After {days} days "
        f"of the miners' sales the median price is {-fall:.1%} lower than without them. The "
        "baskets of root's dividends start empty here and fill up, so root's bar grows later.",
        panels=[
            Panel(
                marks=out,
                x=Axis(names=("root's dividends", "miners")),
                y=Axis(label="TAO a day out of the pools", format=",.0f", low=0),
            )
        ],
        size=(8.0, 4.4),
        sources=(where(pools), scenario, marked(rules)),
    )


# ---- One pool, live ----

PARTS = np.linspace(-0.5, 0.5, 51)


@checked_record
class Trade:
    """A pool and a trade with it."""

    reserve_tao: float = quantity(
        default=9_013.82,
        unit="TAO",
        meaning="TAO in the pool; SN54 Yanez MIID's on 2026-08-07, the middle one of those that "
        "may get new TAO",
        source="subnets_8791247.csv",
        gt=0,
        le=1e9,
        step=10,
        span=(100, 202_000),
    )
    reserve_alpha: float = quantity(
        default=1_746_346.0,
        unit="alpha",
        meaning="alpha in the pool",
        source="subnets_8791247.csv",
        gt=0,
        le=1e12,
        step=1_000,
        span=(10_000, 10_000_000),
    )
    tao_weight: float = quantity(
        default=0.5,
        unit="share",
        meaning="weight of TAO; one half is the constant product",
        ge=0.01,
        le=0.99,
        step=0.01,
    )
    trade_tao: float = quantity(
        default=-170.0,
        unit="TAO",
        ge=-1e9,
        le=1e9,
        step=10,
        span=(-5_000, 5_000),
        meaning="above 0 TAO paid in, below 0 alpha sold, at its worth at the spot price",
    )
    fee_parts: int = quantity(
        default=33,
        unit="of 65,535",
        meaning="fee on the input, as the chain stores it",
        ge=0,
        le=65_535,
        step=1,
        span=(0, 655),
    )


def worth_traded(pool: Pool, worth_tao: float, fee: float) -> tuple[Traded, float]:
    """A trade of so much TAO's worth at the spot price, alpha sold below 0, and what is got over
    what is paid.
    """
    spot = spot_price(pool)
    if worth_tao >= 0:
        done = traded(pool, tao_in=worth_tao, fee=fee)
        return done, done.got * spot / worth_tao if worth_tao else 1 - fee
    done = traded(pool, alpha_in=-worth_tao / spot, fee=fee)
    return done, done.got / -worth_tao


def _by_worth(mine: Pool, fee: float) -> tuple[list[Line], Line]:
    """Change of the price, beside a constant product, and got over paid, by what is traded."""
    worths = PARTS * mine.reserve_tao
    moved = [worth_traded(mine, worth, fee) for worth in worths]
    even = [worth_traded(replace(mine, tao_weight=0.5), worth, fee)[0] for worth in worths]
    this = [done.price_change for done, _ in moved]
    constant = [done.price_change for done in even]
    prices = [
        Line(label="this pool", x=worths, y=this),
        Line(label="constant product", x=worths, y=constant, colour=GREY, style=":"),
    ]
    kept = [got_over_paid for _, got_over_paid in moved]
    return prices, Line(label="got over paid, at the spot price", x=worths, y=kept, colour=GREEN)


@view(
    trade=Trade,
    published=False,
    sliders=("reserve_tao", "reserve_alpha", "tao_weight", "trade_tao", "fee_parts"),
    spans={"tao_weight": (0.05, 0.95)},
)
def pool(trade: Trade) -> View:
    """One pool and one trade: what it gets, what it does to the price, beside a constant
    product.
    """
    mine = Pool(
        reserve_tao=trade.reserve_tao,
        reserve_alpha=trade.reserve_alpha,
        tao_weight=trade.tao_weight,
    )
    fee = trade.fee_parts / U16
    spot = spot_price(mine)
    paid = trade.trade_tao
    prices, paid_back = _by_worth(mine, fee)
    here: dict[str, Any] = {"x": paid, "colour": BLACK}
    done, got_over_paid = worth_traded(mine, paid, fee)
    farthest = max(*prices[0].y, done.price_change) + 1
    if farthest > FARTHEST:
        raise ValueError(
            f"a trade must move the price at most {FARTHEST:,}-fold, got {farthest:,.3g}-fold"
        )
    verb = "Selling alpha worth" if paid < 0 else "Paying in"
    got = f"{done.got:,.2f} TAO" if paid < 0 else f"{done.got:,.1f} alpha"
    return View(
        title=f"{verb} {abs(paid):,.0f} TAO moves the price by {done.price_change:+.1%}",
        panels=[
            Panel(
                marks=[*prices, Points(label="your trade", y=done.price_change, **here)],
                x=Axis(label="← alpha sold | TAO paid in →, TAO at the spot price"),
                y=Axis(label="change of the price", format=".0%"),
            ),
            Panel(
                marks=[
                    paid_back,
                    Points(label="yours", legend=False, y=got_over_paid if paid else 1.0, **here),
                ],
                x=Axis(label="← alpha sold | TAO paid in →"),
                y=Axis(label="got over paid", format=".0%", low=0, high=1.02),
            ),
        ],
        readout={
            "spot price": f"{spot:.6f} TAO",
            "price after": f"{done.price_after:.6f} TAO",
            "you get": got,
            "below the spot price": f"{1 - got_over_paid:.2%}" if paid else "no trade",
            "a price 5 % lower pays sellers": f"{paid_until(mine, 0.05):,.0f} TAO",
        },
        size=(11.0, 5.0),
    )
