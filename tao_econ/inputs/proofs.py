"""How each rule of an era is known: recomputed from main net, tested, read in code, or reported.

The rows of data/eras.toml say it of what they change; nothing here is typed in twice.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

import pandas as pd

from .data import load
from .door import typed
from .record import checked_record, described, quantity, table_of
from .rules import MAX_BLOCK, Rules, _built, _tables, eras

ABOUT_AN_ERA = {"title", "chain", "first_block", "first_date", "source", "checked", "confidence"}
NOT_IN_FORCE = "no era of data/eras.toml has had it"


@checked_record
class Known:
    """How one rule is known, as a row of data/eras.toml says it."""

    how: Literal["replayed", "tested", "read", "reported", "assumed"] = quantity(
        unit="",
        meaning="recomputed from main net's storage, tested by the chain's own test, read "
        "in code, reported, or nobody's rule",
    )
    at: str = quantity(unit="", meaning="which code, test, file or reading")
    value: Literal["stored", "default", "rule"] = quantity(
        default="rule",
        unit="",
        meaning="main net's stored value, the code's default, or no parameter",
    )
    block: int | None = quantity(
        default=None, unit="blocks", meaning="block replayed", ge=0, lt=MAX_BLOCK
    )
    measured: str = quantity(default="", unit="", meaning="what was recomputed")
    worst_error: float | None = quantity(
        default=None, unit="of the quantity", meaning="largest difference", ge=0
    )
    gap: str = quantity(default="", unit="", meaning="what is not proven or is left out")


class Mark(NamedTuple):
    """Something unproven that rules rest on."""

    field: str  # of Rules
    value: str
    why: str


@typed
def how_known(rules: Rules) -> dict[str, Known]:
    """How each field of the rules is known, by its name.

    A value that another era had is known as there; one that none had is "assumed".
    """
    return known_fields(rules, [field.name for field in dataclasses.fields(Rules)])


def known_fields(rules: Rules, fields: Iterable[str]) -> dict[str, Known]:
    """How some fields of the rules are known; no other is looked at."""
    found = {}
    names = [era.name for era in eras()]
    age = names.index(rules.name) if rules.name in names else len(names)
    for field in fields:
        value = getattr(rules, field)
        same = [row for row in _history() if (row.rule, row.value) == (field, value)]
        until_now = [row for row in same if row.age <= age]
        if same:
            found[field] = (until_now or same)[-1].known
        elif field not in ABOUT_AN_ERA | {"name"}:
            found[field] = Known(how="assumed", at=NOT_IN_FORCE, gap=NOT_IN_FORCE)
    return found


def marks(rules: Rules, fields: tuple[str, ...]) -> tuple[Mark, ...]:
    """Which of those fields of the rules rest on something unproven, and why."""
    said = known_fields(rules, fields)
    return tuple(
        Mark(field=name, value=str(getattr(rules, name)), why=said[name].gap)
        for name in fields
        if name in said and said[name].gap
    )


def in_words(entry: Known) -> str:
    """An entry as one line: how, where, the error if one was measured, and what is left open."""
    parts = [entry.how, entry.at]
    if entry.block is not None:
        percent = f"{100 * (entry.worst_error or 0):.8f}".rstrip("0")
        parts.append(f"block {entry.block:,}: {entry.measured} within {percent}%")
    if entry.value != "rule":
        parts.append(
            {"stored": "main net's stored value", "default": "the code's default"}[entry.value]
        )
    if entry.gap and entry.gap != entry.at:
        parts.append(f"not proven: {entry.gap}")
    return "; ".join(parts)


@typed
def not_modelled() -> pd.DataFrame:
    """What the chain does and no model here follows: data/not_modelled.csv, by the rule's name."""
    return load("not_modelled").set_index("rule")


@table_of.register(Rules)
def _(rules: Rules) -> pd.DataFrame:
    said = how_known(rules)
    table = described(rules)
    return table.assign(
        known=[in_words(said[name]) if name in said else "" for name in table.index]
    )


class _Row(NamedTuple):
    age: int  # of the era, 0 the oldest
    rule: str
    value: Any
    known: Known


@functools.cache
def _history() -> tuple[_Row, ...]:
    """Every value that a row of data/eras.toml gives a rule, and how it is known, oldest first."""
    rows = []
    tables = _tables("eras.toml", "era", list)
    for age, (stated, rules) in enumerate(zip(tables, eras(), strict=True)):
        said = stated.get("known", {})
        if not isinstance(said, dict):
            raise ValueError(f"data/eras.toml, {rules.name!r}: known must be a table, got {said!r}")
        entries = {
            name: _built(Known, f"eras.toml, {rules.name!r}, known.{name}", entry)
            for name, entry in said.items()
        }
        for name in stated.keys() - ABOUT_AN_ERA - {"known"}:
            entry = entries.get(name, entries.get("rest") if name != "name" else None)
            if entry is not None:
                rows.append(_Row(age, name, getattr(rules, name), entry))
    return tuple(rows)
