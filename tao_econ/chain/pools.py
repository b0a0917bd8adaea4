"""One subnet's pool: what a trade gets, and what it does to the price.

The pool is weighted: reserve_alpha^(1 − w) · reserve_tao^w is kept by a trade. With w = 1/2 it is
the constant product, which also stands in for the concentrated liquidity of July 2025 to June 2026
(an approximation).

**Chain:** opentensor/subtensor, pallets/swap/src/pallet/balancer.rs, commit 14bc6f9.
"""

from __future__ import annotations

import math
from dataclasses import replace

from ..inputs.checks import real
from ..inputs.door import typed
from ..inputs.record import checked_record, quantity
from .subnet_kernels import MAX_OF_RESERVE, MAX_WEIGHT, MIN_WEIGHT, _out, _price


@checked_record
class Pool:
    """A subnet's token against TAO."""

    reserve_tao: float = quantity(unit="TAO", meaning="TAO in the pool", ge=0)
    reserve_alpha: float = quantity(unit="alpha", meaning="alpha in the pool", ge=0)
    tao_weight: float = quantity(
        default=0.5,
        unit="share",
        meaning="weight of TAO in the pool; one half is the constant product",
        ge=MIN_WEIGHT,
        le=MAX_WEIGHT,
    )


@typed
def spot_price(pool: Pool) -> float:
    """TAO per alpha for the smallest trade; 0 where the pool has no alpha.

    **Chain:** balancer.rs, `calculate_price`
    """
    return _price(pool.reserve_tao, pool.reserve_alpha, pool.tao_weight)


@typed
def swap(
    pool: Pool, *, tao_in: float = 0.0, alpha_in: float = 0.0, fee: float = 0.0
) -> tuple[Pool, float]:
    """Trade one side for the other.

    Parameters
    ----------
    tao_in, alpha_in
        what is given, one of the two, with the fee still in it
    fee
        share of it that goes to the block's author and not into the pool

    Returns
    -------
    The pool after the trade, and what the trader gets: alpha for TAO, TAO for alpha.

    Raises
    ------
    ValueError
        for an empty pool, both sides at once, or more than 1,000 times the reserve

    Notes
    -----
    The chain cuts the fee to whole rao, which moves what the trader gets by 2 rao at most. The fee
    of a sale stays out of the pool here; the chain sells it into the pool for the author
    (`not_modelled`: "fee of a sale in alpha").
    """
    tao_in = real("tao_in", tao_in, "[0, inf)")
    alpha_in = real("alpha_in", alpha_in, "[0, inf)")
    kept = 1 - real("fee", fee, "[0, 1]")
    if tao_in and alpha_in:
        raise ValueError(
            f"tao_in or alpha_in must be 0, one of the two, got {tao_in} and {alpha_in}"
        )
    _tradable(pool)
    tao = pool.reserve_tao
    alpha = pool.reserve_alpha
    power = pool.tao_weight / (1 - pool.tao_weight)
    if tao_in:
        _within("tao_in", tao_in, tao)
        got, left = _traded(tao, alpha, power, tao_in * kept)
        return replace(pool, reserve_tao=tao + tao_in * kept, reserve_alpha=left), got
    _within("alpha_in", alpha_in, alpha)
    got, left = _traded(alpha, tao, 1 / power, alpha_in * kept)
    return replace(pool, reserve_tao=left, reserve_alpha=alpha + alpha_in * kept), got


def _traded(given: float, taken: float, power: float, amount: float) -> tuple[float, float]:
    """(what leaves a pool, what stays of it: precise where that is next to nothing)."""
    got = _out(given, taken, power, amount)
    rest = taken - got
    return got, rest if rest > got else taken * math.exp(-power * math.log1p(amount / given))


@typed
def trade_to_price(pool: Pool, price_tao: float) -> tuple[float, float]:
    """TAO in and alpha in, one of them 0, of the trade that moves the price there, before any fee.

    **Chain:** balancer.rs; Δy = y((p′/p)^(1−w) − 1) to buy, Δx = x((p/p′)^w − 1) to sell

    Parameters
    ----------
    price_tao
        wanted, TAO per alpha
    """
    price_tao = real("price_tao", price_tao, "(0, inf)")
    _tradable(pool)
    log_ratio = math.log(price_tao / spot_price(pool))
    if log_ratio >= 0:
        return pool.reserve_tao * math.expm1((1 - pool.tao_weight) * log_ratio), 0.0
    return 0.0, pool.reserve_alpha * math.expm1(-pool.tao_weight * log_ratio)


def _tradable(pool: Pool) -> None:
    for name in ("reserve_tao", "reserve_alpha"):
        if getattr(pool, name) == 0:
            raise ValueError(
                f"{name} must be > 0 to trade, got {getattr(pool, name)}: the pool is empty"
            )


def _within(name: str, amount: float, reserve: float) -> None:
    if amount > MAX_OF_RESERVE * reserve:
        raise ValueError(
            f"{name} must be at most {MAX_OF_RESERVE:,} times the reserve of {reserve:,}, got "
            f"{amount:,}"
        )
