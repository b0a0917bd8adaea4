"""How much TAO is there, what is it worth diluted, and who loses share to new supply?

Amounts come in as whole rao and leave as floating TAO; `rules.coins` is the border: under another
chain's rules, such as Bitcoin's, what is named rao and TAO are its smallest units and its coins.
Equations and check numbers are in the papers named at each function.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..chain.emission import PPM, block_emission, emission_path, issuance_eras
from ..inputs import data, own_tables
from ..inputs.checks import flag, quoted, real, reals, whole
from ..inputs.door import typed
from ..inputs.record import unknown
from ..inputs.rules import Rules, Scenario, Snapshot, block_seconds, blocks_per_day, coins
from ..inputs.units import DAYS_PER_YEAR, SECONDS_PER_DAY

# AI tokens that trade against TAO by name in the article and beside them in the listings of the
# time
NARROW_PEERS = ("TAO", "RNDR", "FET", "OCEAN", "AGIX", "AKT", "GRT")
MAX_LOG = 600.0  # of growth over a horizon: what grows so stays a float
MIN_RATE = 1e-290  # below it r·t is subnormal, with too few digits to divide by r


class Supply(NamedTuple):
    """Supply and value on one date."""

    issued_tao: float
    circulating_tao: float  # issued less lost
    staked_tao: float
    staked_is_assumed: bool  # unknown in the snapshot; `scenario.staked_share` was used
    float_tao: float  # circulating less the part of stake that would not come to market
    float_ratio: float  # float over circulating
    max_supply_tao: float
    market_cap_usd: float
    fdv_usd: float
    mc_fdv: float

    def verified(self) -> Supply:
        """The same supply, every field checked."""
        amounts = {
            name: real(name, getattr(self, name), "[0, inf)")
            for name in self._fields
            if name != "staked_is_assumed"
        }
        return Supply(
            **amounts, staked_is_assumed=flag("staked_is_assumed", self.staked_is_assumed)
        )


class SupplyPath(NamedTuple):
    """Supply and its value over time; all arrays have one length."""

    years: np.ndarray  # from the snapshot
    issued_tao: np.ndarray
    circulating_tao: np.ndarray
    emission_tao_per_day: np.ndarray  # gross, before recycling
    inflation_per_year: np.ndarray  # net new TAO of the coming year over the supply at its start
    market_cap_usd: np.ndarray
    price_usd: np.ndarray  # market cap over circulating supply


class Decomposition(NamedTuple):
    """A price change split into growth of value and growth of supply."""

    price_ratio: float
    supply_ratio: float
    cap_ratio: float
    log_price: float
    log_supply: float
    log_cap: float
    share_to_new_supply: float  # log supply over log cap; nan where the cap did not change


@typed
def minted_per_day(
    rules: Rules, issuance_rao: int, *, block_time_s: float, block: int | None = None
) -> float:
    """What the blocks of a day mint at an issuance, before anything is recycled.

    Parameters
    ----------
    issuance_rao
        rao issued so far: of TAO, or of a subnet's alpha, whose schedule is the same
    block_time_s
        seconds a block
    block
        block number, where it decides the halving

    Returns
    -------
    float
        TAO, or alpha
    """
    reward_rao = block_emission(rules, issuance_rao, block=block)
    return coins(rules, reward_rao) * SECONDS_PER_DAY / block_time_s


@typed
def emission_tao_per_day(rules: Rules, snapshot: Snapshot, scenario: Scenario) -> float:
    """TAO that a day's blocks mint at a snapshot's issuance, before anything is recycled.

    Raises
    ------
    ValueError
        where the rules halve by block number and the snapshot has none
    """
    return minted_per_day(
        rules,
        snapshot.issuance_rao,
        block_time_s=block_seconds(rules, scenario),
        block=snapshot.block,
    )


@typed
def staked_tao(rules: Rules, snapshot: Snapshot, scenario: Scenario) -> float:
    """TAO staked on a day: the snapshot's, or `scenario.staked_share` of what is issued."""
    if snapshot.staked_tao is None:
        return coins(rules, snapshot.issuance_rao) * scenario.staked_share
    return snapshot.staked_tao


@typed
def supply_at(rules: Rules, snapshot: Snapshot, scenario: Scenario) -> Supply:
    """Issued, circulating, staked and floating TAO on a snapshot's day, with market cap and FDV.

    Raises
    ------
    ValueError
        where less circulates than is staked, or more is issued than the cap allows
    """
    issued = coins(rules, snapshot.issuance_rao)
    circulating = issued * (1 - scenario.lost_share)
    staked = stake_that_fits(rules, snapshot, scenario)
    floating = circulating - scenario.stake_stickiness * staked
    cap = coins(rules, rules.max_supply_rao)
    return Supply(
        issued_tao=issued,
        circulating_tao=circulating,
        staked_tao=staked,
        staked_is_assumed=snapshot.staked_tao is None,
        float_tao=floating,
        float_ratio=floating / circulating,
        max_supply_tao=cap,
        market_cap_usd=circulating * snapshot.price_usd,
        fdv_usd=cap * snapshot.price_usd,
        mc_fdv=circulating / cap,
    )


@typed
def stake_that_fits(rules: Rules, snapshot: Snapshot, scenario: Scenario) -> float:
    """TAO staked on a day, refused as in `supply_at`."""
    if snapshot.issuance_rao > rules.max_supply_rao:
        raise ValueError(
            f"issuance_rao must be at most {rules.max_supply_rao:,}, got {snapshot.issuance_rao:,}"
        )
    circulating = coins(rules, snapshot.issuance_rao) * (1 - scenario.lost_share)
    staked = staked_tao(rules, snapshot, scenario)
    if staked > circulating:
        raise ValueError(
            f"staked_tao must be at most what circulates ({circulating:,.0f}), got {staked:,.0f}"
        )
    return staked


class IssuedPath(NamedTuple):
    """What is issued over time; all arrays have one length."""

    years: np.ndarray  # from the snapshot
    issued_tao: np.ndarray
    in_a_year_tao: np.ndarray  # issued a year later
    emission_tao_per_day: np.ndarray  # gross, before recycling


@typed
def issued_path(
    rules: Rules, snapshot: Snapshot, scenario: Scenario, every_days: int
) -> IssuedPath:
    """Issuance from a snapshot on, over `scenario.horizon_years`, as in `supply_path`."""
    every_days = whole("every_days", every_days, at_least=1)
    seconds = block_seconds(rules, scenario)
    year_blocks = DAYS_PER_YEAR * SECONDS_PER_DAY / seconds
    days = int(scenario.horizon_years * year_blocks / blocks_per_day(rules))
    year_days = round(year_blocks / blocks_per_day(rules))
    ahead = -(-year_days // every_days)  # samples in the extra year
    path = emission_path(
        rules,
        issuance_rao=snapshot.issuance_rao,
        block=_block(rules, snapshot),
        days=days + ahead * every_days,
        recycled_ppm=round(scenario.recycled_share * PPM),
        every_days=every_days,
    )
    elapsed = (path.block - path.block[0]) * seconds / SECONDS_PER_DAY / DAYS_PER_YEAR
    issued = coins(rules, path.issuance_rao)
    keep = days // every_days + 1
    return IssuedPath(
        years=elapsed[:keep],
        issued_tao=issued[:keep],
        in_a_year_tao=np.interp(elapsed[:keep] + 1, elapsed, issued),
        emission_tao_per_day=coins(rules, path.reward_rao[:keep]) * SECONDS_PER_DAY / seconds,
    )


@typed
def supply_path(
    rules: Rules, snapshot: Snapshot, scenario: Scenario, *, every_days: int = 30
) -> SupplyPath:
    """Supply, inflation, market cap and price from a snapshot on, under a scenario.

    The market cap grows at `scenario.market_cap_growth` and the price is that over the circulating
    supply, so dilution is part of it.

    Parameters
    ----------
    every_days
        sampling step in nominal days; a horizon shorter than a step gives the start alone

    Raises
    ------
    ValueError
        where the market cap would grow beyond a float
    """
    path = issued_path(rules, snapshot, scenario, every_days)
    circulating = path.issued_tao * (1 - scenario.lost_share)
    if math.log1p(scenario.market_cap_growth) * path.years[-1] > MAX_LOG:
        rule = f"market_cap_growth must stay within e^{MAX_LOG:g} over the horizon"
        raise ValueError(f"{rule}, got {scenario.market_cap_growth}")
    cap = circulating[0] * snapshot.price_usd * (1 + scenario.market_cap_growth) ** path.years
    return SupplyPath(
        years=path.years,
        issued_tao=path.issued_tao,
        circulating_tao=circulating,
        emission_tao_per_day=path.emission_tao_per_day,
        inflation_per_year=path.in_a_year_tao / path.issued_tao - 1,
        market_cap_usd=cap,
        price_usd=cap / circulating,
    )


@typed
def supply_after(rules: Rules, snapshot: Snapshot, scenario: Scenario, years: float) -> float:
    """TAO issued so many years after a snapshot, to the block.

    Parameters
    ----------
    years
        at least 0, of any finite length

    Raises
    ------
    TypeError
        for what is no number
    ValueError
        for a negative or infinite one
    """
    years = real("years", years, "[0, inf)")
    blocks = years * DAYS_PER_YEAR * SECONDS_PER_DAY / block_seconds(rules, scenario)
    new = sum(run * net for _, run, net in _runs(rules, snapshot, scenario, blocks))
    return new + coins(rules, snapshot.issuance_rao)


@typed
def break_even_growth(rules: Rules, snapshot: Snapshot, scenario: Scenario, years: float) -> float:
    """Growth of the market cap that in so many `years` merely holds the price: S(t)/S(0) − 1."""
    return supply_after(rules, snapshot, scenario, years) / coins(rules, snapshot.issuance_rao) - 1


@typed
def discounted_supply(
    rules: Rules, snapshot: Snapshot, scenario: Scenario, *, rates: ArrayLike | None = None
) -> float | np.ndarray:
    """Supply with each future TAO counted at (1 + r)^(−t).

    It is the cap at r = 0 and today's supply as r grows: between FDV and market cap lies one free
    parameter.

    Parameters
    ----------
    rates
        yearly rates in [0, 1]; `scenario.discount_rate` if not given

    Returns
    -------
    float or array
        TAO; an array where rates are given

    Notes
    -----
    S_PV(r) = S₀ + Σ Eₖ ∫ (1 + r)^(−t) dt over the eras.
    """
    yearly = reals("rates", scenario.discount_rate if rates is None else rates, "[0, 1]")
    rate = np.log1p(np.atleast_1d(yearly))
    per_block = block_seconds(rules, scenario) / SECONDS_PER_DAY / DAYS_PER_YEAR
    none = rate < MIN_RATE
    divisor = np.where(none, 1.0, rate)
    total = np.full(rate.shape, coins(rules, snapshot.issuance_rao))
    for first, run, net in _runs(rules, snapshot, scenario, math.inf):
        flow = np.exp(-rate * first * per_block) * -np.expm1(-rate * run * per_block) / divisor
        total += net / per_block * np.where(none, run * per_block, flow)
    return float(total[0]) if rates is None else total


@typed
def circulating_eras(
    rules: Rules, snapshot: Snapshot, scenario: Scenario
) -> Iterator[tuple[float, float, float, float]]:
    """(first year from now, last, circulating TAO at the first, TAO a year) of every era; after the
    last supply stands still for ever.
    """
    kept = 1 - scenario.lost_share
    per_block = block_seconds(rules, scenario) / SECONDS_PER_DAY / DAYS_PER_YEAR
    supply = kept * coins(rules, snapshot.issuance_rao)
    last = 0.0
    for first, run, net in _runs(rules, snapshot, scenario, math.inf):
        last = (first + run) * per_block
        yield first * per_block, last, supply, kept * net / per_block
        supply += kept * net * run
    yield last, math.inf, supply, 0.0


def _runs(rules, snapshot, scenario, blocks) -> Iterator[tuple[int, float, float]]:
    """(first block from now, blocks, net TAO a block) of every era within so many blocks, up to
    the cap.
    """
    eras = issuance_eras(
        rules,
        issuance_rao=snapshot.issuance_rao,
        block=_block(rules, snapshot),
        recycled_ppm=round(scenario.recycled_share * PPM),
    )
    start = eras[0].first_block
    for era in eras:
        first = era.first_block - start
        if era.reward_rao == 0 or blocks <= first or era.issuance_rao >= rules.max_supply_rao:
            return
        to_cap = float((rules.max_supply_rao - era.issuance_rao) / era.net_rao)
        run = min(math.inf if era.blocks is None else era.blocks, blocks - first, to_cap)
        yield first, run, coins(rules, float(era.net_rao))


def _block(rules, snapshot) -> int:
    """The snapshot's block; it must be known where the block number decides the halving."""
    if snapshot.block is None and rules.schedule == "block":
        raise ValueError(
            f"block must be known under the rules {rules.name!r}, got None in {snapshot.name!r}"
        )
    return snapshot.block or 0


@typed
def decompose_price(
    price_usd: tuple[float, float], supply_tao: tuple[float, float]
) -> Decomposition:
    """A price change as growth of the market cap less growth of supply, in ratios and logs.

    Parameters
    ----------
    price_usd, supply_tao
        (before, after)

    Raises
    ------
    ValueError
        unless all four are positive
    """
    for name, pair in (("price_usd", price_usd), ("supply_tao", supply_tao)):
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise ValueError(f"{name} must be a pair (before, after), got {pair!r}")
    prices = [real("price_usd", value, "(0, inf)") for value in price_usd]
    supplies = [real("supply_tao", value, "(0, inf)") for value in supply_tao]
    price = prices[1] / prices[0]
    supply = supplies[1] / supplies[0]
    log_price = math.log(price)
    log_supply = math.log(supply)
    log_cap = log_price + log_supply
    return Decomposition(
        price_ratio=price,
        supply_ratio=supply,
        cap_ratio=price * supply,
        log_price=log_price,
        log_supply=log_supply,
        log_cap=log_cap,
        share_to_new_supply=log_supply / log_cap if log_cap else math.nan,
    )


@typed
def mc_fdv_ranking(
    as_of: str,
    *,
    peers: tuple[str, ...] | None = None,
    comparables: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Tokens by market cap over FDV on a day, lowest first, from data/comparables.csv.

    Parameters
    ----------
    as_of
        ISO date of the table
    peers
        tickers to keep; all with a ratio if not given
    comparables
        as data/comparables.csv, which they are if not given

    Returns
    -------
    DataFrame
        token, mc_fdv, market_cap_usd, segment, confidence

    Raises
    ------
    ValueError
        for a day without rows, or an unknown ticker
    """
    everything = (
        data.load("comparables")
        if comparables is None
        else own_tables.own("comparables", comparables, "comparables")
    )
    days = sorted(set(everything["as_of"]))
    if as_of not in days:
        raise ValueError(f"as_of must be one of {', '.join(days)}, got {quoted(as_of)}")
    known = sorted(set(everything["token"]))
    for peer in peers or ():
        if peer not in known:
            raise ValueError(unknown("token", peer, known))
    table = everything[(everything["as_of"] == as_of) & everything["mcap_fdv"].notna()]
    if peers is not None:
        table = table[table["token"].isin(peers)]
    table = table.rename(columns={"mcap_fdv": "mc_fdv"}).sort_values(["mc_fdv", "token"])
    columns = ["token", "mc_fdv", "market_cap_usd", "segment", "confidence"]
    return table[columns].reset_index(drop=True)
