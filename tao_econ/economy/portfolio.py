"""How much TAO, if any, belongs in a portfolio, and how well can anyone know?

Kelly's fraction is the weight with the fastest growth of log wealth. It needs the drift over cash,
which no price history of a few years can give: the error of a mean return is σ/√years whatever the
sampling. What a token confers does not enter here at all; neither do fat tails, jumps, taxes or the
price of getting out.

**Ref:** Kelly 1956; Thorp 2006, The Kelly Criterion in Blackjack, Sports Betting and the Stock
Market; Merton 1980, On Estimating the Expected Return on the Market, for the error of the drift.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from ..inputs.checks import real
from ..inputs.door import typed

DRIFTS = "[-100, 100]"
VOLATILITIES = "[0.0001, 100]"
YEARS = "[0.001, 1000]"
FRACTIONS = "[0, 100]"


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
    negative_share: float  # chance that the estimate advises to sell short
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


@typed
def kelly(drift: float, volatility: float, *, fraction: float = 1.0) -> Kelly:
    """Kelly's weight for a lognormal asset, and what a fraction of it earns.

    Parameters
    ----------
    drift
        arithmetic mean return over cash, per year
    volatility
        above 0, per √year
    fraction
        of the full weight, at least 0

    Notes
    -----
    f* = μ/σ², growth fμ − f²σ²/2.
    """
    drift = real("drift", drift, DRIFTS)
    volatility = real("volatility", volatility, VOLATILITIES)
    fraction = real("fraction", fraction, FRACTIONS)
    full = drift / volatility**2
    sharpe = drift / volatility
    return Kelly(
        weight=fraction * full,
        growth_per_year=(fraction - fraction**2 / 2) * sharpe**2,
        full_weight=full,
        full_growth_per_year=sharpe**2 / 2,
        touch_half=touch_probability(fraction, 0.5) if drift else 0.0,
    )


@typed
def touch_probability(fraction: float, level: float) -> float:
    """Chance of wealth ever falling to a level of its start at a fraction of Kelly:
    level^(2/fraction − 1).

    Parameters
    ----------
    fraction
        of the full weight, at least 0; the chance is 1 from twice Kelly on, 0 at no weight
    level
        in (0, 1]; at full Kelly it is the chance itself

    Notes
    -----
    Thorp 2006, for continuous trading and a drift that is known.
    """
    fraction = real("fraction", fraction, FRACTIONS)
    level = real("level", level, "(0, 1]")
    if fraction == 0:
        return float(level == 1)
    return level ** max(2 / fraction - 1, 0.0)


@typed
def drift_error(volatility: float, years: float) -> float:
    """Standard error of a yearly drift estimated from so many `years` of prices, however finely
    sampled: σ/√years, with σ the yearly `volatility`.
    """
    return real("volatility", volatility, VOLATILITIES) / math.sqrt(real("years", years, YEARS))


@typed
def kelly_under_error(
    drift: float, volatility: float, years: float, *, fraction: float = 1.0
) -> KellyError:
    """What estimating the drift does to Kelly's weight: its spread, and the growth that is lost.

    Parameters
    ----------
    drift
        the true one, per year
    volatility
        per √year, taken as known
    years
        of prices, above 0
    fraction
        of the estimated weight that is held

    Notes
    -----
    The estimate is normal about the truth, so all is in closed form and nothing is drawn.
    Estimation costs full Kelly 1/(2·years) of growth a year whatever the volatility.
    """
    from scipy.special import ndtr, ndtri

    known = kelly(drift, volatility, fraction=fraction)
    error = drift_error(volatility, years)
    spread = error / volatility**2
    sharpe_squared = 2 * known.full_growth_per_year
    return KellyError(
        drift_se=error,
        weight_se=spread,
        p10=known.full_weight + spread * float(ndtri(0.1)),
        p50=known.full_weight,
        p90=known.full_weight + spread * float(ndtri(0.9)),
        negative_share=float(ndtr(-drift / error)),
        growth_if_known=known.growth_per_year,
        growth_expected=known.growth_per_year - fraction**2 / (2 * years),
        best_fraction=sharpe_squared / (sharpe_squared + 1 / years),
        break_even_years=_break_even_years(fraction, sharpe_squared),
    )


def _break_even_years(fraction: float, sharpe_squared: float) -> float:
    """Years of prices at which f(2 − f)θ² − f²/years is zero; 0 where nothing is held."""
    if fraction == 0:
        return 0.0
    gain = (2 - fraction) * sharpe_squared
    return fraction / gain if gain > 0 else math.inf


@typed
def shrink_drift(
    drift: float, drift_se: float, *, prior_drift: float = 0.0, prior_sd: float
) -> Drift:
    """A drift estimate drawn towards a prior, both normal: the posterior mean and its error.

    Parameters
    ----------
    drift, drift_se
        per year, and its standard error, above 0
    prior_drift
        what one believed before prices
    prior_sd
        how firmly not, at least 0; 0 keeps the prior, a large one the estimate

    Notes
    -----
    Kelly's weight at the posterior mean is the best for one who does not learn on the way. Bayes'
    rule for a normal mean, the one-asset case of Black and Litterman 1992.
    """
    drift = real("drift", drift, DRIFTS)
    error = real("drift_se", drift_se, "[0.000001, 1000]")
    prior = real("prior_drift", prior_drift, DRIFTS)
    spread = real("prior_sd", prior_sd, "[0, 100]")
    kept = spread**2 / (spread**2 + error**2)
    return Drift(prior + kept * (drift - prior), error * math.sqrt(kept), kept)
