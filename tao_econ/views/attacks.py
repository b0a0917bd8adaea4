"""Views of attacks: copying against working, a bribe's threshold, collusion, stake over time, the
price of 51 %.
"""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import numpy as np

from ..analysis.uncertainty import margin_of_error
from ..chain.metagraph import Metagraph
from ..incentives.attacks import (
    SUBNET,
    CopiedSubnet,
    Copying,
    bribery,
    collusion,
    copied_subnet,
    weight_copying,
)
from ..incentives.guarantee import draw_network, honest_stake_path, retention_map
from ..incentives.majority import majority_cost
from ..inputs.record import checked_record, quantity
from ..inputs.rules import Rules, Scenario, Snapshot, epoch_blocks, rules_at
from ..inputs.units import BLOCKS_PER_DAY
from .gallery import view
from .marks import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, Axis, Bars, Level, Line, Panel, View
from .own_subnet import where
from .words import plus_minus

NETWORKS = 8
FEW_NETWORKS = 3  # of the instrument
LAGS = (0, 1, 2, 4, 7, 12, 20)
UNTIL = "epochs until weights are revealed"


@functools.cache
def copying(rules: Rules, subnet: CopiedSubnet = SUBNET) -> Copying:
    """A copier's advantage at each reveal delay, under rules."""
    return weight_copying(rules, subnet, lags=LAGS, epochs=120, networks=NETWORKS)


def _correlation(label: str, shown: np.ndarray) -> Axis:
    """From none to a perfect one, or from the least where that is below none."""
    return Axis(label=label, low=min(0.0, 1.1 * float(shown.min())), high=1.02)


@view(rules="2026-09-11")
def copier_against_honest(rules: Rules, network: Metagraph | None = None) -> View:
    """A weight copier's dividends against honest validators', by the delay before weights are
    seen, and its price.
    """
    subnet = SUBNET if network is None else copied_subnet(network)
    new = copying(replace(rules, bonds="yuma3"), subnet)
    old = copying(replace(rules, bonds="classic"), subnet)
    even = float(np.interp(0, -new.advantage, new.lag_epochs))
    at_even = float(np.interp(even, new.lag_epochs, new.accuracy))
    earned = [
        Line(
            label=name,
            x=got.lag_epochs,
            y=got.advantage,
            error=margin_of_error(got.standard_error, replicas=NETWORKS),
            marker="o",
            colour=colour,
        )
        for got, colour, name in ((new, BLUE, "Yuma3 bonds"), (old, ORANGE, "classic bonds"))
    ]
    accuracy = Line(
        label="incentive against true worth",
        x=new.lag_epochs,
        y=new.accuracy,
        marker="o",
        colour=GREEN,
    )
    lags = Axis(label=UNTIL, ticks=range(0, 21, 5))
    return View(
        title=f"Unhidden, a copier earns {new.advantage[0]:.0%} more than those who work; under "
        f"Yuma3 hiding weights {even:.0f} epochs ends that and costs miners' pay "
        f"{new.accuracy[0] - at_even:.2f} of its correlation with their worth",
        panels=[
            Panel(
                marks=[*earned, Level(y=0)],
                x=lags,
                y=Axis(label="copier's dividends per stake above honest", format=".0%"),
            ),
            Panel(
                marks=[accuracy],
                x=lags,
                y=_correlation("correlation of pay with worth", new.accuracy),
            ),
        ],
        size=(10.5, 5.2),
        sources=(
            *([] if network is None else [where(network)]),
            f"{subnet.validators} validators, {subnet.miners} miners, noise {subnet.noise:g}, "
            f"{subnet.turnover:.0%} of miners replaced each epoch",
            f"bars: {plus_minus(NETWORKS, 'networks')}",
        ),
    )


@view(rules="2026-09-11")
def bribe_threshold(rules: Rules) -> View:
    """What bribed validators lose and what the bribed miner gains as more stake takes the bribe."""
    got = bribery(rules, draw_network(validators=32, miners=64, seed=1), epochs=50)
    kappa = float(rules.kappa)
    above = got.bribed_stake >= kappa
    most = got.lost_dividends[~above].max()
    won = -got.lost_dividends[above].min()
    line: dict[str, Any] = {"x": got.bribed_stake, "marker": "o", "size": 3.5}
    validators = [
        Line(
            label="promised: what each would lose alone",
            x=got.bribed_stake,
            y=got.promised,
            colour=GREY,
            style="--",
        ),
        Line(
            label="lost by the bribed together, gained below 0%",
            y=got.lost_dividends.round(9),
            colour=RED,
            **line,
        ),
        Level(y=0, width=1.0),
    ]
    miner = Line(label="the bribed miner's share", y=got.target_incentive, **line)
    threshold = Level(label=f"κ = {kappa:.0%}", x=kappa, style=":", width=1.4)
    bribed = Axis(label="share of stake that takes the bribe", format=".0%")
    return View(
        title=f"Bribed below κ, validators lose up to {most:.1%} of emission; from it on they gain "
        f"up to {won:.1%}, and a worthless miner takes {got.target_incentive[above].min():.0%} of "
        "miners' pay or more",
        panels=[
            Panel(
                marks=[*validators, threshold],
                x=bribed,
                y=Axis(label="share of an epoch's emission", format=".0%"),
                columns=1,
            ),
            Panel(
                marks=[miner, threshold],
                x=bribed,
                y=Axis(label="share of miners' pay", format=".0%"),
                columns=1,
            ),
        ],
        size=(10.5, 5.2),
        sources=("32 validators, 64 miners; bribed ones put 20% of weight on one miner",),
    )


@view(rules="2026-09-11")
def collusion_gain(rules: Rules) -> View:
    """What validators gain by favouring miners of their own, with and without a burn of miners'
    pay.
    """
    stakes = (0.1, 0.2, 0.3, 0.35, 0.4, 0.45, 0.475, 0.5, 0.525, 0.55, 0.6)
    network = draw_network()
    burns = {0.0: RED, 0.5: ORANGE, 0.9: BLUE}
    found = {
        burn: collusion(rules, network, stake=stakes, miner_burn=burn, epochs=1) for burn in burns
    }
    less = stakes.index(0.4)
    more = stakes.index(0.6)
    most_burned = max(burns)
    gain = found[0.0].gain
    left = found[most_burned].gain
    lines = [
        Line(
            label=f"{burn:.0%} of miners' pay burned",
            x=found[burn].stake,
            y=found[burn].gain,
            marker="o",
            colour=colour,
        )
        for burn, colour in burns.items()
    ]
    majority = 1 - float(rules.kappa)
    decide = Level(label="the colluders decide every median", x=majority, style=":", width=1.4)
    return View(
        title=f"Favouring one's own miners adds {gain[less]:.0%} of pay with {stakes[less]:.0%} of "
        f"stake, {gain[more]:.0%} with {stakes[more]:.0%}; a burn of {most_burned:.0%} of miners' "
        f"pay leaves {left[less]:.1%} and {left[more]:.0%}",
        panels=[
            Panel(
                marks=[*lines, decide],
                x=Axis(label="colluders' share of stake", format=".0%"),
                y=Axis(
                    label="pay above honest behaviour (log)",
                    scale="log",
                    ticks=(0.001, 0.01, 0.1, 1),
                    format="g%",
                    low=4e-4,
                    high=3,
                ),
            )
        ],
        sources=(
            "64 validators, 448 miners, spread 0.4",
            "colluders' miners deserve 10% of weight",
        ),
    )


@view(rules="2026-09-11")
def stake_erosion(rules: Rules) -> View:
    """The honest share of stake over some hundred epochs for several honest weights against the
    worst cabal.
    """
    network = draw_network()
    grid = np.linspace(0, 1, 51)
    epochs = 600
    reward = 0.001
    start = 0.60
    levels = {0.55: RED, 0.65: ORANGE, 0.70: PURPLE, 0.75: GREEN, 0.90: BLUE}
    earned = retention_map(
        rules, network, honest_stake=[start], honest_weight=tuple(levels), cabal_weight=grid
    )[0]
    paths = {
        h: honest_stake_path(
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
    blocks = epoch_blocks(rules)
    days = epochs * blocks / BLOCKS_PER_DAY
    half = Level(label="half of stake", y=0.5, style="--")
    ends = {h: f"{path.honest_stake[-1]:.1%} with {h:.0%}" for h, path in paths.items()}
    lines = [
        Line(label=f"honest weight {h:.0%}", x=path.epoch, y=path.honest_stake, colour=levels[h])
        for h, path in paths.items()
    ]
    return View(
        title=f"In {days:.0f} days {start:.0%} of stake becomes {ends[0.55]} honest weight, "
        f"{ends[0.75]} and {ends[0.90]}",
        panels=[
            Panel(
                marks=[*lines, Level(y=start, colour=GREY, style=":"), half],
                x=Axis(label="epochs", format=",.0f"),
                y=Axis(label="honest share of stake", format=".0%"),
                columns=3,
            )
        ],
        sources=(
            f"{epochs:,} epochs of {blocks} blocks ({days:.0f} days)",
            f"each pays {reward:.2%} of the first day's stake, all of it staked",
        ),
    )


@view(rules="2026-09-11", then="2023-11-20", now="2026-09-11", scenario="base")
def majority_price(rules: Rules, then: Snapshot, now: Snapshot, scenario: Scenario) -> View:
    """TAO needed for 51 % of stake, bought from stakers or beside them, against what exists
    outside of stake.
    """
    costs = {str(s.date): majority_cost(rules_at(s.date), s, scenario) for s in (then, now)}
    late = costs[str(now.date)]
    have = "no more" if late.feasible else "more"
    rows = []
    for when, c in costs.items():
        staked = "staked share assumed" if c.stake_is_assumed else "stake read on chain"
        wait = f"{c.added_usd / 1e9:.2f} bn USD, {c.days_of_emission:,.0f} days of emission"
        dear = f"{c.present_usd / 1e9:.2f} bn USD"
        rows += [
            (f"{when}: bought from stakers", c.present_tao / 1e6, BLUE, dear),
            (f"{when}: staked beside them", c.added_tao / 1e6, RED, wait),
            (f"{when}: TAO outside of stake", c.unstaked_tao / 1e6, GREY, staked),
        ]
    names, amounts, colours, texts = zip(*rows, strict=True)
    bars = Bars(x=amounts, across=True, colour=colours, text=texts)
    return View(
        title=f"{late.share:.0%} of stake takes {late.added_tao / 1e6:.1f} M TAO staked beside the "
        f"others, {have} than the {late.unstaked_tao / 1e6:.1f} M unstaked; bought from stakers it "
        f"costs {late.present_usd / 1e9:.2f} bn USD at the price of {now.date}",
        panels=[
            Panel(
                marks=[bars],
                x=Axis(label="TAO, million", low=0, high=1.75 * max(amounts)),
                y=Axis(names=names),
            )
        ],
    )


# ---- Copying, live ----

FEW_LAGS = (0, 1, 2, 4, 8, 14)


@checked_record
class Copier:
    """One validator copies consensus, the others measure."""

    noise: float = quantity(
        default=0.3, unit="", meaning="error of one measurement, as a share", ge=0, le=1, step=0.05
    )
    turnover: float = quantity(
        default=0.02, unit="share", meaning="miners replaced in an epoch", ge=0, le=0.3, step=0.01
    )
    copier_stake: float = quantity(
        default=0.1, unit="share", meaning="the copier's share of stake", ge=0.01, le=0.6, step=0.01
    )


@functools.cache
def bonds() -> dict[str, Rules]:
    """The chain's rules with either kind of bonds."""
    chain = rules_at("2026-09-11")
    return {
        "Yuma3, each validator its own": chain,
        "classic, shared by a miner": replace(chain, bonds="classic"),
    }


@functools.lru_cache(maxsize=8)
def copied(rules: Rules, copying: Copier) -> Copying:
    """A copier's advantage at each delay, small enough for a slider."""
    subnet = CopiedSubnet(
        validators=8,
        miners=16,
        noise=copying.noise,
        turnover=copying.turnover,
        copier_stake=copying.copier_stake,
    )
    return weight_copying(rules, subnet, lags=FEW_LAGS, epochs=50, networks=FEW_NETWORKS)


@view(
    rules="2026-09-11",
    copying=Copier,
    menus={"rules": bonds},
    published=False,
    sliders=("noise", "turnover", "copier_stake"),
)
def copier(rules: Rules, copying: Copier, network: Metagraph | None = None) -> View:
    """A copier of weights against honest validators, by the delay before weights are revealed."""
    if network is None:
        got = copied(rules, copying)
    else:
        mine = copied_subnet(network, miners=16)
        mine = mine._replace(noise=copying.noise, turnover=copying.turnover)
        got = weight_copying(rules, mine, lags=FEW_LAGS, epochs=50, networks=FEW_NETWORKS)
    line: dict[str, Any] = {"x": got.lag_epochs, "marker": "o"}
    edge: dict[str, Any] = {"x": got.lag_epochs, "colour": GREY, "style": ":"}
    band = margin_of_error(got.standard_error, replicas=FEW_NETWORKS)
    pays = got.lag_epochs[got.advantage > 0]
    earned = [
        Line(label="copier above honest", y=got.advantage, **line),
        Line(label=plus_minus(FEW_NETWORKS, "networks"), y=got.advantage + band, **edge),
        Line(y=got.advantage - band, **edge),
    ]
    accuracy = Line(label="incentive against true worth", y=got.accuracy, colour=GREEN, **line)
    return View(
        title=f"A copier earns {got.advantage[0]:+.1%} with weights in the open, "
        f"{got.advantage[-1]:+.1%} at {FEW_LAGS[-1]} epochs",
        panels=[
            Panel(
                marks=earned,
                x=Axis(label=UNTIL),
                y=Axis(label="dividends per stake above honest", format=".0%"),
            ),
            Panel(
                marks=[accuracy],
                x=Axis(label=UNTIL),
                y=_correlation("correlation", got.accuracy),
            ),
        ],
        readout={
            "copying pays up to": f"{pays[-1]} epoch{'s' if pays[-1] != 1 else ''}"
            if len(pays)
            else "never",
            "advantage, no delay": f"{got.advantage[0]:+.2%} ± {band[0]:.2%}",
            "miners' pay follows worth, no delay": f"{got.accuracy[0]:.3f}",
            f"at {FEW_LAGS[-1]} epochs": f"{got.accuracy[-1]:.3f}",
            "copier's share of validators' stake": f"{got.start_stake:.1%} to "
            f"{got.copier_stake[0]:.2%}",
        },
        size=(10.5, 5.2),
        sources=() if network is None else (rules, where(network)),
    )
