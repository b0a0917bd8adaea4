"""The package as others install it: built, unpacked into an environment of its own, and used from a
folder that knows nothing of this one.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GUARD = ROOT / "tests" / "guard"
CALLS = """
import tao_econ as te
rules, snapshot, scenario = te.rules_at("2026-09-11"), te.load_snapshot("2026-09-11"), te.load_scenario("base")
day = rules, snapshot, scenario
answers = [
    te.chain.block_emission(rules, 11 * 10**15),
    te.chain.halving_thresholds_rao(rules)[1],
    te.economy.supply_at(*day).circulating_tao,
    te.economy.supply_path(*day).issued_tao[-1],
    te.economy.sell_pressure(*day).sold_usd_per_day,
    te.economy.discounted_supply(*day),
    te.chain.halving_table(rules).shape,
    te.economy.feasible_supply_tao(rules, "2023-11-20"),
    te.economy.counter_correction_tao(9_045_154),
    te.incentives.lognormal_stake(0.9),
    te.inputs.data.load("supply_points").shape,
    te.inputs.not_modelled().shape,
    te.describe(rules).shape,
    len(te.eras()),
]
assert len(answers) == 14 and all(answer is not None for answer in answers)
print(te.__file__)
"""


def run(python, *words, folder):
    about = os.environ | {"PYTHONPATH": str(GUARD)}  # without this clone, which ./run puts there
    done = subprocess.run(
        [python, "-P", *words], cwd=folder, env=about, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout


def built(kind, source, folder):
    run(sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", folder, folder=source)
    return next(p for p in folder.iterdir() if p.name.endswith({"wheel": ".whl"}.get(kind, ".gz")))


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """The wheel made of the checkout, and the one made of the source archive."""
    folder = tmp_path_factory.mktemp("built")
    with tarfile.open(built("sdist", ROOT, folder / "sdist")) as archive:
        archive.extractall(folder, filter="data")
    unpacked = next(folder.glob("tao_econ-*"))
    return built("wheel", ROOT, folder / "one"), built("wheel", unpacked, folder / "two")


@pytest.fixture(scope="module")
def installed(wheels, tmp_path_factory):
    """The Python of an environment that holds the package and sees the libraries of this one."""
    folder = tmp_path_factory.mktemp("installed")
    venv = folder / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True, timeout=120)
    python = venv / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(run(python, "-c", ask, folder=folder).strip())
    zipfile.ZipFile(wheels[1]).extractall(packages)
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    return python, packages, elsewhere


def files(folder):
    return {p for p in folder.rglob("*") if "__pycache__" not in p.parts}


def test_the_source_archive_makes_the_same_wheel(wheels):
    one, two = (
        {entry.filename: entry.CRC for entry in zipfile.ZipFile(wheel).infolist()}
        for wheel in wheels
    )
    assert one == two and {"tao_econ/py.typed", "tao_econ/data/eras.toml"} <= set(one)


def test_an_installed_package_answers_draws_and_explores_in_another_folder(installed):
    python, packages, elsewhere = installed
    before = files(packages)
    assert Path(run(python, "-c", CALLS, folder=elsewhere).strip()).is_relative_to(packages)
    run(python, "-m", "tao_econ", "figures", "inflation", folder=elsewhere)
    assert (elsewhere / "figures" / "inflation.png").is_file()
    show = "from tao_econ import views; views.explore('inflation')"
    run(python, "-c", show, folder=elsewhere)
    assert files(packages) == before, "something was written into the environment"


def test_an_installed_package_runs_a_notebook_in_another_folder(installed):
    python, packages, elsewhere = installed
    (elsewhere / "notebooks").mkdir()
    shutil.copy(next((ROOT / "notebooks").glob("02_*.ipynb")), elsewhere / "notebooks")
    run(python, "-m", "tao_econ", "notebooks", "02", folder=elsewhere)
