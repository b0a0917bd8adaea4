"""The article's load-bearing numbers, to be moved, and its eight valuation arguments, judged
again at every move by the one judge of the ledger.

A state of the board takes the place of the latest records, and an argument is judged as the ledger
judges it "now". So at *September 2026* the board and the ledger agree. A dated fact on the board
answers another question than in the ledger: would it be so with these numbers?
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..economy.stress import Records
from ..inputs.record import about, checked_record, quantity, same, unknown
from ..inputs.rules import Scenario, Snapshot, load_scenario
from ..inputs.units import RAO_PER_TAO, tao
from .arguments import ARGUMENTS, Argument
from .declare import Claim
from .roots import Flip, Input, nearest
from .rule import PUBLISHED, World, judge, kept, verdict, world
from .tokenomics import first_halving_on
from .turning import side_of

NOW = "now"
HALVINGS = 10  # a thousandth of a step, for the three digits that are shown
STEPS = 3  # looked at on either side: what the board measures rises or falls with each number
PEERS_THEN = "2023-11-20"  # days on which other tokens were listed with their ratios
PEERS_NOW = "2025-10-01"


@checked_record
class Numbers:
    """The numbers that carry the article's valuation."""

    name: str = quantity(unit="", meaning="state that these numbers began as")
    price_usd: float = same(Snapshot, "price_usd", step=1.0)
    issuance_rao: int = same(Snapshot, "issuance_rao")
    volume_usd: float = same(
        Scenario, "volume_usd", meaning="traded volume of a day", step=1e5, span=(1e5, 250e6)
    )
    owners_sold_share: float = same(Scenario, "owners_sold_share")
    miners_sold_share: float = same(Scenario, "miners_sold_share")
    stakers_sold_share: float = same(Scenario, "stakers_sold_share")
    staked_share: float = same(
        Scenario,
        "staked_share",
        meaning="part of issued TAO that is staked",
        step=0.001,
        span=(0.001, 1),
    )
    recycled_share: float = same(Scenario, "recycled_share")
    discount_rate: float = same(Scenario, "discount_rate")
    openai_bn_usd: float = quantity(
        unit="bn USD",
        meaning="what OpenAI was valued at in its last sale that had closed",
        ge=1,
        le=1e5,
        step=1.0,
        span=(10, 2_000),
    )
    capture_share: float = same(Scenario, "capture_share")
    survival_share: float = same(Scenario, "survival_share")


MOVED = tuple(field.name for field in dataclasses.fields(Numbers) if field.name != "name")


class Row(NamedTuple):
    """An argument at one state of the board."""

    claim: str
    says: str  # the statement
    stated: str  # its number
    recomputed: str
    verdict: str
    was: str  # the verdict of the state that the numbers began as


def presets() -> dict[str, Numbers]:
    """The named states of the board.

    Returns
    -------
    dict[str, Numbers]
        The dated ones count an FDV as the article does, at a discount of 0.
    """
    return dict(_presets())


@functools.cache
def _presets() -> Mapping[str, Numbers]:
    return {name: _numbers(name, *records) for name, records in _beginnings().items()}


@functools.cache
def _beginnings() -> dict[str, tuple[Records, float]]:
    """The records and the rate of discount that each named state has."""
    known = world()
    dated = {"the article": known.then, "publication day": known.day, "September 2026": known.now}
    begun = {name: (records, 0.0) for name, records in dated.items()}
    for name in ("bear", "bull", "dilution-only"):
        scenario = load_scenario(name)
        said = "only dilution" if name == "dilution-only" else name
        begun[said] = (known.now._replace(scenario=scenario), scenario.discount_rate)
    return begun


def _numbers(name: str, records: Records, discount_rate: float) -> Numbers:
    snapshot = records.snapshot
    scenario = records.scenario
    taken = {field: getattr(scenario, field) for field in MOVED if hasattr(scenario, field)}
    staked = snapshot.staked_tao
    if staked is not None:
        taken["staked_share"] = round(staked / tao(snapshot.issuance_rao), 3)  # steps of its slider
    taken |= {"volume_usd": snapshot.volume_usd or scenario.volume_usd}
    rows = world().facts["C46", "openai_closed"]
    by = PUBLISHED if _of_2023(records) else pd.Timestamp.max
    value = max((row for row in rows if row.known_from <= by), key=lambda row: row.as_of).value
    return Numbers(
        **taken
        | {
            "name": name,
            "price_usd": snapshot.price_usd,
            "issuance_rao": snapshot.issuance_rao,
            "discount_rate": discount_rate,
            "openai_bn_usd": value,
        }
    )


def _of_2023(records: Records) -> bool:
    return pd.Timestamp(records.snapshot.date) <= PUBLISHED


def began(numbers: Numbers) -> Numbers:
    """The named state that numbers began as.

    Parameters
    ----------
    numbers : Numbers

    Returns
    -------
    Numbers
    """
    known = _presets()
    if numbers.name not in known:
        raise ValueError(unknown("state of the board", numbers.name, known))
    return known[numbers.name]


def records_of(numbers: Numbers) -> Records:
    """The records of the state that numbers began as, with the numbers in them.

    Parameters
    ----------
    numbers : Numbers

    Returns
    -------
    Records
    """
    began(numbers)
    records = _beginnings()[numbers.name][0]
    moved = {name: getattr(numbers, name) for name in MOVED}
    market = {name: moved.pop(name) for name in ("price_usd", "issuance_rao", "volume_usd")}
    assumed = {name: value for name, value in moved.items() if hasattr(records.scenario, name)}
    snapshot = _changed(records.snapshot, **market, staked_tao=None)
    return Records(records.rules, snapshot, _changed(records.scenario, **assumed))


@functools.lru_cache(maxsize=4_096)
def _changed(record: Any, **fields: Any) -> Any:
    """A record with other fields; a search moves one record and asks for the other again."""
    return dataclasses.replace(record, **fields)


def world_of(numbers: Numbers) -> World:
    """The world in which the numbers of the board stand in the place of the latest.

    Parameters
    ----------
    numbers : Numbers

    Returns
    -------
    World
        With OpenAI's value, the first halving if it is still to come, and TAO's ratio among other
        tokens as the numbers imply them.
    """
    state = records_of(numbers)
    facts = dict(world().facts)
    put: dict[tuple[str, str], Any] = {("C46", "openai_closed"): numbers.openai_bn_usd}
    issued = numbers.issuance_rao
    day = _first_halving(numbers.name, issued, numbers.recycled_share)
    if day is not None:
        put["C26", "first_halving"] = day
    for name, value in put.items():
        facts[name] = tuple(row._replace(value=value) for row in facts[name])
    listed = _listed(_day_of_peers(numbers.name), issued / state.rules.max_supply_rao)
    return dataclasses.replace(world(), now=state, facts=facts, tables={"comparables": listed})


@functools.lru_cache(maxsize=256)
def _first_halving(name: str, issued: int, recycled_share: float) -> str | None:
    records = _beginnings()[name][0]
    return first_halving_on(records.rules, records.snapshot.date, issued, recycled_share)


@functools.cache
def _day_of_peers(name: str) -> str:
    return PEERS_THEN if _of_2023(_beginnings()[name][0]) else PEERS_NOW


@functools.lru_cache(maxsize=256)
def _listed(day: str, ratio: float) -> pd.DataFrame:
    """The other tokens of a day with their ratios, and TAO's by the board."""
    rows, own = _peers(day)
    return rows.assign(mcap_fdv=np.where(own, ratio, rows["mcap_fdv"]))


@functools.cache
def _peers(day: str) -> tuple[pd.DataFrame, np.ndarray]:
    """The rows of a day, and which is TAO's."""
    rows = kept("comparables")
    rows = rows.loc[rows["as_of"] == day, ["as_of", "token", "mcap_fdv"]].reset_index(drop=True)
    return rows, (rows["token"] == "TAO").to_numpy()


def judged_at(numbers: Numbers, claim: str) -> tuple[str, str]:
    """What an argument comes to with the numbers of the board, and its verdict.

    Parameters
    ----------
    numbers : Numbers
    claim : str

    Returns
    -------
    tuple[str, str]
    """
    found = _judged(_only_read(numbers, claim), claim)
    argument = ARGUMENTS[claim]
    ends = [_shown(argument, value) for value in (found.values[0], found.values[-1])]
    return _with_unit(" to ".join(dict.fromkeys(ends)), argument), found.verdict


def _with_unit(text: str, argument: Argument) -> str:
    return f"{text}{'' if argument.unit[:1] in '×%' else ' '}{argument.unit}"


def _only_read(numbers: Numbers, claim: str) -> Numbers:
    """The numbers with all that an argument does not read as they began: one key for a memory."""
    if claim not in ARGUMENTS:
        raise ValueError(unknown("argument of the board", claim, ARGUMENTS))
    read = {name: getattr(numbers, name) for name in ARGUMENTS[claim].reads}
    return dataclasses.replace(began(numbers), **read)


class Measured(NamedTuple):
    """An argument at a state: all that was measured, and the one verdict."""

    values: tuple
    verdict: str


@functools.lru_cache(maxsize=65_536)
def _judged(numbers: Numbers, claim: str) -> Measured:
    found = judge(world_of(numbers), _as_judged(numbers, ARGUMENTS[claim]), NOW)
    values = (one.value for one in found.read if one.value is not None)
    return Measured(tuple(sorted(values)), verdict(found))


def _as_judged(numbers: Numbers, argument: Argument) -> Claim:
    claim = world().claims[argument.claim]
    if argument.claim == "C38":
        return claim._replace(days_now=(_day_of_peers(numbers.name),))
    return claim._replace(days_now=(NOW,), definitions=argument.definitions or claim.definitions)


def _shown(argument: Argument, value) -> str:
    if isinstance(value, str):
        return value
    return f"{value * argument.scale:,.{argument.places}f}".replace("-", "−")


def rows(numbers: Numbers) -> tuple[Row, ...]:
    """The eight arguments at one state of the board.

    Parameters
    ----------
    numbers : Numbers

    Returns
    -------
    tuple[Row, ...]
    """
    found = []
    for argument in ARGUMENTS.values():
        claim = world().claims[argument.claim]
        recomputed, now = judged_at(numbers, argument.claim)
        found.append(
            Row(
                claim=argument.claim,
                says=says(argument.claim),
                stated=_stated(argument, claim.says, claim.stated),
                recomputed=recomputed,
                verdict=now,
                was=judged_at(began(numbers), argument.claim)[1],
            )
        )
    return tuple(found)


@functools.cache
def says(claim: str) -> str:
    """A statement in English.

    Parameters
    ----------
    claim : str

    Returns
    -------
    str
    """
    table = kept("claims")
    return str(table.loc[table["id"] == claim, "claim"].iloc[0])


def _stated(argument: Argument, sign: str, stated: str) -> str:
    """The article's number, or the bar at which its words stop being true."""
    side = {"<": "below ", ">": "above "}.get(sign, "")
    if argument.unit:
        places = len(stated.partition(".")[2]) if sign == "=" else 0
        stated = f"{float(stated) * argument.scale:,.{places}f}"
    return side + _with_unit(stated, argument)


def what_turns(numbers: Numbers, claim: str) -> Flip | None:
    """The smallest change of one number of the board that turns an argument.

    Parameters
    ----------
    numbers : Numbers
    claim : str

    Returns
    -------
    Flip or None
        None where no number of the board turns it alone.
    """
    return _turning(_only_read(numbers, claim), claim)


@functools.lru_cache(maxsize=4_096)
def _turning(numbers: Numbers, claim: str) -> Flip | None:
    start = _judged(numbers, claim).verdict
    best = None
    for name in ARGUMENTS[claim].reads:
        at = functools.cache(functools.partial(_at, numbers, claim, name))
        found = nearest(
            _input(numbers, name),
            start,
            functools.partial(_verdict_at, at),
            side=functools.partial(_side_at, at, claim),
            within=best.distance if best else math.inf,
            steps=STEPS,
            halvings=HALVINGS,
        )
        best = found or best
    return best


def _scale(name: str) -> float:
    """How many of a field's units are one of what is shown: TAO, per cent, or its own."""
    if name.endswith("_rao"):
        return float(RAO_PER_TAO)
    return 0.01 if name.endswith(("_share", "_rate")) else 1.0


def _input(numbers: Numbers, name: str) -> Input:
    """A number of the board, in the unit in which it is shown, with the ends of its slider."""
    scale = _scale(name)
    said = about(numbers, name)
    low, high = said["span"] or (0.0, 1.0)
    value = getattr(numbers, name)
    unit = {0.01: "%", float(RAO_PER_TAO): "TAO"}.get(scale, said["unit"].replace(" per TAO", ""))
    words = {"issuance_rao": "supply", "openai_bn_usd": "OpenAI"}
    return Input(
        name=words.get(name) or name.removesuffix("_usd").replace("_share", "").replace("_", " "),
        unit=unit.replace("USD per day", "USD a day"),
        value=value / scale,
        low=min(low, value) / scale,
        high=max(high, value) / scale,
        put=lambda new: world_of(_moved(numbers, name, new)),
    )


def _moved(numbers: Numbers, name: str, shown: float) -> Numbers:
    value = shown * _scale(name)
    field: dict[str, Any] = {name: round(value) if name.endswith("_rao") else value}
    return dataclasses.replace(numbers, **field)


def _at(numbers: Numbers, claim: str, name: str, shown: float) -> Measured | None:
    try:
        return _judged(_moved(numbers, name, shown), claim)
    except (ValueError, ArithmeticError):
        return None


def _verdict_at(at: Callable[[float], Measured | None], shown: float) -> str | None:
    found = at(shown)
    return found and found.verdict


def _side_at(at: Callable[[float], Measured | None], claim: str, shown: float) -> int:
    """On which side of what is stated the first of what is measured lies; dates by their month."""
    found = at(shown)
    return side_of(world().claims[claim], found.values[0]) if found else 0
