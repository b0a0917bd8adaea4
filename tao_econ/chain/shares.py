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
from . import subnet_kernels as kernels

ROOT_RHO, ROOT_KAPPA = 10, 32_767 / 65_535


class Measure(NamedTuple):
    """What a rule measures a subnet by."""

    source: int  # kernels.PRICE, kernels.FLOW or kernels.NET_FLOW
    times_root: bool = False  # times root's proportion in the subnet
    times_unburned: bool = False  # times the part of miners' incentive that is not withheld


SHARES = {
    "price_ema": Measure(kernels.PRICE),
    "flow_ema": Measure(kernels.FLOW),
    "net_flow_ema": Measure(kernels.NET_FLOW),
    "price_ema_root_unburned": Measure(kernels.PRICE, times_root=True, times_unburned=True),
    "price_ema_unburned": Measure(kernels.PRICE, times_unburned=True),
}
GATES = {
    "none": kernels.NO_GATE,
    "quantile": kernels.QUANTILE,
    "rank": kernels.RANK,
    "tiers": kernels.TIERS,
}

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


def unproven(rules: Rules) -> tuple[str, ...]:
    """Which of the rules rest on something unproven, and why; a figure that uses them shows it."""
    marks = [
        f"{field} {value!r}: {why}"
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
        "price_ema_tao": measure.source == kernels.PRICE,
        "flow_ema_tao": measure.source != kernels.PRICE,
        "protocol_flow_ema_tao": measure.source == kernels.NET_FLOW,
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
    n = np.size(price_ema_tao if measure.source == kernels.PRICE else flow_ema_tao)
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
    if measure.source == kernels.PRICE:
        raw[:] = columns["price_ema_tao"]
    else:
        flow, cutoff = (
            columns["flow_ema_tao"],
            real("flow_cutoff_tao", flow_cutoff_tao, "(-inf, inf)"),
        )
        if measure.source == kernels.FLOW:
            flow = flow - max(cutoff, min(flow.min(), 0.0))
        kernels._flow_measure(
            flow, columns["protocol_flow_ema_tao"], measure.source == kernels.NET_FLOW, power, raw
        )
    keep = 1 - columns["burned_share"] if measure.times_unburned else np.ones(n)
    if measure.times_root:
        keep = keep * columns["root_proportion"]
    kernels._shares(gate_of(rules), raw, keep, on, bar, share)
    return share


def gate_of(rules: Rules) -> kernels.Gate:
    """The rules' bar for small subnets, as plain numbers."""
    return kernels.Gate(
        kind=GATES[rules.gate],
        exponent=rules.gate_exponent,
        rank=rules.gate_rank,
        quantile=float(rules.gate_quantile),
        refresh_blocks=rules.gate_refresh_blocks,
    )


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
    return kernels._smoothed(start, min(spot, kernels.PRICE_CAP_TAO), rate, warmup, age, blocks)


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
