"""One set of books: every TAO of a day goes to one place, and every model reads the same pay."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import pytest
from assumed import BASE, assumed
from domain import rules, scenarios, snapshots
from hypothesis import given
from hypothesis import strategies as st

import tao_econ as te
from tao_econ.inputs.units import RAO_PER_TAO

ARTICLE = te.load_snapshot("article")
LATEST = te.load_snapshot("2026-09-11")
SCHEDULED = (*te.eras(), te.rules_at("bitcoin"))
SHARE = st.floats(0, 1)
TO = [f"{name}_rao" for name in ("owners", "miners", "validators", "nominators", "root")]
TO += ["pools_injected_rao", "pools_bought_rao", "recycled_rao", "fees_rao"]


def books_balance(flows):
    parts = [getattr(flows, name) for name in TO]
    assert all(type(part) is int and part >= 0 for part in parts)
    assert sum(parts) == flows.minted_rao
    assert sum(flows.pay) == flows.minted_rao - flows.recycled_rao - flows.fees_rao
    assert min(flows.pay) >= 0


@pytest.mark.parametrize("era", [one.name for one in te.eras()])
def test_the_books_of_a_day_balance_to_the_rao_in_every_era(era):
    now = te.rules_at(era)
    for snapshot in (ARTICLE, LATEST):
        for recycled in (0.0, 0.02, 1 / 3, 0.95):
            flows = te.economy.day_flows(now, snapshot, assumed(recycled_share=recycled))
            books_balance(flows)
            gross = te.chain.block_emission(now, snapshot.issuance_rao) * 7_200
            assert flows.minted_rao == gross
            assert flows.recycled_rao == int(Fraction(recycled) * gross)
            in_tao = sum(getattr(flows, name) for name in TO[:5])
            assert in_tao == (0 if now.pool != "none" else gross - flows.recycled_rao)
            assert bool(flows.assumed) == (now.pool != "none")


@given(rules(), snapshots(), scenarios())
def test_they_balance_for_whatever_is_assumed_and_no_more_is_minted_than_the_cap_leaves(
    now, snapshot, scenario
):
    try:
        flows = te.economy.day_flows(now, snapshot, scenario)
    except ValueError as error:
        assert "block must be" in str(error) or "stakers_share must be at most" in str(error)
        return
    books_balance(flows)
    assert flows.minted_rao <= max(now.max_supply_rao - snapshot.issuance_rao, 0)


def test_2026_09_11_by_hand():
    flows = te.economy.day_flows(te.rules_at("2026-09-11"), LATEST, BASE)
    assert flows.minted_rao == 3_600 * RAO_PER_TAO
    assert flows.recycled_rao == pytest.approx(0.146 * 3_600e9, abs=1)
    paid = 3_600e9 * (1 - 0.146)
    assert flows.pools_injected_rao == pytest.approx(paid, abs=1)
    assert flows.pay == pytest.approx(
        (
            paid * 11_796 / 65_535,
            paid * (1 - 11_796 / 65_535 - 0.41),
            paid * 0.41 * 0.18,
            paid * 0.41 * 0.82,
            0,
        ),
        abs=2,
    )
    assert flows.alpha is None, "no pools were given: not known"


@pytest.mark.parametrize("when", ["2023-11-20", "2024-06-20", "2026-09-11", "etao"])
def test_what_stakers_are_paid_on_a_day_is_one_number_everywhere(when):
    """1,260, 1,476 and 2,952 TAO stood in three places for 2026-09-11."""
    now = te.rules_at(when)
    snapshot = ARTICLE if now.pool == "none" else LATEST
    scenario = assumed(stakers_share=float(1 - now.owner_cut) / 2, validator_take=0.0)
    paid = te.economy.day_flows(now, snapshot, scenario).pay.stakers_rao / RAO_PER_TAO
    sold = te.economy.sell_pressure(now, snapshot, scenario).stakers_sold_tao_per_day
    staked = te.economy.supply_at(now, snapshot, scenario).staked_tao
    year = te.economy.holder_yield(now, snapshot, scenario)
    found = [sold, year.staker_nominal * staked / 365.25]
    if now.pool == "none":
        split = te.economy.reward_split(now, snapshot, scenario).tao_per_day
        found.append(split.validators + split.nominators + split.root)
    assert found == pytest.approx([paid] * len(found), rel=1e-12)
    path = te.economy.ownership_path(
        now, snapshot, dataclasses.replace(scenario, horizon_years=0.01), share=1e-9, every_days=1
    )
    grown = np.log(path.nominator[1] / path.unstaked[1])  # of who stakes, over who does not
    days = path.years[1] * 365.25
    assert grown * staked / days == pytest.approx(paid, rel=1e-3)  # supply grows within the day


@pytest.mark.parametrize("now", SCHEDULED, ids=lambda one: one.name)
@pytest.mark.parametrize("recycled", [0.0, 0.146])
def test_who_owns_stakes_and_earns_everything_keeps_everything(now, recycled):
    """It ended with 1.104 times the supply after twenty years."""
    ownerless = dataclasses.replace(now, owner_cut=Fraction(0))
    snapshot = dataclasses.replace(ARTICLE, issuance_rao=9 * 10**14, block=1)
    scenario = assumed(
        stakers_share=1.0, staked_share=1.0, validator_take=0.0, recycled_share=recycled
    )
    path = te.economy.ownership_path(ownerless, snapshot, scenario, share=1.0, every_days=300)
    np.testing.assert_allclose(path.nominator, 1.0, rtol=1e-12)
    np.testing.assert_allclose(path.validator, 1.0, rtol=1e-12)


@given(SHARE, st.floats(0.01, 1), SHARE, SHARE, st.floats(0, 0.95))
def test_nobody_comes_to_hold_more_than_is_staked(share, staked, stakers, take, recycled):
    scenario = assumed(
        stakers_share=stakers, staked_share=staked, validator_take=take, recycled_share=recycled
    )
    ownerless = dataclasses.replace(te.rules_at("2026-09-11"), owner_cut=Fraction(0))
    path = te.economy.ownership_path(
        ownerless, ARTICLE, scenario, share=share * staked, every_days=900
    )
    for held in (path.nominator, path.validator):
        assert (held <= staked * (1 + 1e-12)).all()
    assert (path.nominator_idle_rewards <= 1 + 1e-12).all() and (path.unstaked <= staked).all()


def test_what_is_recycled_is_paid_to_nobody():
    split = te.economy.reward_split(te.rules_at("2023-11-20"), ARTICLE, assumed(recycled_share=0.1))
    assert sum(split.share) == pytest.approx(1) and split.share.recycled == pytest.approx(0.1)
    assert sum(split.tao_per_day[:5]) == pytest.approx(6_480)


@pytest.fixture(scope="module")
def august():
    return te.chain.load_subnets("subnets_8791247")


def test_alpha_fetches_less_sold_than_at_the_spot_and_more_than_the_chain_puts_in(august):
    now = te.rules_at("2026-08-10")
    flows = te.economy.day_flows(now, LATEST, assumed(recycled_share=0.02), pools=august)
    books_balance(flows)
    assert flows.pools_bought_rao > flows.pools_injected_rao > 0 and flows.pay.root_rao > 0
    alpha, spot, sold = flows.alpha
    assert sum(alpha) == pytest.approx(7_200 * len(august.name))
    price = august.tao_weight / (1 - august.tao_weight) * august.reserve_tao / august.reserve_alpha
    assert sum(spot) == pytest.approx(7_200 * price.sum())
    assert all(got <= at for got, at in zip(sold, spot, strict=True))
    assert sold.burned == sold.recycled == 0 < spot.burned
    assert 0.98 * sum(spot[:5]) < sum(sold) < sum(spot[:5])
    assert sum(sold) > 2 * sum(flows.pay) / RAO_PER_TAO
    first = te.chain.Pool(
        reserve_tao=float(august.reserve_tao[0]), reserve_alpha=float(august.reserve_alpha[0])
    )
    assert august.tao_weight[0] == 0.5 and te.chain.spot_price(first) == pytest.approx(price[0])


def test_where_subnets_have_no_pools_none_are_taken(august, refused):
    with refused("pools must be None", "revolution"):
        te.economy.day_flows(te.rules_at("2023-11-20"), ARTICLE, BASE, pools=august)
    with refused("stakers_share", "0.9"):
        te.economy.day_flows(te.rules_at("2023-11-20"), ARTICLE, assumed(stakers_share=0.9))
