"""The market for queries, round by round: users, judges, miners and nominators of a subnet of
48.
"""

from __future__ import annotations

import functools

import numpy as np

from ..incentives.query_market import QueryMarketPath, query_market_path
from ..incentives.query_market_record import QueryMarket
from ..inputs.record import checked_record, quantity
from ..inputs.rules import Rules, rules_at
from .panel import BLUE, GREEN, GREY, ORANGE, RED, Panel, layout

CHAIN = rules_at("2026-09-11")
ROUNDS, REPLICAS = 20, 3
SUBNET = QueryMarket(validators=16, miners=32, judge_spread=0.0, effort_speed=0.1)
FIELDS = (
    "judge_correlation",
    "shared_error",
    "sharpness",
    "effort_sd",
    "entry_chance",
    "redelegation_share",
    "fee_tao_per_query",
    "demand_per_sd",
)


@checked_record
class Clock:
    """Up to which round the market is shown."""

    rounds_shown: int = quantity(
        ROUNDS, unit="", meaning="of the market, an epoch each; 20 are a day", ge=1, le=ROUNDS
    )


def market(**settings):
    """The market for queries round by round: what users get, what pay follows, who pays; drag the
    rounds shown.

    settings : rounds_shown, judge_correlation, shared_error, sharpness, effort_sd, entry_chance,
      redelegation_share,
        fee_tao_per_query, demand_per_sd
    """
    records = {"market": SUBNET, "clock": Clock()}
    return Panel(
        "market", records, ("rounds_shown", *FIELDS), draw_market, read_market, None, settings
    )


@functools.lru_cache(maxsize=16)
def played(rules: Rules, subnet: QueryMarket) -> QueryMarketPath:
    """The same draws under every setting, few enough for a slider."""
    return query_market_path(rules, subnet, rounds=ROUNDS, replicas=REPLICAS)


def draw_market(market: QueryMarket, clock: Clock) -> dict:
    """The plotly figure of `market` as a plain dict."""
    n, got = clock.rounds_shown, played(CHAIN, market)
    means = {name: values[:, :n].mean(axis=0) for name, values in got._asdict().items()}
    line = {"type": "scatter", "mode": "lines", "x": np.arange(1, n + 1)}
    right = line | {"xaxis": "x2", "yaxis": "y2"}
    delivered, best = means["quality_delivered_sd"], means["quality_best_sd"]
    return {
        "data": [
            line | {"name": "best miner", "y": best, "line": {"color": GREY, "dash": "dash"}},
            line | {"name": "delivered to users", "y": delivered, "line": {"color": BLUE}},
            line
            | {
                "name": "a random miner",
                "y": means["quality_mean_sd"],
                "line": {"color": ORANGE, "dash": "dot"},
            },
            right
            | {
                "name": "variance of pay with stake",
                "y": means["explained_by_stake_share"],
                "line": {"color": RED},
            },
            right
            | {
                "name": "with quality",
                "y": means["explained_by_quality_share"],
                "line": {"color": GREEN},
            },
            right
            | {
                "name": "fees over emission",
                "y": means["fees_tao"] / means["emission_tao"],
                "line": {"color": "#222222"},
            },
        ],
        "layout": layout(
            f"Round {n}: users get {delivered[-1]:.2f} sd, the best miner has {best[-1]:.2f}",
            xaxis={"title": {"text": "round"}, "domain": [0, 0.46], "range": [0, ROUNDS + 1]},
            yaxis={"title": {"text": "quality (sd)"}},
            xaxis2={
                "title": {"text": "round"},
                "domain": [0.56, 1],
                "anchor": "y2",
                "range": [0, ROUNDS + 1],
            },
            yaxis2={
                "title": {"text": "share"},
                "anchor": "x2",
                "rangemode": "tozero",
                "tickformat": ".0%",
            },
        ),
    }


def read_market(market: QueryMarket, clock: Clock) -> dict[str, str]:
    """The read-out of `market`, at the last round shown."""
    got = played(CHAIN, market)
    now = {name: values[:, clock.rounds_shown - 1].mean() for name, values in got._asdict().items()}
    fees, emission = now["fees_tao"], now["emission_tao"]
    return {
        "miners' pay with quality": f"{now['miner_quality_correlation']:+.2f}",
        "validators' pay with stake": f"{now['validator_stake_correlation']:+.2f}",
        "pay of the round": f"{emission:.2f} TAO of emission, {fees:.2f} of fees",
        "subsidy": f"{emission / fees:.1f} times the fees" if fees > 0 else "no fees",
        "independent validators": f"{now['effective_validators']:.1f} of {market.validators}",
        "top miner": f"{now['top_miner_share']:.0%} of incentive",
    }
