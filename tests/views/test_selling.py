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
    assert "would cost 3.8% in 2023" in views.impact_map().title
    assert "would cost 5.4% in 2023" in views.impact_map(then=richer).title  # √2 times
    assert "the fall is 8.6%" in views.impact_map().caption
    issued = replace(NOW, issuance_rao=21_000_000 * 10**9 - 1)  # nothing left to sell
    assert "it is 0% to 0%" in views.lasting_sale(now=issued).caption
    assert "49.5%" in views.publication_days().title


def test_the_dots_of_a_days_sale_stand_within_the_span_of_the_law():
    (panel,) = views.impact_map().panels
    spans = {m.label[: -len(", span")]: m.x for m in panel.marks if m.label.endswith("span")}
    dots = {m.label: m.x[0] for m in panel.marks if m.label in spans}
    assert len(dots) == len(panel.y.names) == 5
    assert all(low < dots[name] < high for name, (low, high) in spans.items())


@pytest.mark.parametrize(
    ("label", "value"), [("anticipated", 0.5), ("macro", 5.0), ("inflow", 1e6)]
)
def test_a_lasting_sale_that_is_news_moves_the_path(label, value):
    box = views.explore("sell_pressure", anticipated_share=0.0)
    before = np.array(figure(box).data[2].y)
    slider(box, label).value = value
    assert not np.array_equal(figure(box).data[2].y, before)


def test_an_expected_sale_leaves_the_price_and_a_menu_takes_its_volume():
    falls = figure(views.explore("sell_pressure")).data[2].y
    assert falls[-1] < 0.7 * falls[0]  # at the start half of the sale is news
    box = views.explore("sell_pressure", anticipated_share=1.0)
    assert (
        set(figure(box).data[2].y) == {160.0}
        and "23.0% of volume, 3.84%" in figure(box).layout.title.text
    )
    parts(box, w.Dropdown)[0].value = "2026-09-11, high 238 M"
    assert slider(box, "volume").value == 238e6 and figure(box).data[1].x[0] == 238.0
    again = eval(code(box), {"views": views})
    assert figure(again).data == figure(box).data


@pytest.mark.parametrize("name", ["impact_map", "lasting_sale"])
@pytest.mark.parametrize("role", ["owners", "miners", "stakers"])
def test_what_each_role_sells_is_no_dead_knob(name, role):
    article = te.load_scenario("article")
    less = replace(article, **{f"{role}_sold_share": 0.5})
    assert views.VIEWS[name](article=less).title != views.VIEWS[name]().title


def test_stakers_who_leave_sell_their_stake_once():
    """9,528 M USD a year, or 1083 % of the market cap, stood here."""
    rules = te.rules_at("2026-09-11")
    article = replace(te.load_scenario("article"), stake_exit_per_day=1 / 30)
    leaving = replace(BASE, stake_exit_per_day=1 / 30)
    a_year = te.economy.sell_pressure(rules, ARTICLE, article).sold_usd_per_year
    assert a_year / (ARTICLE.issuance_rao / 1e9 * ARTICLE.price_usd) == pytest.approx(
        1.31, abs=0.01
    )
    shown = views.lasting_sale(article=article, scenario=leaving).title
    assert "would take 80% to" in shown  # M = 1


def test_a_fall_outside_the_law_is_not_told():
    wild = replace(BASE, daily_volatility=1.0, impact_prefactor=5.0, stake_exit_per_day=1.0)
    assert "more than the law can tell" in views.impact_map(article=wild, scenario=wild).title


def test_only_miners_sell_at_a_price_of_ones_own():
    box = views.explore(
        "sell_pressure",
        market="2026-09-11, low volume 42 M",
        price_usd=200.0,
        owners_sold_share=0.0,
        stakers_sold_share=0.0,
    )
    rules = te.rules_at("2026-09-11")
    miners = te.economy.day_flows(rules, NOW, BASE).pay.miners_rao / 1e9
    assert f"{miners * 200 / 42e6:.1%} of volume" in figure(box).layout.title.text


def test_the_instrument_stands_at_the_ends_of_all_its_sliders_at_once():
    box = views.explore(
        "sell_pressure",
        price_usd=2_000.0,
        volume_usd=1e5,
        daily_volatility=0.15,
        impact_prefactor=1.5,
        stake_exit_per_day=0.1,
    )
    assert "more than the law can tell off the price" in figure(box).layout.title.text
