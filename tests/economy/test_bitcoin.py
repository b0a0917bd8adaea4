"""Bitcoin by its own rules in every function of issuance and supply: units and clock are the
rules', not TAO's.
"""

import dataclasses
import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tao_econ as te
from tao_econ.inputs.rules import block_seconds, blocks_per_day, coins

BITCOIN = te.rules_at("bitcoin")
SATOSHI = 10**8
YEAR_BLOCKS = 365.25 * 144
HALVING_BLOCK = 840_000  # the fourth, 2024-04-20: 6.25 to 3.125 BTC
AFTER_FOURTH = te.Snapshot(
    name="after the fourth halving",
    date=dt.date(2024, 4, 20),
    block=HALVING_BLOCK,
    issuance_rao=19_687_500 * SATOSHI,
    price_usd=64_000.0,
    sources={},
)
KEPT = dataclasses.replace(te.load_scenario("base"), recycled_share=0.0)


def issued_btc(block: int) -> float:
    """Bitcoin's own sum: 50 for each of the first 210,000 blocks, then half of it, and so on."""
    era, inside = divmod(block, 210_000)
    return sum(210_000 * 50 / 2**k for k in range(era)) + inside * 50 / 2**era


def at_block(block: int) -> te.Snapshot:
    return dataclasses.replace(
        AFTER_FOURTH, block=block, issuance_rao=round(issued_btc(block) * SATOSHI)
    )


def test_the_first_halving_is_at_10_500_000_btc_and_25_btc_a_block_after_3_99_years():
    first = te.chain.halving_table(BITCOIN).loc[1]
    assert (first["issuance_tao"], first["reward_tao"], first["block"]) == (10_500_000, 25, 210_000)
    assert first["years_from_start"] == pytest.approx(210_000 * 600 / 86_400 / 365.25)


def test_units_and_clock_are_the_rules():
    assert coins(BITCOIN, 5 * SATOSHI) == 5 and coins(te.eras()[-1], 5 * 10**9) == 5
    assert (blocks_per_day(BITCOIN), blocks_per_day(te.eras()[-1])) == (144, 7_200)
    assert (block_seconds(BITCOIN, KEPT), block_seconds(te.eras()[-1], KEPT)) == (600.0, 12.0)
    assert block_seconds(BITCOIN, dataclasses.replace(KEPT, block_time_s=590.0)) == 590.0


def test_a_day_after_the_fourth_halving_brings_450_btc():
    assert te.economy.emission_tao_per_day(BITCOIN, AFTER_FOURTH, KEPT) == 450
    assert te.economy.new_tao_per_year(BITCOIN, AFTER_FOURTH, KEPT) == pytest.approx(450 * 365.25)
    assert te.economy.day_flows(BITCOIN, AFTER_FOURTH, KEPT).minted_rao == 450 * SATOSHI
    pressure = te.economy.sell_pressure(BITCOIN, AFTER_FOURTH, KEPT)
    assert (pressure.emission_tao_per_day, pressure.sold_usd_per_day) == (450, 450 * 64_000)
    split = te.economy.reward_split(BITCOIN, AFTER_FOURTH, KEPT)
    assert sum(split.token_per_day) == pytest.approx(450)


def test_market_cap_fdv_and_stock_to_flow():
    supply = te.economy.supply_at(BITCOIN, AFTER_FOURTH, KEPT)
    assert (supply.issued_tao, supply.max_supply_tao) == (19_687_500, 21_000_000)
    assert supply.market_cap_usd == 19_687_500 * 64_000 and supply.mc_fdv == 0.9375
    flow = te.economy.stock_to_flow(BITCOIN, AFTER_FOURTH, KEPT)
    assert flow.ratio_years == pytest.approx(19_687_500 / (450 * 365.25))
    assert te.economy.supply_counted(BITCOIN, AFTER_FOURTH, KEPT, "fdv") == 21_000_000
    balance = te.economy.flow_balance(BITCOIN, AFTER_FOURTH, KEPT)
    assert balance.turnover_share == pytest.approx(KEPT.volume_usd / supply.market_cap_usd)


@given(st.integers(1, 2_000_000), st.floats(0.1, 40))
def test_supply_after_any_block_and_time_is_bitcoins_own_sum(block, years):
    snapshot = at_block(block)
    later = issued_btc(block + int(years * YEAR_BLOCKS))
    got = te.economy.supply_after(BITCOIN, snapshot, KEPT, years)
    assert got == pytest.approx(later, abs=51)
    growth = te.economy.break_even_growth(BITCOIN, snapshot, KEPT, years)
    now = issued_btc(block)
    assert growth == pytest.approx(later / now - 1, abs=51 / now)


@given(st.integers(1, 2_000_000))
def test_paths_of_supply_follow_bitcoins_own_sum(block):
    scenario = dataclasses.replace(KEPT, horizon_years=8.0)
    path = te.economy.supply_path(BITCOIN, at_block(block), scenario, every_days=100)
    blocks = block + np.rint(path.years * YEAR_BLOCKS)
    expected = [issued_btc(int(one)) for one in blocks]
    np.testing.assert_allclose(path.issued_tao, expected, rtol=1e-9, atol=1e-2)
    assert path.years[-1] == pytest.approx(8, abs=0.3)
    assert path.emission_tao_per_day[0] == pytest.approx(
        144 * 50 / 2 ** (block // 210_000), abs=1e-5
    )


def test_discounted_supply_lies_between_supply_and_cap_and_meets_the_sum_over_blocks():
    got = te.economy.discounted_supply(BITCOIN, AFTER_FOURTH, KEPT, rates=[0.0, 0.2, 1.0])
    blocks = np.arange(0, 3_000_000, 100)
    reward = np.array([50 / 2 ** ((HALVING_BLOCK + b) // 210_000) for b in blocks]) * 100
    for rate, value in zip((0.0, 0.2, 1.0), got, strict=True):
        by_sum = 19_687_500 + (reward * (1 + rate) ** (-(blocks + 50) / YEAR_BLOCKS)).sum()
        assert value == pytest.approx(by_sum, rel=1e-5)


def test_price_paths_are_diluted_by_bitcoins_supply():
    scenario = dataclasses.replace(KEPT, horizon_years=1.0)
    got = te.economy.price_bands(BITCOIN, AFTER_FOURTH, scenario, volatility=0.5, years=[1.0])
    assert got.supply_ratio[0] == pytest.approx(1 + 450 * 365.25 / 19_687_500, rel=1e-9)


def test_readings_of_tao_are_refused_under_bitcoins_rules(refused):
    for function in (te.economy.fit_recycling, te.economy.usable_supplies):
        with refused("rules", "'bitcoin'", kind=ValueError):
            function(BITCOIN, since="2023-03-20", until="2025-10-02")
    with refused("rules", "'bitcoin'", kind=ValueError):
        te.economy.most_issued_tao(BITCOIN, 1e6, 10)


ETHER = dataclasses.replace(
    BITCOIN,
    name="18 decimals",
    units_per_coin=10**18,
    max_supply_rao=21 * 10**24,
    block_reward_rao=50 * 10**18,
)


def test_amounts_above_63_bits_are_exact_or_refused_by_name(refused):
    table = te.chain.halving_table(ETHER)
    assert (table["issuance_tao"].iloc[0], table["reward_tao"].iloc[0]) == (10_500_000, 25)
    assert te.chain.block_emission(ETHER, 0, block=0) == 50 * 10**18
    assert te.chain.final_supply_rao(ETHER) > 2**63
    with refused("max_supply_rao", f"{21 * 10**24:,}", kind=ValueError):
        te.chain.emission_path(ETHER, issuance_rao=0, days=10)
    with refused("issuance_rao", f"{2**63:,}", kind=ValueError):
        dataclasses.replace(AFTER_FOURTH, issuance_rao=2**63)
    small = dataclasses.replace(AFTER_FOURTH, issuance_rao=10**18)
    assert te.economy.supply_at(ETHER, small, KEPT).issued_tao == 1
    assert te.economy.supply_after(ETHER, small, KEPT, 1) == pytest.approx(1 + 450 * 365.25)
