"""Can the market absorb the new TAO? Emission against volume, price impact, and the flow that holds
a price.

Three questions that must not be mixed. What would one unexpected day of selling do (the impact
laws)? What does a lasting flow do (the macro multiplier)? Which inflow holds the price (the flow
balance)? A flow that everyone expects does nothing: it is in the price. Impacts of single days are
never added up: the square root is a law for one isolated order, and a year of them would more than
wipe out any price. Papers are named at each function.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..inputs import data, own_tables
from ..inputs.checks import real
from ..inputs.door import typed
from ..inputs.rules import Rules, Scenario, Snapshot, coins, rules_at
from ..inputs.units import DAYS_PER_YEAR, utc
from .day_flows import day_flows
from .impact import amihud, impact_share, within_law
from .supply import minted_per_day, staked_tao, supply_path

PUBLICATION_WINDOWS = (
    ("2023-10-01", "2023-10-23"),
    ("2023-11-01", "2023-11-16"),
    ("2023-11-20", "2023-11-20"),
)


BEARABLE_SHARE = 0.10  # of a day's volume: the one bar for "the market bears it", see `bearable`
LOOSER_SHARES = (0.20, 0.25)  # its sensitivity


class SellPressure(NamedTuple):
    """New TAO that comes to market in a day, and what it would do to the price were it not
    expected.
    """

    emission_tao_per_day: float  # gross
    paid_tao_per_day: float  # less what is recycled or never issued: the roles' pay
    owners_sold_tao_per_day: float
    miners_sold_tao_per_day: float
    stakers_sold_tao_per_day: float
    unstaked_tao_per_day: float  # stake that leaves and is sold, until none is left
    sold_tao_per_day: float  # on the first day
    sold_usd_per_day: float  # also the net inflow that holds the price
    sold_tao_per_year: float  # no more than the stake and what the cap leaves
    sold_usd_per_year: float
    volume_usd: float  # a day
    volume_is_assumed: bool  # unknown in the snapshot; `scenario.volume_usd` was used
    participation_share: float  # sold over traded
    # fall of the price on one day, had nobody expected the sale; nan where the law would take more
    # than the whole price: outside the law, like the next two
    unexpected_impact_share: float
    mean_cost_share: float  # what the sellers of that day lose on average
    surprise_impact_share: float  # the same fall for the part of the flow that is news
    issuance_per_year: float  # gross new TAO of a year over the supply


class FlowBalance(NamedTuple):
    """What a lasting flow does."""

    break_even_inflow_usd_per_day: float  # net buying that holds the price
    price_at_inflow_usd: float  # price at which the given inflow buys all that is sold
    surprise_flow_usd_per_day: float  # net selling that nobody expected
    drift_per_year: float  # of the log price, by that surprise alone
    turnover_share: float  # of the market cap that trades in a day


class FlowPath(NamedTuple):
    """The price under a lasting flow; arrays, one entry a step."""

    years: np.ndarray
    price_usd: np.ndarray


class MarketWindow(NamedTuple):
    """A stretch of days: value of the emission against volume, and liquidity as seen."""

    since: str
    until: str
    days: int
    emission_usd_per_day: float
    volume_usd_per_day: float
    participation_share: float  # emission over volume, of the sums
    # sample standard deviation of log returns; None with fewer than two
    daily_volatility: float | None
    amihud_per_usd: float | None  # None without a return


class Bearable(NamedTuple):
    """A day's sale against the bars for what a market bears without a visible move."""

    participation_share: float  # sold over a day's volume
    bar_share: float
    bearable: bool
    by_looser: dict[float, bool]  # the same by each looser bar: how much hangs on the bar


@typed
def sell_pressure(rules: Rules, snapshot: Snapshot, scenario: Scenario) -> SellPressure:
    """The pay of `day_flows` times the share each role sells, against a day's volume.

    Stake that leaves (`scenario.stake_exit_per_day`) is sold on top, until it is gone. Where pay is
    in alpha, what comes to market is what can be taken out of the pools without emptying them.

    Raises
    ------
    ValueError
        where owners and stakers get more than there is, and where stake leaves that is not there
    """
    flows = day_flows(rules, snapshot, scenario)
    owners_sold = coins(rules, flows.pay.owners_rao) * scenario.owners_sold_share
    miners_sold = coins(rules, flows.pay.miners_rao) * scenario.miners_sold_share
    stakers_sold = coins(rules, flows.pay.stakers_rao) * scenario.stakers_sold_share
    of_new = math.fsum((owners_sold, miners_sold, stakers_sold))
    stake = _leaving_stake(rules, snapshot, scenario)
    unstaked = scenario.stake_exit_per_day * stake
    sold = of_new + unstaked
    left = coins(rules, max(rules.max_supply_rao - snapshot.issuance_rao, 0))
    a_year = min(of_new * DAYS_PER_YEAR, left) + min(unstaked * DAYS_PER_YEAR, stake)
    usd = sold * snapshot.price_usd
    volume = snapshot.volume_usd or scenario.volume_usd
    unexpected = _impact(scenario, usd / volume)
    return SellPressure(
        emission_tao_per_day=coins(rules, flows.minted_rao),
        paid_tao_per_day=coins(rules, sum(flows.pay)),
        owners_sold_tao_per_day=owners_sold,
        miners_sold_tao_per_day=miners_sold,
        stakers_sold_tao_per_day=stakers_sold,
        unstaked_tao_per_day=unstaked,
        sold_tao_per_day=sold,
        sold_usd_per_day=usd,
        sold_tao_per_year=a_year,
        sold_usd_per_year=a_year * snapshot.price_usd,
        volume_usd=volume,
        volume_is_assumed=snapshot.volume_usd is None,
        participation_share=usd / volume,
        unexpected_impact_share=unexpected,
        mean_cost_share=unexpected / (1 + scenario.impact_exponent),
        surprise_impact_share=_impact(scenario, usd / volume * (1 - scenario.anticipated_share)),
        issuance_per_year=min(coins(rules, flows.minted_rao) * DAYS_PER_YEAR, left)
        / coins(rules, snapshot.issuance_rao),
    )


def _leaving_stake(rules, snapshot, scenario) -> float:
    """The stake that can leave; 0 where none does."""
    if not scenario.stake_exit_per_day:
        return 0.0
    staked = staked_tao(rules, snapshot, scenario)
    if staked > coins(rules, snapshot.issuance_rao):
        most = f"{coins(rules, snapshot.issuance_rao):,.0f}"
        raise ValueError(f"staked_tao must be at most what is issued ({most}), got {staked:,.0f}")
    return staked


def _impact(scenario, participation) -> float:
    """The impact law on a day's sale; nan where it leaves the law."""
    return within_law(
        impact_share(
            participation,
            scenario.daily_volatility,
            scenario.impact_prefactor,
            scenario.impact_exponent,
        )
    )


@typed
def bearable(participation_share: float) -> Bearable:
    """Whether a market bears a day's sale: it is at most a tenth of a day's volume.

    Parameters
    ----------
    participation_share
        sold over traded, as in `SellPressure` and `MarketWindow`

    Notes
    -----
    An impact below a day's usual move would be no bar: by the impact law at Y = 1 it says only that
    less is sold than traded, whatever the volatility. Desks hold a position to a tenth to a third
    of average daily volume. The SEC proposed a fifth (release 33-11130, November 2022) as the size
    from which a trade in a listed share moves its price significantly; a company that buys its own
    shares stays below a quarter (Rule 10b-18(b)(4)). We take the lowest, a choice, since part of a
    reported crypto volume is no trade at all (Cong, Li, Tang and Yang, NBER 30783); `by_looser`
    has the other two.
    """
    share = real("participation_share", participation_share, "[0, inf)")
    return Bearable(
        participation_share=share,
        bar_share=BEARABLE_SHARE,
        bearable=share <= BEARABLE_SHARE,
        by_looser={bar: share <= bar for bar in LOOSER_SHARES},
    )


@typed
def flow_balance(
    rules: Rules, snapshot: Snapshot, scenario: Scenario, *, inflow_usd_per_day: float = 0.0
) -> FlowBalance:
    """What a lasting flow does: the inflow that holds the price, the price a given inflow holds,
    the drift of a surprise.

    Parameters
    ----------
    inflow_usd_per_day
        B, net buying by everyone else, taken as given, which is the weakness of it

    Notes
    -----
    The drift is −M·(1 − anticipated)·(sold − B) over the market cap, of what is sold and bought in
    a year: stake that leaves is sold once. The price is B over what is sold on the first day:
    infinite where nothing is sold and something bought. Gabaix and Koijen, NBER 28967; Benzaquen
    and Bouchaud, arXiv:1710.03734 (a lasting flow is linear).
    """
    inflow = real("inflow_usd_per_day", inflow_usd_per_day, "[0, inf)")
    pressure = sell_pressure(rules, snapshot, scenario)
    cap = coins(rules, snapshot.issuance_rao) * (1 - scenario.lost_share) * snapshot.price_usd
    news = 1 - scenario.anticipated_share
    price = math.inf if inflow else snapshot.price_usd
    if pressure.sold_tao_per_day:
        price = inflow / pressure.sold_tao_per_day
    a_year = news * (pressure.sold_usd_per_year - inflow * DAYS_PER_YEAR)
    fall = scenario.macro_multiplier * a_year / cap
    return FlowBalance(
        break_even_inflow_usd_per_day=pressure.sold_usd_per_day,
        price_at_inflow_usd=price,
        surprise_flow_usd_per_day=news * (pressure.sold_usd_per_day - inflow),
        drift_per_year=0.0 - fall,  # 0.0 − 0.0 is not −0.0
        turnover_share=pressure.volume_usd / cap,
    )


@typed
def price_under_flow(
    rules: Rules,
    snapshot: Snapshot,
    scenario: Scenario,
    *,
    inflow_usd_per_day: float = 0.0,
    every_days: int = 30,
) -> FlowPath:
    """The price over `scenario.horizon_years` where the drift of `flow_balance` goes on, step by
    step.

    Parameters
    ----------
    inflow_usd_per_day
        B, net buying by everyone else, held constant
    every_days
        the step

    Notes
    -----
    The same shares are sold of whatever the schedule pays, and stake that leaves is sold until none
    is left. With nothing bought and none leaving it is P₀(S₀/S)^M for a sale that is all news: at
    M = 1 exactly the dilution of a constant market cap. With B it tends to the price that B holds.
    Our closure, no fit; sources as for `flow_balance`.
    """
    inflow = real("inflow_usd_per_day", inflow_usd_per_day, "[0, inf)")
    pressure = sell_pressure(rules, snapshot, scenario)
    path = supply_path(rules, snapshot, scenario, every_days=every_days)
    force = scenario.macro_multiplier * (1 - scenario.anticipated_share)
    paid = pressure.paid_tao_per_day
    of_new = pressure.sold_tao_per_day - pressure.unstaked_tao_per_day
    share = of_new / paid if paid else 0.0
    supply = path.circulating_tao
    day = path.years * DAYS_PER_YEAR
    days = np.diff(day)
    middle = np.sqrt(supply[1:] * supply[:-1])
    stake = _leaving_stake(rules, snapshot, scenario)
    exited = np.diff(np.minimum(day * pressure.unstaked_tao_per_day, stake))
    new = share * np.diff(np.log(supply)) / (1 - scenario.lost_share)
    loss = force * (new + exited / middle)
    gain = force * inflow * days / middle
    falls = loss > 0  # what is bought during a step falls with it
    gain[falls] *= -np.expm1(-loss[falls]) / loss[falls]
    price = [snapshot.price_usd]
    for kept, bought in zip(np.exp(-loss).tolist(), gain.tolist(), strict=True):
        price.append(price[-1] * kept + bought)
    return FlowPath(path.years, np.array(price))


@typed
def emission_over_volume(
    since: str | dt.date | dt.datetime,
    until: str | dt.date | dt.datetime,
    *,
    prices: pd.DataFrame | None = None,
) -> MarketWindow:
    """A day's emission at the closing price against volume, over days of data/tao_daily_2023q4.csv.

    Parameters
    ----------
    since, until
        days, both included; a return counts for the day it ends on
    prices
        as data/tao_daily_2023q4.csv, which they are if not given

    Raises
    ------
    ValueError
        where the table has no such day
    """
    own = prices is not None
    table = (
        own_tables.own("tao_daily_2023q4", prices, "prices")
        if own
        else data.load("tao_daily_2023q4")
    )
    if own and not ((table[["close_usd", "volume_usd_24h"]] > 0).all(axis=None)):
        raise ValueError("prices must have close_usd and volume_usd_24h > 0 in every row")
    first, last = (pd.Timestamp(utc(day).date()) for day in (since, until))
    returns = np.diff(np.log(table["close_usd"]), prepend=np.nan)
    inside = ((table["date"] >= first) & (table["date"] <= last)).to_numpy()
    if not inside.any():
        raise ValueError(
            f"since must be a day of {'prices' if own else 'tao_daily_2023q4.csv'} and not after "
            f"until, got {since} to {until}"
        )
    rules = rules_at(first.date())
    minted = minted_per_day(rules, 0, block_time_s=rules.block_time_s)  # no halving in the code yet
    emission = minted * table["close_usd"][inside].mean()
    volume = table["volume_usd_24h"].to_numpy(float)
    seen = inside & ~np.isnan(returns)
    return MarketWindow(
        since=str(first.date()),
        until=str(last.date()),
        days=int(inside.sum()),
        emission_usd_per_day=float(emission),
        volume_usd_per_day=float(volume[inside].mean()),
        participation_share=float(emission / volume[inside].mean()),
        daily_volatility=float(np.std(returns[seen], ddof=1)) if seen.sum() > 1 else None,
        amihud_per_usd=amihud(returns[seen], volume[seen]) if seen.any() else None,
    )


@typed
def publication_windows() -> pd.DataFrame:
    """The article's claim on the windows of claims.csv C44: a quiet month before, its own
    fortnight, its day.
    """
    return pd.DataFrame([emission_over_volume(*window) for window in PUBLICATION_WINDOWS])
