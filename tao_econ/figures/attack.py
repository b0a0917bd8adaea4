"""Figures on attacks: copying against working, a bribe's threshold, collusion, stake over time,
the price of 51 %.
"""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np
from matplotlib.ticker import MultipleLocator, PercentFormatter

from .. import incentives as retention
from ..incentives import attacks
from ..inputs.rules import Rules, Scenario, Snapshot, load_scenario, load_snapshot, rules_at
from ..inputs.units import BLOCKS_PER_DAY
from .canvas import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, RED, canvas, figure, legend_below

RULES = rules_at("2026-09-11")
BASE = load_scenario("base")
THEN, NOW = load_snapshot("2023-11-20"), load_snapshot("2026-09-11")
LAGS = (0, 1, 2, 4, 7, 12, 20)


@functools.cache
def copying(rules: Rules) -> attacks.Copying:
    """A copier's advantage at each reveal delay, under rules."""
    return attacks.weight_copying(rules, lags=LAGS, epochs=120)


@figure
def copier_against_honest(rules: Rules = RULES):
    """A weight copier's dividends against honest validators', by the delay before weights are
    seen, and its price.
    """
    new, old = copying(replace(rules, bonds="yuma3")), copying(replace(rules, bonds="classic"))
    even = float(np.interp(0, -new.advantage, new.lag_epochs))
    at_even = float(np.interp(even, new.lag_epochs, new.accuracy))
    picture, left, right = canvas(
        f"Unhidden, a copier earns {new.advantage[0]:.0%} more than those who work; under Yuma3 "
        f"hiding weights {even:.0f} "
        f"epochs ends that and costs miners' pay {new.accuracy[0] - at_even:.2f} of its "
        "correlation with their worth",
        rules,
        "16 validators, 48 miners, noise 0.3, 2% of miners replaced each epoch",
        "8 networks, bars: ± 1.96 s.e.",
        panels=2,
        size=(10.5, 5.2),
    )
    for got, colour, name in ((new, BLUE, "Yuma3 bonds"), (old, ORANGE, "classic bonds")):
        left.errorbar(
            got.lag_epochs,
            got.advantage,
            yerr=1.96 * got.standard_error,
            fmt="-o",
            ms=5,
            capsize=3,
            color=colour,
            label=name,
        )
    left.axhline(0, color=BLACK, lw=1.2)
    left.set(
        xlabel="epochs until weights are revealed",
        ylabel="copier's dividends per stake above honest",
    )
    right.plot(
        new.lag_epochs, new.accuracy, "-o", ms=5, color=GREEN, label="incentive against true worth"
    )
    right.set(
        xlabel="epochs until weights are revealed",
        ylabel="correlation of pay with worth",
        ylim=(0, 1.02),
    )
    for axis in (left, right):
        axis.xaxis.set_major_locator(MultipleLocator(5))
    left.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    legend_below(left)
    legend_below(right)
    return picture


@figure
def bribe_threshold(rules: Rules = RULES):
    """What bribed validators lose and what the bribed miner gains as more stake takes the bribe."""
    got = attacks.bribery(
        rules, retention.draw_network(validators=32, miners=64, seed=1), epochs=50
    )
    kappa = float(rules.kappa)
    below, above = got.bribed_stake < kappa, got.bribed_stake >= kappa
    most, won = got.lost_dividends[below].max(), -got.lost_dividends[above].min()
    picture, left, right = canvas(
        f"Bribed below κ, validators lose up to {most:.1%} of emission; from it on they gain up "
        f"to {won:.1%}, and a worthless "
        f"miner takes {got.target_incentive[above].min():.0%} of miners' pay or more",
        rules,
        "32 validators, 64 miners; bribed ones put 20% of weight on one miner",
        panels=2,
        size=(10.5, 5.2),
    )
    left.plot(
        got.bribed_stake,
        got.promised,
        color=GREY,
        ls="--",
        label="promised: what each would lose alone",
    )
    left.plot(
        got.bribed_stake,
        got.lost_dividends.round(9),
        "-o",
        ms=3.5,
        color=RED,
        label="lost by the bribed together, gained below 0%",
    )
    left.axhline(0, color=BLACK, lw=1.0)
    left.set(xlabel="share of stake that takes the bribe", ylabel="share of an epoch's emission")
    right.plot(
        got.bribed_stake,
        got.target_incentive,
        "-o",
        ms=3.5,
        color=BLUE,
        label="the bribed miner's share",
    )
    right.set(xlabel="share of stake that takes the bribe", ylabel="share of miners' pay")
    for axis in (left, right):
        axis.axvline(kappa, color=BLACK, ls=":", lw=1.4, label=f"κ = {kappa:.0%}")
        axis.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        legend_below(axis, ncols=1)
    return picture


@figure
def collusion_gain(rules: Rules = RULES):
    """What validators gain by favouring miners of their own, with and without a burn of miners'
    pay.
    """
    stakes = (0.1, 0.2, 0.3, 0.35, 0.4, 0.45, 0.475, 0.5, 0.525, 0.55, 0.6)
    network = retention.draw_network()
    burns = {0.0: RED, 0.5: ORANGE, 0.9: BLUE}
    found = {
        burn: attacks.collusion(rules, network, stake=stakes, miner_burn=burn, epochs=1)
        for burn in burns
    }
    less, more, most_burned = stakes.index(0.4), stakes.index(0.6), max(burns)
    gain, left = found[0.0].gain, found[most_burned].gain
    picture, axis = canvas(
        f"Favouring one's own miners adds {gain[less]:.0%} of pay with {stakes[less]:.0%} of "
        f"stake, {gain[more]:.0%} with "
        f"{stakes[more]:.0%}; a burn of {most_burned:.0%} of miners' pay leaves {left[less]:.1%} "
        f"and {left[more]:.0%}",
        rules,
        "64 validators, 448 miners, spread 0.4",
        "colluders' miners deserve 10% of weight",
    )
    for burn, colour in burns.items():
        axis.plot(
            found[burn].stake,
            found[burn].gain,
            "-o",
            ms=5,
            color=colour,
            label=f"{burn:.0%} of miners' pay burned",
        )
    axis.axvline(
        1 - float(rules.kappa),
        color=BLACK,
        ls=":",
        lw=1.4,
        label="the colluders decide every median",
    )
    axis.set(xlabel="colluders' share of stake", ylabel="pay above honest behaviour (log above 1%)")
    axis.set_yscale("symlog", linthresh=0.01)
    axis.set_yticks([0, 0.01, 0.1, 1])
    axis.set_ylim(0, 3)
    for side in (axis.xaxis, axis.yaxis):
        side.set_major_formatter(PercentFormatter(1, decimals=0))
    legend_below(axis)
    return picture


@figure
def stake_erosion(rules: Rules = RULES):
    """The honest share of stake over some hundred epochs for several honest weights against the
    worst cabal.
    """
    network, grid = retention.draw_network(), np.linspace(0, 1, 51)
    epochs, reward, start = 600, 0.001, 0.60
    levels = {0.55: RED, 0.65: ORANGE, 0.70: PURPLE, 0.75: GREEN, 0.90: BLUE}
    earned = retention.retention_map(
        rules, network, honest_stake=[start], honest_weight=tuple(levels), cabal_weight=grid
    )[0]
    paths = {
        h: retention.honest_stake_path(
            rules,
            network,
            honest_stake=start,
            honest_weight=h,
            cabal_weight=grid[row.argmin()],
            epochs=epochs,
            reward=reward,
        )
        for h, row in zip(levels, earned, strict=True)
    }
    days = epochs * rules.tempo / BLOCKS_PER_DAY
    ends = {h: f"{path.honest_stake[-1]:.1%} with {h:.0%}" for h, path in paths.items()}
    picture, axis = canvas(
        f"In {days:.0f} days {start:.0%} of stake becomes {ends[0.55]} honest weight, "
        f"{ends[0.75]} and {ends[0.90]}",
        rules,
        f"{epochs:,} epochs of {rules.tempo} blocks ({days:.0f} days)",
        f"each pays {reward:.2%} of the first day's stake, all of it staked",
    )
    for h, path in paths.items():
        axis.plot(path.epoch, path.honest_stake, color=levels[h], label=f"honest weight {h:.0%}")
    axis.axhline(start, color=GREY, ls=":", lw=1.2)
    axis.axhline(0.5, color=BLACK, ls="--", lw=1.2, label="half of stake")
    axis.set(xlabel="epochs", ylabel="honest share of stake")
    axis.xaxis.set_major_formatter(lambda x, _: f"{x:,.0f}")
    axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    legend_below(axis, ncols=3)
    return picture


@figure
def majority_price(
    rules: Rules = RULES, then: Snapshot = THEN, now: Snapshot = NOW, scenario: Scenario = BASE
):
    """TAO needed for 51 % of stake, bought from stakers or beside them, against what exists
    outside of stake.
    """
    costs = {str(s.date): attacks.majority_cost(rules_at(s.date), s, scenario) for s in (then, now)}
    late = costs[str(now.date)]
    have = "no more" if late.feasible else "more"
    picture, axis = canvas(
        f"{late.share:.0%} of stake takes {late.added_tao / 1e6:.1f} M TAO staked beside the "
        f"others, {have} than the "
        f"{late.unstaked_tao / 1e6:.1f} M unstaked; bought from stakers it costs "
        f"{late.present_usd / 1e9:.2f} bn USD at the "
        f"price of {now.date}",
        rules,
        then,
        now,
        scenario,
    )
    rows = []
    for when, c in costs.items():
        staked = "staked share assumed" if c.stake_is_assumed else "stake read on chain"
        wait = f"{c.added_usd / 1e9:.2f} bn USD, {c.days_of_emission:,.0f} days of emission"
        rows += [
            (
                f"{when}: bought from stakers",
                c.present_tao,
                BLUE,
                f"{c.present_usd / 1e9:.2f} bn USD",
            ),
            (f"{when}: staked beside them", c.added_tao, RED, wait),
            (f"{when}: TAO outside of stake", c.unstaked_tao, GREY, staked),
        ]
    for k, (_, amount, colour, text) in enumerate(rows):
        axis.barh(k, amount / 1e6, color=colour)
        axis.text(amount / 1e6 + 0.1, k, text, va="center", fontsize=9)
    axis.set_yticks(range(len(rows)), [row[0] for row in rows])
    axis.invert_yaxis()
    axis.set(xlabel="TAO, million", xlim=(0, 1.75 * max(row[1] for row in rows) / 1e6))
    return picture
