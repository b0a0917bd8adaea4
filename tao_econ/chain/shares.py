"""Where does new TAO go? Each subnet's share under every rule the chain has had, and the bar for
small ones.

A rule is named by `Rules.subnet_shares` and `Rules.gate`; the same prices can be put through any of
them.

**Chain:** opentensor/subtensor, pallets/subtensor/src/coinbase/subnet_emissions.rs, commit 14bc6f9;
the bar RaoFoundation/subtensor f8ff769a, the same file, `maybe_update_emission_gate_bar` and
`apply_emission_gate`. How each rule is known stands in data/eras.toml.
"""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..inputs.checks import MIN_SIZE, real, reals, whole, whole_array
from ..inputs.door import typed
from ..inputs.proofs import Mark, marks
from ..inputs.record import unknown
from ..inputs.rules import MAX_BLOCK, Rules
from ..inputs.units import BLOCKS_PER_DAY, DAYS_PER_YEAR
from . import subnet_kernels as kernels

MAX_SMOOTHED = int(100 * DAYS_PER_YEAR * BLOCKS_PER_DAY)  # blocks of one call
ROOT_RHO = 10
ROOT_KAPPA = 32_767 / 65_535


class Measure(NamedTuple):
    """What a rule measures a subnet by."""

    source: int  # PRICE, FLOW or NET_FLOW
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

SHARED = ("subnet_shares", "gate")  # what a subnet's share of new TAO rests on
MARKED = ("subnet_shares", "gate", "pool", "injection_cap", "excess_tao", "root_dividends", "name")


@typed
def unproven(rules: Rules, fields: tuple[str, ...] = MARKED) -> tuple[Mark, ...]:
    """Which of the rules rest on something unproven, and why; a figure that uses them shows it.

    `fields` of `Rules` are by default those that divide and spend new TAO.
    """
    known = [field.name for field in dataclasses.fields(Rules)]
    for name in fields:
        if name not in known:
            raise ValueError(unknown("field of the rules", name, known))
    return marks(rules, fields)


@typed
def emission_shares(
    rules: Rules,
    *,
    price_ema_tao: ArrayLike | None = None,
    root_proportion: ArrayLike | None = None,
    burned_share: ArrayLike | None = None,
    flow_ema_tao: ArrayLike | None = None,
    protocol_flow_ema_tao: ArrayLike | None = None,
    emission_on: ArrayLike | None = None,
    bar: float | None = None,
) -> np.ndarray:
    """Each subnet's share of a block's TAO: (n,), summing to 1, or all 0 where nothing is positive.

    Parameters
    ----------
    price_ema_tao
        (n,) smoothed prices, TAO per alpha, for the rules that use prices
    root_proportion, burned_share
        (n,) root's part of a subnet; miners' incentive withheld (0 if not given)
    flow_ema_tao, protocol_flow_ema_tao
        (n,) smoothed flow of users and of the protocol, TAO per block, for the rules of flow
    emission_on
        (n,) bool, all on if not given
    bar
        share where the gate's bar stands; found from the shares if not given

    Raises
    ------
    ValueError
        for a rule without shares, an input that the rule needs, and lengths that differ
    """
    if rules.subnet_shares not in SHARES:
        raise ValueError(unknown("subnet_shares", rules.subnet_shares, SHARES))
    measure = SHARES[rules.subnet_shares]
    by_price = measure.source == kernels.PRICE
    net = measure.source == kernels.NET_FLOW
    needed = {
        "price_ema_tao": (price_ema_tao, by_price),
        "flow_ema_tao": (flow_ema_tao, not by_price),
        "protocol_flow_ema_tao": (protocol_flow_ema_tao, net),
        "root_proportion": (root_proportion, measure.times_root),
    }
    for name, (values, used) in needed.items():
        if used and values is None:
            raise ValueError(f"{name} must be given for the rule {rules.subnet_shares!r}, got None")
    n = np.asarray(price_ema_tao if by_price else flow_ema_tao).size

    def column(name, values, bounds):
        if values is None:
            return np.zeros(n)
        return reals(name, values, bounds, ndim=1, shape=(n,), each="subnet")

    price = column("price_ema_tao", price_ema_tao, "[0, inf)")
    flow = column("flow_ema_tao", flow_ema_tao, "(-inf, inf)")
    own_flow = column("protocol_flow_ema_tao", protocol_flow_ema_tao, "(-inf, inf)")
    root = column("root_proportion", root_proportion, "[0, 1]")
    keep = 1 - column("burned_share", burned_share, "[0, 1]")
    if not measure.times_unburned:
        keep = np.ones(n)
    if measure.times_root:
        keep = keep * root
    on = np.ones(n, bool)
    if emission_on is not None:
        on = whole_array("emission_on", emission_on, (n,), kind="bool")
    bar = -1.0 if bar is None else real("bar", bar, "[0, 1]")
    bar = 0.0 if 0 < bar < MIN_SIZE else bar  # nothing over it would be infinite
    raw = price if by_price else flow_measure(flow, own_flow if net else None)
    share = np.empty(n)
    kernels._shares(gate_of(rules), raw, keep, on, bar, share)
    return share


def flow_measure(
    flow_ema_tao: ArrayLike,
    protocol_flow_ema_tao: ArrayLike | None = None,
    *,
    power: float = 1.0,
    cutoff_tao: float = 0.0,
) -> np.ndarray:
    """(n,) flow above zero, to a power; less the protocol's, which counts no more than users' do.

    Parameters
    ----------
    flow_ema_tao, protocol_flow_ema_tao
        (n,) TAO per block; without the second it is the flow above the cutoff, or above the lowest
        flow where that is less
    power, cutoff_tao
        of the flow, and flow that counts as none: 1 and 0 on chain; net flow knows no cutoff

    Raises
    ------
    ValueError
        for a cutoff of net flow, lengths that differ, and what is no number
    """
    flow = reals("flow_ema_tao", flow_ema_tao, ndim=1)
    power = real("power", power, "(0, 16]")
    cutoff = real("cutoff_tao", cutoff_tao)
    net = protocol_flow_ema_tao is not None
    if net and cutoff:
        raise ValueError(
            f"cutoff_tao must be 0 where the protocol's flow is taken off, got {cutoff:g}"
        )
    if protocol_flow_ema_tao is None:
        flow = flow - max(cutoff, min(flow.min(), 0.0))
        own_flow = np.zeros(len(flow))
    else:
        own_flow = reals(
            "protocol_flow_ema_tao", protocol_flow_ema_tao, shape=flow.shape, each="subnet"
        )
    measured = np.empty(len(flow))
    kernels._flow_measure(flow, own_flow, net, power, measured)
    return measured


@typed
def gate_of(rules: Rules) -> kernels.Gate:
    """The rules' bar for small subnets, as plain numbers."""
    return kernels.Gate(
        kind=GATES[rules.gate],
        exponent=rules.gate_exponent,
        rank=rules.gate_rank,
        quantile=float(rules.gate_quantile),
        refresh_blocks=rules.gate_refresh_blocks,
    )


@typed
def root_weight_shares(
    stake: ArrayLike, weights: ArrayLike, *, root_netuid: int | None = None
) -> np.ndarray:
    """Shares voted by root validators (October 2023 to February 2025): (n,), summing to 1 unless
    root's own is not issued.

    **Chain:** root.rs, tree 62b1a70958: rank × 1/(1 + exp(−ρ(trust − κ))), ρ = 10, κ =
    32,767/65,535

    Parameters
    ----------
    stake
        (v,) TAO of each validator
    weights
        (v, n) any scale, a row a validator
    root_netuid
        column whose share was not issued, set to 0
    """
    stake = reals("stake", stake, "[0, inf)", ndim=1)
    weights = reals("weights", weights, "[0, inf)", ndim=2)
    if len(weights) != len(stake):
        raise ValueError(
            f"weights must have one row a validator ({len(stake)}), got shape {weights.shape}"
        )
    if not stake.sum():
        return np.zeros(weights.shape[1])
    part = (stake / stake.sum())[:, None]
    sums = weights.sum(axis=1, keepdims=True)
    rows = np.divide(weights, sums, out=np.zeros_like(weights), where=sums > 0)
    rank = (part * rows).sum(axis=0)
    trust = (part * (rows > 0)).sum(axis=0)
    score = rank / (1 + np.exp(-ROOT_RHO * (trust - ROOT_KAPPA)))
    share = score / score.sum() if score.sum() else score
    if root_netuid is not None:
        share[whole("root_netuid", root_netuid, at_most=len(share) - 1)] = 0.0
    return share


@typed
def root_proportion(rules: Rules, root_tao: float, alpha_issuance: ArrayLike) -> float | np.ndarray:
    """Root's part of a subnet's stake: ωR/(ωR + A), of `root_tao` R and `alpha_issuance` A, a
    number or an array; 0 where there is neither.

    **Chain:** run_coinbase.rs, `root_proportion`
    """
    root_tao = real("root_tao", root_tao, "[0, inf)")
    alpha = reals("alpha_issuance", alpha_issuance, "[0, inf)")
    weighted = root_tao * float(rules.root_weight)
    both = weighted + alpha
    part = np.divide(weighted, both, out=np.zeros_like(both), where=both > 0)
    return float(part) if alpha.ndim == 0 else part


@typed
def ema_price(rules: Rules, start: float, spot: float, *, age_blocks: int, blocks: int) -> float:
    """The smoothed price of a subnet after so many more blocks at one spot price.

    **Chain:** coinbase/run_coinbase.rs and stake_utils.rs, `update_moving_price`: a = a₀·n/(n + h)

    Parameters
    ----------
    start, spot
        TAO per alpha
    age_blocks
        blocks since its first emission, at the start
    blocks
        at most `MAX_SMOOTHED`, 100 years: each is walked
    """
    start = real("start", start, "[0, inf)")
    spot = real("spot", spot, "[0, inf)")
    age = whole("age_blocks", age_blocks, at_most=MAX_BLOCK)
    blocks = whole("blocks", blocks, at_most=MAX_SMOOTHED)
    rate = float(rules.price_ema_rate)
    warmup = float(rules.price_ema_warmup_blocks)
    return kernels._smoothed(start, min(spot, kernels.PRICE_CAP_TAO), rate, warmup, age, blocks)


@typed
def gate_kept(share_over_bar: ArrayLike, exponent: int = 3) -> float | np.ndarray:
    """Part of a subnet's share that the bar leaves it before all are scaled to sum to 1: 1/(1 +
    (θ/σ)^h), from `share_over_bar` σ/θ, a number or an array, and `exponent` h ≥ 1.
    """
    ratio = reals("share_over_bar", share_over_bar, "[0, inf)")
    power = whole("exponent", exponent, at_least=1)
    below = np.minimum(ratio, 1 / np.maximum(ratio, 1.0)) ** power  # never overflows
    return (np.where(ratio <= 1, below, 1.0) / (1 + below))[()]
