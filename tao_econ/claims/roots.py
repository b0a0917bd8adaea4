"""The nearest value of one input at which a verdict is another one, by root finding."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

from .rule import World

DATE = "date"
STEPS = 6  # looked at on either side, before the root is found
HALVINGS = 14


class Input(NamedTuple):
    """Something that can be moved."""

    name: str
    unit: str
    value: float
    low: float
    high: float
    put: Callable[[float], World]  # the world with another value


class Flip(NamedTuple):
    """The smallest change found that turns a verdict."""

    name: str
    unit: str
    value: float  # from which on the verdict is another one; NaN for a yes or no turned round
    above: bool  # whether it turns at higher values
    verdict: str  # what it becomes
    distance: float  # as a part of the documented range; 1 for a yes or no

    def __str__(self) -> str:
        if math.isnan(self.value):
            return f"{self.name}: {self.verdict}"
        if self.unit == DATE:
            side = "after" if self.above else "before"
            day = dt.date.fromordinal(round(self.value))
            return f"{self.name} {side} {day}: {self.verdict}"
        side = "above" if self.above else "below"
        amount = f"{_amount(self.value)}{'' if self.unit == '%' else ' '}{self.unit}".strip()
        return f"{self.name} {side} {amount}: {self.verdict}"


def _amount(value: float) -> str:
    for size, name in ((1e9, " bn"), (1e6, " M")):
        if abs(value) >= size:
            return f"{value / size:.3g}{name}"
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"


def nearest(
    one: Input,
    start: str,
    at: Callable[[float], str | None],
    *,
    side: Callable[[float], int] | None = None,
    within: float = math.inf,
    steps: int = STEPS,
    halvings: int = HALVINGS,
) -> Flip | None:
    """The nearest value at which a verdict is another one, by halving the step in which it turns.

    Parameters
    ----------
    one : Input
    start : str
        The verdict as it stands.
    at : callable
        The verdict at another value; None where a record refuses it.
    side : callable, optional
        The sign of what is measured less what is stated: where it changes within a step, the two
        are equal in between, which a step may jump over.
    within : float
        Changes above this part of the range are not looked for.
    steps : int
        On either side, on the way to its end; fewer where less of the way is looked at.
    halvings : int
        Of the step in which it turns.

    Returns
    -------
    Flip or None
    """
    best = None
    span = one.high - one.low
    for way, end in ((-1, one.low), (1, one.high)):
        whole = way * (end - one.value)
        reach = min(whole, within * span)  # what is farther is not the nearest
        if reach <= 0:
            continue
        last = one.value
        looks = math.ceil(steps * (reach / whole))
        for value in _path(one.value, one.value + way * reach, looks):
            turned = value
            if at(value) in (None, start) and side is not None and side(last) != side(value):
                turned = _crossing(last, value, side, halvings)
            if at(turned) not in (None, start):
                left = within * span - abs(last - one.value)
                _, found = _halved(
                    last, turned, lambda new: at(new) in (None, start), halvings, within=left
                )
                far = abs(found - one.value) / span
                if far < within:
                    within = far
                    best = Flip(
                        name=one.name,
                        unit=one.unit,
                        value=found,
                        above=found > one.value,
                        verdict=at(found) or start,
                        distance=far,
                    )
                break
            last = value
    return best


def _crossing(start: float, end: float, side: Callable[[float], int], halvings: int) -> float:
    """Where a sign becomes another one between two values."""
    was = side(start)
    return _halved(start, end, lambda value: side(value) == was, halvings)[1]


def _halved(
    same: float,
    other: float,
    is_same: Callable[[float], bool],
    halvings: int,
    *,
    within: float = math.inf,
) -> tuple[float, float]:
    """The two sides of a change, drawn together unless it is farther than this from the start."""
    start = same
    for _ in range(halvings):
        if abs(same - start) >= within:
            break
        middle = (same + other) / 2
        same, other = (middle, other) if is_same(middle) else (same, middle)
    return same, other


def _path(start: float, end: float, steps: int) -> Iterator[float]:
    """Steps from a value to the end of its range, equal in ratio where both are above 0."""
    for step in range(1, steps):
        way = step / steps
        in_ratio = start > 0 and end > 0
        yield start * (end / start) ** way if in_ratio else start + (end - start) * way
    yield end
