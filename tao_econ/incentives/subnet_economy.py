"""What the pools answer: where new TAO goes, what selling costs, and what halvings, exits and
manipulation do.

Each question is one or two runs of `run_subnets` on the same start and a table of the difference.

References
----------
Maymin, Common Risk Factors in Decentralized AI Subnets, arXiv:2603.29751, for the size premium.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from ..chain.emission import halving_thresholds_rao
from ..chain.pools import Pool, spot_price, swap, trade_to_price
from ..chain.shares import SHARED, SHARES, emission_shares, root_proportion, unproven
from ..chain.subnet_kernels import PRICE
from ..chain.subnets import (
    MAX_DAYS,
    MAX_SUBNETS,
    Subnets,
    Trade,
    make_subnets,
    run_subnets,
)
from ..inputs import data
from ..inputs.checks import real, whole
from ..inputs.door import typed
from ..inputs.record import unknown
from ..inputs.rules import Rules, Scenario, eras
from ..inputs.units import BLOCKS_PER_DAY, tao
from .stake import gini, top_share

NOBODY_SELLS: dict[str, Any] = {
    "owners_sold_share": 0.0,
    "miners_sold_share": 0.0,
    "stakers_sold_share": 0.0,
}
LOWEST_PRICE = 1e-12  # of the price before: no pool bears a sale that lowers it further


@typed
def synthetic_subnets(
    n: int = 128,
    *,
    earning: int | None = None,
    price_exponent: float = 0.9,
    middle_price_tao: float = 0.004,
    alpha_per_pool_alpha: float = 1.84,
    root_tao: float = 5.454e6,
    issuance_rao: int = 11_502_336_438_000_000,
) -> Subnets:
    """Subnets whose pools have main net's percentiles, and prices by a law of ours.

    Parameters
    ----------
    n : int
        Number of subnets, 3 or more.
    earning : int, optional
        The largest pools whose incentive is not all burned; by default the same part as main
        net's 99 of 128.
    price_exponent : float
        Price grows with this power of the pool, in [0, 3]; 0.9 puts the largest 8 and 16 near
        their 53 and 76 % of new TAO under the gate.
    middle_price_tao : float
        TAO per alpha of the middle pool, in (0, 1]; near 0.004 about a third of new TAO is
        injected, as then.
    alpha_per_pool_alpha : float
        Alpha issued over alpha in the pool, in [1, 1000]: 3.65 M TAO of alpha over 1.983 M in
        pools.
    root_tao : float
        TAO on root, on 2026-10-08.
    issuance_rao : int
        Issuance, rao, on 2026-09-11.

    Returns
    -------
    Subnets
        No subnet here is a real one. Names run from the largest, "s1".

    Notes
    -----
    Percentiles of pools from data/pool_percentiles.csv.
    """
    n = whole("n", n, at_least=3, at_most=MAX_SUBNETS)
    earning = round(n * 99 / 128) if earning is None else whole("earning", earning, at_least=1)
    exponent = real("price_exponent", price_exponent, "[0, 3]")
    issued = real("alpha_per_pool_alpha", alpha_per_pool_alpha, "[1, 1000]")
    table = data.load("pool_percentiles")
    parts = (np.arange(n)[::-1] + 0.5) / n
    reserve = np.exp(np.interp(parts, table["pools_below_share"], np.log(table["reserve_tao"])))
    middle = np.interp(0.5, table["pools_below_share"], table["reserve_tao"])
    price = real("middle_price_tao", middle_price_tao, "(0, 1]") * (reserve / middle) ** exponent
    alpha = reserve / price
    return make_subnets(
        [f"s{i + 1}" for i in range(n)],
        reserve_tao=reserve,
        reserve_alpha=alpha,
        price_ema_tao=price,
        outstanding_alpha=alpha * (issued - 1),
        burned_share=(np.arange(n) >= earning).astype(float),
        issuance_rao=issuance_rao,
        root_tao=root_tao,
    )


@typed
def rules_of_shares() -> dict[tuple[str, str], Rules]:
    """Every rule that has divided TAO among pools, and the two tiers that documentation announces.

    Returns
    -------
    dict
        (`subnet_shares`, `gate`) of the rules → the first Rules that had both.
    """
    found: dict[tuple[str, str], Rules] = {}
    for rules in eras():
        if rules.subnet_shares in SHARES:
            found.setdefault((rules.subnet_shares, rules.gate), rules)
    ranked = next(rules for rules in eras() if rules.gate == "rank")
    return found | {(ranked.subnet_shares, "tiers"): replace(ranked, gate="tiers")}


@typed
def compare_rules(pools: Subnets, *, rules: Iterable[Rules] | None = None) -> pd.DataFrame:
    """Where a block's TAO goes under each rule on the same subnets.

    Parameters
    ----------
    pools : Subnets
        The subnets that share.
    rules : iterable of Rules, optional
        All there have been if not given; without those that go by flow where it is not known.

    Returns
    -------
    pandas.DataFrame
        By (`subnet_shares`, `gate`): gini, top_8, top_16, top_32 and largest (shares),
        effective_subnets (1/Σσ²), and `unproven`, a tuple of marks. A rule that gives nothing to
        anyone is left out.
    """
    rows = []
    alpha = pools.reserve_alpha + pools.outstanding_alpha
    flow = _if_known(pools.flow_ema_tao)
    own_flow = _if_known(pools.protocol_flow_ema_tao)
    for rule in rules_of_shares().values() if rules is None else rules:
        by_flow = "flow" in rule.subnet_shares
        net = rule.subnet_shares == "net_flow_ema"
        if rules is None and (by_flow and flow is None or net and own_flow is None):
            continue
        share = emission_shares(
            rule,
            price_ema_tao=pools.price_ema_tao * pools.started,
            flow_ema_tao=None if flow is None else flow * pools.started,
            protocol_flow_ema_tao=own_flow,
            burned_share=pools.burned_share,
            root_proportion=root_proportion(rule, pools.root_tao, alpha),
            emission_on=pools.emission_on,
        )
        if share.sum() > 0:
            tops = {f"top_{count}": top_share(share, count=count) for count in (8, 16, 32)}
            rows.append(
                {"subnet_shares": rule.subnet_shares, "gate": rule.gate, "gini": gini(share)}
                | tops
                | {
                    "largest": share.max(),
                    "effective_subnets": 1 / np.sum(share**2),
                    "unproven": unproven(rule, SHARED),
                }
            )
    columns = "subnet_shares gate gini top_8 top_16 top_32 largest effective_subnets unproven"
    return pd.DataFrame(rows, columns=columns.split()).set_index(["subnet_shares", "gate"])


def _if_known(values: np.ndarray) -> np.ndarray | None:
    return None if np.isnan(values).any() else values


@typed
def selling_cost(
    rules: Rules, scenario: Scenario, pools: Subnets, *, days: int = 30
) -> pd.DataFrame:
    """What root's dividends and miners sell, and what that does to prices.

    Parameters
    ----------
    rules : Rules
    scenario : Scenario
        How fast root's dividends are claimed, and what part of their alpha miners sell.
    pools : Subnets
        Where the runs start.
    days : int
        Length of a run, 1 or more.

    Returns
    -------
    pandas.DataFrame
        For root alone, miners alone and both: TAO a day taken out of the pools, and the median
        and worst price as a change against a run in which nobody sells.
    """
    days = whole("days", days, at_least=1)
    quiet = replace(scenario, root_claims_per_day=0.0, **NOBODY_SELLS)
    claimed = rules
    if rules.root_dividends == "sold_each_block":
        claimed = replace(rules, root_dividends="claimed")
    miners = scenario.miners_sold_share
    runs = {
        "root": (rules, replace(quiet, root_claims_per_day=scenario.root_claims_per_day)),
        "miners": (claimed, replace(quiet, miners_sold_share=miners)),
        "both": (rules, replace(scenario, **NOBODY_SELLS | {"miners_sold_share": miners})),
    }
    still = run_subnets(claimed, quiet, pools, days=days, every_days=days).price_tao[-1]
    rows = {}
    for name, (rule, assumed) in runs.items():
        path = run_subnets(rule, assumed, pools, days=days, every_days=days)
        change = path.price_tao[-1] / np.where(still > 0, still, 1.0) - 1
        rows[name] = {
            "root_tao_per_day": path.root_sold_tao[-1].sum() / days,
            "miners_tao_per_day": path.sold_tao[-1].sum() / days,
            "median_price_change": np.median(change),
            "worst_price_change": change.min(),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


@typed
def halving_effect(
    rules: Rules, scenario: Scenario, pools: Subnets, *, days: int = 30
) -> pd.DataFrame:
    """The growth a day that new TAO gives to small and large pools, before and after a halving of
    the reward.

    Parameters
    ----------
    rules : Rules
        With a schedule that halves by issuance.
    scenario : Scenario
    pools : Subnets
        Where both runs start.
    days : int
        Length of a run, 1 or more.

    Returns
    -------
    pandas.DataFrame
        By tercile of TAO in the pool and for "small − large": the mean new TAO a day over the
        pool's TAO and the mean log growth of price a day, each at the reward of now and at half
        of it, and their ratio (0 where there is none). Only subnets that get TAO count.

    Raises
    ------
    ValueError
        Where the schedule is another, or a pool has no price at the start or the end.
    """
    days = whole("days", days, at_least=1)
    if rules.schedule != "issuance":
        raise ValueError(
            f"schedule must be 'issuance' to halve, got {rules.schedule!r} in {rules.name!r}"
        )
    ahead = [t for t in halving_thresholds_rao(rules) if t > pools.issuance_rao]
    halved = ahead[0] if ahead else pools.issuance_rao  # alpha halves on its own curve
    inflow, growth = _growth(rules, scenario, pools, days)
    inflow_halved, growth_halved = _growth(
        rules, scenario, pools._replace(issuance_rao=halved), days
    )
    subnets = pd.DataFrame(
        {
            "inflow": inflow,
            "inflow_halved": inflow_halved,
            "growth": growth,
            "growth_halved": growth_halved,
        }
    )
    order = np.argsort(pools.reserve_tao)
    order = order[inflow[order] > 0]
    rows = {
        name: subnets.iloc[members].mean() if len(members) else 0.0 * subnets.iloc[0]
        for name, members in zip(
            ("small", "middle", "large"), np.array_split(order, 3), strict=True
        )
    }
    table = pd.DataFrame(rows).T
    table.loc["small − large"] = table.loc["small"] - table.loc["large"]
    for kind in ("inflow", "growth"):
        table[f"{kind}_ratio"] = np.divide(
            table[f"{kind}_halved"], table[kind].where(table[kind] != 0, np.inf)
        )
    return table


def _growth(rules, scenario, pools, days):
    """New TAO a day over the pool's, and log growth of price a day, of each subnet."""
    path = run_subnets(rules, scenario, pools, days=days, every_days=days)
    first, last = path.price_tao[[0, -1]]
    dry = (first == 0) | (last == 0)
    if dry.any():
        raise ValueError(
            "pools must have a price at the start and at the end, got none for "
            f"{pools.name[int(dry.argmax())]!r}"
        )
    inflow = (path.injected_tao[-1] + path.bought_tao[-1]) / days / path.reserve_tao[0]
    return inflow, np.log(last / first) / days


@typed
def exit_replay(
    rules: Rules,
    scenario: Scenario,
    pools: Subnets,
    *,
    leaving: Iterable[str],
    tao_out: float = 37_000.0,
    days: int = 30,
) -> pd.DataFrame:
    """Some owners sell out of their own subnets in one block, as three did in April 2026.

    Parameters
    ----------
    rules : Rules
    scenario : Scenario
    pools : Subnets
        Where the run starts.
    leaving : iterable of str
        Names of subnets.
    tao_out : float
        TAO wanted in all after the swap's fee, from each in proportion to its pool; about 37,000 in
        April 2026. Alpha is sold up to what is outside the pool.
    days : int
        Length of the run, 1 or more.

    Returns
    -------
    pandas.DataFrame
        By subnet and for all others: TAO got, net of the fee, price (TAO per alpha) just before, at
        the end of that day and of the run, and the share of new TAO before and at the end.

    Raises
    ------
    ValueError
        For a name that is none, and where more than a billion alpha would have to be sold, the
        most of a trade.
    """
    days = whole("days", days, at_least=1)
    leaving = list(leaving)
    positions = [_position(pools, name) for name in leaving]
    if not leaving:
        raise ValueError(f"leaving must name a subnet, got {leaving}")
    reserve = pools.reserve_tao[positions]
    wanted = real("tao_out", tao_out, f"[0, {float(reserve.sum()) * 0.999}]") / reserve.sum()
    own = [_pool(pools, k) for k in positions]
    fee = float(rules.swap_fee)
    sold = [
        min(_alpha_for(pool, wanted) / (1 - fee), float(pools.outstanding_alpha[k]))
        for pool, k in zip(own, positions, strict=True)
    ]
    trades = [Trade(0, name, alpha_in=alpha) for name, alpha in zip(leaving, sold, strict=True)]
    path = run_subnets(rules, scenario, pools, days=days, trades=trades)
    columns = {
        "price_before": path.price_tao[0],
        "price_next_day": path.price_tao[1],
        "price_at_end": path.price_tao[-1],
        "share_before": run_subnets(rules, scenario, pools, days=1).share[-1],
        "share_at_end": path.share[-1],
    }
    table = pd.DataFrame(columns, index=pools.name)
    others = table.drop(leaving)
    rows = table.loc[leaving]
    rows.loc["all others"] = {
        name: others[name].sum() if name.startswith("share") else others[name].median()
        for name in columns
    }
    got = [swap(pool, alpha_in=alpha, fee=fee)[1] for pool, alpha in zip(own, sold, strict=True)]
    rows.insert(0, "tao_got", [*got, 0.0])
    return rows


def _position(pools, name):
    if name not in pools.name:
        raise ValueError(unknown("subnet", name, pools.name))
    return pools.name.index(name)


def _pool(pools, k) -> Pool:
    return Pool(
        reserve_tao=float(pools.reserve_tao[k]),
        reserve_alpha=float(pools.reserve_alpha[k]),
        tao_weight=float(pools.tao_weight[k]),
    )


def _alpha_for(pool, tao_share):
    """Alpha that buys a share of a pool's TAO: the price falls by (1 − share)^(1/(1 − w))."""
    left = max((1 - tao_share) ** (1 / (1 - pool.tao_weight)), LOWEST_PRICE)
    return trade_to_price(pool, spot_price(pool) * left)[1]


@typed
def manipulation(
    rules: Rules,
    scenario: Scenario,
    pools: Subnets,
    *,
    subnet: str,
    tao_in: float,
    hold_blocks: int = 300,
) -> pd.DataFrame:
    """A round trip to lift a subnet's price: buy, hold, sell back; what it costs and what new TAO
    it attracts.

    Parameters
    ----------
    rules : Rules
    scenario : Scenario
    pools : Subnets
        Where the runs start.
    subnet : str
        The name of the subnet.
    tao_in : float
        TAO that buys, in (0, 1e9].
    hold_blocks : int
        Blocks between buying and selling, 1 or more; 300 are an hour.

    Returns
    -------
    pandas.DataFrame
        For shares by the spot price and by the smoothed one: TAO lost in the round trip, the new
        TAO that the subnet gets more than without it by the end of that day, and that over the
        loss.

    Raises
    ------
    ValueError
        Where it would buy more than a billion alpha, the most of a trade, and under rules that
        share new TAO by flow, which no price moves.

    Notes
    -----
    What it attracts goes to the pool, not to the buyer; smoothing puts it off more than it
    lowers it.
    """
    if rules.subnet_shares in SHARES and SHARES[rules.subnet_shares].source != PRICE:
        raise ValueError(
            f"subnet_shares must go by price for a price to attract TAO, got "
            f"{rules.subnet_shares!r} in the rules {rules.name!r}"
        )
    k = _position(pools, subnet)
    hold = whole("hold_blocks", hold_blocks, at_least=1, at_most=MAX_DAYS * BLOCKS_PER_DAY - 1)
    tao_in = real("tao_in", tao_in, "(0, 1e9]")
    days = -(-(hold + 1) // BLOCKS_PER_DAY)
    _, bought = swap(_pool(pools, k), tao_in=tao_in, fee=float(rules.swap_fee))
    orders = [
        Trade(0, subnet, tao_in=tao_in),
        Trade(hold, subnet, alpha_in=bought * (1 - 1e-9)),
    ]
    spot = replace(rules, price_ema_rate=Fraction(1), price_ema_warmup_blocks=0)
    quiet = replace(scenario, **NOBODY_SELLS)  # so that only the trader trades
    rows = {}
    for name, rule in {"spot": spot, "smoothed": rules}.items():
        plain = run_subnets(rule, quiet, pools, days=days, every_days=days)
        moved = run_subnets(rule, quiet, pools, days=days, every_days=days, trades=orders)
        gain = [(path.injected_tao + path.bought_tao)[-1, k] for path in (plain, moved)]
        lost = -tao(moved.users_rao[-1] - plain.users_rao[-1])
        attracted = gain[1] - gain[0]
        rows[name] = {
            "tao_lost": lost,
            "tao_attracted": attracted,
            "attracted_per_tao_lost": attracted / lost if lost else 0.0,
        }
    return pd.DataFrame.from_dict(rows, orient="index")
