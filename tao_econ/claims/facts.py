"""Typed facts on the claims: data/evidence.csv, one number, yes/no or date a row.

A fact was so on one day (`as_of`) and could be known on another (`known_from`): what is judged by
the knowledge of 20 November 2023 sees no row that came later. No rule reads a note, a quote or a
scope.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

UNKNOWN_VALUE = "unknown"
OWN = "own"  # the publisher of our arithmetic, which is no independent source
NOBODY = "none found"
CONFIDENCE = ("high", "medium", "low")
MOST_WORDS = 25  # of a quote
GRADES = {
    "A": "two publishers of high confidence, none of them us",
    "B": "one",
    "C": "medium confidence",
    "D": "low, or none but us",
}


class Fact(NamedTuple):
    """One row of evidence, converted."""

    value: float | bool | str | None  # a number, yes or no, an ISO date; None where not known
    low: float  # documented range of a number; NaN without one
    high: float
    unit: str
    as_of: pd.Timestamp  # the first day of the period in which it was so
    known_from: pd.Timestamp  # the last day of the period in which it came to be known
    confidence: str
    publisher: str


Facts = Mapping[tuple[str, str], tuple[Fact, ...]]


class NotKnownError(Exception):
    """A reading asks for what nobody found, or found at low confidence only."""


class NotYetError(Exception):
    """A reading asks for what could not be known then, or does not apply on that day."""


def period(text: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last day of a date as precise as known: 2023, 2023-11 or 2023-11-20.

    Parameters
    ----------
    text : str

    Returns
    -------
    tuple[pd.Timestamp, pd.Timestamp]
    """
    span = pd.Period(text, {4: "Y", 7: "M", 10: "D"}[len(text)])
    return span.start_time.normalize(), span.end_time.normalize()


def typed_facts(
    evidence: pd.DataFrame, claims: pd.DataFrame
) -> dict[tuple[str, str], tuple[Fact, ...]]:
    """The table of evidence as facts by claim and name, each row checked.

    Parameters
    ----------
    evidence, claims : pandas.DataFrame
        As `data.load` gives them.

    Returns
    -------
    Facts

    Raises
    ------
    ValueError
        Naming row (1 is the header) and rule: a value that is not of its kind, a range that does
        not hold it, an unknown claim, knowledge before the fact, a quote too long, a row twice.
    """
    known = set(claims["id"])
    found: dict[tuple[str, str], list[Fact]] = {}
    seen: dict[tuple, int] = {}
    table = evidence.astype({"low": float, "high": float})
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    for number, row in enumerate(rows, start=2):
        place = f"data/evidence.csv, row {number}"
        if row["claim"] not in known:
            raise ValueError(f"{place}: claim must be one of claims.csv, got {row['claim']!r}")
        same = tuple(row[name] for name in ("claim", "fact", "as_of", "publisher"))
        if same in seen:
            raise ValueError(
                f"{place}: a fact must stand once for each day and publisher, got "
                f"{row['fact']!r} of {row['claim']} again, as in row {seen[same]}"
            )
        seen[same] = number
        found.setdefault(same[:2], []).append(_fact(row, place))
    return {name: tuple(rows) for name, rows in found.items()}


def _fact(row: dict, place: str) -> Fact:
    low, high = (math.nan if row[end] is None else float(row[end]) for end in ("low", "high"))
    value = _value(row["kind"], row["value"], place)
    ranged = math.isfinite(low) or math.isfinite(high)
    if ranged and not (isinstance(value, float) and low <= value <= high):
        raise ValueError(f"{place}: low and high must hold the value, got {low:g} to {high:g}")
    start = period(row["as_of"])[0]
    known_from = period(row["known_from"])[1]
    if known_from < start:
        raise ValueError(
            f"{place}: known_from must not be before as_of, got {row['known_from']} before "
            f"{row['as_of']}"
        )
    if len((row["quote"] or "").split()) > MOST_WORDS:
        raise ValueError(f"{place}: quote must have at most {MOST_WORDS} words")
    return Fact(
        value=value,
        low=low,
        high=high,
        unit=row["unit"] or "",
        as_of=start,
        known_from=known_from,
        confidence=row["confidence"],
        publisher=row["publisher"],
    )


def _value(kind: str, text: str, place: str) -> float | bool | str | None:
    if text == UNKNOWN_VALUE:
        return None
    if kind == "number":
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if math.isfinite(number):
            return number
        raise ValueError(f"{place}: value must be a number, got {text!r}")
    if kind == "date":
        if re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", text):
            try:
                period(text)
                return text
            except ValueError:
                pass
        raise ValueError(f"{place}: value must be a date such as 2023-11-20, got {text!r}")
    if text not in ("yes", "no"):
        raise ValueError(f"{place}: value must be yes or no, got {text!r}")
    return text == "yes"


def latest(rows: tuple[Fact, ...], by: pd.Timestamp, name: str) -> Fact:
    """The newest fact that could be known by a day; of two of one day the more certain.

    Parameters
    ----------
    rows : tuple of Fact
    by : pandas.Timestamp
    name : str
        For the message.

    Returns
    -------
    Fact

    Raises
    ------
    NotYetError
        Where all rows came later.
    NotKnownError
        Where no row gives a value at more than low confidence.
    """
    if not rows:
        raise NotKnownError(name)
    then = [row for row in rows if row.known_from <= by]
    if not then:
        raise NotYetError(name)
    sure = [row for row in then if row.confidence != "low" and row.value is not None]
    if not sure:
        raise NotKnownError(name)
    return max(sure, key=lambda row: (row.as_of, -CONFIDENCE.index(row.confidence)))


def grade(facts: Facts, claim: str) -> str:
    """Evidence grade of a claim, see `GRADES`: publishers are counted, and we are none.

    Parameters
    ----------
    facts : Facts
    claim : str

    Returns
    -------
    str
    """
    rows = [row for (number, _), found in facts.items() if number == claim for row in found]
    rows = [row for row in rows if row.publisher not in (OWN, NOBODY) and row.value is not None]
    high = {row.publisher for row in rows if row.confidence == "high"}
    if len(high) > 1:
        return "A"
    if high:
        return "B"
    return "C" if any(row.confidence == "medium" for row in rows) else "D"
