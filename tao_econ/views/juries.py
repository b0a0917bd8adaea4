"""Views of validators as a jury whose votes correlate and as an oracle under corruption."""

from __future__ import annotations

import functools

import numpy as np

from ..incentives.jury import jury_accuracy, oracle_bias
from ..incentives.stake_model import published_stake
from ..inputs.record import checked_record, quantity
from .gallery import view
from .marks import (
    BLACK,
    GREEN,
    GREY,
    ORANGE,
    RED,
    Axis,
    Level,
    Line,
    Panel,
    Points,
    Text,
    View,
)
from .words import in_words

VOTE = 0.6
VALIDATORS = 64
SHARED = 0.1  # correlation of two votes
STAKE_SOURCE = "stake: Mentat Minds, 2024-06-19"
CORRUPTED = "corrupted share of stake"


@functools.lru_cache(maxsize=256)
def voted(sizes: tuple, listed: int, vote: float, correlation: float):
    """Juries of several sizes with equal stake, and one of `listed` by the stake of June 2024."""
    equal = [jury_accuracy(np.ones(n), vote, correlation=correlation) for n in sizes]
    return equal, jury_accuracy(published_stake(listed), vote, correlation=correlation)


@view()
def corrupted_oracle(attack_sd: float = 10.0) -> View:
    """Bias of mean and median of validators' reports against the share of stake that reports an
    attack value.
    """
    largest = np.cumsum(published_stake(VALIDATORS))
    short = int(np.argmax(largest >= 0.5))  # so many together hold less than half
    held = largest[: short + 1]
    bent = oracle_bias([held[-2]], attack_sd=attack_sd)
    mean, median = _biases(np.linspace(0, 0.6, 601), attack_sd)
    names = [f"{k + 1} largest" if k else "largest" for k in range(len(held))]
    named = Text(
        x=held - 0.004,
        y=np.full(len(held), attack_sd * 0.98),
        text=names,
        colour=GREY,
        align="right",
        valign="top",
    )
    levels = [Level(x=at, colour=GREY, style=":") for at in held]
    return View(
        title=f"The {in_words(short)} largest validators could bend the median by "
        f"{bent.median_bias_sd[0]:.1f} sd",
        caption=f"The attackers report {attack_sd:g} sd above the truth. Dotted lines are the "
        f"stake of the largest validators of June 2024: {in_words(short)} hold {held[-2]:.1%} "
        f"and could bend the mean by {bent.mean_bias_sd[0]:.1f} sd. With the next it is "
        f"{held[-1]:.1%}, and the median (blue) is theirs; the mean (red) gives way from the first "
        "report on. Honest reports scatter by one sd, and validators are many.",
        panels=[
            Panel(
                marks=[
                    Line(label="mean", colour=RED, at_end=True, **mean),
                    Line(label="median\nby stake", at_end=True, **median),
                    *levels,
                    named,
                ],
                x=Axis(label=CORRUPTED, low=0, high=0.6, format=".0%"),
                y=Axis(label="bias (sd of one honest report)", low=0),
            )
        ],
        sources=(STAKE_SOURCE,),
    )


def _biases(share: np.ndarray, attack_sd: float) -> tuple[dict, dict]:
    """The curves of mean and median over the corrupted share of stake."""
    got = oracle_bias(share, attack_sd=attack_sd)
    return {"x": share, "y": got.mean_bias_sd}, {"x": share, "y": got.median_bias_sd}


# ---- The oracle, live ----

JURIES = (1, 3, 5, 9, 15, 25, 41, 64)
LISTED = 16  # with the stake of June 2024: the list names ten and leaves 15 % to the rest


@checked_record
class Corruption:
    """ASSUMPTION: corrupted stake among validators, and how right and how alike the others vote."""

    corrupt_share: float = quantity(
        default=0.25,
        unit="share",
        meaning="of stake that reports the attack",
        ge=0,
        le=0.6,
        step=0.01,
    )
    attack_sd: float = quantity(
        default=10.0, unit="sd", meaning="attack value above the truth", ge=0, le=50, step=0.5
    )
    vote_accuracy: float = quantity(
        default=VOTE, unit="", meaning="chance that one vote is right", ge=0, le=1, step=0.01
    )
    vote_correlation: float = quantity(
        default=SHARED, unit="", meaning="of two votes", ge=0, le=1, step=0.01
    )


@view(corruption=Corruption, published=False, sliders=tuple(Corruption.__annotations__))
def oracle(corruption: Corruption) -> View:
    """Validators as an oracle under corruption, and as a jury whose votes correlate."""
    share = corruption.corrupt_share
    attack_sd = corruption.attack_sd
    mean, median = _biases(np.linspace(0, 0.6, 121), attack_sd)
    here = oracle_bias([share], attack_sd=attack_sd)
    bent = [here.mean_bias_sd[0], here.median_bias_sd[0]]
    equal, listed = voted(JURIES, LISTED, corruption.vote_accuracy, corruption.vote_correlation)
    ends = [1, JURIES[-1]]
    limit = [listed.ceiling] * 2
    reports = [
        Line(label="mean of reports", colour=RED, **mean),
        Line(label="stake-weighted median", **median),
        Points(label="your share", x=[share] * 2, y=bent, colour=BLACK),
    ]
    by_votes = [
        Line(label="equal votes", x=JURIES, y=[jury.accuracy for jury in equal], colour=GREEN),
        Line(label="any number", x=ends, y=limit, colour=GREY, style=":"),
        Points(label="16 by stake of June 2024", x=LISTED, y=listed.accuracy, colour=ORANGE),
    ]
    return View(
        title=f"{share:.0%} of stake bends the mean by {bent[0]:.2f} sd, the median by "
        f"{bent[1]:.2f}",
        panels=[
            Panel(
                marks=reports,
                x=Axis(label=CORRUPTED, format=".0%"),
                y=Axis(label="bias (sd of a report)", low=0),
            ),
            Panel(
                marks=by_votes,
                x=Axis(label="validators who vote", scale="log", ticks=JURIES, format="g"),
                y=Axis(label="majority is right", format=".0%"),
            ),
        ],
        readout=_bought(share) | _decided(equal[-1], listed),
        size=(11.0, 5.0),
    )


def _bought(share: float) -> dict[str, str]:
    """How many of the largest validators a share of stake could buy, and how many it takes."""
    largest = np.cumsum(published_stake(LISTED))
    half = int(np.argmax(largest > 0.5))
    return {
        "largest validators this share could buy": str(np.searchsorted(largest, share + 1e-9)),
        "median is lost from": f"{half + 1} largest, {largest[half]:.1%} of stake",
    }


def _decided(equal, listed) -> dict[str, str]:
    """How often juries are right, of equal stake and by the stake of June 2024."""
    return {
        f"{JURIES[-1]} equal votes right": f"{equal.accuracy:.1%}",
        f"{LISTED} by stake": f"{listed.accuracy:.1%}",
        f"independent voters among the {LISTED}": f"{listed.effective_jurors:.1f}",
        "any number": f"{listed.ceiling:.1%}",
    }
