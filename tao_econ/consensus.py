"""The fast Yuma epoch: float64 instead of the chain's integers, for exploring thousands of epochs.

It follows `consensus_exact` step by step. Stake shares lie on the chain's grid of 2⁻³², so that sums of votes are
exact and a tie at κ falls as on the chain; everything else is plain float64. Validators are the rows with a permit
or with bonds, those that vote first; matrices inside hold these rows and the columns anybody scored, no more.

**Chain:** opentensor/subtensor, pallets/subtensor/src/epoch/run_epoch.rs, commit 14bc6f9.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from ._jit import kernel
from .consensus_kernels import LARGEST, TINY, _whole_epoch
from .inputs import Rules
from .records import unknown
from .units import MOST_UIDS, whole, whole_array

GRID = float(1 << 32)  # steps of the chain's fractions
VARIANTS = {"yuma1": "classic", "classic": "classic", "yuma3": "yuma3"}


class FloatEpoch(NamedTuple):
    """One epoch: vectors by UID, matrices [validator, miner]; everything is a share of one."""

    stake: np.ndarray  # of all stake
    consensus: np.ndarray  # the largest weight that κ of the active stake supports
    incentive: np.ndarray
    dividends: np.ndarray
    validator_trust: np.ndarray  # part of a validator's weight that survives clipping
    trust: np.ndarray  # the same of a miner's
    emission_share: np.ndarray  # both rewards together; by stake where nobody earned anything
    bonds: np.ndarray  # (n, n); classic: ÷ the column's largest, Yuma3: share of one
    clipped: np.ndarray  # (n, n), weights after clipping


class EpochPath(NamedTuple):
    """A run of epochs: (epochs, n) arrays of what FloatEpoch holds, and the bonds after the last one."""

    stake: np.ndarray  # as given, in its own unit, before each epoch
    consensus: np.ndarray
    incentive: np.ndarray
    dividends: np.ndarray
    validator_trust: np.ndarray
    trust: np.ndarray
    emission_share: np.ndarray
    bonds: np.ndarray  # (n, n)


def yuma_epoch(
    weights, stake, bonds, rules: Rules, *, variant: str | None = None, listed=None, permits=None, active=None
) -> FloatEpoch:
    """One epoch in float64, within 1e-6 of the exact one; faster where few UIDs validate.

    weights : (n, n), any unit — row = validator; each row counts by its proportions, the diagonal not at all
    stake : (n,), any unit — stake weight; set to 0 what is below `rules.stake_threshold_rao`
    bonds : (n, n), share — as the epoch before returned them; zeros at first
    variant : "classic" (or "yuma1") or "yuma3" — in place of `rules.bonds`
    listed : (n, n) bool — entries of the rows, see `yuma_epoch_exact`; by default the weights above 0
    permits : (n,) bool — who may validate now; by default who gets a permit from this epoch
    active : (n,) bool — whose stake votes; by default everybody's
    Raises TypeError for anything but numbers, ValueError for shapes and ranges.

    **Chain:** run_epoch.rs, `epoch_mechanism`
    """
    numbers = _numbers(rules, variant)
    weights, n = _square("weights", weights)
    stake = _real("stake", stake, (n,))
    bonds = _real("bonds", bonds, (n, n), 1.0 if numbers[0] else LARGEST)
    return _epoch(weights, stake, bonds, rules, numbers, *_bits(listed, permits, active, n))


def yuma_run(
    weights, stake, rules: Rules, *, epochs: int, bonds=None, variant: str | None = None, listed=None, active=None,
    reward: float = 0.0, bond_resets: Iterable[tuple[int, int]] = (),
) -> EpochPath:  # fmt: skip
    """Epoch after epoch, each starting from the bonds and permits of the one before.

    weights : (n, n) or (epochs, n, n), any unit      stake : (n,), any unit — at the start
    epochs : int — how many      bonds : (n, n), share — at the start; by default none
    reward : float, unit of stake — what an epoch pays; all of it is staked where it was earned
    bond_resets : pairs (epoch, uid) — before that epoch all bonds on the miner are deleted
    variant, listed, active : as in `yuma_epoch`
    Raises TypeError for anything but numbers, ValueError for shapes and ranges.
    """
    epochs = whole("epochs", epochs, at_least=1)
    numbers = _numbers(rules, variant)
    weights = _each_epoch(weights, epochs)
    n = weights.shape[-1]
    stake = _real("stake", stake, (n,))
    bonds = _real("bonds", np.zeros((n, n)) if bonds is None else bonds, (n, n), 1.0 if numbers[0] else LARGEST)
    reward = float(_real("reward", reward, ()))
    resets = _resets(bond_resets, epochs, n, rules)
    listed, permits, active = _bits(listed, None, active, n)
    stakes, rows = np.empty((epochs, n)), np.empty((6, epochs, n))
    for t in range(epochs):
        if t in resets:
            bonds = bonds.copy()
            bonds[:, resets[t]] = 0.0
        epoch = _epoch(weights[t], stake, bonds, rules, numbers, listed, permits, active)
        stakes[t], rows[:, t], bonds = stake, epoch[1:7], epoch.bonds
        permits = _permits(epoch.stake, rules)
        stake = stake + reward * epoch.emission_share
    return EpochPath(stakes, *rows, bonds)


def _epoch(weights, stake, bonds, rules, numbers, listed, permits, active) -> FloatEpoch:
    share = _on_grid(stake)
    new_permits = _permits(share, rules)
    permitted = new_permits if permits is None else permits
    counts = permitted if active is None else permitted & active
    votes = _on_grid(_on_grid(np.where(counts, share, 0.0)))  # the chain divides by the sum twice
    rows = np.flatnonzero(permitted | _any_each(bonds))
    rows = rows[np.argsort(votes[rows] == 0, kind="stable")]
    out = _whole_epoch(weights, bonds, listed, rows, permitted, new_permits, votes, share, *numbers)
    return FloatEpoch(share, *out)


def _permits(share, rules):
    """The largest stakes; among equals the later UID comes first."""
    some, limit = share > 0, rules.max_validators
    if rules.permits == "top_nonzero_stakes" and np.count_nonzero(some) <= limit:
        return some
    top = np.ones(len(share), bool)
    top[np.argsort(share, kind="stable")[: max(len(share) - limit, 0)]] = False
    return top if rules.permits == "top_stakes" else top & some


# ---- What is given ----


def _numbers(rules, variant):
    """What kernels need of the rules, as plain numbers; the first says Yuma3, the second liquid alpha."""
    if variant is not None and variant not in VARIANTS:
        raise ValueError(unknown("variant", variant, VARIANTS))
    if rules.alpha_low > rules.alpha_high:
        raise ValueError(f"alpha_low must be at most alpha_high {rules.alpha_high}, got {rules.alpha_low}")
    if rules.liquid_alpha_on and rules.liquid_alpha != "per_pair":
        raise ValueError(f"liquid_alpha must be 'per_pair' for an epoch to use it, got {rules.liquid_alpha!r}")
    ratios = (
        rules.kappa, rules.bonds_penalty, rules.bonds_moving_average,
        rules.alpha_low, rules.alpha_high, rules.alpha_sigmoid_steepness,
    )  # fmt: skip
    kappa, *others = (r.numerator / r.denominator for r in ratios)
    return VARIANTS[variant or rules.bonds] == "yuma3", rules.liquid_alpha_on, int(kappa * GRID) / GRID, *others


def _real(name, given, shape, most=LARGEST):
    """`given` as float64 of that shape (None: any), or one clear line."""
    try:
        array = np.asarray(given)
    except ValueError:
        raise ValueError(f"{name} must have rows of one length, got rows of several") from None
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must be real numbers, got {array.dtype}")
    if shape is not None and array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, got {array.shape}")
    array = np.ascontiguousarray(array, dtype=np.float64).reshape(array.shape)
    if not _within(array.reshape(-1), most):
        wrong = array[~((array >= 0) & (array <= most))].flat[0]
        raise ValueError(f"{name} must be in [0, {most:g}], got {wrong}")
    return array


def _square(name, given):
    array = _real(name, given, None)
    if array.ndim != 2 or array.shape[0] != array.shape[1] or not 1 <= len(array) <= MOST_UIDS:
        raise ValueError(f"{name} must be square with 1 to {MOST_UIDS:,} rows, got shape {array.shape}")
    return array, len(array)


def _each_epoch(weights, epochs):
    if np.ndim(weights) != 3:
        weights, n = _square("weights", weights)
        return np.broadcast_to(weights, (epochs, n, n))
    if len(weights) != epochs:
        raise ValueError(f"weights must have one matrix for each of {epochs} epochs, got {len(weights)}")
    return np.array([_square("weights", each)[0] for each in weights])


def _bits(listed, permits, active, n):
    shapes = {"listed": (n, n), "permits": (n,), "active": (n,)}
    given = {"listed": listed, "permits": permits, "active": active}
    bits = {k: None if v is None else whole_array(k, v, shapes[k], kind="bool") for k, v in given.items()}
    if listed is None:
        bits["listed"] = np.zeros((0, 0), bool)
    return bits["listed"], bits["permits"], bits["active"]


def _resets(pairs, epochs, n, rules):
    """Epoch → the UIDs whose bonds go."""
    resets: dict[int, list[int]] = {}
    for t, uid in pairs:
        for value, below in ((whole("bond_resets", t), epochs), (whole("bond_resets", uid), n)):
            if value >= below:
                raise ValueError(f"bond_resets must be pairs of an epoch below {epochs} and a UID below {n}, got {t, uid}")
        resets.setdefault(t, []).append(uid)
    if resets and not rules.bonds_reset:
        raise ValueError(f"bond_resets must be empty where rules.bonds_reset is False, got {len(resets)} epochs")
    return resets


# ---- Before the epoch's kernel ----


@kernel
def _within(values, most):
    bad = 0
    for k in range(len(values)):
        bad += not (values[k] >= 0.0 and values[k] <= most)
    return bad == 0


@kernel
def _any_each(matrix):
    out = np.zeros(matrix.shape[0], np.bool_)
    for i in range(matrix.shape[0]):
        some = 0
        for j in range(matrix.shape[1]):
            some += matrix[i, j] >= TINY
        out[i] = some > 0
    return out


@kernel
def _on_grid(values):
    """Values ÷ their sum, cut to the chain's 32 bits; zeros if there is nothing."""
    total = 0.0
    for k in range(len(values)):
        total += values[k]
    out = np.zeros(len(values))
    if total > 0.0:
        for k in range(len(values)):
            out[k] = np.floor(values[k] / total * GRID) / GRID
    return out
