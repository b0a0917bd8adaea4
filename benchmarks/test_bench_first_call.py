"""CPU of a first call with no compiled kernel on disk: what `./run warm` spends beforehand."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CALL = """
import sys, time
from tao_econ.publish import warm
step, before = warm.STEPS[sys.argv[1]], time.process_time()
step()
print(time.process_time() - before)
"""
STEPS = {
    "fast-epoch": "an epoch of Yuma",
    "subnets": "subnets, block by block",
    "exact-epoch": "the exact epoch",
    "guarantee": "the consensus guarantee",
}


@pytest.mark.parametrize("name", STEPS)
def test_first_call(benchmark, tmp_path, name):
    def call():
        done = subprocess.run(
            [sys.executable, "-c", CALL, STEPS[name]],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)},
        )
        return float(done.stdout)

    took = benchmark.pedantic(call, rounds=1)
    benchmark.extra_info |= {"least_s": took, "median_s": took, "target_s": 3.0, "cpu": True}
