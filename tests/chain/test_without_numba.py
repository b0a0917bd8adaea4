"""Without numba, and with its compiler off, the package imports, and closed forms and a small epoch
give the same numbers.
"""

import json
import os
import subprocess
import sys

import pytest

RUN = """
import json
import sys
import numpy as np
import tao_econ as te

rules = te.rules_at("2026-09-11")
snapshot, scenario = te.load_snapshot("2026-09-11"), te.load_scenario("base")
weights = np.zeros((4, 4))
weights[:2, 2:] = [[0.75, 0.25], [0.5, 0.5]]
epoch = te.chain.yuma_epoch(rules, weights, np.array([0.6, 0.4, 0, 0]), 0 * weights)
print(json.dumps({
    "numba": "numba" in sys.modules,
    "supply": te.economy.supply_at(rules, snapshot, scenario)._asdict(),
    "rewards": te.chain.halving_table(rules)["reward_tao"].astype(float).tolist(),
    "path": te.chain.emission_path(rules, issuance_rao=snapshot.issuance_rao, days=5,
                                   recycled_ppm=20_000).issuance_rao.tolist(),
    "epoch": {k: np.asarray(v).tolist() for k, v in epoch._asdict().items() if v is not None},
}))
"""


def numbers(folder, **environment):
    path = os.pathsep.join([str(folder), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", RUN],
        env=os.environ | {"PYTHONPATH": path} | environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    return numbers(tmp_path_factory.mktemp("nothing"))


def test_with_the_compiler_off(compiled, tmp_path):
    assert numbers(tmp_path, NUMBA_DISABLE_JIT="1") == compiled


def test_without_numba(compiled, tmp_path):
    (tmp_path / "numba.py").write_text("raise ModuleNotFoundError('none', name='numba')\n")
    plain = numbers(tmp_path)
    assert compiled["numba"] and not plain["numba"]
    assert plain | {"numba": True} == compiled


def test_another_missing_module_is_not_taken_for_numba(tmp_path):
    (tmp_path / "numba.py").write_text("raise ModuleNotFoundError('none', name='llvmlite')\n")
    with pytest.raises(AssertionError, match="none"):
        numbers(tmp_path)
