"""Views of dilution: what FDV hides, what new supply does to price and share, and value at one's
own numbers.
"""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ..economy.holding import holder_yield
from ..economy.issuance_readings import GENESIS_UTC, feasible_supply_tao, supply_observations
from ..economy.supply import (
    NARROW_PEERS,
    Decomposition,
    break_even_growth,
    decompose_price,
    discounted_supply,
    mc_fdv_ranking,
    supply_at,
    supply_path,
)
from ..inputs import data
from ..inputs.rules import Rules, Scenario, Snapshot, coins, eras, load_scenario, rules_at
from ..inputs.units import tao
from .gallery import known, snapshots, view
from .marks import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    RED,
    Axis,
    Bars,
    Level,
    Line,
    Panel,
    Points,
    Text,
    View,
)

RATES = np.linspace(0, 1, 51)
LADDER_TOKENS = 8  # side by side on a day
PLACES = {1: "lowest", 2: "second lowest", 3: "third lowest"}


@view(rules="2026-09-11", then="article", now="2026-09-11", scenario="base")
def discounted_fdv(rules: Rules, then: Snapshot, now: Snapshot, scenario: Scenario) -> View:
    """Discounted FDV against the discount rate, between FDV at zero and market cap at infinity,
    for two dates.
    """
    kept = [
        discounted_supply(rules, day, scenario) / coins(rules, rules.max_supply_rao)
        for day in (then, now)
    ]
    first = _discounted(rules, then, scenario, label="bn USD")
    second = _discounted(rules, now, scenario)
    return View(
        title=f"At {scenario.discount_rate:.0%} a year, TAO not yet issued shrinks the article's "
        f"FDV to {kept[0]:.0%}, that of {now.date:%B %Y} to {kept[1]:.0%}",
        panels=[first, second],
        size=(11.0, 5.0),
    )


def _discounted(rules: Rules, snapshot: Snapshot, scenario: Scenario, label: str = "") -> Panel:
    """One date of `discounted_fdv`."""
    rates = np.linspace(0, 0.6, 61)
    supply = supply_at(rules, snapshot, scenario)
    value = discounted_supply(rules, snapshot, scenario, rates=rates) * snapshot.price_usd / 1e9
    fdv = supply.fdv_usd / 1e9
    cap = supply.market_cap_usd / 1e9
    at = np.interp(scenario.discount_rate, rates, value)
    chosen = f"{at:.2f} bn at {scenario.discount_rate:.0%}"
    return Panel(
        title=f"{snapshot.name}: {snapshot.price_usd:,.2f} USD per TAO",
        marks=[
            Line(label="discounted FDV", x=rates, y=value),
            Level(label=f"FDV {fdv:.2f} bn", y=fdv, colour=RED, style="--", width=1.4),
            Level(label=f"market cap {cap:.2f} bn", y=cap, colour=GREEN, style=":", width=1.8),
            Points(label=chosen, x=scenario.discount_rate, y=at, colour=BLACK, size=6),
        ],
        x=Axis(label="discount rate per year", format=".0%"),
        y=Axis(label=label, low=0, high=1.1 * fdv),
    )


@view(snapshot="2023-11-20")
def mc_fdv_ladder(snapshot: Snapshot) -> View:
    """Bars: market cap over FDV of AI-labelled tokens on the article's day, or the last such day
    before another one, TAO by its own supply and the narrow peer set marked.
    """
    day = _ladder_day(snapshot)
    table, narrow = (
        _with_tao(mc_fdv_ranking(day, peers=peers), snapshot) for peers in (None, NARROW_PEERS)
    )
    rank, rank_narrow = (ranks["token"].tolist().index("TAO") + 1 for ranks in (table, narrow))
    mine = table["token"] == "TAO"
    peer = table["token"].isin(NARROW_PEERS) & ~mine
    groups = {
        "TAO": (mine, RED),
        "narrow set: tokens the article names or that trade beside them": (peer, BLUE),
        "other tokens with an AI or data label": (~mine & ~peer, GREY),
    }
    bars = [
        Bars(
            label=label,
            y=np.flatnonzero(chosen),
            x=table["mc_fdv"][chosen],
            text=tuple(f"{value:.1%}" for value in table["mc_fdv"][chosen]),
            colour=colour,
            across=True,
        )
        for label, (chosen, colour) in groups.items()
    ]
    return View(
        title=f"TAO's market cap / FDV {_was(snapshot, day)} "
        f"{PLACES.get(rank_narrow, f'number {rank_narrow}')} of {len(narrow)} AI tokens, "
        f"{PLACES.get(rank, f'number {rank}')} of {len(table)} with storage and identity",
        panels=[
            Panel(
                marks=bars,
                x=Axis(label="market cap / FDV", low=0, high=1.12, format=".0%"),
                y=Axis(names=tuple(table["token"])),
                columns=1,
            )
        ],
        size=(9.0, 5.6),
        sources=(snapshot, "data/comparables.csv"),
    )


def _ladder_day(snapshot: Snapshot) -> str:
    """The last day up to a snapshot's on which enough tokens stand side by side."""
    table = data.load("comparables").dropna(subset="mcap_fdv")
    table = table[table["as_of"].str.len() == len("2023-11-20")]
    days = [day for day, rows in table.groupby("as_of") if len(rows) >= LADDER_TOKENS]
    before = [day for day in days if str(day) <= snapshot.date.isoformat()]
    if not before:
        raise ValueError(
            f"date must not be before {min(days)}, the first day of {LADDER_TOKENS} tokens in "
            f"comparables.csv, got {snapshot.date}"
        )
    return str(max(before))


def _was(snapshot: Snapshot, day: str) -> str:
    """Whether the others are of TAO's own day."""
    same = day == snapshot.date.isoformat()
    return "was" if same else f"on {snapshot.date} beside others on {day}:"


def _with_tao(table: pd.DataFrame, snapshot: Snapshot) -> pd.DataFrame:
    """A ranking with TAO by the supply of a snapshot."""
    own = {"token": "TAO", "mc_fdv": snapshot.issuance_rao / eras()[-1].max_supply_rao}
    others = table[table["token"] != "TAO"][list(own)]
    return pd.concat([others, pd.DataFrame([own])], ignore_index=True).sort_values(
        ["mc_fdv", "token"], ignore_index=True
    )


@view(publication="2023-11-20", then="article", now="2026-09-11")
def price_waterfall(publication: Snapshot, then: Snapshot, now: Snapshot) -> View:
    """Waterfalls in logarithms from two base prices, the close of the article's day first: growth
    of the market cap, less growth of supply, is growth of the price.
    """
    from_close, from_article = (_parted(day, now) for day in (publication, then))
    steps = [*_steps(from_close)[1], *_steps(from_article)[1]]
    height: dict[str, Any] = {"low": min(0.0, *steps) - 0.1, "high": max(0.0, *steps) + 0.1}
    panels = [
        _waterfall(split, f"From {told} {day.price_usd:,.2f} USD", height)
        for split, told, day in (
            (from_close, "that day's close,", publication),
            (from_article, "the article's price,", then),
        )
    ]
    growth = Axis(label=f"log growth, {publication.date} to {now.date}", **height)
    return View(
        title="From the close of the article's day the price came to "
        f"{from_close.price_ratio:.2f}× and the network's value to {from_close.cap_ratio:.2f}×; "
        f"from its own {then.price_usd:g} USD to {from_article.price_ratio:.2f}× and "
        f"{from_article.cap_ratio:.2f}×; supply to {from_close.supply_ratio:.2f}×",
        panels=[replace(panels[0], y=growth), panels[1]],
        size=(10.0, 5.0),
        sources=(publication, then, now, "logarithms: steps add up"),
    )


def _parted(then: Snapshot, now: Snapshot) -> Decomposition:
    """The change of price between two snapshots."""
    supply_tao = (tao(then.issuance_rao), tao(now.issuance_rao))
    return decompose_price((then.price_usd, now.price_usd), supply_tao)


def _steps(split: Decomposition) -> tuple[np.ndarray, np.ndarray]:
    """Where each bar of a waterfall starts and ends."""
    base = np.array([0, split.log_cap, 0])
    return base, base + np.array([split.log_cap, -split.log_supply, split.log_price])


def _waterfall(split: Decomposition, title: str, height: dict[str, Any]) -> Panel:
    """One base price of `price_waterfall`."""
    base, top = _steps(split)
    ratios = (split.cap_ratio, 1 / split.supply_ratio, split.price_ratio)
    told = [f"× {ratio:.2f}" for ratio in ratios]
    beyond = np.where(top >= base, np.maximum(top, base), np.minimum(top, base))
    words: dict[str, Any] = {"align": "center", "size": 11}
    above = top >= base
    names = [
        Text(
            x=np.flatnonzero(chosen),
            y=beyond[chosen],
            text=tuple(np.array(told)[chosen]),
            valign=side,
            **words,
        )
        for chosen, side in ((above, "bottom"), (~above, "top"))
        if chosen.any()
    ]
    joined = [
        Line(x=[place + 0.3, place + 0.7], y=[top[place]] * 2, colour=GREY, width=1)
        for place in range(2)
    ]
    bars = Bars(y=top - base, base=base, width=0.6, colour=(BLUE, RED, GREEN))
    return Panel(
        title=title,
        marks=[bars, *joined, Level(y=0, width=0.8), *names],
        x=Axis(names=("market cap", "new supply", "price"), low=-0.6, high=2.6),
        y=Axis(**height),
    )


@functools.cache
def openai_bn_usd() -> dict[str, float]:
    """OpenAI's valuations that are known, by month."""
    table = data.load("private_valuations")
    known = table[(table["company"] == "openai") & table["valuation_bn_usd"].notna()]
    return dict(zip(known["date"], known["valuation_bn_usd"].astype(float), strict=True))


@view(rules="2026-09-11", then="article", publication="2023-11-20", now="2026-09-11")
def article_fdv(rules: Rules, then: Snapshot, publication: Snapshot, now: Snapshot) -> View:
    """Bars: the FDV the article states, the one its own price gives, publication day's and
    today's, with OpenAI's last paid price, the tender then in talks and today's value over each.
    """
    openai = openai_bn_usd()
    old, current, latest = (openai[month] for month in ("2023-04", "2023-10", "2026-03"))
    supply = coins(rules, rules.max_supply_rao)
    stated = known(then, "fdv_stated_usd") / 1e9
    implied, at_publication, today = (s.price_usd * supply / 1e9 for s in (then, publication, now))
    bars = [
        ("stated by\nthe article", stated, GREY, old),
        (f"{then.price_usd:g} USD × {supply / 1e6:g} M", implied, RED, old),
        (f"same, OpenAI at the\n{current:g} bn in talks", implied, ORANGE, current),
        (f"that day's close,\n{publication.price_usd:.2f} USD", at_publication, BLUE, current),
        (f"{now.date},\n{now.price_usd:.2f} USD", today, GREEN, latest),
    ]
    names, values, colours, valuations = zip(*bars, strict=True)
    told = [
        f"{value:.2f} bn\nOpenAI {openai:g} bn = {openai / value:.1f}×"
        for value, openai in zip(values, valuations, strict=True)
    ]
    return View(
        title=f"{then.price_usd:g} USD × {supply / 1e6:g} M is {implied:.2f} bn, not "
        f"{stated:.1f}; “{old / stated:.0f}×” is {current / at_publication:.1f}× at that day's "
        f"close and OpenAI's tender then in talks, {old / at_publication:.1f}× at its last paid "
        "price",
        panels=[
            Panel(
                marks=[Bars(y=values, width=0.65, colour=colours, text=tuple(told))],
                x=Axis(names=names),
                y=Axis(label="FDV of TAO, bn USD", low=0, high=1.25 * max(values)),
            )
        ],
        sources=(then, publication, now, "data/private_valuations.csv"),
    )


def happened(rules: Rules, snapshot: Snapshot, years: int = 1) -> tuple[float, float]:
    """The least and the most by which supply grew in the years after a day, by what trusted
    readings allow; nan where they are not over.
    """
    later = dt.timedelta(days=365 * years)
    if (
        not GENESIS_UTC.date()
        <= snapshot.date
        <= supply_observations()["when"].max().date() - later
    ):
        return np.nan, np.nan
    end = snapshot.date + later
    least, most = feasible_supply_tao(rules, end)
    issued = tao(snapshot.issuance_rao)
    return least / issued - 1, most / issued - 1


@view(rules="2026-09-11", then="article", now="2026-09-11", scenario="base")
def break_even_cap(rules: Rules, then: Snapshot, now: Snapshot, scenario: Scenario) -> View:
    """Bars: how much the market cap must grow on the schedule for the price to stand still, over
    one to ten years, for two dates, and what was asked by the supply that came.
    """
    years = (1, 2, 3, 5, 10)
    article = load_scenario("article")
    from_then = [break_even_growth(rules, then, article, y) for y in years]
    from_now = [break_even_growth(rules, now, scenario, y) for y in years]
    bars = [
        Bars(
            label=f"from {snapshot.date}, {assumed.recycled_share:.1%} recycled",
            x=np.arange(len(years)) + shift,
            y=values,
            width=0.38,
            colour=colour,
            text=tuple(f"{value:.0%}" for value in values),
        )
        for shift, snapshot, assumed, colour, values in (
            (-0.2, then, article, RED, from_then),
            (0.2, now, scenario, BLUE, from_now),
        )
    ]
    came = np.array([happened(rules, then, y) for y in years[:2]])
    came = came[np.isfinite(came).all(axis=1)]
    measured = Bars(
        label="asked by the supply that came, least to most",
        x=np.arange(len(came)) - 0.2,
        base=came[:, 0],
        y=np.maximum(came[:, 1] - came[:, 0], 0.02),  # thick enough to be seen
        width=0.38,
        colour=BLACK,
    )
    seen = f"supply grew {came[0, 0]:.0%} to {came[0, 1]:.0%}, and " if len(came) else ""
    return View(
        title=f"On the schedule a flat price asked for {from_then[0]:.0%} more market cap in the "
        f"year from {then.date:%B %Y}; {seen}from {now.date:%B %Y} it asks for {from_now[0]:.0%}",
        panels=[
            Panel(
                marks=[*bars, measured],
                x=Axis(names=tuple(f"{y} year{'s' if y > 1 else ''}" for y in years)),
                y=Axis(label="growth of the market cap for a flat price", format=".0%"),
            )
        ],
    )


@view(rules="2026-09-11", then="article", now="2026-09-11", scenario="base")
def who_is_diluted(rules: Rules, then: Snapshot, now: Snapshot, scenario: Scenario) -> View:
    """Bars: a year's change of share in the supply for a holder who does not stake and for one
    who does, on two dates.
    """
    article = load_scenario("article")
    old = rules_at(then.date)
    untaken = replace(scenario, validator_take=0.0)
    owned = replace(
        scenario, recycled_share=article.recycled_share, staked_share=article.staked_share
    )
    early = holder_yield(old, then, owned)
    late = holder_yield(rules, now, scenario)
    cases = {
        f"{then.name},\nequal split": holder_yield(old, then, article),
        f"{then.name},\nafter the owner's cut": early,
        f"{now.name},\ntake {scenario.validator_take:.0%}": late,
        f"{now.name},\ntake 0": holder_yield(rules, now, untaken),
    }
    bars = [
        _case_bars("not staked", -0.2, RED, [case.unstaked for case in cases.values()]),
        _case_bars("staked", 0.2, BLUE, [case.staker_real for case in cases.values()]),
    ]
    growth = np.array(happened(old, then))
    lost = growth / (1 + growth)
    seen = f"supply as it came took {lost[0]:.0%} to {lost[1]:.0%} of a share not staked; "
    seen = seen if np.isfinite(lost).all() else ""
    return View(
        title=f"On the schedule a year from {then.date:%B %Y} takes {-early.unstaked:.1%} of the "
        f"share of one who does not stake and {-early.staker_real:.1%} of one who does; {seen}"
        f"from {now.date:%B %Y} it is "
        f"{-late.unstaked:.1%} and {-late.staker_real:.1%}",
        panels=[
            Panel(
                marks=[*bars, Level(y=0, width=0.8), *_measured(rules, then)],
                x=Axis(names=tuple(cases)),
                y=Axis(
                    label="change of one's share in the supply, per year",
                    format=".0%",
                    low=-0.38,
                    high=0.02,
                ),
            )
        ],
        sources=(rules, then, now, article, scenario),
    )


def _case_bars(label: str, shift: float, colour: str, values: list[float]) -> Bars:
    """One bar a case, beside those of the other kind."""
    return Bars(
        label=label,
        x=np.arange(len(values)) + shift,
        y=values,
        width=0.38,
        colour=colour,
        text=tuple(f"{value:.1%}" for value in values),
    )


def _measured(rules: Rules, then: Snapshot) -> list[Points]:
    """What the year took of a share that was not staked, if it is over."""
    least, most = (1 / (1 + grown) - 1 for grown in happened(rules, then))
    if np.isnan(least):
        return []
    return [
        Points(
            label=f"not staked, by what was issued: {most:.0%} to {least:.0%}",
            x=[-0.2, 0.8],
            y=[(least + most) / 2] * 2,
            colour=BLACK,
            marker="D",
            size=7,
        )
    ]


# ---- Live ----


@view(
    snapshot="2026-09-11",
    scenario="base",
    menus={"snapshot": snapshots},
    published=False,
    sliders=(
        "price_usd",
        "issuance_rao",
        "discount_rate",
        "recycled_share",
        "market_cap_growth",
        "stake_stickiness",
        "horizon_years",
    ),
    spans={"issuance_rao": (75 * 10**14, 21 * 10**15)},  # above the stake read on chain
)
def supply(snapshot: Snapshot, scenario: Scenario) -> View:
    """Value and dilution: price, discount rate, recycling, growth and stake, from any dated
    snapshot.
    """
    chain = rules_at("2026-09-11")
    path = supply_path(chain, snapshot, scenario)
    value = supply_at(chain, snapshot, scenario)
    bn_usd = snapshot.price_usd / 1e9
    discounted = discounted_supply(chain, snapshot, scenario, rates=RATES) * bn_usd
    here = discounted_supply(chain, snapshot, scenario) * bn_usd
    cap = value.market_cap_usd / 1e9
    fdv = value.fdv_usd / 1e9
    prices = [
        Line(label="price if the market cap grows as set", x=path.years, y=path.price_usd),
        Level(label="price today", y=snapshot.price_usd, colour=GREY, style=":"),
    ]
    values = [
        Line(label="discounted FDV", x=RATES, y=discounted, colour=ORANGE),
        Level(label="FDV", y=fdv, colour=RED, style="--"),
        Level(label="market cap", y=cap, colour=GREEN, style=":"),
        Points(label="at the chosen rate", x=scenario.discount_rate, y=here, colour=BLACK),
        Level(label="float", y=value.float_tao * bn_usd, colour=GREY, style="-."),
    ]
    staked = "assumed" if value.staked_is_assumed else "read on chain"
    growth = {years: break_even_growth(chain, snapshot, scenario, years) for years in (1, 5)}
    return View(
        title=f"{cap:.2f} bn market cap, {fdv:.2f} bn FDV, "
        f"{here:.2f} bn discounted at {scenario.discount_rate:.0%}",
        panels=[
            Panel(
                marks=prices,
                x=Axis(label=f"years from {snapshot.date}"),
                y=Axis(label="USD per TAO", low=0),
            ),
            Panel(
                marks=values,
                x=Axis(label="discount rate per year", format=".0%"),
                y=Axis(label="bn USD", low=0),
            ),
        ],
        readout={
            "issued": f"{tao(snapshot.issuance_rao) / 1e6:.3f} M TAO",
            "float": f"{value.float_tao / 1e6:.2f} M TAO (stake {staked})",
            "market cap / FDV": f"{value.mc_fdv:.1%}",
            "FDV over market cap": f"{1 / value.mc_fdv:.2f}×",
            "cap growth for a flat price, 1 year": f"{growth[1]:.1%}",
            "5 years": f"{growth[5]:.0%}",
        },
        size=(11.0, 5.0),
    )
