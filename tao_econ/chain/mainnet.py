"""Blocks of main net recomputed from what was stored before them, and by how much we miss.

Each replay takes a table of data/, puts it through the rules of its day and compares with what the
block did: shares, TAO and alpha injected, caps, and the TAO of the block.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..inputs import data
from ..inputs.door import typed
from ..inputs.rules import Rules, rules_at
from ..inputs.scenario import Scenario
from ..inputs.units import RAO_PER_TAO
from . import subnet_kernels as kernels
from . import subnets
from .emission import block_emission
from .shares import emission_shares, root_proportion
from .subnet_kernels import RAO, REAL
from .subnet_states import chain_value, load_subnets

GATE_BY_QUANTILE = "subnets_8740402"
GATE_BY_RANK = "subnets_8791247"
HEADER = (
    f"{'block':>10}  {'quantity':40} {'subnets':>7}  {'mean':>9} {'median':>9} {'worst':>9}  "
    f"{'aim':16} held"
)


class Replay(NamedTuple):
    """One quantity of one moment: how far ours is from main net's."""

    moment: str  # block, or day where the block is not known
    quantity: str
    subnets: int  # compared
    mean: float  # error
    median: float
    worst: float
    held: str  # which of the three the aim is for
    aim: float

    @property
    def passed(self) -> bool:
        """Whether the error that the aim is for is within it."""
        return getattr(self, self.held) <= self.aim

    def line(self) -> str:
        """The replay as a row of `HEADER`."""
        cells = f"{self.moment:>10}  {self.quantity:40} {self.subnets:7}"
        errors = f"{self.mean:9.1e} {self.median:9.1e} {self.worst:9.1e}"
        aim = f"{self.held} <= {self.aim:.0e}"
        return f"{cells}  {errors}  {aim:16} {'yes' if self.passed else 'NO'}"


class Injection(NamedTuple):
    """What a block puts into pools, rao: (n,) each."""

    tao: np.ndarray
    alpha: np.ndarray
    buys: np.ndarray  # TAO that buys alpha


@typed
def replay_mainnet() -> tuple[Replay, ...]:
    """Every replay, oldest moment first."""
    return (
        _listed_of_july(),
        *_shares_by_quantile(),
        *_shares_by_rank(),
        *_injections(),
        _listed_of_august(),
    )


@typed
def injection(rules: Rules, pools: subnets.Subnets, given_tao: np.ndarray) -> Injection:
    """What goes into each pool of so much TAO for it in one block, and what buys alpha.

    Parameters
    ----------
    given_tao
        (n,) TAO of the block for each subnet; its sum is taken as the block's TAO
    """
    law = subnets._law(rules, Scenario())
    state = subnets._state(pools)
    subnets._put_in_force(rules, pools, state)
    kernels._alpha_halvings(law, state.rao, state.real)
    reward = float(np.sum(given_tao)) * RAO_PER_TAO
    state.real[REAL.share] = given_tao / np.sum(given_tao)
    root = law.root_weight * state.total[0]["root_rao"]
    kernels._terms(law, state.rao, state.real, root, reward)
    rows = (state.rao[row].copy() for row in (RAO.inject, RAO.alpha_in, RAO.buy))
    return Injection(*rows)


def _replay(moment: str, quantity: str, error: np.ndarray, held: str, aim: float) -> Replay:
    return Replay(
        moment=moment,
        quantity=quantity,
        subnets=len(error),
        mean=float(np.mean(error)),
        median=float(np.median(error)),
        worst=float(np.max(error)),
        held=held,
        aim=aim,
    )


def _moment(table: str) -> str:
    rows = data.load("chain_values")
    first = rows[rows["state"] == table].iloc[0]
    return first["utc"][:10] if pd.isna(first["block"]) else f"{first['block']:,}"


def _rules(table: str) -> Rules:
    """The rules in force at the moment of a table."""
    rows = data.load("chain_values")
    first = rows[rows["state"] == table].iloc[0]
    return rules_at(first["utc"][:10] if pd.isna(first["block"]) else int(first["block"]))


def _eligible(table: str) -> pd.DataFrame:
    """The subnets that take part in the division of TAO."""
    rows = data.load(table)
    if "eligible" in rows:
        return rows[rows["eligible"] == 1]
    return rows[(rows["netuid"] > 0) & (rows["subtoken_enabled"] == 1)]


def _paid(rows: pd.DataFrame) -> np.ndarray:
    """TAO that a block paid each subnet."""
    return (rows["tao_in_emission_rao"] + rows["excess_tao_rao"]).to_numpy(float) / RAO_PER_TAO


def _shares(table: str, bar: float | None) -> tuple[np.ndarray, np.ndarray]:
    """Our shares, and those that the block paid by."""
    rows = _eligible(table)
    ours = emission_shares(
        _rules(table),
        price_ema_tao=rows["price_ema_tao"].to_numpy(float),
        burned_share=rows["burned_share"].to_numpy(float),
        emission_on=rows["emission_enabled"].to_numpy(int) == 1,
        bar=bar,
    )
    paid = _paid(rows)
    return ours, paid / paid.sum()


def _shares_by_quantile() -> tuple[Replay, ...]:
    moment = _moment(GATE_BY_QUANTILE)
    ours, paid = _shares(GATE_BY_QUANTILE, None)
    return (
        _replay(moment, "share of TAO, our own bar", np.abs(ours - paid), "mean", 1e-5),
        _conserved(GATE_BY_QUANTILE, ours),
    )


def _shares_by_rank() -> tuple[Replay, ...]:
    moment = _moment(GATE_BY_RANK)
    stored, paid = _shares(GATE_BY_RANK, chain_value(GATE_BY_RANK, "bar"))
    ours, _ = _shares(GATE_BY_RANK, None)
    return (
        _replay(moment, "share of TAO, stored bar", np.abs(stored - paid), "mean", 1e-6),
        _replay(moment, "share of TAO, our own bar", np.abs(ours - paid), "mean", 1e-5),
        _conserved(GATE_BY_RANK, ours),
    )


def _conserved(table: str, share: np.ndarray) -> Replay:
    """TAO of the block that rounding loses, ours and main net's, each in rao a subnet."""
    reward = block_emission(_rules(table), int(chain_value(table, "issuance_rao") or 0))
    rows = _eligible(table)
    ours = np.floor(share * reward).sum()
    main_net = (rows["tao_in_emission_rao"] + rows["excess_tao_rao"]).sum()
    lost = np.array([reward - ours, reward - main_net], float) / len(rows)
    found = _replay(_moment(table), "TAO of the block lost, rao a subnet", np.abs(lost), "worst", 1)
    return found._replace(subnets=len(rows))


def _relative(ours: np.ndarray, theirs: np.ndarray, lost: ArrayLike = 1.0) -> np.ndarray:
    """Relative errors beyond what cutting to whole rao may lose."""
    beyond = np.maximum(np.abs(ours - theirs) - lost, 0)
    return np.divide(beyond, theirs, out=np.zeros_like(theirs), where=theirs > 0)


def _injections() -> tuple[Replay, ...]:
    """What block 8,791,247 put into pools of what it paid each subnet, and its caps.

    Its pools are as they stood after the trades of the block, which moved one of them (SN2, 0.3 %).
    """
    rules = _rules(GATE_BY_RANK)
    pools = load_subnets(GATE_BY_RANK)
    rows = _eligible(GATE_BY_RANK)
    moment = _moment(GATE_BY_RANK)
    paid = _paid(rows)
    got = injection(rules, pools, paid)
    ours, _ = _shares(GATE_BY_RANK, chain_value(GATE_BY_RANK, "bar"))
    from_prices = injection(rules, pools, ours * paid.sum())
    theirs = {
        name: rows[name].to_numpy(float)
        for name in ("tao_in_emission_rao", "alpha_in_emission_rao", "excess_tao_rao")
    }
    into = theirs["tao_in_emission_rao"] > 0
    capped = theirs["excess_tao_rao"] > 0
    tao = _relative(got.tao, theirs["tao_in_emission_rao"])[into]
    tao_from_prices = _relative(from_prices.tao, theirs["tao_in_emission_rao"])[into]
    part = root_proportion(rules, pools.root_tao, pools.reserve_alpha + pools.outstanding_alpha)
    cap = part * rows["alpha_out_emission_rao"].to_numpy(float)
    of_one_rao = 1 + pools.reserve_alpha / pools.reserve_tao
    alpha = _relative(got.alpha, theirs["alpha_in_emission_rao"], of_one_rao)[into]
    caps = _relative(cap, theirs["alpha_in_emission_rao"])[capped]
    return (
        _replay(moment, "TAO injected of what was paid, relative", tao, "worst", 1e-3),
        _replay(moment, "alpha injected beside it, relative", alpha, "median", 1e-4),
        _replay(moment, "TAO injected from prices, relative", tao_from_prices, "median", 1e-4),
        _replay(moment, "cap on alpha injected, relative", caps, "worst", 1e-5),
    )


def _listed_of_july() -> Replay:
    """Shares of 12 subnets as printed on 2026-07-08, both made to sum to 1."""
    rows = data.load("subnets_2026_07_08")
    ours = emission_shares(
        rules_at("price-unburned"),  # as the page did; our era of it begins eight days later
        price_ema_tao=rows["price_ema_tao"].to_numpy(float),
        burned_share=rows["burned_share"].to_numpy(float),
    )
    listed = rows["tao_share_listed"].to_numpy(float)
    error = np.abs(ours - listed / listed.sum())
    return _replay("2026-07-08", "share of TAO, among the 12 listed", error, "worst", 1e-6)


def _listed_of_august() -> Replay:
    """Shares of 12 subnets as printed on 2026-08-10, of 127: the page left burn out."""
    rows = data.load("subnets_2026_08_10")
    ours = emission_shares(
        rules_at("2026-08-10"),
        price_ema_tao=rows["price_ema_tao"].to_numpy(float),
        emission_on=rows["emission_enabled"].to_numpy(int) == 1,
    )
    listed = rows["tao_share_listed"].to_numpy(float, na_value=np.nan)
    error = np.abs(ours - listed)[~np.isnan(listed)]
    return _replay("2026-08-10", "share of TAO, 12 listed of 127", error, "worst", 1e-6)
