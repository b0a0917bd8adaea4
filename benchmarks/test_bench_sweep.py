"""Sweeps: two workers beside one process, and a million points in files beside ten thousand."""

import multiprocessing
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager

import pandas as pd
import pytest

import tao_econ as te
from tao_econ.analysis.sweep import sweep

POOLS, RULES, SCENARIO = te.incentives.synthetic_subnets(), te.rules_at("gate-rank"), te.Scenario()
AXES = {
    "stakers_sold_share": [0.0, 0.1, 0.2, 0.3, 0.4, 0.5],
    "miners_sold_share": [0.2, 0.36, 0.52, 0.68, 0.84, 1.0],
}


def ten_days(scenario):
    """Ten days of 128 subnets, block by block: a quarter of a second a point."""
    path = te.chain.run_subnets(RULES, scenario, POOLS, days=10)
    return {"minted_rao": int(path.minted_rao[-1]), "injected_rao": int(path.injected_rao[-1])}


@contextmanager
def workers(kind):
    if kind == "threads":
        with ThreadPoolExecutor(2) as pool:
            yield pool
    elif kind == "processes":
        with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
            yield pool
    else:
        distributed = pytest.importorskip("distributed")
        with distributed.Client(
            n_workers=2, threads_per_worker=1, dashboard_address=None
        ) as client:
            yield client.get_executor()


@pytest.mark.parametrize("kind", ["threads", "processes", "dask"])
def test_two_workers(benchmark, kind):
    alone = []

    def one_process():
        start = time.perf_counter()
        table = sweep(ten_days, SCENARIO, progress=False, **AXES)
        alone.append((time.perf_counter() - start, table))

    with workers(kind) as pool:
        sweep(
            ten_days, SCENARIO, executor=pool, progress=False, **AXES
        )  # workers started, compiled code loaded
        table = benchmark.pedantic(
            lambda: sweep(ten_days, SCENARIO, executor=pool, progress=False, **AXES),
            setup=one_process,
            rounds=3,
        )
    pd.testing.assert_frame_equal(table, alone[0][1])
    names = {"threads": "two threads", "processes": "two processes", "dask": "two Dask workers"}
    benchmark.extra_info |= {"peer": "one process", "with": names[kind], "aim_ratio": 1.7}
    benchmark.extra_info["peer_s"] = min(took for took, _ in alone)


MANY = """
import re, resource, sys
from pathlib import Path
import numpy as np
import tao_econ as te
from tao_econ.sweep import sweep_to_parquet
rules, snapshot = te.rules_at("2026-09-11"), te.load_snapshot("2026-09-11")
scenario = te.load_scenario("base")
side = int(sys.argv[2])
sweep_to_parquet(
    lambda varied: te.economy.supply_at(varied, scenario, rules),
    snapshot, folder=sys.argv[1], progress=False,
    price_usd=np.linspace(100, 400, side), issuance_rao=np.linspace(10e15, 12e15, side).astype(int),
)
status = Path("/proc/self/status")  # on Linux ru_maxrss begins at what the parent had
if status.exists():
    print(int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]) / 1e3)
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)
"""


def test_a_million_points_into_parquet(benchmark, tmp_path):
    pytest.importorskip("resource")
    pytest.importorskip("pyarrow")

    def peak_mb(side):
        command = [sys.executable, "-c", MANY, tmp_path / str(side), str(side)]
        return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    few = peak_mb(100)
    many = benchmark.pedantic(peak_mb, (1_000,), rounds=1)
    written = sum(
        len(pd.read_parquet(part, columns=["price_usd"]))
        for part in (tmp_path / "1000").glob("*.parquet")
    )
    assert written == 1_000_000
    benchmark.extra_info |= {"peak_mb": many, "more_mb": many - few}
    assert many - few < 150
