"""The chain's own numbers over their whole domain: records, emission, halvings, consensus."""

import datetime as dt

import numpy as np
import pytest
from domain import (
    PUBLIC,
    Case,
    arguments,
    array,
    hold,
    number,
    record,
    rules,
    scenarios,
    several,
    snapshots,
    whole,
)
from hypothesis import strategies as st

import tao_econ as te
from tao_econ.chain.emission import MAX_BLOCKS, PPM
from tao_econ.inputs import rules as inputs

CAP = 2**63 - 1
days = st.one_of(st.sampled_from([0, 1, MAX_BLOCKS // 7200]), st.integers(0, 3_000))
START = {
    "rules": rules(),
    "issuance_rao": st.one_of(whole(0, 21 * 10**15), whole(0, CAP)),
    "block": whole(0, 2**62 - 1),
    "every_days": whole(1, 1_000),
}
anchors = whole(0, 2**40)
OTHER_CHAIN = "rules must be those of one of Bittensor's chains"
UNFIT = (
    OTHER_CHAIN
    + "|the window .* must hold three|halvings must|schedule must be|net_share must|block must "
    "fall|rules must pay"
)
moments = st.datetimes(dt.datetime(2023, 3, 21), dt.datetime(2200, 1, 1))
UNKNOWNS = st.sets(st.sampled_from(["share", "correlation", "correction"]))


def regimes_law(table, **_):
    assert table["from_block"].is_monotonic_increasing and (table["readings"] >= 0).all()


def usable_law(parts, since, until, accept, **_):
    used, refused = parts
    assert used["confidence"].isin(accept).all() and (refused["why"] != "").all()
    assert used["block"].is_monotonic_increasing and not set(used.index) & set(refused.index)


def fault_law(fault, until_block):
    tao, chance = fault
    assert tao > 0 and 0 <= chance < 1


def up_to_cap(result, rules, **_):
    assert 0 <= result <= min(rules.max_supply_rao, rules.block_reward_rao)


def emission_law(path, rules, issuance_rao, recycled_ppm=0, recycled_rao_per_block=0, **_):
    assert (np.diff(path.block) > 0).all() and path.issuance_rao[0] == issuance_rao
    assert (path.issuance_rao >= 0).all() and (path.issuance_rao <= rules.max_supply_rao).all()
    assert (path.reward_rao >= 0).all() and (path.reward_rao <= rules.block_reward_rao).all()
    if not recycled_rao_per_block:
        assert (np.diff(path.issuance_rao) >= 0).all()


def eras_law(found, rules, issuance_rao, block, recycled_ppm):
    assert (
        found[0].first_block == block
        and found[0].issuance_rao == issuance_rao
        and found[-1].blocks is None
    )
    for before, after in zip(found, found[1:], strict=False):
        assert after.first_block == before.first_block + before.blocks
        assert after.issuance_rao == before.issuance_rao + before.net_rao * before.blocks
        assert 0 < before.net_rao <= before.reward_rao and after.reward_rao < before.reward_rao


def table_law(table, rules, **_):
    assert (table["reward_tao"].diff().dropna() <= 0).all() and (
        table["years_from_start"].diff().dropna() >= 0
    ).all()


# ---- Consensus ----


def epoch_law(epoch, **_):
    for part in (epoch.incentive, epoch.dividends):
        assert part.min() >= 0 and (part.sum() == 0 or part.sum() == pytest.approx(1))
    assert (
        epoch.emission_share.sum() == pytest.approx(1, abs=1e-6) or epoch.emission_share.sum() == 0
    )
    for part in (epoch.consensus, epoch.validator_trust, epoch.trust):
        assert part.min() >= 0 and part.max() <= 1 + 1e-9
    assert epoch.bonds.min() >= 0


def run_law(path, epochs, stake, **_):
    assert path.stake.shape == (epochs, len(stake)) and (np.diff(path.stake, axis=0) >= 0).all()
    assert path.incentive.min() >= 0 and path.dividends.min() >= 0


def exact_law(epoch, emission_rao, **_):
    assert 0 <= epoch.emission_rao.sum() <= emission_rao
    assert (
        (epoch.emission_rao >= 0).all()
        and epoch.incentive_q32.sum() <= 2**32
        and epoch.dividends_q32.sum() <= 2**32
    )


def bits(*shape):
    n = int(np.prod(shape))
    return st.lists(st.booleans(), min_size=n, max_size=n).map(
        lambda xs: np.array(xs).reshape(shape)
    )


def integers(shape, low=0, high=CAP):
    n = int(np.prod(shape))
    return st.lists(whole(low, high), min_size=n, max_size=n).map(
        lambda xs: np.array(xs, np.int64).reshape(shape)
    )


def maybe(strategy):
    return st.one_of(st.none(), strategy)


consensus_rules = rules()
VARIANTS = st.sampled_from([None, "classic", "yuma2", "yuma3", "yuma1", "yuma2b", "yuma2c"])
AIMS = st.sampled_from(["current", "previous", "max", "auto"])
LAW_OF_BONDS = (
    "alpha_low must|liquid_alpha must|liquid_alpha_on must|last_step_block must|commit_block must"
)
big = "[0, 1e50]"


def an_epoch(n):
    return arguments(
        weights=array((n, n), big),
        stake=array((n,), big),
        bonds=array((n, n), "[0, 1]"),
        rules=consensus_rules,
        variant=VARIANTS,
        listed=maybe(bits(n, n)),
        permits=maybe(bits(n)),
        active=maybe(bits(n)),
        liquid_from=AIMS,
        previous_consensus=maybe(array((n,), "[0, 1]")),
        previous_weights=maybe(array((n, n), big)),
    )


def a_rectangular_epoch(n):
    """Of some UIDs alone."""
    uids = st.sets(st.integers(0, n - 1), min_size=1).map(sorted)
    return uids.flatmap(
        lambda rows: arguments(
            weights=array((len(rows), n), big),
            stake=array((n,), big),
            bonds=array((len(rows), n), "[0, 1]"),
            rules=consensus_rules,
            validators=np.array(rows),
            variant=VARIANTS,
            listed=maybe(bits(len(rows), n)),
            permits=maybe(bits(n)),
            active=maybe(bits(n)),
            previous_weights=maybe(array((len(rows), n), big)),
        )
    )


def a_run(n):
    return arguments(
        weights=array((n, n), big),
        stake=array((n,), big),
        bonds=maybe(array((n, n), "[0, 1]")),
        rules=consensus_rules,
        epochs=st.integers(1, 4),
        variant=VARIANTS,
        listed=maybe(bits(n, n)),
        active=maybe(bits(n)),
        liquid_from=AIMS,
        reward=number(big),
    )


def an_exact_epoch(n):
    return arguments(
        weights_u16=integers((n, n), 0, 65_535),
        stake_rao=integers((n,), 0, CAP // n),
        bonds_u16=integers((n, n), 0, 65_535),
        rules=consensus_rules,
        emission_rao=whole(0, CAP),
        listed=maybe(bits(n, n)),
        permits=maybe(bits(n)),
        last_update=maybe(integers((n,))),
        block_at_registration=maybe(integers((n,))),
        commit_block=maybe(integers((n,), -1)),
        block=maybe(whole(0, CAP)),
        last_step_block=whole(0, CAP),
        owner_uid=maybe(st.integers(0, n - 1)),
    )


TABLE = {
    "describe": Case(
        arguments(
            record=st.one_of(scenarios(), snapshots(), rules(), record(te.incentives.QueryMarket()))
        ),
        lambda table, record: (
            all(table["meaning"].str.len() > 0) or pytest.fail("a field without meaning")
        ),
    ),
    "how_known": Case(
        arguments(rules=rules()),
        lambda said, rules: (
            all(entry.at for entry in said.values()) or pytest.fail("known by nothing")
        ),
    ),
    "not_modelled": Case(
        arguments(),
        lambda table: table["would_change"].all() or pytest.fail("a rule without words"),
    ),
    "eras": Case(arguments(), lambda eras: len(eras) > 3 or pytest.fail("few eras")),
    "load_scenario": Case(arguments(name=st.sampled_from(inputs.scenario_names()))),
    "load_snapshot": Case(arguments(name=st.sampled_from(inputs.snapshot_names()))),
    "rules_at": Case(
        arguments(
            when=st.one_of(
                whole(),
                st.dates(),
                st.dates().map(str),
                st.sampled_from([r.name for r in te.eras()]),
            )
        ),
        refuses="when must not be before",
    ),
    "block_emission": Case(
        arguments(issuance_rao=whole(0, 2**70), rules=rules(), block=whole(0, 2**70)),
        up_to_cap,
        refuses="must be at most 18,446,744,073,709,551,615",
    ),
    "emission_path": Case(
        st.one_of(
            arguments(**START, days=days, recycled_ppm=whole(0, PPM - 1)),
            arguments(
                **START,
                days=whole(0, 60),
                recycled_ppm=whole(0, PPM),
                block_by_block=True,
                recycled_rao_per_block=st.sampled_from([0, 1, 10**8, CAP]),
            ),
        ),
        emission_law,
        refuses="must fit in 63 bits|days must be at most|issuance_rao must be at "
        "most|recycled_(rao_per_block|ppm) must",
    ),
    "final_supply_rao": Case(
        arguments(rules=rules()),
        lambda rao, rules: 0 <= rao <= rules.max_supply_rao or pytest.fail(rao),
    ),
    "halving_table": Case(
        arguments(
            rules=rules(),
            issuance_rao=whole(0, CAP),
            block=whole(0, 2**62),
            date=maybe(st.dates()),
            block_time_s=maybe(number("(0, inf)")),
            recycled_ppm=whole(0, PPM - 1),
        ),
        table_law,
        refuses="rules must have a halving|recycled_ppm must|block must fall between",
    ),
    "issuance_eras": Case(
        arguments(
            rules=rules(), issuance_rao=whole(0, CAP), block=whole(), recycled_ppm=whole(0, PPM - 1)
        ),
        eras_law,
    ),
    "yuma_epoch": Case(
        st.one_of(several(an_epoch), several(a_rectangular_epoch)),
        epoch_law,
        refuses=f"{LAW_OF_BONDS}|weights must be 0 in rows without a permit",
    ),
    "yuma_run": Case(several(a_run), run_law, refuses=LAW_OF_BONDS),
    "yuma_epoch_exact": Case(
        several(an_exact_epoch),
        exact_law,
        refuses=f"{LAW_OF_BONDS}|weights_u16 must be 0 in rows without a permit",
    ),
    "anchored_date": Case(
        arguments(block=anchors, block_time_s=number("(0, inf)")), refuses="block must fall between"
    ),
    "check_supply_points": Case(
        arguments(
            rules=rules(),
            since=maybe(st.dates()),
            until=maybe(st.dates()),
            restate=st.booleans(),
        ),
        refuses=f"recycled|{OTHER_CHAIN}",
        most=10,
    ),
    "anchored_block": Case(
        arguments(when=moments, block_time_s=number("[1, 60]"), until=maybe(moments))
    ),
    "counter_correction_tao": Case(
        arguments(block=anchors), unknown={"": "where a fault is of unknown size"}
    ),
    "counter_fault": Case(arguments(until_block=whole(1, 2**40)), fault_law),
    "usable_supplies": Case(
        arguments(
            rules=rules(),
            since=st.dates(),
            until=st.dates(),
            accept=st.sampled_from([("high",), ("high", "medium"), ()]),
            restate=st.booleans(),
        ),
        usable_law,
        refuses=OTHER_CHAIN,
        most=10,
    ),
    "newest_recycling": Case(
        arguments(rules=rules(), since=maybe(st.dates()), restate=st.booleans()),
        refuses=UNFIT,
        most=5,
    ),
    "recycling_regimes": Case(
        arguments(rules=rules(), accept=st.sampled_from([("high",), ("high", "medium")])),
        regimes_law,
        unknown=dict.fromkeys(("recycled_share", "se"), "with fewer than three readings"),
        refuses=UNFIT,
        most=5,
    ),
    "second_halving_by_reading": Case(
        arguments(rules=rules(), unknowns=UNKNOWNS), refuses=UNFIT, most=3
    ),
    "next_halvings": Case(
        arguments(rules=rules(), halvings=st.integers(1, 10), unknowns=UNKNOWNS),
        refuses=UNFIT,
        most=5,
    ),
    "backtest_first_halving": Case(
        arguments(
            rules=rules(),
            as_of=st.lists(st.dates(dt.date(2024, 2, 1), dt.date(2025, 12, 31)), max_size=2),
            log2_draws=st.integers(1, 6),
        ),
        refuses="as_of must|" + UNFIT,
        most=5,
    ),
    "replay_first_halving": Case(
        arguments(rules=rules(), until=st.dates(dt.date(2024, 4, 2), dt.date(2026, 12, 31))),
        refuses=UNFIT,
        most=20,
    ),
    "unrecycled_first_halving": Case(
        arguments(rules=rules(), block_time_s=number("(0, inf)")),
        refuses="block must fall between|schedule must be 'issuance'|rules must leave",
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_every_example_is_answered_in_finite_numbers_or_refused_in_one_line(name):
    hold(PUBLIC[name], TABLE[name])
