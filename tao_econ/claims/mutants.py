"""Worlds that could have been: does any of them turn a verdict?

A verdict that no change of law, fact, series or assumption turns would say nothing of the article.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pandas as pd

from ..inputs.units import RAO_PER_TAO
from .declare import Claim
from .facts import Fact
from .rule import World, find, table, verdict, with_records
from .turning import PLACES, SERIES, asked, flip, inputs, scaled, with_fact, yes_or_no

LAWS = (  # other rules that a chain could have had
    {"max_supply_rao": 42_000_000 * RAO_PER_TAO},
    {"block_reward_rao": RAO_PER_TAO // 4},
    {"block_reward_rao": 10**19},
    {"block_time_s": 6.0},
    {"block_time_s": 7.2},
    {"schedule": "issuance"},
    {"max_take": Fraction(0)},
    {"owner_cut": Fraction(0)},
    {"permits": "top_stakes"},
    {"permits": "top_nonzero_stakes"},
)
FAR = (0.0, 0.01, 0.1, 10.0, 100.0)  # times a number that is not known to be so


def mutants(world: World, claim: Claim) -> Iterator[tuple[str, World]]:
    """Worlds that could have been, each one change of law, fact, series or assumption away.

    Parameters
    ----------
    world : World
    claim : Claim

    Yields
    ------
    tuple
        The change in words, and the changed world.
    """
    yield from yes_or_no(world, claim)
    for one, changed in yes_or_no(world, claim):
        yield from ((f"{one} and {two}", both) for two, both in yes_or_no(changed, claim))
    for answer in (True, False):
        yield f"all {answer}", _all_answered(world, asked(world, claim), answer)
    for name in sorted(asked(world, claim)):
        for place, fact in enumerate(world.facts.get(name, ())):
            said = f"{name[0]} {name[1]}"
            known = fact._replace(confidence="high")
            for value in (True, False, 1.0) if fact.value is None else (fact.value,):
                yield f"{said} known", _with_row(world, name, place, known._replace(value=value))
            if isinstance(fact.value, float):
                for by in FAR:
                    value = fact.value * by
                    yield f"{said} × {by:g}", with_fact(world, name, place, value)
    for moved in inputs(world, claim):
        for value in (moved.low, moved.high):
            try:
                yield f"{moved.name} {value:g}", moved.put(value)
            except (ValueError, ArithmeticError):
                continue
    yield from _other_laws(world)
    yield from _other_series(world)


def _all_answered(world: World, names: set, answer: bool) -> World:
    """The world with every fact of those names that is yes or no answered alike."""
    facts = {
        name: tuple(
            row._replace(value=answer) if isinstance(row.value, bool) else row for row in rows
        )
        for name, rows in world.facts.items()
        if name in names
    }
    return dataclasses.replace(world, facts={**world.facts, **facts})


def _with_row(world: World, name: tuple[str, str], place: int, row: Fact) -> World:
    rows = list(world.facts[name])
    rows[place] = row
    return dataclasses.replace(world, facts={**world.facts, name: tuple(rows)})


def _other_laws(world: World) -> Iterator[tuple[str, World]]:
    for law in LAWS:
        three = {}
        for place in PLACES:
            records = getattr(world, place)
            three[place] = records._replace(rules=dataclasses.replace(records.rules, **law))
        yield f"law {law}", with_records(world, three)


def _other_series(world: World) -> Iterator[tuple[str, World]]:
    """RNDR that moves as TAO does, volume in another order, one token far cheaper."""
    weeks = table(world, "peers_weekly")
    alike = {name: weeks["tao_usd"] for name in ("rndr_usd", "fet_usd")}
    yield "RNDR as TAO", _with_tables(world, peers_weekly=weeks.assign(rndr_usd=weeks["tao_usd"]))
    basket = dict.fromkeys(("grt_usd", "near_usd", "icp_usd"), weeks["tao_usd"]) | alike
    yield "all as TAO", _with_tables(world, peers_weekly=weeks.assign(**basket))
    own = table(world, "tao_weekly")
    rising = own["close_usd"].shift(-1).fillna(0) > own["close_usd"]
    foresight = own.assign(volume_usd_7d_mean=np.where(rising, 9e6, 1e6), price_scope="one")
    yield "volume that knows", _with_tables(world, tao_weekly=foresight)
    listed = table(world, "comparables")
    for by in (0.01, 100.0):
        price = listed["price_usd"].where(listed["token"] != "TAO", listed["price_usd"] * by)
        cheaper = listed.assign(price_usd=price)
        yield f"TAO's price × {by:g}", _with_tables(world, comparables=cheaper)
        moved = scaled(world, SERIES["TAO's closes from November 2023 on"], by)
        prices = {}
        for place in PLACES:
            records = getattr(world, place)
            dearer = dataclasses.replace(
                records.snapshot, price_usd=records.snapshot.price_usd * by
            )
            prices[place] = records._replace(snapshot=dearer)
        later = {"now": prices["now"]}
        yield f"later prices × {by:g}", with_records(moved, later)
        yield f"all prices × {by:g}", with_records(moved, prices)
    others = listed["circulating_supply"].where(
        listed["token"] == "TAO", listed["circulating_supply"] * 0.01
    )
    yield (
        "others hardly issued",
        _with_tables(world, comparables=listed.assign(circulating_supply=others)),
    )
    banks = table(world, "central_bank_assets")
    risen = banks.assign(trn=banks["trn"] + banks["date"].rank())
    yield "assets that rise", _with_tables(world, central_bank_assets=risen)


def _with_tables(world: World, **tables: pd.DataFrame) -> World:
    return dataclasses.replace(world, tables={**world.tables, **tables})


def turned_by(world: World, claim: Claim) -> str:
    """A change under which a claim's verdict is another one on either date, or nothing.

    Parameters
    ----------
    world : World
    claim : Claim

    Returns
    -------
    str
    """
    for when in ("then", "now"):
        if found := flip(world, claim, when):
            return str(found)
    before = _both(world, claim)
    for said, changed in mutants(world, claim):
        try:
            if _both(changed, claim) != before:
                return said
        except (ValueError, ArithmeticError):
            continue
    return ""


def _both(world: World, claim: Claim) -> tuple[str, ...]:
    return tuple(verdict(found) for found in find(world, claim))
