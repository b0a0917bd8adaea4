"""The numbers at the head of each notebook: what they may be, and which a reader has changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import Any

from ..claims import board
from ..economy.stress import STRESSES
from ..incentives.query_market_record import QueryMarket
from ..inputs.record import checked_record, quantity, same, unknown
from ..inputs.rules import OWN_SNAPSHOT, Scenario, load_snapshot, snapshot_names
from .consensus import Teams
from .holding import Holder
from .real_subnets import STATE


def _name(default: str, meaning: str) -> Any:
    return quantity(default=default, unit="", meaning=meaning)


def _seed() -> Any:
    return quantity(default=0, unit="", meaning="of the random numbers", ge=0)


@checked_record
class Start:
    """Head of notebook 00."""

    start: str = _name("the article", "a named state of the board")


@checked_record
class Circulating:
    """Head of notebook 01."""

    discount_rate: float = same(Scenario, "discount_rate", default=0.20)
    recycled_share: float = same(Scenario, "recycled_share", default=0.02)


@checked_record
class Comparable:
    """Head of notebook 02."""

    capture_share: float = same(Scenario, "capture_share", default=1.0)
    survival_share: float = same(Scenario, "survival_share", default=1.0)


@checked_record
class Selling:
    """Head of notebook 03."""

    sold_share: float = same(Scenario, "miners_sold_share", default=1.0)
    false_volume_factor: float = quantity(
        default=5.0, unit="", meaning="volume as reported over true volume", ge=1, le=100
    )


@checked_record
class Paying:
    """Head of notebook 04."""

    validator_take: float = same(Scenario, "validator_take", default=0.18, le=0.18)  # the chain's
    staked_share_2023: float = same(Scenario, "staked_share", default=0.85)


@checked_record
class Supply:
    """Head of notebook 05."""

    recycled_share: float = same(Scenario, "recycled_share", default=0.02)
    block_time_s: float = same(Scenario, "block_time_s", default=12.0, le=600)


@checked_record
class Intrinsic:
    """Head of notebook 06."""

    fees_usd_per_year: float = same(Scenario, "fee_revenue_usd_per_year", default=20e6, ge=1e5)
    capture_share: float = same(Scenario, "capture_share", default=1.0, ge=0.001)
    discount_rate: float = same(Scenario, "discount_rate", default=0.20, ge=0.01)


@checked_record
class Holding:
    """Head of notebook 07."""

    drift: float = same(Holder, "drift", default=0.50)
    volatility: float = same(Holder, "volatility", default=1.19)
    years_of_prices: float = same(Holder, "years_of_prices", default=3.6)


@checked_record
class Judged:
    """Head of notebook 08."""

    evaluated_on: str = _name("2026-09-11", "a dated snapshot since the article's day")
    stress: str = _name("volume / 5", "a named stress")


@checked_record
class Attacked:
    """Head of notebook 09."""

    seed: int = _seed()
    honest_stake: float = same(Teams, "honest_stake", default=0.60)


@checked_record
class Decentralised:
    """Head of notebook 10."""

    gini: float = quantity(default=0.9825, unit="", meaning="Gini index of stake", gt=0, lt=1)
    top_percent_share: float = quantity(
        default=0.90, unit="share", meaning="stake of the richest hundredth", gt=0.01, lt=1
    )
    wallets: int = quantity(
        default=20_000, unit="wallets", meaning="who hold stake", ge=1_000, le=1_000_000
    )


@checked_record
class Pools:
    """Head of notebook 11."""

    miners_sold_share: float = same(Scenario, "miners_sold_share", default=0.5)
    state: str = _name(STATE, "a reading of every subnet's pool, with the miners of each")


@checked_record
class Lego:
    """Head of notebook 12."""

    judge: float = same(QueryMarket, "judge_correlation", default=0.2)
    seed: int = _seed()


@checked_record
class Scaling:
    """Head of notebook A1."""

    seed: int = _seed()


HEADS: dict[str, Any] = {
    "00": Start,
    "01": Circulating,
    "02": Comparable,
    "03": Selling,
    "04": Paying,
    "05": Supply,
    "06": Intrinsic,
    "07": Holding,
    "08": Judged,
    "09": Attacked,
    "10": Decentralised,
    "11": Pools,
    "12": Lego,
    "A1": Scaling,
}


def _later_days() -> list[str]:
    """Snapshots younger than the article, whose growth since then can be parted."""
    since = load_snapshot("article").date
    return [name for name in snapshot_names() if load_snapshot(name).date > since]


KNOWN: dict[str, Callable[[], Iterable[str]]] = {  # the names that a parameter may be
    "start": board.presets,
    "evaluated_on": _later_days,
    "stress": lambda: STRESSES,
    "state": lambda: (STATE,),
}


def check_head(notebook: str, given: dict[str, Any]) -> Any:
    """The head of a notebook, with numbers of one's own.

    Raises
    ------
    ValueError, TypeError
        naming the number, its rule and what was given
    """
    head = HEADS[notebook](**given)
    for name in KNOWN.keys() & given.keys():
        if given[name] not in KNOWN[name]():
            raise ValueError(unknown(name, given[name], KNOWN[name]()))
    return head


def own_numbers(notebook: str, **given: Any) -> list[str]:
    """Which numbers at the head of a notebook are a reader's own, also said in one printed line.

    Raises
    ------
    ValueError, TypeError
        naming the number, its rule and what was given
    """
    head = check_head(notebook, given)
    published = HEADS[notebook]()
    own = [it.name for it in fields(head) if getattr(head, it.name) != getattr(published, it.name)]
    own += ["the latest snapshot"] if OWN_SNAPSHOT in os.environ else []
    if own:
        print(f"Your own: {', '.join(own)}. What was published without is not checked.")
    return own
