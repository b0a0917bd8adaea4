"""What if it went wrong? Named stresses: each turns the three records into three others, and any
model takes those.

A stress is a question and no forecast. It changes what was assumed or observed, never what the code
does with it, so any figure, claim or instrument can be drawn again under it:
`STRESSES["volume / 5"](records)`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from ..inputs import data
from ..inputs.door import typed
from ..inputs.record import unknown
from ..inputs.rules import Rules, Scenario, Snapshot, coins, load_scenario
from ..inputs.units import DAYS_PER_YEAR
from .sector import ai_beta
from .supply import emission_tao_per_day, supply_after

# of reported volume, the mean over unregulated exchanges: Cong, Li, Tang and Yang, NBER 30783
FAKE_SHARE = 0.7
RECYCLED_IN_APRIL_2024 = 0.185  # of that month's emission: 1kx-network/depin_tokenomics
EXIT_DAYS = 30
FEES_OVER_EMISSION = 0.1
DILUTION_ONLY = ("recycled_share", "market_cap_growth", "stake_stickiness")  # what it assumes


class Records(NamedTuple):
    """What every model takes: the law, the facts and the assumptions."""

    rules: Rules
    snapshot: Snapshot
    scenario: Scenario


@typed
def stressed(records: Records, name: str | None) -> Records:
    """The records under the stress of that `name`; as they are for None.

    Raises
    ------
    ValueError
        naming the known stresses, or the field that the stress would put out of its bounds
    """
    if name is None:
        return records
    if name not in STRESSES:
        raise ValueError(unknown("stress", name, STRESSES))
    return STRESSES[name](records)


def _volume(records: Records, factor: float) -> Records:
    """Volume times a factor, in the snapshot where it is known and in the scenario."""
    seen = records.snapshot.volume_usd
    snapshot = (
        records.snapshot if seen is None else replace(records.snapshot, volume_usd=seen * factor)
    )
    scenario = replace(records.scenario, volume_usd=records.scenario.volume_usd * factor)
    return records._replace(snapshot=snapshot, scenario=scenario)


def _price(records: Records, factor: float) -> Records:
    return records._replace(
        snapshot=replace(records.snapshot, price_usd=records.snapshot.price_usd * factor)
    )


def _scenario(records: Records, **fields) -> Records:
    return records._replace(scenario=replace(records.scenario, **fields))


def _all_sold(records: Records) -> Records:
    return _scenario(records, owners_sold_share=1.0, miners_sold_share=1.0, stakers_sold_share=1.0)


def _revenue_ramp(records: Records) -> Records:
    """Fees of a tenth of what the emission is worth, all of it the holders'."""
    per_year = emission_tao_per_day(*records) * DAYS_PER_YEAR
    fees = FEES_OVER_EMISSION * per_year * records.snapshot.price_usd
    return _scenario(records, fee_revenue_usd_per_year=fees, capture_share=1.0)


def _ai_crash(records: Records) -> Records:
    """AI-labelled tokens halve and TAO follows by its beta."""
    return _price(records, 0.5 ** ai_beta())


def _subnet_exodus(records: Records) -> Records:
    """The fall of 10 April 2026 once more."""
    shock = data.load("price_shocks").iloc[0]
    return _price(records, float(shock["after_usd"] / shock["before_usd"]))


def _dilution_only(records: Records) -> Records:
    """A year on with the same market cap: nothing is recycled and nothing but supply moves."""
    alone = load_scenario("dilution-only")
    later = _scenario(records, **{field: getattr(alone, field) for field in DILUTION_ONLY})
    before = coins(records.rules, records.snapshot.issuance_rao)
    after = supply_after(later.rules, later.snapshot, later.scenario, 1.0)
    snapshot = replace(records.snapshot, issuance_rao=round(after * records.rules.units_per_coin))
    return _price(later._replace(snapshot=snapshot), before / after)


STRESSES: dict[str, Callable[[Records], Records]] = {
    "volume / 5": functools.partial(_volume, factor=0.2),
    "wash trading": functools.partial(_volume, factor=1 - FAKE_SHARE),
    "stakers exit in 30 days": functools.partial(_scenario, stake_exit_per_day=1 / EXIT_DAYS),
    "all emission sold": _all_sold,
    "recycling 0": functools.partial(_scenario, recycled_share=0.0),
    "recycling 18.5%": functools.partial(_scenario, recycled_share=RECYCLED_IN_APRIL_2024),
    "revenue ramp": _revenue_ramp,
    "AI crash": _ai_crash,
    "subnet exodus": _subnet_exodus,
    "dilution only": _dilution_only,
}
