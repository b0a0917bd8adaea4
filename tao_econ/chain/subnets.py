"""Many subnets block by block: pools, smoothed prices, emission, and who sells what to whom.

`run_subnets` keeps the state in whole rao while it runs (subnet_kernels.py) and samples it once a
day in floating TAO.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..inputs.checkpoint import Checkpoint
from ..inputs.checks import as_array, quoted, real, reals, whole, whole_array
from ..inputs.door import typed
from ..inputs.progress import shown
from ..inputs.proofs import Mark
from ..inputs.record import unknown
from ..inputs.rules import Rules, Scenario, epoch_blocks
from ..inputs.units import BLOCKS_PER_DAY, RAO_PER_TAO, tao
from . import subnet_kernels as kernels
from ._jit import sources
from .emission import halving_thresholds_rao, reward_after, whole_rao_fits
from .shares import SHARES, gate_of, unproven
from .subnet_kernels import MAX_OF_RESERVE, MAX_WEIGHT, MIN_WEIGHT, RAO, REAL, Law, Orders, State

EXCESS = {
    "injected": kernels.INJECTED,
    "buys_recycled": kernels.RECYCLED,
    "buys_held": kernels.HELD,
    "buys_capped": kernels.CAPPED,
}
CAPS = {
    "alpha_emission": kernels.ALPHA,
    "alpha_or_block_emission": kernels.ALPHA_OR_BLOCK,
    "root_proportion": kernels.ROOT,
}
MAX_SUBNETS = 4_096
MAX_ISSUANCE_RAO = 21_000_000 * RAO_PER_TAO  # the cap
MAX_DAYS = 36_525  # of a run: 100 years, each block of which is walked
FLOWS = ("flow_ema_tao", "protocol_flow_ema_tao")  # of users; of the protocol, for the net flow
SAMPLED_REAL = ("price_tao", "price_ema_tao", "tao_weight", "share")
SAMPLED_RAO = (
    "reserve_tao",
    "reserve_alpha",
    "outstanding_alpha",
    "injected_tao",
    "bought_tao",
    "sold_alpha",
    "sold_tao",
    "root_sold_alpha",
    "root_sold_tao",
)
WRONG = {
    kernels.TOO_LARGE: f"trades must bring at most {MAX_OF_RESERVE:,} times the reserve",
    kernels.TOO_LITTLE: "trades must not take more than there is",
}


class Subnets(NamedTuple):
    """Subnets at one moment; arrays have one value a subnet. Made by `make_subnets`, and checked as
    there by whatever takes them, for `_replace` checks nothing.
    """

    name: tuple[str, ...]
    reserve_tao: np.ndarray
    reserve_alpha: np.ndarray
    outstanding_alpha: np.ndarray  # outside the pool
    tao_weight: np.ndarray
    price_ema_tao: np.ndarray  # 0 for a new subnet
    age_blocks: np.ndarray  # blocks since its first emission
    flow_ema_tao: np.ndarray  # users' net TAO a block, smoothed; nan where not known
    protocol_flow_ema_tao: np.ndarray
    burned_share: np.ndarray  # of miners' incentive, withheld
    alpha_rate: np.ndarray  # of the chain's alpha emission that the subnet mints; 1 on chain
    owner_cut_on: np.ndarray
    emission_on: np.ndarray  # gets TAO
    started: np.ndarray
    issuance_rao: int  # TAO of the whole network
    root_tao: float  # staked on root

    def verified(self) -> Subnets:
        """The same subnets, every field checked."""
        return make_subnets(**self._asdict())


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
    users_rao: np.ndarray  # what users took out of the pools, less what they put in and fees
    unproven: tuple[Mark, ...]  # marks that figures of this run must show


@typed
def make_subnets(
    name: Iterable[str],
    *,
    reserve_tao: ArrayLike,
    reserve_alpha: ArrayLike,
    outstanding_alpha: ArrayLike,
    price_ema_tao: ArrayLike,
    issuance_rao: int,
    root_tao: float,
    tao_weight: ArrayLike = 0.5,
    age_blocks: ArrayLike = 10**7,
    flow_ema_tao: ArrayLike = np.nan,
    protocol_flow_ema_tao: ArrayLike = np.nan,
    burned_share: ArrayLike = 0.0,
    alpha_rate: ArrayLike = 1.0,
    owner_cut_on: ArrayLike = True,
    emission_on: ArrayLike = True,
    started: ArrayLike = True,
) -> Subnets:
    """Subnets from their pools, checked; a single value stands for all of them.

    Parameters
    ----------
    name
        n different names
    outstanding_alpha
        alpha outside the pool. The chain's own counter of it, SubnetAlphaOut, read some 16,800
        alpha a subnet too low for a time (opentensor/subtensor issue 1956)
    price_ema_tao
        TAO per alpha; 0 for a new subnet, whose age is then 0
    flow_ema_tao, protocol_flow_ema_tao
        TAO a block; nan, the default, where it is not known, which rules that go by flow refuse

    Raises
    ------
    TypeError
        for what holds no numbers
    ValueError
        naming the field, the subnet and the value
    """
    name = _names(name)
    most = f"[0, {tao(2**62)}]"
    bounds = {
        "reserve_tao": (reserve_tao, most),
        "reserve_alpha": (reserve_alpha, most),
        "outstanding_alpha": (outstanding_alpha, most),
        "tao_weight": (tao_weight, f"[{MIN_WEIGHT}, {MAX_WEIGHT}]"),
        "price_ema_tao": (price_ema_tao, "[0, inf)"),
        "age_blocks": (age_blocks, "[0, 1e12]"),
        "burned_share": (burned_share, "[0, 1]"),
        "alpha_rate": (alpha_rate, "[0, 1]"),
    }
    given = {field: _each(field, values, name, rule) for field, (values, rule) in bounds.items()}
    flows = {"flow_ema_tao": flow_ema_tao, "protocol_flow_ema_tao": protocol_flow_ema_tao}
    for field, values in flows.items():
        given[field] = _each(field, values, name, "[-1e9, 1e9]", unknown=True)
    switches = {"owner_cut_on": owner_cut_on, "emission_on": emission_on, "started": started}
    for field, values in switches.items():
        on = np.full(len(name), values) if isinstance(values, bool) else values
        given[field] = whole_array(field, on, (len(name),), kind="bool").copy()
    for field in ("reserve_tao", "reserve_alpha"):
        empty = (given[field] == 0) & given["started"]
        if empty.any():
            first = name[int(empty.argmax())]
            raise ValueError(f"{field} must be > 0 in a started subnet, got 0.0 for {first!r}")
    issuance = whole("issuance_rao", issuance_rao, at_most=MAX_ISSUANCE_RAO)
    root = real("root_tao", root_tao, "[0, 21e6]")
    return Subnets(name=name, **given, issuance_rao=issuance, root_tao=root)


def _names(given: Iterable[str]) -> tuple[str, ...]:
    name = tuple(given)
    if len(name) > MAX_SUBNETS:
        raise ValueError(f"name must name at most {MAX_SUBNETS:,} subnets, got {len(name):,}")
    seen = set()
    for one in name:
        if not isinstance(one, str):
            raise TypeError(f"name must hold text, got {quoted(one)} ({type(one).__name__})")
        if one in seen:
            raise ValueError(f"name must be different for every subnet, got {quoted(one)} twice")
        seen.add(one)
    return name


def _each(
    field: str, values: ArrayLike, name: tuple[str, ...], bounds: str, *, unknown: bool = False
) -> np.ndarray:
    """One checked number a subnet, nan only where it may be unknown."""
    array = as_array(field, values)
    if array.ndim == 0:
        array = np.full(len(name), array)
    missing = np.isnan(array) if array.dtype.kind == "f" else np.zeros(array.shape, bool)
    if array.shape == (len(name),) and missing.any() and not unknown:
        first = name[int(missing.argmax())]
        raise ValueError(f"{field} must be known for every subnet, got nan for {first!r}")
    filled = np.where(missing, 0.0, array) if missing.any() else array
    known = reals(field, filled, bounds, ndim=1, shape=(len(name),), each="subnet")
    return np.where(missing, np.nan, known)


@typed
def flows_read(rules: Rules) -> tuple[str, ...]:
    """The flows of `Subnets` that the shares of new TAO go by.

    Parameters
    ----------
    rules : Rules

    Returns
    -------
    tuple[str, ...]
        Names of fields.
    """
    source = SHARES[rules.subnet_shares].source
    if source == kernels.PRICE:
        return ()
    return FLOWS if source == kernels.NET_FLOW else FLOWS[:1]


def _flows_known(rules: Rules, pools: Subnets) -> None:
    """Refuse rules that go by a flow which is not known of every subnet: it is not 0."""
    for field in flows_read(rules):
        missing = np.isnan(getattr(pools, field))
        if missing.any():
            first = pools.name[int(missing.argmax())]
            raise ValueError(
                f"{field} must be known for every subnet under the rules {rules.name!r}, got nan "
                f"for {first!r}"
            )


@typed
def run_subnets(
    rules: Rules,
    scenario: Scenario,
    pools: Subnets,
    *,
    days: int,
    every_days: int = 1,
    trades: Iterable[Trade] = (),
    inflow_tao_per_day: ArrayLike = 0.0,
    rule_changes: Iterable[tuple[int, Rules]] = (),
) -> SubnetPath:
    """Run every block of so many nominal days, 7,200 blocks each, and sample the state.

    `scenario` gives what participants sell of their alpha and how fast root's dividends are
    claimed. Within `inputs.checkpoints` a run that was stopped goes on where it was.

    Parameters
    ----------
    pools
        where they start; not changed
    days
        at most `MAX_DAYS`
    every_days
        sampling step
    trades
        users' trades
    inflow_tao_per_day
        users' net buying, spread over the blocks of a day: one value, (n,) or (days, n), TAO
    rule_changes
        day, and rules that come into force on it

    Raises
    ------
    ValueError
        for rules without pools or by an unknown flow, and for trades that a pool cannot bear,
        naming day and subnet
    """
    days = whole("days", days, at_most=MAX_DAYS)
    every_days = whole("every_days", every_days, at_least=1)
    phases = _phases(rules, rule_changes, days)
    for _, _, now in phases:
        _flows_known(now, pools)
    inflow = _inflow(inflow_tao_per_day, days, len(pools.name))
    orders = _orders(trades, pools.name, days)
    state = _state(pools)
    samples = _samples(days // every_days + 1, len(pools.name))
    _sample(state, 0, samples)
    question = ("run_subnets", sources(), scenario, pools, days, every_days, inflow, orders, phases)
    arrays = (state.rao, state.real, state.total, state.bar, *samples.values())
    kept = Checkpoint(question, days, arrays)
    state.total["level"] = 0  # an index, which the first block finds again: not taken from a file
    for first, last, now in phases:
        law = _law(now, scenario)
        if first >= kept.done:
            _put_in_force(now, pools, state)
        for day in shown(range(max(first, kept.done), last), unit="days"):
            block = day * BLOCKS_PER_DAY
            today = inflow[day if len(inflow) > 1 else 0]
            wrong, i = kernels._run(law, state, orders, today, block, block + BLOCKS_PER_DAY)
            if wrong:
                raise ValueError(f"{WRONG[wrong]}, got more for {pools.name[i]!r} on day {day}")
            if (day + 1) % every_days == 0:
                _sample(state, (day + 1) // every_days, samples)
            kept.keep(day + 1)
    marks = tuple(dict.fromkeys(mark for _, _, now in phases for mark in unproven(now)))
    step_days = np.arange(days // every_days + 1) * every_days
    return SubnetPath(days=step_days, name=pools.name, **samples, unproven=marks)


def _samples(k: int, n: int) -> dict[str, np.ndarray]:
    rows = {name: np.empty((k, n)) for name in SAMPLED_REAL + SAMPLED_RAO}
    return rows | {name: np.empty(k, np.int64) for name in kernels.TOTALS}


def _sample(state: State, k: int, samples: dict[str, np.ndarray]) -> None:
    for name in SAMPLED_REAL:
        samples[name][k] = state.real[getattr(REAL, name)]
    for name in SAMPLED_RAO:
        samples[name][k] = state.rao[getattr(RAO, name)] / RAO_PER_TAO
    for name in kernels.TOTALS:
        samples[name][k] = state.total[name][0]


def _put_in_force(rules: Rules, pools: Subnets, state: State) -> None:
    """What other rules change in a state; the gate's bar and alpha's halvings are found anew."""
    unburned = SHARES[rules.subnet_shares].times_unburned
    state.real[REAL.cut] = np.where(pools.owner_cut_on, float(rules.owner_cut), 0.0)
    state.real[REAL.keep] = 1 - pools.burned_share if unburned else 1.0
    state.bar[0] = -1.0
    state.rao[RAO.next_halving] = 0


def _phases(rules, rule_changes, days) -> list[tuple[int, int, Rules]]:
    """First day, last day and rules of each part of the run, all of them checked."""
    changes = [(whole("rule_changes day", day), now) for day, now in rule_changes]
    parts = [(0, rules), *sorted(changes, key=lambda change: change[0])]
    for _, now in parts:
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
    ends = [day for day, _ in parts[1:]] + [days]
    return [
        (first, min(end, days), now)
        for (first, now), end in zip(parts, ends, strict=True)
        if first < days or first == 0
    ]


def _inflow(given, days, n) -> np.ndarray:
    array = reals("inflow_tao_per_day", given, "[-1e9, 1e9]")
    if array.shape not in ((), (n,), (days, n)):
        raise ValueError(
            f"inflow_tao_per_day must be one value, ({n},) or ({days}, {n}), got shape "
            f"{array.shape}"
        )
    wide = np.broadcast_to(array, (n,)) if array.ndim < 2 else array
    return np.ascontiguousarray(np.atleast_2d(wide) * (RAO_PER_TAO / BLOCKS_PER_DAY))


def _orders(trades, name, days) -> Orders:
    rows = []
    for trade in trades:
        if trade.name not in name:
            raise ValueError(unknown("subnet", trade.name, name))
        tao_in = real(f"tao_in of {trade.name!r}", trade.tao_in, "[0, 1e9]")
        alpha_in = real(f"alpha_in of {trade.name!r}", trade.alpha_in, "[0, 1e9]")
        if tao_in and alpha_in:
            raise ValueError(
                f"tao_in or alpha_in must be 0, one of the two, got {tao_in} and {alpha_in}"
            )
        block = whole("block", trade.block)
        if block >= max(days, 1) * BLOCKS_PER_DAY:
            raise ValueError(f"block must be within the {days} days of the run, got {trade.block}")
        in_rao = (round(tao_in * RAO_PER_TAO), round(alpha_in * RAO_PER_TAO))
        rows.append((block, name.index(trade.name), *in_rao))
    table = np.array(sorted(rows, key=lambda row: row[0]), np.int64).reshape(len(rows), 4)
    block, subnet, tao_in, alpha_in = np.ascontiguousarray(table.T)
    return Orders(block=block, subnet=subnet, tao_in=tao_in, alpha_in=alpha_in)


def _state(pools: Subnets) -> State:
    state = empty_state(pools.emission_on & pools.started)
    rao = state.rao
    real = state.real
    for name in ("reserve_tao", "reserve_alpha", "outstanding_alpha"):
        rao[getattr(RAO, name)] = np.rint(getattr(pools, name) * RAO_PER_TAO).astype(np.int64)
    for name in ("tao_weight", "price_ema_tao", "age_blocks", "burned_share"):
        real[getattr(REAL, name)] = getattr(pools, name)
    real[REAL.rate] = pools.alpha_rate
    real[REAL.live] = pools.started
    flows = (
        (REAL.flow, REAL.flow_now, pools.flow_ema_tao),
        (REAL.own_flow, REAL.own_flow_now, pools.protocol_flow_ema_tao),
    )
    for smoothed, now, values in flows:  # unknown only where no rule asks
        real[smoothed] = real[now] = np.nan_to_num(values) * RAO_PER_TAO
    at_start = zip(pools.reserve_tao, pools.reserve_alpha, pools.tao_weight, strict=True)
    real[REAL.price_tao] = [kernels._price(*pool) for pool in at_start]
    state.total["issuance_rao"] = pools.issuance_rao
    state.total["root_rao"] = round(pools.root_tao * RAO_PER_TAO)
    return state


def empty_state(emission_on: np.ndarray) -> State:
    """A state of zeros, for subnets of which some get TAO: (n,) bool."""
    n = len(emission_on)
    return State(
        rao=np.zeros((len(RAO), n), np.int64),
        real=np.zeros((len(REAL), n)),
        total=np.zeros(1, [(name, np.int64) for name in (*kernels.TOTALS, "level")]),
        on=emission_on,
        bar=np.array([-1.0]),
    )


def _law(rules: Rules, scenario: Scenario) -> Law:
    measure = SHARES[rules.subnet_shares]
    thresholds, rewards = _halving_curve(rules)
    epoch = epoch_blocks(rules)
    return Law(
        thresholds_rao=np.array(thresholds, np.int64),
        rewards_rao=np.array(rewards, np.int64),
        source=measure.source,
        times_root=measure.times_root,
        gate=gate_of(rules),
        cap=CAPS[rules.injection_cap],
        excess=EXCESS[rules.excess_tao],
        weighted=rules.pool == "weighted",
        at_reserves=rules.injection_price == "reserve_ratio",
        root_each_block=rules.root_dividends == "sold_each_block",
        ema_rate=float(rules.price_ema_rate),
        ema_warmup_blocks=float(rules.price_ema_warmup_blocks),
        flow_rate=float(rules.flow_ema_rate),
        fee=float(rules.swap_fee),
        root_weight=float(rules.root_weight),
        epoch_blocks=epoch,
        root_claimed=1 - (1 - scenario.root_claims_per_day) ** (epoch / BLOCKS_PER_DAY),
        miners_sell=scenario.miners_sold_share,
        stakers_sell=scenario.stakers_sold_share,
        owners_sell=scenario.owners_sold_share,
    )


def _halving_curve(rules: Rules) -> tuple[list[int], list[int]]:
    if rules.schedule == "constant":
        return [0], [rules.block_reward_rao]
    thresholds = halving_thresholds_rao(rules)
    in_rao = replace(rules, whole_rao=True)
    return thresholds, [int(reward_after(in_rao, k)) for k in range(len(thresholds))]
