"""The same model, the same numbers: what others' frameworks take beside ours.

radCAD and cadCAD come from the package index into .venv-bench (`./run bench` sets it up). The torch
simulator
bactensor/yuma-simulation is used from a checkout named by YUMA_SIMULATOR, with the Python of
YUMA_PYTHON (by default
the checkout's own .venv, else this one).
"""

import json
import os
import subprocess
import sys
import time
from bisect import bisect_right
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tao_econ import rules_at
from tao_econ.chain import emission_path, yuma_epoch
from tao_econ.chain.emission import halving_thresholds_rao, reward_after

PEERS = Path(__file__).resolve().parent / "peers"
BENCH_PYTHON = (
    PEERS.parents[1] / ".venv-bench" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
)
CHAIN = rules_at("2026-09-11")
BLOCKS, EVERY, RECYCLED = (
    72_000,
    7_200,
    1_000,
)  # ten days, the first halving in the middle of the sixth


def ask(python, script, *arguments):
    """What a peer's script prints; or why a package it needs is not there."""
    if not Path(python).exists():
        return {"why": "not installed"}
    done = subprocess.run([python, PEERS / script, *arguments], capture_output=True, text=True)
    last = done.stderr.strip().splitlines()[-1:] or [""]
    if last[0].startswith("ModuleNotFoundError"):
        return {"why": last[0].partition(": ")[2]}
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def plain_python(issuance_rao, thresholds, rewards, **_):
    """The definition as a loop without any framework."""
    start, issued, out = time.process_time(), issuance_rao, [issuance_rao]
    for block in range(1, BLOCKS + 1):
        issued += rewards[bisect_right(thresholds, issued) - 1] - RECYCLED
        if block % EVERY == 0:
            out.append(issued)
    return time.process_time() - start, out


@pytest.mark.benchmark(
    timer=time.process_time
)  # all four use one core; so others' load matters less
@pytest.mark.parametrize("peer", ["radcad", "cadcad", "python"])
def test_a_step_of_emission(benchmark, peer):
    thresholds = halving_thresholds_rao(CHAIN)
    given = {
        "blocks": BLOCKS,
        "every": EVERY,
        "rounds": 5,
        "recycled": RECYCLED,
        "thresholds": thresholds,
        "rewards": [reward_after(CHAIN, k) for k in range(len(thresholds))],
        "issuance_rao": thresholds[1] - 40_000 * 10**9,
    }
    if peer == "python":
        took, issued = zip(*(plain_python(**given) for _ in range(5)), strict=True)
        theirs = {"peer": "a loop in plain Python", "seconds": took, "issuance_rao": issued[0]}
    else:
        theirs = {"peer": peer.replace("cad", "CAD", 1 if peer == "radcad" else 0)}
        theirs |= ask(BENCH_PYTHON, f"emission_{peer}.py", json.dumps(given))
    path = benchmark(
        emission_path,
        CHAIN,
        issuance_rao=given["issuance_rao"],
        days=BLOCKS // 7_200,
        recycled_rao_per_block=RECYCLED,
        block_by_block=True,
    )
    compared(benchmark, theirs)
    if "seconds" in theirs:
        assert path.issuance_rao.tolist() == list(theirs["issuance_rao"])
        assert path.reward_rao[0] == 2 * path.reward_rao[-1]


def test_an_epoch_of_the_torch_simulator(benchmark, tmp_path):
    """It rounds consensus to 16 bits after making its sum one; where most of the stake agrees
    that changes little.
    """
    validators, miners, random = 64, 192, np.random.default_rng(0)
    scores, votes = random.random((validators, miners)), 1 + random.random(validators)
    scores[votes.cumsum() <= 0.6 * votes.sum()] = scores[0]
    weights, bonds = np.zeros((2, validators, 256))
    stake, uids = np.zeros(256), np.arange(validators)
    weights[:, validators:], stake[:validators] = scores, votes
    rules = replace(
        rules_at("yuma3"), bonds_penalty=Fraction(0)
    )  # it buys bonds with weights that are not clipped
    yuma_epoch(rules, weights, stake, bonds, validators=uids)  # compiled before the clock starts
    epoch = benchmark(yuma_epoch, rules, weights, stake, bonds, validators=uids)
    theirs = {"peer": "yuma-simulation (torch)", "why": "not given"}
    if checkout := os.environ.get("YUMA_SIMULATOR"):
        given = tmp_path / "given.json"
        about = {
            "weights": scores.tolist(),
            "stake": votes.tolist(),
            "kappa": float(rules.kappa),
            "bonds_penalty": 0.0,
        }
        given.write_text(json.dumps(about | {"rounds": 5}), encoding="utf-8")
        own = Path(checkout) / ".venv" / "bin" / "python"
        python = os.environ.get("YUMA_PYTHON") or (own if own.exists() else sys.executable)
        theirs = {"peer": theirs["peer"]} | ask(python, "epoch_yuma_simulator.py", checkout, given)
    compared(benchmark, theirs)
    if "seconds" in theirs:
        np.testing.assert_allclose(theirs["incentive"], epoch.incentive[validators:], atol=3e-5)
        np.testing.assert_allclose(theirs["dividends"], epoch.dividends[:validators], atol=3e-5)


def compared(benchmark, theirs):
    """Note the peer's least time, or why there is none."""
    benchmark.extra_info["peer"] = theirs["peer"]
    if "seconds" in theirs:
        benchmark.extra_info["peer_s"] = min(theirs["seconds"])
    else:
        benchmark.extra_info["why"] = theirs["why"]
