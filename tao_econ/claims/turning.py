"""What turns a verdict: found by root finding over every input that a claim reads, never typed.

An input is a number of the records, a fact, or a series of a table, with the range documented for
it. The smallest change, as a part of that range, is the flip. A fact that is yes or no is turned
round.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from ..economy.stress import Records
from ..inputs.data import dates
from ..inputs.record import about
from ..inputs.units import RAO_PER_TAO, tao
from .declare import Claim
from .facts import Fact
from .roots import DATE, Flip, Input, nearest
from .rule import (
    UNKNOWN,
    Judgement,
    Value,
    World,
    find,
    judged,
    table,
    verdict,
    with_records,
)
from .sources import closes, days_2023

YEAR = 365.0  # a date is moved by at most so many days
NOVEMBER = "2023-11-01"
FIELDS = (  # of the scenario
    "recycled_share",
    "staked_share",
    "lost_share",
    "owners_sold_share",
    "miners_sold_share",
    "stakers_sold_share",
    "capture_share",
    "survival_share",
    "fee_revenue_usd_per_year",
    "volume_usd",
    "block_time_s",
)
# of a number without a documented range, and of every value of a series
FACTOR = 2.0
WIDE = 10.0  # of one token beside others
SERIES = {
    "TAO's closes from November 2023 on": (
        ("closes", "close_usd"),
        ("tao_daily_2023q4", "close_usd low_usd high_usd"),
    ),
    "Filecoin's closes from December 2023 on": (("peers_weekly", "fil_usd"),),
    "TAO's volume": (("tao_daily_2023q4", "volume_usd_24h"),),
    "RNDR's closes and market cap": (("rndr_daily", "close_usd market_cap_usd"),),
    "the weekly closes of others": (("peers_weekly", "rndr_usd fet_usd btc_usd"),),
}
SINCE = {"Filecoin's closes from December 2023 on": "2023-12-01"}
TOKENS = ("market_cap_usd", "mcap_fdv", "volume_24h_usd", "fdv_usd", "price_usd")
SAID = {
    "snapshot.price_usd": ("price", "USD"),
    "snapshot.volume_usd": ("volume", "USD a day"),
    "snapshot.issuance_rao": ("supply", "TAO"),
}
PLACES = {"then": "the article's", "day": "publication day's", "now": "the latest"}


class _Watched:
    """A world that notes what a claim looks at."""

    def __init__(self, world: World):
        self._world = world
        self.seen: set[str] = set()
        self.facts = _Noted(world.facts)
        self.tables = _Noted(world.tables)

    def __getattr__(self, name: str):
        if name in PLACES:
            self.seen.add(name)
        return getattr(self._world, name)


class _Noted(dict):
    """A dictionary that notes what is asked for."""

    def __init__(self, known):
        super().__init__(known)
        self.asked: set = set()

    def get(self, key, default=None):
        """As `dict.get`."""
        self.asked.add(key)
        return super().get(key, default)

    def __contains__(self, key):
        self.asked.add(key)
        return super().__contains__(key)


def inputs(world: World, claim: Claim) -> list[Input]:
    """Everything numeric that a claim reads.

    Parameters
    ----------
    world : World
    claim : Claim

    Returns
    -------
    list[Input]
    """
    seen = _Watched(world)
    find(seen, claim)  # type: ignore[arg-type]
    found = [one for place in sorted(seen.seen) for one in _record_inputs(world, place)]
    for name in sorted(seen.facts.asked):
        found += _fact_inputs(world, name)
    return found + list(_series_inputs(world, seen.tables.asked))


def _record_inputs(world: World, place: str) -> Iterator[Input]:
    records: Records = getattr(world, place)
    for part, name, low, high in _ranges(records):
        value = getattr(getattr(records, part), name)
        if value is None:
            continue
        scale = RAO_PER_TAO if name.endswith("_rao") else 1

        def put(new: float, part=part, name=name, scale=scale) -> World:
            changed = round(new * scale) if scale > 1 else new
            record = dataclasses.replace(getattr(records, part), **{name: changed})
            return with_records(world, {place: records._replace(**{part: record})})

        said, unit = SAID.get(f"{part}.{name}") or (name, about(records.scenario, name)["unit"])
        yield Input(
            name=f"{PLACES[place]} {said}",
            unit=unit,
            value=float(value) / scale,
            low=low,
            high=high,
            put=put,
        )


def _ranges(records: Records) -> Iterator[tuple[str, str, float, float]]:
    """Fields that may be moved, with the range that data or assumptions document."""
    prices = closes()
    volumes = days_2023()["volume_usd_24h"]
    yield "snapshot", "price_usd", float(prices.min()), float(prices.max())
    top = max(float(volumes.max()), 3 * records.scenario.volume_usd)
    yield "snapshot", "volume_usd", float(volumes.min()), top
    snapshot = records.snapshot
    ends = snapshot.issuance_low_rao, snapshot.issuance_high_rao
    whole = tao(records.rules.max_supply_rao) * 0.999
    low, high = (tao(end) if end else tao(snapshot.issuance_rao) for end in ends)
    if low < high:
        yield "snapshot", "issuance_rao", low, min(high, whole)
    for name in FIELDS:
        if name != "volume_usd" or snapshot.volume_usd is None:
            span = about(records.scenario, name)["span"] or (0.0, 1.0)  # without one: a share
            yield "scenario", name, *span


def _fact_inputs(world: World, name: tuple[str, str]) -> Iterator[Input]:
    for place, fact in enumerate(world.facts.get(name, ())):
        said = f"{name[1].replace('_', ' ')} ({fact.as_of:%Y-%m})"
        put = functools.partial(with_fact, world, name, place)
        if isinstance(fact.value, str) and len(fact.value) == len("2025-12-15"):
            day = float(dt.date.fromisoformat(fact.value).toordinal())
            dated = functools.partial(_with_day, put)
            yield Input(name=said, unit=DATE, value=day, low=day - YEAR, high=day + YEAR, put=dated)
        if isinstance(fact.value, float):
            low = fact.low
            high = fact.high
            if not low < high:
                low, high = sorted((fact.value / FACTOR, fact.value * FACTOR))
            yield Input(name=said, unit=fact.unit, value=fact.value, low=low, high=high, put=put)


def _with_day(put: Callable[[Any], World], day: float) -> World:
    return put(dt.date.fromordinal(round(day)).isoformat())


def with_fact(world: World, name: tuple[str, str], place: int, value) -> World:
    """The world with another value of a fact; its range moves in proportion."""
    rows = list(world.facts[name])
    old = rows[place]
    by = value / old.value if isinstance(old.value, float) and old.value else 1.0
    rows[place] = old._replace(value=value, low=old.low * by, high=old.high * by)
    return dataclasses.replace(world, facts={**world.facts, name: tuple(rows)})


def _series_inputs(world: World, read: set) -> Iterator[Input]:
    for name, parts in SERIES.items():
        if read & {part[0] for part in parts}:
            put = functools.partial(scaled, world, parts, since=SINCE.get(name, NOVEMBER))
            yield _times(name, FACTOR, put)
    for column in TOKENS if "comparables" in read else ():
        put = functools.partial(scaled, world, (("comparables", column),), token="TAO")
        yield _times(f"TAO's {column}", WIDE, put)


def _times(name: str, factor: float, put: Callable[[float], World]) -> Input:
    said = f"{name}, × as recorded,"
    return Input(name=said, unit="", value=1.0, low=1 / factor, high=factor, put=put)


def scaled(world: World, parts, factor: float, *, token: str | None = None, since=NOVEMBER):
    """A world with columns of tables times a factor, of all tokens or one, from a day on.

    Parameters
    ----------
    world : World
    parts : tuple
        Table and column names, as in `SERIES`.
    factor : float
    token : str, optional
    since : str

    Returns
    -------
    World
    """
    tables = dict(world.tables)
    for name, columns in parts:
        rows = closes(tables).to_frame("close_usd") if name == "closes" else table(world, name)
        rows = rows.copy()  # pandas 2 would write into what is kept
        if token is not None:
            chosen = (rows["token"] == token).to_numpy()
        else:
            days = rows.index if name == "closes" else dates(rows["date"])
            chosen = np.asarray(days >= pd.Timestamp(since))
        for column in columns.split():
            rows.loc[chosen, column] = rows.loc[chosen, column].astype(float) * factor
        tables[name] = rows
    return dataclasses.replace(world, tables=tables)


def flip(world: World, claim: Claim, when: str) -> Flip | None:
    """The smallest change of one input that turns a claim's verdict on one date.

    Parameters
    ----------
    world : World
    claim : Claim
    when : str
        'then' or 'now'.

    Returns
    -------
    Flip or None
        None where no input turns it.
    """
    start = _verdict(world, claim, when)
    if start in ("", UNKNOWN):
        return None
    found = [_root(one, claim, when, start) for one in inputs(world, claim)]
    turned = [one for one in found if one is not None]
    turned += [one for one in _turned_round(world, claim, when, start) if not turned]
    return min(turned, key=lambda one: one.distance, default=None)


def _verdict(world: World, claim: Claim, when: str) -> str:
    return verdict(judged(world, claim, when))


def _reads(one: Input, claim: Claim, when: str) -> bool:
    """Whether anything measured changes where an input goes to either end of its range."""
    values = set()
    for value in (one.value, one.low, one.high):
        try:
            found = judged(one.put(value), claim, when)
        except (ValueError, ArithmeticError):
            return True
        values.add(None if found is None else tuple(read.value for read in found.read))
    return len(values) > 1


def _root(one: Input, claim: Claim, when: str, start: str) -> Flip | None:
    """Where an input that a claim reads turns its verdict."""
    if not _reads(one, claim, when):
        return None

    @functools.cache
    def found(value: float) -> Judgement | None:
        try:
            return judged(one.put(value), claim, when)
        except (ValueError, ArithmeticError):
            return None

    def at(value: float) -> str | None:
        return verdict(found(value)) if found(value) is not None else None

    def side(value: float) -> int:
        measured = found(value)
        return 0 if measured is None else side_of(claim, measured.value)

    return nearest(one, start, at, side=side if claim.says == "=" else None)


def side_of(claim: Claim, value: Value | None) -> int:
    """The sign of a measured value less what is stated; dates as precisely as stated.

    Parameters
    ----------
    claim : Claim
    value : float, bool, str, Estimate or None

    Returns
    -------
    int
    """
    if isinstance(value, str):
        day = value[: len(claim.stated)]
        return (day > claim.stated) - (day < claim.stated)
    if isinstance(value, (int, float)):
        stated = float(claim.stated)
        return (value > stated) - (value < stated)
    return 0


def _turned_round(world: World, claim: Claim, when: str, start: str) -> Iterator[Flip]:
    for said, changed in yes_or_no(world, claim):
        new = _verdict(changed, claim, when)
        if new != start:
            yield Flip(name=said, unit="", value=math.nan, above=True, verdict=new, distance=1.0)
            return


def yes_or_no(world: World, claim: Claim) -> Iterator[tuple[str, World]]:
    """Every fact a claim reads that is yes or no, turned round.

    Parameters
    ----------
    world : World
    claim : Claim

    Yields
    ------
    tuple
        The change in words, and the changed world.
    """
    for name in sorted(asked(world, claim)):
        rows: tuple[Fact, ...] = world.facts.get(name, ())
        for place, fact in enumerate(rows):
            if isinstance(fact.value, bool):
                changed = with_fact(world, name, place, not fact.value)
                other = "no" if fact.value else "yes"
                yield f"if '{name[1].replace('_', ' ')}' were {other}", changed


def asked(world: World, claim: Claim) -> set[tuple[str, str]]:
    """The facts that a claim asks for.

    Parameters
    ----------
    world : World
    claim : Claim

    Returns
    -------
    set[tuple[str, str]]
    """
    seen = _Watched(world)
    find(seen, claim)  # type: ignore[arg-type]
    return seen.facts.asked
