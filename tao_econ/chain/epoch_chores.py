"""What happens around an epoch: weights are stored, bonds deleted, emission split, the next epoch
scheduled.

**Chain:** opentensor/subtensor, pallets/subtensor/src, commit 14bc6f9; each function names its
file.
"""

from __future__ import annotations

import numpy as np

from ..inputs.checks import square_u16, whole, whole_array
from ..inputs.rules import Rules
from .fixed_point import U16, max_upscale_u16, normalize

NEVER = (1 << 64) - 1  # the chain's "no next epoch"
MOST_MECHANISMS = 255  # their number is a byte


def stored_weights(weights_u16) -> np.ndarray:
    """One validator's weights as the chain stores them: the largest becomes 65,535.

    weights_u16 : (m,) int, u16 — as submitted
    **Chain:** math.rs, `vec_u16_max_upscale_to_u16`
    """
    return max_upscale_u16(_row(weights_u16))


def within_max_weight(weights_u16, max_weight_u16: int) -> bool:
    """Whether no weight of a row is above the limit once the row sums to 1 (the limit was
    1000/65,535 in 2023).

    weights_u16 : (m,) int, u16      max_weight_u16 : int, u16
    **Chain:** math.rs, `check_vec_max_limited`
    """
    if whole("max_weight_u16", max_weight_u16) > U16:
        raise ValueError(f"max_weight_u16 must be in [0, {U16}], got {max_weight_u16}")
    return bool((normalize(_row(weights_u16)) <= (max_weight_u16 << 32) // U16).all())


def _row(weights_u16):
    """One row of u16 as Q32."""
    given = whole_array("weights_u16", weights_u16, None, most=U16)
    if given.ndim != 1:
        raise ValueError(f"weights_u16 must be one-dimensional, got shape {given.shape}")
    return given << 32


def reset_bonds(rules: Rules, bonds_u16, uid: int) -> np.ndarray:
    """Bonds without any on one miner, at that miner's wish; unchanged where the subnet does not
    allow it.

    bonds_u16 : (n, n) int, u16      uid : int
    """
    bonds = square_u16("bonds_u16", bonds_u16).astype(np.uint16)
    if whole("uid", uid) >= len(bonds):
        raise ValueError(f"uid must be in [0, {len(bonds) - 1}], got {uid}")
    if rules.bonds_reset:
        bonds[:, uid] = 0
    return bonds


def split_among_mechanisms(emission_rao: int, count: int, split_u16=None) -> list[int]:
    """A subnet's emission for each of its mechanisms; what rounding leaves goes to the first.

    emission_rao : int, rao      count : int — mechanisms
    split_u16 : (count,) int, u16 — stored fractions, 65,535 in all (the chain checks when they are
      set); even without them
    **Chain:** subnets/mechanism.rs, `split_emissions`
    """
    emission_rao, count = whole("emission_rao", emission_rao), whole("count", count, at_least=1)
    if count > MOST_MECHANISMS:
        raise ValueError(f"count must be at most {MOST_MECHANISMS}, got {count}")
    parts = [emission_rao // count] * count
    if split_u16 is not None:
        fractions = whole_array("split_u16", split_u16, (count,), most=U16).tolist()
        parts = [emission_rao * f // U16 for f in fractions]
    parts[0] += max(emission_rao - sum(parts), 0)
    return parts


def blocks_until_next_epoch(tempo: int, last_epoch_block: int, block: int) -> int:
    """Blocks from `block` to the next epoch, 0 if it is due; 2^64 − 1, the chain's "never", if the
    tempo is 0.

    **Chain:** coinbase/run_coinbase.rs, `blocks_until_next_auto_epoch`
    """
    tempo, last, block = (
        whole("tempo", tempo),
        whole("last_epoch_block", last_epoch_block),
        whole("block", block),
    )
    return max(min(last + tempo, NEVER) - block, 0) if tempo else NEVER
