"""Views of intrinsic value: titles follow from the records."""

from dataclasses import replace

import tao_econ as te
from tao_econ import views


def test_titles_follow_from_the_records():
    dear = replace(te.load_snapshot("2026-09-11"), price_usd=482.20)
    patient = replace(te.load_scenario("base"), discount_rate=0.10)
    assert "482 USD asks for fees of 1,513 M USD" in views.fees_needed(snapshot=dear).title
    assert "fees of 757 M" not in views.fees_needed(scenario=patient).title
    assert "from 0.18 to 395 USD" in views.valuation_field().title
    assert "from 0.35 to" in views.valuation_field(scenario=replace(patient, velocity=5.0)).title
    assert "36% of the tree's 157.39 USD hang on a 0.8% branch" in views.tree_parts().title
    assert "asked for a 1.92% chance" in views.openai_branch().title
