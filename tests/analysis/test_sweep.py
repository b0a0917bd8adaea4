"""Sweeps: the same table from every executor, errors that lose only themselves, parts that are
gone on with.
"""

import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tao_econ as te
from tao_econ.analysis import sweep as sweep_module
from tao_econ.analysis.sweep import sweep, sweep_to_parquet

RULES, NOW, BASE = (
    te.rules_at("2026-09-11"),
    te.load_snapshot("2026-09-11"),
    te.load_scenario("base"),
)
AXES = {"price_usd": [100.0, 200.0, 300.0], "issuance_rao": [11 * 10**15, 12 * 10**15]}


class Pair(NamedTuple):
    total: float
    even: bool


def add(a, b):
    return Pair(a + b, (a + b) % 2 == 0)


def noisy(a, rng):
    return {"x": a + rng.standard_normal()}


def market_cap(snapshot):
    return te.economy.supply_at(RULES, snapshot, BASE).market_cap_usd


def fails_at_three(a):
    if a == 3:
        raise ValueError(f"a must not be 3, got {a}")
    return a


def count_calls(a, folder):
    with open(f"{folder}/calls.txt", "a", encoding="utf-8") as file:
        file.write(f"{a}\n")
    return float(a)


# --- one table


def test_rows_are_every_combination_in_order_with_the_models_columns():
    got = sweep(add, a=[1, 2], b=[10, 20, 30])
    want = pd.DataFrame(
        [
            (1, 10, 11, False),
            (1, 20, 21, False),
            (1, 30, 31, False),
            (2, 10, 12, True),
            (2, 20, 22, True),
            (2, 30, 32, True),
        ],
        columns=["a", "b", "total", "even"],
    )
    pd.testing.assert_frame_equal(got, want)


def test_a_record_is_varied_by_its_fields_and_checks_them(refused):
    got = sweep(market_cap, NOW, **AXES)
    assert len(got) == 6 and list(got.columns) == ["price_usd", "issuance_rao", "value"]
    np.testing.assert_allclose(got["value"], got["price_usd"] * got["issuance_rao"] / 1e9)
    with refused("price_usd", -1.0):
        sweep(market_cap, NOW, price_usd=[100.0, -1.0])


@pytest.fixture(scope="module")
def processes():
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


@pytest.fixture(scope="module")
def dask():
    distributed = pytest.importorskip("distributed")
    with distributed.Client(
        processes=False, n_workers=1, threads_per_worker=2, dashboard_address=None
    ) as client:
        yield client.get_executor()


@pytest.mark.parametrize("kind", ["threads", "processes", "dask"])
def test_every_executor_gives_the_same_table(kind, request):
    alone, seeded = sweep(market_cap, NOW, **AXES), sweep(noisy, seed=7, a=list(range(23)))
    if kind == "threads":
        with ThreadPoolExecutor(2) as pool:
            pd.testing.assert_frame_equal(sweep(market_cap, NOW, executor=pool, **AXES), alone)
            pd.testing.assert_frame_equal(
                sweep(noisy, seed=7, executor=pool, a=list(range(23))), seeded
            )
        return
    pool = request.getfixturevalue(kind)
    pd.testing.assert_frame_equal(sweep(market_cap, NOW, executor=pool, **AXES), alone)
    pd.testing.assert_frame_equal(sweep(noisy, seed=7, executor=pool, a=list(range(23))), seeded)


def test_a_points_random_numbers_depend_on_the_seed_and_its_number_alone():
    got = sweep(noisy, seed=7, a=[0.0] * 5)
    assert got["x"].nunique() == 5
    assert got["x"].iloc[3] == np.random.default_rng([7, 3]).standard_normal()
    assert not np.array_equal(sweep(noisy, seed=8, a=[0.0] * 5)["x"], got["x"])


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_points_are_numbered_last_axis_fastest(sizes):
    axes = {f"x{k}": list(range(size)) for k, size in enumerate(sizes)}
    got = sweep(lambda **point: dict(point).__len__(), progress=False, **axes)
    want = pd.MultiIndex.from_product(axes.values()).to_frame(index=False)
    np.testing.assert_array_equal(got[list(axes)], want)


# --- errors


def test_an_error_stops_the_sweep_and_names_the_point():
    with pytest.raises(ValueError, match="a must not be 3") as caught:
        sweep(fails_at_three, a=[1, 3, 4])
    assert "at point 1 of 3: a=3" in caught.value.__notes__


@pytest.mark.parametrize("workers", [None, 2])
def test_on_request_an_error_loses_only_its_own_row(workers):
    with ThreadPoolExecutor(2) as pool:
        got = sweep(fails_at_three, errors="keep", executor=pool if workers else None, a=[1, 3, 4])
    assert got["value"].tolist()[::2] == [1, 4] and np.isnan(got["value"][1])
    assert got["error"].isna().tolist() == [True, False, True]
    assert got["error"][1] == "ValueError: a must not be 3, got 3"
    assert sweep(fails_at_three, errors="keep", a=[1, 2])["error"].isna().all()


@pytest.mark.parametrize(
    ("name", "shown", "call"),
    [
        ("axes", "none", lambda: sweep(add)),
        ("a", "1", lambda: sweep(add, a=1, b=[2])),
        ("a", "'xy'", lambda: sweep(add, a="xy", b=[2])),
        ("a", "none", lambda: sweep(add, a=[], b=[2])),
        ("axis", "pricee_usd", lambda: sweep(market_cap, NOW, pricee_usd=[1.0])),
        ("errors", "ignore", lambda: sweep(add, errors="ignore", a=[1], b=[1])),
        ("model", "3", lambda: sweep(3, a=[1])),
        ("base", "4", lambda: sweep(add, 4, a=[1])),
        ("axes", "1,000,000,000", lambda: sweep(add, a=range(100_000), b=range(10_000))),
        ("results", "ndarray", lambda: sweep(lambda a: np.ones(2), a=[1])),
        ("results", "a", lambda: sweep(lambda a: {"a": a}, a=[1])),
        ("seed", -1, lambda: sweep(noisy, seed=-1, a=[1])),
    ],
)
def test_bad_input_is_refused_in_one_line(name, shown, call, refused):
    with refused(name, shown):
        call()


# --- parts


def test_a_stopped_sweep_goes_on_where_it_stopped(tmp_path, monkeypatch, refused):
    monkeypatch.setattr(sweep_module, "PART_ROWS", 4)
    out, given = tmp_path / "out", {"a": list(range(10)), "folder_": [str(tmp_path)]}

    def model(a, folder_):
        if a == 6 and not (tmp_path / "again").exists():
            raise KeyboardInterrupt
        return count_calls(a, folder_)

    with pytest.raises(KeyboardInterrupt):
        sweep_to_parquet(model, folder=out, **given)
    assert sorted(p.name for p in out.iterdir()) == ["_plan.json", "part-00000.parquet"]
    (tmp_path / "again").touch()
    assert sweep_to_parquet(model, folder=out, **given) == out
    calls = (tmp_path / "calls.txt").read_text().split()
    assert calls == list("012345") + list("456789")
    pd.testing.assert_frame_equal(
        pd.read_parquet(out), sweep(lambda a, folder_: float(a), **given), check_dtype=False
    )
    assert json.loads((out / "_plan.json").read_text())["axes"] == {"a": 10, "folder_": 1}
    with refused("folder", "another plan"):
        sweep_to_parquet(model, folder=out, a=[1], folder_=["x"])


def test_parts_hold_what_the_table_holds(tmp_path, monkeypatch):
    monkeypatch.setattr(sweep_module, "PART_ROWS", 4)
    with ThreadPoolExecutor(2) as pool:
        folder = sweep_to_parquet(
            noisy, folder=tmp_path / "x", seed=3, executor=pool, a=[float(k) for k in range(11)]
        )
    pd.testing.assert_frame_equal(
        pd.read_parquet(folder), sweep(noisy, seed=3, a=[float(k) for k in range(11)])
    )


def test_many_points_wait_for_few(monkeypatch):
    """However many points there are, only a few batches are on their way at once."""
    waiting, most = [], []

    class Slow(ThreadPoolExecutor):
        def submit(self, *args):
            future = super().submit(*args)
            waiting.append(future)
            most.append(sum(not f.done() for f in waiting))
            return future

    with Slow(2) as pool:
        got = sweep(add, executor=pool, a=list(range(100)), b=list(range(100)))
    assert len(got) == 10_000 and len(waiting) >= 16 and max(most) <= 9
