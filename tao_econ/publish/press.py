"""From views to files: what is drawn, when it is drawn again, and whether the files still show what
the code gives.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import typing
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..economy.stress import Records, stressed
from ..inputs.checks import once
from ..inputs.files import WORKPLACE, write_whole
from ..inputs.record import unknown
from ..inputs.rules import Rules, Scenario, Snapshot, load_scenario, load_snapshot, ratio, rules_at
from ..views import VIEWS, View, gallery, published
from .folders import alone
from .sidecar import origin

OUTPUT = WORKPLACE / "figures"
KINDS = ("svg", "png")
MAX_STEM = 150  # characters of a file's name without its ending


def select(names: Iterable[str], *, of_a_snapshot: bool = False) -> list[str]:
    """Figure names as asked for, or all that are published; of these, if wanted, those that take a
    snapshot.

    Raises
    ------
    ValueError
        for one that does not exist
    """
    for name in names:
        if name not in VIEWS:
            raise ValueError(unknown("figure", name, published()))
    if names or not of_a_snapshot:
        return list(names) or published()
    kinds = {name: typing.get_type_hints(VIEWS[name].draw).values() for name in published()}
    return [name for name in published() if Snapshot in kinds[name]]


def with_snapshot(name: str, snapshot: Snapshot) -> dict:
    """A snapshot in the place of one that a view starts from: of several, the first that is of that
    day or younger, else the youngest.

    Raises
    ------
    ValueError
        for a view that takes no snapshot
    """
    records = VIEWS[name].records()
    own = {key: record for key, record in records.items() if isinstance(record, Snapshot)}
    if not own:
        raise ValueError(f"a figure with a snapshot must take one, got {name}, which takes none")
    by_day = sorted(own, key=lambda key: own[key].date)
    place = next((key for key in by_day if own[key].date >= snapshot.date), by_day[-1])
    return {place: snapshot}


def vary(
    name: str,
    settings: dict[str, str],
    subnet: str | None = None,
    snapshot: Snapshot | None = None,
) -> dict:
    """What a view starts from, with fields set from text: `discount_rate`, or `now.price_usd`; and
    a subnet or a snapshot of one's own.

    Raises
    ------
    ValueError
        where no record of the view has such a field, several do, the value does not fit it, or the
        view does not read it or shows the same without it
    """
    view = VIEWS[name]
    records = view.records(**_own(name, subnet))
    if snapshot:
        records |= with_snapshot(name, snapshot)
    before = dict(records)
    places = {setting: view.place(records, setting) for setting in settings}
    once("--set", places)
    for setting, (argument, field) in places.items():
        old = records[argument]
        kind = typing.get_type_hints(type(old)).get(field)
        value = parse(settings[setting], getattr(old, field), kind)
        records[argument] = dataclasses.replace(old, **{field: value})
    if settings:
        read = gallery.fields_read(name, **records)
        gallery.refuse_unread(name, settings, places, read)
        gallery.refuse_idle(view, before, records, places)
    return records


def _own(name: str, subnet: str | None) -> dict[str, str]:
    """A subnet's file as the argument of a view that takes one."""
    if subnet is None:
        return {}
    taking = [each for each, view in VIEWS.items() if view.takes("network")]
    if name not in taking:
        raise ValueError(f"--subnet must go with one of {', '.join(taking)}, got {name!r}")
    return {"network": subnet}


def under_stress(records: dict, stress: str) -> dict:
    """A view's records under a named stress; rules, snapshot or scenario that it does not take are
    the latest ones.

    Raises
    ------
    ValueError
        for an unknown stress, and for a view without a record that a stress could change
    """
    kinds: dict[Any, Any] = {
        Rules: rules_at("2026-09-11"),
        Snapshot: load_snapshot("2026-09-11"),
        Scenario: load_scenario("base"),
    }
    if not any(isinstance(record, tuple(kinds)) for record in records.values()):
        raise ValueError("a figure under stress must take a record, got none")
    beside = {
        kind: next((r for r in records.values() if isinstance(r, kind)), own)
        for kind, own in kinds.items()
    }
    changed = {}
    for name, record in records.items():
        given = {
            kind: record if isinstance(record, kind) else other for kind, other in beside.items()
        }
        after = dict(zip(kinds, stressed(Records(*given.values()), stress), strict=True))
        changed[name] = next((after[kind] for kind in kinds if isinstance(record, kind)), record)
    return changed


def parse(text: str, like: object, kind: object = None) -> Any:
    """Text as a value of the same type as `like`, or of a field's annotation where that is empty;
    text that does not convert is left for the record to refuse.
    """
    if like is None:
        wanted = [part for part in typing.get_args(kind) if part is not type(None)]
        made: Any = wanted[0] if wanted else float
    else:
        made = type(like)
    if made is not str and not text.isascii():
        return text  # digits of other scripts would pass as numbers
    by_name: dict[Any, Any] = {Fraction: ratio, date: date.fromisoformat}
    try:
        if made is bool:
            return {"true": True, "false": False}[text.lower()]
        return by_name.get(made, made)(text)
    except (ValueError, KeyError, TypeError, ZeroDivisionError):
        return text


def draw(
    name: str,
    settings: dict[str, str] | None = None,
    folder: Path | None = None,
    stress: str | None = None,
    subnet: str | None = None,
    snapshot: Snapshot | None = None,
) -> bool:
    """Draw one view into a folder as SVG and PNG unless the same picture is there.

    Files appear whole or not at all. With settings, a stress, a subnet or a snapshot of one's own,
    or for a view that is not published, they go to what_if/ under names that carry them.

    Returns
    -------
    bool
        whether it drew
    """
    settings = settings or {}
    folder = folder or OUTPUT
    records = vary(name, settings, subnet, snapshot)
    if snapshot:
        settings = {"snapshot": snapshot.name} | settings
    if subnet:
        settings = settings | {"subnet": Path(subnet).name}
    if stress is not None:
        records = under_stress(records, stress)
        settings = settings | {"stress": stress}
    view = VIEWS[name].drawn(records)
    if settings or not VIEWS[name].published:
        _write(folder / "what_if", file_stem(name, settings), view, records)
        return True
    told = {"alt": view.alt, "shows": view.fingerprint()}
    known = read_index(folder).get(name, {})
    if known and told.items() <= known.items() and not _damaged(name, known, folder):
        files = {f"{name}.{kind}": (folder / f"{name}.{kind}").read_bytes() for kind in KINDS}
        # data may be others than when it was drawn
        write_whole(folder / f"{name}.json", origin(records, files))
        return False
    files = _write(folder, name, view, records)
    marks = {kind: hashlib.sha256(files[f"{name}.{kind}"]).hexdigest() for kind in KINDS}
    _enter(folder, name, {"finding": view.title} | told | marks)
    return True


def _enter(folder: Path, name: str, entry: dict) -> None:
    """Put one figure into the index; it is read at once before it is written, for another command
    may have drawn others meanwhile.
    """
    with alone(folder):
        index = read_index(folder) | {name: entry}
        ordered = {each: index[each] for each in published() if each in index}
        text = json.dumps(ordered, indent=1, ensure_ascii=False) + "\n"
        write_whole(folder / "index.json", text.encode())


def _write(folder: Path, stem: str, view: View, records: dict) -> dict[str, bytes]:
    """Write a view's pictures and their side-car; the pictures by file name."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {f"{stem}.{kind}": view.bytes(kind) for kind in KINDS}
    for file, content in (files | {f"{stem}.json": origin(records, files)}).items():
        write_whole(folder / file, content)
    return files


def file_stem(name: str, settings: dict[str, str]) -> str:
    """The name of a varied file, `name-field=value`: one plain part of a path, whatever the
    values, and never a long one. Where it cannot say all of them it ends in a mark of its own, so
    that no two settings share a file.
    """
    parts = {key: re.sub(r"[^A-Za-z0-9_.%+-]+", "_", text) for key, text in settings.items()}
    stem = "-".join([name, *(f"{key}={text}" for key, text in parts.items())])
    if len(stem) <= MAX_STEM and parts == settings:
        return stem
    return f"{stem[:MAX_STEM]}-{hashlib.sha256(repr(settings).encode()).hexdigest()[:12]}"


def problems(name: str, folder: Path | None = None, view: View | None = None) -> str:
    """What is wrong with a drawn figure: '' if its files stand and show what the code gives now,
    or a view given.
    """
    folder = folder or OUTPUT
    entry = read_index(folder).get(name)
    mend = f"; ./run figures {name} draws it"
    if entry is None:
        return "not drawn" + mend
    if damaged := _damaged(name, entry, folder):
        return f"{damaged} is missing or not the file that was drawn" + mend
    view = view or VIEWS[name]()
    same = entry["shows"] == view.fingerprint() and entry["alt"] == view.alt
    return "" if same else "shows or says something else than the code gives now" + mend


def read_index(folder: Path | None = None) -> dict:
    """figures/index.json: finding, alt text and hashes of every drawn figure; {} where there is
    none.
    """
    file = (folder or OUTPUT) / "index.json"
    try:
        index = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        texts = ("finding", "alt", "shows", *KINDS)
        if all(isinstance(entry[key], str) for entry in index.values() for key in texts):
            return {name: index[name] for name in index if name in VIEWS}
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError):
        pass
    raise ValueError(
        f"figures/{file.name} must be JSON as this command writes it; delete it and draw again"
    )


def _damaged(name: str, entry: dict, folder: Path) -> str:
    for kind in KINDS:
        file = folder / f"{name}.{kind}"
        if not file.exists() or hashlib.sha256(file.read_bytes()).hexdigest() != entry.get(kind):
            return file.name
    return "" if (folder / f"{name}.json").exists() else f"{name}.json"
