"""Views of who gets new TAO: rules of shares, and the gate."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import numpy as np

from ..chain.shares import (
    MARKED,
    SHARED,
    ema_price,
    emission_shares,
    gate_kept,
    root_proportion,
    unproven,
)
from ..chain.subnets import Subnets
from ..incentives.stake import gini, top_share
from ..incentives.subnet_economy import rules_of_shares
from ..inputs import data
from ..inputs.proofs import in_words, known_fields
from ..inputs.record import checked_record, quantity
from ..inputs.rules import Rules, Scenario, load_scenario
from ..inputs.units import BLOCKS_PER_DAY
from .gallery import view
from .marks import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    Axis,
    Line,
    Panel,
    Points,
    Text,
    View,
)
from .real_subnets import start_of, where

AT_RANK = ("price_ema_unburned", "rank")
RULES = {  # the six that need prices alone, by their names in a menu
    ("price_ema", "none"): "smoothed price",
    ("price_ema_root_unburned", "none"): "price × root × unburned",
    ("price_ema_unburned", "none"): "price × unburned",
    ("price_ema_unburned", "quantile"): "the same, gate at a quantile",
    AT_RANK: "the same, gate at rank 32",
    ("price_ema_unburned", "tiers"): "the same, two tiers *",
}
COUNTS = (8, 16, 32)  # of the largest subnets
TAO_PER_DAY = 3_600  # of half a TAO a block


def only_miners_sell() -> Scenario:
    """Half of the miners' pay is sold and nothing else: a middle, not a reading, for nobody knows
    what each role sells.
    """
    return replace(
        load_scenario("base"),
        name="only miners sell, half",
        owners_sold_share=0.0,
        miners_sold_share=0.5,
        stakers_sold_share=0.0,
    )


@functools.cache
def reading(name: str) -> float:
    """A published reading of data/subnet_readings.csv."""
    return float(data.load("subnet_readings").set_index("id").loc[name, "value"])


def unproven_fields(*rules: Rules, fields: tuple[str, ...] = MARKED) -> str:
    """The fields of rules that nobody could prove, in words."""
    marks = [mark for rule in rules for mark in unproven(rule, fields)]
    return ", ".join(dict.fromkeys(mark.field.replace("_", " ") for mark in marks))


def marked(*rules: Rules) -> str:
    """What a footer says of rules that nobody could prove, or nothing."""
    fields = unproven_fields(*rules)
    return f"* unproven: {fields}" if fields else ""


def proof(rules: Rules, field: str) -> str:
    """What a footer says of how a rule is known: 'gate: replayed, block 8,791,247 …'."""
    return f"{field.replace('_', ' ')}: {in_words(known_fields(rules, [field])[field])}"


@view(rules="2026-09-11", first="owner-self-weight")
def emission_gate(rules: Rules, first: Rules) -> View:
    """Left, the part of its share that the gate leaves a subnet; right, how fast the smoothed
    price of a new subnet rises.
    """
    half = 0.5
    fifth = 0.2
    ages = np.linspace(0, 14, 57)
    kept = {at: float(gate_kept(at, rules.gate_exponent)) for at in (1.0, half, 1 / 3, fifth)}
    told = Points(x=list(kept), y=list(kept.values()), colour=BLACK, size=5)
    named = Text(
        x=[at + 0.04 for at in (1.0, half)],
        y=[kept[at] for at in (1.0, half)],
        text=[f"{kept[at]:.1%}" for at in (1.0, half)],
        valign="top",
    )
    live = _smoothed(rules, ages)
    default = _smoothed(first, ages)
    says = ", ".join(
        f"{np.interp(day, ages, live):.0%} after {day} day{'s' if day > 1 else ''}"
        for day in (1, 3, 7)
    )
    rising = [
        Line(label="live", x=ages, y=live, at_end=True),
        Line(label="code's\ndefault", x=ages, y=default, colour=ORANGE, at_end=True),
    ]
    rates = [f"{float(law.price_ema_rate):.7f}".rstrip("0") for law in (rules, first)]
    return View(
        title=f"A subnet at {half:.0%} of the bar keeps {kept[half]:.0%} of its share",
        caption=f"Left, main net's exponent in blue, between two others; at {fifth:.0%} of the bar "
        f"a subnet keeps {kept[fifth]:.1%}. What is lost goes to the others, when all shares are "
        "scaled to 100%. Right, a new subnet's smoothed price starts at zero and counts "
        f"{says} at the live rate of {rates[0]} a block; the code's default is {rates[1]}.",
        panels=[
            Panel(
                marks=[*_gates(rules.gate_exponent), told, named],
                x=Axis(label="share before the gate, over the bar", low=0, high=3),
                y=Axis(label="part kept, before scaling", format=".0%"),
            ),
            Panel(
                marks=rising,
                x=Axis(label="days since the subnet's first emission", low=0, high=14),
                y=Axis(label="smoothed price over spot price", format=".0%", low=0, high=1.02),
            ),
        ],
        size=(11.0, 4.4),
        sources=(rules, proof(rules, "gate")),
    )


def _gates(live: int) -> list[Line]:
    """The part that a gate of three exponents leaves, by the share over the bar."""
    ratio = np.linspace(0, 3, 301)
    lines = []
    for exponent, colour in ((1, GREY), (live, BLUE), (6, PURPLE)):
        kept = gate_kept(ratio, exponent)
        name = f"exponent {exponent}"
        lines.append(Line(label=name, x=ratio, y=kept, colour=colour, at_end=True))
    return lines


def _smoothed(rules: Rules, ages) -> list[float]:
    """The smoothed price of a new subnet over its spot price, at so many days of age."""
    return [
        ema_price(rules, 0.0, 1.0, age_blocks=0, blocks=int(days * BLOCKS_PER_DAY)) for days in ages
    ]


# ---- Live ----


@checked_record
class Market:
    """Main net's subnets of one block, and what is changed in them."""

    subnets: int = quantity(
        default=127, unit="", meaning="so many of the largest pools", ge=8, le=127, step=1
    )
    price_power: float = quantity(
        default=1.0,
        unit="power",
        meaning="smoothed prices are raised to this power; 1 as on main net",
        ge=0,
        le=3,
        step=0.05,
        span=(0, 2),
    )
    burning_share: float = quantity(
        default=0.0,
        unit="share",
        ge=0,
        le=0.95,
        step=0.01,
        meaning="part of the subnets, the smallest pools, whose miners' pay is all burned too",
    )


@functools.cache
def rules_to_choose() -> dict[str, Rules]:
    """The six rules by their names in a menu."""
    found = rules_of_shares()
    return {name: found[rule] for rule, name in RULES.items()}


def pools_of(market: Market, pools: Subnets) -> Subnets:
    """Subnets as the sliders change them, from the largest pool."""
    largest = np.argsort(-pools.reserve_tao, kind="stable")[: market.subnets]
    arrays: dict[str, Any] = {
        name: values[largest]
        for name, values in pools._asdict().items()
        if isinstance(values, np.ndarray)
    }
    burned = arrays["burned_share"]
    burned[len(burned) - round(len(burned) * market.burning_share) :] = 1.0
    arrays["price_ema_tao"] = arrays["price_ema_tao"] ** market.price_power
    return pools._replace(name=tuple(pools.name[k] for k in largest), **arrays)


def shares_of(rules: Rules, market: Market, start: Subnets) -> np.ndarray:
    """Each subnet's share of new TAO, largest first."""
    pools = pools_of(market, start)
    root = root_proportion(rules, pools.root_tao, pools.reserve_alpha + pools.outstanding_alpha)
    share = emission_shares(
        rules,
        price_ema_tao=pools.price_ema_tao * pools.started,
        burned_share=pools.burned_share,
        root_proportion=root,
        emission_on=pools.emission_on,
    )
    return np.sort(share)[::-1]


@view(
    rules=RULES[AT_RANK],
    market=Market,
    menus={"rules": rules_to_choose},
    published=False,
    sliders=("gate_exponent", "subnets", "price_power", "burning_share"),
)
def emission_rules(rules: Rules, market: Market, pools: Subnets | None = None) -> View:
    """Where new TAO goes on main net's subnets: the rule and its gate; as a what-if other prices,
    fewer subnets, and more of them that burn.
    """
    start = start_of(pools)
    share = shares_of(rules, market, start)
    plain = shares_of(rules_to_choose()["smoothed price"], market, start)
    rank = np.arange(1, len(share) + 1)
    counts = np.minimum(COUNTS, len(share))
    top = [top_share(share, count=int(count)) for count in counts]
    each = [
        Line(label="under this rule", x=rank, y=share),
        Line(label="by smoothed price alone", x=rank, y=plain, colour=GREY, style=":"),
    ]
    together = [
        Line(label="of the largest together", x=rank, y=np.cumsum(share), colour=RED),
        Line(label="the same by price alone", x=rank, y=np.cumsum(plain), colour=ORANGE, style=":"),
        Points(label="largest 8, 16, 32", x=counts, y=top, colour=BLACK, size=7),
    ]
    real = market == Market()
    kind = "of a what-if's"
    if real:
        kind = "of main net's" if pools is None else "of one's own"
    return View(
        title=f"The largest 8, 16 and 32 {kind} {len(share)} subnets take {top[0]:.0%}, "
        f"{top[1]:.0%} and {top[2]:.0%} of new TAO",
        panels=[
            Panel(
                marks=each,
                x=Axis(label="subnet, from the largest"),
                y=Axis(label="share of new TAO", format=".0%", low=0),
            ),
            Panel(
                marks=together,
                x=Axis(label="so many of the largest"),
                y=Axis(label="share together", format=".0%", low=0, high=1.02),
            ),
        ],
        readout={
            "subnets": where(pools) if real else f"what-if: changed from {where(pools)}",
            "Gini index": f"{gini(share):.3f}",
            "effective subnets": f"{1 / np.sum(share**2):.1f}",
            "largest": f"{share[0] * TAO_PER_DAY:,.0f} of {TAO_PER_DAY:,} TAO a day",
            "get at least 10 TAO a day": f"{int(np.sum(share * TAO_PER_DAY >= 10))} subnets",
            "* unproven": unproven_fields(rules, fields=SHARED) or "none",
            "not shown": "rules of flow: flow not known",
        },
        size=(11.0, 5.0),
    )
