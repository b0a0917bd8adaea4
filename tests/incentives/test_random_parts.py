"""The parts that other functions are made of, over their whole domains: each index, each step of
the chain, each share.
"""

import datetime as dt
import math
from fractions import Fraction

import numpy as np
import pytest
from domain import (
    PUBLIC,
    Case,
    amounts,
    arguments,
    hold,
    number,
    rules,
    scenarios,
    several,
    snapshots,
    vector,
    whole,
)
from hypothesis import strategies as st

import tao_econ as te
from tao_econ.economy.halving_dates import UNKNOWNS
from tao_econ.economy.stress import STRESSES, Records
from tao_econ.incentives.guarantee import SHARES
from tao_econ.incentives.stake_model import StakeModel
from tao_econ.inputs.rules import block_seconds

CAP, U16, U64 = 2**63 - 1, 2**16 - 1, 2**64 - 1
share, inside, close = number("[0, 1]"), number("(0, 1)"), pytest.approx
issuances = st.one_of(whole(0, 21 * 10**15), whole(0, 2**70))


def between(low, high):
    def law(value, **_):
        assert low <= value <= high

    return law


# ---- Schedule ----


def thresholds_law(found, rules):
    assert found[0] == 0 and found == sorted(found) and found[-1] <= rules.max_supply_rao


def so_far_law(found, issuance_rao, rules):
    thresholds = te.chain.halving_thresholds_rao(rules)
    assert 0 <= found < len(thresholds) and thresholds[found] <= issuance_rao
    assert found + 1 == len(thresholds) or thresholds[found + 1] > issuance_rao


def reward_law(reward, halvings, rules):
    assert 0 <= reward <= rules.block_reward_rao
    assert 2 * te.chain.reward_after(rules, halvings + 1) <= reward


def most_issued_law(most, tao, days, rules):
    most_new = rules.block_reward_rao / 1e9 * 7_200 * days
    assert tao * (1 - 1e-12) - 1e-9 <= most <= (tao + most_new) * (1 + 1e-12) + 1e-9


def per_year_law(new, snapshot, scenario, rules):
    blocks = 365.25 * 86_400 / block_seconds(rules, scenario)
    assert 0 <= new <= rules.block_reward_rao / rules.units_per_coin * blocks * (1 + 1e-12)


def observed_law(table):
    assert (table["tao"] > 0).all() and table["when"].is_monotonic_increasing and len(table) > 3


def fit_law(fit, accept, **_):
    assert fit.start < fit.end and len(fit.used) >= 3 and fit.noise >= 0 and fit.net_share_se >= 0
    assert fit.net_share >= 0 or set(accept) != {"high"}, "only a doubtful supply falls"
    assert not set(fit.used["when"]) & set(fit.refused["when"])


def forecast_law(found, fit, halvings, unknowns, **_):
    assert len(found) == halvings
    for one in found:
        assert fit.end <= one.low <= one.median <= one.high and (np.diff(one.days) >= 0).all()
        assert (
            "correction" in unknowns
            or one.days[0] >= (one.earliest - fit.end) / dt.timedelta(days=1) - 1
            or one.earliest < fit.end
        )
    assert all(
        a.halving + 1 == b.halving and a.median <= b.median
        for a, b in zip(found, found[1:], strict=False)
    )


days = st.dates(dt.date(2023, 1, 1), dt.date(2026, 12, 31))
window = st.one_of(
    st.just((dt.date(2023, 3, 20), dt.date(2025, 10, 2))),
    st.tuples(days, days).map(sorted),
    st.tuples(days, days),
)
confidences = st.sampled_from([("high",), ("high", "medium"), ("high", "medium", "low"), ()])
FIT = te.economy.fit_recycling(te.eras()[-1], since="2023-03-20", until="2025-10-02")
fits = st.builds(
    lambda net_share, noise, issued: FIT._replace(
        net_share=net_share, noise=noise, issued_tao=issued
    ),
    number("[0.02, 1]"),
    number("[1e-20, 1e6]"),
    number("[0, 21e6]"),
)
OTHER_CHAIN = "rules must be those of one of Bittensor's chains"
UNFIT = f"{OTHER_CHAIN}|the window .* must hold three|rules must pay"
NO_HALVING = "halvings must|schedule must be|block must fall"


# ---- Steps of a subnet ----


def next_epoch_law(found, tempo, last_epoch_block, block):
    if tempo == 0:
        assert found == U64
    elif found:
        assert block + found == min(last_epoch_block + tempo, U64)
    else:
        assert block >= min(last_epoch_block + tempo, U64)


def reset_law(after, bonds_u16, uid, rules):
    others = np.arange(len(after)) != uid
    assert (after[:, others] == bonds_u16[:, others]).all()
    assert (after[:, uid] == (0 if rules.bonds_reset else bonds_u16[:, uid])).all()


def stored_law(stored, weights_u16):
    assert stored.max() == (U16 if weights_u16.any() else 0)
    assert (np.diff(stored[np.argsort(weights_u16, kind="stable")].astype(int)) >= 0).all(), "order"


def within_law(found, weights_u16, max_weight_u16):
    assert found is True or found is False
    if found and weights_u16.any():
        assert weights_u16.max() / weights_u16.sum() <= (max_weight_u16 + 1e-4) / U16
    assert found or max_weight_u16 < U16


def mechanisms_law(parts, emission_rao, count, split_u16):
    assert len(parts) == count and min(parts) >= 0 and sum(parts) == emission_rao
    if split_u16 is None:
        assert max(parts) - min(parts) < count


def u16(*shape):
    n = math.prod(shape)
    return st.lists(whole(0, U16), min_size=n, max_size=n).map(
        lambda xs: np.array(xs, np.int64).reshape(shape)
    )


def fractions_of(n):
    """Stored fractions: together all of it, or less."""
    cuts = st.lists(whole(0, U16), min_size=n, max_size=n).map(sorted)
    return cuts.map(lambda xs: np.diff([0, *xs]))


def bonds(n):
    return arguments(bonds_u16=u16(n, n), uid=st.integers(0, n - 1), rules=rules())


def mechanisms(n):
    split = st.one_of(st.none(), fractions_of(n))
    return arguments(emission_rao=st.one_of(whole(0, CAP), whole(0, U64)), count=n, split_u16=split)


# ---- Stake ----


def log_law(base):
    def law(found, stake):
        assert -1e-12 <= found <= math.log(len(stake), base) + 1e-9

    return law


def shares_law(found, stake):
    assert (found >= 0).all() and found.sum() == close(1)
    assert (
        np.argsort(found, kind="stable") == np.argsort(stake, kind="stable")
    ).all() or np.isclose(stake, 0).any()


def lorenz_law(found, model, wallet_share):
    assert (found >= 0).all() and (found <= wallet_share + 1e-9).all()
    assert (np.diff(found[np.argsort(wallet_share, kind="stable")]) >= -1e-9).all()
    np.testing.assert_allclose(found[wallet_share == 1], 1, rtol=1e-9)


models = st.one_of(
    inside.map(te.incentives.lognormal_stake),
    inside.map(te.incentives.pareto_stake),
    st.builds(StakeModel, number("[0, 8]"), number("(1, 20]"), share),
)
MEANLESS = "tail_exponent must be > 1|sigma must be"
fraction = st.fractions(Fraction(1, 100), Fraction(99, 100), max_denominator=U16)


def feasible_law(found, rules, day):
    least, most = found
    assert math.isfinite(least) and math.isfinite(most)
    if rules == te.rules_at(rules.name):  # other laws need not lead to what was read
        assert rules.chain != "finney" or 4_181_329 < least <= most + 8_000


def stressed_law(found, records, name):
    assert isinstance(found, Records) and found.rules == records.rules
    assert name is not None or found == records


TABLE = {
    "halving_thresholds_rao": Case(arguments(rules=rules()), thresholds_law),
    "halvings_so_far": Case(
        arguments(issuance_rao=issuances, rules=rules()),
        so_far_law,
        refuses="issuance_rao must be at most 18,446,744,073,709,551,615",
    ),
    "reward_after": Case(
        arguments(halvings=st.one_of(whole(0, 70), whole()), rules=rules()), reward_law
    ),
    "most_issued_tao": Case(
        arguments(tao=number("[0, 1e10]"), days=number("[0, inf)"), rules=rules()),
        most_issued_law,
        refuses=rf"{OTHER_CHAIN}|tao must be in \[0, 9223372036\]",
    ),
    "feasible_supply_tao": Case(
        arguments(rules=rules(), day=st.dates(dt.date(2023, 1, 1), dt.date(2100, 1, 1))),
        feasible_law,
        refuses=f"before Finney|{OTHER_CHAIN}",
        most=10,
    ),
    "new_tao_per_year": Case(
        arguments(snapshot=snapshots(), scenario=scenarios(), rules=rules()),
        per_year_law,
        refuses="block must be",
    ),
    "miners_tao_per_year": Case(
        arguments(snapshot=snapshots(), scenario=scenarios(), rules=rules()),
        per_year_law,
        refuses="block must be|issuance_rao must leave|stakers_share must be below",
    ),
    "supply_observations": Case(arguments(), observed_law),
    "fit_recycling": Case(
        st.tuples(window, arguments(rules=rules(), accept=confidences, restate=st.booleans())).map(
            lambda pair: pair[1] | {"since": pair[0][0], "until": pair[0][1]}
        ),
        fit_law,
        refuses=UNFIT,
        most=10,
    ),
    "forecast_halvings": Case(
        arguments(
            fit=fits,
            rules=rules(),
            halvings=st.integers(1, 3),
            scatter_from=st.lists(fits, max_size=2),
            unknowns=st.sets(st.sampled_from(UNKNOWNS)),
            log2_draws=st.integers(1, 6),
            seed=whole(0, 2**40),
        ),
        forecast_law,
        refuses=NO_HALVING,
    ),
    "blocks_until_next_epoch": Case(
        arguments(tempo=whole(0, U16), last_epoch_block=whole(0, U64), block=whole(0, U64)),
        next_epoch_law,
    ),
    "reset_bonds": Case(several(bonds), reset_law),
    "stored_weights": Case(several(lambda n: arguments(weights_u16=u16(n))), stored_law),
    "within_max_weight": Case(
        several(lambda n: arguments(weights_u16=u16(n), max_weight_u16=whole(0, U16))), within_law
    ),
    "split_among_mechanisms": Case(several(mechanisms), mechanisms_law),
    "rules_of_shares": Case(
        arguments(),
        lambda found: (
            all(isinstance(r, te.Rules) for r in found.values()) or pytest.fail("no rules")
        ),
    ),
    "stake_shares": Case(arguments(stake=amounts()), shares_law),
    "hhi": Case(
        arguments(stake=amounts()),
        lambda found, stake: between(1e4 / len(stake) * (1 - 1e-9), 1e4 * (1 + 1e-9))(found),
    ),
    "shannon_bits": Case(arguments(stake=amounts()), log_law(2)),
    "theil_nats": Case(arguments(stake=amounts()), log_law(math.e)),
    "model_lorenz": Case(
        arguments(model=models, wallet_share=vector("[0, 1]")), lorenz_law, refuses=MEANLESS
    ),
    "model_gini": Case(arguments(model=models), between(-1e-9, 1), refuses=MEANLESS),
    "model_top_share": Case(
        arguments(model=models, wallet_share=number("(0, 1]")),
        lambda found, model, wallet_share: between(wallet_share * (1 - 1e-9) - 1e-12, 1)(found),
        refuses=MEANLESS,
    ),
    "model_coalition_share": Case(
        arguments(model=models, share=inside),
        lambda found, model, share: between(0, share + 1e-12)(found),
        refuses=MEANLESS,
    ),
    "honest_weight_needed": Case(
        arguments(
            rules=rules(),
            honest_stake=number(SHARES),
            stake_spread=number("[0, 10]"),
            weight_spread=number("[0, 10]"),
            validator_share=share,
            kappa=st.one_of(st.none(), fraction),
            bonds_penalty=st.one_of(st.none(), fraction),
            validators=whole(2, 6),
            miners=whole(2, 6),
            steps=whole(3, 6),
            seed=whole(0, 2**40),
        ),
        between(0, 1),
        refuses="above 0 for some miner of each team|above 0 in both teams",
    ),
    "ai_beta": Case(arguments(), between(0.1, 5)),
    "stressed": Case(
        arguments(
            records=st.builds(Records, rules(), snapshots(), scenarios()),
            name=st.one_of(st.none(), st.sampled_from(sorted(STRESSES))),
        ),
        stressed_law,
        refuses="(price_usd|volume_usd|fee_revenue_usd_per_year|issuance_rao) must be",
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_every_example_is_answered_in_finite_numbers_or_refused_in_one_line(name):
    hold(PUBLIC[name], TABLE[name])
