"""C21 to C34: launch, cap, halvings and who gets the emission, from the chain's rules and dated
supplies.
"""

from __future__ import annotations

import functools
from datetime import datetime, timedelta

import pandas as pd

from ..chain.emission import (
    block_emission,
    final_supply_rao,
    halving_table,
    halving_thresholds_rao,
    issuance_eras,
)
from ..economy import halving_dates as halving
from ..economy.stress import Records
from ..economy.supply import minted_per_day
from ..inputs.rules import Rules, rules_at
from ..inputs.units import BLOCKS_PER_DAY, DAYS_PER_YEAR, blocks_to_years, tao, utc
from .rule import World, claim, fact, near, rounds_to, says, stated, true_of, untested
from .sources import table

SUPPLY = "01_supply_curve"
PAY = "03_who_pays_inflation"
STAKE = "09_how_decentralised"
SELL = "04_sell_pressure"
WHOLE_RAO = "article-whole-rao"  # the article's schedule with TAO's nine decimals
GENESIS = "Finney genesis plain chain spec"


@claim(STAKE)
def c21(world: World) -> tuple:
    """No pre-mine: the present chain began with TAO mined on the two before it."""
    carried = fact("C21", GENESIS)
    mined = says("C21", "Bittensor history", "mined TAO carried over")
    reading = true_of(f"{carried:,.0f} TAO at genesis", mined, carried == 0)
    share = carried / tao(world.then.rules.max_supply_rao)
    return (
        reading,
        reading,
        f"counting the {carried / 1e6:.2f} M TAO carried over, {share:.1%} of the cap, "
        "as pre-mined",
    )


@claim(SUPPLY)
def c22(world: World) -> tuple:
    """The cap of the rules; whole rao leave a little of it unissued."""
    caps = [tao(records.rules.max_supply_rao) for records in (world.then, world.now)]
    short = caps[1] - tao(final_supply_rao(world.now.rules))
    value = float(stated("C22"))
    return (
        near(value, caps[:1], 0),
        near(value, caps[1:], 0),
        f"nothing: {short:.4f} TAO are never issued",
    )


@claim(SUPPLY)
def c23(world: World) -> tuple:
    """Four years: the schedule's era at 12 s a block; now also the era that was, and the one
    that runs.
    """
    law = first_interval_years(WHOLE_RAO)
    began = utc(rules_at("kusanagi").first_date)
    halved = halving.FIRST_HALVING_UTC
    real = (halved - began) / timedelta(days=DAYS_PER_YEAR)
    running = (second_halving(world.now) - halved) / timedelta(days=DAYS_PER_YEAR)
    years = float(stated("C23"))
    return (
        near(years, [law]),
        near(years, [law, real, running]),
        f"recycling: the first era took {real:.2f} years, the second is on course for "
        f"{running:.2f}",
    )


@functools.cache
def first_interval_years(rules_name: str) -> float:
    """Length of a schedule's first era, years.

    Parameters
    ----------
    rules_name : str

    Returns
    -------
    float
    """
    return float(blocks_to_years(_blocks_to_halving(rules_at(rules_name), 0)))


def _blocks_to_halving(rules: Rules, issuance_rao: int) -> int:
    return int(halving_table(rules, issuance_rao=issuance_rao)["block"].iloc[0])


def second_halving(records: Records) -> datetime:
    """When the second halving comes if recycling goes on as the scenario says.

    Parameters
    ----------
    records : Records

    Returns
    -------
    datetime
    """
    rows = halving_table(
        records.rules,
        issuance_rao=records.snapshot.issuance_rao,
        block=records.snapshot.block or 0,
        date=records.snapshot.date,
        block_time_s=records.scenario.block_time_s,
        recycled_ppm=round(records.scenario.recycled_share * 1e6),
    )
    return utc(pd.Timestamp(rows["date"].iloc[0]).to_pydatetime())


@claim(SUPPLY)
def c24(world: World) -> tuple:
    """Every 10.5 M blocks: the code had no halving; issuance decides now, and the first came far
    sooner.
    """
    value = float(stated("C24"))
    by_genesis = _blocks_to_halving(world.now.rules, halving.GENESIS_ISSUANCE_RAO)
    real = fact("C24", "bittensor-labs verified halving record")
    constant = world.then.rules.schedule == "constant"
    then = true_of(
        "no halving in the code" if constant else by_genesis,
        not constant,
        abs(by_genesis / value - 1) < 0.01,
    )
    return (
        then,
        near(value, [real, by_genesis], 0.01),
        f"counting blocks: the halving came after {real:,.0f} of them",
    )


@claim(SUPPLY)
def c25(world: World) -> tuple:
    """64 halvings: rewards above zero in whole rao."""
    rewards = len(halving_thresholds_rao(rules_at(WHOLE_RAO))) - 1
    now = len(halving_thresholds_rao(world.now.rules)) - 1
    halvings = int(stated("C25"))
    digits = next(d for d in range(9, 40) if 10**d >> (halvings - 1))
    return (
        near(halvings, [rewards], 0),
        near(halvings, [now], 0),
        f"a TAO of {digits} decimals instead of nine: "
        f"in whole rao only {now} rewards are above zero",
    )


@claim(SUPPLY)
def c26(world: World) -> tuple:
    """August 2025: the straight line from genesis, the same line from the supply reached by
    then, and the day.
    """
    month = stated("C26")
    line = halving.unrecycled_first_halving(rules_at("2026-09-11"))
    snapshot = world.then.snapshot
    readings = snapshot.issuance_rao, snapshot.issuance_low_rao, snapshot.issuance_high_rao
    days = [line, *(_straight_line(rao, world.then) for rao in readings if rao is not None)]
    real = halving.FIRST_HALVING_UTC
    return (
        true_of(f"{line:%Y-%m-%d}", *(f"{day:%Y-%m}" == month for day in days)),
        true_of(f"{real:%Y-%m-%d}", f"{real:%Y-%m}" == month),
        f"recycling and slow blocks: {(real - line).days} days; from 5.5 M TAO the line gave "
        f"{days[1]:%B %Y}",
    )


def _straight_line(issuance_rao: int, records: Records):
    """The first halving from a supply on the article's day with nothing recycled."""
    threshold = halving_thresholds_rao(rules_at("2026-09-11"))[1]
    blocks = (threshold - issuance_rao) / records.rules.block_reward_rao
    return utc(records.snapshot.date) + timedelta(days=blocks / BLOCKS_PER_DAY)


@claim(SUPPLY)
def c27(world: World) -> tuple:
    """256 years: until the last whole rao, by blocks and by issuance."""
    both = rules_at(WHOLE_RAO), world.now.rules
    years = [float(blocks_to_years(issuance_eras(rules)[-1].first_block)) for rules in both]
    stated_years = float(stated("C27"))
    return (
        near(stated_years, years[:1]),
        near(stated_years, years[1:]),
        f"unlimited decimals: in whole rao emission ends after {years[1]:.1f} years",
    )


@claim(PAY)
def c28(world: World) -> tuple:
    """One TAO every 12 s: the reward of the day; now also with what is recycled taken off."""
    value = float(stated("C28"))
    reward = _reward(world.then)
    recycled = world.now.scenario.recycled_share
    return (
        near(value, [reward]),
        near(value, [reward, reward * (1 - recycled)]),
        f"recycling, at {recycled:.1%}",
    )


def _reward(records: Records) -> float:
    return tao(
        block_emission(records.rules, records.snapshot.issuance_rao, block=records.snapshot.block)
    )


@claim(PAY)
def c29(world: World) -> tuple:
    """7,200 a day: by the clock; by the blocks really made; and by what reached circulation to
    the halving.
    """
    fit = finney_fit(world.now.rules)
    then = world.then
    law, blocks = (
        minted_per_day(
            then.rules,
            then.snapshot.issuance_rao,
            block_time_s=seconds,
            block=then.snapshot.block,
        )
        for seconds in (then.rules.block_time_s, fit.block_time_s)
    )
    return (
        rounds_to(stated("C29"), [law]),
        near(float(stated("C29")), [law, blocks, fit.tao_per_day]),
        f"net of recycling it was {fit.tao_per_day:,.0f} a day up to the halving",
    )


@functools.lru_cache(maxsize=4)
def finney_fit(rules: Rules):
    """Net issuance from Finney's genesis to the first halving.

    Parameters
    ----------
    rules : Rules

    Returns
    -------
    halving.RecyclingFit
    """
    return halving.fit_recycling(rules, since="2023-03-20", until="2025-12-16")


@claim(PAY)
def c30(world: World) -> tuple:
    """Equal halves for miners and validators: equal to each other, but not halves where an owner
    is paid first.
    """
    half = float(stated("C30").split("/")[0]) / 100
    shares = [(1 - float(records.rules.owner_cut)) / 2 for records in (world.then, world.now)]
    then, now = (
        true_of(f"{share:.0%} each", abs(share / half - 1) < 0.01, True) for share in shares
    )
    return then, now, f"the owner's {float(world.then.rules.owner_cut):.0%}, taken first"


@claim(STAKE)
def c31(world: World) -> tuple:
    """No sale and no reserve: no allocation is known, but funds were there from the start."""
    share = fact("C31", "Presto research")
    early = says("C31", "Fortune reprint", "VC presence from the start")
    return (
        untested(),
        true_of(f"{share:g}% allocated", share == float(stated("C31")), not early),
        "counting a fund that helped to start the project as a round",
        "who holds the genesis keys",
    )


@claim(STAKE)
def c32(world: World) -> tuple:
    """Four backers on the website: two confirmed since."""
    found = sum(says("C32", "Fortune reprint", name) for name in ("DCG", "Polychain"))
    value = f"{found} of {stated('C32')} confirmed"
    return (
        untested(),
        untested(value),
        "",
        "an archived copy of the website; GSR and FirstMark were not found again",
    )


@claim(SELL)
def c33(world: World) -> tuple:
    """Team-linked validators selling through market makers: a guess of the author."""
    return untested(), untested(), "", "flows on chain from named validators to market makers"


@claim(STAKE)
def c34(world: World) -> tuple:
    """Fairer than others: how unequal it began is known, how others began is not."""
    gini = table("genesis_concentration")["gini"].iloc[-1]
    return (
        untested(f"Gini {gini:.3f}"),
        untested(f"Gini {gini:.3f}"),
        "",
        "holders of peers on the day of their launch",
    )
