"""The hostile pass: every public function, one argument at a time, is given what it does not
expect.

`python tests/hostile_calls.py` makes every call and writes tests/hostile.md; the suite makes the
small form. What is a function's starting point is an example of its table of random inputs, so a
new public function is in it by construction.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import datetime as dt
import decimal
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
from hypothesis.errors import NoSuchExample

sys.path[:0] = [str(p) for p in (Path(__file__).parents[1], Path(__file__).parent)]
sys.path += [
    str(Path(__file__).parent / room) for room in ("chain", "economy", "incentives", "analysis")
]

from domain import PUBLIC, RULE, finite  # noqa: E402

import tao_econ as te  # noqa: E402

ROOMS = ("inputs", "chain", "analysis", "economy", "incentives", "publish")
OUTCOMES = ["answered", "refused", "foreign", "nan", "slow"]
COLUMNS = ["function", "parameter", "value", "outcome", "said", "s", "peak_mib"]
SLOW_S = 20  # of processor time: no call may take longer, whatever else the machine does
STUCK_S = 300  # nor wait longer for something
LONGEST_LINE = 2_500
KNOWN_TYPES = {  # kernels that others call with more types than one: how many
    "tao_econ.chain.fixed_point._weighted_median": 2,
    "tao_econ.chain.subnet_kernels._trade_all": 2,  # one of each caller, for buys and for sales
    "tao_econ.chain.yuma_kernels._row": 2,
    "tao_econ.chain.yuma_kernels._row_sums": 2,
    "tao_econ.economy.price_paths._sum_logs": 3,  # a model each: what is alike in all steps
    "tao_econ.incentives.two_teams._consensus_of_two": 2,
}
SLOW = set(
    [
        "bribery",
        "exit_replay",
        "selling_cost",
        "halving_effect",
        "manipulation",
        "run_subnets",
        "collusion",
        "judge_sweep",
        "second_halving_by_reading",
        "next_halvings",
        "recycling_regimes",
        "fit_recycling",
        "replay_first_halving",
        "newest_recycling",
        "split_below_cap",
        "ai_beta",
        "honest_weight_needed",
        "rule_ledger",
        "owner_sales",
        "backtest_first_halving",
        "usable_supplies",
        "check_supply_points",
        "displacement",
        "forecast_halvings",
        "football_field",
        "yuma_epoch",
        "yuma_epoch_exact",
        "yuma_run",
        "convergence",
        "price_paths",
        "emission_shares",
        "emission_path",
        "guarantee",
        "weight_copying",
        "query_market_path",
        "make_subnets",
    ]
)  # of which the small form tries each value once
KNOWN_NAN = {  # beside what the tables of random inputs say
    "sweep": dict.fromkeys(("x", "value"), "what the user sweeps over"),
    "make_subnets": dict.fromkeys(
        ("flow_ema_tao", "protocol_flow_ema_tao"), "nan where a flow is not known"
    ),
}


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
    ]
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

    watches = {signal.SIGPROF: signal.ITIMER_PROF, signal.SIGALRM: signal.ITIMER_REAL}
    before = {sent: signal.signal(sent, stop) for sent in watches}
    for watch, most in zip(watches.values(), (seconds, STUCK_S), strict=True):
        signal.setitimer(watch, most)
    try:
        yield
    finally:
        for sent, watch in watches.items():
            signal.setitimer(watch, 0)
            signal.signal(sent, before[sent])


def outcome(function, arguments: dict, unknown: dict) -> tuple[str, str]:
    """What a call comes to: answered, refused, foreign, 'nan' or slow; and what was said."""
    try:
        with _within(SLOW_S), warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            result = function(**arguments)
    except TooLong:
        return "slow", f"not back in {SLOW_S} s of processor time"
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
    five = np.zeros((5, 5))
    five[:2, 2:] = [[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]]
    te.chain.save_metagraph(folder / "five.npz", five, [2.0, 1.0, 0.0, 0.0, 0.0])
    subnet = te.chain.load_metagraph(folder / "five.npz")
    figure = Path(__file__).parents[1] / "figures" / "inflation.png"
    return {
        "load_metagraph": {"path": folder / "a.npz"},
        "save_metagraph": {
            "path": folder / "b.npz",
            "weights": matrix,
            "stake": [1.0, 0.0],
            "bonds": matrix,
        },
        "integers_of": {"metagraph": subnet, "stake_unit": "tao"},
        "copied_subnet": {"metagraph": subnet, "copier_uid": 1, "miners": 2},
        "load_subnets": {"source": "2026-08-07", "issuance_rao": None, "root_tao": None},
        "chain_value": {"state": "2026-08-07", "name": "root_tao"},
        "replay_mainnet": {},
        "rule_ledger": _of_eras(),
        "provenance": {"path": figure},
        "checkpoints": {"folder": folder / "runs"},
        "sweep": {"model": half, "base": None, "x": [1.0]},
    }


def _of_eras() -> dict:
    """Every era, for a day of three subnets whose flow is known."""
    pools = te.incentives.synthetic_subnets(3)
    name = te.incentives.middle_subnet(pools)
    return {
        "snapshot": te.load_snapshot("2026-09-11"),
        "scenario": te.load_scenario("base"),
        "pools": pools._replace(
            flow_ema_tao=pools.price_ema_tao, protocol_flow_ema_tao=pools.price_ema_tao / 2
        ),
        "holders": te.incentives.Holders(subnet=name, miners=3),
        "days": 1,
    }


def half(x: float, rng=None) -> float:
    """A model to sweep."""
    return x / 2 if isinstance(x, (int, float)) else 0.0


def _start(name: str, case) -> dict:
    """An example of a function's arguments that it answers, if possible with arrays of two or more."""

    def answers(arguments):
        try:
            PUBLIC[name](**arguments)
        except (ValueError, TypeError):
            return False
        return True

    quiet = settings(
        max_examples=200, phases=(Phase.generate,), derandomize=True, database=None, deadline=None
    )

    def rich(arguments):
        arrays = [v for v in arguments.values() if isinstance(v, np.ndarray)]
        return all(np.size(v) > 1 for v in arrays) and answers(arguments)

    with contextlib.suppress(NoSuchExample):
        return find(case.given, rich, settings=quiet)
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


def few(name: str, arguments: dict):
    """The calls of a slow function's small form: each value once, the parameters in turn."""
    every = list(calls(name, arguments))
    turns = len(_scalars() + _arrays())
    parameters = len(every) // turns if every else 0
    for k in range(turns if parameters else 0):
        yield every[k % parameters * turns + k]


def run(names: list[str], folder: Path, *, small: bool = False) -> pd.DataFrame:
    """A row a call: function, parameter, value, outcome, what was said, seconds, MiB more."""
    tables = cases()
    hand = by_hand(folder)
    rows = []
    gc.freeze()  # what was there before is not looked through again after every function
    for name in names:
        unknown = (tables[name].unknown if name in tables else {}) | KNOWN_NAN.get(name, {})
        start = _start(name, tables[name]) if name in tables else hand[name]
        made = few if small and name in SLOW else calls
        for parameter, hostile in made(name, start):
            if _its_own(name, parameter, hostile):
                continue
            began = time.process_time()
            what, said = outcome(PUBLIC[name], start | {parameter: hostile.value}, unknown)
            spent = time.process_time() - began
            rows.append((name, parameter, hostile.label, what, said, spent, _peak_mib()))
        gc.collect()
    gc.unfreeze()
    return pd.DataFrame(rows, columns=COLUMNS)


def _its_own(name: str, parameter: str, hostile: Hostile) -> bool:
    """Whether an error would be that of a function of the user's, which is called as it is."""
    if parameter == "base":
        return hostile.value is None or dataclasses.is_dataclass(hostile.value)
    return parameter in ("function", "model") and callable(hostile.value)


def _peak_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def names_of(room: str) -> list[str]:
    """The public functions of a room, each once."""
    known = {name for name in (*cases(), *by_hand_names()) if name in PUBLIC}
    return sorted(n for n in known if PUBLIC[n].__module__.split(".")[1] == room)


def by_hand_names() -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        return list(by_hand(Path(folder)))


def table_of(found: pd.DataFrame) -> str:
    """The pass as a table in Markdown: calls by room and outcome."""
    room = [PUBLIC[name].__module__.split(".")[1] for name in found["function"]]
    counts = pd.crosstab(pd.Series(room, name="room"), found["outcome"].to_numpy())
    counts = counts.reindex(columns=OUTCOMES, fill_value=0)
    counts.insert(0, "functions", found.groupby(pd.Series(room))["function"].nunique())
    counts.insert(1, "tried", counts[OUTCOMES].sum(axis=1))
    counts.loc["all"] = counts.sum()
    rows = [
        f"| {name} | " + " | ".join(f"{n:,}" for n in row) + " |" for name, row in counts.iterrows()
    ]
    return "\n".join(
        [f"| room | {' | '.join(counts)} |", "| --- |" + " --: |" * len(counts.columns), *rows]
    )


def page(found: pd.DataFrame, more_mib: int) -> str:
    """tests/hostile.md."""
    values, arrays = len(_scalars()), len(_arrays())
    slowest = found.loc[found["s"].idxmax()]
    return f"""# The hostile pass

`python tests/hostile_calls.py` gives every public function, one argument at a time, {values} single
values and {arrays} arrays that it may not expect, and writes this page. The other arguments are those
of an example that the function answers. The suite makes the same calls, but of slow functions each
value once (`tests/test_hostile_calls.py`).

*answered*: finite numbers. *refused*: a ValueError or TypeError of one line that says what must be.
*foreign*: any other error. *nan*: a result that is not a number and not said to be unknown.
*slow*: not back in {SLOW_S} s of processor time.

{table_of(found)}

The slowest call, `{slowest["function"]}` with `{slowest["parameter"]}` = {slowest["value"]}, took
{slowest["s"]:.1f} s of it. Memory rose by {more_mib:,} MiB above the start.
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="functions; all by default")
    given = parser.parse_args()
    names = given.names or [name for room in ROOMS for name in names_of(room)]
    began = _peak_mib()
    tables = []
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            tables.append(run([name], Path(folder)))
            print(name, dict(Counter(tables[-1]["outcome"])), flush=True)
    found = pd.concat(tables, ignore_index=True)
    bad = found[~found["outcome"].isin(["answered", "refused"])]
    print(
        bad[["function", "parameter", "value", "outcome", "said"]].to_string() if len(bad) else ""
    )
    text = page(found, _peak_mib() - began)
    print(text)
    if not given.names:
        Path(__file__).with_name("hostile.md").write_text(text, encoding="utf-8")
    return int(len(bad) > 0)


if __name__ == "__main__":
    sys.exit(main())
