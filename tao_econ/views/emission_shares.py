"""Views of who gets new TAO: rules of shares, the gate, and halvings."""

from __future__ import annotations

import functools
import textwrap
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
from ..incentives.subnet_economy import compare_rules, halving_effect, rules_of_shares
from ..inputs import data
from ..inputs.proofs import in_words, known_fields
from ..inputs.record import checked_record, quantity
from ..inputs.rules import Rules, Scenario, load_scenario, rules_at
from ..inputs.units import BLOCKS_PER_DAY, RAO_PER_TAO
from .gallery import view
from .marks import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    SKY,
    Axis,
    Bars,
    Line,
    Panel,
    Points,
    Text,
    View,
)
from .real_subnets import start_of, where

UNBURNED = ("price_ema_unburned", "none")
AT_RANK = ("price_ema_unburned", "rank")
RULES = {  # the six that need prices alone: their names in a picture and in a menu
    ("price_ema", "none"): ("smoothed price\n(February 2025)", "smoothed price"),
    ("price_ema_root_unburned", "none"): (
        "× root × unburned\n(June 2026)",
        "price × root × unburned",
    ),
    UNBURNED: ("× unburned\n(July 2026)", "price × unburned"),
    ("price_ema_unburned", "quantile"): (
        "gate at quantile\n(July 2026)",
        "the same, gate at a quantile",
    ),
    AT_RANK: ("gate at rank 32\n(August 2026)", "the same, gate at rank 32"),
    ("price_ema_unburned", "tiers"): ("two tiers\n(documentation)", "the same, two tiers *"),
}
COUNTS = (8, 16, 32)  # of the largest subnets
SHIFTS = (-0.27, 0, 0.27)  # of their bars
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


# ---- Six rules on the same prices ----


@view()
def emission_concentration(pools: Subnets | None = None) -> View:
    """Left, the share of new TAO of the largest 8, 16 and 32 subnets under six rules; right,
    Gini and effective subnets.
    """
    start = start_of(pools)
    most = COUNTS[0]
    table = compare_rules(start).loc[list(RULES)]
    gate = table.loc[AT_RANK]
    plain = table.loc[UNBURNED]
    names = [
        textwrap.fill(label + (" *" if mark else ""), 11, break_long_words=False)
        for (label, _), mark in zip(RULES.values(), table["unproven"], strict=True)
    ]
    largest = Panel(
        marks=[*_largest(table), *(_read_on_main_net() if pools is None else ())],
        x=Axis(
            names=tuple(names),
        ),
        y=Axis(label="share of new TAO", format=".0%", low=0, high=1.0),
        columns=5,
    )
    spread = Panel(
        marks=[
            Points(x=table["gini"], y=table["effective_subnets"], colour=RED, size=7),
            *_named(table, names),
        ],
        x=Axis(label="Gini index of new TAO", low=0.35, high=0.92),
        y=Axis(label="effective subnets, 1 / Σ share²", low=0, high=45),
    )
    return View(
        title=f"On the same prices the gate lifts the largest {most} of {len(start.name)} subnets "
        f"from {plain[f'top_{most}']:.0%} to {gate[f'top_{most}']:.0%} of new TAO; "
        f"{plain['effective_subnets']:.0f} effective subnets become "
        f"{gate['effective_subnets']:.0f}",
        panels=[largest, spread],
        size=(12.0, 6.0),
        widths=(1.7, 1),
        sources=(
            where(pools),
            "* unproven rule; rules of flow left out: flow not known",
            *(["● read on main net, 2026-10-08; × release notes of v440"] if pools is None else []),
        ),
    )


def _largest(table) -> list:
    """Shares of the largest subnets under each rule, beside what was read on main net."""
    at = np.arange(len(table))
    bars = []
    told = []
    for count, shift, colour in zip(COUNTS, SHIFTS, (BLUE, SKY, GREEN), strict=True):
        share = table[f"top_{count}"]
        bars.append(
            Bars(label=f"largest {count}", x=at + shift, y=share, width=0.25, colour=colour)
        )
        told.append(
            Text(
                x=at + shift,
                y=np.full(len(at), 0.015),
                text=tuple(f"{value:.0%}" for value in share),
                align="center",
                valign="bottom",
                size=8,
                colour=BLACK if colour == SKY else "white",
            )
        )
    return [*bars, *told]


def _read_on_main_net() -> list[Points]:
    """Shares of the largest subnets as they were read."""
    shifts = np.array(SHIFTS)
    row, before = (list(RULES).index(rule) for rule in (AT_RANK, UNBURNED))
    found = [reading(f"top_{count}") for count in COUNTS]
    return [
        Points(
            label="main net",
            x=row + shifts,
            y=found,
            size=6,
            colour=BLACK,
        ),
        Points(
            label="main net before the gate",
            x=before + shifts[0],
            y=reading("top_8_before_gate"),
            marker="X",
            size=7,
            colour=BLACK,
        ),
    ]


LINE = 1.8  # of names beside points, in effective subnets


def _named(table, names: list[str]) -> list[Text]:
    """Names beside the points of rules, on the side where there is room, a line apart."""
    right = table["gini"].to_numpy() > 0.65
    height = table["effective_subnets"].to_numpy(float).copy()
    for side in (True, False):
        lower = np.inf
        for k in sorted(np.flatnonzero(right == side), key=lambda k: -height[k]):
            lower = height[k] = min(height[k], lower - LINE)
    return [
        Text(
            x=table["gini"].iloc[[k]] + (-0.008 if right[k] else 0.008),
            y=height[[k]],
            text=(name.replace("\n", " "),),
            align="right" if right[k] else "left",
        )
        for k, name in enumerate(names)
    ]


@view(rules="2026-09-11", first="owner-self-weight")
def emission_gate(rules: Rules, first: Rules) -> View:
    """Left, the part of its share that the gate leaves a subnet; right, how fast the smoothed
    price of a new subnet rises.
    """
    half = 0.5
    fifth = 0.2
    ages = np.linspace(0, 14, 57)
    kept = {at: float(gate_kept(at, rules.gate_exponent)) for at in (1.0, half, 1 / 3, fifth)}
    parts = ", ".join(f"{value:.1%}" for value in kept.values())
    told = Points(
        label=f"kept at the bar, ½, ⅓ and ⅕ of it: {parts}",
        x=list(kept),
        y=list(kept.values()),
        colour=BLACK,
        size=5,
    )
    live = _smoothed(rules, ages)
    default = _smoothed(first, ages)
    says = ", ".join(
        f"{np.interp(day, ages, live):.0%} after {day} day{'s' if day > 1 else ''}"
        for day in (1, 3, 7)
    )
    rising = []
    for name, law, path, colour in (
        ("live", rules, live, BLUE),
        ("code's default", first, default, ORANGE),
    ):
        rate = f"{float(law.price_ema_rate):.7f}".rstrip("0")
        rising.append(Line(label=f"{rate} a block, {name}", x=ages, y=path, colour=colour))
    return View(
        title=f"A subnet at {half:.0%} of the bar keeps {kept[half]:.0%} of its share, at "
        f"{fifth:.0%} of it {kept[fifth]:.1%}; a new price counts {says}",
        panels=[
            Panel(
                marks=[*_gates(rules.gate_exponent), told],
                x=Axis(label="share before the gate, over the bar"),
                y=Axis(label="part kept, before all are scaled to 100%", format=".0%"),
                columns=1,
            ),
            Panel(
                marks=rising,
                x=Axis(label="days since the subnet's first emission"),
                y=Axis(label="smoothed price over spot price", format=".0%", low=0, high=1.02),
                columns=1,
            ),
        ],
        size=(11.0, 5.0),
        sources=(rules, proof(rules, "gate")),
    )


def _gates(live: int) -> list[Line]:
    """The part that a gate of three exponents leaves, by the share over the bar."""
    ratio = np.linspace(0, 3, 301)
    lines = []
    for exponent, colour in ((1, GREY), (live, BLUE), (6, PURPLE)):
        name = f"h = {exponent}" + (", as on main net" if exponent == live else "")
        lines.append(Line(label=name, x=ratio, y=gate_kept(ratio, exponent), colour=colour))
    return lines


def _smoothed(rules: Rules, ages) -> list[float]:
    """The smoothed price of a new subnet over its spot price, at so many days of age."""
    return [
        ema_price(rules, 0.0, 1.0, age_blocks=0, blocks=int(days * BLOCKS_PER_DAY)) for days in ages
    ]


@view(rules="2026-09-11", scenario=only_miners_sell)
def halving_and_small_subnets(
    rules: Rules, scenario: Scenario, pools: Subnets | None = None
) -> View:
    """New TAO a day over the pool's TAO by size of pool, before and after a halving, without and
    with the gate.
    """
    start = start_of(pools)._replace(issuance_rao=10_000_000 * RAO_PER_TAO)
    laws = (replace(rules_at("chain-buys"), subnet_shares="price_ema"), rules)
    tables = [halving_effect(law, scenario, start, days=3) for law in laws]
    found = reading("size_premium_after") / reading("size_premium_before")
    gap = tables[0].loc["small − large", "inflow_ratio"]
    for law, table in zip(laws, tables, strict=True):
        if not table.loc["large", "inflow"]:
            raise ValueError(f"rules must give large pools new TAO, got {law.name!r}, which do not")
    kept = [table.loc["small", "inflow"] / table.loc["large", "inflow"] for table in tables]
    most = max(table["inflow"].max() for table in tables)
    panels = [
        Panel(
            title=title,
            marks=_inflows(table),
            x=Axis(names=("smallest third", "middle third", "largest third")),
            y=Axis(
                label="new TAO a day over TAO in the pool", format=".1%", low=0, high=most * 1.15
            ),
        )
        for table, title in zip(
            tables, ("shares by smoothed price", "with burn and gate *"), strict=True
        )
    ]
    return View(
        title=f"A halving leaves {gap:.2f} of the small pools' lead in new TAO (measured on "
        f"prices: {found:.2f}); for their size they get {kept[0]:.1f} times what large ones get, "
        f"under the gate {kept[1]:.2g} times",
        panels=panels,
        size=(11.0, 5.0),
        sources=(where(pools), scenario, marked(*laws), "Maymin, arXiv:2603.29751"),
    )


def _inflows(table) -> list[Bars]:
    """New TAO over the pool's TAO by size of pool, at two rewards."""
    sizes = ["small", "middle", "large"]
    return [
        Bars(
            label=label,
            x=np.arange(3) + shift,
            y=table.loc[sizes, key],
            width=0.38,
            colour=colour,
            text=tuple(f"{value:.2%}" for value in table.loc[sizes, key]),
        )
        for shift, key, colour, label in (
            (-0.2, "inflow", BLUE, "reward of 1 TAO"),
            (0.2, "inflow_halved", ORANGE, "reward of ½ TAO"),
        )
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
    return {name: found[rule] for rule, (_, name) in RULES.items()}


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
    rules=RULES[AT_RANK][1],
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
