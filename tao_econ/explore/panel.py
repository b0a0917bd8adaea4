"""The instrument every live figure is: sliders made from record fields, one plotly figure that updates in place,
a read-out, a reset button and the line of code that brings the present state back."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable

import anywidget
import ipywidgets as w
import plotly.graph_objects as go
import traitlets

from ..inputs import about, unknown

BLUE, ORANGE, GREEN, RED, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#7F7F7F"


class Fit(anywidget.AnyWidget):
    """Reports the width of its cell: a plotly figure drawn off-screen keeps 700 px until it is told of a change."""

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


class Choice(dict):
    """A drop-down: what it offers, by name; each name stands for a whole record."""


def panel(name: str, records: dict, fields: tuple[str, ...], draw: Callable[..., dict], read: Callable[..., dict],
          choices: dict[str, Choice] | None = None, given: dict | None = None) -> w.VBox:  # fmt: skip
    """Build an instrument.

    name : the public function, for the line of code
    records : argument name → frozen record; fields : which of their fields get a slider
    draw(**records) : a plotly figure as a plain dict; read(**records) : label → text of the read-out
    choices : argument name → records to choose from by name; given : values to start from
    Raises ValueError or TypeError, by name, for a value that no record takes.
    """
    choices, given = choices or {}, dict(given or {})
    owner = {field: key for field in fields for key, r in records.items() if _has(r, field)}
    for key in given:
        if key not in owner and key not in choices:
            raise ValueError(unknown(f"setting of explore.{name}", key, [*choices, *owner]))
    defaults = dict(records)
    now = dict(records)
    for key, chosen in choices.items():
        if key in given:
            if given[key] not in chosen:
                raise ValueError(unknown(key, given[key], chosen))
            now[key] = defaults[key] = chosen[given.pop(key)]
    for field, value in given.items():
        now[owner[field]] = dataclasses.replace(now[owner[field]], **{field: value})
    start = dict(now)

    sliders = {field: _slider(now[key], field) for field, key in owner.items()}
    menus = {
        key: w.Dropdown(options=list(chosen), value=_name_of(chosen, defaults[key]), description=key,
                        style={"description_width": "170px"}, layout=w.Layout(width="min(470px, 100%)"))
        for key, chosen in choices.items()
    }  # fmt: skip
    figure = go.FigureWidget(draw(**now))
    readout, status = w.HTML(), w.HTML()
    code = w.Text(description="as code", disabled=False, style={"description_width": "60px"},
                  layout=w.Layout(width="min(760px, 100%)"))  # fmt: skip
    paused = False

    def redraw(_=None):
        if paused:
            return
        began = time.perf_counter()
        try:
            for field, slider in sliders.items():
                if getattr(now[owner[field]], field) != slider.value:
                    now[owner[field]] = dataclasses.replace(now[owner[field]], **{field: slider.value})
            shown, texts = draw(**now), read(**now)
        except (ValueError, TypeError) as error:
            status.value = f"<b style='color:#b00020'>{error}</b>"
            return
        with figure.batch_update():
            for trace, new in zip(figure.data, shown["data"], strict=True):
                trace.x, trace.y = new["x"], new["y"]
            for key, part in shown["layout"].items():
                if isinstance(part, dict) and "text" in part.get("title", part):
                    figure.layout[key].update(part if key == "title" else {"title": part["title"]})
        readout.value = _table(texts)
        changed = {f: s.value for f, s in sliders.items() if s.value != getattr(defaults[owner[f]], f)}
        named = {k: repr(m.value) for k, m in menus.items() if m.value != _name_of(choices[k], records[k])}
        settings = [f"{k}={v}" for k, v in named.items()] + [f"{k}={v:.10g}" for k, v in changed.items()]
        code.value = f"explore.{name}({', '.join(settings)})"
        status.value = f"<small style='color:#666'>computed in {(time.perf_counter() - began) * 1e3:.0f} ms</small>"

    def set_all(values: dict):
        nonlocal paused
        paused = True
        for field, slider in sliders.items():
            slider.value = getattr(values[owner[field]], field)
        paused = False

    def choose(key):
        def chosen(change):
            if paused:
                return
            now[key] = defaults[key] = choices[key][change["new"]]
            set_all(now)
            redraw()

        return chosen

    def reset(_):
        nonlocal paused
        paused = True
        for key, menu in menus.items():
            menu.value = _name_of(choices[key], start_menu[key])
        paused = False
        now.update(start)
        defaults.update(start_menu)
        set_all(start)
        redraw()

    start_menu = dict(defaults)
    for slider in sliders.values():
        slider.observe(redraw, names="value")
    for key, menu in menus.items():
        menu.observe(choose(key), names="value")
    button = w.Button(description="Reset", tooltip="back to the starting values", layout=w.Layout(width="90px"))
    button.on_click(reset)
    fit = Fit()
    fit.observe(lambda change: figure.update_layout(meta=change["new"]), names="width")
    redraw()
    controls = w.HBox([*menus.values(), *sliders.values()], layout=w.Layout(flex_flow="row wrap"))
    return w.VBox([controls, readout, figure, fit, w.HBox([button, code, status], layout=w.Layout(flex_flow="row wrap"))],
                  layout=w.Layout(width="100%"))  # fmt: skip


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
    label = field.replace("_usd", "").replace("_s", "" if field.endswith("_s") else "_s").replace("_", " ")
    return kind(
        value=value, min=min(low, value), max=max(high, value), step=step, description=f"{label} ({it['unit']})",
        readout_format="d" if kind is w.IntSlider else f".{max(places, 0)}f", continuous_update=True, tooltip=it["meaning"],
        style={"description_width": "230px"}, layout=w.Layout(width="min(470px, 100%)"),
    )  # fmt: skip


def _bounds(rule: str) -> tuple[float, float]:
    low, high = rule.removeprefix("in ").strip("[]()").split(", ")
    return float(low.replace(",", "")), float(high.replace(",", ""))


def _table(texts: dict[str, str]) -> str:
    cells = "".join(
        f"<td style='padding:2px 18px 2px 0'><small style='color:#555'>{label}</small><br><b>{text}</b></td>"
        for label, text in texts.items()
    )
    return f"<table class='tao-readout'><tr>{cells}</tr></table>"


def layout(title: str, **more) -> dict:
    """The look that all instruments share."""
    return {
        "title": {"text": title, "x": 0, "xanchor": "left", "font": {"size": 15}},
        "autosize": True, "height": 430, "template": "plotly_white", "uirevision": "keep",
        "margin": {"l": 60, "r": 20, "t": 50, "b": 50}, "legend": {"orientation": "h", "y": -0.2},
    } | more  # fmt: skip
