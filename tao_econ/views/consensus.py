"""Views of consensus: one epoch matrix by matrix and one to drag, the guarantee as a map."""

from __future__ import annotations

import functools
from dataclasses import replace
from fractions import Fraction

import numpy as np

from ..chain.metagraph import Metagraph
from ..chain.yuma import FloatEpoch, yuma_epoch
from ..incentives.guarantee import (
    Network,
    draw_network,
    required_honest_weight,
    retention_map,
)
from ..incentives.stake import gini
from ..incentives.stake_model import draw_stake, fit_stake, lognormal_stake
from ..inputs.record import checked_record, quantity, same
from ..inputs.rules import Rules, rules_at
from .attacks import bonds
from .concentration import GINI, TOP_PERCENT
from .gallery import view
from .marks import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    LIGHT,
    LOSS_GAIN,
    ORANGE,
    RED,
    SHARES,
    Axis,
    Bars,
    Line,
    Map,
    Panel,
    Text,
    View,
)
from .own_subnet import Shown, earned_by_miner, holdings, shown, where

MINERS = ("miner 1", "miner 2", "miner 3")


@functools.cache
def document() -> Rules:
    """The chain's rules with the bonds that docs/consensus.md simulates."""
    return replace(rules_at("2026-09-11"), bonds="classic", bonds_penalty=Fraction(1))


# ---- An epoch ----


@checked_record
class Epoch:
    """Five validators score three miners; the fifth, the reader's, favours miner 3."""

    stake_1: float = quantity(
        default=30.0, unit="", meaning="stake of validator 1", ge=0, le=100, step=1
    )
    stake_2: float = quantity(
        default=25.0, unit="", meaning="stake of validator 2", ge=0, le=100, step=1
    )
    stake_3: float = quantity(
        default=20.0, unit="", meaning="stake of validator 3", ge=0, le=100, step=1
    )
    stake_4: float = quantity(
        default=15.0, unit="", meaning="stake of validator 4", ge=0, le=100, step=1
    )
    your_stake: float = quantity(
        default=10.0, unit="", meaning="stake of validator 5, yours", ge=0, le=100, step=1
    )
    your_weight_1: float = quantity(
        default=10.0, unit="", meaning="your weight on miner 1", ge=0, le=100, step=1
    )
    your_weight_2: float = quantity(
        default=10.0, unit="", meaning="your weight on miner 2", ge=0, le=100, step=1
    )
    your_weight_3: float = quantity(
        default=80.0, unit="", meaning="your weight on miner 3", ge=0, le=100, step=1
    )
    kappa: float = quantity(
        default=0.5,
        unit="share",
        meaning="stake that must support a weight",
        source="eras.toml",
        ge=0.01,
        le=1,
        step=0.01,
    )
    bonds_penalty: float = quantity(
        default=1.0,
        unit="share",
        meaning="how far bonds follow clipped weights",
        source="eras.toml",
        ge=0,
        le=1,
        step=0.05,
    )


def weights_of(subnet: Epoch) -> np.ndarray:
    """(8, 8) weights, validators first."""
    yours = [subnet.your_weight_1, subnet.your_weight_2, subnet.your_weight_3]
    weights = np.zeros((8, 8))
    others = [[50, 35, 15], [48, 38, 14], [55, 30, 15], [45, 40, 15]]
    weights[:5, 5:] = np.array([*others, yours], float)
    return weights


def run_epoch(rules: Rules, subnet: Epoch) -> FloatEpoch:
    """One epoch of a subnet without bonds yet; κ and bonds penalty are those of the rules."""
    stake = np.zeros(8)
    stake[:4] = [subnet.stake_1, subnet.stake_2, subnet.stake_3, subnet.stake_4]
    stake[4] = subnet.your_stake
    return yuma_epoch(rules, weights_of(subnet), stake, np.zeros((8, 8)))


def varied(rules: Rules, record) -> Rules:
    """The rules with the κ and the bonds penalty of a record, as the chain stores them: 0.5 is
    32,767 of 65,535.
    """
    stored = {
        name: Fraction(int(getattr(record, name) * 65_535), 65_535)
        for name in ("kappa", "bonds_penalty")
    }
    return replace(rules, kappa=stored["kappa"], bonds_penalty=stored["bonds_penalty"])


def made_up(rules: Rules, subnet: Epoch) -> Shown:
    """The epoch of the five validators and their three miners, in their order."""
    epoch = run_epoch(rules, subnet)
    weights = weights_of(subnet)
    total = weights.sum(axis=1, keepdims=True)
    given = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    names = tuple(f"V{k}" for k in range(1, 6))
    return Shown(epoch, given, np.arange(5), np.arange(5, 8), (*names, *MINERS))


@view(rules="2026-09-11")
def epoch_walk(rules: Rules, network: Metagraph | None = None) -> View:
    """One epoch of five validators and three miners as heat maps: weights, clipping, bonds and
    both rewards.
    """
    walk = made_up(rules, Epoch()) if network is None else shown(rules, network)
    epoch = walk.epoch
    claimed = walk.given
    level = epoch.consensus
    clipped = np.minimum(claimed, level)
    penalty = float(rules.bonds_penalty)
    followed = (1 - penalty) * claimed + penalty * clipped
    stake = epoch.stake
    support = ((claimed >= level - 1e-12) * stake[:, None]).sum(axis=0)
    worst = walk.validators[epoch.validator_trust[walk.validators].argmin()]
    of_stake = " of stake" if network is None else ""
    rows = [f"{walk.names[k]} ({stake[k]:.0%}{of_stake})" for k in walk.validators]
    miners = tuple(walk.names[k].removeprefix("UID ") for k in walk.miners)
    agreed = ["stake in support", "consensus weight"]
    paid = earned_by_miner(rules, epoch, followed if network is None else epoch.bonds)
    both = np.vstack([epoch.trust, epoch.incentive])
    scored = np.ix_(walk.validators, walk.miners)

    def panel(title, values, names):
        return _shares(title, values, names, miners)

    whole = "each row sums to 100%" if network is None else "some of each row"
    by = "by the miner they come from" if network is None else "by miner"
    made = f"{len(rows)} validators, {len(miners)} miners, made up"
    return View(
        title=f"Scoring above consensus pays {epoch.dividends[worst]:.1%} of dividends on "
        f"{stake[worst]:.0%} of stake",
        caption="Read the panels by their numbers: light is much, dark is little. "
        f"{_cut(rules, walk)} Panels 1, 3, 4 and 5 have a row for each validator.",
        panels=[
            panel(f"1  weights: {whole}", claimed[scored], rows),
            panel(
                "2  stake that says as much; consensus"
                if network is None
                else "2  support; consensus",
                np.vstack([support, level])[:, walk.miners],
                agreed,
            ),
            panel("3  weights clipped to consensus", clipped[scored], rows),
            panel("4  weights that buy bonds", followed[scored], rows),
            panel(f"5  dividends, {by}", paid[scored], rows),
            panel("6  trust and incentive of miners", both[:, walk.miners], ["trust", "incentive"]),
        ],
        rows=2,
        size=(11.0, 7.6),
        sources=(rules, made)
        if network is None
        else (rules, where(network), "UIDs with most stake and most incentive"),
    )


def _cut(rules: Rules, walk: Shown) -> str:
    """A sentence on the validator who loses most weight."""
    lost = 1 - walk.epoch.validator_trust[walk.validators]
    return (
        f"{walk.names[walk.validators[lost.argmax()]]} claims what {float(rules.kappa):.0%} of "
        f"stake does not support, and {lost.max():.0%} of its weight is cut."
    )


def _shares(title: str, values: np.ndarray, rows: list[str], miners: tuple[str, ...]) -> Panel:
    """Shares by miner as a heat map, each in words."""
    places = np.indices(values.shape)
    row = places[0]
    miner = places[1]
    dark = values.round(3) < 0.5
    words = [
        Text(
            x=miner[where],
            y=row[where],
            text=[f"{value:.1%}" for value in values[where]],
            colour=colour,
            size=9.5 if len(miners) <= len(MINERS) else 7.5,
            align="center",
        )
        for where, colour in ((dark, "white"), (~dark, BLACK))
        if where.any()
    ]
    cells = Map(
        x=range(len(miners)),
        y=range(len(values)),
        z=values,
        colours=SHARES,
        least=0,
        most=1,
    )
    return Panel(
        title=title,
        marks=[cells, *words],
        x=Axis(names=miners),
        y=Axis(names=rows),
        columns=0,
    )


@view(
    rules="2026-09-11",
    subnet=Epoch,
    menus={"rules": bonds},
    published=False,
    sliders=tuple(Epoch.__annotations__),
)
def epoch(rules: Rules, subnet: Epoch, network: Metagraph | None = None) -> View:
    """Drag one epoch: stakes, your weights, κ and the bonds penalty, and see incentive, dividends
    and trust.
    """
    moved = varied(rules, subnet)
    walk = made_up(moved, subnet) if network is None else shown(moved, network)
    got = walk.epoch
    you = 4 if network is None else int(walk.validators[0])
    name = "You" if network is None else f"{walk.names[you]}, the largest,"
    share = got.stake[you]
    earned = got.dividends[you]
    validators = [walk.names[k] for k in walk.validators]
    if network is None:
        validators[you] += ", you"
    miners = walk.miners
    by_miner = {
        "consensus weight": (got.consensus[miners], GREY),
        "incentive": (got.incentive[miners], BLUE),
        "trust": (got.trust[miners], GREEN),
    }
    by_validator = {
        "share of stake": (got.stake[walk.validators], LIGHT),
        "dividends": (got.dividends[walk.validators], ORANGE),
        "validator trust": (got.validator_trust[walk.validators], RED),
    }
    shares = Axis(label="share", low=0, high=1.02, format=".0%")
    verbs = ("hold", "earn") if network is None else ("holds", "earns")
    whose = "your" if network is None else "its"
    return View(
        title=f"{name} {verbs[0]} {share:.1%} of stake and {verbs[1]} {earned:.1%} of dividends",
        panels=[
            Panel(
                marks=_groups(by_miner),
                x=Axis(label="miners", names=tuple(walk.names[k] for k in miners)),
                y=shares,
            ),
            Panel(
                marks=_groups(by_validator), x=Axis(label="validators", names=validators), y=shares
            ),
        ],
        readout={
            f"{whose} dividends": f"{earned:.1%}",
            f"dividends per stake, {'you' if network is None else 'it'} over all": (
                f"{earned / share:.2f}" if share else "no stake"
            ),
            f"{whose} weight that survives": f"{got.validator_trust[you]:.1%}",
            "incentive": _by_name(walk.names, miners, got.incentive),
            "trust": _by_name(walk.names, miners, got.trust),
        },
        size=(11.0, 5.0),
        sources=() if network is None else (rules, where(network)),
    )


def _by_name(names, places, shares) -> str:
    return ", ".join(f"{names[k]} {shares[k]:.1%}" for k in places)


def _groups(found: dict[str, tuple]) -> list[Bars]:
    """Three bars side by side at each place."""
    return [
        Bars(
            label=name,
            x=np.arange(len(values)) + 0.27 * (k - 1),
            y=values,
            width=0.25,
            colour=colour,
        )
        for k, (name, (values, colour)) in enumerate(found.items())
    ]


# ---- The guarantee ----

HONEST_WEIGHT = "honest validators' weight on honest miners"
CABAL_WEIGHT = "cabal's weight on its own miners"


@checked_record
class Teams:
    """Honest validators against a cabal."""

    honest_stake: float = quantity(
        default=0.60, unit="share", meaning="honest share of stake", ge=0.51, le=0.99, step=0.01
    )
    weight_spread: float = quantity(
        default=0.4, unit="", meaning="scatter of honest opinions around one", ge=0, le=1, step=0.05
    )
    validator_share: float = quantity(
        default=0.5, unit="share", meaning="part of emission for validators", ge=0, le=1, step=0.05
    )
    kappa: float = same(Epoch, "kappa", default=0.5, ge=0.3, le=0.7, source="eras.toml")
    bonds_penalty: float = same(Epoch, "bonds_penalty", default=1.0, source="eras.toml")


@checked_record
class StakeLaw:
    """How stake is spread over 64 validators."""

    name: str = quantity(unit="", meaning="name of the law")


STEPS = np.linspace(0, 1, 21)
LAWS = ("near-equal, as published", "lognormal body, Pareto tail", "lognormal, Gini 0.98")


def stake_laws() -> dict[str, StakeLaw]:
    """Every law of stake."""
    return {name: StakeLaw(name=name) for name in LAWS}


@functools.lru_cache(maxsize=64)
def network_of(law: str, spread: float) -> Network:
    """The network drawn for one law of stake and one scatter of opinions."""
    equal, tailed, _ = LAWS
    if law == equal:
        return draw_network(weight_spread=spread)
    model = fit_stake(GINI, TOP_PERCENT) if law == tailed else lognormal_stake(GINI)
    stake = draw_stake(model, 64, rng=np.random.default_rng(0))
    return draw_network(weight_spread=spread, stake=stake)


def network_drawn(stake: StakeLaw, teams: Teams, network: Metagraph | None) -> Network:
    """The network of a law of stake, or of the stake of one's own subnet, its largest 64."""
    if network is None:
        return network_of(stake.name, teams.weight_spread)
    held = holdings(network)[:64]
    return draw_network(validators=len(held), weight_spread=teams.weight_spread, stake=held)


@functools.lru_cache(maxsize=8)
def surface(rules: Rules, law: str, teams: Teams) -> np.ndarray:
    """The margin of a network drawn for one law of stake."""
    return margin_of(rules, network_of(law, teams.weight_spread), teams)


def margin_of(rules: Rules, drawn: Network, teams: Teams) -> np.ndarray:
    """What the honest side earns less its share of stake, (honest weights, cabal weights)."""
    earned = retention_map(
        varied(rules, teams),
        drawn,
        honest_stake=[teams.honest_stake],
        honest_weight=STEPS,
        cabal_weight=STEPS,
        validator_share=teams.validator_share,
    )
    return earned[0] - teams.honest_stake


@view(
    rules="classic, shared by a miner",
    stake=LAWS[0],
    teams=Teams,
    menus={"rules": bonds, "stake": stake_laws},
    published=False,
    sliders=tuple(Teams.__annotations__),
)
def guarantee(
    rules: Rules, stake: StakeLaw, teams: Teams, network: Metagraph | None = None
) -> View:
    """The map of the consensus guarantee: what the honest side earns against every cabal."""
    drawn = network_drawn(stake, teams, network)
    margin = margin_of(rules, drawn, teams) if network else surface(rules, stake.name, teams)
    honest_stake = teams.honest_stake
    need = float(required_honest_weight(margin[None] + honest_stake, [honest_stake], STEPS)[0])
    none = np.isnan(need)
    keeps = f"it needs {need:.0%} honest weight to keep them"
    worst_honest, worst_cabal = np.unravel_index(margin.argmin(), margin.shape)
    won = Map(
        label="won or lost",
        legend=False,
        x=STEPS,
        y=STEPS,
        z=margin.T * 100,
        kind="filled",
        colours=LOSS_GAIN,
        levels=tuple(range(-30, 31, 5)),
        least=-30,
        most=30,
        bar="points won",
    )
    enough = Line(
        label="enough whatever the cabal does",
        x=[1 if none else need] * 2,
        y=[0, 1],
        colour=BLACK,
        style="--",
        width=3,
    )
    return View(
        title=f"The honest side holds {honest_stake:.0%} of stake: "
        f"{'nothing protects it' if none else keeps}",
        panels=[
            Panel(
                marks=[won, enough],
                x=Axis(label=HONEST_WEIGHT, low=0, high=1, format=".0%"),
                y=Axis(label=CABAL_WEIGHT, low=0, high=1, format=".0%"),
            )
        ],
        readout={
            "honest weight needed": "none suffices" if none else f"{need:.1%}",
            "worst point": f"{margin.min():+.1%} at {STEPS[worst_honest]:.0%} honest weight, "
            f"{STEPS[worst_cabal]:.0%} on its own",
            "at 70% honest weight": f"{margin[STEPS.round(2) == 0.7].min():+.1%}",
            f"Gini of the {len(drawn.stake)} validators": f"{gini(drawn.stake):.2f}",
        },
        sources=() if network is None else (rules, where(network), "in place of the law of stake"),
    )
