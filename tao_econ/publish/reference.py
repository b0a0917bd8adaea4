"""The API reference as pages: one a room, with each name's signature, docstring, fields and source
text, and links from every type and name to what it is.
"""

from __future__ import annotations

import ast
import html
import inspect
import itertools
import re
import sys
from collections.abc import Callable, Iterable
from importlib import metadata
from typing import Any

from . import names, prose, sources
from .names import Field, Name

FOLDER = "reference"
RECORDS = {"rules": "Rules", "snapshot": "Snapshot", "scenario": "Scenario"}  # by how they are said
SECTIONS = ("Attributes", "Returns", "Yields", "Raises", "Warns")
NOTES = ("Notes", "References", "Examples")
WIDE = 88  # characters of a signature on one line
MOST = 400  # characters of a constant's value


class Guide:
    """Where every name stands: rooms' names, the records they give, and the fields of all."""

    def __init__(self) -> None:
        self.rooms = {room: names.offered(room) for room in names.ROOMS}
        self.offered = [one for room in self.rooms.values() for one in room.values()]
        self.given = names.given(self.offered)
        self.every = [*self.offered, *self.given]
        # a room may offer what another one defines: that one explains it
        homes = sorted(self.every, key=lambda one: one.module.startswith(one.room))
        self._objects = {id(one.it): one for one in homes if one.kind != "constant"}
        self._words: dict[str, str] = {}
        for one in self.every:
            self._words[one.anchor] = one.address
            for field in names.fields(one.it) if inspect.isclass(one.it) else ():
                self._words[f"{one.name}.{field.name}"] = f"{one.address}.{field.name}"

    def home(self, one: Name) -> Name:
        """The entry that explains a name."""
        return self._objects.get(id(one.it), one)

    def address(self, words: str, one: Name) -> str:
        """Where a name leads that is said of another one; '' if nowhere."""
        bare = re.sub(r"\(.*\)$", "", words).removeprefix("te.")
        first, _, rest = bare.partition(".")
        held = vars(sys.modules[f"{names.PACKAGE}.{one.module}"]) if one.module else {}
        found = self._objects.get(id(held.get(bare))) or self.rooms.get(one.room, {}).get(bare)
        if found:
            return self.home(found).address
        return self._words.get(bare) or self._words.get(f"{RECORDS.get(first)}.{rest}", "")


def pages(guide: Guide, frame: Callable[[str, str], str]) -> dict[str, str]:
    """Path → page of the whole reference; `frame` makes a page of a title and a body."""
    made = {f"{FOLDER}/index.html": frame("Reference", _index(guide))}
    for room in names.ROOMS:
        made[f"{FOLDER}/{room}.html"] = frame(f"Reference: {room}", _room(room, guide))
    return made


def _safe(text: object) -> str:
    return html.escape(str(text))


def _index(guide: Guide) -> str:
    rooms = "".join(
        f'<li><a href="{room}.html">{names.called(room)}</a> ({_count(guide.rooms[room])}) '
        f"{_safe(_first(sys.modules[f'{names.PACKAGE}.{room}'].__doc__))}</li>\n"
        for room in names.ROOMS
    )
    known = {one.call: one for one in guide.offered}
    own = {one.name: guide.home(one) for one in guide.offered if one.name in names.face()}
    faces = "".join(
        f'<li><a href="{one.address}">te.{name}</a> {_safe(one.says)}</li>\n'
        for name in names.face()
        if (one := known.get(f"te.{name}") or own[name])
    )
    return (
        "<h1>Reference</h1>\n"
        f'<p class="lead">Every public name of tao_econ {metadata.version(names.PACKAGE)}, from '
        "its own text.</p>\n<p><code>import tao_econ as te</code> gives most of it, <code>from "
        "tao_econ import claims, views</code> the rest. A room may use those above it.</p>\n"
        f'<h2 id="rooms">Rooms</h2>\n<ul class="list">{rooms}</ul>\n'
        f'<h2 id="face">Names of the package itself</h2>\n<ul class="list">{faces}</ul>\n'
    )


def _count(found: dict) -> str:
    return f"{len(found)} name{'s' if len(found) > 1 else ''}"


def _first(text: str | None) -> str:
    return " ".join((text or "").partition("\n\n")[0].split())


def _room(room: str, guide: Guide) -> str:
    """A page: what the room is, its names by file, and each of them."""
    here = [*guide.rooms[room].values(), *(one for one in guide.given if one.room == room)]
    order = dict.fromkeys(one.module for one in here)
    files = {module: [one for one in here if one.module == module] for module in order}
    plain = Name(room, "", room, None, "")
    about = inspect.cleandoc(sys.modules[f"{names.PACKAGE}.{room}"].__doc__ or "")
    contents = "".join(
        f'<li><a href="#file.{module}">{module.rpartition(".")[2]}</a>: '
        + ", ".join(f'<a href="#{one.anchor}">{one.name}</a>' for one in held)
        + "</li>\n"
        for module, held in files.items()
    )
    parts = [f"<h1>{names.called(room)}</h1>\n", _said(about, plain, guide)]
    parts.append(f'<ul class="contents">{contents}</ul>\n')
    for module, held in files.items():
        parts.append(f'<h2 id="file.{module}">{module.replace(".", "/")}</h2>\n')
        if module != room:
            said = inspect.cleandoc(sys.modules[f"{names.PACKAGE}.{module}"].__doc__ or "")
            parts.append(_said(said, held[0], guide))
        parts += [_entry(one, guide) for one in held]
    return "".join(parts)


def _said(text: str, one: Name, guide: Guide) -> str:
    return prose.docstring(text, lambda words: guide.address(words, one))


def _linked(text: str, one: Name, guide: Guide) -> str:
    """A type as HTML, each name in it with a link to what it is."""

    def word(found: re.Match) -> str:
        target = guide.address(found[0], one)
        return f'<a href="{target}">{found[0]}</a>' if target else found[0]

    return "".join(
        word(found) if (found := re.fullmatch(r"[A-Za-z_][\w.]*", part)) else _safe(part)
        for part in re.split(r"([A-Za-z_][\w.]*|\"[^\"]*\"|'[^']*')", text)
    )


# ---- One name ----


def _entry(one: Name, guide: Guide) -> str:
    home = guide.home(one)
    if home != one:
        body = f'<p>The same as <a href="{home.address}">{home.call or home.anchor}</a>.</p>\n'
    elif one.kind == "constant":
        body = f'<p>A constant:</p>\n<pre tabindex="0">{_safe(_value(one.it))}</pre>\n'
    elif inspect.isclass(one.it):
        body = _class(one, guide)
    else:
        body = _function(one, guide)
    called = _safe(one.call or one.name)
    kind = one.kind if one.call else "record that functions give"
    return (
        f'<section class="entry"><h3 id="{_safe(one.anchor)}"><code>{called}</code> '
        f"<small>{kind}</small></h3>\n{body}</section>\n"
    )


def _value(it: Any) -> str:
    """A constant's value; of what holds functions and records, the names."""
    if isinstance(it, dict):
        plain = all(isinstance(value, (str, int, float)) for value in it.values())
        text = repr(it) if plain else ", ".join(map(str, it))
    else:
        text = repr(it)
    return text if len(text) <= MOST else text[:MOST].rpartition(",")[0] + ", …"


def _function(one: Name, guide: Guide) -> str:
    node = names.definition(one.it)
    if one.kind == "view":
        shown = f'<pre class="signature" tabindex="0">{_safe(one.it.call)}</pre>\n'
        shown += f'<p><a href="{_place(one)}">See {one.name}</a></p>\n'
    else:
        shown = _signature(one.name, node, one, guide)
    return shown + _documented(inspect.getdoc(one.it), node, one, guide) + _source(one)


def _place(one: Name) -> str:
    """Where a view is shown."""
    shown = f"figures.html#{one.name}" if one.it.published else f"instruments/{one.name}.html"
    return f"../{shown}"


def _arguments(node: ast.FunctionDef) -> list[tuple[str, ast.arg | None, ast.expr | None]]:
    """(as it is written, argument, default) of every parameter, with the bare star in its place."""
    given = node.args
    first = [*given.posonlyargs, *given.args]
    blank: list[ast.expr | None] = [None] * (len(first) - len(given.defaults))
    found: list[tuple[str, ast.arg | None, ast.expr | None]] = [
        (arg.arg, arg, default)
        for arg, default in zip(first, [*blank, *given.defaults], strict=True)
        if arg.arg not in ("self", "cls")
    ]
    if given.vararg:
        found.append((f"*{given.vararg.arg}", given.vararg, None))
    elif given.kwonlyargs:
        found.append(("*", None, None))
    for arg, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        found.append((arg.arg, arg, default))
    if given.kwarg:
        found.append((f"**{given.kwarg.arg}", given.kwarg, None))
    return found


def _signature(name: str, node: ast.FunctionDef, one: Name, guide: Guide) -> str:
    plain = []
    linked = []
    for written, arg, default in _arguments(node):
        kind = f": {ast.unparse(arg.annotation)}" if arg is not None and arg.annotation else ""
        value = f" = {ast.unparse(default)}" if default else ""
        plain.append(written + kind + value)
        linked.append(_safe(written) + _linked(kind, one, guide) + _safe(value))
    gives = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    short = len(f"{name}({', '.join(plain)}){gives}") <= WIDE
    listed = ", ".join(linked) if short else "".join(f"\n    {part}," for part in linked) + "\n"
    told = f"<b>{_safe(name)}</b>({listed}){_linked(gives, one, guide)}"
    return f'<pre class="signature" tabindex="0">{told}</pre>\n'


def _documented(text: str | None, node: Any, one: Name, guide: Guide) -> str:
    """A docstring: what it is, parameters with their types, and the other sections."""
    from numpydoc.docscrape import NumpyDocString

    doc = NumpyDocString(text or "")
    parts = [_said("\n".join([*doc["Summary"], "", *doc["Extended Summary"]]), one, guide)]
    taken = isinstance(node, ast.FunctionDef)
    if taken:
        parts.append(_parameters(doc["Parameters"], node, one, guide))
    for section in SECTIONS:
        told = [(item.name or item.type, item.type, item.desc) for item in doc[section]]
        parts.append(_section(section, told, one, guide))
    if taken and node.returns and not doc["Returns"] and not doc["Yields"]:
        kind = ast.unparse(node.returns)
        if kind != "None":
            parts.append(_section("Returns", [(kind, kind, [])], one, guide))
    for section in NOTES:
        lines = [line for line in doc[section] if line != ".. index::"]
        if any(line.strip() for line in lines):
            parts.append(f"<h4>{section}</h4>\n{_said(chr(10).join(lines), one, guide)}")
    return "".join(parts)


def _parameters(documented: list, node: ast.FunctionDef, one: Name, guide: Guide) -> str:
    """Every parameter that is taken, in its order, with the words for it where there are some."""
    told = {
        each.strip().lstrip("*"): item.desc for item in documented for each in item.name.split(",")
    }
    items = []
    for written, arg, default in _arguments(node):
        if arg is None:
            continue
        kind = _linked(ast.unparse(arg.annotation), one, guide) if arg.annotation else ""
        start = f", default <code>{_safe(ast.unparse(default))}</code>" if default else ""
        said = _said("\n".join(told.get(arg.arg, [])), one, guide)
        items.append(
            f"<dt><code>{_safe(written)}</code> <span>{kind}{start}</span></dt><dd>{said}</dd>\n"
        )
    return f"<h4>Parameters</h4>\n<dl>{''.join(items)}</dl>\n" if items else ""


def _section(
    title: str, told: Iterable[tuple[str, str, list[str]]], one: Name, guide: Guide
) -> str:
    items = "".join(
        f"<dt><code>{_linked(name, one, guide)}</code>"
        + (f" <span>{_linked(kind, one, guide)}</span>" if kind != name else "")
        + f"</dt><dd>{_said(chr(10).join(lines), one, guide)}</dd>\n"
        for name, kind, lines in told
    )
    return f"<h4>{title}</h4>\n<dl>{items}</dl>\n" if items else ""


def _class(one: Name, guide: Guide) -> str:
    """A record or class: what it is, its fields, and what it can do."""
    parts = [_documented(inspect.getdoc(one.it), names.definition(one.it), one, guide)]
    fields = names.fields(one.it)
    if fields:
        items = "".join(_field(field, one, guide) for field in fields)
        parts.append(f"<h4>Fields</h4>\n<dl>{items}</dl>\n")
    givers = [
        other
        for other in guide.offered
        if other.kind == "function"
        and (returns := names.definition(other.it).returns)
        and re.search(rf"\b{one.name}\b", ast.unparse(returns))
        and guide.address(one.name, other) == one.address
    ]
    if givers:
        links = ", ".join(f'<a href="{by.address}">{by.name}</a>' for by in givers)
        parts.append(f"<p>Given by {links}.</p>\n")
    for node in names.definition(one.it).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            parts.append(_method(node, one, guide))
    return "".join(parts) + _source(one)


def _field(field: Field, one: Name, guide: Guide) -> str:
    """Its type, unit, bounds and default; what it means, why the default, where from."""
    about = [f"unit: {field.unit}" if field.unit else "", field.bounds]
    about.append(f"default {field.default}" if field.default else "")
    facts = "; ".join(filter(None, about))
    why = f"<p>Why: {_safe(field.reason)}</p>" if field.reason else ""
    source = f"<p>Source: {sources.said(field.source, '../')}</p>" if field.source else ""
    kind = _linked(field.type, one, guide)
    return (
        f'<dt id="{one.anchor}.{field.name}"><code>{field.name}</code> <span>{kind}'
        f"{'; ' if facts else ''}{_safe(facts)}</span></dt>"
        f"<dd>{_said(field.meaning, one, guide)}{why}{source}</dd>\n"
    )


def _method(node: ast.FunctionDef, one: Name, guide: Guide) -> str:
    marks = {ast.unparse(mark).rpartition(".")[2] for mark in node.decorator_list}
    read = bool(marks & {"property", "cached_property"})
    kind = "property" if read else "method"
    shown = "" if read else _signature(node.name, node, one, guide)
    told = _documented(ast.get_docstring(node), node, one, guide)
    name = f"{one.name}.{node.name}"
    return (
        f'<div class="method"><h4 id="{one.anchor}.{node.name}"><code>{name}</code> '
        f"<small>{kind}</small></h4>\n{shown}{told}</div>\n"
    )


def _source(one: Name) -> str:
    file = f"tao_econ/{one.module.replace('.', '/')}.py"
    text = names.without_docstring(one.it)
    return (
        f'<details class="code"><summary>Source<span> {file}</span></summary>'
        f'<pre tabindex="0">{_safe(text)}</pre></details>\n'
    )


def entries(guide: Guide) -> list[tuple[str, str, str, str]]:
    """(title, kind, what it says, address) of every name and field, for a search."""
    found = [
        (one.call.removeprefix("te.") or one.anchor, one.kind, one.says, one.address)
        for one in guide.every
        if guide.home(one) == one
    ]
    records = [one for one in guide.offered if one.kind == "record" and guide.home(one) == one]
    for one, field in itertools.chain.from_iterable(
        ((one, field) for field in names.fields(one.it)) for one in records
    ):
        told = ", ".join(filter(None, (field.meaning, field.unit, field.bounds)))
        found.append((f"{one.name}.{field.name}", "field", told, f"{one.address}.{field.name}"))
    return [(title, kind, says, f"{FOLDER}/{target}") for title, kind, says, target in found]
