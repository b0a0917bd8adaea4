"""The exact epoch against the chain's own numbers, against Python's unbounded integers, and
against its laws.
"""

import json
import math
import os
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import replay
from hypothesis import given, settings
from hypothesis import strategies as st

from tao_econ import rules_at
from tao_econ.chain import fixed_point as fixed
from tao_econ.chain import yuma_epoch_exact
from tao_econ.chain import yuma_exact as exact
from tao_econ.chain import yuma_exact as subnet

GOLDEN = sorted((Path(__file__).parents[1] / "golden").glob("*.json"))
VECTORS = [
    p
    for p in GOLDEN
    if p.name.startswith(("epoch_", "yuma3_", "math_", "mechanism_", "blocks_until"))
]
SMALL = [p for p in VECTORS if "512" not in p.name]
HEAD, NOV_2023 = rules_at("weighted-pools"), rules_at("2023-11-20")
CLASSIC = replace(HEAD, bonds="classic")
LIQUID = replace(HEAD, liquid_alpha_on=True, bonds_penalty=Fraction(0))
FEW = settings(max_examples=60, deadline=None)


# ---- The chain's numbers ----


@pytest.mark.parametrize("path", VECTORS, ids=lambda p: p.stem)
def test_chain_vector(path):
    checks, unknown = replay.replay(path)
    assert not unknown
    for check in checks:
        assert check.error <= check.tolerance, check
        if "fraction" not in check.quantity and path.stem.startswith("epoch"):
            assert check.tolerance <= 1e-9, check


def test_same_numbers_without_the_compiler():
    ran = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", replay.__file__, *map(str, SMALL)],
        env=os.environ
        | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_an_epoch_of_64_uids_warns_of_nothing_without_the_compiler():
    """Sums of votes wrap at 2³² on purpose; the compiled kernel says nothing of it."""
    code = (
        "import numpy as np, tao_econ as te; r = np.random.default_rng(0); w = r.random((64, 64));"
        "te.chain.yuma_epoch(te.rules_at('2026-09-11'), w, 1e3 * r.random(64), 0 * w)"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", code],
        env=os.environ
        | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr


def test_replay_says_in_one_line_what_is_wrong(tmp_path, capsys):
    good = json.loads((GOLDEN[0].parent / "epoch_test_zero_weights.json").read_text())
    wrong = json.loads(json.dumps(good))
    wrong["expected"]["steps"][3]["emission"] = [500_000_001, 500_000_000]
    far = json.loads(json.dumps(good))
    far["inputs"]["steps"][1]["weights"] = [[], [[7, 65_535]]]
    texts = {
        "wrong": json.dumps(wrong),
        "far": json.dumps(far),
        "cut": '{"kind": "ep',
        "list": "[]",
        "deep": "[" * 100_000,
        "kind": json.dumps(good | {"kind": "poem"}),
        "size": json.dumps(good | {"inputs": {"n": 10**9, "steps": []}}),
        "bare": json.dumps(good | {"inputs": {"n": 2}}),
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
        fails = name == "wrong"
        assert replay.main([str(tmp_path / name)]) == (1 if fails else 2)
        line, total = capsys.readouterr().out.splitlines()
        if fails:
            assert line.startswith(f"FAIL {name}: ") and total == "0 of 1 files pass"
        else:
            assert line.startswith(f"not compared {name}: ")
            assert total == "0 of 0 files pass, 1 not compared"
        assert not line.endswith(": ")
    assert replay.main([str(tmp_path / "missing")]) == 2
    assert replay.main([str(VECTORS[0])]) == 0
    assert replay.main([str(VECTORS[0]), str(tmp_path / "kind")]) == 0


# ---- Arithmetic against unbounded integers ----

Q32 = st.integers(-(1 << 50), 1 << 50)


@FEW
@given(Q32, st.integers(-(1 << 34), 1 << 34))
def test_products_are_floored(a, b):
    assert fixed._mul(a, b) == (a * b) >> 32


@FEW
@given(st.integers(-(1 << 62), 1 << 62) | Q32, st.integers(-(1 << 62), 1 << 62) | Q32 | st.just(0))
def test_quotients_are_cut_toward_zero(a, b):
    exactly = 0 if b == 0 else min((abs(a) << 32) // abs(b), fixed.MAX)
    assert fixed._div(a, b) == (exactly if (a < 0) == (b < 0) else -exactly)


def test_quotients_saturate_at_2_to_the_31_and_no_earlier():
    for integer, bottom in [
        (1 << 30, 1),
        ((1 << 31) - 1, 1),
        ((1 << 31) - 1, 1 << 20),
        (1 << 31, 1),
        (1 << 31, 3),
    ]:
        assert fixed._div(integer * bottom, bottom) == min(integer << 32, fixed.MAX)


@FEW
@given(st.integers(0, (1 << 62) - 1), st.integers(1, (1 << 62) - 1) | st.integers(1, 40))
def test_floor_of_a_ratio(top, bottom):
    assert fixed._floor(top, bottom) == top // bottom


def test_floor_at_whole_ratios_where_floats_guess_wrong():
    random = np.random.default_rng(1)
    pairs = [
        (r, int(random.integers(2, (1 << 62) // r)))
        for r in random.integers(1 << 40, 1 << 50, 400).tolist()
    ]
    for ratio, bottom in [(1_062_640_360_198_331, 2_175), (1_122_322_103_212_316, 2_056), *pairs]:
        top, bottom = np.int64(ratio * bottom), np.int64(bottom)
        assert fixed._floor(top, bottom) == ratio
        assert fixed._floor(top - 1, bottom) == ratio - 1
    for bottom in (3, 5, 7, 2_047):  # beyond what a float guess can hold
        assert fixed._floor(np.int64((1 << 62) - 1), np.int64(bottom)) == ((1 << 62) - 1) // bottom


@FEW
@given(st.integers(-25 << 32, 25 << 32) | st.sampled_from([0, 1 << 32, -1 << 32]))
def test_exponential(x):
    cut = max(min(x, 20 << 32), -20 << 32)
    term = total = 1 << 32
    for i in range(1, 32):
        term = ((term * abs(cut)) >> 32) // i
        total += term
    if cut == 1 << 32:
        total = int(Fraction("2.718281828459045") * 2**23) << 9
    assert fixed._exp_safe(x) == (total if cut >= 0 else (1 << 64) // total)


@FEW
@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 5)), min_size=1, max_size=9),
    st.integers(0, 100),
)
def test_weighted_median_is_the_sorted_definition(votes, percent):
    stake, score = np.array(votes, np.int64).T.copy()
    minority = int(stake.sum()) * percent // 100
    level = fixed._weighted_median(stake, score, minority, 0, int(stake.sum()))
    below, upto = stake[score < level].sum(), stake[score <= level].sum()
    assert level in score
    assert below <= minority < upto or (minority >= stake.sum() and level == score.max())


# ---- Laws of an epoch ----


@st.composite
def subnets(draw):
    n = draw(st.integers(1, 6))
    u16 = st.sampled_from([0, 0, 1, 2, 1_000, 32_768, 65_534, 65_535]) | st.integers(0, 65_535)
    matrix = st.lists(st.lists(u16, min_size=n, max_size=n), min_size=n, max_size=n)
    bits = st.lists(st.booleans(), min_size=n, max_size=n)
    stake = st.sampled_from([0, 0, 1, 2, 10**9, 10**12 + 7, 5 * 10**15])
    blocks = st.lists(st.integers(0, 9), min_size=n, max_size=n)
    rules = replace(
        draw(st.sampled_from([HEAD, CLASSIC, LIQUID, NOV_2023])),
        kappa=draw(st.sampled_from([Fraction(32_767, 65_535), Fraction(1, 65_535), Fraction(1)])),
        bonds_penalty=Fraction(draw(u16), 65_535),
        max_validators=draw(st.integers(0, 6)),
        tempo=draw(st.integers(0, 5)),
    )
    permits = draw(st.none() | bits.map(lambda b: np.array(b, bool)))
    return {
        "weights_u16": np.array(draw(matrix)) * (True if permits is None else permits[:, None]),
        "bonds_u16": np.array(draw(matrix)),
        "rules": rules,
        "stake_rao": np.array(draw(st.lists(stake, min_size=n, max_size=n))),
        "block": draw(st.integers(4, 12)),
        "listed": draw(st.none() | st.just(np.ones((n, n), bool))),
        "permits": permits,
        "last_update": np.array(draw(blocks)),
        "block_at_registration": np.array(draw(blocks)),
        "owner_uid": draw(st.none() | st.integers(0, n - 1)),
        "emission_rao": draw(st.sampled_from([0, 1, 10**9, 2**55])),
    }


@FEW
@given(subnets())
def test_nothing_is_paid_twice(subnet_now):
    epoch = yuma_epoch_exact(**subnet_now)
    given_rao = subnet_now["emission_rao"]
    assert sum(epoch.emission_rao.tolist()) <= given_rao
    assert (
        sum(epoch.miner_emission_rao.tolist()) + sum(epoch.validator_emission_rao.tolist())
        <= given_rao
    )
    for part in (
        epoch.emission_rao,
        epoch.miner_emission_rao,
        epoch.validator_emission_rao,
        epoch.dividends_q32,
    ):
        assert (part >= 0).all()
    for shares in (epoch.dividends_u16, epoch.incentive_u16, epoch.stake_weight_u16):
        assert int(shares.sum(dtype=int)) <= 65_535
    assert not epoch.bonds_u16[~epoch.permits].any()
    assert epoch.permits.sum() <= subnet_now["rules"].max_validators + (
        subnet_now["owner_uid"] is not None
    )


@FEW
@given(subnets(), st.randoms(use_true_random=False))
def test_order_of_miners_does_not_matter(subnet_now, random):
    n = len(subnet_now["stake_rao"])
    subnet_now["stake_rao"] = np.where(np.arange(n) < n // 2, subnet_now["stake_rao"], 0)
    subnet_now |= {
        "owner_uid": None,
        "permits": np.arange(n) < n // 2,
        "rules": replace(HEAD, bonds="classic"),
    }
    subnet_now["weights_u16"][n // 2 :] = 0
    miners = list(range(n // 2, n))
    random.shuffle(miners)
    order = np.array([*range(n // 2), *miners])
    moved = {k: v[order] if isinstance(v, np.ndarray) else v for k, v in subnet_now.items()}
    for name in ("weights_u16", "bonds_u16", "listed"):
        if moved[name] is not None:
            moved[name] = moved[name][:, order]
    before, after = yuma_epoch_exact(**subnet_now), yuma_epoch_exact(**moved)
    for name, was in before._asdict().items():
        if name != "permits":
            now = getattr(after, name)
            assert (now == (was[order] if was.ndim == 1 else was[np.ix_(order, order)])).all(), name


@pytest.mark.parametrize(
    "rules", [HEAD, CLASSIC, LIQUID, NOV_2023], ids=["yuma3", "classic", "liquid", "2023"]
)
def test_degenerate_epochs_pay_by_stake_or_nothing(rules):
    alone = yuma_epoch_exact(rules, [[65_535]], [5], [[0]], emission_rao=100)
    assert alone.emission_rao.tolist() == [100] and alone.incentive_u16.tolist() == [0]
    nothing = np.zeros((3, 3), np.uint16)
    silent = yuma_epoch_exact(rules, nothing, [3, 1, 0], nothing, emission_rao=100)
    assert silent.emission_rao.tolist() == [75, 25, 0] and not silent.consensus_u16.any()
    most = yuma_epoch_exact(rules, [[65_535]], [5], [[0]], emission_rao=fixed.MAX)
    assert most.emission_rao.tolist() == [fixed.MAX]
    poor = yuma_epoch_exact(rules, nothing + 1, [0, 0, 0], nothing, emission_rao=100)
    assert poor.emission_rao.tolist() == [0, 0, 0] and not poor.dividends_u16.any()
    asleep = yuma_epoch_exact(
        rules, nothing, [3, 1, 0], nothing, emission_rao=100, last_update=[0] * 3, block=10**6
    )
    assert asleep.emission_rao.tolist() == [75, 25, 0] and not asleep.active.any()
    half = yuma_epoch_exact(
        rules, nothing, [3, 1, 0], nothing, emission_rao=100, last_update=[0, 9**9, 0], block=9**9
    )
    assert half.emission_rao.tolist() == [0, 100, 0]  # the active stake is paid first


# ---- Rules one by one ----

W = np.array([[0, 0, 40_000, 20_000], [0, 0, 30_000, 30_000], [0] * 4, [0] * 4], np.uint16)
B = np.zeros((4, 4), np.uint16)
STAKE = [6 * 10**12, 5 * 10**12, 0, 0]


def run(rules, weights=W, bonds=B, stake=STAKE, **more):
    return yuma_epoch_exact(rules, weights, stake, bonds, **more)


def test_masks():
    assert run(HEAD).incentive_u16[2] > 0
    alone = W * np.array([[1], [0], [0], [0]], np.uint16)
    one = replace(HEAD, max_validators=1)  # then the other's row is not read
    assert (
        run(one).incentive_u16.tolist()
        == run(HEAD, alone).incentive_u16.tolist()
        != run(HEAD).incentive_u16.tolist()
    )
    new = run(HEAD, block_at_registration=[0, 0, 720, 0])
    assert new.incentive_u16.tolist() == [
        0,
        0,
        0,
        65_535,
    ]  # the masked miner's part goes to the other
    assert run(HEAD, block_at_registration=[0, 0, 719, 0]).incentive_u16[2] > 0
    committed = run(HEAD, block_at_registration=[0, 0, 9, 0], commit_block=[8, 8, -1, -1])
    assert committed.incentive_u16[2] == 0
    assert (
        run(HEAD, block_at_registration=[0, 0, 9, 0], commit_block=[9, -1, -1, -1]).incentive_u16[2]
        > 0
    )
    assert run(HEAD, block_at_registration=[0, 0, 9, 0], commit_block=[0] * 4).incentive_u16[2] == 0


def test_bonds_on_new_miners_are_forgotten():
    bonds = B.copy()
    bonds[:2, 2:] = 30_000
    young = {"block_at_registration": [0, 0, 361, 0], "block": 720, "last_update": [720] * 4}
    assert (
        run(HEAD, bonds=bonds, **young).bonds_u16[0, 2]
        < 10_000
        < run(HEAD, bonds=bonds).bonds_u16[0, 2]
    )
    assert run(HEAD, bonds=bonds, last_step_block=400, **young).bonds_u16[0, 2] > 10_000
    assert run(HEAD, bonds=bonds, last_step_block=361, **young).bonds_u16[0, 2] > 10_000
    assert run(HEAD, bonds=bonds, last_step_block=360, **young).bonds_u16[0, 2] < 10_000
    young["block_at_registration"] = [
        0,
        0,
        360,
        359,
    ]  # a tempo before block 720, and one block earlier
    assert run(HEAD, bonds=bonds, **young).bonds_u16[0, 2:].searchsorted(10_000) == 1
    then = replace(HEAD, bonds_mask="stale_weights")
    assert run(then, bonds=bonds, **young).bonds_u16[0, 2] > 10_000
    young["last_update"] = [360, 361, 0, 0]
    assert run(then, bonds=bonds, **young).bonds_u16[:2, 2].searchsorted(10_000) == 1


def test_bonds_outlive_the_permit_by_one_epoch():
    bonds = B.copy()
    bonds[:2, 2:] = 30_000
    weights = W * np.array([[1], [0], [0], [0]], np.uint16)
    epoch = run(CLASSIC, weights, bonds=bonds, permits=[True, False, False, False])
    assert epoch.dividends_u16[1] > 25_000 and epoch.bonds_u16[1].any()
    assert (
        run(HEAD, weights, bonds=bonds, permits=[True, False, False, False]).dividends_u16[1] == 0
    )


def test_owner_has_privileges_since_2025_and_2026_only():
    weights = W.copy()
    weights[3, 3] = 65_535
    stake = [6 * 10**12, 5 * 10**12, 0, 4 * 10**12]
    rules = replace(HEAD, max_validators=2, stake_threshold_rao=5 * 10**12)
    plain, owned = run(rules, weights, stake=stake), run(rules, weights, stake=stake, owner_uid=3)
    assert not plain.permits[3] and plain.stake_weight_u16[3] == 0
    assert (
        owned.permits[3]
        and owned.stake_weight_u16[3] > 0
        and owned.consensus_u16[3] > plain.consensus_u16[3]
    )
    weights[:2] = 0
    assert (
        run(rules, weights, stake=stake, owner_uid=3, permits=[False] * 4).consensus_u16[3]
        == 65_535
    )
    then = replace(NOV_2023, max_validators=2)
    for a, b in zip(
        run(then, weights, stake=stake), run(then, weights, stake=stake, owner_uid=3), strict=True
    ):
        assert (a == b).all()


def test_owner_scores_itself_a_year_before_its_permit_comes_without_stake():
    weights = W.copy()
    weights[3, 3] = 65_535
    stake = [6 * 10**12, 5 * 10**12, 0, 4 * 10**12]
    between = replace(rules_at("2026-04-22"), max_validators=2, stake_threshold_rao=5 * 10**12)
    poor = run(between, weights, stake=stake, owner_uid=3)
    assert not poor.permits[3] and poor.stake_weight_u16[3] == 0
    rich = replace(between, max_validators=3, stake_threshold_rao=0)
    own = run(rich, weights, stake=stake, owner_uid=3)
    other = run(replace(rich, owner_self_weight=False), weights, stake=stake, owner_uid=3)
    assert own.consensus_u16[3] >= other.consensus_u16[3]
    assert own.incentive_u16[3] > other.incentive_u16[3]


def test_blocks_that_the_rules_never_look_at_are_refused(refused):
    then = rules_at("2025-06-01")
    with refused("last_step_block must be 0 where rules.bonds_mask is not", "400"):
        run(then, last_step_block=400)
    with refused("commit_block must be -1 where rules.commit_mask is False", "8"):
        run(then, commit_block=[8, 8, -1, -1])


def test_2023_gave_permits_without_stake():
    assert run(NOV_2023).permits.tolist() == [True] * 4 and run(HEAD).permits.tolist() == [
        True,
        True,
        False,
        False,
    ]


def test_activity_ends_after_the_cutoff_and_never_within_a_block():
    updated = [100, 101, 5_101, 5_101]
    assert run(HEAD, last_update=updated, block=5_101).active.tolist() == [False, True, True, True]
    short = replace(HEAD, activity_cutoff=Fraction(0))
    assert run(short, last_update=updated, block=5_102).active.tolist() == [
        False,
        False,
        True,
        True,
    ]


def test_clipping_costs_trust_and_emission_ranks_miners():
    # Weights 2/3, 1/3 and 1/2, 1/2 with stakes 6 : 5: the second validator's 1/2 for UID 3 is cut
    # to 1/3.
    epoch = run(NOV_2023)
    assert (
        epoch.trust_u16.tolist() == [0, 0, 65_535, 53_398]
        and epoch.validator_trust_u16.tolist()[1] == 54_612
    )
    paid = epoch.emission_rao
    assert epoch.pruning_u16.tolist() == [round(65_535 * int(x) / int(paid.max())) for x in paid]


def test_silent_stake_does_not_vote():
    stake = [10**12] * 3 + [5 * 10**12]
    weights = np.array([[0, 0, 0, 9], [0, 0, 0, 9], [0, 0, 0, 9], [9, 0, 0, 0]])
    strict = replace(HEAD, kappa=Fraction(1))
    told = run(
        strict,
        weights,
        stake=stake,
        last_update=[360, 360, 360, 0],
        block=9_999,
        block_at_registration=[0] * 4,
    )
    assert not told.active[0] and not told.active[3]  # nobody left
    told = run(strict, weights, stake=stake, last_update=[9_000] * 3 + [1], block=9_999)
    assert told.consensus_u16.tolist() == [0, 0, 0, 65_535]


def test_stake_below_the_threshold_does_not_count():
    assert run(replace(HEAD, stake_threshold_rao=STAKE[0])).stake_weight_u16.tolist() == [
        65_535,
        0,
        0,
        0,
    ]


def test_a_listed_zero_keeps_a_bond_that_a_missing_weight_deletes():
    bonds = B.copy()
    bonds[0, 3] = 40_000
    weights = np.array([[0, 0, 65_535, 0], [0, 0, 65_535, 0], [0] * 4, [0] * 4])
    listed = weights > 0
    assert (
        run(LIQUID, weights, bonds, listed=listed).bonds_u16[0, 3]
        == run(LIQUID, weights, bonds).bonds_u16[0, 3]
        == 0
    )
    listed[0, 3] = True
    assert 0 < run(LIQUID, weights, bonds, listed=listed).bonds_u16[0, 3] < 40_000
    assert (
        run(replace(LIQUID, bonds_penalty=Fraction(1)), weights, bonds, listed=listed).bonds_u16[
            0, 3
        ]
        > 0
    )
    assert (
        run(replace(LIQUID, bonds_penalty=Fraction(1, 2)), weights, bonds, listed=listed).bonds_u16[
            0, 3
        ]
        == 0
    )
    assert run(HEAD, weights, bonds).bonds_u16[0, 3] > 0  # without liquid alpha it fades either way


def test_a_bond_above_its_weight_fades_the_faster_the_further():
    bonds = B.copy()
    bonds[0, 3] = 40_000
    low, high, steepness = LIQUID.alpha_low, LIQUID.alpha_high, LIQUID.alpha_sigmoid_steepness
    gap = 40_000 / 65_535 - 1 / 3  # the weights of UID 0 are 2/3 and 1/3
    rate = low + (high - low) / (1 + math.exp(-steepness * (gap - 0.5)))
    assert run(LIQUID, bonds=bonds).bonds_u16[0, 3] == pytest.approx(
        65_535 / 3 * rate + 40_000 * (1 - rate), abs=2
    )


def test_without_an_entry_there_is_not_the_smallest_bond():
    weights = np.zeros((5, 5), int)
    weights[0, 2:] = 65_535  # UID 1 is silent: a bond of 2⁻³² on each of three miners would pay it
    epoch = run(LIQUID, weights, weights * 0, [*STAKE, 0])
    assert epoch.dividends_q32.tolist() == [1 << 32, 0, 0, 0, 0]


def test_liquid_alpha_where_consensus_is_nothing():
    bonds = B.copy()
    bonds[:2, 3] = 40_000
    weights = np.array([[0, 0, 65_535, 0], [0, 0, 0, 65_535], [0] * 4, [0] * 4])
    cut = run(replace(LIQUID, bonds_penalty=Fraction(1)), weights, bonds).bonds_u16
    assert cut[1, 3] == 0  # a weight clipped to nothing leaves the row, and takes its bond along
    silent = run(LIQUID, weights * 0, bonds).bonds_u16
    assert silent[0, 3] == 35_999  # no consensus anywhere: the fixed rate of a tenth


def test_bonds_reset_only_where_allowed():
    bonds = np.full((3, 3), 7)
    assert subnet.reset_bonds(replace(HEAD, bonds_reset=True), bonds, 1).tolist() == [[7, 0, 7]] * 3
    assert subnet.reset_bonds(HEAD, bonds, 1).tolist() == bonds.tolist()


def test_stored_weights_round_half_up_on_both_sides_of_the_middle():
    assert subnet.stored_weights([1, 2]).tolist() == [32_768, 65_535]
    assert subnet.stored_weights([35_000, 17_500]).tolist() == [
        65_535,
        32_767,
    ]  # its factor was cut first
    assert subnet.stored_weights([32_768, 16_384]).tolist() == [65_535, 32_768]


def test_hyperparameters_as_the_chain_stores_them():
    assert (fixed.q32(Fraction(2, 3)), fixed.q32(Fraction(-2, 3))) == (
        2_863_311_530,
        -2_863_311_530,
    )
    assert fixed.q32(HEAD.kappa) == (32_767 << 32) // 65_535
    assert exact._bond_rate(HEAD) == 429_496_730  # 0.1, to the last of 32 bits
    assert (
        int(HEAD.activity_cutoff * HEAD.tempo)
        == int(rules_at("finney").activity_cutoff * 99)
        == 5_000
    )
    assert (HEAD.bonds, NOV_2023.bonds, HEAD.liquid_alpha_on) == ("yuma3", "classic", False)


# ---- Bad input: one line with name, rule and value ----


@pytest.mark.parametrize(
    ("change", "error", "line"),
    [
        (
            {"weights_u16": W[:, :3]},
            ValueError,
            "weights_u16 must be square with 1 to 4,096 rows, got shape (4, 3)",
        ),
        ({"weights_u16": np.zeros((0, 0), int)}, ValueError, "weights_u16 must be square"),
        ({"weights_u16": [[0, 1], [0]]}, ValueError, "weights_u16 must have rows of one length"),
        ({"weights_u16": W / 2}, TypeError, "weights_u16 must be integer, got float64"),
        ({"weights_u16": W * np.nan}, TypeError, "weights_u16 must be integer, got float64"),
        (
            {"weights_u16": W.astype(int) - 1},
            ValueError,
            "weights_u16 must be in [0, 65535], got -1",
        ),
        (
            {"weights_u16": W.astype(int) + 65_535},
            ValueError,
            "weights_u16 must be in [0, 65535], got 105535",
        ),
        ({"stake_rao": [1.5, 0, 0, 0]}, TypeError, "stake_rao must be integer, got float64"),
        ({"stake_rao": [1, 2, 3]}, ValueError, "stake_rao must have shape (4,), got (3,)"),
        (
            {"stake_rao": [-1, 2, 3, 4]},
            ValueError,
            "stake_rao must be in [0, 9223372036854775807], got -1",
        ),
        (
            {"stake_rao": [2**62] * 4},
            ValueError,
            "stake_rao must sum to less than 2^63, got 18446744073709551616",
        ),
        ({"bonds_u16": B[:3, :3]}, ValueError, "bonds_u16 must have shape (4, 4), got (3, 3)"),
        ({"bonds_u16": B + 0.5}, TypeError, "bonds_u16 must be integer, got float64"),
        ({"listed": W}, TypeError, "listed must be bool, got uint16"),
        ({"permits": [1, 0, 0, 0]}, TypeError, "permits must be bool, got int64"),
        (
            {"permits": np.arange(4) == 0},
            ValueError,
            "weights_u16 must be 0 in rows without a permit, got weights of UID 1",
        ),
        ({"last_update": [1, 2]}, ValueError, "last_update must have shape (4,), got (2,)"),
        (
            {"commit_block": [-2, 0, 0, 0]},
            ValueError,
            "commit_block must be in [-1, 9223372036854775807], got -2",
        ),
        ({"emission_rao": 1.0}, TypeError, "emission_rao must be an integer, got 1.0 (float)"),
        ({"emission_rao": -1}, ValueError, "emission_rao must be >= 0, got -1"),
        ({"block": -1}, ValueError, "block must be >= 0, got -1"),
        ({"owner_uid": 4}, ValueError, "owner_uid must be at most 3, got 4"),
        (
            {"rules": replace(HEAD, alpha_low=Fraction(1))},
            ValueError,
            "alpha_low must be at most alpha_high",
        ),
        (
            {"rules": replace(HEAD, liquid_alpha="per_miner", liquid_alpha_on=True)},
            ValueError,
            "liquid_alpha must be",
        ),
    ],
)
def test_bad_input_is_one_clear_line(change, error, line):
    call = {"weights_u16": W, "stake_rao": STAKE, "bonds_u16": B, "rules": HEAD} | change
    with pytest.raises(error) as caught:
        yuma_epoch_exact(**call)
    assert str(caught.value).startswith(line) and "\n" not in str(caught.value)


@pytest.mark.parametrize("kappa", [Fraction(0), Fraction(6, 5), Fraction(-1, 2)])
def test_kappa_is_a_share_above_nothing(kappa):
    with pytest.raises(ValueError, match=rf"^kappa must be in \(0, 1\], got {kappa}$"):
        replace(HEAD, kappa=kappa)


def test_around_an_epoch_bad_input_is_one_clear_line():
    with pytest.raises(ValueError, match="^uid must be at most 3, got 4"):
        subnet.reset_bonds(HEAD, B, 4)
    with pytest.raises(ValueError, match="^count must be at most 255, got 300"):
        subnet.split_among_mechanisms(1, 300)
    with pytest.raises(ValueError, match=r"^split_u16 must have shape \(2,\), got \(1,\)"):
        subnet.split_among_mechanisms(1, 2, [65_535])
    with pytest.raises(ValueError, match="^weights_u16 must be in"):
        subnet.stored_weights([70_000])
    assert subnet.within_max_weight([1, 1], 32_768) and not subnet.within_max_weight([1, 1], 32_767)


def test_a_row_of_weights_and_its_limit_are_refused_by_name():
    with pytest.raises(ValueError, match=r"^weights_u16 must be one-dimensional, got shape \(\)$"):
        subnet.stored_weights(5)
    with pytest.raises(ValueError, match="^max_weight_u16 must be at most 65,535, got 65536$"):
        subnet.within_max_weight([1, 1], 65_536)
    with pytest.raises(ValueError, match=r"^block must be >= 0, got -1$"):
        subnet.blocks_until_next_epoch(0, 0, -1)
