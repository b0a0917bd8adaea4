"""What is left to a validator, a nominator and a miner, and the next halving, over whole domains."""

import numpy as np
import pytest
from domain import PUBLIC, Case, arguments, hold, number, rules, scenarios, snapshots, vector
from hypothesis import strategies as st

import tao_econ as te
from tao_econ.economy.nominator_choice import StakedSubnet

day = {"rules": rules(), "snapshot": snapshots(), "scenario": scenarios()}
NO_BLOCK = "block must be (known|given)"
TOO_MUCH = "stakers_share must be at most"
amount = number("[0, inf)")
share = number("[0, 1]")
size = number("[1e-9, 1e18]")


def validator_law(got, own_tao, delegated_tao, cost_usd_per_day, **_):
    assert got.income_tao_per_day >= 0 and 0 <= got.stake_share <= 1 + 1e-12
    assert got.net_usd_per_day == pytest.approx(got.income_usd_per_day - cost_usd_per_day)
    assert got.break_even_price_usd >= 0 and got.break_even_delegated_tao >= 0


def choice_law(got, tao, **_):
    assert len({len(part) for part in got}) == 1
    for worth in (got.idle_usd, got.root_usd, got.alpha_usd, got.alpha):
        assert (worth >= 0).all()
    assert (got.root_usd >= got.idle_usd * (1 - 1e-9)).all(), "root is never below idle"
    assert (got.alpha_price_against_root_tao >= got.alpha_price_against_idle_tao * (1 - 1e-9)).all()


def miner_law(got, **_):
    assert got.miners_usd_per_day_after <= got.miners_usd_per_day_before * (1 + 1e-9)
    assert got.incentive_after >= got.incentive_before * (1 - 1e-9)


def halving_law(got, snapshot, **_):
    assert got.years >= 0 and got.halving >= 1
    assert got.when.date() >= snapshot.date


def beside_law(got, pools, **_):
    assert 0 <= got.root_part <= 1 and got.price_sum_tao >= 0 and got.root_tao == pools.root_tao


pools_as_rules = rules().filter(lambda one: one.pool != "none")
subnet = st.builds(
    StakedSubnet,
    alpha_price_tao=size,
    earning_alpha=size,
    root_proportion=share,
    root_tao=size,
    price_sum_tao=number("[0, 1e9]"),
    root_part=share,
)
TABLE = {
    "validator_income": Case(
        arguments(
            **day,
            own_tao=number("[0, 1e6]"),
            delegated_tao=number("[0, 1e7]"),
            cost_usd_per_day=amount,
        ),
        validator_law,
        refuses=f"own_tao and delegated_tao must|{NO_BLOCK}|{TOO_MUCH}",
        unknown={
            "break_even_price_usd": "infinite where it earns no TAO",
            "break_even_delegated_tao": "infinite where no stake suffices",
        },
    ),
    "nominator_choice": Case(
        arguments(
            rules=pools_as_rules,
            snapshot=snapshots(),
            scenario=scenarios(),
            subnet=subnet,
            tao=amount,
            years=st.one_of(number("[0, 100]"), vector("[0, 100]")),
            alpha_drift=number("[-1, 1e3]"),
        ),
        choice_law,
        refuses=f"growth must stay|root[a-z_]* must be 0 under|{NO_BLOCK}",
    ),
    "beside_root": Case(
        arguments(
            rules=pools_as_rules,
            pools=st.sampled_from([te.incentives.synthetic_subnets(n) for n in (3, 8)]),
            alpha_price_tao=size,
            earning_alpha=size,
            root_proportion=share,
        ),
        beside_law,
    ),
    "incentive_over_halving": Case(
        arguments(**day, cost_usd_per_day=amount, subnet_share=share),
        miner_law,
        refuses=f"must have a halving to come|{NO_BLOCK}|{TOO_MUCH}|(issuance_rao|block) must be in",
        unknown={
            "incentive_before": "infinite where no miner is paid",
            "incentive_after": "the same",
            "price_usd_after": "the same",
        },
    ),
    "next_halving_at": Case(
        arguments(**day),
        halving_law,
        refuses=f"must have a halving to come|block must fall between|recycled_ppm must|{NO_BLOCK}",
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_every_example_is_answered_in_finite_numbers_or_refused_in_one_line(name):
    hold(PUBLIC[name], TABLE[name])


def test_the_cases_reach_what_they_are_for():
    assert np.isinf(
        te.economy.validator_income(
            te.rules_at("2026-09-11"),
            te.load_snapshot("2026-09-11"),
            te.load_scenario("base"),
            own_tao=0.0,
            cost_usd_per_day=1.0,
        ).break_even_price_usd
    )
