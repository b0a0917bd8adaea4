"""Who gets a day's emission? Owner, miners, validators, nominators and root, under any era's rules.

Before dynamic TAO a subnet's participants were paid in TAO, since then in the subnet's own token,
alpha.

**Chain:** opentensor/subtensor, pallets/subtensor/src/coinbase/run_coinbase.rs, commit 14bc6f9;
before dynamic TAO block_step.rs and epoch.rs, tree 62b1a70958.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..inputs.checks import real, reals, record, takes_records
from ..inputs.record import unknown
from ..inputs.rules import Rules, Scenario, Snapshot
from ..inputs.units import DAYS_PER_YEAR, RAO_PER_TAO, tao
from .supply import (
    MAX_LOG,
    after_dilution,
    emission_tao_per_day,
    minted_per_day,
    staked_share,
    supply_at,
    supply_path,
)

WITHHELD = ("burned", "recycled")
PART_OF = {  # what a participant's role is called in `Roles`
    "owner": "owner",
    "miner": "miners",
    "validator": "validators",
    "nominator": "nominators",
    "root holder": "root",
}


class Roles(NamedTuple):
    """One quantity for everyone who may get a part of a subnet's emission; the parts sum to the
    whole.
    """

    owner: float
    miners: float
    validators: float  # their take, and the dividends of their own stake
    nominators: float  # who stake behind a validator, after its take
    root: float  # who hold TAO on root, after take
    burned: float  # lost for good
    recycled: float  # not issued, to be minted another time


class RewardSplit(NamedTuple):
    """One day of emission of one subnet, or of the whole network where it is paid in TAO."""

    token: str  # what it is paid in: "TAO" or "alpha"
    share: Roles  # of one
    token_per_day: Roles
    tao_per_day: Roles
    usd_per_day: Roles


class HolderReward(NamedTuple):
    """One day of one participant."""

    token_per_day: float
    tao_per_day: float
    usd_per_day: float


class OwnershipPath(NamedTuple):
    """Share of the supply held by one holder through time, by what it does with its TAO; all
    arrays have one length.
    """

    years: np.ndarray
    unstaked: np.ndarray
    nominator_idle_rewards: np.ndarray  # stakes, and leaves the rewards unstaked
    nominator: np.ndarray  # stakes, and stakes the rewards
    validator: np.ndarray  # the same without a take


class SubnetTerms(NamedTuple):
    """What one subnet is like, as far as its pay goes; a network's one payer before subnets had
    tokens.
    """

    owned: bool = True  # it has an owner who takes a cut
    subnet_share: float = 1.0  # part of the network's TAO that it gets, where it is paid in TAO
    alpha_issuance: float = 0.0  # issued so far, in and outside its pool: decides alpha's halving
    alpha_price_tao: float | None = None  # must be given where alpha is paid
    root_proportion: float = 0.0  # root's part of the validators' half
    root_paid: bool = True  # False where root's part is recycled
    withheld_share: float = 0.0  # of miners' incentive, to the owner's own hotkeys
    withheld_is: str = "burned"  # or "recycled": what becomes of it
    own_stake_share: float = 0.0  # of the stake: pays no take, since the validators own it


WHOLE_NETWORK = SubnetTerms()


@takes_records
def reward_split(
    rules: Rules,
    snapshot: Snapshot,
    scenario: Scenario,
    subnet: SubnetTerms = WHOLE_NETWORK,
) -> RewardSplit:
    """A day's emission by role; `scenario.validator_take` is the validators' take.

    Parameters
    ----------
    subnet
        the subnet that is paid; by default all of the network's TAO, with an owner

    Raises
    ------
    ValueError
        for a share outside [0, 1], and for what is missing, or given where the era does not read it
    """
    _check(rules, subnet)
    in_alpha = rules.pool != "none"
    price = _alpha_price(rules, subnet.alpha_price_tao, in_alpha)
    share = _shares(rules, subnet, scenario.validator_take)
    if in_alpha:
        most = tao(rules.max_supply_rao)
        alpha_issuance = real("alpha_issuance", subnet.alpha_issuance, f"[0, {most}]")
        issued_rao = round(alpha_issuance * RAO_PER_TAO)
        per_day = minted_per_day(rules, issued_rao, block_time_s=scenario.block_time_s)
    else:
        per_day = emission_tao_per_day(rules, snapshot, scenario) * subnet.subnet_share
    return RewardSplit(
        token="alpha" if in_alpha else "TAO",
        share=share,
        token_per_day=_times(share, per_day),
        tao_per_day=_times(share, per_day * price),
        usd_per_day=_times(share, per_day * price * snapshot.price_usd),
    )


def _check(rules, subnet) -> None:
    """Refuse a share outside [0, 1], and what the era does not read."""
    record("subnet", subnet, SubnetTerms)
    for name in ("subnet_share", "root_proportion", "withheld_share", "own_stake_share"):
        real(name, getattr(subnet, name), "[0, 1]")
    if subnet.withheld_is not in WITHHELD:
        raise ValueError(unknown("withheld_is", subnet.withheld_is, WITHHELD))
    name, needed = ("alpha_issuance", 0) if rules.pool == "none" else ("subnet_share", 1)
    given = getattr(subnet, name)
    if given != needed:
        raise ValueError(
            f"{name} must be {needed} under {rules.name!r}, which does not read it, got {given}"
        )
    if subnet.root_proportion and not rules.root_weight:
        raise ValueError(
            f"root_proportion must be 0 under {rules.name!r}, where root has no weight, got "
            f"{subnet.root_proportion}"
        )


def _alpha_price(rules, alpha_price_tao, in_alpha) -> float:
    if in_alpha == (alpha_price_tao is None):
        needed = (
            "given, since subnets pay in alpha" if in_alpha else "None, since subnets pay in TAO"
        )
        raise ValueError(
            f"alpha_price_tao must be {needed}, under {rules.name!r}, got {alpha_price_tao}"
        )
    return real("alpha_price_tao", alpha_price_tao, "[0, inf)") if in_alpha else 1.0


def _shares(rules, subnet, take) -> Roles:
    """**Chain:** run_coinbase.rs: the owner's cut, then equal halves; root takes its part of the
    validators' half.
    """
    owner = float(rules.owner_cut) if subnet.owned else 0.0
    half = (1 - owner) / 2
    of_root = half * subnet.root_proportion
    staked = half - of_root
    withheld = half * subnet.withheld_share
    burned = withheld if subnet.withheld_is == "burned" else 0.0
    root = of_root if subnet.root_paid else 0.0
    nominators = staked * (1 - subnet.own_stake_share) * (1 - take)
    return Roles(
        owner=owner,
        miners=half - withheld,
        validators=staked - nominators + root * take,
        nominators=nominators,
        root=root * (1 - take),
        burned=burned,
        recycled=(of_root - root) + (withheld - burned),
    )


def _times(share: Roles, factor: float) -> Roles:
    return Roles(**{role: part * factor for role, part in share._asdict().items()})


def holder_reward(
    split: RewardSplit,
    role: str,
    *,
    share: float = 1.0,
    paid_usd_per_day: float = 0.0,
    price_usd: float | None = None,
) -> HolderReward:
    """A day of one participant.

    Parameters
    ----------
    role
        'owner', 'miner', 'validator', 'nominator', 'root holder' or 'user'
    share
        of what its role gets: a miner's incentive, a validator's part of the stake behind all
        validators, a nominator's of all nominated stake, a holder's of the TAO on root
    paid_usd_per_day, price_usd
        what a user pays for the service, and USD per TAO; emission brings a user nothing
    """
    share = real("share", share, "[0, 1]")
    if role == "user":
        return _user(split, paid_usd_per_day, price_usd)
    if role not in PART_OF:
        raise ValueError(unknown("role", role, [*PART_OF, "user"]))
    part = PART_OF[role]
    if role == "owner":
        share = 1.0
    return HolderReward(
        token_per_day=getattr(split.token_per_day, part) * share,
        tao_per_day=getattr(split.tao_per_day, part) * share,
        usd_per_day=getattr(split.usd_per_day, part) * share,
    )


def _user(split, paid_usd_per_day, price_usd) -> HolderReward:
    paid = real("paid_usd_per_day", paid_usd_per_day, "[0, inf)")
    in_tao = paid / real("price_usd", price_usd, "(0, inf)") if paid else 0.0
    paid_out = sum(split.tao_per_day)
    per_tao = sum(split.token_per_day) / paid_out if paid_out else 0.0
    return HolderReward(-in_tao * per_tao, -in_tao, -paid)


def subsidy(split: RewardSplit, revenue_usd_per_year: float) -> float:
    """USD of emission for each USD that users pay.

    Parameters
    ----------
    revenue_usd_per_year
        paid by users from outside, above 0
    """
    revenue = real("revenue_usd_per_year", revenue_usd_per_year, "(0, inf)")
    return sum(split.usd_per_day) * DAYS_PER_YEAR / revenue


def break_even_incentive(split: RewardSplit, cost_usd_per_day: float) -> float:
    """The share of a subnet's incentive that pays a miner's costs.

    Parameters
    ----------
    cost_usd_per_day
        of running one miner

    Returns
    -------
    float
        above 1 no miner can earn its costs; infinite if none is paid
    """
    cost = real("cost_usd_per_day", cost_usd_per_day, "[0, inf)")
    if cost == 0:
        return 0.0
    return cost / split.usd_per_day.miners if split.usd_per_day.miners else math.inf


@takes_records
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
    supply = supply_at(rules, snapshot, scenario)
    if scenario.stakers_share == 0:
        return -math.inf
    return 1 - supply.staked_tao / supply.issued_tao / scenario.stakers_share


@takes_records
def alpha_yield_per_day(
    rules: Rules,
    *,
    earning_alpha: float,
    alpha_per_day: float = 7_200.0,
    root_proportion: float = 0.0,
    take: float = 0.0,
) -> float:
    """What a nominator of a subnet earns a day, in alpha per alpha staked.

    Parameters
    ----------
    earning_alpha
        all alpha staked that shares the validators' part
    alpha_per_day
        the subnet's emission to its participants
    root_proportion, take
        shares, as in `reward_split`
    """
    earning_alpha = real("earning_alpha", earning_alpha, "(0, inf)")
    alpha_per_day = real("alpha_per_day", alpha_per_day, "[0, inf)")
    root_proportion = real("root_proportion", root_proportion, "[0, 1]")
    take = real("take", take, "[0, 1]")
    validators_half = alpha_per_day * (1 - float(rules.owner_cut)) / 2
    return validators_half * (1 - root_proportion) * (1 - take) / earning_alpha


def distribute_dividends(
    validator_alpha: float,
    root_alpha: float,
    *,
    dividends: ArrayLike,
    alpha_stake: ArrayLike,
    root_stake: ArrayLike,
    root_weight: float,
) -> tuple[np.ndarray, np.ndarray]:
    """An epoch's validator and root alpha for each validator, before its take.

    Parameters
    ----------
    validator_alpha, root_alpha
        alpha to distribute
    dividends
        (v,) alpha from the epoch; only their proportions count
    alpha_stake, root_stake
        (v,) alpha and TAO behind each
    root_weight
        share, of TAO on root

    Returns
    -------
    (v,), (v,)
        validators' and root's alpha

    Notes
    -----
    run_coinbase.rs, `calculate_dividend_distribution`: a dividend is root's in proportion to
    ωt/(a + ωt).
    """
    validator_alpha = real("validator_alpha", validator_alpha, "[0, inf)")
    root_alpha = real("root_alpha", root_alpha, "[0, inf)")
    root_weight = real("root_weight", root_weight, "[0, 1]")
    paid = reals("dividends", dividends, "[0, inf)", ndim=1)
    alpha = reals("alpha_stake", alpha_stake, "[0, inf)", ndim=1)
    root = reals("root_stake", root_stake, "[0, inf)", ndim=1)
    for name, values in (("alpha_stake", alpha), ("root_stake", root)):
        if len(values) != len(paid):
            raise ValueError(
                f"{name} must have one value a validator ({len(paid)}), got {len(values)}"
            )
    weighted = root * root_weight
    both = alpha + weighted
    of_root = paid * np.divide(weighted, both, out=np.zeros_like(both), where=both > 0)
    return _in_proportion(validator_alpha, paid - of_root), _in_proportion(root_alpha, of_root)


def _in_proportion(pool: float, parts: np.ndarray) -> np.ndarray:
    total = parts.sum()
    return pool * parts / total if total else np.zeros_like(parts)


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


@takes_records
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

    The staked part of the supply stays what it is; rewards follow the gross emission, supply the
    net one.

    Parameters
    ----------
    share
        of the supply at the start
    every_days
        sampling step in nominal days

    Raises
    ------
    ValueError
        where nothing is staked
    """
    share = real("share", share, "[0, 1]")
    path = supply_path(rules, snapshot, scenario, every_days=every_days)
    staked = staked_share(supply_at(rules, snapshot, scenario))
    paid_per_year = scenario.stakers_share * path.emission_tao_per_day * DAYS_PER_YEAR
    rate = paid_per_year / (staked * path.issued_tao)
    grown = np.concatenate([[0.0], np.cumsum(np.diff(path.years) * (rate[1:] + rate[:-1]) / 2)])
    if grown[-1] > MAX_LOG:
        rule = f"staked_share must be large enough that rewards stay within e^{MAX_LOG:g}"
        raise ValueError(f"{rule}, got {staked:g} of the supply")
    diluted = share * path.issued_tao[0] / path.issued_tao
    kept = 1 - scenario.validator_take
    return OwnershipPath(
        years=path.years,
        unstaked=diluted,
        nominator_idle_rewards=diluted * (1 + kept * grown),
        nominator=diluted * np.exp(kept * grown),
        validator=diluted * np.exp(grown),
    )
