"""What the block loop knows: the rows of its state, and the rules as plain numbers.

Amounts are whole rao in int64, so what is minted, injected and recycled adds up exactly; prices,
shares and
weights are float64, cut to rao where they become amounts, as on chain.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

INJECTED, RECYCLED, HELD, CAPPED = 0, 1, 2, 3
ALPHA, ALPHA_OR_BLOCK, ROOT = 0, 1, 2
# rows of State.whole (n,): rao: PAID and two parts of it a block, pending amounts, sums since the
# start, and the block at hand
(
    TAO,
    ALPHA_IN_POOL,
    OUTSTANDING,
    PROTOCOL_HELD,
    BURNED,
    NEXT_HALVING,
    LAST_HALVING,
    PAID,
    OWNER_PART,
    SERVERS_PART,
    SERVERS,
    VALIDATORS,
    ROOT_DUE,
    OWNER,
    ROOT_WAITING,
    INJECTED_TAO,
    BOUGHT_TAO,
    SOLD_ALPHA,
    SOLD_TAO,
    ROOT_SOLD_ALPHA,
    ROOT_SOLD_TAO,
    ALPHA_RECYCLED,
    ALPHA_MINTED,
    INJECT,
    ALPHA_IN,
    BUY,
    GOT,
    WHOLE_ROWS,
) = range(28)
# rows of State.real (n,)
(
    WEIGHT,
    SPOT,
    EMA,
    AGE,
    FLOW,
    OWN_FLOW,
    KEEP,
    BURNED_SHARE,
    RATE,
    CUT,
    LIVE,
    SHARE,
    RAW,
    FLOW_NOW,
    OWN_NOW,
    EMISSION,
    HALF,
    RHO,
    NEW_WEIGHT,
    REAL_ROWS,
) = range(20)
# State.total: rao
ISSUANCE, ROOT_TAO, MINTED, IN_POOLS, BOUGHT, TAO_RECYCLED, FEES, USERS, LEVEL, TOTALS = range(10)


class Law(NamedTuple):
    """What a kernel needs of `Rules` and `Scenario`, as plain numbers."""

    source: int
    times_root: bool
    gate: int
    gate_exponent: int
    gate_rank: int
    gate_quantile: float
    gate_refresh: int
    cap: int
    excess: int
    weighted: bool
    root_each_block: bool
    ema_rate: float
    ema_warmup: float
    flow_rate: float
    fee: float
    root_weight: float
    tempo: int
    root_claimed: float  # part of waiting root dividends claimed at an epoch
    miners_sell: float  # part of what they are paid
    stakers_sell: float
    owners_sell: float
    burns: bool  # withheld incentive is burned, not recycled


class State(NamedTuple):
    """Everything that changes from block to block, in place."""

    whole: np.ndarray  # (WHOLE_ROWS, n) int64
    real: np.ndarray  # (REAL_ROWS, n) float64
    total: np.ndarray  # (TOTALS,) int64
    on: np.ndarray  # (n,) bool: gets TAO
    bar: np.ndarray  # (1,) float64: the gate's bar, negative before it is first set
