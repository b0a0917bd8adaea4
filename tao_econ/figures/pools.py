"""Figures on pools: what a trade does, who gets new TAO, what selling, exits, halvings and round
trips cost.
"""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np
from matplotlib.ticker import PercentFormatter

from ..chain.emission import block_emission
from ..chain.pools import Pool, spot_price, swap
from ..chain.shares import ema_price, gate_kept, unproven
from ..chain.subnets import run_subnets
from ..incentives.subnet_economy import (
    compare_rules,
    exit_replay,
    halving_effect,
    manipulation,
    selling_cost,
    synthetic_subnets,
)
from ..inputs import data
from ..inputs.rules import Rules, Scenario, load_scenario, rules_at
from ..inputs.units import BLOCKS_PER_DAY, tao
from .canvas import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    SKY,
    canvas,
    figure,
    in_words,
    legend_below,
)

NOW = rules_at("2026-09-11")
FIRST = rules_at("dynamic-tao")  # the first rules with pools
UNGATED = rules_at("price-unburned")
# Nobody knows what each role sells: half of the miners' pay and nothing else is a middle, not a
# reading.
SELLING = replace(
    load_scenario("base"),
    name="only miners sell, half",
    owners_sold_share=0.0,
    miners_sold_share=0.5,
    stakers_sold_share=0.0,
)
LAW = "128 synthetic subnets"  # main net's percentiles of pools, prices by a law of ours
LABELS = {  # (subnet_shares, gate) of the six rules that need prices alone, and their names
    ("price_ema", "none"): "smoothed price\n(February 2025)",
    ("price_ema_root_unburned", "none"): "× root × unburned\n(June 2026)",
    ("price_ema_unburned", "none"): "× unburned\n(July 2026)",
    ("price_ema_unburned", "quantile"): "gate at quantile\n(July 2026)",
    ("price_ema_unburned", "rank"): "gate at rank 32\n(August 2026)",
    ("price_ema_unburned", "tiers"): "two tiers\n(documentation)",
}
PERCENT = PercentFormatter(1, decimals=0)


@functools.cache
def read(name: str) -> float:
    """A published reading of data/subnet_readings.csv."""
    return float(data.load("subnet_readings").set_index("id").loc[name, "value"])


def marked(*rules: Rules) -> str:
    """What a footer says of rules that nobody could prove: '* gate: …', or nothing."""
    fields = dict.fromkeys(
        mark.field.replace("_", " ") for rule in rules for mark in unproven(rule)
    )
    return "* unproven: " + ", ".join(fields) if fields else ""


def price_after(pool: Pool, part: float) -> float:
    """Change of the price where so large a part of a reserve is brought: TAO in above 0, alpha
    in below 0.
    """
    order = (
        {"tao_in": part * pool.reserve_tao}
        if part >= 0
        else {"alpha_in": -part * pool.reserve_alpha}
    )
    return spot_price(swap(pool, **order)[0]) / spot_price(pool) - 1


@figure
def pool_impact():
    """Left, price change against trade size for three pool weights; right, the sale that lowers
    the price by 5 and 10%.
    """
    parts = np.linspace(-0.5, 0.5, 101)
    table = data.load("pool_percentiles")
    names = {
        0.0: "smallest",
        0.1: "10% are smaller",
        0.25: "25%",
        0.5: "middle",
        0.75: "75%",
        0.9: "90%",
        1.0: "largest",
    }
    reserves = [float(r) for r in table["reserve_tao"]]
    labels = [names[float(part)] for part in table["pools_below_share"]]
    even = Pool(reserve_tao=reserves[labels.index("middle")], reserve_alpha=1e6)
    less, more, part = 0.05, 0.10, 0.1
    taken = {
        fall: np.array(reserves) * (1 - np.sqrt(1 - fall)) for fall in (less, more)
    }  # T(1 − √(1 − fall)) at w = ½
    picture, left, right = canvas(
        f"Selling {part:.0%} of a pool's alpha lowers its price by "
        f"{-price_after(even, -part):.1%}; the middle pool pays out "
        f"{taken[less][labels.index('middle')]:.0f} TAO before it falls {less:.0%}",
        "balancer.rs at 14bc6f9, no fee",
        "data/pool_percentiles.csv, 2026-10-08, constant product",
        panels=2,
        size=(11.0, 5.2),
    )
    for weight, colour in ((0.5, BLUE), (0.3, ORANGE), (0.7, GREEN)):
        pool = replace(even, tao_weight=weight)
        name = "constant product, ½ TAO" if weight == 0.5 else f"balancer, {weight:.0%} TAO"
        left.plot(parts, [price_after(pool, part) for part in parts], color=colour, label=name)
    left.axhline(0, color=BLACK, lw=0.8)
    left.axvline(0, color=BLACK, lw=0.8)
    left.set(
        xlabel="← alpha sold | TAO paid in →, share of that reserve", ylabel="change of the price"
    )
    for side in (left.xaxis, left.yaxis):
        side.set_major_formatter(PERCENT)
    rows = np.arange(len(labels))
    for shift, (fall, amounts), colour in zip(
        (-0.2, 0.2), taken.items(), (PURPLE, RED), strict=True
    ):
        right.barh(
            rows + shift, amounts, 0.38, color=colour, label=f"until the price is {fall:.0%} lower"
        )
        for row, amount in zip(rows, amounts, strict=True):
            right.text(amount * 1.1, row + shift, f"{amount:,.0f}", va="center", fontsize=8.5)
    right.set_yticks(rows, labels)
    right.invert_yaxis()
    right.set(xscale="log", xlim=(2, 60_000), xlabel="TAO that sellers get out of the pool")
    right.xaxis.set_major_formatter(lambda x, _: f"{x:,.0f}")
    right.grid(axis="y", visible=False)
    legend_below(left, ncols=1)
    legend_below(right, ncols=1)
    return picture


@figure
def emission_concentration():
    """Left, the share of new TAO of the largest 8, 16 and 32 subnets under six rules; right,
    Gini and effective subnets.
    """
    start, counts = synthetic_subnets(), (8, 16, 32)
    table, most = compare_rules(start).loc[list(LABELS)], counts[0]
    gate, plain = (table.loc[("price_ema_unburned", gate)] for gate in ("rank", "none"))
    picture, left, right = canvas(
        f"On the same prices the gate lifts the largest {most} of {len(start.name)} subnets from "
        f"{plain[f'top_{most}']:.0%} to "
        f"{gate[f'top_{most}']:.0%} of new TAO; {plain['effective_subnets']:.0f} effective "
        "subnets become "
        f"{gate['effective_subnets']:.0f}",
        LAW,
        "* unproven rule",
        "○ read on main net, 2026-10-08; × release notes of v440",
        panels=2,
        size=(12.0, 6.0),
        widths=(1.7, 1),
    )
    at = np.arange(len(table))
    stars = [
        label + (" *" if mark else "")
        for label, mark in zip(LABELS.values(), table["unproven"], strict=True)
    ]
    for shift, (count, colour) in zip(
        (-0.27, 0, 0.27), zip(counts, (BLUE, SKY, GREEN), strict=True), strict=True
    ):
        values = table[f"top_{count}"]
        left.bar(at + shift, values, 0.25, color=colour, label=f"largest {count}")
        for x, value in zip(at, values, strict=True):
            left.text(
                x + shift,
                0.015,
                f"{value:.0%}",
                ha="center",
                fontsize=8,
                color=BLACK if colour == SKY else "white",
            )
    row, before = (table.index.get_loc(("price_ema_unburned", gate)) for gate in ("rank", "none"))
    found = [read(f"top_{count}") for count in counts]
    left.plot(
        row + np.array([-0.27, 0, 0.27]), found, "o", mfc="white", mec=BLACK, label="main net"
    )
    left.plot(
        before - 0.27,
        read("top_8_before_gate"),
        "x",
        color=BLACK,
        ms=7,
        mew=2,
        label="main net before the gate",
    )
    left.set_xticks(at, stars, fontsize=8, rotation=30, ha="right")
    left.set(ylabel="share of new TAO", ylim=(0, 1.0))
    left.yaxis.set_major_formatter(PERCENT)
    left.grid(axis="x", visible=False)
    legend_below(left, last="main net", bbox_to_anchor=(0, -0.24), ncols=5, fontsize=8)
    right.scatter(table["gini"], table["effective_subnets"], color=RED, s=50, zorder=3)
    for gini, count, label in zip(table["gini"], table["effective_subnets"], stars, strict=True):
        beyond = gini > 0.8
        right.annotate(
            label.replace("\n", " "),
            (gini, count),
            xytext=(-8 if beyond else 8, 0),
            textcoords="offset points",
            fontsize=8,
            va="center",
            ha="right" if beyond else "left",
        )
    right.set(
        xlabel="Gini index of new TAO",
        ylabel="effective subnets, 1 / Σ share²",
        xlim=(0.58, 0.92),
        ylim=(0, 45),
    )
    return picture


@figure
def emission_gate(rules: Rules = NOW):
    """Left, the part of its share that the gate leaves a subnet; right, how fast the smoothed
    price of a new subnet rises.
    """
    ratio = np.linspace(0, 3, 301)
    ages = np.linspace(0, 14, 57)
    default = float(FIRST.price_ema_rate)
    seen = {}
    for rule in (rules, replace(rules, price_ema_rate=FIRST.price_ema_rate)):
        path = [
            ema_price(0.0, 1.0, age_blocks=0, blocks=int(d * BLOCKS_PER_DAY), rules=rule)
            for d in ages
        ]
        seen[float(rule.price_ema_rate)] = path
    live = dict(zip(ages, seen[float(rules.price_ema_rate)], strict=True))
    kept = {at: float(gate_kept(at, rules.gate_exponent)) for at in (1.0, 0.5, 1 / 3, 0.2)}
    says = ", ".join(
        f"{live[day]:.0%} after {day} day{'s' if day > 1 else ''}" for day in (1, 3, 7)
    )
    picture, left, right = canvas(
        f"A subnet at {0.5:.0%} of the bar keeps {kept[0.5]:.0%} of its share, at {0.2:.0%} of it "
        f"{kept[0.2]:.1%}; a new price "
        f"counts {says}",
        rules,
        marked(rules),
        panels=2,
        size=(11.0, 5.0),
    )
    for exponent, colour in ((1, GREY), (rules.gate_exponent, BLUE), (6, PURPLE)):
        name = f"h = {exponent}" + (", as on main net *" if exponent == rules.gate_exponent else "")
        left.plot(ratio, gate_kept(ratio, exponent), color=colour, label=name)
    left.plot(
        list(kept),
        list(kept.values()),
        "o",
        color=BLACK,
        ms=5,
        label="kept at the bar, ½, ⅓ and ⅕ of it: "
        + ", ".join(f"{value:.1%}" for value in kept.values()),
    )
    left.set(
        xlabel="share before the gate, over the bar",
        ylabel="part kept, before all are scaled to 100%",
    )
    for (rate, path), colour in zip(seen.items(), (BLUE, ORANGE), strict=True):
        name = "code's default" if rate == default else "live"
        right.plot(ages, path, color=colour, label=f"{rate:.7f}".rstrip("0") + f" a block, {name}")
    right.set(
        xlabel="days since the subnet's first emission",
        ylabel="smoothed price over spot price",
        ylim=(0, 1.02),
    )
    for axis in (left, right):
        axis.yaxis.set_major_formatter(PERCENT)
        legend_below(axis, ncols=1)
    return picture


@functools.cache
def sold(rules: Rules, scenario: Scenario, days: int):
    """What root and miners sell of the alpha they are paid, and what it does to prices, under
    rules.
    """
    return selling_cost(rules, scenario, synthetic_subnets(), days=days)


@figure
def selling_pressure(first: Rules = FIRST, rules: Rules = NOW, scenario: Scenario = SELLING):
    """Left, TAO a day that sellers of alpha take out of all pools; right, what a week of it does
    to prices.
    """
    days = 7
    early, late = sold(first, scenario, days), sold(rules, scenario, days)
    tables = {f"{first.first_date:%B %Y}": early, f"{rules.first_date:%B %Y} *": late}
    new = BLOCKS_PER_DAY * tao(block_emission(rules, synthetic_subnets().issuance_rao))
    taken = late.loc["miners", "miners_tao_per_day"]
    picture, left, right = canvas(
        f"Miners who sell {scenario.miners_sold_share:.0%} of their alpha take {taken:,.0f} of "
        f"{new:,.0f} new TAO a day out of "
        f"the pools; {days} days of it cost the middle price "
        f"{-late.loc['miners', 'median_price_change']:.1%}",
        LAW,
        scenario,
        marked(rules),
        panels=2,
        size=(11.0, 5.2),
    )
    for shift, (name, table), colour in zip(
        (-0.2, 0.2), tables.items(), (ORANGE, BLUE), strict=True
    ):
        for axis, values, form in (
            (
                left,
                [table.loc["root", "root_tao_per_day"], table.loc["miners", "miners_tao_per_day"]],
                "{:,.0f}",
            ),
            (right, list(-table["median_price_change"]), "{:.2%}"),
        ):
            bars = axis.bar(
                np.arange(len(values)) + shift, values, 0.38, color=colour, label=f"rules of {name}"
            )
            axis.bar_label(bars, [form.format(v) for v in values], fontsize=8.5, padding=2)
    left.axhline(new, color=BLACK, ls="--", lw=1.2, label="new TAO a day")
    left.set_xticks([0, 1], ["root's dividends\n(baskets start empty)", "miners"])
    left.set(ylabel="TAO a day out of the pools", ylim=(0, new * 1.1))
    left.yaxis.set_major_formatter(lambda x, _: f"{x:,.0f}")
    right.set_xticks(range(3), ["root sells", "miners sell", "both sell"])
    right.set(ylabel=f"middle price after {days} days below a run without sales")
    right.yaxis.set_major_formatter(PercentFormatter(1, decimals=1))
    for axis in (left, right):
        axis.grid(axis="x", visible=False)
        legend_below(axis, last="new TAO")
    return picture


@figure
def subnet_exit(rules: Rules = NOW, scenario: Scenario = SELLING, tao_out: float = 37_000.0):
    """Prices and shares of new TAO of three subnets whose owners sell out, and of all others,
    before and after.
    """
    days, leaving = 10, ["s3", "s5", "s9"]
    table = exit_replay(
        rules, scenario, synthetic_subnets(), leaving=leaving, tao_out=tao_out, days=days
    )
    shock = data.load("price_shocks").iloc[0]
    calm = run_subnets(rules, scenario, synthetic_subnets(), days=1)
    alone = dict(zip(calm.name, calm.price_tao[-1], strict=True))
    usual = [alone.pop(name) for name in leaving]
    fall = table["price_next_day"] / [*usual, np.median(list(alone.values()))] - 1
    tao_fell = shock["after_usd"] / shock["before_usd"] - 1
    picture, left, right = canvas(
        f"{in_words(len(leaving)).capitalize()} owners who sell {tao_out:,.0f} TAO worth lower "
        "their own prices by "
        f"{-fall[leaving].mean():.0%} and the others' by {abs(fall['all others']):.1%}; the "
        f"{-tao_fell:.0%} that TAO fell on "
        f"{shock['date'].day} {shock['date']:%B %Y} did not pass through pools",
        rules,
        scenario,
        LAW,
        marked(rules),
        panels=2,
        size=(11.0, 5.0),
    )
    rows = np.arange(len(table))
    names = [
        f"{n}, {got:,.0f} TAO out" if got else n
        for n, got in zip(table.index, table["tao_got"], strict=True)
    ]
    bars = left.bar(rows, fall, 0.6, color=[RED] * len(leaving) + [BLUE])
    left.bar_label(bars, [f"{value:.1%}" for value in fall], fontsize=9, padding=2)
    left.axhline(0, color=BLACK, lw=0.8)
    left.set(
        ylabel="price after a day, beside a run without the exit", ylim=(fall.min() * 1.2, 0.02)
    )
    change = table["share_at_end"] / table["share_before"] - 1
    bars = right.bar(rows, change, 0.6, color=[RED] * len(leaving) + [BLUE])
    right.bar_label(bars, [f"{value:+.1%}" for value in change], fontsize=9, padding=2)
    right.axhline(0, color=BLACK, lw=0.8)
    right.set(
        ylabel=f"change of the share of new TAO after {days} days",
        ylim=(change.min() * 1.25, change.max() * 2.2),
    )
    for axis in (left, right):
        axis.set_xticks(rows, [name.replace(", ", "\n") for name in names])
        axis.yaxis.set_major_formatter(PERCENT)
        axis.grid(axis="x", visible=False)
    return picture


@figure
def halving_and_small_subnets(rules: Rules = NOW, scenario: Scenario = SELLING):
    """New TAO a day over the pool's TAO by size of pool, before and after a halving, without and
    with the gate.
    """
    start = synthetic_subnets()._replace(issuance_rao=10_000_000 * 10**9)
    laws = (replace(rules_at("chain-buys"), subnet_shares="price_ema"), rules)
    tables = [halving_effect(law, scenario, start, days=3) for law in laws]
    found = read("size_premium_after") / read("size_premium_before")
    gap = [table.loc["small − large"] for table in tables]
    kept = [table.loc["small", "inflow"] / table.loc["large", "inflow"] for table in tables]
    picture, *axes = canvas(
        f"A halving leaves {gap[0]['inflow_ratio']:.2f} of the small pools' lead in new TAO "
        f"(measured on prices: {found:.2f}); "
        f"for their size they get {kept[0]:.1f} times what large ones get, under the gate "
        f"{kept[1]:.2f} times",
        LAW,
        scenario,
        marked(*laws),
        "Maymin, arXiv:2603.29751",
        panels=2,
        size=(11.0, 5.0),
    )
    for axis, table, title in zip(
        axes, tables, ("shares by smoothed price", "with burn and gate *"), strict=True
    ):
        sizes = ["small", "middle", "large"]
        for shift, key, colour, label in (
            (-0.2, "inflow", BLUE, "reward of 1 TAO"),
            (0.2, "inflow_halved", ORANGE, "reward of ½ TAO"),
        ):
            bars = axis.bar(
                np.arange(3) + shift, table.loc[sizes, key], 0.38, color=colour, label=label
            )
            axis.bar_label(
                bars, [f"{value:.2%}" for value in table.loc[sizes, key]], fontsize=8.5, padding=2
            )
        axis.set_xticks(range(3), ["smallest third", "middle third", "largest third"])
        axis.set_title(title)
        axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=1))
        axis.grid(axis="x", visible=False)
        axis.set(
            ylabel="new TAO a day over TAO in the pool",
            ylim=(0, max(t["inflow"].max() for t in tables) * 1.15),
        )
        legend_below(axis)
    return picture


@figure
def price_manipulation(rules: Rules = UNGATED, gate: Rules = NOW, scenario: Scenario = SELLING):
    """What an hour's round trip costs and what new TAO it attracts, by spot price and two speeds
    of smoothing.
    """
    pools, tao_in, subnet = synthetic_subnets(), 500.0, "s40"
    slow = manipulation(
        replace(rules, price_ema_rate=FIRST.price_ema_rate),
        scenario,
        pools,
        subnet=subnet,
        tao_in=tao_in,
    )
    plain, gated = (
        manipulation(law, scenario, pools, subnet=subnet, tao_in=tao_in) for law in (rules, gate)
    )
    rows = {
        "spot price": plain.loc["spot"],
        "smoothed, live rate": plain.loc["smoothed"],
        "smoothed, code's default": slow.loc["smoothed"],
        "gate, spot price *": gated.loc["spot"],
        "gate, live rate *": gated.loc["smoothed"],
    }
    kept = [
        rows[name]["tao_attracted"] / rows["spot price"]["tao_attracted"]
        for name in list(rows)[1:3]
    ]
    picture, axis = canvas(
        "Lifting a price for an hour costs "
        f"{1 / rows['spot price']['attracted_per_tao_lost']:.1f} times the TAO it attracts; "
        f"smoothing keeps {kept[0]:.0%} of that within the day at the live rate, {kept[1]:.0%} at "
        "the code's default",
        LAW,
        f"{tao_in:,.0f} TAO in and out of {subnet}, 300 blocks apart; nobody else sells",
        marked(gate),
    )
    at = np.arange(len(rows))
    kinds = (
        (-0.2, "tao_lost", RED, "TAO the trader loses"),
        (0.2, "tao_attracted", PURPLE, "TAO its pool attracts that day"),
    )
    for shift, key, colour, label in kinds:
        values = [row[key] for row in rows.values()]
        bars = axis.bar(at + shift, values, 0.38, color=colour, label=label)
        axis.bar_label(bars, [f"{value:.3f}" for value in values], fontsize=8.5, padding=2)
    axis.set_xticks(at, [name.replace(", ", ",\n") for name in rows])
    axis.set(ylabel="TAO")
    axis.grid(axis="x", visible=False)
    legend_below(axis)
    return picture
