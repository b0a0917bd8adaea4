"""The hostile pass: every public function, one argument at a time, is given what it does not
expect.

`python tests/hostile_calls.py` makes every call and writes tests/hostile.md; the suite makes the
small form. What is a function's starting point is an example of its table of random inputs, so a
new public function is in it by construction.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import decimal
import faulthandler
import gc
import importlib
import inspect
import itertools
import resource
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from hypothesis import Phase, find, settings

sys.path[:0] = [str(p) for p in (Path(__file__).parents[1], Path(__file__).parent)]
sys.path += [
    str(Path(__file__).parent / room) for room in ("chain", "economy", "incentives", "analysis")
]

from domain import PUBLIC, RULE, finite  # noqa: E402

import tao_econ as te  # noqa: E402

SLOW_S = 20  # no call may take longer
LONGEST_LINE = 2_500
SMALL_SHARE = 1.0


class Stranger:
    """An object of nobody's kind."""


class Hostile(NamedTuple):
    """A value and what the table calls it."""

    label: str
    value: Any


def _scalars() -> list[Hostile]:
    zone = dt.timezone(dt.timedelta(hours=-14))
    given = [
        None,
        True,
        False,
        np.True_,
        0,
        1,
        -1,
        2,
        10**9,
        2**31,
        2**62,
        2**63,
        10**30,
        10**5_000,
        0.0,
        -0.0,
        0.5,
        -1.5,
        1e-300,
        1e308,
        float("nan"),
        float("inf"),
        -float("inf"),
        np.int8(100),
        np.uint8(2),
        np.uint16(90),
        np.uint64(2**64 - 1),
        np.float16(0.5),
        np.float32(0.1),
        np.longdouble(1) / 3,
        np.longdouble("1e400"),
        Fraction(1, 3),
        decimal.Decimal("0.1"),
        0.5 + 7j,
        "",
        "x" * 100_000,
        "2026-09-11",
        "a\nb\0",
        b"1",
        pd.NaT,
        pd.NA,
        dt.date.max,
        dt.datetime.max.replace(tzinfo=zone),
        dt.date.min,
        Stranger(),
        Stranger,
        len,
        {},
        {"a": 1},
        (),
        itertools.count(),
        te.load_snapshot("2026-09-11"),
        te.rules_at("2026-09-11"),
        ...,
    ]  # fmt-free list: one row a kind
    return [Hostile(_label(value), value) for value in given]


def _label(value: Any) -> str:
    text = (
        f"{type(value).__name__} {value!r}"
        if not isinstance(value, int) or abs(value) < 10**40
        else "int of 5,001 digits"
    )
    return text[:60]


def _arrays() -> list[Hostile]:
    read_only = np.array([0.25, 0.75])
    read_only.flags.writeable = False
    given = {
        "[]": [],
        "[1.0]": [1.0],
        "[0.5, 0.5]": [0.5, 0.5],
        "[1, 2, 3]": [1, 2, 3],
        "[0, 0]": [0, 0],
        "[-1.0, 2.0]": [-1.0, 2.0],
        "[nan, 1]": [float("nan"), 1],
        "[inf, 1]": [float("inf"), 1],
        "rows of two lengths": [[1], [1, 2]],
        "['x']": ["x"],
        "[None, 1]": [None, 1],
        "[True, False]": [True, False],
        "2 x 2": [[0.5, 0.5], [0.25, 0.75]],
        "(0, 3)": np.zeros((0, 3)),
        "masked": np.ma.masked_array([0.5, 0.5], mask=[False, True]),
        "float32 inf": np.array([np.inf, 1], np.float32),
        "float32 0": np.zeros(2, np.float32),
        "float16": np.array([0.5, 0.5], np.float16),
        "longdouble": np.array([0.5, 0.5], np.longdouble),
        "int8": np.array([1, 100], np.int8),
        "uint64 of 2**64 - 1": np.array([2**64 - 1, 1], np.uint64),
        "big-endian": np.array([0.5, 0.5], ">f8"),
        "Fortran": np.asfortranarray([[0.5, 0.5], [0.25, 0.75]]),
        "read-only": read_only,
        "every second": np.array([0.5, 0, 0.5, 0])[::2],
        "Fractions": np.array([Fraction(1, 3), Fraction(2, 3)]),
        "complex": np.array([0.5, 0.5 + 1j]),
        "fields": np.zeros(2, [("a", float)]),
        "datetime64": np.array(["2026-09-11"], "datetime64[D]"),
        "10**9 of one number": np.broadcast_to(0.5, (10**9,)),
        "0 axes": np.array(0.5),
        "Series": pd.Series([0.5, 0.5], index=["b", "b"]),
        "DataFrame": pd.DataFrame({"a": [0.5], "b": [0.5]}),
    }
    return [Hostile(label, value) for label, value in given.items()]


class TooLong(BaseException):
    """A call that has not come back in time."""


@contextlib.contextmanager
def _within(seconds: int):
    def stop(*_):
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def outcome(function, arguments: dict, unknown: dict) -> tuple[str, str]:
    """What a call comes to: answered, refused, foreign, 'nan' or slow; and what was said."""
    try:
        with _within(SLOW_S), warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            result = function(**arguments)
    except TooLong:
        return "slow", f"not back in {SLOW_S} s"
    except (ValueError, TypeError) as error:
        line = str(error)
        plain = type(error) in (ValueError, TypeError) and "\n" not in line
        if plain and len(line) <= LONGEST_LINE and RULE.search(line):
            return "refused", line
        return "foreign", f"{type(error).__name__}: {line[:200]!r}"
    except Exception as error:
        return "foreign", f"{type(error).__name__}: {str(error)[:200]!r}"
    try:
        finite(result, unknown)
    except AssertionError as error:
        return "nan", str(error)[:200]
    return "answered", ""


def cases() -> dict:
    """Every row of the tables of random inputs, by function."""
    found = {}
    for file in sorted(Path(__file__).parent.rglob("test_random_*.py")):
        if file.stem != "test_random_inputs":
            found |= importlib.import_module(file.stem).TABLE
    return {name: case for name, case in found.items() if name != "sweep"}


def by_hand(folder: Path) -> dict[str, dict]:
    """Arguments of what no table of random inputs can make them for."""
    matrix = np.array([[0.0, 1.0], [0.0, 0.0]])
    te.chain.save_metagraph(folder / "a.npz", matrix, [1.0, 0.0])
    figure = Path(__file__).parents[1] / "figures" / "inflation.png"
    return {
        "load_metagraph": {"path": folder / "a.npz"},
        "save_metagraph": {
            "path": folder / "b.npz",
            "weights": matrix,
            "stake": [1.0, 0.0],
            "bonds": matrix,
        },
        "load_subnets": {"source": "2026-08-07", "issuance_rao": None, "root_tao": None},
        "chain_value": {"state": "2026-08-07", "name": "root_tao"},
        "replay_mainnet": {},
        "provenance": {"path": figure},
        "sweep": {"model": half, "base": None, "x": [1.0]},
    }


def half(x: float) -> float:
    """A model to sweep."""
    return x / 2


def _start(name: str, case) -> dict:
    """An example of a function's arguments that it answers."""

    def answers(arguments):
        try:
            PUBLIC[name](**arguments)
        except (ValueError, TypeError):
            return False
        return True

    quiet = settings(
        max_examples=200, phases=(Phase.generate,), derandomize=True, database=None, deadline=None
    )
    return find(case.given, answers, settings=quiet)


def calls(name: str, arguments: dict):
    """(parameter, hostile value) of every call of one function."""
    for parameter in inspect.signature(PUBLIC[name]).parameters.values():
        for hostile in _scalars() + _arrays():
            if parameter.kind is parameter.VAR_KEYWORD:
                yield "x", hostile
            else:
                yield parameter.name, hostile


def compiled() -> dict[str, int]:
    """How many versions of each kernel are compiled."""
    found = {}
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("tao_econ."):
            for key, it in vars(module).items():
                if hasattr(it, "signatures") and hasattr(it, "py_func"):
                    found[f"{it.py_func.__module__}.{key}"] = len(it.signatures)
    return found


def run(names: list[str], folder: Path, *, budget_s: float = float("inf")) -> pd.DataFrame:
    """A row a call: function, parameter, value, outcome, what was said, seconds."""
    tables = cases()
    hand = by_hand(folder)
    rows = []
    for name in names:
        began = time.perf_counter()
        unknown = tables[name].unknown if name in tables else dict.fromkeys(["bonds"], "")
        start = _start(name, tables[name]) if name in tables else hand[name]
        for parameter, hostile in calls(name, start):
            if time.perf_counter() - began > budget_s:
                break
            given = start | {parameter: hostile.value}
            t = time.perf_counter()
            what, said = outcome(PUBLIC[name], given, unknown)
            rows.append((name, parameter, hostile.label, what, said, time.perf_counter() - t))
        gc.collect()
    return pd.DataFrame(rows, columns=["function", "parameter", "value", "outcome", "said", "s"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--out")
    parser.add_argument("--budget", type=float, default=float("inf"))
    given = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (9 << 30, 9 << 30))
    names = given.names or sorted(set(cases()) | set(by_hand(Path(tempfile.mkdtemp()))))
    with tempfile.TemporaryDirectory() as folder:
        tables = []
        for name in names:
            t = time.perf_counter()
            before = compiled()
            faulthandler.dump_traceback_later(240, exit=True)
            try:
                table = run([name], Path(folder), budget_s=given.budget)
            except Exception as error:
                print(name, "START", repr(error)[:300], flush=True)
                continue
            tables.append(table)
            n = Counter(table["outcome"])
            after = compiled()
            new = {k: v - before.get(k, 0) for k, v in after.items() if v > before.get(k, 0)}
            print(f"{name} {time.perf_counter() - t:.1f}s {dict(n)} {new}", flush=True)
    table = pd.concat(tables)
    if given.out:
        table.to_csv(given.out, index=False)
    bad = table[~table["outcome"].isin(["answered", "refused"])]
    print(Counter(table["outcome"]))
    for (function, parameter, what), part in bad.groupby(["function", "parameter", "outcome"]):
        print(
            f"{function}.{parameter} {what} x{len(part)}: {part['value'].iloc[0]} -> {part['said'].iloc[0][:150]}"
        )


if __name__ == "__main__":
    main()
