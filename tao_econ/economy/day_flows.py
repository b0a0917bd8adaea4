"""Where does every TAO of a day go? One set of books, to the rao, that every other model reads.

Before dynamic TAO a day's new TAO are paid to owners, miners and stakers. Since then the chain puts
them into the pools of the subnets and pays participants in alpha. What these can take out together
without emptying the pools is what the chain puts in: that is their pay in TAO, by the same split.
What their alpha fetches on one day is another question, and needs the pools.

**Chain:** opentensor/subtensor, pallets/subtensor/src/coinbase/run_coinbase.rs, commit 14bc6f9.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from ..chain.emission import block_emission
from ..chain.pools import Pool, spot_price, swap
from ..chain.shares import root_proportion
from ..chain.subnets import Subnets, run_subnets
from ..inputs.checks import record
from ..inputs.door import typed
from ..inputs.rules import Rules, Scenario, Snapshot, block_seconds
from ..inputs.units import SECONDS_PER_DAY
from .roles import Roles, SubnetTerms, role_shares, times
from .supply import minted_per_day

BALANCED = "sellers take out of the pools what the chain puts in"
ALL_INJECTED = "TAO with which the chain buys alpha count as injected, since no pools are given"
NOTHING = Roles(**dict.fromkeys(Roles._fields, 0.0))
ROOT_NOMINATES = "root's holders count as nominators, since no pools are given"


class Pay(NamedTuple):
    """A day's pay out of new TAO, rao; nobody is paid what is recycled."""

    owners_rao: int
    miners_rao: int
    validators_rao: int  # their take
    nominators_rao: int
    root_rao: int  # who hold TAO on root, after take

    @property
    def stakers_rao(self) -> int:
        """Validators, nominators and root's holders together."""
        return self.validators_rao + self.nominators_rao + self.root_rao


class AlphaPay(NamedTuple):
    """A day's pay of all subnets in alpha, and what it is worth in TAO."""

    alpha: Roles  # alpha of all subnets added up
    spot_tao: Roles  # at the pools' prices: what nobody gets who sells
    # what it fetches if all roles sell the whole day's pay in its pool at once, after the swap fee;
    # what is burned or recycled fetches nothing
    sold_tao: Roles


class DayFlows(NamedTuple):
    """Where every TAO of a day goes: `minted_rao` is the sum of the nine destinations."""

    minted_rao: int
    owners_rao: int  # this and the next four are 0 where TAO go to pools
    miners_rao: int
    validators_rao: int
    nominators_rao: int
    root_rao: int
    pools_injected_rao: int
    pools_bought_rao: int  # with which the chain buys alpha
    recycled_rao: int  # paid to nobody: not issued, to be minted another time
    fees_rao: int  # 0 by all rules so far: fees are paid by those who trade, not out of new TAO
    pay: Pay  # the five roles' part of minted less recycled, whichever way it is paid
    alpha: AlphaPay | None  # None where TAO is paid, and where no pools are given: not known
    assumed: tuple[str, ...]  # what stands in for what is not known


@typed
def day_flows(
    rules: Rules, snapshot: Snapshot, scenario: Scenario, *, pools: Subnets | None = None
) -> DayFlows:
    """Where every TAO of a day goes, in whole rao.

    Owners get `rules.owner_cut` of what is not recycled, validators and nominators
    `scenario.stakers_share`, miners the rest; of what nominators are paid, validators keep
    `scenario.validator_take`.

    Parameters
    ----------
    pools
        the subnets of that day, or of another one near it, such as
        `chain.load_subnets("subnets_8791247")` of August 2026; a snapshot has none. They tell what
        the chain injects and what it buys, root's part, and what alpha is worth

    Raises
    ------
    ValueError
        where owners and stakers get more than there is, for pools where the rules have none or
        which `chain.run_subnets` refuses, and where the rules halve by block number and the
        snapshot has none

    Notes
    -----
    A day is 86,400 seconds of blocks at the reward of the snapshot's issuance, and no more than the
    cap leaves. In alpha's eras `pay` rests on `BALANCED`; with `pools` it takes from them only how
    stakers' pay is divided between root and the subnets, by what their alpha fetches.
    """
    minted, recycled = _new_rao(rules, snapshot, scenario)
    in_pools = rules.pool != "none"
    if pools is not None and not in_pools:
        raise ValueError(f"pools must be None under {rules.name!r}, which has none")
    alpha = None if pools is None else _alpha_pay(rules, scenario, pools)
    pay = _pay(rules, scenario, minted - recycled, alpha)
    injected = bought = 0
    if in_pools:
        injected, bought = _into_pools(rules, scenario, pools, minted - recycled)
    assumed = [BALANCED] if in_pools else []
    if in_pools and pools is None:
        assumed += [ALL_INJECTED, ROOT_NOMINATES]
    return DayFlows(
        minted_rao=minted,
        **(dict.fromkeys(Pay._fields, 0) if in_pools else pay._asdict()),
        pools_injected_rao=injected,
        pools_bought_rao=bought,
        recycled_rao=recycled,
        fees_rao=0,
        pay=pay,
        alpha=alpha,
        assumed=tuple(assumed),
    )


def part_of(total: int, share: float | Fraction) -> int:
    """A share of a whole amount, rounded down; exact, whatever the size."""
    over, under = share.as_integer_ratio()
    return total * over // under


def _new_rao(rules, snapshot, scenario) -> tuple[int, int]:
    """What a day mints, and what of it is recycled."""
    reward = block_emission(rules, snapshot.issuance_rao, block=snapshot.block)
    over, under = float(block_seconds(rules, scenario)).as_integer_ratio()
    a_day = reward * SECONDS_PER_DAY * under // over
    minted = min(a_day, max(rules.max_supply_rao - snapshot.issuance_rao, 0))
    return minted, part_of(minted, scenario.recycled_share)


def _pay(rules, scenario, paid_rao, alpha) -> Pay:
    """A rao that no share fills goes to miners, of the stakers' part to nominators."""
    over, under = rules.owner_cut.as_integer_ratio()
    of_stakers, of_all = float(scenario.stakers_share).as_integer_ratio()
    if over * of_all + of_stakers * under > under * of_all:
        raise ValueError(
            f"stakers_share must be at most {1 - over / under:.4g}, what the owner leaves, got "
            f"{scenario.stakers_share}"
        )
    owners = part_of(paid_rao, rules.owner_cut)
    stakers = part_of(paid_rao, scenario.stakers_share)
    taken = part_of(stakers, scenario.validator_take)
    root = 0 if alpha is None else part_of(stakers - taken, _of_root(alpha.sold_tao))
    return Pay(
        owners_rao=owners,
        miners_rao=paid_rao - owners - stakers,
        validators_rao=taken,
        nominators_rao=stakers - taken - root,
        root_rao=root,
    )


def _of_root(sold: Roles) -> float:
    """Root's part of what all who stake are paid after take."""
    both = sold.root + sold.nominators
    return sold.root / both if both else 0.0


def _into_pools(rules, scenario, pools, paid_rao) -> tuple[int, int]:
    """What of a day's TAO is injected, and what buys alpha, by the first day of those pools."""
    if pools is None:
        return paid_rao, 0
    nobody_sells = replace(
        scenario,
        owners_sold_share=0.0,
        miners_sold_share=0.0,
        stakers_sold_share=0.0,
        root_claims_per_day=0.0,
    )
    path = run_subnets(rules, nobody_sells, pools, days=1)
    injected = int(path.injected_rao[-1])
    bought = int(path.bought_rao[-1])
    if not injected + bought:
        return paid_rao, 0
    first = paid_rao * injected // (injected + bought)
    return first, paid_rao - first


def _alpha_pay(rules, scenario, pools) -> AlphaPay:
    """A day's alpha of every subnet by role, at the spot price and sold in its pool."""
    record("pools", pools, Subnets)
    rows = [(NOTHING, NOTHING, NOTHING)]
    for which in np.flatnonzero(pools.started):
        pool = Pool(
            reserve_tao=float(pools.reserve_tao[which]),
            reserve_alpha=float(pools.reserve_alpha[which]),
            tao_weight=float(pools.tao_weight[which]),
        )
        issued = pool.reserve_alpha + float(pools.outstanding_alpha[which])
        per_day = float(pools.alpha_rate[which]) * minted_per_day(
            rules, round(issued * rules.units_per_coin), block_time_s=block_seconds(rules, scenario)
        )
        terms = SubnetTerms(
            owned=bool(pools.owner_cut_on[which]),
            root_proportion=float(root_proportion(rules, pools.root_tao, issued)),
            withheld_share=float(pools.burned_share[which]),
        )
        alpha = times(role_shares(rules, terms, scenario.validator_take), per_day)
        sold = alpha._replace(burned=0.0, recycled=0.0)
        amount = sum(sold)
        got = swap(pool, alpha_in=amount, fee=float(rules.swap_fee))[1] if amount else 0.0
        price = spot_price(pool)
        rows.append((alpha, times(alpha, price), times(sold, got / amount if amount else 0.0)))
    sums = (np.sum(column, axis=0).tolist() for column in zip(*rows, strict=True))
    return AlphaPay(*(Roles(**dict(zip(Roles._fields, whole, strict=True))) for whole in sums))
