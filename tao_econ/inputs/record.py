"""What every frozen record shares: fields that carry their unit, bounds, meaning and source, and
errors of one line.
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, dataclass_transform

import numpy as np
import pandas as pd
from pydantic import ConfigDict, Field, ValidationError
from pydantic.dataclasses import dataclass

from .checks import MAX_SHOWN, MAX_SIZE, MIN_SIZE, quoted
from .door import typed

T = TypeVar("T")
REQUIRED: Any = dataclasses.MISSING
KINDS = ((np.bool_, bool), (np.integer, int), (np.complexfloating, complex), (np.floating, float))
PLAIN = {bool, int, float, str, tuple, type(None)}  # what needs no look at NumPy's kinds
RULES = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}  # bounds of a field, and how they are said


def quantity(
    default: Any = REQUIRED,
    *,
    unit: str,
    meaning: str,
    step: float | None = None,
    span: tuple[float, float] | None = None,
    reason: str | None = None,
    source: str | None = None,
    **bounds: Any,
) -> Any:
    """A field: its unit, meaning, bounds (gt, ge, lt, le), slider step, span, reason, source."""
    about: Any = {"unit": unit, "step": step, "span": span, "reason": reason, "source": source}
    given = {} if default is REQUIRED else {"default": default}
    return Field(**given, description=meaning, json_schema_extra=about, **bounds)


def same(record: Any, name: str, default: Any = REQUIRED, **changes: Any) -> Any:
    """A field of another record once more, but for what is given here; no reason, no source."""
    field = record.__pydantic_fields__[name]
    bounds = {
        rule: getattr(bound, rule)
        for bound in field.metadata
        for rule in RULES
        if hasattr(bound, rule)
    }
    about = {key: field.json_schema_extra[key] for key in ("unit", "step", "span")}
    return quantity(default=default, **{"meaning": field.description} | about | bounds | changes)


def _rule(field: Any) -> str:
    """A field's bounds in words: 'in (0, 1]', '> 0'."""
    ends: dict[str, tuple] = {}
    for bound in field.metadata:
        for name, sign in RULES.items():
            if hasattr(bound, name):
                ends["low" if sign[0] == ">" else "high"] = (sign, getattr(bound, name))
    low = ends.get("low")
    high = ends.get("high")
    if low and high:
        opens = "(" if low[0] == ">" else "["
        closes = ")" if high[0] == "<" else "]"
        return f"in {opens}{low[1]:,}, {high[1]:,}".replace(".0,", ",").removesuffix(".0") + closes
    return " and ".join(f"{sign} {value:,}" for sign, value in filter(None, (low, high)))


def _one_line(record: Any, error: ValidationError) -> Exception:
    """The first thing wrong with a record as name, rule and value."""
    problem = error.errors()[0]
    name = str(problem["loc"][0])
    kind = problem["type"]
    value = problem["input"]
    fields = record.__pydantic_fields__
    if kind == "missing":
        return TypeError(f"{record.__name__}.{name} is missing")
    if name not in fields:
        return TypeError(unknown(f"{record.__name__} field", name, fields))
    if kind == "literal_error":
        return ValueError(f"{name} must be {problem['ctx']['expected']}, got {quoted(value)}")
    if kind == "value_error":  # of a field's own reader, which says it all
        return ValueError(str(problem["ctx"]["error"]))
    if kind == "finite_number":
        return ValueError(f"{name} must be finite, got {value}")
    if kind.startswith(("greater_than", "less_than")):
        shown = f"{value:,}" if isinstance(value, (int, float)) else str(value)
        return ValueError(f"{name} must be {_rule(fields[name])}, got {shown}")
    wanted = problem["msg"].removeprefix("Input should be ").removeprefix("a valid ")
    return TypeError(f"{name} must be {wanted}, got {quoted(value)} ({type(value).__name__})")


def unknown(kind: str, name: object, known: Iterable) -> str:
    """The one line for a name that does not exist: the nearest one, then all of them."""
    known = [str(k) for k in known]
    near = difflib.get_close_matches(str(name)[:MAX_SHOWN], known, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"unknown {kind} {quoted(name)}{hint} (known: {', '.join(known)})"


def summary(function: Callable) -> str:
    """The first paragraph of a docstring as one line."""
    return " ".join((inspect.getdoc(function) or "").partition("\n\n")[0].split())


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(quantity, same))
def checked_record(cls: type[T]) -> type[T]:
    """A frozen, keyword-only dataclass checked by pydantic whose errors are one clear line."""
    strict = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
    record: Any = dataclass(frozen=True, kw_only=True, config=strict)(cls)
    checked = record.__init__
    above_0 = {
        name
        for name, f in record.__pydantic_fields__.items()
        if any(getattr(b, "gt", None) == 0 for b in f.metadata)
    }

    @functools.wraps(checked)
    def __init__(self, **values):
        values = {
            name: value if type(value) in PLAIN else _plain(value) for name, value in values.items()
        }
        try:
            checked(self, **values)
        except ValidationError as error:
            raise _one_line(record, error) from None
        for name, value in vars(self).items():
            if (
                isinstance(value, float)
                and not (MIN_SIZE if name in above_0 else 0) <= abs(value) <= MAX_SIZE
            ):
                raise ValueError(
                    f"{name} must be of a size from {MIN_SIZE:g} to {MAX_SIZE:g}, got {value}"
                )

    record.__init__ = __init__
    return record


def _plain(value: Any) -> Any:
    """NumPy's numbers as Python's, so that a field refuses the one where it refuses the other."""
    return next((plain(value) for kind, plain in KINDS if isinstance(value, kind)), value)


def about(record: Any, name: str) -> dict:
    """A field's unit, meaning, slider step, span, reason, source, and bounds in words (`rule`); of
    a record or of its class.
    """
    kind = record if isinstance(record, type) else type(record)
    fields = kind.__pydantic_fields__  # type: ignore[attr-defined]
    if name not in fields:
        raise ValueError(unknown(f"{kind.__name__} field", name, fields))
    field = fields[name]
    return {"meaning": field.description, "rule": _rule(field)} | field.json_schema_extra


@typed
def describe(record: Any) -> pd.DataFrame:
    """A record as a table: one row a field, with value, unit and meaning; of rules, how each is
    known too.
    """
    return table_of(record)


@functools.singledispatch
def table_of(record: Any) -> pd.DataFrame:
    """What `describe` says of a record of a kind; a kind with more to say registers its own."""
    return described(record)


def described(record: Any) -> pd.DataFrame:
    """One row a field, with value, unit and meaning."""
    names = [field.name for field in dataclasses.fields(record) if field.name != "sources"]
    said = {name: about(record, name) for name in names}
    table = {
        "value": [str(getattr(record, name)) for name in names],
        "unit": [said[name]["unit"] for name in names],
        "meaning": [said[name]["meaning"] for name in names],
    }
    return pd.DataFrame(table, index=pd.Index(names, name="field"))
