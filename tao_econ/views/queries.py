"""Views of the market for queries: what judges deliver, what pay follows, newcomers, effort,
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
from ..incentives.lego import best_of_n, over_replicas
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
    SKY,
    Axis,
    Band,
    Bars,
    Level,
    Line,
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
EFFORT_REPLICAS = 6
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
    """Quality that users of the market get, and what pay goes with, for judges of six supposed
    correlations with quality; shaded, what was published of pay, and the judges who give it.
    """
    got = judged(rules, market)
    equal = equally_staked(rules, market)
    low, high = (f"{judge:.2f}" if judge == judge else "none tried" for judge in reproducing(got))
    by_stake = got["explained_by_stake_share"]
    reached = [
        _measured(got, "quality_best_sd", "best miner of the subnet", GREY, "--", "s"),
        _measured(got, "quality_delivered_sd", "delivered to users", BLUE),
        Line(
            label="best of N by one judge and one score",
            x=got.index,
            y=[best_of_n(market.miners, rho) for rho in got.index],
            colour=ORANGE,
            style=":",
        ),
        Level(y=0),
    ]
    return View(
        title=f"Judges of {low} to {high} give the published pay for quality; stake goes with "
        f"{by_stake.min():.0%} to {by_stake.max():.0%} of pay, equal stakes with "
        f"{equal['explained_by_stake_share']:.2%}",
        panels=[
            Panel(
                marks=reached,
                x=BY_JUDGE,
                y=Axis(label="quality (sd above a random miner)"),
                columns=1,
            ),
            Panel(
                marks=_explained(got, equal, market),
                x=BY_JUDGE,
                y=Axis(label="share, or correlation", low=-0.04),
                columns=1,
            ),
        ],
        size=(11.0, 5.8),
        sources=(
            rules,
            f"{market.validators} validators, {market.miners} miners",
            f"{ROUNDS} rounds; bars: {plus_minus(REPLICAS)}",
            "published: Lui and Sun, arXiv:2507.02951, as quoted by others",
        ),
    )


def _explained(got: pd.DataFrame, equal: pd.Series, market: QueryMarket) -> list:
    """What pay goes with, by judge."""
    goes = "variance of all pay that goes with"
    return [
        _measured(got, "explained_by_stake_share", f"{goes} stake", RED),
        Points(
            label="the same where all stakes are equal",
            x=[market.judge_correlation],
            y=[equal["explained_by_stake_share"]],
            marker="D",
            colour=BLACK,
        ),
        _measured(got, "explained_by_quality_share", f"{goes} quality", GREEN),
        _measured(
            got,
            "miner_quality_correlation",
            "correlation of miners' pay with quality",
            PURPLE,
            "--",
            "s",
        ),
        Level(
            label=f"published for that correlation: {PUBLISHED[0]:.2f} to {PUBLISHED[1]:.2f}",
            y=PUBLISHED,
            colour=PURPLE,
            alpha=0.12,
        ),
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
    )


# ---- Newcomers ----

BETTER = 0.5  # sd
SHARED = 0.5  # part of the judges' error
NEWCOMERS = {  # part of the error that judges share, lead of the newcomer
    (0.0, 0.0): (SKY, "each errs for itself, an equal newcomer", "--"),
    (0.0, BETTER): (BLUE, f"each errs for itself, {BETTER:g} sd better", "-"),
    (SHARED, 0.0): (ORANGE, f"{SHARED:.0%} of the error shared, an equal newcomer", "--"),
    (SHARED, BETTER): (RED, f"{SHARED:.0%} of the error shared, {BETTER:g} sd better", "-"),
}
RACE = {"warm_up": 2, "rounds": 30, "replicas": 200}


@functools.cache
def overtaking(rules: Rules, market: QueryMarket) -> dict[tuple, Displacement]:
    """A newcomer, equal or better, against the best paid miner, by shared error and lead."""
    return {
        (shared, lead): displacement(
            rules, replace(market, shared_error=shared), lead_sd=lead, **RACE
        )
        for shared, lead in NEWCOMERS
    }


@view(rules="2026-09-11", market=QueryMarket)
def displacing_an_incumbent(rules: Rules, market: QueryMarket) -> View:
    """Share of markets in which a newcomer is ahead of the best paid miner for good, by the round
    from which it is: a better one, and an equal one as the null.
    """
    got = overtaking(rules, market)
    rounds = np.arange(1, len(got[0.0, 0.0].lasting_share) + 1)
    marks = []
    for key, (colour, name, style) in NEWCOMERS.items():
        race = got[key]
        margin = margin_of_error(race.standard_error, replicas=RACE["replicas"])
        looks: dict[str, Any] = {"colour": colour, "alpha": 0.15, "style": style}
        marks += _with_error(rounds, race.lasting_share, margin, label=name, **looks)
    ends = {key: f"{100 * race.lasting_share[-1]:.2g}%" for key, race in got.items()}
    return View(
        title=f"{ends[0.0, BETTER]} of newcomers {BETTER:g} sd better lead for good, "
        f"{ends[0.0, 0.0]} of equal ones; if judges share {SHARED:.0%} of their error, "
        f"{ends[SHARED, BETTER]} and {ends[SHARED, 0.0]}",
        panels=[
            Panel(
                marks=marks,
                x=Axis(label="rounds since the newcomer came (20 a day)", low=1, high=rounds[-1]),
                y=Axis(label="markets in which it is ahead for good", low=0, format=".0%"),
            )
        ],
        sources=(
            rules,
            f"judges {market.judge_correlation:g} (assumed), {market.miners} miners",
            f"for good: to round {RACE['rounds']}, at least {HELD_ROUNDS} rounds",
            f"bands: {plus_minus(RACE['replicas'])}",
        ),
    )


def _with_error(x, mean, margin, *, label: str, colour: str, alpha: float, style="-") -> list:
    """A line and, without an entry in the legend, a band of 95% about it."""
    return [
        Line(label=label, x=x, y=mean, colour=colour, style=style),
        Band(x=x, low=mean - margin, high=mean + margin, colour=colour, alpha=alpha),
    ]


# ---- Effort ----


@functools.cache
def with_effort(rules: Rules, market: QueryMarket, effort_sd: float) -> QueryMarketPath:
    """A long path of the market in which pay makes miners better, or does not."""
    varied = replace(market, effort_sd=effort_sd)
    return query_market_path(rules, varied, rounds=150, replicas=EFFORT_REPLICAS)


@view(rules="2026-09-11")
def selection_or_creation(rules: Rules, judge: float = 0.3, effort: float = 0.5) -> View:
    """Quality delivered and the best miner's quality over 150 rounds, with miners as they are
    and miners who improve.
    """
    market = replace(QueryMarket(), judge_correlation=judge)
    paths = {sd: with_effort(rules, market, sd) for sd in (0.0, effort)}
    ends = [over_replicas(p.quality_delivered_sd[:, -30:].mean(axis=1)) for p in paths.values()]
    alone, improved = (
        f"{end.mean:.1f} ± {margin_of_error(end.standard_error, replicas=EFFORT_REPLICAS):.1f}"
        for end in ends
    )
    names = {0.0: ("models stay as they are", BLUE), effort: ("models improve with pay", ORANGE)}
    rounds = np.arange(1, paths[effort].fees_tao.shape[1] + 1)
    marks = []
    for sd, path in paths.items():
        name, colour = names[sd]
        mean, error = over_replicas(path.quality_delivered_sd)
        margin = margin_of_error(error, replicas=EFFORT_REPLICAS)
        marks += _with_error(
            rounds, mean, margin, label=f"delivered, {name}", colour=colour, alpha=0.2
        )
        best = {"x": rounds, "y": path.quality_best_sd.mean(axis=0), "colour": colour}
        marks.append(Line(label=f"best model, {name}", style="--", width=1.5, **best))
    return View(
        title=f"Selection alone holds users at {alone} sd, below the "
        f"{paths[0.0].quality_best_sd.mean():.1f} of the best model there is; if an e-fold of pay "
        f"buys {effort:g} sd of effort, they get {improved} within {len(rounds)} rounds",
        panels=[
            Panel(
                marks=marks,
                x=Axis(label="rounds (20 a day)", low=1, high=150),
                y=Axis(label="quality (sd above a random newcomer)", low=0),
            )
        ],
        sources=(
            rules,
            f"judges {judge:g}",
            f"bands: {plus_minus(EFFORT_REPLICAS)}; effort assumed",
        ),
    )


# ---- Fees ----

PINE = (22.0, 40.0)  # emission for each dollar of revenue, Pine Analytics, March 2026


@view(rules="2026-09-11", now="2026-09-11", scenario="base")
def fees_against_emission(rules: Rules, now: Snapshot, scenario: Scenario) -> View:
    """Left: who pays for one dollar of a query. Right: emission per dollar of fees over years of
    growth and halvings.
    """
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
    equal = Level(label="fees equal emission", y=1, style="--", width=1.4)
    return View(
        title=f"Users pay {fees[1]:.1%} to {fees[0]:.1%} of all that is paid for a query; if fees "
        f"do not grow, halvings close the gap in {flat[0]:.0f} to {flat[1]:.0f} years, with "
        f"growth of {some:.0%} a year in {grown[0]:.0f} to {grown[1]:.0f}",
        panels=[
            _who_pays(np.array(fees)),
            Panel(
                marks=[*bands, equal],
                x=Axis(label=f"years from {now.date}", low=0, high=25),
                y=Axis(
                    label="emission for each TAO of fees",
                    scale="log",
                    low=0.1,
                    high=60,
                    ticks=(0.1, 1, 10, 22, 40),
                    format="g",
                ),
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
            Bars(label="user's fee", y=fees, colour=GREEN, width=0.6),
            Bars(
                label="emission: paid by holders",
                y=holders,
                base=fees,
                colour=GREY,
                width=0.6,
            ),
            Text(y=[0.5, 0.5], text=[f"{share:.1%}" for share in holders], **words),
            Text(y=fees + 0.015, text=[f"{share:.1%}" for share in fees], valign="bottom", **words),
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
