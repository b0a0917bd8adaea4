"""The door: an argument comes out in the type its annotation names, or is one line."""

from __future__ import annotations

import datetime as dt
import inspect
import itertools
import re
from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from domain import PUBLIC
from numpy.typing import ArrayLike

import tao_econ as te
from tao_econ.inputs import checks
from tao_econ.inputs.door import typed

FLOATS = [np.float64, np.float32, np.float16, np.longdouble, np.int8, np.uint16, Fraction]


class Pair(NamedTuple):
    """A result that is taken again."""

    share: float
    count: int
    values: np.ndarray


@typed
def taken(
    share: float = 0.0,
    count: int = 0,
    on: bool = False,
    word: str | None = None,
    values: ArrayLike | None = None,
    when: str | dt.date = "2026-09-11",
    names: Collection[str] = (),
    lags: Sequence[int] = (),
    spans: Iterable[tuple[int, float]] = (),
    pair: Pair | None = None,
    part: Fraction | None = None,
):
    """What came through."""
    return dict(locals())


def test_every_public_function_stands_behind_the_door():
    code = taken.__code__
    open_doors = []
    for name, function in PUBLIC.items():
        inner = function
        while getattr(inner, "__code__", None) is not code and hasattr(inner, "__wrapped__"):
            inner = inner.__wrapped__
        if getattr(inner, "__code__", None) is not code and inspect.signature(function).parameters:
            open_doors.append(name)
    assert not open_doors


@pytest.mark.parametrize("kind", FLOATS, ids=lambda kind: kind.__name__)
def test_a_number_comes_out_as_pythons_float(kind):
    assert type(taken(share=kind(1))["share"]) is float
    if kind not in (np.float64, np.float32, np.float16, np.longdouble, Fraction):
        assert type(taken(count=kind(1))["count"]) is int
    assert type(taken(on=np.True_)["on"]) is bool


@pytest.mark.parametrize(
    "given, said",
    [
        ({"share": True}, "share must be a number"),
        ({"share": np.True_}, "share must be a number"),
        ({"share": 0.5 + 0j}, "share must be a number"),
        ({"share": float("nan")}, "share must be"),
        ({"share": 10**400}, "a whole number of 1,329 bits"),
        ({"count": 1.0}, "count must be an integer"),
        ({"count": 10**30}, "count must be at most"),
        ({"on": 1}, "on must be True or False"),
        ({"on": "False"}, "on must be True or False"),
        ({"word": []}, "word must be text"),
        ({"word": pd.NA}, "word must be text"),
        ({"values": [[1], [1, 2]]}, "values must have rows of one length"),
        ({"values": ["x"]}, "values must hold numbers"),
        ({"values": np.ma.masked_array([1.0, 2.0], [False, True])}, "no masked values"),
        ({"values": np.broadcast_to(1.0, (10**10,))}, "for 4 GiB"),
        ({"when": pd.NaT}, "when must be a date"),
        ({"when": dt.date.max}, "between the years"),
        ({"when": "soon"}, "when must be an ISO date"),
        ({"names": "high"}, "names must be a sequence"),
        ({"names": [1]}, "an entry of names must be text"),
        ({"lags": itertools.count()}, "at most 1,000,000 entries"),
        ({"lags": 1.0}, "lags must be a sequence"),
        ({"lags": [0.5]}, "an entry of lags must be an integer"),
        ({"spans": [(1,)]}, "an entry of spans must have 2 entries"),
        ({"spans": [1]}, "an entry of spans must be a sequence"),
        ({"pair": (1, 2)}, "pair must be Pair"),
        ({"pair": Pair(float("nan"), 1, np.ones(1))}, "share must be"),
        ({"pair": Pair(1.0, 1.5, np.ones(1))}, "count must be an integer"),
        ({"pair": Pair(1.0, 1, [np.nan])}, "values must be finite"),
        ({"part": 0.5}, "part must be a Fraction"),
        ({"count": "x" * 10**6}, "of 1,000,000 characters"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_one_short_line(given, said):
    with pytest.raises((ValueError, TypeError), match=re.escape(said)) as caught:
        taken(**given)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 300


def test_an_array_comes_out_in_one_type_whatever_it_was():
    given = [1.0, 2.0], np.array([1, 2], np.float32), np.array([1.0, 2.0], ">f8")
    for values in (*given, np.array([1.0, 0, 2, 0])[::2], pd.Series([1.0, 2.0], index=["b", "b"])):
        array = taken(values=values)["values"]
        assert array.dtype == np.float64 and array.flags.c_contiguous and array.flags.writeable
        np.testing.assert_array_equal(array, [1.0, 2.0])


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64, np.longdouble])
@pytest.mark.parametrize(
    "value, bounds",
    [(np.inf, "(-inf, inf)"), (-np.inf, "(-inf, 0]"), (0, "(0, inf)"), (np.nan, "[0, 1]")],
)
def test_bounds_hold_in_every_precision(kind, value, bounds, refused):
    with refused("x"):
        checks.reals("x", np.array([1, value], kind), bounds)
    np.testing.assert_array_equal(checks.reals("x", np.array([1], kind), "(0, inf)"), [1.0])


def test_the_chains_own_type_gives_the_chains_answer():
    for kind in (int, np.uint16, np.int32, np.uint32, np.int64):
        assert te.chain.within_max_weight([1, 2], kind(65_535)) is True
    pool = te.chain.Pool(reserve_tao=100.0, reserve_alpha=100.0)
    assert te.chain.swap(pool, tao_in=np.float32(1)) == te.chain.swap(pool, tao_in=1.0)
    rules = te.rules_at("2026-09-11")
    one, other = (te.chain.halving_table(rules, block=kind(1)) for kind in (int, np.int8))
    pd.testing.assert_frame_equal(one, other)


FIELDS = {
    "reserve_tao": np.array([np.nan, 1, 1]),
    "price_ema_tao": np.array([np.nan, 1, 1]),
    "burned_share": np.array([np.nan, 0, 0]),
    "tao_weight": np.array([-0.5, 0.5, 0.5]),
    "age_blocks": np.array([-1, 1, 1]),
    "alpha_rate": np.array([2.0, 1, 1]),
    "issuance_rao": -1,
    "root_tao": -5.0,
    "name": ("s1", "s1", "s2"),
    "reserve_alpha": [1.0, 2.0],
    "started": np.array([1, 1, 1]),
}


@pytest.mark.parametrize("field", FIELDS)
def test_subnets_that_were_replaced_are_checked_again(field, refused):
    rules = te.rules_at("2026-09-11")
    scenario = te.load_scenario("base")
    spoilt = te.incentives.synthetic_subnets(3)._replace(**{field: FIELDS[field]})
    calls = {
        "run_subnets": lambda: te.chain.run_subnets(rules, scenario, spoilt, days=1),
        "compare_rules": lambda: te.incentives.compare_rules(spoilt),
        "halving_effect": lambda: te.incentives.halving_effect(rules, scenario, spoilt),
        "selling_cost": lambda: te.incentives.selling_cost(rules, scenario, spoilt),
    }
    for call in calls.values():
        with refused(field):
            call()


def test_issuance_beyond_the_cap_is_refused(refused):
    rules = te.rules_at("2026-09-11")
    pools = te.incentives.synthetic_subnets(3)._replace(issuance_rao=21 * 10**15 + 1)
    with refused("issuance_rao"):
        te.chain.run_subnets(rules, te.load_scenario("base"), pools, days=1)


def test_a_list_in_place_of_an_array_is_taken_as_the_array():
    rules = te.rules_at("2026-09-11")
    pools = te.incentives.synthetic_subnets(3)
    listed = pools._replace(reserve_tao=pools.reserve_tao.tolist())
    paths = [
        te.chain.run_subnets(rules, te.load_scenario("base"), p, days=1) for p in (pools, listed)
    ]
    np.testing.assert_array_equal(paths[0].price_tao, paths[1].price_tao)


RECORDS = {
    "rules": te.rules_at("2026-09-11"),
    "snapshot": te.load_snapshot("2026-09-11"),
    "scenario": te.load_scenario("base"),
}


def of_records(function) -> list[str]:
    """The records that a function takes by place, in its order."""
    return [name for name in inspect.signature(function).parameters if name in RECORDS]


SEVERAL = sorted(name for name, function in PUBLIC.items() if len(of_records(function)) > 1)


@pytest.mark.parametrize("name", SEVERAL)
def test_records_stand_in_one_order_and_a_slip_says_which_stands_where(name):
    function = PUBLIC[name]
    order = of_records(function)
    assert order == [record for record in RECORDS if record in order]
    assert list(inspect.signature(function).parameters)[: len(order)] == order
    for slip in itertools.permutations(order):
        if list(slip) == order:
            continue
        first = next(place for place, record in enumerate(slip) if record != order[place])
        wanted = order[first]
        got = RECORDS[slip[first]]
        with pytest.raises(TypeError) as caught:
            function(*(RECORDS[record] for record in slip))
        said = str(caught.value)
        assert said == (
            f"{wanted} must be {wanted.title()}, got {type(got).__name__} {got.name!r}; "
            "the order is (rules, snapshot, scenario)"
        )


def test_most_models_take_several_records():
    assert len(SEVERAL) > 30
