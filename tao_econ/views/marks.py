"""What a picture is made of: marks, axes, panels and the View; no subject, no plotting library."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

# Okabe and Ito's colours, told apart by colour-blind readers; orange and sky darkened until each
# stands out from white by 3:1
BLUE = "#0072B2"
ORANGE = "#B87700"
GREEN = "#009E73"
RED = "#D55E00"
PURPLE = "#CC79A7"
SKY = "#2E8FCB"
GREY = "#7F7F7F"
BLACK = "#222222"
SOFT = "#555555"  # of words beside or below a picture
LIGHT = "#BBBBBB"  # of fills and of what stands behind: too pale for a line that is read
OF_2023 = RED  # the article and its day
OF_2026 = BLUE
OF_TAO = GREEN  # beside other tokens and companies


def scale(codes: str) -> tuple[str, ...]:
    """The colours of a map from their codes, from its lowest value to its highest."""
    return tuple(f"#{code}" for code in codes.split())


HEAT = scale("FFFFCC FFEDA0 FED976 FEB24C FD8D3C FC4E2A E31A1C BD0026 800026")
LOSS_GAIN = scale("2D004B 542788 8073AC B2ABD2 D8DAEB F7F7F7 FEE0B6 FDB863 E08214 B35806 7F3B08")
SHARES = scale("00224E 213D6B 4C556C 6C6E72 8F8A78 B4A76B DCC755 FEE838")

SEEN = 0.6  # of a mark at least is in sight: where less is, its axis gives way
MARGIN = 0.03  # of an axis beyond what it gave way to
COLUMNS = ("x", "y", "low", "high", "base", "error", "z", "text")


def column(values: Any) -> np.ndarray:
    """Values as a read-only array of floats (a gap is nan), dates (UTC, to the second) or texts."""
    array = np.atleast_1d(np.asarray(values))
    if any(isinstance(value, (dt.date, np.datetime64)) for value in array.ravel()[:1]):
        array = np.array([_second(each) for each in array.ravel()]).reshape(array.shape)
    else:  # None becomes nan
        texts = array.size and isinstance(array.ravel()[0], str)
        array = array.astype(str if texts else float)
    array.flags.writeable = False
    return array


def _second(day: Any) -> np.datetime64:
    """One by one: many at once would be nanoseconds under pandas 2, which end in 2262."""
    day = pd.Timestamp(None if pd.isna(day) else day)
    return (day.tz_convert(None) if day.tzinfo else day).to_datetime64().astype("datetime64[s]")


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Mark:
    """What all marks share.

    x, y : where it stands; label : its name in the legend, in hover text and in the table
    legend : whether it has an entry there; a label that occurs again has but one
    colour : one for all, or one for each point or bar
    """

    x: Any = ()
    y: Any = ()
    label: str = ""
    legend: bool = True
    colour: Any = BLUE
    alpha: float = 1.0
    style: str = "-"
    width: float = 2.0

    def __post_init__(self) -> None:
        for name in vars(self).keys() & COLUMNS:
            object.__setattr__(self, name, column(getattr(self, name)))

    def reached(self, side: str) -> tuple[np.ndarray, np.ndarray]:
        """Least and greatest place of each of its points along x or y."""
        return getattr(self, side), getattr(self, side)

    @property
    def columns(self) -> dict[str, np.ndarray]:
        """The columns it has, by name."""
        held = {name: getattr(self, name, np.empty(0)) for name in COLUMNS}
        return {name: values for name, values in held.items() if values.size}


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Line(Mark):
    """A line through points; without any it is an entry in the legend alone.

    style : '-', '--', ':', '-.' or '' for none; width, size : of line and marker, in points
    marker : 'o', 's', 'D', '^', 'v', 'x', 'X', '.', '|' or ''; error : ±, along y
    at_end : whether its label stands at its last point, and not in the legend
    """

    marker: str = ""
    size: float = 5.0
    error: Any = ()
    at_end: bool = False

    @property
    def end(self) -> Text | None:
        """Its label as a text at the last of its points, where it is to stand there."""
        seen = np.flatnonzero(pd.notna(self.y))
        if not self.at_end or not seen.size:
            return None
        last = {"x": self.x[seen[-1]], "y": self.y[seen[-1]]}
        return Text(**last, text=self.label, colour=self.colour)


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Points(Line):
    """Markers without a line, above all lines and whole at the edge of a panel."""

    style: str = ""
    marker: str = "o"
    size: float = 8.0


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Bars(Mark):
    """Bars of length y at x or, lying `across`, of length x at y: 0, 1, 2 … if not given.

    base : where they begin; width : in units of the axis, days where it has dates
    text : one at the end of each
    """

    base: Any = 0.0
    width: float = 0.8
    across: bool = False
    text: Any = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        at, length = ("y", self.x) if self.across else ("x", self.y)
        if not getattr(self, at).size:
            object.__setattr__(self, at, column(range(len(length))))

    def reached(self, side: str) -> tuple[np.ndarray, np.ndarray]:
        """Where they end, along their length."""
        at = getattr(self, side)
        tips = at + self.base if side == ("x" if self.across else "y") else at
        return tips, tips


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Band(Mark):
    """What lies between two curves, low and high."""

    low: Any
    high: Any
    alpha: float = 0.25

    def reached(self, side: str) -> tuple[np.ndarray, np.ndarray]:
        """Its two edges, along y."""
        return (self.low, self.high) if side == "y" else (self.x, self.x)


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Level(Mark):
    """A line through the whole panel at an x or a y, or a band between two of them."""

    width: float = 1.2
    colour: Any = BLACK


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Map(Mark):
    """Values over a plane, z[y, x]: coloured 'cells', 'filled' contours, or contour 'lines'.

    colours : from the lowest to the highest; least, most : values of those two, of cells
    levels : of contours; bar : label of the colour bar, maps with the same one share it
    format : of its numbers, as an axis'
    """

    z: Any
    width: float = 1.0
    kind: str = "cells"
    colours: Sequence[str] = HEAT
    least: float | None = None
    most: float | None = None
    levels: Sequence[float] = ()
    bar: str = ""
    format: str = ""

    def reached(self, side: str) -> tuple[np.ndarray, np.ndarray]:
        """Nothing: an axis may show a part of the plane."""
        return np.empty(0), np.empty(0)

    @property
    def gap(self) -> float:
        """White between cells, in points, where they are few."""
        return 2.0 if self.z.size < 500 else 0.0


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Text(Mark):
    """Words at one place of a panel, or one for each place.

    align, valign : which side of it stands there, 'left', 'center' or 'right'; 'bottom', 'center'
    or 'top'
    """

    text: Any
    colour: Any = BLACK
    size: float = 8.5
    align: str = "left"
    valign: str = "center"

    def reached(self, side: str) -> tuple[np.ndarray, np.ndarray]:
        """Nothing: words stand beside what they tell of."""
        return np.empty(0), np.empty(0)

    def each(self) -> Iterable[tuple[Any, Any, str]]:
        """(x, y, text) of every place."""
        return zip(*np.broadcast_arrays(self.x, self.y, self.text), strict=True)


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Axis:
    """One axis of a panel.

    label : with its unit; scale : 'linear', 'log' or 'date'; low, high : its ends
    format : of its numbers, a format that Python and d3 share such as '.0%', ',.0f', 'g', ',g';
      'g%' is per cent without idle digits
    ticks : where they stand; names : their texts, and categories 0, 1, 2 … where no ticks are
      given, on a y axis from the top
    """

    label: str = ""
    scale: str = "linear"
    low: Any = None
    high: Any = None
    format: str = ""
    ticks: Any = None
    names: Sequence[str] = ()

    def shown(self, value: float) -> str:
        """A value as the axis says it."""
        text = f"{100 * value:g}%" if self.format == "g%" else format(value, self.format or "g")
        return text.replace("-", "−", 1) if text.startswith("-") else text

    @property
    def categories(self) -> Sequence[str]:
        """Its categories, if it has such."""
        return self.names if self.ticks is None else ()

    def nearest(self, at: np.ndarray) -> list[str]:
        """The category next to each place, "" where there is none."""
        last = len(self.categories) - 1
        places = np.rint(np.where(np.isfinite(at), at, -1)).astype(int)
        return [" ".join(str(self.categories[k]).split()) if 0 <= k <= last else "" for k in places]

    @functools.cached_property
    def named(self) -> dict[float, str]:
        """The texts of its ticks, where they are fixed."""
        at = range(len(self.names)) if self.ticks is None else column(self.ticks).tolist()
        return dict(zip(at, self.names or [self.shown(value) for value in at], strict=True))


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Panel:
    """Marks between two axes, unseen if it is `bare`; the legend, in the order of the marks, stands
    below in `columns`.
    """

    marks: Sequence[Mark]
    x: Axis = Axis()
    y: Axis = Axis()
    title: str = ""
    columns: int = 2
    bare: bool = False

    def __post_init__(self) -> None:
        own = (
            dataclasses.replace(mark, legend=False) if getattr(mark, "at_end", False) else mark
            for mark in self.marks
        )
        ends = (mark.end for mark in self.marks if isinstance(mark, Line))
        object.__setattr__(self, "marks", [*own, *filter(None, ends)])

    def lost(self) -> list[str]:
        """What is at 0 or below on an axis of logs, where it has no place: mark by mark."""
        said = []
        for mark in self.marks:
            for side, other in (("x", self.y), ("y", self.x)):
                if getattr(self, side).scale != "log":
                    continue
                gone = mark.reached(side)[1] <= 0
                there = getattr(mark, "x" if side == "y" else "y")
                if gone.any():
                    named = other.categories and len(there) == len(gone)  # a level is nowhere
                    names = other.nearest(there[gone]) if named else []
                    some = ", ".join(names) or f"{gone.sum()} of {gone.size}"
                    said.append(mark.label if gone.all() else f"{mark.label} ({some})".strip())
        return said

    def ends(self, side: str) -> tuple[Any, Any]:
        """Where its x or y axis ends: as set, or further where a mark would be out of sight; what
        falls towards nothing may leave an axis of logs below.
        """
        axis = getattr(self, side)
        low = axis.low
        high = axis.high
        lost = 1 - SEEN if axis.scale != "log" else 1 - 1e-9
        for mark in self.marks:
            least, most = (_there(values, axis) for values in mark.reached(side))
            if least.size and high is not None and np.mean(least > _end(high)) > 1 - SEEN:
                high = max(_end(high), _beyond(_end(axis.high), most.max(), axis))
            if most.size and low is not None and np.mean(most < _end(low)) > lost:
                low = min(_end(low), _beyond(_end(axis.low), least.min(), axis))
        return low, high


def _there(values: np.ndarray, axis: Axis) -> np.ndarray:
    """What has a place on an axis."""
    known = values[~pd.isna(values)]
    return known[known > 0] if axis.scale == "log" else known


def _end(end: Any) -> Any:
    return column([end])[0]


def _beyond(end: Any, far: Any, axis: Axis) -> Any:
    """A little further than what lies beyond an end."""
    if axis.scale == "log":
        return far * (far / end) ** MARGIN
    return far + (far - end) * MARGIN


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class View:
    """A picture: what it found, its panels row by row, and what it says beside them.

    title : the finding in one clause; caption : how to read it, what the colours are, its limits,
    under the picture after the first paragraph of the view's docstring; readout : label → text
    rows, widths, size : of the grid of panels, in inches; sources : the words of its footer
    """

    title: str
    panels: Sequence[Panel]
    caption: str = ""
    readout: dict[str, str] = dataclasses.field(default_factory=dict)
    rows: int = 1
    widths: tuple[float, ...] | None = None
    size: tuple[float, float] = (9.0, 5.0)
    sources: tuple[Any, ...] = ()
    name: str = ""

    @property
    def lost(self) -> str:
        """What an axis of logs cannot show, "" if nothing."""
        said = (words for panel in self.panels for words in panel.lost())
        return "; ".join(dict.fromkeys(filter(None, said)))

    @property
    def alt(self) -> str:
        """The picture in words."""
        return f"{self.title}. {self.caption}"

    def to_frame(self) -> pd.DataFrame:
        """All that is shown as one long table: panel, mark, its columns, labels of the axes, and
        the name of its place on an axis of categories.
        """
        parts = []
        for number, panel in enumerate(self.panels, 1):
            for mark in (mark for mark in panel.marks if mark.x.size or mark.y.size):
                labels: dict[str, Any] = {"x_label": panel.x.label, "y_label": panel.y.label}
                about = {"panel": panel.title or f"panel {number}"}
                about["mark"] = mark.label or type(mark).__name__.lower()
                held = mark.columns
                if "z" in held:
                    held |= dict(zip("xy", np.meshgrid(mark.x, mark.y), strict=True))
                rows = max(values.size for values in held.values())
                flat = {name: np.resize(values, rows) for name, values in held.items()}
                for side, axis in (("x", panel.x), ("y", panel.y)):
                    if axis.categories and side in flat:
                        labels[f"{side}_name"] = axis.nearest(flat[side])
                parts.append(pd.DataFrame(about | flat | labels).astype(object))
        order = ["panel", "mark", *COLUMNS, "x_label", "y_label", "x_name", "y_name"]
        return pd.concat(parts, ignore_index=True).reindex(columns=order)

    def to_csv(self, path: Any = None) -> str | None:
        """The table as CSV: written to a path, or as text."""
        return self.to_frame().to_csv(path, index=False)

    def fingerprint(self) -> str:
        """A hash of all that is shown, numbers to nine digits, so that it outlives libraries."""
        text = json.dumps(dataclasses.asdict(self), default=_plain)
        digits = json.loads(text, parse_float=lambda number: f"{float(number):.9g}")
        return hashlib.sha256(json.dumps(digits).encode()).hexdigest()

    def bytes(self, kind: str) -> Any:
        """The picture as 'png' or 'svg', the same bytes each time."""
        from . import paper

        return paper.written(self, kind)

    def _repr_png_(self) -> Any:
        return self.bytes("png")

    def __repr__(self) -> str:
        return f"View {self.name}: {self.alt}"


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else str(value)
