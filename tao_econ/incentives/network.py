"""A subnet drawn at random, before it is divided into an honest and a dishonest team.

**Chain:** opentensor/subtensor, docs/consensus.md, commit 14bc6f9
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..inputs.checks import real, reals, record, whole
from ..inputs.door import typed

MAX_NODES = 4_096


class Network(NamedTuple):
    """One draw of a subnet before it is divided into two teams: the first validators and miners
    are honest.
    """

    stake: np.ndarray  # (validators,), any unit
    # (validators, miners), any unit: what each validator thinks of each miner of a team
    weights: np.ndarray


@typed
def draw_network(
    *,
    validators: int = 64,
    miners: int = 448,
    stake_spread: float = 0.3,
    weight_spread: float = 0.4,
    stake: ArrayLike | None = None,
    seed: int = 0,
) -> Network:
    """Validators with near-equal stake who scatter around one opinion, as the chain's document
    draws them.

    Parameters
    ----------
    validators, miners
        512 nodes in the document
    stake_spread, weight_spread
        standard deviation of normal numbers around 1, cut at 0
    stake
        (validators,), any unit, in place of drawn stake
    seed
        of numpy's default generator; the same seed gives the same network
    """
    stake_spread = real("stake_spread", stake_spread, "[0, 10]")
    weight_spread = real("weight_spread", weight_spread, "[0, 10]")
    validators = whole("validators", validators, at_least=2)
    miners = whole("miners", miners, at_least=2)
    if validators + miners > MAX_NODES:
        raise ValueError(
            f"validators + miners must be at most {MAX_NODES:,}, got {validators + miners:,}"
        )
    random = np.random.default_rng(whole("seed", seed))
    drawn = np.maximum(1 + stake_spread * random.standard_normal(validators), 0)
    stake = drawn if stake is None else reals("stake", stake, "[0, inf)", shape=(validators,))
    return Network(
        stake, np.maximum(1 + weight_spread * random.standard_normal((validators, miners)), 0)
    )


def checked_network(network: Network) -> Network:
    """A network with at least two validators and two miners whose numbers are not negative, or
    one clear line.
    """
    record("network", network, Network)
    shape = np.shape(network.weights)
    if len(shape) != 2 or min(shape) < 2:
        raise ValueError(
            f"weights must have shape (2 or more validators, 2 or more miners), got {shape}"
        )
    return Network(
        reals("stake", network.stake, "[0, inf)", shape=shape[:1]),
        reals("weights", network.weights, "[0, inf)", shape=shape),
    )
