"""What all kinds of vector files share: checks, complaints, and the reading of cases and
numbers.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np

U16 = 65_535
NOT_RESULTS = {"tolerance", "tolerances", "note", "notes", "rule", "columns"}


class Check(NamedTuple):
    quantity: str
    error: float  # largest
    tolerance: float


class Malformed(ValueError):
    """A vector file that does not say what it must."""


def ratio(value, of: int) -> Fraction:
    return Fraction(value, of) if isinstance(value, int) else Fraction(str(value))


def of(case: dict, *names, default=None):
    for name in names:
        if name in case:
            return case[name]
    if default is not None:
        return default
    raise Malformed(f"a case has none of {', '.join(names)}")


def named(case: dict, *parts, default=None):
    """The first value whose name has one of the parts in it, in their order."""
    for part in parts:
        for name, value in case.items():
            if part in name.lower():
                return value
    if default is not None:
        return default
    raise Malformed(f"a case has none of {', '.join(parts)}")


def listed(value) -> list:
    return list(value) if isinstance(value, list | tuple) else [value]


def flat(values) -> list:
    if isinstance(values, np.ndarray):
        return values.ravel().tolist()
    return [x for v in values for x in flat(v)] if isinstance(values, list | tuple) else [values]


def cases_of(inputs: dict) -> list[dict]:
    """The cases of a file: listed, as a table of columns and rows, as several vectors, or just
    one.
    """
    if "rows" in inputs and "columns" in inputs:
        return [dict(zip(inputs["columns"], row, strict=True)) for row in inputs["rows"]]
    shared = {k: v for k, v in inputs.items() if k not in {"cases", "vectors", "matrices"}}
    for plural, single in (("cases", "vector"), ("vectors", "vector"), ("matrices", "matrix")):
        if plural in inputs:
            return [
                shared | (case if isinstance(case, dict) else {single: case})
                for case in inputs[plural]
            ]
    return [inputs]


def worst(got, wanted) -> float:
    """The largest absolute difference; None in `wanted` is not asserted."""
    got, wanted = np.asarray(got).tolist(), list(wanted)
    if len(got) != len(wanted):
        raise Malformed(f"{len(wanted)} values are expected where there are {len(got)}")
    errors = [
        abs(float(w) - float(g))
        if isinstance(w, float)
        else abs(int(g) - int(w) if not isinstance(g, float) else g - w)
        for g, w in zip(got, wanted, strict=True)
        if w is not None
    ]
    return math.inf if any(math.isnan(e) for e in errors) else max(errors, default=0)
