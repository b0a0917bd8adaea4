"""What the pools answer: where new TAO goes, what selling costs, and what halvings, exits and
manipulation do.

Each question is one or two runs of `run_subnets` on the same start and a table of the difference.

**Ref:** Maymin, Common Risk Factors in Decentralized AI Subnets, arXiv:2603.29751, for the size
premium.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd

from ..chain.emission import halving_thresholds_rao
from ..chain.shares import SHARES, emission_shares, root_proportion, unproven
from ..chain.subnets import Subnets, Trade, make_subnets, run_subnets
from ..inputs import data
from ..inputs.checks import real, takes_records, whole
from ..inputs.record import unknown
from ..inputs.rules import Rules, Scenario, eras
from ..inputs.units import BLOCKS_PER_DAY, RAO_PER_TAO, tao
from .stake import gini, top_share

NOBODY_SELLS = {"owners_sold_share": 0.0, "miners_sold_share": 0.0, "stakers_sold_share": 0.0}


def synthetic_subnets(
    n: int = 128,
    *,
    earning: int | None = None,
    price_exponent: float = 0.9,
    middle_price_tao: float = 0.004,
    alpha_per_pool_alpha: float = 1.84,
    root_tao: float = 5.454e6,
    issuance_rao: int = 11_330_335 * RAO_PER_TAO,
) -> Subnets:
    """Subnets whose pools have main net's percentiles (data/pool_percentiles.csv), and prices by a
    law of ours.

    earning : int — the largest pools whose incentive is not all burned; the same part as main net's
      99 of 128
    price_exponent : float — price grows with this power of the pool; 0.9 puts the largest 8 and 16
      near their 53 and
    76 % of new TAO under the gate
    middle_price_tao : float, TAO per alpha — of the middle pool; near 0.004 about a third of new
      TAO is injected, as then
    alpha_per_pool_alpha : float — alpha issued over alpha in the pool: 3.65 M TAO of alpha over
      1.983 M in pools
    root_tao, issuance_rao : TAO on root on 2026-10-08, and issuance on 2026-09-11
    No subnet here is a real one. Names run from the largest, "s1".
    """
    n = whole("n", n, at_least=3)
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


def rules_of_shares() -> dict[str, Rules]:
    """Every rule that has divided TAO among pools, by name, and the two tiers that documentation
    announces.
    """
    found = {}
    for rules in eras():
        if rules.subnet_shares in SHARES:
            found.setdefault(
                rules.subnet_shares + ("" if rules.gate == "none" else f" + gate ({rules.gate})"),
                rules,
            )
    last = next(r for r in eras() if r.gate == "rank")
    return found | {f"{last.subnet_shares} + tiers": replace(last, gate="tiers")}


def compare_rules(pools: Subnets, *, rules: dict[str, Rules] | None = None) -> pd.DataFrame:
    """Where a block's TAO goes under each rule on the same subnets; a rule that gives nothing to
    anyone is left out.

    rules : name → Rules; all there have been if not given
    Returns, by rule: gini, top_8, top_16, top_32, largest (shares), effective subnets (1/Σσ²), and
    the marks.
    """
    rows = {}
    alpha = pools.reserve_alpha + pools.outstanding_alpha
    for name, rule in (rules or rules_of_shares()).items():
        share = emission_shares(
            rule,
            price_ema_tao=pools.price_ema_tao * pools.started,
            flow_ema_tao=pools.flow_ema_tao * pools.started,
            protocol_flow_ema_tao=pools.protocol_flow_ema_tao,
            burned_share=pools.burned_share,
            root_proportion=root_proportion(rule, pools.root_tao, alpha),
            emission_on=pools.emission_on,
        )
        if share.sum() > 0:
            tops = {f"top_{k}": top_share(share, count=k) for k in (8, 16, 32)}
            rows[name] = (
                {"gini": gini(share)}
                | tops
                | {
                    "largest": share.max(),
                    "effective_subnets": 1 / np.sum(share**2),
                    "unproven": "; ".join(unproven(rule)),
                }
            )
    return pd.DataFrame.from_dict(rows, orient="index")


@takes_records
def selling_cost(
    rules: Rules, scenario: Scenario, pools: Subnets, *, days: int = 30
) -> pd.DataFrame:
    """What root's dividends and miners sell, and what that does to prices, against a run in which
    nobody sells.

    Returns, for root alone, miners alone and both: TAO a day taken out of the pools, and the median
    and worst
    price beside the run without selling, as a change.
    """
    days = whole("days", days, at_least=1)
    quiet = replace(scenario, root_claims_per_day=0.0, **NOBODY_SELLS)
    kept = (
        replace(rules, root_dividends="claimed")
        if rules.root_dividends == "sold_each_block"
        else rules
    )
    miners = scenario.miners_sold_share
    runs = {
        "root": (rules, replace(quiet, root_claims_per_day=scenario.root_claims_per_day)),
        "miners": (kept, replace(quiet, miners_sold_share=miners)),
        "both": (rules, replace(scenario, **NOBODY_SELLS | {"miners_sold_share": miners})),
    }
    still = run_subnets(kept, quiet, pools, days=days, every_days=days).price_tao[-1]
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


@takes_records
def halving_effect(
    rules: Rules, scenario: Scenario, pools: Subnets, *, days: int = 30
) -> pd.DataFrame:
    """The growth a day that new TAO gives to small and large pools, before and after a halving of
    the reward.

    Returns, by tercile of TAO in the pool and for "small − large": the mean new TAO a day over the
    pool's TAO and the
    mean log growth of price a day, each at the reward of now and at half of it, and their ratio (0
    where there is none).
    Only subnets that get TAO count.
    """
    days = whole("days", days, at_least=1)
    if rules.schedule != "issuance":
        raise ValueError(
            f"schedule must be 'issuance' to halve, got {rules.schedule!r} in {rules.name!r}"
        )
    ahead = [t for t in halving_thresholds_rao(rules) if t > pools.issuance_rao]
    inflow = []
    growth = []
    for issuance in (
        pools.issuance_rao,
        ahead[0] if ahead else pools.issuance_rao,
    ):  # alpha halves on its own curve
        path = run_subnets(
            rules, scenario, pools._replace(issuance_rao=issuance), days=days, every_days=days
        )
        inflow.append((path.injected_tao[-1] + path.bought_tao[-1]) / days / path.reserve_tao[0])
        if not path.price_tao[[0, -1]].all():
            dry = pools.name[int((path.price_tao[[0, -1]] == 0).any(axis=0).argmax())]
            raise ValueError(
                f"pools must have a price at the start and at the end, got none for {dry!r}"
            )
        growth.append(np.log(path.price_tao[-1] / path.price_tao[0]) / days)
    order = np.argsort(pools.reserve_tao)
    order = order[inflow[0][order] > 0]
    groups = dict(zip(("small", "middle", "large"), np.array_split(order, 3), strict=True))
    rows = {
        name: [np.mean(v[at]) if len(at) else 0.0 for v in (*inflow, *growth)]
        for name, at in groups.items()
    }
    table = pd.DataFrame.from_dict(
        rows, orient="index", columns=["inflow", "inflow_halved", "growth", "growth_halved"]
    )
    table.loc["small − large"] = table.loc["small"] - table.loc["large"]
    for kind in ("inflow", "growth"):
        table[f"{kind}_ratio"] = np.divide(
            table[f"{kind}_halved"], table[kind].where(table[kind] != 0, np.inf)
        )
    return table


@takes_records
def exit_replay(
    rules: Rules,
    scenario: Scenario,
    pools: Subnets,
    *,
    leaving,
    tao_out: float = 37_000.0,
    days: int = 30,
) -> pd.DataFrame:
    """Some owners sell out of their own subnets in one block, as three did in April 2026 with about
    37,000 TAO.

    leaving : names of subnets;  tao_out : float, TAO — wanted in all, from each in proportion to
      its pool; alpha is sold
    up to what is outside the pool
    Returns, by subnet and for all others: TAO got, price just before, at the end of that day and of
    the run, and
    the share of new TAO before and at the end.
    Raises ValueError where more than a billion alpha would have to be sold, the most of a trade.
    """
    days = whole("days", days, at_least=1)
    leaving = list(leaving)
    for name in leaving:
        if name not in pools.name:
            raise ValueError(unknown("subnet", name, pools.name))
    if not leaving:
        raise ValueError(f"leaving must name a subnet, got {leaving}")
    at = [pools.name.index(name) for name in leaving]
    reserve = pools.reserve_tao[at]
    wanted = real("tao_out", tao_out, f"[0, {float(reserve.sum()) * 0.999}]") / reserve.sum()
    power = pools.tao_weight[at] / (1 - pools.tao_weight[at])
    alpha = pools.reserve_alpha[at] * ((1 - wanted) ** -power - 1)
    sold = np.minimum(alpha, pools.outstanding_alpha[at])
    path = run_subnets(
        rules,
        scenario,
        pools,
        days=days,
        trades=[Trade(0, name, alpha_in=float(a)) for name, a in zip(leaving, sold, strict=True)],
    )
    got = reserve * (
        1 - (pools.reserve_alpha[at] / (pools.reserve_alpha[at] + sold)) ** (1 / power)
    )
    others = np.setdiff1d(np.arange(len(pools.name)), at)
    before = run_subnets(rules, scenario, pools, days=1).share[-1]
    columns = {
        "price_before": path.price_tao[0],
        "price_next_day": path.price_tao[1],
        "price_at_end": path.price_tao[-1],
        "share_before": before,
        "share_at_end": path.share[-1],
    }
    rows = {
        name: {"tao_got": got[k]} | {c: v[at[k]] for c, v in columns.items()}
        for k, name in enumerate(leaving)
    }
    rest = {
        c: (v[others].sum() if c.startswith("share") else np.median(v[others]))
        for c, v in columns.items()
    }
    return pd.DataFrame.from_dict(rows | {"all others": {"tao_got": 0.0} | rest}, orient="index")


@takes_records
def emission_rates(
    rules: Rules,
    scenario: Scenario,
    pools: Subnets,
    *,
    subnet: str,
    rates=(1.0, 0.5, 0.25),
    days: int = 365,
) -> pd.DataFrame:
    """What if an owner could mint only a part of the subnet's alpha? A proposal, never a rule of
    the chain.

    Returns, by rate: price, alpha issued, its growth over the run, and TAO that miners and stakers
    sold their alpha for.
    """
    if subnet not in pools.name:
        raise ValueError(unknown("subnet", subnet, pools.name))
    at = pools.name.index(subnet)
    rows = {}
    for rate in rates:
        chosen = pools.alpha_rate.copy()
        chosen[at] = real("rates", rate, "[0, 1]")
        path = run_subnets(
            rules,
            scenario,
            pools._replace(alpha_rate=chosen),
            days=whole("days", days, at_least=1),
            every_days=days,
        )
        issued = path.reserve_alpha[:, at] + path.outstanding_alpha[:, at]
        rows[rate] = {
            "price_tao": path.price_tao[-1, at],
            "alpha_issued": issued[-1],
            "alpha_growth": issued[-1] / issued[0] - 1,
            "sold_tao": path.sold_tao[-1, at],
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("rate")


@takes_records
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

    tao_in : float, TAO;  hold_blocks : int — between buying and selling; an hour
    Returns, for shares by the spot price and by the smoothed one: TAO lost in the round trip, the
    new TAO that the
    subnet gets more than without it by the end of that day, and that over the loss. What it
    attracts goes to the pool,
    not to the buyer; smoothing puts it off more than it lowers it.
    Raises ValueError where it would buy more than a billion alpha, the most of a trade.
    """
    if subnet not in pools.name:
        raise ValueError(unknown("subnet", subnet, pools.name))
    at = pools.name.index(subnet)
    hold = whole("hold_blocks", hold_blocks, at_least=1)
    tao_in = real("tao_in", tao_in, "(0, 1e9]")
    days = -(-(hold + 1) // BLOCKS_PER_DAY)
    rows = {}
    fee = float(rules.swap_fee)
    power = pools.tao_weight[at] / (1 - pools.tao_weight[at])
    ratio = pools.reserve_tao[at] / (pools.reserve_tao[at] + tao_in * (1 - fee))
    bought = pools.reserve_alpha[at] * (1 - ratio**power)
    spot = replace(rules, price_ema_rate=Fraction(1), price_ema_warmup_blocks=0)
    quiet = replace(scenario, **NOBODY_SELLS)  # so that only the trader trades
    for name, rule in {"spot": spot, "smoothed": rules}.items():
        plain = run_subnets(rule, quiet, pools, days=days, every_days=days)
        orders = [
            Trade(0, subnet, tao_in=tao_in),
            Trade(hold, subnet, alpha_in=float(bought) * (1 - 1e-9)),
        ]
        moved = run_subnets(rule, quiet, pools, days=days, every_days=days, trades=orders)
        gain = [(p.injected_tao + p.bought_tao)[-1, at] for p in (plain, moved)]
        lost = -tao(moved.users_rao[-1] - plain.users_rao[-1])
        attracted = gain[1] - gain[0]
        rows[name] = {
            "tao_lost": lost,
            "tao_attracted": attracted,
            "attracted_per_tao_lost": attracted / lost if lost else 0.0,
        }
    return pd.DataFrame.from_dict(rows, orient="index")
