"""The fast epoch against the exact one, against the chain's Yuma3 numbers, and against its laws."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import replay_epochs
from hypothesis import given, settings
from hypothesis import strategies as st

from tao_econ import rules_at
from tao_econ.chain import yuma as consensus
from tao_econ.chain import yuma_epoch, yuma_epoch_exact, yuma_run
from tao_econ.chain import yuma_kernels as kernels

HEAD, NOV_2023 = rules_at("yuma3"), rules_at("2023-11-20")
CLASSIC = replace(HEAD, bonds="classic")
LIQUID = replace(HEAD, liquid_alpha_on=True, bonds_penalty=Fraction(0))
KINDS = {"yuma3": HEAD, "classic": CLASSIC, "liquid": LIQUID, "2023": NOV_2023}
YUMA3 = sorted((Path(__file__).parents[1] / "golden").glob("yuma3_*.json"))
MANY = settings(max_examples=80, deadline=None)


def both(weights, stake, bonds, rules, **more):
    """The same epoch in float and in integers; bonds are u16, ÷ 65,535 where they are shares of
    one.
    """
    exact = yuma_epoch_exact(rules, weights, stake, bonds, **more)
    return yuma_epoch(rules, weights, stake, np.asarray(bonds) / 65_535, **more), exact


def assert_agree(fast, exact):
    for name in ("consensus", "incentive", "dividends"):
        worst = abs(getattr(fast, name) - getattr(exact, f"{name}_q32") / 2**32).max()
        assert worst <= 1e-6, (name, worst)
    for name in ("validator_trust", "bonds"):  # stored as u16 only
        worst = abs(
            np.minimum(getattr(fast, name), 1) * 65_535 - getattr(exact, f"{name}_u16")
        ).max()
        assert worst <= 1.5, (name, worst)
    assert abs(fast.emission_share - exact.emission_rao / 1e9).max() <= 1e-6


# ---- Against the exact epoch ----


@st.composite
def subnets(draw):
    n = draw(st.integers(1, 40))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    shape = draw(st.sampled_from(["any", "few", "sparse", "equal"]))
    weights = random.integers(0, 65_536, (n, n))
    if shape == "few":
        weights = random.choice([0, 1, 32_768, 65_535], (n, n))
    if shape == "sparse":
        weights *= random.random((n, n)) < 0.2
    if shape == "equal":
        weights[:] = weights[0]
    weights[random.random(n) < draw(st.sampled_from([0, 0.5]))] = 0
    weights[:, random.random(n) < draw(st.sampled_from([0, 0.5]))] = 0
    bonds = random.integers(0, 65_536, (n, n)) * (
        random.random((n, n)) < draw(st.sampled_from([0, 0.3, 1]))
    )
    stake = {
        "any": random.integers(10**9, 10**15, n),
        "equal": np.full(n, 10**12),
        "none": np.zeros(n, np.int64),
        "some": random.choice([0, 0, 10**12, 3 * 10**12], n),
        "one": np.eye(n, dtype=np.int64)[0] * 7 * 10**12,
    }[draw(st.sampled_from(["any", "any", "equal", "equal", "some", "one", "none"]))]
    rules = replace(
        KINDS[draw(st.sampled_from(list(KINDS)))],
        kappa=draw(
            st.sampled_from(
                [HEAD.kappa, HEAD.kappa, Fraction(1, 65_535), Fraction(3, 5), Fraction(1)]
            )
        ),
        bonds_penalty=draw(st.sampled_from([Fraction(0), Fraction(1), Fraction(1, 2)])),
        bonds_moving_average=draw(st.sampled_from([Fraction(9, 10), Fraction(0), Fraction(1)])),
        max_validators=draw(st.sampled_from([3, 20, 64])),
    )
    more = {}
    if draw(st.booleans()):
        more = {"permits": random.random(n) < 0.7, "listed": random.random((n, n)) < 0.8}
        weights[~more["permits"]] = 0
    return {
        "weights": weights * more.get("listed", 1),
        "stake": stake,
        "bonds": bonds,
        "rules": rules,
    } | more


@MANY
@given(subnets())
def test_agrees_with_the_exact_epoch(subnet_now):
    fast, exact = both(**subnet_now)
    assert all(np.isfinite(x).all() for x in fast)
    assert_agree(fast, exact)


@pytest.mark.parametrize("rules", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize(
    "votes, supported", [((32_767, 32_768), True), ((32_766, 32_769), False), ((1, 1), True)]
)
def test_a_stake_of_exactly_kappa_supports_a_weight(rules, votes, supported):
    weights = np.array([[0, 0, 3, 1], [0, 0, 1, 3], [0] * 4, [0] * 4])
    fast, exact = both(weights, [*votes, 0, 0], np.zeros((4, 4), int), rules)
    assert_agree(fast, exact)
    assert fast.consensus[2] == (0.75 if supported else 0.25)


@pytest.mark.parametrize("n", [4, 6, 10, 12, 14, 34])
def test_half_of_equal_stakes_supports_a_weight(n):
    weights = np.zeros((n + 2, n + 2), int)
    weights[:n, n:] = 1, 3
    weights[: n // 2, n:] = 3, 1
    fast, exact = both(weights, [10**12] * n + [0, 0], np.zeros_like(weights), HEAD)
    assert_agree(fast, exact)
    assert fast.consensus[n:].tolist() == [0.75, 0.75]


def test_256_uids_agree():
    random = np.random.default_rng(5)
    weights, bonds = random.integers(0, 65_536, (2, 256, 256))
    stake = random.integers(10**10, 10**15, 256)
    for rules in KINDS.values():
        assert_agree(*both(weights, stake, bonds, rules))
        assert_agree(*both(weights, stake, bonds, replace(rules, max_validators=256)))


@MANY
@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 60)), min_size=1, max_size=40),
    st.integers(1, 100),
)
def test_consensus_is_the_largest_supported_weight(votes, percent):
    stake, score = np.ascontiguousarray(np.array(votes, float).T)  # rows, as the kernel's own
    score = np.where(
        score > 50, 1.0, 2.0**-score
    )  # crowded at the bottom: halving alone does not get there
    stake /= 1024
    need = min(percent / 100 * stake.sum(), stake.sum())
    right, who = max(v for v in score if stake[score >= v].sum() >= need), np.arange(len(votes))
    for near, level in ((False, np.empty(2)), (True, np.zeros(2)), (True, np.array([right, 0.0]))):
        kernels._consensus(np.column_stack([score, 0 * score]), who, stake, need, near, level)
        assert level.tolist() == [right, 0.0]
    level = np.full(16, right)  # of the epoch before: one in sixteen is not right any more
    level[3] = score.min() / 2
    kernels._consensus(np.column_stack([score] * 16), who, stake, need, True, level)
    assert level.tolist() == [right] * 16


def test_one_step_of_the_grid_short_of_kappa_supports_nothing():
    level = np.empty(1)
    votes = np.array([2**31 - 1, 2**31 + 1]) / 2**32
    kernels._consensus(np.array([[0.75], [0.25]]), np.arange(2), votes, 0.5, False, level)
    assert level.tolist() == [0.25]


@pytest.mark.parametrize("steepness", [1.0, 10.0, 40.0, 1_000.0])
def test_a_liquid_rate_is_the_sigmoid_to_2e_10(steepness):
    law = consensus._law(LIQUID, None, "current")
    law = law._replace(low=0.0, high=1.0, steepness=steepness, grid=kernels.FINEST)
    gap, rate = np.linspace(0, 1, 1_001), np.empty(1_001)
    kernels._rates(gap * law.grid, 0 * gap, 0 * gap, law, rate)
    cut = np.clip(steepness * (gap - 0.5), -20, 20)
    assert abs(rate - 1 / (1 + np.exp(-cut))).max() <= 2e-10


# ---- Runs against the exact epoch, repeated ----


def long_run(rotating, epochs=120, validators=8, miners=240):
    """(epochs, n, n) u16 weights near an agreed worth, and stake; with `rotating` one validator
    after the other says something of its own for ten epochs.
    """
    random = np.random.default_rng(7)
    worth = np.exp(random.standard_normal(miners))
    agreed = worth * np.exp(0.3 * random.standard_normal((validators, miners)))
    n = validators + miners
    weights = np.zeros((epochs if rotating else 1, n, n), np.int64)
    for t in range(len(weights)):
        said = agreed.copy()
        if rotating:
            said[t // 10 % validators] = np.exp(random.standard_normal(miners))
        weights[t, :validators, validators:] = said / said.max(axis=1, keepdims=True) * 65_535
    stake = np.zeros(n, np.int64)
    stake[:validators] = random.integers(10**12, 10**14, validators)
    return weights, stake


def exact_run(rules, weights, stake, epochs):
    """Dividends (epochs, n) and the last bonds of the exact epoch, each from the bonds before."""
    bonds = np.zeros(weights.shape[1:], np.int64)
    dividends = []
    for t in range(epochs):
        epoch = yuma_epoch_exact(rules, weights[t % len(weights)], stake[t % len(stake)], bonds)
        dividends.append(epoch.dividends_q32 / 2**32)
        bonds = epoch.bonds_u16
    return np.array(dividends), bonds


# dividends of real-valued bonds are off by at least this: the drift that u16 bonds do not have
DRIFT = {"yuma3": (1e-4, 5e-4), "classic": (1e-6, 5e-5), "liquid": (5e-6, 5e-5)}


@pytest.mark.parametrize("name", DRIFT)
@pytest.mark.parametrize("rotating", [False, True], ids=["steady", "rotating"])
def test_120_epochs_are_the_exact_epoch_repeated(name, rotating):
    rules = {**KINDS, "liquid": replace(HEAD, liquid_alpha_on=True)}[name]
    weights, stake = long_run(rotating)
    dividends, bonds = exact_run(rules, weights, stake[None], 120)
    said = weights if rotating else weights[0]
    path = yuma_run(rules, said, stake, epochs=120)
    assert abs(path.dividends - dividends).max() <= 1e-6
    assert np.rint(path.bonds * 65_535).tolist() == bonds.tolist()
    real = yuma_run(rules, said, stake, epochs=120, real_bonds=True)
    assert abs(real.dividends - dividends).max() > DRIFT[name][rotating]


@pytest.mark.parametrize("name", KINDS)
def test_small_runs_with_equal_stakes_and_round_shares_keep_the_chains_bonds(name):
    """Quotients that are a whole step: what a float that is a hair too low would lose."""
    for seed in range(6):
        random = np.random.default_rng(seed)
        weights = np.zeros((1, 7, 7), np.int64)
        weights[0, :4, 3:] = random.integers(0, 4, (4, 4))
        stake = np.zeros(7, np.int64)
        stake[:4] = random.choice([1, 2, 3, 5], 4) * 10**12
        dividends, bonds = exact_run(KINDS[name], weights, stake[None], 30)
        path = yuma_run(KINDS[name], weights[0], stake, epochs=30)
        assert abs(path.dividends - dividends).max() <= 1e-6, seed
        assert np.rint(path.bonds * 65_535).tolist() == bonds.tolist(), seed


@pytest.mark.parametrize("variant", ["classic", "yuma3", "yuma1", "yuma2b", "yuma2c"])
def test_stake_before_each_epoch_is_a_loop_of_epochs_exactly(variant):
    random = np.random.default_rng(3)
    weights = np.zeros((9, 12, 12))
    weights[:, :4, 4:] = random.random((9, 4, 8))
    stakes = np.zeros((9, 12))
    stakes[:, :4] = random.random((9, 4))
    path = yuma_run(HEAD, weights, stakes, epochs=9, variant=variant)
    bonds = np.zeros((12, 12))
    permits = None
    before = weights[0]
    for t in range(9):
        given = {"variant": variant, "permits": permits, "previous_weights": before}
        epoch = yuma_epoch(HEAD, weights[t], stakes[t], bonds, **given)
        assert path.stake[t].tolist() == stakes[t].tolist()
        for row in ("consensus", "incentive", "dividends", "emission_share"):
            assert getattr(path, row)[t].tolist() == getattr(epoch, row).tolist(), (t, row)
        bonds = epoch.bonds
        before = weights[t]
        permits = epoch.stake > 0
    assert path.bonds.tolist() == bonds.tolist()


def test_stake_before_each_epoch_follows_the_chain():
    weights, stake = long_run(False)
    stakes = stake * np.random.default_rng(1).integers(1, 9, (12, len(stake)))
    dividends, _ = exact_run(HEAD, weights, stakes, 12)
    path = yuma_run(HEAD, weights[0], stakes, epochs=12)
    assert abs(path.dividends - dividends).max() <= 1e-6


def test_real_bonds_are_no_multiples_of_a_u16_and_stored_ones_are():
    weights, stake = long_run(False)
    for rules in KINDS.values():
        for real in (False, True):
            bonds = yuma_run(rules, weights[0], stake, epochs=3, real_bonds=real).bonds * 65_535
            assert (abs(bonds - np.rint(bonds)) < 1e-9).all() != real


def worst_of_one_epoch(rules, weights_among, probability, examples=150):
    """Largest error of incentive and of dividends of random epochs, and how many bonds differ."""
    random = np.random.default_rng(1)
    incentive = dividends = 0.0
    other = 0
    for _ in range(examples):
        validators = int(random.integers(1, 6))
        n = validators + int(random.integers(1, 20))
        weights, bonds = np.zeros((2, n, n), np.int64)
        shape = validators, n - validators
        weights[:validators, validators:] = random.choice(weights_among, shape, p=probability)
        bonds[:validators, validators:] = random.choice([0, 1, 9_000, 65_535], shape)
        stake = np.zeros(n, np.int64)
        stake[:validators] = random.integers(10**8, 10**15, validators)
        fast, exact = both(weights, stake, bonds, rules)
        incentive = max(incentive, abs(fast.incentive - exact.incentive_q32 / 2**32).max())
        dividends = max(dividends, abs(fast.dividends - exact.dividends_q32 / 2**32).max())
        other += (np.rint(fast.bonds * 65_535) != exact.bonds_u16).sum()
    return incentive, dividends, other


EXTREME = {
    f"{name} {label}": replace(rules, **change)
    for name, rules in {"classic": CLASSIC, "yuma3": HEAD}.items()
    for label, change in {
        "at 0.999999": {"bonds_moving_average": Fraction(999_999, 10**6)},
        "at 0.999": {"bonds_moving_average": Fraction(999, 1000)},
    }.items()
} | {
    f"liquid {steepness} {low}": replace(
        LIQUID,
        alpha_sigmoid_steepness=Fraction(steepness),
        alpha_low=Fraction(low),
        alpha_high=Fraction(1),
    )
    for steepness in (10, 40, 328, -328)
    for low in ("0", "7/10")
}


@pytest.mark.parametrize("rules", EXTREME.values(), ids=EXTREME)
def test_extreme_rules_stay_near_the_bound(rules):
    """A rate of liquid alpha that falls to a few steps of 2⁻³² does worst."""
    incentive, dividends, other = worst_of_one_epoch(rules, np.arange(1, 65_536), None)
    falls_to_nothing = rules.liquid_alpha_on and rules.alpha_low == 0
    assert incentive <= 2e-8 and dividends <= (2e-6 if falls_to_nothing else 2e-8)
    assert other == 0


@pytest.mark.parametrize("rules", KINDS.values(), ids=KINDS)
def test_tiny_weights_beside_full_ones_are_where_the_bound_ends(rules):
    tiny = [0, 1, 2, 65_535], [0.2, 0.5, 0.2, 0.1]
    incentive, dividends, _ = worst_of_one_epoch(rules, *tiny)
    assert 1e-6 < incentive <= 3e-5 and 1e-6 < dividends <= 1e-5


# ---- The chain's own numbers ----


@pytest.mark.parametrize("path", YUMA3, ids=lambda p: p.stem)
def test_yuma3_vector(path, monkeypatch):
    vector, seen, state = json.loads(path.read_text()), [], {}

    def follow(rules, weights, stake, bonds, *, listed, permits, **_):
        """Replay in floats next to the exact run, from the fast epoch's own bonds."""
        fast = yuma_epoch(
            rules,
            weights,
            stake,
            state.get("bonds", bonds / 65_535),
            listed=listed,
            permits=permits,
        )
        state["bonds"] = fast.bonds
        seen.append(
            (fast, exact_epoch(rules, weights, stake, bonds, listed=listed, permits=permits, **_))
        )
        return seen[-1][1]

    exact_epoch = replay_epochs.exact.yuma_epoch_exact
    monkeypatch.setattr(replay_epochs.exact, "yuma_epoch_exact", follow)
    expected = vector["expected"]["steps"]
    assert len(list(replay_epochs.epochs(vector))) == len(expected) >= 6
    asserted = 0
    for (fast, exact), step in zip(seen, expected, strict=True):
        assert abs(fast.bonds - exact.bonds_u16 / 65_535).max() <= 1e-3
        for name, wanted in step.items():
            got = {"dividends_fraction": fast.dividends, "incentive_fraction": fast.incentive}.get(
                name
            )
            if got is not None:
                asserted += 1
                assert (
                    max(abs(g - w) for g, w in zip(got, wanted, strict=True) if w is not None)
                    <= 1e-3
                )
            if name == "bonds_fraction":
                asserted += 1
                table = fast.bonds[: len(wanted), -len(wanted[0]) :]
                assert abs(table - np.array(wanted, float)).max() <= 1e-3
    assert asserted


# ---- Laws ----


@MANY
@given(subnets(), st.integers(0, 2**32), st.sampled_from([2.0**-40, 0.3, 1e9]))
def test_laws_of_an_epoch(subnet_now, seed, unit):
    subnet_now = subnet_now | {"bonds": subnet_now["bonds"] / 65_535}
    n, rules = len(subnet_now["stake"]), replace(subnet_now["rules"], max_validators=64)
    subnet_now["rules"] = rules
    subnet_now["real_bonds"] = True  # a bond cut to a u16 may fall a step lower in another unit
    epoch = yuma_epoch(**subnet_now)
    for shares in (epoch.incentive, epoch.dividends, epoch.emission_share):
        assert (shares >= 0).all() and (abs(shares.sum() - 1) < 1e-12 or not shares.any())
    given_weights = subnet_now["weights"] * (1 - np.eye(n, dtype=int))
    proportions = given_weights / np.maximum(given_weights.sum(axis=1, keepdims=True), 1)
    clipped = np.minimum(proportions, epoch.consensus).sum(axis=1)
    assert (abs(epoch.validator_trust - clipped) < 1e-12)[epoch.validator_trust > 0].all() and (
        clipped <= 1 + 1e-12
    ).all()
    assert (epoch.consensus <= proportions.max(axis=0) + 1e-12).all() and (
        epoch.trust <= 1 + 1e-12
    ).all()

    order = np.random.default_rng(seed).permutation(n)
    moved = {k: v[order] if isinstance(v, np.ndarray) else v for k, v in subnet_now.items()}
    for name in {"weights", "bonds", "listed"} & set(moved):
        moved[name] = moved[name][:, order]
    scaled = subnet_now | {
        "stake": subnet_now["stake"] * unit,
        "weights": subnet_now["weights"] * unit,
    }
    for name, was in epoch._asdict().items():
        at_home = was[order] if was.ndim == 1 else was[np.ix_(order, order)]
        assert np.allclose(getattr(yuma_epoch(**moved), name), at_home, rtol=1e-9, atol=1e-12), name
        assert np.allclose(getattr(yuma_epoch(**scaled), name), was, rtol=1e-6, atol=1e-8), name


@pytest.mark.parametrize("rules", KINDS.values(), ids=KINDS)
def test_degenerate_epochs_pay_by_stake_or_nothing(rules):
    nothing = np.zeros((3, 3))
    assert yuma_epoch(rules, [[1.0]], [5.0], [[0.0]]).emission_share.tolist() == [1]
    assert yuma_epoch(rules, nothing, [3, 1, 0], nothing).emission_share.tolist() == [0.75, 0.25, 0]
    active = np.array([False, True, True])
    assert yuma_epoch(
        rules, nothing, [3, 1, 0], nothing, active=active
    ).emission_share.tolist() == [0, 1, 0]
    nobody = yuma_epoch(rules, nothing, [3, 1, 0], nothing, active=~np.ones(3, bool))
    assert nobody.emission_share.tolist() == [0.75, 0.25, 0]
    poor = yuma_epoch(rules, nothing + 1, [0, 0, 0], nothing)
    assert not any(x.any() for x in poor if x is not poor.validator_trust and x.ndim == 1)
    tiny = yuma_epoch(
        rules, nothing + [5e-324, 1e300, 1e-300], [5e-324, 1e300, 1], nothing + 5e-324
    )
    assert all(np.isfinite(x).all() for x in tiny)


# ---- Rows of validators alone ----


@MANY
@given(subnets(), st.integers(0, 2**32), st.sampled_from([None, "yuma1", "yuma2b", "yuma2c"]))
def test_rows_of_validators_alone_give_the_square_epoch_to_the_last_bit(subnet_now, seed, variant):
    n, random = len(subnet_now["stake"]), np.random.default_rng(seed)
    uids = np.flatnonzero(random.random(n) < 0.5)
    uids = uids if len(uids) else np.array([n - 1])
    others = np.setdiff1d(np.arange(n), uids)
    square = subnet_now | {"bonds": subnet_now["bonds"] / 65_535}
    if not subnet_now["rules"].liquid_alpha_on:
        square |= {"variant": variant, "previous_weights": random.random((n, n))}
    names = {"weights", "bonds", "listed", "previous_weights"} & set(square)
    for name in names:
        square[name] = np.array(square[name])
        square[name][others] = 0
    rows = square | {name: square[name][uids] for name in names} | {"validators": uids}
    alone, epoch = yuma_epoch(**rows), yuma_epoch(**square)
    for name, values in epoch._asdict().items():
        found, here = getattr(alone, name), values[uids] if name == "bonds" else values
        assert found.dtype == here.dtype and np.array_equal(found, here), name
    assert not epoch.bonds[others].any()


@pytest.mark.parametrize(
    "change, said",
    [
        ({"validators": [0, 0]}, r"validators must rise, got 0 after 0"),
        ({"validators": [2, 1]}, r"validators must rise, got 1 after 2"),
        ({"validators": [0, 3]}, r"validators must be in \[0, 2\], got 3"),
        ({"validators": [0]}, r"validators must have shape \(2,\), got \(1,\)"),
        ({"validators": [0.0, 1.0]}, r"validators must be integer, got float64"),
        ({"weights": np.ones(3)}, r"weights must have rows of .* at most, got shape \(3,\)"),
        ({"bonds": np.zeros((3, 3))}, r"bonds must have shape \(2, 3\), got \(3, 3\)"),
        ({"listed": np.ones((3, 3), bool)}, r"listed must have shape \(2, 3\), got \(3, 3\)"),
        (
            {"permits": np.array([True, True, False])},
            r"weights must be 0 in rows without a permit, got weights of UID 2",
        ),
    ],
)
def test_rows_that_do_not_fit_their_validators_are_refused(change, said):
    given_now = {"weights": np.ones((2, 3)), "stake": np.ones(3), "bonds": np.zeros((2, 3))}
    with pytest.raises((ValueError, TypeError), match=said):
        yuma_epoch(HEAD, **(given_now | {"validators": [0, 2]} | change))


def test_an_epoch_changes_nothing_that_was_given():
    random = np.random.default_rng(0)
    weights, bonds, stake = random.random((8, 8)), random.random((8, 8)) / 8, random.random(8)
    copies = weights.copy(), stake.copy(), bonds.copy()
    for variant in (None, "classic", "yuma1", "yuma2b", "yuma2c"):
        epoch = yuma_epoch(HEAD, weights, stake, bonds, variant=variant)
        for array, was in zip((weights, stake, bonds), copies, strict=True):
            assert np.array_equal(array, was)
            assert not any(np.shares_memory(array, part) for part in epoch)


# ---- Runs ----


@MANY
@given(subnets(), st.integers(1, 4), st.floats(0, 1), st.booleans())
def test_any_run_is_its_epochs_to_the_last_bit(subnet_now, epochs, reward, same):
    rules, n = replace(subnet_now["rules"], bonds_reset=True), len(subnet_now["stake"])
    more = {"listed": subnet_now["listed"]} if "listed" in subnet_now else {}
    random = np.random.default_rng(n)
    weights = [
        subnet_now["weights"] * (1 if same else random.random((n, n))) for _ in range(epochs)
    ]
    stake, bonds = subnet_now["stake"].astype(float), subnet_now["bonds"] / 65_535
    active = random.random(n) < 0.9
    resets = [(t, uid) for t in range(epochs) for uid in range(n) if random.random() < 0.1]
    reward *= stake.sum()
    path = yuma_run(
        rules,
        weights[0] if same else np.array(weights),
        stake,
        epochs=epochs,
        bonds=bonds,
        reward=reward,
        bond_resets=resets,
        active=active,
        **more,
    )
    permits = None
    for t in range(epochs):
        bonds[:, [uid for when, uid in resets if when == t]] = 0
        said = weights[t] if permits is None else weights[t] * permits[:, None]
        epoch = yuma_epoch(rules, said, stake, bonds, permits=permits, active=active, **more)
        assert path.stake[t].tolist() == stake.tolist()
        for name in (
            "consensus",
            "incentive",
            "dividends",
            "validator_trust",
            "trust",
            "emission_share",
        ):
            assert getattr(path, name)[t].tolist() == getattr(epoch, name).tolist(), (t, name)
        permits = np.zeros(n, bool)  # the largest stakes; among equals the later UID comes first
        permits[
            sorted(range(n), key=lambda uid: (epoch.stake[uid], uid))[
                max(n - rules.max_validators, 0) :
            ]
        ] = True
        permits &= (epoch.stake > 0) | (rules.permits == "top_stakes")
        stake, bonds = stake + reward * epoch.emission_share, epoch.bonds
    assert path.bonds.tolist() == bonds.tolist()


def test_negative_zero_and_arrays_that_cannot_be_written_are_numbers_like_others():
    plain = yuma_epoch(HEAD, W, STAKE, W * 0)
    locked = W.copy()
    locked.flags.writeable = False
    odd = yuma_epoch(HEAD, np.asfortranarray(locked), [*STAKE[:3], -0.0], W * -0.0)
    assert (
        all((a == b).all() for a, b in zip(plain, odd, strict=True))
        and not np.signbit(odd.bonds).any()
    )


W = np.array([[0, 0, 0.6, 0.4], [0, 0, 0.5, 0.5], [0] * 4, [0] * 4])
STAKE = [6.0, 5.0, 0.0, 0.0]


def test_a_run_is_its_epochs_one_by_one():
    weights, bonds, stake = np.array([W, W[:, [0, 1, 3, 2]], W]), np.zeros((4, 4)), np.array(STAKE)
    resets = replace(HEAD, bonds_reset=True)
    path = yuma_run(resets, weights, STAKE, epochs=3, reward=2.0, bond_resets=[(2, 3)])
    permits = None
    for t in range(3):
        if t == 2:
            bonds[:, 3] = 0
        epoch = yuma_epoch(HEAD, weights[t], stake, bonds, permits=permits)
        assert path.stake[t].tolist() == stake.tolist()
        for name in (
            "consensus",
            "incentive",
            "dividends",
            "validator_trust",
            "trust",
            "emission_share",
        ):
            assert getattr(path, name)[t].tolist() == getattr(epoch, name).tolist()
        stake, bonds, permits = stake + 2.0 * epoch.emission_share, epoch.bonds, epoch.stake > 0
    assert path.bonds.tolist() == bonds.tolist() and path.stake[1].sum() == pytest.approx(13)
    assert yuma_run(HEAD, W, STAKE, epochs=2, variant="yuma1").dividends.shape == (2, 4)


# ---- Bad input ----


@pytest.mark.parametrize(
    "change, name, shown",
    [
        ({"weights": W[:, :3]}, "weights", "(4, 3)"),
        ({"weights": W[None]}, "weights", "(1, 4, 4)"),
        ({"weights": W - 1}, "weights", "-1.0"),
        ({"weights": W * np.nan}, "weights", "nan"),
        ({"weights": W + np.inf}, "weights", "inf"),
        ({"weights": W.astype(str)}, "weights", "<U"),
        ({"weights": W > 0}, "weights", "bool"),
        ({"weights": [[0, 1], [0]]}, "weights", "several"),
        ({"stake": [1, 2, 3]}, "stake", "(3,)"),
        ({"stake": [1, 2, 3, -4]}, "stake", "-4"),
        ({"bonds": W[:3, :3]}, "bonds", "(3, 3)"),
        ({"bonds": W + 1}, "bonds", "[0, 1]"),
        ({"listed": W}, "listed", "float64"),
        ({"permits": [True]}, "permits", "(1,)"),
        ({"permits": np.arange(4) != 1}, "weights", "UID 1"),
        ({"active": [1, 0, 1, 0]}, "active", "int64"),
        ({"variant": "yuma4"}, "variant", "yuma4"),
        ({"liquid_from": "next"}, "liquid_from", "next"),
        ({"rules": replace(HEAD, alpha_low=Fraction(1))}, "alpha_low", "alpha_high"),
        ({"rules": replace(LIQUID, liquid_alpha="per_miner")}, "liquid_alpha", "per_miner"),
    ],
)
def test_bad_input_is_one_clear_line(change, name, shown, refused):
    with refused(name, shown):
        yuma_epoch(**{"weights": W, "stake": STAKE, "bonds": W * 0, "rules": HEAD} | change)


@pytest.mark.parametrize("kappa", [Fraction(0), Fraction(6, 5)])
def test_kappa_is_a_share_above_nothing(kappa, refused):
    with refused("kappa", "(0, 1]", kappa):
        yuma_epoch(replace(HEAD, kappa=kappa), W, STAKE, W * 0)


@pytest.mark.parametrize(
    "change, name, shown",
    [
        ({"epochs": 0}, "epochs", 0),
        ({"epochs": 2.0}, "epochs", 2.0),
        ({"weights": [W] * 2}, "weights", 2),
        ({"reward": -1.0}, "reward", -1.0),
        ({"stake": [STAKE] * 2}, "stake", "(3, 4)"),
        ({"stake": [STAKE] * 3, "reward": 1.0}, "reward", 1.0),
        ({"real_bonds": 1}, "real_bonds", 1),
        ({"bond_resets": [(0, 9)]}, "bond_resets", 9),
        ({"bond_resets": [(0, 1)]}, "bond_resets", "bonds_reset"),
    ],
)
def test_a_bad_run_is_one_clear_line(change, name, shown, refused):
    with refused(name, shown):
        yuma_run(**{"weights": W, "stake": STAKE, "rules": HEAD, "epochs": 3} | change)
