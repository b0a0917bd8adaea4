"""Instruments on pools of models: the best of many, a router among three experts, the validators
as an oracle.
"""

from __future__ import annotations

import functools

import numpy as np

from ..incentives.jury import jury_accuracy, oracle_bias
from ..incentives.lego import best_of_n, panel_correlation
from ..incentives.query_market_record import QueryMarket
from ..incentives.routing import route
from ..incentives.stake_model import published_stake
from ..inputs.record import checked_record, quantity, same
from .panel import BLUE, GREEN, GREY, ORANGE, RED, Panel, layout

BLACK = "#222222"
POOL = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512]
TICKS = [1, 4, 16, 64, 256]
JURIES = (1, 3, 5, 9, 15, 25, 41, 64)
SHARES, MIXES = np.linspace(0, 0.6, 121), np.linspace(0, 1, 51)
LISTED = (
    16  # validators with the stake of June 2024: the list names ten and leaves 15 % to the rest
)


@checked_record
class Pool:
    """ASSUMPTION: a pool of models, the judges who pick one, and what a single model gains by
    its cost.
    """

    models: int = quantity(256, unit="", meaning="in the pool", ge=1, le=512)
    judge_correlation: float = same(
        QueryMarket, "judge_correlation", 0.2, meaning="of one judge's score with quality"
    )
    judges: int = quantity(
        9, unit="", meaning="whose scores are averaged, of equal stake", ge=1, le=64
    )
    shared_error: float = same(
        QueryMarket, "shared_error", 0.5, meaning="part of judges' error that all have"
    )
    sd_per_efold: float = quantity(
        0.15, unit="sd", meaning="what one model gains by e times its cost", ge=0, le=1, step=0.01
    )


@checked_record
class Experts:
    """ASSUMPTION: three models and two topics; a number is the share of right answers."""

    spanish_on_spanish: float = quantity(
        0.90, unit="", meaning="Spanish model, Spanish queries", ge=0, le=1, step=0.01
    )
    spanish_on_code: float = quantity(
        0.40, unit="", meaning="Spanish model, queries on code", ge=0, le=1, step=0.01
    )
    code_on_spanish: float = quantity(
        0.50, unit="", meaning="code model, Spanish queries", ge=0, le=1, step=0.01
    )
    code_on_code: float = quantity(
        0.80, unit="", meaning="code model, queries on code", ge=0, le=1, step=0.01
    )
    third_on_spanish: float = quantity(
        0.80, unit="", meaning="third model, Spanish queries", ge=0, le=1, step=0.01
    )
    third_on_code: float = quantity(
        0.70, unit="", meaning="third model, queries on code", ge=0, le=1, step=0.01
    )
    code_share: float = quantity(
        0.5, unit="share", meaning="part of queries that are on code", ge=0, le=1, step=0.01
    )
    router_accuracy: float = quantity(
        0.9, unit="share", meaning="topics the router recognises", ge=0, le=1, step=0.01
    )


@checked_record
class Corruption:
    """ASSUMPTION: corrupted stake among validators, and how right and how alike the others vote."""

    corrupt_share: float = quantity(
        0.25, unit="share", meaning="of stake that reports the attack", ge=0, le=0.6, step=0.01
    )
    attack_sd: float = quantity(
        10.0, unit="sd", meaning="attack value above the truth", ge=0, le=50, step=0.5
    )
    vote_accuracy: float = quantity(
        0.6, unit="", meaning="chance that one vote is right", ge=0, le=1, step=0.01
    )
    vote_correlation: float = quantity(0.1, unit="", meaning="of two votes", ge=0, le=1, step=0.01)


def best_of(**settings):
    """The best of N models under noisy judges, and whether one dearer model would have been better.

    settings : models, judge_correlation, judges, shared_error, sd_per_efold
    """
    return Panel(
        "best_of",
        {"pool": Pool()},
        tuple(Pool.__pydantic_fields__),
        draw_best_of,
        read_best_of,
        None,
        settings,
    )


def routing(**settings):
    """A router among a Spanish model, a code model and a third one: make the third win everywhere
    and the gain is gone.

    settings : the six shares of right answers, code_share, router_accuracy
    """
    fields = tuple(Experts.__pydantic_fields__)
    return Panel(
        "routing", {"experts": Experts()}, fields, draw_routing, read_routing, None, settings
    )


def oracle(**settings):
    """Validators as an oracle under corruption, and as a jury whose votes correlate.

    settings : corrupt_share, attack_sd, vote_accuracy, vote_correlation
    """
    fields = tuple(Corruption.__pydantic_fields__)
    return Panel(
        "oracle", {"corruption": Corruption()}, fields, draw_oracle, read_oracle, None, settings
    )


# ---- The best of many ----


def _judges(pool: Pool) -> float:
    return panel_correlation(pool.judge_correlation, pool.shared_error, pool.judges)


def draw_best_of(pool: Pool) -> dict:
    """The plotly figure of `best_of` as a plain dict."""
    rho = _judges(pool)
    gain, cost = best_of_n(pool.models, rho), np.array(POOL)
    line, right = {"type": "scatter", "mode": "lines", "x": POOL}, {"xaxis": "x2", "yaxis": "y2"}
    point = {
        "x": [pool.models],
        "y": [gain],
        "mode": "markers",
        "marker": {"color": BLACK, "size": 10},
    }
    return {
        "data": [
            line
            | {
                "name": "perfect judge",
                "y": best_of_n(POOL, 1.0),
                "line": {"color": GREY, "dash": "dot"},
            },
            line
            | {
                "name": "one judge",
                "y": best_of_n(POOL, pool.judge_correlation),
                "line": {"color": ORANGE},
            },
            line | {"name": "all judges", "y": best_of_n(POOL, rho), "line": {"color": BLUE}},
            line | point | {"name": "your pool"},
            line
            | right
            | {
                "name": "best of N answers",
                "y": best_of_n(POOL, rho),
                "line": {"color": BLUE, "dash": "dash"},
            },
            line
            | right
            | {
                "name": "one dearer model",
                "y": pool.sd_per_efold * np.log(cost),
                "line": {"color": RED},
            },
        ],
        "layout": layout(
            f"The best of {pool.models} is {gain:.2f} sd above a random model; judges correlate "
            f"{rho:.2f} with quality",
            xaxis={
                "title": {"text": "models in the pool"},
                "type": "log",
                "domain": [0, 0.46],
                "tickvals": TICKS,
            },
            yaxis={"title": {"text": "quality of the choice (sd)"}, "rangemode": "tozero"},
            xaxis2={
                "title": {"text": "cost per query (one answer = 1)"},
                "type": "log",
                "domain": [0.56, 1],
                "anchor": "y2",
                "tickvals": TICKS,
            },
            yaxis2={
                "title": {"text": "quality bought (sd)"},
                "anchor": "x2",
                "rangemode": "tozero",
            },
        ),
    }


def read_best_of(pool: Pool) -> dict[str, str]:
    """The read-out of `best_of`."""
    rho = _judges(pool)
    gain, single = best_of_n(pool.models, rho), pool.sd_per_efold * np.log(pool.models)
    return {
        "all judges together": f"{rho:.3f}",
        "however many judges": f"{panel_correlation(pool.judge_correlation, pool.shared_error, 1e12):.3f}",
        "gain": f"{gain:.3f} sd",
        "of a perfect judge's": f"{rho:.0%}",
        f"one model for {pool.models} times the cost": f"{single:.3f} sd",
    }


# ---- Routing ----


def _table(experts: Experts) -> np.ndarray:
    e = experts
    return np.array(
        [
            [e.spanish_on_spanish, e.spanish_on_code],
            [e.code_on_spanish, e.code_on_code],
            [e.third_on_spanish, e.third_on_code],
        ]
    )


def _routed(experts: Experts, code: float):
    return route(_table(experts), [1 - code, code], router_accuracy=experts.router_accuracy)


NAMES = ("Spanish model", "code model", "third model")


def draw_routing(experts: Experts) -> dict:
    """The plotly figure of `routing` as a plain dict."""
    table, here = _table(experts), _routed(experts, experts.code_share)
    mixes = [_routed(experts, float(code)) for code in MIXES]
    bar = {"type": "bar", "x": ["Spanish queries", "queries on code"]}
    line = {"type": "scatter", "mode": "lines", "x": MIXES, "xaxis": "x2", "yaxis": "y2"}
    return {
        "data": [
            *(
                bar | {"name": name, "y": row, "marker": {"color": colour}}
                for name, row, colour in zip(NAMES, table, (BLUE, GREEN, GREY), strict=True)
            ),
            line
            | {
                "name": "perfect router",
                "y": [m.routed for m in mixes],
                "line": {"color": BLACK, "dash": "dot"},
            },
            line
            | {
                "name": "your router",
                "y": [m.at_accuracy for m in mixes],
                "line": {"color": ORANGE},
            },
            line
            | {"name": "best single model", "y": [m.single for m in mixes], "line": {"color": RED}},
            line
            | {
                "name": "your mix",
                "x": [experts.code_share],
                "y": [here.at_accuracy],
                "mode": "markers",
                "marker": {"color": BLACK, "size": 10},
            },
        ],
        "layout": layout(
            f"Perfect routing gains {here.gain:.3f}, your router "
            f"{here.at_accuracy - here.single:+.3f}"
            + (f": the {NAMES[here.best_expert]} wins every query" if here.dominant else ""),
            xaxis={"title": {"text": "topic"}, "domain": [0, 0.42]},
            yaxis={"title": {"text": "right answers"}, "range": [0, 1.02], "tickformat": ".0%"},
            xaxis2={
                "title": {"text": "part of queries on code"},
                "domain": [0.54, 1],
                "anchor": "y2",
                "tickformat": ".0%",
            },
            yaxis2={"title": {"text": "right answers"}, "anchor": "x2", "tickformat": ".0%"},
        ),
    }


def read_routing(experts: Experts) -> dict[str, str]:
    """The read-out of `routing`."""
    here = _routed(experts, experts.code_share)
    return {
        "best single model": f"{NAMES[here.best_expert]}, {here.single:.1%}",
        "perfect router": f"{here.routed:.1%}",
        "your router": f"{here.at_accuracy:.1%}",
        "must recognise, to break even": f"{here.break_even_accuracy:.0%} of topics"
        if here.gain > 0
        else "nothing to gain",
        "one model wins every query": "yes" if here.dominant else "no",
    }


# ---- The oracle ----


@functools.lru_cache(maxsize=256)
def juries(accuracy: float, correlation: float):
    """Equal juries of growing size, and the sixteen with the stake of June 2024."""
    equal = [jury_accuracy(np.ones(n), accuracy, correlation=correlation) for n in JURIES]
    return equal, jury_accuracy(published_stake(LISTED), accuracy, correlation=correlation)


def draw_oracle(corruption: Corruption) -> dict:
    """The plotly figure of `oracle` as a plain dict."""
    c = corruption
    got, here = (oracle_bias(share, attack_sd=c.attack_sd) for share in (SHARES, [c.corrupt_share]))
    equal, listed = juries(c.vote_accuracy, c.vote_correlation)
    line = {"type": "scatter", "mode": "lines", "x": SHARES}
    right = line | {"x": JURIES, "xaxis": "x2", "yaxis": "y2"}
    mean, median = here.mean_bias_sd[0], here.median_bias_sd[0]
    return {
        "data": [
            line | {"name": "mean of reports", "y": got.mean_bias_sd, "line": {"color": RED}},
            line
            | {"name": "stake-weighted median", "y": got.median_bias_sd, "line": {"color": BLUE}},
            line
            | {
                "name": "your share",
                "x": [c.corrupt_share] * 2,
                "y": [mean, median],
                "mode": "markers",
                "marker": {"color": BLACK, "size": 10},
            },
            right
            | {"name": "equal votes", "y": [j.accuracy for j in equal], "line": {"color": GREEN}},
            right
            | {
                "name": "any number",
                "x": [1, JURIES[-1]],
                "y": [listed.ceiling] * 2,
                "line": {"color": GREY, "dash": "dot"},
            },
            right
            | {
                "name": "16 by stake of June 2024",
                "x": [LISTED],
                "y": [listed.accuracy],
                "mode": "markers",
                "marker": {"color": ORANGE, "size": 10},
            },
        ],
        "layout": layout(
            f"{c.corrupt_share:.0%} of stake bends the mean by {mean:.2f} sd, the median by "
            f"{median:.2f}",
            xaxis={
                "title": {"text": "corrupted share of stake"},
                "domain": [0, 0.46],
                "tickformat": ".0%",
            },
            yaxis={"title": {"text": "bias (sd of a report)"}, "rangemode": "tozero"},
            xaxis2={
                "title": {"text": "validators who vote"},
                "type": "log",
                "domain": [0.56, 1],
                "anchor": "y2",
                "tickvals": JURIES,
            },
            yaxis2={"title": {"text": "majority is right"}, "anchor": "x2", "tickformat": ".0%"},
        ),
    }


def read_oracle(corruption: Corruption) -> dict[str, str]:
    """The read-out of `oracle`."""
    equal, listed = juries(corruption.vote_accuracy, corruption.vote_correlation)
    largest = np.cumsum(published_stake(LISTED))
    bought = int(np.searchsorted(largest, corruption.corrupt_share + 1e-9))
    return {
        "largest validators this share could buy": str(bought),
        "median is lost from": f"{int(np.argmax(largest > 0.5)) + 1} largest, "
        f"{largest[np.argmax(largest > 0.5)]:.1%} of stake",
        "64 equal votes right": f"{equal[-1].accuracy:.1%}",
        "16 by stake": f"{listed.accuracy:.1%}",
        "independent voters among the 16": f"{listed.effective_jurors:.1f}",
        "any number": f"{listed.ceiling:.1%}",
    }
