"""The query market: conservation, limits with closed forms, published correlations, determinism
and refusals.
"""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tao_econ as te
from tao_econ.incentives import query_market

RULES = te.rules_at("2026-09-11")
NAN = float("nan")
SMALL = te.incentives.QueryMarket(validators=6, miners=12, judge_correlation=0.5)
STAKE = np.array([5.0, 4, 3, 2, 1, 1])
CLEAR = replace(
    SMALL, judge_correlation=1.0, judge_spread=0.0, entry_chance=0.0
)  # judges see quality itself


def path(market=SMALL, rounds=40, **more):
    return te.incentives.query_market_path(
        RULES, market, rounds=rounds, **{"stake": STAKE, "replicas": 3, **more}
    )


# --- what is published


@pytest.fixture(scope="module")
def whole_subnet():
    """256 UIDs with every default: half a month."""
    return te.incentives.query_market_path(
        RULES, te.incentives.QueryMarket(), rounds=150, replicas=6, seed=1
    )


def test_lui_and_sun_2507_02951_stake_explains_pay_and_quality_hardly_does(whole_subnet):
    got = te.incentives.query_market_report(whole_subnet)["mean"]
    assert (
        0.05 < got["miner_quality_correlation"] < 0.35
    )  # published 0.10 to 0.30; an outcome here, not an input
    assert (
        got["validator_stake_correlation"] > 0.95
    )  # published 0.80 to 0.95: real validators differ in more
    assert got["explained_by_stake_share"] > 5 * got["explained_by_quality_share"]


def test_pine_march_2026_defaults_reproduce_the_subsidy_of_22(whole_subnet):
    got = te.incentives.query_market_report(whole_subnet)["mean"]
    assert got["subsidy_ratio"] == pytest.approx(
        21.6, abs=0.01
    )  # published 22; 21.7 from 52 and 2.4 M USD
    assert (
        got["fee_coverage"] == pytest.approx(0.046, abs=5e-4)
        and got["external_share"] < got["fee_coverage"]
    )
    assert te.incentives.QueryMarket().emission_tao_per_round == pytest.approx(0.144 * 3_600 / 20)


def test_mentat_minds_2024_06_19_is_the_default_stake(whole_subnet):
    assert whole_subnet.effective_validators[:, 0] == pytest.approx(8.8, abs=0.05)


def test_a_better_judge_delivers_more():
    sweep = te.incentives.judge_sweep(
        RULES,
        te.incentives.QueryMarket(),
        judge_correlation=(0.01, 0.1, 0.3),
        rounds=40,
        replicas=6,
    )
    delivered, error = sweep["quality_delivered_sd"], sweep["quality_delivered_sd_se"]
    assert (np.diff(delivered) > 3 * error.iloc[:-1]).all()
    assert (np.diff(sweep["miner_quality_correlation"]) > 0).all()
    assert (
        delivered < te.incentives.expected_max(192) * 0.6
    ).all()  # 1 to 30 % never deliver most of the best miner
    assert sweep.index.name == "judge_correlation" and (sweep["fee_coverage_se"] < 1e-15).all()


# --- limits with closed forms


def test_perfect_sharp_judges_deliver_the_best_miner():
    got = path(replace(CLEAR, sharpness=50.0, miners=8), seed=3)
    gap = got.quality_best_sd - got.quality_delivered_sd
    assert (gap >= -1e-6).all() and gap.mean() < 0.02


def test_judges_without_sharpness_deliver_a_random_miner():
    got = path(replace(SMALL, sharpness=0.0))
    assert got.quality_delivered_sd == pytest.approx(got.quality_mean_sd, abs=1e-6)
    assert got.top_miner_share == pytest.approx(1 / 12, abs=1e-9)
    assert (got.miner_quality_correlation == 0).all() or np.abs(
        got.miner_quality_correlation
    ).max() <= 1


def test_what_perfect_judges_deliver_is_the_softmax_of_quality():
    got = path(replace(CLEAR, miners=64, sharpness=1.0), rounds=1, replicas=200)
    # many miners: mean of q under weights e^q over normal q is 1; a finite pool lies a little below
    mean = te.incentives.over_replicas(got.quality_delivered_sd[:, 0])
    assert abs(mean.mean - 1.0) < 4 * mean.standard_error + 0.05


def test_a_judge_blind_to_quality_delivers_none():
    got = path(replace(SMALL, judge_correlation=0.0, miners=40), rounds=20, replicas=60)
    delivered = te.incentives.over_replicas(got.quality_delivered_sd.mean(axis=1))
    assert abs(delivered.mean) < 4 * delivered.standard_error


def test_a_shared_error_is_what_a_panel_of_validators_cannot_average_away():
    market = replace(
        SMALL, judge_correlation=0.3, judge_spread=0.0, miners=40, sharpness=50.0, entry_chance=0.0
    )
    alone, shared = (
        te.incentives.over_replicas(
            path(replace(market, shared_error=c), 20, replicas=40).quality_delivered_sd.mean(axis=1)
        )
        for c in (0.0, 1.0)
    )
    assert alone.mean - shared.mean > 4 * math.hypot(alone.standard_error, shared.standard_error)
    # with one common error all validators are one judge: best of 40 by a judge of 0.3
    got = path(replace(market, shared_error=1.0), 1, replicas=400)
    delivered = te.incentives.over_replicas(got.quality_delivered_sd[:, 0])
    assert (
        abs(delivered.mean - te.incentives.best_of_n(40, 0.3)) < 4 * delivered.standard_error + 0.02
    )


@pytest.mark.parametrize("memory, lead", [(0.9, 0.5), (0.5, 1.0), (0.0, 0.3)])
def test_a_better_miner_displaces_the_incumbent_when_its_average_has_caught_up(memory, lead):
    market = replace(CLEAR, score_memory=memory)
    got = te.incentives.displacement(
        RULES, market, lead_sd=lead, warm_up=2, rounds=60, replicas=10, stake=STAKE, seed=4
    )
    start = te.incentives.query_market_path(
        RULES, market, rounds=1, replicas=10, stake=STAKE, seed=4
    ).quality_best_sd[:, 0]
    assert (start > 0).all()
    expected = (
        np.ones(10)
        if memory == 0
        else np.floor(np.log(1 - start / (start + lead)) / math.log(memory)) + 1
    )
    assert got.ahead_for_good.tolist() == expected.tolist()
    assert got.never_share == 0 and got.lasting_share[-1] == 1 and got.standard_error[-1] == 0
    assert got.median_rounds == np.sort(expected)[4]


def test_a_worse_miner_never_displaces_a_perfectly_judged_incumbent():
    got = te.incentives.displacement(RULES, CLEAR, lead_sd=-0.2, rounds=40, replicas=5, stake=STAKE)
    assert got.never_share == 1 and math.isinf(got.median_rounds) and not got.ahead_share.any()


def test_ahead_for_good_is_from_the_round_after_the_last_behind_if_enough_are_left():
    rounds = np.array([[0, 1, 0, 1, 1], [1, 1, 1, 1, 1], [1, 1, 1, 1, 0], [0, 0, 0, 0, 1]], bool)
    assert query_market._for_good(rounds, 1).tolist() == [4, 1, math.inf, 5]
    assert query_market._for_good(rounds, 2).tolist() == [4, 1, math.inf, math.inf]


def test_an_equal_newcomer_leads_once_by_luck_but_seldom_for_good():
    market = te.incentives.QueryMarket(validators=8, miners=60, shared_error=0.0)
    given = {"warm_up": 2, "rounds": 30, "replicas": 200, "stake": np.ones(8), "seed": 3}
    equal, better = (
        te.incentives.displacement(RULES, market, lead_sd=lead, **given) for lead in (0.0, 1.0)
    )
    wide = 1.96 * np.hypot(equal.standard_error[-1], better.standard_error[-1])
    assert better.lasting_share[-1] - equal.lasting_share[-1] > wide
    assert equal.ahead_share.max() > 2 * equal.lasting_share[-1]


def test_an_incumbent_lucky_with_the_benchmark_is_displaced_late_or_never():
    market = te.incentives.QueryMarket(
        validators=8, miners=60, judge_spread=0.0, judge_correlation=0.3, shared_error=0.5
    )
    given = {"lead_sd": 0.5, "rounds": 60, "replicas": 30, "stake": np.ones(8), "seed": 2}
    lucky = te.incentives.displacement(RULES, market, **given)
    clear = te.incentives.displacement(RULES, replace(market, judge_correlation=1.0), **given)
    assert clear.never_share == 0 and clear.median_rounds < 40
    assert (
        lucky.never_share > 0.5
    )  # the best paid has the luck of the best of 60; a newcomer has that of one


# --- money, stake and effort


def test_stake_grows_by_the_dividends_and_by_nothing_else():
    market = replace(SMALL, staked_tao=1_000.0, entry_chance=0.5, redelegation_share=0.3)
    got = path(market)
    paid = market.emission_tao_per_round * (1 - float(RULES.owner_cut)) / 2
    assert got.staked_tao == pytest.approx(np.tile(1_000 + paid * np.arange(40), (3, 1)), rel=1e-12)


@pytest.mark.parametrize("own", [0.0, 1.0])
def test_without_nominators_or_own_stake_the_whole_is_the_same(own):
    got = path(replace(SMALL, own_stake_share=own, staked_tao=500.0, redelegation_share=1.0))
    assert np.isfinite(got.effective_validators).all() and (got.effective_validators >= 1).all()


def test_effort_goes_to_the_logarithm_of_pay_over_cost():
    market = replace(
        SMALL,
        sharpness=0.0,
        entry_chance=0.0,
        effort_sd=0.3,
        effort_speed=0.1,
        miner_cost_tao_per_round=0.2,
    )
    got = path(market, rounds=60)
    fees = market.queries_per_round * market.fee_tao_per_query * market.miner_fee_share
    pay = market.emission_tao_per_round * (1 - float(RULES.owner_cut)) / 2 + fees
    closed = (
        0.3 * math.log(1 + pay / 12 / 0.2) * (1 - 0.9 ** np.arange(60))
    )  # without sharpness all are paid alike
    assert got.effort_sd == pytest.approx(np.tile(closed, (3, 1)), rel=1e-6, abs=1e-12)
    rise = got.quality_mean_sd[:, -1] - got.quality_mean_sd[:, 0]
    assert rise == pytest.approx(closed[-1], rel=1e-6)


def test_effort_creates_where_selection_cannot():
    still, effort = (
        path(replace(CLEAR, effort_sd=e, effort_speed=0.2), rounds=60) for e in (0.0, 1.0)
    )
    assert (still.quality_best_sd == still.quality_best_sd[:, :1]).all()
    assert (effort.quality_delivered_sd[:, -1] > still.quality_best_sd[:, -1]).all()


def test_without_effort_and_newcomers_no_quality_is_created():
    got = path(replace(SMALL, entry_chance=0.0))
    assert (got.quality_best_sd == got.quality_best_sd[:, :1]).all()
    assert (got.quality_delivered_sd <= got.quality_best_sd + 1e-6).all()


def test_newcomers_raise_the_pool_when_judges_can_tell():
    got = path(
        replace(
            SMALL, judge_correlation=1.0, judge_spread=0.0, entry_chance=1.0, immunity_rounds=2
        ),
        150,
    )
    rise = te.incentives.over_replicas(got.quality_mean_sd[:, -1] - got.quality_mean_sd[:, 0])
    assert rise.mean > 4 * rise.standard_error


def test_demand_follows_delivered_quality():
    got = path(replace(SMALL, demand_per_sd=0.7))
    expected = (
        SMALL.queries_per_round * SMALL.fee_tao_per_query * np.exp(0.7 * got.quality_delivered_sd)
    )
    assert got.fees_tao == pytest.approx(expected, rel=1e-12)


def test_redelegation_by_yield_gathers_stake_and_does_not_find_the_better_judges():
    """Consensus pays agreement with the most stake: nominators who follow yield make the large
    larger.
    """
    market = replace(
        SMALL, staked_tao=100.0, judge_spread=1.0, shared_error=0.0, own_stake_share=0.0, miners=30
    )
    still, moving = (
        path(replace(market, redelegation_share=s), rounds=100, replicas=12) for s in (0.0, 0.2)
    )
    fewer = te.incentives.over_replicas(
        still.effective_validators[:, -1] - moving.effective_validators[:, -1]
    )
    assert fewer.mean > 4 * fewer.standard_error and moving.effective_validators[:, -1].mean() < 2
    found = te.incentives.over_replicas(
        moving.judge_stake_correlation[:, -1] - moving.judge_stake_correlation[:, 0]
    )
    assert abs(found.mean) < 0.3 and abs(found.mean) < 3 * found.standard_error


def test_rewards_are_split_and_nominated_stake_is_moved_as_by_hand():
    market = replace(SMALL, validators=2, validator_take=0.5, redelegation_share=0.1)
    state = query_market._start(market, 2, [1, 1], np.random.default_rng(0))
    state.own_tao[:], state.nominated_tao[:] = [10.0, 0.0], [90.0, 100.0]
    query_market._restake(
        market, state, np.array([[20.0, 10.0]] * 2), np.array([[100.0, 100.0]] * 2)
    )
    # nominators earn 20·0.9·0.5 = 9 and 10·1·0.5 = 5; then a tenth of 99 and of 105 moves, 9 : 5
    assert state.own_tao[0] == pytest.approx([21, 5])
    assert state.nominated_tao[0] == pytest.approx(
        [99 - 9.9 + 20.4 * 9 / 14, 105 - 10.5 + 20.4 * 5 / 14]
    )


def test_a_newcomer_takes_the_worst_paid_slot_that_is_not_immune():
    market = replace(SMALL, entry_chance=1.0, immunity_rounds=5)
    state = query_market._start(market, 2, STAKE, np.random.default_rng(0))
    state.age[:, 0] = 4
    state.effort[:] = 1.0
    for matrix in state.bonds:
        matrix[:] = 1.0
    pay = np.tile(np.arange(12.0), (2, 1))  # slot 0 earns least and is immune, slot 1 is next
    query_market._newcomers(market, state, pay, np.random.default_rng(1))
    assert (
        (state.age[:, 1] == 0).all()
        and (state.age[:, 0] == 4).all()
        and (state.age[:, 2:] == 5).all()
    )
    for values in (state.effort, state.seen_quality, state.seen_error):
        assert (values[:, 1] == 0).all() and (values[:, 2:] != 0).all()
    assert (state.noise[:, :, 1] == 0).all() and (state.noise[:, :, 0] != 0).all()
    assert all((bonds[:, 7] == 0).all() and (bonds[:, 8] == 1).all() for bonds in state.bonds)
    state.age[:] = 0  # all immune: the worst paid of them goes, as on chain
    query_market._newcomers(market, state, pay + 1, np.random.default_rng(1))
    assert state.talent[0, 0] != 0 and (state.effort[:, 0] == 0).all()


def test_scores_have_the_stated_correlation_with_quality_and_weights_are_their_softmax():
    market = te.incentives.QueryMarket(
        validators=40,
        miners=250,
        judge_correlation=0.4,
        judge_spread=0.5,
        shared_error=0.3,
        score_memory=0.6,
        sharpness=2.0,
    )
    random = np.random.default_rng(8)
    state = query_market._start(market, 8, np.ones(40), random)
    variance = (
        (1 - state.skill**2) * 0.7 * 0.4 / 1.6
    )  # of an average with memory m: (1 − m)/(1 + m) of one score's

    def spread():
        return te.incentives.over_replicas((state.noise.var(axis=2) / variance).mean(axis=1))

    for _ in range(2):  # settled at the start, and still so thirty rounds later
        got = spread()
        assert abs(got.mean - 1) < 4 * got.standard_error + 0.005 and got.standard_error < 0.01
        for _ in range(30):
            weights = query_market._judged(market, state, state.talent, random)
    miss = np.sqrt(1 - state.skill**2)
    score = (
        state.skill[:, :, None] * state.talent[:, None]
        + miss[:, :, None] * state.error[:, None]
        + state.noise
    )
    expected = np.exp(2.0 * score)
    assert weights == pytest.approx(expected / expected.sum(axis=2, keepdims=True), rel=1e-4)
    assert state.error.var() == pytest.approx(0.3, abs=0.04)


def test_measures_are_the_correlations_and_variances_they_name():
    random, market = np.random.default_rng(3), SMALL
    state = query_market._start(market, 2, STAKE, random)
    quality, pay, incentive = random.random((3, 2, 12))
    earned, staked = random.random((2, 2, 6))
    epoch = query_market._Round(
        quality=quality,
        delivered=np.ones(2),
        miner_pay=pay,
        validator_pay=earned,
        staked=staked,
        incentive=incentive,
        fees=np.ones(2),
    )
    row = query_market._measured(market, state, epoch)
    got = query_market.QueryMarketPath._make(row)
    for r in range(2):
        by_quality, by_stake = (
            np.corrcoef(quality[r], pay[r])[0, 1],
            np.corrcoef(staked[r], earned[r])[0, 1],
        )
        assert (
            got.miner_quality_correlation[r],
            got.validator_stake_correlation[r],
        ) == pytest.approx((by_quality, by_stake))
        skill = state.skill[r]
        assert got.judge_yield_correlation[r] == pytest.approx(
            np.corrcoef(skill, earned[r] / staked[r])[0, 1]
        )
        assert got.judge_stake_correlation[r] == pytest.approx(np.corrcoef(skill, staked[r])[0, 1])
        parts = np.array([pay[r].var() * 12, earned[r].var() * 6])
        both = parts * np.array([by_quality, by_stake]) ** 2 / parts.sum()
        assert (
            got.explained_by_quality_share[r],
            got.explained_by_stake_share[r],
        ) == pytest.approx(tuple(both))
        assert got.effective_validators[r] == pytest.approx(
            te.incentives.effective_jurors(staked[r])
        )


# --- laws


@given(
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 0.99),
    st.floats(0, 50),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_every_number_stays_in_its_range(judge, shared, memory, sharpness, moved, entry):
    market = replace(
        SMALL,
        judge_correlation=judge,
        judge_spread=0.0,
        shared_error=shared,
        score_memory=memory,
        sharpness=sharpness,
        redelegation_share=moved,
        entry_chance=entry,
    )
    got = path(market, rounds=6, replicas=2)
    assert all(np.isfinite(values).all() for values in got)
    assert (got.quality_delivered_sd <= got.quality_best_sd + 1e-5).all()
    correlations = [
        values for name, values in got._asdict().items() if name.endswith("correlation")
    ]
    assert np.abs(correlations).max() <= 1 + 1e-9
    shares = got.explained_by_quality_share + got.explained_by_stake_share
    assert (shares <= 1 + 1e-9).all() and (got.explained_by_quality_share >= 0).all()
    assert (got.effective_validators >= 1 - 1e-9).all() and (
        got.effective_validators <= 6 + 1e-9
    ).all()
    assert (got.top_miner_share <= 1 + 1e-12).all()


def test_a_market_is_the_same_every_time_and_replicas_differ():
    one, two, other = path(), path(), path(seed=1)
    assert all(a.tobytes() == b.tobytes() for a, b in zip(one, two, strict=True))
    assert (one.quality_delivered_sd != other.quality_delivered_sd).any()
    assert (one.quality_delivered_sd[0] != one.quality_delivered_sd[1]).any()
    assert all(values.shape == (3, 40) for values in one)


def test_nothing_given_is_changed():
    stake = STAKE.copy()
    path(stake=stake)
    assert (stake == STAKE).all()


def test_no_emission_no_fees_and_two_of_each_give_numbers():
    bare = te.incentives.QueryMarket(
        validators=2, miners=2, emission_tao_per_round=0.0, fee_tao_per_query=0.0
    )
    got = te.incentives.query_market_path(RULES, bare, rounds=5, replicas=2, stake=[1, 1])
    assert all(np.isfinite(values).all() for values in got)
    report = te.incentives.query_market_report(got)
    assert (
        report.loc["subsidy_ratio", "mean"] == math.inf and report.loc["fee_coverage", "mean"] == 0
    )
    assert report["standard_error"].notna().all()


def test_report_counts_the_settled_end():
    got = path()
    report = te.incentives.query_market_report(got, settled=0.25)
    mean = te.incentives.over_replicas(got.quality_best_sd[:, 30:].mean(axis=1))
    assert tuple(report.loc["quality_best_sd"]) == pytest.approx(tuple(mean))
    assert report.index.name == "quantity" and isinstance(report, pd.DataFrame)


def test_every_era_of_consensus_runs_the_market():
    for when in ("2023-11-20", "2026-09-11"):
        got = te.incentives.query_market_path(
            te.rules_at(when), SMALL, rounds=5, replicas=2, stake=STAKE
        )
        assert np.isfinite(got.quality_delivered_sd).all()


# --- bad input


@pytest.mark.parametrize(
    ("name", "value", "call"),
    [
        ("rounds", 0, lambda: path(rounds=0)),
        ("replicas", 1, lambda: path(replicas=1)),
        ("seed", 1.5, lambda: path(seed=1.5)),
        ("stake", "none for 6", lambda: path(stake=None)),
        ("stake", 5, lambda: path(stake=np.ones(5))),
        ("stake", "got 0", lambda: path(stake=[1, 1, 1, 1, 1, 0])),
        ("stake", NAN, lambda: path(stake=[1, 1, 1, 1, 1, NAN])),
        ("judge_correlation", 0.9, lambda: path(replace(SMALL, judge_correlation=0.9))),
        ("judge_correlation", 1.1, lambda: te.incentives.QueryMarket(judge_correlation=1.1)),
        ("score_memory", 1, lambda: te.incentives.QueryMarket(score_memory=1.0)),
        ("miners", 1, lambda: te.incentives.QueryMarket(miners=1)),
        ("validators", 2.5, lambda: te.incentives.QueryMarket(validators=2.5)),
        ("fee_tao_per_query", NAN, lambda: te.incentives.QueryMarket(fee_tao_per_query=NAN)),
        ("settled", 0, lambda: te.incentives.query_market_report(path(rounds=2), settled=0)),
        (
            "judge_correlation",
            -0.1,
            lambda: te.incentives.judge_sweep(RULES, SMALL, judge_correlation=(-0.1,)),
        ),
        (
            "lead_sd",
            "inf",
            lambda: te.incentives.displacement(RULES, SMALL, lead_sd=math.inf, stake=STAKE),
        ),
        ("warm_up", 0, lambda: te.incentives.displacement(RULES, SMALL, warm_up=0, stake=STAKE)),
    ],
)
def test_bad_input_is_refused_in_one_line(name, value, call, refused):
    with refused(name, value):
        call()
