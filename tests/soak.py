"""Long runs: memory stays flat, nothing is lost, and what takes long can be stopped.

`python tests/soak.py` makes each run once, in a process of its own, and writes tests/soak.md. With
names it makes those and writes nothing. Exit code 1 if a run breaks what it should hold.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
import tao_econ as te  # noqa: E402
from tao_econ.analysis.sweep import sweep_to_parquet  # noqa: E402
from tao_econ.inputs import checkpoint  # noqa: E402

YEARS, EPOCHS, UIDS, ROUNDS, POINTS = 10, 10_000, 256, 10_000, 100_000
SAMPLE_S = 0.1
SUPPLY = te.economy.supply_at(
    te.rules_at("2026-09-11"), te.load_snapshot("2026-09-11"), te.load_scenario("base")
)
FLAT = 1.05  # of what it was after the first tenth, beside the result
SETTLED = {"sweep": 0.25}  # of a run, else a tenth: a sweep's rows are written at each fifth


class Held(NamedTuple):
    """What a run came to."""

    seconds: float
    result_mib: float  # arrays that it returns, which fill up as it runs
    kept: str  # what was conserved, in words
    wrong: str  # "" where nothing is


# ---- The runs ----


def subnets() -> Held:
    """Real subnets for ten years, sampled every 30 days."""
    pools = te.chain.load_subnets("subnets_8791247")
    rules, base = te.rules_at("gate-rank"), te.load_scenario("base")
    te.chain.run_subnets(rules, base, pools, days=1)
    _begin()
    began = time.perf_counter()
    path = te.chain.run_subnets(rules, base, pools, days=365 * YEARS, every_days=30)
    spent = time.perf_counter() - began
    minted, gone = int(path.minted_rao[-1]), int(path.issuance_rao[-1] - path.issuance_rao[0])
    spread = int(path.injected_rao[-1]) + int(path.bought_rao[-1]) + int(path.recycled_rao[-1])
    lost = minted - spread
    unborn = minted - int(path.recycled_rao[-1]) - gone
    kept = f"{minted:,} rao minted = injected + bought + recycled; {lost} missing"
    wrong = f"{lost} rao missing, issuance {unborn} rao off" if lost or unborn else ""
    return Held(spent, _mib(path), kept, wrong)


def _stoppable(days: int = 365) -> te.chain.SubnetPath:
    """A year of the same."""
    pools = te.chain.load_subnets("subnets_8791247")
    return te.chain.run_subnets(
        te.rules_at("gate-rank"), te.load_scenario("base"), pools, days=days, every_days=30
    )


def stopped() -> Held:
    """A year of real subnets, killed twice and resumed, beside the same uninterrupted."""
    checkpoint.KEEP_EVERY_S = 1.0
    _stoppable(days=1)
    with tempfile.TemporaryDirectory() as place, te.inputs.checkpoints(place):
        done = [_killed_run(place, after) for after in (0, 1)]
        _begin()
        began = time.perf_counter()
        resumed = _stoppable()
        spent = time.perf_counter() - began
    whole = _stoppable()
    arrays = [field for field in whole._fields if field not in ("name", "unproven")]
    same = all((getattr(whole, f) == getattr(resumed, f)).all() for f in arrays)
    kept = f"killed after {done[0]} and {done[1]} of 365 days, then resumed: "
    kept += "every array equal to the uninterrupted run's" if same else "other numbers"
    return Held(spent, _mib(resumed), kept, "" if same and done[1] > done[0] > 0 else kept)


def _killed_run(place: str, least: int) -> int:
    """The year in another process, killed once it has kept more days; how many it has kept."""
    code = f"import sys; sys.path[:0] = [{str(ROOT / 'tests')!r}]; import soak\n"
    code += "soak.checkpoint.KEEP_EVERY_S = 1.0\n"
    code += f"with soak.te.inputs.checkpoints({place!r}): soak._stoppable()"
    child = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    before = _days_kept(place)
    while child.poll() is None and _days_kept(place) <= before + 50 * least:
        time.sleep(0.05)
    child.kill()
    child.wait()
    return _days_kept(place)


def _days_kept(place: str) -> int:
    """Of the checkpoint in a folder; 0 where there is none."""
    for file in Path(place).glob("*.run"):
        return int(json.loads(file.read_bytes().split(b"\n", 2)[1])["done"])
    return 0


def epochs() -> Held:
    """Yuma's epochs of a full subnet, whose pay is staked."""
    random = np.random.default_rng(1)
    weights = random.random((UIDS, UIDS))
    stake = random.lognormal(8, 2, UIDS)
    rules = te.rules_at("2026-09-11")
    te.chain.yuma_run(rules, weights, stake, epochs=2, reward=1.0)
    _begin()
    began = time.perf_counter()
    path = te.chain.yuma_run(rules, weights, stake, epochs=EPOCHS, reward=1.0)
    spent = time.perf_counter() - began
    off = float(np.abs(path.emission_share.sum(axis=1) - 1).max())
    paid = float(abs(path.stake[-1].sum() - stake.sum() - (EPOCHS - 1)))
    kept = f"shares of every epoch sum to 1 within {off:.0e}; stake grew by what was paid within "
    return Held(spent, _mib(path), f"{kept}{paid:.0e}", "not conserved" if off > 1e-9 else "")


def market() -> Held:
    """Rounds of the query market."""
    rules = te.rules_at("2026-09-11")
    start = te.incentives.QueryMarket()
    te.incentives.query_market_path(rules, start, rounds=2, replicas=2)
    _begin()
    began = time.perf_counter()
    path = te.incentives.query_market_path(rules, start, rounds=ROUNDS, replicas=2)
    spent = time.perf_counter() - began
    finite = all(np.isfinite(values).all() for values in path)
    grown = np.diff(path.staked_tao, axis=1)
    within = bool((grown <= path.emission_tao[:, :-1] + path.fees_tao[:, :-1] + 1e-6).all())
    kept = "every number finite; stake never grows by more than emission and fees"
    return Held(spent, _mib(path), kept, "" if finite and within else "not conserved")


def value_or_fault(price_usd: float, staked_share: float, rng: np.random.Generator) -> dict:
    """Value of what is staked at a price; one point in a hundred fails."""
    if round(price_usd * 1_000) % 100 == 7:
        raise ValueError(f"price_usd must not end in 07, got {price_usd}")
    staked_usd = price_usd * SUPPLY.issued_tao * staked_share
    return {"staked_usd": staked_usd, "drawn_usd": staked_usd * rng.lognormal()}


def _sweep_into(folder: Path, points: int = POINTS) -> None:
    sweep_to_parquet(
        value_or_fault,
        folder=folder,
        errors="keep",
        seed=1,
        price_usd=np.arange(1, 1_001) / 1_000,
        staked_share=np.linspace(0, 1, points // 1_000),
        progress=False,
    )


def sweep() -> Held:
    """A sweep of which one point in a hundred fails, whole, and once more with two kills."""
    import pandas as pd

    with tempfile.TemporaryDirectory() as place:
        whole, resumed = Path(place) / "whole", Path(place) / "resumed"
        _sweep_into(Path(place) / "one", points=1_000)  # what is loaded at the first part
        _begin()
        began = time.perf_counter()
        _sweep_into(whole)
        spent = time.perf_counter() - began
        kills = [_killed(resumed, parts) for parts in (1, 3)]
        _sweep_into(resumed)
        failed = int(pd.read_parquet(whole)["error"].notna().sum())
        size = sum(file.stat().st_size for file in whole.iterdir())
        same = _files(whole) == _files(resumed)
    kept = f"{failed:,} of {POINTS:,} failed; killed with {kills[0]} and {kills[1]} parts there"
    kept += ", then resumed: the same bytes as uninterrupted" if same else ": other bytes"
    wrong = "" if same and failed == POINTS // 100 and kills[1] > kills[0] else f"broken: {kept}"
    return Held(spent, size / 2**20, kept, wrong)


def _files(folder: Path) -> dict[str, bytes]:
    """What a sweep wrote whole; a killed writer may leave a draft, whose name begins with a dot."""
    return {f.name: f.read_bytes() for f in sorted(folder.iterdir()) if f.name[0] != "."}


def _killed(folder: Path, parts: int) -> int:
    """Sweep in another process and kill it when so many parts are there; how many there were."""
    code = f"import sys; sys.path[:0] = [{str(ROOT / 'tests')!r}]; import soak\n"
    code += f"soak._sweep_into(soak.Path({str(folder)!r}))"
    child = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    while child.poll() is None and len(list(folder.glob("part-*.parquet"))) < parts:
        time.sleep(0.01)
    child.kill()
    child.wait()
    return len(list(folder.glob("part-*.parquet")))


RUNS = {
    "subnets": (subnets, f"127 real subnets, {YEARS} years of 7,200 blocks a day"),
    "stopped": (stopped, "127 real subnets, 1 year, killed twice"),
    "epochs": (epochs, f"`yuma_run`, {UIDS} uids, {EPOCHS:,} epochs"),
    "sweep": (sweep, f"`sweep_to_parquet`, {POINTS:,} points"),
    "market": (market, f"`query_market_path`, {ROUNDS:,} rounds of 2 replicas"),
}
PROGRESS = {
    "subnets": "bar with time left at a terminal; goes on where it stopped",
    "stopped": "the same",
    "epochs": "none: one kernel",
    "sweep": "bar with time left; goes on where it stopped",
    "market": "bar with time left at a terminal; goes on where it stopped",
}


# ---- What is measured ----


def _begin() -> None:
    """Tell the process that watches that the run begins."""
    print("begin", flush=True)


def _mib(path: tuple) -> float:
    return sum(values.nbytes for values in path if isinstance(values, np.ndarray)) / 2**20


def watched(name: str) -> tuple[Held, float, float]:
    """A run in its own process: what it came to, MiB resident after a tenth of it and at most after
    that.
    """
    child = subprocess.Popen(
        [sys.executable, __file__, "--inside", name], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    child.stdout.readline()
    began = time.perf_counter()
    samples = []
    while child.poll() is None:
        samples.append((time.perf_counter() - began, _resident_mib(child.pid)))
        time.sleep(SAMPLE_S)
    said = child.stdout.read()
    if child.returncode:
        raise ChildProcessError(f"{name} ended with {child.returncode}")
    held = Held(**json.loads(said))
    during = [(at, mib) for at, mib in samples if at <= held.seconds and mib]
    settled_s = held.seconds * SETTLED.get(name, 0.1)
    first = [mib for at, mib in during if at <= settled_s] or [during[0][1]]
    later = [mib for at, mib in during if at > settled_s] or first
    return held, (max(first) if name in SETTLED else first[-1]), max(later)


def _resident_mib(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def row(name: str, held: Held, tenth: float, most: float) -> tuple[str, bool]:
    """A line of the table, and whether the run held what it should."""
    own = max(0.0, most - tenth - held.result_mib)
    flat = tenth + own <= FLAT * tenth
    line = (
        f"| {RUNS[name][1]} | {held.seconds:,.0f} | {tenth:,.0f} | {most:,.0f} | "
        f"{held.result_mib:,.0f} | {100 * own / tenth:.1f} % | {held.wrong or held.kept} | "
        f"{PROGRESS[name]} |"
    )
    return line, flat and not held.wrong


def page(lines: list[str]) -> str:
    """tests/soak.md."""
    head = ["run", "s", "MiB after a tenth", "MiB at most", "MiB of result", "grown beside it"]
    head += ["conserved", "progress"]
    table = [f"| {' | '.join(head)} |", "| --- |" + " --: |" * 5 + " --- | --- |", *lines]
    return f"""# Long runs

`python tests/soak.py` makes each run once, in a process of its own, and writes this page. Memory is
what the process has resident, read every {SAMPLE_S} s. A result fills up while the run goes on, so it is
told apart: *grown beside it* is what came on top of it after the first tenth, at most {100 * (FLAT - 1):.0f} %. A
sweep keeps the rows of a part, a fifth of this one, until it writes them: there it is after the
first quarter.
Seconds are of a machine with {os.cpu_count()} cores that did other work too. Runs of subnets and of the
query market go on where they stopped within `te.inputs.checkpoints(folder)`, sweeps always.

{chr(10).join(table)}
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(RUNS)}; all by default")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        import soak  # a model of this module, not of __main__: a sweep knows its model by name

        print(json.dumps(soak.RUNS[given.inside][0]()._asdict()), flush=True)
        return 0
    lines = []
    good = True
    for name in given.names or RUNS:
        line, held = row(name, *watched(name))
        print(line, "" if held else "BROKEN", flush=True)
        lines.append(line)
        good &= held
    if not given.names:
        Path(__file__).with_name("soak.md").write_text(page(lines), encoding="utf-8")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
