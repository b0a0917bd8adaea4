"""C01 to C12 and C74: what happened before the article, money for AI, and the story around it."""

from __future__ import annotations

import math

import pandas as pd

from .facts import NotKnownError
from .rule import Reading, World, measures, number, yes
from .rule import world as default_world
from .sources import (
    MARCH_2024,
    PUBLISHED,
    assets_change,
    close_on,
    returns_until,
    weekly_gain,
)

FORECAST_FROM = "2023-12-01"
PEERS = {"TAO": "tao_usd", "RNDR": "rndr_usd", "bitcoin": "btc_usd"}
BANKS = {"Fed's": "Fed", "Eurosystem's": "ECB"}


@measures
def c01(world: World, reading: Reading) -> float:
    """Price over the close 30 days before."""
    before = close_on(pd.Timestamp(reading.day) - pd.Timedelta(days=30), world.tables)
    own = reading.definition.startswith("article's")
    price = world.then.snapshot.price_usd if own else close_on(reading.day, world.tables)
    return price / before


@measures
def c02(world: World, reading: Reading) -> bool:
    """Whether the fund holds TAO."""
    return yes(world, reading, "C02", f"{reading.definition.split()[0].lower()}_holds")


@measures
def c04(world: World, reading: Reading) -> float:
    """Generative-AI funding of 2023, bn USD: as counted by the autumn, or later for the year."""
    try:
        return number(world, reading, "C04", "generative_ai_2023_by_autumn")
    except NotKnownError:
        if reading.when == "then":
            raise
        return number(world, reading, "C04", "generative_ai_2023")


@measures
def c05(world: World, reading: Reading) -> float:
    """Generative-AI funding of 2022 as counted in 2023, bn USD."""
    return number(world, reading, "C05", "generative_ai_2022_as_counted_in_2023")


@measures
def c06(world: World, reading: Reading) -> float:
    """Funding of one year over the year before, with or without the one large deal."""
    if reading.when == "then":
        after, before = (float(world.claims[name].stated) for name in ("C04", "C05"))
    else:
        after = number(world, reading, "C04", "generative_ai_2023")
        before = number(world, reading, "C05", "generative_ai_2022")
    deal = number(world, reading, "C06", "one_deal")
    return (after - deal * (reading.definition == "without it")) / before


@measures
def c07(world: World, reading: Reading) -> float:
    """Public debt to roll over in three years, trn USD."""
    return number(world, reading, "C07", "debt_to_roll")


@measures
def c08(world: World, reading: Reading) -> bool:
    """Whether money, or the assets of a central bank, rose from the forecast on."""
    if reading.definition.startswith("money"):
        start = number(world, reading, "C08", "money_at_the_forecast")
        rise = number(world, reading, "C08", "money") - start
        beyond = reading.definition.endswith("pandemic")
        return rise > (number(world, reading, "C08", "money_pandemic_rise") if beyond else 0.0)
    bank = BANKS[reading.definition.split()[0]]
    return assets_change(bank, since=FORECAST_FROM, tables=world.tables) > 0


@measures
def c10(world: World, reading: Reading) -> bool:
    """Whether few projects are in algorithms, by a count that is not ours."""
    return yes(world, reading, "C10", "fewer_in_algorithms")


@measures
def c11(world: World, reading: Reading) -> float:
    """Log return of Filecoin over another's."""
    other, until = reading.definition.split(" to ")
    if until.endswith("2024"):
        gains = (
            weekly_gain(column, PUBLISHED, MARCH_2024, world.tables)
            for column in ("fil_usd", PEERS[other])
        )
        own, its = (1 + gain for gain in gains)
    else:
        own = 1 + filecoin_gain(world)
        its = close_on("2026-07-04", world.tables) / close_on(PUBLISHED, world.tables)
    return math.log(own / its)


def filecoin_gain(world: World | None = None) -> float:
    """Gain of Filecoin from publication to July 2026, as a share.

    Parameters
    ----------
    world : World, optional

    Returns
    -------
    float
    """
    late = Reading("now", "now", "", "")
    known = world or default_world()
    start, end = (number(known, late, "C11", name) for name in ("fil_start", "fil_later"))
    return end / start - 1


@measures
def c12(world: World, reading: Reading) -> bool:
    """Whether incentives create nothing."""
    return not yes(world, reading, "C12", "incentives_create")


@measures
def c74(world: World, reading: Reading) -> bool:
    """Whether the Fed's assets rose after the forecast; whether it said it would buy again."""
    if reading.definition == "purchases announced":
        return yes(world, reading, "C74", "purchases_announced")
    return assets_change("Fed", since=FORECAST_FROM, tables=world.tables) > 0


def sector(until: str, world: World):
    """Weekly log returns of TAO, and of five AI-labelled tokens in equal parts.

    Parameters
    ----------
    until : str
    world : World

    Returns
    -------
    tuple[numpy.ndarray, numpy.ndarray]
    """
    columns = ["tao_usd", "rndr_usd", "fet_usd", "grt_usd", "near_usd", "icp_usd"]
    found = returns_until(until, columns, world.tables)
    return found[:, 0], found[:, 1:].mean(axis=1)
