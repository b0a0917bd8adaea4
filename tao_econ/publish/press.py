"""From figures to files: what is drawn, when it is drawn again, and whether the files still say
what the code gives.
"""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import json
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
from matplotlib.collections import Collection
from matplotlib.container import Container
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from ..economy.stress import Records, stressed
from ..figures import FIGURES, Picture
from ..inputs.files import write_whole
from ..inputs.record import unknown
from ..inputs.rules import Rules, Scenario, Snapshot, load_scenario, load_snapshot, ratio, rules_at
from ..views import View, gallery
from .sidecar import origin

OUTPUT = Path(__file__).resolve().parents[2] / "figures"
KINDS = ("svg", "png")
LONGEST = 150  # characters of a file's name without its ending


def select(names) -> list[str]:
    """Figure names as asked for, or all; raises ValueError for one that does not exist."""
    for name in names:
        if name not in FIGURES:
            raise ValueError(unknown("figure", name, FIGURES))
    return list(names) or list(FIGURES)


def vary(name: str, settings: dict[str, str]) -> dict:
    """The records a figure takes by default, with fields set from text: `discount_rate`, or
    `now.price_usd`.

    Raises ValueError where no record of the figure has such a field, several do, or the value does
    not fit it.
    """
    if name in gallery.VIEWS:
        return _varied_view(name, settings)
    records = {k: p.default for k, p in inspect.signature(FIGURES[name]).parameters.items()}
    for setting, text in settings.items():
        record, _, field = setting.rpartition(".")
        owners = [k for k, r in records.items() if _has(r, field) and record in ("", k)]
        if not owners:
            known = sorted({f.name for r in records.values() for f in dataclasses.fields(r)})
            raise ValueError(unknown(f"field of figure {name}", setting, known))
        if len(owners) > 1:
            raise ValueError(
                f"{field} must name its record: {' or '.join(f'{k}.{field}' for k in owners)}"
            )
        old = records[owners[0]]
        records[owners[0]] = dataclasses.replace(old, **{field: parse(text, getattr(old, field))})
    return records


def _varied_view(name: str, settings: dict[str, str]) -> dict:
    view = gallery.VIEWS[name]
    records = view.records()
    places = {setting: view.place(records, setting) for setting in settings}
    for setting, (argument, field) in places.items():
        old = records[argument]
        value = parse(settings[setting], getattr(old, field))
        records[argument] = dataclasses.replace(old, **{field: value})
    if settings:
        read = gallery.fields_read(name, **records)
        gallery.refuse_unread(name, settings, places, read)
    return records


def under_stress(records: dict, stress: str) -> dict:
    """A figure's records under a named stress; rules, snapshot or scenario that it does not take
    are the latest ones.

    Raises ValueError for an unknown stress and for a figure without a record that a stress could
    change.
    """
    kinds = {
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


def _has(record, field: str) -> bool:
    return field in {f.name for f in dataclasses.fields(record)}


def parse(text: str, like):
    """Text as a value of the same type as `like`; text that does not convert is left for the
    record to refuse.
    """
    kind = ratio if isinstance(like, Fraction) else type(like)
    try:
        if kind is bool:
            return {"true": True, "false": False}[text.lower()]
        return float(text) if like is None else kind(text)
    except (ValueError, KeyError, TypeError, ZeroDivisionError):
        return text


def draw(
    name: str,
    settings: dict[str, str] | None = None,
    folder: Path | None = None,
    stress: str | None = None,
) -> bool:
    """Draw one figure into a folder as SVG and PNG unless the same picture is there; returns
    whether it drew.

    Files appear whole or not at all. With settings or a stress, they go to what_if/ under names
    that carry them.
    """
    settings, folder = settings or {}, folder or OUTPUT
    records = vary(name, settings)
    if stress:
        records, settings = under_stress(records, stress), settings | {"stress": stress}
    picture = FIGURES[name](**records)
    stem = file_stem(name, settings)
    target = folder / "what_if" if settings else folder
    target.mkdir(parents=True, exist_ok=True)
    mark = fingerprint(picture)
    index = {} if settings else read_index(folder)
    told = {"alt": picture.alt, "shows": mark}
    if (
        name in index
        and told.items() <= index[name].items()
        and not _damaged(name, index[name], folder)
    ):
        files = {f"{name}.{kind}": (folder / f"{name}.{kind}").read_bytes() for kind in KINDS}
        write_whole(
            folder / f"{name}.json", origin(records, files)
        )  # data may be others than when it was drawn
        return False
    files = {f"{stem}.{kind}": picture.bytes(kind) for kind in KINDS}
    for file, content in (files | {f"{stem}.json": origin(records, files)}).items():
        write_whole(target / file, content)
    if not settings:
        index[name] = {"finding": picture.finding, "alt": picture.alt, "shows": mark}
        index[name] |= {kind: hashlib.sha256(files[f"{name}.{kind}"]).hexdigest() for kind in KINDS}
        order = [n for n in FIGURES if n in index]
        text = json.dumps({n: index[n] for n in order}, indent=1, ensure_ascii=False) + "\n"
        write_whole(folder / "index.json", text.encode())
    return True


def file_stem(name: str, settings: dict[str, str]) -> str:
    """The name of a varied file, `name-field=value`: one plain part of a path, whatever the
    values, and never a long one.
    """
    stem = "-".join(
        [name, *(f"{k}={re.sub(r'[^A-Za-z0-9_.%+-]+', '_', v)}" for k, v in settings.items())]
    )
    return (
        stem
        if len(stem) <= LONGEST
        else f"{stem[:LONGEST]}-{hashlib.sha256(repr(settings).encode()).hexdigest()[:12]}"
    )


def problems(name: str, folder: Path | None = None, picture: Picture | None = None) -> str:
    """What is wrong with a drawn figure: '' if its files stand and show what the code gives now,
    or a picture given.
    """
    folder = folder or OUTPUT
    entry = read_index(folder).get(name)
    if entry is None:
        return "not drawn"
    if damaged := _damaged(name, entry, folder):
        return f"{damaged} is missing or not the file that was drawn"
    picture = picture or FIGURES[name]()
    same = entry["shows"] == fingerprint(picture) and entry["alt"] == picture.alt
    return "" if same else "shows or says something else than the code gives now"


def read_index(folder: Path | None = None) -> dict:
    """figures/index.json: finding, alt text and hashes of every drawn figure; {} where there is
    none.
    """
    file = (folder or OUTPUT) / "index.json"
    try:
        index = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        texts = ("finding", "alt", "shows", *KINDS)
        if all(isinstance(entry[key], str) for entry in index.values() for key in texts):
            return {name: index[name] for name in index if name in FIGURES}
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


def fingerprint(picture: Picture | View) -> str:
    """A hash of all a picture shows, with numbers to nine digits, so that it outlives library
    versions.
    """
    if isinstance(picture, View):
        return picture.fingerprint()
    shown = [_text(t) for t in (picture._suptitle, picture._supxlabel)]
    for axis in picture.axes:
        shown += [
            axis.get_xscale(),
            axis.get_yscale(),
            _numbers(axis.get_xlim()),
            _numbers(axis.get_ylim()),
        ]
        legend = axis.get_legend()
        artists = [a for a in axis.get_children() if not isinstance(a, Container)]
        shown += [_artist(a) for a in artists] + (
            [_text(t) for t in legend.get_texts()] if legend else []
        )
        shown += [axis.get_xlabel(), axis.get_ylabel(), axis.get_title(loc="left")]
        shown += [t.get_text() for t in axis.get_xticklabels() + axis.get_yticklabels()]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()


def _artist(artist) -> list:
    if isinstance(artist, Text):
        return _text(artist)
    if isinstance(artist, Line2D):
        style = [
            artist.get_linestyle(),
            str(artist.get_marker()),
            str(artist.get_color()),
            artist.get_linewidth(),
        ]
        return ["line", *map(_numbers, artist.get_data(orig=False)), *style]
    if isinstance(artist, Patch):
        path = artist.get_patch_transform().transform_path(artist.get_path()).vertices
        return [
            "patch",
            _numbers(np.ravel(path)),
            _numbers(artist.get_facecolor()),
            str(artist.get_hatch()),
        ]
    if isinstance(artist, Collection):
        paths = [_numbers(path.vertices) for path in artist.get_paths()]
        colours = [_numbers(artist.get_facecolor()), _numbers(artist.get_edgecolor())]
        return ["collection", _numbers(artist.get_offsets()), paths, *colours, *_mapped(artist)]
    if isinstance(artist, AxesImage):
        return ["image", *_mapped(artist)]
    return [type(artist).__name__]


def _mapped(artist) -> list:
    """Values shown as colours, and their scale."""
    values = artist.get_array()
    if values is None:
        return []
    return [
        _numbers(np.ma.filled(values, np.nan)),
        artist.get_cmap().name,
        _numbers(artist.get_clim()),
    ]


def _text(text: Text) -> list:
    x, y = text.get_position()
    return ["text", text.get_text(), *_numbers([x, y]), str(text.get_color()), text.get_fontsize()]


def _numbers(values) -> list[str]:
    return [f"{v:.9g}" for v in np.asarray(values, float).ravel()]
