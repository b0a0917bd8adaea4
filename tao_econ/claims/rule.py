"""How a claim is declared, how its readings are generated, and the one function that judges.

A row of data/claims.csv says which days, which definitions and which ends of a range a statement
leaves open: their product are its readings. One pure function a claim gives what is measured in a
reading. Tolerance and the readings that are needed follow from the hedge, by one table for all.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import pandas as pd

from ..economy.stress import Records, stressed
from ..inputs import data
from ..inputs.record import unknown
from ..inputs.rules import load_scenario, load_snapshot, rules_at
from .declare import (
    ABOUT,
    ALL,
    ARTICLE,
    DATED,
    FORECAST,
    HEDGES,
    MOST,
    ORDER,
    SOME,
    Claim,
    declared,
)
from .facts import Fact, Facts, NotKnownError, NotYetError, latest, typed_facts

PLACES = ("then", "day", "now")
PUBLISHED = pd.Timestamp("2023-11-20")
FOREVER = pd.Timestamp.max
HOLDS = "holds"
CONDITIONS = "holds with conditions"
FAILS = "fails"
UNDECIDED = "undecided within error"
UNKNOWN = "cannot be checked"
VERDICTS = (HOLDS, CONDITIONS, FAILS, UNDECIDED, UNKNOWN)
HOW = ("all", "strict", "lenient")


class Reading(NamedTuple):
    """One way to understand a statement."""

    when: str  # 'then' or 'now'
    day: str  # 'article' or an ISO date
    definition: str
    end: str  # 'low', 'high' or ''


class Estimate(NamedTuple):
    """A measured number with its sampling error."""

    value: float
    low: float  # of a 95 % interval
    high: float


Value = float | bool | str | Estimate


class Read(NamedTuple):
    """A reading with what came of it."""

    reading: Reading
    value: Value | None  # None where it is not known
    true: bool | None  # None where it is not known or the error decides
    missing: str = ""  # the fact that is not known


class Judgement(NamedTuple):
    """A claim judged on one date."""

    read: tuple[Read, ...]
    needed: str = ALL

    @property
    def value(self) -> Value | None:
        """What the first reading that could be read gives."""
        return next((one.value for one in self.read if one.value is not None), None)

    @property
    def true(self) -> tuple[bool | None, ...]:
        """The claim, in every reading."""
        return tuple(one.true for one in self.read)


class Finding(NamedTuple):
    """A claim judged; None on a date on which its kind is not judged."""

    then: Judgement | None  # by what could be known on 2023-11-20
    now: Judgement | None  # by what is known now


@dataclass(frozen=True)
class World:
    """The records of both dates, the facts, and tables that stand in for those of data/."""

    then: Records  # the article's own numbers under the rules of its day
    day: Records  # what was true on the day it appeared
    now: Records  # the latest snapshot found
    facts: Facts = field(hash=False)
    claims: Mapping[str, Claim] = field(hash=False)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict, hash=False)


Measure = Callable[[World, Reading], Value]
MEASURES: dict[str, Measure] = {}


def measures(function: Measure) -> Measure:
    """Register a function named after its claim: c01 measures C01.

    Parameters
    ----------
    function : Measure

    Returns
    -------
    Measure
    """
    MEASURES[function.__name__.upper()] = function
    return function


@functools.cache
def world() -> World:
    """The records that claims are judged with. No revenue was known in 2023, so the article's
    scenario has none.

    Returns
    -------
    World
    """
    article = replace(load_scenario("article"), fee_revenue_usd_per_year=0.0)
    rules = rules_at("2023-11-20")
    claims = data.load("claims")
    return World(
        then=Records(rules, load_snapshot("article"), article),
        day=Records(rules, load_snapshot("2023-11-20"), article),
        now=Records(rules_at("2026-09-11"), load_snapshot("2026-09-11"), load_scenario("base")),
        facts=typed_facts(data.load("evidence"), claims),
        claims=declared(claims),
    )


def under(records: World, stress: str | None) -> World:
    """A world whose three records are under a stress.

    Parameters
    ----------
    records : World
    stress : str or None

    Returns
    -------
    World
    """
    if stress is None:
        return records
    return with_records(
        records, {place: stressed(getattr(records, place), stress) for place in PLACES}
    )


def with_records(world: World, changed: Mapping[str, Records]) -> World:
    """A world with other records.

    Parameters
    ----------
    world : World
    changed : mapping
        By 'then', 'day' or 'now'.

    Returns
    -------
    World
    """
    three = {place: getattr(world, place) for place in PLACES} | dict(changed)
    return replace(world, then=three["then"], day=three["day"], now=three["now"])


def records(world: World, reading: Reading) -> Records:
    """The records that a reading speaks of: the article's own, its day's, or the latest.

    Parameters
    ----------
    world : World
    reading : Reading

    Returns
    -------
    Records
    """
    if reading.when == "now":
        return world.now
    return world.then if reading.day == ARTICLE else world.day


def fact(world: World, reading: Reading, claim: str, name: str) -> Fact:
    """A fact as it could be known for a reading.

    Parameters
    ----------
    world : World
    reading : Reading
    claim : str
    name : str

    Returns
    -------
    Fact

    Raises
    ------
    NotKnownError, NotYetError
        See `latest`.
    """
    by = PUBLISHED if reading.when == "then" else FOREVER
    return latest(world.facts.get((claim, name), ()), by, f"{claim} {name}")


def number(world: World, reading: Reading, claim: str, name: str) -> float:
    """A fact's number, at the end of its range that the reading takes.

    Parameters
    ----------
    world : World
    reading : Reading
    claim : str
    name : str

    Returns
    -------
    float
    """
    found = fact(world, reading, claim, name)
    end = {"low": found.low, "high": found.high}.get(reading.end, found.value)
    return float(found.value if end != end else end)  # type: ignore[arg-type]


def yes(world: World, reading: Reading, claim: str, name: str) -> bool:
    """A fact that is yes or no.

    Parameters
    ----------
    world : World
    reading : Reading
    claim : str
    name : str

    Returns
    -------
    bool
    """
    return bool(fact(world, reading, claim, name).value)


def table(world: World, name: str) -> pd.DataFrame:
    """A table of data/, or the one that stands in for it.

    Parameters
    ----------
    world : World
    name : str

    Returns
    -------
    pandas.DataFrame
    """
    return world.tables[name] if name in world.tables else kept(name)


@functools.cache
def kept(name: str) -> pd.DataFrame:
    """A table of data/ that is only read, so that it need not be copied each time.

    Parameters
    ----------
    name : str

    Returns
    -------
    pandas.DataFrame
    """
    return data.load(name)


def readings(claim: Claim, when: str) -> tuple[Reading, ...]:
    """Every way to understand a statement on one date: days × definitions × ends.

    Parameters
    ----------
    claim : Claim
    when : str
        'then' or 'now'.

    Returns
    -------
    tuple[Reading, ...]
    """
    days = claim.days_then if when == "then" else claim.days_now
    if not claim.says:
        return ()
    ways = itertools.product(days, claim.definitions, claim.ends)
    return tuple(Reading(when, *way) for way in ways)


def judge(world: World, claim: Claim, when: str) -> Judgement:
    """Measure every reading of a claim and compare it with what is stated: one function for all.

    Readings that could not be made yet are left out; two readings with one value, as both ends of
    a number without a range, count once.

    Parameters
    ----------
    world : World
    claim : Claim
    when : str
        'then' or 'now'.

    Returns
    -------
    Judgement
    """
    found: dict[tuple, Read] = {}
    for reading in readings(claim, when):
        missing = ""
        value = true = None
        try:
            value = MEASURES[claim.id](world, reading)
            true = agrees(claim, value)
        except NotKnownError as error:
            missing = str(error)
        except NotYetError:
            continue
        found.setdefault((*reading[:3], value), Read(reading, value, true, missing))
    return Judgement(tuple(found.values()), HEDGES[claim.hedge].needed)


def agrees(claim: Claim, value: Value) -> bool | None:
    """Whether a measured value agrees with the statement; None where its error decides.

    Parameters
    ----------
    claim : Claim
    value : Value

    Returns
    -------
    bool or None
    """
    if isinstance(value, Estimate):
        sides = {agrees(claim, end) for end in value}
        return sides.pop() if len(sides) == 1 else None
    if claim.says == "yes":
        return bool(value)
    if isinstance(value, str):  # a date, as precise as it was stated
        return value.startswith(claim.stated)
    stated = float(claim.stated)
    if claim.says in "<>":
        return value > stated if claim.says == ">" else value < stated
    tolerance = HEDGES[claim.hedge].tolerance
    if tolerance == "about":
        return abs(value / stated - 1) <= ABOUT
    if tolerance == "order of magnitude":
        return stated / ORDER <= value <= stated * ORDER
    if tolerance == "exact":
        return value == stated
    places = len(claim.stated.partition(".")[2])
    return math.isfinite(value) and round(value, places) == stated


def verdict(judgement: Judgement | None, how: str = "all") -> str:
    """The rule: true of as many readings as the hedge asks for, of some, of none, or nothing to
    read.

    A reading that nobody can read counts as not true, but makes no claim fail alone.

    Parameters
    ----------
    judgement : Judgement or None
    how : str
        'all'; 'strict' looks at the first reading alone; 'lenient' is content with any.

    Returns
    -------
    str
        Empty for None: the kind is not judged on that date.
    """
    if how not in HOW:
        raise ValueError(unknown("reading", how, HOW))
    if judgement is None:
        return ""
    read = judgement.read[:1] if how == "strict" else judgement.read
    if all(one.value is None for one in read):
        return UNKNOWN
    needed = SOME if how == "lenient" else judgement.needed
    true = sum(one.true is True for one in read)
    open_ = sum(one.true is None for one in read)
    least, most = (_by_count(count, len(read), needed) for count in (true, true + open_))
    if least == most:
        return least
    if any(one.true is None and one.value is not None for one in read):
        return UNDECIDED
    return CONDITIONS if true else UNKNOWN


def _by_count(true: int, all_: int, needed: str) -> str:
    if not true:
        return FAILS
    enough = {ALL: true == all_, MOST: 2 * true > all_, SOME: true > 0}[needed]
    return HOLDS if enough else CONDITIONS


def find(world: World, claim: Claim) -> Finding:
    """A claim judged on the dates of its kind.

    A dated fact is judged once: by what could be known then or, where that is nothing, by what
    came to be known later. A forecast is judged at its date, all others on both.

    Parameters
    ----------
    world : World
    claim : Claim

    Returns
    -------
    Finding
    """
    return Finding(judged(world, claim, "then"), judged(world, claim, "now"))


def judged(world: World, claim: Claim, when: str) -> Judgement | None:
    """A claim judged on one date, or None where its kind is not judged on it.

    Parameters
    ----------
    world : World
    claim : Claim
    when : str
        'then' or 'now'.

    Returns
    -------
    Judgement or None
    """
    if when == "then":
        return None if claim.kind == FORECAST else judge(world, claim, "then")
    if claim.kind != DATED:
        return judge(world, claim, "now") if claim.days_now or not claim.says else None
    if verdict(judge(world, claim, "then")) != UNKNOWN:
        return None
    later = judge(world, claim._replace(days_now=claim.days_then), "now")
    return None if verdict(later) == UNKNOWN else later
