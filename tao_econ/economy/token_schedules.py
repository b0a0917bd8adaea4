"""When do other tokens come to market? Published schedules as frozen tranches, from
data/token_schedules.csv.

A token's supply is a sum of tranches. Each says how many of its smallest units come, and when: at
once, evenly, in equal parts, in exponential decay, or as a block reward that halves. What nobody
published a date for stays without one (`none`), and no function counts it.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import Literal

import pandas as pd

from ..inputs import data
from ..inputs.door import typed
from ..inputs.record import checked_record, quantity, unknown
from ..inputs.units import utc

NEEDS = {  # what a kind cannot do without
    "cliff": ("units", "start"),
    "linear": ("units", "start", "end"),
    "step": ("units", "start", "end", "parts"),
    "decay": ("units", "start", "half_life_days"),
    "halving": ("units", "start", "half_life_days"),
    "none": (),
}


@checked_record
class Tranche:
    """FACT: one part of a token's supply, and when it comes."""

    name: str = quantity(unit="", meaning="what the part is for")
    kind: Literal["cliff", "linear", "step", "decay", "halving", "none"] = quantity(
        unit="",
        meaning="how it comes: at once, evenly from start to end, in equal parts at the end of "
        "each of `parts` periods, by exponential decay, as a block reward that halves, or not "
        "known",
    )
    units: int | None = quantity(
        default=None, unit="smallest units", meaning="all that ever comes", ge=0, le=10**40
    )
    start: dt.date | None = quantity(
        default=None, unit="", meaning="first day, UTC; of 'none', the day its date is missing from"
    )
    end: dt.date | None = quantity(default=None, unit="", meaning="last day, UTC")
    parts: int | None = quantity(
        default=None, unit="parts", meaning="equal parts of a step", ge=1, le=10_000
    )
    half_life_days: float | None = quantity(
        default=None,
        unit="days",
        meaning="time in which half of the rest comes; between halvings of a reward",
        ge=1,
        le=100_000,
    )
    firm: bool = quantity(
        default=True,
        unit="",
        meaning="true: it comes by the clock; false: at this pace if those who may release it do",
    )
    source: str = quantity(default="", unit="", meaning="where it was read")
    confidence: Literal["high", "medium", "low"] = quantity(
        default="medium", unit="", meaning="how sure the reading is"
    )


@checked_record
class Schedule:
    """FACT: when a token's coins come, as known on a day, and the units they are counted in."""

    token: str = quantity(unit="", meaning="ticker")
    units_per_coin: int = quantity(
        unit="smallest units per coin", meaning="10 to the token's decimals", ge=1, le=10**30
    )
    tranches: tuple[Tranche, ...] = quantity(unit="", meaning="parts of the supply")


def whole_tranche(tranche: Tranche) -> Tranche:
    """The tranche, refused where it lacks what its kind needs.

    Raises
    ------
    ValueError
        for a missing value, and for an end that is not after its start
    """
    for name in NEEDS[tranche.kind]:
        if getattr(tranche, name) is None:
            raise ValueError(f"{name} must be given for a {tranche.kind} tranche, got None")
    if tranche.kind in ("linear", "step") and tranche.end <= tranche.start:  # type: ignore[operator]
        raise ValueError(f"end must be after start ({tranche.start}), got {tranche.end}")
    return tranche


@typed
def schedule_tokens() -> list[str]:
    """The tokens `token_schedule` knows, with a published schedule or with none."""
    return sorted(set(_table()["token"]))


@typed
def token_schedule(token: str, when: str | dt.date | dt.datetime) -> Schedule:
    """A token's schedule as it was known on a day.

    Parameters
    ----------
    token
        one of `schedule_tokens`
    when
        the day: what was decided later does not count, nor what had been replaced

    Returns
    -------
    Schedule
        with a tranche of kind 'none' for what has no published date

    Raises
    ------
    ValueError
        for an unknown token, and for a day on which it had no schedule yet
    """
    return _known(token, utc(when).date())


@functools.cache
def _known(token: str, day: dt.date) -> Schedule:
    table = _table()
    table = table[table["token"] == token]
    if table.empty:
        raise ValueError(unknown("token", token, schedule_tokens()))
    decided = table["decided_on"] <= pd.Timestamp(day)
    table = table[decided & ~(table["replaced_on"] <= pd.Timestamp(day))]
    if table.empty:
        raise ValueError(f"when must be a day on which {token} had a schedule, got {day}")
    per_coin = 10 ** int(table["decimals"].iloc[0])
    return Schedule(
        token=token,
        units_per_coin=per_coin,
        tranches=tuple(_tranche(row, per_coin) for row in table.to_dict("records")),
    )


def _tranche(row: dict, per_coin: int) -> Tranche:
    """A row of the table as a record."""
    known = {name: value for name, value in row.items() if not pd.isna(value)}
    days = {name: known[name].date() for name in ("start", "end") if name in known}
    numbers = {"half_life_days": known["half_life_days"]} if "half_life_days" in known else {}
    if "parts" in known:
        numbers["parts"] = int(known["parts"])
    if "coins" in known:
        numbers["units"] = int(known["coins"]) * per_coin
    return whole_tranche(
        Tranche(
            name=row["tranche"],
            kind=row["kind"],
            firm=row["firm"] == "yes",
            source=row["source"],
            confidence=row["confidence"],
            **days,
            **numbers,
        )
    )


@functools.cache
def _table() -> pd.DataFrame:
    return data.load("token_schedules")
