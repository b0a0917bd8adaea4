"""How much TAO, if any, belongs in a portfolio, and how well can anyone know?

Kelly's fraction is the weight with the fastest growth of log wealth. It needs the drift over cash,
which no price
history of a few years can give: the error of a mean return is σ/√years whatever the sampling. What
a token confers
does not enter here at all; neither do fat tails, jumps, taxes or the price of getting out.

**Ref:** Kelly 1956; Thorp 2006, The Kelly Criterion in Blackjack, Sports Betting and the Stock
Market; Merton 1980,
On Estimating the Expected Return on the Market, for the error of the drift.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from ..inputs.checks import real

DRIFTS, VOLATILITIES, YEARS, FRACTIONS = "[-100, 100]", "[0.0001, 100]", "[0.001, 1000]", "[0, 100]"


class Kelly(NamedTuple):
    """A weight in one risky asset beside cash."""

    weight: float  # share of wealth; negative is short, above one is borrowed
    growth_per_year: float  # of log wealth over cash
    full_weight: float  # Kelly's own, μ/σ²
    full_growth_per_year: float  # μ²/(2σ²), the most there is
    touch_half: float  # chance of ever falling to half of the wealth at the start


class KellyError(NamedTuple):
    """Kelly's weight where the drift is estimated from some years of prices."""

    drift_se: float  # standard error of the drift, σ/√years
    weight_se: float
    p10: float  # quantiles of the estimated full weight
    p50: float
    p90: float
    negative_share: float  # chance that the estimate says to sell short
    growth_if_known: float  # per year, at the fraction asked for, with the true drift
    growth_expected: float  # per year, with the estimated drift instead
    best_fraction: float  # of the estimated weight, by expected growth
    # history below which the fraction asked for loses on average; inf where it always does
    break_even_years: float


class Drift(NamedTuple):
    """A drift after shrinkage: mean and error of the posterior, and how much of the estimate is
    left.
    """

    drift: float
    drift_se: float
    weight_of_estimate: float  # in [0, 1]; the prior mean has the rest


def kelly(drift: float, volatility: float, *, fraction: float = 1.0) -> Kelly:
    """Kelly's weight for a lognormal asset, and what a fraction of it earns.

    drift : float, per year — arithmetic mean return over cash; volatility : float > 0, per √year
    fraction : float ≥ 0, of the full weight
    **Ref:** f* = μ/σ², growth fμ − f²σ²/2.
    """
    drift, volatility = real("drift", drift, DRIFTS), real("volatility", volatility, VOLATILITIES)
    fraction = real("fraction", fraction, FRACTIONS)
    full, sharpe = drift / volatility**2, drift / volatility
    growth = (fraction - fraction**2 / 2) * sharpe**2
    risk = touch_probability(fraction, 0.5) if drift else 0.0
    return Kelly(fraction * full, growth, full, sharpe**2 / 2, risk)


def touch_probability(fraction: float, level: float) -> float:
    """Chance of wealth ever falling to a level of its start at a fraction of Kelly:
    level^(2/fraction − 1).

    fraction : float ≥ 0, of the full weight; 1 from twice Kelly on, 0 at no weight; level : float
      in (0, 1]
    At full Kelly it is the level itself. **Ref:** Thorp 2006, for continuous trading and a drift
    that is known.
    """
    fraction, level = real("fraction", fraction, FRACTIONS), real("level", level, "(0, 1]")
    if fraction == 0:
        return float(level == 1)
    return level ** max(2 / fraction - 1, 0.0)


def drift_error(volatility: float, years: float) -> float:
    """Standard error of a yearly drift estimated from so many years of prices, however finely
    sampled: σ/√years.
    """
    return real("volatility", volatility, VOLATILITIES) / math.sqrt(real("years", years, YEARS))


def kelly_under_error(
    drift: float, volatility: float, years: float, *, fraction: float = 1.0
) -> KellyError:
    """What estimating the drift does to Kelly's weight: its spread, and the growth that is lost.

    drift : float, per year — the true one; volatility : float > 0, taken as known; years : float >
      0 of prices
    fraction : float ≥ 0 of the estimated weight that is held
    The estimate is normal about the truth, so all is in closed form and nothing is drawn.
    Estimation costs full Kelly
    1/(2·years) of growth a year whatever the volatility.
    """
    from scipy.special import ndtr, ndtri

    known = kelly(drift, volatility, fraction=fraction)
    error = drift_error(volatility, years)
    spread, sharpe_squared = error / volatility**2, 2 * known.full_growth_per_year
    low, high = (known.full_weight + spread * float(ndtri(q)) for q in (0.1, 0.9))
    expected = known.growth_per_year - fraction**2 / (2 * years)
    gain = (2 - fraction) * sharpe_squared
    return KellyError(
        error,
        spread,
        low,
        known.full_weight,
        high,
        float(ndtr(-drift / error)),
        known.growth_per_year,
        expected,
        sharpe_squared / (sharpe_squared + 1 / years),
        fraction and (fraction / gain if gain > 0 else math.inf),
    )


def shrink_drift(
    drift: float, drift_se: float, *, prior_drift: float = 0.0, prior_sd: float
) -> Drift:
    """A drift estimate drawn towards a prior, both normal: the posterior mean and its error.

    drift, drift_se : float, per year, and its standard error > 0; prior_drift : what one believed
      before prices;
    prior_sd : float ≥ 0 — how firmly not; 0 keeps the prior, a large one the estimate
    Kelly's weight at the posterior mean is the best for one who does not learn on the way.
    **Ref:** Bayes' rule for a normal mean, the one-asset case of Black and Litterman 1992.
    """
    drift, error = real("drift", drift, DRIFTS), real("drift_se", drift_se, "[0.000001, 1000]")
    prior, spread = real("prior_drift", prior_drift, DRIFTS), real("prior_sd", prior_sd, "[0, 100]")
    kept = spread**2 / (spread**2 + error**2)
    return Drift(prior + kept * (drift - prior), error * math.sqrt(kept), kept)
