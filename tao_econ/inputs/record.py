"""What every frozen record shares: fields that carry their unit, bounds, meaning and source, and
errors of one line.
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
import inspect

from pydantic import ConfigDict, Field, ValidationError
from pydantic.dataclasses import dataclass

from .checks import MAX_SHOWN, MAX_SIZE, MIN_SIZE, quoted

REQUIRED = dataclasses.MISSING
RULES = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}  # bounds of a field, and how they are said


def quantity(
    default=REQUIRED,
    *,
    unit: str,
    meaning: str,
    step=None,
    span=None,
    reason=None,
    source=None,
    **bounds,
):
    """A field of a record: its unit and meaning, bounds (gt, ge, lt, le), slider step and span,
    reason and source.
    """
    about = {"unit": unit, "step": step, "span": span, "reason": reason, "source": source}
    given = {} if default is REQUIRED else {"default": default}
    return Field(**given, description=meaning, json_schema_extra=about, **bounds)


def same(record: type, name: str, default=REQUIRED, **changes):
    """A field of another record once more: its unit, meaning, bounds, step and span, but for
    what is given here.
    """
    field = record.__pydantic_fields__[name]
    bounds = {
        rule: getattr(bound, rule)
        for bound in field.metadata
        for rule in RULES
        if hasattr(bound, rule)
    }
    about = {key: field.json_schema_extra[key] for key in ("unit", "step", "span")}
    return quantity(default, **{"meaning": field.description} | about | bounds | changes)


def _rule(field) -> str:
    """A field's bounds in words: 'in (0, 1]', '> 0'."""
    low = high = None
    for bound in field.metadata:
        for name, sign in RULES.items():
            if hasattr(bound, name):
                low, high = (
                    ((sign, getattr(bound, name)), high)
                    if name[0] == "g"
                    else (low, (sign, getattr(bound, name)))
                )
    if low and high:
        opens, closes = "(" if low[0] == ">" else "[", ")" if high[0] == "<" else "]"
        return f"in {opens}{low[1]:,}, {high[1]:,}{closes}"
    return " and ".join(f"{sign} {value:,}" for sign, value in filter(None, (low, high)))


def _one_line(record: type, error: ValidationError) -> Exception:
    """The first thing wrong with a record as name, rule and value."""
    problem = error.errors()[0]
    name, kind, value = str(problem["loc"][0]), problem["type"], problem["input"]
    fields = record.__pydantic_fields__
    if kind == "missing":
        return TypeError(f"{record.__name__}.{name} is missing")
    if name not in fields:
        return TypeError(unknown(f"{record.__name__} field", name, fields))
    if kind == "literal_error":
        return ValueError(f"{name} must be {problem['ctx']['expected']}, got {quoted(value)}")
    if kind == "finite_number":
        return ValueError(f"{name} must be finite, got {value}")
    if kind.startswith(("greater_than", "less_than")):
        shown = f"{value:,}" if isinstance(value, (int, float)) else str(value)
        return ValueError(f"{name} must be {_rule(fields[name])}, got {shown}")
    wanted = problem["msg"].removeprefix("Input should be ").removeprefix("a valid ")
    return TypeError(f"{name} must be {wanted}, got {quoted(value)} ({type(value).__name__})")


def unknown(kind: str, name, known) -> str:
    """The one line for a name that does not exist: the nearest one, then all of them."""
    known = [str(k) for k in known]
    near = difflib.get_close_matches(str(name)[:MAX_SHOWN], known, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"unknown {kind} {quoted(name)}{hint} (known: {', '.join(known)})"


def summary(function) -> str:
    """The first paragraph of a docstring as one line."""
    return " ".join(inspect.getdoc(function).partition("\n\n")[0].split())


def checked_record(cls):
    """A frozen, keyword-only dataclass checked by pydantic whose errors are one clear line."""
    cls = dataclass(
        frozen=True,
        kw_only=True,
        config=ConfigDict(strict=True, extra="forbid", allow_inf_nan=False),
    )(cls)
    checked = cls.__init__
    above_0 = {
        name
        for name, f in cls.__pydantic_fields__.items()
        if any(getattr(b, "gt", None) == 0 for b in f.metadata)
    }

    @functools.wraps(checked)
    def __init__(self, **values):
        try:
            checked(self, **values)
        except ValidationError as error:
            raise _one_line(cls, error) from None
        for name, value in vars(self).items():
            if (
                isinstance(value, float)
                and not (MIN_SIZE if name in above_0 else 0) <= abs(value) <= MAX_SIZE
            ):
                raise ValueError(
                    f"{name} must be of a size from {MIN_SIZE:g} to {MAX_SIZE:g}, got {value}"
                )

    cls.__init__ = __init__
    return cls


def about(record, name: str) -> dict:
    """One field's unit, meaning, step, span of a slider, reason and source, with its bounds in
    words (`rule`).
    """
    fields = type(record).__pydantic_fields__
    if name not in fields:
        raise ValueError(unknown(f"{type(record).__name__} field", name, fields))
    field = fields[name]
    return {"meaning": field.description, "rule": _rule(field)} | field.json_schema_extra


def describe(record):
    """A record as a table: one row a field, with value, unit and meaning."""
    import pandas as pd

    rows = [
        (f.name, getattr(record, f.name), about(record, f.name)) for f in dataclasses.fields(record)
    ]
    table = pd.DataFrame(
        [
            (name, str(value), text["unit"], text["meaning"])
            for name, value, text in rows
            if name != "sources"
        ],
        columns=["field", "value", "unit", "meaning"],
    )
    return table.set_index("field")
