"""Views of concentration: Lorenz curves, what a cap changes and what splitting undoes, reward
against performance.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from ..chain.metagraph import Metagraph
from ..incentives import stake
from ..incentives.reward_correlation import reward_correlations
from ..incentives.stake_model import (
    fit_stake,
    lognormal_stake,
    model_lorenz,
    model_top_share,
    pareto_stake,
    stake_population,
)
from ..inputs import data
from ..inputs.record import checked_record, quantity
from .gallery import view
from .marks import (
    BLACK,
    BLUE,
    GREY,
    OF_2023,
    ORANGE,
    PURPLE,
    RED,
    SKY,
    Axis,
    Level,
    Line,
    Panel,
    Points,
    Text,
    View,
)
from .own_subnet import holdings, where

GINI = 0.9825  # over all wallets, Lui and Sun, arXiv:2507.02951
TOP_PERCENT = 0.90
CAP = 0.88  # the same: the cap it proposes, and whose share of stake it gives
RICHEST = 0.01
OF_SUBNETS = (0.38, 0.9997)  # range of that share over subnets
WALLETS = 20_000
SHARES = (1e-4, 1e-3, 1e-2, 1e-1, 1)


@functools.cache
def wallets() -> np.ndarray:
    """Stake of wallets, poorest first, with the published Gini and the published share of the
    richest 1 %.
    """
    return stake_population(fit_stake(GINI, TOP_PERCENT, wallets=WALLETS), WALLETS)


# ---- Who holds how much ----


@view()
def stake_lorenz(network: Metagraph | None = None) -> View:
    """Share of stake of the richest wallets under three distributions with the published Gini
    index.
    """
    models = {
        "lognormal": (lognormal_stake(GINI), SKY),
        "lognormal body, Pareto tail": (fit_stake(GINI, TOP_PERCENT), BLUE),
        "Pareto": (pareto_stake(GINI), ORANGE),
    }
    tops = [model_top_share(model, RICHEST) for model, _ in models.values()]
    rich = np.logspace(-5, 0, 400)
    curves = [
        mark
        for name, (model, colour) in models.items()
        for mark in _named(name, rich, 1 - model_lorenz(model, 1 - rich), colour)
    ]
    held = [] if network is None else [holdings(network)]
    own = [f"Your subnet: Gini {stake.gini(one):.2f} of {len(one)} with stake. " for one in held]
    curves += map(_lorenz_of, held)
    return View(
        title=f"{''.join(own)}One Gini leaves the richest hundredth "
        f"{min(tops):.0%} to {max(tops):.0%} of stake",
        caption=f"All three curves have the published Gini of {GINI}; they differ in what the "
        f"richest {RICHEST:.0%} hold: {', '.join(f'{top:.1%}' for top in tops)}. The "
        f"published number is {TOP_PERCENT:.0%}, the median over subnets (dot), with a range "
        f"from {OF_SUBNETS[0]:.0%} to {OF_SUBNETS[1]:.2%}. The middle curve is fitted to both.",
        panels=[
            Panel(
                marks=[
                    *curves,
                    *_published(),
                    Line(x=rich, y=rich, colour=GREY, style=":", width=1.2),
                    Text(x=0.5, y=0.5, text="all equal", colour=GREY, align="right"),
                ],
                x=Axis(
                    label="richest share of wallets (log)",
                    scale="log",
                    low=1e-5,
                    high=1,
                    ticks=(1e-5, *SHARES),
                    format="g%",
                ),
                y=Axis(label="their share of stake", low=0, high=1.02, format=".0%"),
            )
        ],
        size=(9.0, 4.6),
        sources=(
            "Gini and top share: Lui and Sun, arXiv:2507.02951",
            "curves: closed forms",
            *_said(network),
        ),
    )


def _named(name: str, x: np.ndarray, y: np.ndarray, colour: str) -> tuple[Line, Text]:
    """A curve with its name under its left end."""
    words = Text(x=x[0], y=y[0], text=name, colour=colour, valign="top")
    return Line(x=x, y=y, colour=colour), words


def _published() -> tuple[Points | Line | Text, ...]:
    """The share of the richest as it is published: its median and range over subnets."""
    return (
        Points(x=RICHEST, y=TOP_PERCENT, colour=RED),
        Line(x=[RICHEST] * 2, y=OF_SUBNETS, colour=RED, width=1.2),
        Text(x=RICHEST, y=0.5, text="published", colour=RED),
    )


def _said(network: Metagraph | None) -> list[str]:
    """What a footer says of a subnet of one's own."""
    return [] if network is None else [where(network)]


def _lorenz_of(held: np.ndarray) -> Line:
    """The curve of a subnet of one's own, largest first."""
    return Line(
        label=f"your subnet: largest holds {held[0] / held.sum():.0%}",
        x=np.arange(1, len(held) + 1) / len(held),
        y=np.cumsum(held) / held.sum(),
        colour=BLACK,
        marker="o",
        size=3,
    )


@view()
def largest_holders(network: Metagraph | None = None) -> View:
    """Running share of stake of the largest hotkeys at genesis and of the largest validators in
    June 2024.
    """
    table = data.load("validator_stake")
    held = {
        f"{when:%B %Y}": ([0, *rows["largest"]], [0, *rows["share"]])
        for when, rows in table.groupby("date")
    }
    first, last = held
    half = {name: np.ceil(np.interp(0.5, share, count)) for name, (count, share) in held.items()}
    counted = dict(zip(held, ("hotkeys", "validators on root"), strict=True))
    lines = [
        Line(
            label=f"{name}:\n{counted[name]}",
            x=count,
            y=share,
            colour=colour,
            marker="o",
            size=6,
            at_end=True,
        )
        for (name, (count, share)), colour in zip(held.items(), (OF_2023, BLUE), strict=True)
    ]
    own = ""
    if network is not None:
        mine = holdings(network)
        running = np.cumsum(mine) / mine.sum()
        few = int(np.searchsorted(running, 0.5)) + 1
        own = f"Half of your subnet's stake is with {few} of {len(mine)}. "
        lines.append(_first_of(np.r_[0, running][:65]))
    median = Level(y=0.5, style=":", width=1.4)
    return View(
        title=f"{own}Half of stake: about {half[first]:.0f} hotkeys in {first[-4:]}, "
        f"{half[last]:.0f} validators in {last[-4:]}",
        caption=f"The two curves count different things: in {first} hotkeys, each with its own "
        f"stake, in {last} validators on root with all that is delegated to them. So the change "
        "is no measure of a trend. Dots are published sums; between them all are taken as equal. "
        "Dotted: half of stake, which sets every weighted median.",
        panels=[
            Panel(
                marks=[*lines, median],
                x=Axis(label="number of largest hotkeys or validators", low=0, high=78),
                y=Axis(label="their share of stake", low=0, high=1, format=".0%"),
            )
        ],
        size=(9.0, 4.6),
        sources=(
            "data/validator_stake.csv: genesis file; Mentat Minds, 2024-06-19",
            *_said(network),
        ),
    )


def _first_of(running: np.ndarray) -> Line:
    """The running share of a subnet of one's own."""
    count = np.arange(len(running))
    look: dict[str, Any] = {"colour": BLACK, "marker": "o", "size": 3, "at_end": True}
    return Line(label="your subnet", x=count, y=running, **look)


# ---- A cap on stake ----


def counted_stake(cap_quantile: float, splitting_share: float) -> np.ndarray:
    """Stake of `wallets` that counts under a cap: the richest of the capped split and keep all.

    cap_quantile : of stake; splitting_share : of those above the cap, rounded up
    """
    held = wallets()
    return stake.counted_under_cap(held, cap_quantile, splitting_share=splitting_share)


@functools.lru_cache(maxsize=4_096)
def majority(cap_quantile: float, splitting_share: float) -> int:
    """Owners with more than half of the stake that counts."""
    return stake.coalition(counted_stake(cap_quantile, splitting_share)).wallets


def _majorities(quantiles: np.ndarray, splitting_share: float) -> np.ndarray:
    """Owners with a majority, as a share of all, under each cap."""
    return np.array([majority(q, splitting_share) for q in quantiles.tolist()]) / WALLETS


@view()
def coalition_under_cap() -> View:
    """Owners needed for a majority under a stake cap: if nobody answers (blue), if a few of the
    richest split their stake over several wallets (orange), and without a cap (grey).
    """
    held = wallets()
    quantiles = np.linspace(0.5, 0.98, 49)
    stay, split = (_majorities(quantiles, share) * WALLETS for share in (0.0, RICHEST))
    uncapped = stake.coalition(held).wallets
    few = f"the richest {RICHEST:.0%}\nof the capped split"
    percentile = f"{CAP * 100:.0f}th percentile"
    return View(
        title=f"A majority takes {majority(CAP, 0.0):,} owners under the cap, "
        f"{majority(CAP, RICHEST)} after some split",
        caption=f"Dotted: the cap that is proposed, at the {percentile} of {WALLETS:,} wallets. "
        f"Without it a majority takes {uncapped}; if all whom it binds split, {uncapped} again. If "
        f"only the richest {RICHEST:.0%} of them split, the others stay capped, and a smaller "
        "group than before decides.",
        panels=[
            Panel(
                marks=[
                    Line(label="nobody splits", x=quantiles, y=stay, colour=BLUE, at_end=True),
                    Line(label=few, x=quantiles, y=split, colour=ORANGE, at_end=True),
                    Level(y=uncapped, colour=GREY, width=1.2),
                    Text(x=0.5, y=uncapped, text="without a cap", colour=GREY, valign="bottom"),
                    Level(x=CAP, style=":", width=1.4),
                ],
                x=Axis(
                    label="cap, as a percentile of stake",
                    low=0.48,
                    high=1.1,
                    ticks=(0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
                    format=".0%",
                ),
                y=Axis(
                    label=f"owners of a majority, of {WALLETS:,} (log)",
                    scale="log",
                    low=0.6,
                    high=WALLETS,
                    ticks=(1, 10, 100, 1_000, 10_000),
                    format=",.0f",
                ),
            )
        ],
        size=(9.0, 4.6),
        sources=(
            f"{WALLETS:,} wallets, Gini {stake.gini(held):.4f}, richest {RICHEST:.0%} with "
            f"{stake.top_share(held, wallet_share=RICHEST):.0%}",
            "our simulation, not the paper's tables",
        ),
    )


@checked_record
class Remedy:
    """ASSUMPTION: a cap on stake, how many of those it binds answer by splitting, and pay for
    performance.
    """

    cap_quantile: float = quantity(
        default=CAP,
        unit="share of wallets",
        meaning="stake above this quantile does not count",
        source="Lui and Sun, arXiv:2507.02951",
        ge=0.5,
        le=0.98,
        step=0.01,
    )
    splitting_share: float = quantity(
        default=RICHEST,
        unit="share",
        meaning="richest part of the capped who split below the cap",
        ge=0,
        le=1,
        step=0.001,
        span=(0, 0.2),
    )
    performance_weight: float = quantity(
        default=0.0,
        unit="share",
        meaning="part of the emission paid by performance, drawn at random",
        ge=0,
        le=1,
        step=0.01,
    )


@view(remedy=Remedy, published=False, sliders=tuple(Remedy.__annotations__))
def stake_cap(remedy: Remedy) -> View:
    """Who holds a majority under a cap on stake, and who is paid, when owners answer by
    splitting.
    """
    cap = remedy.cap_quantile
    splitting = remedy.splitting_share
    stay = majority(cap, 0.0)
    split = majority(cap, splitting)
    quantiles = np.linspace(0.5, 0.98, 25)
    some = _majorities(quantiles, splitting)
    here: dict[str, Any] = {"x": [cap] * 2, "y": [stay / WALLETS, split / WALLETS], "colour": BLACK}
    owners = [
        Line(label="nobody splits", x=quantiles, y=_majorities(quantiles, 0.0)),
        Line(label="some split", x=quantiles, y=some, colour=ORANGE),
        Line(label="your cap", style=":", marker="o", size=6.75, **here),
    ]
    paid = _paid(remedy, splitting)
    pay = [
        _pay_of_richest("uncapped", wallets(), colour=GREY, style="--"),
        _pay_of_richest("nobody splits", _paid(remedy, 0.0), legend=False),
        _pay_of_richest("some split", paid, colour=ORANGE, legend=False),
    ]
    richest = Axis(label="richest share of owners (log)", scale="log", ticks=SHARES, format="g%")
    return View(
        title=f"A majority takes {stay:,} of {WALLETS:,} owners under the cap, {split:,} if "
        f"{splitting:.1%} of the capped split",
        panels=[
            Panel(
                marks=owners,
                x=Axis(label="cap, as a quantile of stake", format=".0%"),
                y=Axis(
                    label="owners with a majority, of all (log)",
                    scale="log",
                    low=10**-4.6,
                    high=1,
                    ticks=SHARES,
                    format="g%",
                ),
            ),
            Panel(
                marks=pay,
                x=richest,
                y=Axis(label="their share of pay", low=0, high=1.02, format=".0%"),
            ),
        ],
        readout=_cap_in_numbers(remedy, stay, split)
        | {"pay of the richest owner": f"{paid.max():.2%}"},
        size=(11.0, 5.0),
    )


def _cap_in_numbers(remedy: Remedy, stay: int, split: int) -> dict[str, str]:
    """The read-out of `stake_cap` on owners."""
    held = wallets()
    cap = stake.cap_stake(held, remedy.cap_quantile).cap
    bound = int((held > cap).sum())
    return {
        "majority without a cap": f"{stake.coalition(held).wallets} owners",
        "with the cap": f"{stay:,}",
        "after some split": f"{split:,}",
        "owners the cap binds": f"{bound:,}",
        "owners who split": f"{int(np.ceil(remedy.splitting_share * bound)):,}",
        "wallets the richest needs": f"{int(np.ceil(held.max() / cap)):,}",
    }


def _paid(remedy: Remedy, splitting_share: float) -> np.ndarray:
    """Shares of pay, a part of it by a performance drawn at random."""
    counted = counted_stake(remedy.cap_quantile, splitting_share)
    return stake.performance_split(counted, _drawn(), weight=remedy.performance_weight)


@functools.cache
def _drawn() -> np.ndarray:
    return np.random.default_rng(0).lognormal(size=WALLETS)


def _pay_of_richest(name: str, pay: np.ndarray, **look) -> Line:
    """The share of pay of the best paid owners."""
    count = np.unique(np.geomspace(1, WALLETS, 60).astype(int))
    share = np.cumsum(np.sort(pay)[::-1])[count - 1] / pay.sum()
    return Line(label=f"pay, {name}", x=count / WALLETS, y=share, **look)


# ---- Reward by performance ----


@view()
def reward_remedies() -> View:
    """How far reward follows performance, as rank correlation, under three remedies of rising
    strength: 0% pays by stake alone.
    """
    strength = np.linspace(0, 1, 21)
    half = 0.5
    found = _remedies(strength)
    looks = dict(
        zip(found, ((BLUE, "top", 0), (ORANGE, "top", 0), (PURPLE, "bottom", 0.015)), strict=True)
    )
    at = strength.tolist().index(half)
    split, score, bonus = (by_performance[at] for _, by_performance in found.values())
    stays = [by_stake[at] for by_stake, _ in found.values()]
    before = found["composite score"][1][0]
    marks = [
        mark
        for name, (colour, side, lift) in looks.items()
        for mark in (
            Line(x=strength, y=found[name][1], colour=colour),
            Text(
                x=half + 0.03,
                y=found[name][1][at] + lift,
                text=name,
                colour=colour,
                size=9,
                valign=side,
            ),
        )
    ]
    return View(
        title=f"Paying for performance beats scoring it: rank correlation {split:.2f} against "
        f"{score:.2f}",
        caption=f"At a strength of {half:.0%} a split of the emission (blue) takes the correlation "
        f"from {before:.2f} to {split:.2f}, a composite score (orange) to {score:.2f}, a trust "
        f"bonus (pink) to {bonus:.2f}. The correlation of reward with stake is then "
        f"{', '.join(f'{one:.2f}' for one in stays)}, in the same order.",
        panels=[
            Panel(
                marks=marks,
                x=Axis(label="strength of the remedy", format=".0%"),
                y=Axis(label="reward against performance, rank correlation", low=0, high=1.02),
            ),
        ],
        size=(9.0, 4.8),
        sources=(
            f"{WALLETS:,} wallets, performance correlates 0.2 with stake",
            "our simulation",
        ),
    )


def _remedies(strength: np.ndarray) -> dict[str, np.ndarray]:
    """Rank correlations of reward with stake and with performance, at each strength."""
    random = np.random.default_rng(0)
    noise = random.standard_normal(WALLETS)
    logs = np.log(random.permutation(wallets()))
    held = np.exp(logs)
    standard = (logs - logs.mean()) / logs.std()
    performance = np.exp(0.2 * standard + np.sqrt(1 - 0.2**2) * noise)
    performance /= performance.max()
    remedies = {
        "performance-weighted split": lambda w: stake.performance_split(
            held, performance, weight=w
        ),
        "composite score": lambda w: stake.composite_score(held, performance, weight=w),
        "trust bonus (up to 10×)": lambda w: stake.trust_bonus(held, performance, bonus=10 * w),
    }
    return {
        name: np.array(
            [reward_correlations(held, performance, pay(w), ranks=True) for w in strength]
        ).T
        for name, pay in remedies.items()
    }
