"""What each change of rule did, on the same subnets: who got new TAO, and what each holder earned.

**Holders.** Each is one of many, so that what it does moves no rule:

- *root holder*: `root_tao` TAO staked on root. Its part of root's dividends is its part of all TAO
  on root. Where the chain sells root's dividends each block it is paid TAO; else it is paid alpha
  of every subnet.
- *nominator*: alpha of one subnet worth `stake_tao` TAO at the pool's price of the first day,
  staked with a validator. It gets its part of what that subnet's nominators get; all alpha outside
  the pool counts as staked.
- *miner*: an equal part of the incentive that is not withheld, among `miners` of the same subnet,
  since nobody publishes the incentive of each.
- *owner*: the owner's cut of the same subnet.

Alpha is valued at what its sale into the pool brings on the last day, after the fee and the fall of
the price that the sale makes.
"""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..chain.pools import Pool, spot_price, swap
from ..chain.shares import SHARES, root_proportion, unproven
from ..chain.subnets import SubnetPath, Subnets, flows_read, run_subnets
from ..economy.rewards import reward_split
from ..economy.roles import SubnetTerms
from ..inputs.checks import real, whole
from ..inputs.door import typed
from ..inputs.record import unknown
from ..inputs.rules import Rules, Scenario, Snapshot, eras
from ..inputs.units import RAO_PER_TAO
from .stake import top_share

ROLES = ("root", "nominators", "miners", "owner")
HOLDERS = ("root_holder", "nominator", "miner", "subnet_owner")
PARTS = ("top_8", "smallest_half")
MAX_LEDGER_DAYS = 60  # of a run under each of some twenty eras
ABOUT = {"name", "title", "chain", "first_block", "first_date", "source", "checked", "confidence"}


class Holders(NamedTuple):
    """Those whose pay a ledger follows; what each is stands at the top of this file."""

    subnet: str  # by name, of nominator, miner and owner
    miners: int  # in that subnet, who share its incentive equally
    root_tao: float = 1_000.0  # TAO that the root holder has staked on root
    stake_tao: float = 1_000.0  # worth of the nominator's alpha on the first day


@typed
def rule_ledger(
    snapshot: Snapshot, scenario: Scenario, pools: Subnets, holders: Holders, *, days: int = 30
) -> pd.DataFrame:
    """Every era since subnets have pools, run on the same subnets for some days.

    Parameters
    ----------
    pools : Subnets
        Where every run starts, such as `load_subnets("subnets_8791247")`.
    holders : Holders
        Those whose pay is followed, such as in the subnet that `middle_subnet` names.
    days : int
        Length of each run, 1 to `MAX_LEDGER_DAYS`; the row is of its last day.

    Returns
    -------
    pandas.DataFrame
        By era: first_date, `changed` (the fields that differ from the era before), top_8 and
        smallest_half (shares of new TAO), root_holder, nominator, miner and subnet_owner (pay of
        each, TAO a day after the sale), `root_paid_in` ("TAO" or "alpha"), root, nominators,
        miners and owner (pay of all of a role, TAO a day at the pools' prices, no sale),
        `not_known` (why numbers are missing, "" where none is) and `unproven`, a tuple of marks.
        Shares and pay are nan where the rule goes by a flow that is not known, shares also where
        no subnet gets new TAO.

    Raises
    ------
    ValueError
        For a subnet that is none, no miners, or a holder who has more than there is.

    Notes
    -----
    Where rules differ only in what the pools do, pay differs by the prices that follow: each
    subnet mints the same alpha under all of them.
    """
    days = whole("days", days, at_least=1, at_most=MAX_LEDGER_DAYS)
    holders = _check(pools, holders)
    rows = []
    before: Rules | None = None
    for rules in eras():
        if rules.subnet_shares in SHARES:
            row = {"era": rules.name, "first_date": rules.first_date}
            row["changed"] = _changed(before, rules)
            missing = _not_known(rules, pools)
            if missing:
                row |= dict.fromkeys((*PARTS, *HOLDERS, *ROLES), np.nan)
            else:
                row |= _last_day(rules, snapshot, scenario, pools, holders, days)
            row["root_paid_in"] = _root_paid_in(rules)
            row["not_known"] = missing
            row["unproven"] = unproven(rules)
            rows.append(row)
        before = rules
    columns = ("era", "first_date", "changed", *PARTS, *HOLDERS, "root_paid_in", *ROLES)
    return pd.DataFrame(rows, columns=[*columns, "not_known", "unproven"]).set_index("era")


def _check(pools: Subnets, holders: Holders) -> Holders:
    if holders.subnet not in pools.name:
        raise ValueError(unknown("subnet", holders.subnet, pools.name))
    k = pools.name.index(holders.subnet)
    worth = spot_price(_pool(pools, k)) * float(pools.outstanding_alpha[k])
    return holders._replace(
        miners=whole("miners", holders.miners, at_least=1),
        root_tao=real("root_tao", holders.root_tao, f"[0, {pools.root_tao}]"),
        stake_tao=real("stake_tao", holders.stake_tao, f"[0, {worth}]"),
    )


def _pool(state: Subnets | SubnetPath, k: int, day: int | None = None) -> Pool:
    """Pool k of a start, or of a day of a run."""
    fields = (state.reserve_tao, state.reserve_alpha, state.tao_weight)
    tao, alpha, weight = (values[k] if day is None else values[day, k] for values in fields)
    return Pool(reserve_tao=float(tao), reserve_alpha=float(alpha), tao_weight=float(weight))


def _not_known(rules: Rules, pools: Subnets) -> str:
    missing = any(np.isnan(getattr(pools, flow)).any() for flow in flows_read(rules))
    return "flow of subnets" if missing else ""


def _root_paid_in(rules: Rules) -> str:
    return "TAO" if rules.root_dividends == "sold_each_block" else "alpha"


@typed
def middle_subnet(pools: Subnets) -> str:
    """The subnet in the middle by TAO in its pool, of those that may get new TAO.

    Parameters
    ----------
    pools : Subnets
        Those count that have started, whose emission is on and whose miners are paid at all.

    Returns
    -------
    str
        Its name; of an even number the smaller of the two in the middle.

    Raises
    ------
    ValueError
        Where none counts.
    """
    counts = np.flatnonzero(pools.started & pools.emission_on & (pools.burned_share < 1))
    if not len(counts):
        raise ValueError("pools must hold a subnet that may get new TAO, got none")
    order = counts[np.argsort(pools.reserve_tao[counts], kind="stable")]
    return pools.name[order[(len(order) - 1) // 2]]


def _changed(before: Rules | None, now: Rules) -> str:
    """The fields of rules that differ, in words."""
    names = [field.name for field in dataclasses.fields(Rules) if field.name not in ABOUT]
    return ", ".join(n for n in names if before is None or getattr(before, n) != getattr(now, n))


def _last_day(
    rules: Rules,
    snapshot: Snapshot,
    scenario: Scenario,
    pools: Subnets,
    holders: Holders,
    days: int,
) -> dict[str, float]:
    """Shares of new TAO and pay on the last day of a run."""
    path = run_subnets(rules, scenario, pools, days=days, every_days=days)
    share = path.share[-1]
    smallest = np.sort(share)[: len(share) // 2].sum()
    alpha = _alpha_per_day(rules, snapshot, scenario, pools, path)
    price = path.price_tao[-1]
    paid = {role: float(alpha[role] @ price) for role in ROLES}
    paid_out = share.sum() > 0  # else no subnet gets new TAO, and shares of it are not known
    shares = {
        "top_8": top_share(share, count=8) if paid_out else np.nan,
        "smallest_half": smallest if paid_out else np.nan,
    }
    return shares | _holders_pay(rules, pools, holders, path, alpha) | paid


def _holders_pay(
    rules: Rules, pools: Subnets, holders: Holders, path: SubnetPath, alpha: dict[str, np.ndarray]
) -> dict[str, float]:
    """TAO that each holder's alpha of the last day brings when it is sold into the pools."""
    k = pools.name.index(holders.subnet)
    staked = holders.stake_tao / spot_price(_pool(pools, k)) / pools.outstanding_alpha[k]
    of_root = holders.root_tao / pools.root_tao if pools.root_tao else 0.0
    in_subnet = {
        "nominator": alpha["nominators"][k] * staked,
        "miner": alpha["miners"][k] / holders.miners,
        "subnet_owner": alpha["owner"][k],
    }
    fee = float(rules.swap_fee)

    def sold(at: int, amount: float) -> float:
        return swap(_pool(path, at, -1), alpha_in=float(amount), fee=fee)[1]

    root = [sold(at, of_root * got) for at, got in enumerate(alpha["root"]) if got]
    return {"root_holder": sum(root)} | {name: sold(k, got) for name, got in in_subnet.items()}


def _alpha_per_day(
    rules: Rules, snapshot: Snapshot, scenario: Scenario, pools: Subnets, path: SubnetPath
) -> dict[str, np.ndarray]:
    """What all of each role are paid on the last day: alpha of each subnet, (n,)."""
    issued = path.reserve_alpha[-1] + path.outstanding_alpha[-1]
    part = np.atleast_1d(root_proportion(rules, path.root_rao[-1] / RAO_PER_TAO, issued))
    root_paid = bool(path.price_ema_tao[-1].sum() > 1)
    total = {role: np.zeros(len(pools.name)) for role in ROLES}
    for i in np.flatnonzero(pools.started):
        subnet = SubnetTerms(
            owned=bool(pools.owner_cut_on[i]),
            alpha_issuance=float(issued[i]),
            alpha_price_tao=float(path.price_tao[-1][i]),
            root_proportion=float(part[i]),
            root_paid=root_paid or rules.root_dividends == "sold_each_block",
            withheld_share=float(pools.burned_share[i]),
        )
        alpha = reward_split(rules, snapshot, scenario, subnet).token_per_day
        for role in ROLES:
            total[role][i] = getattr(alpha, role)
    return total
