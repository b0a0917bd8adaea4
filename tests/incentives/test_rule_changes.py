"""The ledger of rule changes: one row an era, on subnets whose flow is known or is not."""

from dataclasses import replace

import numpy as np
import pytest

import tao_econ as te
from tao_econ.chain.shares import SHARES

SNAPSHOT, SCENARIO = te.load_snapshot("2026-09-11"), te.load_scenario("base")
REAL = te.chain.load_subnets("subnets_8791247")
LEDGER = te.incentives.rule_ledger(SNAPSHOT, SCENARIO, REAL, days=1)
NUMBERS = ["top_8", "smallest_half", "root", "nominators", "miners", "owner"]


def test_every_era_with_pools_has_a_row_and_says_what_it_changed():
    with_pools = [era for era in te.eras() if era.subnet_shares in SHARES]
    assert list(LEDGER.index) == [era.name for era in with_pools]
    assert "subnet_shares" in LEDGER.loc["price-unburned", "changed"]
    assert "gate" in LEDGER.loc["gate-quantile", "changed"]
    assert (LEDGER["first_date"].diff().dropna() >= np.timedelta64(0)).all()


def test_an_unknown_flow_leaves_the_row_without_numbers():
    for era in te.eras():
        if era.subnet_shares in SHARES:
            unknown = LEDGER.loc[era.name, NUMBERS].isna()
            assert unknown.all() if "flow" in era.subnet_shares else not unknown.any()
    known = REAL._replace(flow_ema_tao=np.linspace(-1, 1, 127), protocol_flow_ema_tao=np.zeros(127))
    full = te.incentives.rule_ledger(SNAPSHOT, SCENARIO, known, days=1)
    assert not full[NUMBERS].isna().any().any()


def test_a_day_is_paid_as_the_chain_splits_it():
    row = LEDGER.loc["gate-rank"]
    alpha = REAL.reserve_alpha + REAL.outstanding_alpha
    minted = 7_200 * REAL.price_ema_tao  # one alpha a block each, at prices near the start's
    assert row["owner"] == pytest.approx(0.18 * minted.sum(), rel=0.05)
    assert row["miners"] == pytest.approx(0.41 * (minted * (1 - REAL.burned_share)).sum(), rel=0.05)
    part = te.chain.root_proportion(te.rules_at("gate-rank"), REAL.root_tao, alpha)
    take = 1 - SCENARIO.validator_take
    assert row["root"] == pytest.approx(0.41 * take * (minted * part).sum(), rel=0.05)


def test_shares_after_a_day_are_those_of_main_net_on_that_day():
    assert LEDGER.loc["gate-rank", "top_8"] == pytest.approx(0.62, abs=0.02)
    assert LEDGER.loc["price-unburned", "smallest_half"] > LEDGER.loc["gate-rank", "smallest_half"]


def test_days_must_be_one_or_more():
    with pytest.raises(ValueError, match="days must be >= 1, got 0"):
        te.incentives.rule_ledger(SNAPSHOT, replace(SCENARIO), REAL, days=0)
