"""ASSUMPTIONS.md, written from the records themselves so that it cannot drift."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

import nbformat

from ..incentives.query_market_record import QueryMarket
from ..inputs.files import WORKPLACE
from ..inputs.record import about
from ..inputs.rules import Scenario, load_scenario, scenario_names
from ..views import VIEWS, fields_read, published
from ..views.cited import linked, marked
from . import notebooks

FILE = WORKPLACE / "ASSUMPTIONS.md"
MANY = 5  # notebooks; an entry that this many rest on is used throughout
OVERVIEW = "00"  # shows what all others treat, so an entry stands there only if nowhere else
SHOWN = re.compile(r"\bviews\.(?:explore\(\s*\"(?P<live>\w+)\"|(?P<drawn>\w+)\()")

HEAD = """# Assumptions

What we choose, as against what the chain prescribes (`data/eras.toml`) and what was observed
(`data/snapshots.toml`, `data/*.csv`). Written by `./run assumptions`; a test fails when it differs from the records.

- **Where an entry stands.** Under the first notebook that rests on it; the overview, 00, comes last. What five or more rest
  on stands under *Used throughout*. A notebook rests on an entry if a figure or instrument that it shows reads it, or,
  where none does, if its code names it.
- **What an entry moves.** *Read by* names the figures and instruments that read the entry as they start. This is found by
  watching the records while each is drawn. A figure may read an entry and still look the same at some values.
- **To change an entry.** Under *The market for queries* it is a field of `QueryMarket`, everywhere else a field of `Scenario`:
  `dataclasses.replace(load_scenario("base"), discount_rate=0.1)`, a slider, or `./run figures NAME --set discount_rate=0.1`.
- **Sources.** A link leads to the page, or to the table that names it row by row. Names, authors and addresses stand in
  `data/sources.csv`; *unverifiable* means that nobody signs it.
"""
THROUGHOUT = "Used throughout"
NOWHERE = "Read inside a model alone"
WHY_NOWHERE = """No figure has these in its own records, and no notebook names them: the models read them from the scenario they
start from.
"""
MARKET = """**The market for queries.** What `query_market_path` takes as given, in a record of its own: no other model reads it.
"""


class Entry(NamedTuple):
    """A field that we choose, with the figures and instruments that read it, by notebook."""

    record: Scenario | QueryMarket
    field: str
    read_by: dict[str, list[str]]


def text() -> str:
    """The whole page as Markdown."""
    parts = [HEAD]
    for title, entries in groups().items():
        parts.append(f"## {_heading(title)}\n")
        if title == NOWHERE:
            parts.append(WHY_NOWHERE)
        for index, entry in enumerate(entries):
            market = isinstance(entry.record, QueryMarket)
            if market and not (index and isinstance(entries[index - 1].record, QueryMarket)):
                parts.append(MARKET)
            parts.append(_entry(entry))
    return "\n".join([*parts, _scenarios()]) + "\n"


def groups() -> dict[str, list[Entry]]:
    """Every entry once, under the heading it stands under: `Used throughout`, the stem of a
    notebook, or the heading of those that are read inside a model alone.
    """
    stems = [file.stem for file in notebooks.select([])]
    found: dict[str, list[Entry]] = {title: [] for title in (THROUGHOUT, *stems, NOWHERE)}
    for record in (Scenario(), QueryMarket()):
        for field in dataclasses.fields(record):
            if field.name == "name":
                continue
            entry = Entry(record, field.name, _rests(type(record), field.name))
            found[_place(list(entry.read_by))].append(entry)
    return {title: entries for title, entries in found.items() if entries}


def _place(stems: list[str]) -> str:
    own = [stem for stem in stems if not stem.startswith(OVERVIEW)]
    if len(own) >= MANY:
        return THROUGHOUT
    return next(iter([*own, *stems]), NOWHERE)


def _rests(kind: type, field: str) -> dict[str, list[str]]:
    """The notebooks that rest on a field, each with what it shows that reads it."""
    shown = {
        stem: [name for name in names if field in _reads(name, kind)]
        for stem, (names, _) in _books().items()
    }
    if any(shown.values()):
        return {stem: names for stem, names in shown.items() if names}
    naming = re.compile(rf"\b{field}\b")
    return {stem: [] for stem, (_, code) in _books().items() if naming.search(code)}


@functools.cache
def _books() -> dict[str, tuple[list[str], str]]:
    """Stem → the views that a notebook shows, in order, and its code."""
    books = {}
    for file in notebooks.select([]):
        cells = nbformat.read(file, as_version=4).cells
        code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
        names = [found["live"] or found["drawn"] for found in SHOWN.finditer(code)]
        books[file.stem] = (list(dict.fromkeys(name for name in names if name in VIEWS)), code)
    return books


@functools.cache
def _reads(name: str, kind: type) -> frozenset[str]:
    """The fields of a kind of record that a view reads as it starts; a record of the view's own
    that repeats a field of `Scenario`, in the same words, stands for it.
    """
    able = {
        (argument, field)
        for argument, record in VIEWS[name].records().items()
        for field in _fields_for(kind, type(record))
    }
    return frozenset(field for _, field in able & fields_read(name)) if able else frozenset()


def _fields_for(kind: type, other: type) -> set[str]:
    """The fields of another kind of record that stand for those of a kind."""
    if other is not kind and (kind is not Scenario or other is QueryMarket):
        return set()
    fields = getattr(other, "__pydantic_fields__", {})
    said = {f.name: about(kind, f.name)["meaning"] for f in dataclasses.fields(kind)}
    return {name for name in fields if fields[name].description == said.get(name)}


def _heading(title: str) -> str:
    if title in (THROUGHOUT, NOWHERE):
        return title
    first = nbformat.read(notebooks.FOLDER / f"{title}.ipynb", as_version=4).cells[0].source
    asked = first.lstrip("# ").splitlines()[0].strip()
    return f"[{asked}](notebooks/{title}.ipynb)"


def _entry(entry: Entry) -> str:
    """An entry under a heading with its default."""
    it = about(entry.record, entry.field)
    value = getattr(entry.record, entry.field)
    return (
        f"### `{entry.field}` = {value:,.10g}\n\n"
        f"{it['meaning'][0].upper()}{it['meaning'][1:]}.\n\n"
        f"- Unit: {it['unit'] or 'none'}; allowed: {it['rule']}\n- Why: {it['reason']}\n- "
        f"Source: {linked(marked(it['source']))}\n"
        f"{''.join(_read_by(entry.read_by))}"
    )


def _read_by(read_by: dict[str, list[str]]) -> Iterator[str]:
    if read_by:
        yield "- Read by:\n"
    for stem, names in read_by.items():
        shown = f": {', '.join(map(_view, names))}" if names else ": its code"
        yield f"  - [{stem[:2]}](notebooks/{stem}.ipynb){shown}\n"


def _view(name: str) -> str:
    return f"[{name}](figures/{name}.png)" if name in published() else f"`{name}`"


def _scenarios() -> str:
    base = Scenario()
    rows = [
        "## Scenarios\n\nEach varies the defaults above; a scenario is a question, not a "
        "forecast.\n",
        "| scenario | what it changes |",
        "| --- | --- |",
    ]
    for name in scenario_names():
        given = load_scenario(name)
        changed = [
            f"`{f.name}` = {getattr(given, f.name):,.10g}"
            for f in dataclasses.fields(base)
            if f.name != "name" and getattr(given, f.name) != getattr(base, f.name)
        ]
        rows.append(f"| {name} | {', '.join(changed) or 'nothing'} |")
    return "\n".join(rows)
