"""What the pools answer: published numbers where there are any, the direction of each effect,
refusals.
"""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

import tao_econ as te
from tao_econ.incentives import subnet_economy as ask

NOW, PLAIN = te.rules_at("gate-rank"), te.rules_at("price-unburned")
SMALL = te.incentives.synthetic_subnets(12)
SCENARIO = te.Scenario(
    owners_sold_share=1.0, miners_sold_share=1.0, stakers_sold_share=1.0, root_claims_per_day=0.02
)
NO_SALES = te.Scenario(
    owners_sold_share=0.0, miners_sold_share=0.0, stakers_sold_share=0.0, root_claims_per_day=0.0
)


@pytest.fixture(scope="module")
def rules_compared():
    return te.incentives.compare_rules(te.incentives.synthetic_subnets())


# --- published numbers


def test_mainnet_2026_md_5_pools_have_the_percentiles_of_main_net():
    pools = np.sort(te.incentives.synthetic_subnets(1_001).reserve_tao)
    for part, tao in ((0.1, 1_100), (0.25, 3_000), (0.5, 6_740), (0.75, 13_900), (0.9, 33_000)):
        assert np.quantile(pools, part) == pytest.approx(tao, rel=0.01)
    assert pools[0] >= 241 and pools[-1] <= 202_000
    total = te.incentives.synthetic_subnets().reserve_tao
    assert total.sum() == pytest.approx(1.983e6, rel=0.08)
    assert total[:10].sum() / total.sum() == pytest.approx(0.481, abs=0.03)


def test_mainnet_2026_md_5_the_largest_under_the_gate(rules_compared):
    gate = rules_compared.loc[("price_ema_unburned", "rank")]
    # published 53.1, 76.3, 97.2 %: a smooth law of prices has no cliff after rank 32, so the third
    # stays lower
    assert gate["top_8"] == pytest.approx(0.531, abs=0.04) and gate["top_16"] == pytest.approx(
        0.763, abs=0.02
    )
    assert gate["top_32"] == pytest.approx(0.923, abs=0.005)
    assert gate["largest"] * 3_600 == pytest.approx(472, rel=0.25)


def test_models_md_2_8_the_gate_leaves_an_effective_22_subnets_of_50(rules_compared):
    before, after = (
        rules_compared.loc[("price_ema_unburned", gate), "effective_subnets"]
        for gate in ("none", "rank")
    )
    assert after == pytest.approx(22, abs=3) and before == pytest.approx(
        34, abs=1
    )  # our law starts more concentrated
    assert (
        rules_compared.loc[("price_ema_unburned", "rank"), "gini"]
        > rules_compared.loc[("price_ema", "none"), "gini"] + 0.15
    )


def test_maymin_a_halving_halves_what_new_tao_adds_to_small_pools_above_large_ones():
    pools = te.incentives.synthetic_subnets(36, earning=36)._replace(
        issuance_rao=10_000_000 * 10**9
    )
    for rules in (
        te.rules_at("dynamic-tao"),
        replace(  # a slow mean, so that a subnet's share stays what it was
            te.rules_at("chain-buys"),
            subnet_shares="price_ema",
            price_ema_rate=te.rules_at("dynamic-tao").price_ema_rate,
        ),
    ):
        table = te.incentives.halving_effect(rules, SCENARIO, pools, days=5)
        assert table.loc["small − large", "inflow"] > 0
        assert table.loc["small − large", "inflow_ratio"] == pytest.approx(
            0.5, abs=0.005
        )  # published 0.44, predicted 0.50


def test_mainnet_2026_md_5_about_a_third_of_new_tao_is_injected_and_the_rest_buys():
    path = te.chain.run_subnets(NOW, SCENARIO, te.incentives.synthetic_subnets(), days=1)
    assert path.injected_rao[1] / 1e9 == pytest.approx(1_131, rel=0.25)
    assert path.bought_rao[1] / 1e9 == pytest.approx(2_468, rel=0.15)


def test_models_md_2_7_three_owners_sell_37_000_tao_worth():
    table = te.incentives.exit_replay(
        PLAIN, SCENARIO, te.incentives.synthetic_subnets(), leaving=["s3", "s5", "s9"], days=10
    )
    assert table["tao_got"].sum() == pytest.approx(37_000, rel=1e-9)
    gone = table.loc[["s3", "s5", "s9"]]
    # selling V of a reserve T leaves (1 − V/T)² of the price
    left = 1 - 37_000 / te.incentives.synthetic_subnets().reserve_tao[[2, 4, 8]].sum()
    assert (gone["price_next_day"] / gone["price_before"]).to_numpy() == pytest.approx(
        left**2, rel=0.02
    )
    assert (gone["share_at_end"] < gone["share_before"]).all()
    assert table.loc["all others", "share_at_end"] > table.loc["all others", "share_before"]
    assert table["share_at_end"].sum() == pytest.approx(1)


# --- directions


def test_rules_compared_name_every_rule_there_has_been_and_mark_the_unproven(rules_compared):
    assert set(rules_compared.index) < set(
        ask.rules_of_shares()
    ) and "flow_ema" not in rules_compared.index.unique("subnet_shares")  # no flow given
    assert (
        rules_compared.loc[("price_ema", "none"), "unproven"]
        == ()
        != rules_compared.loc[("price_ema_unburned", "tiers"), "unproven"]
    )
    flowing = te.incentives.synthetic_subnets()._replace(
        flow_ema_tao=np.linspace(1, -1, 128), protocol_flow_ema_tao=np.zeros(128)
    )
    by_flow = te.incentives.compare_rules(flowing).index.unique("subnet_shares")
    assert {"flow_ema", "net_flow_ema"} < set(by_flow)
    one = te.incentives.compare_rules(SMALL, rules=[NOW])
    assert list(one.index) == [(NOW.subnet_shares, NOW.gate)]
    assert one["top_16"].tolist() == pytest.approx([1])


def test_selling_costs_price_and_more_sellers_cost_more():
    pools = te.incentives.synthetic_subnets(
        12, middle_price_tao=0.05
    )  # prices sum to more than 1: root is paid
    for rules in (NOW, te.rules_at("dynamic-tao")):
        table = te.incentives.selling_cost(rules, SCENARIO, pools, days=3)
        assert (
            table.loc["root", "miners_tao_per_day"] == table.loc["miners", "root_tao_per_day"] == 0
        )
        assert (table[["median_price_change", "worst_price_change"]] < 0).all().all()
        assert (
            table.loc["both", "median_price_change"]
            < table["median_price_change"].drop("both").min()
        )
        assert (table["worst_price_change"] <= table["median_price_change"]).all()


def test_a_round_trip_costs_its_fees_and_smoothing_puts_off_what_it_attracts():
    pools = te.incentives.synthetic_subnets()
    slow = replace(PLAIN, price_ema_rate=Fraction(3, 1_000_000))
    for rules in (PLAIN, slow):
        table = te.incentives.manipulation(rules, NO_SALES, pools, subnet="s60", tao_in=500.0)
        assert (
            table["tao_lost"] > 0.5 * 500 * 2 * float(rules.swap_fee)
        ).all()  # chain buys meanwhile lift the price a little
        assert table.loc["spot", "tao_attracted"] > table.loc["smoothed", "tao_attracted"]
    assert table.loc["smoothed", "tao_attracted"] < 0.1 * table.loc["spot", "tao_attracted"]


# --- refusals


@pytest.mark.parametrize(
    "name, call",
    [
        ("subnet", lambda: te.incentives.exit_replay(NOW, SCENARIO, SMALL, leaving=["x"])),
        ("leaving", lambda: te.incentives.exit_replay(NOW, SCENARIO, SMALL, leaving=[])),
        (
            "tao_out",
            lambda: te.incentives.exit_replay(NOW, SCENARIO, SMALL, leaving=["s12"]),
        ),  # more than is in the pool
        (
            "subnet",
            lambda: te.incentives.manipulation(NOW, SCENARIO, SMALL, subnet="x", tao_in=1.0),
        ),
        (
            "tao_in",
            lambda: te.incentives.manipulation(NOW, SCENARIO, SMALL, subnet="s1", tao_in=0.0),
        ),
        (
            "hold_blocks",
            lambda: te.incentives.manipulation(
                NOW, SCENARIO, SMALL, subnet="s1", tao_in=1.0, hold_blocks=0
            ),
        ),
        ("days", lambda: te.incentives.selling_cost(NOW, SCENARIO, SMALL, days=0)),
        (
            "schedule",
            lambda: te.incentives.halving_effect(
                replace(NOW, schedule="constant"), SCENARIO, SMALL
            ),
        ),
        ("n", lambda: te.incentives.synthetic_subnets(2)),
        ("price_exponent", lambda: te.incentives.synthetic_subnets(price_exponent=-1.0)),
        ("alpha_per_pool_alpha", lambda: te.incentives.synthetic_subnets(alpha_per_pool_alpha=0.5)),
    ],
)
def test_bad_questions_are_one_clear_line(name, call, refused):
    with refused(name):
        call()


def test_a_price_attracts_nothing_under_rules_of_flow(refused):
    """The two rows would be equal, for no price moves a share."""
    flowing = SMALL._replace(
        flow_ema_tao=np.ones(len(SMALL.name)), protocol_flow_ema_tao=np.zeros(len(SMALL.name))
    )
    with refused("subnet_shares must go by price", "flow_ema"):
        te.incentives.manipulation(
            te.rules_at("chain-buys"), SCENARIO, flowing, subnet="s1", tao_in=1.0
        )


def test_flows_that_nobody_gave_are_unknown_and_never_zero(refused):
    """With flows of 0 nobody gets TAO, without a word."""
    assert np.isnan(SMALL.flow_ema_tao).all() and np.isnan(SMALL.protocol_flow_ema_tao).all()
    with refused("flow_ema_tao must be known", "chain-buys"):
        te.chain.run_subnets(te.rules_at("chain-buys"), SCENARIO, SMALL, days=1)


def test_who_leaves_gets_what_was_wanted_after_the_fee_that_the_run_takes():
    """Before, what was said to be got forgot the fee."""
    wanted = SMALL.reserve_tao[0] / 10
    fee = float(NOW.swap_fee)
    assert fee > 0
    found = [
        te.incentives.exit_replay(law, NO_SALES, SMALL, leaving=["s1"], tao_out=wanted, days=1)
        for law in (NOW, replace(NOW, swap_fee=Fraction(0)))
    ]
    for table in found:
        assert table["tao_got"].iloc[0] == pytest.approx(wanted, rel=1e-9)
    run = te.chain.run_subnets(
        NOW,
        NO_SALES,
        SMALL,
        days=1,
        trades=[te.chain.Trade(0, "s1", alpha_in=_alpha_of(SMALL, wanted) / (1 - fee))],
    )
    assert run.users_rao[-1] / 1e9 == pytest.approx(wanted, rel=2e-4)  # a block later


def _alpha_of(pools, tao_out):
    """Alpha that an even pool pays so much TAO for, without a fee."""
    assert pools.tao_weight[0] == 0.5
    reserve = pools.reserve_tao[0]
    return pools.reserve_alpha[0] * tao_out / (reserve - tao_out)
