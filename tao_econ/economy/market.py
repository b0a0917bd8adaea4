"""Can the market absorb the new TAO? Emission against volume, price impact, and the flow that holds
a price.

Three questions that must not be mixed. What would one unexpected day of selling do (the impact
laws)? What does a
lasting flow do (the macro multiplier)? Which inflow holds the price (the flow balance)? A flow that
everyone
expects does nothing: it is in the price. Impacts of single days are never added up: the square root
is a law for
one isolated order, and a year of them would more than wipe out any price.

**Ref:** papers named at each function.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..inputs import data
from ..inputs.checks import real, reals, takes_records, whole
from ..inputs.record import unknown
from ..inputs.rules import Rules, Scenario, Snapshot, rules_at
from ..inputs.units import DAYS_PER_YEAR, tao, utc
from .supply import emission_tao_per_day, minted_per_day, staked_tao, supply_path

PUBLICATION_WINDOWS = (
    ("2023-10-01", "2023-10-23"),
    ("2023-11-01", "2023-11-16"),
    ("2023-11-20", "2023-11-20"),
)
ALMGREN_GAMMA, ALMGREN_ETA = 0.314, 0.142  # fitted by Almgren, Thum, Hauptmann and Li (2005)


class SellPressure(NamedTuple):
    """New TAO that comes to market in a day, and what it would do to the price were it not
    expected.
    """

    emission_tao_per_day: float  # gross
    paid_tao_per_day: float  # less what is recycled or never issued
    owners_sold_tao_per_day: float
    miners_sold_tao_per_day: float
    stakers_sold_tao_per_day: float
    unstaked_tao_per_day: float  # stake that leaves and is sold
    sold_tao_per_day: float
    sold_usd_per_day: float  # also the net inflow that holds the price
    sold_usd_per_year: float
    volume_usd: float  # a day
    volume_is_assumed: bool  # the snapshot does not say; `scenario.volume_usd` was used
    participation_share: float  # sold over traded
    unexpected_impact_share: float  # fall of the price on one day, had nobody expected the sale
    mean_cost_share: float  # what the sellers of that day lose on average
    surprise_impact_share: float  # the same fall for the part of the flow that is news
    issuance_per_year: float  # gross new TAO of a year over the supply


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


class FlowBalance(NamedTuple):
    """What a lasting flow does."""

    break_even_inflow_usd_per_day: float  # net buying that holds the price
    price_at_inflow_usd: float  # price at which the given inflow buys all that is sold
    surprise_flow_usd_per_day: float  # net selling that nobody expected
    drift_per_year: float  # of the log price, by that surprise alone
    turnover_share: float  # of the market cap that trades in a day


class FlowPath(NamedTuple):
    """The price under a lasting flow; arrays, one entry a step."""

    years: np.ndarray
    price_usd: np.ndarray


class MarketWindow(NamedTuple):
    """A stretch of days: value of the emission against volume, and liquidity as seen."""

    since: str
    until: str
    days: int
    emission_usd_per_day: float
    volume_usd_per_day: float
    participation_share: float  # emission over volume, of the sums
    daily_volatility: (
        float | None
    )  # sample standard deviation of log returns; None with fewer than two
    amihud_per_usd: float | None  # None without a return


class ShockReplay(NamedTuple):
    """A fall of the price that had a known sale in it."""

    event: str
    sold_usd: float
    observed_fall_share: float
    observed_log_return: float
    impact_low_share: float  # by the impact law, at the highest volume
    impact_high_share: float  # at the lowest
    explained_share: float  # highest impact over the observed fall


@takes_records
def sell_pressure(rules: Rules, snapshot: Snapshot, scenario: Scenario) -> SellPressure:
    """Daily emission times the share each role sells, against a day's volume.

    Owners get `rules.owner_cut`, validators and nominators `scenario.stakers_share`, miners the
    rest. Stake that
    leaves (`scenario.stake_exit_per_day`) is sold on top.
    Raises ValueError where owners and stakers get more than there is.
    """
    emission = emission_tao_per_day(rules, snapshot, scenario)
    paid = emission * (1 - scenario.recycled_share)
    owners, stakers = float(rules.owner_cut), scenario.stakers_share
    if owners + stakers > 1:
        raise ValueError(
            f"stakers_share must be at most {1 - owners:.4g}, what the owner leaves, got {stakers}"
        )
    by_role = (
        paid * owners * scenario.owners_sold_share,
        paid * (1 - owners - stakers) * scenario.miners_sold_share,
        paid * stakers * scenario.stakers_sold_share,
        scenario.stake_exit_per_day * staked_tao(snapshot, scenario),
    )
    sold = math.fsum(by_role)
    usd = sold * snapshot.price_usd
    volume = snapshot.volume_usd or scenario.volume_usd
    law = (scenario.daily_volatility, scenario.impact_prefactor, scenario.impact_exponent)
    shock = _impact(usd / volume, *law)
    surprise = _impact(usd / volume * (1 - scenario.anticipated_share), *law)
    return SellPressure(
        emission,
        paid,
        *by_role,
        sold,
        usd,
        usd * DAYS_PER_YEAR,
        volume,
        snapshot.volume_usd is None,
        usd / volume,
        shock,
        shock / (1 + scenario.impact_exponent),
        surprise,
        emission * DAYS_PER_YEAR / tao(snapshot.issuance_rao),
    )


def price_impact(
    order_usd, *, volume_usd, daily_volatility, prefactor=1.0, exponent: float = 0.5
) -> Impact:
    """Impact of one isolated order, I = Y σ (Q/V)^δ: square root at δ = 1/2, 3/5 power at 0.6,
    linear at 1.

    order_usd : float or array, USD, not negative; the price moves by I against the order
    volume_usd, daily_volatility, prefactor : floats or arrays that broadcast with it
    exponent : float in (0, 1]
    The mean cost is I/(1 + δ). An order nobody expected: one that was expected moves nothing.
    **Ref:** Donier and Bonart, arXiv:1412.4503; Sato and Kanazawa, arXiv:2411.13965 (δ = 0.489).
    """
    order, volume = (
        reals("order_usd", order_usd, "[0, inf)"),
        reals("volume_usd", volume_usd, "(0, inf)"),
    )
    sigma, factor = (
        reals("daily_volatility", daily_volatility, "[0, inf)"),
        reals("prefactor", prefactor, "[0, inf)"),
    )
    delta = real("exponent", exponent, "(0, 1]")
    peak = _impact(order / volume, sigma, factor, delta)
    cost = peak / (1 + delta)
    return Impact(peak, cost) if peak.ndim else Impact(float(peak), float(cost))


def _impact(participation, daily_volatility, prefactor, exponent):
    """The law of one isolated order: Y σ (Q/V)^δ, as a share of the price."""
    return prefactor * daily_volatility * participation**exponent


def almgren_impact(
    order, *, volume, outstanding, daily_volatility, days, gamma=ALMGREN_GAMMA, eta=ALMGREN_ETA
) -> AlmgrenImpact:
    """Permanent impact and cost of an order worked evenly over `days` of trading, with the 3/5
    power.

    order, volume, outstanding : floats > 0 — order, a day's volume and all units in existence, in
      one unit
    daily_volatility : float, share per √day; days : float > 0, trading days
    gamma, eta : fitted coefficients of the permanent and the temporary part
    **Ref:** Almgren, Thum, Hauptmann, Li, Direct Estimation of Equity Market Impact, Risk, July
    2005:
    I = γ σ (X/V)(Θ/V)^¼ and J = I/2 + η σ (X/VT)^(3/5).
    """
    order, volume = real("order", order, "[0, inf)"), real("volume", volume, "(0, inf)")
    outstanding, days = real("outstanding", outstanding, "(0, inf)"), real("days", days, "(0, inf)")
    sigma = real("daily_volatility", daily_volatility, "[0, inf)")
    gamma, eta = real("gamma", gamma, "[0, inf)"), real("eta", eta, "[0, inf)")
    permanent = gamma * sigma * order / volume * (outstanding / volume) ** 0.25
    return AlmgrenImpact(permanent, permanent / 2 + eta * sigma * (order / (volume * days)) ** 0.6)


def liquidation_schedule(
    amount, *, days, steps: int, volatility, temporary, permanent, risk_aversion
) -> Schedule:
    """How to sell an amount in a given time: the schedule of least expected cost plus λ times its
    variance.

    amount : float, units to sell; days : float; steps : int ≥ 1, equal intervals
    volatility : float, money per unit per √day
    temporary : float, money per unit for each unit a day (η); permanent : money per unit for each
      unit (γ)
    risk_aversion : float ≥ 0, per money (λ); zero sells evenly
    Raises ValueError where η is not above γτ/2.
    **Ref:** Almgren and Chriss, J. Risk 3(2), 2000: x(t) = X sinh κ(T − t)/sinh κT,
    2(cosh κτ − 1)/τ² = λσ²/(η − γτ/2).
    """
    amount, days = real("amount", amount, "[0, inf)"), real("days", days, "(0, inf)")
    tau = days / whole("steps", steps, at_least=1)
    sigma, gamma = (
        real("volatility", volatility, "[0, inf)"),
        real("permanent", permanent, "[0, inf)"),
    )
    eta = real("temporary", temporary, f"({gamma * tau / 2}, inf)") - gamma * tau / 2
    ratio = real("risk_aversion", risk_aversion, "[0, inf)") * sigma**2 / eta
    kappa = (
        2 * math.asinh(tau * math.sqrt(ratio) / 2) / tau
    )  # the same as acosh, and exact where κτ is small
    t = tau * np.arange(steps + 1)
    if kappa * days < 1e-8:
        left = 1 - t / days
    else:  # sinh a / sinh b without overflow
        left = np.exp(-kappa * t) * np.expm1(-2 * kappa * (days - t)) / np.expm1(-2 * kappa * days)
    left[-1] = 0.0
    holding = amount * left
    sold = -np.diff(holding)
    cost = gamma * amount**2 / 2 + eta / tau * np.sum(sold**2)
    variance = float(sigma**2 * tau * np.sum(holding[1:] ** 2))
    return Schedule(kappa, t, holding, sold, float(cost), variance)


def amihud(returns, volume_usd) -> float:
    """Amihud illiquidity per USD: the mean of |return| over volume.

    returns, volume_usd : (n,) or broadcasting — daily returns, and USD traded on those days,
      positive
    **Ref:** Amihud, J. Financial Markets 5, 2002.
    """
    moves = np.abs(reals("returns", returns))
    ratio = moves / reals("volume_usd", volume_usd, "(0, inf)")
    if not ratio.size:
        raise ValueError(f"returns must have at least one entry, got shape {moves.shape}")
    return float(ratio.mean())


def kyle_lambda(value_sd: float, noise_sd: float) -> float:
    """Kyle's λ, price move per unit of net order flow: half the ratio of value to noise, each a
    standard deviation.

    value_sd : float, money per unit — of the value before the auction; noise_sd : float > 0, units
      — of noise trades
    The informed trader reveals half of the variance of the value.
    **Ref:** Kyle, Econometrica 53, 1985: λ = √Σ₀/(2σᵤ).
    """
    return real("value_sd", value_sd, "[0, inf)") / (2 * real("noise_sd", noise_sd, "(0, inf)"))


def volatility_multiplier(
    daily_volatility: float, turnover_share: float, *, factor: float = 1.0
) -> float:
    """A macro multiplier from volatility and turnover, M ≈ c·σ/φ: our dimensional closure, not a
    fit.

    daily_volatility : share per √day; turnover_share : float > 0, daily volume over market cap;
      factor : c
    **Ref:** Bouchaud, arXiv:2108.00242: of order one, rising in volatility and falling in turnover.
    """
    sigma = real("daily_volatility", daily_volatility, "[0, inf)")
    return (
        real("factor", factor, "[0, inf)")
        * sigma
        / real("turnover_share", turnover_share, "(0, inf)")
    )


@takes_records
def flow_balance(
    rules: Rules, snapshot: Snapshot, scenario: Scenario, *, inflow_usd_per_day=0.0
) -> FlowBalance:
    """What a lasting flow does: the inflow that holds the price, the price a given inflow holds,
    the drift of a surprise.

    inflow_usd_per_day : float — net buying by everyone else, B
    The drift is −M·(1 − anticipated)·(sold − B) a year over the market cap. The price is B over
    what is sold:
    infinite where nothing is sold and something bought. It takes B as given, which is its weakness.
    **Ref:** Gabaix and Koijen, NBER 28967; Benzaquen and Bouchaud, arXiv:1710.03734 (a lasting flow
    is linear).
    """
    inflow = real("inflow_usd_per_day", inflow_usd_per_day, "[0, inf)")
    pressure = sell_pressure(rules, snapshot, scenario)
    cap = tao(snapshot.issuance_rao) * (1 - scenario.lost_share) * snapshot.price_usd
    surprise = (1 - scenario.anticipated_share) * (pressure.sold_usd_per_day - inflow)
    price = math.inf if inflow else snapshot.price_usd
    if pressure.sold_tao_per_day:
        price = inflow / pressure.sold_tao_per_day
    drift = (
        0.0 - scenario.macro_multiplier * surprise * DAYS_PER_YEAR / cap
    )  # 0.0 − 0.0 is not −0.0
    return FlowBalance(pressure.sold_usd_per_day, price, surprise, drift, pressure.volume_usd / cap)


@takes_records
def price_under_flow(
    rules: Rules,
    snapshot: Snapshot,
    scenario: Scenario,
    *,
    inflow_usd_per_day=0.0,
    every_days: int = 30,
) -> FlowPath:
    """The price over `scenario.horizon_years` where the drift of `flow_balance` goes on, step by
    step.

    inflow_usd_per_day : float, USD — net buying by everyone else, B, held constant; every_days :
      int, the step
    The same shares are sold of whatever the schedule pays. With nothing bought it is P₀(S₀/S)^M for
    a sale that is all
    news: at M = 1 exactly the dilution of a constant market cap. With B it tends to the price that
    B holds.
    **Ref:** as for `flow_balance`; our closure, no fit.
    """
    inflow = real("inflow_usd_per_day", inflow_usd_per_day, "[0, inf)")
    pressure, path = (
        sell_pressure(rules, snapshot, scenario),
        supply_path(rules, snapshot, scenario, every_days=every_days),
    )
    force = scenario.macro_multiplier * (1 - scenario.anticipated_share)
    sold = (
        pressure.sold_tao_per_day / pressure.paid_tao_per_day if pressure.paid_tao_per_day else 0.0
    )
    held, days = path.circulating_tao, np.diff(path.years) * DAYS_PER_YEAR
    loss = force * sold * np.diff(np.log(held)) / (1 - scenario.lost_share)
    gain = force * inflow * days / np.sqrt(held[1:] * held[:-1])
    gain[loss > 0] *= (
        -np.expm1(-loss[loss > 0]) / loss[loss > 0]
    )  # what is bought during a step falls with it
    price = [snapshot.price_usd]
    for kept, bought in zip(np.exp(-loss).tolist(), gain.tolist(), strict=True):
        price.append(price[-1] * kept + bought)
    return FlowPath(path.years, np.array(price))


def emission_over_volume(since, until) -> MarketWindow:
    """A day's emission at the closing price against volume, over days of data/tao_daily_2023q4.csv.

    since, until : dates, both included. A return counts for the day it ends on.
    Raises ValueError where the table has no such day.
    """
    table = data.load("tao_daily_2023q4")
    first, last = (pd.Timestamp(utc(day).date()) for day in (since, until))
    returns = np.diff(np.log(table["close_usd"]), prepend=np.nan)
    inside = ((table["date"] >= first) & (table["date"] <= last)).to_numpy()
    if not inside.any():
        raise ValueError(
            f"since must be a day of tao_daily_2023q4.csv and not after until, got {since} to "
            f"{until}"
        )
    rules = rules_at(first.date())
    minted = minted_per_day(rules, 0, block_time_s=rules.block_time_s)  # no halving in the code yet
    emission = minted * table["close_usd"][inside].mean()
    volume = table["volume_usd_24h"].to_numpy(float)
    seen = inside & ~np.isnan(returns)
    return MarketWindow(
        str(first.date()),
        str(last.date()),
        int(inside.sum()),
        float(emission),
        float(volume[inside].mean()),
        float(emission / volume[inside].mean()),
        float(np.std(returns[seen], ddof=1)) if seen.sum() > 1 else None,
        amihud(returns[seen], volume[seen]) if seen.any() else None,
    )


def publication_windows() -> pd.DataFrame:
    """The article's claim on the windows of claims.csv C44: a quiet month before, its own
    fortnight, its day.
    """
    return pd.DataFrame([emission_over_volume(*window) for window in PUBLICATION_WINDOWS])


@takes_records
def replay_shock(scenario: Scenario, date) -> ShockReplay:
    """What the impact law says of a known sale, against what the price did, from
    data/price_shocks.csv.

    date : day of the shock; raises ValueError naming the known ones
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
    low, high = law.peak_share.tolist()
    fall = float(1 - row["after_usd"] / row["before_usd"])
    return ShockReplay(
        row["event"], float(row["sold_usd"]), fall, math.log1p(-fall), low, high, high / fall
    )
