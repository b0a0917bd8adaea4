"""Other worlds for the ledger: a field or a fact set by name, or a snapshot read from a file."""

from __future__ import annotations

import dataclasses
import math
import re
from pathlib import Path

import pandas as pd

from ..inputs.checks import once, quoted
from ..inputs.record import unknown
from ..inputs.rules import Scenario, Snapshot
from .rule import PLACES, PUBLISHED, World, find, with_records

FACT = re.compile(r"(C\d\d)\.(\w+)")
NUMBERS = {
    part: {
        field.name: field.type
        for field in dataclasses.fields(record)
        if "int" in str(field.type) or "float" in str(field.type)
    }
    for part, record in (("snapshot", Snapshot), ("scenario", Scenario))
}


def varied(world: World, settings: dict[str, str]) -> World:
    """A world with fields of its records, or facts, set.

    Parameters
    ----------
    world : World
    settings : dict[str, str]
        A field of Snapshot or Scenario, of the article's own numbers; 'day.FIELD' of publication
        day, 'now.FIELD' of the latest; 'C46.openai_closed' a fact of a claim, in all its rows.

    Returns
    -------
    World

    Raises
    ------
    ValueError
        For an unknown name, what is no number, and a setting that no claim reads.
    """
    once("--set", {name: name if "." in name else f"{PLACES[0]}.{name}" for name in settings})
    for name, text in settings.items():
        changed = _put(world, name, _number(name, text))
        if _values(changed) == _values(world):
            raise ValueError(f"--set must change what a claim reads, got {quoted(name)} = {text}")
        world = changed
    return world


def _number(name: str, text: str) -> float:
    try:
        value = float(text) if text.isascii() else math.nan  # digits of other scripts
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{name} must be a finite number, got {quoted(text)}")
    return value


def _values(world: World) -> list:
    found = [find(world, claim) for claim in world.claims.values()]
    return [
        read.value
        for pair in found
        for judged in pair
        if judged is not None
        for read in judged.read
    ]


def _put(world: World, name: str, value: float) -> World:
    if named := FACT.fullmatch(name):
        return _with_fact(world, named.group(1, 2), value)
    place, _, field = name.rpartition(".")
    place = place or PLACES[0]
    if place not in PLACES:
        raise ValueError(unknown("date", place, PLACES))
    records = getattr(world, place)
    known = [field for fields in NUMBERS.values() for field in fields]
    # what a snapshot does not know is assumed
    part = "snapshot" if field in NUMBERS["snapshot"] else "scenario"
    if field not in NUMBERS[part]:
        raise ValueError(unknown("field", field, known))
    whole = "float" not in str(NUMBERS[part][field])
    record = dataclasses.replace(
        getattr(records, part), **{field: round(value) if whole else value}
    )
    return with_records(world, {place: records._replace(**{part: record})})


def _with_fact(world: World, name: tuple, value: float) -> World:
    rows = world.facts.get(name, ())
    if not any(isinstance(row.value, float) for row in rows):
        known = [
            ".".join(key)
            for key, found in world.facts.items()
            if any(isinstance(row.value, float) for row in found)
        ]
        raise ValueError(unknown("fact", ".".join(name), known))
    put = tuple(row._replace(value=value, low=math.nan, high=math.nan) for row in rows)
    return dataclasses.replace(world, facts={**world.facts, name: put})


def with_snapshot(world: World, file: Path) -> World:
    """A world with a snapshot from a file, in the place of the article's own if it is of its day or
    older, of the latest if it is younger.

    Parameters
    ----------
    world : World
    file : pathlib.Path
        As `Snapshot.from_file` reads it.

    Returns
    -------
    World

    Raises
    ------
    ValueError
        For a file that is none of these, and for a value that the record refuses.
    """
    snapshot = Snapshot.from_file(file)
    place = "then" if pd.Timestamp(snapshot.date) <= PUBLISHED else "now"
    records = getattr(world, place)
    return with_records(world, {place: records._replace(snapshot=snapshot)})
