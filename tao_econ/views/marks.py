"""What a picture is made of: marks, axes, panels and the View; no subject, no plotting library."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import hashlib
import json

import numpy as np
import pandas as pd

# Okabe and Ito's colours, told apart by colour-blind readers
BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, GREY, BLACK, LIGHT = "#CC79A7", "#56B4E9", "#7F7F7F", "#222222", "#BBBBBB"


def scale(codes: str) -> tuple[str, ...]:
    """The colours of a map from their codes, from its lowest value to its highest."""
    return tuple(f"#{code}" for code in codes.split())


HEAT = scale("FFFFCC FFEDA0 FED976 FEB24C FD8D3C FC4E2A E31A1C BD0026 800026")
LOSS_GAIN = scale("2D004B 542788 8073AC B2ABD2 D8DAEB F7F7F7 FEE0B6 FDB863 E08214 B35806 7F3B08")
SHARES = scale("00224E 213D6B 4C556C 6C6E72 8F8A78 B4A76B DCC755 FEE838")


def in_words(count: int) -> str:
    """A small whole number as a word of a title."""
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[count] if 0 <= count < len(words) else f"{count:,}"


record = dataclasses.dataclass(frozen=True, kw_only=True, eq=False)


def column(values) -> np.ndarray:
    """Values as a read-only array of floats (a gap is nan), dates (UTC, to the second) or texts."""
    array = np.atleast_1d(np.asarray(values))
    if array.dtype.kind not in "OMUT":
        array = array.astype(float)
    elif array.size and isinstance(array.ravel()[0], str):
        array = array.astype(str)
    elif array.dtype.kind == "M" or any(isinstance(v, dt.date) for v in array.ravel()):
        dates = pd.to_datetime(pd.Series(array.ravel()), utc=True, format="mixed")
        array = dates.dt.tz_localize(None).to_numpy("datetime64[s]").reshape(array.shape)
    else:
        array = array.astype(float)  # None becomes nan
    array.flags.writeable = False
    return array


@record
class Mark:
    """What all marks share.

    label : its name in the legend, in hover text and in the table; a mark without is in no legend
    legend : whether it has an entry there; layer : higher ones lie above lower ones
    colour : one for all, or one for each point or bar
    clip : whether what leaves the panel is cut off
    """

    label: str = ""
    legend: bool = True
    colour: str | tuple = BLUE
    alpha: float = 1.0
    layer: float | None = None
    clip: bool = True

    def __post_init__(self):
        for name in COLUMNS & vars(self).keys():
            value = getattr(self, name)
            if value is not None and not isinstance(value, str):
                object.__setattr__(self, name, column(value))


COLUMNS = {"x", "y", "z", "low", "high", "at", "to", "length", "base", "error"}


@record
class Line(Mark):
    """A line through points; empty columns leave its entry in the legend alone.

    style : '-', '--', ':', '-.' or '' for none; width, size : of line and marker, in points
    marker : 'o', 's', 'D', '^', 'v', 'x', 'X', '.', '|' or ''; fill, edge : of markers; error : ±
    """

    x: object
    y: object
    style: str = "-"
    width: float = 2.0
    marker: str = ""
    size: float = 5.0
    fill: str = ""
    edge: str = ""
    error: object = None


@record
class Points(Line):
    """Markers without a line."""

    style: str = ""
    marker: str = "o"
    size: float = 8.0


@record
class Bars(Mark):
    """Bars of a length from a base, at 0, 1, 2 … or where `at` says; `across`: they lie.

    width : in units of the axis, days where it has dates; error : ± of the length
    texts : one for each bar, at its 'end' or in its 'middle'
    """

    length: object
    at: object = None
    base: object = 0.0
    width: float = 0.8
    across: bool = False
    hatch: str = ""
    edge: str = ""
    error: object = None
    texts: tuple = ()
    texts_at: str = "end"
    texts_size: float = 8.5
    texts_colour: str = BLACK

    def __post_init__(self):
        super().__post_init__()
        if self.at is None:
            object.__setattr__(self, "at", column(np.arange(len(self.length))))


@record
class Band(Mark):
    """What lies between two curves."""

    x: object
    low: object
    high: object
    alpha: float = 0.25


@record
class Level(Mark):
    """A line through the whole panel at a value, or a band up to another; `upright`: at an x."""

    at: object
    to: object = None
    upright: bool = False
    style: str = "-"
    width: float = 1.2
    colour: str = BLACK
    alpha: float | None = None  # 1 for a line, 0.18 for a band


@record
class Map(Mark):
    """Values over a plane, z[y, x]: coloured 'cells', 'filled' contours, or contour 'lines'.

    colours : from the lowest to the highest; low, high : values of those two, by default z's ends
    levels : of contours; names : texts on their lines; log : colours follow the logarithm
    bar : label of the colour bar, maps with the same one share it; bar_format as an axis' format
    gap : white between cells, in points
    """

    x: object
    y: object
    z: object
    kind: str = "cells"
    colours: tuple | list = HEAT
    least: float | None = None
    most: float | None = None
    log: bool = False
    levels: tuple = ()
    names: tuple = ()
    width: float = 1.0
    bar: str = ""
    bar_format: str = ""
    gap: float = 0.0


@record
class Text(Mark):
    """Words at one place of a panel, or one for each place.

    align : which side of it stands there, 'left', 'center' or 'right'; valign : 'bottom', 'center',
    'top', 'baseline'; shift : points to the right and up; turn : degrees; box : on white
    """

    x: object
    y: object
    text: str | tuple
    colour: str = BLACK
    size: float = 9.0
    align: str = "left"
    valign: str = "center"
    shift: tuple = (0.0, 0.0)
    bold: bool = False
    turn: float = 0.0
    box: bool = False
    clip: bool = False

    def each(self):
        """(x, y, text) of every place."""
        texts = [self.text] * len(self.x) if isinstance(self.text, str) else self.text
        return zip(self.x, self.y, texts, strict=True)


@record
class Axis:
    """One axis of a panel.

    label : with its unit; unit : for hover text and the table, where the label does not say it
    scale : 'linear', 'log' or 'symlog' (linear up to ± `linear_to`); low, high : its ends
    format : of its numbers, a format that Python and d3 share such as '.0%', ',.0f', 'g', ',g';
      'g%' is per cent without idle digits; '%b %Y' of dates
    ticks : where they stand; names : their texts, and categories 0, 1, 2 … where no ticks are given
    every : ticks at multiples; turn : of their texts, in degrees; dates : they are dates
    """

    label: str = ""
    unit: str = ""
    scale: str = "linear"
    low: object = None
    high: object = None
    format: str = ""
    ticks: tuple | None = None
    names: tuple = ()
    every: float | None = None
    whole: bool = False
    inverted: bool = False
    dates: bool = False
    grid: bool | None = None
    size: float = 10.0
    turn: float = 0.0
    linear_to: float = 0.01

    def shown(self, value) -> str:
        """A value as the axis says it."""
        if self.dates:
            return f"{pd.Timestamp(value):%Y-%m-%d}"
        text = f"{100 * value:g}%" if self.format == "g%" else format(value, self.format or "g")
        return text.replace("-", "−", 1) if text.startswith("-") else text

    @functools.cached_property
    def named(self) -> list[tuple[float, str]]:
        """Ticks with their texts, where they are fixed."""
        at = range(len(self.names)) if self.ticks is None else column(self.ticks).tolist()
        texts = self.names or [self.shown(value) for value in at]
        return list(zip(at, texts, strict=True)) if self.ticks is not None or self.names else []


@record
class Panel:
    """Marks between two axes; the legend, in the order of the marks, stands below.

    columns : of the legend, 0 for none; drop : how far below, as a part of the panel's height
    """

    marks: tuple | list
    x: Axis = Axis()
    y: Axis = Axis()
    title: str = ""
    title_size: float = 10.5
    columns: int = 2
    drop: float = 0.14
    legend_size: float = 9.0
    legend_title: str = ""


@record
class View:
    """A picture: what it found, its panels row by row, and what it says beside them.

    title : the finding; caption : what is shown; readout : label → text
    rows, widths, size : of the grid of panels, in inches; sources : the words of its footer
    """

    title: str
    panels: tuple | list
    caption: str = ""
    readout: dict = dataclasses.field(default_factory=dict)
    rows: int = 1
    widths: tuple | None = None
    size: tuple = (9.0, 5.0)
    sources: tuple = ()
    name: str = ""

    @property
    def finding(self) -> str:
        """The title, by the name that old figures have it under until all are views."""
        return self.title

    @property
    def alt(self) -> str:
        """The picture in words."""
        return f"{self.title}. {self.caption}"

    def to_frame(self) -> pd.DataFrame:
        """All that is shown as one long table: panel, mark, x, y, low, high, z, text and units."""
        parts = [
            _frame(mark).assign(
                panel=panel.title or f"panel {number}",
                x_unit=panel.x.unit or panel.x.label,
                y_unit=panel.y.unit or panel.y.label,
            )
            for number, panel in enumerate(self.panels, 1)
            for mark in panel.marks
            if not isinstance(mark, Line) or mark.x.size
        ]
        table = pd.concat([part.astype(object) for part in parts], ignore_index=True)
        return table.reindex(columns=FRAME)

    def fingerprint(self) -> str:
        """A hash of all that is shown, numbers to nine digits, so that it outlives libraries."""
        text = json.dumps(_plain(self), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def bytes(self, kind: str) -> bytes:
        """The picture as 'png' or 'svg', the same bytes each time."""
        from . import paper

        return paper.written(self, kind)

    def _repr_png_(self) -> bytes:
        return self.bytes("png")

    def __repr__(self) -> str:
        return f"View {self.name}: {self.alt}"


FRAME = ["panel", "mark", "x", "y", "low", "high", "z", "text", "x_unit", "y_unit"]


def _frame(mark: Mark) -> pd.DataFrame:
    """The rows of one mark."""
    name = mark.label or type(mark).__name__.lower()
    if isinstance(mark, Map):
        y, x = np.meshgrid(mark.y, mark.x, indexing="ij")
        return pd.DataFrame({"mark": name, "x": x.ravel(), "y": y.ravel(), "z": mark.z.ravel()})
    if isinstance(mark, Level):
        place, other = ("x", "y") if mark.upright else ("y", "x")
        ends = {} if mark.to is None else {"low": mark.at, "high": mark.to}
        return pd.DataFrame({"mark": name, other: np.nan, place: mark.at} | ends)
    if isinstance(mark, Band):
        return pd.DataFrame({"mark": name, "x": mark.x, "low": mark.low, "high": mark.high})
    if isinstance(mark, Bars):
        place, value = ("y", "x") if mark.across else ("x", "y")
        top = mark.base + mark.length
        ends = {} if mark.error is None else {"low": top - mark.error, "high": top + mark.error}
        bars = {"mark": name, place: mark.at, value: mark.length} | ends
        return pd.DataFrame(bars | ({"text": list(mark.texts)} if mark.texts else {}))
    if isinstance(mark, Text):
        return pd.DataFrame(mark.each(), columns=["x", "y", "text"]).assign(mark="text")
    found = {"mark": name, "x": mark.x, "y": mark.y}
    if mark.error is not None:
        found |= {"low": mark.y - mark.error, "high": mark.y + mark.error}
    return pd.DataFrame(found)


def _plain(value):
    """A value as JSON, the same under any version of any library."""
    if dataclasses.is_dataclass(value):
        fields = {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {"is": type(value).__name__} | fields
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if isinstance(value, np.ndarray):
        return [_plain(part) for part in value.tolist()]
    if isinstance(value, (float, np.floating)):
        return f"{value:.9g}"
    if isinstance(value, (bool, int, type(None))):
        return value
    return str(value)
