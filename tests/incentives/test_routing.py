"""Routing among experts: the null where one model wins every query, laws, and published points
to compare with.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import tao_econ as te

NAN = float("nan")
SPANISH_AND_CODE = [[0.9, 0.4], [0.5, 0.8]]  # the article's example: one expert for each topic
TABLES = arrays.arrays(
    float, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.floats(0, 1)
)


def test_the_articles_pair_of_experts_gains_what_they_differ_by():
    got = te.incentives.route(SPANISH_AND_CODE)
    assert got[:3] == pytest.approx((0.65, 0.85, 0.2))
    assert got.expert_of_topic.tolist() == [0, 1] and not got.dominant
    assert (
        te.incentives.route(SPANISH_AND_CODE, [1, 0]).gain == 0
    )  # only Spanish is asked: nothing to combine


def test_under_dominance_the_gain_is_zero():
    frontier = [[0.9, 0.4], [0.5, 0.8], [0.9, 0.8]]
    got = te.incentives.route(frontier, [0.3, 0.7], router_accuracy=0.2)
    assert got.dominant and got.best_expert == 2 and got.gain == 0 and got.break_even_accuracy == 0
    assert got.at_accuracy == pytest.approx(
        got.single
    )  # a router that errs does no harm where one model wins all


def test_a_router_must_recognise_so_many_topics_to_match_the_best_single_model():
    table, share = [[0.9, 0.6], [0.3, 0.8]], [0.7, 0.3]
    got = te.incentives.route(table, share)
    assert got.single == pytest.approx(0.81) and got.routed == pytest.approx(0.87)
    assert got.blind == pytest.approx(0.7 * 0.81 + 0.3 * 0.45)
    assert got.break_even_accuracy == pytest.approx((0.81 - 0.702) / (0.87 - 0.702))
    assert te.incentives.route(
        table, share, router_accuracy=got.break_even_accuracy
    ).at_accuracy == pytest.approx(got.single)


def test_leader_gain_is_that_of_the_largest_of_n_and_dies_with_the_lead():
    assert te.incentives.leader_routing_gain(10) == pytest.approx(
        te.incentives.expected_max(10), abs=1e-12
    )
    assert te.incentives.leader_routing_gain(10, correlation=0.75) == pytest.approx(
        te.incentives.expected_max(10) / 2, abs=1e-12
    )
    gains = [te.incentives.leader_routing_gain(10, lead_sd=lead) for lead in (0, 1, 2, 4, 8)]
    assert (np.diff(gains) < 0).all() and gains[-1] < 1e-7
    assert (
        te.incentives.leader_routing_gain(10, correlation=1.0)
        == te.incentives.leader_routing_gain(1)
        == 0.0
    )


def test_leader_gain_against_simulation():
    random = np.random.default_rng(4)
    common, own = random.standard_normal((100_000, 1)), random.standard_normal((100_000, 5))
    quality = math.sqrt(0.4) * common + math.sqrt(0.6) * own + np.array([0.8, 0, 0, 0, 0])
    gain = te.incentives.over_replicas(quality.max(axis=1) - quality[:, 0])
    assert (
        abs(gain.mean - te.incentives.leader_routing_gain(5, lead_sd=0.8, correlation=0.4))
        < 4 * gain.standard_error
    )


def test_avengers_pro_2508_12631_plus_7_percent_and_minus_27_percent_lie_on_a_plausible_frontier():
    """Data points, not predictions: a leader of 0.7 beside specialists that beat it by some
    points on their topics.
    """
    quality = [
        [0.70, 0.70, 0.70, 0.70],
        [0.80, 0.60, 0.65, 0.55],
        [0.60, 0.78, 0.60, 0.69],
        [0.50, 0.50, 0.71, 0.50],
    ]
    cost = np.array([[1.0], [1.0], [0.9], [0.2]]) * np.ones(4)
    got = te.incentives.routing_frontier(quality, cost)
    assert got.gain_share > 0.06 and got.saving_share > 0.27
    alone = te.incentives.routing_frontier(quality[:1], cost[:1])
    assert (alone.gain_share, alone.saving_share) == (0.0, 0.0)


def test_frontier_by_hand():
    got = te.incentives.routing_frontier(
        [[0.4, 0.4], [0.8, 0.5], [0.9, 0.9]], [[1, 1], [2, 2], [5, 5]], [0.5, 0.5]
    )
    # steps per unit of cost: topic 0: 0.4 for 1, then 0.1 for 3; topic 1: 0.5 for 4 (the middle one
    # lies below)
    assert got.cost == pytest.approx([1, 1.5, 3.5, 5]) and got.quality == pytest.approx(
        [0.4, 0.6, 0.85, 0.9]
    )
    assert (got.saving_share, got.gain_share) == pytest.approx((0, 0), abs=1e-12)


@given(TABLES, st.floats(0, 1))
def test_routing_never_loses_and_gains_nothing_only_under_dominance(table, accuracy):
    got = te.incentives.route(table, router_accuracy=accuracy)
    assert got.gain >= 0 and (got.gain == 0 or not got.dominant)
    assert got.routed >= got.single - 1e-12 >= got.blind - 2e-12
    assert min(got.blind, got.routed) - 1e-12 <= got.at_accuracy <= got.routed + 1e-12
    assert -1e-9 <= got.break_even_accuracy <= 1 + 1e-9
    ahead = np.vstack([table, table.max(axis=0)])
    assert te.incentives.route(ahead).gain == 0 and te.incentives.route(ahead).dominant


@given(TABLES, st.data())
def test_frontier_rises_bends_down_and_holds_every_single_model(table, data):
    cost = data.draw(arrays.arrays(float, table.shape, elements=st.floats(0.125, 8)))
    got = te.incentives.routing_frontier(table, cost)
    assert (np.diff(got.cost) > 0).all() and (np.diff(got.quality) >= 0).all()
    assert got.quality[-1] == pytest.approx(table.max(axis=0).mean())
    for quality, price in zip(table.mean(axis=1), cost.mean(axis=1), strict=True):
        assert np.interp(price, got.cost, got.quality) >= quality - 1e-9
    assert got.saving_share >= -1e-9 and got.gain_share >= -1e-9


@pytest.mark.parametrize(
    ("name", "value", "call"),
    [
        ("quality", "(2,)", lambda: te.incentives.route([1.0, 2.0])),
        ("quality", "nan", lambda: te.incentives.route([[NAN]])),
        ("quality", "<U1", lambda: te.incentives.route([["a"]])),
        ("topic_share", "(3,)", lambda: te.incentives.route(SPANISH_AND_CODE, [1, 1, 1])),
        ("topic_share", 0, lambda: te.incentives.route(SPANISH_AND_CODE, [0, 0])),
        ("topic_share", -1, lambda: te.incentives.route(SPANISH_AND_CODE, [2, -1])),
        (
            "router_accuracy",
            1.5,
            lambda: te.incentives.route(SPANISH_AND_CODE, router_accuracy=1.5),
        ),
        ("experts", 0, lambda: te.incentives.leader_routing_gain(0)),
        ("lead_sd", -1, lambda: te.incentives.leader_routing_gain(2, lead_sd=-1)),
        ("correlation", 2, lambda: te.incentives.leader_routing_gain(2, correlation=2)),
        ("cost", "(1, 2)", lambda: te.incentives.routing_frontier(SPANISH_AND_CODE, [[1, 1]])),
        ("cost", 0, lambda: te.incentives.routing_frontier(SPANISH_AND_CODE, [[1, 1], [0, 1]])),
    ],
)
def test_bad_input_is_refused_in_one_line(name, value, call, refused):
    with refused(name, value):
        call()
