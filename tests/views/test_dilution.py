"""Pictures of dilution: their titles follow from their records."""

from dataclasses import replace

import pytest

import tao_econ as te
from tao_econ.views import VIEWS, dilution


def test_titles_follow_from_the_records():
    dear = replace(te.load_snapshot("article"), price_usd=200.0)
    assert "× 21 M is 4.20 bn" in VIEWS["article_fdv"](then=dear).title
    now = replace(te.load_snapshot("2026-09-11"), price_usd=320.0)
    assert "160 USD to 2.00×" in VIEWS["price_waterfall"](now=now).title


def test_the_close_of_the_articles_day_stands_first_and_both_steps_add_up():
    picture = VIEWS["price_waterfall"]()
    assert picture.title.index("0.84×") < picture.title.index("1.51×")
    for panel, base in zip(picture.panels, ("287.70", "160.00"), strict=True):
        bars, *_ = panel.marks
        assert base in panel.title and bars.y[0] + bars.y[1] == pytest.approx(bars.y[2])


def test_a_schedule_is_called_one_and_what_came_stands_beside_it():
    for name in ("break_even_cap", "who_is_diluted"):
        title = VIEWS[name]().title
        assert title.startswith("On the schedule") and "had to" not in title
    low, high = dilution.happened(te.rules_at("2026-09-11"), te.load_snapshot("article"))
    assert 0.36 < low < high < 0.395  # the readings around 2024-11-20


def test_every_token_stands_once_on_the_ladder_and_tao_is_marked():
    (panel,) = VIEWS["mc_fdv_ladder"]().panels
    at = sorted(int(place) for bars in panel.marks for place in bars.y)
    assert at == list(range(len(panel.y.names)))
    assert [panel.y.names[int(place)] for place in panel.marks[0].y] == ["TAO"]
