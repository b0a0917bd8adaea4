"""Views of pools of models: picking the best of many, cost and waiting, covering a task,
routing.
"""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np

from ..incentives.lego import (
    best_of_n,
    beta_coverage,
    coverage_fit,
    expected_max,
    panel_correlation,
    power_coverage,
)
from ..incentives.query_cost import query_latency
from ..incentives.query_market_record import QueryMarket
from ..incentives.routing import leader_routing_gain, route, routing_frontier
from ..inputs.record import checked_record, quantity, same
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
    Mark,
    Panel,
    Points,
    View,
)
from .words import in_words

MINERS = 256
SUPPOSED = (0.1, 0.3)  # correlation of a judge's score with quality; nobody measured it
BY_COST = Axis(
    label="cost per query (one answer = 1)", scale="log", ticks=(1, 4, 16, 64, 256), format="g"
)
IN_POOL = replace(BY_COST, label="models in the pool")
QUALITY_BOUGHT = "quality bought (sd)"


# ---- The best of many ----


@view()
def best_of_many(models: int = MINERS) -> View:
    """Mean quality of the model picked from a pool of growing size, for judges of several
    correlations with quality.
    """
    few = 2  # models that a perfect judge chooses from
    counts = np.unique(np.geomspace(1, models, 60).astype(int))
    low, high = (np.asarray(best_of_n(counts.tolist(), rho)) for rho in SUPPOSED)
    judges = {0.1: ORANGE, 0.3: RED, 0.6: PURPLE, 1.0: BLUE}
    lines = [
        Line(
            label="perfect judge" if rho == 1 else f"judge's correlation with quality {rho}",
            x=counts,
            y=best_of_n(counts.tolist(), rho),
            colour=colour,
        )
        for rho, colour in judges.items()
    ]
    pair = f"{in_words(few)} models and a perfect judge"
    by_two = Level(label=pair, y=expected_max(few), style=":", width=1.4)
    supposed = Band(
        label=f"judges of {SUPPOSED[0]:g} to {SUPPOSED[1]:g}: supposed, nobody measured them",
        x=counts,
        low=low,
        high=high,
        colour=ORANGE,
    )
    ticks = tuple(2**k for k in range(11) if 2**k <= models)
    return View(
        title=f"If a judge were as good as {SUPPOSED[0]:g} to {SUPPOSED[1]:g}, the best of "
        f"{models} would be {low[-1]:.2f} to {high[-1]:.2f} sd above a random model",
        panels=[
            Panel(
                marks=[supposed, *lines, by_two],
                x=replace(IN_POOL, low=1, high=models, ticks=ticks),
                y=Axis(label="quality of the choice (sd above random)", low=0),
            )
        ],
        sources=("gain = correlation × E[max]", "a judge's correlation with quality is assumed"),
    )


POOL = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512]


@checked_record
class Pool:
    """ASSUMPTION: a pool of models, the judges who pick one, and what a single model gains by
    its cost.
    """

    models: int = quantity(default=256, unit="", meaning="in the pool", ge=1, le=512)
    judge_correlation: float = same(
        QueryMarket, "judge_correlation", default=0.2, meaning="of one judge's score with quality"
    )
    judges: int = quantity(
        default=9, unit="", meaning="whose scores are averaged, of equal stake", ge=1, le=64
    )
    shared_error: float = same(
        QueryMarket, "shared_error", default=0.5, meaning="part of judges' error that all have"
    )
    sd_per_efold: float = quantity(
        default=0.15,
        unit="sd",
        meaning="what one model gains by e times its cost",
        ge=0,
        le=1,
        step=0.01,
    )


@view(pool=Pool, published=False, sliders=tuple(Pool.__annotations__))
def best_of(pool: Pool) -> View:
    """The best of N models under noisy judges, and whether one dearer model would have been
    better.
    """
    rho = panel_correlation(pool.judge_correlation, pool.shared_error, pool.judges)
    most = panel_correlation(pool.judge_correlation, pool.shared_error, 1e12)
    gain = best_of_n(pool.models, rho)
    together = best_of_n(POOL, rho)
    alone = best_of_n(POOL, pool.judge_correlation)
    picked = [
        Line(label="perfect judge", x=POOL, y=best_of_n(POOL, 1.0), colour=GREY, style=":"),
        Line(label="one judge", x=POOL, y=alone, colour=ORANGE),
        Line(label="all judges", x=POOL, y=together),
        Points(label="your pool", x=pool.models, y=gain, colour=BLACK),
    ]
    dearer = pool.sd_per_efold * np.log(POOL)
    bought = [
        Line(label="best of N answers", x=POOL, y=together, style="--"),
        Line(label="one dearer model", x=POOL, y=dearer, colour=RED),
    ]
    single = pool.sd_per_efold * np.log(pool.models)
    return View(
        title=f"The best of {pool.models} is {gain:.2f} sd above a random model; judges correlate "
        f"{rho:.2f} with quality",
        panels=[
            Panel(marks=picked, x=IN_POOL, y=Axis(label="quality of the choice (sd)", low=0)),
            Panel(marks=bought, x=BY_COST, y=Axis(label=QUALITY_BOUGHT, low=0)),
        ],
        readout={
            "all judges together": f"{rho:.3f}",
            "however many judges": f"{most:.3f}",
            "gain": f"{gain:.3f} sd",
            "of a perfect judge's": f"{rho:.0%}",
            f"one model for {pool.models} times the cost": f"{single:.3f} sd",
        },
        size=(11.0, 5.0),
    )


@view()
def value_and_waiting(models: int = 16) -> View:
    """Left: quality bought by computing many answers or one better model. Right: waiting until k
    of the miners answered.
    """
    worth = best_of_n(MINERS, SUPPOSED[1]) / np.log(MINERS)
    all_of = (1 / np.arange(1, models + 1)).sum()
    return View(
        title=f"The best of {MINERS} answers, judged at {SUPPOSED[1]:g}, buys what one model as "
        f"dear does that gains {worth:.2f} sd per e-fold of cost; to choose among {models} is to "
        f"wait {all_of:.1f} times as long as for one",
        panels=[
            Panel(
                marks=_quality_bought(),
                x=replace(BY_COST, low=1, high=MINERS),
                y=Axis(label=QUALITY_BOUGHT, low=0),
                columns=1,
            ),
            Panel(
                marks=_waits(models),
                x=Axis(label=f"answers waited for, of {models} asked at once"),
                y=Axis(label="seconds to the user", low=0),
                columns=1,
            ),
        ],
        size=(11.0, 5.6),
        sources=("1 second for an answer, 8 servers of 1/s at the validator", "exponential times"),
    )


def _quality_bought() -> list[Line]:
    """Quality at the cost of many answers, or of one better model."""
    counts = np.unique(np.geomspace(1, MINERS, 40).astype(int))
    many = [
        Line(
            label=f"best of N, judge's correlation {rho:g}",
            x=counts,
            y=best_of_n(counts.tolist(), rho),
            colour=colour,
        )
        for rho, colour in {0.1: ORANGE, 0.3: RED, 1.0: BLUE}.items()
    ]
    one = [
        Line(
            label=f"one model, {gain:g} sd per e-fold (assumed)",
            x=counts,
            y=gain * np.log(counts),
            colour=BLACK,
            style=style,
            width=1.5,
        )
        for gain, style in {0.15: ":", 0.5: "--"}.items()
    ]
    return many + one


def _waits(models: int) -> list[Line]:
    """Seconds until so many of the miners answered, mean and 95 %, at two loads."""
    needed = np.arange(1, models + 1)
    lines = []
    for busy, colour in {0.5: GREEN, 0.9: PURPLE}.items():
        waits = [_wait(busy, models, int(count)) for count in needed]
        late = [wait.quantile_s[0] for wait in waits]
        lines += [
            Line(
                label=f"mean, validator {busy:.0%} busy",
                x=needed,
                y=[wait.mean_s for wait in waits],
                colour=colour,
            ),
            Line(
                label=f"95%, validator {busy:.0%} busy",
                x=needed,
                y=late,
                colour=colour,
                style="--",
            ),
        ]
    return lines


@functools.cache
def _wait(busy: float, miners: int, needed: int):
    return query_latency(
        arrivals_per_s=8 * busy,
        servers=8,
        served_per_s=1.0,
        miners=miners,
        needed=needed,
        answered_per_s=1.0,
        quantiles=(0.95,),
    )


# ---- Covering a task ----

ONE_TRY = 0.159  # SWE-bench Lite, arXiv:2407.21787
MANY = 0.56
TRIES = 250
RIVAL = 0.43


@view()
def coverage_of_tries(one_try: float = ONE_TRY, many: float = MANY, tries: int = TRIES) -> View:
    """Share of tasks solved at least once against the number of tries: equal tasks, a power law
    and Beta-distributed tasks.
    """
    fit = coverage_fit(one_try, many, tries)
    k = np.geomspace(1, 10_000, 200)
    equal = int(np.ceil(np.log(1 - many) / np.log(1 - one_try)))
    power = power_coverage(k, fit.power_a, fit.power_b)
    beta = beta_coverage(k, fit.beta_a, fit.beta_b)
    less, more = sorted((power[-1], beta[-1]))
    same_tasks = f"every task solved with chance {one_try:.1%}"
    published = f"published: {one_try:.1%} → {many:.0%}"
    rival = f"single-try state of the art then: {RIVAL:.0%}"
    return View(
        title=f"Equal tasks would reach {many:.0%} after {equal} tries, real ones need {tries}: "
        f"tasks differ, and {k[-1] / tries:.0f} times as many tries bring {less:.0%} to "
        f"{more:.0%}",
        panels=[
            Panel(
                marks=[
                    Line(label=same_tasks, x=k, y=1 - (1 - one_try) ** k, colour=GREY, style="--"),
                    Line(label="power law, exp(a·k^b)", x=k, y=power),
                    Line(label="chance Beta-distributed over tasks", x=k, y=beta, colour=ORANGE),
                    Points(label=published, x=[1, tries], y=[one_try, many], colour=RED),
                    Level(label=rival, y=RIVAL, colour=GREEN, style=":", width=1.6),
                ],
                x=Axis(
                    label="tries of one model, checked by tests",
                    scale="log",
                    ticks=(1, 10, 100, 250, 1_000, 10_000),
                    format=",.0f",
                ),
                y=Axis(label="tasks solved at least once", low=0, high=1.02, format=".0%"),
            )
        ],
        sources=(
            f"fit: a = {fit.power_a:.3f}, b = {fit.power_b:.3f}; Beta({fit.beta_a:.3f}, "
            f"{fit.beta_b:.2f})",
            "points: Brown et al., arXiv:2407.21787",
        ),
    )


# ---- Routing ----

SPANISH = (0.90, 0.40)  # right answers of a model for Spanish, by topic: made up
EXPERTS = (SPANISH, (0.50, 0.80))  # with one for code
FRONTIER = (0.92, 0.85)  # a third one that wins every query
BEATEN = (
    (0.70, 0.70, 0.70, 0.70),
    (0.80, 0.60, 0.65, 0.55),
    (0.60, 0.78, 0.60, 0.69),
    (0.50, 0.50, 0.71, 0.50),
)
BEATEN_COST = (1.0, 1.0, 0.9, 0.2)
PUBLISHED_GAIN = 0.07  # Avengers-Pro, arXiv:2508.12631
PUBLISHED_COST = -0.27


@view()
def routing_and_dominance(experts: tuple = EXPERTS, frontier: tuple = FRONTIER) -> View:
    """Left: gain of routing against the lead of the best model. Right: quality against cost,
    both relative to that model.
    """
    pair = route(experts)
    null = route([*experts, frontier])
    alone = all(best <= own for best, own in zip(np.max(experts, axis=0), frontier, strict=True))
    third = "one model that wins every query" if alone else "a third model"
    with_null = null.gain / null.single
    with_pair = pair.gain / pair.single
    between = " lies between" if with_null <= PUBLISHED_GAIN <= with_pair else ""
    leads = np.linspace(0, 4, 81)
    gains = [
        Line(
            label=f"correlation over queries {alike:g}",
            x=leads,
            y=[leader_routing_gain(10, lead_sd=lead, correlation=alike) for lead in leads],
            colour=colour,
        )
        for alike, colour in {0.0: SKY, 0.5: PURPLE, 0.9: ORANGE}.items()
    ]
    return View(
        title=f"Routing the Spanish and the code model gains {with_pair:.0%}; beside {third} it "
        f"gains {with_null:.0%}. A published gain of {PUBLISHED_GAIN:.0%}{between}",
        panels=[
            Panel(
                marks=gains,
                x=Axis(
                    label="lead of the best of ten models (sd of quality over queries)",
                    low=0,
                    high=4,
                ),
                y=Axis(label="gain of perfect routing (sd)", low=0),
                columns=1,
            ),
            Panel(
                marks=_quality_by_cost(experts, frontier, third),
                x=Axis(label="cost per query, best single model = 1", low=0.15, high=1.1),
                y=Axis(label="quality, best single model = 1"),
                columns=1,
            ),
        ],
        size=(11.0, 5.6),
        sources=("qualities made up", "published: Avengers-Pro, arXiv:2508.12631"),
    )


def _quality_by_cost(experts: tuple, frontier: tuple, third: str) -> list[Mark]:
    """Quality against cost when topics are routed, both over those of the best single model."""
    lines: list[Mark] = []
    for quality, cost, colour, name in (
        (experts, (1.0, 1.0), BLUE, "Spanish and code model, same cost"),
        ([*experts, frontier], (0.5, 0.5, 1.0), RED, f"with {third}, at twice the cost"),
        (BEATEN, BEATEN_COST, GREEN, "a leader beaten on three of four topics"),
    ):
        table = np.array(quality)
        price = np.array(cost)[:, None] * np.ones(table.shape)
        got = routing_frontier(table, price)
        best = table.mean(axis=1).argmax()
        relative = {"x": got.cost / price[best].mean(), "y": got.quality / table[best].mean()}
        lines.append(Line(label=name, colour=colour, marker="o", **relative))
    cheaper = f"published: {PUBLISHED_COST:.0%} cost at equal quality"
    better = f"published: {PUBLISHED_GAIN:+.0%} quality, cost not known here"
    return [
        *lines,
        Points(label=cheaper, x=1 + PUBLISHED_COST, y=1, marker="D", colour=BLACK, size=7),
        Level(label=better, y=1 + PUBLISHED_GAIN, style=":", width=1.4),
        Points(label="best single model", x=1, y=1, colour=GREY),
    ]


@checked_record
class Experts:
    """ASSUMPTION: three models and two topics; a number is the share of right answers."""

    spanish_on_spanish: float = quantity(
        default=SPANISH[0], unit="", meaning="Spanish model, Spanish queries", ge=0, le=1, step=0.01
    )
    spanish_on_code: float = quantity(
        default=SPANISH[1], unit="", meaning="Spanish model, queries on code", ge=0, le=1, step=0.01
    )
    code_on_spanish: float = quantity(
        default=EXPERTS[1][0], unit="", meaning="code model, Spanish queries", ge=0, le=1, step=0.01
    )
    code_on_code: float = quantity(
        default=EXPERTS[1][1], unit="", meaning="code model, queries on code", ge=0, le=1, step=0.01
    )
    third_on_spanish: float = quantity(
        default=0.80, unit="", meaning="third model, Spanish queries", ge=0, le=1, step=0.01
    )
    third_on_code: float = quantity(
        default=0.70, unit="", meaning="third model, queries on code", ge=0, le=1, step=0.01
    )
    code_share: float = quantity(
        default=0.5, unit="share", meaning="part of queries that are on code", ge=0, le=1, step=0.01
    )
    router_accuracy: float = quantity(
        default=0.9, unit="share", meaning="topics the router recognises", ge=0, le=1, step=0.01
    )


NAMES = ("Spanish model", "code model", "third model")
TOPICS = ("Spanish queries", "queries on code")


@view(experts=Experts, published=False, sliders=tuple(Experts.__annotations__))
def routing(experts: Experts) -> View:
    """A router among a Spanish model, a code model and a third one: make the third win everywhere
    and the gain is gone.
    """
    here = _routed(experts, experts.code_share)
    mixes = np.linspace(0, 1, 51)
    mixed = [_routed(experts, float(code)) for code in mixes]
    perfect = [m.routed for m in mixed]
    yours = [m.at_accuracy for m in mixed]
    wins = f": the {NAMES[here.best_expert]} wins every query" if here.dominant else ""
    bars = [
        Bars(label=name, x=np.arange(2) + 0.27 * (k - 1), y=row, width=0.25, colour=colour)
        for k, (name, row, colour) in enumerate(
            zip(NAMES, _right_answers(experts), (BLUE, GREEN, GREY), strict=True)
        )
    ]
    lines = [
        Line(label="perfect router", x=mixes, y=perfect, colour=BLACK, style=":"),
        Line(label="your router", x=mixes, y=yours, colour=ORANGE),
        Line(label="best single model", x=mixes, y=[m.single for m in mixed], colour=RED),
        Points(label="your mix", x=experts.code_share, y=here.at_accuracy, colour=BLACK),
    ]
    right = Axis(label="right answers", low=0, high=1.02, format=".0%")
    must = f"{here.break_even_accuracy:.0%} of topics" if here.gain > 0 else "nothing to gain"
    return View(
        title=f"Perfect routing gains {here.gain:.3f}, your router "
        f"{here.at_accuracy - here.single:+.3f}{wins}",
        panels=[
            Panel(marks=bars, x=Axis(label="topic", names=TOPICS), y=right),
            Panel(
                marks=lines,
                x=Axis(label="part of queries on code", format=".0%"),
                y=Axis(label="right answers", format=".0%"),
            ),
        ],
        readout={
            "best single model": f"{NAMES[here.best_expert]}, {here.single:.1%}",
            "perfect router": f"{here.routed:.1%}",
            "your router": f"{here.at_accuracy:.1%}",
            "must recognise, to break even": must,
            "one model wins every query": "yes" if here.dominant else "no",
        },
        size=(11.0, 5.0),
    )


def _right_answers(experts: Experts) -> np.ndarray:
    return np.array(
        [
            [experts.spanish_on_spanish, experts.spanish_on_code],
            [experts.code_on_spanish, experts.code_on_code],
            [experts.third_on_spanish, experts.third_on_code],
        ]
    )


def _routed(experts: Experts, code: float):
    topics = [1 - code, code]
    return route(_right_answers(experts), topics, router_accuracy=experts.router_accuracy)
