"""How many TAO does a block make? Reward, halvings and issuance, in whole rao.

Two ways to the same numbers: a loop over every block is the definition and the only form that is
right whatever is recycled; a walk over the halvings is its fast copy where recycling leaves a
positive net reward. Tests hold one to the other.

**Chain:** opentensor/subtensor, pallets/subtensor/src/coinbase/block_emission.rs, commit 14bc6f9.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date as Date
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..inputs.checks import MAX_INT64, as_array, real, whole
from ..inputs.door import typed
from ..inputs.rules import MAX_RAO, Rules, blocks_per_day
from ..inputs.units import BLOCKS_PER_DAY, U64, block_date, blocks_to_years
from ._jit import kernel

PPM = 1_000_000
MAX_BLOCKS = int(10_000 * 365.25 * BLOCKS_PER_DAY)  # ten thousand years


class Era(NamedTuple):
    """A run of blocks that pay one reward, in exact rao; Fractions where decimals are unlimited."""

    halving: int  # halvings so far: 0 before the first
    first_block: int
    blocks: int | None  # None: the era never ends
    issuance_rao: int | Fraction  # at its first block
    reward_rao: int | Fraction  # per block
    net_rao: int | Fraction  # per block, after recycling


class EmissionPath(NamedTuple):
    """Issuance sampled at equal steps; all arrays have one length, integers throughout."""

    block: np.ndarray  # block number
    issuance_rao: np.ndarray  # rao issued before that block, net of recycling
    reward_rao: np.ndarray  # rao that block mints


class Start(NamedTuple):
    """Where a path starts."""

    issuance_rao: int
    block: int


class Steps(NamedTuple):
    """How far the loop over blocks goes, and how often it is sampled."""

    days: int
    every_days: int
    per_day: int  # blocks


class Curve(NamedTuple):
    """What the loop over blocks needs of `Rules`."""

    thresholds_rao: np.ndarray  # (k,)
    rewards_rao: np.ndarray  # (k,), the last is 0
    interval_blocks: int  # between halvings, where blocks decide
    cap_rao: int
    recycled_ppm: int  # millionths


@typed
def reward_after(rules: Rules, halvings: int) -> int | Fraction:
    """Rao that a block mints once so many halvings have happened: whole (a right shift), or an
    exact Fraction where `rules.whole_rao` is false.
    """
    halvings = whole("halvings", halvings)
    if halvings >= rules.max_halvings:
        return 0
    if rules.whole_rao:
        return rules.block_reward_rao >> halvings
    return Fraction(rules.block_reward_rao, 1 << halvings)


@typed
def halving_thresholds_rao(rules: Rules) -> list[int]:
    """Issuance in rao at each halving: ⌈cap·(1 − 2⁻ᵏ)⌉, k = 0, 1, … until the reward is zero."""
    last = rules.max_halvings
    if rules.whole_rao:
        last = min(last, rules.block_reward_rao.bit_length())
    return [rules.max_supply_rao - (rules.max_supply_rao >> k) for k in range(last + 1)]


@typed
def halvings_so_far(rules: Rules, issuance_rao: U64) -> int:
    """Halving thresholds that `issuance_rao` has reached (issuance schedule).

    Raises
    ------
    ValueError
        for a negative issuance or one beyond 64 bits
    """
    issuance_rao = whole("issuance_rao", issuance_rao)
    return bisect_right(halving_thresholds_rao(rules), issuance_rao, lo=1) - 1


@typed
def block_emission(rules: Rules, issuance_rao: U64, *, block: U64 | None = None) -> int:
    """Rao minted by one block.

    **Chain:** block_emission.rs, `get_block_emission_for_issuance`; the mint is cut at the cap
    (coinbase/tao.rs).

    Parameters
    ----------
    issuance_rao
        total issuance before the block
    block
        its number, needed only where that decides the halving

    Raises
    ------
    TypeError
        for anything but integers
    ValueError
        for a negative one, one beyond 64 bits or a missing block
    """
    issuance_rao = whole("issuance_rao", issuance_rao)
    if rules.schedule == "issuance":
        reward = reward_after(rules, halvings_so_far(rules, issuance_rao))
    elif rules.schedule == "block":
        if block is None:
            raise ValueError(
                f"block must be given: under the rules {rules.name!r} it decides the halving"
            )
        reward = reward_after(rules, whole("block", block) // rules.halving_interval_blocks)
    else:
        reward = rules.block_reward_rao
    return int(min(reward, max(rules.max_supply_rao - issuance_rao, 0)))


@typed
def issuance_eras(
    rules: Rules, *, issuance_rao: int = 0, block: int = 0, recycled_ppm: int = 0
) -> list[Era]:
    """Every era from a starting point to the end of emission, exactly.

    The last era pays nothing and never ends. Under a block schedule the cap is not applied here.

    Parameters
    ----------
    issuance_rao, block
        where to start
    recycled_ppm
        millionths of each reward taken back, rounded down to whole rao

    Raises
    ------
    ValueError
        if nothing would be left to issue net of recycling
    """
    issued: int | Fraction = whole("issuance_rao", issuance_rao)
    here = whole("block", block)
    recycled_ppm = whole("recycled_ppm", recycled_ppm)
    if recycled_ppm >= PPM:
        raise ValueError(f"recycled_ppm must be in [0, 1,000,000), got {recycled_ppm}")
    thresholds = halving_thresholds_rao(rules)
    found = []
    k = 0
    while True:
        if rules.schedule == "issuance":
            while k + 1 < len(thresholds) and issued >= thresholds[k + 1]:
                k += 1
        elif rules.schedule == "block":
            k = min(here // rules.halving_interval_blocks, rules.max_halvings)
        reward = reward_after(rules, k)
        taken = reward * recycled_ppm
        net = reward - (taken // PPM if rules.whole_rao else Fraction(taken, PPM))
        blocks: int | None
        if reward == 0 or rules.schedule == "constant":
            blocks = None
        elif rules.schedule == "issuance":  # rounded up: the crossing block pays the old reward
            blocks = int(-((issued - thresholds[k + 1]) // net))
        else:
            blocks = (k + 1) * rules.halving_interval_blocks - here
        found.append(
            Era(
                halving=k,
                first_block=here,
                blocks=blocks,
                issuance_rao=issued,
                reward_rao=reward,
                net_rao=net,
            )
        )
        if blocks is None:
            return found
        here += blocks
        issued += net * blocks


@typed
def halving_table(
    rules: Rules,
    *,
    issuance_rao: int = 0,
    block: int = 0,
    date: str | Date | None = None,
    block_time_s: float | None = None,
    recycled_ppm: int = 0,
) -> pd.DataFrame:
    """Every halving still to come: threshold, reward, block, date and the length of the era before
    it; a row a halving, without a row where none is left.

    Parameters
    ----------
    issuance_rao, block, recycled_ppm
        as in `issuance_eras`
    date
        when `block` is; without it only years from the start are given
    block_time_s
        seconds between blocks, nominal if not given

    Raises
    ------
    ValueError
        where the rules have no halving
    """
    if rules.schedule == "constant":
        raise ValueError(f"rules must have a halving, got {rules.name!r}, whose reward is constant")
    seconds = rules.block_time_s
    if block_time_s is not None:
        seconds = real("block_time_s", block_time_s, "(0, inf)")
    eras = issuance_eras(rules, issuance_rao=issuance_rao, block=block, recycled_ppm=recycled_ppm)
    rows = []
    for before, era in zip(eras, eras[1:], strict=False):
        row: dict[str, object] = {
            "halving": era.halving,
            "issuance_tao": float(Fraction(era.issuance_rao) / rules.units_per_coin),
            "reward_tao": float(Fraction(era.reward_rao) / rules.units_per_coin),
            "block": era.first_block,
            "years_from_start": float(blocks_to_years(era.first_block - block, seconds)),
            "era_years": float(blocks_to_years(era.first_block - before.first_block, seconds)),
        }
        if date is not None:
            row["date"] = block_date(
                era.first_block, from_block=block, from_date=date, block_time_s=seconds
            ).date()
        rows.append(row)
    columns = ["halving", "issuance_tao", "reward_tao", "block", "years_from_start", "era_years"]
    if date is not None:
        columns.append("date")
    return pd.DataFrame(rows, columns=columns).set_index("halving")


@typed
def final_supply_rao(rules: Rules) -> int:
    """Rao in existence when emission has ended, from nothing, without recycling, rounded down."""
    return int(min(issuance_eras(rules)[-1].issuance_rao, rules.max_supply_rao))


@typed
def emission_path(
    rules: Rules,
    *,
    issuance_rao: int,
    block: int = 0,
    days: int,
    recycled_rao_per_block: ArrayLike = 0,
    recycled_ppm: int = 0,
    every_days: int = 1,
    block_by_block: bool = False,
) -> EmissionPath:
    """Issuance over time under any schedule and any recycling, exact at every sampled block.

    Parameters
    ----------
    issuance_rao, block
        where to start
    days
        how far, in nominal days of 86,400 s ÷ `rules.block_time_s` blocks
    recycled_rao_per_block
        whole rao taken back after each block, constant or (days,) day by day
    recycled_ppm
        millionths of each reward taken back
    every_days
        sampling step; the last sample may come up to a step early
    block_by_block
        force the loop over every block, the definition

    Raises
    ------
    TypeError
        for floats
    ValueError
        for negatives, more than 10,000 years, or recycling more than exists
    """
    days = whole("days", days)
    every_days = whole("every_days", every_days, at_least=1)
    per_day = blocks_per_day(rules)
    start = _checked_start(rules, issuance_rao, block, days, per_day)
    recycled_ppm = whole("recycled_ppm", recycled_ppm)
    if recycled_ppm > PPM:
        raise ValueError(f"recycled_ppm must be in [0, 1,000,000], got {recycled_ppm}")
    recycled = _recycled_by_day(recycled_rao_per_block, days)
    samples = np.arange(days // every_days + 1, dtype=np.int64)
    blocks = start.block + per_day * min(every_days, max(days, 1)) * samples
    walked = np.array([start.issuance_rao])
    exact = 0  # samples before this one are those of the walk
    if not recycled.any() and recycled_ppm < PPM and not block_by_block:
        walked = _walk(rules, start, recycled_ppm, blocks)
        if recycled_ppm == 0 or rules.schedule == "issuance" or walked[-1] < rules.max_supply_rao:
            return _path(rules, blocks, np.minimum(walked, rules.max_supply_rao))
        uncapped = rules.max_supply_rao - rules.block_reward_rao
        exact = max(int(np.searchsorted(walked, uncapped, side="right")) - 1, 0)
    if not rules.whole_rao:
        name = "recycled_rao_per_block" if recycled.any() or not recycled_ppm else "recycled_ppm"
        raise ValueError(f"{name} must be 0 under {rules.name!r}, whose reward is not in whole rao")
    start = Start(issuance_rao=int(walked[exact]), block=int(blocks[exact]))
    steps = Steps(days=days - exact * every_days, every_days=every_days, per_day=per_day)
    looped = _loop(rules, start, steps, recycled, recycled_ppm)
    return _path(rules, blocks, np.concatenate([walked[:exact], looped]))


def _checked_start(rules: Rules, issuance_rao: int, block: int, days: int, per_day: int) -> Start:
    issuance_rao = whole("issuance_rao", issuance_rao)
    block = whole("block", block)
    if max(days, 1) * per_day > MAX_BLOCKS:
        raise ValueError(
            f"days must be at most {MAX_BLOCKS // per_day:,} (10,000 years), got {days:,}"
        )
    whole_rao_fits(rules)
    if issuance_rao > rules.max_supply_rao:
        raise ValueError(
            f"issuance_rao must be at most the cap {rules.max_supply_rao:,}, got {issuance_rao:,}"
        )
    if block >= 1 << 62:
        raise ValueError(f"block must be below 2**62, got {block:,}")
    return Start(issuance_rao=issuance_rao, block=block)


@typed
def whole_rao_fits(rules: Rules) -> None:
    """Refuse rules whose amounts are too large for loops in 64 bits."""
    for name in ("max_supply_rao", "block_reward_rao"):
        if getattr(rules, name) >= MAX_RAO:
            raise ValueError(f"{name} must fit in 63 bits, got {getattr(rules, name):,}")


def _recycled_by_day(recycled_rao_per_block: ArrayLike, days: int) -> np.ndarray:
    given = as_array("recycled_rao_per_block", recycled_rao_per_block)
    if given.dtype.kind not in "iu":
        raise TypeError(f"recycled_rao_per_block must be integer rao, got {given.dtype}")
    if given.ndim and given.shape != (days,):
        raise ValueError(
            f"recycled_rao_per_block must be one value or one a day ({days}), got shape "
            f"{given.shape}"
        )
    if (given < 0).any():
        raise ValueError(f"recycled_rao_per_block must be >= 0, got {given.min()}")
    if (given > np.iinfo(np.int64).max).any():
        raise ValueError(f"recycled_rao_per_block must fit in 63 bits, got {given.max()}")
    return np.atleast_1d(given.astype(np.int64))


def _walk(rules: Rules, start: Start, recycled_ppm: int, blocks: np.ndarray) -> np.ndarray:
    """Issuance at sorted blocks by walking the eras: exact, a few dozen steps to any horizon."""
    issued = np.empty(len(blocks), np.int64)
    for era in issuance_eras(rules, **start._asdict(), recycled_ppm=recycled_ppm):
        first = np.searchsorted(blocks, era.first_block)
        end = len(blocks)
        if era.blocks is not None:
            end = int(np.searchsorted(blocks, era.first_block + era.blocks))
        if first == end:
            continue
        since = blocks[first:end] - era.first_block
        if isinstance(era.net_rao, Fraction):
            exact = (int(era.issuance_rao + era.net_rao * int(b)) for b in since)
            issued[first:end] = [min(rao, rules.max_supply_rao) for rao in exact]
        else:
            net = int(era.net_rao)
            left = max(rules.max_supply_rao - int(era.issuance_rao), 0)
            to_cap = left // net + 1 if net else 0  # a constant reward would pass 63 bits
            issued[first:end] = int(era.issuance_rao) + net * np.minimum(since, to_cap)
    return issued


def _path(rules: Rules, blocks: np.ndarray, issued: np.ndarray) -> EmissionPath:
    """The path with what the block after each sample mints."""
    rewards = [int(reward_after(rules, k)) for k in range(rules.max_halvings + 1)]
    k = np.zeros(len(blocks), np.int64)
    if rules.schedule == "issuance":
        thresholds = np.array(halving_thresholds_rao(rules)[1:], np.int64)
        k = np.searchsorted(thresholds, issued, side="right")
    elif rules.schedule == "block":
        k = np.minimum(blocks // rules.halving_interval_blocks, rules.max_halvings)
    minted = np.minimum(np.array(rewards, np.int64)[k], rules.max_supply_rao - issued)
    return EmissionPath(blocks, issued, minted)


def _loop(
    rules: Rules, start: Start, steps: Steps, recycled: np.ndarray, recycled_ppm: int
) -> np.ndarray:
    thresholds = halving_thresholds_rao(rules)
    curve = Curve(
        thresholds_rao=np.array(thresholds, np.int64),
        rewards_rao=np.array([reward_after(rules, k) for k in range(len(thresholds))], np.int64),
        interval_blocks=rules.halving_interval_blocks if rules.schedule == "block" else MAX_INT64,
        cap_rao=rules.max_supply_rao,
        recycled_ppm=recycled_ppm,
    )
    issued = np.empty(steps.days // steps.every_days + 1, np.int64)
    if rules.schedule == "issuance":
        short = _mint_by_issuance(curve, steps, start.issuance_rao, recycled, issued)
    else:
        short = _mint_by_block(curve, steps, *start, recycled, issued)
    if short >= 0:
        raise ValueError(
            f"recycled_rao_per_block must not exceed what exists: nothing is left on day {short}"
        )
    return issued


@kernel
def _mint_by_issuance(curve, steps, issued, recycled, out):
    """Mint, recycle, look at the thresholds: once a block. Fills `out`; returns the day issuance
    ran out, or -1.
    """
    thresholds = curve.thresholds_rao
    net = curve.rewards_rao - curve.rewards_rao * curve.recycled_ppm // 1_000_000
    last = len(thresholds) - 1
    level = 0
    while level < last and issued >= thresholds[level + 1]:
        level += 1
    out[0] = issued
    for day in range(steps.days):
        taken = recycled[day] if len(recycled) > 1 else recycled[0]
        left = steps.per_day
        while left > 0:
            gain = net[level] - taken
            floor = thresholds[level]
            ceiling = thresholds[level + 1] if level < last else np.int64(2**63 - 1)
            while left > 0:
                issued += gain
                left -= 1
                if issued >= ceiling or issued < floor:
                    break
            if issued < 0:
                return day
            while level < last and issued >= thresholds[level + 1]:
                level += 1
            while issued < thresholds[level]:
                level -= 1
        if (day + 1) % steps.every_days == 0:
            out[(day + 1) // steps.every_days] = issued
    return -1


@kernel
def _mint_by_block(curve, steps, issued, block, recycled, out):
    """The same where the block number decides the reward; the cap is applied at every mint."""
    rewards = curve.rewards_rao
    out[0] = issued
    for day in range(steps.days):
        taken = recycled[day] if len(recycled) > 1 else recycled[0]
        for left in range(steps.per_day, 0, -1):
            k = min(block // curve.interval_blocks, len(rewards) - 1)
            reward = min(rewards[k], curve.cap_rao - issued)
            gain = reward - reward * curve.recycled_ppm // 1_000_000 - taken
            if gain == 0 and taken == 0:  # nothing is minted, or all of it taken back: it stays so
                block += left
                break
            issued += gain
            block += 1
            if issued < 0:
                return day
        if (day + 1) % steps.every_days == 0:
            out[(day + 1) // steps.every_days] = issued
    return -1
