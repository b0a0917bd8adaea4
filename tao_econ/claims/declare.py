"""How a claim is declared: a row of data/claims.csv as a frozen record, and one table of hedges."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from ..inputs.record import unknown
from .facts import period

WRITING = tuple(f"2023-11-{day}" for day in range(15, 21))
ARTICLE = "article"  # the day of a reading with the article's own numbers
DATED = "dated fact"  # the other kinds: 'state of affairs' and those named here
INFERENCE = "inference"
FORECAST = "forecast"
OPINION = "opinion"
STRESSED = (INFERENCE, OPINION)  # kinds that a stress may turn: it falsifies no fact
ABOUT = 0.10  # tolerance of "about", as a share
ORDER = 2.0  # factor either way of "of the order of"

# readings that must be true
ALL = "all"
MOST = "more than half"
SOME = "at least one"


class Hedge(NamedTuple):
    """What a word of the article asks of the numbers."""

    tolerance: str
    needed: str


HEDGES = {
    "": Hedge("as printed", ALL),
    "fixée": Hedge("exact", ALL),
    "au total": Hedge("exact", ALL),
    "environ": Hedge("about", ALL),
    "~": Hedge("about", ALL),
    "de l'ordre de": Hedge("order of magnitude", ALL),
    "semblent": Hedge("as printed", MOST),
    "probablement": Hedge("as printed", MOST),
    "souvent": Hedge("as printed", MOST),
    "peut": Hedge("as printed", SOME),
    "peuvent": Hedge("as printed", SOME),
    "pourrait": Hedge("as printed", SOME),
    "pourraient": Hedge("as printed", SOME),
    "potentiels": Hedge("as printed", SOME),
    "dans un scénario idéal": Hedge("as printed", SOME),
}


class Claim(NamedTuple):
    """A statement as it is declared in claims.csv."""

    id: str
    kind: str
    ours: bool
    hedge: str
    says: str
    stated: str
    unit: str
    days_then: tuple[str, ...]
    days_now: tuple[str, ...]
    definitions: tuple[str, ...]
    ends: tuple[str, ...]
    notebook: str
    missing: str


def declared(table: pd.DataFrame) -> dict[str, Claim]:
    """The table of claims as records.

    Parameters
    ----------
    table : pandas.DataFrame
        As `data.load("claims")` gives it.

    Returns
    -------
    dict[str, Claim]

    Raises
    ------
    ValueError
        For an unknown hedge, a number that is none, and a day that is none.
    """
    rows = table.where(table.notna(), "").to_dict("records")
    return {row["id"]: _claim(row, f"data/claims.csv, row {n}") for n, row in enumerate(rows, 2)}


def _claim(row: dict, place: str) -> Claim:
    if row["hedge"] not in HEDGES:
        raise ValueError(f"{place}: {unknown('hedge', row['hedge'], HEDGES)}")
    days = [_days(row[name], place) for name in ("days_then", "days_now")]
    return Claim(
        id=row["id"],
        kind=row["kind"],
        ours=row["ours"] == "yes",
        hedge=row["hedge"],
        says=row["says"],
        stated=row["value"],
        unit=row["unit"],
        days_then=days[0],
        days_now=days[1],
        definitions=tuple(row["definitions"].split(";")),
        ends=tuple(row["ends"].split(";")),
        notebook=row["notebook"],
        missing=row["missing"],
    )


def _days(text: str, place: str) -> tuple[str, ...]:
    days: list[str] = []
    for day in text.split(";") if text else ():
        days += WRITING if day == "writing" else [day]
    for day in days:
        if day not in (ARTICLE, "now"):
            try:
                period(day)
            except (KeyError, ValueError):
                raise ValueError(f"{place}: a day must be a date, got {day!r}") from None
    return tuple(days)
