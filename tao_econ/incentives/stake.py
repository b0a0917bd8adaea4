"""How concentrated is stake, what would a cap or a better reward rule change, and how does a whale
answer?

Stake is a plain array, one entry a wallet, in any unit: every index is of shares. A ValueError
refuses what is empty, negative, not finite or all zero, a TypeError what holds no numbers.

**Ref:** indices as in Blockchain-Technology-Lab/tokenomics-decentralization; published
concentration and the
88th-percentile cap in Lui and Sun, arXiv:2507.02951. Their reward formulas could not be read: the
three
reward rules here are the plainest forms of what their abstract names, and their results are ours.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..inputs.checks import amounts, real, reals, whole
from ..inputs.door import typed

MAX_WALLETS = 10_000_000  # that one split or one population may hold


class Concentration(NamedTuple):
    """All indices of one stake vector."""

    wallets: int
    gini: float
    hhi: float  # 0 to 10,000
    shannon_bits: float
    theil_nats: float
    max_power: float  # share of the largest wallet
    nakamoto: int  # wallets with half of the stake or more
    tau_66: int  # wallets with 66 % or more
    top_percent_share: float  # stake of the richest 1 % of wallets, interpolated
    coalition_wallets: int  # wallets with more than half
    coalition_share: float  # the same, of all wallets


class Coalition(NamedTuple):
    """The smallest group of wallets with more than a given share of the stake."""

    wallets: int
    wallet_share: float


class Capped(NamedTuple):
    """Stake that counts under a cap."""

    cap: float  # in the unit of stake
    stake: np.ndarray


class Split(NamedTuple):
    """A cap, and the answer of those above it."""

    wallets: np.ndarray  # stake of every wallet after the split
    owner: np.ndarray  # index into the given stake, one a wallet
    reward: pd.DataFrame  # an owner's reward share: uncapped, capped, split


@typed
def gini(stake: ArrayLike) -> float:
    """Gini coefficient of a (n,) stake vector: 0 all equal, (n − 1)/n all in one wallet.

    Parameters
    ----------
    stake : array_like
        (n,) at least 0, in any unit, one entry a wallet.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        For stake that is empty, negative, not finite, all zero or not one-dimensional.
    TypeError
        For what holds no numbers.
    """
    share = np.sort(stake_shares(stake))
    below = np.arange(1, len(share))
    return float(np.sum(below * (len(share) - below) / len(share) * np.diff(share)))


@typed
def hhi(stake: ArrayLike) -> float:
    """Herfindahl-Hirschman index on the 0–10,000 scale: the sum of squared percent shares.

    Parameters
    ----------
    stake : array_like
        (n,) at least 0, in any unit, one entry a wallet.
    """
    return float(np.sum(np.sort(stake_shares(stake)) ** 2) * 10_000)


@typed
def shannon_bits(stake: ArrayLike) -> float:
    """Shannon entropy of the shares in bits: log₂ n where all are equal, 0 where one holds all.

    Parameters
    ----------
    stake : array_like
        (n,) at least 0, in any unit, one entry a wallet.
    """
    share = np.sort(stake_shares(stake))
    share = share[share > 0]
    return float(np.sum(share * -np.log2(share)))


@typed
def theil_nats(stake: ArrayLike) -> float:
    """Theil index in nats: 0 where all are equal, ln n where one holds all.

    Parameters
    ----------
    stake : array_like
        (n,) at least 0, in any unit, one entry a wallet.
    """
    share = np.sort(stake_shares(stake))
    times_fair = share[share > 0] * len(share)
    return float(np.sum(times_fair * np.log(times_fair)) / len(share))


@typed
def tau(stake: ArrayLike, threshold: float) -> int:
    """Fewest wallets that together hold a share **≥ threshold** in (0, 1]: exactly half counts at
    0.5.

    Parameters
    ----------
    stake : array_like
        (n,) at least 0, in any unit, one entry a wallet.
    threshold : float

    Returns
    -------
    int
    """
    threshold = real("threshold", threshold, "(0, 1]")
    return int(np.searchsorted(_held(stake), threshold, side="left")) + 1


@typed
def nakamoto(stake: ArrayLike) -> int:
    """Nakamoto coefficient: `tau` at one half.

    Parameters
    ----------
    stake : array_like
        (n,) at least 0, in any unit, one entry a wallet.
    """
    return tau(stake, 0.5)


@typed
def coalition(stake: ArrayLike, share: float = 0.5) -> Coalition:
    """Fewest wallets that together hold **more than** a share: what a majority attack needs.

    Parameters
    ----------
    stake : array_like
        (n,) at least 0, in any unit, one entry a wallet.
    share : float
        In (0, 1).

    Returns
    -------
    Coalition

    References
    ----------
    Lui and Sun, arXiv:2507.02951: n for > 50 %, as a fraction of wallets.
    """
    share = real("share", share, "(0, 1)")
    count = int(np.searchsorted(_held(stake), share, side="right")) + 1
    return Coalition(count, count / np.size(stake))


@typed
def top_share(
    stake: ArrayLike, *, count: int | None = None, wallet_share: float | None = None
) -> float:
    """Share of stake of the richest `count` wallets, or of the richest `wallet_share` of all
    wallets.

    Parameters
    ----------
    stake : array_like
        (n,) at least 0, in any unit, one entry a wallet.
    count : int, optional
        At least 1, all wallets where there are fewer.
    wallet_share : float, optional
        In (0, 1], read off the Lorenz curve, so a part of a wallet counts in part. Exactly one of
        the two is given.

    Returns
    -------
    float
    """
    held = _held(stake)
    if count is not None and wallet_share is None:
        return float(held[min(whole("count", count, at_least=1), len(held)) - 1])
    if wallet_share is not None and count is None:
        wallets = real("wallet_share", wallet_share, "(0, 1]") * len(held)
        return float(np.interp(wallets, np.arange(len(held) + 1), np.append(0.0, held)))
    raise ValueError(
        f"count or wallet_share must be given, one of the two, got {count!r} and {wallet_share!r}"
    )


@typed
def lorenz(stake: ArrayLike) -> pd.DataFrame:
    """Lorenz curve, poorest first: n + 1 rows of wallet_share and stake_share from (0, 0) to (1,
    1).

    Parameters
    ----------
    stake : array_like
        (n,) at least 0, in any unit, one entry a wallet.

    Returns
    -------
    pandas.DataFrame
    """
    total = np.append(0.0, np.cumsum(np.sort(stake_shares(stake))))
    return pd.DataFrame(
        {"wallet_share": np.linspace(0, 1, len(total)), "stake_share": total / total[-1]}
    )


@typed
def concentration(stake: ArrayLike) -> Concentration:
    """All indices of a (n,) stake vector at once.

    Parameters
    ----------
    stake : array_like
        (n,) at least 0, in any unit, one entry a wallet.

    Returns
    -------
    Concentration
    """
    share = stake_shares(stake)
    majority = coalition(stake)
    return Concentration(
        wallets=len(share),
        gini=gini(stake),
        hhi=hhi(stake),
        shannon_bits=shannon_bits(stake),
        theil_nats=theil_nats(stake),
        max_power=float(share.max()),
        nakamoto=nakamoto(stake),
        tau_66=tau(stake, 0.66),
        top_percent_share=top_share(stake, wallet_share=0.01),
        coalition_wallets=majority.wallets,
        coalition_share=majority.wallet_share,
    )


@typed
def cap_stake(stake: ArrayLike, quantile: float = 0.88) -> Capped:
    """Stake counted only up to a quantile of itself, min(s, q): the cap proposed for subnets at
    0.88.

    Parameters
    ----------
    stake : array_like
        (n,) at least 0, in any unit, one entry a wallet.
    quantile : float
        In (0, 1], interpolated linearly.

    Returns
    -------
    Capped

    Raises
    ------
    ValueError
        Where the cap would be zero.
    """
    stake = amounts("stake", stake)
    quantile = real("quantile", quantile, "(0, 1]")
    cap = float(np.quantile(stake, quantile))
    if cap == 0:
        raise ValueError(
            f"quantile must leave a positive cap, got {quantile}, below which all wallets hold 0"
        )
    return Capped(cap, np.minimum(stake, cap))


@typed
def counted_under_cap(
    stake: ArrayLike, quantile: float = 0.88, *, splitting_share: float = 0.0
) -> np.ndarray:
    """What counts of each owner's stake under a cap that some escape by splitting their wallets.

    Parameters
    ----------
    stake : array_like
        (n,) at least 0, in any unit, one entry an owner.
    quantile : float
        Where the cap is, see `cap_stake`.
    splitting_share : float
        Part of the capped owners, the richest first, who split and so lose nothing, in [0, 1].

    Returns
    -------
    numpy.ndarray
        (n,) in the unit of stake.
    """
    held = amounts("stake", stake)
    capped = cap_stake(held, quantile)
    above = np.flatnonzero(held > capped.cap)
    escaping = math.ceil(real("splitting_share", splitting_share, "[0, 1]") * len(above))
    richest = above[np.argsort(-held[above], kind="stable")][:escaping]
    counted = capped.stake.copy()
    counted[richest] = held[richest]
    return counted


@typed
def split_below_cap(stake: ArrayLike, cap: float) -> Split:
    """The whale's answer to a cap in stake: as many equal wallets as keep each at or below it.

    Parameters
    ----------
    stake : array_like
        (n,), one entry an owner.
    cap : float
        Above 0, the same unit, left where it was.

    Returns
    -------
    Split

    Raises
    ------
    ValueError
        For more than `MAX_WALLETS` wallets.

    Notes
    -----
    Rewards are proportional to counted stake. After the split every owner again has his uncapped
    share.
    """
    stake = amounts("stake", stake)
    cap = real("cap", cap, "(0, inf)")
    if stake.max() / MAX_WALLETS > cap or np.sum(np.maximum(np.ceil(stake / cap), 1)) > MAX_WALLETS:
        raise ValueError(f"cap must not ask for more than {MAX_WALLETS:,} wallets, got {cap}")
    pieces = np.maximum(np.ceil(stake / cap), 1).astype(np.int64)
    wallets = np.repeat(stake / pieces, pieces)
    owner = np.repeat(np.arange(len(stake)), pieces)
    capped = np.minimum(stake, cap)
    counted = np.bincount(owner, np.minimum(wallets, cap))
    columns = {"uncapped": stake, "capped": capped, "split": counted}
    return Split(
        wallets, owner, pd.DataFrame({name: part / part.sum() for name, part in columns.items()})
    )


@typed
def performance_split(stake: ArrayLike, performance: ArrayLike, *, weight: float) -> np.ndarray:
    """Reward shares where a part of the emission is paid by performance: (1 − w)·s/Σs + w·p/Σp.

    Parameters
    ----------
    stake, performance : array_like
        (n,), not negative.
    weight : float
        In [0, 1].

    Returns
    -------
    numpy.ndarray
    """
    share, merit = _pair(stake, performance, weight)
    return (1 - weight) * share + weight * merit


@typed
def composite_score(stake: ArrayLike, performance: ArrayLike, *, weight: float) -> np.ndarray:
    """Reward shares by one score of both, s^(1−w)·p^w: who lacks either gets nothing for 0 < w < 1.

    Parameters
    ----------
    stake : array_like
        (n,) at least 0, in any unit, one entry a wallet.
    performance : array_like
    weight : float
        Both as in `performance_split`.

    Returns
    -------
    numpy.ndarray

    Raises
    ------
    ValueError
        Where no wallet with stake performs.
    """
    share, merit = _pair(stake, performance, weight)
    score = share ** (1 - weight) * merit**weight
    if score.sum() == 0:
        raise ValueError("performance must be positive for a wallet with stake, got 0 for all")
    return score / score.sum()


@typed
def trust_bonus(stake: ArrayLike, trust: ArrayLike, *, bonus: float) -> np.ndarray:
    """Reward shares by stake × (1 + bonus·trust).

    Parameters
    ----------
    stake : array_like
        (n,) at least 0, in any unit, one entry a wallet.
    trust : array_like
        (n,) in [0, 1].
    bonus : float
        In [0, 1e6].

    Returns
    -------
    numpy.ndarray
    """
    share = stake_shares(stake)
    trust = reals("trust", trust, "[0, 1]", ndim=1, shape=share.shape, each="wallet")
    bonus = real("bonus", bonus, "[0, 1e6]")
    score = share * (1 + bonus * trust)
    return score / score.sum()


def _held(stake):
    """Share of stake of the richest 1, 2, … n wallets: whole-numbered stake below 2⁵³ in all is
    exact.
    """
    total = np.cumsum(np.sort(amounts("stake", stake))[::-1])
    return total / total[-1]


@typed
def stake_shares(stake: ArrayLike, name: str = "stake") -> np.ndarray:
    """(n,) amounts ≥ 0 in any unit as shares of their sum, or one clear line that begins with
    `name`.

    Parameters
    ----------
    stake : array_like
        (n,) at least 0, in any unit, one entry a wallet.
    name : str
        What a refusal begins with.

    Returns
    -------
    numpy.ndarray
    """
    held = amounts(name, stake)
    return held / held.sum()


def _pair(stake, performance, weight):
    share = stake_shares(stake)
    merit = amounts("performance", performance, shape=share.shape, each="wallet")
    weight = real("weight", weight, "[0, 1]")
    return share, merit / merit.sum()
