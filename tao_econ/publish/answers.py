"""`./run ask`: one number with its range, what went in and where that was read."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from ..economy.day_flows import day_flows
from ..economy.holding import holder_yield
from ..economy.issuance_readings import GENESIS_UTC, feasible_supply_tao, supply_observations
from ..economy.market import sell_pressure
from ..economy.recycled_halving import next_halving_at
from ..economy.stress import RECYCLED_IN_APRIL_2024
from ..economy.supply import discounted_supply, supply_at
from ..inputs.record import unknown
from ..inputs.rules import Rules, Scenario, Snapshot
from ..inputs.units import tao
from ..views import watch
from ..views.selling import THIN
from .press import parse

MAX_VALUES = 1_000  # of one sweep


class Answer(NamedTuple):
    """One number, or day, with the ends of its range; None where an end is not known."""

    question: str
    value: float | str
    unit: str
    low: float | str | None
    high: float | str | None
    range_is: str
    parts: dict[str, float]  # what the number is made of, or stands beside
    inputs: dict[str, Any]  # every field that was read, by record
    source: dict[str, str]  # of each of the snapshot's values that was read


class _Said(NamedTuple):
    value: float | str
    unit: str
    low: float | str | None
    high: float | str | None
    range_is: str
    parts: dict[str, float]


def _halving(rules: Rules, snapshot: Snapshot, scenario: Scenario) -> _Said:
    """When does the reward halve next?"""
    most = max(RECYCLED_IN_APRIL_2024, scenario.recycled_share)
    found, early, late = (
        next_halving_at(rules, snapshot, replace(scenario, recycled_share=share))
        for share in (scenario.recycled_share, 0.0, most)
    )
    parts = {
        "halving number": found.halving,
        "years": found.years,
        "TAO still to be issued": found.missing_tao,
        "TAO issued a day": found.net_tao_per_day,
    }
    return _Said(
        value=str(found.when.date()),
        unit="day, UTC",
        low=str(early.when.date()),
        high=str(late.when.date()),
        range_is=f"nothing recycled to {most:.1%} recycled (18.5%: April 2024, by one table)",
        parts=parts,
    )


def _supply(rules: Rules, snapshot: Snapshot, scenario: Scenario) -> _Said:
    """How many TAO are issued?"""
    supply = supply_at(rules, snapshot, scenario)
    low = snapshot.issuance_low_rao
    high = snapshot.issuance_high_rao
    ends: tuple[float | None, float | None] = (None, None)
    said = "not known: neither the snapshot nor a trusted reading bounds it"
    if low is not None and high is not None:
        ends = (tao(low), tao(high))
        said = "least and most that the snapshot gives"
    elif GENESIS_UTC.date() < snapshot.date <= supply_observations()["when"].max().date():
        least, most = feasible_supply_tao(rules, snapshot.date)
        ends = (min(least, most), max(least, most))
        said = "what the schedule allows between the trusted readings before and after"
    parts = {
        "circulating TAO": supply.circulating_tao,
        "staked TAO": supply.staked_tao,
        "share of the cap": supply.mc_fdv,
    }
    return _Said(
        value=supply.issued_tao,
        unit="TAO",
        low=ends[0],
        high=ends[1],
        range_is=said,
        parts=parts,
    )


def _fdv(rules: Rules, snapshot: Snapshot, scenario: Scenario) -> _Said:
    """What is TAO worth at its price, all that will ever exist counted?"""
    supply = supply_at(rules, snapshot, scenario)
    counted = float(discounted_supply(rules, snapshot, scenario)) * snapshot.price_usd
    said = f"TAO still to come discounted at {scenario.discount_rate:.0%} a year, to all at full"
    parts = {"market cap, USD": supply.market_cap_usd, "market cap / FDV": supply.mc_fdv}
    return _Said(
        value=supply.fdv_usd,
        unit="USD",
        low=counted,
        high=supply.fdv_usd,
        range_is=said,
        parts=parts,
    )


def _pressure(rules: Rules, snapshot: Snapshot, scenario: Scenario) -> _Said:
    """How much of a day's trade is the sale of new TAO?"""
    sold = sell_pressure(rules, snapshot, scenario)
    return _Said(
        value=sold.participation_share,
        unit="share of a day's volume",
        low=sold.participation_share,
        high=sold.participation_share * THIN,
        range_is=f"all of the volume is real, to one {THIN}th of it",
        parts={
            "sold TAO a day": sold.sold_tao_per_day,
            "sold USD a day": sold.sold_usd_per_day,
            "volume USD a day": sold.volume_usd,
        },
    )


def _split(rules: Rules, snapshot: Snapshot, scenario: Scenario) -> _Said:
    """What part of a day's new TAO do miners get, and what the others?"""
    flows = day_flows(rules, snapshot, scenario)
    paid = sum(flows.pay)
    if not paid:
        raise ValueError(f"issuance_rao must leave something to pay, got {snapshot.issuance_rao:,}")
    shares = {name.removesuffix("_rao"): rao / paid for name, rao in flows.pay._asdict().items()}
    said = "none: it follows from the rules' cut, the assumed stakers_share and the take"
    parts = shares | {"paid TAO a day": tao(paid)}
    return _Said(
        value=shares["miners"],
        unit="share of the day's pay",
        low=None,
        high=None,
        range_is=said,
        parts=parts,
    )


def _yield(rules: Rules, snapshot: Snapshot, scenario: Scenario) -> _Said:
    """What does a staker gain in a year, as a share of the supply?"""
    found = holder_yield(rules, snapshot, scenario)
    return _Said(
        value=found.staker_real,
        unit="share per year",
        low=found.unstaked,
        high=found.staker_nominal,
        range_is="who does not stake, to a staker before dilution",
        parts={"break-even staked share": found.break_even_staked_share},
    )


QUESTIONS: dict[str, Callable[..., _Said]] = {
    "halving": _halving,
    "supply": _supply,
    "fdv": _fdv,
    "pressure": _pressure,
    "split": _split,
    "yield": _yield,
}


def ask(
    question: str,
    rules: Rules,
    snapshot: Snapshot,
    scenario: Scenario,
    *,
    settings: Mapping[str, str] | None = None,
) -> Answer:
    """One number, its range, and what it was made of.

    Parameters
    ----------
    question
        one of `QUESTIONS`
    settings
        field of the snapshot or the scenario → its value as text

    Raises
    ------
    ValueError
        for a question or a field that does not exist, for a value that does not fit, and for a
        field that the answer does not read
    """
    answer = _answer(question, rules, snapshot, scenario, settings or {})
    if settings and answer[:6] == _answer(question, rules, snapshot, scenario, {})[:6]:
        raise ValueError(f"--set must change the answer, got {', '.join(settings)}")
    return answer


def sweep(
    question: str,
    rules: Rules,
    snapshot: Snapshot,
    scenario: Scenario,
    *,
    field: str,
    values: Sequence[str],
    settings: Mapping[str, str] | None = None,
) -> dict[str, Answer]:
    """The answers to a question over values of one field, by value.

    Parameters
    ----------
    question, settings
        as in `ask`
    field, values
        of the snapshot or the scenario, and 2 to 1,000 values as text

    Raises
    ------
    ValueError
        as `ask`, and where every value gives the same answer or one stands twice
    """
    if not 2 <= len(values) <= MAX_VALUES or len(set(values)) < len(values):
        raise ValueError(
            f"{field} must have 2 to {MAX_VALUES:,} different values, got {','.join(values)[:80]}"
        )
    if field in (settings or {}):
        raise ValueError(f"--set must set another field than the one swept, got {field!r}")
    found = {
        value: _answer(question, rules, snapshot, scenario, {**(settings or {}), field: value})
        for value in values
    }
    if len({repr(answer[:6]) for answer in found.values()}) == 1:
        raise ValueError(f"{field} must change the answer, got the same at every value")
    return found


def _answer(question, rules, snapshot, scenario, settings) -> Answer:
    if question not in QUESTIONS:
        raise ValueError(unknown("question", question, QUESTIONS))
    records: dict[str, Any] = {"rules": rules, "snapshot": snapshot, "scenario": scenario}
    owners = {
        field.name: key
        for key in ("snapshot", "scenario")  # of two that have it, the assumption
        for field in dataclasses.fields(records[key])
        if field.name not in ("name", "sources")
    }
    for field, text in settings.items():
        if field not in owners:
            raise ValueError(unknown("field", field, sorted(owners)))
        old = records[owners[field]]
        kind = typing.get_type_hints(type(old))[field]
        values = {field: parse(text, getattr(old, field), kind)}
        if owners[field] == "snapshot":
            values["sources"] = old.sources | {field: "given with the question"}
        records[owners[field]] = replace(old, **values)
    said: Any
    said, read = watch.reads(QUESTIONS[question], records)
    for field in settings:
        if (owners[field], field) not in read:
            fields = ", ".join(sorted(name for key, name in read if key != "rules"))
            raise ValueError(f"question {question} does not read {field!r}; it reads {fields}")
    return Answer(
        question=(QUESTIONS[question].__doc__ or "").strip(),
        **said._asdict(),
        inputs={
            f"{key}.{name}": getattr(records[key], name)
            for key, name in sorted(read)
            if name != "sources"
        },
        source={
            name: records["snapshot"].sources[name]
            for key, name in sorted(read)
            if key == "snapshot" and name in records["snapshot"].sources
        }
        | {"rules": f"{rules.name}: {rules.source}"},
    )


def in_words(answer: Answer) -> str:
    """An answer as lines to read."""
    low, high = (_number(end) for end in (answer.low, answer.high))
    lines = [answer.question, f"  {_number(answer.value)} {answer.unit}"]
    ends = "" if answer.low is None else f"{low} to {high}: "
    lines.append(f"  range: {ends}{answer.range_is}")
    lines += [f"  {name}: {_number(value)}" for name, value in answer.parts.items()]
    for place, value in answer.inputs.items():
        record, field = place.split(".")
        if record != "rules" and value is not None and field != "name":
            said = "assumption"
            if record == "snapshot":
                said = answer.source.get(field, "fact without a source")
            lines.append(f"  with {field} = {_number(value)}  ({said})")
    return "\n".join([*lines, f"  by the rules of {answer.source['rules']}"])


def table_in_words(field: str, answers: Mapping[str, Answer]) -> str:
    """Answers over values of a field as lines to read."""
    first = next(iter(answers.values()))
    lines = [first.question, f"  in {first.unit}; range: {first.range_is}"]
    for value, answer in answers.items():
        low, high = (_number(end) for end in (answer.low, answer.high))
        ends = "" if answer.low is None else f"  ({low} to {high})"
        lines.append(f"  {field} = {value}: {_number(answer.value)}{ends}")
    return "\n".join([*lines, f"  by the rules of {first.source['rules']}"])


def _number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def plain(answer: Answer) -> dict[str, Any]:
    """An answer as JSON takes it."""
    inputs = {
        place: value if isinstance(value, (int, float, str, type(None))) else str(value)
        for place, value in answer.inputs.items()
    }
    return answer._asdict() | {"inputs": inputs}
