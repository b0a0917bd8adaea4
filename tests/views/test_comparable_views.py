"""Views of comparables: titles follow from the records."""

from dataclasses import replace

import numpy as np
import pytest

import tao_econ as te
from tao_econ import views


def test_titles_follow_from_the_records():
    dear = replace(te.load_snapshot("article"), price_usd=320.0)
    assert "from 4.3× to 168×" in views.openai_ratio(snapshot=dear).title
    assert "2.3 times the article's price" in views.openai_ratio(snapshot=dear).caption
    assert "23.2% of OpenAI in 2023, 0.59%" in views.openai_fraction(then=dear).title
    half = replace(te.load_scenario("base"), capture_share=0.5)
    assert "at 4 to 2,048 USD" in views.implied_spread(scenario=half).title


def test_every_pair_on_a_line_gives_the_price_of_its_day():
    (panel,) = views.openai_fraction().panels
    lines = [mark for mark in panel.marks if getattr(mark, "at_end", False)]
    for line, share in zip(lines, (0.1159, 0.0703, 0.0059), strict=True):
        seen = ~np.isnan(line.y)
        assert (line.x * line.y)[seen] == pytest.approx(np.full(seen.sum(), share), rel=0.01)
