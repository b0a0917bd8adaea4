"""What is a share in the network's fees worth, and what would the fees have to be for a price?

A TAO that shares pro rata in fees gets f(t)/S(t) at each moment, S being what circulates then; its
price is the sum of that, discounted: ∫ f(t)·(1+r)^(−t)/S(t) dt. Fees grow at one rate for some
years and at another for ever; supply is linear within an era, so each piece is an exponential
integral. The present value of fees over the present value of supply is another number: it weighs
supply by r·e^(−rt), while fees come later.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..inputs.checks import real, reals
from ..inputs.door import typed
from ..inputs.rules import Rules, Scenario, Snapshot
from .supply import circulating_eras
from .valuation import Implied, discount_less

SHORT = 0.01  # changes of fees and of supply below which a piece is summed at eight points
STILL = 1e-12  # log growth over a piece below which fees stand still
FAR = 50.0  # argument from which the exponential integral's asymptotic series is exact


class Required(NamedTuple):
    """What alone, all else as assumed, would make captured fees worth a price."""

    price_usd: float  # to be justified
    value_usd: float  # present value of all fees that would do it, growing as assumed
    fee_revenue_usd_per_year: float  # today; inf where nothing is captured
    revenue_multiple: float  # that over the fees assumed; inf where none are
    capture_share: float  # above one cannot be had; inf where there are no fees
    # per year while fees grow; inf where nothing is captured, -1 where no fees need last
    revenue_growth: float


class Surface(NamedTuple):
    """Price by fees and capture share."""

    fee_revenue_usd_per_year: np.ndarray  # (n,)
    capture_share: np.ndarray  # (m,)
    price_usd: np.ndarray  # (n, m)


class _Claim(NamedTuple):
    """Growth of fees less discount, in logs per year: so long, and for ever after."""

    years: float
    growing: float
    later: float  # below zero


class _Piece(NamedTuple):
    """A stretch of time in which fees grow at one rate and supply by as much each year."""

    first: float  # years from now
    last: float  # may be infinite where supply stands still
    supply_tao: float  # circulating at the first moment
    tao_per_year: float


@typed
def captured_fees(
    rules: Rules,
    snapshot: Snapshot,
    scenario: Scenario,
    *,
    growth_years: float = 10.0,
    terminal_growth: float = 0.0,
) -> Implied:
    """Discounted cash flow of one TAO: its part of the fees that reach holders, times survival.

    Parameters
    ----------
    growth_years, terminal_growth
        fees grow at `revenue_growth` so long, then at this yearly rate for ever

    Returns
    -------
    Implied
        `value_usd` is the present value of all fees that reach holders, `supply_tao` what it is
        divided by: the supply met on the way, weighed by the fees that come then

    Notes
    -----
    ∫ f(t)·(1+r)^(−t)/S(t) dt, in closed form era by era. Takes TAO as a share in a business, and
    TAO issued later as having its part in later fees. Fails on the first word: the protocol gives
    holders no claim on fees, so `capture_share` is a hope.
    """
    claim = _claim(scenario, growth_years, terminal_growth)
    captured = scenario.fee_revenue_usd_per_year * scenario.capture_share * scenario.survival_share
    eras = circulating_eras(rules, snapshot, scenario)
    value = _value_of_a_dollar(claim)
    price = _price_of_a_dollar(eras, claim)
    return Implied(captured * value, value / price, captured * price)


@typed
def reverse_dcf(
    rules: Rules,
    snapshot: Snapshot,
    scenario: Scenario,
    *,
    price_usd: float | None = None,
    growth_years: float = 10.0,
    terminal_growth: float = 0.0,
) -> Required:
    """The fees, the capture share or the growth that would make `captured_fees` give a price, one
    at a time.

    Parameters
    ----------
    price_usd
        above 0; the snapshot's if not given
    growth_years, terminal_growth
        as in `captured_fees`

    Notes
    -----
    Growth is found with SciPy's Brent root finder; the other two are ratios.
    """
    price = real("price_usd", snapshot.price_usd if price_usd is None else price_usd, "(0, 1e12]")
    claim = _claim(scenario, growth_years, terminal_growth)
    eras = tuple(circulating_eras(rules, snapshot, scenario))
    per_dollar = _price_of_a_dollar(eras, claim)
    fees = scenario.fee_revenue_usd_per_year
    share = scenario.capture_share
    survival = scenario.survival_share
    needed = price / per_dollar / survival if survival else math.inf
    captured = fees * share * survival
    return Required(
        price_usd=price,
        value_usd=price / per_dollar * _value_of_a_dollar(claim),
        fee_revenue_usd_per_year=needed / share if share else math.inf,
        revenue_multiple=needed / share / fees if share and fees else math.inf,
        capture_share=needed / fees if fees else math.inf,
        revenue_growth=_growth_for(scenario, eras, claim, price=price, captured=captured),
    )


@typed
def reverse_dcf_surface(
    rules: Rules,
    snapshot: Snapshot,
    scenario: Scenario,
    *,
    fee_revenue_usd_per_year: ArrayLike,
    capture_share: ArrayLike,
    growth_years: float = 10.0,
    terminal_growth: float = 0.0,
) -> Surface:
    """Price by `captured_fees` for every pair of fees and capture share.

    Parameters
    ----------
    fee_revenue_usd_per_year, capture_share
        (n,) USD a year, and (m,) in [0, 1]
    growth_years, terminal_growth
        as in `captured_fees`
    """
    fees = reals("fee_revenue_usd_per_year", fee_revenue_usd_per_year, "[0, 1e15]", ndim=1)
    share = reals("capture_share", capture_share, "[0, 1]", ndim=1)
    claim = _claim(scenario, growth_years, terminal_growth)
    eras = circulating_eras(rules, snapshot, scenario)
    price = _price_of_a_dollar(eras, claim) * scenario.survival_share
    return Surface(fees, share, price * np.outer(fees, share))


def _claim(scenario, growth_years, terminal_growth) -> _Claim:
    length = real("growth_years", growth_years, "[0, 100]")
    forever = real("terminal_growth", terminal_growth, "[-0.99, 1]")
    later = -discount_less(scenario, forever, "terminal_growth")
    growing = math.log1p(scenario.revenue_growth) - math.log1p(scenario.discount_rate)
    return _Claim(length, growing, later)


def _value_of_a_dollar(claim) -> float:
    """Present value of a dollar a year that grows as the claim says."""
    rate = claim.growing
    grown = math.expm1(rate * claim.years) / rate if rate else claim.years
    return grown - math.exp(rate * claim.years) / claim.later


def _price_of_a_dollar(eras, claim) -> float:
    """What one TAO gets of a dollar a year that grows as the claim says, discounted."""
    at_turn = claim.growing * claim.years
    total = 0.0
    for piece in _pieces(eras, claim.years):
        if piece.first < claim.years:
            total += _piece_value(piece, claim.growing, 0.0)
        else:
            total += _piece_value(piece, claim.later, at_turn - claim.later * claim.years)
    return total


def _pieces(eras, turn: float) -> Iterator[_Piece]:
    """The eras, and the time after the last, cut where fees turn from one growth to the other."""
    for first, last, supply, flow in eras:
        if first < turn < last:
            yield _Piece(first, turn, supply, flow)
            yield _Piece(turn, last, supply + flow * (turn - first), flow)
        elif first < last:
            yield _Piece(first, last, supply, flow)


def _piece_value(piece, rate: float, shift: float) -> float:
    """∫ e^(rate·t + shift)/S(t) dt over a piece."""
    start = math.exp(rate * piece.first + shift)
    length = piece.last - piece.first
    if piece.tao_per_year == 0:
        moved = math.expm1(rate * length) / rate if rate else length
        return start * moved / piece.supply_tao
    grown = piece.tao_per_year * length / piece.supply_tao
    if abs(rate) * length < STILL:
        return start * math.log1p(grown) / piece.tao_per_year
    if abs(rate) * length < SHORT and grown < SHORT:
        nodes, weights = np.polynomial.legendre.leggauss(8)
        part = (1 + nodes) / 2
        inside = np.exp(rate * length * part) / (1 + grown * part)
        return start * length * float(weights @ inside) / 2 / piece.supply_tao
    at_first = rate * piece.supply_tao / piece.tao_per_year
    at_last = at_first + rate * length
    end = math.exp(rate * piece.last + shift)
    return (end * _scaled_ei(at_last) - start * _scaled_ei(at_first)) / piece.tao_per_year


def _scaled_ei(x: float) -> float:
    """e^(−x)·Ei(x) for any x but 0; Abramowitz and Stegun 5.1.10 and 5.1.51."""
    from scipy.special import exp1, expi

    if abs(x) < FAR:
        return math.exp(-x) * float(expi(x) if x > 0 else -exp1(-x))
    term = total = 1 / x
    for n in range(1, 40):
        term *= n / x
        total += term
    return total


def _growth_for(scenario, eras, claim, *, price, captured) -> float:
    """Yearly growth at which fees captured are worth the price; inf where no growth or no time to
    grow could do it.
    """
    from scipy.optimize import brentq

    if captured == 0 or claim.years < 1e-9:  # with less, none makes a difference
        return math.inf
    discount = math.log1p(scenario.discount_rate)

    def miss(log_growth):
        grown = claim._replace(growing=log_growth - discount)
        return math.log(_price_of_a_dollar(eras, grown) * captured / price)

    low = -30.0
    high = 5.0
    while miss(high) < 0 and high * claim.years < 300:
        high *= 2
    if miss(low) > 0 or miss(high) < 0:
        return -1.0 if miss(low) > 0 else math.inf
    return float(np.expm1(min(brentq(miss, low, high, xtol=1e-13), 700.0)))
