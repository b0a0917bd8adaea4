"""A View on a screen: a plotly figure as a plain dict, with hover text; plotly is not imported."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np

from .marks import Axis, Band, Bars, Level, Line, Map, Mark, Panel, Text, View

DASHES = {"-": "solid", "--": "dash", ":": "dot", "-.": "dashdot", "": "solid"}
SYMBOLS = {"o": "circle", "s": "square", "D": "diamond", "^": "triangle-up", "v": "triangle-down"}
SYMBOLS |= {"x": "x-thin-open", "X": "x", ".": "circle", "|": "line-ns-open", "": "circle"}
AWAY = {"left": 5, "right": -5, "bottom": 4, "top": -4, "center": 0}  # pixels from its place
BELOW = 7  # pixels from an x axis to its numbers, so that two zeros do not meet at the origin
LETTERS = 110  # in a line of the title
A_DAY_MS = 86_400_000


def plotted(view: View) -> dict[str, Any]:
    """The picture as {'data', 'layout'}: traces in the order of the marks, one legend for all."""
    title = textwrap.wrap(view.title, LETTERS)
    named = any(panel.title for panel in view.panels)
    columns = len(view.panels) // view.rows
    layout: dict[str, Any] = {
        "title": {"text": "<br>".join(title), "x": 0, "xanchor": "left", "font": {"size": 15}},
        "autosize": True,
        "height": max(120 + 330 * view.rows, round(80 * view.size[1])),
        "margin": {"l": 60, "r": 20, "t": 40 + 20 * (len(title) + named), "b": 100},
        "legend": {"orientation": "h", "y": -0.28 / view.rows},
        "barmode": "overlay",
        "grid": {"rows": view.rows, "columns": columns, "pattern": "independent", "ygap": 0.35},
        "annotations": [],
    }
    gap = 0.18 if any(panel.y.categories for panel in view.panels) else 0.12
    edges = np.cumsum([0, *(view.widths or [1] * columns)])
    edges = edges / edges[-1] * (1 + gap)
    data: list[dict] = []
    told: set[str] = set()
    for number, panel in enumerate(view.panels, 1):
        end = "" if number == 1 else str(number)
        layout |= {f"xaxis{end}": _axis(panel, "x"), f"yaxis{end}": _axis(panel, "y")}
        place = (number - 1) % columns
        if panel.bare:
            layout[f"xaxis{end}"]["visible"] = layout[f"yaxis{end}"]["visible"] = False
        layout[f"xaxis{end}"]["domain"] = [edges[place], edges[place + 1] - gap]
        layout["annotations"] += _notes(panel, end)
        for mark in (mark for mark in panel.marks if not isinstance(mark, Text)):
            shared = {"xaxis": f"x{end}", "yaxis": f"y{end}", "opacity": mark.alpha}
            shared |= {"name": mark.label, "legendgroup": mark.label}
            for trace in _traces(mark, panel):
                entry = bool(mark.label) and mark.legend and mark.label not in told
                bar = trace.get("colorbar", {}).get("title", {}).get("text", "")
                once = {"showscale": False} if bar in told else {}
                told |= {bar, mark.label if entry else ""} - {""}
                data.append(shared | {"showlegend": entry} | trace | once)
    if not any(trace["showlegend"] for trace in data) and not any(p.x.label for p in view.panels):
        layout["margin"]["b"] = 20  # nothing stands below the panels
    return {"data": data, "layout": layout}


def _axis(panel: Panel, side: str) -> dict:
    axis = getattr(panel, side)
    shown = {"title": {"text": _lines(axis.label)}, "type": axis.scale, "automargin": True}
    ends = [_place(end, axis) for end in panel.ends(side)]
    down = side == "y" and axis.categories
    if ends == [0.0, None] and axis.scale == "linear":  # plotly 4 may pass over half a range
        shown["rangemode"] = "tozero"
    elif ends != [None, None]:
        shown["range"] = ends[::-1] if down else ends
    elif down:
        shown["autorange"] = "reversed"
    if axis.named:
        texts = [_lines(text) for text in axis.named.values()]
        shown |= {"tickvals": list(axis.named), "ticktext": texts}
    elif axis.format:
        shown["tickformat"] = _d3(axis.format)
    ruled = not axis.categories
    shown |= {"ticklabelstandoff": BELOW} if side == "x" else {}
    return shown | {"showgrid": ruled, "zeroline": ruled, "exponentformat": "power"}


def _place(value, axis: Axis):
    """A value where plotly counts in the axis' own units: logs on a log axis, dates as text."""
    if value is None or axis.scale == "date":
        return value if value is None else _column([value])[0]
    return float(np.log10(value)) if axis.scale == "log" else float(value)


def _d3(form: str) -> str:
    if form == "g%":
        return "~%"
    idle = form.endswith(("g", ".1f"))  # a zero that says nothing: 2030, not 2030.0
    return f"{form[:-1]}~{form[-1]}" if idle else form


def _lines(text: str) -> str:
    return str(text).replace("\n", "<br>")


def _column(values):
    """Dates as text, a gap where there is nothing to show."""
    values = np.asarray(values)
    if values.dtype.kind in "MO":
        return np.datetime_as_string(values.astype("datetime64[s]"), unit="s").tolist()
    return values if values.size else [None]


def _told(panel: Panel, mark: Mark, x, y, more: str = "") -> dict:
    """Where a trace stands, and its hover text: name, and what stands at x and y."""
    told = {"x": _column(x), "y": _column(y)}
    lines = [f"<b>{mark.label}</b>"] if mark.label else []
    for side, axis in (("x", panel.x), ("y", panel.y)):
        form = ".2%" if axis.format.endswith("%") else ".5~g" if axis.format == "g" else ",.5~g"
        value = f"%{{{side}}}" if axis.scale == "date" else f"%{{{side}:{form}}}"
        if axis.categories and len(told[side]) and told[side][0] is not None:
            nearest = np.clip(np.rint(told[side]), 0, len(axis.categories) - 1).astype(int)
            told["customdata"] = [axis.categories[k].replace("\n", " ") for k in nearest]
            value = "%{customdata}"
        lines.append(f"{_lines(axis.label)}: {value}" if axis.label else value)
    return told | {"hovertemplate": "<br>".join([*lines, *more.split("\n")]) + "<extra></extra>"}


def _ends(panel: Panel, side: str) -> np.ndarray:
    """Where a panel begins and ends: the limits of its axis, or of what it shows."""
    first, last = panel.ends(side)
    names = {"x": ("x",), "y": ("y", "low", "high")}[side]
    found = [mark.columns[name] for mark in panel.marks for name in names if name in mark.columns]
    shown = np.concatenate(found) if found else np.array([0.0, 1.0])
    low = np.nanmin(shown) if first is None else first
    return np.array([low, np.nanmax(shown) if last is None else last])


def _traces(mark: Mark, panel: Panel) -> list[dict]:
    """The traces of a mark, one but for contour lines at several levels."""
    line = {"color": mark.colour, "dash": DASHES[mark.style], "width": mark.width}
    area: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines",
        "line": {"width": 0},
        "fill": "toself",
    }
    area |= {"fillcolor": mark.colour, "hoveron": "points"}
    match mark:
        case Line():
            modes = ["lines"] * bool(mark.style) + ["markers"] * bool(mark.marker)
            trace: dict[str, Any] = {"type": "scatter", "mode": "+".join(modes) or "lines"}
            trace |= {"line": line} if mark.style else {}
            dot = {"color": mark.colour, "size": round(mark.size * 4 / 3)}
            dot |= (
                {}
                if mark.style or mark.marker in "x|"
                else {"line": {"color": "white", "width": 1}}
            )
            trace |= {"marker": dot | {"symbol": SYMBOLS[mark.marker]}} if mark.marker else {}
            trace |= {"error_y": {"type": "data", "array": mark.error}} if mark.error.size else {}
            trace |= {"cliponaxis": bool(mark.style)}
            return [trace | _told(panel, mark, mark.x, mark.y)]
        case Bars():
            trace = {"type": "bar", "orientation": "h" if mark.across else "v", "base": mark.base}
            trace["width"] = mark.width * (A_DAY_MS if panel.x.scale == "date" else 1)
            trace |= {"marker": {"color": mark.colour}, "textposition": "outside"}
            trace |= {"text": list(map(_lines, mark.text)), "cliponaxis": False}
            return [trace | _told(panel, mark, mark.x, mark.y)]
        case Band():
            there = ~np.isnan(mark.low + mark.high)
            edge = np.r_[mark.low[there], mark.high[there][::-1]]
            x = mark.x[there]
            return [area | _told(panel, mark, np.r_[x, x[::-1]], edge)]
        case Level():
            upright = mark.x.size
            at = mark.x if upright else mark.y
            ends = _ends(panel, "y" if upright else "x")
            trace = {"type": "scatter", "mode": "lines", "line": line}
            if at.size == 2:
                trace = area
                at = at[[0, 1, 1, 0]]
                ends = ends[[0, 0, 1, 1]]
            at = np.resize(at, ends.size)
            return [trace | (_told(panel, mark, *((at, ends) if upright else (ends, at))))]
        case Map():
            return _map(mark, panel)
    raise TypeError(f"a mark must be one of views.marks, got {type(mark).__name__}")


def _map(mark: Map, panel: Panel) -> list[dict]:
    form = ".1%" if mark.format.endswith("%") else ",.4~g"
    told = _told(panel, mark, mark.x, mark.y, f"{mark.bar}: %{{text:{form}}}".lstrip(": "))
    contour = told | {"type": "contour", "z": mark.z, "text": mark.z, "showscale": bool(mark.bar)}
    if mark.kind == "lines":
        look = contour | {"line": {"color": mark.colour, "width": mark.width}}
        ends = [{"start": at, "end": at, "coloring": "none"} for at in mark.levels]
        return [look | {"contours": end} for end in ends]
    scale = [[k / (len(mark.colours) - 1), colour] for k, colour in enumerate(mark.colours)]
    bar: dict[str, Any] = {
        "title": {"text": mark.bar, "side": "right"},
        "tickformat": _d3(mark.format),
    }
    shown = contour | {"colorscale": scale, "zmin": mark.least, "zmax": mark.most, "colorbar": bar}
    if mark.kind == "cells":
        return [shown | {"type": "heatmap", "xgap": mark.gap, "ygap": mark.gap}]
    even = np.ptp(np.diff(mark.levels)) < 1e-9  # plotly knows no other levels
    at = list(mark.levels if even else range(len(mark.levels)))
    told = {"tickvals": at, "ticktext": [Axis(format=mark.format).shown(k) for k in mark.levels]}
    shown |= {
        "z": mark.z if even else np.interp(mark.z, mark.levels, at),
        "zmin": at[0],
        "zmax": at[-1],
    }
    shown |= {"contours": {"start": at[0], "end": at[-1], "size": at[1] - at[0]}}
    return [shown | {"colorbar": bar | told}]


def _notes(panel: Panel, end: str) -> list[dict]:
    """The panel's title and its texts, as annotations."""
    title = {"xref": f"x{end} domain", "yref": f"y{end} domain", "x": 0, "y": 1}
    title |= {"text": _lines(panel.title), "font": {"size": 13}, "showarrow": False}
    notes = [title | {"xanchor": "left", "yanchor": "bottom"}] if panel.title else []
    for mark in (mark for mark in panel.marks if isinstance(mark, Text)):
        look = {"xref": f"x{end}", "yref": f"y{end}", "showarrow": False, "align": mark.align}
        look |= {"xanchor": mark.align, "yanchor": mark.valign.replace("center", "middle")}
        look |= {"xshift": AWAY[mark.align], "yshift": AWAY[mark.valign]}
        look |= {"font": {"size": round(mark.size * 1.27), "color": mark.colour}}
        for x, y, text in mark.each():
            at = {"x": _place(x, panel.x), "y": _place(y, panel.y)}
            notes.append(look | at | {"text": _lines(text)})
    return notes
