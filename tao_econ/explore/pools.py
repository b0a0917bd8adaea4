"""Instruments on pools: one pool and a trade, and where new TAO goes under a rule one can bend."""

from __future__ import annotations

import functools

import numpy as np

from ..chain.pools import Pool, spot_price, swap, trade_to_price
from ..chain.shares import emission_shares, root_proportion, unproven
from ..chain.subnets import Subnets
from ..incentives.stake import gini, top_share
from ..incentives.subnet_economy import rules_of_shares, synthetic_subnets
from ..inputs.record import checked_record, quantity
from ..inputs.rules import Rules
from .panel import BLUE, GREEN, GREY, ORANGE, RED, Choice, Panel, layout

PARTS = np.linspace(-0.5, 0.5, 51)
FEE_UNITS = 65_535  # the chain stores a fee in these parts of one


@checked_record
class Trade:
    """A pool and a trade with it."""

    reserve_tao: float = quantity(
        6_740.0,
        unit="TAO",
        meaning="TAO in the pool; 6,740 is the middle one",
        gt=0,
        le=1e9,
        step=10,
        span=(100, 202_000),
    )
    reserve_alpha: float = quantity(
        1_685_000.0,
        unit="alpha",
        meaning="alpha in the pool",
        gt=0,
        le=1e12,
        step=1_000,
        span=(10_000, 10_000_000),
    )
    tao_weight: float = quantity(
        0.5,
        unit="share",
        meaning="weight of TAO; one half is the constant product",
        ge=0.01,
        le=0.99,
        step=0.01,
    )
    trade_tao: float = quantity(
        -170.0,
        unit="TAO",
        ge=-1e9,
        le=1e9,
        step=10,
        span=(-5_000, 5_000),
        meaning="above 0 TAO paid in, below 0 alpha sold, at its worth at the spot price",
    )
    fee_parts: int = quantity(
        33,
        unit="of 65,535",
        meaning="fee on the input, as the chain stores it",
        ge=0,
        le=65_535,
        step=1,
        span=(0, 655),
    )


@checked_record
class Market:
    """Subnets that are none in particular."""

    subnets: int = quantity(
        128, unit="", meaning="number of subnets", ge=8, le=1_024, step=1, span=(8, 128)
    )
    price_exponent: float = quantity(
        0.9,
        unit="power",
        meaning="price grows with this power of the pool",
        ge=0,
        le=3,
        step=0.05,
        span=(0, 1.5),
    )
    burned_share: float = quantity(
        0.23,
        unit="share",
        ge=0,
        le=0.95,
        step=0.01,
        meaning="part of the subnets, the smallest, whose miners' pay is all burned",
    )


NAMES = {
    "smoothed price": ("price_ema", "none"),
    "price × root × unburned *": ("price_ema_root_unburned", "none"),
    "price × unburned": ("price_ema_unburned", "none"),
    "the same, gate at a quantile *": ("price_ema_unburned", "quantile"),
    "the same, gate at rank 32 *": ("price_ema_unburned", "rank"),
    "the same, two tiers *": ("price_ema_unburned", "tiers"),
}
RULES = Choice({name: rules_of_shares()[rule] for name, rule in NAMES.items()})


def pool(**settings):
    """One pool and one trade: what it gets, what it does to the price, beside a constant product.

    settings : reserve_tao, reserve_alpha, tao_weight, trade_tao, fee_parts
    """
    return Panel(
        "pool",
        {"trade": Trade()},
        tuple(Trade.__pydantic_fields__),
        draw_pool,
        read_pool,
        {},
        settings,
    )


def emission_rules(**settings):
    """Where new TAO goes: the rule, its gate, how steeply price grows with the pool, and how many
    subnets burn.

    settings : rules, gate_exponent, subnets, price_exponent, burned_share
    """
    records = {"rules": RULES["the same, gate at rank 32 *"], "market": Market()}
    fields = ("gate_exponent", *Market.__pydantic_fields__)
    return Panel(
        "emission_rules",
        records,
        fields,
        draw_emission_rules,
        read_emission_rules,
        {"rules": RULES},
        settings,
    )


# ---- One pool ----


def trade_of(
    trade: Trade, part: float | None = None, weight: float | None = None
) -> tuple[Pool, Pool, float, float]:
    """Pool before and after, what was got in TAO's worth at the spot price, and what was paid,
    for a part of the pool's TAO.
    """
    before = Pool(
        reserve_tao=trade.reserve_tao,
        reserve_alpha=trade.reserve_alpha,
        tao_weight=weight or trade.tao_weight,
    )
    paid = trade.trade_tao if part is None else part * trade.reserve_tao
    spot, fee = spot_price(before), trade.fee_parts / FEE_UNITS
    if paid >= 0:
        after, got = swap(before, tao_in=paid, fee=fee)
        return before, after, got * spot, paid
    after, got = swap(before, alpha_in=-paid / spot, fee=fee)
    return before, after, got, -paid


def draw_pool(trade: Trade) -> dict:
    """The plotly figure of `pool` as a plain dict."""
    moved, even, kept = [], [], []
    for part in PARTS:
        before, after, got, paid = trade_of(trade, part)
        moved.append(spot_price(after) / spot_price(before) - 1)
        kept.append(got / paid if paid else 1 - trade.fee_parts / FEE_UNITS)
        before, after, _, _ = trade_of(trade, part, 0.5)
        even.append(spot_price(after) / spot_price(before) - 1)
    before, after, got, paid = trade_of(trade)
    change = spot_price(after) / spot_price(before) - 1
    verb = "Selling alpha worth" if trade.trade_tao < 0 else "Paying in"
    line, x = {"type": "scatter", "mode": "lines"}, PARTS * trade.reserve_tao
    mark = {"mode": "markers", "marker": {"color": "#222222", "size": 10}, "x": [trade.trade_tao]}
    right = {"xaxis": "x2", "yaxis": "y2"}
    return {
        "data": [
            line | {"name": "this pool", "x": x, "y": moved, "line": {"color": BLUE}},
            line
            | {
                "name": "constant product",
                "x": x,
                "y": even,
                "line": {"color": GREY, "dash": "dot"},
            },
            line | mark | {"name": "your trade", "y": [change]},
            line
            | right
            | {
                "name": "got over paid, at the spot price",
                "x": x,
                "y": kept,
                "line": {"color": GREEN},
            },
            line
            | mark
            | right
            | {"name": "yours", "y": [got / paid if paid else 1.0], "showlegend": False},
        ],
        "layout": layout(
            f"{verb} {abs(trade.trade_tao):,.0f} TAO moves the price by {change:+.1%}",
            xaxis={
                "title": {"text": "← alpha sold | TAO paid in →, TAO at the spot price"},
                "domain": [0, 0.46],
            },
            yaxis={"title": {"text": "change of the price"}, "tickformat": ".0%"},
            xaxis2={
                "title": {"text": "← alpha sold | TAO paid in →"},
                "domain": [0.56, 1],
                "anchor": "y2",
            },
            yaxis2={
                "title": {"text": "got over paid"},
                "anchor": "x2",
                "tickformat": ".0%",
                "range": [0, 1.02],
            },
        ),
    }


def read_pool(trade: Trade) -> dict[str, str]:
    """The read-out of `pool`."""
    before, after, got, paid = trade_of(trade)
    spot = spot_price(before)
    lower = paid_until(before, 0.95 * spot)
    return {
        "spot price": f"{spot:.6f} TAO",
        "price after": f"{spot_price(after):.6f} TAO",
        "you get": f"{got:,.2f} TAO" if trade.trade_tao < 0 else f"{got / spot:,.1f} alpha",
        "below the spot price": f"{1 - got / paid:.2%}" if paid else "no trade",
        "a price 5 % lower pays sellers": f"{lower:,.0f} TAO",
    }


def paid_until(pool: Pool, price_tao: float) -> float:
    """TAO that sellers take out while the price falls to the one given."""
    return swap(pool, alpha_in=trade_to_price(pool, price_tao)[1])[1]


# ---- Who gets new TAO ----


@functools.lru_cache(maxsize=64)
def market_of(market: Market) -> Subnets:
    """The subnets that the sliders describe."""
    earning = max(round(market.subnets * (1 - market.burned_share)), 1)
    return synthetic_subnets(market.subnets, earning=earning, price_exponent=market.price_exponent)


def shares_of(rules: Rules, market: Market) -> np.ndarray:
    """Each subnet's share of new TAO, largest first."""
    pools = market_of(market)
    root = root_proportion(rules, pools.root_tao, pools.reserve_alpha + pools.outstanding_alpha)
    share = emission_shares(
        rules,
        price_ema_tao=pools.price_ema_tao,
        burned_share=pools.burned_share,
        root_proportion=root,
    )
    return np.sort(share)[::-1]


def tops(share: np.ndarray) -> list[float]:
    """Share of the largest 8, 16 and 32."""
    return [top_share(share, count=min(count, len(share))) for count in (8, 16, 32)]


def draw_emission_rules(rules: Rules, market: Market) -> dict:
    """The plotly figure of `emission_rules` as a plain dict."""
    share, plain = shares_of(rules, market), shares_of(RULES["smoothed price"], market)
    rank = np.arange(1, market.subnets + 1)
    line = {"type": "scatter", "mode": "lines", "x": rank}
    right = {"xaxis": "x2", "yaxis": "y2"}
    top = tops(share)
    return {
        "data": [
            line | {"name": "under this rule", "y": share, "line": {"color": BLUE}},
            line
            | {
                "name": "by smoothed price alone",
                "y": plain,
                "line": {"color": GREY, "dash": "dot"},
            },
            line
            | right
            | {"name": "of the largest together", "y": np.cumsum(share), "line": {"color": RED}},
            line
            | right
            | {
                "name": "the same by price alone",
                "y": np.cumsum(plain),
                "line": {"color": ORANGE, "dash": "dot"},
            },
            line
            | right
            | {
                "name": "largest 8, 16, 32",
                "x": [min(count, market.subnets) for count in (8, 16, 32)],
                "y": top,
                "mode": "markers",
                "marker": {"color": "#222222", "size": 9},
            },
        ],
        "layout": layout(
            f"The largest 8, 16 and 32 of {market.subnets} subnets take {top[0]:.0%}, "
            f"{top[1]:.0%} and {top[2]:.0%} of new TAO",
            xaxis={"title": {"text": "subnet, from the largest"}, "domain": [0, 0.46]},
            yaxis={
                "title": {"text": "share of new TAO"},
                "tickformat": ".0%",
                "rangemode": "tozero",
            },
            xaxis2={
                "title": {"text": "so many of the largest"},
                "domain": [0.56, 1],
                "anchor": "y2",
            },
            yaxis2={
                "title": {"text": "share together"},
                "anchor": "x2",
                "tickformat": ".0%",
                "range": [0, 1.02],
            },
        ),
    }


def read_emission_rules(rules: Rules, market: Market) -> dict[str, str]:
    """The read-out of `emission_rules`."""
    share = shares_of(rules, market)
    marks = ", ".join(mark.field.replace("_", " ") for mark in unproven(rules))
    return {
        "Gini index": f"{gini(share):.3f}",
        "effective subnets": f"{1 / np.sum(share**2):.1f}",
        "largest": f"{share[0] * 3_600:,.0f} of 3,600 TAO a day",
        "get at least 10 TAO a day": f"{int(np.sum(share * 3_600 >= 10))} subnets",
        "* unproven": marks or "none",
    }
