"""A View on paper: drawn with matplotlib, the same bytes each time."""

from __future__ import annotations

import dataclasses
import io
import textwrap
from typing import Any

import matplotlib
import numpy as np
from matplotlib import colors, dates, rcParamsDefault, ticker
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath
from matplotlib.transforms import offset_copy

from .marks import BLACK, GREY, SOFT, Axis, Band, Bars, Level, Line, Map, Mark, Panel, Text, View

STYLE: dict[Any, Any] = {
    "backend": "Agg",
    "font.family": "DejaVu Sans",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "axes.titlepad": 9,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "axes.titlecolor": BLACK,
    "axes.edgecolor": GREY,
    "axes.axisbelow": True,
    "grid.color": "#E6E6E6",
    "legend.frameon": False,
    "legend.fontsize": 9,
    "legend.loc": "upper left",
    "legend.borderaxespad": 0,
    "savefig.dpi": 120,
    "figure.dpi": 120,
    "svg.hashsalt": "tao_econ",
}
OF_THE_MACHINE = {"backend", "backend_fallback", "interactive", "toolbar"}  # of windows, not looks
TITLE_FONT = FontProperties(family="DejaVu Sans", size=12.5, weight="bold")
METADATA = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}
CAPTION_LINE = 0.155  # inches
AWAY = {"left": 4, "right": -4, "bottom": 3, "top": -3, "center": 0}  # points from its place


def style(**more: Any) -> dict[Any, Any]:
    """matplotlib's own settings with ours over them: nothing is left of a user's matplotlibrc."""
    own: dict[Any, Any] = {
        name: value for name, value in rcParamsDefault.items() if name not in OF_THE_MACHINE
    }
    return own | STYLE | more


def written(view: View, kind: str) -> bytes:
    """The picture as 'png' or 'svg'."""
    out = io.BytesIO()
    with matplotlib.rc_context(style()):
        figure(view).savefig(out, format=kind, metadata=METADATA[kind])
    return out.getvalue()


def figure(view: View) -> Figure:
    """The picture as a matplotlib figure: title above, caption and sources below, for which it is
    made higher, and panels row by row.
    """
    width, height = view.size
    below = [
        line
        for words in (view.caption, "   ·   ".join(view.sources))
        for line in textwrap.wrap(words, int(width * 15.5), break_on_hyphens=False)
    ]
    with matplotlib.rc_context(style()):
        drawn = Figure(figsize=(width, height + CAPTION_LINE * len(below)), layout="constrained")
        left: Any = {"x": 0.01, "ha": "left"}
        title = _wrapped(view.title, view.size[0])
        drawn.suptitle(title, fontsize=12.5, fontweight="bold", color=BLACK, **left)
        drawn.supxlabel("\n".join(below), fontsize=8.5, color=SOFT, **left)
        columns = len(view.panels) // view.rows
        grid = drawn.subplots(view.rows, columns, width_ratios=view.widths, squeeze=False).ravel()
        bars: dict[str, tuple] = {}
        for panel, axes in zip(view.panels, grid, strict=True):
            _panel(panel, axes, bars)
        for label, (shown, mark, beside) in bars.items():
            drawn.colorbar(
                shown, ax=beside, format=_formatter(Axis(format=mark.format)), label=label
            )
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
    axes.set_title(panel.title)
    axes.grid(visible=True)
    words = panel.x.categories and panel.y.categories  # lines would strike through them
    for side, axis in (("x", panel.x), ("y", panel.y)):
        _axis(axis, axes, side)
        solid = any(isinstance(mark, (Bars, Map)) for mark in panel.marks)
        if axis.categories and (words or solid):
            axes.grid(visible=False, axis=side)
    entries: dict[str, Any] = {}
    for mark in panel.marks:
        shown = _draw(mark, axes)
        if mark.label and mark.legend:
            entries.setdefault(mark.label, shown)
        if isinstance(mark, Map) and mark.bar:
            bars.setdefault(mark.bar, (shown, mark, []))[2].append(axes)
    for side in "xy":
        axes.set(**{f"{side}lim": panel.ends(side)})
    if panel.y.categories:
        axes.invert_yaxis()
    if panel.bare:
        axes.set_axis_off()
    if entries and panel.columns:
        lines = 1 + max((text.count("\n") for text in panel.x.named.values()), default=0)
        down = 12 + 12 * lines + (16 if panel.x.label else 0)
        below = offset_copy(axes.transAxes, axes.figure, y=-down, units="points")
        place: Any = {"bbox_to_anchor": (0, 0), "bbox_transform": below, "ncols": panel.columns}
        axes.legend(entries.values(), entries.keys(), alignment="left", **place)


def _axis(axis: Axis, axes, side: str) -> None:
    """Label, scale and ticks, before anything is drawn."""
    its = getattr(axes, f"{side}axis")
    its.set_label_text(axis.label)
    if axis.scale == "log":
        getattr(axes, f"set_{side}scale")("log")
    elif axis.scale == "date":
        its.axis_date()
        if axes.get_gridspec().ncols > 1:  # months with their years would meet
            few = dates.AutoDateLocator(minticks=3, maxticks=7)
            its.set_major_locator(few)
            its.set_major_formatter(dates.AutoDateFormatter(few))
    if axis.format:
        its.set_major_formatter(_formatter(axis))
    if axis.named:
        its.set_ticks(list(axis.named), list(axis.named.values()))
    if axis.format or axis.named:
        its.set_minor_formatter(ticker.NullFormatter())


def _formatter(axis: Axis):
    return ticker.FuncFormatter(lambda value, _: axis.shown(value))


def _draw(mark: Mark, axes):
    """Draw a mark; returns what stands for it in a legend."""
    look = {"color": mark.colour, "alpha": mark.alpha}
    if isinstance(mark, Line) and not mark.style:  # not clipped: must not stand far outside
        seen: dict[str, Any] = {side: _placed(mark, axes, side) for side in "xy"}
        mark = dataclasses.replace(mark, **seen)
    line = {"ls": mark.style or "none", "lw": mark.width}
    match mark:
        case Line() if not isinstance(mark.colour, str):
            return axes.scatter(mark.x, mark.y, c=mark.colour, s=mark.size**2, zorder=3)
        case Line():
            look |= line | {"marker": mark.marker, "ms": mark.size}
            if not mark.style:
                rim = {"mew": mark.width} if mark.marker in "x|" else {"mec": "white", "mew": 0.5}
                look |= {"zorder": 3, "clip_on": False} | rim
            if mark.error.size:
                return axes.errorbar(mark.x, mark.y, yerr=mark.error, capsize=3, **look)
            return axes.plot(mark.x, mark.y, **look)[0]
        case Bars():
            if mark.across:
                bars = axes.barh(mark.y, mark.x, float(mark.width), left=mark.base, **look)
            else:
                bars = axes.bar(mark.x, mark.y, float(mark.width), bottom=mark.base, **look)
            if mark.text.size:
                axes.bar_label(bars, mark.text, padding=2, fontsize=9)
            return bars
        case Band():
            return axes.fill_between(mark.x, mark.low, mark.high, lw=0, **look)
        case Level(x=at) if at.size:
            across = axes.axvspan if at.size == 2 else axes.axvline
        case Level(y=at):
            across = axes.axhspan if at.size == 2 else axes.axhline
        case Map():
            return _map(mark, axes)
        case Text():
            place = {"ha": mark.align, "va": mark.valign, "annotation_clip": False}
            place |= {"xytext": (AWAY[mark.align], AWAY[mark.valign])}
            place |= {"textcoords": "offset points", "fontsize": mark.size}
            for x, y, text in mark.each():
                axes.annotate(text, (x, y), **place, **look)
            return None
    return across(*at, **look, **({"lw": 0} if at.size == 2 else line))


def _placed(mark: Line, axes, side: str) -> np.ndarray:
    """Where a mark stands along an axis: nowhere where that is of logs and it is not above 0."""
    values = getattr(mark, side)
    if getattr(axes, f"get_{side}scale")() != "log":
        return values
    return np.where(values > 0, values, np.nan)


def _map(mark: Map, axes):
    scale = colors.LinearSegmentedColormap.from_list("map", list(mark.colours))
    look: dict[str, Any] = {"cmap": scale}
    if mark.kind == "lines":
        look = {"colors": mark.colour, "linewidths": mark.width}
        return axes.contour(mark.x, mark.y, mark.z, mark.levels, **look).legend_elements()[0][0]
    if mark.kind == "filled":
        look["norm"] = colors.BoundaryNorm(mark.levels, scale.N, extend="both")
        return axes.contourf(mark.x, mark.y, mark.z, mark.levels, extend="both", **look)
    look |= {"vmin": mark.least, "vmax": mark.most, "rasterized": True}
    look |= {"edgecolors": "white", "linewidth": mark.gap}
    return axes.pcolormesh(mark.x, mark.y, mark.z, shading="nearest", **look)
