"""A view in JupyterLab: sliders made from the fields it reads, a figure that follows, a read-out,
buttons, and the line of code that brings the present state back.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import html
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import ipywidgets as w
from ipywidgets.widgets.interaction import display  # IPython's own

from ..inputs.record import about, unknown
from . import screen, still
from .gallery import Drawn, fields_read, refuse_idle, refuse_unread
from .handles import LABELS, LARGEST, WIDE, Amount, Handle, difference, handle, same
from .plot import Plot, ghost
from .presets import PRESETS, preset
from .words import signed

PAGE = 1e-12  # relative error of what a page sends back unmoved
LOOK = """<style>
.tao-live { container-type: inline-size; }
@container (max-width: 450px) {
.tao-live .widget-hbox .widget-hbox, .tao-live .widget-hslider, .tao-live .widget-dropdown {
flex-wrap: wrap; height: auto; width: 100% !important; }
.tao-live .widget-hbox .widget-label { width: 100% !important; text-align: left; }
.tao-live .widget-hbox .widget-text .widget-label { width: 60px !important; }
.tao-live .slider-container { min-width: 60px; }
}
.tao-live .widget-dropdown { min-width: 0; max-width: calc(100% - 4px); }
.tao-readout { display: flex; flex-wrap: wrap; gap: 4px 22px; margin: 2px 0; line-height: 1.35; }
.tao-readout small { display: block; color: var(--jp-ui-font-color2, #555); }
.tao-live.jupyter-widgets-disconnected > * { opacity: 0.5; }
.tao-live.jupyter-widgets-disconnected::after { content: "no kernel: run the cell again"; }
.tao-live .refused { color: var(--jp-error-color1, #b00020); font-weight: 600; }
</style>"""


class Recipe(NamedTuple):
    """What a live view is made of, for a page that has no kernel.

    records : argument → record it starts from; owner : slider → (argument, field)
    sliders : handles by `field` or `argument.field`; choices : argument → records by name
    chosen : argument → name chosen at the start
    show(**records) : (a plotly figure as a plain dict, the read-out)
    """

    name: str
    records: dict
    owner: dict[str, tuple[str, str]]
    sliders: dict[str, Handle]
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
        self._published = drawn.records()
        self._given = {key: value for key, value in settings.items() if key in self._published}
        self._chosen = drawn.records(**self._given)
        self._menus_of = {
            key: _with_own(options, self._chosen[key], self._given.get(key))
            for key, options in drawn.menus.items()
        }
        fields = {key: value for key, value in settings.items() if key not in self._given}
        self._owner, self._now = self._start_from(fields)
        self._start = dict(self._chosen), dict(self._now)
        self._given_first = dict(self._given)
        self._paused = False
        self._looks = 0  # at the picture from anew: zoom and hidden lines are forgotten
        self._pinned: tuple[list, dict] = ([], {})
        self._handles = {key: self._handle(key) for key in self._owner}
        self._sliders = {key: Amount(it) for key, it in self._handles.items()}
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
        self._view, self._shown = self._picture(self._now)
        self._figure = Plot(self._dressed())
        self._readout = w.HTML()
        self._status = w.HTML()
        self._code = w.Text(
            description="as code",
            continuous_update=False,
            tooltip="brings this state back; paste another one here",
            style={"description_width": "60px"},
            layout=w.Layout(width="min(760px, calc(100% - 4px))"),
        )
        super().__init__(self._parts(), layout=w.Layout(width="100%"))
        self.add_class("tao-live")
        self._tell()

    def _handle(self, key: str) -> Handle:
        argument, field = self._owner[key]
        menu = argument if argument in self._menus_of else ""
        return handle(self._now[argument], field, key, self._drawn.spans.get(key), menu)

    def _parts(self) -> list:
        """The widgets from top to bottom, each told what to do."""
        for control in self._sliders.values():
            control.observe(self._redraw, names="value")
            control.observe(self._misread, names="refused")
        for key, menu in self._menus.items():
            menu.observe(functools.partial(self._choose, key), names="value")
        self._code.observe(self._paste, names="value")
        presets = self._presets()
        buttons = [
            _button("Reset", "back to the starting values", self._reset),
            _button(
                "Pin", "keep the present state behind the picture; press again to let go", self._pin
            ),
            _button("CSV", "save the numbers shown as a table", self._save_table),
            _button("SVG", "save the picture", self._save_picture),
            _button("PNG", "save the picture", self._save_picture),
        ]
        wrap = w.Layout(flex_flow="row wrap")
        return [
            w.HBox([*self._menus.values(), *self._sliders.values()], layout=wrap),
            self._readout,
            self._status,
            self._figure,
            w.HBox([*presets, *buttons, self._code], layout=wrap),
            w.HTML(LOOK),
        ]

    def _ipython_display_(self):
        """The view itself, and what stands in its place once there is no kernel."""
        display(self._repr_mimebundle_(), raw=True)
        for parts, said in still.outputs(self._view):
            display(parts, metadata=said, raw=True)

    def recipe(self) -> Recipe:
        """What this instrument is made of; nothing in it moves the instrument."""
        started, now = self._start
        return Recipe(
            name=self._drawn.name,
            records=dict(now),
            owner=dict(self._owner),
            sliders=dict(self._handles),
            choices=dict(self._menus_of),
            chosen={
                key: _name_of(key, options, started[key]) for key, options in self._menus_of.items()
            },
            show=self._show,
        )

    def _show(self, **records) -> tuple[dict, dict]:
        view = self._drawn.drawn(records)
        return screen.plotted(view), view.readout

    def _picture(self, now: dict):
        """(the View of a state, its picture)."""
        view = self._drawn.drawn(now)
        return view, screen.plotted(view)

    def _dressed(self) -> dict:
        """The present picture before what is pinned."""
        layout = self._shown["layout"] | {"uirevision": str(self._looks)}
        return {"data": [*self._pinned[0], *self._shown["data"]], "layout": layout}

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
        own = any(key not in self._menus_of for key in self._given)
        if own or drawn.sliders is None or given.keys() - set(drawn.sliders):
            read = fields_read(drawn.name, **now)
            refuse_unread(drawn.name, given, owner, read)
            undeclared = given.keys() - set(drawn.sliders or ())
            refuse_idle(drawn, self._chosen, now, {key: owner[key] for key in undeclared})
            if drawn.sliders is None:
                owner = _movable(drawn, now, read) | owner
            elif own:  # what is given may leave a slider nothing to move
                owner = {key: place for key, place in owner.items() if place in read}
        return owner, now

    def _redraw(self, _=None):
        if self._paused:
            return
        shown = (self._shown, self._view.readout)
        moved = self._moved()
        try:
            now = self._with(moved)
            self._view, self._shown = self._picture(now)
        except (ValueError, TypeError) as error:
            self._refuse(
                error, " and ".join(self._handles[key].label for key in self._at_fault(moved))
            )
            return
        self._now = now
        self._figure.show(self._dressed())
        self._tell()
        if moved and same((self._shown, self._view.readout), shown):
            names = html.escape(", ".join(moved))
            self._status.value = f"nothing here depends on {names} as the others stand"

    def _moved(self) -> list[str]:
        """The sliders that have left the state that was drawn last."""
        moved = []
        for key, control in self._sliders.items():
            argument, field = self._owner[key]
            value = getattr(self._now[argument], field)
            it = self._handles[key]
            if value is None or math.isclose(control.value, it.shown(value), rel_tol=PAGE):
                continue  # a page rounds what it shows
            moved.append(key)
        return moved

    def _with(self, moved: list[str]) -> dict:
        """The records of the state drawn last with some sliders as they stand."""
        now = dict(self._now)
        for key in moved:
            argument, field = self._owner[key]
            put = self._handles[key].stored(self._sliders[key].value)
            now[argument] = dataclasses.replace(now[argument], **{field: put})
        return now

    def _at_fault(self, moved: list[str]) -> list[str]:
        """Of the sliders moved to a state that is refused, those without which it would not be."""

        def drawn_without(key: str) -> bool:
            try:
                self._picture(self._with([other for other in moved if other != key]))
            except (ValueError, TypeError):
                return False
            return True

        return [key for key in moved if len(moved) == 1 or drawn_without(key)] or moved

    def _refuse(self, error: Exception, moved: str):
        """The picture is of another state: grey, with the slider and what the model says."""
        self._figure.spoil()
        words = f"not drawn: {html.escape(moved or 'this state')}: {html.escape(str(error))}"
        self._status.value = f"<span class='refused'>{words}</span>"

    def _misread(self, change):
        """What is wrong with what was typed; the state stays."""
        if change["new"]:
            self._status.value = f"<span class='refused'>{html.escape(change['new'])}</span>"
        else:
            self._redraw()

    def _tell(self):
        """The read-out, the line of code, and no complaint."""
        pinned = self._pinned[1]
        cells = "".join(
            f"<div><small>{html.escape(label)}</small><b>{html.escape(signed(text))}</b>"
            f"{_beside(text, pinned.get(label))}</div>"
            for label, text in self._view.readout.items()
        )
        self._readout.value = f"<div class='tao-readout'>{cells}</div>"
        paused = self._paused
        self._paused = True
        self._code.value = self._as_code()
        self._paused = paused
        self._status.value = ""

    def _as_code(self) -> str:
        """The call that builds the present state."""
        named = {
            key: menu.value
            for key, menu in self._menus.items()
            if menu.value and self._menus_of[key][menu.value] != self._published[key]
        }
        given = {key: name for key, name in self._given.items() if key not in self._menus}
        parts = [f'"{self._drawn.name}"']
        parts += [
            f"{key}={name!r}" if isinstance(name, str) else f"{key}={key}"
            for key, name in (given | named).items()
        ]
        for key, (argument, field) in self._owner.items():
            now = _digits(getattr(self._now[argument], field))
            was = _digits(getattr(self._chosen[argument], field))
            if now != was:
                parts.append(f"**{{{key!r}: {now}}}" if "." in key else f"{key}={now}")
        return f"views.explore({', '.join(parts)})"

    def _move_to(self, now: dict):
        """Set every slider from the records, then draw once, with zoom and hidden lines back."""
        self._now = now
        self._looks += 1
        self._paused = True
        for key, control in self._sliders.items():
            argument, field = self._owner[key]
            value = getattr(now[argument], field)
            if value is not None:
                it = self._handles[key]
                value = it.shown(value)
                self._handles[key] = it._replace(low=min(it.low, value), high=max(it.high, value))
                control.reach(min(it.low, value), max(it.high, value), value)
        self._paused = False
        self._redraw()

    def _choose(self, key: str, change):
        if not self._paused and change["new"] is not None:
            self._chosen[key] = self._menus_of[key][change["new"]]
            self._move_to(self._now | {key: self._chosen[key]})

    def _presets(self) -> list:
        """The menu of named states, in a list that is empty where none would change anything."""
        if not preset("bear", self._now):
            return []
        menu = w.Dropdown(
            options=["preset", *PRESETS],
            tooltip="a named state: what the article says, a day, or assumptions",
            layout=w.Layout(width="150px"),
        )

        def choose(change):
            if change["new"] != "preset":
                self._start_at(preset(change["new"], self._now))
                menu.value = "preset"

        menu.observe(choose, names="value")
        return [menu]

    def _start_at(self, named: dict[str, str]):
        """Begin anew from records by name."""
        self._given |= named
        fresh = self._drawn.records(**self._given)
        self._chosen |= {key: fresh[key] for key in named}
        self._set_menus()
        self._move_to(self._now | {key: fresh[key] for key in named})

    def _set_menus(self):
        """Every menu at what was chosen, or at nothing where that has no name in it."""
        self._paused = True
        for key, menu in self._menus.items():
            names = [name for name, it in self._menus_of[key].items() if it == self._chosen[key]]
            menu.value = names[0] if names else None
        self._paused = False

    def _reset(self, _):
        self._chosen, now = (dict(records) for records in self._start)
        self._given = dict(self._given_first)
        self._set_menus()
        self._move_to(now)

    def _paste(self, change):
        """Take the state of a pasted line of code."""
        if self._paused:
            return
        try:
            settings = _settings(change["new"], self._drawn.name)
            objects = {key: it for key, it in self._given.items() if not isinstance(it, str)}
            given = {key: value for key, value in settings.items() if key in self._published}
            given = objects | given
            chosen = self._drawn.records(**given)
            now = dict(chosen)
            for key in settings.keys() - given.keys():
                if key not in self._owner:
                    raise ValueError(unknown("slider", key, self._owner))
                argument, field = self._owner[key]
                now[argument] = dataclasses.replace(now[argument], **{field: settings[key]})
        except (ValueError, TypeError) as error:
            self._refuse(error, "as code")
            return
        self._given = given
        self._chosen = chosen
        self._set_menus()
        self._move_to(now)

    def _pin(self, _):
        """Keep the present state behind the picture, or let go of what is kept."""
        if self._pinned[1]:
            self._pinned = ([], {})
        else:
            self._pinned = (ghost(self._shown), dict(self._view.readout))
        self._figure.show(self._dressed())
        self._tell()

    def _save_table(self, _):
        self._figure.save_text(f"{self._drawn.name}.csv", self._view.to_csv())

    def _save_picture(self, button):
        form = button.description.lower()
        self._figure.save_picture(f"{self._drawn.name}.{form}", form)


def _button(name: str, tooltip: str, pressed: Callable) -> w.Button:
    button = w.Button(description=name, tooltip=tooltip, layout=w.Layout(width="70px"))
    button.on_click(pressed)
    return button


def _beside(text: str, pinned: str | None) -> str:
    """What was pinned, and by how much the present number differs."""
    if pinned is None or pinned == text:
        return ""
    by = difference(text, pinned)
    return f"<small>pinned {html.escape(pinned)}{f' ({by})' if by else ''}</small>"


def _settings(code: str, name: str) -> dict:
    """The settings of a line such as `views.explore("supply", price_usd=300)`.

    Raises
    ------
    ValueError
        for another line, or another view's
    """
    rule = f'the line must read views.explore("{name}", …) with plain values'
    try:
        call: Any = ast.parse(code.strip(), mode="eval").body
        if ast.literal_eval(call.args[0]) != name or ast.unparse(call.func) != "views.explore":
            raise ValueError
        settings: dict = {}
        for word in call.keywords:
            if isinstance(word.value, ast.Name) and word.value.id == word.arg:
                continue  # `network=network`: an object that the line cannot spell
            value = ast.literal_eval(word.value)
            settings |= value if word.arg is None else {word.arg: value}
    except (SyntaxError, ValueError, AttributeError, IndexError, TypeError):
        raise ValueError(f"{rule}, got {code[:60]!r}") from None
    return settings


def _digits(value) -> str:
    """A number as code: whole ones exactly."""
    return str(value) if isinstance(value, int) else f"{value:.10g}"


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
            small = number and (abs(value) < LARGEST or about(record, field.name)["unit"] == "rao")
            if (argument, field.name) in read and small:
                found.append((argument, field.name))
    names = [field for _, field in found]
    return {
        field if names.count(field) == 1 else f"{argument}.{field}": (argument, field)
        for argument, field in found
    }


def _with_own(options: dict, chosen, given) -> dict:
    """A menu, and a record of one's own that is not in it, by the file's name or its own."""
    if any(it == chosen for it in options.values()):
        return options
    return options | {given if isinstance(given, str) else getattr(chosen, "name", "own"): chosen}


def _name_of(key: str, options: dict, record) -> str:
    for name, it in options.items():
        if it == record:
            return name
    raise ValueError(unknown(key, getattr(record, "name", record), options))
