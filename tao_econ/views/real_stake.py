"""Views of the consensus guarantee under stake as concentrated as it is measured."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from ..analysis.uncertainty import margin_of_error
from ..chain.metagraph import Metagraph
from ..incentives.guarantee import Guarantee, draw_network, guarantee, honest_stake_drawn
from ..incentives.stake import gini
from ..incentives.stake_model import (
    StakeModel,
    draw_stake,
    fit_stake,
    lognormal_stake,
    pareto_stake,
    stake_from_ranks,
)
from ..inputs import data
from ..inputs.rules import Rules
from .concentration import GINI, TOP_PERCENT
from .consensus import document
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
    Level,
    Panel,
    Points,
    View,
)
from .own_subnet import holdings, where
from .words import plus_minus

NETWORKS = 12
HONEST_STAKE = (0.55, 0.60, 0.70, 0.80)
MEASURED = "lognormal with Pareto tail"
SHOWN = (BLUE, SKY, ORANGE, RED, PURPLE, GREEN, BLACK)
OWN = "your subnet, largest 64 at most"


def drawn(model: StakeModel, draws: int) -> np.ndarray:
    """(draws, 64) stakes of validators, drawn from a model of all wallets."""
    return np.array([draw_stake(model, 64, rng=np.random.default_rng(k)) for k in range(draws)])


def near_equal(draws: int) -> np.ndarray:
    """(draws, 64) stakes of validators, near-equal as the chain's document has them."""
    return np.array([draw_network(miners=2, seed=k).stake for k in range(draws)])


@functools.cache
def stake_draws() -> dict[str, np.ndarray]:
    """Stake of 64 validators in some networks, near-equal as published and as concentrated as
    measured.
    """
    draws = {"near-equal (published)": near_equal(NETWORKS)}
    for when, rows in data.load("validator_stake").groupby("date"):
        few = rows["largest"].max() < 64  # at genesis some held less than the largest 64
        stake = stake_from_ranks(rows["largest"], rows["share"], 64 if few else 1_000)[:64]
        genesis = when.year == 2023
        name = f"hotkeys at genesis, {when:%Y}" if genesis else f"largest validators, {when:%B %Y}"
        order = [np.random.default_rng(k).permutation(stake) for k in range(NETWORKS)]
        draws[name] = np.array(order)
    models = {
        "Pareto": pareto_stake(GINI),
        MEASURED: fit_stake(GINI, TOP_PERCENT),
        "lognormal": lognormal_stake(GINI),
    }
    for name, model in models.items():
        draws[_of_all_wallets(name)] = drawn(model, NETWORKS)
    return draws


def _of_all_wallets(law: str) -> str:
    return f"{law}, Gini {GINI} of all wallets"


@functools.cache
def guarantees(rules: Rules) -> dict[str, Guarantee]:
    """The honest weight required under every stake distribution of `stake_draws`."""
    return {
        name: guarantee(rules, stakes, honest_stake=HONEST_STAKE, steps=21)
        for name, stakes in stake_draws().items()
    }


def own_draws(network: Metagraph) -> np.ndarray:
    """(networks, validators) stakes of a subnet from a file: its largest 64, in many orders."""
    held = holdings(network)[:64]
    return np.array([np.random.default_rng(k).permutation(held) for k in range(NETWORKS)])


@view(rules=document)
def guarantee_on_real_stake(rules: Rules, network: Metagraph | None = None) -> View:
    """Honest weight required to keep a share of stake, for near-equal and for measured
    concentrations of stake.
    """
    found = guarantees(rules)
    drawn_stake = stake_draws()
    mine: dict[str, np.ndarray] = {} if network is None else {OWN: own_draws(network)}
    for name, stakes in mine.items():
        drawn_stake = drawn_stake | {name: stakes}
        asked = guarantee(rules, stakes, honest_stake=HONEST_STAKE, steps=21)
        found = found | {name: asked}
    at = HONEST_STAKE.index(0.60)
    equal, _, listed, *_ = found
    heavy = found[_of_all_wallets(MEASURED)]
    points = [
        Points(
            label=f"{name} ({np.mean([gini(stake) for stake in drawn_stake[name]]):.2f})",
            x=np.array(HONEST_STAKE) + (k - 2.5) * 0.005,
            y=got.required,
            error=margin_of_error(got.standard_error, replicas=NETWORKS),
            colour=SHOWN[k],
            size=6,
            width=1.6,
        )
        for k, (name, got) in enumerate(found.items())
    ]
    own = f"{found[OWN].required[at]:.0%} on your subnet's stake, " if network else ""
    return View(
        title=f"With {HONEST_STAKE[at]:.0%} honest stake the honest weight needed is {own}"
        f"{found[equal].required[at]:.0%} if stake is near-equal, "
        f"{found[listed].required[at]:.0%} for the {listed.replace(', ', ' of ')}, and "
        f"{heavy.required[at]:.0%} ± "
        f"{margin_of_error(heavy.standard_error[at], replicas=NETWORKS):.0%} "
        "with the measured Gini",
        panels=[
            Panel(
                marks=points,
                x=Axis(label="share of stake that is honest", ticks=HONEST_STAKE, format=".0%"),
                y=Axis(label="honest weight needed", format=".0%"),
            )
        ],
        size=(9.0, 5.6),
        sources=(
            rules,
            f"bars: {plus_minus(NETWORKS, 'networks')}",
            "Gini in brackets: of the 64 validators drawn",
            *([] if network is None else [where(network)]),
        ),
    )


@view(rules=document)
def honest_majority_lottery(rules: Rules) -> View:
    """Distribution of the honest share of stake when 70% of validators, not of stake, are
    honest.
    """
    count = 4_000
    honest = 0.70
    kappa = float(rules.kappa)
    stakes = {
        "stake as concentrated as measured": drawn(fit_stake(GINI, TOP_PERCENT), count),
        "near-equal stake": near_equal(count),
    }
    shares = {name: honest_stake_drawn(each, honest) for name, each in stakes.items()}
    heavy, equal = ((share < kappa).mean() for share in shares.values())
    error = np.sqrt(heavy * (1 - heavy) / count)
    edges = np.linspace(0, 1, 41)
    bars = [
        Bars(
            label=name,
            x=(edges[:-1] + edges[1:]) / 2,
            y=np.histogram(share, edges)[0] / count,
            width=edges[1],
            colour=colour,
            alpha=0.75,
        )
        for (name, share), colour in zip(shares.items(), (RED, BLUE), strict=True)
    ]
    decide = "κ: below it the others decide every median"
    chosen: dict[str, Any] = {"x": honest, "colour": GREY, "style": ":", "width": 1.6}
    return View(
        title=f"With {honest:.0%} of validators honest, concentrated stake puts the honest side "
        f"below {kappa:.0%} in {heavy:.0%} ± {margin_of_error(error):.0%} of draws; "
        f"near-equal stake in "
        f"{equal:.0%}",
        panels=[
            Panel(
                marks=[
                    *bars,
                    Level(label=decide, x=kappa, style="--", width=1.6),
                    Level(label="share of validators that are honest", **chosen),
                ],
                x=Axis(label="share of stake that is honest", format=".0%"),
                y=Axis(label="share of draws", format=".0%"),
            )
        ],
        sources=(
            rules,
            f"{count:,} draws of 64 validators, {plus_minus()}",
            f"lognormal body, Pareto tail, Gini {GINI} of all wallets",
        ),
    )
