"""A subnet of the reader's own, from a file, as views of consensus and of stake show it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..chain.metagraph import Metagraph
from ..chain.yuma import FloatEpoch, yuma_epoch
from ..inputs.rules import Rules

VALIDATORS = 8  # of a picture, those with most stake
MINERS = 5  # those with most incentive


class Shown(NamedTuple):
    """One epoch of a subnet, and which of its UIDs a picture has room for."""

    epoch: FloatEpoch
    given: np.ndarray  # (n, n) shares of a row, without weight on oneself
    validators: np.ndarray  # places, most stake first
    miners: np.ndarray  # places, most incentive first
    names: tuple[str, ...]  # of every place


def shown(rules: Rules, network: Metagraph) -> Shown:
    """One epoch of a subnet from its own bonds, with the UIDs that decide it.

    Raises
    ------
    ValueError
        where no validator with stake has a weight on somebody else
    """
    epoch = yuma_epoch(rules, network.weights, network.stake, network.bonds, real_bonds=True)
    weights = network.weights.astype(float)
    np.fill_diagonal(weights, 0.0)
    total = weights.sum(axis=1, keepdims=True)
    given = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    voting = np.flatnonzero((total[:, 0] > 0) & (epoch.validator_trust > 0))
    if not len(voting):
        raise ValueError("network must have a validator with stake and weights on others, got none")
    miners = np.flatnonzero(epoch.incentive)
    return Shown(
        epoch=epoch,
        given=given,
        validators=voting[np.argsort(-epoch.stake[voting], kind="stable")][:VALIDATORS],
        miners=miners[np.argsort(-epoch.incentive[miners], kind="stable")][:MINERS],
        names=tuple(f"UID {uid}" for uid in network.uids),
    )


def earned_by_miner(rules: Rules, epoch: FloatEpoch, owned: np.ndarray) -> np.ndarray:
    """Dividends split by the miner whose incentive pays them, from bonds or, where there were none
    before, from the weights that buy them; the whole sums to 1.
    """
    stake = epoch.stake[:, None]
    classic = rules.bonds == "classic"
    bought = owned * (stake if classic and owned is not epoch.bonds else 1.0)
    total = bought.sum(axis=0)
    held = np.where(total > 0, bought / np.maximum(total, 1e-300), 0.0)
    paid = held * epoch.incentive * (1.0 if classic else stake)
    whole = paid.sum()
    return paid / whole if whole else paid  # nobody is paid: nothing to split


def holdings(network: Metagraph) -> np.ndarray:
    """Stake of everybody who has some, largest first.

    Raises
    ------
    ValueError
        for fewer than two of them
    """
    held = np.sort(network.stake[network.stake > 0])[::-1]
    if len(held) < 2:
        raise ValueError(f"network must have stake of 2 UIDs or more, got {len(held)}")
    return held


def where(network: Metagraph) -> str:
    """What a footer says of a subnet from a file."""
    staked = int((network.stake > 0).sum())
    return f"own file: {len(network.uids)} UIDs, {staked} with stake"
