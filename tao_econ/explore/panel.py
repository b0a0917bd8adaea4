"""The instrument every live figure is: sliders made from record fields, one plotly figure that
updates in place,
a read-out, a reset button and the line of code that brings the present state back."""

from __future__ import annotations

import dataclasses
import functools
import html
import re
import time
from collections.abc import Callable

import anywidget
import ipywidgets as w
import plotly.graph_objects as go
import traitlets

from ..inputs.record import about, unknown
from ..views.live import Recipe

BLUE, ORANGE, GREEN, RED, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#7F7F7F"


class Fit(anywidget.AnyWidget):
    """Reports the width of its cell: a plotly figure drawn off-screen keeps 700 px until it is
    told of a change.
    """

    _esm = """
    export default { render({ model, el }) {
        const watch = new ResizeObserver(() => {
            const width = Math.round(el.getBoundingClientRect().width);
            if (width > 0 && width !== model.get("width")) { model.set("width", width); model.save_changes(); }
        });
        watch.observe(el);
        return () => watch.disconnect();
    } }"""
    width = traitlets.Int(0).tag(sync=True)


class Figure(go.FigureWidget):
    """A plotly figure that reaches the page with its traces: sent after it, a busy page may draw
    it without them.
    """

    _complete = False

    def __init__(self, *given):
        super().__init__(*given)
        self._complete = True
        self.open()

    def open(self):
        if self._complete:
            super().open()


class Choice(dict):
    """A drop-down: what it offers, by name; each name stands for a whole record."""


class Panel(w.VBox):
    """An instrument: change a control and the figure, the read-out and the line of code follow.

    name : the public function, for the line of code
    records : argument name → frozen record; fields : which of their fields get a slider
    draw(**records) : a plotly figure as a plain dict; read(**records) : label → text of the
    read-out
    choices : argument name → records to choose from by name; given : values to start from
    Raises ValueError or TypeError, by name, for a value that no record takes.
    """

    def __init__(
        self,
        name: str,
        records: dict,
        fields: tuple[str, ...],
        draw: Callable[..., dict],
        read: Callable[..., dict],
        choices: dict[str, Choice] | None = None,
        given: dict | None = None,
    ):
        self._name, self._draw, self._read, self._choices = name, draw, read, choices or {}
        self._owner = {
            field: key for field in fields for key, record in records.items() if _has(record, field)
        }
        self._published = dict(records)  # what the function starts from with no settings
        self._chosen, self._now = self._start_from(dict(records), dict(given or {}))
        self._start = dict(self._chosen), dict(self._now)
        self._paused = False
        self._sliders = {
            field: _slider(self._now[key], field) for field, key in self._owner.items()
        }
        self._menus = {
            key: _menu(key, options, self._chosen[key]) for key, options in self._choices.items()
        }
        began = time.perf_counter()
        shown, texts = draw(**self._now), read(**self._now)
        took = time.perf_counter() - began
        self._figure = Figure(shown)
        self._readout, self._status = w.HTML(), w.HTML()
        self._code = w.Text(
            description="as code",
            style={"description_width": "60px"},
            layout=w.Layout(width="min(760px, 100%)"),
        )
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
        super().__init__(
            [
                w.HBox([*self._menus.values(), *self._sliders.values()], layout=wrap),
                self._readout,
                self._figure,
                fit,
                w.HBox([reset, self._code, self._status], layout=wrap),
            ],
            layout=w.Layout(width="100%"),
        )
        self._tell(texts, took)

    def recipe(self) -> Recipe:
        """What this instrument is made of; nothing in it moves the instrument."""
        chosen = {
            key: _name_of(options, self._start[0][key]) for key, options in self._choices.items()
        }
        return Recipe(
            self._name,
            dict(self._start[1]),
            {field: (key, field) for field, key in self._owner.items()},
            dict(self._sliders),
            dict(self._choices),
            chosen,
            lambda **records: (self._draw(**records), self._read(**records)),
        )

    def _start_from(self, now: dict, given: dict) -> tuple[dict, dict]:
        """(records as chosen from the menus, the same with the given fields set)."""
        for key in given:
            if key not in self._owner and key not in self._choices:
                raise ValueError(
                    unknown(f"setting of explore.{self._name}", key, [*self._choices, *self._owner])
                )
        for key, options in self._choices.items():
            if key in given:
                if given[key] not in options:
                    raise ValueError(unknown(key, given[key], options))
                now[key] = options[given.pop(key)]
        chosen = dict(now)
        for field, value in given.items():
            now[self._owner[field]] = dataclasses.replace(now[self._owner[field]], **{field: value})
        return chosen, now

    def _redraw(self, _=None):
        if self._paused:
            return
        began = time.perf_counter()
        try:
            for field, slider in self._sliders.items():
                key = self._owner[field]
                if getattr(self._now[key], field) != slider.value:
                    self._now[key] = dataclasses.replace(self._now[key], **{field: slider.value})
            shown, texts = self._draw(**self._now), self._read(**self._now)
        except (ValueError, TypeError) as error:
            self._status.value = f"<b style='color:#b00020'>{html.escape(str(error))}</b>"
            return
        with self._figure.batch_update():
            for trace, new in zip(self._figure.data, shown["data"], strict=True):
                for key in ("x", "y", "z"):
                    if key in new:
                        trace[key] = new[key]
            for key, part in shown["layout"].items():
                if isinstance(part, dict) and "text" in part.get("title", part):
                    self._figure.layout[key].update(
                        part if key == "title" else {"title": part["title"]}
                    )
        self._tell(texts, time.perf_counter() - began)

    def _tell(self, texts: dict[str, str], took: float):
        """The read-out, the line of code and how long it took."""
        self._readout.value, self._code.value = _table(texts), self._as_code()
        self._status.value = f"<small style='color:#666'>computed in {took * 1e3:.0f} ms</small>"

    def _as_code(self) -> str:
        """The call that builds the present state."""
        named = [
            f"{key}={menu.value!r}"
            for key, menu in self._menus.items()
            if self._choices[key][menu.value] != self._published[key]
        ]
        values = {
            field: (
                f"{slider.value:.10g}",
                f"{getattr(self._chosen[self._owner[field]], field):.10g}",
            )
            for field, slider in self._sliders.items()
        }
        moved = [f"{field}={now}" for field, (now, was) in values.items() if now != was]
        return f"explore.{self._name}({', '.join(named + moved)})"

    def _show(self, now: dict):
        """Set every slider from the records, then draw once."""
        self._now, self._paused = now, True
        for field, slider in self._sliders.items():
            slider.value = getattr(now[self._owner[field]], field)
        self._paused = False
        self._redraw()

    def _choose(self, key: str, change):
        if not self._paused:
            self._chosen[key] = self._choices[key][change["new"]]
            self._show(self._now | {key: self._chosen[key]})

    def _reset(self, _):
        self._chosen, now = (dict(records) for records in self._start)
        self._paused = True
        for key, menu in self._menus.items():
            menu.value = _name_of(self._choices[key], self._chosen[key])
        self._show(now)


def _menu(key: str, options: Choice, record) -> w.Dropdown:
    return w.Dropdown(
        options=list(options),
        value=_name_of(options, record),
        description=key,
        style={"description_width": "215px"},
        layout=w.Layout(width="min(450px, 100%)"),
    )


def _has(record, field: str) -> bool:
    return field in {f.name for f in dataclasses.fields(record)}


def _name_of(chosen: Choice, record) -> str:
    return next(name for name, it in chosen.items() if it == record)


def _slider(record, field: str):
    """A slider with the field's bounds, step, unit and meaning."""
    it, value = about(record, field), getattr(record, field)
    low, high = it["span"] or _bounds(it["rule"])
    kind = w.IntSlider if isinstance(value, int) else w.FloatSlider
    step = it["step"] or 1
    places = max(-int(f"{step:e}".split("e")[1]), 1 if value % 1 else 0)
    label = re.sub(r"(_usd(_per_day|_per_year)?|_s|_years)$", "", field).replace(
        "_", " "
    )  # the unit stands beside it
    unit = it["unit"].removeprefix("share").strip()
    return kind(
        value=value,
        min=min(low, value),
        max=max(high, value),
        step=step,
        description=f"{label} ({unit})" if unit else label,
        readout_format="d" if kind is w.IntSlider else f".{max(places, 0)}f",
        continuous_update=True,
        tooltip=it["meaning"],
        style={"description_width": "215px"},
        layout=w.Layout(width="min(450px, 100%)"),
    )


def _bounds(rule: str) -> tuple[float, float]:
    low, high = rule.removeprefix("in ").strip("[]()").split(", ")
    return float(low.replace(",", "")), float(high.replace(",", ""))


def _table(texts: dict[str, str]) -> str:
    cells = "".join(
        "<td style='padding:2px 18px 2px 0'><small "
        f"style='color:#555'>{label}</small><br><b>{text}</b></td>"
        for label, text in texts.items()
    )
    return f"<table class='tao-readout'><tr>{cells}</tr></table>"


def layout(title: str, **more) -> dict:
    """The look that all instruments share."""
    return {
        "title": {"text": title, "x": 0, "xanchor": "left", "font": {"size": 15}},
        "autosize": True,
        "height": 450,
        "template": "plotly_white",
        "uirevision": "keep",
        "margin": {"l": 60, "r": 20, "t": 50, "b": 100},
        "legend": {"orientation": "h", "y": -0.28},
    } | more
