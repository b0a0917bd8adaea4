"""Views of the market for queries: what judges deliver, what pay follows, newcomers,
fees against emission, and the market round by round.
"""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ..analysis.uncertainty import margin_of_error
from ..economy.supply import supply_path
from ..incentives.lego import best_of_n
from ..incentives.query_cost import query_bill
from ..incentives.query_market import (
    HELD_ROUNDS,
    Displacement,
    QueryMarketPath,
    displacement,
    judge_sweep,
    query_market_path,
)
from ..incentives.query_market_record import QueryMarket
from ..inputs.record import checked_record, quantity
from ..inputs.rules import Rules, Scenario, Snapshot
from .gallery import view
from .marks import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    Axis,
    Band,
    Bars,
    Level,
    Line,
    Mark,
    Panel,
    Points,
    Text,
    View,
)
from .words import plus_minus

JUDGES = (0.01, 0.1, 0.2, 0.3, 0.4, 0.6)  # supposed: nobody measured a judge
PUBLISHED = (0.1, 0.3)  # correlation of miners' pay with performance, arXiv:2507.02951
ROUNDS = 20
REPLICAS = 40
BY_JUDGE = Axis(label="judge's correlation with quality, one score (assumed)")


@functools.cache
def judged(rules: Rules, market: QueryMarket) -> pd.DataFrame:
    """The market under six judges on the same draws; it starts settled, so few rounds and many
    replicas serve.
    """
    tried = [judge for judge in JUDGES if judge * (1 + market.judge_spread) <= 1]
    return judge_sweep(rules, market, judge_correlation=tried, rounds=ROUNDS, replicas=REPLICAS)


@functools.cache
def equally_staked(rules: Rules, market: QueryMarket) -> pd.Series:
    """The same market where all validators start with the same stake: what stake explains then."""
    return judge_sweep(
        rules,
        market,
        judge_correlation=(market.judge_correlation,),
        rounds=ROUNDS,
        replicas=REPLICAS,
        stake=np.ones(market.validators),
    ).iloc[0]


def reproducing(swept: pd.DataFrame, published: tuple[float, ...] = PUBLISHED) -> list[float]:
    """Judges under whom miners' pay correlates with quality as published, between those tried; nan
    beyond them.
    """
    got = swept["miner_quality_correlation"]
    return [
        float(np.interp(value, got, swept.index, left=np.nan, right=np.nan)) for value in published
    ]


@view(rules="2026-09-11", market=QueryMarket)
def market_by_judge(rules: Rules, market: QueryMarket) -> View:
    """A simulated market of queries, for six supposed correlations of a judge's score with
    quality.
    """
    got = judged(rules, market)
    equal = equally_staked(rules, market)
    low, high = (f"{judge:.2f}" if judge == judge else "none tried" for judge in reproducing(got))
    by_stake = got["explained_by_stake_share"]
    by_judge = replace(BY_JUDGE, low=0, high=got.index.max())
    reached = [
        _measured(got, "quality_best_sd", "best miner", GREY, "--", "s"),
        _measured(got, "quality_delivered_sd", "delivered", BLUE),
        Line(
            label="best of N,\none score",
            x=got.index,
            y=[best_of_n(market.miners, rho) for rho in got.index],
            colour=ORANGE,
            style=":",
            at_end=True,
        ),
        Level(y=0),
    ]
    return View(
        title=f"Judges of {low} to {high} give the published pay for quality",
        caption="Left, the quality that users get; right, what pay goes with. The shaded band is "
        f"the published correlation of miners' pay with performance, {PUBLISHED[0]:.1f} to "
        f"{PUBLISHED[1]:.1f}. Stake goes with {by_stake.min():.0%} to {by_stake.max():.0%} of the "
        f"variance of pay; where all stakes are equal (black) it is "
        f"{equal['explained_by_stake_share']:.2%}. Bars are 95% of chance; no judge was measured.",
        panels=[
            Panel(
                marks=reached,
                x=by_judge,
                y=Axis(label="quality (sd above a random miner)"),
            ),
            Panel(
                marks=_explained(got, equal, market),
                x=by_judge,
                y=Axis(label="share, or correlation", low=-0.04),
            ),
        ],
        size=(11.0, 4.6),
        sources=(
            rules,
            f"{market.validators} validators, {market.miners} miners",
            f"{ROUNDS} rounds; bars: {plus_minus(REPLICAS)}",
            "published: Lui and Sun, arXiv:2507.02951, as quoted by others",
        ),
    )


def _explained(got: pd.DataFrame, equal: pd.Series, market: QueryMarket) -> list:
    """What pay goes with, by judge."""
    judge = market.judge_correlation
    alike = equal["explained_by_stake_share"]
    correlated = "miner_quality_correlation"
    return [
        _measured(got, "explained_by_stake_share", "variance\nwith stake", RED),
        Points(x=[judge], y=[alike], marker="D", colour=BLACK),
        Text(x=judge + 0.015, y=alike, text="equal stakes", valign="top"),
        _measured(got, "explained_by_quality_share", "variance\nwith quality", GREEN),
        _measured(got, correlated, "correlation\nwith quality", PURPLE, "--", "s"),
        Level(y=PUBLISHED, colour=PURPLE, alpha=0.12),
    ]


def _measured(table, column: str, name: str, colour: str, style="-", marker="o") -> Line:
    """A column of `judged` with bars of its error."""
    return Line(
        label=name,
        x=table.index,
        y=table[column],
        error=margin_of_error(table[f"{column}_se"], replicas=REPLICAS),
        colour=colour,
        style=style,
        marker=marker,
        width=1.6,
        at_end=True,
    )


# ---- Newcomers ----

BETTER = 0.5  # sd
SHARED = 0.5  # part of the judges' error
LEADS = {0.0: (GREY, "an equal newcomer, by luck"), BETTER: (BLUE, f"{BETTER:g} sd better")}
RACE = {"warm_up": 2, "rounds": 30, "replicas": 200}


@functools.cache
def overtaking(rules: Rules, market: QueryMarket) -> dict[tuple, Displacement]:
    """A newcomer, equal or better, against the best paid miner, by shared error and lead."""
    return {
        (shared, lead): displacement(
            rules, replace(market, shared_error=shared), lead_sd=lead, **RACE
        )
        for shared in (0.0, SHARED)
        for lead in LEADS
    }


@view(rules="2026-09-11", market=QueryMarket)
def displacing_an_incumbent(rules: Rules, market: QueryMarket) -> View:
    """Share of simulated markets in which a newcomer comes to earn more than the best paid miner
    and stays ahead: one that is better, and in grey an equal one as the null.
    """
    got = overtaking(rules, market)
    marks: list[Mark] = []
    for place, (lead, (colour, name)) in zip((-0.19, 0.19), LEADS.items(), strict=True):
        races = [got[shared, lead] for shared in (0.0, SHARED)]
        ends = np.array([race.lasting_share[-1] for race in races])
        last = np.array([race.standard_error[-1] for race in races])
        error = margin_of_error(last, replicas=RACE["replicas"])
        at: dict[str, Any] = {"x": np.arange(2) + place, "y": ends}
        said = [f"{100 * end:.2g}%" for end in ends]
        marks += [
            Bars(label=name, colour=colour, width=0.34, **at),
            Points(marker="", colour=BLACK, error=error, width=1.2, **at),
            Text(text=said, align="right", valign="bottom", **at),
        ]
    better, equal = (got[0.0, lead].lasting_share[-1] for lead in (BETTER, 0.0))
    return View(
        title=f"{100 * better:.2g}% of better newcomers lead for good, {100 * equal:.2g}% of equal "
        "ones",
        caption=f"A better newcomer is {BETTER:g} sd better than the best paid miner (blue); what "
        "an equal one reaches (grey) is luck. On the left each judge errs for itself. On the right "
        f"{SHARED:.0%} of the error is shared: what flatters the best paid miner flatters it with "
        f"all judges. For good is until round {RACE['rounds']}, for at least {HELD_ROUNDS} rounds; "
        "bars of error are 95%.",
        panels=[
            Panel(
                marks=marks,
                x=Axis(
                    names=("each judge errs for itself", f"{SHARED:.0%} of the error is shared")
                ),
                y=Axis(label="markets in which it is ahead for good", low=0, format=".0%"),
            )
        ],
        size=(8.0, 4.6),
        sources=(
            rules,
            f"judges {market.judge_correlation:g} (assumed), {market.miners} miners",
            plus_minus(RACE["replicas"], of="markets"),
        ),
    )


# ---- Fees ----

PINE = (22.0, 40.0)  # emission for each dollar of revenue, Pine Analytics, March 2026
PER_FEE = Axis(
    label="emission for each TAO of fees",
    scale="log",
    low=0.1,
    high=60,
    ticks=(0.1, 1, 10, 22, 40),
    format="g",
)


@view(rules="2026-09-11", now="2026-09-11", scenario="base")
def fees_against_emission(rules: Rules, now: Snapshot, scenario: Scenario) -> View:
    """Who pays for a query today, and how that changes with halvings and growing fees."""
    fees = [
        query_bill(queries=1.0, fees_tao=1.0, emission_tao=ratio).external_share for ratio in PINE
    ]
    path = supply_path(rules, now, replace(scenario, horizon_years=25.0, recycled_share=0.0))
    if not path.emission_tao_per_day[0]:
        raise ValueError(f"issuance_rao must leave something to issue, got {now.issuance_rao:,}")
    fall = path.emission_tao_per_day / path.emission_tao_per_day[0]
    growth = {0.0: BLUE, 0.25: PURPLE, 1.0: ORANGE}
    some = 0.25
    curves = {g: [ratio * fall / (1 + g) ** path.years for ratio in PINE] for g in growth}
    flat, grown = ([path.years[np.argmax(c <= 1)] for c in curves[g]] for g in (0.0, some))
    bands = [
        Band(
            label=f"fees in TAO grow {g:.0%} a year",
            x=path.years,
            low=curves[g][0],
            high=curves[g][1],
            colour=colour,
            alpha=0.35,
        )
        for g, colour in growth.items()
    ]
    equal = Level(y=1, style="--", width=1.4)
    named = Text(x=11.5, y=1, text="fees equal emission", valign="bottom")
    return View(
        title=f"Users pay an estimated {fees[1]:.1%} to {fees[0]:.1%} of a query's bill",
        caption="Left, one dollar that is paid for a query: the user's fee (green) and new TAO, "
        f"which holders pay (grey), where emission is {PINE[0]:g} or {PINE[1]:g} times the fees. "
        "Right, how this ratio falls with the halvings, at a constant price of TAO. If fees do not "
        f"grow, they equal emission in {flat[0]:.0f} to {flat[1]:.0f} years, with growth of "
        f"{some:.0%} a year in {grown[0]:.0f} to {grown[1]:.0f}.",
        panels=[
            _who_pays(np.array(fees)),
            Panel(
                marks=[*bands, equal, named],
                x=Axis(label=f"years from {now.date}", low=0, high=25),
                y=PER_FEE,
            ),
        ],
        widths=(1, 1.9),
        size=(11.0, 5.2),
        sources=(rules, now, f"{PINE[0]:g} to {PINE[1]:g} times: Pine Analytics, March 2026"),
    )


def _who_pays(fees: np.ndarray) -> Panel:
    """The user's fee and what holders pay, of all paid for a query."""
    places = [0, 1]
    holders = 1 - fees
    words: dict[str, Any] = {
        "x": places,
        "align": "center",
        "colour": "white",
        "size": 10,
    }
    return Panel(
        marks=[
            Bars(label="user's fee", legend=False, y=fees, colour=GREEN, width=0.6),
            Bars(
                label="emission: paid by holders",
                legend=False,
                y=holders,
                base=fees,
                colour=GREY,
                width=0.6,
            ),
            Text(y=[0.5, 0.5], text=[f"emission\n{share:.1%}" for share in holders], **words),
            Text(
                y=fees + 0.015,
                text=[f"fee {share:.1%}" for share in fees],
                valign="bottom",
                **words,
            ),
        ],
        x=Axis(names=[f"{ratio:g} times" for ratio in PINE]),
        y=Axis(label="of all paid for a query", low=0, high=1, format=".0%"),
        columns=1,
    )


# ---- Round by round, live ----

SMALL = QueryMarket(validators=16, miners=32, judge_spread=0.0, effort_speed=0.1)


@checked_record
class Clock:
    """Up to which round the market is shown."""

    rounds_shown: int = quantity(
        default=ROUNDS,
        unit="",
        meaning="of the market, an epoch each; 20 are a day",
        ge=1,
        le=ROUNDS,
    )


@functools.lru_cache(maxsize=16)
def played(rules: Rules, market: QueryMarket) -> QueryMarketPath:
    """The same draws under every setting, few enough for a slider."""
    return query_market_path(rules, market, rounds=ROUNDS, replicas=3)


@view(
    rules="2026-09-11",
    market=SMALL,
    clock=Clock,
    published=False,
    sliders=(
        "rounds_shown",
        "judge_correlation",
        "shared_error",
        "sharpness",
        "effort_sd",
        "entry_chance",
        "redelegation_share",
        "fee_tao_per_query",
        "demand_per_sd",
    ),
)
def market(rules: Rules, market: QueryMarket, clock: Clock) -> View:
    """The market for queries round by round: what users get, what pay follows, who pays; drag the
    rounds shown.
    """
    shown = clock.rounds_shown
    path = played(rules, market)._asdict()
    mean = {name: values[:, :shown].mean(axis=0) for name, values in path.items()}
    now = {name: values[-1] for name, values in mean.items()}
    x: dict[str, Any] = {"x": np.arange(1, shown + 1)}
    stake = mean["explained_by_stake_share"]
    quality = mean["explained_by_quality_share"]
    subsidised = mean["fees_tao"] / mean["emission_tao"]
    qualities = [
        Line(label="best miner", y=mean["quality_best_sd"], colour=GREY, style="--", **x),
        Line(label="delivered to users", y=mean["quality_delivered_sd"], **x),
        Line(label="a random miner", y=mean["quality_mean_sd"], colour=ORANGE, style=":", **x),
    ]
    shares = [
        Line(label="variance of pay with stake", y=stake, colour=RED, **x),
        Line(label="with quality", y=quality, colour=GREEN, **x),
        Line(label="fees over emission", y=subsidised, colour=BLACK, **x),
    ]
    rounds = Axis(label="round", low=0, high=ROUNDS + 1)
    return View(
        title=f"Round {shown}: users get {now['quality_delivered_sd']:.2f} sd, the best miner has "
        f"{now['quality_best_sd']:.2f}",
        panels=[
            Panel(marks=qualities, x=rounds, y=Axis(label="quality (sd)")),
            Panel(marks=shares, x=rounds, y=Axis(label="share", low=0, format=".0%")),
        ],
        readout=_round_in_numbers(now, market.validators),
        size=(11.0, 5.0),
    )


def _round_in_numbers(now: dict[str, float], validators: int) -> dict[str, str]:
    """The read-out of `market`, at the last round shown."""
    fees = now["fees_tao"]
    emission = now["emission_tao"]
    return {
        "miners' pay with quality": f"{now['miner_quality_correlation']:+.2f}",
        "validators' pay with stake": f"{now['validator_stake_correlation']:+.2f}",
        "pay of the round": f"{emission:.2f} TAO of emission, {fees:.2f} of fees",
        "subsidy": f"{emission / fees:.1f} times the fees" if fees > 0 else "no fees",
        "independent validators": f"{now['effective_validators']:.1f} of {validators}",
        "top miner": f"{now['top_miner_share']:.0%} of incentive",
    }
