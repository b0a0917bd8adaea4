"""Pictures of halving dates: densities are densities, and titles follow from the records."""

from dataclasses import replace
from datetime import datetime

import pytest

import tao_econ as te
from tao_econ.economy import issuance_readings
from tao_econ.views import VIEWS, explore, paper
from tao_econ.views.marks import Axis, Bars, Panel, View


def test_densities_of_dates_add_up_to_all_but_the_last_hundredth():
    for mark in VIEWS["next_halvings"]().panels[0].marks[::3]:
        assert mark.y.sum() * mark.width == pytest.approx(0.995, abs=0.008)


def test_the_backtest_shows_every_day_and_which_band_missed():
    view = VIEWS["halving_backtest"]()
    held, missed, medians, _, unrecycled = view.panels[0].marks
    assert len(held.y) == 7 and len(missed.y) == 2 and len(medians.x) == 9
    assert view.title == "7 of 9 forecast bands held the first halving"
    assert round(unrecycled.x[0]) == -123
    assert (missed.base > 0).all() and (held.base <= 0).all()


def test_a_bar_of_a_day_is_a_day_wide_on_paper():
    days = [datetime(2025, 12, day) for day in (14, 15)]
    panel = Panel(marks=[Bars(x=days, y=[0.1, 0.2], width=1)], x=Axis(scale="date"))
    (axes,) = paper.figure(View(title="two days", panels=[panel])).axes
    assert axes.patches[1].get_x() - axes.patches[0].get_x() == pytest.approx(1)
    assert axes.patches[0].get_width() == 1


def test_every_reading_of_the_supply_is_shown():
    points = issuance_readings.check_supply_points(te.rules_at("2026-09-11"))
    lines = VIEWS["supply_readings"]().panels[0].marks[2:6]
    assert sum(len(line.x) for line in lines) == len(points)


def test_another_reward_moves_the_title():
    faster = replace(te.rules_at("2026-09-11"), block_reward_rao=2_000_000_000)
    moved, start = (VIEWS["next_halvings"](**given) for given in ({"rules": faster}, {}))
    assert moved.title != start.title
    assert explore("halving_backtest").children
