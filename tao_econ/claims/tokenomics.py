"""C21 to C32, C60 and C78: launch, cap, halvings and who gets the emission, from the chain's rules
and dated supplies.
"""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from ..chain.emission import (
    block_emission,
    halving_table,
    halving_thresholds_rao,
    issuance_eras,
)
from ..economy import halving_dates as halving
from ..economy.stress import Records
from ..economy.supply import minted_per_day
from ..inputs.rules import Rules, rules_at
from ..inputs.units import BLOCKS_PER_DAY, DAYS_PER_YEAR, SECONDS_PER_DAY, block_date, tao, utc
from .declare import ARTICLE
from .facts import NotYetError
from .rule import Reading, World, fact, measures, number, records, yes

WHOLE_RAO = "article-whole-rao"  # the article's schedule with TAO's nine decimals
SCHEDULE = "article"  # the same with decimals without end
LAUNCH = "2021-01-03"
NO_HALVING = float("inf")


@measures
def c21(world: World, reading: Reading) -> bool:
    """Whether all was mined, or nothing was there when the present chain began."""
    if reading.definition.startswith("mined"):
        return yes(world, reading, "C21", "mined_before")
    return number(world, reading, "C21", "carried_over") == 0


@measures
def c22(world: World, reading: Reading) -> float:
    """The cap of the rules, TAO."""
    return tao(records(world, reading).rules.max_supply_rao)


@measures
def c23(world: World, reading: Reading) -> float:
    """Years from one halving to the next."""
    if reading.definition == "the schedule":
        return first_interval_years(rules_at(WHOLE_RAO), world.then.rules.block_time_s)
    halved = utc(str(fact(world, reading, "C26", "first_halving").value))
    if reading.definition == "the first era":
        return (halved - utc(LAUNCH)) / timedelta(days=DAYS_PER_YEAR)
    return (second_halving(world.now) - halved) / timedelta(days=DAYS_PER_YEAR)


def first_interval_years(rules: Rules, block_time_s: float) -> float:
    """Length of a schedule's first era, years.

    Parameters
    ----------
    rules : Rules
    block_time_s : float

    Returns
    -------
    float
    """
    return _years(_blocks_to_halving(rules, 0), block_time_s)


def _years(blocks: int, block_time_s: float) -> float:
    return blocks * block_time_s / (DAYS_PER_YEAR * SECONDS_PER_DAY)


def _blocks_to_halving(rules: Rules, issuance_rao: int) -> int:
    return int(halving_table(rules, issuance_rao=issuance_rao)["block"].iloc[0])


def second_halving(now: Records):
    """When the second halving comes if recycling goes on as the scenario says.

    Parameters
    ----------
    now : Records

    Returns
    -------
    datetime.datetime
    """
    rows = halving_table(
        now.rules,
        issuance_rao=now.snapshot.issuance_rao,
        block=now.snapshot.block or 0,
        date=now.snapshot.date,
        block_time_s=now.scenario.block_time_s,
        recycled_ppm=round(now.scenario.recycled_share * 1e6),
    )
    return utc(pd.Timestamp(rows["date"].iloc[0]).to_pydatetime())


@measures
def c24(world: World, reading: Reading) -> float:
    """Blocks to the first halving, M: by the code of the day, or as it came."""
    rules = records(world, reading).rules
    if reading.definition == "the code's trigger":
        if rules.schedule == "constant":
            return NO_HALVING
        return _blocks_to_halving(rules, halving.GENESIS_ISSUANCE_RAO) / 1e6
    blocks = number(world, reading, "C24", "finney_blocks")
    if reading.definition == "counted from launch":
        blocks += number(world, reading, "C24", "nakamoto_blocks")
        blocks += number(world, reading, "C24", "kusanagi_tao")  # 1 TAO a block
    return blocks / 1e6


@measures
def c25(world: World, reading: Reading) -> float:
    """Rewards above zero in whole rao: the digits of the first in base two."""
    return float(records(world, reading).rules.block_reward_rao.bit_length())


@measures
def c26(world: World, reading: Reading) -> str:
    """The day of the first halving."""
    return str(fact(world, reading, "C26", "first_halving").value)


@measures
def c27(world: World, reading: Reading) -> float:
    """Years until the last of the emission."""
    if reading.definition == "unlimited decimals":
        law = rules_at(SCHEDULE)
        return law.max_halvings * first_interval_years(law, world.then.rules.block_time_s)
    if reading.definition == "whole rao, by blocks":
        law = rules_at(WHOLE_RAO)
    else:
        law = world.now.rules
        if reading.when == "then":
            raise NotYetError("no halving in the code")
    return _years(issuance_eras(law)[-1].first_block, world.then.rules.block_time_s)


@measures
def c28(world: World, reading: Reading) -> float:
    """TAO in 12 seconds, with or without what is recycled."""
    used = records(world, reading)
    if reading.definition == "gross":
        rate = tao(
            block_emission(used.rules, used.snapshot.issuance_rao, block=used.snapshot.block)
        )
        return rate * 12.0 / used.rules.block_time_s
    return _net_tao_per_day(world, reading) / BLOCKS_PER_DAY


@measures
def c29(world: World, reading: Reading) -> float:
    """TAO a day: by the clock, as reached supply since genesis, and net of recycling."""
    used = records(world, reading)
    if reading.definition == "gross":
        return _gross_tao_per_day(world, reading)
    if reading.definition == "net of recycling":
        return _net_tao_per_day(world, reading)
    if reading.when == "now":
        raise NotYetError("a mean over two eras says nothing of today")
    days = (utc(used.snapshot.date) - halving.GENESIS_UTC) / timedelta(days=1)
    return (tao(used.snapshot.issuance_rao) - tao(halving.GENESIS_ISSUANCE_RAO)) / days


def _gross_tao_per_day(world: World, reading: Reading) -> float:
    rules, snapshot, _ = records(world, reading)
    seconds = rules.block_time_s
    return minted_per_day(rules, snapshot.issuance_rao, block_time_s=seconds, block=snapshot.block)


def _net_tao_per_day(world: World, reading: Reading) -> float:
    """Of November 2023 as it came to be known; of today by the scenario's recycling."""
    if reading.when == "then":
        return number(world, reading, "C42", "net_tao_per_day")
    gross = _gross_tao_per_day(world, reading)
    return gross * (1 - world.now.scenario.recycled_share)


@measures
def c30(world: World, reading: Reading) -> bool:
    """Whether miners and validators get equal parts, and halves of all of it."""
    names = ["miners_part", "validators_part"]
    if reading.definition == "halves where there is no owner":
        names = [f"{name}_unowned" for name in names]
        if reading.when == "now":
            raise NotYetError("every subnet has an owner")
    # in whole percent, as they are printed
    miners, validators = (round(number(world, reading, "C30", name)) for name in names)
    if reading.definition == "equal to each other":
        return miners == validators
    return miners == validators == 50


@measures
def c31(world: World, reading: Reading) -> bool:
    """Whether nothing was set aside, and no fund was there at the start."""
    if reading.definition == "nothing allocated":
        return number(world, reading, "C31", "allocated") == 0
    return not yes(world, reading, "C31", "funds_from_the_start")


@measures
def c32(world: World, reading: Reading) -> bool:
    """Whether the four stood on the website."""
    return yes(world, reading, "C32", "four_on_website")


@measures
def c60(world: World, reading: Reading) -> bool:
    """Whether counting 10.5 M blocks misses the article's month, from either start."""
    start = halving.GENESIS_UTC if "Finney" in reading.definition else LAUNCH
    blocks = round(float(world.claims["C24"].stated) * 1e6)
    time = world.then.rules.block_time_s
    day = block_date(blocks, from_block=0, from_date=start, block_time_s=time)
    return f"{day:%Y-%m}" != world.claims["C26"].stated


@measures
def c78(world: World, reading: Reading) -> str:
    """The first halving on a straight line with nothing recycled: from genesis, or from the supply
    of the article's day.
    """
    if "genesis" in reading.definition:
        return str(halving.unrecycled_first_halving(world.now.rules).date())
    snapshot = world.then.snapshot if reading.day == ARTICLE else world.day.snapshot
    ends = {"low": snapshot.issuance_low_rao, "high": snapshot.issuance_high_rao}
    supply = ends.get(reading.end) or snapshot.issuance_rao
    return first_halving_on(world.now.rules, snapshot.date, supply) or "past"


def first_halving_on(
    rules: Rules, day: date, issuance_rao: int, recycled_share: float = 0.0
) -> str | None:
    """The first halving on a straight line from a day's supply, at the full reward.

    Parameters
    ----------
    rules : Rules
        The first threshold and the reward of a block.
    day : date
    issuance_rao : int
    recycled_share : float
        Of each block's reward, in [0, 1).

    Returns
    -------
    str or None
        ISO date; None where the supply is past the threshold.
    """
    left = halving_thresholds_rao(rules)[1] - issuance_rao
    if left <= 0:
        return None
    blocks = left / (rules.block_reward_rao * (1 - recycled_share))
    return str((utc(day) + timedelta(days=blocks / BLOCKS_PER_DAY)).date())
