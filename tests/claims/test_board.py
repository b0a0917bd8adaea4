"""The board: the ledger's own judge, at every move of one of the article's numbers."""

import dataclasses
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tao_econ import claims, views
from tao_econ.claims import board, roots
from tao_econ.claims.declare import DATED, FORECAST
from tao_econ.inputs.record import about
from tao_econ.views.presets import PRESETS

STATES = board.presets()
ROW = claims.check(only=board.ARGUMENTS).set_index("id")


def verdicts(numbers):
    return {row.claim: row.verdict for row in board.rows(numbers)}


def test_eight_arguments_and_ten_numbers():
    assert len(board.ARGUMENTS) == 8
    sold = [name for name in board.MOVED if name.endswith("_sold_share")]
    assert len(sold) == 3 and len(board.MOVED) - len(sold) + 1 == 10
    assert list(STATES) == list(PRESETS)


def test_in_september_2026_the_board_is_the_ledger():
    """Its judge is the ledger's: same verdicts, same values, for every claim judged on that day."""
    for row in board.rows(STATES["September 2026"]):
        if ROW.kind[row.claim] != DATED:
            assert row.verdict == ROW.verdict_now[row.claim], row
    assert "168.3×" in str(board.rows(STATES["September 2026"]))
    assert "168.3" in ROW.value_now["C47"]


def test_the_articles_own_numbers():  # 160 × 21 M; 29 over 3.36; 1.152 over 5; a straight line
    found = {row.claim: row.recomputed for row in board.rows(STATES["the article"])}
    assert found["C45"] == "3.36 bn USD" and found["C47"] == "8.6×"
    assert found["C44"] == "23.04% of a day's volume" and found["C26"] == "2025-09-20"
    assert found["C38"].startswith("−13 to 26 points")


@pytest.mark.parametrize("name", ["bear", "bull", "only dilution"])
def test_a_scenario_turns_no_dated_fact_and_no_forecast(name):
    """A preset of assumptions acts on inferences; what was so on a day stays so."""
    before = verdicts(STATES["September 2026"])
    for claim, verdict in verdicts(STATES[name]).items():
        if ROW.kind[claim] in (DATED, FORECAST):
            assert verdict == before[claim]


VALUES = {
    name: st.integers(*about(STATES["bear"], name)["span"])
    if name.endswith("_rao")
    else st.floats(*(about(STATES["bear"], name)["span"] or (0.0, 1.0)))
    for name in board.MOVED
}


@given(st.sampled_from(sorted(STATES)), st.sampled_from(board.MOVED), st.data())
@settings(deadline=None)
def test_a_number_moves_no_argument_that_does_not_name_it(state, name, data):
    moved = dataclasses.replace(STATES[state], **{name: data.draw(VALUES[name])})
    whole = board.world_of(moved)
    for claim, argument in board.ARGUMENTS.items():
        found = board.judge(whole, board._as_judged(moved, argument), board.NOW)
        said = board.judged_at(moved, claim)
        assert said[1] == board.verdict(found), "a memory that forgets"
        if name not in argument.reads:
            assert said == board.judged_at(STATES[state], claim)


@given(st.sampled_from(sorted(STATES)), st.sampled_from(board.MOVED), st.data())
@settings(deadline=None, max_examples=20)
def test_what_turns_an_argument_turns_it_and_no_nearer_step_does(state, name, data):
    numbers = dataclasses.replace(STATES[state], **{name: data.draw(VALUES[name])})
    for claim, argument in board.ARGUMENTS.items():
        flip = board.what_turns(numbers, claim)
        if flip is None:
            continue
        start = board.judged_at(numbers, claim)[1]
        moved = {board._input(numbers, field).name: field for field in argument.reads}[flip.name]
        there = board._moved(numbers, moved, flip.value)
        assert board.judged_at(there, claim)[1] == flip.verdict != start
        here = board._input(numbers, moved).value
        short = board._moved(numbers, moved, here + 0.95 * (flip.value - here))
        assert board.judged_at(short, claim)[1] == start


def test_a_narrow_window_is_found_by_its_middle():
    """At 287.70 USD the diluted value fails; only from 154 to 189 USD it is about 3.6 bn."""
    assert str(board.what_turns(STATES["publication day"], "C45")) == "price below 189 USD: holds"
    assert "supply above 5.8" in str(board.what_turns(STATES["the article"], "C26"))


def test_what_is_refused(refused):
    refused("unknown argument of the board", board.what_turns, STATES["bear"], "C99")
    lost = dataclasses.replace(STATES["bear"], name="bare")
    refused("did you mean 'bear'", board.rows, lost)


def test_a_reader_turns_at_least_five_arguments_with_sliders_alone():
    live = views.explore("board")
    start = dict(live._view.readout)
    moves = [
        ("price_usd", 250.0),
        ("issuance_rao", 5.85),  # M TAO
        ("issuance_rao", 12.0),
        ("volume_usd", 30e6),
        ("recycled_share", 0.2),
        ("openai_bn_usd", 500.0),
    ]
    turned = set()
    for name, value in moves:
        live._sliders[name].value = value
        now = live._view.readout
        turned |= {label[:3] for label in now if ", was" in now[label]}
        assert not live._status.value, live._status.value
        live._reset(None)
        assert live._view.readout == start
    assert len(turned) >= 5, turned
    assert turned == set(board.ARGUMENTS), "each of the eight can be turned"


def test_a_row_that_turns_is_marked_and_the_title_counts_it():
    marked = views.board(numbers=dataclasses.replace(STATES["the article"], price_usd=250.0))
    turned = re.search(r"(\d) turned by what was moved", marked.title)
    stripes = [mark for mark in marked.panels[0].marks if mark.label.startswith("turned")]
    assert turned and len(stripes[0].y) == int(turned[1]) == 2
    assert "turned" not in views.board().title
    frame = views.board().to_frame()
    assert {"recomputed", "on its own inputs", "what turns it"} <= set(frame["mark"])


def test_every_named_state_is_on_the_menu():
    live = views.explore("board", numbers="bear")
    assert list(live._menus["numbers"].options) == list(PRESETS)
    live._menus["numbers"].value = "September 2026"
    assert "168.3×" in live._view.readout["C47 OpenAI's value"]


def test_a_search_that_gives_up_early_finds_what_a_whole_one_does(monkeypatch):
    random = np.random.default_rng(7)
    starts = list(STATES.values())
    states = [
        dataclasses.replace(
            starts[k % len(starts)],
            price_usd=float(random.uniform(5, 1_500)),
            volume_usd=float(random.uniform(1e6, 2e8)),
            discount_rate=float(random.uniform(0, 0.6)),
        )
        for k in range(12)
    ]

    def found():
        board._turning.cache_clear()
        return [board.what_turns(state, claim) for state in states for claim in board.ARGUMENTS]

    early, whole = found(), roots._halved
    monkeypatch.setattr(roots, "_halved", lambda *given, within=None: whole(*given))
    assert any(early) and found() == early


def test_a_short_way_is_looked_at_as_densely_as_a_long_one():
    asked = []

    def at(value):
        asked.append(value)
        return "holds" if value < 9 else "fails"

    one = roots.Input(name="x", unit="", value=5.0, low=0.0, high=10.0, put=lambda _: None)
    assert roots.nearest(one, "holds", at, within=0.05, steps=3) is None
    assert sorted(set(asked)) == [4.5, 5.5]  # a tenth of the way, and a third is one step
    found = roots.nearest(one, "holds", at, steps=3)
    assert found is not None and found.above and 9 <= found.value < 9.001
