"""Instruments on consensus: an epoch one can drag, the map of the guarantee, and a copier
against those who work.
"""

from __future__ import annotations

import functools
from dataclasses import replace
from fractions import Fraction

import numpy as np

from .. import incentives as retention
from ..chain.yuma import FloatEpoch, yuma_epoch
from ..incentives.network import Network
from ..incentives.stake import gini
from ..incentives.stake_model import draw_stake, fit_stake, lognormal_stake
from ..inputs.record import checked_record, quantity, same
from ..inputs.rules import Rules, rules_at
from .panel import BLUE, GREEN, GREY, ORANGE, RED, Choice, Panel, layout

CHAIN = rules_at("2026-09-11")
BONDS = Choice(
    {
        "Yuma3, each validator its own": CHAIN,
        "classic, shared by a miner": replace(CHAIN, bonds="classic"),
    }
)
GRID = np.linspace(0, 1, 21)


@checked_record
class Epoch:
    """Five validators score three miners; the fifth is the reader's."""

    stake_1: float = quantity(30.0, unit="", meaning="stake of validator 1", ge=0, le=100, step=1)
    stake_2: float = quantity(25.0, unit="", meaning="stake of validator 2", ge=0, le=100, step=1)
    stake_3: float = quantity(20.0, unit="", meaning="stake of validator 3", ge=0, le=100, step=1)
    stake_4: float = quantity(15.0, unit="", meaning="stake of validator 4", ge=0, le=100, step=1)
    your_stake: float = quantity(
        10.0, unit="", meaning="stake of validator 5, yours", ge=0, le=100, step=1
    )
    your_weight_1: float = quantity(
        10.0, unit="", meaning="your weight on miner 1", ge=0, le=100, step=1
    )
    your_weight_2: float = quantity(
        10.0, unit="", meaning="your weight on miner 2", ge=0, le=100, step=1
    )
    your_weight_3: float = quantity(
        80.0, unit="", meaning="your weight on miner 3", ge=0, le=100, step=1
    )
    kappa: float = quantity(
        0.5, unit="share", meaning="stake that must support a weight", ge=0.01, le=1, step=0.01
    )
    bonds_penalty: float = quantity(
        1.0, unit="share", meaning="how far bonds follow clipped weights", ge=0, le=1, step=0.05
    )


@checked_record
class Teams:
    """Honest validators against a cabal."""

    honest_stake: float = quantity(
        0.60, unit="share", meaning="honest share of stake", ge=0.51, le=0.99, step=0.01
    )
    weight_spread: float = quantity(
        0.4, unit="", meaning="scatter of honest opinions around one", ge=0, le=1, step=0.05
    )
    validator_share: float = quantity(
        0.5, unit="share", meaning="part of emission for validators", ge=0, le=1, step=0.05
    )
    kappa: float = same(Epoch, "kappa", 0.5, ge=0.3, le=0.7)
    bonds_penalty: float = same(Epoch, "bonds_penalty", 1.0)


@checked_record
class StakeLaw:
    """How stake is spread over 64 validators."""

    name: str = quantity(unit="", meaning="name of the law")


STAKE_LAWS = Choice(
    {
        name: StakeLaw(name=name)
        for name in (
            "near-equal, as published",
            "lognormal body, Pareto tail",
            "lognormal, Gini 0.98",
        )
    }
)


def epoch(**settings):
    """Drag one epoch: stakes, your weights, κ and the bonds penalty, and see incentive, dividends
    and trust.

    settings : rules (kind of bonds), stake_1 … stake_4, your_stake, your_weight_1 … 3, kappa,
      bonds_penalty
    """
    fields = tuple(Epoch.__pydantic_fields__)
    return Panel(
        "epoch",
        {"rules": CHAIN, "subnet": Epoch()},
        fields,
        draw_epoch,
        read_epoch,
        {"rules": BONDS},
        settings,
    )


def guarantee(**settings):
    """The map of the consensus guarantee: what the honest side earns against every cabal.

    settings : rules (kind of bonds), stake (its law), honest_stake, weight_spread, validator_share,
      kappa, bonds_penalty
    """
    records = {
        "rules": BONDS["classic, shared by a miner"],
        "stake": STAKE_LAWS["near-equal, as published"],
        "teams": Teams(),
    }
    fields = tuple(Teams.__pydantic_fields__)
    return Panel(
        "guarantee",
        records,
        fields,
        draw_guarantee,
        read_guarantee,
        {"rules": BONDS, "stake": STAKE_LAWS},
        settings,
    )


# ---- An epoch ----


def run_epoch(rules: Rules, subnet: Epoch) -> FloatEpoch:
    """The epoch that the sliders describe."""
    weights = np.zeros((8, 8))
    yours = [subnet.your_weight_1, subnet.your_weight_2, subnet.your_weight_3]
    weights[:5, 5:] = [[50, 35, 15], [48, 38, 14], [55, 30, 15], [45, 40, 15], yours]
    stake = [
        subnet.stake_1,
        subnet.stake_2,
        subnet.stake_3,
        subnet.stake_4,
        subnet.your_stake,
        0,
        0,
        0,
    ]
    varied = replace(rules, kappa=_ratio(subnet.kappa), bonds_penalty=_ratio(subnet.bonds_penalty))
    return yuma_epoch(varied, weights, np.array(stake), np.zeros((8, 8)))


def draw_epoch(rules: Rules, subnet: Epoch) -> dict:
    """The plotly figure of `epoch` as a plain dict."""
    got = run_epoch(rules, subnet)
    miners, validators = ["miner 1", "miner 2", "miner 3"], ["V1", "V2", "V3", "V4", "V5, you"]
    bar = {"type": "bar"}
    left, right = bar | {"x": miners}, bar | {"x": validators, "xaxis": "x2", "yaxis": "y2"}
    return {
        "data": [
            left | {"name": "consensus weight", "y": got.consensus[5:], "marker": {"color": GREY}},
            left | {"name": "incentive", "y": got.incentive[5:], "marker": {"color": BLUE}},
            left | {"name": "trust", "y": got.trust[5:], "marker": {"color": GREEN}},
            right | {"name": "share of stake", "y": got.stake[:5], "marker": {"color": "#BBBBBB"}},
            right | {"name": "dividends", "y": got.dividends[:5], "marker": {"color": ORANGE}},
            right
            | {"name": "validator trust", "y": got.validator_trust[:5], "marker": {"color": RED}},
        ],
        "layout": layout(
            f"You hold {got.stake[4]:.1%} of stake and earn {got.dividends[4]:.1%} of dividends",
            xaxis={"title": {"text": "miners"}, "domain": [0, 0.42]},
            yaxis={"title": {"text": "share"}, "range": [0, 1.02], "tickformat": ".0%"},
            xaxis2={"title": {"text": "validators"}, "domain": [0.52, 1], "anchor": "y2"},
            yaxis2={
                "title": {"text": "share"},
                "anchor": "x2",
                "range": [0, 1.02],
                "tickformat": ".0%",
            },
        ),
    }


def read_epoch(rules: Rules, subnet: Epoch) -> dict[str, str]:
    """The read-out of `epoch`."""
    got = run_epoch(rules, subnet)
    share = got.stake[4]
    return {
        "your dividends": f"{got.dividends[4]:.2%}",
        "dividends per stake, you over all": f"{got.dividends[4] / share:.2f}"
        if share
        else "no stake",
        "your weight that survives": f"{got.validator_trust[4]:.1%}",
        "incentive of the miners": ", ".join(f"{x:.1%}" for x in got.incentive[5:]),
        "their trust": ", ".join(f"{x:.1%}" for x in got.trust[5:]),
    }


# ---- The guarantee ----


@functools.lru_cache(maxsize=64)
def network_of(law: str, spread: float) -> Network:
    """The network drawn for one law of stake and one scatter of opinions."""
    stake = None
    if law != "near-equal, as published":
        model = (
            lognormal_stake(0.9825) if law.startswith("lognormal, ") else fit_stake(0.9825, 0.90)
        )
        stake = draw_stake(model, 64, rng=np.random.default_rng(0))
    return retention.draw_network(weight_spread=spread, stake=stake)


@functools.lru_cache(maxsize=8)
def surface(rules: Rules, law: str, teams: Teams) -> np.ndarray:
    """What the honest side earns less its share of stake, (honest weights, cabal weights)."""
    varied = replace(rules, kappa=_ratio(teams.kappa), bonds_penalty=_ratio(teams.bonds_penalty))
    earned = retention.retention_map(
        varied,
        network_of(law, teams.weight_spread),
        honest_stake=[teams.honest_stake],
        honest_weight=GRID,
        cabal_weight=GRID,
        validator_share=teams.validator_share,
    )
    return earned[0] - teams.honest_stake


def needed(margin: np.ndarray, honest_stake: float) -> float:
    """Honest weight needed, NaN where nothing below 1 suffices."""
    return float(
        retention.required_honest_weight(margin[None] + honest_stake, [honest_stake], GRID)[0]
    )


def draw_guarantee(rules: Rules, stake: StakeLaw, teams: Teams) -> dict:
    """The plotly figure of `guarantee` as a plain dict."""
    margin = surface(rules, stake.name, teams)
    need = needed(margin, teams.honest_stake)
    says = (
        "nothing protects it"
        if np.isnan(need)
        else f"it needs {need:.0%} honest weight to keep them"
    )
    edge = [need, need] if not np.isnan(need) else [1, 1]
    return {
        "data": [
            {
                "type": "contour",
                "x": GRID,
                "y": GRID,
                "z": margin.T * 100,
                "colorscale": "PuOr",
                "reversescale": True,
                "zmid": 0,
                "zmin": -30,
                "zmax": 30,
                "contours": {"start": -30, "end": 30, "size": 5},
                "colorbar": {"title": {"text": "points won"}},
                "name": "won or lost",
            },
            {
                "type": "scatter",
                "mode": "lines",
                "x": edge,
                "y": [0, 1],
                "name": "enough whatever the cabal does",
                "line": {"color": "#222222", "dash": "dash", "width": 3},
            },
        ],
        "layout": layout(
            f"The honest side holds {teams.honest_stake:.0%} of stake: {says}",
            xaxis={
                "title": {"text": "honest validators' weight on honest miners"},
                "range": [0, 1],
                "tickformat": ".0%",
            },
            yaxis={
                "title": {"text": "cabal's weight on its own miners"},
                "range": [0, 1],
                "tickformat": ".0%",
            },
        ),
    }


def read_guarantee(rules: Rules, stake: StakeLaw, teams: Teams) -> dict[str, str]:
    """The read-out of `guarantee`."""
    margin = surface(rules, stake.name, teams)
    need = needed(margin, teams.honest_stake)
    h, c = np.unravel_index(margin.argmin(), margin.shape)
    return {
        "honest weight needed": "none suffices" if np.isnan(need) else f"{need:.1%}",
        "worst point": f"{margin.min():+.1%} at {GRID[h]:.0%} honest weight, {GRID[c]:.0%} on its "
        "own",
        "at 70% honest weight": f"{margin[14].min():+.1%}",
        "Gini of the 64 validators": f"{gini(network_of(stake.name, teams.weight_spread).stake):.2f}",
    }


def _ratio(value: float) -> Fraction:
    """A slider's value as the chain stores it: 0.5 is 32,767 of 65,535."""
    return Fraction(int(value * 65_535), 65_535)
