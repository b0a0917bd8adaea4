"""Concentration of stake: published check numbers, laws, remedies and refusals."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tao_econ as te
from tao_econ.incentives import stake, stake_model
from tao_econ.inputs import data

PUBLISHED_GINI, PUBLISHED_TOP = 0.9825, 0.90  # Lui and Sun, arXiv:2507.02951
NAN = float("nan")

# --- published numbers


def test_models_md_d1_indices_of_3_2_1():
    got = te.incentives.concentration([3, 2, 1])
    assert (got.nakamoto, got.tau_66, got.max_power, got.wallets) == (1, 2, 0.5, 3)
    assert got.gini == pytest.approx(0.22222, abs=5e-6) and got.hhi == pytest.approx(3889, abs=0.5)
    assert got.shannon_bits == pytest.approx(1.459, abs=5e-4) and got.theil_nats == pytest.approx(
        0.087, abs=5e-4
    )


def test_edinburgh_indices_of_3_2_1_1_1_1():
    got = te.incentives.concentration([3, 2, 1, 1, 1, 1])
    assert (got.nakamoto, got.tau_66) == (2, 3)
    assert got.gini == pytest.approx(0.24074, abs=5e-6) and got.hhi == pytest.approx(2099, abs=0.5)
    assert got.shannon_bits == pytest.approx(2.419, abs=5e-4) and got.theil_nats == pytest.approx(
        0.115, abs=5e-4
    )


def test_edinburgh_indices_of_1_1_1():
    got = te.incentives.concentration([1, 1, 1])
    assert got.gini == 0 and got.hhi == pytest.approx(3333, abs=0.5)
    assert got.shannon_bits == pytest.approx(1.585, abs=5e-4) and got.theil_nats == 0


def test_edinburgh_theil_of_one_holder_among_four_is_ln_4():
    assert stake.theil_nats([432, 0, 0, 0]) == pytest.approx(math.log(4), rel=1e-15)
    assert te.incentives.gini([432, 0, 0, 0]) == 0.75 and stake.hhi([432, 0, 0, 0]) == 10_000


def test_mentat_minds_2024_06_19_nakamoto_coefficient_is_4():
    assert te.incentives.nakamoto([25, 13.5, 11, 9, 6.5] + [1] * 35) == 4


def test_exactly_half_counts_for_tau_and_not_for_a_coalition():
    assert te.incentives.tau([1, 1], 0.5) == te.incentives.tau([3, 2, 1], 0.5) == 1
    assert te.incentives.coalition([1, 1]) == (2, 1.0) and te.incentives.coalition([3, 2, 1]) == (
        2,
        2 / 3,
    )
    assert (
        te.incentives.tau([7] + [1] * 93, 0.07) == 1
        and te.incentives.tau([1] * 10, 1) == 10
        and te.incentives.tau([1] * 10, 0.3) == 3
    )


def test_models_md_d2_lognormal_of_gini_09825():
    model = te.incentives.lognormal_stake(PUBLISHED_GINI)
    assert model.sigma == pytest.approx(3.3602, abs=1e-4)
    assert stake_model.model_top_share(model, 0.01) == pytest.approx(0.8494, abs=1e-4)
    assert stake_model.model_coalition_share(model, 0.51) == pytest.approx(0.00043, abs=5e-6)


def test_models_md_pareto_of_gini_09825():
    model = te.incentives.pareto_stake(PUBLISHED_GINI)
    assert model.tail_exponent == pytest.approx(1.0089, abs=5e-5)
    assert stake_model.model_top_share(model, 0.01) == pytest.approx(0.960, abs=5e-4)
    assert stake_model.model_coalition_share(model, 0.51) < 1e-30  # "meaninglessly small"


def test_closed_form_ginis_of_exponential_and_pareto():
    parts = (np.arange(200_000) + 0.5) / 200_000
    assert te.incentives.gini(-np.log1p(-parts)) == pytest.approx(1 / 2, abs=1e-4)
    for exponent in (1.5, 2, 3):
        model = stake_model.StakeModel(0.0, exponent, 1.0)
        assert stake_model.model_gini(model) == pytest.approx(1 / (2 * exponent - 1), abs=1e-12)
    assert te.incentives.gini(te.incentives.stake_population(model, 200_000)) == pytest.approx(
        1 / 5, abs=1e-3
    )


@pytest.mark.parametrize("tail_share", [0.001, 0.01, 0.05, 0.1])
def test_lui_and_sun_body_and_tail_meet_both_published_values_in_the_population(tail_share):
    model = te.incentives.fit_stake(PUBLISHED_GINI, PUBLISHED_TOP, tail_share=tail_share)
    assert model.tail_exponent > 1 and model.tail_share == tail_share
    assert stake_model.model_gini(model) == pytest.approx(
        PUBLISHED_GINI, abs=stake_model.FIT_TOLERANCE
    )
    assert stake_model.model_top_share(model, 0.01) == pytest.approx(
        PUBLISHED_TOP, abs=stake_model.FIT_TOLERANCE
    )


@pytest.mark.parametrize("wallets", [256, 1_900, 121_567])
def test_lui_and_sun_body_and_tail_meet_both_published_values_in_so_many_wallets(wallets):
    model = te.incentives.fit_stake(PUBLISHED_GINI, PUBLISHED_TOP, wallets=wallets, tail_share=0.05)
    got = te.incentives.concentration(te.incentives.stake_population(model, wallets))
    assert (got.gini, got.top_percent_share) == pytest.approx(
        (PUBLISHED_GINI, PUBLISHED_TOP), abs=1e-6
    )
    assert got.coalition_share < 0.01  # "over half of subnets need < 1 % of wallets"


def test_the_published_90_percent_lies_between_the_lognormal_and_the_pareto():
    low, high = (
        te.incentives.lognormal_stake(PUBLISHED_GINI),
        te.incentives.pareto_stake(PUBLISHED_GINI),
    )
    assert (
        stake_model.model_top_share(low, 0.01)
        < PUBLISHED_TOP
        < stake_model.model_top_share(high, 0.01)
    )


def test_genesis_was_as_concentrated_as_the_published_gini_but_its_model_is_only_a_model():
    table = data.load("genesis_concentration")
    assert (abs(table["gini"] - PUBLISHED_GINI) < 0.005).all()
    final = table.iloc[-1]
    model = te.incentives.fit_stake(
        final["gini"], final["top100_share"] + 0.05, wallets=int(final["coldkeys"])
    )
    got = te.incentives.stake_population(model, int(final["coldkeys"]))
    assert te.incentives.gini(got) == pytest.approx(final["gini"], abs=1e-6)
    assert (
        te.incentives.top_share(got, count=1) > final["top1_share"]
    )  # facts to compare, not to reproduce


def test_the_cap_at_the_88th_percentile_needs_thousands_where_four_wallets_were_enough():
    model = te.incentives.fit_stake(PUBLISHED_GINI, PUBLISHED_TOP, wallets=121_567)
    before = te.incentives.stake_population(model, 121_567)
    after = te.incentives.cap_stake(before).stake
    assert te.incentives.coalition(before).wallets == 4
    assert te.incentives.coalition(after).wallet_share == pytest.approx(0.114, abs=5e-4)
    assert te.incentives.gini(after) == pytest.approx(0.700, abs=5e-4)


# --- laws

STAKES = st.lists(st.integers(0, 10**12), min_size=1, max_size=40).filter(any)
FRACTION = st.floats(0.01, 0.99)
TARGET = st.floats(0.05, 0.99)


@given(STAKES, st.randoms(use_true_random=False))
def test_no_index_depends_on_the_order_of_wallets(values, random):
    other = list(values)
    random.shuffle(other)
    assert te.incentives.concentration(values) == te.incentives.concentration(other)


@given(STAKES, st.integers(-60, 60), st.floats(1e-6, 1e6))
def test_no_index_depends_on_the_unit(values, power, factor):
    amounts = np.array(values, float)
    assert te.incentives.concentration(amounts) == te.incentives.concentration(
        np.ldexp(amounts, power)
    )
    for index in (
        te.incentives.gini,
        stake.hhi,
        stake.shannon_bits,
        stake.theil_nats,
    ):
        assert index(amounts * factor) == pytest.approx(index(amounts), rel=1e-9, abs=1e-12)


@given(STAKES)
def test_every_index_stays_in_its_range(values):
    got, n = te.incentives.concentration(values), len(values)
    assert 0 <= got.gini <= (n - 1) / n * (1 + 1e-12) and got.gini < 1
    assert 10_000 / n * (1 - 1e-12) <= got.hhi <= 10_000 * (1 + 1e-12)
    assert -1e-12 <= got.shannon_bits <= math.log2(n) + 1e-12
    assert got.theil_nats + got.shannon_bits * math.log(2) == pytest.approx(math.log(n), abs=1e-9)
    assert 1 / n * (1 - 1e-12) <= got.max_power <= 1
    assert 1 <= got.nakamoto <= got.coalition_wallets <= n and got.nakamoto <= got.tau_66 <= n
    assert got.coalition_share == got.coalition_wallets / n


@given(STAKES)
def test_gini_is_half_the_mean_difference_and_the_area_over_the_lorenz_curve(values):
    x, curve = np.array(values, float), te.incentives.lorenz(values)
    pairs = np.abs(x[:, None] - x[None, :]).mean() / (2 * x.mean())
    area = 1 - 2 * np.trapezoid(curve["stake_share"], curve["wallet_share"])
    assert (
        te.incentives.gini(values)
        == pytest.approx(pairs, abs=1e-9)
        == pytest.approx(area, abs=1e-9)
    )


@given(STAKES)
def test_the_lorenz_curve_is_convex_and_runs_from_corner_to_corner(values):
    curve = te.incentives.lorenz(values)
    assert (
        curve.iloc[0].tolist() == [0, 0]
        and curve.iloc[-1].tolist() == [1, 1]
        and len(curve) == len(values) + 1
    )
    assert (np.diff(curve["stake_share"], 2) >= -1e-12).all() and (
        np.diff(curve["stake_share"]) >= 0
    ).all()
    assert (curve["stake_share"] <= curve["wallet_share"] + 1e-12).all()


@given(STAKES, FRACTION)
def test_tau_is_the_first_count_whose_top_share_reaches_the_threshold(values, threshold):
    n = te.incentives.tau(values, threshold)
    assert te.incentives.top_share(values, count=n) >= threshold
    assert n == 1 or te.incentives.top_share(values, count=n - 1) < threshold
    many = te.incentives.coalition(values, threshold).wallets
    assert te.incentives.top_share(values, count=many) > threshold
    assert many == 1 or te.incentives.top_share(values, count=many - 1) <= threshold


@given(STAKES, st.integers(1, 50))
def test_the_top_share_by_count_is_the_one_by_share_of_wallets(values, count):
    count = min(count, len(values))
    by_share = te.incentives.top_share(values, wallet_share=count / len(values))
    assert by_share == pytest.approx(te.incentives.top_share(values, count=count), abs=1e-12)
    assert (
        te.incentives.top_share(values, count=len(values) + 5)
        == te.incentives.top_share(values, wallet_share=1)
        == 1
    )


@given(STAKES, st.floats(0.05, 1))
def test_a_cap_never_raises_the_gini_nor_any_stake(values, quantile):
    if np.quantile(values, quantile) == 0:
        return
    got = te.incentives.cap_stake(values, quantile)
    assert te.incentives.gini(got.stake) <= te.incentives.gini(values) + 1e-12
    assert (got.stake <= np.array(values)).all() and got.stake.max() <= got.cap
    if (got.stake < np.array(values)).any() and len(values) > 1:
        assert te.incentives.gini(got.stake) < te.incentives.gini(values)


@given(STAKES, st.floats(0.001, 1.5))
def test_splitting_below_the_cap_undoes_it(values, part):
    cap = max(values) * part
    got = te.incentives.split_below_cap(values, cap)
    assert got.wallets.max() <= cap * (1 + 1e-12) and len(got.wallets) == len(got.owner)
    np.testing.assert_allclose(np.bincount(got.owner, got.wallets), values, rtol=1e-12)
    np.testing.assert_allclose(got.reward["split"], got.reward["uncapped"], rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(got.reward.sum(), 1)
    whale = int(np.argmax(values))
    assert got.reward["capped"][whale] <= got.reward["uncapped"][whale] + 1e-12


def test_a_whale_under_a_cap_loses_and_after_the_split_has_all_of_it_again():
    got = te.incentives.split_below_cap([60, 20, 20], 20)
    assert got.reward["capped"].tolist() == pytest.approx([1 / 3] * 3)
    assert got.reward["split"].tolist() == pytest.approx([0.6, 0.2, 0.2])
    assert got.wallets.tolist() == [20] * 5 and got.owner.tolist() == [0, 0, 0, 1, 2]
    assert (
        te.incentives.coalition([60, 20, 20]).wallets == 1
        and te.incentives.coalition(got.wallets).wallets == 3
    )


@given(TARGET)
def test_calibrated_models_have_the_gini_asked_for(target):
    for model in (te.incentives.lognormal_stake(target), te.incentives.pareto_stake(target)):
        assert stake_model.model_gini(model) == pytest.approx(target, abs=1e-9)


@pytest.mark.parametrize(
    "model",
    [
        te.incentives.lognormal_stake(0.6),
        te.incentives.pareto_stake(0.3),
        stake_model.StakeModel(1.2, 2.5, 0.05),
    ],
)
def test_closed_forms_agree_with_the_models_own_population(model):
    got = te.incentives.stake_population(model, 100_000)
    assert (np.diff(got) > 0).all()
    assert te.incentives.gini(got) == pytest.approx(stake_model.model_gini(model), abs=2e-3)
    assert te.incentives.top_share(got, wallet_share=0.01) == pytest.approx(
        stake_model.model_top_share(model, 0.01), abs=5e-3
    )
    assert te.incentives.coalition(got).wallet_share == pytest.approx(
        stake_model.model_coalition_share(model), abs=2e-3
    )
    at = [0, 0.3, 0.9, 0.995, 1]
    curve = te.incentives.lorenz(got)
    read = np.interp(at, curve["wallet_share"], curve["stake_share"])
    np.testing.assert_allclose(stake_model.model_lorenz(model, at), read, atol=5e-3)


@given(st.floats(0.01, 0.999))
def test_a_models_coalition_is_where_its_top_share_is_reached(share):
    for model in (
        te.incentives.lognormal_stake(0.6),
        te.incentives.pareto_stake(0.6),
        stake_model.StakeModel(1.2, 2.0, 0.05),
    ):
        wallets = stake_model.model_coalition_share(model, share)
        assert stake_model.model_top_share(model, wallets) == pytest.approx(share, abs=1e-9)


def test_a_seed_gives_the_same_stakes_and_given_uniforms_give_their_quantiles():
    model = te.incentives.fit_stake(0.7, 0.3)
    one, two = (te.incentives.draw_stake(model, 50, rng=np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(
        one, te.incentives.stake_at(model, np.random.default_rng(7).random(50))
    )
    assert te.incentives.stake_at(te.incentives.lognormal_stake(0.7), [0.0, 0.5]).tolist() == [0, 1]
    assert te.incentives.stake_at(te.incentives.pareto_stake(0.7), [0.0]).tolist() == [1]
    seam = 1 - model.tail_share
    below, above = te.incentives.stake_at(model, [seam - 1e-9, seam + 1e-9])
    assert below == pytest.approx(above, rel=1e-5)


PAIRS = st.integers(2, 20).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(1, 10**6), min_size=n, max_size=n)] * 2)
)


@given(PAIRS, st.floats(0, 1), st.floats(0, 10))
def test_reward_rules_pay_out_one_and_have_stake_and_performance_as_their_ends(pair, weight, bonus):
    held, merit = pair
    for rule in (te.incentives.performance_split, te.incentives.composite_score):
        assert rule(held, merit, weight=weight).sum() == pytest.approx(1)
        np.testing.assert_allclose(
            rule(held, merit, weight=0), np.array(held) / sum(held), rtol=1e-12
        )
        np.testing.assert_allclose(
            rule(held, merit, weight=1), np.array(merit) / sum(merit), rtol=1e-12
        )
    trust = np.array(merit) / max(merit)
    assert te.incentives.trust_bonus(held, trust, bonus=bonus).sum() == pytest.approx(1)
    for same in (
        te.incentives.trust_bonus(held, trust, bonus=0),
        te.incentives.trust_bonus(held, np.full(len(held), 0.5), bonus=bonus),
    ):
        np.testing.assert_allclose(same, np.array(held) / sum(held), rtol=1e-12)


def test_reward_rules_by_hand():
    assert te.incentives.performance_split([3, 1], [0, 1], weight=0.5).tolist() == [0.375, 0.625]
    assert te.incentives.composite_score([3, 1], [0, 1], weight=0.5).tolist() == [0, 1]
    assert te.incentives.composite_score([4, 1], [1, 4], weight=0.5).tolist() == pytest.approx(
        [0.5, 0.5]
    )
    assert te.incentives.trust_bonus([3, 1], [0, 1], bonus=2).tolist() == [0.5, 0.5]


def test_correlations_move_from_stake_to_performance_with_the_weight():
    rng = np.random.default_rng(3)
    held, merit = (
        te.incentives.draw_stake(te.incentives.lognormal_stake(0.6), 200, rng=rng),
        rng.random(200),
    )
    paths = [
        te.incentives.reward_correlations(
            held, merit, te.incentives.performance_split(held, merit, weight=w)
        )
        for w in (0, 0.5, 0.9)
    ]
    assert paths[0].stake_reward == pytest.approx(1)
    assert (np.diff([p.stake_reward for p in paths]) < 0).all()
    assert (np.diff([p.performance_reward for p in paths]) > 0).all()


def test_correlations_by_hand_and_by_ranks():
    assert te.incentives.reward_correlations([1, 2, 3], [3, 2, 1], [2, 4, 6]) == pytest.approx(
        (1, -1)
    )
    got = te.incentives.reward_correlations([1, 2, 1000], [1, 3, 2], [1, 8, 27], ranks=True)
    assert got == pytest.approx((1, 0.5))


def test_tables_and_tuples_are_taken_and_left_as_they_were():
    series = pd.Series([3, 2, 1])
    assert (
        te.incentives.concentration(series)
        == te.incentives.concentration((3, 2, 1))
        == te.incentives.concentration(np.array([1, 2, 3], np.uint16))
    )
    mine = np.array([1.0, 5.0])
    (
        te.incentives.cap_stake(mine, 0.5),
        te.incentives.split_below_cap(mine, 1.0),
        te.incentives.concentration(mine),
    )
    assert mine.tolist() == [1, 5]


def test_under_a_cap_those_who_split_keep_what_they_have_the_richest_first():
    held = np.array([1.0, 9.0, 2.0, 5.0, 3.0])
    capped = te.incentives.cap_stake(held, 0.5)
    assert capped.cap == 3
    counted = [
        te.incentives.counted_under_cap(held, 0.5, splitting_share=part).tolist()
        for part in (0.0, 0.5, 1.0)
    ]
    assert counted == [[1, 3, 2, 3, 3], [1, 9, 2, 3, 3], held.tolist()]


# --- refusals

TAKES_STAKE = [
    te.incentives.concentration,
    te.incentives.gini,
    stake.hhi,
    stake.shannon_bits,
    stake.theil_nats,
    te.incentives.nakamoto,
    te.incentives.coalition,
    te.incentives.lorenz,
    te.incentives.cap_stake,
    lambda s: te.incentives.tau(s, 0.5),
    lambda s: te.incentives.top_share(s, count=1),
    lambda s: te.incentives.split_below_cap(s, 1.0),
    lambda s: te.incentives.performance_split(s, [1, 2], weight=0.5),
    lambda s: te.incentives.trust_bonus(s, [1, 1], bonus=1),
    lambda s: te.incentives.reward_correlations(s, [1, 2], [1, 2]),
]
BAD_STAKE = [
    ([], "(0,)"),
    ([1, -2], "-2"),
    ([1, NAN], "nan"),
    ([1, math.inf], "inf"),
    ([0, 0], "0"),
    ([[1, 2]], "(1, 2)"),
    ([[1], [2, 3]], "several"),
    (5, "()"),
    ([True, False], "bool"),
    (["1", "2"], "<U1"),
    ("12", "<U2"),
    (None, "object"),
    ([1, None], "object"),
    ([1j, 2], "complex"),
    ([1e308, 1e308], "1e+308"),
]


@pytest.mark.parametrize("bad, shown", BAD_STAKE, ids=lambda v: repr(v))
@pytest.mark.parametrize("take", TAKES_STAKE)
def test_bad_stake_is_refused_by_every_function(take, bad, shown, refused):
    with refused("stake", shown):
        take(bad)


@pytest.mark.parametrize("bad", [0, -0.1, 1.1, NAN, math.inf, True, "0.5", None])
def test_a_threshold_outside_0_1_is_refused(bad, refused):
    with refused("threshold", bad):
        te.incentives.tau([1, 2], bad)


MODEL, RNG = te.incentives.lognormal_stake(0.5), np.random.default_rng(1)


@pytest.mark.parametrize(
    "field, shown, call",
    [
        ("share", "1", lambda: te.incentives.coalition([1, 2], 1)),
        ("count", "0", lambda: te.incentives.top_share([1], count=0)),
        ("count", "1.5", lambda: te.incentives.top_share([1], count=1.5)),
        ("wallet_share", "0", lambda: te.incentives.top_share([1], wallet_share=0)),
        ("wallet_share", "None", lambda: te.incentives.top_share([1])),
        ("count", "0.5", lambda: te.incentives.top_share([1], count=1, wallet_share=0.5)),
        ("gini", "1", lambda: te.incentives.lognormal_stake(1)),
        ("gini", "0", lambda: te.incentives.pareto_stake(0)),
        ("gini", "'x'", lambda: te.incentives.lognormal_stake("x")),
        ("gini", "nan", lambda: te.incentives.fit_stake(NAN, 0.9)),
        ("top_percent_share", "1.0", lambda: te.incentives.fit_stake(0.9, 1.0)),
        ("tail_share", "0", lambda: te.incentives.fit_stake(0.9, 0.5, tail_share=0)),
        ("top_percent_share", "0.9", lambda: te.incentives.fit_stake(0.5, 0.9)),
        ("wallets", "0", lambda: te.incentives.fit_stake(0.9, 0.5, wallets=0)),
        ("wallets", "2.0", lambda: te.incentives.stake_population(MODEL, 2.0)),
        ("wallets", "10000001", lambda: te.incentives.stake_population(MODEL, 10_000_001)),
        ("wallets", "True", lambda: te.incentives.draw_stake(MODEL, True, rng=RNG)),
        ("rng", "1", lambda: te.incentives.draw_stake(MODEL, 5, rng=1)),
        ("uniforms", "1", lambda: te.incentives.stake_at(MODEL, [0.5, 1.0])),
        ("uniforms", "nan", lambda: te.incentives.stake_at(MODEL, [NAN])),
        ("wallet_share", "1.5", lambda: stake_model.model_lorenz(MODEL, [1.5])),
        ("model", "0.5", lambda: te.incentives.stake_at(0.5, [0.5])),
        (
            "sigma",
            "-1",
            lambda: te.incentives.stake_at(stake_model.StakeModel(-1.0, 2.0, 0.1), [0.5]),
        ),
        (
            "tail_exponent",
            "0.9",
            lambda: stake_model.model_gini(stake_model.StakeModel(1.0, 0.9, 0.1)),
        ),
        (
            "tail_exponent",
            "nan",
            lambda: te.incentives.stake_at(stake_model.StakeModel(1.0, NAN, 0.1), [0.5]),
        ),
        (
            "tail_share",
            "2",
            lambda: te.incentives.stake_at(stake_model.StakeModel(1.0, 2.0, 2), [0.5]),
        ),
        ("quantile", "1.2", lambda: te.incentives.cap_stake([1, 2], 1.2)),
        ("quantile", "0.5", lambda: te.incentives.cap_stake([0, 0, 0, 1], 0.5)),
        ("cap", "0", lambda: te.incentives.split_below_cap([1, 2], 0)),
        ("cap", "nan", lambda: te.incentives.split_below_cap([1, 2], NAN)),
        ("cap", "'1'", lambda: te.incentives.split_below_cap([1, 2], "1")),
        ("cap", "1e-08", lambda: te.incentives.split_below_cap([1, 2], 1e-8)),
        ("cap", "1e-40", lambda: te.incentives.split_below_cap([1e40, 2], 1e-40)),
        ("weight", "-0.1", lambda: te.incentives.performance_split([1], [1], weight=-0.1)),
        ("weight", "nan", lambda: te.incentives.composite_score([1], [1], weight=NAN)),
        ("performance", "2", lambda: te.incentives.performance_split([1], [1, 1], weight=0.5)),
        ("performance", "-1", lambda: te.incentives.composite_score([1], [-1], weight=0.5)),
        ("performance", "0", lambda: te.incentives.composite_score([1, 0], [0, 1], weight=0.5)),
        ("trust", "1.5", lambda: te.incentives.trust_bonus([1], [1.5], bonus=1)),
        ("trust", "2", lambda: te.incentives.trust_bonus([1], [1, 1], bonus=1)),
        ("bonus", "-1", lambda: te.incentives.trust_bonus([1], [1], bonus=-1)),
        ("bonus", "inf", lambda: te.incentives.trust_bonus([1], [1], bonus=math.inf)),
        ("bonus", "'1'", lambda: te.incentives.trust_bonus([1], [1], bonus="1")),
        ("reward", "3", lambda: te.incentives.reward_correlations([1, 2], [1, 2], [1, 2, 3])),
        ("performance", "1", lambda: te.incentives.reward_correlations([1, 2], [1, 1], [1, 2])),
    ],
)
def test_nonsense_is_refused_with_name_rule_and_value(field, shown, call, refused):
    with refused(field, shown):
        call()
