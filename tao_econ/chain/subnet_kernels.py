"""Dynamic TAO compiled: pools, shares and the block loop of many subnets, in one file.

numba compiles in whatever a kernel calls and reads, so all of it stands here and nothing else does.
Amounts are whole rao, so that what is minted, injected and recycled adds up exactly; prices, shares
and weights are floats, cut to rao where they become amounts, as on chain.

**Chain:** opentensor/subtensor at 14bc6f9, pallets/subtensor/src/coinbase/{block_step,run_coinbase,
subnet_emissions}.rs and pallets/swap/src/pallet/balancer.rs.
"""

from __future__ import annotations

import math
from collections import namedtuple
from typing import NamedTuple

import numpy as np

from ._jit import float_kernel

PRICE, FLOW, NET_FLOW = range(3)  # what shares go by
NO_GATE, QUANTILE, RANK, TIERS = range(4)
INJECTED, RECYCLED, HELD, CAPPED = range(4)  # TAO beyond the cap: injected, or buys alpha
ALPHA, ALPHA_OR_BLOCK, ROOT = range(3)  # cap of the alpha injected
TOO_LARGE, TOO_LITTLE = range(1, 3)  # why a trade is refused

MIN_WEIGHT = 0.01  # of TAO in a pool
MAX_WEIGHT = 0.99
MAX_OF_RESERVE = 1_000  # a trade brings at most so many times what the pool already holds of it
PRICE_CAP_TAO = 1.0  # the smoothed price never sees a spot price above this
TIER = 32  # subnets in a tier
FIRST_TIER = 0.75  # its share
THIRD = 1 / 3
SMALL = 1e-3  # a trade below this goes by the series
NEVER = np.int64(2**63 - 1)


class Gate(NamedTuple):
    """The bar for small subnets."""

    kind: int
    exponent: int
    rank: int
    quantile: float
    refresh_blocks: int


class Law(NamedTuple):
    """What the block loop needs of `Rules` and `Scenario`, as plain numbers."""

    thresholds_rao: np.ndarray  # (k,) issuance at which each halving comes
    rewards_rao: np.ndarray  # (k,) reward of a block after it
    source: int
    times_root: bool
    gate: Gate
    cap: int
    excess: int
    weighted: bool
    at_reserves: bool  # TAO and alpha go in as the pool holds them, not at its price
    root_each_block: bool
    ema_rate: float
    ema_warmup_blocks: float
    flow_rate: float
    fee: float
    root_weight: float
    epoch_blocks: int  # from a subnet's epoch to its next, 0: none
    root_claimed: float  # part of waiting root dividends claimed at an epoch
    miners_sell: float  # part of what they are paid
    stakers_sell: float
    owners_sell: float


Amounts = namedtuple(  # rows of `State.rao`: TAO or alpha
    "Amounts",
    "reserve_tao reserve_alpha "  # in the pool
    "outstanding_alpha protocol_held burned "  # outside it, and two parts of that
    "next_halving last_halving "  # alpha issued at the ends of the era
    "paid owner_part servers_part "  # minted a block for participants, and two parts of that
    "servers validators owner root_due root_waiting "  # pending: until the epoch, for a claim
    "injected_tao bought_tao sold_alpha sold_tao root_sold_alpha root_sold_tao "  # since the start
    "alpha_recycled alpha_minted "
    "inject alpha_in buy got",  # this block: TAO and alpha put in, TAO that buys, what it gets
)
Reals = namedtuple(  # rows of `State.real`
    "Reals",
    "tao_weight price_tao price_ema_tao age_blocks "  # the pool; TAO per alpha; since first paid
    "flow own_flow flow_now own_flow_now "  # rao of users and protocol: smoothed, since last block
    "burned_share rate cut live "  # parts withheld, minted, the owner's; 1 where started
    "emission half "  # rao of alpha a block, and what miners get of it
    "ratio "  # TAO per alpha at which both go into the pool
    "keep raw share cap to_root new_weight",  # this block: the measure's parts, share of TAO, rao
)
RAO = Amounts(*range(len(Amounts._fields)))
REAL = Reals(*range(len(Reals._fields)))
TOTALS = (  # rao of the whole network; all but the first two since the start
    *("issuance_rao", "root_rao", "minted_rao", "injected_rao", "bought_rao", "recycled_rao"),
    *("fees_rao", "users_rao"),  # what users took out of pools, less what they put in and fees
)


class State(NamedTuple):
    """Everything that changes from block to block, in place."""

    rao: np.ndarray  # (rows of RAO, n) int64
    real: np.ndarray  # (rows of REAL, n) float
    total: np.ndarray  # (1,) record of TOTALS and the halving `level`, int64
    on: np.ndarray  # (n,) bool: gets TAO
    bar: np.ndarray  # (1,) float: the gate's bar, negative before it is first set


class Orders(NamedTuple):
    """Users' trades sorted by block, (k,) int64 each."""

    block: np.ndarray
    subnet: np.ndarray
    tao_in: np.ndarray  # rao
    alpha_in: np.ndarray


@float_kernel
def _price(reserve_tao, reserve_alpha, tao_weight):
    if reserve_alpha <= 0:
        return 0.0
    return (1 - tao_weight) * reserve_tao / (tao_weight * reserve_alpha)


@float_kernel
def _out(reserve_in, reserve_out, power, amount):
    """What leaves a pool: reserve_out · (1 − (in/(in + amount))^power), precise if small."""
    u = amount / reserve_in
    if power * u + 5 * u < SMALL:
        return reserve_out * _small_part(power * u, u)
    return -reserve_out * math.expm1(-power * math.log1p(u))


@float_kernel
def _small_part(q, u):
    """1 − (1 + u)^(−q/u) for small u, q by the binomial series, cheaper than a power, to 1e-17."""
    tail = 1 - (q + 3 * u) * 0.25 * (1 - (q + 4 * u) * 0.2)
    return q * (1 - (q + u) * 0.5 * (1 - (q + 2 * u) * THIRD * tail))


@float_kernel
def _neutral_weight(reserve_tao, reserve_alpha, tao_weight, tao, alpha):
    """Weight that leaves the price alone when both are added; a pool run dry keeps its own.

    **Chain:** balancer.rs, `update_weights_for_added_liquidity`
    """
    for_alpha = (1 - tao_weight) * reserve_tao * (reserve_alpha + alpha)
    for_tao = tao_weight * reserve_alpha * (reserve_tao + tao)
    moves = reserve_alpha > 0 and for_alpha + for_tao > 0
    return for_tao / (for_alpha + for_tao) if moves else tao_weight


@float_kernel
def _smoothed(mean, spot, rate, warmup, age, blocks):
    for n in range(age + 1, age + blocks + 1):
        a = rate * n / (n + warmup)
        mean = a * spot + (1 - a) * mean
    return mean


@float_kernel
def _flow_measure(flow, protocol, net, power, out):
    """Flow above zero, to a power. Net: less the protocol's own, which counts at most as much."""
    scale = 1.0
    if net:
        users = 0.0
        own = 0.0
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
def _shares(gate, raw, keep, on, bar, out):
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
    if gate.kind in (QUANTILE, RANK):
        if bar < 0:
            bar = _bar(gate, out)
        _below_bar(out, bar, gate.exponent)
    elif gate.kind == TIERS:
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
    """Four sums side by side: as exact as one, in a quarter of the time, always in one order."""
    a = b = c = d = 0.0
    fours = len(values) - len(values) % 4
    for i in range(0, fours, 4):
        a += values[i]
        b += values[i + 1]
        c += values[i + 2]
        d += values[i + 3]
    for i in range(fours, len(values)):
        a += values[i]
    return (a + b) + (c + d)


@float_kernel
def _bar(gate, share):
    """The rank-th largest share above 0, or where the largest sum to the quantile, or the last.

    **Chain:** RaoFoundation/subtensor f8ff769a, `maybe_update_emission_gate_bar`
    """
    order = _from_largest(share)
    bar = 0.0
    total = 0.0
    for k in range(len(order)):
        if share[order[k]] <= 0:
            break
        bar = share[order[k]]
        total += bar
        reached = k + 1 == gate.rank if gate.kind == RANK else total >= gate.quantile
        if reached:
            break
    return bar


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
    order = _from_largest(share)
    first = 0.0
    second = 0.0
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


@float_kernel
def _from_largest(values):
    """Positions from the largest value down, equals in their order: a merge sort, as np.sort in a
    cached kernel can be linked to another kernel's (numba issue 10486).
    """
    n = len(values)
    order = np.arange(n)
    merged = np.empty_like(order)
    width = 1
    while width < n:
        for low in range(0, n, 2 * width):
            middle = min(low + width, n)
            high = min(middle + width, n)
            left = low
            right = middle
            for k in range(low, high):
                if right == high or (
                    left < middle and not values[order[left]] < values[order[right]]
                ):
                    merged[k] = order[left]
                    left += 1
                else:
                    merged[k] = order[right]
                    right += 1
        order, merged = merged, order
        width *= 2
    return order


@float_kernel
def _run(law, state, orders, inflow, first, last):
    """Blocks first … last − 1, with so much rao of users' net buying a block. Returns (0, 0), or
    what is wrong and with which subnet.
    """
    k = np.searchsorted(orders.block, first)
    moving = False
    for i in range(len(inflow)):
        moving = moving or inflow[i] != 0
    for block in range(first, last):
        _block(law, state, block)
        if moving:
            for i in range(len(inflow)):
                if inflow[i] != 0 and not _flow(law, state, i, inflow[i]):
                    return TOO_LITTLE, i
        while k < len(orders.block) and orders.block[k] == block:
            i = orders.subnet[k]
            wrong = _order(law, state, i, orders.tao_in[k], orders.alpha_in[k])
            if wrong:
                return wrong, i
            k += 1
    return 0, 0


@float_kernel
def _block(law, state, block):
    """One block: mint, share out, inject, pay, smooth prices, run the epochs that are due."""
    total = state.total[0]
    level = total.level
    while (
        level + 1 < len(law.thresholds_rao) and total.issuance_rao >= law.thresholds_rao[level + 1]
    ):
        level += 1
    while total.issuance_rao < law.thresholds_rao[level]:
        level -= 1
    total.level = level
    reward = law.rewards_rao[level]
    root = law.root_weight * total.root_rao
    _alpha_halvings(law, state.rao, state.real)
    ema_sum = _share_out(law, state, root, block)
    _terms(law, state.rao, state.real, root, float(reward))
    injected, bought = _inject(law, state.rao, state.real)
    total.issuance_rao += injected + bought  # minted and not spent is recycled in the same block
    total.minted_rao += reward
    total.injected_rao += injected
    total.bought_rao += bought
    total.recycled_rao += reward - injected - bought
    _pay(law, state, root, ema_sum > 1)
    _smooth(law, state.rao, state.real)
    if law.epoch_blocks > 0:  # each subnet's epoch has its own block
        first = (law.epoch_blocks - block % law.epoch_blocks) % law.epoch_blocks
        for i in range(first, len(state.on), law.epoch_blocks):
            _epoch(law, state, i)


@float_kernel
def _alpha_halvings(law, rao, real):
    """Each subnet's place on the halving curve, which is TAO's own."""
    thresholds = law.thresholds_rao
    n = rao.shape[1]
    crossed = 0
    for i in range(n):
        issued = rao[RAO.reserve_alpha, i] + rao[RAO.outstanding_alpha, i]
        crossed += (issued >= rao[RAO.next_halving, i]) | (issued < rao[RAO.last_halving, i])
    if crossed == 0:
        return
    for i in range(n):
        issued = rao[RAO.reserve_alpha, i] + rao[RAO.outstanding_alpha, i]
        k = 0
        while k + 1 < len(thresholds) and issued >= thresholds[k + 1]:
            k += 1
        rao[RAO.last_halving, i] = thresholds[k]
        rao[RAO.next_halving, i] = thresholds[k + 1] if k + 1 < len(thresholds) else NEVER
        real[REAL.emission, i] = law.rewards_rao[k] * real[REAL.live, i]
        paid = float(np.int64(real[REAL.emission, i] * real[REAL.rate, i]))
        own = real[REAL.cut, i] * paid
        half = (paid - own) * 0.5
        real[REAL.half, i] = half
        rao[RAO.paid, i] = np.int64(paid)
        rao[RAO.owner_part, i] = np.int64(own)
        rao[RAO.servers_part, i] = np.int64(half)


@float_kernel
def _share_out(law, state, root, block):
    """Every subnet's share of this block's TAO; returns the sum of smoothed prices."""
    real = state.real
    raw = real[REAL.raw]
    live = real[REAL.live]
    keep = real[REAL.keep]
    for i in range(len(raw)):
        raw[i] = real[REAL.price_ema_tao, i] * live[i]
    ema_sum = _sum(raw)
    if law.source != PRICE:
        _smooth_flow(law.flow_rate, real[REAL.flow], real[REAL.flow_now])
        _smooth_flow(law.flow_rate, real[REAL.own_flow], real[REAL.own_flow_now])
        _flow_measure(real[REAL.flow], real[REAL.own_flow], law.source == NET_FLOW, 1.0, raw)
        for i in range(len(raw)):
            raw[i] *= live[i]
    if law.times_root:
        for i in range(len(raw)):
            keep[i] = (1 - real[REAL.burned_share, i]) * _part(root, state.rao, i)
    gate = law.gate
    bar = state.bar
    if gate.kind in (QUANTILE, RANK) and block % gate.refresh_blocks == 0:
        bar[0] = -1.0
    bar[0] = _shares(gate, raw, keep, state.on, bar[0], real[REAL.share])
    return ema_sum


@float_kernel
def _smooth_flow(rate, mean, now):
    for i in range(len(mean)):
        mean[i] += rate * (now[i] - mean[i])
        now[i] = 0.0


@float_kernel
def _part(root, rao, i):
    """Root's part of a subnet's stake."""
    issued = rao[RAO.reserve_alpha, i] + rao[RAO.outstanding_alpha, i]
    return root / (root + issued) if root > 0 else 0.0


@float_kernel
def _terms(law, rao, real, root, reward):
    """What goes into each pool and what buys from it, whole rao; short loops that vectorize."""
    share = real[REAL.share]
    price = real[REAL.price_tao]
    ratio = real[REAL.ratio]
    cap = real[REAL.cap]
    inject = rao[RAO.inject]
    alpha_in = rao[RAO.alpha_in]
    buy = rao[RAO.buy]
    tao_capped = law.excess != INJECTED
    most = reward if law.cap == ALPHA_OR_BLOCK else np.inf
    for i in range(len(share)):
        part = _part(root, rao, i) if law.cap == ROOT else 1.0
        cap[i] = min(real[REAL.emission, i], most) * part
    for i in range(len(share)):
        held = price[i] > 0 and law.at_reserves
        ratio[i] = rao[RAO.reserve_tao, i] / rao[RAO.reserve_alpha, i] if held else price[i]
    for i in range(len(share)):
        given = reward * share[i]
        limit = cap[i] * ratio[i]
        inject[i] = np.int64(limit if tao_capped and given > limit else given)
        buy[i] = np.int64(given - limit if tao_capped and given > limit and ratio[i] > 0 else 0.0)
    for i in range(len(share)):
        alpha_in[i] = np.int64(min(reward * share[i] / ratio[i], cap[i]) if ratio[i] > 0 else 0.0)
    if law.excess == CAPPED:
        for i in range(len(share)):
            miners = real[REAL.half, i] * (1 - real[REAL.burned_share, i]) * price[i]
            buy[i] = min(buy[i], np.int64(miners))
    if law.weighted:
        _new_weights(rao, real)


@float_kernel
def _new_weights(rao, real):
    """The weights after the injection; where one would leave its bounds nothing is injected."""
    inject = rao[RAO.inject]
    alpha_in = rao[RAO.alpha_in]
    weight = real[REAL.tao_weight]
    new = real[REAL.new_weight]
    wrong = 0
    for i in range(len(new)):
        tao = float(rao[RAO.reserve_tao, i])
        alpha = float(rao[RAO.reserve_alpha, i])
        new[i] = _neutral_weight(tao, alpha, weight[i], float(inject[i]), float(alpha_in[i]))
        wrong += (new[i] < MIN_WEIGHT) | (new[i] > MAX_WEIGHT)
    for i in range(len(new)):
        if wrong and not MIN_WEIGHT <= new[i] <= MAX_WEIGHT:
            new[i] = weight[i]
            inject[i] = 0
            alpha_in[i] = 0
        weight[i] = new[i]


@float_kernel
def _inject(law, rao, real):
    """Chain buys, injections, participants' alpha; returns rao of TAO injected and bought with."""
    inject = rao[RAO.inject]
    buy = rao[RAO.buy]
    got = rao[RAO.got]
    _trade_all(rao[RAO.reserve_tao], rao[RAO.reserve_alpha], real[REAL.tao_weight], True, buy, got)
    kept = rao[RAO.alpha_recycled] if law.excess == RECYCLED else rao[RAO.protocol_held]
    injected = np.int64(0)
    bought = np.int64(0)
    for i in range(len(buy)):
        rao[RAO.reserve_tao, i] += inject[i] + buy[i]
        rao[RAO.injected_tao, i] += inject[i]
        injected += inject[i]
    for i in range(len(buy)):
        rao[RAO.bought_tao, i] += buy[i]
        bought += buy[i]
    for i in range(len(buy)):
        rao[RAO.reserve_alpha, i] += rao[RAO.alpha_in, i] - got[i]
        kept[i] += got[i]
    for i in range(len(buy)):  # participants' alpha is minted together with the pool's
        outside = got[i] if law.excess != RECYCLED else 0
        rao[RAO.outstanding_alpha, i] += rao[RAO.paid, i] + outside
        rao[RAO.alpha_minted, i] += rao[RAO.alpha_in, i] + rao[RAO.paid, i]
    if law.source != PRICE:
        for i in range(len(buy)):
            real[REAL.own_flow_now, i] += inject[i] + buy[i]
    return injected, bought


@float_kernel
def _trade_all(reserve_in, reserve_out, tao_weight, with_tao, amount, got):
    """What each pool gives for an amount, without a fee: by the series, and all anew where one
    trade is too large for it.
    """
    large = 0
    for i in range(len(got)):
        inside = tao_weight[i] if with_tao else 1 - tao_weight[i]
        outside = 1 - tao_weight[i] if with_tao else tao_weight[i]
        large += (1 + 4 * outside) * amount[i] > SMALL * outside * reserve_in[i]
        part = amount[i] / (outside * reserve_in[i])
        series = reserve_out[i] * _small_part(inside * part, outside * part)
        got[i] = np.int64(series if amount[i] > 0 else 0.0)
    if large:
        for i in range(len(got)):
            if amount[i] > 0:
                w = tao_weight[i]
                power = w / (1 - w) if with_tao else (1 - w) / w
                out = _out(float(reserve_in[i]), float(reserve_out[i]), power, float(amount[i]))
                got[i] = np.int64(out)


@float_kernel
def _pay(law, state, root, root_paid):
    """Participants' new alpha waits for the epoch; root's part is sold, kept or recycled."""
    rao = state.rao
    half = state.real[REAL.half]
    to_root = state.real[REAL.to_root]
    for i in range(len(half)):
        rao[RAO.owner, i] += rao[RAO.owner_part, i]
        rao[RAO.servers, i] += rao[RAO.servers_part, i]
    for i in range(len(half)):
        to_root[i] = half[i] * _part(root, rao, i)
        rao[RAO.validators, i] += np.int64(half[i] - to_root[i])
    if law.root_each_block:
        _sell_all_for_root(rao, state.real, state.total[0])
    elif root_paid:
        for i in range(len(half)):
            rao[RAO.root_due, i] += np.int64(to_root[i])
    else:
        for i in range(len(half)):
            rao[RAO.outstanding_alpha, i] -= np.int64(to_root[i])
            rao[RAO.alpha_recycled, i] += np.int64(to_root[i])


@float_kernel
def _sell_all_for_root(rao, real, total):
    """Root's part of every subnet sold in the block that pays it, without a fee."""
    tao = rao[RAO.reserve_tao]
    alpha = rao[RAO.reserve_alpha]
    sold = rao[RAO.alpha_in]
    got = rao[RAO.got]
    for i in range(len(sold)):
        sold[i] = np.int64(real[REAL.to_root, i])
    _trade_all(alpha, tao, real[REAL.tao_weight], False, sold, got)
    for i in range(len(sold)):
        tao[i] -= got[i]
        total.root_rao += got[i]
    for i in range(len(sold)):
        alpha[i] += sold[i]
        rao[RAO.outstanding_alpha, i] -= sold[i]
    for i in range(len(sold)):
        rao[RAO.root_sold_alpha, i] += sold[i]
        rao[RAO.root_sold_tao, i] += got[i]
        real[REAL.own_flow_now, i] -= got[i]


@float_kernel
def _smooth(law, rao, real):
    """Spot prices after the coinbase, smoothed ones that follow; a subnet is a block older."""
    spot = real[REAL.price_tao]
    ema = real[REAL.price_ema_tao]
    age = real[REAL.age_blocks]
    live = real[REAL.live]
    for i in range(len(spot)):
        _set_price(rao, real, i)
    for i in range(len(spot)):
        age[i] += live[i]
        a = live[i] * law.ema_rate * age[i] / max(age[i] + law.ema_warmup_blocks, 1.0)
        ema[i] = a * min(spot[i], PRICE_CAP_TAO) + (1 - a) * ema[i]


@float_kernel
def _set_price(rao, real, i):
    tao = float(rao[RAO.reserve_tao, i])
    alpha = float(rao[RAO.reserve_alpha, i])
    real[REAL.price_tao, i] = _price(tao, alpha, real[REAL.tao_weight, i])


@float_kernel
def _epoch(law, state, i):
    """Pay what is pending; sell what participants sell; claim a part of what waits for root."""
    rao = state.rao
    miners = rao[RAO.servers, i]
    withheld = np.int64(miners * state.real[REAL.burned_share, i])
    rao[RAO.burned, i] += withheld
    sold = np.int64((miners - withheld) * law.miners_sell)
    sold += np.int64(rao[RAO.validators, i] * law.stakers_sell)
    sold += np.int64(rao[RAO.owner, i] * law.owners_sell)
    rao[RAO.root_waiting, i] += rao[RAO.root_due, i]
    for row in (RAO.servers, RAO.validators, RAO.owner, RAO.root_due):
        rao[row, i] = 0
    if sold > 0:
        rao[RAO.sold_alpha, i] += sold
        rao[RAO.sold_tao, i] += _sell(law, state, i, sold)
    claimed = np.int64(rao[RAO.root_waiting, i] * law.root_claimed)
    if claimed > 0:
        got = _take_tao(state, i, claimed)
        rao[RAO.root_waiting, i] -= claimed
        rao[RAO.root_sold_alpha, i] += claimed
        rao[RAO.root_sold_tao, i] += got
        total = state.total[0]
        total.root_rao += got
        state.real[REAL.own_flow_now, i] -= got
    _set_price(rao, state.real, i)


@float_kernel
def _flow(law, state, i, tao):
    """Users' flow of a block: TAO in, or alpha sold for so much TAO. False for too little."""
    if tao > 0:
        return _order(law, state, i, np.int64(tao), np.int64(0)) == 0
    weight = state.real[REAL.tao_weight, i]
    out = -tao / state.rao[RAO.reserve_tao, i]
    if not out < 1:
        return False
    held = float(state.rao[RAO.reserve_alpha, i])
    alpha = held * ((1 - out) ** (-weight / (1 - weight)) - 1)
    return _order(law, state, i, np.int64(0), np.int64(alpha)) == 0


@float_kernel
def _order(law, state, i, tao_in, alpha_in):
    """A user's trade; returns 0, or why it is refused."""
    rao = state.rao
    if (
        tao_in > MAX_OF_RESERVE * rao[RAO.reserve_tao, i]
        or alpha_in > MAX_OF_RESERVE * rao[RAO.reserve_alpha, i]
    ):
        return TOO_LARGE
    free = rao[RAO.outstanding_alpha, i] - rao[RAO.protocol_held, i] - rao[RAO.burned, i]
    if alpha_in > free:
        return TOO_LITTLE
    if tao_in > 0:
        _buy(law, state, i, tao_in)
    if alpha_in > 0:
        _sell(law, state, i, alpha_in)
    _set_price(rao, state.real, i)
    return 0


@float_kernel
def _sell(law, state, i, alpha):
    """Alpha for TAO, the fee taken out of the TAO; returns the TAO that left the pool."""
    got = _take_tao(state, i, alpha)
    fee = np.int64(got * law.fee)
    total = state.total[0]
    total.fees_rao += fee
    total.users_rao += got - fee
    state.real[REAL.flow_now, i] -= got
    return got


@float_kernel
def _take_tao(state, i, alpha):
    rao = state.rao
    weight = state.real[REAL.tao_weight, i]
    tao = float(rao[RAO.reserve_tao, i])
    held = float(rao[RAO.reserve_alpha, i])
    got = np.int64(0)
    if held > 0:
        got = np.int64(_out(held, tao, (1 - weight) / weight, float(alpha)))
    rao[RAO.reserve_tao, i] -= got
    rao[RAO.reserve_alpha, i] += alpha
    rao[RAO.outstanding_alpha, i] -= alpha
    return got


@float_kernel
def _buy(law, state, i, tao):
    """TAO for alpha by a user: the fee stays out of the pool, and is no inflow."""
    rao = state.rao
    weight = state.real[REAL.tao_weight, i]
    reserve = float(rao[RAO.reserve_tao, i])
    held = float(rao[RAO.reserve_alpha, i])
    fee = np.int64(tao * law.fee)
    got = np.int64(0)
    if reserve > 0:
        got = np.int64(_out(reserve, held, weight / (1 - weight), float(tao - fee)))
    rao[RAO.reserve_tao, i] += tao - fee
    rao[RAO.reserve_alpha, i] -= got
    rao[RAO.outstanding_alpha, i] += got
    total = state.total[0]
    total.fees_rao += fee
    total.users_rao -= tao
    state.real[REAL.flow_now, i] += tao - fee
