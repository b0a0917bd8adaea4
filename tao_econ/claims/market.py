"""C35 to C44: price, rank, float and sell pressure, from dated prices and the sell-pressure
model.
"""

from __future__ import annotations

import functools

import pandas as pd

from ..economy.halving_dates import GENESIS_ISSUANCE_RAO, GENESIS_UTC
from ..economy.impact import price_impact
from ..economy.market import PUBLICATION_WINDOWS, emission_over_volume, sell_pressure
from ..economy.stress import Records
from ..economy.supply import NARROW_PEERS, mc_fdv_ranking, supply_at
from ..inputs.rules import load_snapshot
from ..inputs.units import BLOCKS_PER_DAY, DAYS_PER_YEAR, tao, utc
from .rule import World, claim, fact, near, rounds_to, stated, true_of
from .rule import world as default_world
from .sources import (
    PUBLISHED,
    close_on,
    closes,
    days_2023,
    price_factor,
    table,
    volume_factor,
    writing_days,
)

SUPPLY = "01_supply_curve"
MC_FDV = "02_circulating_vs_fdv"
SELL = "04_sell_pressure"
JUDGED = "12_judged_by_what_happened"
# of a day's volume, the part that desks hold a large order to: a rule of thumb, see notebook 04
CEILING = 0.10
AI_LABELLED = tuple(
    name for name in NARROW_PEERS if name != "GRT"
)  # without the one that was larger than TAO


@claim(JUDGED)
def c35(world: World) -> tuple:
    """More than 500% from the low of the year: at the article's price and at each close while it
    was written.
    """
    low = fact("C35", "CoinMarketCap daily OHLC")
    least = float(stated("C35"))
    closes = [close_on(day) * price_factor(world.then) for day in writing_days()]
    gains = [(price / low - 1) * 100 for price in (world.then.snapshot.price_usd, *closes)]
    reading = true_of(gains[0], *(gain > least for gain in gains))
    needed = low * (1 + least / 100)
    return (
        reading,
        reading,
        f"a price above {needed:.1f} USD; at {world.then.snapshot.price_usd:g} it is "
        f"+{gains[0]:.0f}%",
    )


@claim(JUDGED)
def c36(world: World) -> tuple:
    """RNDR five times since January: from each Sunday of January and from their mean."""
    price = table("rndr_daily").set_index("date")["close_usd"][pd.Timestamp("2023-11-16")]
    january = table("peers_weekly").set_index("date")["rndr_usd"][:"2023-01-31"]
    multiples = [price / base for base in (*january, january.mean())]
    reading = near(float(stated("C36")), multiples)
    return reading, reading, f"the day in January: {min(multiples):.1f}× to {max(multiples):.1f}×"


@claim(MC_FDV)
def c37(world: World) -> tuple:
    """Second after RNDR: market caps on each day while the article was written, among
    AI-labelled tokens and all.
    """
    ahead = rank_days(price_factor(world.then))
    larger = _larger_than_tao(world.then)
    reading = true_of(f"{sum(ahead)} of {len(ahead)} days", *ahead, larger == 1)
    return (
        reading,
        reading,
        f"the day, and the set: {larger} of the listed tokens were larger on 16 November",
    )


@functools.lru_cache(maxsize=16)
def rank_days(factor: float = 1.0) -> tuple[bool, ...]:
    """Was TAO's market cap, at the supply then quoted, below RNDR's? Day by day from 15 to 20
    November 2023.

    Parameters
    ----------
    factor : float

    Returns
    -------
    tuple[bool, ...]
    """
    rndr = table("rndr_daily").set_index("date")["market_cap_usd"]
    supply = table("supply_points").set_index("date")["tao"]["2023-11-16"]
    return tuple(close_on(day) * factor * supply < rndr[day] for day in writing_days())


def _larger_than_tao(records: Records) -> int:
    rows = table("comparables")
    rows = rows[rows["as_of"] == "2023-11-16"].set_index("token")["market_cap_usd"]
    return int((rows.drop("TAO") > rows["TAO"] * price_factor(records)).sum())


@claim(MC_FDV)
def c38(world: World) -> tuple:
    """Lowest market cap over FDV: among all with a ratio, and among the AI-labelled tokens."""
    then, now = (_lowest(day) for day in ("2023-11-20", "2025-10-01"))
    return then, now, "the set: Worldcoin and Filecoin were lower"


@functools.cache
def _lowest(day: str):
    ranking = mc_fdv_ranking(day)
    narrow = ranking[ranking["token"].isin(AI_LABELLED)]
    own = float(ranking.loc[ranking["token"] == "TAO", "mc_fdv"].iloc[0])
    return true_of(own, ranking["token"].iloc[0] == "TAO", narrow["token"].iloc[0] == "TAO")


@claim(SUPPLY)
def c39(world: World) -> tuple:
    """Low because issuance is gradual: issued over the cap as the schedule says, against what
    was read.
    """
    then, now = (_issued_share(records) for records in (world.then, world.now))
    scheduled = (
        tao(GENESIS_ISSUANCE_RAO)
        + (utc(world.then.snapshot.date) - GENESIS_UTC).days * BLOCKS_PER_DAY
    )
    share = scheduled / tao(world.then.rules.max_supply_rao)
    return (
        near(share, [then]),
        near(_ratio(), [now]),
        "coins locked or lost; none are subtracted here",
    )


def _issued_share(records: Records) -> float:
    seen = load_snapshot(records.snapshot.name)  # a fact of its date, which no stress moves
    return tao(seen.issuance_rao) / tao(records.rules.max_supply_rao)


@functools.cache
def _ratio() -> float:
    rules, snapshot, scenario = default_world().now
    return supply_at(rules, snapshot, scenario).mc_fdv


@claim(SELL)
def c40(world: World) -> tuple:
    """Easier to move: money that moves the price by a tenth under the impact law, per dollar of
    market cap, ranked.
    """
    then = _cheapest_to_move("2023-11-16", volume_factor(world.then))
    now = _cheapest_to_move("2025-10-01", 1.0)
    return (
        then,
        now,
        "its volume: in October 2025 TAO traded as much of its market cap as its peers",
    )


def _cheapest_to_move(day: str, factor: float):
    rows = table("comparables")
    rows = rows[
        (rows["as_of"] == day) & rows["volume_24h_usd"].notna() & rows["market_cap_usd"].notna()
    ].set_index("token")
    volume = rows["volume_24h_usd"].where(rows.index != "TAO", rows["volume_24h_usd"] * factor)
    unit = price_impact(
        1.0, volume_usd=1.0, daily_volatility=0.05
    ).peak_share  # of an order as large as a day's volume
    order = (0.1 / unit) ** 2 * volume / rows["market_cap_usd"]
    return true_of(
        f"{order['TAO']:.1%} of market cap", order.idxmin() == "TAO", order["TAO"] < order.median()
    )


@claim(JUDGED)
def c41(world: World) -> tuple:
    """About 160 USD: the close of publication day, and of each day before it."""
    closes = [close_on(day) * price_factor(world.then) for day in writing_days()[::-1]]
    reading = near(float(stated("C41")), closes)
    return (
        reading,
        reading,
        f"the day: {closes[-1]:.2f} on 15 November, {closes[0]:.2f} on publication day",
    )


@claim(SELL)
def c42(world: World) -> tuple:
    """1.15 M USD a day if all is sold: at the article's price and at the close of its day; now
    also net of recycling.
    """
    sold = [sell_pressure(*records).sold_usd_per_day / 1e6 for records in (world.then, world.day)]
    net = fact("C42", "Net issuance instead of gross") * price_factor(world.then)
    return (
        rounds_to(stated("C42"), sold),
        near(float(stated("C42")), [*sold, net]),
        f"the price: {sold[1]:.2f} M USD at the close of publication day; net of recycling "
        f"{net:.2f}",
    )


@claim(SELL)
def c43(world: World) -> tuple:
    """About 5 M USD a day: the windows before, around and on publication day."""
    volumes = [
        _window(since, until).volume_usd_per_day * volume_factor(world.then) / 1e6
        for since, until in (PUBLICATION_WINDOWS[1], PUBLICATION_WINDOWS[2], PUBLICATION_WINDOWS[0])
    ]
    reading = near(float(stated("C43")), volumes)
    return (
        reading,
        reading,
        f"the window: {volumes[0]:.2f} M over 1-16 November, {volumes[1]:.1f} M on publication day",
    )


@functools.lru_cache(maxsize=8)
def _window(since: str, until: str):
    return emission_over_volume(since, until)


@claim(SELL)
def c44(world: World) -> tuple:
    """Bearable: emission sold, less fees that buy TAO back, within a tenth of the volume; did
    the price hold for a year?
    """
    then = _participation(world.then)
    now = _participation(world.now)
    windows = [
        then,
        *(
            _window(*window).participation_share * then / _base_share()
            for window in PUBLICATION_WINDOWS
        ),
    ]
    sold = sell_pressure(*world.then).sold_usd_per_day
    next_year = closes()[PUBLISHED : PUBLISHED + pd.Timedelta(days=365)].min()
    flips = (
        f"a volume above {sold / CEILING / 1e6:.1f} M USD a day, or sales below "
        f"{CEILING / then:.0%} of the emission"
    )
    return (
        true_of(then, *(share <= CEILING for share in windows)),
        true_of(now, now <= CEILING, next_year > float(stated("C41"))),
        flips,
    )


def _participation(records: Records) -> float:
    pressure = sell_pressure(*records)
    fees = (
        records.scenario.fee_revenue_usd_per_year * records.scenario.capture_share / DAYS_PER_YEAR
    )
    return max(pressure.sold_usd_per_day - fees, 0.0) / pressure.volume_usd


@functools.cache
def _base_share() -> float:
    """The article's own ratio, which a stress is measured against."""
    return _participation(default_world().then)


def net_inflow(records: Records) -> float:
    """Net buying in a year that holds the price with all emission sold, USD.

    Parameters
    ----------
    records : Records

    Returns
    -------
    float
    """
    return sell_pressure(*records).sold_usd_per_year


def day_price_traded(price_usd: float) -> list[pd.Timestamp]:
    """Days of late 2023, up to publication, on which a price lay between low and high.

    Parameters
    ----------
    price_usd : float

    Returns
    -------
    list[pd.Timestamp]
    """
    days = days_2023()
    inside = days[(days["low_usd"] <= price_usd) & (days["high_usd"] >= price_usd)]
    return [day for day in inside.index if day <= PUBLISHED]
