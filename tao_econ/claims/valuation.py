"""C45 to C60: the OpenAI comparison, competitors, what came after, and the article's inner
consistency.
"""

from __future__ import annotations

import functools
import math

import pandas as pd

from ..economy.comparables import comparables_on, value_ratio
from ..economy.halving_dates import GENESIS_UTC
from ..economy.supply import supply_at
from ..inputs.units import BN, block_date, tao
from .market import day_price_traded
from .rule import World, claim, fact, near, rounds_to, says, stated, true_of, untested
from .sources import PUBLISHED, close_on, closes, correlation, price_factor, table, volume_signal

OPENAI = "06_openai_comparable"
VALUE = "07_intrinsic_value"
RISK = "11_portfolio_under_uncertainty"
JUDGED = "12_judged_by_what_happened"
SUPPLY = "01_supply_curve"


@claim("02_circulating_vs_fdv")
def c45(world: World) -> tuple:
    """FDV 3.6 bn: the article's own price times the cap, and the close of its day."""
    value = stated("C45")
    fdv = [
        records.snapshot.price_usd * tao(records.rules.max_supply_rao) / BN
        for records in (world.then, world.day)
    ]
    needed = float(value) * BN / tao(world.then.rules.max_supply_rao)
    seen = day_price_traded(needed)
    reading = rounds_to(value, fdv)
    shown = " and ".join(f"{day.day} {day:%B}" for day in seen)
    return reading, reading, f"a price of {needed:.2f} USD, which traded only on {shown}"


@claim(OPENAI)
def c46(world: World) -> tuple:
    """OpenAI at 29 bn: what it was last valued at by the date, and what it was in April 2023."""
    at_source, by = (_openai(day) for day in ("2023-04-30", world.then.snapshot.date))
    now = _openai(world.now.snapshot.date)
    value = float(stated("C46"))
    return (
        near(value, [by, at_source]),
        near(value, [now, at_source]),
        f"the date: {by:g} bn in the article's own month, {by / value:.1f}× as much",
    )


def _openai(day) -> float:
    return float(_rivals(str(day)).set_index("name").loc["openai", "value_usd"]) / BN


@functools.cache
def _rivals(day: str) -> pd.DataFrame:
    """Everything TAO was compared with and its latest value by a day."""
    return comparables_on(day)


@claim(OPENAI)
def c47(world: World) -> tuple:
    """8× to OpenAI: the ratio in every way it can be formed; since then, how far TAO got."""
    value = float(stated("C47"))
    april = float(stated("C46"))
    latest = _openai(PUBLISHED.date())
    ways = {
        "own price": (april, world.then, "fdv"),
        "printed": (april, world.then, "fdv_stated"),
        "its day": (april, world.day, "fdv"),
        "latest": (latest, world.then, "fdv"),
    }
    by = {
        name: value_ratio(*records, worth * BN, denominator=form).ratio
        for name, (worth, records, form) in ways.items()
    }
    start = world.then.snapshot.price_usd
    peak = closes()[PUBLISHED:].max() * price_factor(world.then) / start
    now = world.now.snapshot.price_usd / start
    return (
        rounds_to(stated("C47"), by.values()),
        true_of(peak, peak >= value, now >= value),
        f"OpenAI's value: {by['latest']:.1f}× at the tender of that week; the peak since was "
        f"{peak:.1f}×",
    )


@claim(OPENAI)
def c48(world: World) -> tuple:
    """Proposed in May by Attermann: the post exists, its paragraph on OpenAI and its date could
    not be read.
    """
    value = "the post exists"
    return untested(value), untested(value), "", "the post's paragraph on OpenAI, and its date"


@claim(OPENAI)
def c49(world: World) -> tuple:
    """He held none: the post says so of his fund."""
    reading = true_of("as disclosed", says("C49", "Same post", "holds none"))
    return reading, reading, "a position taken later, which the post reserves"


@claim("02_circulating_vs_fdv")
def c50(world: World) -> tuple:
    """Filed under model training: the report was not found."""
    return untested(), untested(), "", "the Nansen report"


@claim(OPENAI)
def c51(world: World) -> tuple:
    """Gensyn and Together, one backed by a16z."""
    known = set(table("private_valuations")["company"])
    backed = says("C51", "Foresight News", "a16z")
    reading = true_of("a16z in Gensyn", {"gensyn", "together"} <= known, backed)
    return reading, reading, "competitors that were not counted, such as Prime Intellect"


@claim(OPENAI)
def c52(world: World) -> tuple:
    """No public token: launches of the two up to each date."""
    counts = [_tokens(records.snapshot.date) for records in (world.then, world.now)]
    value = int(stated("C52"))
    return (
        true_of(counts[0], counts[0] == value),
        true_of(counts[1], counts[1] == value),
        f"Gensyn's launch on {_launch():%Y-%m-%d}",
    )


def _launch() -> pd.Timestamp:
    events = table("key_dates").set_index("event")["date"]
    return events["Gensyn token launch"]


def _tokens(day) -> int:
    return int(_launch() <= pd.Timestamp(day))


@claim(OPENAI)
def c53(world: World) -> tuple:
    """No market comparison: until one of the two had a price."""
    then, now = (_tokens(records.snapshot.date) for records in (world.then, world.now))
    own = close_on(_launch()) * tao(world.now.rules.max_supply_rao) / BN
    return (
        true_of(f"{then} tokens", then == 0),
        true_of(f"{now} token", now == 0),
        f"Gensyn's launch: {fact('C53', 'Own calculation'):g} bn against {own:.2f} bn for TAO",
    )


@claim(OPENAI)
def c54(world: World) -> tuple:
    """Not comparable with RNDR: would two alike move together? Correlation of weeks below one
    half, and below RNDR-FET.
    """
    then, now = (correlation("tao_usd", "rndr_usd", day) for day in ("2023-11-19", "2024-03-24"))
    alike = [correlation("rndr_usd", "fet_usd", day) for day in ("2023-11-19", "2024-03-24")]
    return (
        true_of(then, then < 0.5, then < alike[0]),
        true_of(now, now < 0.5, now < alike[1]),
        f"a correlation above one half; RNDR and FET had {alike[1]:.2f}",
    )


@claim(VALUE)
def c55(world: World) -> tuple:
    """Too different for a forecast: the author's own reservation."""
    return untested(), untested(), "", "a token and a company that give the same rights"


@claim(OPENAI)
def c56(world: World) -> tuple:
    """None of comparable size: the next in the niche, token or company, below half of TAO?"""
    then, now = (_next_largest(records) for records in (world.then, world.now))
    return then, now, "counting companies: Together was worth more than TAO's FDV in June 2026"


def _next_largest(records):
    """The largest rival's value over TAO's: tokens that are models, and Gensyn and Together, by
    FDV and by market cap.
    """
    rows = _rivals(str(records.snapshot.date))
    niche = rows[
        rows["segment"].str.startswith("model") | rows["name"].isin(["gensyn", "together"])
    ]
    supply = supply_at(records.rules, records.snapshot, records.scenario)
    most = niche["value_usd"].max()
    tokens = niche.loc[niche["name"] != "together", "value_usd"].max()
    half = supply.fdv_usd / 2
    return true_of(f"{most / supply.fdv_usd:.0%} of TAO's FDV", most < half, not tokens >= half)


@claim(RISK)
def c57(world: World) -> tuple:
    """Further leverage: the best and the last price since, over the close of publication day."""
    start = world.day.snapshot.price_usd / price_factor(world.day)
    later = closes()[PUBLISHED + pd.Timedelta(days=1) :]
    peak = later.max() / start
    low = later.min() / start
    now = world.now.snapshot.price_usd / start
    return (
        untested(),
        true_of(f"{peak:.2f}× at best, {now:.2f}× in September 2026", peak > 1, now > 1),
        f"the date of sale: {peak - 1:+.0%} at best, {low - 1:+.0%} at worst, {now - 1:+.0%} on "
        "11 September 2026",
        "the outcome",
    )


@claim(RISK)
def c58(world: World) -> tuple:
    """Watching volume: holding TAO only after weeks above the mean volume of 4, 8 or 12, against
    holding it throughout.
    """
    then, now = (
        [volume_signal(day, weeks) for weeks in (4, 8, 12)] for day in ("2023-11-19", "2025-12-28")
    )
    shown = [
        f"{math.expm1(signal):+.0%} against {math.expm1(held):+.0%}"
        for signal, held in (then[0], now[0])
    ]
    better = [[signal > held for signal, held in results] for results in (then, now)]
    return (
        true_of(shown[0], *better[0]),
        true_of(shown[1], *better[1]),
        "the length of the mean, 4 to 12 weeks; fees are left out and announcements are not tested",
    )


@claim(JUDGED)
def c59(world: World) -> tuple:
    """Priced before publication: days from the last trade at the article's price to its day."""
    price = float(stated("C41"))
    days = [(PUBLISHED - day).days for day in day_price_traded(price)]
    least, most = map(int, stated("C59").split("-"))
    reading = true_of(min(days), least <= min(days) <= most)
    ratio = close_on(PUBLISHED) / price
    return (
        reading,
        reading,
        f"a publication on 17 November; the close of the day was {ratio:.2f}× the price used",
    )


@claim(SUPPLY)
def c60(world: World) -> tuple:
    """Blocks, seconds, years and August 2025 do not fit: where counting 10.5 M blocks leads,
    from either start.
    """
    blocks = int(stated("C24"))
    time = world.then.rules.block_time_s
    days = [
        block_date(blocks, from_block=0, from_date=start, block_time_s=time)
        for start in (GENESIS_UTC, "2021-01-03")
    ]
    reading = true_of(
        f"{days[0]:%Y-%m-%d} or {days[1]:%Y-%m-%d}",
        *(f"{day:%Y-%m}" != stated("C26") for day in days),
    )
    return (
        reading,
        reading,
        "a trigger by issuance with 4.18 M TAO already there: only that gives August 2025",
    )
