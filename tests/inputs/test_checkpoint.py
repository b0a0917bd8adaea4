"""A long run that was stopped goes on where it was, and comes to the same result to the last bit."""

import contextlib
import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from hostile import one_line
from hypothesis import given
from hypothesis import strategies as st

import tao_econ as te
from tao_econ.chain import subnets
from tao_econ.incentives import query_market
from tao_econ.inputs import checkpoint

BASE = te.load_scenario("base")
RULES = te.rules_at("gate-rank")
POOLS = te.incentives.synthetic_subnets(5)
MARKET = te.incentives.QueryMarket(validators=14, miners=6)


def of_subnets(days=6):
    """With everything that can change on the way: trades, users' flows, rules on two days."""
    trades = [te.chain.Trade(block, POOLS.name[1], tao_in=2.0) for block in (3, 9_000, 30_000)]
    changes = [(2, te.rules_at("gate-quantile")), (2, te.rules_at("price-unburned")), (4, RULES)]
    inflow = np.outer(np.arange(days), [1.0, -0.5, 0, 2, 0])
    return te.chain.run_subnets(
        RULES,
        BASE,
        POOLS,
        days=days,
        every_days=2,
        trades=trades,
        inflow_tao_per_day=inflow,
        rule_changes=changes,
    )


def of_market(seed=3):
    rules = te.rules_at("2026-09-11")
    return te.incentives.query_market_path(rules, MARKET, rounds=6, replicas=2, seed=seed)


RUNS = {of_subnets: subnets, of_market: query_market}


@pytest.fixture
def at_every_step(monkeypatch):
    monkeypatch.setattr(checkpoint, "KEEP_EVERY_S", 0.0)
    monkeypatch.setattr(checkpoint, "MOST_OF_TIME", np.inf)


def stopped(monkeypatch, run, after):
    """A run that Ctrl-C ends after so many steps of this call; the steps that it began with."""
    began = []

    def some(steps, unit):
        began.extend(steps)
        for step in steps:
            if not stopped.left:
                raise KeyboardInterrupt
            stopped.left -= 1
            yield step

    stopped.left = after
    with monkeypatch.context() as patched:
        patched.setattr(RUNS[run], "shown", some)
        with contextlib.suppress(KeyboardInterrupt):
            run()
    return began


def same(one, other):
    return all(
        value.tobytes() == again.tobytes() if isinstance(value, np.ndarray) else value == again
        for value, again in zip(one, other, strict=True)
    )


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("stops", [(1,), (2,), (4,), (2, 2), (1, 1, 3), (6,)])
def test_a_run_goes_on_where_it_was_to_the_last_bit(
    monkeypatch, tmp_path, at_every_step, run, stops
):
    whole = run()
    with te.inputs.checkpoints(tmp_path / "runs") as folder:
        behind = 0
        for steps in stops:
            began = stopped(monkeypatch, run, steps)
            assert began[0] == behind
            behind += steps
        assert same(run(), whole)
        assert len(list(folder.iterdir())) == 1
        assert not stopped(monkeypatch, run, 0)  # all is kept: nothing is left to do
        assert same(run(), whole)


KILLED = """
import sys
sys.path[:0] = sys.argv[2:]
import test_checkpoint as these
these.checkpoint.KEEP_EVERY_S = 0.0
with these.te.inputs.checkpoints(sys.argv[1]):
    these.of_subnets(days=100)
"""


def test_a_killed_process_loses_no_step_that_it_kept(tmp_path):
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path), *filter(None, sys.path)])
    while child.poll() is None and not list(tmp_path.glob("*.run")):
        time.sleep(0.05)
    child.kill()
    assert child.wait() == -signal.SIGKILL
    with te.inputs.checkpoints(tmp_path) as folder:
        (file,) = folder.glob("*.run")
        head = json.loads(file.read_bytes().split(b"\n", 2)[1])
        assert 0 < head["done"] < 100
        assert same(of_subnets(days=100), outside(of_subnets, days=100))
        assert list(folder.iterdir()) == [file]


def test_another_question_begins_anew_and_each_goes_on(monkeypatch, tmp_path, at_every_step):
    with te.inputs.checkpoints(tmp_path) as folder:
        stopped(monkeypatch, of_market, 3)
        assert same(of_market(seed=4), outside(of_market, seed=4))
        assert len(list(folder.iterdir())) == 2
        monkeypatch.setattr(query_market, "sources", lambda: "others")
        assert stopped(monkeypatch, of_market, 1)[0] == 0
        assert len(list(folder.iterdir())) == 3


def outside(run, **given):
    """The same without a folder."""
    kept = checkpoint._folder.set(None)
    try:
        return run(**given)
    finally:
        checkpoint._folder.reset(kept)


def test_a_short_run_and_one_without_a_folder_write_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    of_subnets()
    with te.inputs.checkpoints("runs") as folder:
        of_subnets()
    of_subnets()
    assert list(tmp_path.iterdir()) == [tmp_path / folder] and not list(folder.iterdir())


@pytest.fixture(scope="module")
def halfway(tmp_path_factory):
    """A folder with a run of which half is done, and its bytes."""
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(checkpoint, "KEEP_EVERY_S", 0.0)
        patched.setattr(checkpoint, "MOST_OF_TIME", np.inf)
        with te.inputs.checkpoints(folder):
            stopped(patched, of_market, 3)
    (file,) = folder.iterdir()
    return file, file.read_bytes()


@given(
    st.floats(0, 1, exclude_max=True),
    st.binary(min_size=1, max_size=4),
    st.sampled_from(["change", "cut", "add"]),
)
def test_a_file_with_any_damage_is_refused_and_left(halfway, part, junk, damage):
    file, raw = halfway
    at = int(part * len(raw))
    spoilt = {"change": raw[:at] + junk + raw[at + len(junk) :], "cut": raw[:at], "add": raw + junk}
    file.write_bytes(spoilt[damage])
    with te.inputs.checkpoints(file.parent):
        if spoilt[damage] != raw:
            one_line(of_market, file.name, "must be the checkpoint of this run")
            assert file.read_bytes() == spoilt[damage]


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"{}",
        b"[]",
        b"[" * 9_000,
        b'{"done": 7, "random": null}',
        b'{"done": 0, "random": null}',
        b'{"done": 1e999, "random": null}',
        b'{"done": true, "random": {"bit_generator": "MT19937"}}',
        b'{"done": 3, "random": {"bit_generator": "PCG64", "state": {"state": -1, "inc": 1}}}',
        b'{"done": 3, "random": []}',
    ],
)
def test_a_head_that_is_none_is_refused(halfway, head):
    file, raw = halfway
    body = raw.split(b"\n", 2)[2]
    content = head + b"\n" + body
    file.write_bytes(checkpoint._hash(content) + b"\n" + content)
    with te.inputs.checkpoints(file.parent):
        one_line(of_market, file.name, "must be the checkpoint of this run")


def test_a_place_that_is_no_folder_is_one_line(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(OSError, match="notes.txt"), te.inputs.checkpoints(tmp_path / "notes.txt"):
        pass
    with pytest.raises(ValueError, match="folder must be"), te.inputs.checkpoints("a\0b"):
        pass
