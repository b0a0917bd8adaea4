"""One block of dynamic TAO for many subnets, compiled: coinbase, epochs, trades.

**Chain:** opentensor/subtensor, pallets/subtensor/src/coinbase/{block_step,run_coinbase}.rs, commit
14bc6f9.
"""

from __future__ import annotations

import numpy as np

from ._jit import float_kernel
from .pools import MAX_WEIGHT, MIN_WEIGHT, SMALL, _neutral_weight, _out, _price, _small_part
from .shares import NET_FLOW, PRICE, PRICE_CAP_TAO, QUANTILE, RANK, _flow_measure, _shares, _sum
from .subnet_state import (
    AGE,
    ALPHA_IN,
    ALPHA_IN_POOL,
    ALPHA_MINTED,
    ALPHA_OR_BLOCK,
    ALPHA_RECYCLED,
    BOUGHT,
    BOUGHT_TAO,
    BURNED,
    BURNED_SHARE,
    BUY,
    CAPPED,
    CUT,
    EMA,
    EMISSION,
    FEES,
    FLOW,
    FLOW_NOW,
    GOT,
    HALF,
    IN_POOLS,
    INJECT,
    INJECTED,
    INJECTED_TAO,
    ISSUANCE,
    KEEP,
    LAST_HALVING,
    LEVEL,
    LIVE,
    MINTED,
    NEW_WEIGHT,
    NEXT_HALVING,
    OUTSTANDING,
    OWN_FLOW,
    OWN_NOW,
    OWNER,
    OWNER_PART,
    PAID,
    PROTOCOL_HELD,
    RATE,
    RAW,
    RECYCLED,
    RHO,
    ROOT,
    ROOT_DUE,
    ROOT_SOLD_ALPHA,
    ROOT_SOLD_TAO,
    ROOT_TAO,
    ROOT_WAITING,
    SERVERS,
    SERVERS_PART,
    SHARE,
    SOLD_ALPHA,
    SOLD_TAO,
    SPOT,
    TAO,
    TAO_RECYCLED,
    USERS,
    VALIDATORS,
    WEIGHT,
)


@float_kernel
def _block(law, state, thresholds, rewards, block):
    """One block: mint, share out, inject, pay, smooth prices, run the epochs that are due."""
    total = state.total
    level = total[LEVEL]
    while level + 1 < len(thresholds) and total[ISSUANCE] >= thresholds[level + 1]:
        level += 1
    while total[ISSUANCE] < thresholds[level]:
        level -= 1
    total[LEVEL] = level
    reward = rewards[level]
    root = law.root_weight * total[ROOT_TAO]
    _alpha_halvings(state, thresholds, rewards)
    ema_sum = _share_out(law, state, root, block)
    _terms(law, state.whole, state.real, root, reward)
    injected, bought = _inject(law, state.whole, state.real)
    total[ISSUANCE] += (
        injected + bought
    )  # what is minted and not spent is recycled in the same block
    total[MINTED] += reward
    total[IN_POOLS] += injected
    total[BOUGHT] += bought
    total[TAO_RECYCLED] += reward - injected - bought
    _pay(law, state, root, ema_sum > 1)
    _smooth(law, state.whole, state.real)
    if law.tempo > 0:  # each subnet's epoch has its own block
        for i in range((law.tempo - block % law.tempo) % law.tempo, len(state.on), law.tempo):
            _epoch(law, state, i)


@float_kernel
def _alpha_halvings(state, thresholds, rewards):
    """Each subnet's place on the halving curve, which is TAO's own."""
    whole, real = state.whole, state.real
    alpha, out, upper, lower = (
        whole[ALPHA_IN_POOL],
        whole[OUTSTANDING],
        whole[NEXT_HALVING],
        whole[LAST_HALVING],
    )
    crossed = 0
    for i in range(len(alpha)):
        issued = alpha[i] + out[i]
        crossed += (issued >= upper[i]) | (issued < lower[i])
    if crossed == 0:
        return
    for i in range(len(alpha)):
        issued = alpha[i] + out[i]
        k = 0
        while k + 1 < len(thresholds) and issued >= thresholds[k + 1]:
            k += 1
        lower[i] = thresholds[k]
        upper[i] = thresholds[k + 1] if k + 1 < len(thresholds) else np.int64(2**63 - 1)
        real[EMISSION, i] = rewards[k] * real[LIVE, i]
        paid = float(np.int64(real[EMISSION, i] * real[RATE, i]))
        own = real[CUT, i] * paid
        real[HALF, i] = (paid - own) * 0.5
        whole[PAID, i], whole[OWNER_PART, i] = np.int64(paid), np.int64(own)
        whole[SERVERS_PART, i] = np.int64(real[HALF, i])


@float_kernel
def _share_out(law, state, root, block):
    """Every subnet's share of this block's TAO; returns the sum of smoothed prices."""
    whole, real = state.whole, state.real
    raw, ema, keep, live = real[RAW], real[EMA], real[KEEP], real[LIVE]
    for i in range(len(ema)):
        raw[i] = ema[i] * live[i]
    ema_sum = _sum(raw)
    if law.source != PRICE:
        rate = law.flow_rate
        for i in range(len(ema)):
            real[FLOW, i] += rate * (real[FLOW_NOW, i] - real[FLOW, i])
            real[OWN_FLOW, i] += rate * (real[OWN_NOW, i] - real[OWN_FLOW, i])
            real[FLOW_NOW, i] = 0.0
            real[OWN_NOW, i] = 0.0
        _flow_measure(real[FLOW], real[OWN_FLOW], law.source == NET_FLOW, 1.0, raw)
        for i in range(len(ema)):
            raw[i] *= live[i]
    if law.times_root:
        for i in range(len(ema)):
            keep[i] = (1 - real[BURNED_SHARE, i]) * _part(
                root, whole[ALPHA_IN_POOL, i] + whole[OUTSTANDING, i]
            )
    if law.gate in (QUANTILE, RANK) and block % law.gate_refresh == 0:
        state.bar[0] = -1.0
    state.bar[0] = _shares(
        raw,
        keep,
        state.on,
        law.gate,
        law.gate_exponent,
        law.gate_rank,
        law.gate_quantile,
        state.bar[0],
        real[SHARE],
    )
    return ema_sum


@float_kernel
def _part(root, alpha):
    return root / (root + alpha) if root > 0 else 0.0


@float_kernel
def _terms(law, whole, real, root, reward):
    """What goes into each pool and what buys from it, in whole rao. Short loops, which the
    compiler can vectorize.
    """
    share, price, emission, cap = real[SHARE], real[SPOT], real[EMISSION], real[RHO]
    inject, alpha_in, buy, new = whole[INJECT], whole[ALPHA_IN], whole[BUY], real[NEW_WEIGHT]
    tao, alpha, out, weight = whole[TAO], whole[ALPHA_IN_POOL], whole[OUTSTANDING], real[WEIGHT]
    n, tao_capped = len(share), law.excess != INJECTED
    most = reward if law.cap == ALPHA_OR_BLOCK else np.inf
    for i in range(n):
        cap[i] = min(emission[i], most) * (
            _part(root, alpha[i] + out[i]) if law.cap == ROOT else 1.0
        )
    for i in range(n):
        given, limit = reward * share[i], cap[i] * price[i]
        inject[i] = np.int64(limit if tao_capped and given > limit else given)
        buy[i] = np.int64(given - limit if tao_capped and given > limit and price[i] > 0 else 0.0)
    for i in range(n):
        alpha_in[i] = np.int64(min(reward * share[i] / price[i], cap[i]) if price[i] > 0 else 0.0)
    if law.excess == CAPPED:
        for i in range(n):
            buy[i] = min(buy[i], np.int64(real[HALF, i] * (1 - real[BURNED_SHARE, i]) * price[i]))
    if law.weighted:
        wrong = 0
        for i in range(n):
            new[i] = _neutral_weight(
                float(tao[i]), float(alpha[i]), weight[i], float(inject[i]), float(alpha_in[i])
            )
            wrong += (new[i] < MIN_WEIGHT) | (new[i] > MAX_WEIGHT)
        for i in range(n):
            if (
                wrong and not MIN_WEIGHT <= new[i] <= MAX_WEIGHT
            ):  # nothing is injected, the weight stays
                new[i], inject[i], alpha_in[i] = weight[i], 0, 0
            weight[i] = new[i]


@float_kernel
def _inject(law, whole, real):
    """Chain buys, then the injections, and the participants' alpha; returns the rao of TAO
    injected and of chain buys.
    """
    tao, alpha, out, weight = whole[TAO], whole[ALPHA_IN_POOL], whole[OUTSTANDING], real[WEIGHT]
    inject, alpha_in, buy, got = whole[INJECT], whole[ALPHA_IN], whole[BUY], whole[GOT]
    n, large = len(buy), 0
    for i in range(n):
        large += (5 - 4 * weight[i]) * buy[i] > SMALL * (1 - weight[i]) * tao[i]
        part = buy[i] / ((1 - weight[i]) * tao[i])
        got[i] = np.int64(
            alpha[i] * _small_part(weight[i] * part, (1 - weight[i]) * part) if buy[i] > 0 else 0.0
        )
    if large:
        for i in range(n):
            if buy[i] > 0:
                got[i] = np.int64(
                    _out(float(tao[i]), float(alpha[i]), weight[i] / (1 - weight[i]), float(buy[i]))
                )
    kept = whole[ALPHA_RECYCLED] if law.excess == RECYCLED else whole[PROTOCOL_HELD]
    injected_to, bought_from, minted, paid = (
        whole[INJECTED_TAO],
        whole[BOUGHT_TAO],
        whole[ALPHA_MINTED],
        whole[PAID],
    )
    injected, bought = np.int64(0), np.int64(0)
    for i in range(n):
        tao[i] += inject[i] + buy[i]
        injected_to[i] += inject[i]
        injected += inject[i]
    for i in range(n):
        bought_from[i] += buy[i]
        bought += buy[i]
    for i in range(n):
        alpha[i] += alpha_in[i] - got[i]
        kept[i] += got[i]
    for i in range(n):  # participants' alpha is minted together with the pool's
        out[i] += paid[i] + (got[i] if law.excess != RECYCLED else 0)
        minted[i] += alpha_in[i] + paid[i]
    if law.source != PRICE:
        for i in range(n):
            real[OWN_NOW, i] += inject[i] + buy[i]
    return injected, bought


@float_kernel
def _pay(law, state, root, root_paid):
    """The alpha just minted for participants is pending until the epoch. Root's part of it is
    sold, kept or recycled.
    """
    whole, real = state.whole, state.real
    alpha, out, half, rho = whole[ALPHA_IN_POOL], whole[OUTSTANDING], real[HALF], real[RHO]
    owner, servers, validators, due = (
        whole[OWNER],
        whole[SERVERS],
        whole[VALIDATORS],
        whole[ROOT_DUE],
    )
    n, own_part, server_part = len(half), whole[OWNER_PART], whole[SERVERS_PART]
    for i in range(n):
        owner[i] += own_part[i]
        servers[i] += server_part[i]
    for i in range(n):
        rho[i] = half[i] * _part(root, alpha[i] + out[i])
        validators[i] += np.int64(half[i] - rho[i])
    if law.root_each_block:
        _sell_all_for_root(whole, real, state.total)
    elif root_paid:
        for i in range(n):
            due[i] += np.int64(rho[i])
    else:
        for i in range(n):
            out[i] -= np.int64(rho[i])
            whole[ALPHA_RECYCLED, i] += np.int64(rho[i])


@float_kernel
def _sell_all_for_root(whole, real, total):
    """Root's part of every subnet, RHO, sold in the block that pays it, without a fee."""
    tao, alpha, out, weight, due = (
        whole[TAO],
        whole[ALPHA_IN_POOL],
        whole[OUTSTANDING],
        real[WEIGHT],
        real[RHO],
    )
    sold, got, own, n, large = whole[ALPHA_IN], whole[GOT], real[OWN_NOW], len(due), 0
    for i in range(n):
        sold[i] = np.int64(due[i])
    for i in range(n):
        large += (1 + 4 * weight[i]) * sold[i] > SMALL * weight[i] * alpha[i]
    for i in range(n):
        part = sold[i] / (weight[i] * alpha[i])
        got[i] = np.int64(
            tao[i] * _small_part((1 - weight[i]) * part, weight[i] * part) if sold[i] > 0 else 0.0
        )
    if large:
        for i in range(n):
            if sold[i] > 0:
                got[i] = np.int64(
                    _out(
                        float(alpha[i]), float(tao[i]), (1 - weight[i]) / weight[i], float(sold[i])
                    )
                )
    for i in range(n):
        tao[i] -= got[i]
        total[ROOT_TAO] += got[i]
    for i in range(n):
        alpha[i] += sold[i]
        out[i] -= sold[i]
    for i in range(n):
        whole[ROOT_SOLD_ALPHA, i] += sold[i]
        whole[ROOT_SOLD_TAO, i] += got[i]
        own[i] -= got[i]


@float_kernel
def _smooth(law, whole, real):
    """Spot prices after the coinbase, and the smoothed prices that follow them; a subnet is a
    block older.
    """
    spot, ema, age, weight, live = real[SPOT], real[EMA], real[AGE], real[WEIGHT], real[LIVE]
    tao, alpha = whole[TAO], whole[ALPHA_IN_POOL]
    for i in range(len(spot)):
        spot[i] = _price(float(tao[i]), float(alpha[i]), weight[i])
    for i in range(len(spot)):
        age[i] += live[i]
        a = live[i] * law.ema_rate * age[i] / (age[i] + law.ema_warmup)
        ema[i] = a * min(spot[i], PRICE_CAP_TAO) + (1 - a) * ema[i]


@float_kernel
def _epoch(law, state, i):
    """Pay what is pending; sell what participants sell; claim a part of what waits for root."""
    whole = state.whole
    miners, stakers, owner = whole[SERVERS, i], whole[VALIDATORS, i], whole[OWNER, i]
    withheld = np.int64(miners * state.real[BURNED_SHARE, i])
    if law.burns:
        whole[BURNED, i] += withheld
    else:
        whole[OUTSTANDING, i] -= withheld
        whole[ALPHA_RECYCLED, i] += withheld
    whole[ROOT_WAITING, i] += whole[ROOT_DUE, i]
    for row in (SERVERS, VALIDATORS, OWNER, ROOT_DUE):
        whole[row, i] = 0
    sold = np.int64((miners - withheld) * law.miners_sell) + np.int64(stakers * law.stakers_sell)
    sold += np.int64(owner * law.owners_sell)
    if sold > 0:
        state.real[FLOW_NOW, i] -= _sell(law, state, i, sold, True)
    claimed = np.int64(whole[ROOT_WAITING, i] * law.root_claimed)
    if claimed > 0:
        whole[ROOT_WAITING, i] -= claimed
        _sell_for_root(state, i, claimed)
    real = state.real
    real[SPOT, i] = _price(float(whole[TAO, i]), float(whole[ALPHA_IN_POOL, i]), real[WEIGHT, i])


@float_kernel
def _sell(law, state, i, alpha, was_paid):
    """Alpha for TAO, the fee taken out of the TAO; returns the TAO that left the pool."""
    got = _take_tao(state, i, alpha)
    fee = np.int64(got * law.fee)
    if was_paid:
        state.whole[SOLD_ALPHA, i] += alpha
        state.whole[SOLD_TAO, i] += got
    state.total[FEES] += fee
    state.total[USERS] += got - fee
    return got


@float_kernel
def _sell_for_root(state, i, alpha):
    got = _take_tao(state, i, alpha)
    state.whole[ROOT_SOLD_ALPHA, i] += alpha
    state.whole[ROOT_SOLD_TAO, i] += got
    state.total[ROOT_TAO] += got
    state.real[OWN_NOW, i] -= got


@float_kernel
def _take_tao(state, i, alpha):
    whole, weight = state.whole, state.real[WEIGHT, i]
    tao, held = whole[TAO, i], whole[ALPHA_IN_POOL, i]
    got = np.int64(0)
    if held > 0:
        got = np.int64(_out(float(held), float(tao), (1 - weight) / weight, float(alpha)))
    whole[TAO, i] -= got
    whole[ALPHA_IN_POOL, i] += alpha
    whole[OUTSTANDING, i] -= alpha
    return got


@float_kernel
def _buy(law, state, i, tao):
    """TAO for alpha by a user: the fee stays out of the pool; returns the alpha bought."""
    whole, weight = state.whole, state.real[WEIGHT, i]
    fee = np.int64(tao * law.fee)
    got = np.int64(0)
    if whole[TAO, i] > 0:
        got = np.int64(
            _out(
                float(whole[TAO, i]),
                float(whole[ALPHA_IN_POOL, i]),
                weight / (1 - weight),
                float(tao - fee),
            )
        )
    whole[TAO, i] += tao - fee
    whole[ALPHA_IN_POOL, i] -= got
    whole[OUTSTANDING, i] += got
    state.total[FEES] += fee
    state.total[USERS] -= tao
    state.real[FLOW_NOW, i] += tao
    return got
