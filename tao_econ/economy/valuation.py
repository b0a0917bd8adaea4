"""What would have to be true for a price? Models of value from within, each with what it takes TAO
to be.

Every model takes (rules, snapshot, scenario) and gives an `Implied` value and price. None is
blended with another: they answer different questions and rest on different rights. TAO gives no
claim on a subnet's revenue; it pays fees, is staked for a part of the emission, and sets weights.
`valuation_range.football_field` puts all of them on one axis. Sources at each function.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..inputs.checks import fits, real, reals, whole
from ..inputs.door import typed
from ..inputs.rules import Rules, Scenario, Snapshot, coins
from ..inputs.units import DAYS_PER_YEAR
from .comparables import supply_counted
from .supply import emission_tao_per_day, supply_after

# Wheatley et al. 2019, market value in USD of active users
BITCOIN_LAW = {"exponent": 1.69, "log_constant": 1.51}
# PlanB 2019, market value in USD of stock over flow
PLANB = {"exponent": 3.3, "log_constant": 14.6}
MIN_CARRY = 1e-9  # log discount less log growth for ever


class Implied(NamedTuple):
    """What TAO is worth by a model."""

    value_usd: float  # of the whole
    supply_tao: float  # that it is divided by
    price_usd: float


class StockToFlow(NamedTuple):
    """Stock over a year's flow, and the value a fit to Bitcoin's history gives it."""

    ratio_years: float
    value_usd: float
    price_usd: float


class Bands(NamedTuple):
    """Quantiles of the price over time, exact; all arrays have one length."""

    years: np.ndarray  # from the snapshot
    p10_usd: np.ndarray
    p50_usd: np.ndarray
    p90_usd: np.ndarray
    supply_ratio: np.ndarray  # supply over today's: a band times this knows no dilution


@typed
def exchange_equation(rules: Rules, snapshot: Snapshot, scenario: Scenario) -> Implied:
    """MV = PQ: the value of the TAO needed to pay the network's fees, PQ over velocity.

    Notes
    -----
    Takes TAO as a means of payment. Fails where velocity is free (it rises when holding is costly),
    where fees need not be paid in TAO, and for all TAO held for any other reason. Burniske,
    Cryptoasset Valuations, 2017.
    """
    value = scenario.fee_revenue_usd_per_year / scenario.velocity
    return _implied(rules, snapshot, scenario, value, "market_cap")


@typed
def metcalfe(
    rules: Rules,
    snapshot: Snapshot,
    scenario: Scenario,
    *,
    users: float,
    exponent: float = BITCOIN_LAW["exponent"],
    log_constant: float = BITCOIN_LAW["log_constant"],
) -> Implied:
    """A power of the number of active users, e^a·n^b, by default as fitted to Bitcoin.

    Parameters
    ----------
    users
        n, active
    exponent, log_constant
        b in [0, 4] and a in [-50, 50]

    Notes
    -----
    Takes TAO as membership. Fails for want of a count of active users, and because value and users
    trend together in any boom: another network's constant tells nothing on this one. Wheatley et
    al., R. Soc. Open Sci. 6, 2019: b = 1.69 (read in a summary); a = 1.51 is from memory, and makes
    their 22 to 44 bn USD of 2018 ask for 0.54 to 0.81 M users.
    """
    users = real("users", users, "[0, 1e18]")
    exponent = real("exponent", exponent, "[0, 4]")
    scale = math.exp(real("log_constant", log_constant, "[-50, 50]"))
    value = scale * users**exponent if users else 0.0
    return _implied(rules, snapshot, scenario, value, "market_cap")


@typed
def cong_li_wang(
    rules: Rules,
    snapshot: Snapshot,
    scenario: Scenario,
    *,
    users: float,
    productivity_usd: float,
    network_exponent: float = 0.125,
    curvature: float = 0.3,
    appreciation: float = 0.0,
) -> Implied:
    """Price at which users hold all TAO for what transactions it makes possible,
    N^γ·A·((1−a)/(r−μ))^(1/a)/M.

    Parameters
    ----------
    users
        N, at least 0
    productivity_usd
        A, USD a year per unit of N^γ
    network_exponent
        γ in [0, 1]
    curvature
        a in [0.05, 0.95], how fast more balance helps less
    appreciation
        μ per year, below the discount rate

    Notes
    -----
    Takes TAO as the money of a platform. Fails where users can pay in anything else and convert at
    once; A is not observed, and the last factor moves a hundredfold with a and r. Defaults are our
    choice. Cong, Li, Wang, Tokenomics, Rev. Financial Studies 34, 2021, static form.
    """
    users = real("users", users, "[0, 1e12]")
    level = real("productivity_usd", productivity_usd, "[0, 1e15]")
    gamma = real("network_exponent", network_exponent, "[0, 1]")
    curvature = real("curvature", curvature, "[0.05, 0.95]")
    carry = discount_less(scenario, real("appreciation", appreciation, "(-1, inf)"), "appreciation")
    value = users**gamma * level * ((1 - curvature) / carry) ** (1 / curvature)
    return _implied(rules, snapshot, scenario, value, "market_cap")


@typed
def convenience_value(
    rules: Rules,
    snapshot: Snapshot,
    scenario: Scenario,
    *,
    curvature: float = 0.3,
    appreciation: float = 0.0,
) -> Implied:
    """The same model where the yearly convenience of holding TAO is the fees paid:
    fees·(1−a)/(r−μ).

    `cong_li_wang` with its unobserved N^γ·A solved from that flow; `curvature`, `appreciation` and
    limits as there.
    """
    curvature = real("curvature", curvature, "[0.05, 0.95]")
    carry = discount_less(scenario, real("appreciation", appreciation, "(-1, inf)"), "appreciation")
    value = scenario.fee_revenue_usd_per_year * (1 - curvature) / carry
    return _implied(rules, snapshot, scenario, value, "market_cap")


@typed
def cost_of_production(
    rules: Rules, snapshot: Snapshot, scenario: Scenario, *, cost_usd_per_year: float
) -> Implied:
    """Price at which the miners' part of new TAO just pays what miners spend.

    Parameters
    ----------
    cost_usd_per_year
        of all miners, at least 0

    Returns
    -------
    Implied
        `value_usd` is at that price, of what circulates

    Notes
    -----
    Miners get what owners and stakers leave: 1 − `owner_cut` − `stakers_share` of new TAO. Where
    they spend all they are paid, the price is the price: zero profit. Takes TAO as a commodity.
    Fails since cost follows the reward: miners enter until it is spent, so a low price lowers the
    cost. A lagging floor at best. Hayes, Telematics and Informatics 34, 2017; against it Fantazzini
    and Kolodin, JRFM 13, 2020: price leads cost.
    """
    cost = real("cost_usd_per_year", cost_usd_per_year, "[0, 1e15]")
    price = cost / miners_tao_per_year(rules, snapshot, scenario)
    supply = supply_counted(rules, snapshot, scenario, "market_cap")
    return Implied(price * supply, supply, price)


@typed
def miners_tao_per_year(rules: Rules, snapshot: Snapshot, scenario: Scenario) -> float:
    """New TAO a year to miners, who get what owners and stakers leave, to divide by.

    Raises
    ------
    ValueError
        where nothing is left to issue, or to miners
    """
    part = 1 - float(rules.owner_cut) - scenario.stakers_share
    if not part > 0:
        raise ValueError(
            f"stakers_share must be below {1 - float(rules.owner_cut):.4g} to leave miners a part, "
            f"got {scenario.stakers_share:g}"
        )
    return part * _yearly_flow(rules, snapshot, scenario)


@typed
def stock_to_flow(
    rules: Rules,
    snapshot: Snapshot,
    scenario: Scenario,
    *,
    exponent: float = PLANB["exponent"],
    log_constant: float = PLANB["log_constant"],
) -> StockToFlow:
    """A foil: stock over a year's net flow, and PlanB's fit to Bitcoin's first decade, of which
    `exponent` and `log_constant` are the numbers.

    Notes
    -----
    The flow is net of `recycled_share`; set that to zero for the gross schedule. Takes scarcity as
    value, with no buyer anywhere. Fails as a regression of one trend on another (Burger 2019), out
    of sample on Bitcoin since 2021, and here because the price moves with the 3.3rd power of what
    one calls the flow. PlanB, Modeling Bitcoin's Value with Scarcity, 2019: e^14.6·SF^3.3.
    """
    ratio = coins(rules, snapshot.issuance_rao) / _yearly_flow(rules, snapshot, scenario)
    value = s2f_value(ratio, exponent=exponent, log_constant=log_constant)
    return StockToFlow(ratio, value, value / coins(rules, snapshot.issuance_rao))


@typed
def s2f_value(
    ratio_years: float,
    *,
    exponent: float = PLANB["exponent"],
    log_constant: float = PLANB["log_constant"],
) -> float:
    """Market value in USD by PlanB's fit: e^`log_constant` · `ratio_years`^`exponent`."""
    ratio = real("ratio_years", ratio_years, "[0, 1e15]")
    scale = math.exp(real("log_constant", log_constant, "[-50, 50]"))
    return scale * ratio ** real("exponent", exponent, "[0, 10]")


@typed
def spurious_r2(
    *, length: int = 120, draws: int = 1000, drift: float = 0.0, seed: int = 0
) -> np.ndarray:
    """R² of regressing one random walk on another that has nothing to do with it.

    Parameters
    ----------
    length, draws
        steps of a walk, at least 3, and pairs of walks
    drift
        of both, in units of a step's standard deviation
    seed
        of numpy's default generator

    Returns
    -------
    (draws,) array
        in [0, 1], sorted

    Notes
    -----
    Why a good fit of two growing series is no evidence: without drift half of the fits already pass
    0.18, and with one nearly all are near one. Granger and Newbold, J. Econometrics 2, 1974.
    """
    count = whole("draws", draws, at_least=1)
    steps = whole("length", length, at_least=3)
    fits("draws", count, 4)
    fits("length", steps, 4, count)
    random = np.random.default_rng(whole("seed", seed))
    moves = random.standard_normal((2, count, steps)) + real("drift", drift, "[-100, 100]")
    walks = np.cumsum(moves, axis=2)
    one, two = walks - walks.mean(axis=2, keepdims=True)
    return np.sort(np.sum(one * two, 1) ** 2 / (np.sum(one**2, 1) * np.sum(two**2, 1)))


@typed
def price_bands(
    rules: Rules,
    snapshot: Snapshot,
    scenario: Scenario,
    *,
    volatility: float,
    growth_se: float = 0.0,
    years: ArrayLike | None = None,
) -> Bands:
    """Price where the expected market cap grows by `market_cap_growth` a year, the cap is lognormal
    about it, and supply follows the schedule.

    Parameters
    ----------
    volatility
        of the market cap, per √year, in [0, 10]
    growth_se
        standard error of its drift, per year, in [0, 10]
    years
        (n,) in [0, 100]; whole years to `horizon_years`, at most 100, if not given

    Notes
    -----
    Drift ln(1 + growth), log drift less by σ²/2: a mean that stands still is a median that falls.
    Quantiles are in closed form: nothing is drawn, so they carry no Monte Carlo error. Dilution is
    structural: the cap diffuses and price is cap over supply. A lognormal has no jumps and no
    regimes: its tails are too thin.
    """
    from scipy.special import ndtri

    sigma = real("volatility", volatility, "[0, 10]")
    error = real("growth_se", growth_se, "[0, 10]")
    yearly = np.arange(min(int(scenario.horizon_years), 100) + 1.0)
    moments = yearly if years is None else reals("years", years, "[0, 100]", ndim=1)
    supply = np.array([supply_after(rules, snapshot, scenario, t) for t in moments.tolist()])
    ratio = supply / coins(rules, snapshot.issuance_rao)
    middle = (math.log1p(scenario.market_cap_growth) - sigma**2 / 2) * moments
    width = np.sqrt(sigma**2 * moments + (error * moments) ** 2)
    low, half, high = (
        snapshot.price_usd * np.exp(middle + float(ndtri(q)) * width) / ratio
        for q in (0.1, 0.5, 0.9)
    )
    return Bands(moments, low, half, high, ratio)


@typed
def new_tao_per_year(rules: Rules, snapshot: Snapshot, scenario: Scenario) -> float:
    """TAO a year at the reward of the day, net of `recycled_share`."""
    per_day = emission_tao_per_day(rules, snapshot, scenario)
    return per_day * (1 - scenario.recycled_share) * DAYS_PER_YEAR


def _yearly_flow(rules, snapshot, scenario) -> float:
    """New TAO of a year, to divide by."""
    flow = new_tao_per_year(rules, snapshot, scenario)
    if flow == 0:
        raise ValueError(
            f"issuance_rao must leave something to issue, got {snapshot.issuance_rao:,}"
        )
    return flow


def _implied(rules, snapshot, scenario, value, denominator) -> Implied:
    supply = supply_counted(rules, snapshot, scenario, denominator)
    return Implied(value, supply, value / supply)


@typed
def discount_less(scenario: Scenario, growth: float, name: str) -> float:
    """Discount less a growth for ever, which must be below it: ln(1 + r) − ln(1 + g)."""
    carry = math.log1p(scenario.discount_rate) - math.log1p(growth)
    if not carry > MIN_CARRY:
        raise ValueError(
            f"{name} must be below discount_rate ({scenario.discount_rate:g}), got {growth:g}"
        )
    return carry
