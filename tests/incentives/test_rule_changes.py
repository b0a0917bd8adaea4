"""The ledger of rule changes: one row an era, on subnets whose flow is known or is not."""

from dataclasses import replace

import numpy as np
import pytest

import tao_econ as te
from tao_econ.chain.shares import SHARES

SNAPSHOT, SCENARIO = te.load_snapshot("2026-09-11"), te.load_scenario("base")
REAL = te.chain.load_subnets("subnets_8791247")
WHO = te.incentives.Holders(subnet=te.incentives.middle_subnet(REAL), miners=245)
LEDGER = te.incentives.rule_ledger(SNAPSHOT, SCENARIO, REAL, WHO, days=1)
NUMBERS = ["top_8", "smallest_half", "root", "nominators", "miners", "owner"]
NUMBERS += te.incentives.HOLDERS


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
            said = LEDGER.loc[era.name, "not_known"]
            assert said == ("flow of subnets" if "flow" in era.subnet_shares else "")
    known = REAL._replace(flow_ema_tao=np.linspace(-1, 1, 127), protocol_flow_ema_tao=np.zeros(127))
    full = te.incentives.rule_ledger(SNAPSHOT, SCENARIO, known, WHO, days=1)
    assert not full[NUMBERS].isna().any().any()


def test_a_rule_that_goes_by_the_users_flow_alone_asks_for_no_other():
    pools = te.incentives.synthetic_subnets(3)
    pools = pools._replace(flow_ema_tao=pools.price_ema_tao)
    who = te.incentives.Holders(subnet=te.incentives.middle_subnet(pools), miners=3)
    ledger = te.incentives.rule_ledger(SNAPSHOT, SCENARIO, pools, who, days=1)
    missing = ledger.index[ledger["not_known"] != ""]
    assert [te.rules_at(era).subnet_shares for era in missing] == ["net_flow_ema"]
    assert ledger.loc[missing, NUMBERS].isna().all().all()
    assert not ledger.drop(missing)[NUMBERS].isna().any().any()


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
        te.incentives.rule_ledger(SNAPSHOT, replace(SCENARIO), REAL, WHO, days=0)


def test_the_middle_subnet_is_the_middle_of_those_that_may_get_new_tao():
    name = te.incentives.middle_subnet(REAL)
    counts = REAL.emission_on & (REAL.burned_share < 1)
    pool = REAL.reserve_tao[REAL.name.index(name)]
    smaller = (REAL.reserve_tao[counts] < pool).sum()
    assert counts[REAL.name.index(name)] and smaller == (counts.sum() - 1) // 2
    with pytest.raises(ValueError, match="pools must hold a subnet that may get new TAO"):
        te.incentives.middle_subnet(REAL._replace(burned_share=np.ones(127)))


def test_each_holder_is_paid_a_part_of_its_role_less_fee_and_fall_of_the_price():
    row = LEDGER.loc["gate-rank"]
    k = REAL.name.index(WHO.subnet)
    price = REAL.reserve_tao[k] / REAL.reserve_alpha[k]
    assert row["subnet_owner"] == pytest.approx(0.18 * 7_200 * price, rel=0.01)
    paid = 0.41 * 7_200 * (1 - REAL.burned_share[k]) * price
    assert row["miner"] == pytest.approx(paid / WHO.miners, rel=0.01)
    root = row["root"] * WHO.root_tao / REAL.root_tao
    assert root * (1 - 1e-3) < row["root_holder"] < root
    part = te.chain.root_proportion(
        te.rules_at("gate-rank"), REAL.root_tao, REAL.reserve_alpha[k] + REAL.outstanding_alpha[k]
    )
    of_all = WHO.stake_tao / price / REAL.outstanding_alpha[k]
    paid = 0.41 * 7_200 * (1 - part) * (1 - SCENARIO.validator_take) * price * of_all
    assert row["nominator"] == pytest.approx(float(paid), rel=0.01)


def test_root_is_paid_tao_until_its_dividends_are_claimed():
    paid_in = LEDGER["root_paid_in"]
    assert paid_in["dynamic-tao"] == "TAO" and paid_in["gate-rank"] == "alpha"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("subnet", "SN500", "unknown subnet 'SN500'"),
        ("miners", 0, "miners must be >= 1, got 0"),
        ("root_tao", 6e6, "root_tao must be in"),
        ("stake_tao", 1e6, "stake_tao must be in"),
    ],
)
def test_a_holder_of_more_than_there_is_is_refused(field, value, words):
    with pytest.raises(ValueError, match=words):
        who = WHO._replace(**{field: value})
        te.incentives.rule_ledger(SNAPSHOT, SCENARIO, REAL, who, days=1)
