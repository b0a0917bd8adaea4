"""An instrument on the article judged: when one evaluates, by which score, and against what."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd

from .. import claims
from ..claims import scores, sources
from ..inputs.record import checked_record, quantity
from ..inputs.rules import load_snapshot, rules_at
from ..inputs.units import tao
from .panel import BLUE, GREEN, GREY, ORANGE, RED, Choice, Panel, layout

FDV_PER_PRICE = tao(rules_at("2026-09-11").max_supply_rao)
LAST = pd.Timestamp(load_snapshot("2026-09-11").date)
SHOWN = ("no change", "tree of January 2024", "the article's 8×, read as a forecast")
COLOURS = (BLUE, ORANGE, RED)


@checked_record
class Evaluation:
    """When the article is judged, and at what price its reader bought."""

    days_after: int = quantity(
        (LAST - sources.PUBLISHED).days,
        unit="days",
        meaning="days after 2023-11-20",
        ge=1,
        le=(LAST - sources.PUBLISHED).days,
    )
    bought_usd: float = quantity(
        160.0,
        unit="USD per TAO",
        meaning="price paid on 2023-11-20; the close was 287.70",
        gt=0,
        le=1e6,
        step=0.1,
        span=(100, 400),
    )


@checked_record
class Named:
    """One of the names in a menu."""

    name: str = quantity(unit="", meaning="what was chosen")


def _menu(names) -> Choice:
    return Choice({name: Named(name=name) for name in names})


def judgement(**settings):
    """Evaluate the forecasts and the reader's bet on any date, by any score, against any benchmark.

    settings : days_after, bought_usd, score, benchmark, reading — values to start from
    """
    choices = {
        "score": _menu(scores.SCORES),
        "benchmark": _menu(scores.benchmark_closes()),
        "reading": _menu(("all", "strict", "lenient")),
    }
    records = {"evaluation": Evaluation()} | {
        key: next(iter(options.values())) for key, options in choices.items()
    }
    return Panel(
        "judgement",
        records,
        ("days_after", "bought_usd"),
        draw_judgement,
        read_judgement,
        choices,
        settings,
    )


def scored(score: str) -> pd.DataFrame:
    """Scores of the forecasts shown, at every close from publication to the last evaluation."""
    return scores.scores_since_publication(score)[:LAST][list(SHOWN)]


@functools.cache
def counted(reading: str) -> dict[str, int]:
    """How many claims get which verdict, by what is known now."""
    found = [claims.verdict(finding.now, reading) for finding in claims.findings().values()]
    return {name: found.count(name) for name in claims.VERDICTS}


@functools.cache
def _held(benchmark: str) -> np.ndarray:
    """What one dollar in a benchmark is worth at the dates of `scored`, by its last close."""
    closes, dates = (
        scores.benchmark_closes()[benchmark],
        sources.closes()[sources.PUBLISHED : LAST].index,
    )
    return np.array([closes[:date].iloc[-1] for date in dates])


def _day(evaluation) -> pd.Timestamp:
    return sources.PUBLISHED + pd.Timedelta(days=evaluation.days_after)


def draw_judgement(evaluation, score, benchmark, reading) -> dict:
    """The plotly figure of `judgement` as a plain dict."""
    table, day = scored(score.name), _day(evaluation)
    at, earned = table[:day].iloc[-1], claims.what_was_earned(day, bought_usd=evaluation.bought_usd)
    dates = [str(date.date()) for date in table.index]
    own = sources.closes()[sources.PUBLISHED : LAST] / evaluation.bought_usd
    held = _held(benchmark.name)
    top, most = float(table.to_numpy().max()), float(max(own.max(), held.max()))
    line, right = {"type": "scatter", "mode": "lines"}, {"xaxis": "x2", "yaxis": "y2"}
    here = line | {"x": [str(day.date())] * 2, "line": {"color": GREY, "dash": "dot"}}
    title = (
        f"{day:%d %B %Y}: best is '{at.idxmin()}'; 1 USD in TAO is {earned['TAO']:.2f}, in "
        f"{benchmark.name} "
    )
    return {
        "data": [
            *(
                line
                | {"name": name, "x": dates, "y": table[name].to_numpy(), "line": {"color": colour}}
                for name, colour in zip(SHOWN, COLOURS, strict=True)
            ),
            here | {"name": "evaluated here", "y": [0, top]},
            line
            | right
            | {
                "name": "one USD in TAO",
                "x": dates,
                "y": own.to_numpy(),
                "line": {"color": BLUE, "dash": "dash"},
            },
            line
            | right
            | {"name": "one USD in the benchmark", "x": dates, "y": held, "line": {"color": GREEN}},
            here | right | {"name": "evaluated here", "y": [0, most], "showlegend": False},
        ],
        "layout": layout(
            title + f"{earned[benchmark.name]:.2f}",
            xaxis={"title": {"text": "date of evaluation"}, "domain": [0, 0.46]},
            yaxis={"title": {"text": f"{score.name} (lower is better)"}},
            xaxis2={"title": {"text": "date"}, "domain": [0.56, 1], "anchor": "y2"},
            yaxis2={
                "title": {"text": "worth of 1 USD put in on 2023-11-20"},
                "anchor": "x2",
                "rangemode": "tozero",
            },
        ),
    }


def read_judgement(evaluation, score, benchmark, reading) -> dict[str, str]:
    """The read-out of `judgement`."""
    day = _day(evaluation)
    at, price = scored(score.name)[:day].iloc[-1], sources.closes()[:day].iloc[-1]
    counts = counted(reading.name)
    return {
        "last close by then": f"{price:.2f} USD, FDV {price * FDV_PER_PRICE / 1e9:.2f} bn",
        **{name: f"{at[name]:.3f}" for name in SHOWN},
        f"claims, {reading.name} reading": ", ".join(
            f"{n} {name}" for name, n in counts.items() if n
        ),
        "cases": "one: a ranking of stories, no proof of skill",
    }
