"""A validator, a nominator, a miner and the next halving at one's own numbers: hand-computed cases,
and what is paid sums to what there is.
"""

from dataclasses import replace

import numpy as np
import pytest

import tao_econ as te
from tao_econ.economy.nominator_choice import StakedSubnet

RULES = te.rules_at("2026-09-11")
NOW = te.load_snapshot("2026-09-11")
BASE = te.load_scenario("base")
PLAIN = replace(BASE, recycled_share=0.0, stakers_share=0.41, validator_take=0.1)
# 3,600 TAO a day, 41 % of them for stake: 1,476; 1,476,000 TAO staked earn 0.001 each
DAY = replace(NOW, staked_tao=1_476_000.0, price_usd=200.0)


def validator(snapshot=DAY, scenario=PLAIN, **given):
    return te.economy.validator_income(RULES, snapshot, scenario, **given)


def test_a_validators_day_by_hand():
    got = validator(own_tao=10_000.0, delegated_tao=90_000.0, cost_usd_per_day=100.0)
    assert got.own_tao_per_day == pytest.approx(10)
    assert got.take_tao_per_day == pytest.approx(9) and got.income_tao_per_day == pytest.approx(19)
    assert got.nominators_tao_per_day == pytest.approx(81)
    assert got.income_usd_per_day == pytest.approx(3_800)
    assert got.net_usd_per_day == pytest.approx(3_700)
    assert got.net_usd_per_year == pytest.approx(3_700 * 365.25)
    assert got.break_even_price_usd == pytest.approx(100 / 19)
    assert got.delegating_usd_per_day == pytest.approx(9 * 200)
    assert got.stake_share == pytest.approx(100_000 / 1_476_000)
    assert got.break_even_delegated_tao == 0, "its own stake pays the costs"


def test_the_break_evens_are_where_nothing_is_left():
    given = {"own_tao": 1_000.0, "cost_usd_per_day": 900.0}
    got = validator(delegated_tao=50_000.0, **given)
    at_price = replace(DAY, price_usd=got.break_even_price_usd)
    assert validator(at_price, delegated_tao=50_000.0, **given).net_usd_per_day == pytest.approx(0)
    # 200 USD of its own, 700 to come of a take of 0.02 USD a delegated TAO
    assert got.break_even_delegated_tao == pytest.approx(35_000)
    assert validator(delegated_tao=35_000.0, **given).net_usd_per_day == pytest.approx(0, abs=1e-9)
    nothing = validator(own_tao=0.0, cost_usd_per_day=1.0)
    assert nothing.break_even_price_usd == np.inf and nothing.net_usd_per_day == -1


@pytest.mark.parametrize("recycled", [0.0, 0.02, 0.5])
def test_one_validator_and_its_nominators_get_all_that_stake_is_paid(recycled):
    scenario = replace(BASE, recycled_share=recycled)
    got = validator(NOW, scenario, own_tao=1e6, delegated_tao=NOW.staked_tao - 1e6)
    paid = te.economy.day_flows(RULES, NOW, scenario).pay.stakers_rao / 1e9
    assert got.income_tao_per_day + got.nominators_tao_per_day == pytest.approx(paid)
    assert got.stake_share == pytest.approx(1)


def test_more_stake_than_there_is_is_refused(refused):
    with refused("own_tao", "1,476,001"):
        validator(own_tao=1.0, delegated_tao=1_476_000.0)


# ---- A nominator ----

EASY = StakedSubnet(
    alpha_price_tao=0.01,
    earning_alpha=1_000_000.0,
    root_proportion=0.5,
    root_tao=5_000_000.0,
    price_sum_tao=1.25,
    root_part=0.2,
)
HALF = (1 - 11_796 / 65_535) / 2


def choice(subnet=EASY, scenario=PLAIN, **given):
    return te.economy.nominator_choice(RULES, NOW, scenario, subnet, **given)


def test_a_nominators_year_by_hand():
    got = choice(tao=1_000.0, years=1.0, alpha_drift=-0.5)
    alpha_pay = 7_200 * HALF * 0.5 / 1e6  # alpha a day for each staked
    root_pay = 7_200 * 1.25 * HALF * 0.2 / 5e6  # TAO a day for each on root
    in_alpha = (1 + 365.25 * alpha_pay) ** 0.9
    on_root = (1 + 365.25 * root_pay) ** 0.9
    price = NOW.price_usd / (1 + te.economy.break_even_growth(RULES, NOW, PLAIN, 1.0))
    assert got.price_usd == pytest.approx(price)
    assert got.idle_usd == pytest.approx(1_000 * price)
    assert got.root_usd == pytest.approx(1_000 * on_root * price)
    assert got.alpha == pytest.approx(100_000 * in_alpha)
    assert got.alpha_usd == pytest.approx(1_000 * in_alpha * 0.5 * price)
    assert got.alpha_price_against_idle_tao == pytest.approx(0.01 / in_alpha)
    assert got.alpha_price_against_root_tao == pytest.approx(0.01 * on_root / in_alpha)


@pytest.mark.parametrize("against", ["idle", "root"])
def test_at_the_price_that_loses_both_are_worth_the_same(against):
    years = 1.5
    lowest = getattr(choice(years=years), f"alpha_price_against_{against}_tao")[0]
    drift = (lowest / EASY.alpha_price_tao) ** (1 / years) - 1
    got = choice(years=years, alpha_drift=drift)
    assert got.alpha_usd == pytest.approx(getattr(got, f"{against}_usd"))


def test_at_the_start_and_with_a_take_of_everything_nothing_is_gained():
    start = choice(years=0.0)
    assert start.idle_usd == start.root_usd == start.alpha_usd == 1_000 * NOW.price_usd
    taken = choice(scenario=replace(PLAIN, validator_take=1.0), years=3.0)
    assert taken.root_tao == 1_000 and taken.alpha == 100_000


def test_root_and_the_subnets_share_what_stake_is_paid():
    """Root's pay over all subnets and that of alpha's stakers are the validators' half of all."""
    pools = te.chain.load_subnets("subnets_8791247")
    beside = te.economy.beside_root(
        RULES, pools, alpha_price_tao=0.01, earning_alpha=1e6, root_proportion=0.5
    )
    alpha = pools.reserve_alpha + pools.outstanding_alpha
    part = te.chain.root_proportion(RULES, pools.root_tao, alpha)
    price = pools.price_ema_tao
    assert beside.price_sum_tao == pytest.approx(price.sum())
    assert beside.root_part == pytest.approx((price * part).sum() / price.sum())
    staked = (price * 7_200 * HALF * (1 - part)).sum()
    all_taken = replace(PLAIN, validator_take=0.0)
    a_day = 1 / 365.25
    got = choice(beside, all_taken, tao=beside.root_tao, years=a_day).root_tao[0]
    assert got - beside.root_tao + staked == pytest.approx(7_200 * HALF * price.sum(), rel=1e-6)


def test_rules_without_alpha_and_a_subnet_of_no_size_are_refused(refused):
    with refused("rules", "alpha"):
        te.economy.nominator_choice(te.rules_at("2023-11-20"), NOW, PLAIN, EASY)
    with refused("earning_alpha", "0"):
        choice(EASY._replace(earning_alpha=0.0))
    with refused("years", "(2, 2)"):
        choice(years=[[1.0, 2.0], [3.0, 4.0]])
    with refused("growth", "1000"):
        choice(alpha_drift=1e3, years=100.0)


# ---- A miner ----


def test_a_machine_before_and_after_the_halving_by_hand():
    got = te.economy.incentive_over_halving(
        RULES, replace(NOW, price_usd=200.0), PLAIN, cost_usd_per_day=50.0, subnet_share=0.01
    )
    paid = 3_600 * (1 - 11_796 / 65_535 - 0.41) * 0.01 * 200
    assert got.miners_usd_per_day_before == pytest.approx(paid)
    assert got.miners_usd_per_day_after == pytest.approx(paid / 2)
    assert got.incentive_before == pytest.approx(50 / paid)
    assert got.incentive_after == pytest.approx(100 / paid)
    assert got.price_usd_after == pytest.approx(400)


def test_in_2023_the_halving_to_come_was_the_first():
    then = te.load_snapshot("article")
    got = te.economy.incentive_over_halving(RULES, then, BASE, cost_usd_per_day=50.0)
    whole = te.economy.day_flows(RULES, then, BASE).pay.miners_rao / 1e9 * then.price_usd
    assert got.incentive_before == pytest.approx(50 / whole)
    assert got.miners_usd_per_day_after == pytest.approx(whole / 2, rel=1e-9)


def test_no_machine_is_free_no_subnet_paid_and_no_halving_to_come(refused):
    given = {"cost_usd_per_day": 0.0, "subnet_share": 0.0}
    assert te.economy.incentive_over_halving(RULES, NOW, BASE, **given).incentive_after == 0
    given["cost_usd_per_day"] = 1.0
    assert te.economy.incentive_over_halving(RULES, NOW, BASE, **given).incentive_before == np.inf
    with refused("rules", "halving"):
        te.economy.incentive_over_halving(te.rules_at("2023-11-20"), NOW, BASE, **given)


# ---- The next halving ----


def test_the_next_halving_by_hand():
    day = replace(NOW, issuance_rao=15_749_640 * 10**9)
    got = te.economy.next_halving_at(RULES, day, replace(BASE, recycled_share=0.5))
    # 360 TAO missing, a quarter TAO a block: 1,440 blocks, a fifth of a day
    assert got.halving == 2 and got.missing_tao == pytest.approx(360, abs=0.5)
    assert got.net_tao_per_day == pytest.approx(1_800)
    assert f"{got.when:%Y-%m-%d %H:%M}" == f"{day.date} 04:48"
    assert got.years == pytest.approx(0.2 / 365.25)


def test_it_is_the_row_of_the_halving_table():
    scenario = replace(BASE, recycled_share=0.26, block_time_s=12.1)
    got = te.economy.next_halving_at(RULES, NOW, scenario)
    row = te.chain.halving_table(
        RULES,
        issuance_rao=NOW.issuance_rao,
        block=NOW.block,
        date=NOW.date,
        block_time_s=12.1,
        recycled_ppm=260_000,
    ).iloc[0]
    assert got.when.date() == row["date"] and got.at_tao == row["issuance_tao"]
    assert got.years == pytest.approx(row["years_from_start"])


def test_more_recycling_and_less_supply_put_it_off():
    dates = [
        te.economy.next_halving_at(RULES, NOW, replace(BASE, recycled_share=share)).when
        for share in (0.0, 0.1, 0.5, 0.9)
    ]
    assert dates == sorted(dates) and len(set(dates)) == 4
    fewer = replace(NOW, issuance_rao=NOW.issuance_rao - 10**14)
    assert te.economy.next_halving_at(RULES, fewer, BASE).when > (
        te.economy.next_halving_at(RULES, NOW, BASE).when
    )
