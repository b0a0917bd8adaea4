"""Which subnet gets how much of a block's TAO, under each rule."""

import json
import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tao_econ as te
from tao_econ.chain import shares as ss
from tao_econ.chain import subnet_kernels as kernels

NOW, QUANTILE = te.rules_at("gate-rank"), te.rules_at("gate-quantile")
BY_NAME = {name: replace(NOW, gate="none", subnet_shares=name) for name in ss.SHARES}
PRICES = st.lists(st.floats(1e-6, 1), min_size=1, max_size=80)


def given_for(prices, burned=0.0):
    n = len(prices)
    return {
        "price_ema_tao": prices,
        "flow_ema_tao": prices,
        "protocol_flow_ema_tao": np.zeros(n),
        "root_proportion": np.full(n, 0.2),
        "burned_share": np.full(n, burned),
    }


# --- published numbers


def test_a3_prices_1_to_2_become_shares_0_1_to_0_9_under_the_gate():
    as_coded = replace(QUANTILE, gate_quantile=Fraction("0.61"))  # main net's own was 3/4
    assert te.chain.emission_shares(as_coded, price_ema_tao=[1, 2]) == pytest.approx(
        [0.1, 0.9], abs=1e-12
    )
    assert te.chain.emission_shares(NOW, price_ema_tao=[1, 2], bar=2 / 3) == pytest.approx(
        [0.1, 0.9], abs=1e-12
    )


def test_vector_gate_rank_fallback_the_bar_of_few_subnets():
    path = Path(__file__).parents[1] / "golden" / "gate_rank_fallback.json"
    vector = json.loads(path.read_text())
    assert (NOW.gate, NOW.gate_rank, NOW.gate_exponent) == ("rank", 32, 3)
    expected = vector["expected"]
    cases = zip(vector["inputs"]["cases"], expected["bar"], expected["share"], strict=True)
    for case, bar, share in cases:
        prices = np.array(case["ema_prices"])
        got = te.chain.emission_shares(NOW, price_ema_tao=prices)
        assert got == pytest.approx(share, abs=vector["params"]["tolerance"])
        found = kernels._bar(ss.gate_of(NOW), prices / prices.sum())
        assert found == pytest.approx(bar, abs=vector["params"]["tolerance"])


def test_zeros_take_no_place_at_the_bar():
    prices = [1.0] * 19 + [2.0] + [0.0] * 20
    few = te.chain.emission_shares(NOW, price_ema_tao=prices)
    assert few[:20] == pytest.approx(te.chain.emission_shares(NOW, price_ema_tao=prices[:20]))
    assert not few[20:].any()


def test_a_quantile_that_rounding_never_reaches_puts_the_bar_at_the_last_share():
    whole = replace(QUANTILE, gate_quantile=Fraction(1))
    shares = np.array([0.5, 0.3, 0.2 - 2**-50])
    assert kernels._bar(ss.gate_of(whole), shares) == shares[-1]


def test_mainnet_2026_md_3_part_of_a_share_that_the_gate_keeps():
    assert np.round(te.chain.gate_kept([1, 1 / 2, 1 / 3, 1 / 5]) * 100, 1).tolist() == [
        50,
        11.1,
        3.6,
        0.8,
    ]
    assert te.chain.gate_kept([0.0, 1e50]).tolist() == [0, 1] and te.chain.gate_kept(
        2.0, 2
    ) == pytest.approx(0.8)


@pytest.mark.parametrize("days, percent", [(1, 4), (3, 28), (7, 80)])
def test_mainnet_2026_md_3_a_new_subnets_smoothed_price(days, percent):
    got = te.chain.ema_price(NOW, 0.0, 0.5, age_blocks=0, blocks=7_200 * days) / 0.5
    assert got * 100 == pytest.approx(percent, abs=0.5)
    b, h = 7_200 * days, 201_600
    assert got == pytest.approx(1 - math.exp(-0.0003 * (b - h * math.log(1 + b / h))), abs=1e-3)


def test_mainnet_2026_md_3_half_life_of_a_mature_subnet_in_hours():
    old = {"rules": NOW, "start": 1.0, "spot": 0.0, "age_blocks": 10**7}
    assert (
        te.chain.ema_price(blocks=int(7.7 * 300), **old)
        > 0.5
        > te.chain.ema_price(blocks=int(8.4 * 300), **old)
    )


def test_dynamic_tao_md_2_the_spot_price_is_cut_at_1_tao():
    assert te.chain.ema_price(NOW, 0.5, 7.0, age_blocks=10**6, blocks=100) == te.chain.ema_price(
        NOW, 0.5, 1.0, age_blocks=10**6, blocks=100
    )


# --- each rule


def test_each_rule_by_hand():
    price, root, burned = (
        np.array([0.1, 0.2, 0.3]),
        np.array([0.5, 0.2, 0.1]),
        np.array([0.0, 0.5, 1.0]),
    )
    more = {"price_ema_tao": price, "root_proportion": root, "burned_share": burned}
    by_hand = {
        "price_ema": price,
        "price_ema_unburned": price * (1 - burned),
        "price_ema_root_unburned": price * root * (1 - burned),
    }
    for name, value in by_hand.items():
        assert te.chain.emission_shares(BY_NAME[name], **more) == pytest.approx(
            value / value.sum(), abs=1e-15
        ), name
    users, own = np.array([3.0, 1.0, -2.0]), np.array([1.0, 3.0, -1.0])
    z = np.maximum(users, 0)
    assert te.chain.emission_shares(BY_NAME["flow_ema"], flow_ema_tao=users) == pytest.approx(
        z / z.sum()
    )
    net = np.maximum(users - np.where(own > 0, min(1, 4 / 4), 1) * own, 0)
    got = te.chain.emission_shares(
        BY_NAME["net_flow_ema"], flow_ema_tao=users, protocol_flow_ema_tao=own
    )
    assert got == pytest.approx(net / net.sum())
    scaled = np.maximum(users - np.where(own > 0, 4 / 8, 1) * own * np.array([2, 2, 1]), 0)
    got = te.chain.emission_shares(
        BY_NAME["net_flow_ema"], flow_ema_tao=users, protocol_flow_ema_tao=own * [2, 2, 1]
    )
    assert got == pytest.approx(scaled / scaled.sum())


def test_all_burned_counts_as_none_burned_and_no_price_gives_nothing():
    assert te.chain.emission_shares(
        BY_NAME["price_ema_unburned"], price_ema_tao=[1, 3], burned_share=[1, 1]
    ).tolist() == [0.25, 0.75]
    for rules in (*BY_NAME.values(), NOW, QUANTILE):
        assert not te.chain.emission_shares(rules, **given_for([0.0, 0.0])).any()


def test_a_subnet_switched_off_takes_a_rank_and_gets_nothing():
    rules = replace(NOW, gate_rank=2)
    prices, on = [1.0, 2.0, 4.0], np.array([True, False, True])
    share = np.array(prices) / 7
    kept = share / (1 + (share[1] / share) ** 3) * on
    assert te.chain.emission_shares(rules, price_ema_tao=prices, emission_on=on) == pytest.approx(
        kept / kept.sum()
    )


def test_two_tiers_divide_75_to_25():
    rules = replace(NOW, gate="tiers")
    share = te.chain.emission_shares(rules, price_ema_tao=np.arange(1, 81) / 100)
    assert (
        share[:16].sum() == 0
        and share[48:].sum() == pytest.approx(0.75)
        and share[16:48].sum() == pytest.approx(0.25)
    )
    few = te.chain.emission_shares(rules, price_ema_tao=np.arange(1, 21) / 100)
    assert few.sum() == pytest.approx(1) and few[-1] / few[0] == pytest.approx(20)


def test_root_weights_by_hand():
    stake, weights = [3.0, 1.0], [[1.0, 1.0, 0.0], [0.0, 0.0, 2.0]]
    rank, trust = np.array([0.375, 0.375, 0.25]), np.array([0.75, 0.75, 0.25])
    score = rank / (1 + np.exp(-10 * (trust - 32_767 / 65_535)))
    assert te.chain.root_weight_shares(stake, weights) == pytest.approx(score / score.sum())
    unissued = te.chain.root_weight_shares(stake, weights, root_netuid=0)
    assert unissued[0] == 0 and unissued[1:] == pytest.approx((score / score.sum())[1:])
    assert (
        not te.chain.root_weight_shares([0.0], [[1.0]]).any()
        and not te.chain.root_weight_shares([1.0], [[0.0]]).any()
    )


# --- laws


@given(
    PRICES,
    st.sampled_from([*BY_NAME.values(), NOW, QUANTILE, replace(NOW, gate="tiers")]),
    st.floats(0, 1),
)
def test_shares_sum_to_one_and_keep_the_order_of_prices(prices, rules, burned):
    share = te.chain.emission_shares(rules, **given_for(prices, burned))
    assert share.sum() == pytest.approx(1) and (share >= 0).all()
    by_price = share[np.argsort(prices, kind="stable")]
    assert (np.diff(by_price) >= -1e-12).all()


@given(PRICES, st.floats(0.001, 100))
def test_only_ratios_of_prices_matter(prices, scale):
    for rules in (BY_NAME["price_ema"], NOW, QUANTILE):
        one, other = (
            te.chain.emission_shares(rules, price_ema_tao=np.array(prices) * k) for k in (1, scale)
        )
        assert one == pytest.approx(other, abs=1e-9)


@given(PRICES)
def test_a_gate_concentrates(prices):
    plain = np.sort(te.chain.emission_shares(BY_NAME["price_ema"], price_ema_tao=prices))[::-1]
    gated = np.sort(te.chain.emission_shares(QUANTILE, price_ema_tao=prices))[::-1]
    assert (np.cumsum(gated) >= np.cumsum(plain) - 1e-9).all()


def test_another_exponent_is_the_same_law():
    rules = replace(NOW, gate_exponent=2)
    got = te.chain.emission_shares(rules, price_ema_tao=[1, 2], bar=2 / 3)
    kept = np.array([1 / 3, 2 / 3]) * te.chain.gate_kept([0.5, 1.0], 2)
    assert got == pytest.approx(kept / kept.sum())


@given(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]) | st.floats(0, 1), max_size=300))
def test_the_order_from_the_largest_is_that_of_a_stable_sort(values):
    values = np.array(values, float)
    order = kernels._from_largest(values)
    assert order.tolist() == np.argsort(-values, kind="stable").tolist()
    assert values[order].tolist() == np.sort(values)[::-1].tolist()


def test_the_order_of_a_whole_network_of_equals_and_others():
    values = np.random.default_rng(1).integers(0, 9, 4_096).astype(float)
    order = kernels._from_largest(values)
    assert order.tolist() == np.argsort(-values, kind="stable").tolist()


@given(st.floats(0, 1e7), st.floats(0, 2.1e7))
def test_root_proportion_is_a_share(root, alpha):
    part = te.chain.root_proportion(NOW, root, alpha)
    assert 0 <= part <= 1 and (part == 0 or root > 0)
    if root and alpha:
        assert part == pytest.approx(0.18 * root / (0.18 * root + alpha))


def test_every_rule_and_gate_that_a_table_names_is_known_and_marks_are_of_real_fields():
    used = {r.subnet_shares for r in te.eras() if r.pool != "none"}
    assert used == set(ss.SHARES) and {r.gate for r in te.eras()} <= set(ss.GATES)
    for field in ss.MARKED:
        assert hasattr(NOW, field)
    marked = {r.name: [mark.field for mark in te.chain.unproven(r)] for r in te.eras()}
    assert marked["dynamic-tao"] == marked["price-unburned"] == marked["gate-quantile"] == []
    assert marked["gate-rank"] == ["root_dividends"] and marked["yuma3"] == ["pool"]
    assert marked["after-475"] == marked["etao"] == ["root_dividends", "name"]
    (two_tiers, _) = te.chain.unproven(replace(NOW, gate="tiers"))
    assert (two_tiers.field, two_tiers.value) == ("gate", "tiers")


# --- refusals


@pytest.mark.parametrize(
    "name, rules, more",
    [
        ("root_weights", te.rules_at("2023-11-20"), {"price_ema_tao": [1.0]}),
        ("flow_ema_tao", BY_NAME["flow_ema"], {"price_ema_tao": [1.0]}),
        ("root_proportion", BY_NAME["price_ema_root_unburned"], {"price_ema_tao": [1.0]}),
        ("price_ema_tao", NOW, {}),
        ("price_ema_tao", NOW, {"price_ema_tao": [1.0, math.nan]}),
        ("price_ema_tao", NOW, {"price_ema_tao": [-1.0]}),
        ("price_ema_tao", NOW, {"price_ema_tao": []}),
        ("price_ema_tao", NOW, {"price_ema_tao": ["a"]}),
        ("burned_share", NOW, {"price_ema_tao": [1.0], "burned_share": [1.5]}),
        ("burned_share", NOW, {"price_ema_tao": [1.0], "burned_share": [0.1, 0.2]}),
        ("emission_on", NOW, {"price_ema_tao": [1.0], "emission_on": [1]}),
        ("bar", NOW, {"price_ema_tao": [1.0], "bar": 2.0}),
    ],
)
def test_shares_refuse(name, rules, more, refused):
    with refused(name):
        te.chain.emission_shares(rules, **more)


def test_the_others_refuse(refused):
    with refused("cutoff_tao must be 0 where the protocol's flow is taken off", "-1000"):
        ss.flow_measure([-100.0, -300.0], [0.0, 0.0], cutoff_tao=-1_000.0)
    with refused("power", 0.0):
        ss.flow_measure([1.0], power=0.0)
    with refused("weights"):
        te.chain.root_weight_shares([1.0], [[1.0], [1.0]])
    with refused("root_netuid", 5):
        te.chain.root_weight_shares([1.0], [[1.0]], root_netuid=5)
    with refused("weights", "inf"):
        te.chain.root_weight_shares([1.0], [[np.inf]])
    with refused("share_over_bar", "-2"):
        te.chain.gate_kept(-2.0, 2)
    with refused("alpha_issuance"):
        te.chain.root_proportion(NOW, 1.0, -1.0)
    with refused("gate_exponent", 0):
        replace(NOW, gate_exponent=0)
    with refused("age_blocks"):
        te.chain.ema_price(NOW, 0.0, 1.0, age_blocks=-1, blocks=1)
