"""How reward goes with stake and with performance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..inputs.checks import amounts
from ..inputs.door import typed


class Correlations(NamedTuple):
    """How reward goes with stake and with performance."""

    stake_reward: float
    performance_reward: float


@typed
def reward_correlations(
    stake: ArrayLike, performance: ArrayLike, reward: ArrayLike, *, ranks: bool = False
) -> Correlations:
    """Correlation of reward with stake and with performance over wallets: Pearson, or Spearman with
    `ranks`.

    Parameters
    ----------
    stake, performance, reward : array_like
        (n,), not negative.
    ranks : bool

    Returns
    -------
    Correlations

    Raises
    ------
    ValueError
        Where one of them does not vary.
    """
    given = {"stake": stake, "performance": performance, "reward": reward}
    shape = amounts("stake", stake).shape
    arrays = {
        name: amounts(name, values, shape=shape, each="wallet") for name, values in given.items()
    }
    for name, values in arrays.items():
        if np.ptp(values) == 0:
            raise ValueError(f"{name} must vary over wallets, got {values[0]:g} for all of them")
    rows = [
        pd.Series(values).rank().to_numpy() if ranks else values / values.max()
        for values in arrays.values()
    ]
    return Correlations(*np.corrcoef(rows)[:2, 2].tolist())
