"""Parts of one sweep: one schema, one model, and nothing that is half there."""

import functools
import json
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

from tao_econ.analysis import identity
from tao_econ.analysis import sweep as sweep_module
from tao_econ.analysis.sweep import sweep, sweep_to_parquet

TEN = list(range(10))


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    pytest.importorskip("pyarrow")
    monkeypatch.setattr(sweep_module, "PART_ROWS", 4)


def fails(when):
    def model(x):
        if when(x):
            raise ValueError(f"x must not be {x}")
        return {"y": x * 2}

    return model


def changing(x):
    found = {"n": x if x < 6 else x + 0.5, "first": None if x < 5 else "late"}
    return found | ({"later": x > 8} if x > 7 else {})


@pytest.mark.parametrize(
    "model",
    [
        fails(lambda x: x == 9),
        fails(lambda x: x == 0),
        fails(lambda x: x < 8),
        fails(lambda x: True),
        fails(lambda x: False),
        changing,
    ],
    ids=["last", "first", "all but two", "all", "none", "other types and a later key"],
)
def test_parts_read_together_are_the_table(tmp_path, model):
    given = {"errors": "keep", "progress": False, "x": TEN}
    read = pd.read_parquet(sweep_to_parquet(model, folder=tmp_path / "a", **given))
    want = sweep(model, **given)
    assert list(read) == list(want) and len(read) == 10
    for name in want:
        pd.testing.assert_series_equal(
            read[name].astype(object).where(read[name].notna(), None),
            want[name].astype(object).where(want[name].notna(), None),
        )
    columns = json.loads((tmp_path / "a" / "_plan.json").read_text())["columns"]
    assert list(columns) == list(want) and columns["error"] == "string"


def test_whole_numbers_that_are_no_floats_are_not_rounded(tmp_path, refused):
    large = 2**53 + 1
    folder = sweep_to_parquet(lambda x: x, folder=tmp_path / "a", progress=False, x=[large] * 5)
    assert pd.read_parquet(folder)["value"].tolist() == [large] * 5
    with refused("value", large):
        sweep_to_parquet(
            lambda x: x if x > 4 else x + 0.5,
            folder=tmp_path / "b",
            progress=False,
            x=[*TEN[:5], *[large] * 5],
        )


@pytest.mark.parametrize("values", [[2**70], [1 + 2j], [1, "a"], [True, 2], [pd.NaT]])
def test_what_a_column_cannot_hold_is_refused_before_anything_runs(tmp_path, values, refused):
    with refused("x"):
        sweep_to_parquet(lambda x: 1 / 0, folder=tmp_path / "a", progress=False, x=values)
    assert not (tmp_path / "a").exists()


def scaled(x, k=1):
    return x * k


class Scale:
    def __init__(self, k):
        self.k = k

    def __call__(self, x):
        return x * self.k

    def method(self, x):
        return x * self.k


def closed(k):
    return lambda x: x * k


def test_a_folder_gives_nobody_another_models_numbers(tmp_path, refused):
    pairs = {
        "partials": (functools.partial(scaled, k=1), functools.partial(scaled, k=100)),
        "objects": (Scale(1), Scale(100)),
        "methods": (Scale(1).method, Scale(100).method),
        "lambdas": (lambda x: x, lambda x: x * 100),
        "closures": (closed(1), closed(100)),
    }
    for kind, (one, other) in pairs.items():
        given = {"folder": tmp_path / kind, "progress": False, "x": [1.0, 2.0]}
        sweep_to_parquet(one, **given)
        sweep_to_parquet(one, **given)
        with refused("folder", "another plan"):
            sweep_to_parquet(other, **given)


def test_a_model_that_cannot_be_known_again_is_refused(tmp_path, refused):
    with open(tmp_path / "file", "w", encoding="utf-8") as file, refused("model"):
        sweep_to_parquet(
            functools.partial(print, file=file), folder=tmp_path / "a", progress=False, x=[1]
        )


def test_an_edited_helper_of_the_same_file_is_another_model():
    said = []
    for body in ("x + 1", "x + 2"):
        room = {"__name__": "notebook"}
        exec(f"def helper(x):\n    return {body}\ndef model(x):\n    return helper(x)", room)
        said.append(identity.fingerprint(room["model"]))
    assert said[0] != said[1]
    assert identity.fingerprint(scaled) == identity.fingerprint(scaled)


@pytest.mark.parametrize("damage", [lambda b: b"", lambda b: b[:-20], lambda b: b[:10]])
def test_a_part_that_is_not_whole_is_computed_again(tmp_path, damage):
    given = {"folder": tmp_path / "a", "progress": False, "x": TEN}
    folder = sweep_to_parquet(scaled, **given)
    before = pd.read_parquet(folder)
    part = folder / "part-00001.parquet"
    part.write_bytes(damage(part.read_bytes()))
    pd.testing.assert_frame_equal(pd.read_parquet(sweep_to_parquet(scaled, **given)), before)


SWEEPING = """
import sys
from tao_econ.analysis import sweep
sweep.PART_ROWS = 500
def slow(x):
    return {"y": x * 2, "z": sum(range(300))}
sweep.sweep_to_parquet(slow, folder=sys.argv[1], x=list(range(20_000)), progress=False)
"""


def sweeping(folder):
    return subprocess.Popen([sys.executable, "-c", SWEEPING, str(folder)])


def bytes_in(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_two_sweeps_at_once_of_which_one_is_killed_leave_what_one_alone_does(tmp_path):
    assert sweeping(tmp_path / "alone").wait() == 0
    both = [sweeping(tmp_path / "both") for _ in range(2)]
    while not list((tmp_path / "both").glob("part-*")):
        time.sleep(0.01)
    both[0].kill()
    assert both[0].wait() == -signal.SIGKILL and both[1].wait() == 0
    assert sweeping(tmp_path / "both").wait() == 0
    assert len(list((tmp_path / "both").glob("part-*"))) == 40
    visible = {k: v for k, v in bytes_in(tmp_path / "both").items() if k[0] != "."}
    assert visible == bytes_in(tmp_path / "alone")
