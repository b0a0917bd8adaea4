"""The fast Yuma epoch: float64 instead of the chain's integers, for exploring thousands of epochs.

It follows `yuma_exact` step by step. Stake shares lie on the chain's grid of 2⁻³², so that sums of
votes are exact and a tie at κ falls as on the chain. So do bonds, and between epochs they are cut
to a u16, or an error would grow from epoch to epoch; everything else is plain float64. Validators
are the rows with a permit or with bonds, those that vote first.

Three rules for bonds were proposed and never ran on the chain; they take the consensus of the
classic epoch. The names here, and those of the public simulator and of its paper:

- `classic`, `yuma2`: the chain's own, bonds ÷ their column's largest. With a moving average of 0
  it is what the simulator calls Yuma 1.
- `yuma1`: shared bonds averaged over epochs, as the chain's document has it. The simulator's
  library calls it Yuma 2, its paper Yuma 2A.
- `yuma2b`, `yuma2c`: Yuma 2B (Adrian-Fish) and 2C (Rhef + reset) in both.
- `yuma3`: the chain's own and Yuma 3 in both; the simulator buys bonds with raw weights, the chain
  with those that its penalty mixes.

**Chain:** opentensor/subtensor, pallets/subtensor/src/epoch/run_epoch.rs, commit 14bc6f9
**Ref:** the public Python simulator by DarnoX-reef (yuma-simulation), without its 1e-6 in each
quotient and its rounding of consensus; opentensor/subtensor docs/consensus.md for `yuma1`
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..inputs.checks import MAX_UIDS, as_array, fits, permitted_rows, real, whole, whole_array
from ..inputs.door import ReadOnly, typed
from ..inputs.record import unknown
from ..inputs.rules import Rules
from .fixed_point import q32
from .yuma_exact import check_liquid_alpha
from .yuma_kernels import FINEST, GRID, Law, Start, _on_grid, _path, _permits, _rows_in_use

MAX_INPUT = 1e300
CAPACITY_SHARE = 0.1  # Yuma 2C: part of its capacity that a validator may buy in an epoch
DECAY_SHARE = 0.1  # Yuma 2C: part of bonds lost in an epoch
PROPOSED = ("yuma1", "yuma2b", "yuma2c")
VARIANTS = {
    "classic": "classic",
    "yuma2": "classic",
    "yuma3": "yuma3",
    **dict.fromkeys(PROPOSED, "classic"),
}
NO_FLAGS = {1: np.zeros(0, bool), 2: np.zeros((0, 0), bool)}
NO_RESETS = np.empty((0, 2), np.int64)
AIMS = {"current": 0, "previous": 1, "max": 2, "auto": -1}


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


RESULTS = FloatEpoch._fields[1:-1]  # in the order of the kernels' rows


class EpochPath(NamedTuple):
    """A run of epochs: (epochs, n) arrays of what FloatEpoch has, and the bonds after the last."""

    stake: np.ndarray  # as given, in its own unit, before each epoch
    consensus: np.ndarray
    incentive: np.ndarray
    dividends: np.ndarray
    validator_trust: np.ndarray
    trust: np.ndarray
    emission_share: np.ndarray
    bonds: np.ndarray  # (n, n)


@typed
def yuma_epoch(
    rules: Rules,
    weights: ReadOnly,
    stake: ReadOnly,
    bonds: ReadOnly,
    *,
    validators: ArrayLike | None = None,
    variant: str | None = None,
    listed: ArrayLike | None = None,
    permits: ArrayLike | None = None,
    active: ArrayLike | None = None,
    liquid_from: str = "current",
    previous_consensus: ArrayLike | None = None,
    previous_weights: ArrayLike | None = None,
    real_bonds: bool = False,
) -> FloatEpoch:
    """One epoch in float64, within 1e-6 of the exact one but for the extremes named in the notes.

    Parameters
    ----------
    weights
        (n, n), any unit; row = validator, which counts by its proportions, without its own UID; or
        (validators, n)
    stake
        (n,), any unit: stake weight; set to 0 what is below `rules.stake_threshold_rao`
    bonds
        as many rows as weights, shares, as the epoch before returned them; zeros at first
    validators
        UIDs of the rows, rising, where matrices have a row for each of them alone: everybody else
        has neither weights nor bonds. `bonds` of the answer has these rows too, and every number
        is that of the square matrices, bit for bit
    variant
        in place of `rules.bonds`: "classic" (or "yuma2"), "yuma3", or a proposal the chain never
        ran, "yuma1", "yuma2b" or "yuma2c"; whose names these are stands at the head of this file
    listed
        bool, as `weights`: entries of the rows, see `yuma_epoch_exact`; by default what is above 0
    permits
        (n,) bool, who may validate now; by default who gets a permit from this epoch, and rows of
        the others are not read, as on the chain
    active
        (n,) bool, whose stake votes; by default everybody's
    liquid_from
        the consensus that liquid rates are measured from, which each subnet may set on the chain:
        "current" by default, "previous", or "auto": the previous one where the bonds penalty is 1,
        else the current; the chain does not know "max" of both
    previous_consensus
        (n,), shares, of the epoch before; zeros at first
    previous_weights
        as `weights`, of the epoch before, for "yuma2b"; by default the same as now
    real_bonds
        keep bonds as real numbers; by default each is cut to a u16 of 65,535, as the chain stores
        it. Bonds of a proposal are always real

    Raises
    ------
    TypeError
        for anything but numbers
    ValueError
        for shapes, ranges, weights on others in a row that `permits` leaves out, and liquid alpha
        with bonds that do not know it

    Notes
    -----
    The bound is for consensus, incentive and dividends at u16 weights and bonds. Measured: 2e-8,
    also at a moving average of 0.999999 and a steepness of 328; 2e-6 of dividends where a rate of
    liquid alpha may fall to nothing (`alpha_low` 0); 3e-5 of incentive and 1e-5 of dividends where
    most weights are 1 or 2 of 65,535 beside full ones, so that the agreed sum is a few steps of
    2⁻³² (`tests/chain/test_yuma.py`). Real-valued bonds are not the chain's: 1.5e-5 each.

    **Chain:** run_epoch.rs, `epoch_mechanism`
    """
    law = _law(rules, variant, liquid_from, real_bonds)
    matrix, scoring, uids = _square(weights) if validators is None else _rows(weights, validators)
    n = matrix.shape[1]
    before = np.zeros(n) if previous_consensus is None else previous_consensus
    before = _vector("previous_consensus", before, n, 1.0)
    start = _start(_vector("stake", stake, n)[None], uids, listed, permits, active, before)
    owned, bonded = _bonds(bonds, matrix.shape, law)
    if permits is not None:
        permitted_rows("weights", matrix, start.permits, uids)
    scoring = _scoring(scoring, start.listed)
    _, rows, share, kept = _path(matrix[None], owned, start, scoring, bonded, law, 1, 0.0)
    epoch = FloatEpoch(stake=share, bonds=kept, **dict(zip(RESULTS, rows[0], strict=True)))
    if variant is None or variant not in PROPOSED:
        return epoch
    if previous_weights is not None:
        earlier, _ = _numbers("previous_weights", previous_weights, matrix.shape)
        matrix = earlier if variant == "yuma2b" else matrix
    permitted = start.permits if permits is not None else _permits(share, law.limit, law.nobody_too)
    votes = _on_grid(np.where(permitted & (active is None or start.active), share, 0.0))
    square = np.zeros((2, n, n))
    square[:, uids] = matrix, owned
    proposed = _with_proposed_bonds(epoch, law, variant, square[0], votes, square[1])
    return proposed._replace(bonds=proposed.bonds[uids])


@typed
def yuma_run(
    rules: Rules,
    weights: ArrayLike,
    stake: ArrayLike,
    *,
    epochs: int,
    bonds: ArrayLike | None = None,
    variant: str | None = None,
    listed: ArrayLike | None = None,
    active: ArrayLike | None = None,
    reward: float = 0.0,
    bond_resets: Iterable[tuple[int, int]] = (),
    liquid_from: str = "current",
    real_bonds: bool = False,
) -> EpochPath:
    """Epoch after epoch, each starting from the bonds and permits of the one before.

    Parameters
    ----------
    weights
        (n, n) or (epochs, n, n), any unit
    stake
        (n,) at the start, or (epochs, n) before each epoch; any unit
    epochs
        how many
    bonds
        (n, n), shares, at the start; by default none
    reward
        unit of stake: what an epoch pays, all of which is staked where it was earned; 0 where
        stake is given before each epoch
    bond_resets
        pairs (epoch, uid): before that epoch all bonds on the miner are deleted
    variant, listed, active, liquid_from, real_bonds
        as in `yuma_epoch`

    Raises
    ------
    TypeError
        for anything but numbers
    ValueError
        for shapes and ranges

    Notes
    -----
    Within 1e-6 of the exact epoch repeated, where one epoch is. Measured on 240 miners, 8
    validators and 120 epochs, steady or with a validator rotating: dividends 1e-7, every bond the
    chain's own u16. Real-valued bonds drift: 1e-3 under Yuma3 (3e-3 at a moving average of 0.975),
    9e-5 under the classic rule and 8e-5 under liquid alpha (`tests/chain/test_yuma.py`).
    """
    epochs = whole("epochs", epochs, at_least=1)
    law = _law(rules, variant, liquid_from, real_bonds)
    matrices, scoring, uids = _matrices(weights, epochs)
    n = matrices.shape[-1]
    fits("epochs", epochs, n, len(EpochPath._fields))
    reward = real("reward", reward, f"[0, {MAX_INPUT:g}]")
    stakes = _stakes(stake, epochs, n, reward)
    start = _start(stakes, uids, listed, None, active, np.zeros(n))
    owned, bonded = _bonds(np.zeros((n, n)) if bonds is None else bonds, (n, n), law)
    start = start._replace(resets=_resets(bond_resets, epochs, n, rules))
    if variant in PROPOSED:
        given = {"variant": variant, "listed": listed, "active": active}
        return _proposed_run(rules, matrices, owned, start, law, epochs, reward, given)
    scoring = _scoring(scoring, start.listed)
    stakes, rows, _, kept = _path(matrices, owned, start, scoring, bonded, law, epochs, reward)
    results = dict(zip(RESULTS, rows.transpose(1, 0, 2), strict=True))
    return EpochPath(stake=stakes, bonds=kept, **results)


# ---- Bonds that were proposed ----


def _with_proposed_bonds(
    epoch: FloatEpoch,
    law: Law,
    variant: str,
    weights: np.ndarray,
    votes: np.ndarray,
    bonds: np.ndarray,
) -> FloatEpoch:
    """A classic epoch whose bonds follow another rule.

    Yuma 1: an average over epochs of shared bonds, never put back to a sum of one. Yuma 2B: the
    same where consensus clips, and bonds follow, the weights of the epoch before, so that who finds
    a miner first is not punished until the others had an epoch to follow. Yuma 2C: bonds in shares
    of stake that fill up, for a validator buys up to a tenth of its stake an epoch, spread by its
    weights without clipping, and no bond is above its stake; a tenth of all bonds is lost an epoch.
    """
    rows = np.where((votes > 0)[:, None] & ~np.eye(len(votes), dtype=bool), weights, 0.0)
    w = _ratio(rows, rows.sum(axis=1, keepdims=True))
    stake = votes[:, None]
    clipped = np.minimum(w, epoch.consensus)
    incentive = _normal((stake * clipped).sum(axis=0))
    if variant == "yuma2c":
        bought = np.minimum(CAPACITY_SHARE * stake, np.maximum(stake - bonds, 0.0)) * w
        new = np.minimum((1 - DECAY_SHARE) * bonds + bought, stake)
        dividends = _normal(_ratio(new, new.sum(axis=0)) @ incentive)
    else:
        followed = stake * ((1 - law.penalty) * w + law.penalty * clipped)
        new = _ratio(followed, followed.sum(axis=0))
        if bonds.any():  # the first bonds are not averaged with nothing
            new = (1 - law.kept) * new + law.kept * bonds
        dividends = _normal(new @ incentive)
    both = incentive + dividends
    share = both / both.sum() if both.sum() > 0 else epoch.emission_share
    return epoch._replace(incentive=incentive, dividends=dividends, emission_share=share, bonds=new)


def _proposed_run(rules, weights, bonds, start, law, epochs, reward, given) -> EpochPath:
    """`yuma_run` of a proposal; `given` are arguments of `yuma_epoch` that stay the same."""
    stake = start.stake[0]
    permits = None
    before = weights[0]
    steps = []
    for t in range(epochs):
        now = weights[t % len(weights)]
        stake = start.stake[t] if len(start.stake) > 1 else stake
        bonds = bonds.copy()
        bonds[:, start.resets[start.resets[:, 0] == t, 1]] = 0.0
        read = now if permits is None else np.where(permits[:, None], now, 0.0)
        epoch = yuma_epoch(
            rules, read, stake, bonds, previous_weights=before, permits=permits, **given
        )
        steps.append({**epoch._asdict(), "stake": stake})
        permits = _permits(epoch.stake, law.limit, law.nobody_too)
        before = now
        bonds = epoch.bonds
        stake = stake + reward * epoch.emission_share
    path = {name: np.array([step[name] for step in steps]) for name in steps[0] if name != "bonds"}
    return EpochPath(**path, bonds=bonds)


def _ratio(matrix, divisors):
    """The quotients; 0 where the divisor is."""
    return np.divide(matrix, divisors, out=np.zeros_like(matrix), where=divisors > 0)


def _normal(values):
    total = values.sum()
    return values / total if total > 0 else values


# ---- What is given ----


def _law(rules, variant, liquid_from, real_bonds=False) -> Law:
    if liquid_from not in AIMS:
        raise ValueError(unknown("value of liquid_from", liquid_from, AIMS))
    if variant is not None and variant not in VARIANTS:
        raise ValueError(unknown("variant", variant, VARIANTS))
    check_liquid_alpha(rules, variant)
    penalty = q32(rules.bonds_penalty) / GRID
    return Law(
        yuma3=VARIANTS[variant or rules.bonds] == "yuma3",
        liquid=rules.liquid_alpha_on,
        limit=rules.max_validators,
        nobody_too=rules.permits == "top_stakes",
        kappa=q32(rules.kappa) / GRID,
        penalty=penalty,
        kept=q32(rules.bonds_moving_average) / GRID,
        grid=FINEST if real_bonds else GRID,
        aim=AIMS[liquid_from] if liquid_from != "auto" else int(penalty == 1.0),
        low=q32(rules.alpha_low) / GRID,
        high=q32(rules.alpha_high) / GRID,
        steepness=q32(rules.alpha_sigmoid_steepness) / GRID,
    )


def _numbers(name, given, shape=None, most=MAX_INPUT):
    """`given` as float64 that can be written, and which of its rows have anything but 0."""
    array = as_array(name, given)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must be real numbers, got {array.dtype}")
    if shape is not None and array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, got {array.shape}")
    if not array.size:
        raise ValueError(f"{name} must have at least one entry, got shape {array.shape}")
    array = np.ascontiguousarray(array, dtype=np.float64).reshape(array.shape)
    rows, fine = _rows_in_use(array.reshape(-1, array.shape[-1] if array.ndim else 1), most)
    if not fine:
        wrong = array[~((array >= 0) & (array <= most))].flat[0]
        raise ValueError(f"{name} must be in [0, {most:g}], got {wrong}")
    return array, rows


def _vector(name, given, n, most=MAX_INPUT):
    return _numbers(name, given, (n,), most)[0] + 0.0  # no -0.0


def _bonds(given, shape, law):
    return _numbers("bonds", given, shape, 1.0 if law.yuma3 else MAX_INPUT)


def _rows(given, validators):
    """(validators, n) weights, which rows have any, and the UIDs of the rows."""
    array, rows = _numbers("weights", given)
    if array.ndim != 2 or array.shape[1] > MAX_UIDS:
        raise ValueError(f"weights must have rows of {MAX_UIDS:,} at most, got shape {array.shape}")
    uids = whole_array("validators", validators, array.shape[:1], most=array.shape[1] - 1)
    for row in np.flatnonzero(uids[1:] <= uids[:-1]):
        raise ValueError(f"validators must rise, got {uids[row + 1]} after {uids[row]}")
    return array, rows, uids


def _square(given):
    """The same where every UID has a row."""
    array, rows = _numbers("weights", given)
    if array.ndim != 2 or array.shape[0] != array.shape[1] or not 1 <= len(array) <= MAX_UIDS:
        raise ValueError(f"weights must be square with 1 to {MAX_UIDS:,} rows, got {array.shape}")
    return array, rows, np.arange(len(array))


def _matrices(given, epochs):
    """(1 or epochs, n, n) weights, which rows ever have any, and the UIDs of the rows."""
    if np.ndim(given) != 3:
        weights, rows, uids = _square(given)
        return weights[None], rows, uids
    if len(given) != epochs:
        raise ValueError(f"weights must have a matrix for each epoch ({epochs}), got {len(given)}")
    each, scoring, uids = zip(*map(_square, given), strict=True)
    return np.array(each), np.any(scoring, axis=0), uids[0]


def _stakes(given, epochs, n, reward):
    """(1 or epochs, n) stake."""
    if np.ndim(given) != 2:
        return _vector("stake", given, n)[None]
    if reward > 0.0:
        raise ValueError(f"reward must be 0 where stake is given before each epoch, got {reward}")
    return _numbers("stake", given, (epochs, n))[0] + 0.0  # no -0.0


def _start(stake, uids, listed, permits, active, consensus) -> Start:
    n = stake.shape[1]
    return Start(
        uids=uids,
        listed=_flags("listed", listed, (len(uids), n)),
        stake=stake,
        permits=_flags("permits", permits, (n,)),
        active=_flags("active", active, (n,)),
        consensus=consensus,
        resets=NO_RESETS,
    )


def _flags(name, given, shape):
    if given is None:
        return NO_FLAGS[len(shape)]
    return np.array(whole_array(name, given, shape, kind="bool"), order="C")


def _scoring(rows, listed):
    """A listed weight of 0 counts too: it keeps a bond."""
    return listed.any(axis=1) if len(listed) > 0 else rows


def _resets(pairs, epochs, n, rules):
    """(resets, 2): epoch and the UID whose bonds go."""
    resets = []
    for t, uid in pairs:
        resets.append(
            (
                whole("an epoch of bond_resets", t, at_most=epochs - 1),
                whole("a UID of bond_resets", uid, at_most=n - 1),
            )
        )
    if resets and not rules.bonds_reset:
        raise ValueError(
            f"bond_resets must be empty where rules.bonds_reset is False, got {len(resets)} pairs"
        )
    return np.array(resets, np.int64).reshape(-1, 2)
