"""Dated supplies, each at its block, as the chain's counter stood and restated.

The counter is not the quantity. Where the chain is known to have booked too little or too much,
`counter_corrections` says from which block to which, and a reading of the counter is restated by
it; other definitions of supply are left as they are.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..chain.emission import halvings_so_far, issuance_eras, reward_after
from ..inputs import data, own_tables
from ..inputs.checks import MAX_INT64, real, whole
from ..inputs.door import typed
from ..inputs.rules import Rules
from ..inputs.units import BLOCKS_PER_DAY, RAO_PER_TAO, SECONDS_PER_DAY, block_date, rao, utc

GENESIS_ISSUANCE_RAO = rao("4181329.66")  # supply_points.csv 2023-03-20
GENESIS_UTC = utc("2023-03-20T18:39:00")  # block_anchors.csv block 0
FIRST_HALVING_UTC = utc("2025-12-15T13:31:24")  # block_anchors.csv block 7,103,975
FIRST_HALVING_BLOCK = 7_103_975
TRUSTED = ("high",)
COUNTER = "on-chain total issuance"  # definitions that begin so are readings of the counter
DAY_APART_BLOCKS = 10 * BLOCKS_PER_DAY  # half a day is then at most a twentieth of a step
AS_READ = "block read"  # how the block of a reading is known
BY_TIME = "from its time"
BY_DAY = "from its day"


@functools.cache
def _known_anchors(until: datetime | None) -> tuple[tuple[int, datetime], ...]:
    return _timed(data.load("block_anchors"), until)


def _anchors(own: pd.DataFrame | None, until: datetime | None = None):
    """(block, its moment) of every block whose time is known, up to a moment; rows with a date
    only give none.
    """
    if own is None:
        return _known_anchors(until)
    found = _timed(own_tables.own("block_anchors", own, "anchors"), until)
    rising = all(one[0] < two[0] and one[1] < two[1] for one, two in pairwise(found))
    if not found or not rising:
        raise ValueError(f"anchors must rise in block and time, got {len(found)} with a time")
    return found


def _timed(table: pd.DataFrame, until: datetime | None) -> tuple[tuple[int, datetime], ...]:
    table = table[table["kind_of_time"] != "date only"]
    known = [
        (int(block), utc(when)) for block, when in zip(table["block"], table["utc"], strict=True)
    ]
    return tuple(one for one in known if until is None or one[1] <= until)


@typed
def anchored_date(
    block: int, *, block_time_s: float = 12.0, anchors: pd.DataFrame | None = None
) -> datetime:
    """The moment of a Finney block: between blocks whose time is known, or counted on from the last
    of them.

    Parameters
    ----------
    block
        block number
    block_time_s
        seconds a block after the last anchor
    anchors
        as data/block_anchors.csv, which they are if not given
    """
    block = whole("block", block)
    known = _anchors(anchors)
    for (first, start), (last, end) in zip(known, known[1:], strict=False):
        if first <= block <= last:
            return start + (end - start) * ((block - first) / (last - first))
    last, end = known[-1]
    return block_date(block, from_block=last, from_date=end, block_time_s=block_time_s)


@typed
def anchored_block(
    when: str | date | datetime,
    *,
    block_time_s: float = 12.0,
    until: str | date | datetime | None = None,
    anchors: pd.DataFrame | None = None,
) -> int:
    """The Finney block of a moment: between blocks whose time is known, or counted on from the
    last of them.

    Parameters
    ----------
    when
        the moment, from genesis on
    block_time_s
        seconds a block after the last anchor
    until
        anchors after this moment are not looked at
    anchors
        as data/block_anchors.csv, which they are if not given

    Raises
    ------
    ValueError
        for a moment before genesis
    """
    moment = utc(when)
    seconds = real("block_time_s", block_time_s, "(0, inf)")
    if moment < GENESIS_UTC:
        raise ValueError(f"when must not be before Finney's genesis {GENESIS_UTC}, got {when}")
    known = _anchors(anchors, None if until is None else max(utc(until), GENESIS_UTC))
    for (first, start), (last, end) in zip(known, known[1:], strict=False):
        if start <= moment <= end:
            return first + round((last - first) * ((moment - start) / (end - start)))
    last, end = known[-1]
    return last + round((moment - end).total_seconds() / seconds)


@typed
def counter_correction_tao(block: int) -> float:
    """What must be added to the chain's issuance counter at a block to get what was issued.

    Parameters
    ----------
    block
        block number

    Returns
    -------
    float
        TAO; 0 where no fault is known, nan where one is known but not its size

    Notes
    -----
    Source: counter_corrections.csv. While root's dividends went unbooked the amount is the line
    between the blocks of root_reserve_gap.csv.
    """
    block = whole("block", block)
    faults = data.load("counter_corrections").dropna(subset=["from_block"])
    faults = faults[(faults["from_block"] <= block) & (block < faults["to_block"])]
    if faults.empty:
        return 0.0
    gap = data.load("root_reserve_gap")
    if faults["to_block"].iloc[0] in set(gap["block"]) and not faults["tao"].isna().any():
        grown = np.interp(block, gap["block"].astype(float), gap["gap_tao"])
        return float(max(grown, 0.0))
    return float(faults["tao"].iloc[0])


@typed
def supply_observations(
    *,
    anchors_until: str | date | datetime | None = None,
    points: pd.DataFrame | None = None,
    anchors: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Dated supplies that name a day, oldest first.

    Parameters
    ----------
    anchors_until
        anchors after this moment are not looked at; blocks are counted on from the last at 12 s
    points
        as data/supply_points.csv, which they are if not given; with `when`, a day or a moment, in
        the place of date and utc. Readings of the counter say so as their definition; others are
        not restated
    anchors
        as data/block_anchors.csv, which they are if not given

    Returns
    -------
    DataFrame
        `when` (UTC; noon where only the day is known), `block`, `block_known` (read, from its
        time, or from its day: then within half a day), `tao` as it stood, `correction_tao` (0 but
        for readings of the counter; nan: unknown), `restated_tao`, definition, confidence
    """
    table = data.load("supply_points") if points is None else _own_points(points)
    table = table[table["date"].str.len() == 10].copy()
    noon = timedelta(hours=12)
    table["when"] = [
        utc(moment) if isinstance(moment, str) else utc(day) + noon
        for day, moment in zip(table["date"], table["utc"], strict=True)
    ]
    table["block_known"] = np.select(
        [table["block"].notna(), table["utc"].notna()], [AS_READ, BY_TIME], BY_DAY
    )
    table["block"] = [
        anchored_block(when, until=anchors_until, anchors=anchors) if pd.isna(block) else int(block)
        for block, when in zip(table["block"], table["when"], strict=True)
    ]
    counted = table["definition"].str.startswith(COUNTER)
    table["correction_tao"] = [
        counter_correction_tao(block) if of_counter else 0.0
        for block, of_counter in zip(table["block"], counted, strict=True)
    ]
    table["restated_tao"] = table["tao"] + table["correction_tao"]
    columns = ["when", "block", "block_known", "tao", "correction_tao", "restated_tao"]
    table = table.sort_values(["block", "when"], kind="stable").reset_index(drop=True)
    return table[[*columns, "definition", "confidence"]]


def _own_points(points: pd.DataFrame) -> pd.DataFrame:
    """Supplies of one's own as the table of them."""
    table = points.copy()
    if "when" in table and not {"date", "utc"} & set(table):
        moments = [utc(moment) for moment in table.pop("when")]
        table["date"] = [f"{moment:%Y-%m-%d}" for moment in moments]
        midnight = [f"{moment:%H:%M:%S}" == "00:00:00" for moment in moments]
        table["utc"] = [
            "" if day else f"{moment:%Y-%m-%d %H:%M:%S}"
            for moment, day in zip(moments, midnight, strict=True)
        ]
    if "definition" not in table:
        table["definition"] = "own reading"
    return own_tables.own("supply_points", table, "points")


@typed
def most_issued_tao(rules: Rules, tao: float, days: float) -> float:
    """The most that can be issued `days` after issuance stood at `tao`: full reward, nominal
    blocks.

    Raises
    ------
    ValueError
        for rules of another chain, or a supply whose rao do not fit in 64 bits
    """
    _of_bittensor(rules)
    start = real("tao", tao, f"[0, {MAX_INT64 // RAO_PER_TAO}]")
    blocks = int(real("days", days, "[0, inf)") * BLOCKS_PER_DAY)
    return _most_issued(rules, start, blocks)


def _of_bittensor(rules) -> None:
    """Refuse rules of another chain: the readings here are of TAO."""
    if rules.chain == "bitcoin":
        raise ValueError(f"rules must be those of one of Bittensor's chains, got {rules.name!r}")


def _most_issued(rules, start, blocks) -> float:
    """Issuance after so many blocks at the full reward."""
    issued_rao: int | Fraction = round(start * RAO_PER_TAO)
    for era in issuance_eras(rules, issuance_rao=round(start * RAO_PER_TAO)):
        run = blocks if era.blocks is None else min(blocks, era.blocks)
        issued_rao = era.issuance_rao + era.net_rao * run
        blocks -= run
        if blocks == 0:
            break
    return float(issued_rao / RAO_PER_TAO)


@typed
def check_supply_points(
    rules: Rules,
    *,
    since: str | date | None = None,
    until: str | date | None = None,
    restate: bool = True,
    points: pd.DataFrame | None = None,
    anchors: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Every dated supply with the reason the schedule cannot reach it, or cannot lead from it to a
    trusted one.

    Parameters
    ----------
    since, until
        the window; anchors of blocks after it are not looked at
    restate
        whether readings of the counter are restated by what it is known to have missed
    points, anchors
        one's own, as in `supply_observations`

    Returns
    -------
    DataFrame
        the columns of `supply_observations`, `above` (more than the schedule allows from the last
        trusted supply) and `below` (less than at the last trusted one, or too little to reach the
        next)
    """
    _of_bittensor(rules)
    first = utc(since or GENESIS_UTC)
    last = utc(until or "9998-12-31")
    seen = supply_observations(anchors_until=last, points=points, anchors=anchors)
    if not restate:
        seen = seen.assign(correction_tao=0.0, restated_tao=seen["tao"])
    seen = seen[(seen["when"] >= first) & (seen["when"] <= last)]
    trusted = [point for point in seen.itertuples() if point.confidence in TRUSTED]
    above = []
    below = []
    for point in seen.itertuples():
        before = [other for other in trusted if other.when < point.when][-1:]
        after = [other for other in trusted if other.when > point.when][:1]
        above.append(any(_beyond(rules, start, point) for start in before))
        fell = any(point.restated_tao < start.restated_tao for start in before)
        below.append(fell or any(_beyond(rules, point, end) for end in after))
    return seen.assign(above=np.array(above, bool), below=np.array(below, bool))


class _Reading(NamedTuple):
    """A supply at a block, as the checks read it."""

    block: int
    block_known: str
    tao: float
    correction_tao: float


@typed
def feasible_supply_tao(rules: Rules, day: str | date) -> tuple[float, float]:
    """The least and the most TAO that can have been issued on a day, so that the schedule leads
    from the last trusted supply before it to it, and from it to the next trusted one.

    Parameters
    ----------
    day
        the day, UTC, from genesis on; its noon is meant, half a day either way

    Returns
    -------
    tuple of float
        (least, most) TAO, restated by what the counter is known to have missed; the least is above
        the most where two trusted supplies contradict each other: from late December 2025 to July
        2026, by at most 7,194 TAO

    Raises
    ------
    ValueError
        for a day before genesis
    """
    _of_bittensor(rules)
    noon = utc(day) + timedelta(hours=12)
    block = anchored_block(noon)
    missed = counter_correction_tao(block)
    trusted = [one for one in supply_observations().itertuples() if one.confidence in TRUSTED]
    before = [one for one in trusted if one.block < block][-1]
    after = next((one for one in trusted if one.block > block), None)

    def reading(tao: float) -> _Reading:
        return _Reading(block, BY_DAY, tao, missed)

    def too_much(tao: float) -> bool:
        return _beyond(rules, before, reading(tao))

    def enough(tao: float) -> bool:
        return after is None or not _beyond(rules, reading(tao), after)

    least = _turns_at(before.tao, before.tao if after is None else after.tao, enough)
    most = _turns_at(before.tao, rules.max_supply_rao / RAO_PER_TAO, too_much)
    return least + missed, most + missed


def _turns_at(low: float, high: float, turned: Callable[[float], bool]) -> float:
    """Where a condition that holds above some amount of TAO begins to hold, to the rao or so."""
    if turned(low):
        return low
    while high - low > 1 / RAO_PER_TAO and (low + high) / 2 not in (low, high):
        middle = (low + high) / 2
        low, high = (low, middle) if turned(middle) else (middle, high)
    return high


def _vague_blocks(reading) -> int:
    """How far the block of a reading may lie from the one stated: half a day where only its day
    is known.
    """
    return BLOCKS_PER_DAY // 2 if reading.block_known == BY_DAY else 0


def _beyond(rules, start, end) -> bool:
    """Whether the schedule cannot lead from one supply to a later one.

    The reward follows the counter. What was issued and not booked takes blocks at the first reward
    and does not bring the halving nearer; what was put back took none.
    """
    unbooked = end.correction_tao - start.correction_tao
    if math.isnan(unbooked):
        return False
    blocks = end.block - start.block + _vague_blocks(start) + _vague_blocks(end)
    reward = reward_after(rules, halvings_so_far(rules, round(start.tao * RAO_PER_TAO)))
    if unbooked > 0 and reward:
        blocks -= math.ceil(unbooked * RAO_PER_TAO / reward)
    return end.tao + min(unbooked, 0) > _most_issued(rules, start.tao, max(blocks, 0))


@typed
def usable_supplies(
    rules: Rules,
    *,
    since: str | date,
    until: str | date,
    accept: Collection[str] = TRUSTED,
    restate: bool = True,
    points: pd.DataFrame | None = None,
    anchors: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Supplies of a window that a fit may use, and the others with the reason why not.

    Parameters
    ----------
    since, until, restate, points, anchors
        as in `check_supply_points`
    accept
        confidences used

    Returns
    -------
    tuple of DataFrame
        used, refused (with `why`)
    """
    _of_bittensor(rules)
    seen = check_supply_points(
        rules,
        since=utc(since),
        until=utc(until),
        restate=restate,
        points=points,
        anchors=anchors,
    )
    reasons = {
        "the counter was wrong there by an unknown amount": seen["correction_tao"].isna(),
        "above what the schedule allows": seen["above"],
        "too low to lead to the next trusted supply": seen["below"],
        "not trusted": ~seen["confidence"].isin(accept),
    }
    why = pd.Series(np.select(list(reasons.values()), list(reasons), default=""), seen.index)
    blocks = seen["block"][why == ""].to_numpy()
    vague = (why == "") & (seen["block_known"] == BY_DAY)
    for row in seen.index[vague]:
        apart = np.abs(blocks - seen["block"][row])
        if (apart < DAY_APART_BLOCKS).sum() > 1:  # itself and a neighbour
            why[row] = "only its day is known, and another reading is nearer than ten days"
    return seen[why == ""], seen.assign(why=why)[why != ""]


def days_between(start: datetime, end: datetime) -> float:
    """Decimal days from one moment to another."""
    return (end - start).total_seconds() / SECONDS_PER_DAY
