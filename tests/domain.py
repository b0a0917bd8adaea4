"""Documented domains as hypothesis strategies, and what is asked of a public function over its own.

Numbers are drawn by the intervals that the code itself checks ("[0, 1)"), records by the bounds of
their fields. A
table `name → Case` is put to the test by `hold`; tests/test_random_inputs.py sees to it that the
tables name every
public function.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import inspect
import math
import os
import re
import types
import typing
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pandas as pd
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import tao_econ as te
from tao_econ.inputs import rules as inputs
from tao_econ.inputs.checks import MAX_SIZE, MIN_SIZE

RULE = re.compile(r"\b(must|unknown|missing)\b")
BITS = 2**62
PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)


ROOMS = (te.inputs, te.chain, te.economy, te.incentives, te.analysis)
PUBLIC = {  # every function that the package offers, by name
    name: it
    for room in (te, *ROOMS)
    for name, it in vars(room).items()
    if not name.startswith("_") and inspect.isroutine(it)
}


class Case(NamedTuple):
    """One public function: what it is given, and what must then be true."""

    given: st.SearchStrategy  # of its arguments by name
    law: Callable | None = None  # called with the result and the arguments
    unknown: dict[str, str] = {}  # field or column that may be NaN or infinite: why
    refuses: str = (
        ""  # pattern of the refusals its docstring allows inside the domain; by default none
    )
    most: int = 1_000_000  # examples in the default profile, for what is slow


def hold(function: Callable, case: Case) -> None:
    """Every example gives finite numbers that keep the law, or a refusal the docstring allows;
    one at least is answered.
    """
    answered = []
    quick = os.environ.get("HYPOTHESIS_PROFILE", "default") == "default"
    most = min(case.most, settings.default.max_examples) if quick else settings.default.max_examples

    @settings(max_examples=most, phases=PHASES, report_multiple_bugs=False)
    @given(case.given)
    def every(arguments):
        try:
            result = function(**arguments)
        except (ValueError, TypeError) as error:
            refusal(error, case.refuses)
            return
        answered.append(True)
        finite(result, case.unknown)
        if case.law:
            case.law(result, **arguments)

    every()
    assert answered, "every example was refused"


def refusal(error: Exception, allowed: str) -> None:
    """Raise again what is no refusal of one line, or one that the docstring does not speak of."""
    line = str(error)
    fine = type(error) in (ValueError, TypeError) and "\n" not in line and RULE.search(line)
    if not (fine and allowed and re.search(allowed, line)):
        raise error


def finite(value, unknown, name: str = "") -> None:
    """No NaN and no infinity anywhere in a result, but in the fields named as unknown."""
    if (
        name in unknown
        or value is None
        or isinstance(value, (str, bytes, bool, int, Fraction, dt.date, Callable))
    ):
        return
    if isinstance(value, (float, np.generic)):
        value = np.asarray(value)
    if isinstance(value, np.ndarray):
        assert value.dtype.kind not in "fc" or np.isfinite(value).all(), (
            f"{name or 'result'}: {value}"
        )
    elif isinstance(value, pd.DataFrame):
        for column in value:
            finite(value[column].to_numpy(), unknown, str(column))
    elif isinstance(value, pd.Series):
        finite(value.to_numpy(), unknown, name)
    elif isinstance(value, dict):
        for key, part in value.items():
            finite(part, unknown, str(key))
    elif hasattr(value, "_fields"):
        for field, part in zip(value._fields, value, strict=True):
            finite(part, unknown, field)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            finite(getattr(value, field.name), unknown, field.name)
    else:
        assert isinstance(value, (list, tuple)), type(value)
        for part in value:
            finite(part, unknown, name)


# ---- Numbers ----


def number(bounds: str = "(-inf, inf)") -> st.SearchStrategy:
    """A float of an interval: its ends, 0, 1, the smallest and the largest there are, and any
    size between.
    """
    low, high = (float(end) for end in bounds[1:-1].split(","))
    low, high = max(low, -MAX_SIZE), min(high, MAX_SIZE)
    if bounds[0] == "(" and low != -MAX_SIZE:
        low = MIN_SIZE if low == 0 else math.nextafter(low, math.inf)
    if bounds[-1] == ")" and high != MAX_SIZE:
        high = math.nextafter(high, -math.inf)
    ends = sorted(
        {x for x in (low, high, 0.0, MIN_SIZE, 1e-9, 0.5, 1.0, 1e9, -1.0, -1e9) if low <= x <= high}
    )
    drawn = [st.sampled_from(ends), st.floats(low, high)]
    if low >= 0 and high > 1e3 * max(low, MIN_SIZE):
        sizes = st.floats(math.log10(max(low, 1e-12)), math.log10(min(high, 1e18)))
        drawn.append(sizes.map(lambda size: min(max(10.0**size, low), high)))
    return st.one_of(drawn)


def whole(low: int = 0, high: int = BITS) -> st.SearchStrategy:
    """An integer of an interval, its ends too."""
    return st.one_of(
        st.sampled_from([low, high]), st.integers(low, min(high, low + 100)), st.integers(low, high)
    )


def vector(bounds: str = "(-inf, inf)", least: int = 1, most: int = 6) -> st.SearchStrategy:
    """A few numbers of an interval, now and then all alike."""
    sizes = st.integers(least, most)
    alike = st.tuples(number(bounds), sizes).map(lambda pair: np.full(pair[1], pair[0]))
    return st.one_of(sizes.flatmap(lambda n: array((n,), bounds)), alike)


def array(shape: tuple[int, ...], bounds: str = "(-inf, inf)") -> st.SearchStrategy:
    """Floats of one shape."""
    n = math.prod(shape)
    return st.lists(number(bounds), min_size=n, max_size=n).map(
        lambda xs: np.array(xs, float).reshape(shape)
    )


def amounts(least: int = 1, most: int = 6) -> st.SearchStrategy:
    """Stake or another split of a whole: not negative, and not all 0."""
    return vector("[0, inf)", least, most).filter(lambda xs: xs.sum() > 0)


def arguments(**strategies) -> st.SearchStrategy:
    """Arguments by name; each is a strategy, or a value that stands for itself."""
    return st.fixed_dictionaries(
        {k: v if isinstance(v, st.SearchStrategy) else st.just(v) for k, v in strategies.items()}
    )


def several(strategy, least: int = 1, most: int = 6) -> st.SearchStrategy:
    """Arguments whose arrays share a length: `strategy` makes them from it."""
    return st.integers(least, most).flatmap(strategy)


# ---- Records ----


def _value(field) -> st.SearchStrategy:
    kind, low, high = field.annotation, None, None
    for bound in field.metadata:
        for name in ("gt", "ge", "lt", "le"):
            if hasattr(bound, name):
                end = (name, getattr(bound, name))
                low, high = (end, high) if name[0] == "g" else (low, end)
    parts = typing.get_args(kind)
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        kind = next(part for part in parts if part is not type(None))
    if typing.get_origin(kind) is typing.Literal:
        return st.sampled_from(parts)
    left, right = (low or ("gt", -math.inf)), (high or ("lt", math.inf))
    if kind is float:
        ends = (
            f"{'(' if left[0] == 'gt' else '['}{left[1]}, "
            f"{right[1]}{')' if right[0] == 'lt' else ']'}"
        )
        drawn = number(ends)
    elif kind is Fraction:
        least = Fraction(1, 65_535) if left == ("gt", 0) else Fraction(left[1])
        most = Fraction(right[1]) if high else Fraction(10**6)
        most = most - Fraction(1, 65_535) if right[0] == "lt" and high else most
        drawn = st.one_of(
            st.sampled_from([least, most]), st.fractions(least, most, max_denominator=65_535)
        )
    elif kind is int:
        drawn = whole(
            left[1] + (left[0] == "gt") if low else 0,
            right[1] - (right[0] == "lt") if high else BITS,
        )
    else:
        drawn = {
            bool: st.booleans(),
            dt.date: st.dates(dt.date(2015, 1, 1), dt.date(2100, 1, 1)),
        }.get(kind, st.just("any"))
    return st.one_of(st.none(), drawn) if type(None) in parts else drawn


def record(*bases, fixed=()) -> st.SearchStrategy:
    """One of some records with a few, none or all of its fields anywhere inside their bounds;
    `fixed` ones stay.
    """
    fields = {
        k: _value(f)
        for k, f in type(bases[0]).__pydantic_fields__.items()
        if k not in {"sources", *fixed}
    }
    few = st.lists(st.sampled_from(sorted(fields)), unique=True, max_size=3)
    changed = few.flatmap(
        lambda names: st.fixed_dictionaries({name: fields[name] for name in names})
    )
    changes = st.one_of(st.just({}), changed, changed, st.fixed_dictionaries(fields))
    return st.tuples(st.sampled_from(bases), changes).map(
        lambda pair: dataclasses.replace(pair[0], **pair[1])
    )


def scenarios(**kept) -> st.SearchStrategy:
    """Assumptions of any kind; a value given stays."""
    bases = [
        dataclasses.replace(te.load_scenario(name), **kept) for name in inputs.scenario_names()
    ]
    return record(*bases, fixed=("name", *kept))


def snapshots() -> st.SearchStrategy:
    """What might have been observed on a day."""
    return record(*map(te.load_snapshot, inputs.snapshot_names()), fixed=("name",))


def eras() -> st.SearchStrategy:
    """The rules there were, as they were."""
    return st.sampled_from(te.eras() + inputs.schedules())


def rules(*fixed) -> st.SearchStrategy:
    """The rules there were, and any others."""
    return record(*te.eras(), *inputs.schedules(), fixed=("name", "title", "source", *fixed))
