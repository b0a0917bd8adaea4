"""What every figure shares: style, colours, the empty canvas with its title and footer."""

from __future__ import annotations

import functools
import io
import textwrap
from collections.abc import Callable

import matplotlib
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath
from matplotlib.ticker import FuncFormatter

from ..inputs.record import summary
from ..inputs.rules import Rules, Scenario, Snapshot
from ..views.words import in_words as in_words

# Okabe and Ito's colours, told apart by colour-blind readers
BLUE, ORANGE, GREEN, RED, PURPLE, SKY, GREY, BLACK = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#7F7F7F",
    "#222222",
)

PLAIN = FuncFormatter(lambda x, _: f"{x:g}")  # 1, 10, 100 and 2030, never 1e1 or 2030.0

STYLE = {
    "backend": "Agg",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "axes.titlecolor": BLACK,
    "axes.edgecolor": GREY,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E6E6E6",
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "lines.linewidth": 2.0,
    "savefig.dpi": 120,
    "figure.dpi": 120,
    "svg.hashsalt": "tao_econ",
    "svg.fonttype": "path",
}
TITLE_FONT = FontProperties(family="DejaVu Sans", size=12.5, weight="bold")
METADATA = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}

FIGURES: dict[str, Callable[..., Picture]] = {}


class Picture(Figure):
    """A matplotlib Figure that a notebook shows by itself, and that says in words what it shows."""

    name = ""
    finding = ""
    alt = ""

    def bytes(self, kind: str) -> bytes:
        """The picture as 'png' or 'svg', the same bytes each time."""
        out = io.BytesIO()
        with matplotlib.rc_context(STYLE):
            self.savefig(out, format=kind, metadata=METADATA[kind])
        return out.getvalue()

    def _repr_png_(self) -> bytes:
        return self.bytes("png")

    def __repr__(self) -> str:
        return f"Figure {self.name}: {self.alt}"


def figure(draw: Callable[..., Picture]) -> Callable[..., Picture]:
    """Register a function from records to a Picture; its first docstring line becomes part of
    the alt text.
    """

    @functools.wraps(draw)
    def drawn(**records) -> Picture:
        with matplotlib.rc_context(STYLE):
            picture = draw(**records)
        picture.name = draw.__name__
        picture.alt = f"{picture.finding}. {summary(draw)}"
        return picture

    FIGURES[draw.__name__] = drawn
    return drawn


def canvas(finding: str, *records, panels: int = 1, rows: int = 1, size=(9.0, 5.0), widths=None):
    """A Picture titled with its finding, footed with its records, and its axes, row by row."""
    picture = Picture(figsize=size, layout="constrained")
    picture.finding = finding
    picture.suptitle(
        _wrapped(finding, size[0]), x=0.01, ha="left", fontsize=12.5, fontweight="bold", color=BLACK
    )
    picture.supxlabel(
        "   ·   ".join(["tao_econ", *map(_source, records)]),
        x=0.01,
        ha="left",
        fontsize=7.5,
        color=GREY,
    )
    axes = picture.subplots(rows, panels, width_ratios=widths, squeeze=False).ravel()
    return (picture, *axes)


def _wrapped(title: str, inches: float) -> str:
    """A title in lines of about 9.6 letters an inch, fewer where wide ones would leave the
    picture or strand a word or two.
    """
    for letters in range(int(inches * 9.6), 20, -1):
        lines = textwrap.wrap(title, letters)
        widest = max(
            TextToPath().get_text_width_height_descent(line, TITLE_FONT, False)[0] for line in lines
        )
        stranded = len(lines) > 1 and len(lines[-1].split()) < 4
        if (
            widest <= 0.975 * 72 * inches and not stranded
        ):  # a hundredth is the margin; densities differ a little
            break
    return "\n".join(lines)


def _source(record) -> str:
    if isinstance(record, Rules):
        return f"rules: {record.name}"
    if isinstance(record, Snapshot):
        return f"snapshot: {record.name}"
    if isinstance(record, Scenario):
        return f"scenario: {record.name}"
    return str(record)


def legend_below(axis, *, last: str | None = None, **options):
    """A legend under the plot, where it cannot cover data; `last` starts the label that is to
    stand at its end.
    """
    options = {"ncols": 2, "bbox_to_anchor": (0, -0.14)} | options
    entries = sorted(
        zip(*axis.get_legend_handles_labels(), strict=True),
        key=lambda e: bool(last) and e[1].startswith(last),
    )
    axis.legend(*zip(*entries, strict=True), loc="upper left", borderaxespad=0, **options)
