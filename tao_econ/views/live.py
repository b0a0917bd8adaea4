"""A view in JupyterLab: sliders made from the fields it reads, a plotly figure that follows, a
read-out, a reset button and the line of code that brings the present state back.
"""

from __future__ import annotations

import dataclasses
import functools
import html
import re
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import anywidget
import ipywidgets as w
import plotly.graph_objects as go
import traitlets

from ..inputs.record import about, unknown
from . import screen
from .gallery import Drawn, fields_read, refuse_unread

LARGEST = 1e15  # of a number with a slider: a page counts exactly up to nine times as far
WIDE = w.Layout(width="min(450px, 100%)")
LABELS = {"description_width": "215px"}


class Fit(anywidget.AnyWidget):
    """Reports the width of its cell: a plotly figure drawn off-screen keeps 700 px until it is
    told of a change.
    """

    _esm = """
    export default { render({ model, el }) {
        const watch = new ResizeObserver(() => {
            const width = Math.round(el.getBoundingClientRect().width);
            if (width > 0 && width !== model.get("width")) {
                model.set("width", width);
                model.save_changes();
            }
        });
        watch.observe(el);
        return () => watch.disconnect();
    } }"""
    width = traitlets.Int(0).tag(sync=True)


class Figure(go.FigureWidget):
    """A plotly figure that reaches the page with its traces: sent after it, a busy page may draw
    it without them.
    """

    data: Any  # made by plotly
    _complete = False

    def __init__(self, *given):
        super().__init__(*given)
        self._complete = True
        self.open()

    def open(self):
        if self._complete:
            super().open()

    def become(self, shown: dict) -> None:
        """Show another picture; in place where its traces are of the same kinds."""
        kinds = [trace["type"] for trace in shown["data"]]
        now: Any = self.data
        if [trace.type for trace in now] != kinds:
            self.data = ()
            self.add_traces(shown["data"])
        with self.batch_update():
            now = self.data
            for trace, new in zip(now, shown["data"], strict=True):
                for key in trace.to_plotly_json().keys() - new.keys() - {"uid"}:
                    trace[key] = None
                for key, value in new.items():
                    trace[key] = value
            for key, part in shown["layout"].items():
                if key != "template":
                    self.layout[key] = part


class Recipe(NamedTuple):
    """What a live view is made of, for a page that has no kernel.

    records : argument → record it starts from; owner : slider → (argument, field)
    sliders : by `field` or `argument.field`; choices : argument → records by name
    chosen : argument → name chosen at the start
    show(**records) : (a plotly figure as a plain dict, the read-out)
    """

    name: str
    records: dict
    owner: dict[str, tuple[str, str]]
    sliders: dict
    choices: dict[str, dict]
    chosen: dict[str, str]
    show: Callable[..., tuple[dict, dict]]


class Live(w.VBox):
    """A view to be moved: change a control and picture, read-out and line of code follow.

    Parameters
    ----------
    drawn : the view
    settings : argument → a name to start from, or field → value

    Raises
    ------
    ValueError, TypeError
        By name, for a setting that does not exist, that no record takes, or that the view never
        reads.
    """

    def __init__(self, drawn: Drawn, **settings):
        self._drawn = drawn
        self._menus_of = drawn.menus
        self._published = drawn.records()
        self._given = {key: value for key, value in settings.items() if key in self._published}
        self._chosen = drawn.records(**self._given)
        fields = {key: value for key, value in settings.items() if key not in self._given}
        self._owner, self._now = self._start_from(fields)
        self._start = dict(self._chosen), dict(self._now)
        self._paused = False
        self._sliders = {
            key: _slider(self._now[argument], field, key)
            for key, (argument, field) in self._owner.items()
        }
        self._menus = {
            key: w.Dropdown(
                options=list(options),
                value=_name_of(key, options, self._chosen[key]),
                description=key,
                style=LABELS,
                layout=WIDE,
            )
            for key, options in self._menus_of.items()
        }
        began = time.perf_counter()
        shown, texts = self._show(**self._now)
        took = time.perf_counter() - began
        self._figure = Figure(shown)
        self._readout = w.HTML()
        self._status = w.HTML()
        self._code = w.Text(
            description="as code",
            style={"description_width": "60px"},
            layout=w.Layout(width="min(760px, 100%)"),
        )
        super().__init__(self._parts(), layout=w.Layout(width="100%"))
        self._tell(texts, took)

    def _parts(self) -> list:
        """The widgets from top to bottom, each told what to do."""
        reset = w.Button(
            description="Reset",
            tooltip="back to the starting values",
            layout=w.Layout(width="90px"),
        )
        fit = Fit()
        for slider in self._sliders.values():
            slider.observe(self._redraw, names="value")
        for key, menu in self._menus.items():
            menu.observe(functools.partial(self._choose, key), names="value")
        reset.on_click(self._reset)
        fit.observe(lambda change: self._figure.update_layout(meta=change["new"]), names="width")
        wrap = w.Layout(flex_flow="row wrap")
        return [
            w.HBox([*self._menus.values(), *self._sliders.values()], layout=wrap),
            self._readout,
            self._figure,
            fit,
            w.HBox([reset, self._code, self._status], layout=wrap),
        ]

    def recipe(self) -> Recipe:
        """What this instrument is made of; nothing in it moves the instrument."""
        started, now = self._start
        return Recipe(
            name=self._drawn.name,
            records=dict(now),
            owner=dict(self._owner),
            sliders=dict(self._sliders),
            choices=dict(self._menus_of),
            chosen={
                key: _name_of(key, options, started[key]) for key, options in self._menus_of.items()
            },
            show=self._show,
        )

    def _show(self, **records) -> tuple[dict, dict]:
        view = self._drawn.drawn(records)
        return screen.plotted(view), view.readout

    def _start_from(self, given: dict) -> tuple[dict, dict]:
        """(slider → (argument, field), the records as chosen with the given fields set)."""
        drawn = self._drawn
        now = dict(self._chosen)
        for key in given:
            if not any(hasattr(record, key.rpartition(".")[2]) for record in now.values()):
                known = [*self._menus_of, *(drawn.sliders or _movable(drawn, now))]
                raise ValueError(unknown(f"setting of view {drawn.name}", key, known))
        wanted = dict.fromkeys([*(drawn.sliders or ()), *given])
        owner = {key: drawn.place(now, key) for key in wanted}
        for key, value in given.items():
            argument, field = owner[key]
            now[argument] = dataclasses.replace(now[argument], **{field: value})
        if drawn.sliders is None or given.keys() - set(drawn.sliders):
            read = fields_read(drawn.name, **now)
            refuse_unread(drawn.name, given, owner, read)
            if drawn.sliders is None:
                owner = _movable(drawn, now, read) | owner
        return owner, now

    def _redraw(self, _=None):
        if self._paused:
            return
        began = time.perf_counter()
        try:
            for key, slider in self._sliders.items():
                argument, field = self._owner[key]
                if getattr(self._now[argument], field) != slider.value:
                    varied = dataclasses.replace(self._now[argument], **{field: slider.value})
                    self._now[argument] = varied
            shown, texts = self._show(**self._now)
        except (ValueError, TypeError) as error:
            self._status.value = f"<b style='color:#b00020'>{html.escape(str(error))}</b>"
            return
        self._figure.become(shown)
        self._tell(texts, time.perf_counter() - began)

    def _tell(self, texts: dict[str, str], took: float):
        """The read-out, the line of code and how long it took."""
        self._readout.value = _table(texts)
        self._code.value = self._as_code()
        self._status.value = f"<small style='color:#666'>computed in {took * 1e3:.0f} ms</small>"

    def _as_code(self) -> str:
        """The call that builds the present state."""
        named = {
            key: menu.value
            for key, menu in self._menus.items()
            if self._menus_of[key][menu.value] != self._published[key]
        }
        given = {key: name for key, name in self._given.items() if key not in self._menus}
        parts = [f'"{self._drawn.name}"']
        parts += [f"{key}={name!r}" for key, name in (given | named).items()]
        for key, slider in self._sliders.items():
            argument, field = self._owner[key]
            now = f"{slider.value:.10g}"
            was = f"{getattr(self._chosen[argument], field):.10g}"
            if now != was:
                parts.append(f"**{{{key!r}: {now}}}" if "." in key else f"{key}={now}")
        return f"views.explore({', '.join(parts)})"

    def _move_to(self, now: dict):
        """Set every slider from the records, then draw once."""
        self._now = now
        self._paused = True
        for key, slider in self._sliders.items():
            argument, field = self._owner[key]
            slider.value = getattr(now[argument], field)
        self._paused = False
        self._redraw()

    def _choose(self, key: str, change):
        if not self._paused:
            self._chosen[key] = self._menus_of[key][change["new"]]
            self._move_to(self._now | {key: self._chosen[key]})

    def _reset(self, _):
        self._chosen, now = (dict(records) for records in self._start)
        self._paused = True
        for key, menu in self._menus.items():
            menu.value = _name_of(key, self._menus_of[key], self._chosen[key])
        self._move_to(now)


def _movable(drawn: Drawn, records: dict, read=None) -> dict[str, tuple[str, str]]:
    """The numbers that a view reads, each under its field's name, or `argument.field` if two have
    it.
    """
    read = fields_read(drawn.name, **records) if read is None else read
    found = []
    for argument, record in records.items():
        for field in dataclasses.fields(record) if dataclasses.is_dataclass(record) else ():
            value = getattr(record, field.name)
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if (argument, field.name) in read and number and abs(value) < LARGEST:
                found.append((argument, field.name))
    names = [field for _, field in found]
    return {
        field if names.count(field) == 1 else f"{argument}.{field}": (argument, field)
        for argument, field in found
    }


def _name_of(key: str, options: dict, record) -> str:
    for name, it in options.items():
        if it == record:
            return name
    raise ValueError(unknown(key, getattr(record, "name", record), options))


def _slider(record, field: str, key: str):
    """A slider with the field's bounds, step, unit and meaning."""
    it = about(record, field)
    value = getattr(record, field)
    low, high = it["span"] or _bounds(it["rule"], value)
    kind = w.IntSlider if isinstance(value, int) else w.FloatSlider
    step = it["step"] or (1 if kind is w.IntSlider else (high - low) / 100)
    places = max(-int(f"{step:e}".split("e")[1]), 1 if value % 1 else 0)
    label = re.sub(r"(_usd(_per_day|_per_year)?|_s|_years)$", "", key).replace("_", " ")
    unit = it["unit"].removeprefix("share").strip()  # beside the name, where it is said once
    return kind(
        value=value,
        min=min(low, value),
        max=max(high, value),
        step=step,
        description=f"{label} ({unit})" if unit else label,
        readout_format="d" if kind is w.IntSlider else f".{max(places, 0)}f",
        continuous_update=True,
        tooltip=it["meaning"],
        style=LABELS,
        layout=WIDE,
    )


def _bounds(rule: str, value: float) -> tuple[float, float]:
    """The ends of a slider: the field's own bounds, or around the value where those are far."""
    ends = re.fullmatch(r"in [\[(]([^ ]+), ([^ ]+)[\])]", rule)
    if ends:
        low, high = (float(end.replace(",", "")) for end in ends.groups())
        if high - low <= 1_000 * max(abs(value), 1):
            return low, high
    whole = isinstance(value, int)
    low, high = sorted((value / 2, value * 2)) if value else (0.0, 1.0)
    return (int(low), int(high)) if whole else (low, high)


def _table(texts: dict[str, str]) -> str:
    cells = "".join(
        "<td style='padding:2px 18px 2px 0'><small "
        f"style='color:#555'>{label}</small><br><b>{text}</b></td>"
        for label, text in texts.items()
    )
    return f"<table class='tao-readout'><tr>{cells}</tr></table>"
