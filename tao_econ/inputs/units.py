"""Units and time: rao ↔ TAO, block ↔ date, the lengths of a day and a year."""

from __future__ import annotations

import numbers
from calendar import isleap
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TypeVar

import numpy as np

from .checks import quoted, real

Numbers = TypeVar("Numbers", float, np.ndarray)  # what is given alone comes back alone
# below these, sums of two fit the chain's and NumPy's 64 bits
MAX_BLOCK = 1 << 62
MAX_RAO = 1 << 63
U64 = int  # any counter of the chain, up to 2^64 - 1: what `door.typed` lets this word mean
RAO_PER_TAO = 10**9
SECONDS_PER_DAY = 86_400
DAYS_PER_YEAR = 365.25  # a Julian year: 10.5 M blocks of 12 s are 3.9927 of them
BLOCKS_PER_DAY = 7_200  # nominal: one block every 12 s
BN = 1e9  # a billion, of USD
LAST_YEAR = 9_999  # of Python's calendar


def tao(rao: Numbers) -> Numbers:
    """`rao`, a number or an array, as floating TAO: the border of exact and floating amounts."""
    return rao / RAO_PER_TAO


def rao(amount_tao: int | str | Decimal) -> int:
    """An exact `amount_tao`, with at most nine decimals, as integer rao.

    Raises
    ------
    TypeError
        for a float
    ValueError
        for more than nine decimals, or no number at all
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


def utc(when: str | date | datetime, *, name: str = "when") -> datetime:
    """A moment in UTC `when` is a date, a datetime or ISO text; a bare date is its midnight.

    An error calls it `name`.
    """
    given = quoted(when)
    if isinstance(when, str):
        try:
            when = datetime.fromisoformat(when)
        except ValueError:
            raise ValueError(
                f"{name} must be an ISO date such as 2025-12-15, got {given}"
            ) from None
    if not isinstance(when, date) or when != when:  # pandas' NaT is a datetime that equals nothing
        raise TypeError(
            f"{name} must be a date, a datetime or ISO text, got {given} ({type(when).__name__})"
        )
    if not isinstance(when, datetime):
        when = datetime(when.year, when.month, when.day)
    try:
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except OverflowError:
        raise ValueError(
            f"{name} must fall between the years 1 and {LAST_YEAR} in UTC, got {given}"
        ) from None


def block_date(
    block: int, *, from_block: int, from_date: str | date | datetime, block_time_s: float = 12.0
) -> datetime:
    """The moment of `block`, counted from `from_block`, which was at `from_date`.

    Raises
    ------
    ValueError
        outside the calendar, the years 1 to 9999
    """
    block_time_s = real("block_time_s", block_time_s, "(0, inf)")
    start = utc(from_date)
    seconds = (block - from_block) * block_time_s
    if not 1 < seconds / SECONDS_PER_DAY / DAYS_PER_YEAR + start.year < LAST_YEAR:
        raise ValueError(f"block must fall between the years 1 and {LAST_YEAR}, got {block}")
    return start + timedelta(seconds=seconds)


def decimal_year(when: str | date | datetime) -> float:
    """The moment `when` as a year with fraction: 2025-07-02 12:00 is 2025.5."""
    when = utc(when)
    start = datetime(when.year, 1, 1, tzinfo=UTC)
    days = 366 if isleap(when.year) else 365
    return when.year + (when - start) / timedelta(days=days)


def blocks_to_years(blocks: Numbers, block_time_s: float = 12.0) -> Numbers:
    """`blocks` of `block_time_s` seconds, a number or an array, in Julian years."""
    return np.multiply(blocks, block_time_s / SECONDS_PER_DAY / DAYS_PER_YEAR)
