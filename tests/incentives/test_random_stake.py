"""Stake, networks and attacks over their whole domains: shares sum to one, indices keep their
bounds.
"""

import math

import numpy as np
import pytest
from domain import (
    PUBLIC,
    Case,
    amounts,
    arguments,
    array,
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
from tao_econ.incentives.guarantee import SHARES, Network
from tao_econ.incentives.stake_model import StakeModel

above, amount, share, inside = (
    number("(0, inf)"),
    number("[0, inf)"),
    number("[0, 1]"),
    number("(0, 1)"),
)
close = pytest.approx
seeds = whole(0, 2**40)
CAPTURED = "above 0 for some miner of each team|above 0 in both teams"


def sums_to_one(parts, **_):
    assert (parts >= 0).all() and parts.sum() == close(1)


def between(low, high):
    def law(value, **_):
        assert low <= value <= high * (1 + 1e-9)

    return law


def indices_law(found, stake):
    n = len(stake)
    assert (
        found.wallets == n
        and -1e-12 <= found.gini <= (n - 1) / n + 1e-12
        and 0 < found.max_power <= 1
    )
    assert (
        1 <= found.nakamoto <= found.coalition_wallets <= n and found.nakamoto <= found.tau_66 <= n
    )
    assert 1e4 / n * (1 - 1e-9) <= found.hhi <= 1e4 * (1 + 1e-9)
    assert (
        -1e-9 <= found.shannon_bits <= math.log2(n) + 1e-9
        and -1e-9 <= found.theil_nats <= math.log(n) + 1e-9
    )


def lorenz_law(curve, stake):
    assert len(curve) == len(stake) + 1 and curve["stake_share"].iloc[-1] == 1
    assert (np.diff(curve["stake_share"], 2) >= -1e-9).all(), "convex"


def split_law(split, stake, cap):
    assert split.wallets.max() <= cap * (1 + 1e-9) and split.wallets.sum() == close(stake.sum())
    np.testing.assert_allclose(
        split.reward["uncapped"], split.reward["split"], rtol=1e-9, atol=1e-15
    )


def pair(n):
    return arguments(stake=amounts(n, n), performance=amounts(n, n), weight=share)


def trusted(n):
    return arguments(stake=amounts(n, n), trust=array((n,), "[0, 1]"), bonus=number("[0, 1e6]"))


def three(n):
    varied = array((n,), "[0, inf)").filter(lambda xs: np.ptp(xs) > 0)
    return arguments(stake=varied, performance=varied, reward=varied, ranks=st.booleans())


def ranks(n):
    """Published sums that agree: falling shares of rising counts."""

    def built(parts):
        falling = np.sort(parts)[::-1]
        return np.cumsum(falling) / max(falling.sum() * 1.001, 1e-300)

    return arguments(
        largest=list(range(1, n + 1)),
        shares=array((n,), "[0, 1]").map(built),
        wallets=whole(n + 1, 10_000),
    )


models = st.one_of(
    inside.map(te.incentives.lognormal_stake),
    number("(0.001, 0.999)").map(te.incentives.pareto_stake),
    st.builds(StakeModel, number("[0, 8]"), number("[0.1, 20]"), share),
)


def a_network(least=2, most=5):
    sizes = st.tuples(st.integers(least, most), st.integers(least, most))
    return sizes.flatmap(
        lambda size: st.builds(Network, array((size[0],), "[0, 1e50]"), array(size, "[0, 1e50]"))
    )


drawn = st.builds(
    lambda v, m, a, b, seed: te.incentives.draw_network(
        validators=v, miners=m, stake_spread=a, weight_spread=b, seed=seed
    ),
    st.integers(2, 5),
    st.integers(2, 5),
    number("[0, 0.3]"),
    number("[0, 0.3]"),
    seeds,
)
grid = st.lists(share, min_size=1, max_size=4, unique=True).map(sorted)
sides = vector(SHARES, 1, 3)


def map_law(earned, honest_stake, honest_weight, cabal_weight, **_):
    assert earned.shape == (len(honest_stake), len(honest_weight), len(cabal_weight))
    assert (earned >= -1e-12).all() and (earned <= 1 + 1e-9).all()


def earned_map(s, h, c):
    return arguments(
        earned=array((s, h, c), "[0, 1]"),
        honest_stake=array((s,), SHARES),
        honest_weight=list(np.linspace(0, 1, h)),
    )


def path_law(path, honest_stake, epochs, **_):
    assert path.honest_stake[0] == honest_stake and len(path.epoch) == epochs
    assert (path.honest_stake >= 0).all() and (path.honest_stake <= 1 + 1e-9).all()


def bribery_law(found, **_):
    assert (np.diff(found.bribed_stake) >= 0).all() and found.bribed_stake[-1] == close(1)
    assert found.target_incentive.min() >= 0 and found.target_incentive.max() <= 1 + 1e-9


def collusion_law(found, worth, **_):
    assert (
        (found.best_weight >= worth).all()
        and (found.best_pay >= found.honest_pay).all()
        and (found.gain >= 0).all()
    )


def majority_law(cost, share, **_):
    assert cost.present_tao <= cost.added_tao * (1 + 1e-12) and cost.share == share


UNPROTECTED = "NaN where only an honest weight of 1, or nothing, suffices"
TABLE = {
    "gini": Case(arguments(stake=amounts()), between(-1e-12, 1)),
    "nakamoto": Case(arguments(stake=amounts()), between(1, 6)),
    "tau": Case(arguments(stake=amounts(), threshold=number("(0, 1]")), between(1, 6)),
    "coalition": Case(
        arguments(stake=amounts(), share=inside),
        lambda found, stake, share: 1 <= found.wallets <= len(stake) or pytest.fail("n"),
    ),
    "concentration": Case(arguments(stake=amounts()), indices_law),
    "lorenz": Case(arguments(stake=amounts()), lorenz_law),
    "top_share": Case(
        st.one_of(
            arguments(stake=amounts(), count=whole(1, 10)),
            arguments(stake=amounts(), wallet_share=number("(0, 1]")),
        ),
        between(0, 1),
    ),
    "cap_stake": Case(
        arguments(stake=amounts(), quantile=number("(0, 1]")),
        lambda capped, stake, quantile: (capped.stake <= stake).all() or pytest.fail("grew"),
        refuses="quantile must leave",
    ),
    "counted_under_cap": Case(
        arguments(stake=amounts(), quantile=number("(0, 1]"), splitting_share=share),
        lambda counted, stake, **_: (counted <= stake).all() or pytest.fail("grew"),
        refuses="quantile must leave",
    ),
    "published_stake": Case(
        arguments(validators=whole(1, 4_096)),
        sums_to_one,
        refuses="stake must be given",
    ),
    "split_below_cap": Case(
        arguments(stake=amounts(), cap=above), split_law, refuses="cap must not ask"
    ),
    "performance_split": Case(several(pair), sums_to_one),
    "composite_score": Case(
        several(pair), sums_to_one, refuses="performance must be positive for a wallet with stake"
    ),
    "trust_bonus": Case(several(trusted), sums_to_one),
    "reward_correlations": Case(
        several(three, 2),
        lambda found, **_: max(map(abs, found)) <= 1 + 1e-9 or pytest.fail("beyond one"),
    ),
    "lognormal_stake": Case(
        arguments(gini=inside),
        lambda model, gini: model.tail_share == 0 or pytest.fail("tail"),
        unknown={"tail_exponent": "infinite: a lognormal has no Pareto tail"},
    ),
    "pareto_stake": Case(
        arguments(gini=inside), lambda model, gini: model.tail_exponent >= 1 or pytest.fail("alpha")
    ),
    "fit_stake": Case(
        arguments(
            gini=inside,
            top_percent_share=inside,
            tail_share=inside,
            wallets=st.one_of(st.none(), st.integers(100, 2_000)),
        )
        | arguments(
            gini=number("[0.6, 0.9]"),
            top_percent_share=number("[0.2, 0.4]"),
            tail_share=0.01,
            wallets=st.none(),
        ),
        refuses="top_percent_share must be within reach",
        most=5,
    ),
    "draw_stake": Case(
        arguments(model=models, wallets=whole(1, 1_000), rng=seeds.map(np.random.default_rng)),
        lambda stake, wallets, **_: (
            (len(stake) == wallets and (stake >= 0).all()) or pytest.fail("negative")
        ),
        refuses="tail_exponent must be|sigma must be",
    ),
    "stake_population": Case(
        arguments(model=models, wallets=whole(1, 1_000)),
        lambda stake, model, wallets: (np.diff(stake) >= 0).all() or pytest.fail("order"),
        refuses="sigma must be|alpha must be",
    ),
    "stake_at": Case(
        arguments(model=models, uniforms=vector("[0, 1)")),
        lambda stake, **_: (stake >= 0).all() or pytest.fail("negative"),
        refuses="sigma must be|alpha must be",
    ),
    "stake_from_ranks": Case(
        several(ranks), sums_to_one, refuses="shares must be of the largest wallets|shares must"
    ),
    "draw_network": Case(
        arguments(
            validators=whole(2, 50),
            miners=whole(2, 50),
            stake_spread=number("[0, 10]"),
            weight_spread=number("[0, 10]"),
            seed=seeds,
        ),
        lambda net, validators, miners, **_: (
            (net.weights.shape == (validators, miners) and net.weights.min() >= 0)
            or pytest.fail("shape")
        ),
    ),
    "retention_map": Case(
        arguments(
            rules=rules(),
            network=st.one_of(drawn, a_network()),
            honest_stake=sides,
            honest_weight=grid,
            cabal_weight=grid,
            validator_share=share,
        ),
        map_law,
        refuses=CAPTURED,
    ),
    "required_honest_weight": Case(
        st.tuples(st.integers(1, 3), st.integers(3, 5), st.integers(1, 3)).flatmap(
            lambda size: earned_map(*size)
        ),
        unknown={"": UNPROTECTED},
    ),
    "guarantee": Case(
        arguments(
            rules=rules(),
            stakes=st.tuples(st.integers(2, 3), st.integers(2, 4)).flatmap(
                lambda s: array(s, "[0, 1e50]")
            ),
            honest_stake=sides,
            miners=whole(2, 6),
            weight_spread=number("[0, 10]"),
            validator_share=share,
            steps=whole(3, 6),
            seed=seeds,
        ),
        lambda found, **_: (
            ((found.low <= found.high) & (found.required >= 0) & (found.required <= 1)).all()
            or pytest.fail("order")
        ),
        refuses=CAPTURED,
    ),
    "honest_stake_drawn": Case(
        arguments(
            stakes=st.tuples(st.integers(1, 3), st.integers(2, 4)).flatmap(
                lambda s: array(s, "[0, 1e50]")
            ),
            honest_validators=inside,
            seed=seeds,
        ),
        lambda part, **_: ((part >= 0) & (part <= 1 + 1e-12)).all() or pytest.fail("beyond one"),
        refuses="stakes must",
    ),
    "honest_stake_path": Case(
        arguments(
            rules=rules(),
            network=st.one_of(drawn, a_network()),
            honest_stake=number(SHARES),
            honest_weight=share,
            cabal_weight=share,
            epochs=whole(1, 30),
            reward=amount,
            validator_share=share,
        ),
        path_law,
        refuses=CAPTURED,
    ),
    "majority_cost": Case(
        arguments(rules=rules(), snapshot=snapshots(), scenario=scenarios(), share=inside),
        majority_law,
        unknown={"days_of_emission": "infinite where nothing is minted any more"},
        refuses="staked_tao must be at most|issuance_rao must be at most|block must be",
    ),
    "alpha_majority_cost": Case(
        arguments(
            pool_tao=above,
            pool_alpha=above,
            staked_alpha=amount,
            root_tao=amount,
            root_weight=share,
            share=inside,
        ),
        lambda cost, **_: min(cost) >= 0 or pytest.fail("negative"),
        unknown={
            "tao_paid": "infinite where the pool does not hold enough",
            "average_price_tao": "the same",
            "root_tao_needed": "infinite where root has no weight",
        },
    ),
    "bribery": Case(
        arguments(
            rules=rules("liquid_alpha_on", "alpha_low", "alpha_high"),
            network=st.one_of(drawn, a_network()),
            target_worth=number("[0, 1)"),
            bribed_weight=number("(0, 1]"),
            epochs=whole(1, 5),
            reward=amount,
        ),
        bribery_law,
        refuses="network must have stake|liquid_alpha must|alpha_low must",
    ),
    "collusion": Case(
        arguments(
            rules=rules(),
            network=st.one_of(drawn, a_network()),
            stake=sides,
            worth=number(SHARES),
            miner_burn=share,
            epochs=whole(1, 10),
            reward=amount,
            steps=whole(2, 5),
        ),
        collusion_law,
        refuses=CAPTURED,
        unknown={"gain": "infinite where honest scoring pays nothing and collusion something"},
    ),
    "weight_copying": Case(
        arguments(
            rules=rules("liquid_alpha_on", "alpha_low", "alpha_high"),
            subnet=st.builds(
                te.incentives.CopiedSubnet,
                validators=whole(2, 4),
                miners=whole(2, 4),
                copier_stake=number(SHARES),
                noise=number("[0, inf)"),
                turnover=share,
                reward=amount,
                honest_stake=st.just(())
                | st.lists(number("(0, 1e9]"), min_size=1, max_size=3).map(tuple),
            ),
            lags=st.lists(whole(0, 4), min_size=1, max_size=2),
            commit_reveal=st.booleans(),
            epochs=whole(10, 12),
            networks=whole(2, 3),
            seed=seeds,
        ),
        lambda found, **_: (
            ((found.copier_stake >= 0) & (found.copier_stake <= 1)).all() or pytest.fail("share")
        ),
        refuses="liquid_alpha must|lags must|copier_stake must leave|honest_stake must have",
        most=10,
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_every_example_is_answered_in_finite_numbers_or_refused_in_one_line(name):
    hold(PUBLIC[name], TABLE[name])
