"""What each change of rule did, on the same subnets: who got new TAO, and what each role earned."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from ..chain.shares import SHARES, root_proportion, unproven
from ..chain.subnets import SubnetPath, Subnets, run_subnets
from ..economy.rewards import reward_split
from ..economy.roles import SubnetTerms
from ..inputs.checks import takes_records, whole
from ..inputs.rules import Rules, Scenario, Snapshot, eras
from ..inputs.units import RAO_PER_TAO
from .stake import top_share

ROLES = ("root", "nominators", "miners", "owner")
ABOUT = {"name", "title", "chain", "first_block", "first_date", "source", "checked", "confidence"}


@takes_records
def rule_ledger(
    snapshot: Snapshot, scenario: Scenario, pools: Subnets, *, days: int = 30
) -> pd.DataFrame:
    """Every era since subnets have pools, run on the same subnets for some days.

    Parameters
    ----------
    pools : Subnets
        Where every run starts, such as `load_subnets("subnets_8791247")`.
    days : int
        Length of each run, 1 or more; the row is of its last day.

    Returns
    -------
    pandas.DataFrame
        By era: first_date, `changed` (the fields that differ from the era before), top_8 and
        smallest_half (shares of new TAO), root, nominators, miners, owner (pay of all of them, TAO
        a day at the pools' prices) and `unproven`, a tuple of marks. Shares and pay are nan where
        the rule goes by a flow that is not known.

    Notes
    -----
    Where rules differ only in what the pools do, pay differs by the prices that follow: each
    subnet mints the same alpha under all of them.
    """
    days = whole("days", days, at_least=1)
    rows = []
    before: Rules | None = None
    for rules in eras():
        if rules.subnet_shares in SHARES:
            paid = _last_day(rules, snapshot, scenario, pools, days)
            row = {"era": rules.name, "first_date": rules.first_date}
            rows.append(
                row | {"changed": _changed(before, rules)} | paid | {"unproven": unproven(rules)}
            )
        before = rules
    return pd.DataFrame(rows).set_index("era")


def _changed(before: Rules | None, now: Rules) -> str:
    """The fields of rules that differ, in words."""
    names = [field.name for field in dataclasses.fields(Rules) if field.name not in ABOUT]
    return ", ".join(n for n in names if before is None or getattr(before, n) != getattr(now, n))


def _last_day(
    rules: Rules, snapshot: Snapshot, scenario: Scenario, pools: Subnets, days: int
) -> dict[str, float]:
    """Shares and pay on the last day of a run, all nan where a flow that decides is not known."""
    flow = np.isnan(pools.flow_ema_tao) | np.isnan(pools.protocol_flow_ema_tao)
    if "flow" in rules.subnet_shares and flow.any():
        return dict.fromkeys(("top_8", "smallest_half", *ROLES), np.nan)
    path = run_subnets(rules, scenario, pools, days=days, every_days=days)
    share = path.share[-1]
    pay = _pay(rules, snapshot, scenario, pools, path)
    smallest = np.sort(share)[: len(share) // 2].sum()
    return {"top_8": top_share(share, count=8), "smallest_half": smallest} | pay


def _pay(
    rules: Rules, snapshot: Snapshot, scenario: Scenario, pools: Subnets, path: SubnetPath
) -> dict[str, float]:
    """What all of each role are paid in a day, TAO at the pools' prices."""
    alpha = path.reserve_alpha[-1] + path.outstanding_alpha[-1]
    part = np.atleast_1d(root_proportion(rules, path.root_rao[-1] / RAO_PER_TAO, alpha))
    root_paid = bool(path.price_ema_tao[-1].sum() > 1)
    total = dict.fromkeys(ROLES, 0.0)
    for i in np.flatnonzero(pools.started):
        subnet = SubnetTerms(
            owned=bool(pools.owner_cut_on[i]),
            alpha_issuance=float(alpha[i]),
            alpha_price_tao=float(path.price_tao[-1][i]),
            root_proportion=float(part[i]),
            root_paid=root_paid or rules.root_dividends == "sold_each_block",
            withheld_share=float(pools.burned_share[i]),
        )
        split = reward_split(rules, snapshot, scenario, subnet)
        for role in ROLES:
            total[role] += getattr(split.tao_per_day, role)
    return total
