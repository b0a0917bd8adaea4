"""How fast does another token's supply grow, and what is it worth diluted, on its own schedule?

Market cap over FDV says how much of a supply is still to come, and not when. These functions say
when, as far as a schedule was published (`token_schedule`): growth of supply, what is to
come discounted to a day, and what a day's new coins are against a day's volume. TAO's own numbers
come from `supply`, by the chain's rules.
"""

from __future__ import annotations

import datetime as dt
import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..inputs import data, own_tables
from ..inputs.checks import real
from ..inputs.door import typed
from ..inputs.record import unknown
from ..inputs.rules import Rules, Scenario, Snapshot
from ..inputs.units import DAYS_PER_YEAR, utc
from .supply import break_even_growth, discounted_supply, supply_at
from .token_schedules import Schedule, Tranche, token_schedule, whole_tranche

COMPARED = ("RNDR", "FET", "OCEAN", "FIL", "WLD")
HORIZONS_YEARS = (1, 3, 5)
LATER = "2025-10-01"  # the last day of comparables.csv with these tokens
MERGED = ("FET", "OCEAN")  # one token since 2024: their later supply is another thing
HALVINGS = 200  # after so many a reward is below any unit


class TokenPressure(NamedTuple):
    """New coins of a token against its market, over the coming year, were they all sold."""

    coins_per_day: float
    usd_per_day: float
    participation_share: float  # over a day's volume


@typed
def released_units(
    schedule: Schedule, when: str | dt.date | dt.datetime, *, firm_only: bool = False
) -> int:
    """Smallest units that have come by the start of a day, exactly, of any size.

    Parameters
    ----------
    schedule
        from `token_schedule`, or one's own
    when
        the day
    firm_only
        without what only comes if somebody releases it
    """
    return sum(_released(part, _days(part, when)) for part in _dated(schedule, firm_only))


@typed
def coins_to_come(
    schedule: Schedule,
    when: str | dt.date | dt.datetime,
    *,
    discount_rate: float = 0.0,
    firm_only: bool = False,
) -> float:
    """Coins that come after a day, each counted at (1 + r)^(−t), t in years from that day.

    Parameters
    ----------
    schedule, when, firm_only
        as in `released_units`
    discount_rate
        r a year, in [0, 1]; 0 counts every coin in full

    Notes
    -----
    Closed forms: a linear tranche is an annuity, a decay with rate λ of which R is left is worth
    R·λ/(λ + ln(1 + r)), a halving reward is an annuity for each reward. `supply.discounted_supply`
    is the same for a chain's rules.
    """
    rate = math.log1p(real("discount_rate", discount_rate, "[0, 1]")) / DAYS_PER_YEAR
    worth = (
        _coins(schedule, part) * _to_come(part, _days(part, when), rate)
        for part in _dated(schedule, firm_only)
    )
    return math.fsum(worth)


@typed
def token_growth(
    schedule: Schedule,
    when: str | dt.date | dt.datetime,
    years: float,
    *,
    circulating: float,
    firm_only: bool = False,
) -> float:
    """Growth of the market cap that in so many years merely holds the price, on the schedule:
    coins that come over coins that circulate.

    Parameters
    ----------
    schedule, when, firm_only
        as in `released_units`
    years
        in (0, 1,000]
    circulating
        coins on that day, as read

    Returns
    -------
    float
        nan where a part of the schedule within those years is not known, and where none of it is
    """
    years = real("years", years, "(0, 1000]")
    circulating = real("circulating", circulating, "(0, inf)")
    days = years * DAYS_PER_YEAR
    parts = _dated(schedule, firm_only=False)
    if not parts or any(_days(part, when) > -days for part in _gaps(schedule)):
        return math.nan
    new = (
        _coins(schedule, part) * _between(part, _days(part, when), days)
        for part in _dated(schedule, firm_only)
    )
    return math.fsum(new) / circulating


@typed
def token_pressure(
    schedule: Schedule,
    when: str | dt.date | dt.datetime,
    *,
    price_usd: float,
    volume_usd: float,
    firm_only: bool = False,
) -> TokenPressure:
    """What the coming year's new coins are against a day's volume, were they all sold evenly.

    Parameters
    ----------
    schedule, when, firm_only
        as in `released_units`
    price_usd, volume_usd
        of a coin, and traded in a day; both above 0

    Returns
    -------
    TokenPressure
        nan throughout where `token_growth` of one year is
    """
    price = real("price_usd", price_usd, "(0, inf)")
    volume = real("volume_usd", volume_usd, "(0, inf)")
    a_day = token_growth(schedule, when, 1, circulating=1.0, firm_only=firm_only) / DAYS_PER_YEAR
    return TokenPressure(a_day, a_day * price, a_day * price / volume)


@typed
def dilution_table(
    rules: Rules,
    snapshot: Snapshot,
    scenario: Scenario,
    *,
    tokens: tuple[str, ...] = COMPARED,
    comparables: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """TAO beside other tokens on a day of data/comparables.csv: market cap over FDV, over
    discounted FDV, and growth of supply within one, three and five years on the schedules known
    that day.

    Parameters
    ----------
    tokens
        of `schedule_tokens` and with a market cap over FDV on that day
    comparables
        readings of one's own in place of data/comparables.csv, with its columns

    Returns
    -------
    DataFrame
        a row a token, TAO first: mc_fdv; mc_discounted_low and _high; growth_firm_N and
        growth_full_N for N years; undated_share, the part of FDV for which no date was published;
        grown_share, by how much what circulates had grown by 2025-10-01; confidence, the lowest of
        the dated tranches, or 'no schedule'

    Raises
    ------
    ValueError
        for a day without rows, and for a token without a row or a schedule's row

    Notes
    -----
    Of the discounted FDV `low` counts what has no date as if it came at once, `high` as if it never
    came, and only firm tranches. Growth counts dated tranches alone: `firm` those that come by the
    clock, `full` those too that come if whoever may release them does. A schedule is gross of
    coins burned or locked as collateral. A number that rests on no schedule is nan.
    """
    day = snapshot.date.isoformat()
    if comparables is None:
        read = data.load("comparables")
    else:
        read = own_tables.own("comparables", comparables, "comparables")
    readings = read[read["as_of"] == day].set_index("token")
    later = read[read["as_of"] == LATER].set_index("token")
    if readings.empty:
        raise ValueError(f"date must be a day of the comparables, got {day} in {snapshot.name!r}")
    rows = [_own(rules, snapshot, scenario, later)]
    for token in tokens:
        if token not in readings.index or math.isnan(readings.loc[token, "mcap_fdv"]):
            known = readings.index[readings["mcap_fdv"].notna()]
            raise ValueError(unknown(f"token with a ratio on {day}", token, known))
        rows.append(_other(token, day, scenario.discount_rate, readings.loc[token], later))
    return pd.DataFrame(rows)


def _own(rules, snapshot, scenario, later) -> dict:
    """TAO's row, by the chain's rules: all of it is firm, and dated."""
    supply = supply_at(rules, snapshot, scenario)
    counted = float(discounted_supply(rules, snapshot, scenario))
    growth = {
        years: break_even_growth(rules, snapshot, scenario, years) for years in HORIZONS_YEARS
    }
    return {
        "token": "TAO",
        "mc_fdv": supply.mc_fdv,
        "mc_discounted_low": supply.circulating_tao / counted,
        "mc_discounted_high": supply.circulating_tao / counted,
        **{f"growth_firm_{years}": growth[years] for years in HORIZONS_YEARS},
        **{f"growth_full_{years}": growth[years] for years in HORIZONS_YEARS},
        "undated_share": 0.0,
        "grown_share": _grown("TAO", supply.circulating_tao, later),
        "confidence": "high",
    }


def _other(token, day, rate, reading, later) -> dict:
    """Another token's row."""
    schedule = token_schedule(token, day)
    circulating = float(reading["circulating_supply"])
    most = circulating / float(reading["mcap_fdv"])
    undated = max(most - circulating - coins_to_come(schedule, day), 0.0)
    firm = coins_to_come(schedule, day, discount_rate=rate, firm_only=True)
    full = coins_to_come(schedule, day, discount_rate=rate)
    row = {
        "token": token,
        "mc_fdv": float(reading["mcap_fdv"]),
        "mc_discounted_low": circulating / (circulating + full + undated),
        "mc_discounted_high": circulating / (circulating + firm),
    }
    for name, firm_only in (("firm", True), ("full", False)):
        for years in HORIZONS_YEARS:
            row[f"growth_{name}_{years}"] = token_growth(
                schedule, day, years, circulating=circulating, firm_only=firm_only
            )
    ranks = {part.confidence for part in _dated(schedule, firm_only=False)}
    if not ranks:
        row["mc_discounted_low"] = row["mc_discounted_high"] = math.nan
    worst = next((rank for rank in ("low", "medium", "high") if rank in ranks), "no schedule")
    return row | {
        "undated_share": undated / most,
        "grown_share": _grown(token, circulating, later),
        "confidence": worst,
    }


def _grown(token, circulating, later) -> float:
    """Growth of what circulates to the later reading; nan for a token that became another."""
    if token in MERGED or token not in later.index:
        return math.nan
    return float(later.loc[token, "circulating_supply"]) / circulating - 1


def _dated(schedule: Schedule, firm_only: bool) -> list[Tranche]:
    """The tranches with a date, checked."""
    parts = [whole_tranche(part) for part in schedule.tranches if part.kind != "none"]
    return [part for part in parts if part.firm or not firm_only]


def _gaps(schedule: Schedule) -> list[Tranche]:
    """Parts of the schedule that are not known from a day on."""
    return [part for part in schedule.tranches if part.kind == "none" and part.start]


def _coins(schedule, part) -> float:
    """All of a tranche in coins."""
    return part.units / schedule.units_per_coin


def _released(part, days) -> int:
    """Units of a tranche that have come so many days after its start."""
    return math.floor(Fraction(_share(part, days)) * part.units)


def _days(part, when) -> int:
    """Days from a tranche's start to a day."""
    return (utc(when).date() - part.start).days


def _share(part, days):
    """Part of a tranche that has come so many days after its start."""
    if days < 0:
        return 0
    if part.kind == "cliff":
        return 1
    if part.kind in ("linear", "step"):
        length = (part.end - part.start).days
        gone = min(Fraction(days) / length, Fraction(1))
        return (
            gone if part.kind == "linear" else Fraction(math.floor(gone * part.parts), part.parts)
        )
    if part.kind == "decay":
        return -math.expm1(-math.log(2) * days / part.half_life_days)
    passed, rest = divmod(Fraction(days) / Fraction(part.half_life_days), 1)
    if passed >= HALVINGS:
        return 1
    return 1 - (1 - rest / 2) / 2 ** int(passed)


def _between(part, start, days) -> float:
    """Part of a tranche that comes within so many days."""
    return float(Fraction(_share(part, start + days)) - Fraction(_share(part, start)))


def _to_come(part, days, rate) -> float:
    """Part of a tranche that comes later, discounted at a continuous rate a day."""
    wait = math.exp(rate * min(days, 0))  # a start still ahead
    gone = max(days, 0)
    if part.kind == "cliff":
        return wait if days < 0 else 0.0
    if part.kind == "decay":
        speed = math.log(2) / part.half_life_days
        return wait * math.exp(-speed * gone) * speed / (speed + rate)
    if part.kind == "halving":
        return wait * _rewards_to_come(part.half_life_days, gone, rate)
    length = (part.end - part.start).days
    if part.kind == "linear":
        return wait * _annuity(max(length - gone, 0), rate) / length
    ends = np.arange(1, part.parts + 1) * (length / part.parts)
    ahead = ends[ends > (gone if days >= 0 else -1)] - gone
    return wait * float(np.sum(np.exp(-rate * ahead))) / part.parts


def _rewards_to_come(interval, gone, rate) -> float:
    """A halving reward, all of it 1, after so many days of it."""
    total = 0.0
    first = int(gone // interval)
    for halving in range(first, first + HALVINGS):
        start = max(halving * interval - gone, 0.0)
        length = (halving + 1) * interval - gone - start
        total += 2.0 ** -(halving + 1) / interval * math.exp(-rate * start) * _annuity(length, rate)
    return total


def _annuity(days: float, rate: float) -> float:
    """One a day for so many days, discounted."""
    return -math.expm1(-rate * days) / rate if rate > 0 else float(days)
