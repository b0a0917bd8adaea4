"""When does the next halving come, from a supply and a recycling of one's own?"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from ..chain.emission import PPM, issuance_eras
from ..inputs.door import typed
from ..inputs.rules import Rules, Scenario, Snapshot, block_seconds, coins
from ..inputs.units import SECONDS_PER_DAY, block_date, blocks_to_years


class RecycledHalving(NamedTuple):
    """The next halving, if recycling and block time stay what they are."""

    halving: int  # its number: 1 was December 2025's on chain
    when: datetime  # UTC, counted from the start of the snapshot's day
    years: float
    at_tao: float  # issuance at which it comes
    missing_tao: float  # still to be issued
    net_tao_per_day: float  # issued a day until then


@typed
def next_halving_at(rules: Rules, snapshot: Snapshot, scenario: Scenario) -> RecycledHalving:
    """The next halving, counted from a snapshot's supply at `scenario.recycled_share`.

    No forecast: a schedule under one assumption, without an error. `next_halvings` gives a band
    from the readings.

    Raises
    ------
    ValueError
        where no halving is to come, or it comes after the year 9999
    """
    now, *later = issuance_eras(
        rules,
        issuance_rao=snapshot.issuance_rao,
        block=snapshot.block or 0,
        recycled_ppm=round(scenario.recycled_share * PPM),
    )
    if not later:
        raise ValueError(f"rules must have a halving to come, got {rules.name!r}, which have none")
    then = later[0]
    seconds = block_seconds(rules, scenario)
    return RecycledHalving(
        halving=then.halving,
        when=block_date(
            then.first_block,
            from_block=now.first_block,
            from_date=snapshot.date,
            block_time_s=seconds,
        ),
        years=float(blocks_to_years(then.first_block - now.first_block, seconds)),
        at_tao=coins(rules, float(then.issuance_rao)),
        missing_tao=coins(rules, float(then.issuance_rao)) - coins(rules, snapshot.issuance_rao),
        net_tao_per_day=coins(rules, float(now.net_rao)) * SECONDS_PER_DAY / seconds,
    )
