"""Views of the article judged say what the ledger gives."""

from dataclasses import replace

import tao_econ as te
from tao_econ import views


def test_the_views_of_the_article_judged_say_what_the_ledger_gives():
    then = replace(te.load_snapshot("article"), price_usd=200.0)
    assert "123 days after" in views.claims_against_events(then=then).title
    close, article = views.claims_against_events(then=then).panels[0].marks[1:3]
    assert (close.y[0], article.y[0]) == (287.70, 200.0)  # both base prices, the close first
    assert "2.5 times that of the article's day" in views.claims_against_events().title
    assert (
        "In September 2026 'no change' scores 0.41, the tree 1.09 and 8× 1.75; 8× is best in 16%"
        in (views.forecasts_scored().title)
    )
    macro = views.macro_thesis()
    assert "757 M USD a year at the close of the article's day, 421 M at its own" in macro.title
    assert "311 M now" in macro.title
    assert "US money changed by +1.6 trn, the Fed's assets by -1.2" in macro.title  # C08
    assert [round(share, 4) for share in macro.panels[3].marks[0].y] == [0.0178, 0.0099, 0.0015]
    assert "1.6× and not 5.6×" in views.macro_thesis().title
    assert " of 74 claims turn under some stress" in views.claims_under_stress().title
