"""The same numbers and bytes in every environment: time zones, locales, hash seeds, threads, a
copied clone, and without compiled kernels.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ("inflation", "discounted_fdv", "supply_four_ways")
NUMBERS = """
import datetime as dt, hashlib, json, locale, pathlib, sys
locale.setlocale(locale.LC_ALL, "")
import numpy as np
import tao_econ as te
from tao_econ.inputs import data
rules, now, base = te.rules_at("2026-09-11"), te.load_snapshot("2026-09-11"), te.load_scenario("base")
weights = np.random.default_rng(1).random((6, 6))
epoch = te.chain.yuma_epoch(rules, weights, [5.0, 4, 3, 2, 1, 1], np.zeros((6, 6)))
pool = te.chain.Pool(reserve_tao=587.2, reserve_alpha=435_540.0, tao_weight=0.5)
found = {
    "code": str(pathlib.Path(te.__file__).parents[1]),
    "dividends": epoch.dividends.tolist(),
    "bonds": epoch.bonds.sum(axis=0).tolist(),
    "swap": [float(x) for x in te.chain.swap(pool, tao_in=10.0, fee=33 / 65_535)[1:]],
    "supply": float(te.economy.supply_at(rules, now, base).mc_fdv),
    "halvings": te.chain.halving_table(rules).to_csv(),
    "reward": str(te.chain.reward_after(rules, 3)),
    "reader": hashlib.sha256(data.load("supply_points").to_csv().encode()).hexdigest(),
    "day": str(te.economy.anchored_date(8_000_000)),
    "root": te.chain.root_proportion(rules, 6e6, [1e6, 2e6]).tolist(),
}
"""
BYTES = """
from tao_econ import claims, views
from tao_econ.publish import ledger as page
for name in sys.argv[1:]:
    picture = views.VIEWS[name]()
    found |= {f"{name}.{kind}": hashlib.sha256(picture.bytes(kind)).hexdigest() for kind in ("svg", "png")}
found["claims.json"] = hashlib.sha256(page.json(claims.check(claims.world())).encode()).hexdigest()
"""
SAY = "print(json.dumps(found))"
THREADS = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
COMMA = "de_DE.UTF-8"


def _said(code, *words, root=ROOT, options=(), **changed) -> dict:
    """What a new Python says in another environment."""
    child = subprocess.run(
        [sys.executable, *options, "-c", code + SAY, *words],
        capture_output=True,
        text=True,
        env=os.environ
        | {"PYTHONPATH": os.pathsep.join([str(root), str(ROOT / "tests" / "guard")])}
        | changed,
        cwd=root,
    )
    assert child.returncode == 0, child.stderr[-2_000:]
    found = json.loads(child.stdout)
    assert found.pop("code") == str(root)
    return found


@pytest.fixture(scope="module")
def plain():
    return _said(NUMBERS + BYTES, *FIGURES, TZ="UTC", LC_ALL="C.UTF-8", PYTHONHASHSEED="0")


@pytest.fixture(scope="module")
def comma(tmp_path_factory):
    """A locale with decimal commas, compiled here if the machine has its source."""
    folder = tmp_path_factory.mktemp("locales")
    made = shutil.which("localedef") and subprocess.run(
        ["localedef", "-i", "de_DE", "-f", "UTF-8", str(folder / COMMA)], capture_output=True
    )
    if not made or made.returncode:
        pytest.skip("no source of a locale with decimal commas")
    return {"LOCPATH": str(folder), "LC_ALL": COMMA}


@pytest.mark.xdist_group("environments")
def test_east_of_everybody_with_another_hash_seed_and_one_thread(plain):
    east = dict.fromkeys(THREADS, "1") | {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1"}
    assert _said(NUMBERS + BYTES, *FIGURES, **east) == plain


@pytest.mark.xdist_group("environments")
def test_west_of_everybody_with_decimal_commas_and_eight_threads(plain, comma):
    west = dict.fromkeys(THREADS, "8") | {"TZ": "Etc/GMT+12", "PYTHONHASHSEED": "4242"}
    assert _said(NUMBERS + BYTES, *FIGURES, **west, **comma) == plain


@pytest.mark.xdist_group("environments")
def test_without_compiled_kernels_and_with_every_runtime_warning_an_error(plain):
    options = ("-W", "error::RuntimeWarning")
    found = _said(NUMBERS, options=options, NUMBA_DISABLE_JIT="1")
    assert found == {name: plain[name] for name in found}


@pytest.mark.xdist_group("environments")
def test_a_copied_clone_uses_its_own_code_and_gives_the_same(plain, tmp_path):
    copy = tmp_path / "a copy"
    for name in ("tao_econ", "data"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, copy)
    found = _said(NUMBERS, root=copy, NUMBA_DISABLE_JIT="1")
    assert found == {name: plain[name] for name in found}


OTHER = "raise SystemExit('another tao_econ was imported')\n"


@pytest.fixture
def clone(tmp_path):
    """A copied clone, of which another tao_econ stands before ours on the way of imports."""
    folder = tmp_path / "clone é"
    for name in ("tao_econ", "data", "figures"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "run"):
        shutil.copy(ROOT / name, folder)
    (tmp_path / "other" / "tao_econ").mkdir(parents=True)
    (tmp_path / "other" / "tao_econ" / "__init__.py").write_text(OTHER)
    made = folder / ".venv" / "bin"
    made.mkdir(parents=True)
    (made / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (made / "python").chmod(0o755)
    stamp = "cat pyproject.toml requirements.lock | cksum"
    shutil.copy(ROOT / "requirements.lock", folder)
    sums = subprocess.run(stamp, shell=True, cwd=folder, capture_output=True, text=True).stdout
    (folder / ".venv" / ".ready-runtime").write_text(f"{folder} {sums}")
    return folder


def _run(clone, *words, umask=0o077):
    """./run without HOME, under a umask that shares nothing, with another tao_econ in the way."""
    about = {name: value for name, value in os.environ.items() if name != "HOME"}
    return subprocess.run(
        [clone / "run", *words],
        capture_output=True,
        text=True,
        cwd="/",
        umask=umask,
        env=about | {"PYTHONPATH": str(clone.parent / "other"), "NUMBA_DISABLE_JIT": "1"},
    )


@pytest.mark.xdist_group("environments")
def test_without_a_home_under_a_closed_umask_and_beside_another_tao_econ(clone):
    files = [clone / "figures" / f"price_waterfall.{kind}" for kind in ("svg", "png")]
    before = [file.read_bytes() for file in files]
    for file in files:
        file.unlink()
    done = _run(clone, "figures", "price_waterfall")
    assert not done.stderr and done.returncode == 0
    assert [file.read_bytes() for file in files] == before
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


@pytest.mark.xdist_group("environments")
def test_a_clone_on_a_read_only_disk_answers_and_says_where_it_cannot_write(clone):
    assert _run(clone, "figures", "price_waterfall").returncode == 0  # as the data are now
    bind = ["mount", "--bind", str(clone), str(clone)]
    if os.getuid() or subprocess.run(bind, capture_output=True).returncode:
        pytest.skip("only root may mount")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(clone)], check=True)
        for words in (["ask", "supply"], ["figures", "price_waterfall"]):  # nothing to redraw
            done = _run(clone, *words)
            assert not done.stderr and done.returncode == 0
        done = _run(clone, "figures", "price_waterfall", "--set", "now.price_usd=300")
        assert done.returncode == 2 and done.stderr.count("\n") == 1
        assert "Read-only file system" in done.stderr and str(clone) in done.stderr
    finally:
        subprocess.run(["umount", str(clone)], check=True)
