"""Views of comparables: titles follow from the records."""

from dataclasses import replace

import tao_econ as te
from tao_econ import views


def test_titles_follow_from_the_records():
    dear = replace(te.load_snapshot("article"), price_usd=320.0)
    assert "from 4.3× to 168×" in views.openai_ratio(snapshot=dear).title
    assert "2.3 times the article's price" in views.openai_ratio(snapshot=dear).caption
    half = replace(te.load_scenario("base"), capture_share=0.5)
    assert "at 4 to 2,048 USD" in views.implied_spread(scenario=half).title
