"""The door of every public function: each argument comes out in the one type that its annotation
names, or is refused in one line. Bounds that depend on meaning are the function's own.
"""

from __future__ import annotations

import functools
import inspect
import numbers
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from .checks import MAX_INT64, MAX_U64, as_array, as_floats, flag, quoted, real, record, whole
from .units import LAST_YEAR, utc

P = ParamSpec("P")
R = TypeVar("R")
Taker = Callable[[str, Any], Any]

MAX_ENTRIES = 1_000_000  # of a sequence that is walked in Python
ANYTHING = {"Any", "object", "Executor"}
ReadOnly = ArrayLike  # for an array that is read and not kept, so that it need not be copied
ARRAYS = {"ArrayLike", "np.ndarray", "ReadOnly"}
DATES = {"date", "datetime", "dt.date", "dt.datetime", "Date"}
SEQUENCES = ("Iterable", "Sequence", "Collection", "tuple")


def typed(function: Callable[P, R]) -> Callable[P, R]:
    """The function with each argument checked and converted by its annotation."""
    parameters = inspect.signature(function).parameters.values()
    annotated = {
        p.name: p.annotation
        for p in parameters
        if p.kind is not p.VAR_KEYWORD and isinstance(p.annotation, str)
    }

    @functools.cache  # at the first call, when the names of the whole file are known
    def takers() -> dict[str, Taker]:
        return {name: taker(kind, function.__globals__) for name, kind in annotated.items()}

    @functools.wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        by_name: Any = takers()
        given: Any = [
            take(name, value) for (name, take), value in zip(by_name.items(), args, strict=False)
        ]
        named: Any = {
            name: by_name[name](name, value) if name in by_name else value
            for name, value in kwargs.items()
        }
        rest: Any = args[len(given) :]  # too many: Python's own line
        return function(*given, *rest, **named)

    return checked


def taker(annotation: str, names: dict[str, Any]) -> Taker:
    """What checks and converts a value of an annotation, whose words are looked up in `names`."""
    parts = _split(annotation, "|")
    kinds = [part for part in parts if part != "None"]
    take = _alternatives(kinds, names)
    if "None" not in parts:
        return take
    return lambda name, value: None if value is None else take(name, value)


def _alternatives(kinds: list[str], names: dict[str, Any]) -> Taker:
    if set(kinds) & DATES:
        return _moment if "int" not in kinds else _moment_or_block
    if set(kinds) == {"str", "Path"}:
        return _path
    arrays = [kind for kind in kinds if kind in ARRAYS]
    others = [kind for kind in kinds if kind not in {*ARRAYS, *(["float"] if arrays else [])}]
    takes: list[Taker] = [_one(kind, names) for kind in others]
    if arrays:
        takes.append(_read if "ReadOnly" in arrays else _numbers)
    if len(takes) == 1:
        return takes[0]

    def either(name: str, value: Any) -> Any:
        for take in takes:
            if isinstance(value, getattr(take, "kind", ())):
                return take(name, value)
        for take in takes[:-1]:
            try:
                return take(name, value)
            except TypeError:
                continue
        return takes[-1](name, value)

    return either


def _one(kind: str, names: dict[str, Any]) -> Taker:
    simple: dict[str, Taker] = {
        "int": _integer,
        "U64": _u64,
        "float": real,
        "bool": flag,
        "str": _text,
        "Fraction": _fraction,
    }
    if kind in simple:
        return simple[kind]
    if kind in ANYTHING:
        return _as_given
    head, _, inside = kind.partition("[")
    if head in SEQUENCES:
        return _sequence(head, _split(inside.removesuffix("]"), ","), names)
    if head == "Callable":
        return _function
    if head == "Mapping":
        return _mapping
    known = eval(head, names)
    if not isinstance(known, type):
        return _as_given
    checked = getattr(known, "verified", None)
    if checked is None and hasattr(known, "_field_defaults"):
        checked = _each_field(known)

    def recorded(name: str, value: Any) -> Any:
        record(name, value, known)
        return value if checked is None else checked(value)

    recorded.kind = known  # type: ignore[attr-defined]  # of several, the one it is
    return recorded


def _each_field(known: type) -> Callable[[Any], Any]:
    """Checks a named tuple anew by its annotations: `_replace` of a user has checked nothing."""
    names = vars(sys.modules[known.__module__])
    kinds = {
        field: getattr(kind, "__forward_arg__", kind)
        for field, kind in known.__annotations__.items()
    }
    takers = {
        field: _finite if kind in ARRAYS else taker(kind, names)
        for field, kind in kinds.items()
        if isinstance(kind, str)
    }

    def again(value: Any) -> Any:
        return value._replace(
            **{field: take(field, getattr(value, field)) for field, take in takers.items()}
        )

    return again


def _finite(name: str, value: Any) -> np.ndarray:
    array = as_array(name, value)
    if array.size and array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold numbers, got {array.dtype}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got {array[~np.isfinite(array)].flat[0]}")
    return array


def _split(text: str, mark: str) -> list[str]:
    """Parts of an annotation between marks that stand in no bracket."""
    parts = [""]
    depth = 0
    for letter in text:
        depth += (letter == "[") - (letter == "]")
        if letter == mark and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts if part.strip()]


def _sequence(head: str, inside: list[str], names: dict[str, Any]) -> Taker:
    takes = [taker(kind, names) for kind in inside if kind != "..."]
    pair = head == "tuple" and len(takes) > 1

    def entries(name: str, value: Any) -> tuple:
        if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
            raise TypeError(
                f"{name} must be a sequence, got {quoted(value)} ({type(value).__name__})"
            )
        if isinstance(value, np.ndarray) and value.ndim != 1:
            raise ValueError(f"{name} must be one-dimensional, got shape {value.shape}")
        listed = tuple(islice(value, MAX_ENTRIES + 1))
        if len(listed) > MAX_ENTRIES:
            raise ValueError(f"{name} must have at most {MAX_ENTRIES:,} entries, got more")
        if pair and len(listed) != len(takes):
            raise ValueError(f"{name} must have {len(takes)} entries, got {quoted(value)}")
        each = takes if pair else takes * len(listed)
        said = f"an entry of {name}"
        return tuple(take(said, entry) for take, entry in zip(each, listed, strict=True))

    return entries


def _as_given(name: str, value: Any) -> Any:
    return value


def _integer(name: str, value: Any) -> int:
    return whole(name, value, at_least=-MAX_INT64, at_most=MAX_INT64)


def _u64(name: str, value: Any) -> int:
    return whole(name, value, at_most=MAX_U64)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be text, got {quoted(value)} ({type(value).__name__})")
    return str(value)


def _fraction(name: str, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, numbers.Rational):
        raise TypeError(f"{name} must be a Fraction, got {quoted(value)} ({type(value).__name__})")
    return value


def _function(name: str, value: Any) -> Callable:
    if not callable(value):
        raise TypeError(f"{name} must be a function, got {quoted(value)} ({type(value).__name__})")
    return value


def _mapping(name: str, value: Any) -> Mapping:
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a mapping, got {quoted(value)} ({type(value).__name__})")
    return value


def _path(name: str, value: Any) -> Any:
    if not isinstance(value, (str, os.PathLike)):
        raise TypeError(f"{name} must be a path, got {quoted(value)} ({type(value).__name__})")
    return value


def _moment(name: str, value: Any) -> Any:
    moment = utc(value, name=name)
    if not 1 < moment.year < LAST_YEAR:
        raise ValueError(f"{name} must fall between the years 1 and {LAST_YEAR}, got {value}")
    return value


def _moment_or_block(name: str, value: Any) -> Any:
    if isinstance(value, numbers.Integral):
        return _integer(name, value)
    if isinstance(value, str):  # or a name
        return value
    return _moment(name, value)


def _read(name: str, value: Any) -> Any:
    """The same, but an array that already is as it should be comes as it is."""
    ready = type(value) is np.ndarray and value.dtype == np.float64 and value.flags.carray
    return as_array(name, value) if ready and value.ndim else _numbers(name, value)


def _numbers(name: str, value: Any) -> Any:
    """Numbers or flags: a Python number stays one, an array comes as float64, integers or bool."""
    if isinstance(value, (bool, int, float)) and not isinstance(value, np.generic):
        return value
    array = as_array(name, value)
    if array.size and array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold numbers, got {array.dtype}")
    if array.dtype.kind == "f":
        array = as_floats(array)
    elif not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    return array if array.ndim else array.item()
