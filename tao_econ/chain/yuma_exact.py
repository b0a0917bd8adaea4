"""One Yuma epoch exactly as the chain computes it: the definition that the fast engine is held to.

Fractions are the chain's (fixed_point.py). Matrices inside are laid out [miner, validator], so that
a column of the specification is a row here; validators are the UIDs with a permit or with bonds,
because nobody else's row can hold anything.

**Chain:** opentensor/subtensor, pallets/subtensor/src/epoch/run_epoch.rs (the sparse, production
path), commit 14bc6f9; for the rules of 2023-11-20 the same file at 62b1a70.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..inputs.checks import permitted_rows, square_u16, whole, whole_array
from ..inputs.door import typed
from ..inputs.rules import Rules
from ..inputs.units import RAO_PER_TAO, U64
from .fixed_point import (
    MAX,
    ONE,
    U16,
    _divide_each,
    _ema_varying,
    _products,
    _sigmoid_each,
    _weighted_median_each,
    interpolate,
    max_upscale_each,
    max_upscale_u16,
    normalize,
    normalize_each,
    proportion,
    q32,
    u16,
)

NEVER = (1 << 64) - 1  # the chain's "no next epoch"
MAX_MECHANISMS = 255  # their number is a byte


class Epoch(NamedTuple):
    """What an epoch stores, by UID; bonds [validator, miner]. u16 are cut from the last three."""

    stake_weight_u16: np.ndarray  # share of the stake that counts
    active: np.ndarray  # bool: has set weights recently
    permits: np.ndarray  # bool: may validate in the next epoch
    consensus_u16: np.ndarray
    incentive_u16: np.ndarray  # also the rank that the chain stored until December 2025
    dividends_u16: np.ndarray
    validator_trust_u16: np.ndarray  # part of a validator's weight that survives clipping
    trust_u16: np.ndarray  # the same of a miner's; stored until December 2025
    pruning_u16: np.ndarray  # emission ÷ the largest; decided in 2023 who is deregistered
    miner_emission_rao: np.ndarray
    validator_emission_rao: np.ndarray
    emission_rao: np.ndarray  # both together, rounded down once
    bonds_u16: np.ndarray  # (n, n); classic: ÷ the column's largest, Yuma3: share of one
    consensus_q32: np.ndarray
    incentive_q32: np.ndarray
    dividends_q32: np.ndarray


@typed
def yuma_epoch_exact(
    rules: Rules,
    weights_u16: ArrayLike,
    stake_rao: ArrayLike,
    bonds_u16: ArrayLike,
    *,
    emission_rao: int = RAO_PER_TAO,
    listed: ArrayLike | None = None,
    permits: ArrayLike | None = None,
    last_update: ArrayLike | None = None,
    block_at_registration: ArrayLike | None = None,
    commit_block: ArrayLike | None = None,
    block: int | None = None,
    last_step_block: int = 0,
    owner_uid: int | None = None,
) -> Epoch:
    """One epoch on the chain's integers: who earns what, and the bonds the next epoch starts from.

    **Chain:** run_epoch.rs, `epoch_mechanism`

    Parameters
    ----------
    weights_u16
        (n, n); row = validator, as stored (see `stored_weights`)
    stake_rao
        (n,) stake weight: alpha + root weight · TAO on root (before 2025: all TAO staked)
    bonds_u16
        (n, n), as the epoch before stored them; zeros at first
    emission_rao
        what the epoch divides
    listed
        (n, n) bool, which weights are entries of their row; by default those above 0. Under liquid
        alpha a listed 0 lets an old bond fade, a missing entry deletes it
    permits
        (n,) bool, who may validate now; by default who gets a permit from this epoch, and rows of
        the others are not read; where given, weights on others without a permit are refused
    last_update, block_at_registration
        (n,) blocks; by default now, and before anything that matters
    commit_block
        (n,) block of the earliest unexpired weight commit, −1 for none (the default)
    block, last_step_block
        now, and the end of the epoch before (0: count back one tempo)
    owner_uid
        the subnet owner's, if it has one

    Raises
    ------
    TypeError
        for anything but integers and bits
    ValueError
        for shapes and ranges
    """
    now = 2 * rules.tempo if block is None else whole("block", block)
    weights = square_u16("weights_u16", weights_u16)
    n = len(weights)
    updated = np.full(n, now) if last_update is None else last_update
    registered = np.zeros(n, int) if block_at_registration is None else block_at_registration
    committed = np.full(n, -1) if commit_block is None else commit_block
    given = _Given(
        weights=weights,
        stake=whole_array("stake_rao", stake_rao, (n,)),
        bonds=whole_array("bonds_u16", bonds_u16, (n, n), most=U16),
        listed=None if listed is None else whole_array("listed", listed, (n, n), kind="bool"),
        permits=None if permits is None else whole_array("permits", permits, (n,), kind="bool"),
        updated=whole_array("last_update", updated, (n,)),
        registered=whole_array("block_at_registration", registered, (n,)),
        committed=whole_array("commit_block", committed, (n,), least=-1),
        block=now,
        last_step_block=whole("last_step_block", last_step_block),
        owner=_owner(owner_uid, n),
    )
    if given.permits is not None:
        may = given.permits | _with_permit(given, rules)
        permitted_rows("weights_u16", weights, may, np.arange(n))
    emission_rao = whole("emission_rao", emission_rao)
    for name, rao in (("emission_rao", emission_rao), ("stake_rao", sum(given.stake.tolist()))):
        if rao > MAX:
            raise ValueError(f"{name} must sum to less than 2^63, got {rao}")
    _check_masks(given, rules)
    check_liquid_alpha(rules)
    return _epoch(given, emission_rao, rules)


class _Given(NamedTuple):
    weights: np.ndarray
    stake: np.ndarray
    bonds: np.ndarray
    listed: np.ndarray | None
    permits: np.ndarray | None
    updated: np.ndarray
    registered: np.ndarray
    committed: np.ndarray
    block: int
    last_step_block: int
    owner: np.ndarray  # (n,) bool


def _epoch(given: _Given, emission_rao: int, rules: Rules) -> Epoch:
    """The epoch step by step, in the order of the chain."""
    active = _active(given, rules)
    stake = _stake_that_counts(given, rules)
    always = _with_permit(given, rules)
    new_permits = _new_permits(stake, rules) | always
    permitted = new_permits if given.permits is None else given.permits | always
    active_stake = normalize(np.where(active & permitted, stake, 0))

    rows = np.flatnonzero(permitted | given.bonds.any(axis=1))
    voters = active_stake[rows]
    weights, listed = _weights(given, permitted, rows, rules)
    consensus = _consensus(weights, voters, q32(rules.kappa))
    clipped = np.minimum(weights, consensus[:, None])
    rank, unclipped_rank = (_products(w, voters).sum(axis=1) for w in (clipped, weights))
    incentive = normalize(rank)

    bonds = _old_bonds(given, rows, rules)
    followed, listed = _bond_weights(weights, clipped, listed, consensus, q32(rules.bonds_penalty))
    if rules.bonds == "classic":
        bonds, earned = _classic_bonds(followed, bonds, voters, incentive, rules)
    else:
        bonds, earned = _yuma3_bonds(followed, listed, bonds, voters, incentive, consensus, rules)
    dividends = _by_uid(earned, rows, given)
    bonds_u16 = np.zeros(given.bonds.shape, np.uint16)
    bonds_u16[rows] = bonds.T
    bonds_u16[~new_permits] = 0

    miners, validators, both = _emission_shares(incentive, dividends, active_stake, stake)
    return Epoch(
        stake_weight_u16=u16(stake),
        active=active,
        permits=new_permits,
        consensus_u16=u16(consensus),
        incentive_u16=u16(incentive),
        dividends_u16=u16(dividends),
        validator_trust_u16=u16(_by_uid(clipped.sum(axis=0), rows, given)),
        trust_u16=u16(_divide_each(rank[:, None], unclipped_rank)[:, 0]),
        pruning_u16=max_upscale_u16(both),
        miner_emission_rao=_pay(miners, emission_rao),
        validator_emission_rao=_pay(validators, emission_rao),
        emission_rao=_pay(both, emission_rao),
        bonds_u16=bonds_u16,
        consensus_q32=consensus,
        incentive_q32=incentive,
        dividends_q32=dividends,
    )


# ---- The steps ----


def _active(given: _Given, rules: Rules) -> np.ndarray:
    """Whoever has set weights within the cutoff, which is at least one block."""
    return given.updated + max(int(rules.activity_cutoff * rules.tempo), 1) >= given.block


def _stake_that_counts(given: _Given, rules: Rules) -> np.ndarray:
    """Shares of the stake of those above the threshold; the owner may be exempt."""
    above = (given.stake >= rules.stake_threshold_rao) | _with_permit(given, rules)
    return normalize(np.where(above, given.stake, 0))


def _with_permit(given: _Given, rules: Rules) -> np.ndarray:
    """(n,) bool: the owner, where its permit does not hang on its stake."""
    return given.owner & rules.owner_permit


def _new_permits(stake, rules):
    chosen = _top_k(stake, rules.max_validators)
    return chosen if rules.permits == "top_stakes" else chosen & (stake != 0)


def _top_k(stake, k):
    """The k largest; among equals the later UID comes first."""
    chosen = np.ones(len(stake), bool)
    chosen[np.argsort(stake, kind="stable")[: max(len(stake) - k, 0)]] = False
    return chosen


def _weights(given, permitted, rows, rules):
    """Masked weights, then each validator's ÷ their sum; and which entries are left, with zeros.

    Masked: rows without a permit, weights for oneself (but the owner's, where it may), weights no
    newer than the miner's registration, and weights committed before it. What a masked miner would
    have had goes to the others.
    """
    updated = given.updated[rows, None]
    committed = given.committed[rows, None]
    uid = rows[:, None]
    weights = given.weights[rows]
    listed = weights > 0 if given.listed is None else given.listed[rows]
    of_others = uid != np.arange(len(permitted))
    listed = listed & permitted[rows, None] & (of_others | (given.owner & rules.owner_self_weight))
    listed &= updated > given.registered
    if (committed >= 0).any():
        listed &= (committed < 0) | (committed >= given.registered)
    return _by_miner(normalize_each(weights * listed)), _by_miner(listed)


def _consensus(weights, active_stake, kappa):
    """The largest weight of each miner that κ of the active stake supports."""
    voters = np.flatnonzero(active_stake > 0)
    return _weighted_median_each(
        normalize(active_stake[voters]), np.take(weights, voters, axis=1), kappa
    )


def _old_bonds(given, rows, rules):
    """Stored bonds, as integers, without those on miners that registered too late to earn them."""
    if rules.bonds_mask == "stale_weights":
        known = given.updated[rows, None] > given.registered
    elif rules.bonds_mask == "new_miners" or given.last_step_block == 0:
        known = max(given.block - rules.tempo, 0) > given.registered
    else:
        known = given.last_step_block + 1 > given.registered
    return _by_miner(given.bonds[rows] * known)


def _bond_weights(weights, clipped, listed, consensus, penalty):
    """The weights that bonds follow, between submitted and clipped, and the entries they keep."""
    if penalty == 0:
        return weights, listed
    if penalty == ONE:
        return clipped, listed & ~((weights > 0) & (consensus == 0)[:, None])
    between = interpolate(weights, clipped, penalty)
    return between, listed & (between > 0)


def _bond_rate(rules):
    """The chain's α: how much of a bond is new after an epoch."""
    return ONE - q32(rules.bonds_moving_average)


def _ema(new, old, rate):
    """new · rate + old · (1 − rate), each product floored."""
    width = new.shape[1]
    return _products(new, np.full(width, rate)) + _products(old, np.full(width, ONE - rate))


def _classic_bonds(weights, bonds, active_stake, incentive, rules):
    """Bonds as shares of a miner, bought with stake. Returns them as stored, and the dividends."""
    bought = normalize_each(_products(weights, active_stake))
    bonds = normalize_each(_ema(bought, normalize_each(bonds), _bond_rate(rules)))
    return u16(max_upscale_each(bonds)), normalize(_earned(bonds, incentive))


def _yuma3_bonds(weights, listed, bonds, active_stake, incentive, consensus, rules):
    """Bonds that each follow their validator's weights. Returns them as stored, and dividends."""
    bonds = proportion(bonds)
    if rules.liquid_alpha_on and consensus.any():
        rates = _liquid_rates(weights, bonds, consensus, rules)
        # no entry in the row, no bond left
        bonds = np.where(listed, _ema_varying(weights, bonds, rates), 0)
    else:
        bonds = _ema(weights, bonds, _bond_rate(rules))
    return u16(bonds), normalize(
        _products(_earned(normalize_each(bonds), incentive)[None, :], active_stake)[0]
    )


def _liquid_rates(weights, bonds, consensus, rules):
    """Bond rate of a pair: faster the more its weight is above consensus, or its bond above it."""
    low = q32(rules.alpha_low)
    high = q32(rules.alpha_high)
    gap = np.where(weights >= bonds, weights - consensus[:, None], bonds - weights)
    speed = _sigmoid_each(np.clip(gap, 0, ONE), ONE // 2, q32(-rules.alpha_sigmoid_steepness))
    return np.clip(low + _products(speed, np.full(speed.shape[1], high - low)), low, high)


def _earned(bonds, incentive):
    """Σ over miners of bond · incentive, for each validator."""
    return _products(np.ascontiguousarray(bonds.T), incentive).sum(axis=1)


def _emission_shares(incentive, dividends, active_stake, stake):
    """Shares of miners, of validators and of both; by stake where nobody earned anything."""
    total = (incentive + dividends).sum(keepdims=True)
    if total[0] == 0:
        by_stake = active_stake if active_stake.any() else stake
        return incentive, by_stake, by_stake
    return tuple(
        _divide_each(x[None, :], total)[0] for x in (incentive, dividends, incentive + dividends)
    )


def _pay(shares, rao):
    """⌊share · rao⌋."""
    return _products(np.full((1, len(shares)), rao), shares)[0]


def _by_miner(matrix):
    return np.ascontiguousarray(matrix.T)


def _by_uid(values, rows, given):
    out = np.zeros(len(given.stake), np.int64)
    out[rows] = values
    return out


def _owner(owner_uid, n) -> np.ndarray:
    owner = np.zeros(n, bool)
    if owner_uid is not None:
        owner[whole("owner_uid", owner_uid, at_most=n - 1)] = True
    return owner


def _check_masks(given: _Given, rules: Rules) -> None:
    """Refuse blocks that the rules never look at."""
    last_step = "new_miners_since_last_step"
    if given.last_step_block and rules.bonds_mask != last_step:
        raise ValueError(
            f"last_step_block must be 0 where rules.bonds_mask is not {last_step!r}, got "
            f"{given.last_step_block}"
        )
    if not rules.commit_mask and (given.committed >= 0).any():
        raise ValueError(
            f"commit_block must be -1 where rules.commit_mask is False, got {given.committed.max()}"
        )


@typed
def check_liquid_alpha(rules: Rules, bonds: str | None = None) -> None:
    """Refuse rates that no epoch can use, or that `bonds` (a variant's name) would leave unused."""
    if rules.alpha_low > rules.alpha_high:
        raise ValueError(
            f"alpha_low must be at most alpha_high {rules.alpha_high}, got {rules.alpha_low}"
        )
    if rules.liquid_alpha_on and rules.liquid_alpha != "per_pair":
        raise ValueError(
            f"liquid_alpha must be 'per_pair' for an epoch to use it, got {rules.liquid_alpha!r}"
        )
    if rules.liquid_alpha_on and (bonds or rules.bonds) != "yuma3":
        raise ValueError(
            f"liquid_alpha_on must be False with bonds other than 'yuma3', which it alone moves, "
            f"got True with {bonds or rules.bonds!r}"
        )


# ---- Around an epoch: stored weights, deleted bonds, split emission, the next epoch ----


@typed
def stored_weights(weights_u16: ArrayLike) -> np.ndarray:
    """One validator's `weights_u16`, (m,) as submitted, as stored: the largest becomes 65,535.

    **Chain:** math.rs, `vec_u16_max_upscale_to_u16`
    """
    return max_upscale_u16(_row(weights_u16))


@typed
def within_max_weight(weights_u16: ArrayLike, max_weight_u16: int) -> bool:
    """Whether no weight of a row, `weights_u16` (m,), is above `max_weight_u16` once the row sums
    to 1 (the limit was 1000/65,535 in 2023).

    **Chain:** math.rs, `check_vec_max_limited`
    """
    max_weight_u16 = whole("max_weight_u16", max_weight_u16, at_most=U16)
    return bool((normalize(_row(weights_u16)) <= (max_weight_u16 << 32) // U16).all())


def _row(weights_u16):
    """One row of u16 as Q32."""
    given = whole_array("weights_u16", weights_u16, None, most=U16)
    if given.ndim != 1:
        raise ValueError(f"weights_u16 must be one-dimensional, got shape {given.shape}")
    return given << 32


@typed
def reset_bonds(rules: Rules, bonds_u16: ArrayLike, uid: int) -> np.ndarray:
    """`bonds_u16`, (n, n), without any on the miner `uid`, at that miner's wish; unchanged where
    the subnet does not allow it.
    """
    bonds = square_u16("bonds_u16", bonds_u16).astype(np.uint16)
    uid = whole("uid", uid, at_most=len(bonds) - 1)
    if rules.bonds_reset:
        bonds[:, uid] = 0
    return bonds


@typed
def split_among_mechanisms(
    emission_rao: U64, count: int, split_u16: ArrayLike | None = None
) -> list[int]:
    """A subnet's `emission_rao` for each of `count` mechanisms, by stored fractions `split_u16`,
    (count,), 65,535 in all (the chain checks when they are set), or evenly without them; what
    rounding leaves goes to the first.

    **Chain:** subnets/mechanism.rs, `split_emissions`
    """
    emission_rao = whole("emission_rao", emission_rao)
    count = whole("count", count, at_least=1, at_most=MAX_MECHANISMS)
    parts = [emission_rao // count] * count
    if split_u16 is not None:
        fractions = whole_array("split_u16", split_u16, (count,), most=U16).tolist()
        parts = [emission_rao * f // U16 for f in fractions]
    parts[0] += max(emission_rao - sum(parts), 0)
    return parts


@typed
def blocks_until_next_epoch(tempo: U64, last_epoch_block: U64, block: U64) -> int:
    """Blocks from `block` to the next epoch, a `tempo` after `last_epoch_block`: 0 if it is due,
    2^64 − 1, the chain's "never", if the tempo is 0.

    **Chain:** coinbase/run_coinbase.rs, `blocks_until_next_auto_epoch`
    """
    tempo = whole("tempo", tempo)
    last = whole("last_epoch_block", last_epoch_block)
    block = whole("block", block)
    return max(min(last + tempo, NEVER) - block, 0) if tempo else NEVER
