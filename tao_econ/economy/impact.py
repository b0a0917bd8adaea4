"""What would one order do to the price? Impact laws, the cheapest schedule, liquidity as seen.

A law for one isolated order that nobody expected. Impacts of single days are never added up: the
square root is no law for a lasting flow, which is `market.flow_balance`. Papers are named at each
function.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..inputs import data
from ..inputs.checks import fits, real, reals, together, whole
from ..inputs.door import typed
from ..inputs.record import unknown
from ..inputs.rules import Scenario
from ..inputs.units import Numbers, utc

ALMGREN_GAMMA = 0.314  # fitted by Almgren, Thum, Hauptmann and Li (2005)
ALMGREN_ETA = 0.142
OUTSIDE = "must stay within the impact law, where a price falls by at most the whole of it"
MIN_URGENCY = 1e-8  # κT below which the schedule is even: sinh a / sinh b has no digits left


class Impact(NamedTuple):
    """What one isolated order does to the price; floats, or arrays of one shape."""

    peak_share: float | np.ndarray  # move against the order when it is done
    mean_cost_share: float | np.ndarray  # average over its execution


class AlmgrenImpact(NamedTuple):
    """Impact of an order spread evenly over part of a day or more."""

    permanent_share: float  # I
    cost_share: float  # J, of the whole order: half of I and the temporary part


class Schedule(NamedTuple):
    """The selling schedule of least cost and risk; arrays over the moments of trade."""

    kappa_per_day: float
    days: np.ndarray  # (steps + 1,)
    holding: np.ndarray  # (steps + 1,) what is left
    sold: np.ndarray  # (steps,) in each interval
    expected_cost: float  # in money
    cost_variance: float  # in money²


class ShockReplay(NamedTuple):
    """A fall of the price that had a known sale in it."""

    event: str
    sold_usd: float
    observed_fall_share: float
    observed_log_return: float
    impact_low_share: float  # by the impact law, at the highest volume
    impact_high_share: float  # at the lowest
    explained_share: float  # highest impact over the observed fall


@typed
def price_impact(
    order_usd: ArrayLike,
    *,
    volume_usd: ArrayLike,
    daily_volatility: ArrayLike,
    prefactor: ArrayLike = 1.0,
    exponent: float = 0.5,
) -> Impact:
    """Impact of one isolated order, I = Y σ (Q/V)^δ: square root at δ = 1/2, 3/5 power at 0.6,
    linear at 1.

    Parameters
    ----------
    order_usd
        USD, not negative; the price moves by I against the order
    volume_usd, daily_volatility, prefactor
        USD a day, share per √day, Y; all broadcast with the order
    exponent
        δ in (0, 1]

    Notes
    -----
    The mean cost is I/(1 + δ). An order nobody expected: one that was expected moves nothing.
    Donier and Bonart, arXiv:1412.4503; Sato and Kanazawa, arXiv:2411.13965 (δ = 0.489).

    Raises
    ------
    ValueError
        where the law would take more than the whole price: it was never seen there
    """
    order = reals("order_usd", order_usd, "[0, inf)")
    volume = reals("volume_usd", volume_usd, "(0, inf)")
    sigma = reals("daily_volatility", daily_volatility, "[0, inf)")
    factor = reals("prefactor", prefactor, "[0, inf)")
    delta = real("exponent", exponent, "(0, 1]")
    together(order_usd=order, volume_usd=volume, daily_volatility=sigma, prefactor=factor)
    peak = impact_share(order / volume, sigma, factor, delta)
    if (most := np.max(peak, initial=0.0)) > 1:
        raise ValueError(f"order_usd {OUTSIDE}, got a fall of {most:.3g} of it")
    cost = peak / (1 + delta)
    return Impact(peak, cost) if peak.ndim else Impact(float(peak), float(cost))


def impact_share(
    participation: Numbers, daily_volatility: Numbers, prefactor: Numbers, exponent: float
) -> Numbers:
    """The law of one isolated order, Y σ (Q/V)^δ, as a share of the price; arguments as in
    `price_impact`, with Q/V, the order over a day's volume, in one.
    """
    return prefactor * daily_volatility * participation**exponent


def within_law(share: Numbers) -> Numbers:
    """An impact as a share of the price, nan where it is more than the whole price: outside the
    law, which maps leave blank.
    """
    if isinstance(share, float):
        return math.nan if share > 1 else share
    return np.where(share > 1, np.nan, share)


@typed
def almgren_impact(
    order: float,
    *,
    volume: float,
    outstanding: float,
    daily_volatility: float,
    days: float,
    gamma: float = ALMGREN_GAMMA,
    eta: float = ALMGREN_ETA,
) -> AlmgrenImpact:
    """Permanent impact and cost of an order worked evenly over `days` of trading, with the 3/5
    power.

    Parameters
    ----------
    order, volume, outstanding
        the order, a day's volume and all units in existence, in one unit
    daily_volatility
        share per √day
    days
        trading days, above 0
    gamma, eta
        fitted coefficients of the permanent and the temporary part

    Notes
    -----
    Almgren, Thum, Hauptmann, Li, Direct Estimation of Equity Market Impact, Risk, July 2005:
    I = γ σ (X/V)(Θ/V)^¼ and J = I/2 + η σ (X/VT)^(3/5).

    Raises
    ------
    ValueError
        where either would be more than the whole price
    """
    order = real("order", order, "[0, inf)")
    volume = real("volume", volume, "(0, inf)")
    outstanding = real("outstanding", outstanding, "(0, inf)")
    days = real("days", days, "(0, inf)")
    sigma = real("daily_volatility", daily_volatility, "[0, inf)")
    gamma = real("gamma", gamma, "[0, inf)")
    eta = real("eta", eta, "[0, inf)")
    permanent = gamma * sigma * order / volume * (outstanding / volume) ** 0.25
    cost = permanent / 2 + eta * sigma * (order / (volume * days)) ** 0.6
    if (most := max(permanent, cost)) > 1:
        raise ValueError(f"order {OUTSIDE}, got a fall of {most:.3g} of it")
    return AlmgrenImpact(permanent, cost)


@typed
def liquidation_schedule(
    amount: float,
    *,
    days: float,
    steps: int,
    volatility: float,
    temporary: float,
    permanent: float,
    risk_aversion: float,
) -> Schedule:
    """How to sell an amount in a given time: the schedule of least expected cost plus λ times its
    variance.

    Parameters
    ----------
    amount
        units to sell
    days, steps
        time to sell in, and the number of equal intervals
    volatility
        σ, money per unit per √day
    temporary, permanent
        η, money per unit for each unit a day, and γ, money per unit for each unit
    risk_aversion
        λ, per money; zero sells evenly

    Raises
    ------
    ValueError
        where η is not above γτ/2

    Notes
    -----
    Almgren and Chriss, J. Risk 3(2), 2000: x(t) = X sinh κ(T − t)/sinh κT, 2(cosh κτ − 1)/τ² =
    λσ²/(η − γτ/2). κ is found by asinh, the same as acosh and exact where κτ is small.
    """
    amount = real("amount", amount, "[0, inf)")
    days = real("days", days, "(0, inf)")
    steps = whole("steps", steps, at_least=1)
    fits("steps", steps, 6)
    tau = days / steps
    sigma = real("volatility", volatility, "[0, inf)")
    gamma = real("permanent", permanent, "[0, inf)")
    eta = real("temporary", temporary, f"({gamma * tau / 2}, inf)") - gamma * tau / 2
    ratio = real("risk_aversion", risk_aversion, "[0, inf)") * sigma**2 / eta
    kappa = 2 * math.asinh(tau * math.sqrt(ratio) / 2) / tau
    moments = tau * np.arange(steps + 1)
    holding = amount * _left(kappa, days, moments)
    sold = -np.diff(holding)
    cost = gamma * amount**2 / 2 + eta / tau * np.sum(sold**2)
    return Schedule(
        kappa_per_day=kappa,
        days=moments,
        holding=holding,
        sold=sold,
        expected_cost=float(cost),
        cost_variance=float(sigma**2 * tau * np.sum(holding[1:] ** 2)),
    )


def _left(kappa, days, moments):
    """Share that is left at each moment: sinh κ(T − t)/sinh κT, without overflow."""
    if kappa * days < MIN_URGENCY:
        left = 1 - moments / days
    else:
        to_go = np.expm1(-2 * kappa * (days - moments))
        left = np.exp(-kappa * moments) * to_go / np.expm1(-2 * kappa * days)
    left[-1] = 0.0
    return left


@typed
def amihud(returns: ArrayLike, volume_usd: ArrayLike) -> float:
    """Amihud illiquidity per USD: the mean of |return| over volume.

    Parameters
    ----------
    returns
        (n,) daily returns
    volume_usd
        USD traded on those days, above 0; one for each day or for all

    Notes
    -----
    Amihud, J. Financial Markets 5, 2002.
    """
    moves = np.abs(reals("returns", returns))
    volume = reals("volume_usd", volume_usd, "(0, inf)")
    if volume.shape not in ((), moves.shape) or not moves.size:
        raise ValueError(
            "returns and volume_usd must have one shape with an entry or more, got "
            f"{moves.shape} and {volume.shape}"
        )
    return float((moves / volume).mean())


@typed
def kyle_lambda(value_sd: float, noise_sd: float) -> float:
    """Kyle's λ, price move per unit of net order flow: half the ratio of value to noise.

    Parameters
    ----------
    value_sd
        standard deviation of the value before the auction, money per unit
    noise_sd
        standard deviation of noise trades, units, above 0

    Notes
    -----
    Kyle, Econometrica 53, 1985: λ = √Σ₀/(2σᵤ); the informed trader reveals half of the variance.
    """
    value_sd = real("value_sd", value_sd, "[0, inf)")
    return value_sd / (2 * real("noise_sd", noise_sd, "(0, inf)"))


@typed
def volatility_multiplier(
    daily_volatility: float, turnover_share: float, *, factor: float = 1.0
) -> float:
    """A macro multiplier from volatility and turnover, M ≈ c·σ/φ: our dimensional closure, not a
    fit.

    Parameters
    ----------
    daily_volatility
        σ, share per √day
    turnover_share
        φ > 0, daily volume over market cap
    factor
        c

    Notes
    -----
    Bouchaud, arXiv:2108.00242: of order one, rising in volatility and falling in turnover.
    """
    sigma = real("daily_volatility", daily_volatility, "[0, inf)")
    turnover = real("turnover_share", turnover_share, "(0, inf)")
    return real("factor", factor, "[0, inf)") * sigma / turnover


@typed
def replay_shock(scenario: Scenario, date: str | dt.date | dt.datetime) -> ShockReplay:
    """What the impact law gives for a known sale, against what the price did, from
    data/price_shocks.csv.

    Parameters
    ----------
    date
        day of the shock

    Raises
    ------
    ValueError
        naming the known days
    """
    table = data.load("price_shocks")
    day = utc(date).date()
    found = table[table["date"] == pd.Timestamp(day)]
    if found.empty:
        raise ValueError(unknown("shock", str(day), [d.date() for d in table["date"]]))
    row = found.iloc[0]
    law = price_impact(
        row["sold_usd"],
        volume_usd=[row["volume_high_usd"], row["volume_low_usd"]],
        daily_volatility=scenario.daily_volatility,
        prefactor=scenario.impact_prefactor,
        exponent=scenario.impact_exponent,
    )
    low, high = np.asarray(law.peak_share).tolist()
    fall = float(1 - row["after_usd"] / row["before_usd"])
    return ShockReplay(
        event=row["event"],
        sold_usd=float(row["sold_usd"]),
        observed_fall_share=fall,
        observed_log_return=math.log1p(-fall),
        impact_low_share=low,
        impact_high_share=high,
        explained_share=high / fall,
    )
