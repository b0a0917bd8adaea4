"""The layer that draws: one definition of a picture gives paper, screen, table and fingerprint."""

import dataclasses
import datetime as dt
import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from tao_econ.views import paper, screen
from tao_econ.views.marks import (
    HEAT,
    LOSS_GAIN,
    RED,
    Axis,
    Band,
    Bars,
    Level,
    Line,
    Map,
    Panel,
    Points,
    Text,
    View,
)

LAYER = Path(paper.__file__).parent
X = np.array([1.0, 2.0, 4.0])
DAYS = pd.to_datetime(["2023-11-20", "2024-01-01", "2024-03-07"])
GRID = np.linspace(0.1, 1, 7)
SLOPE = GRID[:, None] * np.linspace(1, 10, 9)


def everything() -> View:
    """A view with every kind of mark and axis."""
    curves = [
        Band(label="band", x=X, low=X, high=2 * X),
        Line(label="line", x=X, y=1.5 * X, error=[0.1, 0.2, 0.3], marker="o"),
        Points(label="points", x=X, y=X, colour=(RED, "#000000", "#00FF00")),
        Line(label="entry", x=(), y=(), style="--"),
        Level(label="level", y=3.0, style="--"),
        Level(x=(1.5, 2.0)),
        Text(x=2, y=5, text="a\nword", align="right"),
    ]
    lying = [
        Bars(label="bars", x=[1, -2, 3], across=True, text=("1", "-2", "3")),
        Bars(label="more", x=[1, 1, 1], y=[0.3, 1.3, 2.3], width=0.3, across=True),
    ]
    dated = [
        Line(label="close", x=DAYS, y=[100, 200, 300]),
        Level(x=dt.date(2024, 1, 1)),
        Text(x=DAYS[0], y=150, text="published"),
    ]
    plane = {"x": np.linspace(1, 10, 9), "y": GRID, "z": SLOPE}
    maps = [
        Map(**plane, kind="filled", levels=(1, 2, 5), colours=HEAT),
        Map(label="lines", **plane, kind="lines", levels=(1, 5)),
    ]
    cells = Map(**plane, least=0, most=10, colours=LOSS_GAIN, bar="share", format=".0%")
    return View(
        title="A finding that is long enough to need more than one line on paper, as findings about a "
        "network of many roles often do",
        panels=[
            Panel(
                marks=curves,
                x=Axis(label="years", scale="log", ticks=(1, 2, 4), format="g"),
                y=Axis(label="share of TAO", format=".0%", low=0),
                title="curves",
            ),
            Panel(marks=lying, y=Axis(names=("one", "two", "three")), columns=1),
            Panel(
                marks=dated,
                x=Axis(scale="date"),
                y=Axis(scale="log", high=400),
            ),
            Panel(marks=maps, x=Axis(scale="log", low=1, high=10, format=",g")),
            Panel(marks=[cells], x=Axis(ticks=(2, 4))),
            Panel(marks=[Bars(label="mine", y=[2, 3], base=[1, 1], colour=(RED, "#000000"))]),
        ],
        rows=2,
        size=(12.0, 8.0),
        caption="What is shown.",
        sources=("a source",),
        readout={"label": "text"},
    )


def test_the_layer_is_small_and_knows_nothing_of_the_subject_nor_loads_a_plotting_library():
    code = (
        "import sys; from tao_econ.views import screen, gallery; "
        "print({'matplotlib', 'plotly', 'ipywidgets'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
    for name in ("marks", "paper", "screen"):
        text = (LAYER / f"{name}.py").read_text(encoding="utf-8")
        assert "from .." not in text


def test_paper_draws_every_mark_the_same_bytes_each_time():
    figure = paper.figure(everything())
    curves, lying, _, _, cells, _ = figure.axes[:6]
    assert [t.get_text() for t in curves.get_legend().get_texts()] == [
        "band",
        "line",
        "points",
        "entry",
        "level",
    ]
    assert lying.yaxis_inverted() and [t.get_text() for t in lying.get_yticklabels()] == [
        "one",
        "two",
        "three",
    ]
    assert cells.collections[0].get_clim() == (0, 10)
    assert "\n" in figure._suptitle.get_text()
    assert everything().bytes("svg") == everything().bytes("svg")
    assert everything()._repr_png_().startswith(b"\x89PNG")


def test_screen_gives_a_figure_that_plotly_accepts_with_the_same_numbers_and_entries():
    shown = screen.plotted(everything())
    figure = go.Figure(shown)
    by_name = {trace.name: trace for trace in figure.data if trace.name}
    np.testing.assert_array_equal(by_name["line"].y, 1.5 * X)
    assert by_name["close"].x[0] == "2023-11-20T00:00:00"
    assert tuple(by_name["level"].x) == (1, 4) and tuple(by_name["level"].y) == (3, 3)
    entries = [trace.name for trace in figure.data if trace.showlegend]
    assert len(entries) == len(set(entries)) and "entry" in entries and "" not in entries
    assert "share of TAO: %{y:.2%}" in by_name["line"].hovertemplate
    assert by_name["bars"].customdata == ("one", "two", "three")
    notes = {note.text: note for note in figure.layout.annotations}
    assert notes["a<br>word"].x == pytest.approx(np.log10(2))
    assert figure.layout.yaxis2.autorange == "reversed"
    assert figure.layout.xaxis4.range == (0, 1)


def test_contours_at_uneven_levels_lie_where_they_say_on_a_screen():
    filled = go.Figure(screen.plotted(everything())).data[-5]
    levels = [filled.contours.start + k * filled.contours.size for k in range(3)]
    np.testing.assert_allclose(
        np.interp([1, 2, 5], np.sort(SLOPE, None), np.sort(filled.z, None)), levels, atol=0.2
    )
    assert list(filled.colorbar.ticktext) == ["1", "2", "5"]


def test_the_table_holds_all_that_is_shown_with_its_units():
    table = everything().to_frame()
    again = pd.read_csv(io.StringIO(everything().to_csv()))
    assert len(again) == len(table) and list(again) == list(table)
    line = table[table["mark"] == "line"]
    np.testing.assert_array_equal(line["y"].astype(float), 1.5 * X)
    np.testing.assert_allclose(line["error"].astype(float), [0.1, 0.2, 0.3])
    assert set(line["y_label"]) == {"share of TAO"} and set(line["x_label"]) == {"years"}
    assert "entry" not in set(table["mark"])
    assert len(table[table["mark"] == "map"]) == 2 * SLOPE.size
    assert "published" in set(table["text"].dropna())
    assert pd.read_csv(__import__("io").StringIO(table.to_csv(index=False))).shape == table.shape


def test_a_place_on_an_axis_of_categories_has_a_name_in_the_table():
    names = Axis(names=("first\nline", "second"))
    assert names.nearest(np.array([-0.2, 0.9, np.nan, 2.0])) == ["first line", "second", "", ""]
    bars = Bars(x=[-0.2, 0.8], y=[1.0, 2.0])
    table = View(title="two", panels=[Panel(marks=[bars], x=names)]).to_frame()
    assert table["x_name"].tolist() == ["first line", "second"] and table["y_name"].isna().all()


def test_a_fingerprint_sees_numbers_words_and_colours_and_nothing_else():
    base = everything().fingerprint()
    assert everything().fingerprint() == base

    def changed(**new):
        view = everything()
        first = view.panels[0]
        line = dataclasses.replace(first.marks[1], **new)
        marks = [first.marks[0], line, *first.marks[2:]]
        panel = dataclasses.replace(first, marks=marks)
        return dataclasses.replace(view, panels=[panel, *view.panels[1:]]).fingerprint()

    assert changed() == base and changed(y=1.5 * X * (1 + 1e-13)) == base
    others = [changed(y=1.5001 * X), changed(label="other"), changed(colour=RED)]
    assert len({base, *others}) == 4


def test_columns_are_read_only_floats_dates_or_texts():
    line = Line(x=[1, None, 3], y=pd.Series([1, 2, 3]))
    assert np.isnan(line.x[1]) and line.y.dtype == float and not line.y.flags.writeable
    aware = dt.datetime(2024, 1, 1, 12, tzinfo=dt.UTC)
    assert Line(x=[aware], y=[1]).x[0] == np.datetime64("2024-01-01T12:00:00")
    far = Line(x=[dt.date(2300, 1, 1), pd.NaT, None], y=[1, 2, 3]).x  # pandas 2's end in 2262
    assert far[0] == np.datetime64("2300-01-01") and np.isnat(far[1:]).all()


@pytest.mark.parametrize(
    ("axis", "value", "text"),
    [
        (Axis(format=".0%"), 0.25, "25%"),
        (Axis(format="g%"), 0.005, "0.5%"),
        (Axis(format=",.0f"), -1234.0, "−1,234"),
        (Axis(), 0.5, "0.5"),
    ],
)
def test_an_axis_says_its_numbers(axis, value, text):
    assert axis.shown(value) == text
