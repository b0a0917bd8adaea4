"""Views of pools of models: picking the best of many, and routing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..incentives.lego import best_of_n, expected_max, panel_correlation
from ..incentives.query_market_record import QueryMarket
from ..incentives.routing import route
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
            label="perfect judge" if rho == 1 else f"judge of {rho}",
            x=counts,
            y=best_of_n(counts.tolist(), rho),
            colour=colour,
            at_end=True,
        )
        for rho, colour in judges.items()
    ]
    pair = Level(y=expected_max(few), style=":", width=1.4)
    named = Text(
        x=models,
        y=expected_max(few),
        text=f"{in_words(few)} models,\nperfect judge",
    )
    supposed = Band(x=counts, low=low, high=high, colour=ORANGE)
    ticks = tuple(2**k for k in range(11) if 2**k <= models)
    return View(
        title=f"A noisy judge gains {high[-1]:.2f} sd where a perfect one gains "
        f"{expected_max(models):.2f}",
        caption=f"A judge of {SUPPOSED[1]:g} is one whose scores correlate with quality by "
        f"{SUPPOSED[1]:g}. If a judge were as good as {SUPPOSED[0]:g} to {SUPPOSED[1]:g} (shaded), "
        f"the best of {models} models would be {low[-1]:.2f} to {high[-1]:.2f} sd above a random "
        f"one. Dotted is what a perfect judge gets from {in_words(few)}: {expected_max(few):.2f}. "
        "Nobody has measured how good validators are as judges.",
        panels=[
            Panel(
                marks=[supposed, *lines, pair, named],
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


# ---- Routing ----

SPANISH = (0.90, 0.40)  # right answers of a model for Spanish, by topic: made up
EXPERTS = (SPANISH, (0.50, 0.80))  # with one for code
FRONTIER = (0.92, 0.85)  # a third one that wins every query
PUBLISHED_GAIN = 0.07  # Avengers-Pro, arXiv:2508.12631


@view()
def routing_and_dominance(experts: tuple = EXPERTS, frontier: tuple = FRONTIER) -> View:
    """Quality when each query goes to the model that is best for it, over that of the best single
    model of the same pool.
    """
    pair = route(experts)
    null = route([*experts, frontier])
    alone = all(best <= own for best, own in zip(np.max(experts, axis=0), frontier, strict=True))
    third = "a dominant model" if alone else "a third model"
    count = in_words(len(experts))
    over = np.array([0.0, pair.gain / pair.single, null.gain / null.single, PUBLISHED_GAIN])
    names = (
        "best single model",
        f"{count} experts\nrouted",
        f"the same beside\n{third}",
        "published router\n(another pool)",
    )
    return View(
        title=f"Routing {count} experts gains {over[1]:.0%}, beside {third} {over[2]:.0%}",
        caption="The best single model of a pool is 100; a bar is what perfect routing gives. "
        f"Blue: a model for Spanish and one for code, {pair.single:.3g} of answers right alone "
        f"and {pair.routed:.3g} routed, both made up. Red: with {third} in the pool, "
        f"{null.single:.3g} alone and {null.routed:.3g} routed. Grey: the reference, and what one "
        "published router gained over the best single model of its own pool.",
        panels=[
            Panel(
                marks=[
                    Bars(
                        y=100 * (1 + over),
                        colour=[GREY, BLUE, RED, GREY],
                        width=0.6,
                        text=[f"{100 * (1 + gain):.0f}" for gain in over],
                    ),
                    Level(y=100, style=":", colour=GREY),
                ],
                x=Axis(names=names),
                y=Axis(label="quality, best single model = 100", low=0, high=145),
            )
        ],
        size=(9.0, 4.6),
        sources=("qualities made up", "published: Avengers-Pro, arXiv:2508.12631"),
    )


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
