"""C35 to C44, C75 and C79: price, rank, float, dilution beside other tokens and sell pressure."""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np
import pandas as pd

from ..economy.market import PUBLICATION_WINDOWS, sell_pressure
from ..economy.stress import Records
from ..economy.supply import NARROW_PEERS, staked_tao
from ..economy.token_supply import COMPARED, dilution_table
from ..inputs.units import DAYS_PER_YEAR, tao
from .declare import ARTICLE
from .facts import NotYetError
from .rule import Estimate, Reading, World, measures, number, records, table
from .sources import SURE, close_on, mean_volume

# without the one that was larger than TAO
AI_LABELLED = tuple(name for name in NARROW_PEERS if name != "GRT")
READ = ["token", "as_of", "circulating_supply", "mcap_fdv", "confidence"]  # of comparables.csv
LISTINGS = ("2023-11-01", "2023-11-16")  # with market caps
OCTOBER, NOVEMBER, THE_DAY = PUBLICATION_WINDOWS
WINDOWS = {
    "1 to 16 November": NOVEMBER,
    "days of writing": ("2023-11-15", "2023-11-20"),
    "the day itself": THE_DAY,
    "1 to 23 October": OCTOBER,
}


@measures
def c35(world: World, reading: Reading) -> float:
    """Gain from the low of the year, %."""
    price = _price(world, reading)
    low = "low" if reading.definition.endswith("trade") else "lowest_close"
    return (price / number(world, reading, "C35", low) - 1) * 100


def _price(world: World, reading: Reading) -> float:
    if reading.day == ARTICLE:
        return world.then.snapshot.price_usd
    return close_on(reading.day, world.tables)


@measures
def c36(world: World, reading: Reading) -> float:
    """RNDR's price over that of a day, or of the mean, of January."""
    price = by_day(table(world, "rndr_daily"), "close_usd")[reading.day]
    if reading.definition == "mean of January":
        multiple = number(world, reading, "C36", "january_mean_multiple")
        return multiple * price / number(world, reading, "C36", "rndr_close")
    day = f"2023-01-{int(reading.definition.split()[0]):02}"
    return price / by_day(table(world, "peers_weekly"), "rndr_usd")[day]


def by_day(rows: pd.DataFrame, column: str) -> dict[str, float]:
    """A column by ISO date.

    Parameters
    ----------
    rows : pandas.DataFrame
    column : str

    Returns
    -------
    dict[str, float]
    """
    days = np.datetime_as_string(rows["date"].to_numpy(), unit="D")
    return dict(zip(days.tolist(), rows[column].tolist(), strict=True))


@measures
def c37(world: World, reading: Reading) -> float:
    """TAO's rank by market cap: its close and RNDR's of the day, others as listed next before."""
    rows = table(world, "comparables")
    listed = zip(rows["as_of"], rows["token"], rows["market_cap_usd"], strict=True)
    known = sorted(row for row in listed if row[0] in LISTINGS and row[2] == row[2])
    caps = {token: cap for _, token, cap in known}
    caps["RNDR"] = by_day(table(world, "rndr_daily"), "market_cap_usd")[reading.day]
    own = close_on(reading.day, world.tables) * number(world, reading, "C37", "supply_quoted")
    narrow = reading.definition == "AI-labelled"
    return 1.0 + sum(
        cap > own
        for token, cap in caps.items()
        if token != "TAO" and (token in AI_LABELLED or not narrow)
    )


@measures
def c38(world: World, reading: Reading) -> float:
    """TAO's market cap over FDV less the lowest of the others."""
    rows = table(world, "comparables")
    listed = zip(rows["as_of"], rows["token"], rows["mcap_fdv"], strict=True)
    ratio = {token: own for day, token, own in listed if day == reading.day and own == own}
    narrow = reading.definition == "AI-labelled"
    others = (
        own
        for token, own in ratio.items()
        if token != "TAO" and (token in AI_LABELLED or not narrow)
    )
    return float(ratio["TAO"] - min(others))


@measures
def c39(world: World, reading: Reading) -> float:
    """Of what does not circulate, the part that is not issued yet; the rest is lost or staked."""
    used = records(world, reading)
    cap = tao(used.rules.max_supply_rao)
    issued = tao(used.snapshot.issuance_rao)
    free = issued * (1 - used.scenario.lost_share)
    if "staked" in reading.definition:
        free -= min(free, staked_tao(used.rules, used.snapshot, used.scenario))
    return (cap - issued) / (cap - free)


@measures
def c40(world: World, reading: Reading) -> float | Estimate:
    """Does a low float go with a thin market? Rank correlation of circulating share and volume over
    market cap; and how much thinner than the median TAO was.

    Notes
    -----
    Money that moves the price by a tenth is in proportion to volume under any law of impact in
    which the order enters over the volume, so volume over market cap is what it costs.
    """
    rows = table(world, "comparables")
    rows = rows[rows["as_of"] == reading.day].dropna(subset=["volume_24h_usd", "market_cap_usd"])
    turnover = (rows["volume_24h_usd"] / rows["market_cap_usd"]).set_axis(rows["token"])
    if reading.definition.startswith("TAO"):
        return float(np.log(turnover.median() / turnover["TAO"]))
    ratio = rows["mcap_fdv"].set_axis(rows["token"]).dropna()
    ranks = (ratio.rank(), turnover[ratio.index].rank())
    found = float(np.corrcoef(*ranks)[0, 1])
    error = SURE / np.sqrt(len(ratio) - 3)
    low, high = (float(np.tanh(np.arctanh(found) + side)) for side in (-error, error))
    return Estimate(found, low, high)


@measures
def c41(world: World, reading: Reading) -> float:
    """TAO's close, USD."""
    return close_on(reading.day, world.tables)


@measures
def c42(world: World, reading: Reading) -> float:
    """Emission sold in a day, M USD: all of it, or net of recycling."""
    used = records(world, reading)
    if reading.definition == "gross":
        used = used._replace(scenario=replace(used.scenario, recycled_share=0.0))
    elif reading.when == "then":
        net = number(world, reading, "C42", "net_tao_per_day")
        return net * used.snapshot.price_usd / 1e6
    return sell_pressure(*used).sold_usd_per_day / 1e6


@measures
def c43(world: World, reading: Reading) -> float:
    """Volume a day, M USD."""
    return mean_volume(*WINDOWS[reading.definition], world.tables) / 1e6


@measures
def c44(world: World, reading: Reading) -> float:
    """Emission sold, less fees that buy TAO back, over the volume."""
    used = records(world, reading)
    volume = None
    if reading.definition != "the volume of the day":
        if reading.when == "now" or reading.day != ARTICLE:
            raise NotYetError("the windows belong to the article's days")
        volume = mean_volume(*WINDOWS[reading.definition], world.tables)
    return pressure_share(used, volume)


def pressure_share(used: Records, volume_usd: float | None = None) -> float:
    """Emission sold in a day, less fees that buy TAO back, over a volume.

    Parameters
    ----------
    used : Records
    volume_usd : float, optional
        By default the one of the records.

    Returns
    -------
    float
    """
    sold = sell_pressure(*used)
    fees = used.scenario.fee_revenue_usd_per_year * used.scenario.capture_share / DAYS_PER_YEAR
    return max(sold.sold_usd_per_day - fees, 0.0) / (volume_usd or sold.volume_usd)


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


@measures
def c75(world: World, reading: Reading) -> float:
    """TAO's price over the highest of the other listed tokens."""
    rows = table(world, "comparables")
    price = rows[rows["as_of"] == reading.day].set_index("token")["price_usd"].dropna()
    return float(price["TAO"] / price.drop("TAO").max())


@measures
def c79(world: World, reading: Reading) -> float:
    """TAO's rank by dilution still to come, 1 the most: by market cap over discounted FDV, or by
    growth of supply within some years. Of what has no date, and of what comes only if somebody
    releases it, the low end counts nothing.

    Notes
    -----
    TAO's own schedule is the one with halvings, by which everybody counted. A token without a
    published schedule has no rank.
    """
    used = records(world, reading)._replace(rules=world.now.rules)
    listed = table(world, "comparables")[READ]
    read = listed[(listed["as_of"] == reading.day) & listed["token"].isin(COMPARED)]
    rows = _dilution(used, tuple(read.itertuples(index=False, name=None)))
    measure, _, tokens = reading.definition.partition(", ")
    low = reading.end == "low"
    if measure == "discounted FDV":
        to_come = 1 - rows["mc_discounted_high" if low else "mc_discounted_low"]
    else:
        to_come = rows[f"growth_{'firm' if low else 'full'}_{measure.split()[0]}"]
    if tokens == "AI-labelled":
        to_come = to_come[to_come.index.isin(("TAO", *AI_LABELLED))]
    return 1.0 + float((to_come > to_come["TAO"]).sum())


@functools.lru_cache(maxsize=16)
def _dilution(used: Records, read: tuple[tuple, ...]) -> pd.DataFrame:
    """The table of dilution on readings of others, one for all readings of a claim."""
    listed = pd.DataFrame(list(read), columns=READ)
    return dilution_table(*used, comparables=listed).set_index("token")
