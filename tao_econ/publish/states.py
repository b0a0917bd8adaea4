"""An instrument's states, computed in advance: what a page needs to follow its controls without
a kernel.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import math
from typing import Any

import numpy as np

from ..views.handles import Handle
from ..views.live import Live, Recipe
from ..views.plot import plotly_script

POSITIONS = 11  # of a slider, besides its start
COARSE = 7  # under a choice of the menus that is not the first shown
FEW_CHOICES = 6  # with more of them, sliders move under the first alone


def plotly_js() -> str:
    """The plotting library of the pages, as installed."""
    return plotly_script().decode()


def states(panel: Live, *, many: int = POSITIONS) -> dict:
    """Every state of an instrument in which at most one slider has left its start, for every choice
    of its menus.

    many : int — positions of a slider, besides its start; at most `COARSE` under a choice that is
      not the first shown
    Where the menus offer more than `FEW_CHOICES`, sliders move under the first choice shown and
    stand still elsewhere.

    menus, sliders : what to offer, but for sliders that show nothing unless another one is moved
      too
    cases : for each choice of the menus, the value texts and shot of every position
    shots : one number for each of `paths`, the place of that part's value in `pool`; base : parts
      no state changes
    """
    it = panel.recipe()
    taken: list[dict] = []
    shots: dict[str, int] = {}

    def shoot(records: dict) -> int:
        parts = _parts(it, records)
        mark = json.dumps(list(parts.items()))
        if mark not in shots:
            shots[mark] = len(shots)
            taken.append(parts)
        return shots[mark]

    names = list(itertools.product(*it.choices.values()))
    coarse = min(many, COARSE) if len(names) <= FEW_CHOICES else 0
    given = [dict(zip(it.choices, chosen, strict=True)) for chosen in names]
    cases = [_case(it, chosen, shoot, many if chosen == it.chosen else coarse) for chosen in given]
    first = cases[names.index(tuple(it.chosen.values()))]["sliders"]
    # others need a second one to be moved
    alone = [n for n, slider in enumerate(first) if len(set(slider["shots"])) > 1]
    for case in cases:
        case["sliders"] = [case["sliders"][n] for n in alone]
    offered = [list(it.sliders.values())[n] for n in alone]
    return {
        "menus": [
            {
                "label": _words(key),
                "options": list(options),
                "start": list(options).index(it.chosen[key]),
            }
            for key, options in it.choices.items()
        ],
        "sliders": [
            {"label": it.label, "meaning": it.meaning, "source": it.source} for it in offered
        ],
        "cases": cases,
        **_packed(taken),
    }


def positions(handle: Handle, start: float, many: int) -> list:
    """Values of a slider from end to end, on its steps, its start among them."""
    spread = np.geomspace if handle.log else np.linspace
    kind = int if isinstance(start, int) else float
    on_steps = {
        kind(
            round(
                min(
                    handle.low + round((value - handle.low) / handle.step) * handle.step,
                    handle.high,
                ),
                9,
            )
        )
        for value in spread(handle.low, handle.high, many)
    }
    return sorted(on_steps | {start})


def _case(it: Recipe, chosen: dict[str, str], shoot, many: int) -> dict:
    """One choice of the menus: where every slider starts, and what each of its positions shows."""
    start = it.records | {
        key: it.choices[key][name] for key, name in chosen.items() if name != it.chosen[key]
    }
    at_start = shoot(start)
    sliders = []
    for name, handle in it.sliders.items():
        key, field = it.owner[name]
        begin = getattr(start[key], field)
        begin = handle.value if begin is None else handle.shown(begin)
        values = positions(handle, begin, many)
        shots = [
            at_start
            if value == begin
            else shoot(start | {key: _varied(start[key], field, handle.stored(value))})
            for value in values
        ]
        sliders.append(
            {
                "start": values.index(begin),
                "texts": [f"{value:,.{handle.places}f}" for value in values],
                "shots": shots,
            }
        )
    return {"start": at_start, "sliders": sliders}


def _varied(record, field: str, value):
    """The record with one field changed, or the complaint of a record that refuses it."""
    try:
        return dataclasses.replace(record, **{field: value})
    except (ValueError, TypeError) as error:
        return error


def _parts(it: Recipe, records: dict) -> dict[str, object]:
    """Place in the page's state → value: the figure, the read-out, or what the records were
    refused for.
    """
    try:
        for record in records.values():
            if isinstance(record, Exception):
                raise record
        shown, texts = it.show(**records)
    except (ValueError, TypeError) as error:
        return {"error": str(error)}
    flat: dict[str, object] = {}
    for number, trace in enumerate(shown["data"]):
        _flatten(trace, f"data/{number}", flat)
    _flatten(shown["layout"], "layout", flat)
    return flat | {"read": [[label, str(text)] for label, text in texts.items()]}


def _flatten(tree: dict, path: str, into: dict) -> None:
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            _flatten(value, f"{path}/{key}", into)
        elif key == "annotations":  # each text apart, since most states change a few
            for number, note in enumerate(value):
                _flatten(note, f"{path}/{key}/{number}", into)
        else:
            into[f"{path}/{key}"] = plain(value)


def plain(value: Any) -> Any:
    """A value as JSON: numbers to five significant digits of their own or of their span, whichever
    is finer.

    Of a map, the z of a contour, four digits of the span do.
    """
    if isinstance(value, (np.ndarray, list, tuple)):
        array = np.asarray(value)
        if array.dtype.kind in "iuf" and array.size:
            finite = array[np.isfinite(array)]
            span = float(np.ptp(finite)) if finite.size else 0.0
            own = array.ndim == 1
            return _each(array.tolist(), span * (1 if own else 10), own)
        return [
            plain(item) for item in (array.tolist() if isinstance(value, np.ndarray) else value)
        ]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return _short(float(value), 0.0, True)
    if value is None or isinstance(value, str):
        return value
    raise TypeError(f"a picture must hold numbers and text, got {type(value).__name__}")


def _each(values, span: float, own: bool):
    return [_each(v, span, own) if isinstance(v, list) else _short(v, span, own) for v in values]


def _short(value: float, span: float, own: bool):
    if not math.isfinite(value):
        return None
    sizes = [size for size in (abs(value) if own else 0.0, span) if size > 0]
    if not sizes or value == 0:
        return round(value, 9) if value else 0
    digits = max(4 - math.floor(math.log10(size)) for size in sizes)
    value = round(value, digits)
    return int(value) if value == int(value) and abs(value) < 1e15 else value


def _packed(taken: list[dict]) -> dict:
    """Many states as one base, the paths that vary and a pool of the values they take, each
    stored once.
    """
    paths = list(dict.fromkeys(path for parts in taken for path in parts))
    texts = [{path: json.dumps(parts[path]) for path in parts} for parts in taken]
    fixed = {path for path in paths if len({text.get(path) for text in texts}) == 1}
    varying = [path for path in paths if path not in fixed]
    pool: dict[str, int] = {}
    shots = [
        [pool.setdefault(text[path], len(pool)) if path in text else -1 for path in varying]
        for text in texts
    ]
    return {
        "base": {path: taken[0][path] for path in paths if path in fixed},
        "paths": varying,
        "shots": shots,
        "pool": [json.loads(text) for text in pool],
    }


def _words(key: str) -> str:
    return key.replace("_", " ")
