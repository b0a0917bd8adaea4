"""Units and time: rao ↔ TAO, block ↔ date, the lengths of a day and a year."""

from __future__ import annotations

import numbers
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction

import numpy as np

RAO_PER_TAO = 10**9
SECONDS_PER_DAY = 86_400
DAYS_PER_YEAR = 365.25  # a Julian year: 10.5 M blocks of 12 s are 3.9927 of them
BLOCKS_PER_DAY = 7_200  # nominal: one block every 12 s
BN = 1e9  # a billion, of USD
LAST_YEAR = 9_999  # of Python's calendar
MOST_UIDS = 4_096  # slots of the largest subnet there ever was
LEAST, MOST = (
    1e-50,
    1e50,
)  # sizes of what is given: products and ratios of six such numbers stay within floats


def tao(rao):
    """Rao as floating TAO: the border between exact and floating amounts.

    rao : int or integer array, rao
    """
    return rao / RAO_PER_TAO


def rao(amount_tao) -> int:
    """An exact TAO amount as integer rao.

    amount_tao : int, str or Decimal, TAO — at most nine decimals
    Raises TypeError for a float, ValueError for more than nine decimals or no number at all.
    """
    if isinstance(amount_tao, bool) or not isinstance(amount_tao, (numbers.Integral, str, Decimal)):
        kind = type(amount_tao).__name__
        raise TypeError(
            f"amount_tao must be exact (int, str or Decimal), got {amount_tao!r} ({kind})"
        )
    try:
        exact = Fraction(Decimal(str(amount_tao))) * RAO_PER_TAO
    except (InvalidOperation, ValueError, OverflowError):
        raise ValueError(
            f"amount_tao must be a finite decimal number, got {amount_tao!r}"
        ) from None
    if exact.denominator != 1:
        raise ValueError(f"amount_tao must have at most nine decimals, got {amount_tao}")
    return int(exact)


def whole(name: str, value, *, at_least: int = 0) -> int:
    """`value` as a Python int, or one clear line: a float is a TypeError, too small a
    ValueError.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be an integer, got {value!r} ({type(value).__name__})")
    if value < at_least:
        raise ValueError(f"{name} must be >= {at_least}, got {value}")
    return int(value)


def real(name: str, value, bounds: str = "(-inf, inf)") -> float:
    """`value` as a float inside an interval such as "(0, inf)" or "[0, 1]", or one clear line;
    sizes as in `reals`.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number, got {value!r} ({type(value).__name__})")
    try:
        return float(reals(name, float(value), bounds))
    except OverflowError:
        raise ValueError(
            f"{name} must be in {bounds}, got a number of {len(str(value))} digits"
        ) from None


def reals(name: str, values, bounds: str = "(-inf, inf)", *, ndim: int | None = None) -> np.ndarray:
    """`values` as floats, each inside an interval such as "(0, inf)" or "[0, 1]", or one clear
    line.

    ndim : int — axes wanted, none of them empty; by default any shape
    An open end is `MOST` away, and what must be above 0 is `LEAST` or more: what is made of them
    stays a float.
    """
    try:
        array = np.asarray(values)
    except ValueError:
        raise ValueError(f"{name} must have rows of one length, got rows of several") from None
    if array.size and array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold numbers, got {array.dtype}")
    if ndim is not None and (array.ndim != ndim or not array.size):
        shape = "one-dimensional" if ndim == 1 else f"{ndim}-dimensional"
        raise ValueError(f"{name} must be {shape} with at least one entry, got shape {array.shape}")
    low, high = (float(end) for end in bounds[1:-1].split(","))
    least = LEAST if bounds[0] == "(" and low == 0 else max(low, -MOST)
    above = array > low if bounds[0] == "(" and least == low else array >= least
    below = array < high if bounds[-1] == ")" and high <= MOST else array <= min(high, MOST)
    if not (above & below).all():
        wrong = array[~(above & below)].flat[0]
        inside = low < wrong < high
        raise ValueError(
            f"{name} must be "
            f"{f'of a size from {LEAST:g} to {MOST:g}' if inside else f'in {bounds}'}, got {wrong}"
        )
    return array.astype(float)


def square_u16(name: str, given) -> np.ndarray:
    """A subnet's (n, n) matrix of u16 as int64, or one clear line."""
    array = whole_array(name, given, None, most=65_535)
    if array.ndim != 2 or array.shape[0] != array.shape[1] or not 1 <= len(array) <= MOST_UIDS:
        raise ValueError(
            f"{name} must be square with 1 to {MOST_UIDS:,} rows, got shape {array.shape}"
        )
    return array


def permitted_rows(name: str, matrix, permits) -> None:
    """Refuse a row of weights for others from a UID without a permit: no epoch would read it."""
    for uid in np.flatnonzero(~permits):
        if matrix[uid, :uid].any() or matrix[uid, uid + 1 :].any():
            raise ValueError(f"{name} must be 0 in rows without a permit, got weights of UID {uid}")


def whole_array(
    name: str, given, shape, *, kind="integer", least=0, most=(1 << 63) - 1
) -> np.ndarray:
    """`given` as int64 (or bool) of that shape (None: any), or one clear line: floats are a
    TypeError.
    """
    try:
        array = np.asarray(given)
    except ValueError:
        raise ValueError(f"{name} must have rows of one length, got rows of several") from None
    if array.size and array.dtype.kind not in ("b" if kind == "bool" else "iu"):
        raise TypeError(f"{name} must be {kind}, got {array.dtype}")
    if shape is not None and array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, got {array.shape}")
    if array.size and array.dtype.kind in "iu" and array.dtype != np.uint16:
        low, high = array.min(), array.max()
        if low < least or high > most:
            raise ValueError(
                f"{name} must be in [{least}, {most}], got {low if low < least else high}"
            )
    return array if kind == "bool" else array.astype(np.int64)


def utc(when: str | date | datetime) -> datetime:
    """A moment in UTC from a date, a datetime or ISO text; a bare date is its midnight."""
    if isinstance(when, str):
        try:
            when = datetime.fromisoformat(when)
        except ValueError:
            raise ValueError(f"when must be an ISO date such as 2025-12-15, got {when!r}") from None
    if not isinstance(when, date):
        raise TypeError(
            f"when must be a date, a datetime or ISO text, got {when!r} ({type(when).__name__})"
        )
    if not isinstance(when, datetime):
        when = datetime(when.year, when.month, when.day)
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def block_date(block: int, *, from_block: int, from_date, block_time_s: float = 12.0) -> datetime:
    """The moment of a block, counted from a block whose time is known.

    Raises ValueError outside the calendar, the years 1 to 9999.
    """
    block_time_s, start = real("block_time_s", block_time_s, "(0, inf)"), utc(from_date)
    seconds = (block - from_block) * block_time_s
    if not 1 < seconds / SECONDS_PER_DAY / DAYS_PER_YEAR + start.year < LAST_YEAR:
        raise ValueError(f"block must fall between the years 1 and {LAST_YEAR}, got {block}")
    return start + timedelta(seconds=seconds)


def decimal_year(when) -> float:
    """A moment as a year with fraction: 2025-07-02 12:00 is 2025.5."""
    when = utc(when)
    start = datetime(when.year, 1, 1, tzinfo=UTC)
    length = datetime(when.year + 1, 1, 1, tzinfo=UTC) - start
    return when.year + (when - start) / length


def blocks_to_years(blocks, block_time_s: float = 12.0):
    """A number of blocks (or an array of them) in Julian years."""
    return np.multiply(blocks, block_time_s / SECONDS_PER_DAY / DAYS_PER_YEAR)
