"""A View on paper: drawn with matplotlib, the same bytes each time."""

from __future__ import annotations

import functools
import io
import textwrap

import matplotlib
import numpy as np
from matplotlib import dates, ticker
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

from .marks import BLACK, GREY, Axis, Band, Bars, Level, Line, Map, Panel, Text, View

STYLE = {
    "backend": "Agg",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlecolor": BLACK,
    "axes.edgecolor": GREY,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E6E6E6",
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "savefig.dpi": 120,
    "figure.dpi": 120,
    "svg.hashsalt": "tao_econ",
    "svg.fonttype": "path",
}
TITLE_FONT = FontProperties(family="DejaVu Sans", size=12.5, weight="bold")
METADATA = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}


def written(view: View, kind: str) -> bytes:
    """The picture as 'png' or 'svg'."""
    out = io.BytesIO()
    with matplotlib.rc_context(STYLE):
        figure(view).savefig(out, format=kind, metadata=METADATA[kind])
    return out.getvalue()


def figure(view: View) -> Figure:
    """The picture as a matplotlib figure: title above, sources below, panels row by row."""
    with matplotlib.rc_context(STYLE):
        drawn = Figure(figsize=view.size, layout="constrained")
        left = {"x": 0.01, "ha": "left"}
        title, footer = _wrapped(view.title, view.size[0]), "   ·   ".join(view.sources)
        drawn.suptitle(title, fontsize=12.5, fontweight="bold", color=BLACK, **left)
        lines = textwrap.wrap(footer, int(view.size[0] * 16.5), break_on_hyphens=False)
        drawn.supxlabel("\n".join(lines), fontsize=7.5, color=GREY, **left)
        columns = len(view.panels) // view.rows
        grid = drawn.subplots(view.rows, columns, width_ratios=view.widths, squeeze=False).ravel()
        bars = {}
        for panel, axes in zip(view.panels, grid, strict=True):
            _panel(panel, axes, bars)
        for label, (shown, form, all_axes) in bars.items():
            drawn.colorbar(shown, ax=all_axes, format=_formatter(Axis(format=form)), label=label)
    return drawn


def _wrapped(title: str, inches: float) -> str:
    """A title in lines of about 9.6 letters an inch, fewer where wide ones would leave the
    picture or strand a word or two.
    """
    for letters in range(int(inches * 9.6), 20, -1):
        lines = textwrap.wrap(title, letters)
        sizes = [TextToPath().get_text_width_height_descent(t, TITLE_FONT, False) for t in lines]
        stranded = len(lines) > 1 and len(lines[-1].split()) < 4
        if max(size[0] for size in sizes) <= 0.975 * 72 * inches and not stranded:
            break  # a hundredth is the margin; densities differ a little
    return "\n".join(lines)


def _panel(panel: Panel, axes, bars: dict) -> None:
    free = not all(mark.clip for mark in panel.marks if not isinstance(mark, Text))
    axes.set_title(panel.title, fontsize=panel.title_size, pad=12 if free else None)
    _axis(panel.x, axes, "x")
    _axis(panel.y, axes, "y")
    entries = []
    for mark in panel.marks:
        shown = _draw(mark, axes)
        if mark.label and mark.legend:
            entries.append((shown, mark.label))
        if isinstance(mark, Map) and mark.bar:
            bars.setdefault(mark.bar, (shown, mark.bar_format, []))[2].append(axes)
    for side, axis in (("x", panel.x), ("y", panel.y)):
        axes.set(**{f"{side}lim": (axis.low, axis.high)})
        if axis.inverted:
            getattr(axes, f"invert_{side}axis")()
    if entries and panel.columns:
        axes.legend(
            *zip(*entries, strict=True),
            loc="upper left",
            bbox_to_anchor=(0, -panel.drop),
            borderaxespad=0,
            ncols=panel.columns,
            fontsize=panel.legend_size,
            title=panel.legend_title or None,
            title_fontsize=9,
            alignment="left",
        )


def _axis(axis: Axis, axes, side: str) -> None:
    """Label, scale, ticks and grid, before anything is drawn."""
    its = getattr(axes, f"{side}axis")
    its.set_label_text(axis.label)
    if axis.scale != "linear":
        linear = {"linthresh": axis.linear_to} if axis.scale == "symlog" else {}
        getattr(axes, f"set_{side}scale")(axis.scale, **linear)
    if axis.dates:
        its.axis_date()
    if axis.format:
        its.set_major_formatter(_formatter(axis))
        its.set_minor_formatter(ticker.NullFormatter())
    if axis.named:
        at, texts = zip(*axis.named, strict=True)
        turned = {"rotation": axis.turn, "ha": "right"} if axis.turn else {}
        its.set_ticks(at, texts, fontsize=axis.size, **turned)
        its.set_minor_formatter(ticker.NullFormatter())
    elif axis.turn:
        axes.tick_params(axis=side, rotation=axis.turn)
    if axis.every:
        its.set_major_locator(ticker.MultipleLocator(axis.every))
    if axis.whole:
        its.set_major_locator(ticker.MaxNLocator(integer=True))
    categories = bool(axis.names) and axis.ticks is None
    axes.grid(visible=not categories if axis.grid is None else axis.grid, axis=side)


def _formatter(axis: Axis):
    if axis.dates:
        return dates.DateFormatter(axis.format)
    return ticker.FuncFormatter(lambda value, _: axis.shown(value))


@functools.singledispatch
def _draw(mark, axes):
    """Draw a mark; returns what stands for it in a legend."""
    raise TypeError(f"a mark must be one of views.marks, got {type(mark).__name__}")


def _shared(mark) -> dict:
    layer = {} if mark.layer is None else {"zorder": mark.layer}
    return {"alpha": mark.alpha, "clip_on": mark.clip} | layer


@_draw.register
def _(mark: Line, axes):
    each = not isinstance(mark.colour, str)
    look = {"ls": mark.style or "none", "lw": mark.width, "marker": mark.marker} | _shared(mark)
    look |= {"ms": mark.size, "mfc": mark.fill or None, "mec": mark.edge or None}
    look |= {"mew": mark.width} if mark.marker == "|" else {}
    if each:
        layer = 3 if mark.layer is None else mark.layer
        return axes.scatter(mark.x, mark.y, c=mark.colour, s=mark.size**2, zorder=layer)
    if mark.error is not None:
        return axes.errorbar(mark.x, mark.y, yerr=mark.error, capsize=3, color=mark.colour, **look)
    return axes.plot(mark.x, mark.y, color=mark.colour, **look)[0]


@_draw.register
def _(mark: Bars, axes):
    look = {"color": mark.colour, "hatch": mark.hatch or None} | _shared(mark)
    look |= {"edgecolor": mark.edge} if mark.edge else {}
    along = "x" if mark.across else "y"
    if mark.error is not None:
        look |= {f"{along}err": mark.error, "error_kw": {"capsize": 3, "lw": 1.2}}
    at = dates.date2num(mark.at) if mark.at.dtype.kind == "M" else mark.at  # a width of 1 is a day
    if mark.across:
        bars = axes.barh(at, mark.length, mark.width, left=mark.base, **look)
    else:
        bars = axes.bar(at, mark.length, mark.width, bottom=mark.base, **look)
    if len(mark.texts):
        end = mark.texts_at == "end"
        place = {"padding": 2} if end else {"label_type": "center"}
        words = {"fontsize": mark.texts_size, "color": mark.texts_colour}
        axes.bar_label(bars, mark.texts, **place, **words)
    return bars


@_draw.register
def _(mark: Band, axes):
    return axes.fill_between(mark.x, mark.low, mark.high, color=mark.colour, lw=0, **_shared(mark))


@_draw.register
def _(mark: Level, axes):
    look = _shared(mark) | {"color": mark.colour}
    if mark.to is None:
        line = axes.axvline if mark.upright else axes.axhline
        return line(mark.at[0], ls=mark.style, lw=mark.width, **look)
    band = axes.axvspan if mark.upright else axes.axhspan
    return band(mark.at[0], mark.to[0], lw=0, **look | {"alpha": mark.alpha or 0.18})


@_draw.register
def _(mark: Map, axes):
    z = np.log10(mark.z) if mark.log else mark.z
    colours = LinearSegmentedColormap.from_list("map", list(mark.colours))
    ends = [v if v is None or not mark.log else np.log10(v) for v in (mark.least, mark.most)]
    levels = np.log10(mark.levels) if mark.log else list(mark.levels)
    if mark.kind == "lines":
        lines = axes.contour(
            mark.x, mark.y, z, levels=levels, colors=[mark.colour], linewidths=[mark.width]
        )
        if mark.names:
            told = [k for k, name in enumerate(mark.names) if name]
            names = dict(zip(lines.levels, mark.names, strict=True))
            axes.clabel(lines, [lines.levels[k] for k in told], fmt=names, fontsize=8.5)
        return lines.legend_elements()[0][0]
    if mark.kind == "filled":
        look = {"cmap": colours, "extend": "both", "vmin": ends[0], "vmax": ends[1]}
        return axes.contourf(mark.x, mark.y, z, levels=levels, **look)
    gap = {"edgecolors": "white", "linewidth": mark.gap} if mark.gap else {"rasterized": True}
    look = {"cmap": colours, "vmin": ends[0], "vmax": ends[1]} | gap
    return axes.pcolormesh(mark.x, mark.y, z, shading="nearest", **look)


@_draw.register
def _(mark: Text, axes):
    look = {"ha": mark.align, "va": mark.valign, "rotation": mark.turn, "color": mark.colour}
    look |= {"fontsize": mark.size, "fontweight": "bold" if mark.bold else "normal"}
    look |= {"bbox": {"fc": "white", "ec": "none", "pad": 1}} if mark.box else {}
    look |= {"annotation_clip": False} | _shared(mark)
    for x, y, text in mark.each():
        axes.annotate(text, (x, y), xytext=mark.shift, textcoords="offset points", **look)
