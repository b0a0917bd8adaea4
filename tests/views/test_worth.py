"""Views of intrinsic value: titles follow from the records."""

from dataclasses import replace

import tao_econ as te
from tao_econ import views


def test_titles_follow_from_the_records():
    patient = replace(te.load_scenario("base"), discount_rate=0.10)
    assert "from 0.17 to 395 USD" in views.valuation_field().title
    assert "from 0.35 to" in views.valuation_field(scenario=replace(patient, velocity=5.0)).title
    assert views.tree_parts().title == "36% of the tree's price hangs on a 0.8% branch"
    assert "over 89 to 248 USD" in views.tree_by_certainty().title


def test_where_no_fees_can_do_it_one_line_says_so():
    none = replace(te.load_scenario("base"), capture_share=0.0)
    box = views.VIEWS["intrinsic"](scenario=none)
    assert "captured fees: 0 USD" in box.panels[0].y.names
    assert box.readout["fees the price asks for"] == "no fees suffice"
