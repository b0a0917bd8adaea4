"""Views of intrinsic value: titles follow from the records."""

from dataclasses import replace

import pytest

import tao_econ as te
from tao_econ import views


def test_titles_follow_from_the_records():
    dear = replace(te.load_snapshot("2026-09-11"), price_usd=482.20)
    patient = replace(te.load_scenario("base"), discount_rate=0.10)
    assert "482 USD asks for fees of 1,367 M USD" in views.fees_needed(snapshot=dear).title
    assert views.fees_needed(scenario=patient).title != views.fees_needed().title
    half = replace(te.load_scenario("base"), capture_share=0.5)  # the title speaks of full capture
    assert views.fees_needed(scenario=half).title == views.fees_needed().title
    assert "from 0.17 to 395 USD" in views.valuation_field().title
    assert "from 0.35 to" in views.valuation_field(scenario=replace(patient, velocity=5.0)).title
    assert "36% of the tree's 157.39 USD hang on a 0.8% branch" in views.tree_parts().title
    assert "asked for a 1.92% chance" in views.openai_branch().title


def test_where_no_fees_can_do_it_one_line_says_so():
    none = replace(te.load_scenario("base"), survival_share=0.0)
    with pytest.raises(ValueError, match="survival_share must be above 0 for fees to justify"):
        views.fees_needed(scenario=none)
    box = views.VIEWS["intrinsic"](scenario=replace(none, survival_share=1.0, capture_share=0.0))
    assert "captured fees: 0 USD" in box.panels[0].y.names
    assert box.readout["fees the price asks for"] == "no fees suffice"
