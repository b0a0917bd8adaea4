"""Argument checks: each returns what it was given in the form models use, or raises one clear
line of name, rule and value.
"""

from __future__ import annotations

import functools
import math
import numbers
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

MAX_UIDS = 4_096  # slots of the largest subnet there ever was
# sizes of what is given: products and ratios of six such numbers stay within floats
MIN_SIZE = 1e-50
MAX_SIZE = 1e50
MAX_INT64 = (1 << 63) - 1
MAX_U64 = (1 << 64) - 1  # the chain's counters go that far, no kernel of ours does
MAX_SHOWN = 60  # characters of a value in a message
MAX_PARTS = 1_000  # of a list that is shown at all
MAX_BYTES = 4 << 30  # that one call may take, unless its own bound is narrower
ORDER = ("Rules", "Snapshot", "Scenario")  # of a function's first arguments


def quoted(value: object) -> str:
    """A value as it would be typed, on one line, cut where nobody would read on."""
    if isinstance(value, numbers.Integral) and int(value).bit_length() > 4 * MAX_SHOWN:
        return f"a whole number of {int(value).bit_length():,} bits"
    if getattr(value, "size", 0) > MAX_PARTS:
        return f"an array of shape {getattr(value, 'shape', '')}"
    if isinstance(value, (list, tuple, set, frozenset, dict, range)) and len(value) > MAX_PARTS:
        return f"a {type(value).__name__} of {len(value):,}"
    if isinstance(value, (str, bytes)) and len(value) > 10 * MAX_SHOWN:
        return f"{value[:MAX_SHOWN]!r}… of {len(value):,} characters"
    try:
        text = " ".join(repr(value).split())
    except Exception:  # whatever a stranger's __repr__ raises
        return f"a {type(value).__name__}"
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}… of {len(text):,} characters"


def whole(name: str, value: int, *, at_least: int = 0, at_most: int | None = None) -> int:
    """A whole number as a Python int.

    Raises
    ------
    TypeError
        for a float, a bool or text
    ValueError
        for less than `at_least` or more than `at_most`
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be an integer, got {quoted(value)} ({type(value).__name__})")
    value = int(value)
    if value < at_least:
        raise ValueError(f"{name} must be >= {at_least}, got {quoted(value)}")
    if at_most is not None and value > at_most:
        raise ValueError(f"{name} must be at most {at_most:,}, got {quoted(value)}")
    return value


def fits(name: str, *shape: int) -> None:
    """Refuse a size before anything is allocated: numbers of that shape must fit in `MAX_BYTES`."""
    if 8 * math.prod(shape) > MAX_BYTES:
        rest = math.prod(shape[1:])
        rule = f"at most {MAX_BYTES // (8 * rest):,}, for {MAX_BYTES >> 30} GiB of memory"
        raise ValueError(f"{name} must be {rule}, got {quoted(shape[0])}")


def flag(name: str, value: bool) -> bool:
    """True or False as a Python bool; a TypeError for anything that only counts as one."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    raise TypeError(f"{name} must be True or False, got {quoted(value)} ({type(value).__name__})")


def real(name: str, value: float, bounds: str = "(-inf, inf)") -> float:
    """A number inside an interval such as "(0, inf)" or "[0, 1]" as a float; sizes as in `reals`.

    Raises
    ------
    TypeError
        for what is no number
    ValueError
        outside `bounds`
    """
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number, got {quoted(value)} ({type(value).__name__})")
    try:
        number = float(value)
    except OverflowError:
        raise ValueError(f"{name} must be in {bounds}, got {quoted(value)}") from None
    if not _inside(number, bounds):
        raise _outside(name, number, bounds)
    return number


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
        for another shape, masked values, or a number outside `bounds`
    """
    array = as_array(name, values)
    if array.size and array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold numbers, got {array.dtype}")
    if ndim is not None and (array.ndim != ndim or not array.size):
        wanted = "one-dimensional" if ndim == 1 else f"{ndim}-dimensional"
        raise ValueError(
            f"{name} must be {wanted} with at least one entry, got shape {array.shape}"
        )
    if shape is not None:
        _shaped(name, array, shape, each)
    # before anything is compared: in float32, 1e50 would be infinite and 1e-50 zero
    array = as_floats(array)
    inside = _inside(array, bounds)
    if not inside.all():
        raise _outside(name, float(array[~inside].flat[0]), bounds)
    return array


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
    """A matrix of float64, not copied if it lies row by row: there may be gigabytes of it.

    Raises
    ------
    TypeError
        for another type of number
    ValueError
        for another number of axes, which the message calls `axes`, or an empty one
    """
    array = as_array(name, values)
    if array.dtype != np.float64:
        raise TypeError(f"{name} must be float64, got {array.dtype}")
    if array.ndim != 2 or not array.size:
        raise ValueError(
            f"{name} must have shape ({axes}) with at least one each, got shape {array.shape}"
        )
    return np.require(
        array, requirements=["C", "W"]
    )  # of another layout, a kernel would compile anew


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
    array = as_array(name, values)
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
    return array.astype(bool if kind == "bool" else np.int64, order="C")


def square_u16(name: str, values: ArrayLike) -> np.ndarray:
    """A subnet's (n, n) matrix of u16 as int64; errors as in `whole_array`."""
    array = whole_array(name, values, None, most=65_535)
    if array.ndim != 2 or array.shape[0] != array.shape[1] or not 1 <= len(array) <= MAX_UIDS:
        raise ValueError(
            f"{name} must be square with 1 to {MAX_UIDS:,} rows, got shape {array.shape}"
        )
    return array


def once(name: str, places: dict) -> None:
    """Refuse two settings of one place, of which the second would win without a word."""
    seen: dict = {}
    for setting, place in places.items():
        if place in seen:
            raise ValueError(
                f"{name} must set a field once, got {quoted(seen[place])} and {quoted(setting)}"
            )
        seen[place] = setting


def together(**arrays: np.ndarray) -> None:
    """Refuse arrays whose shapes do not broadcast, named together."""
    try:
        np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError:
        *most, last = arrays
        shapes = " and ".join(str(array.shape) for array in arrays.values())
        names = f"{', '.join(most)} and {last}"
        raise ValueError(f"{names} must have shapes that go together, got {shapes}") from None


def permitted_rows(name: str, matrix: np.ndarray, permits: np.ndarray, uids: np.ndarray) -> None:
    """Refuse a row of weights for others from a UID without a permit: no epoch would read it."""
    for row, uid in enumerate(uids):
        if not permits[uid] and (matrix[row, :uid].any() or matrix[row, uid + 1 :].any()):
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


def as_array(name: str, values: ArrayLike) -> np.ndarray:
    """Anything array-like as an array, not copied; what has masked values, rows of several lengths
    or more than `MAX_BYTES` is refused.
    """
    if isinstance(values, np.ma.MaskedArray):
        raise ValueError(f"{name} must have no masked values, got a masked array")
    try:
        array = np.asarray(values)
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise ValueError(f"{name} must have rows of one length, got rows of several") from None
    if 8 * array.size > MAX_BYTES:
        raise ValueError(
            f"{name} must hold at most {MAX_BYTES // 8:,} numbers, for {MAX_BYTES >> 30} GiB, got "
            f"{array.size:,}"
        )
    return array


def as_floats(array: np.ndarray) -> np.ndarray:
    """A copy in float64, row by row; what is beyond floats (of a longer type) is infinite."""
    with np.errstate(over="ignore"):
        return array.astype(float, order="C")


@functools.cache
def _ends(bounds: str) -> tuple[float, float, float]:
    """Low and high end of an interval, and the least number that counts as inside."""
    low, high = (float(end) for end in bounds[1:-1].split(","))
    return low, high, MIN_SIZE if bounds[0] == "(" and low == 0 else max(low, -MAX_SIZE)


def _inside(x: Any, bounds: str) -> Any:
    """Whether a float is inside, or each of an array."""
    low, high, least = _ends(bounds)
    above = x > low if bounds[0] == "(" and least == low else x >= least
    below = x < high if bounds[-1] == ")" and high <= MAX_SIZE else x <= min(high, MAX_SIZE)
    return above & below


def _outside(name: str, wrong: float, bounds: str) -> ValueError:
    low, high, _ = _ends(bounds)
    sizes = f"of a size from {MIN_SIZE:g} to {MAX_SIZE:g}"
    return ValueError(
        f"{name} must be {sizes if low < wrong < high else f'in {bounds}'}, got {wrong}"
    )


def _shaped(name: str, array: np.ndarray, shape: tuple[int, ...], each: str = "") -> None:
    if array.shape == shape:
        return
    if each:
        rule = f"one entry a {each} ({shape[0]:,})"
        raise ValueError(f"{name} must have {rule}, got shape {array.shape}")
    raise ValueError(f"{name} must have shape {shape}, got {array.shape}")
