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
from .marks import BLACK, BLUE, GREY, RED, Axis, Bars, Level, Line, Panel, Text, View
from .own_subnet import holdings, where
from .words import plus_minus

NETWORKS = 12
HONEST_STAKE = (0.51, 0.55, 0.60, 0.65, 0.70, 0.80, 0.90)
AT = HONEST_STAKE.index(0.60)
MEASURED = "lognormal with Pareto tail"
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
def required(rules: Rules, name: str) -> Guarantee:
    """The honest weight required under one stake distribution of `stake_draws`."""
    return guarantee(rules, stake_draws()[name], honest_stake=HONEST_STAKE, steps=21)


def own_draws(network: Metagraph) -> np.ndarray:
    """(networks, validators) stakes of a subnet from a file: its largest 64, in many orders."""
    held = holdings(network)[:64]
    return np.array([np.random.default_rng(k).permutation(held) for k in range(NETWORKS)])


@view(rules=document)
def guarantee_on_real_stake(rules: Rules, network: Metagraph | None = None) -> View:
    """Honest weight that keeps the honest side its share of stake, whatever the cabal does: stake
    near-equal as the chain's document draws it (blue), or as concentrated as measured (red).
    """
    equal, _, listed, *_ = stake_draws()
    measured = _of_all_wallets(MEASURED)
    usual = required(rules, equal)
    heavy = required(rules, measured)
    curves = {
        f"near-equal (Gini {_gini_of(equal):.2f})": (usual, BLUE),
        f"as measured ({_gini_of(measured):.2f})": (heavy, RED),
    }
    if network is not None:
        asked = guarantee(rules, own_draws(network), honest_stake=HONEST_STAKE, steps=21)
        curves["your subnet"] = (asked, BLACK)
    shown, whose = (usual, "") if network is None else (asked, "your subnet's ")
    lines = [
        Line(
            label=name,
            x=HONEST_STAKE,
            y=got.required,
            error=margin_of_error(got.standard_error, replicas=NETWORKS),
            colour=colour,
            marker="o",
        )
        for name, (got, colour) in curves.items()
    ]
    equally: dict[str, Any] = {"x": HONEST_STAKE, "y": HONEST_STAKE, "colour": GREY, "style": ":"}
    margin = margin_of_error(heavy.standard_error[AT], replicas=NETWORKS)
    return View(
        title=f"With {HONEST_STAKE[AT]:.0%} of {whose}stake honest, {shown.required[AT]:.0%} of "
        "weight must be too",
        caption="Both axes begin at half. Above its line a side keeps what it has. At "
        f"{HONEST_STAKE[AT]:.0%} it takes {usual.required[AT]:.0%} if stake is near-equal, "
        f"{heavy.required[AT]:.0%} ± {margin:.0%} with the measured Gini and "
        f"{required(rules, listed).required[AT]:.0%} for the {listed.replace(', ', ' of ')}. A "
        "network that nothing below 100% protects counts as 100%.",
        panels=[
            Panel(
                marks=[*lines, Line(label="as much weight as stake", **equally)],
                x=Axis(label="share of stake that is honest", format=".0%"),
                y=Axis(label="honest weight needed", low=0.5, high=1.02, format=".0%"),
                columns=4,
            )
        ],
        size=(9.0, 4.8),
        sources=(
            rules,
            f"bars: {plus_minus(NETWORKS, 'networks')}",
            *([] if network is None else [where(network)]),
        ),
    )


def _gini_of(name: str) -> float:
    """Of the 64 validators drawn, the mean over networks."""
    return float(np.mean([gini(stake) for stake in stake_draws()[name]]))


@view(rules=document)
def honest_majority_lottery(rules: Rules) -> View:
    """Distribution of the honest share of stake when 70% of validators, not of stake, are
    honest.
    """
    count = 4_000
    honest = 0.70
    kappa = float(rules.kappa)
    stakes = {
        "as concentrated as measured": drawn(fit_stake(GINI, TOP_PERCENT), count),
        "near-equal": near_equal(count),
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
            legend=False,
        )
        for (name, share), colour in zip(shares.items(), (RED, BLUE), strict=True)
    ]
    return View(
        title=f"Honest validators, {honest:.0%} by number, lose the median in {heavy:.0%} of draws",
        caption="Who is honest is drawn among 64 validators, whatever they hold. With stake as "
        f"concentrated as measured (red) the honest side ends below κ, {kappa:.0%} of stake, in "
        f"{heavy:.0%} ± {margin_of_error(error):.0%} of draws; with near-equal stake (blue) in "
        f"{equal:.0%}.",
        panels=[
            Panel(
                marks=[
                    *bars,
                    Level(x=kappa, style="--", width=1.6),
                    Text(x=kappa, y=0.3, text="κ ", align="right"),
                    Text(x=0.0, y=0.06, text="stake as concentrated as measured", colour=RED),
                    Text(x=0.76, y=0.3, text="near-equal stake", colour=BLUE),
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
