"""Argument checks: each returns what it was given in the form models use, or raises one clear
line of name, rule and value.
"""

from __future__ import annotations

import functools
import inspect
import numbers
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import numpy as np
from numpy.typing import ArrayLike

MAX_UIDS = 4_096  # slots of the largest subnet there ever was
# sizes of what is given: products and ratios of six such numbers stay within floats
MIN_SIZE = 1e-50
MAX_SIZE = 1e50
MAX_INT64 = (1 << 63) - 1
MAX_SHOWN = 100  # characters of a value in a message
ORDER = ("Rules", "Snapshot", "Scenario")  # of a function's first arguments

P = ParamSpec("P")
R = TypeVar("R")


def quoted(value: object) -> str:
    """A value as it would be typed, cut where nobody would read on."""
    text = repr(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}… of {len(text):,} characters"


def whole(name: str, value: int, *, at_least: int = 0) -> int:
    """A whole number as a Python int.

    Raises
    ------
    TypeError
        for a float, a bool or text
    ValueError
        for less than `at_least`
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be an integer, got {value!r} ({type(value).__name__})")
    if value < at_least:
        raise ValueError(f"{name} must be >= {at_least}, got {value}")
    return int(value)


def real(name: str, value: float, bounds: str = "(-inf, inf)") -> float:
    """A number inside an interval such as "(0, inf)" or "[0, 1]" as a float; sizes as in `reals`.

    Raises
    ------
    TypeError
        for what is no number
    ValueError
        outside `bounds`
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number, got {value!r} ({type(value).__name__})")
    try:
        return float(reals(name, float(value), bounds))
    except OverflowError:
        raise ValueError(
            f"{name} must be in {bounds}, got a number of {len(str(value))} digits"
        ) from None


def reals(
    name: str,
    values: ArrayLike,
    bounds: str = "(-inf, inf)",
    *,
    ndim: int | None = None,
    shape: tuple[int, ...] | None = None,
    each: str = "",
) -> np.ndarray:
    """Numbers inside an interval such as "(0, inf)" or "[0, 1]" as an array of floats, a copy.

    An open end is `MAX_SIZE` away, and what must be above 0 is `MIN_SIZE` or more: what is made of
    them stays a float.

    Parameters
    ----------
    name
        the argument, as the error shows it
    ndim
        axes wanted, none of them empty; any by default
    shape
        shape wanted
    each
        what one entry stands for, where the shape is one entry for each: "wallet"

    Raises
    ------
    TypeError
        for what holds no numbers
    ValueError
        for another shape, or a number outside `bounds`
    """
    array = _array(name, values)
    if array.size and array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold numbers, got {array.dtype}")
    if ndim is not None and (array.ndim != ndim or not array.size):
        wanted = "one-dimensional" if ndim == 1 else f"{ndim}-dimensional"
        raise ValueError(
            f"{name} must be {wanted} with at least one entry, got shape {array.shape}"
        )
    if shape is not None:
        _shaped(name, array, shape, each)
    low, high = (float(end) for end in bounds[1:-1].split(","))
    least = MIN_SIZE if bounds[0] == "(" and low == 0 else max(low, -MAX_SIZE)
    above = array > low if bounds[0] == "(" and least == low else array >= least
    below = array < high if bounds[-1] == ")" and high <= MAX_SIZE else array <= min(high, MAX_SIZE)
    if not (above & below).all():
        wrong = array[~(above & below)].flat[0]
        sizes = f"of a size from {MIN_SIZE:g} to {MAX_SIZE:g}"
        rule = sizes if low < wrong < high else f"in {bounds}"
        raise ValueError(f"{name} must be {rule}, got {wrong}")
    return array.astype(float)


def amounts(
    name: str, values: ArrayLike, *, shape: tuple[int, ...] | None = None, each: str = ""
) -> np.ndarray:
    """(n,) amounts of at least 0 that are not all 0; arguments and errors as in `reals`."""
    array = reals(name, values, "[0, inf)", ndim=1, shape=shape, each=each)
    total = array.sum()
    if total <= 0:
        raise ValueError(f"{name} must have a positive sum, got {total:g}")
    return array


def draws(name: str, values: ArrayLike) -> np.ndarray:
    """(n, …) independent draws, at least two: one alone has no scatter. Errors as in `reals`."""
    array = reals(name, values)
    if array.ndim == 0 or len(array) < 2:
        raise ValueError(f"{name} must hold at least two draws, got shape {array.shape}")
    return array


def float_matrix(name: str, values: np.ndarray, axes: str) -> np.ndarray:
    """A matrix of float64 as it is, not copied: there may be gigabytes of it.

    Raises
    ------
    TypeError
        for another type of number
    ValueError
        for another number of axes, which the message calls `axes`, or an empty one
    """
    array = np.asarray(values)
    if array.dtype != np.float64:
        raise TypeError(f"{name} must be float64, got {array.dtype}")
    if array.ndim != 2 or not array.size:
        raise ValueError(
            f"{name} must have shape ({axes}) with at least one each, got shape {array.shape}"
        )
    return array


def whole_array(
    name: str,
    values: ArrayLike,
    shape: tuple[int, ...] | None,
    *,
    kind: str = "integer",
    least: int = 0,
    most: int = MAX_INT64,
) -> np.ndarray:
    """Whole numbers in [least, most] as int64 (or, of `kind` "bool", flags); any shape for None.

    Raises
    ------
    TypeError
        for floats or text
    ValueError
        for another shape, or a number outside the bounds
    """
    array = _array(name, values)
    if array.size and array.dtype.kind not in ("b" if kind == "bool" else "iu"):
        raise TypeError(f"{name} must be {kind}, got {array.dtype}")
    if shape is not None:
        _shaped(name, array, shape)
    if array.size and array.dtype.kind in "iu" and array.dtype != np.uint16:
        low = array.min()
        high = array.max()
        if low < least or high > most:
            wrong = low if low < least else high
            raise ValueError(f"{name} must be in [{least}, {most}], got {wrong}")
    return array if kind == "bool" else array.astype(np.int64)


def square_u16(name: str, values: ArrayLike) -> np.ndarray:
    """A subnet's (n, n) matrix of u16 as int64; errors as in `whole_array`."""
    array = whole_array(name, values, None, most=65_535)
    if array.ndim != 2 or array.shape[0] != array.shape[1] or not 1 <= len(array) <= MAX_UIDS:
        raise ValueError(
            f"{name} must be square with 1 to {MAX_UIDS:,} rows, got shape {array.shape}"
        )
    return array


def permitted_rows(name: str, matrix: np.ndarray, permits: np.ndarray) -> None:
    """Refuse a row of weights for others from a UID without a permit: no epoch would read it."""
    for uid in np.flatnonzero(~permits):
        if matrix[uid, :uid].any() or matrix[uid, uid + 1 :].any():
            raise ValueError(f"{name} must be 0 in rows without a permit, got weights of UID {uid}")


def record(name: str, value: object, kind: type) -> None:
    """Refuse what is no record of that kind, with the order of arguments if two may be swapped."""
    if isinstance(value, kind):
        return
    got = type(value).__name__
    if got not in ORDER:
        raise TypeError(f"{name} must be {kind.__name__}, got {quoted(value)} ({got})")
    order = "; the order is (rules, snapshot, scenario)" if kind.__name__ in ORDER else ""
    label = quoted(getattr(value, "name", ""))
    raise TypeError(f"{name} must be {kind.__name__}, got {got} {label}{order}")


def takes_records(function: Callable[P, R]) -> Callable[P, R]:
    """The function with `record` at its door for each Rules, Snapshot or Scenario it takes."""
    wanted = []
    for position, parameter in enumerate(inspect.signature(function).parameters.values()):
        annotation = getattr(parameter.annotation, "__name__", parameter.annotation)
        if annotation in ORDER:
            wanted.append((position, parameter.name, function.__globals__[annotation]))

    @functools.wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        for position, name, kind in wanted:
            if position < len(args):
                value = args[position]
            elif name in kwargs:
                value = kwargs[name]
            else:
                continue  # its default, or Python's own line for what is missing
            if not isinstance(value, kind):
                record(name, value, kind)
        return function(*args, **kwargs)

    return checked


def _array(name: str, values: ArrayLike) -> np.ndarray:
    try:
        return np.asarray(values)
    except ValueError:
        raise ValueError(f"{name} must have rows of one length, got rows of several") from None


def _shaped(name: str, array: np.ndarray, shape: tuple[int, ...], each: str = "") -> None:
    if array.shape == shape:
        return
    if each:
        rule = f"one entry a {each} ({shape[0]:,})"
        raise ValueError(f"{name} must have {rule}, got shape {array.shape}")
    raise ValueError(f"{name} must have shape {shape}, got {array.shape}")
