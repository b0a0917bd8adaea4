"""A View on a screen: a plotly figure as a plain dict, with hover text; plotly is not imported."""

from __future__ import annotations

import functools
import textwrap

import numpy as np

from .marks import BLACK, Axis, Band, Bars, Level, Line, Map, Mark, Panel, Text, View

DASHES = {"-": "solid", "--": "dash", ":": "dot", "-.": "dashdot", "": "solid"}
SYMBOLS = {"o": "circle", "s": "square", "D": "diamond", "^": "triangle-up", "v": "triangle-down"}
SYMBOLS |= {"x": "x-thin-open", "X": "x", ".": "circle", "|": "line-ns-open", "": "circle"}
LETTERS, PIXELS = 110, 4 / 3  # in a line of the title; in a point
A_DAY_MS = 86_400_000


def plotted(view: View) -> dict:
    """The picture as {'data', 'layout'}: traces in the order of the marks, one legend for all."""
    columns = len(view.panels) // view.rows
    gap, row_gap = (0.18 if any(_wide(p) for p in view.panels) else 0.1), 0.2
    widths = np.array(view.widths or [1] * columns, float)
    widths *= (1 - gap * (columns - 1)) / widths.sum()
    height = (1 - row_gap * (view.rows - 1)) / view.rows
    title = textwrap.wrap(view.title, LETTERS)
    named = any(panel.title for panel in view.panels)
    layout = {
        "title": {"text": "<br>".join(title), "x": 0, "xanchor": "left", "font": {"size": 15}},
        "autosize": True,
        "height": max(120 + 330 * view.rows, round(80 * view.size[1])),
        "template": "plotly_white",
        "uirevision": "keep",
        "margin": {"l": 60, "r": 20, "t": 40 + 20 * (len(title) + named), "b": 100},
        "legend": {"orientation": "h", "y": -0.28 / view.rows},
        "barmode": "overlay",
    }
    data, notes, told = [], [], set()
    for number, panel in enumerate(view.panels):
        row, place = divmod(number, columns)
        end = "" if number == 0 else str(number + 1)
        left = float(widths[:place].sum() + gap * place)
        right, top = left + float(widths[place]), 1 - row * (height + row_gap)
        across, up = {"domain": [left, right]}, {"domain": [max(top - height, 0.0), top]}
        layout[f"xaxis{end}"] = _axis(panel.x) | across | {"anchor": f"y{end}"}
        layout[f"yaxis{end}"] = _axis(panel.y) | up | {"anchor": f"x{end}"}
        notes += _notes(panel, end, left, top)
        for mark in (mark for mark in panel.marks if not isinstance(mark, Text)):
            entry = bool(mark.label) and mark.legend and mark.label not in told
            told |= {mark.label} if entry else set()
            shared = {"xaxis": f"x{end}", "yaxis": f"y{end}", "opacity": mark.alpha or 1.0}
            shared |= {"name": mark.label, "legendgroup": mark.label, "showlegend": entry}
            bar = {"x": right, "len": height, "y": (up["domain"][0] + top) / 2, "thickness": 12}
            data += [shared | trace for trace in _traces(mark, panel, bar)]
    return {"data": data, "layout": layout | {"annotations": notes}}


def _wide(panel: Panel) -> bool:
    """Whether a panel needs room at its side, for names or a colour bar."""
    return bool(panel.y.names) or any(isinstance(m, Map) and m.bar for m in panel.marks)


def _axis(axis: Axis) -> dict:
    kind = "date" if axis.dates else "log" if axis.scale == "log" else "linear"
    shown = {"title": {"text": _lines(axis.label)}, "type": kind, "automargin": True}
    categories = bool(axis.names) and axis.ticks is None
    shown["showgrid"] = not categories if axis.grid is None else axis.grid
    ends = [_place(end, axis) for end in (axis.low, axis.high)]
    if ends == [0.0, None] and kind == "linear":  # plotly 4 may pass over half a range
        shown["rangemode"] = "tozero"
    elif ends != [None, None]:
        shown |= {"range": ends[::-1] if axis.inverted else ends}
    elif axis.inverted:
        shown["autorange"] = "reversed"
    if axis.named:
        at, texts = zip(*axis.named, strict=True)
        shown |= {"tickvals": list(at), "ticktext": [_lines(text) for text in texts]}
    elif axis.format:
        shown["tickformat"] = _d3(axis.format)
    elif kind == "log":
        shown["exponentformat"] = "power"
    return shown | ({"dtick": axis.every} if axis.every else {})


def _place(value, axis: Axis):
    """A value where plotly counts in the axis' own units: logs on a log axis, dates as text."""
    if value is None:
        return None
    if axis.dates:
        return _column([value])[0]
    return float(np.log10(value)) if axis.scale == "log" else float(value)


def _d3(form: str) -> str:
    return "~%" if form == "g%" else f"{form[:-1]}~g" if form.endswith("g") else form


def _hover(panel: Panel, mark: Mark, *more: str) -> str:
    """Name, and what stands at x and y with their units."""
    lines = [f"<b>{mark.label}</b>"] if mark.label else []
    for side, axis in (("x", panel.x), ("y", panel.y)):
        form = ".2%" if axis.format.endswith("%") else ".5~g" if axis.format == "g" else ",.5~g"
        value = f"%{{{side}}}" if axis.dates else f"%{{{side}:{form}}}"
        if axis.names and axis.ticks is None:
            value = "%{customdata}"
        unit = f" {axis.unit}" if axis.unit else ""
        lines.append(f"{_lines(axis.label)}: {value}{unit}" if axis.label else f"{value}{unit}")
    return "<br>".join([*lines, *more]) + "<extra></extra>"


def _categories(panel: Panel, at: dict) -> dict:
    """For hover text, the category that each point belongs to."""
    for side, axis in (("x", panel.x), ("y", panel.y)):
        if axis.names and axis.ticks is None:
            last = len(axis.names) - 1
            nearest = [int(np.clip(np.rint(v), 0, last)) for v in at[side] if v is not None]
            return {"customdata": [_lines(axis.names[k], " ") for k in nearest]}
    return {}


def _lines(text: str, by: str = "<br>") -> str:
    return text.replace("\n", by)


def _column(values):
    """Dates as text, a gap where there is nothing to show."""
    values = np.asarray(values)
    if values.dtype.kind == "M":
        return np.datetime_as_string(values, unit="s").tolist()
    return values if values.size else [None]


def _ends(panel: Panel, side: str) -> np.ndarray:
    """Where a panel begins and ends: the limits of its axis, or of what it shows."""
    axis = getattr(panel, side)
    found = [end for end in (axis.low, axis.high) if end is not None]
    for mark in panel.marks if len(found) < 2 else ():
        if isinstance(mark, (Line, Map)):
            found += [getattr(mark, side)]
        elif isinstance(mark, Band):
            found += [mark.x] if side == "x" else [mark.low, mark.high]
        elif isinstance(mark, Bars):
            along = (side == "x") == mark.across
            found += [mark.base, mark.base + mark.length] if along else [mark.at]
    parts = [np.atleast_1d(part) for part in found if np.size(part)] or [np.array([0.0, 1.0])]
    ends = [part[~np.isnan(part)] for part in parts]
    low, high = (pick(part for part in map(pick, filter(len, ends))) for pick in (min, max))
    return np.array(
        [low if axis.low is None else axis.low, high if axis.high is None else axis.high]
    )


@functools.singledispatch
def _traces(mark, panel: Panel, bar: dict) -> list[dict]:
    """The traces of a mark, one but for contour lines at several levels."""
    raise TypeError(f"a mark must be one of views.marks, got {type(mark).__name__}")


@_traces.register
def _(mark: Line, panel, bar):
    colour = mark.colour if isinstance(mark.colour, str) else list(mark.colour)
    line = {"color": colour, "dash": DASHES[mark.style], "width": mark.width}
    rim = {"color": mark.edge or colour, "width": 1.0 if mark.edge or mark.fill else 0.0}
    dot = {"color": mark.fill or colour, "size": round(mark.size * PIXELS), "line": rim}
    mode = "+".join(["lines"] * bool(mark.style) + ["markers"] * bool(mark.marker))
    at = {"x": _column(mark.x), "y": _column(mark.y)}
    trace = {"type": "scatter", "mode": mode or "lines"} | at | _categories(panel, at)
    trace |= {"line": line} if mark.style else {}
    trace |= {"marker": dot | {"symbol": SYMBOLS[mark.marker]}} if mark.marker else {}
    if mark.error is not None:
        trace["error_y"] = {"type": "data", "array": mark.error, "color": colour, "thickness": 1.2}
    return [trace | {"cliponaxis": mark.clip, "hovertemplate": _hover(panel, mark)}]


@_traces.register
def _(mark: Bars, panel, bar):
    lies, width = mark.across, mark.width * (A_DAY_MS if panel.x.dates else 1)
    at = {"y" if lies else "x": _column(mark.at), "x" if lies else "y": mark.length}
    colour = mark.colour if isinstance(mark.colour, str) else list(mark.colour)
    look = {"color": colour, "line": {"color": mark.edge, "width": 1} if mark.edge else {}}
    look |= {"pattern": {"shape": "/", "fgcolor": mark.edge or BLACK}} if mark.hatch else {}
    trace = {"type": "bar", "orientation": "h" if lies else "v", "width": width, "marker": look}
    trace |= at | _categories(panel, at) | {"hovertemplate": _hover(panel, mark)}
    if np.any(mark.base):
        trace["base"] = mark.base
    if mark.error is not None:
        trace["error_x" if lies else "error_y"] = {"type": "data", "array": mark.error}
    if len(mark.texts):
        place = {"textposition": "outside" if mark.texts_at == "end" else "inside"}
        trace |= {"text": [_lines(text) for text in mark.texts], "cliponaxis": False} | place
    return [trace]


@_traces.register
def _(mark: Band, panel, bar):
    there = ~(np.isnan(mark.low) | np.isnan(mark.high))
    x, low, high = mark.x[there], mark.low[there], mark.high[there]
    edge = {"x": _column(np.r_[x, x[::-1]]), "y": np.r_[low, high[::-1]]}
    return [_area(mark, mark.alpha) | edge | {"hovertemplate": _hover(panel, mark)}]


def _area(mark: Mark, alpha: float) -> dict:
    look = {"mode": "lines", "line": {"width": 0}, "fill": "toself", "fillcolor": mark.colour}
    return {"type": "scatter", "opacity": alpha, "hoveron": "points"} | look


@_traces.register
def _(mark: Level, panel, bar):
    along, across = ("y", "x") if mark.upright else ("x", "y")
    ends, at = _ends(panel, along), mark.at[0]
    if mark.to is not None:
        edge = {along: ends[[0, 1, 1, 0]], across: np.array([at, at, mark.to[0], mark.to[0]])}
        trace = _area(mark, mark.alpha or 0.18)
    else:
        edge = {along: ends, across: np.array([at, at])}
        line = {"color": mark.colour, "dash": DASHES[mark.style], "width": mark.width}
        trace = {"type": "scatter", "mode": "lines", "line": line}
    edge = {side: _column(values) for side, values in edge.items()}
    return [trace | edge | _categories(panel, edge) | {"hovertemplate": _hover(panel, mark)}]


@_traces.register
def _(mark: Map, panel, bar):
    scale = [[k / (len(mark.colours) - 1), colour] for k, colour in enumerate(mark.colours)]
    at = {"x": _column(mark.x), "y": _column(mark.y)}
    form = ".1%" if mark.bar_format.endswith("%") else ",.4~g"
    told = {"hovertemplate": _hover(panel, mark, f"{mark.bar}: %{{z:{form}}}".lstrip(": "))}
    if mark.kind == "lines":
        look = {"line": {"color": mark.colour, "width": mark.width}, "showscale": False}
        trace = {"type": "contour", "z": mark.z} | at | look | told
        each = {"coloring": "none", "showlabels": bool(mark.names), "labelformat": ".2~%"}
        levels = [each | {"start": level, "end": level, "size": 1} for level in mark.levels]
        first = [{}, *[{"showlegend": False}] * (len(levels) - 1)]
        return [trace | {"contours": c} | f for c, f in zip(levels, first, strict=True)]
    z = np.log10(mark.z) if mark.log else mark.z
    ends = {"zmin": mark.least, "zmax": mark.most}
    if mark.log:
        ends = {key: None if end is None else float(np.log10(end)) for key, end in ends.items()}
    shown = {"z": z, "colorscale": scale, "showscale": bool(mark.bar)} | at | ends | told
    if mark.bar:
        shown["colorbar"] = bar | {"title": {"text": mark.bar}, "tickformat": _d3(mark.bar_format)}
    steps = np.diff(mark.levels)
    if mark.kind == "filled" and len(steps) and np.allclose(steps, steps[0]) and not mark.log:
        ends = {"start": mark.levels[0], "end": mark.levels[-1], "size": float(steps[0])}
        return [{"type": "contour", "contours": ends, "line": {"width": 0.5}} | shown]
    return [{"type": "heatmap", "xgap": mark.gap, "ygap": mark.gap} | shown]


def _notes(panel: Panel, end: str, left: float, top: float) -> list[dict]:
    """The panel's title and its texts, as annotations."""
    title = {"x": left, "y": top, "xref": "paper", "yref": "paper", "showarrow": False}
    title |= {"text": f"{_lines(panel.title)}", "xanchor": "left", "yanchor": "bottom"}
    notes = [title | {"font": {"size": 13, "color": BLACK}}] if panel.title else []
    for mark in (mark for mark in panel.marks if isinstance(mark, Text)):
        upright = {"center": "middle", "baseline": "bottom"}.get(mark.valign, mark.valign)
        look = {"xref": f"x{end}", "yref": f"y{end}", "showarrow": False, "textangle": -mark.turn}
        look |= {"xanchor": mark.align, "yanchor": upright, "align": mark.align}
        look |= {"xshift": mark.shift[0] * PIXELS, "yshift": mark.shift[1] * PIXELS}
        look |= {"font": {"size": round(mark.size * PIXELS * 0.95), "color": mark.colour}}
        look |= {"bgcolor": "white"} if mark.box else {}
        for x, y, text in mark.each():
            text = f"<b>{_lines(text)}</b>" if mark.bold else _lines(text)
            notes.append(look | {"x": _place(x, panel.x), "y": _place(y, panel.y), "text": text})
    return notes
