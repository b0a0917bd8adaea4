"""Where does new TAO go? Each subnet's share under every rule the chain has had, and the bar for
small ones.

A rule is named by `Rules.subnet_shares` and `Rules.gate`; the same prices can be put through any of
them.

**Chain:** opentensor/subtensor, pallets/subtensor/src/coinbase/subnet_emissions.rs, commit 14bc6f9;
the bar after
the release notes of v440 and a reading of main net (mainnet-2026, one author), its code not seen.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..inputs.checks import real, reals, whole
from ..inputs.record import unknown
from ..inputs.rules import Rules
from ._jit import float_kernel

PRICE_CAP_TAO = 1.0  # the smoothed price never sees a spot price above this
PRICE, FLOW, NET_FLOW = 0, 1, 2
NONE, QUANTILE, RANK, TIERS = 0, 1, 2, 3
TIER, FIRST_TIER = 32, 0.75
ROOT_RHO, ROOT_KAPPA = 10, 32_767 / 65_535


class Measure(NamedTuple):
    """What a rule measures a subnet by."""

    source: int  # PRICE, FLOW or NET_FLOW
    times_root: bool = False  # times root's proportion in the subnet
    times_unburned: bool = False  # times the part of miners' incentive that is not withheld


SHARES = {
    "price_ema": Measure(PRICE),
    "flow_ema": Measure(FLOW),
    "net_flow_ema": Measure(NET_FLOW),
    "price_ema_root_unburned": Measure(PRICE, times_root=True, times_unburned=True),
    "price_ema_unburned": Measure(PRICE, times_unburned=True),
}
GATES = {"none": NONE, "quantile": QUANTILE, "rank": RANK, "tiers": TIERS}

UNPROVEN = {  # field of Rules and its value: why a result that rests on it carries a mark
    (
        "subnet_shares",
        "root_weights",
    ): "per-epoch arithmetic from the 2023 code, not checked against stored shares",
    ("pool", "concentrated"): "concentrated liquidity is taken as a constant product",
    ("gate", "quantile"): "from release notes and one reading of main net; the code was not seen",
    ("gate", "rank"): "from release notes and one reading of main net; the code was not seen",
    ("gate", "tiers"): "from documentation only; never seen in force",
    ("excess_tao", "buys_capped"): "one of several versions of unreleased code",
    ("root_dividends", "baskets"): "baskets are taken as alpha that waits for claims",
    ("name", "cheaper-swaps"): "the subsidy where the sum of prices strays is left out",
    ("name", "after-475"): "what runtime 475 changed is not known",
}


class Mark(NamedTuple):
    """Something unproven that rules rest on."""

    field: str  # of Rules
    value: str
    why: str


def unproven(rules: Rules) -> tuple[Mark, ...]:
    """Which of the rules rest on something unproven, and why; a figure that uses them shows it."""
    marks = [
        Mark(field, value, why)
        for (field, value), why in UNPROVEN.items()
        if getattr(rules, field) == value
    ]
    return tuple(marks)


def emission_shares(
    rules: Rules,
    *,
    price_ema_tao=None,
    root_proportion=None,
    burned_share=None,
    flow_ema_tao=None,
    protocol_flow_ema_tao=None,
    emission_on=None,
    bar: float | None = None,
    flow_power: float = 1.0,
    flow_cutoff_tao: float = 0.0,
) -> np.ndarray:
    """Each subnet's share of a block's TAO under the rules: (n,), summing to 1, or all 0 where
    nothing is positive.

    price_ema_tao : (n,), TAO per alpha — smoothed prices, for the rules that use prices
    flow_ema_tao, protocol_flow_ema_tao : (n,), TAO per block — smoothed user and protocol flow, for
      those of flow
    root_proportion, burned_share : (n,), share — root's part of a subnet; miners' incentive
      withheld (0 if not given)
    emission_on : (n,) bool — all on if not given
    bar : float, share — where the gate's bar stands; found from the shares if not given
    flow_power, flow_cutoff_tao : float — power of the flow, and flow that counts as none (1 and 0
      on chain)
    Raises ValueError for a rule without shares, an input that the rule needs, and lengths that
    differ.
    """
    if rules.subnet_shares not in SHARES:
        raise ValueError(unknown("subnet_shares", rules.subnet_shares, SHARES))
    measure = SHARES[rules.subnet_shares]
    needed = {
        "price_ema_tao": measure.source == PRICE,
        "flow_ema_tao": measure.source != PRICE,
        "protocol_flow_ema_tao": measure.source == NET_FLOW,
        "root_proportion": measure.times_root,
    }
    given = {
        "price_ema_tao": price_ema_tao,
        "flow_ema_tao": flow_ema_tao,
        "root_proportion": root_proportion,
        "protocol_flow_ema_tao": protocol_flow_ema_tao,
        "burned_share": burned_share,
    }
    for name, wanted in needed.items():
        if wanted and given[name] is None:
            raise ValueError(f"{name} must be given for the rule {rules.subnet_shares!r}, got None")
    n = np.size(price_ema_tao if measure.source == PRICE else flow_ema_tao)
    columns = {
        name: np.zeros(n) if value is None else column(name, value, n)
        for name, value in given.items()
    }
    for name in ("root_proportion", "burned_share"):
        in_bounds(name, columns[name], 0, 1)
    in_bounds("price_ema_tao", columns["price_ema_tao"], 0, math.inf)
    on = np.ones(n, bool) if emission_on is None else flags("emission_on", emission_on, n)
    power = real("flow_power", flow_power, "(0, 16]")
    bar = -1.0 if bar is None else real("bar", bar, "[0, 1]")
    share = np.empty(n)
    raw = np.empty(n)
    if measure.source == PRICE:
        raw[:] = columns["price_ema_tao"]
    else:
        flow, cutoff = (
            columns["flow_ema_tao"],
            real("flow_cutoff_tao", flow_cutoff_tao, "(-inf, inf)"),
        )
        if measure.source == FLOW:
            flow = flow - max(cutoff, min(flow.min(), 0.0))
        _flow_measure(
            flow, columns["protocol_flow_ema_tao"], measure.source == NET_FLOW, power, raw
        )
    keep = 1 - columns["burned_share"] if measure.times_unburned else np.ones(n)
    if measure.times_root:
        keep = keep * columns["root_proportion"]
    _shares(
        raw,
        keep,
        on,
        GATES[rules.gate],
        rules.gate_exponent,
        rules.gate_rank,
        float(rules.gate_quantile),
        bar,
        share,
    )
    return share


def root_weight_shares(stake, weights, *, root_netuid: int | None = None) -> np.ndarray:
    """Shares voted by root validators (October 2023 to February 2025): (n,), summing to 1 unless
    root's own is not issued.

    stake : (v,), TAO      weights : (v, n), any scale — a row a validator
    root_netuid : int — column whose share was not issued, set to 0
    **Chain:** root.rs, tree 62b1a70958: rank × 1/(1 + exp(−ρ(trust − κ))), ρ = 10, κ =
    32,767/65,535
    """
    stake, weights = (
        reals("stake", stake, "[0, inf)", ndim=1),
        reals("weights", weights, "[0, inf)", ndim=2),
    )
    if len(weights) != len(stake):
        raise ValueError(
            f"weights must have one row a validator ({len(stake)}), got shape {weights.shape}"
        )
    if not stake.sum():
        return np.zeros(weights.shape[1])
    part = stake / stake.sum()
    sums = weights.sum(axis=1, keepdims=True)
    rows = np.divide(weights, sums, out=np.zeros_like(weights), where=sums > 0)
    rank, trust = (part[:, None] * rows).sum(axis=0), (part[:, None] * (rows > 0)).sum(axis=0)
    score = rank / (1 + np.exp(-ROOT_RHO * (trust - ROOT_KAPPA)))
    share = score / score.sum() if score.sum() else score
    if root_netuid is not None:
        if whole("root_netuid", root_netuid) >= len(share):
            raise ValueError(f"root_netuid must be in [0, {len(share) - 1}], got {root_netuid}")
        share[root_netuid] = 0.0
    return share


def root_proportion(rules: Rules, root_tao: float, alpha_issuance):
    """Root's part of a subnet's stake: ωR/(ωR + A), of a number or an array of alpha; 0 where there
    is neither.

    **Chain:** run_coinbase.rs, `root_proportion`
    """
    real("root_tao", root_tao, "[0, inf)")
    alpha = reals("alpha_issuance", alpha_issuance, "[0, inf)")
    weighted = root_tao * float(rules.root_weight)
    both = weighted + alpha
    part = np.divide(weighted, both, out=np.zeros_like(both), where=both > 0)
    return float(part) if alpha.ndim == 0 else part


def ema_price(start: float, spot: float, *, age_blocks: int, blocks: int, rules: Rules) -> float:
    """The smoothed price of a subnet after so many more blocks at one spot price.

    start, spot : float, TAO per alpha;  age_blocks : int — blocks since its first emission, at the
      start
    **Chain:** coinbase/run_coinbase.rs and stake_utils.rs, `update_moving_price`: a = a₀·n/(n + h)
    """
    real("start", start, "[0, inf)")
    real("spot", spot, "[0, inf)")
    age, blocks = whole("age_blocks", age_blocks), whole("blocks", blocks)
    rate, warmup = float(rules.price_ema_rate), float(rules.price_ema_warmup_blocks)
    return _ema_run(start, min(spot, PRICE_CAP_TAO), rate, warmup, age, blocks)


def gate_kept(share_over_bar, exponent: int = 3):
    """Part of a subnet's share that the bar leaves it before all are scaled to sum to 1: 1/(1 +
    (θ/σ)^h).

    share_over_bar : float or array ≥ 0 — its share σ over the bar's θ; exponent : int ≥ 1 — h
    """
    ratio = reals("share_over_bar", share_over_bar, "[0, inf)")
    below = np.minimum(ratio, 1 / np.maximum(ratio, 1.0)) ** whole(
        "exponent", exponent, at_least=1
    )  # never overflows
    return (np.where(ratio <= 1, below, 1.0) / (1 + below))[()]


def column(name: str, values, n: int) -> np.ndarray:
    """One finite float for each of n subnets, a copy, or one clear line."""
    array = np.asarray(values)
    if array.dtype.kind not in "fiu":
        raise TypeError(f"{name} must hold numbers, got {array.dtype}")
    if array.shape != (n,) or n == 0:
        raise ValueError(f"{name} must have one value a subnet ({n}), got shape {array.shape}")
    array = array.astype(float)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got {array[~np.isfinite(array)][0]}")
    return array


def flags(name: str, values, n: int) -> np.ndarray:
    """One bool for each of n subnets, a copy, or one clear line."""
    array = np.asarray(values)
    if array.dtype != bool:
        raise TypeError(f"{name} must be bool, got {array.dtype}")
    if array.shape != (n,):
        raise ValueError(f"{name} must have one value a subnet ({n}), got shape {array.shape}")
    return array.copy()


def in_bounds(name: str, array: np.ndarray, low: float, high: float) -> None:
    """Refuse an array with a value outside [low, high]."""
    wrong = ~((array >= low) & (array <= high))
    if wrong.any():
        raise ValueError(
            f"{name} must be in [{low:,}, {high:,}], got {np.asarray(array)[wrong].ravel()[0]}"
        )


@float_kernel
def _ema_run(mean, spot, rate, warmup, age, blocks):
    for n in range(age + 1, age + blocks + 1):
        a = rate * n / (n + warmup)
        mean = a * spot + (1 - a) * mean
    return mean


@float_kernel
def _flow_measure(flow, protocol, net, power, out):
    """Flow above zero, to a power. Net: less what the protocol itself put in, scaled down to
    what users did.
    """
    scale = 1.0
    if net:
        users, own = 0.0, 0.0
        for i in range(len(flow)):
            users += max(flow[i], 0.0)
            own += max(protocol[i], 0.0)
        scale = min(1.0, users / own) if own > 0 else 1.0
    for i in range(len(flow)):
        value = flow[i]
        if net:
            value -= protocol[i] * (scale if protocol[i] > 0 else 1.0)
        value = max(value, 0.0)
        out[i] = value if power == 1.0 else value**power


@float_kernel
def _shares(raw, keep, on, gate, exponent, rank, quantile, bar, out):
    """Fills `out`; returns the bar, found anew where it is given as negative."""
    n = len(raw)
    for i in range(n):
        out[i] = raw[i] * keep[i]
    kept = _sum(out)
    if kept <= 0:  # all burned: as if nothing were
        kept = _sum(raw)
        for i in range(n):
            out[i] = raw[i]
    scale = 1 / kept if kept > 0 else 0.0
    for i in range(n):
        out[i] *= scale
    if gate in (QUANTILE, RANK):
        if bar < 0:
            bar = _bar(out, gate, rank, quantile)
        _below_bar(out, bar, exponent)
    elif gate == TIERS:
        _two_tiers(out)
    for i in range(n):
        out[i] = out[i] if on[i] else 0.0
    total = _sum(out)
    scale = 1 / total if total > 0 else 0.0
    for i in range(n):
        out[i] *= scale
    return bar


@float_kernel
def _sum(values):
    """Four sums side by side: as exact as one, in a quarter of the time, and always in the same
    order.
    """
    a = b = c = d = 0.0
    whole = len(values) - len(values) % 4
    for i in range(0, whole, 4):
        a += values[i]
        b += values[i + 1]
        c += values[i + 2]
        d += values[i + 3]
    for i in range(whole, len(values)):
        a += values[i]
    return (a + b) + (c + d)


@float_kernel
def _bar(share, gate, rank, quantile):
    """The rank-th largest share, or the one at which the largest sum to the quantile; none where
    too few are there.
    """
    ordered = np.sort(share)
    n = len(ordered)
    if gate == RANK:
        return ordered[n - rank] if rank <= n else 0.0
    total = 0.0
    for k in range(n - 1, -1, -1):
        total += ordered[k]
        if total >= quantile:
            return ordered[k]
    return 0.0


@float_kernel
def _below_bar(share, bar, exponent):
    if bar <= 0:
        return
    if exponent == 3:
        bar3 = bar * bar * bar
        for i in range(len(share)):
            s = share[i]
            share[i] = s * (s * s * s) / (s * s * s + bar3)
    else:
        for i in range(len(share)):
            ratio = (share[i] / bar) ** exponent
            share[i] *= ratio / (1 + ratio)


@float_kernel
def _two_tiers(share):
    """The first 32 divide 75 %, the next 32 the rest, each in proportion; where no more than 32
    are above 0 they get all.
    """
    order = np.argsort(-share)
    first, second = 0.0, 0.0
    for k in range(len(share)):
        if k < TIER:
            first += share[order[k]]
        elif k < 2 * TIER:
            second += share[order[k]]
        else:
            share[order[k]] = 0.0
    if second > 0:
        for k in range(min(len(share), 2 * TIER)):
            share[order[k]] *= FIRST_TIER / first if k < TIER else (1 - FIRST_TIER) / second
