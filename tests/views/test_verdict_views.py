"""Views of the article judged say what the ledger gives."""

from dataclasses import replace

import tao_econ as te
from tao_econ import views


def test_the_views_of_the_article_judged_say_what_the_ledger_gives():
    then = replace(te.load_snapshot("article"), price_usd=200.0)
    assert "123 days after" in views.claims_against_events(then=then).title
    assert views.claims_against_events(then=then).panels[0].marks[1].y[0] == 200.0
    assert (
        "In September 2026 'no change' scores 0.41, the tree 1.09 and 8× 1.75; 8× is best in 16%"
        in (views.forecasts_scored().title)
    )
    assert "for a flat price TAO needed 421 M USD a year, 311 M now" in views.macro_thesis().title
    assert "1.6× and not 5.6×" in views.macro_thesis().title
    assert " of 74 claims turn under some stress" in views.claims_under_stress().title
