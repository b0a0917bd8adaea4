"""Argument checks: one clear line of name, rule and value."""

import importlib
import inspect
import pkgutil
import types
from decimal import Decimal

import numpy as np
import pytest

import tao_econ as te
from tao_econ.inputs import checks

RECORDS = {
    "Rules": te.rules_at("2026-09-11"),
    "Snapshot": te.load_snapshot("2026-09-11"),
    "Scenario": te.load_scenario("base"),
}
NEXT = {"Rules": "Snapshot", "Snapshot": "Scenario", "Scenario": "Rules"}


def doors():
    """Every public function of the models that takes a record, and which parameters are records."""
    for room in (te.chain, te.economy, te.incentives, te.analysis):
        for found in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
            for name, function in vars(importlib.import_module(found.name)).items():
                if name[0] == "_" or not isinstance(function, types.FunctionType):
                    continue
                parameters = inspect.signature(function).parameters.values()
                records = {p.name: p.annotation for p in parameters if p.annotation in RECORDS}
                if records and function.__module__ == found.name:
                    yield pytest.param(function, records, id=f"{found.name}.{name}")


@pytest.mark.parametrize(
    "value", [1.0, np.float64(2), True, np.True_, "1", None, Decimal(1), float("nan")]
)
def test_a_whole_number_is_an_integer_and_nothing_else(value, refused):
    with refused("days", repr(value), kind=TypeError):
        checks.whole("days", value)


def test_a_whole_number_below_its_least_value_is_refused(refused):
    assert (
        checks.whole("days", np.int64(1), at_least=1) == 1
        and type(checks.whole("days", np.int64(1))) is int
    )
    with refused("days", 0, kind=ValueError):
        checks.whole("days", 0, at_least=1)
    with refused("days", -1, kind=ValueError):
        checks.whole("days", -1)


@pytest.mark.parametrize("function, records", list(doors()))
def test_a_record_in_anothers_place_is_one_line_that_tells_the_order(function, records, refused):
    required = [
        p.name
        for p in inspect.signature(function).parameters.values()
        if p.default is p.empty and p.kind is not p.VAR_KEYWORD
    ]
    right = dict.fromkeys(required) | {name: RECORDS[kind] for name, kind in records.items()}
    for name, kind in records.items():
        wrong = right | {name: RECORDS[NEXT[kind]]}
        got = f"{NEXT[kind]} {RECORDS[NEXT[kind]].name!r}"
        order = "the order is (rules, snapshot, scenario)"
        with refused(f"{name} must be {kind}", got, order, kind=TypeError):
            function(**wrong)
    first, *others = records
    for other in others:
        swapped = right | {first: right[other], other: right[first]}
        with refused(f"{first} must be {records[first]}", "the order is", kind=TypeError):
            function(*(swapped[n] for n in records), **{n: None for n in required[len(records) :]})


def test_a_record_of_no_kind_is_shown_as_it_is(refused):
    with refused("draws must be Draws", "(2, 1)", kind=TypeError):
        checks.record("draws", (2, 1), te.economy.Draws)
    with refused("rules must be Rules", "Draws", kind=TypeError):
        checks.record("rules", te.economy.Draws(2, 1, 1), te.Rules)


def test_the_check_of_records_keeps_what_tools_read():
    function = te.economy.supply_at
    assert function.__name__ == "supply_at" and function.__doc__
    assert [*inspect.signature(function).parameters][:3] == ["rules", "snapshot", "scenario"]


@pytest.mark.parametrize(
    "shown, call",
    [
        ("shape (3,), got (2,)", lambda: checks.reals("x", [1.0, 2.0], shape=(3,))),
        ("one entry a wallet (3)", lambda: checks.amounts("x", [1, 2], shape=(3,), each="wallet")),
        ("positive sum, got 0", lambda: checks.amounts("x", [0, 0])),
        ("in [0, inf), got -1", lambda: checks.amounts("x", [-1, 2])),
        ("at least two draws, got shape (1,)", lambda: checks.draws("x", [1.0])),
        ("float64, got int64", lambda: checks.float_matrix("x", np.ones((2, 2), int), "a, b")),
        ("(a, b)", lambda: checks.float_matrix("x", np.ones(2), "a, b")),
        ("rows of one length", lambda: checks.whole_array("x", [[1], [1, 2]], None)),
        (
            "of UID 1",
            lambda: checks.permitted_rows("x", np.ones((2, 2)), np.array([True, False]), [0, 1]),
        ),
    ],
)
def test_every_check_says_name_rule_and_value(shown, call, refused):
    with refused("x", shown):
        call()
