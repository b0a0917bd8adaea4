"""What the package offers: every public name with where it is defined, and what its source says of
it.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import importlib
import inspect
import io
import re
import sys
import textwrap
import tokenize
from typing import Any, NamedTuple

from ..inputs.record import about, summary
from ..views import VIEWS
from ..views.gallery import Drawn

PACKAGE = __name__.partition(".")[0]
ROOMS = ("inputs", "chain", "analysis", "economy", "incentives", "claims", "views", "publish")
APART = ("claims", "views", "publish")  # imported by themselves; the package does not load them
KINDS = ("function", "view", "record", "class", "constant")


@dataclasses.dataclass(frozen=True)
class Name:
    """A public name.

    room : whose page it is on; module : the file that defines it, `economy.supply`
    call : as code says it, `te.economy.supply_at` or `views.inflation`; '' for a record that is
        only given
    """

    room: str
    name: str
    module: str
    it: Any
    call: str

    @property
    def anchor(self) -> str:
        """Its place on the page of its room."""
        return f"{self.room if self.call else self.module}.{self.name}"

    @property
    def address(self) -> str:
        """Its place in the reference."""
        return f"{self.room}.html#{self.anchor}"

    @property
    def kind(self) -> str:
        """One of KINDS."""
        if isinstance(self.it, Drawn):
            return "view"
        if inspect.isclass(self.it):
            return "record" if fields(self.it) else "class"
        return "function" if inspect.isroutine(self.it) else "constant"

    @property
    def says(self) -> str:
        """What it is in one paragraph of plain text; of a constant nothing."""
        return "" if self.kind == "constant" else re.sub("[`*]{1,2}", "", summary(self.it))


class Field(NamedTuple):
    """A field of a record."""

    name: str
    type: str
    default: str  # '' where it must be given
    meaning: str
    unit: str
    bounds: str
    reason: str
    source: str


def called(room: str) -> str:
    """A room as code says it."""
    return room if room in APART else f"te.{room}"


def offered(room: str) -> dict[str, Name]:
    """What a room's `__init__` offers by name, and what the package offers of that room's own."""
    package = importlib.import_module(f"{PACKAGE}.{room}")
    found = {
        name: Name(room, name, module, vars(package)[name], f"{called(room)}.{name}")
        for name, module in _offers(package).items()
    }
    if room == "views":
        found |= {
            name: Name(room, name, _module(view, room), view, f"views.{name}")
            for name, view in VIEWS.items()
        }
    face = sys.modules[PACKAGE]
    for name, module in _offers(face).items():
        own = module.partition(".")[0] == room and name not in found
        if own and not inspect.ismodule(vars(face)[name]):
            found[name] = Name(room, name, module, vars(face)[name], f"te.{name}")
    return found


def face() -> list[str]:
    """The names that the package itself offers, in its order."""
    return list(_offers(sys.modules[PACKAGE]))


def _offers(package) -> dict[str, str]:
    """Name → module that defines it: what is imported as itself, or defined there in public."""
    here = package.__name__.removeprefix(PACKAGE).removeprefix(".")
    found: dict[str, str] = {}
    for node in ast.parse(inspect.getsource(package)).body:
        if isinstance(node, ast.ImportFrom):
            up = node.level > 1
            base = ".".join(filter(None, ["" if up else here, node.module]))
            found |= {a.name: base for a in node.names if a.asname == a.name}
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found[node.name] = here
        elif isinstance(node, ast.Assign):
            found |= {target.id: here for target in node.targets if isinstance(target, ast.Name)}
    held = vars(package)
    return {
        name: _module(held[name], module)
        for name, module in found.items()
        if not name.startswith("_") and not inspect.ismodule(held[name])
    }


def _module(it: Any, otherwise: str) -> str:
    """The file that defines something, as `economy.supply`."""
    it = it.draw if isinstance(it, Drawn) else it
    if not (inspect.isclass(it) or inspect.isroutine(it)):
        return otherwise
    return it.__module__.removeprefix(f"{PACKAGE}.")


def given(names: list[Name]) -> list[Name]:
    """The records of ours that are named by types of what is offered and are not offered."""
    known = {id(one.it) for one in names}
    found: list[Name] = []
    waiting = list(names)
    while waiting:
        one = waiting.pop(0)
        for word in sorted(set(re.findall(r"\w+", _types(one)))):
            kind: Any = vars(sys.modules[f"{PACKAGE}.{one.module}"]).get(word)
            ours = inspect.isclass(kind) and kind.__module__.startswith(f"{PACKAGE}.")
            if ours and id(kind) not in known:
                known.add(id(kind))
                module = _module(kind, "")
                made = Name(module.partition(".")[0], kind.__name__, module, kind, "")
                found.append(made)
                waiting.append(made)
    return found


def _types(one: Name) -> str:
    """All types in its signature or of its fields."""
    if one.kind == "constant":
        return ""
    if inspect.isclass(one.it):
        return " ".join(field.type for field in fields(one.it))
    return " ".join(ast.unparse(part) for part in _annotations(definition(one.it)))


def _annotations(node: Any) -> list[ast.expr]:
    taken = ast.walk(node.args)
    parts = [arg.annotation for arg in taken if isinstance(arg, ast.arg) and arg.annotation]
    return parts + ([node.returns] if node.returns else [])


@functools.cache
def source(it: Any) -> str:
    """The text that defines a function or class."""
    it = it.draw if isinstance(it, Drawn) else it
    return textwrap.dedent(inspect.getsource(inspect.unwrap(it)))


@functools.cache
def definition(it: Any) -> Any:
    """The tree of the text that defines a function or class."""
    return ast.parse(source(it)).body[0]


def without_docstring(it: Any) -> str:
    """The text that defines a function or class, its docstring apart."""
    lines = source(it).splitlines()
    first, *others = definition(it).body
    said = isinstance(first, ast.Expr) and isinstance(getattr(first.value, "value", None), str)
    if said and others:
        del lines[first.lineno - 1 : first.end_lineno]
    return "\n".join(lines)


def fields(kind: Any) -> list[Field]:
    """The fields of a record or named tuple, with the words that stand beside them; none for
    another class.
    """
    return _fields(kind)


@functools.cache
def _fields(kind: Any) -> list[Field]:
    if not (hasattr(kind, "_fields") or dataclasses.is_dataclass(kind)):
        return []
    found: dict[str, Field] = {}
    for base in reversed(kind.__mro__):
        if base.__module__.startswith(PACKAGE):
            found |= {field.name: field for field in _own(base)}
    return list(found.values())


def _own(kind: Any) -> list[Field]:
    text = source(kind)
    said = _comments(text)
    found = []
    for node in ast.parse(text).body[0].body:  # type: ignore[attr-defined]
        if not isinstance(node, ast.AnnAssign) or ast.unparse(node.target).startswith("_"):
            continue
        name = ast.unparse(node.target)
        checked = getattr(kind, "__pydantic_fields__", {}).get(name)
        told: dict[str, Any] = about(kind, name) if checked and checked.json_schema_extra else {}
        default = "" if node.value is None else ast.unparse(node.value)
        if checked:
            default = "" if checked.is_required() else _shown(checked.default)
        made = Field(
            name=name,
            type=ast.unparse(node.annotation),
            default=default,
            meaning=told.get("meaning")
            or _beside(said, node.lineno, node.end_lineno or node.lineno),
            unit=told.get("unit") or "",
            bounds=told.get("rule") or "",
            reason=told.get("reason") or "",
            source=told.get("source") or "",
        )
        found.append(made)
    return found


def _shown(value: Any) -> str:
    return repr(value) if isinstance(value, (str, tuple)) else str(value)


def _comments(text: str) -> dict[int, tuple[str, bool]]:
    """Line → (its comment, whether it has nothing else)."""
    return {
        token.start[0]: (token.string.lstrip("# "), not token.line[: token.start[1]].strip())
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    }


def _beside(said: dict[int, tuple[str, bool]], first: int, last: int) -> str:
    """The comment behind a field, or that in the lines right above it."""
    if last in said:
        return said[last][0]
    above: list[str] = []
    while said.get(first - 1 - len(above), ("", False))[1]:
        above.insert(0, said[first - 1 - len(above)][0])
    return " ".join(above)
