"""Instrument on concentration: a cap on stake, owners who split below it, and pay for
performance.
"""

from __future__ import annotations

import functools

import numpy as np

from ..incentives import stake
from ..incentives.stake_model import fit_stake, stake_population
from ..inputs.record import checked_record, quantity
from .panel import BLUE, GREY, ORANGE, Panel, layout

BLACK = "#222222"
GINI, TOP_PERCENT, WALLETS = (
    0.9825,
    0.90,
    20_000,
)  # Lui and Sun, arXiv:2507.02951; as many wallets as notebook 09 has
QUANTILES = np.linspace(0.5, 0.98, 25)
RICHEST = np.unique(np.geomspace(1, WALLETS, 60).astype(int))


@checked_record
class Remedy:
    """ASSUMPTION: a cap on stake, how many of those it binds answer by splitting, and pay for
    performance.
    """

    cap_quantile: float = quantity(
        0.88,
        unit="share of wallets",
        meaning="stake above this quantile does not count",
        ge=0.5,
        le=0.98,
        step=0.01,
    )
    splitting_share: float = quantity(
        0.01,
        unit="share",
        meaning="richest part of the capped who split below the cap",
        ge=0,
        le=1,
        step=0.001,
        span=(0, 0.2),
    )
    performance_weight: float = quantity(
        0.0,
        unit="share",
        meaning="part of the emission paid by performance, drawn at random",
        ge=0,
        le=1,
        step=0.01,
    )


def stake_cap(**settings):
    """Who holds a majority under a cap on stake, and who is paid, when owners answer by splitting.

    settings : cap_quantile, splitting_share, performance_weight
    """
    fields = tuple(Remedy.__pydantic_fields__)
    return Panel(
        "stake_cap", {"remedy": Remedy()}, fields, draw_stake_cap, read_stake_cap, None, settings
    )


@functools.cache
def _population() -> tuple[np.ndarray, np.ndarray]:
    """Stake of wallets, poorest first, with the published Gini and top share; and a performance
    for each.
    """
    held = stake_population(fit_stake(GINI, TOP_PERCENT, wallets=WALLETS), WALLETS)
    return held, np.random.default_rng(0).lognormal(size=WALLETS)


@functools.lru_cache(maxsize=4_096)
def _majority(cap_quantile: float, splitting_share: float) -> int:
    """Owners with more than half of the counted stake."""
    return stake.coalition(_counted(cap_quantile, splitting_share)).wallets


def _counted(cap_quantile, splitting_share):
    """Stake that counts: the richest of the capped keep all of theirs, in wallets below the cap."""
    held, _ = _population()
    return stake.counted_under_cap(held, cap_quantile, splitting_share=splitting_share)


def _pay(remedy: Remedy, splitting_share):
    counted, weight = _counted(remedy.cap_quantile, splitting_share), remedy.performance_weight
    return stake.performance_split(counted, _population()[1], weight=weight)


def draw_stake_cap(remedy: Remedy) -> dict:
    """The plotly figure of `stake_cap` as a plain dict."""
    held, _ = _population()
    stay, split = (_majority(remedy.cap_quantile, share) for share in (0.0, remedy.splitting_share))
    line, right = (
        {"type": "scatter", "mode": "lines"},
        {"xaxis": "x2", "yaxis": "y2", "x": RICHEST / WALLETS},
    )
    left = [
        [_majority(q, share) / WALLETS for q in QUANTILES.tolist()]
        for share in (0.0, remedy.splitting_share)
    ]
    paid = {
        "uncapped": (held, GREY),
        "nobody splits": (_pay(remedy, 0.0), BLUE),
        "some split": (_pay(remedy, remedy.splitting_share), ORANGE),
    }
    tops = {
        name: np.cumsum(np.sort(pay)[::-1])[RICHEST - 1] / pay.sum()
        for name, (pay, _) in paid.items()
    }
    return {
        "data": [
            line | {"name": "nobody splits", "x": QUANTILES, "y": left[0], "line": {"color": BLUE}},
            line | {"name": "some split", "x": QUANTILES, "y": left[1], "line": {"color": ORANGE}},
            line
            | {
                "name": "your cap",
                "x": [remedy.cap_quantile] * 2,
                "y": [stay / WALLETS, split / WALLETS],
                "mode": "markers+lines",
                "marker": {"color": BLACK, "size": 9},
                "line": {"color": BLACK, "dash": "dot"},
            },
            *(
                line
                | right
                | {
                    "name": f"pay, {name}",
                    "y": tops[name],
                    "showlegend": name == "uncapped",
                    "line": {
                        "color": paid[name][1],
                        "dash": "dash" if name == "uncapped" else "solid",
                    },
                }
                for name in paid
            ),
        ],
        "layout": layout(
            f"A majority takes {stay:,} of {WALLETS:,} owners under the cap, {split:,} if "
            f"{remedy.splitting_share:.1%} of the "
            f"capped split",
            xaxis={
                "title": {"text": "cap, as a quantile of stake"},
                "domain": [0, 0.44],
                "tickformat": ".0%",
            },
            yaxis={
                "title": {"text": "owners with a majority, of all (log)"},
                "type": "log",
                "range": [-4.6, 0],
                "tickvals": [1e-4, 1e-3, 1e-2, 1e-1, 1],
                "ticktext": ["0.01%", "0.1%", "1%", "10%", "100%"],
            },
            xaxis2={
                "title": {"text": "richest share of owners (log)"},
                "type": "log",
                "domain": [0.57, 1],
                "anchor": "y2",
                "tickvals": [1e-4, 1e-3, 1e-2, 1e-1, 1],
                "ticktext": ["0.01%", "0.1%", "1%", "10%", "100%"],
            },
            yaxis2={
                "title": {"text": "their share of pay"},
                "anchor": "x2",
                "tickformat": ".0%",
                "range": [0, 1.02],
            },
        ),
    }


def read_stake_cap(remedy: Remedy) -> dict[str, str]:
    """The read-out of `stake_cap`."""
    held, _ = _population()
    cap, pay = stake.cap_stake(held, remedy.cap_quantile).cap, _pay(remedy, remedy.splitting_share)
    bound = int((held > cap).sum())
    return {
        "majority without a cap": f"{stake.coalition(held).wallets} owners",
        "with the cap": f"{_majority(remedy.cap_quantile, 0.0):,}",
        "after some split": f"{_majority(remedy.cap_quantile, remedy.splitting_share):,}",
        "owners the cap binds": f"{bound:,}",
        "owners who split": f"{int(np.ceil(remedy.splitting_share * bound)):,}",
        "wallets the richest needs": f"{int(np.ceil(held.max() / cap)):,}",
        "pay of the richest owner": f"{pay.max():.2%}",
    }
