"""Pictures of the schedule: what they say and show is the model's."""

from dataclasses import replace

import numpy as np

import tao_econ as te
from tao_econ.views import VIEWS, explore, issuance


def test_the_titles_of_the_schedule_follow_from_the_records():
    longer = replace(te.rules_at("article"), max_halvings=70)
    assert VIEWS["supply_four_ways"]().title == "The chain pays 30 rewards, the article counts 64"
    assert VIEWS["supply_four_ways"](article=longer).title.endswith("70")


def test_each_reward_stands_for_the_years_that_it_is_paid():
    chain = next(m for m in VIEWS["supply_four_ways"]().panels[0].marks if m.label == "the chain")
    table = te.chain.halving_table(te.rules_at("2026-09-11"))
    np.testing.assert_allclose(chain.x[2::2], table["years_from_start"][:-1], rtol=1e-12)
    np.testing.assert_allclose(chain.y[2::2], table["reward_tao"][:-1], rtol=1e-12)


def test_a_field_of_two_records_is_moved_where_the_view_reads_it():
    assert explore("emission", block_time_s=24.0).recipe().owner["block_time_s"][0] == "scenario"


def test_emission_is_walked_once_for_the_figure_and_its_instrument():
    rules, scenario = te.rules_at("2026-09-11"), issuance.whole_life()
    walked = issuance.walk(rules, scenario)
    (issued,), (left, _) = (panel.marks for panel in VIEWS["emission"]().panels)
    np.testing.assert_array_equal(issued.y, np.interp(issued.x, *walked[:2]) / 1e6)
    np.testing.assert_array_equal(left.y, walked.left_tao)
