"""How many TAO does a block make? Reward, halvings and issuance, in whole rao.

Two ways to the same numbers: a loop over every block is the definition and the only form that is
right whatever is recycled; a walk over the halvings is its fast copy where recycling leaves a
positive net reward. Tests hold one to the other.

**Chain:** opentensor/subtensor, pallets/subtensor/src/coinbase/block_emission.rs, commit 14bc6f9.
"""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from ..inputs.checks import real, whole
from ..inputs.rules import MAX_RAO, Rules
from ..inputs.units import BLOCKS_PER_DAY, RAO_PER_TAO, block_date, blocks_to_years
from ._jit import kernel

PPM = 1_000_000
MAX_BLOCKS = int(10_000 * 365.25 * BLOCKS_PER_DAY)  # ten thousand years


class Era(NamedTuple):
    """A run of blocks that pay one reward. Amounts are rao, exact; Fractions where decimals are
    unlimited.
    """

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


def reward_after(rules: Rules, halvings: int) -> int | Fraction:
    """Reward of a block once `halvings` have happened, in rao.

    halvings : int — halvings so far
    Returns whole rao (a right shift), or an exact Fraction where `rules.whole_rao` is false.
    """
    if whole("halvings", halvings) >= rules.max_halvings:
        return 0
    return (
        rules.block_reward_rao >> halvings
        if rules.whole_rao
        else Fraction(rules.block_reward_rao, 1 << halvings)
    )


def halving_thresholds_rao(rules: Rules) -> list[int]:
    """Issuance at which each halving comes, in rao: ⌈cap·(1 − 2⁻ᵏ)⌉ for k = 0, 1, … until the
    reward is zero.
    """
    last = (
        min(rules.max_halvings, rules.block_reward_rao.bit_length())
        if rules.whole_rao
        else rules.max_halvings
    )
    return [rules.max_supply_rao - (rules.max_supply_rao >> k) for k in range(last + 1)]


def halvings_so_far(rules: Rules, issuance_rao: int) -> int:
    """Halving thresholds that an issuance has reached (issuance schedule)."""
    issuance_rao = whole("issuance_rao", issuance_rao)
    return bisect_right(halving_thresholds_rao(rules), issuance_rao, lo=1) - 1


def block_emission(rules: Rules, issuance_rao: int, *, block: int | None = None) -> int:
    """Rao minted by one block.

    issuance_rao : int, rao — total issuance before the block
    block : int — block number; needed only where the block number decides the halving
    Raises TypeError for anything but integers, ValueError for a negative one or a missing block.

    **Chain:** block_emission.rs, `get_block_emission_for_issuance`; the mint is cut at the cap
    (coinbase/tao.rs).
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


def issuance_eras(
    rules: Rules, *, issuance_rao: int = 0, block: int = 0, recycled_ppm: int = 0
) -> list[Era]:
    """Every era from a starting point to the end of emission, exactly.

    issuance_rao, block : int — where to start, rao and block number
    recycled_ppm : int, millionths — part of each reward taken back, rounded down to whole rao
    Raises ValueError if nothing would be left to issue net of recycling.

    The last era pays nothing and never ends. Under a block schedule the cap is not applied here.
    """
    issuance_rao, block = whole("issuance_rao", issuance_rao), whole("block", block)
    recycled_ppm = whole("recycled_ppm", recycled_ppm)
    if recycled_ppm >= PPM:
        raise ValueError(f"recycled_ppm must be in [0, 1,000,000), got {recycled_ppm}")
    thresholds = halving_thresholds_rao(rules)
    found, here, issued, k = [], block, issuance_rao, 0
    while True:
        if rules.schedule == "issuance":
            while k + 1 < len(thresholds) and issued >= thresholds[k + 1]:
                k += 1
        elif rules.schedule == "block":
            k = min(here // rules.halving_interval_blocks, rules.max_halvings)
        reward = reward_after(rules, k)
        net = (
            reward - reward * recycled_ppm // PPM
            if rules.whole_rao
            else reward - reward * recycled_ppm / PPM
        )
        if reward == 0 or rules.schedule == "constant":
            return [*found, Era(k, here, None, issued, reward, net)]
        if rules.schedule == "issuance":
            blocks = -(
                (issued - thresholds[k + 1]) // net
            )  # rounded up: the crossing block pays the old reward
        else:
            blocks = (k + 1) * rules.halving_interval_blocks - here
        found.append(Era(k, here, int(blocks), issued, reward, net))
        here, issued = here + int(blocks), issued + net * int(blocks)


def halving_table(
    rules: Rules,
    *,
    issuance_rao: int = 0,
    block: int = 0,
    date=None,
    block_time_s: float | None = None,
    recycled_ppm: int = 0,
):
    """Every halving still to come: threshold, reward, block, date and the length of the era before
    it.

    date : date or ISO text — when `block` is; without it only years from the start are given
    block_time_s : seconds between blocks, nominal if not given
    Returns a DataFrame indexed by halving, without a row where none is left. Raises ValueError
    where the rules have no halving.
    """
    import pandas as pd

    if rules.schedule == "constant":
        raise ValueError(f"rules must have a halving, got {rules.name!r}, whose reward is constant")
    seconds = (
        rules.block_time_s
        if block_time_s is None
        else real("block_time_s", block_time_s, "(0, inf)")
    )
    eras = issuance_eras(rules, issuance_rao=issuance_rao, block=block, recycled_ppm=recycled_ppm)
    rows = []
    for before, era in zip(eras, eras[1:], strict=False):
        row = {
            "halving": era.halving,
            "issuance_tao": float(Fraction(era.issuance_rao) / RAO_PER_TAO),
            "reward_tao": float(Fraction(era.reward_rao) / RAO_PER_TAO),
            "block": era.first_block,
            "years_from_start": float(blocks_to_years(era.first_block - block, seconds)),
            "era_years": float(blocks_to_years(before.blocks, seconds)),
        }
        if date is not None:
            row["date"] = block_date(
                era.first_block, from_block=block, from_date=date, block_time_s=seconds
            ).date()
        rows.append(row)
    columns = ["halving", "issuance_tao", "reward_tao", "block", "years_from_start", "era_years"]
    return pd.DataFrame(rows, columns=columns + (["date"] if date is not None else [])).set_index(
        "halving"
    )


def final_supply_rao(rules: Rules) -> int:
    """Rao in existence when emission has ended, from nothing and without recycling (rounded
    down).
    """
    return int(min(issuance_eras(rules)[-1].issuance_rao, rules.max_supply_rao))


def emission_path(
    rules: Rules,
    *,
    issuance_rao: int,
    block: int = 0,
    days: int,
    recycled_rao_per_block=0,
    recycled_ppm: int = 0,
    every_days: int = 1,
    block_by_block: bool = False,
) -> EmissionPath:
    """Issuance over time under any schedule and any recycling, exact at every sampled block.

    issuance_rao, block : int — where to start, rao and block number
    days : int — how far, in nominal days of 86,400 s ÷ `rules.block_time_s` blocks
    recycled_rao_per_block : int or integer array (days,), rao — taken back after each block,
      constant or day by day
    recycled_ppm : int, millionths — part of each reward taken back
    every_days : int — sampling step; the last sample may come up to a step early
    block_by_block : bool — force the loop over every block, the definition
    Raises TypeError for floats, ValueError for negatives, more than 10,000 years, or recycling more
    than exists.
    """
    issuance_rao, block, days = (
        whole("issuance_rao", issuance_rao),
        whole("block", block),
        whole("days", days),
    )
    every_days, recycled_ppm = (
        whole("every_days", every_days, at_least=1),
        whole("recycled_ppm", recycled_ppm),
    )
    per_day = round(86_400 / rules.block_time_s)
    if max(days, 1) * per_day > MAX_BLOCKS:
        raise ValueError(
            f"days must be at most {MAX_BLOCKS // per_day:,} (10,000 years), got {days:,}"
        )
    if recycled_ppm > PPM:
        raise ValueError(f"recycled_ppm must be in [0, 1,000,000], got {recycled_ppm}")
    whole_rao_fits(rules)
    if issuance_rao > rules.max_supply_rao:
        raise ValueError(
            f"issuance_rao must be at most the cap {rules.max_supply_rao:,}, got {issuance_rao:,}"
        )
    if block >= 1 << 62:
        raise ValueError(f"block must be below 2**62, got {block:,}")
    recycled = _recycled_by_day(recycled_rao_per_block, days)
    blocks = block + per_day * min(every_days, max(days, 1)) * np.arange(
        days // every_days + 1, dtype=np.int64
    )
    if not recycled.any() and recycled_ppm < PPM and not block_by_block:
        walked = _walk(rules, issuance_rao, block, recycled_ppm, blocks)
        if recycled_ppm == 0 or rules.schedule == "issuance" or walked[-1] < rules.max_supply_rao:
            issued = np.minimum(walked, rules.max_supply_rao)
            return EmissionPath(blocks, issued, _rewards(rules, issued, blocks))
        exact = max(
            int(
                np.searchsorted(walked, rules.max_supply_rao - rules.block_reward_rao, side="right")
            )
            - 1,
            0,
        )
    else:
        walked, exact = np.array([issuance_rao]), 0
    if not rules.whole_rao:
        name = "recycled_rao_per_block" if recycled.any() or not recycled_ppm else "recycled_ppm"
        raise ValueError(f"{name} must be 0 under {rules.name!r}, whose reward is not in whole rao")
    looped = _loop(
        rules,
        int(walked[exact]),
        int(blocks[exact]),
        recycled,
        recycled_ppm,
        days - exact * every_days,
        every_days,
        per_day,
    )
    issued = np.concatenate([walked[:exact], looped])
    return EmissionPath(blocks, issued, _rewards(rules, issued, blocks))


def whole_rao_fits(rules: Rules) -> None:
    """Refuse rules whose amounts are too large for loops in 64 bits."""
    for name in ("max_supply_rao", "block_reward_rao"):
        if getattr(rules, name) >= MAX_RAO:
            raise ValueError(f"{name} must fit in 63 bits, got {getattr(rules, name):,}")


def _recycled_by_day(recycled_rao_per_block, days: int) -> np.ndarray:
    given = np.asarray(recycled_rao_per_block)
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


def _walk(rules, issuance_rao, block, recycled_ppm, blocks) -> np.ndarray:
    """Issuance at sorted block numbers by walking the eras: exact, a few dozen steps whatever
    the horizon.
    """
    issued = np.empty(len(blocks), np.int64)
    for era in issuance_eras(
        rules, issuance_rao=issuance_rao, block=block, recycled_ppm=recycled_ppm
    ):
        lo = np.searchsorted(blocks, era.first_block)
        hi = (
            len(blocks)
            if era.blocks is None
            else np.searchsorted(blocks, era.first_block + era.blocks)
        )
        if lo == hi:
            continue
        if isinstance(era.net_rao, Fraction):
            exact = (
                era.issuance_rao + era.net_rao * (int(b) - era.first_block) for b in blocks[lo:hi]
            )
            issued[lo:hi] = [min(int(rao), rules.max_supply_rao) for rao in exact]
        else:
            last = era.issuance_rao + era.net_rao * (int(blocks[hi - 1]) - era.first_block)
            if last >= 1 << 63:  # a constant reward far beyond the cap
                issued[lo:hi] = rules.max_supply_rao
            else:
                issued[lo:hi] = int(era.issuance_rao) + int(era.net_rao) * (
                    blocks[lo:hi] - era.first_block
                )
    return issued


def _rewards(rules, issued, blocks) -> np.ndarray:
    """Rao minted by the block after each sample."""
    levels = np.array(
        [int(reward_after(rules, k)) for k in range(rules.max_halvings + 1)], np.int64
    )
    if rules.schedule == "issuance":
        k = np.searchsorted(
            np.array(halving_thresholds_rao(rules)[1:], np.int64), issued, side="right"
        )
    elif rules.schedule == "block":
        k = np.minimum(blocks // rules.halving_interval_blocks, rules.max_halvings)
    else:
        k = np.zeros(len(blocks), np.int64)
    return np.minimum(levels[k], rules.max_supply_rao - issued)


def _loop(
    rules, issuance_rao, block, recycled, recycled_ppm, days, every_days, per_day
) -> np.ndarray:
    thresholds = np.array(halving_thresholds_rao(rules), np.int64)
    rewards = np.array(
        [reward_after(rules, k) for k in range(len(thresholds))], np.int64
    )  # the last is 0
    issued = np.empty(days // every_days + 1, np.int64)
    if rules.schedule == "issuance":
        net = rewards - rewards * recycled_ppm // PPM
        short = _mint_by_issuance(
            issuance_rao, recycled, net, thresholds, days, every_days, per_day, issued
        )
    else:
        interval = rules.halving_interval_blocks if rules.schedule == "block" else (1 << 63) - 1
        short = _mint_by_block(
            issuance_rao,
            block,
            recycled,
            recycled_ppm,
            rewards,
            interval,
            rules.max_supply_rao,
            days,
            every_days,
            per_day,
            issued,
        )
    if short >= 0:
        raise ValueError(
            f"recycled_rao_per_block must not exceed what exists: nothing is left on day {short}"
        )
    return issued


@kernel
def _mint_by_issuance(issued, recycled, net_by_level, thresholds, days, every_days, per_day, out):
    """Mint, recycle, look at the thresholds: once a block. Fills `out`; returns the day issuance
    ran out, or -1.
    """
    last = len(thresholds) - 1
    level = 0
    while level < last and issued >= thresholds[level + 1]:
        level += 1
    out[0] = issued
    for day in range(days):
        taken = recycled[day] if len(recycled) > 1 else recycled[0]
        left = per_day
        while left > 0:
            gain = net_by_level[level] - taken
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
        if (day + 1) % every_days == 0:
            out[(day + 1) // every_days] = issued
    return -1


@kernel
def _mint_by_block(
    issued, block, recycled, ppm, rewards, interval, cap, days, every_days, per_day, out
):
    """The same where the block number decides the reward; the cap is applied at every mint."""
    out[0] = issued
    for day in range(days):
        taken = recycled[day] if len(recycled) > 1 else recycled[0]
        for left in range(per_day, 0, -1):
            reward = min(rewards[min(block // interval, len(rewards) - 1)], cap - issued)
            gain = reward - reward * ppm // 1_000_000 - taken
            if (
                gain == 0 and taken == 0
            ):  # nothing is minted any more, or all of it is taken back: so it stays
                block += left
                break
            issued += gain
            block += 1
            if issued < 0:
                return day
        if (day + 1) % every_days == 0:
            out[(day + 1) // every_days] = issued
    return -1
