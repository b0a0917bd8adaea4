"""Nothing leaves its picture without a word: with other numbers an axis gives way, and a slider at
its end shows finite numbers in sight.
"""

import dataclasses
import datetime as dt

import ipywidgets as w
import numpy as np
import pytest
from test_explore import parts, refused
from test_settings import QUICK

from tao_econ.views import VIEWS, explore, fields_read, instruments, paper
from tao_econ.views.marks import Axis, Band, Bars, Level, Line, Map, Panel, Points, View, column
from tao_econ.views.plot import Plot, plain
from tao_econ.views.screen import plotted

SIDES = ("x", "y")
FIXED = 0.4  # a mark of which more lies beyond an end is out of sight


def hidden(view: View) -> list[str]:
    """Marks of a view that a reader would look for in vain."""
    found = []
    for panel in view.panels:
        for mark in panel.marks:
            for side in SIDES:
                least, most = mark.reached(side)
                if not least.size:
                    continue
                scale = getattr(panel, side).scale
                there = ~np.isnat(least) if least.dtype.kind == "M" else np.isfinite(least)
                there &= least > 0 if scale == "log" else True
                low, high = (end if end is None else column([end])[0] for end in panel.ends(side))
                gone = np.zeros(least.shape, bool)
                gone |= False if high is None else least > high
                if scale != "log":  # what falls towards nothing may leave it
                    gone |= False if low is None else most < low
                if there.any() and gone[there].mean() > FIXED:
                    found.append(f"{type(mark).__name__} {mark.label!r} along {side}")
    return found


def other_numbers(record, field):
    """Twice and half a number, the first of them that its record takes."""
    value = getattr(record, field)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return
    for times in (2, 0.5):
        try:
            yield dataclasses.replace(record, **{field: type(value)(value * times)})
        except (ValueError, TypeError):
            continue


def fixed(view: View) -> bool:
    """Whether an axis of it ends elsewhere than a share or a list of categories."""
    axes = [getattr(panel, side) for panel in view.panels for side in SIDES]
    ends = [axis.high for axis in axes if not axis.categories]
    return any(end is not None and not (isinstance(end, int | float) and end <= 1) for end in ends)


@pytest.mark.parametrize("name", QUICK)
def test_with_other_numbers_no_mark_leaves_its_picture(name):
    view = VIEWS[name]
    records = view.records()
    if not fixed(view()):
        return
    for key, field in sorted(fields_read(name)):
        for changed in other_numbers(records[key], field):
            try:
                shown = view.drawn(records | {key: changed})
            except (ValueError, TypeError) as error:
                assert "\n" not in str(error)
                continue
            assert hidden(shown) == [], f"{key}.{field} = {getattr(changed, field)}"


def panel(*marks, **y):
    return Panel(marks=marks, y=Axis(**{"low": 0, "high": 10} | y))


@pytest.mark.parametrize(
    ("marks", "y", "ends"),
    [
        ([Line(x=[0, 1], y=[1, 9])], {}, (0, 10)),
        ([Line(x=[0, 1, 2], y=[1, 2, 50])], {}, (0, 10)),  # a third leaves: as drawn
        ([Line(x=[0, 1], y=[20, 40])], {}, (0, 40.9)),
        ([Line(x=[0, 1], y=[-5, np.nan])], {}, (-5.15, 10)),
        ([Level(y=20)], {}, (0, 20.3)),
        ([Band(x=[0, 1], low=[-9, -9], high=[5, 5])], {}, (0, 10)),  # an edge may lie beyond
        ([Band(x=[0, 1], low=[12, 12], high=[20, 20])], {}, (0, 20.3)),
        ([Bars(y=[5.0, 5.0], base=[0.0, 20.0])], {}, (0, 25.45)),
        ([Map(x=[0, 1], y=[50, 60], z=[[1, 2], [3, 4]])], {}, (0, 10)),
        ([Line(x=[0, 1], y=[0, 1e3])], {"low": 1, "scale": "log"}, (1, 1e3 * 100**0.03)),
        ([Line(x=[0, 1, 2], y=[5, 1e-9, 1e-9])], {"low": 1, "scale": "log"}, (1, 10)),
    ],
)
def test_an_axis_gives_way_to_what_would_be_out_of_sight(marks, y, ends):
    drawn = panel(*marks, **y)
    assert drawn.ends("y") == pytest.approx(ends)
    view = View(title="it", panels=[drawn])
    assert paper.figure(view).axes[0].get_ylim() == pytest.approx(ends)
    shown = plotted(view)["layout"]["yaxis"]["range"]
    assert shown == pytest.approx(np.log10(ends) if "scale" in y else ends)


def test_dates_give_way_too():
    days = Axis(scale="date", low=dt.date(2025, 1, 1), high=dt.date(2025, 12, 31))
    line = Line(x=[dt.date(2027, 1, 1), dt.date(2027, 2, 1)], y=[0, 1])
    low, high = Panel(marks=[line], x=days).ends("x")
    assert low == dt.date(2025, 1, 1) and np.datetime64("2027-02-01") < high


# ---- Sliders at their ends ----


def faults(box) -> list[str]:
    """What a reader would not want to see of a live view's present state."""
    if refused(box):
        moved = box._status.value.split("not drawn: ")[1].split(":")[0].split(" and ")
        named = {it.label for it in box._handles.values()}.issuperset(moved)
        return [] if named else [box._status.value]
    shown = parts(box, Plot)[0].wire.picture
    found = hidden(box._view)
    for trace in shown["data"]:
        values = [value for value in trace.get("z", trace["y"]) if value is not None]
        if not values and trace["y"] != [None]:
            found.append(f"nothing of {trace['name']!r}")
    said = " ".join(box._view.readout.values())
    found += [f"{name} has left without a word" for name in left_logs(shown) if name not in said]
    texts = [shown["layout"]["title"]["text"], *box._view.readout.values()]
    words = {word.strip("%,.;:()×") for text in texts for word in text.lower().split()}
    return found + sorted(words & {"nan", "inf", "-inf", "−inf"})


def left_logs(picture: dict) -> set[str]:
    """Names of traces with a number at 0 or below on an axis of logs, where it has no place."""
    return {
        trace["name"]
        for trace in picture["data"]
        for side in SIDES
        if picture["layout"][f"{side}axis{trace[f'{side}axis'][1:]}"]["type"] == "log"
        if any(value is not None and value <= 0 for value in trace[side])
    }


@pytest.mark.parametrize(
    ("name", "settings", "said"),
    [
        ("comparable", {"capture_share": 0.0}, "all that is dated on that day; sales multiples"),
        ("intrinsic", {"users": 0}, "model (Metcalfe's law: 0 USD)"),
        ("intrinsic", {"survival_share": 0.0}, "captured fees, growth as set; without growth"),
    ],
)
def test_what_has_no_place_on_an_axis_of_logs_is_named(name, settings, said):
    view = explore(name, **settings)._view
    assert said in view.caption and said in " ".join(view.readout.values())
    assert not any("not shown" in label for label in explore(name)._view.readout)


def test_some_of_a_mark_are_counted_or_named():
    logs = Axis(scale="log")
    shown = Panel(
        marks=[Line(x=[1, 2, 3], y=[0, 1, np.nan], label="a"), Points(x=[1], y=[-1], label="b")],
        x=Axis(names=("p", "q", "r", "s")),
        y=logs,
    )
    assert shown.lost() == ["a (q)", "b"]
    bands = Band(x=[1, 2], low=[0, 0], high=[0, 1], label="c")
    assert Panel(marks=[bands], y=logs).lost() == ["c (1 of 2)"]
    level = Level(x=[0, 0], label="d")  # beside categories it stands at none of them
    assert Panel(marks=[level], x=logs, y=Axis(names=("p", "q"))).lost() == ["d"]


@pytest.mark.filterwarnings("error:constrained_layout")
@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("valuation_field", {"fee_revenue_usd_per_year": 0.0}),
        ("comparable", {"survival_share": 0.0}),
    ],
)
def test_a_mark_without_a_place_does_not_push_a_picture_together(name, settings):
    view = VIEWS[name]
    records = view.records()
    records["scenario"] = dataclasses.replace(records["scenario"], **settings)
    assert view.drawn(records).bytes("png")


@pytest.mark.parametrize("name", instruments())
def test_all_sliders_at_their_ends_and_every_choice_show_numbers_in_sight(name):
    box = explore(name)
    assert faults(box) == []
    for end in ("min", "max"):
        for control in box._sliders.values():
            control.value = getattr(control, end)
            assert faults(box) == [], f"{control.description} at its {end}, with those before it"
        box._reset(None)
    for menu in parts(box, w.Dropdown):
        for choice in menu.options:
            menu.value = choice
            assert faults(box) == [], f"{menu.description or 'preset'}: {choice}"
        box._reset(None)
    assert plain(box._shown) == plain(explore(name)._shown)
