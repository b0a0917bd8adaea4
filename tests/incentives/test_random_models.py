"""Composed models, query markets and price paths over their whole domains."""

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
    record,
    rules,
    scenarios,
    several,
    snapshots,
    vector,
    whole,
)
from hypothesis import strategies as st

import tao_econ as te

above, amount, share, inside = (
    number("(0, inf)"),
    number("[0, inf)"),
    number("[0, 1]"),
    number("(0, 1)"),
)
seeds, close = whole(0, 2**40), pytest.approx
counts = whole(1, 10_000)


def at_least_0(value, **_):
    assert np.all(np.asarray(value) >= 0)


def at_most_1(value, **_):
    at_least_0(value)
    assert np.all(np.asarray(value) <= 1 + 1e-9)


def error_law(estimate, **_):
    at_least_0(estimate.standard_error)


# ---- Experts, jurors, queries ----


def tables(n):
    return st.integers(1, 4).flatmap(
        lambda m: arguments(
            quality=array((n, m)),
            topic_share=st.one_of(st.none(), amounts(m, m)),
            router_accuracy=share,
        )
    )


def priced(n):
    return st.integers(1, 4).flatmap(
        lambda m: arguments(
            quality=array((n, m), "[-1e6, 1e6]"),
            cost=array((n, m), "[0.001, 1e6]"),
            topic_share=st.one_of(st.none(), amounts(m, m)),
        )
    )


def routing_law(found, **_):
    assert (
        found.gain >= 0
        and found.routed >= found.single - 1e-9 * abs(found.single)
        and 0 <= found.break_even_accuracy <= 1 + 1e-9
    )


def frontier_law(found, **_):
    assert (np.diff(found.cost) >= 0).all() and (np.diff(found.quality) >= 0).all()
    assert found.saving_share >= -1e-9


def jury_law(found, accuracy, **_):
    assert 0 <= found.accuracy <= 1 and found.effective_jurors >= 1 - 1e-9


def median_law(found, reports, **_):
    assert found in reports


def latency_law(found, **_):
    assert (
        0 <= found.utilisation < 1 + 1e-12
        and 0 <= found.wait_chance <= 1
        and (found.quantile_s >= 0).all()
    )


markets = record(te.incentives.QueryMarket(validators=30, miners=8), fixed=("validators", "miners"))
small = {
    "rules": rules("liquid_alpha_on", "alpha_low", "alpha_high", "liquid_alpha"),
    "market": markets,
    "seed": seeds,
    "replicas": whole(2, 3),
    "stake": st.one_of(st.none(), array((30,), "(0, inf)")),
}
SKILL = (
    "judge_correlation must be at most|stake must be given|queries_per_round|must be of a "
    "size|demand_per_sd must"
)
path_of = arguments(**small, rounds=whole(1, 4)).filter(
    lambda given: given["market"].judge_correlation * (1 + given["market"].judge_spread) <= 1
)

# ---- Paths of prices ----

day = {"rules": rules(), "snapshot": snapshots(), "scenario": scenarios()}


def price_paths_of(p):
    return st.integers(1, 5).flatmap(
        lambda t: st.one_of(
            arguments(
                **day,
                normals=array((p, t), "[-8, 8]"),
                model=st.sampled_from(["merton", "regimes"]),
                uniforms=array((p, t), "[0, 1)"),
                recycled_share=st.one_of(st.none(), array((p,), "[0, 0.95]")),
                diluted=st.booleans(),
            ),
            arguments(**day, normals=array((p, t)), diluted=st.booleans()),
            arguments(
                **day,
                normals=te.economy.Draws(p, t, 1),
                model=st.sampled_from(["gbm", "merton", "regimes"]),
            ),
        )
    )


def paths_law(paths, snapshot, **_):
    assert (paths.price_usd >= 0).all() and paths.price_usd[:, 0] == close(snapshot.price_usd)
    assert (np.diff(paths.circulating_tao, axis=1) >= 0).all()


def subnet_paths(p):
    return st.integers(1, 5).flatmap(
        lambda t: arguments(
            normals=array((p, t)),
            cap_tao=above,
            supply_alpha=st.one_of(above, array((t + 1,), "(0, inf)")),
            years=above,
            volatility=amount,
            exponent=number("(0, 1]"),
            drift=number(),
        )
    )


CEV = {
    "years": number("(0, 100]"),
    "volatility": number("[0.001, 10]"),
    "exponent": number("[0.01, 0.99]"),
    "growth": number("[-1, 1]"),
}
TABLE = {
    "price_paths": Case(
        several(price_paths_of),
        paths_law,
        refuses="normals must be finite and keep prices|block must be known|issuance_rao must be "
        "at most|.* must keep",
    ),
    "subnet_price_paths": Case(
        several(subnet_paths), at_least_0, refuses="normals must be finite and keep prices finite"
    ),
    "over_replicas": Case(arguments(values=st.one_of(vector(least=2), array((3, 2)))), error_law),
    "expected_max": Case(
        arguments(n=st.one_of(counts, st.lists(counts, min_size=1, max_size=4))), at_least_0
    ),
    "best_of_n": Case(arguments(n=counts, judge_correlation=share), at_least_0),
    "panel_correlation": Case(
        arguments(judge_correlation=share, shared_error=share, effective_judges=number("[1, inf)")),
        at_most_1,
    ),
    "power_coverage": Case(
        arguments(tries=vector("[1, inf)"), a=number("(-inf, 0]"), b=number("(-inf, 0]")), at_most_1
    ),
    "beta_coverage": Case(
        arguments(tries=vector("[1, 1e12]"), a=number("(0, 1e9]"), b=number("(0, 1e9]")), at_most_1
    ),
    "coverage_fit": Case(
        st.one_of(
            arguments(one_try=inside, coverage=inside, tries=whole(2, 10**6)),
            st.tuples(number("[0.01, 0.4]"), number("[0.1, 0.9]"), whole(2, 10**6)).map(
                lambda d: {
                    "one_try": d[0],
                    "coverage": d[0] + d[1] * ((1 - (1 - d[0]) ** d[2]) - d[0]),
                    "tries": d[2],
                }
            ),
        ),
        lambda found, one_try, coverage, tries: (
            one_try <= coverage <= found.same_difficulty or pytest.fail("order")
        ),
        refuses="coverage must be (in|further)",
    ),
    "ensemble_error": Case(
        arguments(models=whole(1, 10**6), error_correlation=share, error_sd=amount),
        lambda found, **_: (
            found.floor_sd <= found.error_sd * (1 + 1e-12) or pytest.fail("below the floor")
        ),
    ),
    "tournament": Case(
        arguments(
            contest=st.builds(
                te.incentives.Contest,
                models=whole(1, 8),
                judge_correlation=share,
                lasting_error=share,
                pressure=amount,
                effort_sd=amount,
                gaming=share,
            ),
            rounds=whole(1, 6),
            replicas=whole(2, 3),
            seed=seeds,
        ),
        lambda found, contest, rounds, replicas, **_: (
            found.selection_sd.shape == (replicas, rounds) or pytest.fail("shape")
        ),
    ),
    "route": Case(several(tables), routing_law),
    "leader_routing_gain": Case(
        arguments(experts=whole(1, 10**6), lead_sd=amount, correlation=share), at_least_0
    ),
    "routing_frontier": Case(several(priced), frontier_law, unknown={}),
    "effective_jurors": Case(
        arguments(stake=amounts(), correlation=share),
        lambda n, stake, **_: 1 - 1e-9 <= n <= len(stake) * (1 + 1e-9) or pytest.fail(n),
    ),
    "jury_accuracy": Case(arguments(stake=amounts(), accuracy=share, correlation=share), jury_law),
    "stake_median": Case(
        several(
            lambda n: arguments(reports=array((n,)), stake=amounts(n, n), kappa=number("(0, 1]"))
        ),
        median_law,
    ),
    "oracle_bias": Case(
        arguments(corrupt_share=vector("[0, 1]"), attack_sd=amount),
        lambda bias, **_: at_least_0(bias.mean_bias_sd),
        unknown={"worst_median_bias_sd": "infinite from half of the stake on"},
    ),
    "query_bill": Case(
        arguments(
            queries=above,
            fees_tao=amount,
            emission_tao=amount,
            copies=whole(1, 1_000),
            test_share=number("[0, 1)"),
            answer_tao=amount,
            rival_tao=st.one_of(st.none(), above),
        ),
        lambda bill, **_: 0 <= bill.external_share <= 1 or pytest.fail("share"),
        refuses="fees_tao must be > 0",
        unknown={
            "subsidy_ratio": "infinite without a fee",
            "fee_coverage": "infinite without emission",
            "price_to_rival": "NaN without a rival",
        },
    ),
    "query_latency": Case(
        st.integers(1, 6).flatmap(
            lambda miners: arguments(
                arrivals_per_s=amount,
                servers=whole(1, 50),
                served_per_s=above,
                miners=miners,
                needed=st.integers(1, miners),
                answered_per_s=above,
                quantiles=vector("(0, 0.999999999]", 1, 3),
            )
        ),
        latency_law,
        refuses="arrivals_per_s must be below",
    ),
    "query_market_path": Case(
        path_of, lambda path, **_: at_least_0(path.staked_tao), refuses=SKILL
    ),
    "query_market_report": Case(
        st.tuples(st.integers(2, 3), st.integers(1, 4)).flatmap(
            lambda shape: arguments(
                path=st.tuples(
                    *[array(shape, "[0.000000001, 1e18]")]
                    * len(te.incentives.query_market.QueryMarketPath._fields)
                ).map(lambda parts: te.incentives.query_market.QueryMarketPath(*parts)),
                settled=number("(0, 1]"),
            )
        ),
        unknown={"mean": "the subsidy is infinite without fees"},
    ),
    "judge_sweep": Case(
        arguments(**small, rounds=whole(1, 3), judge_correlation=vector("[0, 0.5]", 1, 2)),
        refuses=SKILL,
        most=8,
        unknown={"subsidy_ratio": "infinite without fees"},
    ),
    "displacement": Case(
        arguments(
            **small,
            lead_sd=number("[-100, 100]"),
            warm_up=whole(1, 3),
            rounds=whole(1, 3),
        ),
        lambda found, **_: at_most_1(found.ahead_share),
        refuses=SKILL,
        unknown={"ahead_for_good": "infinite where it never was", "median_rounds": "the same"},
        most=8,
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_every_example_is_answered_in_finite_numbers_or_refused_in_one_line(name):
    hold(PUBLIC[name], TABLE[name])
