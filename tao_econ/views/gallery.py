"""Every view by its name: what it starts from, what it is called with, and what it reads."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import typing
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..chain.metagraph import Metagraph, load_metagraph
from ..chain.subnet_states import load_subnets
from ..chain.subnets import Subnets
from ..inputs.record import quoted, summary, unknown
from ..inputs.rules import (
    Rules,
    Scenario,
    Snapshot,
    load_scenario,
    load_snapshot,
    rules_at,
    snapshot_names,
)
from . import watch
from .cited import marked, titled
from .marks import View

if TYPE_CHECKING:
    from .live import Live

NAMED = {  # kinds of records that have names: what loads one, and the word for it in a footer
    Rules: (rules_at, "rules"),
    Snapshot: (load_snapshot, "snapshot"),
    Scenario: (load_scenario, "scenario"),
}
FILED: dict[type, Callable] = {  # what a path may stand for, and its reader
    Metagraph: load_metagraph,
    Subnets: load_subnets,
}
NO_PLACE = "0 has no place on an axis of logs"
VIEWS: dict[str, Drawn] = {}


def known(snapshot: Snapshot, field: str) -> float:
    """A number of a snapshot that a view cannot do without; a ValueError where it is not known."""
    value = getattr(snapshot, field)
    if value is None:
        raise ValueError(f"{field} must be known, got None in snapshot {snapshot.name!r}")
    return value


def snapshots() -> dict[str, Snapshot]:
    """Every dated snapshot by its name: a menu."""
    return {it.name: it for it in map(load_snapshot, snapshot_names())}


def view(
    *,
    sliders: tuple[str, ...] | None = None,
    menus: dict[str, Callable[[], dict]] | None = None,
    spans: dict[str, tuple[float, float]] | None = None,
    published: bool = True,
    **defaults,
) -> Callable[[Callable[..., View]], Drawn]:
    """Register a function from records to a View.

    Parameters
    ----------
    sliders : fields with a slider in the live form, in order; by default every number it reads
    menus : argument → function that gives what it may be, by name
    spans : field → ends of its slider, where the view takes less than the field
    published : whether it is drawn into figures/
    defaults : argument → what it starts from: a name, of a menu or of `rules_at`, `load_snapshot`
        or `load_scenario` by its annotation; a record class or function to call; or the value.
        Nothing is loaded before the first call.

    Notes
    -----
    The first paragraph of the docstring begins the caption. Records named in the footer are those
    among the View's `sources`, or, if it names none, those it is called with.
    """

    def register(draw: Callable[..., View]) -> Drawn:
        VIEWS[draw.__name__] = Drawn(draw, defaults, sliders, menus or {}, published, spans or {})
        return VIEWS[draw.__name__]

    return register


class Drawn:
    """A view: called with records or their names, by keyword, it gives a View."""

    def __init__(self, draw, defaults: dict, sliders, menus: dict, published: bool, spans: dict):
        functools.update_wrapper(self, draw)
        self.spans = spans
        self.name = draw.__name__
        self.sliders = sliders
        self.published = published
        self.draw = draw
        self._menus = menus
        self._defaults = defaults

    def __call__(self, **given) -> View:
        return self.drawn(self.records(**given))

    def __repr__(self) -> str:
        return f"<view {self.name}: {summary(self)}>"

    @property
    def call(self) -> str:
        """The call that draws it, with the names and numbers that it starts from."""
        plain = {k: v for k, v in self._defaults.items() if isinstance(v, (str, int, float))}
        return f"views.{self.name}({', '.join(f'{k}={v!r}' for k, v in plain.items())})"

    def drawn(self, records: dict) -> View:
        """The View of records, one for every argument."""
        shown = self.draw(**records)
        named = any(type(part) in NAMED or isinstance(part, tuple(NAMED)) for part in shown.sources)
        sources = shown.sources if named else (*records.values(), *shown.sources)
        words = tuple(filter(None, map(_word, sources)))
        missing = f"Not shown, as {NO_PLACE}: {shown.lost}." if shown.lost else ""
        caption = " ".join(filter(None, (summary(self), shown.caption, missing)))
        told = {f"not shown, {NO_PLACE}": shown.lost} if shown.lost else {}
        return dataclasses.replace(
            shown,
            sources=("tao_econ", *words),
            name=self.name,
            caption=caption,
            readout=shown.readout | told,
        )

    def takes(self, argument: str) -> bool:
        """Whether it has an argument of that name."""
        return argument in inspect.signature(self.draw).parameters

    def menu(self, argument: str) -> dict:
        """What an argument may be, by name; {} where it has no menu."""
        return self._menus[argument]() if argument in self._menus else {}

    @property
    def menus(self) -> dict[str, dict]:
        """Every menu, by argument."""
        return {argument: self.menu(argument) for argument in self._menus}

    def records(self, **given) -> dict:
        """Every argument's value: as given, or what the view starts from.

        Raises ValueError for an argument or name that does not exist, TypeError for a record in
        another's place.
        """
        kinds = typing.get_type_hints(self.draw)
        parameters = inspect.signature(self.draw).parameters
        for argument in given:
            if argument not in parameters:
                raise ValueError(unknown(f"argument of view {self.name}", argument, parameters))
        records = {}
        for argument, parameter in parameters.items():
            value = given.get(argument, self._defaults.get(argument, parameter.default))
            records[argument] = self._resolved(argument, kinds.get(argument, object), value)
        return records

    def _resolved(self, argument: str, kind, value):
        filed = next((one for one in FILED if one in (kind, *typing.get_args(kind))), None)
        if filed and isinstance(value, (str, Path)):
            value = FILED[filed](value)
        elif isinstance(value, str):
            value = self._by_name(argument, kind, value)
        elif callable(value):
            value = value()
        needed = kind if isinstance(kind, type) and dataclasses.is_dataclass(kind) else filed
        optional = type(None) in typing.get_args(kind) and value is None
        if needed and not (optional or isinstance(value, needed)):
            got = f"{quoted(value)} ({type(value).__name__})"
            rule = f"a {needed.__name__}{' or its file' if filed else ''}"
            raise TypeError(f"{argument} of view {self.name} must be {rule}, got {got}")
        return value

    def _by_name(self, argument: str, kind, name: str):
        menu = self.menu(argument)
        if name in menu:
            return menu[name]
        if kind in NAMED:
            try:
                return NAMED[kind][0](name)
            except ValueError as error:
                raise ValueError(unknown(argument, name, menu) if menu else str(error)) from None
        if menu:
            raise ValueError(unknown(argument, name, menu))
        return name

    def place(self, records: dict, setting: str) -> tuple[str, str]:
        """(argument, field) of `field` or `argument.field`, among records by argument.

        Of several that have it, the one that no menu offers. Raises ValueError where no record has
        the field, or several are left and none is named.
        """
        wanted, _, field = setting.rpartition(".")
        having = {key: {f.name for f in _fields(record)} for key, record in records.items()}
        owners = [key for key, fields in having.items() if field in fields and wanted in ("", key)]
        if not owners:
            known = sorted(set().union(*having.values()))
            raise ValueError(unknown(f"field of view {self.name}", setting, known))
        if len(owners) > 1:
            owners = [key for key in owners if key not in self._menus] or owners
        if len(owners) > 1:
            places = " or ".join(f"{key}.{field}" for key in owners)
            raise ValueError(f"{field} must name its record: {places}")
        return owners[0], field


def _fields(record) -> tuple:
    return dataclasses.fields(record) if dataclasses.is_dataclass(record) else ()


def refuse_unread(name: str, settings, places: dict, read: frozenset) -> None:
    """Raise ValueError for a setting of a field that a view does not read, with those it reads."""
    for setting in settings:
        if places[setting] not in read:
            fields = ", ".join(sorted({field for _, field in read}))
            raise ValueError(f"view {name} does not read {quoted(setting)}; it reads {fields}")


def refuse_idle(drawn: Drawn, before: dict, after: dict, places: dict[str, tuple]) -> None:
    """Raise ValueError for a setting without which a view would show the same.

    before, after : records by argument, without any and with all of the settings
    places : setting → (argument, field)
    """
    shown = None
    for setting, (argument, field) in places.items():
        old = getattr(before[argument], field)
        if getattr(after[argument], field) == old:
            continue
        try:
            without = dataclasses.replace(after[argument], **{field: old})
            other = drawn.drawn(after | {argument: without}).fingerprint()
        except (ValueError, TypeError):
            continue  # the others need it
        shown = shown or drawn.drawn(after).fingerprint()
        if shown == other:
            raise ValueError(
                f"view {drawn.name} must change with {quoted(setting)}, and shows the same, as its "
                f"other fields stand"
            )


def _word(part) -> str:
    """What a footer says of a text or a record; nothing of one without a name. A snapshot or table
    that rests on a source without an author is called unverifiable.
    """
    kind = next((kind for kind in NAMED if isinstance(part, kind)), None)
    if kind:
        said = part.sources.values() if isinstance(part, Snapshot) else ()
        return f"{NAMED[kind][1]}: {titled(part.name, said)}"
    return marked(part) if isinstance(part, str) else ""


@functools.cache
def _read_at_start(name: str) -> frozenset:
    return _read(VIEWS[name], VIEWS[name].records())


def _read(drawn: Drawn, records: dict) -> frozenset:
    """What a view reads, as it draws, reads out and names its records in the footer."""
    return watch.reads(lambda **given: drawn.drawn(given), records)[1]


def fields_read(name: str, **records: Any) -> frozenset[tuple[str, str]]:
    """The (argument, field) pairs that a view reads from its records, as it draws and reads out.

    Parameters
    ----------
    name
        of a view
    records
        by argument, in place of those it starts from
    """
    if name not in VIEWS:
        raise ValueError(unknown("view", name, VIEWS))
    if not records:
        return _read_at_start(name)
    return _read(VIEWS[name], VIEWS[name].records(**records))


def published() -> list[str]:
    """The views that are drawn into figures/, in the order of their files."""
    return [name for name, it in VIEWS.items() if it.published]


def instruments() -> list[str]:
    """The views that are made to be moved and are not drawn into figures/."""
    return sorted(name for name, it in VIEWS.items() if not it.published)


def explore(name: str, **settings: Any) -> Live:
    """A view's live form: a slider for each field it reads, its picture and its read-out.

    Parameters
    ----------
    name
        of a view
    settings
        argument → a name to start from, or field → value

    Raises
    ------
    ValueError, TypeError
        for a name, field or value that does not fit, and for a field that the view never reads
    """
    if name not in VIEWS:
        raise ValueError(unknown("view", name, VIEWS))
    from .live import Live

    return Live(VIEWS[name], **settings)
