"""Pictures of dilution: their titles follow from their records."""

from dataclasses import replace

import pytest

import tao_econ as te
from tao_econ.views import VIEWS


def test_titles_follow_from_the_records():
    dear = replace(te.load_snapshot("article"), price_usd=200.0)
    assert "× 21 M is 4.20 bn" in VIEWS["article_fdv"](then=dear).title
    now = replace(te.load_snapshot("2026-09-11"), price_usd=320.0)
    assert "price 2.00×" in VIEWS["price_waterfall"](now=now).title


def test_the_steps_of_the_waterfall_add_up():
    bars, *_ = VIEWS["price_waterfall"]().panels[0].marks
    assert bars.y[0] + bars.y[1] == pytest.approx(bars.y[2])


def test_every_token_stands_once_on_the_ladder_and_tao_is_marked():
    (panel,) = VIEWS["mc_fdv_ladder"]().panels
    at = sorted(int(place) for bars in panel.marks for place in bars.y)
    assert at == list(range(len(panel.y.names)))
    assert [panel.y.names[int(place)] for place in panel.marks[0].y] == ["TAO"]
