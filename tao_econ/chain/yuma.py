"""The fast Yuma epoch: float64 instead of the chain's integers, for exploring thousands of epochs.

It follows `consensus_exact` step by step. Stake shares lie on the chain's grid of 2⁻³², so that
sums of votes are
exact and a tie at κ falls as on the chain; everything else is plain float64. Validators are the
rows with a permit
or with bonds, those that vote first; matrices inside hold these rows and the columns anybody
scored, no more.

**Chain:** opentensor/subtensor, pallets/subtensor/src/epoch/run_epoch.rs, commit 14bc6f9.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from ..inputs.checks import MAX_UIDS as MOST_UIDS
from ..inputs.checks import permitted_rows, whole, whole_array
from ..inputs.record import unknown
from ..inputs.rules import Rules
from .yuma_kernels import GRID, _on_grid, _path, _permits
from .yuma_tables import LARGEST, PATTERN, _rows_in_use, tables
from .yuma_variants import BOND_RULES

NO_RESETS = np.empty((0, 2), np.int64)
VARIANTS = {
    "classic": "classic",
    "yuma2": "classic",
    "yuma3": "yuma3",
    **dict.fromkeys(BOND_RULES, "classic"),
}
AIMS = {"current": 0, "previous": 1, "max": 2, "auto": None}


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


class EpochPath(NamedTuple):
    """A run of epochs: (epochs, n) arrays of what FloatEpoch holds, and the bonds after the last
    one.
    """

    stake: np.ndarray  # as given, in its own unit, before each epoch
    consensus: np.ndarray
    incentive: np.ndarray
    dividends: np.ndarray
    validator_trust: np.ndarray
    trust: np.ndarray
    emission_share: np.ndarray
    bonds: np.ndarray  # (n, n)


class Law(NamedTuple):
    """What kernels need of the rules, as plain numbers; shares of one."""

    yuma3: bool
    liquid: bool
    limit: int  # permits
    nobody_too: bool  # permits for those without stake
    kappa: float
    penalty: float
    kept: float  # part of a bond kept by an epoch
    aim: int  # of AIMS: which consensus liquid rates are measured from
    low: float
    high: float
    steepness: float


def yuma_epoch(
    rules: Rules,
    weights,
    stake,
    bonds,
    *,
    variant: str | None = None,
    listed=None,
    permits=None,
    active=None,
    liquid_from: str = "current",
    previous_consensus=None,
    previous_weights=None,
) -> FloatEpoch:
    """One epoch in float64, within 1e-6 of the exact one; faster where few UIDs validate.

    weights : (n, n), any unit — row = validator; each row counts by its proportions, the diagonal
      not at all
    stake : (n,), any unit — stake weight; set to 0 what is below `rules.stake_threshold_rao`
    bonds : (n, n), share — as the epoch before returned them; zeros at first
    variant : in place of `rules.bonds`: "classic" (or "yuma2"), "yuma3", or a proposal the chain
      never ran, "yuma1",
        "yuma2b" or "yuma2c" (see consensus_variants.py)
    listed : (n, n) bool — entries of the rows, see `yuma_epoch_exact`; by default the weights above
      0
    permits : (n,) bool — who may validate now; by default who gets a permit from this epoch, and
      rows of the others
        are not read, as on the chain
    active : (n,) bool — whose stake votes; by default everybody's
    liquid_from : the consensus that liquid rates are measured from: "current" as on the chain,
      "previous", "max" of
        both, or "auto": the previous one where the bonds penalty is 1, else the current one
    previous_consensus : (n,), share — of the epoch before; zeros at first
    previous_weights : (n, n) — of the epoch before, for "yuma2b"; by default the same as now
    Raises TypeError for anything but numbers, ValueError for shapes, for ranges, and for weights on
    others in a row
    that `permits` leaves out.

    **Chain:** run_epoch.rs, `epoch_mechanism`
    """
    law = _law(rules, variant, liquid_from)
    weights, speaks = _square("weights", weights)
    n = len(weights)
    before, _ = _real(
        "previous_consensus",
        np.zeros(n) if previous_consensus is None else previous_consensus,
        (n,),
        1.0,
    )
    stake, _ = _real("stake", stake, (n,))
    bonds, holds = _real("bonds", bonds, (n, n), 1.0 if law.yuma3 else LARGEST)
    listed, permits, active = _bits(listed, permits, active, n)
    if len(permits) > 0:
        permitted_rows("weights", weights, permits)
    permitted = (
        permits if len(permits) > 0 else _permits(_on_grid(stake), law.limit, law.nobody_too)
    )
    if variant in BOND_RULES:
        return _proposed(
            weights, stake, bonds, rules, variant, previous_weights, listed, permits, active
        )
    table = tables(weights[None], bonds, listed, _speaking(speaks, listed) & permitted, holds)
    _, rows, share = _run(table, listed, stake, permits, active, before, NO_RESETS, law, 1, 0.0)
    return FloatEpoch(share, *rows[:, 0], table.bonds)


def yuma_run(
    rules: Rules,
    weights,
    stake,
    *,
    epochs: int,
    bonds=None,
    variant: str | None = None,
    listed=None,
    active=None,
    reward: float = 0.0,
    bond_resets: Iterable[tuple[int, int]] = (),
    liquid_from: str = "current",
) -> EpochPath:
    """Epoch after epoch, each starting from the bonds and permits of the one before.

    weights : (n, n) or (epochs, n, n), any unit      stake : (n,), any unit — at the start
    epochs : int — how many      bonds : (n, n), share — at the start; by default none
    reward : float, unit of stake — what an epoch pays; all of it is staked where it was earned
    bond_resets : pairs (epoch, uid) — before that epoch all bonds on the miner are deleted
    variant, listed, active, liquid_from : as in `yuma_epoch`
    Raises TypeError for anything but numbers, ValueError for shapes and ranges.
    """
    epochs = whole("epochs", epochs, at_least=1)
    law = _law(rules, variant, liquid_from)
    weights, speaks = _each_epoch(weights, epochs)
    n = weights.shape[-1]
    stake, _ = _real("stake", stake, (n,))
    bonds = np.zeros((n, n)) if bonds is None else bonds
    bonds, holds = _real("bonds", bonds, (n, n), 1.0 if law.yuma3 else LARGEST)
    reward = float(_real("reward", reward, ())[0])
    resets = _resets(bond_resets, epochs, n, rules)
    listed, permits, active = _bits(listed, None, active, n)
    if variant in BOND_RULES:
        return _proposed_run(
            weights, stake, bonds, rules, variant, listed, active, resets, epochs, reward
        )
    table = tables(weights, bonds, listed, _speaking(speaks, listed), holds)
    stakes, rows, _ = _run(
        table, listed, stake, permits, active, np.zeros(n), resets, law, epochs, reward
    )
    return EpochPath(stakes, *rows, table.bonds)


def _run(table, listed, stake, permits, active, before, resets, law, epochs, reward):
    """Bonds of the table change in place; rows are (6, epochs, n)."""
    stakes, rows, share = _path(
        *table, listed, stake, permits, active, before, resets, law, epochs, reward
    )
    return stakes, rows.transpose(1, 0, 2), share


def _proposed(
    weights, stake, bonds, rules, variant, previous_weights, listed, permits, active
) -> FloatEpoch:
    """An epoch whose bonds follow a rule that the chain never ran; all before the bonds is the
    classic epoch.
    """
    n = len(stake)
    old, _ = _real(
        "previous_weights", weights if previous_weights is None else previous_weights, (n, n)
    )
    epoch = yuma_epoch(
        rules,
        weights,
        stake,
        np.zeros((n, n)),
        variant="classic",
        listed=listed if len(listed) else None,
        permits=permits if len(permits) else None,
        active=active if len(active) else None,
    )
    counts = (
        permits
        if len(permits)
        else _permits(epoch.stake, rules.max_validators, rules.permits == "top_stakes")
    )
    votes = _on_grid(np.where(counts & active if len(active) else counts, epoch.stake, 0.0))
    incentive, dividends, new = BOND_RULES[variant](
        rules, weights, old, epoch.consensus, votes, bonds
    )
    both = incentive + dividends
    share = both / both.sum() if both.sum() > 0 else epoch.emission_share
    return epoch._replace(incentive=incentive, dividends=dividends, emission_share=share, bonds=new)


def _proposed_run(
    weights, stake, bonds, rules, variant, listed, active, resets, epochs, reward
) -> EpochPath:
    """Epoch after epoch of `_proposed`."""
    n, permits, before, rows = len(stake), np.zeros(0, bool), weights[0], []
    for t in range(epochs):
        now = weights[t % len(weights)]
        for at, uid in resets:
            if at == t:
                bonds = bonds.copy()
                bonds[:, uid] = 0.0
        spoken = now if not len(permits) else np.where(permits[:, None], now, 0.0)
        epoch = _proposed(spoken, stake, bonds, rules, variant, before, listed, permits, active)
        rows.append((stake, *epoch[1:7]))
        permits = _permits(epoch.stake, rules.max_validators, rules.permits == "top_stakes")
        before, bonds, stake = now, epoch.bonds, stake + reward * epoch.emission_share
    return EpochPath(*np.array(rows).reshape(epochs, 7, n).transpose(1, 0, 2), bonds)


# ---- What is given ----


def _law(rules, variant, liquid_from):
    if liquid_from not in AIMS:
        raise ValueError(unknown("value of liquid_from", liquid_from, AIMS))
    if variant is not None and variant not in VARIANTS:
        raise ValueError(unknown("variant", variant, VARIANTS))
    if rules.alpha_low > rules.alpha_high:
        raise ValueError(
            f"alpha_low must be at most alpha_high {rules.alpha_high}, got {rules.alpha_low}"
        )
    if rules.liquid_alpha_on and rules.liquid_alpha != "per_pair":
        raise ValueError(
            f"liquid_alpha must be 'per_pair' for an epoch to use it, got {rules.liquid_alpha!r}"
        )
    ratios = (
        rules.bonds_penalty,
        rules.bonds_moving_average,
        rules.alpha_low,
        rules.alpha_high,
        rules.alpha_sigmoid_steepness,
    )
    penalty, kept, *rates = (r.numerator / r.denominator for r in ratios)
    return Law(
        VARIANTS[variant or rules.bonds] == "yuma3",
        rules.liquid_alpha_on,
        rules.max_validators,
        rules.permits == "top_stakes",
        (rules.kappa.numerator << 32) // rules.kappa.denominator / GRID,
        penalty,
        kept,
        AIMS[liquid_from] if liquid_from != "auto" else int(penalty == 1.0),
        *rates,
    )


def _real(name, given, shape, most=LARGEST):
    """`given` as float64 of that shape (None: any), and which rows hold anything but 0; or one
    clear line.
    """
    try:
        array = np.asarray(given)
    except ValueError:
        raise ValueError(f"{name} must have rows of one length, got rows of several") from None
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must be real numbers, got {array.dtype}")
    if shape is not None and array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, got {array.shape}")
    array = np.ascontiguousarray(array, dtype=np.float64).reshape(array.shape)
    if not array.flags.writeable:
        array = array.copy()  # one type of array, one compiled kernel
    rows, fine = _rows_in_use(_patterns(array), PATTERN[most])
    if not fine:
        wrong = array[~((array >= 0) & (array <= most))]
        if wrong.size:
            raise ValueError(f"{name} must be in [0, {most:g}], got {wrong.flat[0]}")
        array = array + 0.0  # only -0.0 is left
        rows, _ = _rows_in_use(_patterns(array), PATTERN[most])
    return array, rows


def _patterns(array):
    return (array if array.ndim == 2 else array.reshape(1, -1)).view(np.int64)


def _square(name, given):
    array, rows = _real(name, given, None)
    if array.ndim != 2 or array.shape[0] != array.shape[1] or not 1 <= len(array) <= MOST_UIDS:
        raise ValueError(
            f"{name} must be square with 1 to {MOST_UIDS:,} rows, got shape {array.shape}"
        )
    return array, rows


def _each_epoch(weights, epochs):
    """(1 or epochs, n, n) weights, and which rows ever hold any."""
    if np.ndim(weights) != 3:
        weights, rows = _square("weights", weights)
        return weights[None], rows
    if len(weights) != epochs:
        raise ValueError(
            f"weights must have one matrix for each of {epochs} epochs, got {len(weights)}"
        )
    each, rows = zip(*(_square("weights", matrix) for matrix in weights), strict=True)
    return np.array(each), np.any(rows, axis=0)


def _bits(listed, permits, active, n):
    """Contiguous arrays of bits, empty where nothing is given."""
    given = {"listed": (listed, (n, n)), "permits": (permits, (n,)), "active": (active, (n,))}
    return tuple(
        np.zeros((0,) * len(shape), bool)
        if bit is None
        else np.array(whole_array(name, bit, shape, kind="bool"), order="C")
        for name, (bit, shape) in given.items()
    )


def _speaking(rows, listed):
    """A listed weight of 0 is said too: it keeps a bond."""
    return listed.any(axis=1) if len(listed) > 0 else rows


def _resets(pairs, epochs, n, rules):
    """(resets, 2): epoch and the UID whose bonds go."""
    resets = []
    for t, uid in pairs:
        for value, below in ((whole("bond_resets", t), epochs), (whole("bond_resets", uid), n)):
            if value >= below:
                raise ValueError(
                    f"bond_resets must be pairs of an epoch below {epochs} and a UID below {n}, "
                    f"got {t, uid}"
                )
        resets.append((int(t), int(uid)))
    if resets and not rules.bonds_reset:
        raise ValueError(
            f"bond_resets must be empty where rules.bonds_reset is False, got {len(resets)} pairs"
        )
    return np.array(resets, np.int64).reshape(-1, 2)
