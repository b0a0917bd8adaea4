"""Views of attacks: copying against working, a bribe's threshold, the price of 51 %."""

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
    copied_subnet,
    weight_copying,
)
from ..incentives.guarantee import draw_network
from ..incentives.majority import majority_cost
from ..inputs.record import checked_record, quantity
from ..inputs.rules import Rules, Scenario, Snapshot, rules_at
from .gallery import view
from .marks import (
    BLUE,
    GREEN,
    GREY,
    OF_2023,
    OF_2026,
    ORANGE,
    RED,
    Axis,
    Bars,
    Level,
    Line,
    Panel,
    Text,
    View,
)
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
    """Left, what a copier of weights earns more than those who measure, per stake; right, how well
    miners' pay follows their worth, both by the delay before weights are seen.
    """
    subnet = SUBNET if network is None else copied_subnet(network)
    new = copying(replace(rules, bonds="yuma3"), subnet)
    old = copying(replace(rules, bonds="classic"), subnet)
    even = float(np.interp(0, -new.advantage, new.lag_epochs))
    at_even = float(np.interp(even, new.lag_epochs, new.accuracy))
    gain = new.advantage[0]
    earned = [
        Line(
            label=name,
            x=got.lag_epochs,
            y=got.advantage,
            error=margin_of_error(got.standard_error, replicas=NETWORKS),
            marker="o",
            colour=colour,
            at_end=True,
        )
        for got, colour, name in ((new, BLUE, "Yuma3"), (old, ORANGE, "classic"))
    ]
    accuracy = Line(x=new.lag_epochs, y=new.accuracy, marker="o", colour=GREEN)
    lags = Axis(label=UNTIL, low=-1, high=24, ticks=range(0, 21, 5))
    return View(
        title=f"In a simulated subnet copying pays {abs(gain):.0%} "
        f"{'more' if gain >= 0 else 'less'} than measuring",
        caption="The title holds for weights in the open. Under Yuma3 bonds (blue) hiding them "
        f"for {even:.0f} epochs ends it; by then the correlation of miners' pay with their worth "
        f"has fallen by {new.accuracy[0] - at_even:.2f}. Orange: the older, classic bonds.",
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
        size=(10.5, 4.6),
        sources=(
            *([] if network is None else [where(network)]),
            f"{subnet.validators} validators, {subnet.miners} miners, noise {subnet.noise:g}, "
            f"{subnet.turnover:.0%} of miners replaced each epoch",
            f"bars: {plus_minus(NETWORKS, 'networks')}",
        ),
    )


@view(rules="2026-09-11")
def bribe_threshold(rules: Rules) -> View:
    """Left, what bribed validators gain by their dividends and what they were promised; right, what
    the bribed miner is paid, as more stake takes the bribe.
    """
    got = bribery(rules, draw_network(validators=32, miners=64, seed=1), epochs=50)
    kappa = float(rules.kappa)
    above = got.bribed_stake >= kappa
    most = got.lost_dividends[~above].max()
    won = -got.lost_dividends[above].min()
    line: dict[str, Any] = {"x": got.bribed_stake, "marker": "o", "size": 3.5}
    threshold = Level(x=kappa, style=":", width=1.4)
    bribed = Axis(label="share of stake that takes the bribe", format=".0%")
    return View(
        title=f"Above {kappa:.0%} of stake bribed validators gain, up to {won:.1%} of emission",
        caption=f"Dotted: κ, the stake that sets the median. Below it the bribed lose up to "
        f"{most:.1%} of an epoch's emission. From it on their dividends rise, the promise (grey, "
        "what each would lose alone) need not be kept, and the worthless miner takes "
        f"{got.target_incentive[above].min():.0%} of miners' pay or more.",
        panels=[
            Panel(
                marks=[
                    Line(x=got.bribed_stake, y=got.promised, colour=GREY, style="--"),
                    Line(y=-got.lost_dividends.round(9), colour=RED, **line),
                    Level(y=0, width=1.0),
                    threshold,
                    Text(
                        x=0.3,
                        y=np.interp(0.3, got.bribed_stake, got.promised),
                        text="promised",
                        colour=GREY,
                        align="right",
                        valign="bottom",
                    ),
                    Text(x=0.75, y=0, text="gained", colour=RED, valign="top"),
                ],
                x=bribed,
                y=Axis(label="share of an epoch's emission, to the bribed", format=".0%"),
            ),
            Panel(
                marks=[Line(y=got.target_incentive, **line), threshold],
                x=bribed,
                y=Axis(label="the worthless miner's share of miners' pay", format=".0%"),
            ),
        ],
        size=(10.5, 4.6),
        sources=("32 validators, 64 miners; bribed ones put 20% of weight on one miner",),
    )


@view(rules="2026-09-11", then="2023-11-20", now="2026-09-11", scenario="base")
def majority_price(rules: Rules, then: Snapshot, now: Snapshot, scenario: Scenario) -> View:
    """TAO needed for a majority of stake, bought from stakers or staked beside them, against the
    TAO that exist outside of stake (grey); red at the first date, blue at the second.
    """
    early, late = (majority_cost(rules_at(s.date), s, scenario) for s in (then, now))
    rows = []
    for when, c, colour in ((then.date, early, OF_2023), (now.date, late, OF_2026)):
        staked = "staked share assumed" if c.stake_is_assumed else "stake read on chain"
        wait = f"{c.added_usd / 1e9:.2f} bn USD, {c.days_of_emission:,.0f} days of emission"
        rows += [
            (
                f"{when}: bought from stakers",
                c.present_tao / 1e6,
                colour,
                f"{c.present_usd / 1e9:.2f} bn USD",
            ),
            (f"{when}: staked beside them", c.added_tao / 1e6, colour, wait),
            (f"{when}: outside of stake", c.unstaked_tao / 1e6, GREY, staked),
        ]
    names, amounts, colours, texts = zip(*rows, strict=True)
    bars = Bars(x=amounts, across=True, colour=colours, text=texts)
    return View(
        title=f"Outvoting today's stakers takes {late.added_tao / 1e6:.1f} M TAO where "
        f"{late.unstaked_tao / 1e6:.1f} M are unstaked",
        caption=f"A majority is {late.share:.0%} of stake. Bought from those who stake it costs "
        f"{late.present_usd / 1e9:.2f} bn USD at the price of {now.date}, if buying moved no "
        "price, which it would.",
        panels=[
            Panel(
                marks=[bars],
                x=Axis(label="TAO, million", low=0, high=1.75 * max(amounts)),
                y=Axis(names=names),
            )
        ],
        size=(9.0, 4.6),
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
