"""The scenario tree: the published table, its sensitivity, its noise and refusals."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tao_econ as te
from tao_econ.inputs import data

RULES = te.rules_at("2026-09-11")
OPENAI = "next OpenAI"


def tree_of(odds, fdv):
    return pd.DataFrame(
        {"branch": [f"b{i}" for i in range(len(odds))], "probability": odds, "fdv_bn_usd": fdv}
    )


# --- published numbers


def test_models_md_v1_the_published_tree_gives_3_30526_157_39_and_a_third_below_spot():
    got = te.economy.scenario_tree(
        RULES, spot_usd=236.0
    )  # spot as printed with the table, 2024-01-07
    assert got.fdv_usd / 1e9 == pytest.approx(3.30526, abs=1e-9)
    assert got.price_usd == pytest.approx(157.39, abs=5e-3)
    assert got.gap_to_spot == pytest.approx(-0.3331, abs=5e-5)


def test_models_md_33_contributions_of_the_branches():
    branches = te.economy.scenario_tree(RULES, spot_usd=236.0).branches
    published = [0.186, 0.135, 1.200, 0.200, 1.156, 0.340, 0.08826]
    assert (branches["contribution_usd"] / 1e9).tolist() == pytest.approx(published, abs=1e-9)
    share = branches.set_index("branch")["share"]
    assert share[OPENAI] == pytest.approx(0.36, abs=5e-3) and share.sum() == pytest.approx(1)


def test_three_percent_for_openai_are_worth_4_5_bn_by_themselves():
    got = te.economy.tree_sensitivity(RULES, OPENAI, [0.0, 0.008, 0.03])
    rest = (3.30526 - 1.2) / 0.992  # mean of the other branches, bn USD
    assert got.tolist() == pytest.approx(
        [rest * 1e3 / 21, 157.39333, (4.5 + 0.97 * rest) * 1e3 / 21], rel=1e-7
    )


def test_the_spot_of_236_asked_for_1_9_percent_of_openai_in_place_of_0_8():
    got = te.economy.tree_break_even(RULES, OPENAI, spot_usd=236.0)
    assert got == pytest.approx(0.01916, abs=5e-6)
    assert te.economy.tree_sensitivity(RULES, OPENAI, [got])[0] == pytest.approx(236.0)


def test_the_close_of_that_day_was_219_39_and_the_gap_28_percent():
    closes = data.load("tao_weekly").set_index("date")["close_usd"]
    assert closes["2024-01-07"] == 219.39
    assert te.economy.scenario_tree(RULES, spot_usd=219.39).gap_to_spot == pytest.approx(
        -0.2826, abs=5e-5
    )


def test_without_bitcoin_and_ethereum_a_tenth_of_the_price_goes():
    kept = te.economy.without_smallest(count=2)
    assert kept["branch"].tolist() == data.load("scenario_tree")["branch"].tolist()[2:]
    assert kept["probability"].sum() == pytest.approx(1)
    got = te.economy.scenario_tree(RULES, spot_usd=236.0, tree=kept).price_usd
    assert got == pytest.approx(
        (3.30526 - 0.186 - 0.135) / 0.9993 * 1e3 / 21
    ) and got == pytest.approx(142.21, abs=5e-3)


def test_the_outcomes_of_the_tree_lie_far_from_its_mean():
    got = te.economy.scenario_tree(RULES, spot_usd=236.0)
    assert (got.p10_usd * 21e6, got.p50_usd * 21e6, got.p90_usd * 21e6) == pytest.approx(
        (0.2e9, 1.7e9, 3.4e9)
    )
    table = data.load("scenario_tree")
    variance = np.sum(table["probability"] * (table["fdv_bn_usd"] - 3.30526) ** 2)
    assert (
        got.spread_usd == pytest.approx(math.sqrt(variance) * 1e9 / 21e6)
        and got.spread_usd > 5 * got.price_usd
    )


# --- noise


@pytest.mark.parametrize("concentration", [10.0, 100.0, 5_000.0])
def test_noise_has_the_mean_of_the_tree_and_the_dirichlet_variance(concentration):
    noise = te.economy.tree_noise(RULES, concentration=concentration, draws=65_536, seed=3)
    clean = te.economy.scenario_tree(RULES, spot_usd=236.0)
    assert abs(noise.mean_usd - clean.price_usd) < 4 * noise.mean_se
    spread = clean.spread_usd / math.sqrt(concentration + 1)  # closed form
    assert noise.mean_se * math.sqrt(noise.draws) == pytest.approx(spread, rel=0.12)


def test_standard_errors_of_the_quantiles_are_those_seen_over_seeds():
    runs = [te.economy.tree_noise(RULES, draws=1_024, seed=seed) for seed in range(200)]
    for name in ("mean", "p10", "p50", "p90"):
        seen = np.std([getattr(run, f"{name}_usd") for run in runs])
        told = np.mean([getattr(run, f"{name}_se") for run in runs])
        assert told == pytest.approx(seen, rel=0.2), name


def test_noise_is_the_same_for_the_same_seed_and_shrinks_with_draws():
    one, two, other = (te.economy.tree_noise(RULES, seed=seed) for seed in (1, 1, 2))
    assert one == two and one != other and one.p10_usd < one.p50_usd < one.p90_usd
    many = te.economy.tree_noise(RULES, draws=16 * 4_096, seed=1)
    assert many.mean_se == pytest.approx(one.mean_se / 4, rel=0.25)


def test_a_branch_that_cannot_come_true_stays_impossible_under_noise():
    tree = tree_of([0.0, 0.5, 0.5], [1e6, 1.0, 1.0])
    got = te.economy.tree_noise(RULES, tree=tree)
    assert got.mean_usd == pytest.approx(1e9 / 21e6) and got.mean_se == pytest.approx(0, abs=1e-12)


# --- laws

WEIGHTS = st.lists(st.tuples(st.integers(1, 1_000), st.floats(0, 1_000)), min_size=2, max_size=12)


@given(WEIGHTS)
def test_expected_value_lies_between_the_branches_and_contributions_add_up(pairs):
    weight, fdv = np.array(pairs).T
    got = te.economy.scenario_tree(RULES, spot_usd=100.0, tree=tree_of(weight / weight.sum(), fdv))
    assert fdv.min() * 1e9 <= got.fdv_usd * (1 + 1e-9) + 1e-9 and got.fdv_usd <= fdv.max() * 1e9 * (
        1 + 1e-9
    )
    assert got.branches["contribution_usd"].sum() == pytest.approx(got.fdv_usd)
    assert got.p10_usd <= got.p50_usd <= got.p90_usd and got.spread_usd >= 0
    assert got.gap_to_spot == pytest.approx(got.price_usd / 100 - 1)


@given(WEIGHTS, st.floats(0, 1))
def test_sensitivity_at_its_own_odds_is_the_tree_and_it_moves_towards_the_branch(pairs, other):
    weight, fdv = np.array(pairs).T
    tree = tree_of(weight / weight.sum(), fdv)
    own = tree["probability"][0]
    at_own, at_other, sure = te.economy.tree_sensitivity(RULES, "b0", [own, other, 1.0], tree=tree)
    assert at_own == pytest.approx(
        te.economy.scenario_tree(RULES, spot_usd=1.0, tree=tree).price_usd
    )
    assert sure == pytest.approx(fdv[0] * 1e9 / 21e6)
    changed = tree.assign(probability=np.append(other, weight[1:] / weight[1:].sum() * (1 - other)))
    assert at_other == pytest.approx(
        te.economy.scenario_tree(RULES, spot_usd=1.0, tree=changed).price_usd, abs=1e-9
    )


@given(WEIGHTS, st.integers(0, 11))
def test_removing_branches_keeps_the_odds_of_the_others_to_each_other(pairs, count):
    weight, fdv = np.array(pairs).T
    tree = tree_of(weight / weight.sum(), fdv)
    count = min(count, len(tree) - 1)
    kept = te.economy.without_smallest(tree, count=count).merge(
        tree, on="branch", suffixes=("", "_before")
    )
    assert len(kept) == len(tree) - count
    scale = kept["probability"] / kept["probability_before"]
    assert scale.to_numpy() == pytest.approx(scale[0]) and kept[
        "probability"
    ].sum() == pytest.approx(1)
    gone = tree[~tree["branch"].isin(kept["branch"])]
    assert not len(gone) or gone["probability"].max() <= kept["probability_before"].min()


def test_a_tree_of_nothing_is_worth_nothing():
    got = te.economy.scenario_tree(RULES, spot_usd=1.0, tree=tree_of([0.5, 0.5], [0.0, 0.0]))
    assert (got.price_usd, got.gap_to_spot, got.spread_usd) == (0, -1, 0) and (
        got.branches["share"] == 0
    ).all()


# --- refusals


@pytest.mark.parametrize(
    "name, shown, call",
    [
        (
            "probability",
            "0.9",
            lambda: te.economy.scenario_tree(RULES, spot_usd=1, tree=tree_of([0.5, 0.4], [1, 1])),
        ),
        (
            "probability",
            "-0.5",
            lambda: te.economy.scenario_tree(RULES, spot_usd=1, tree=tree_of([-0.5, 1.5], [1, 1])),
        ),
        (
            "probability",
            "nan",
            lambda: te.economy.scenario_tree(
                RULES, spot_usd=1, tree=tree_of([math.nan, 1], [1, 1])
            ),
        ),
        (
            "fdv_bn_usd",
            "-1",
            lambda: te.economy.scenario_tree(RULES, spot_usd=1, tree=tree_of([0.5, 0.5], [1, -1])),
        ),
        (
            "tree",
            "branch, probability",
            lambda: te.economy.scenario_tree(RULES, spot_usd=1, tree=tree_of([1], [1]).iloc[:, :2]),
        ),
        ("tree", "list", lambda: te.economy.scenario_tree(RULES, spot_usd=1, tree=[1])),
        ("spot_usd", "0", lambda: te.economy.scenario_tree(RULES, spot_usd=0)),
        ("spot_usd", "nan", lambda: te.economy.scenario_tree(RULES, spot_usd=math.nan)),
        (
            "branch",
            "did you mean 'next OpenAI'",
            lambda: te.economy.tree_sensitivity(RULES, "next openai", [0.1]),
        ),
        ("probabilities", "1.1", lambda: te.economy.tree_sensitivity(RULES, OPENAI, [1.1])),
        (
            "probability",
            "1",
            lambda: te.economy.tree_sensitivity(RULES, "b0", [0.1], tree=tree_of([1.0], [1.0])),
        ),
        ("spot_usd", "10", lambda: te.economy.tree_break_even(RULES, OPENAI, spot_usd=10)),
        ("spot_usd", "1e+06", lambda: te.economy.tree_break_even(RULES, OPENAI, spot_usd=1e6)),
        (
            "spot_usd",
            "1",
            lambda: te.economy.tree_break_even(
                RULES, "b0", spot_usd=1, tree=tree_of([0.5, 0.5], [1, 1])
            ),
        ),
        ("count", "7", lambda: te.economy.without_smallest(count=7)),
        ("count", "-1", lambda: te.economy.without_smallest(count=-1)),
        ("count", "2.0", lambda: te.economy.without_smallest(count=2.0)),
        ("concentration", "0", lambda: te.economy.tree_noise(RULES, concentration=0)),
        ("concentration", "inf", lambda: te.economy.tree_noise(RULES, concentration=math.inf)),
        ("draws", "99", lambda: te.economy.tree_noise(RULES, draws=99)),
        ("seed", "-1", lambda: te.economy.tree_noise(RULES, seed=-1)),
    ],
)
def test_nonsense_is_refused_with_name_rule_and_value(name, shown, call, refused):
    with refused(name, shown):
        call()
