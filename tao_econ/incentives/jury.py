"""Validators as a jury and as an oracle: how often is the vote right, and what does it take to bend
the answer?

A jury votes yes or no by stake; an oracle takes the stake-weighted median of what validators
report. On chain the consensus weight of a miner is such a median, at κ of the stake. Nothing
outside the chain says what a good answer was, so, unlike with a price, no arbitrage bounds what a
corrupted median can claim.

**Ref:** Condorcet (1785); design effect in Kish, Survey Sampling (1965); Beta-binomial votes in
Ladha, AJPS 36 (1992);
breakdown in Huber, Robust Statistics (1981).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..inputs.checks import real, reals
from ..inputs.door import typed
from .stake import stake_shares

ATOMS = 1_024  # distinct sums of stake kept apart; more are merged in pairs that keep their mean
SAME = 1e-12  # sums of shares closer than this are one
ALIKE = 1e-9  # correlation below which questions count as alike


class Jury(NamedTuple):
    """A stake-weighted majority vote; a tie counts as half right."""

    accuracy: float  # chance that the majority is right
    one_accuracy: float  # of one vote
    effective_jurors: float
    ceiling: float  # accuracy of any number of such jurors, equal stakes


class OracleBias(NamedTuple):
    """What corrupted stake does to the mean and to the median of honest reports; in sd of one
    honest report.
    """

    corrupt_share: np.ndarray  # of stake
    mean_bias_sd: np.ndarray  # all the corrupted report the same attack value
    median_bias_sd: np.ndarray
    worst_median_bias_sd: np.ndarray  # whatever they report; infinite from half of the stake on
    median_to_mean_sd: float  # honest sampling error of the median over that of the mean: √(π/2)


@typed
def effective_jurors(stake: ArrayLike, correlation: float = 0.0) -> float:
    """Independent equal jurors with the same spread of the vote: 1/(H + (1 − H)ρ), H = Σ share².

    Parameters
    ----------
    stake : array_like
        (n,) at least 0, in any unit.
    correlation : float
        Of two votes; in [0, 1].

    Returns
    -------
    float

    Notes
    -----
    1/HHI without correlation; n/(1 + (n − 1)ρ) with equal stakes.
    """
    rho = real("correlation", correlation, "[0, 1]")
    hhi = float((stake_shares(stake) ** 2).sum())
    return 1 / (hhi + (1 - hhi) * rho)


@typed
def jury_accuracy(stake: ArrayLike, accuracy: float, *, correlation: float = 0.0) -> Jury:
    """Chance that more than half of the stake votes right.

    Parameters
    ----------
    stake : array_like
        (n,) ≥ 0, any unit; `np.ones(n)` is Condorcet's jury.
    accuracy : float
        Of one vote; in [0, 1].
    correlation : float
        Of two votes: the jurors' chance is Beta-distributed over questions around `accuracy`
        (Beta-binomial votes), and given the question they vote independently; in [0, 1].

    Returns
    -------
    Jury

    Notes
    -----
    Exact while sums of stake take at most 1,024 values (equal stakes, stakes in few units, 10
    jurors), else within 1e-3.
    """
    p = real("accuracy", accuracy, "[0, 1]")
    rho = real("correlation", correlation, "[0, 1]")
    share = stake_shares(stake)
    size = effective_jurors(share, rho)
    limit = _ceiling(p, rho)
    if rho == 1 or p in (0.0, 1.0):
        return Jury(p, p, size, limit)
    right, exact = _majority(share, p, rho)
    if not exact:  # merging shifts sums across one half, and the opposite opinion the other way
        right = (right + 1 - _majority(share, 1 - p, rho)[0]) / 2
    return Jury(float(min(max(right, 0.0), 1.0)), p, size, limit)


@typed
def stake_median(reports: ArrayLike, stake: ArrayLike, *, kappa: float = 0.5) -> float:
    """The largest report that at least κ of the stake reaches: what the chain takes as consensus.

    Parameters
    ----------
    reports, stake : array_like
        (n,), stake ≥ 0 in any unit.
    kappa : float
        A half is the (upper) median; in (0, 1].

    Returns
    -------
    float

    Notes
    -----
    Stake above 1 − κ can pull it down without limit, κ can push it up: no κ breaks later than one
    half.
    """
    share = stake_shares(stake)
    reports = reals("reports", reports, ndim=1, shape=share.shape, each="validator")
    need = real("kappa", kappa, "(0, 1]")
    order = np.argsort(-reports, kind="stable")
    held = np.cumsum(share[order])
    return float(reports[order[min(int(np.searchsorted(held, need - SAME)), len(held) - 1)]])


@typed
def oracle_bias(corrupt_share: ArrayLike, *, attack_sd: float = 10.0) -> OracleBias:
    """Bias of mean and median when a share of stake is corrupt and the honest reports are normal
    around the truth.

    Parameters
    ----------
    corrupt_share : array_like
        Of stake; the validators are many; (k,) in [0, 1].
    attack_sd : float
        What the corrupted report, above the truth; ≥ 0.

    Returns
    -------
    OracleBias

    Notes
    -----
    The mean moves by ε × attack, without limit; the median by no more than Φ⁻¹(1/(2(1 − ε))) while
    ε < 1/2.
    """
    from scipy.special import ndtri

    corrupt = reals("corrupt_share", corrupt_share, "[0, 1]", ndim=1)
    attack = real("attack_sd", attack_sd, "[0, inf)")
    with np.errstate(divide="ignore"):
        level = np.minimum(0.5 / (1 - corrupt), 1.0)
    worst = ndtri(level)
    return OracleBias(
        corrupt, corrupt * attack, np.minimum(worst, attack), worst, float(np.sqrt(np.pi / 2))
    )


def _ceiling(p, rho):
    """Chance that a question is one on which most of an endless jury is right."""
    from scipy.special import betainc

    if rho < ALIKE or p in (0.0, 0.5, 1.0):
        return float((p > 0.5) + 0.5 * (p == 0.5))
    if rho == 1:
        return p
    scale = (1 - rho) / rho
    return float(1 - betainc(p * scale, (1 - p) * scale, 0.5))


def _majority(share, p, rho):
    """(chance that right votes hold more than half of the stake, whether no sums were merged):
    Pólya's urn, vote by vote.

    After i votes, k of them right, the next is right with chance (p + kγ)/(1 + iγ), γ = ρ/(1 − ρ).
    """
    share = np.sort(share[share > 0])[::-1]
    gamma = rho / (1 - rho)
    n = len(share)
    if np.ptp(share) <= SAME / n:
        right = np.ones(1)
        for i in range(n):
            yes = (p + gamma * np.arange(i + 1)) / (1 + gamma * i)
            right = np.r_[right * (1 - yes), 0.0] + np.r_[0.0, right * yes]
        return right[n // 2 + 1 :].sum() + (0.5 * right[n // 2] if n % 2 == 0 else 0.0), True
    columns = n + 1 if gamma > 0 else 1  # only correlated votes need to know how many were right
    sums = np.zeros(1)
    mass = np.zeros((1, columns))
    exact = True
    mass[0, 0] = 1.0
    for i, part in enumerate(share):
        yes = np.minimum((p + gamma * np.arange(columns)) / (1 + gamma * i), 1.0)
        no = mass * (1 - yes)
        right = mass * yes
        if columns > 1:
            right = np.c_[np.zeros(len(right)), right[:, :-1]]
        sums, mass, kept = _merged(np.r_[sums, sums + part], np.r_[no, right])
        exact = exact and kept
    total = mass.sum(axis=1)
    return total[sums > 0.5 + SAME].sum() + 0.5 * total[np.abs(sums - 0.5) <= SAME].sum(), exact


def _merged(sums, mass):
    """Equal sums become one; where too many are left, those of one narrow bin become their mean,
    and the last is False.
    """
    order = np.argsort(sums, kind="stable")
    sums = sums[order]
    mass = mass[order]
    new = np.r_[True, np.diff(sums) > SAME]
    exact = new.sum() <= ATOMS
    if not exact:
        new = np.r_[True, np.diff(np.floor(sums * ATOMS)) > 0]
    starts = np.flatnonzero(new)
    weight = mass.sum(axis=1)
    total = np.add.reduceat(weight, starts)
    means = np.add.reduceat(weight * sums, starts) / np.where(total > 0, total, 1.0)
    return np.where(total > 0, means, sums[starts]), np.add.reduceat(mass, starts), exact
