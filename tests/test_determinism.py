"""The same bytes: with one thread and with two, and (nightly) from two fresh clones."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HASHES = """
import hashlib, json, pathlib, sys, tempfile
from concurrent.futures import ThreadPoolExecutor
import numpy as np
import tao_econ as te
from tao_econ import claims, views
from tao_econ.publish import ledger as page
from tao_econ.analysis.sweep import sweep_to_parquet
threads = int(sys.argv[1])
te.incentives.retention_map.__wrapped__.__kwdefaults__["threads"] = threads
rules, now, base = te.rules_at("2026-09-11"), te.load_snapshot("2026-09-11"), te.load_scenario("base")
found = page.whole()
bytes_of = {"ledger": page.json(found).encode(), "page": page.page(found, claims.counts(found), claims.under_stress())}
for name in ("guarantee_on_real_stake", "price_fan", "market_by_judge", "supply_four_ways", "majority_price"):
    picture = views.VIEWS[name]()
    bytes_of |= {f"{name}.{kind}": picture.bytes(kind) for kind in ("svg", "png")}
bytes_of["map"] = te.incentives.retention_map(rules, te.incentives.draw_network(seed=3)).tobytes()
with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(threads) as pool:
    model = lambda snapshot, rng: {"mc_fdv": te.economy.supply_at(rules, snapshot, base).mc_fdv, "drawn": rng.standard_normal()}
    sweep_to_parquet(model, now, folder=folder, executor=pool, seed=1, price_usd=np.linspace(1, 900, 200), progress=False)
    bytes_of |= {path.name: path.read_bytes() for path in sorted(pathlib.Path(folder).iterdir())}
print(json.dumps({name: hashlib.sha256(content).hexdigest() for name, content in bytes_of.items()}))
"""
COMMANDS = (["figures"], ["claims"], ["assumptions"], ["notebooks"], ["site"])


def test_one_thread_and_two_give_the_same_bytes():
    one, two = (
        json.loads(
            subprocess.run(
                [sys.executable, "-c", HASHES, str(threads)],
                capture_output=True,
                text=True,
                check=True,
                env=os.environ
                | {
                    f"{library}_NUM_THREADS": str(threads)
                    for library in ("NUMBA", "OMP", "OPENBLAS")
                },
            ).stdout
        )
        for threads in (1, 2)
    )
    assert len(one) == 15 and one == two


@pytest.mark.skipif(
    os.environ.get("HYPOTHESIS_PROFILE") != "nightly",
    reason="some 20 minutes; HYPOTHESIS_PROFILE=nightly",
)
def test_two_fresh_clones_write_the_same_bytes_and_those_committed(tmp_path):
    written = []
    for threads in (1, 2):
        clone = tmp_path / f"clone{threads}"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        for old in (clone / "figures").iterdir():
            old.unlink()
        for book in (clone / "notebooks").glob("*.ipynb"):
            _empty(book)
        path = os.pathsep.join([str(clone), os.environ["PYTHONPATH"]])
        about = os.environ | {
            "PYTHONPATH": path,
            "NUMBA_NUM_THREADS": str(threads),
            "OMP_NUM_THREADS": str(threads),
        }
        for command in COMMANDS:
            subprocess.run(
                [sys.executable, "-m", "tao_econ", *command], cwd=clone, env=about, check=True
            )
        kinds = [
            p
            for folder in ("figures", "notebooks", "site")
            for p in sorted((clone / folder).rglob("*"))
            if p.is_file()
        ]
        kinds.append(clone / "ASSUMPTIONS.md")
        written.append(
            {str(p.relative_to(clone)): hashlib.sha256(p.read_bytes()).hexdigest() for p in kinds}
        )
    first, second = written
    assert len(first) > 300 and first == second
    committed = {name: first[name] for name in first if not name.startswith("site")}
    assert committed == {
        name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in committed
    }


def _empty(book: Path) -> None:
    """Take all outputs out of a notebook."""
    content = json.loads(book.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    book.write_text(json.dumps(content), encoding="utf-8")
