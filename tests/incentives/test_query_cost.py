"""Cost and latency of a query: published subsidy, closed forms, simulation and refusals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tao_econ as te

CALM = {
    "arrivals_per_s": 0.0,
    "servers": 1,
    "served_per_s": 2.0,
    "miners": 1,
    "needed": 1,
    "answered_per_s": 1.0,
}
BUSY = {
    "arrivals_per_s": 25.0,
    "servers": 8,
    "served_per_s": 4.0,
    "miners": 10,
    "needed": 3,
    "answered_per_s": 0.5,
}

# --- the bill


def test_pine_march_2026_subsidy_of_22_to_40_is_the_coverage_of_2_5_to_4_5_percent():
    year = {
        "queries": 1.0,
        "fees_tao": 2.4e6 / 275,
        "emission_tao": 518 * 365,
    }  # 52 M USD against 2.4 M at 275 USD
    bill = te.incentives.query_bill(**year)
    assert bill.emission_tao * 275 == pytest.approx(52.0e6, abs=0.05e6)
    assert bill.subsidy_ratio == pytest.approx(21.7, abs=0.05)  # models.md 3.2
    assert bill.fee_coverage == pytest.approx(1 / bill.subsidy_ratio)
    assert bill.fee_coverage == pytest.approx(0.046, abs=5e-4)
    # the two published ranges are one fact said twice: 1/40 and 1/22
    for subsidy, coverage in ((40, 0.025), (22, 0.045)):
        got = te.incentives.query_bill(queries=1e6, fees_tao=1.0, emission_tao=float(subsidy))
        assert got.fee_coverage == pytest.approx(
            coverage, abs=5e-4
        ) and got.subsidy_ratio == pytest.approx(subsidy)
        assert got.external_share == pytest.approx(1 / (1 + subsidy))


def test_pine_unsubsidised_price_of_1_6_to_3_5_rivals_means_a_fee_far_below_the_rival():
    bill = te.incentives.query_bill(
        queries=1.0, fees_tao=1.0, emission_tao=22.0, rival_tao=23 / 1.6
    )
    assert bill.price_to_rival == pytest.approx(1.6)
    assert bill.fee_tao / (23 / 1.6) == pytest.approx(0.07, abs=1e-3)


def test_copies_and_tests_multiply_the_cost():
    plain = te.incentives.query_bill(queries=10.0, fees_tao=5.0, emission_tao=15.0, answer_tao=0.1)
    checked = te.incentives.query_bill(
        queries=10.0, fees_tao=5.0, emission_tao=15.0, answer_tao=0.1, copies=3, test_share=0.25
    )
    assert (plain.answers, checked.answers) == pytest.approx((1, 4))
    assert checked.computing_tao == pytest.approx(0.4) and checked.margin_tao == pytest.approx(
        2.0 - 0.4
    )
    assert math.isnan(plain.price_to_rival)


def test_without_fee_or_emission_the_ratios_are_infinite_not_nan():
    free, own = (
        te.incentives.query_bill(queries=1.0, fees_tao=f, emission_tao=1.0 - f) for f in (0.0, 1.0)
    )
    assert (free.subsidy_ratio, free.fee_coverage, free.external_share) == (math.inf, 0.0, 0.0)
    assert (own.subsidy_ratio, own.fee_coverage, own.external_share) == (0.0, math.inf, 1.0)


# --- latency


def test_erlang_c_of_one_and_of_two_servers():
    one = te.incentives.query_latency(**CALM | {"arrivals_per_s": 1.4})
    assert (one.wait_chance, one.utilisation) == pytest.approx((0.7, 0.7))  # M/M/1: the utilisation
    assert one.validator_mean_s == pytest.approx(1 / (2.0 - 1.4))
    two = te.incentives.query_latency(**CALM | {"servers": 2, "arrivals_per_s": 2.0})
    assert two.wait_chance == pytest.approx(1 / 3)  # Kleinrock: 2ρ²/(1 + ρ) at ρ = 1/2


def test_an_idle_validator_and_one_miner_are_two_exponentials():
    got = te.incentives.query_latency(**CALM, quantiles=(0.5, 0.9))
    assert (got.queue_mean_s, got.mean_s) == pytest.approx((0.0, 1.5))
    for t, q in zip(got.quantile_s, (0.5, 0.9), strict=True):
        assert 1 - 2 * math.exp(-t) + math.exp(-2 * t) == pytest.approx(q, abs=1e-9)


def test_k_of_n_miners_take_the_mean_of_an_order_statistic():
    got = te.incentives.query_latency(**CALM | {"miners": 4, "needed": 2})
    assert got.miners_mean_s == pytest.approx(1 / 4 + 1 / 3)
    assert te.incentives.query_latency(
        **CALM | {"miners": 256, "needed": 256}
    ).miners_mean_s == pytest.approx(6.124, abs=1e-3)


def simulated_seconds(queries=200_000):
    """Every query of a first-come M/M/8 by hand, and the third fastest of ten miners after it."""
    import heapq

    random = np.random.default_rng(9)
    arrivals = np.cumsum(random.exponential(1 / 25, queries))
    service, free = random.exponential(1 / 4, queries), [0.0] * 8
    out = np.empty(queries)
    for k in range(queries):
        start = max(arrivals[k], heapq.heappop(free))
        heapq.heappush(free, start + service[k])
        out[k] = start + service[k] - arrivals[k]
    return out + np.partition(random.exponential(2.0, (queries, 10)), 2, axis=1)[:, 2]


def test_latency_against_a_simulated_queue():
    got, drawn = te.incentives.query_latency(**BUSY), simulated_seconds()
    batches = te.incentives.over_replicas(
        drawn.reshape(100, -1).mean(axis=1)
    )  # batches, for neighbours in a queue are alike
    assert abs(batches.mean - got.mean_s) < 4 * batches.standard_error
    assert batches.standard_error < 0.02 * got.mean_s
    for t, q in zip(got.quantile_s, (0.5, 0.95, 0.99), strict=True):
        below = te.incentives.over_replicas((drawn <= t).reshape(100, -1).mean(axis=1))
        assert abs(below.mean - q) < 4 * below.standard_error


def test_equal_rates_of_leaving_are_no_special_case():
    near = [
        te.incentives.query_latency(**CALM | {"arrivals_per_s": a, "servers": 2}).quantile_s
        for a in (2.0 - 1e-9, 2.0, 2.0 + 1e-9)
    ]
    assert near[0] == pytest.approx(near[1], rel=1e-6)
    assert near[2] == pytest.approx(near[1], rel=1e-6)


@given(st.floats(0, 0.98), st.integers(1, 40), st.integers(1, 30), st.data())
def test_latency_obeys_its_laws(load, servers, miners, data):
    needed = data.draw(st.integers(1, miners))
    given = {
        "servers": servers,
        "served_per_s": 3.0,
        "miners": miners,
        "needed": needed,
        "answered_per_s": 2.0,
    }
    got = te.incentives.query_latency(
        arrivals_per_s=load * servers * 3.0, quantiles=(0.1, 0.5, 0.9), **given
    )
    assert 0 <= got.wait_chance <= 1 and got.utilisation == pytest.approx(load)
    assert (
        got.mean_s == pytest.approx(got.validator_mean_s + got.miners_mean_s)
        and got.mean_s >= 1 / 3
    )
    assert (np.diff(got.quantile_s) > 0).all() and (got.quantile_s > 0).all()
    idle = te.incentives.query_latency(arrivals_per_s=0.0, quantiles=(0.1, 0.5, 0.9), **given)
    assert (idle.quantile_s <= got.quantile_s * (1 + 1e-9)).all()
    assert (got.quantile_s <= got.mean_s / (1 - np.array([0.1, 0.5, 0.9]))).all()  # Markov


BILL = {"queries": 1.0, "fees_tao": 1.0, "emission_tao": 1.0}


@pytest.mark.parametrize(
    ("name", "value", "call"),
    [
        ("queries", 0, lambda: te.incentives.query_bill(**BILL | {"queries": 0})),
        ("fees_tao", -1, lambda: te.incentives.query_bill(**BILL | {"fees_tao": -1})),
        (
            "fees_tao",
            0,
            lambda: te.incentives.query_bill(**BILL | {"fees_tao": 0, "emission_tao": 0}),
        ),
        (
            "emission_tao",
            math.nan,
            lambda: te.incentives.query_bill(**BILL | {"emission_tao": math.nan}),
        ),
        ("copies", 0, lambda: te.incentives.query_bill(**BILL, copies=0)),
        ("test_share", 1, lambda: te.incentives.query_bill(**BILL, test_share=1)),
        ("answer_tao", -1, lambda: te.incentives.query_bill(**BILL, answer_tao=-1)),
        ("rival_tao", 0, lambda: te.incentives.query_bill(**BILL, rival_tao=0)),
        ("arrivals_per_s", 2, lambda: te.incentives.query_latency(**CALM | {"arrivals_per_s": 2})),
        ("servers", 0, lambda: te.incentives.query_latency(**CALM | {"servers": 0})),
        ("served_per_s", 0, lambda: te.incentives.query_latency(**CALM | {"served_per_s": 0})),
        ("needed", 2, lambda: te.incentives.query_latency(**CALM | {"needed": 2})),
        ("miners", 1.0, lambda: te.incentives.query_latency(**CALM | {"miners": 1.0})),
        (
            "answered_per_s",
            "'a'",
            lambda: te.incentives.query_latency(**CALM | {"answered_per_s": "a"}),
        ),
        ("quantiles", 1.0, lambda: te.incentives.query_latency(**CALM, quantiles=(1.0,))),
    ],
)
def test_bad_input_is_refused_in_one_line(name, value, call, refused):
    with refused(name, value):
        call()
