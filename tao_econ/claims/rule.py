"""One rule from readings to verdicts, and the small record that every claim's function returns.

A claim is read in every admissible way: each definition it leaves open, each day its numbers may
belong to, each end of a range that is not known better. It *holds* if it is true of all readings,
*holds with conditions* if of some, *fails* if of none, and *cannot be checked* if there is nothing
to read. No verdict is written by hand.

What could be known on the first date is what was so on that day, even where the page that reports
it is younger.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import NamedTuple

from ..economy.stress import Records, stressed
from ..inputs import data
from ..inputs.record import unknown
from ..inputs.rules import load_scenario, load_snapshot, rules_at

HOLDS = "holds"
CONDITIONS = "holds with conditions"
FAILS = "fails"
UNKNOWN = "cannot be checked"
VERDICTS = (HOLDS, CONDITIONS, FAILS, UNKNOWN)
HOW = ("all", "strict", "lenient")
ABOUT = 0.10  # tolerance of a number given as "about", as a share
GRADES = {
    "A": "two independent sources of high confidence",
    "B": "one",
    "C": "medium confidence",
    "D": "low, or none",
}


class Reading(NamedTuple):
    """What the code gives for a claim on one date."""

    value: float | str  # at the first reading, as the ledger shows it
    # the claim, in every admissible reading; none where it cannot be checked
    true: tuple[bool, ...]
    number: float = math.nan  # what `value` shows, where a text shows one number; unrounded


class Finding(NamedTuple):
    """A claim judged on two dates."""

    then: Reading  # by what could be known on 2023-11-20
    now: Reading  # by what is known now
    flips: str  # what would turn the verdict
    missing: str = ""  # the fact that is missing where it cannot be checked


class World(NamedTuple):
    """The records of both dates, perhaps under a stress."""

    then: Records  # the article's own numbers under the rules of its day
    day: Records  # what was true on the day it appeared
    now: Records  # the latest snapshot found


Judge = Callable[[World], tuple]  # returns the fields of a Finding


class Claim(NamedTuple):
    """A claim's function with the notebook that shows it."""

    judge: Judge
    notebook: str


CLAIMS: dict[str, Claim] = {}


def claim(notebook: str) -> Callable[[Judge], Judge]:
    """Register a function named after its claim: c01 judges C01.

    Parameters
    ----------
    notebook : str
    """

    def keep(judge: Judge) -> Judge:
        CLAIMS[judge.__name__.upper()] = Claim(judge, notebook)
        return judge

    return keep


def verdict(reading: Reading, how: str = "all") -> str:
    """The rule: true of all readings, of some, of none, or nothing to read.

    Parameters
    ----------
    reading : Reading
    how : str
        'all'; 'strict' looks at the first reading alone; 'lenient' is content with any.

    Returns
    -------
    str
    """
    if how not in HOW:
        raise ValueError(unknown("reading", how, HOW))
    if not reading.true:
        return UNKNOWN
    if how == "strict":
        return HOLDS if reading.true[0] else FAILS
    if all(reading.true):
        return HOLDS
    if not any(reading.true):
        return FAILS
    return HOLDS if how == "lenient" else CONDITIONS


def world(stress: str | None = None) -> World:
    """The records that claims are judged with. No revenue was known in 2023, so the article's
    scenario has none.

    Parameters
    ----------
    stress : str, optional

    Returns
    -------
    World
    """
    article = replace(load_scenario("article"), fee_revenue_usd_per_year=0.0)
    rules = rules_at("2023-11-20")
    return World(
        *(
            stressed(records, stress)
            for records in (
                Records(rules, load_snapshot("article"), article),
                Records(rules, load_snapshot("2023-11-20"), article),
                Records(rules_at("2026-09-11"), load_snapshot("2026-09-11"), load_scenario("base")),
            )
        )
    )


def near(stated: float, values: Iterable[float], tolerance: float = ABOUT) -> Reading:
    """Is each value within a tolerance, a share of what was stated? The first value is the one
    shown.

    Parameters
    ----------
    stated : float
    values : iterable of float
    tolerance : float

    Returns
    -------
    Reading
    """
    values = [float(value) for value in values]
    return _reading(values[0], tuple(abs(value / stated - 1) <= tolerance for value in values))


def rounds_to(stated: str, values: Iterable[float]) -> Reading:
    """Does each value, rounded as the stated number was printed, give it? For numbers that should
    follow from others.

    Parameters
    ----------
    stated : str
    values : iterable of float

    Returns
    -------
    Reading
    """
    values = [float(value) for value in values]
    places = len(stated.partition(".")[2])
    return _reading(values[0], tuple(round(value, places) == float(stated) for value in values))


def true_of(value: float | str, *readings: bool, number: float | None = None) -> Reading:
    """A yes or no for each admissible reading, and what to show.

    Parameters
    ----------
    value : float or str
        What the ledger shows.
    *readings : bool
        The claim, in every admissible reading.
    number : float, optional
        What a text shows, for whoever reckons with it.

    Returns
    -------
    Reading
    """
    return _reading(value, tuple(bool(reading) for reading in readings), number)


def untested(value: float | str = "") -> Reading:
    """Nothing to test with; the value, if any, is all there is.

    Parameters
    ----------
    value : float or str

    Returns
    -------
    Reading
    """
    return _reading(value, ())


def _reading(value, true, number=None) -> Reading:
    if number is None:
        number = math.nan if isinstance(value, str) else float(value)
    return Reading(value=value, true=true, number=number)


def stated(claim_id: str) -> str:
    """The value as the article gives it.

    Parameters
    ----------
    claim_id : str

    Returns
    -------
    str
    """
    table = _claims()
    if claim_id not in table.index:
        raise ValueError(unknown("claim", claim_id, table.index))
    return table.loc[claim_id, "value"]


def says(claim_id: str, source: str, words: str) -> bool:
    """Whether a piece of evidence says something, in its value, unit or note.

    Parameters
    ----------
    claim_id : str
    source : str
    words : str

    Returns
    -------
    bool
    """
    row = _row(claim_id, source)
    return words in f"{row['value']} {row['unit']} {row['note']}"


def fact(claim_id: str, source: str, part: int = 0, column: str = "value") -> float:
    """A number of a piece of evidence: the claim, the beginning of the source's title (and date),
    which number in it.

    Parameters
    ----------
    claim_id : str
    source : str
    part : int
    column : str

    Returns
    -------
    float
    """
    numbers = re.findall(r"-?\d[\d,]*\.?\d*", _row(claim_id, source)[column])
    return float(numbers[part].replace(",", ""))


@functools.cache
def grade(claim_id: str) -> str:
    """Evidence grade of a claim by its rows in evidence.csv, see `GRADES`.

    Parameters
    ----------
    claim_id : str

    Returns
    -------
    str
    """
    rows = _evidence()[_evidence()["claim_id"] == claim_id]
    high = rows.loc[rows["confidence"] == "high", "url_or_repo_path"].nunique()
    if high > 1:
        return "A"
    if high == 1:
        return "B"
    return "C" if (rows["confidence"] == "medium").any() else "D"


@functools.cache
def _claims():
    return data.load("claims").fillna("").set_index("id")


@functools.cache
def _evidence():
    return data.load("evidence").fillna("")


@functools.cache
def _row(claim_id: str, source: str):
    """The one row of evidence on a claim whose title, or title and date, begins so."""
    rows = _evidence()[_evidence()["claim_id"] == claim_id]
    named = (rows["source_title"] + " " + rows["date"]).map(lambda title: title.startswith(source))
    if named.sum() != 1:
        raise ValueError(
            f"source of {claim_id} must name one row of evidence.csv, got {source!r} for "
            f"{named.sum()}"
        )
    return rows[named].iloc[0]
