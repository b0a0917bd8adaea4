"""An owner who sells its cut into its own pool: by hand where nothing else moves, and conserved."""

from dataclasses import replace

import numpy as np
import pytest

import tao_econ as te
from tao_econ.chain.pools import Pool, swap

RULES = te.rules_at("2026-09-11")
QUIET = replace(
    te.load_scenario("base"),
    owners_sold_share=0.0,
    miners_sold_share=0.0,
    stakers_sold_share=0.0,
    root_claims_per_day=0.0,
)
OWN = Pool(reserve_tao=6_740.0, reserve_alpha=1_685_000.0)
CUT = 11_796 / 65_535 * 7_200  # alpha a day
OTHERS = te.incentives.synthetic_subnets(8)
POOLS = te.incentives.with_own_pool(OTHERS, OWN, outstanding_alpha=1_000_000.0)


def test_ones_own_pool_takes_the_place_of_the_nearest_and_changes_no_other():
    place = POOLS.name.index("own")
    assert place == int(np.abs(OTHERS.reserve_tao - 6_740).argmin())
    assert POOLS.price_ema_tao[place] == pytest.approx(0.004)
    others = np.arange(8) != place
    np.testing.assert_array_equal(POOLS.reserve_tao[others], OTHERS.reserve_tao[others])
    assert POOLS.reserve_alpha[place] == 1_685_000 and OTHERS.reserve_alpha[place] != 1_685_000


def test_where_nothing_else_moves_the_pool_it_is_one_trade_a_day():
    place = POOLS.name.index("own")
    off = POOLS.emission_on.copy()
    off[place] = False
    still = POOLS._replace(emission_on=off)
    got = te.incentives.owner_sales(RULES, QUIET, still, sold_share=0.5, days=3)
    pool = OWN
    paid = 0.0
    for day in (1, 2, 3):
        pool, out = swap(pool, alpha_in=CUT / 2)
        paid += out * (1 - float(RULES.swap_fee))
        assert got.got_tao[day] == pytest.approx(paid, abs=1e-6)
        assert got.price_tao[day] == pytest.approx(te.chain.spot_price(pool), rel=1e-9)
    assert got.sold_alpha.tolist() == pytest.approx([0, CUT / 2, CUT, 1.5 * CUT])
    np.testing.assert_array_equal(got.price_kept_tao, got.price_kept_tao[0])
    assert not got.share[1:].any() and not got.lost_tao.any()


def test_nothing_sold_is_the_run_without_sales():
    got = te.incentives.owner_sales(RULES, QUIET, POOLS, sold_share=0.0, days=2)
    np.testing.assert_array_equal(got.price_tao, got.price_kept_tao)
    np.testing.assert_array_equal(got.share, got.share_kept)
    assert not got.got_tao.any() and not got.sold_alpha.any() and not got.lost_tao.any()


def test_selling_lowers_price_and_share_and_no_tao_appears():
    busy = replace(QUIET, miners_sold_share=0.5, owners_sold_share=1.0)
    got = te.incentives.owner_sales(RULES, busy, POOLS, days=10)
    assert (got.price_tao[1:] < got.price_kept_tao[1:]).all()
    assert got.share[-1] < got.share_kept[-1]
    assert (np.diff(got.got_tao) > 0).all() and got.lost_tao[-1] >= 0
    # all that the owner got is missing in its pool, beside a run in which it kept its cut; the rest
    # is what others got less, who sold the same alpha at a lower price
    runs = []
    quiet = replace(busy, owners_sold_share=0.0)
    for part in (1.0, 0.0):
        trades = [
            te.chain.Trade(day * 7_200 - 1, "own", alpha_in=CUT * part) for day in range(1, 11)
        ]
        runs.append(te.chain.run_subnets(RULES, quiet, POOLS, days=10, trades=trades))
    with_sales, without = runs
    users = (with_sales.users_rao[-1] + with_sales.fees_rao[-1]) - (
        without.users_rao[-1] + without.fees_rao[-1]
    )
    others = (with_sales.sold_tao[-1] - without.sold_tao[-1]).sum()
    assert got.got_tao[-1] / (1 - float(RULES.swap_fee)) == pytest.approx(
        users / 1e9 - others, abs=1e-3
    )


def test_what_makes_no_sense_is_one_line(refused):
    with refused("subnet", "mine"):
        te.incentives.owner_sales(RULES, QUIET, POOLS, subnet="mine")
    with refused("sold_share", "2"):
        te.incentives.owner_sales(RULES, QUIET, POOLS, sold_share=2.0)
    with refused("days", "0"):
        te.incentives.owner_sales(RULES, QUIET, POOLS, days=0)
    with refused("reserve_tao", "0"):
        te.incentives.with_own_pool(
            OTHERS, Pool(reserve_tao=0.0, reserve_alpha=1.0), outstanding_alpha=0.0
        )
