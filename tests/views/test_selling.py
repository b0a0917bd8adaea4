"""Figures and the instrument on sell pressure: titles follow from the records, sliders from the
models.
"""

from dataclasses import replace

import ipywidgets as w
import numpy as np
import pytest
from test_explore import code, figure, parts, slider

import tao_econ as te
from tao_econ import views

ARTICLE, NOW, BASE = (
    te.load_snapshot("article"),
    te.load_snapshot("2026-09-11"),
    te.load_scenario("base"),
)


def test_titles_follow_from_the_records():
    richer = replace(ARTICLE, price_usd=320.0)
    assert "842 M USD a year" in views.inflow_for_flat_price(then=richer).title
    assert "a fall of 3.8%" in views.impact_map().title
    assert "a fall of 5.4%" in views.impact_map(then=richer).title  # √2 times
    assert (
        "1.2% to 2.2%" in views.covenant_event(scenario=replace(BASE, daily_volatility=0.1)).title
    )
    issued = replace(NOW, issuance_rao=21_000_000 * 10**9 - 1)  # nothing left to sell
    assert "0% to 0% off that of 2026" in views.lasting_sale(now=issued).title
    assert "49.5%" in views.publication_days().title


@pytest.mark.parametrize(
    ("label", "value"), [("anticipated", 0.5), ("macro", 5.0), ("inflow", 1e6)]
)
def test_a_lasting_sale_that_is_news_moves_the_path(label, value):
    box = views.explore("sell_pressure", anticipated_share=0.0)
    before = figure(box).data[2].y.copy()
    slider(box, label).value = value
    assert not np.array_equal(figure(box).data[2].y, before)


def test_an_expected_sale_leaves_the_price_and_a_menu_takes_its_volume():
    box = views.explore("sell_pressure")
    assert (figure(box).data[2].y == 160.0).all() and "23.0% of volume, 3.84%" in figure(
        box
    ).layout.title.text
    parts(box, w.Dropdown)[0].value = "2026-09-11, high 238 M"
    assert slider(box, "volume").value == 238e6 and figure(box).data[1].x[0] == 238.0
    again = eval(code(box), {"views": views})
    assert figure(again).to_json() == figure(box).to_json()
