"""Who keeps a share of the supply? What new TAO does to one who stakes, and to one who does not.

Every payment is that of `day_flows`: what stakers are paid is what supply grows by, times their
part of it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..inputs.checks import real, reals, together
from ..inputs.door import typed
from ..inputs.rules import Rules, Scenario, Snapshot, coins
from ..inputs.units import DAYS_PER_YEAR, Numbers
from .day_flows import DayFlows, day_flows
from .supply import issued_path, stake_that_fits


class HolderYield(NamedTuple):
    """What one year does to a holder, as shares; negative is a loss of share in the supply."""

    unstaked: float  # change of share for one who does not stake
    staker_nominal: float  # new TAO over TAO staked
    staker_real: float  # change of share for a nominator
    break_even_staked_share: float  # stakers keep their share where no more than this is staked


class OwnershipPath(NamedTuple):
    """Share of the supply held by one holder through time, by what it does with its TAO; all
    arrays have one length.
    """

    years: np.ndarray
    unstaked: np.ndarray
    nominator_idle_rewards: np.ndarray  # stakes, and leaves the rewards unstaked
    nominator: np.ndarray  # stakes, and stakes the rewards
    validator: np.ndarray  # the same without a take


@typed
def staked_part(rules: Rules, snapshot: Snapshot, scenario: Scenario) -> float:
    """Part of issued TAO that is staked, to divide by; refused where it is zero, or more than
    circulates.
    """
    staked = stake_that_fits(rules, snapshot, scenario)
    if not staked:
        raise ValueError("staked_tao must be > 0 to give a yield, got 0")
    return staked / coins(rules, snapshot.issuance_rao)


def stakers_parts(flows: DayFlows) -> tuple[float, float]:
    """Part of what supply grows by that all stakers get, and the part left after the validators'
    take; zero where nothing new is paid.
    """
    paid = sum(flows.pay)
    if not paid:
        return 0.0, 0.0
    return flows.pay.stakers_rao / paid, (flows.pay.nominators_rao + flows.pay.root_rao) / paid


@typed
def holder_yield(rules: Rules, snapshot: Snapshot, scenario: Scenario) -> HolderYield:
    """A year's dilution of those who stake and those who do not, at the present net emission.

    Raises
    ------
    ValueError
        where nothing is staked: what stakers get then has no one to go to; and as `day_flows`

    Notes
    -----
    D = 1/(1+I) − 1; y = a(1−c)I/s; real (1+y)/(1+I) − 1, see `staker_real_yield`. I is net of what
    is recycled, and a year makes no more than the cap leaves. Solana economic design papers; Cong,
    He, Tang, The Tokenomics of Staking, NBER 33640.
    """
    staked = staked_part(rules, snapshot, scenario)
    flows = day_flows(rules, snapshot, scenario)
    left = rules.max_supply_rao - snapshot.issuance_rao
    issuance_rate = min(sum(flows.pay) * DAYS_PER_YEAR, left) / snapshot.issuance_rao
    _, kept = stakers_parts(flows)
    return HolderYield(
        unstaked=float(staker_real_yield(issuance_rate, staked, 0.0)),
        staker_nominal=kept * issuance_rate / staked,
        staker_real=float(staker_real_yield(issuance_rate, staked, kept)),
        break_even_staked_share=kept,
    )


@typed
def staker_real_yield(
    issuance_rate: float | np.ndarray,
    staked_share: float | np.ndarray,
    kept_share: float | np.ndarray,
) -> float | np.ndarray:
    """Change of a staker's share of the supply in a year: the one formula for tables and pictures.

    Parameters
    ----------
    issuance_rate
        I, new TAO of the year over the supply
    staked_share
        s > 0, part of the supply that is staked
    kept_share
        k, part of new TAO that stakers keep after the validators' take; 0 for one who does not
        stake; the three broadcast

    Returns
    -------
    float or array
        (1 + kI/s)/(1 + I) − 1; 0 where k = s
    """
    rate = reals("issuance_rate", issuance_rate, "(-1, inf)")
    staked = reals("staked_share", staked_share, "(0, inf)")
    kept = reals("kept_share", kept_share)
    together(issuance_rate=rate, staked_share=staked, kept_share=kept)
    return after_dilution(kept * rate / staked, rate)


def after_dilution(
    nominal: float | np.ndarray, supply_growth: float | np.ndarray, price_change: float = 0.0
) -> float | np.ndarray:
    """A nominal yield less dilution: (1 + y)(1 + p)/(1 + g) − 1; arguments as in `real_yield`."""
    return (1 + nominal) * (1 + price_change) / (1 + supply_growth) - 1


@typed
def real_yield(nominal: float, *, supply_growth: float = 0.0, price_change: float = 0.0) -> float:
    """A nominal yield less dilution and price: the change of share in a supply, or of worth in
    another money.

    Parameters
    ----------
    nominal
        share, in the token that is staked
    supply_growth
        of that token over the same time
    price_change
        of that token, in the money that counts (alpha in TAO, TAO in USD)
    """
    nominal = real("nominal", nominal, "[-1, inf)")
    growth = real("supply_growth", supply_growth, "(-1, inf)")
    change = real("price_change", price_change, "[-1, inf)")
    return float(after_dilution(nominal, growth, change))


@typed
def break_even_take(rules: Rules, snapshot: Snapshot, scenario: Scenario) -> float:
    """The highest take at which a nominator keeps its share of the supply: 1 − s/a.

    Returns
    -------
    float
        negative where no take is low enough, minus infinity where stakers get nothing

    Notes
    -----
    The real yield of `holder_yield` is zero where a(1 − c) = s.
    """
    staked = stake_that_fits(rules, snapshot, scenario) / coins(rules, snapshot.issuance_rao)
    all_get, _ = stakers_parts(day_flows(rules, snapshot, scenario))
    return 1 - staked / all_get if all_get else -math.inf


@typed
def ownership_path(
    rules: Rules,
    snapshot: Snapshot,
    scenario: Scenario,
    *,
    share: float = 0.01,
    every_days: int = 30,
) -> OwnershipPath:
    """What becomes of a holder's share of the supply over `scenario.horizon_years`, under four ways
    to hold it.

    The staked part of the supply stays what it is, and so does the stakers' part of new TAO. No one
    comes to hold more than all that is staked.

    Parameters
    ----------
    share
        of the supply at the start; at most the staked share, since all of it is staked
    every_days
        sampling step in nominal days

    Raises
    ------
    ValueError
        where nothing is staked, or less than the holder has; and as `day_flows`

    Notes
    -----
    Of every dS by which supply S grows, stakers get a·dS by their stake: who stakes x gets
    a(1 − c)·x/(sS)·dS, so x grows as S to the power a(1 − c)/s. With a = s = 1 and no take that is
    the supply itself: who owns, stakes and earns everything keeps everything.
    """
    share = real("share", share, "[0, 1]")
    staked = staked_part(rules, snapshot, scenario)
    if share > staked:
        raise ValueError(f"share must be at most the staked share of {staked:g}, got {share:g}")
    path = issued_path(rules, snapshot, scenario, every_days)
    grown = np.log(path.issued_tao / coins(rules, snapshot.issuance_rao))
    all_get, kept = stakers_parts(day_flows(rules, snapshot, scenario))
    diluted = share * np.exp(-grown)
    return OwnershipPath(
        years=path.years,
        unstaked=diluted,
        nominator_idle_rewards=diluted + np.exp(-grown) * (share / staked) * kept * grown,
        nominator=compounded(share, staked, kept, grown),
        validator=compounded(share, staked, all_get, grown),
    )


def compounded(share: float, staked_share: float, part: float, growth: Numbers) -> Numbers:
    """Share of the supply of one who stakes all it has and all it earns, once supply has grown.

    Parameters
    ----------
    share, staked_share
        of the supply: what it held at the start, and all that is staked
    part
        of new TAO that those who stake are paid
    growth
        ln(S/S₀) of the supply
    """
    most = math.log(staked_share / share) if share else 0.0
    return share * np.exp(np.minimum((part / staked_share - 1) * growth, most))
