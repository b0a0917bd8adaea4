"""Views of the article judged say what the ledger gives."""

import re
from dataclasses import replace

import tao_econ as te
from tao_econ import views


def test_the_views_of_the_article_judged_say_what_the_ledger_gives():
    then = replace(te.load_snapshot("article"), price_usd=200.0)
    events = views.claims_against_events(then=then)
    assert "123 days after" in events.caption
    _, close, article = (mark.y[0] for mark in events.panels[0].marks[1:6:2])
    assert (close, article) == (287.70, 200.0)  # both base prices, the close first
    assert "2.5 times that of the article's day" in events.caption
    assert events.title == "At its best close TAO was worth 53% of 2023's OpenAI"
    scored = views.forecasts_scored()
    assert scored.title == "The 8× was the best forecast in 16% of weeks"
    assert "no change scores 0.41, the tree of January 2024 1.09 and the 8× 1.75" in scored.caption
    money = views.macro_thesis()  # C06
    assert money.title == "As quoted, AI funding without one deal grew 1.6×, not 5.6×"


def test_the_drawing_of_roles_pays_out_the_whole_day():
    told = " ".join(views.roles_and_pay().to_frame()["text"].dropna())
    paid = [int(n.replace(",", "")) for n in re.findall(r": ([\d,]+) TAO", told)]
    issued = int(re.search(r"issues ([\d,]+) TAO", told)[1].replace(",", ""))
    assert len(paid) == 4 and abs(sum(paid) - issued) <= 2 and issued == 3_528
