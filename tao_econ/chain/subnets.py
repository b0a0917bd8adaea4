"""Many subnets block by block: pools, smoothed prices, emission, and who sells what to whom.

`run_subnets` keeps the state in whole rao while it runs (coinbase.py) and samples it once a day in
floating TAO.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..inputs.checks import real, whole
from ..inputs.record import unknown
from ..inputs.rules import Rules, Scenario
from ..inputs.units import BLOCKS_PER_DAY, RAO_PER_TAO, tao
from . import subnet_kernels as cb
from . import subnet_state as ss
from ._jit import float_kernel
from .emission import halving_thresholds_rao, reward_after, whole_rao_fits
from .pools import MAX_WEIGHT, MIN_WEIGHT, MOST_OF_RESERVE
from .shares import GATES, SHARES, Mark, column, flags, in_bounds, unproven

EXCESS = {
    "injected": ss.INJECTED,
    "buys_recycled": ss.RECYCLED,
    "buys_held": ss.HELD,
    "buys_capped": ss.CAPPED,
}
CAPS = {
    "alpha_emission": ss.ALPHA,
    "alpha_or_block_emission": ss.ALPHA_OR_BLOCK,
    "root_proportion": ss.ROOT,
}
SAMPLED_REAL = (ss.SPOT, ss.EMA, ss.WEIGHT, ss.SHARE)
SAMPLED_WHOLE = (
    ss.TAO,
    ss.ALPHA_IN_POOL,
    ss.OUTSTANDING,
    ss.INJECTED_TAO,
    ss.BOUGHT_TAO,
    ss.SOLD_ALPHA,
    ss.SOLD_TAO,
    ss.ROOT_SOLD_ALPHA,
    ss.ROOT_SOLD_TAO,
)
TOO_LARGE, TOO_LITTLE = 1, 2


class Subnets(NamedTuple):
    """Subnets at one moment; arrays have one value a subnet. Made and checked by `make_subnets`."""

    name: tuple[str, ...]
    reserve_tao: np.ndarray
    reserve_alpha: np.ndarray
    outstanding_alpha: np.ndarray  # outside the pool
    tao_weight: np.ndarray
    price_ema_tao: np.ndarray  # 0 for a new subnet
    age_blocks: np.ndarray  # blocks since its first emission
    flow_ema_tao: np.ndarray  # users' net TAO a block, smoothed
    protocol_flow_ema_tao: np.ndarray
    burned_share: np.ndarray  # of miners' incentive, withheld
    alpha_rate: np.ndarray  # of the chain's alpha emission that the subnet mints; 1 on chain
    owner_cut_on: np.ndarray
    emission_on: np.ndarray  # gets TAO
    started: np.ndarray
    issuance_rao: int  # TAO of the whole network
    root_tao: float  # staked on root


class Trade(NamedTuple):
    """A user's trade, after the coinbase of a block: TAO in buys alpha, alpha in sells it."""

    block: int  # from the start of the run
    name: str
    tao_in: float = 0.0
    alpha_in: float = 0.0


class SubnetPath(NamedTuple):
    """A run, sampled at equal steps: (k,) days, (k, n) for subnets, (k,) rao for the network
    since the start.
    """

    days: np.ndarray
    name: tuple[str, ...]
    price_tao: np.ndarray  # TAO per alpha
    price_ema_tao: np.ndarray
    tao_weight: np.ndarray
    share: np.ndarray  # of the last block's TAO
    reserve_tao: np.ndarray
    reserve_alpha: np.ndarray
    outstanding_alpha: np.ndarray
    injected_tao: np.ndarray  # this and the next six since the start
    bought_tao: np.ndarray  # chain buys
    sold_alpha: np.ndarray  # by miners and stakers, of what they were paid
    sold_tao: np.ndarray
    root_sold_alpha: np.ndarray  # dividends of root
    root_sold_tao: np.ndarray
    issuance_rao: np.ndarray
    root_rao: np.ndarray  # TAO on root
    minted_rao: np.ndarray
    injected_rao: np.ndarray
    bought_rao: np.ndarray
    recycled_rao: np.ndarray
    fees_rao: np.ndarray
    users_rao: (
        np.ndarray
    )  # what users took out of the pools, less what they put in and paid in fees
    unproven: tuple[Mark, ...]  # marks that figures of this run must show


def make_subnets(
    name,
    *,
    reserve_tao,
    reserve_alpha,
    outstanding_alpha,
    price_ema_tao,
    issuance_rao: int,
    root_tao: float,
    tao_weight=0.5,
    age_blocks=10**7,
    flow_ema_tao=0.0,
    protocol_flow_ema_tao=0.0,
    burned_share=0.0,
    alpha_rate=1.0,
    owner_cut_on=True,
    emission_on=True,
    started=True,
) -> Subnets:
    """Subnets from their pools, checked; a single value stands for all of them.

    name : n different names      price_ema_tao : TAO per alpha; 0 for a new subnet, whose age is
      then 0
    Raises ValueError naming the field, the subnet and the value; TypeError for what holds no
    numbers.
    """
    name = tuple(name)
    for one in name:
        if not isinstance(one, str):
            raise TypeError(f"name must hold text, got {one!r} ({type(one).__name__})")
        if name.count(one) > 1:
            raise ValueError(f"name must be different for every subnet, got {one!r} twice")
    n = len(name)
    most = tao(2**62)
    bounds = {
        "reserve_tao": (reserve_tao, 0, most),
        "reserve_alpha": (reserve_alpha, 0, most),
        "outstanding_alpha": (outstanding_alpha, 0, most),
        "tao_weight": (tao_weight, MIN_WEIGHT, MAX_WEIGHT),
        "price_ema_tao": (price_ema_tao, 0, math.inf),
        "age_blocks": (age_blocks, 0, 1e12),
        "flow_ema_tao": (flow_ema_tao, -1e9, 1e9),
        "protocol_flow_ema_tao": (protocol_flow_ema_tao, -1e9, 1e9),
        "burned_share": (burned_share, 0, 1),
        "alpha_rate": (alpha_rate, 0, 1),
    }
    given = {
        field: _each(field, values, name, low, high)
        for field, (values, low, high) in bounds.items()
    }
    switches = {"owner_cut_on": owner_cut_on, "emission_on": emission_on, "started": started}
    given |= {
        k: flags(k, np.full(n, v) if isinstance(v, bool) else v, n) for k, v in switches.items()
    }
    for field in ("reserve_tao", "reserve_alpha"):
        empty = (given[field] == 0) & given["started"]
        if empty.any():
            raise ValueError(
                f"{field} must be > 0 in a started subnet, got 0.0 for "
                f"{name[int(empty.argmax())]!r}"
            )
    whole("issuance_rao", issuance_rao)
    return Subnets(
        name=name,
        **given,
        issuance_rao=int(issuance_rao),
        root_tao=real("root_tao", root_tao, "[0, 21e6]"),
    )


def _each(field, values, name, low, high) -> np.ndarray:
    array = np.asarray(values)
    if array.ndim == 0 and array.dtype.kind in "fiu":
        array = np.full(len(name), float(array))
    if array.dtype.kind == "f" and array.shape == (len(name),) and np.isnan(array).any():
        raise ValueError(
            f"{field} must be known for every subnet, got nan for "
            f"{name[int(np.isnan(array).argmax())]!r}"
        )
    array = column(field, array, len(name))
    in_bounds(field, array, low, high)
    return array


def run_subnets(
    rules: Rules,
    scenario: Scenario,
    pools: Subnets,
    *,
    days: int,
    every_days: int = 1,
    trades=(),
    inflow_tao_per_day=0.0,
    rule_changes=(),
    burns_withheld: bool = True,
) -> SubnetPath:
    """Run every block of so many nominal days, 7,200 blocks each, and sample the state.

    pools : Subnets — where they start; not changed
    trades : Trade, … — users' trades;  inflow_tao_per_day : one value, (n,) or (days, n), TAO —
      users' net buying,
    spread over the blocks of a day
    rule_changes : (day, Rules), … — rules that come into force later in the run
    burns_withheld : miners' incentive that is withheld is burned, not recycled
    `scenario` gives what participants sell of their alpha and how fast root's dividends are
    claimed.
    Raises ValueError for rules without pools, and for trades that a pool cannot bear, naming day
    and subnet.
    """
    days, every_days = whole("days", days), whole("every_days", every_days, at_least=1)
    phases = _phases(rules, rule_changes, days)
    inflow = _inflow(inflow_tao_per_day, days, len(pools.name))
    orders = _orders(trades, pools.name, days)
    state = _state(pools)
    k = days // every_days + 1
    real = np.empty((len(SAMPLED_REAL) + len(SAMPLED_WHOLE), k, len(pools.name)))
    totals = np.empty((8, k), np.int64)
    for at, (first, last, now) in enumerate(phases):
        law, thresholds, rewards = _law(now, scenario, burns_withheld)
        state.real[ss.CUT] = np.where(pools.owner_cut_on, float(now.owner_cut), 0.0)
        state.real[ss.KEEP] = (
            1 - pools.burned_share if SHARES[now.subnet_shares].times_unburned else 1.0
        )
        state.bar[0], state.whole[ss.NEXT_HALVING] = -1.0, 0  # both are found anew
        wrong, day, i = _run(
            law,
            state,
            thresholds,
            rewards,
            first,
            last,
            every_days,
            inflow,
            *orders,
            at == 0,
            real,
            totals,
        )
        if wrong == TOO_LARGE:
            raise ValueError(
                f"trades must bring at most {MOST_OF_RESERVE:,} times the reserve, "
                f"got more for {pools.name[i]!r} on day {day}"
            )
        if wrong == TOO_LITTLE:
            raise ValueError(
                f"trades must not take more than there is, got more for {pools.name[i]!r} on day "
                f"{day}"
            )
    marks = tuple(dict.fromkeys(mark for _, _, now in phases for mark in unproven(now)))
    return SubnetPath(np.arange(k) * every_days, pools.name, *real, *totals, marks)


def _phases(rules, rule_changes, days):
    changes = sorted(
        ((whole("rule_changes day", day), now) for day, now in rule_changes), key=lambda c: c[0]
    )
    for _, now in [(0, rules), *changes]:
        whole_rao_fits(now)
        if now.pool == "none":
            raise ValueError(
                f"rules must have pools, which those of {now.name!r} do not: pool is {now.pool!r}"
            )
        if now.subnet_shares not in SHARES:
            raise ValueError(unknown("subnet_shares", now.subnet_shares, SHARES))
        if now.schedule == "block":
            raise ValueError(
                "schedule must be 'issuance' or 'constant' where there are pools, got "
                f"{now.schedule!r}"
            )
    ends = [day for day, _ in changes] + [days]
    starts = [0] + [day for day, _ in changes]
    return [
        (a, min(b, days), now)
        for a, b, now in zip(starts, ends, [rules, *(r for _, r in changes)], strict=True)
        if a < days or a == 0
    ]


def _inflow(given, days, n) -> np.ndarray:
    array = np.asarray(given)
    if array.dtype.kind not in "fiu":
        raise TypeError(f"inflow_tao_per_day must hold numbers, got {array.dtype}")
    if array.shape not in ((), (n,), (days, n)):
        raise ValueError(
            f"inflow_tao_per_day must be one value, ({n},) or ({days}, {n}), got shape "
            f"{array.shape}"
        )
    in_bounds("inflow_tao_per_day", array.astype(float), -1e9, 1e9)
    wide = np.broadcast_to(array, (n,)) if array.ndim < 2 else array
    return np.ascontiguousarray(np.atleast_2d(wide) * (RAO_PER_TAO / BLOCKS_PER_DAY), dtype=float)


def _orders(trades, name, days):
    """Trades as arrays sorted by block: block, subnet, rao of TAO in, rao of alpha in."""
    rows = []
    for trade in trades:
        if trade.name not in name:
            raise ValueError(unknown("subnet", trade.name, name))
        amounts = [
            real(f"{field} of {trade.name!r}", getattr(trade, field), "[0, 1e9]")
            for field in ("tao_in", "alpha_in")
        ]
        if all(amounts):
            raise ValueError(
                f"tao_in or alpha_in must be 0, one of the two, got {amounts[0]} and {amounts[1]}"
            )
        if whole("block", trade.block) >= max(days, 1) * BLOCKS_PER_DAY:
            raise ValueError(f"block must be within the {days} days of the run, got {trade.block}")
        rows.append(
            (trade.block, name.index(trade.name), *(round(a * RAO_PER_TAO) for a in amounts))
        )
    table = np.array(sorted(rows, key=lambda r: r[0]), np.int64).reshape(len(rows), 4)
    return tuple(np.ascontiguousarray(table[:, c]) for c in range(4))


def _state(pools: Subnets) -> ss.State:
    n = len(pools.name)
    amounts, real = np.zeros((ss.WHOLE_ROWS, n), np.int64), np.zeros((ss.REAL_ROWS, n))
    for row, values in (
        (ss.TAO, pools.reserve_tao),
        (ss.ALPHA_IN_POOL, pools.reserve_alpha),
        (ss.OUTSTANDING, pools.outstanding_alpha),
    ):
        amounts[row] = np.rint(values * RAO_PER_TAO).astype(np.int64)
    for row, values in (
        (ss.WEIGHT, pools.tao_weight),
        (ss.EMA, pools.price_ema_tao),
        (ss.AGE, pools.age_blocks),
        (ss.BURNED_SHARE, pools.burned_share),
        (ss.RATE, pools.alpha_rate),
        (ss.LIVE, pools.started),
    ):
        real[row] = values
    real[ss.FLOW], real[ss.OWN_FLOW] = (
        pools.flow_ema_tao * RAO_PER_TAO,
        pools.protocol_flow_ema_tao * RAO_PER_TAO,
    )
    real[ss.FLOW_NOW], real[ss.OWN_NOW] = real[ss.FLOW], real[ss.OWN_FLOW]
    safe = np.where(pools.reserve_alpha > 0, pools.reserve_alpha, 1.0)
    real[ss.SPOT] = (
        (1 - pools.tao_weight)
        * pools.reserve_tao
        / (pools.tao_weight * safe)
        * (pools.reserve_alpha > 0)
    )
    total = np.zeros(ss.TOTALS, np.int64)
    total[ss.ISSUANCE], total[ss.ROOT_TAO] = pools.issuance_rao, round(pools.root_tao * RAO_PER_TAO)
    return ss.State(amounts, real, total, pools.emission_on & pools.started, np.array([-1.0]))


def _law(rules: Rules, scenario: Scenario, burns: bool):
    measure = SHARES[rules.subnet_shares]
    claimed = 1 - (1 - scenario.root_claims_per_day) ** (rules.tempo / BLOCKS_PER_DAY)
    law = ss.Law(
        measure.source,
        measure.times_root,
        GATES[rules.gate],
        rules.gate_exponent,
        rules.gate_rank,
        float(rules.gate_quantile),
        rules.gate_refresh_blocks,
        CAPS[rules.injection_cap],
        EXCESS[rules.excess_tao],
        rules.pool == "weighted",
        rules.root_dividends == "sold_each_block",
        float(rules.price_ema_rate),
        float(rules.price_ema_warmup_blocks),
        float(rules.flow_ema_rate),
        float(rules.swap_fee),
        float(rules.root_weight),
        rules.tempo,
        claimed,
        scenario.miners_sold_share,
        scenario.stakers_sold_share,
        scenario.owners_sold_share,
        burns,
    )
    if rules.schedule == "constant":
        return law, np.zeros(1, np.int64), np.array([rules.block_reward_rao], np.int64)
    thresholds = halving_thresholds_rao(rules)
    rewards = [int(reward_after(replace(rules, whole_rao=True), k)) for k in range(len(thresholds))]
    return law, np.array(thresholds, np.int64), np.array(rewards, np.int64)


@float_kernel
def _run(
    law,
    state,
    thresholds,
    rewards,
    first,
    last,
    every_days,
    inflow,
    at_block,
    at_subnet,
    tao_in,
    alpha_in,
    sample,
    real,
    totals,
):
    """Days first … last − 1; fills the samples. Returns (0, 0, 0), or what is wrong, its day and
    subnet.
    """
    order = np.searchsorted(at_block, first * BLOCKS_PER_DAY)
    if sample:
        _sample(state, 0, real, totals)
    for day in range(first, last):
        today = inflow[day if len(inflow) > 1 else 0]
        moving = False
        for i in range(len(today)):
            moving = moving or today[i] != 0
        for block in range(day * BLOCKS_PER_DAY, (day + 1) * BLOCKS_PER_DAY):
            cb._block(law, state, thresholds, rewards, block)
            if moving:
                for i in range(len(today)):
                    if today[i] != 0 and not _flow(law, state, i, today[i]):
                        return TOO_LITTLE, day, i
            while order < len(at_block) and at_block[order] == block:
                wrong = _order(law, state, at_subnet[order], tao_in[order], alpha_in[order])
                if wrong:
                    return wrong, day, at_subnet[order]
                order += 1
        if (day + 1) % every_days == 0:
            _sample(state, (day + 1) // every_days, real, totals)
    return 0, 0, 0


@float_kernel
def _order(law, state, i, tao_in, alpha_in):
    amounts = state.whole
    if (
        tao_in > MOST_OF_RESERVE * amounts[ss.TAO, i]
        or alpha_in > MOST_OF_RESERVE * amounts[ss.ALPHA_IN_POOL, i]
    ):
        return TOO_LARGE
    if alpha_in > amounts[ss.OUTSTANDING, i] - amounts[ss.PROTOCOL_HELD, i] - amounts[ss.BURNED, i]:
        return TOO_LITTLE
    if tao_in > 0:
        cb._buy(law, state, i, tao_in)
    if alpha_in > 0:
        state.real[ss.FLOW_NOW, i] -= cb._sell(law, state, i, alpha_in, False)
    state.real[ss.SPOT, i] = cb._price(
        float(amounts[ss.TAO, i]), float(amounts[ss.ALPHA_IN_POOL, i]), state.real[ss.WEIGHT, i]
    )
    return 0


@float_kernel
def _flow(law, state, i, tao):
    """Users' flow of one block: TAO in, or the alpha sold that takes so much TAO out. False
    where there is too little.
    """
    if tao > 0:
        return _order(law, state, i, np.int64(tao), np.int64(0)) == 0
    weight, held = state.real[ss.WEIGHT, i], float(state.whole[ss.ALPHA_IN_POOL, i])
    out = -tao / state.whole[ss.TAO, i]
    if not out < 1:
        return False
    alpha = held * ((1 - out) ** (-weight / (1 - weight)) - 1)
    return _order(law, state, i, np.int64(0), np.int64(alpha)) == 0


@float_kernel
def _sample(state, k, real, totals):
    for i in range(len(state.on)):
        for r, row in enumerate(SAMPLED_REAL):
            real[r, k, i] = state.real[row, i]
        for r, row in enumerate(SAMPLED_WHOLE):
            real[len(SAMPLED_REAL) + r, k, i] = state.whole[row, i] / RAO_PER_TAO
    for row in range(8):
        totals[row, k] = state.total[row]
