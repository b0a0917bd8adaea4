"""What a model is, as plain text: by this a folder of results knows its own sweep again."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import hashlib
import inspect
import json
import numbers
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..inputs.checks import quoted

PLAIN = (
    numbers.Number,
    np.generic,
    str,
    bytes,
    dt.date,
    dt.timedelta,
    dt.tzinfo,
    Path,
    type(None),
    type(...),
)
MAX_DEPTH = 50


def fingerprint(model: object) -> str:
    """A SHA-256 of what a model does: name, byte code, constants, defaults, closures, what is bound
    to it, and the functions and constants of its own file that it names.

    What it calls in other files is not looked into, and another release of Python has other byte
    code.

    Raises
    ------
    ValueError
        for an object whose state cannot be read, as of a compiled extension or an open file
    """
    text = json.dumps(_said("model", model, ()), sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def _said(name: str, it: Any, above: tuple[int, ...]) -> Any:
    """A value as nested lists of text; `above` are the ids of what it stands in."""
    if isinstance(it, PLAIN):
        return [type(it).__name__, repr(it)]
    if id(it) in above:
        return ["again", above.index(id(it))]
    if len(above) > MAX_DEPTH:
        raise ValueError(f"{name} must not be nested more than {MAX_DEPTH} deep, got more")
    inner = (*above, id(it))
    if isinstance(it, np.ndarray) and it.dtype.kind != "O":
        return ["array", it.dtype.str, it.shape, hashlib.sha256(it.tobytes()).hexdigest()]
    if isinstance(it, (pd.DataFrame, pd.Series)):
        return _said(name, it.to_dict(), inner)
    if isinstance(it, Mapping):
        pairs = [[_said(name, key, inner), _said(name, it[key], inner)] for key in it]
        return [type(it).__name__, pairs]
    if isinstance(it, (set, frozenset)):
        return [type(it).__name__, sorted(json.dumps(_said(name, part, inner)) for part in it)]
    if isinstance(it, (list, tuple, range)):
        return [type(it).__name__, [_said(name, part, inner) for part in it]]
    if isinstance(it, (types.ModuleType, types.BuiltinFunctionType, np.ufunc)):
        return ["named", getattr(it, "__module__", ""), it.__name__]
    if isinstance(it, types.CodeType):
        return [it.co_code.hex(), it.co_names, _said(name, it.co_consts, inner)]
    return _of_code(name, it, inner)


def _of_code(name: str, it: Any, inner: tuple[int, ...]) -> Any:
    if isinstance(it, functools.partial):
        return ["partial", _said(name, [it.func, it.args, it.keywords], inner)]
    if isinstance(it, types.MethodType):
        return ["method", _said(name, [it.__func__, it.__self__], inner)]
    if hasattr(it, "__wrapped__"):  # as a decorator leaves it: what is behind
        return ["wrapped", _said(name, inspect.unwrap(it), inner)]
    if isinstance(it, types.FunctionType):
        return ["function", it.__module__, it.__qualname__, _said(name, _parts(it), inner)]
    if isinstance(it, type):
        own = {key: part for key, part in vars(it).items() if isinstance(part, types.FunctionType)}
        return ["class", it.__module__, it.__qualname__, _said(name, own, inner)]
    if dataclasses.is_dataclass(it):
        fields = {field.name: getattr(it, field.name) for field in dataclasses.fields(it)}
        return ["record", type(it).__qualname__, _said(name, fields, inner)]
    try:
        state = it.__reduce_ex__(4)  # as pickle would take it apart
    except Exception:
        raise ValueError(
            f"{name} must be a function, or be made of values that can be read, so that its folder "
            f"knows it again, got {quoted(it)} ({type(it).__name__})"
        ) from None
    if isinstance(state, str):
        return ["named", type(it).__module__, state]
    made = [list(part) if isinstance(part, Iterator) else part for part in state[1:]]
    return ["object", _said(name, [type(it), *made], inner)]


def _parts(function: types.FunctionType) -> list:
    """All that decides what a function of Python returns, but for what it calls elsewhere."""
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    named = {}
    for word in sorted(_words(function.__code__)):
        value = function.__globals__.get(word)
        own = getattr(value, "__module__", None) == function.__module__
        if isinstance(value, PLAIN) or (own and inspect.isfunction(value)):
            named[word] = value
    return [function.__code__, function.__defaults__, function.__kwdefaults__, cells, named]


def _words(code: types.CodeType) -> set[str]:
    """Global names in a piece of code and in those inside it."""
    inside = [part for part in code.co_consts if isinstance(part, types.CodeType)]
    return set(code.co_names).union(*map(_words, inside))
