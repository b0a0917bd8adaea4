"""Records of the query market: what it takes as given, each default with its reason and source,
and what a run gives.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..inputs.checks import fits, whole
from ..inputs.record import checked_record, quantity


@checked_record
class QueryMarket:
    """ASSUMPTION: one subnet's market for queries, in the fields a slider may move."""

    validators: int = quantity(
        default=64,
        unit="validators",
        meaning="who judge and route",
        ge=2,
        le=1_024,
        span=(2, 64),
        reason="The most a subnet admits.",
        source="eras.toml: max_validators",
    )
    miners: int = quantity(
        default=192,
        unit="miners",
        meaning="who answer",
        ge=2,
        le=3_072,
        span=(2, 254),
        reason="The rest of 256 slots.",
        source="chain: 256 UIDs a subnet",
    )
    judge_correlation: float = quantity(
        default=0.2,
        unit="",
        meaning="mean correlation of a validator's score of one round with quality",
        ge=0,
        le=1,
        step=0.01,
        reason="Assumed: nobody measured how well a validator judges. The 0.10 to 0.30 that was "
        "published is of miners' reward with performance: the market gives that, it does not take "
        "it; judges of about 0.15 to 0.5 give it.",
        source="our choice; to compare with: Lui and Sun, arXiv:2507.02951, quoted by others",
    )
    judge_spread: float = quantity(
        default=0.5,
        unit="share",
        meaning="validators' own correlations are uniform within this part around the mean",
        ge=0,
        le=1,
        step=0.05,
        reason="Some judge better than others; without a spread nominators have nothing to choose.",
        source="our choice: none published",
    )
    shared_error: float = quantity(
        default=0.5,
        unit="share",
        meaning="part of the variance of judges' errors that all share and that lasts",
        ge=0,
        le=1,
        step=0.05,
        reason="Half: validators of a subnet run one script on one benchmark, with their own "
        "samples.",
        source="our choice: none published",
    )
    score_memory: float = quantity(
        default=0.9,
        unit="share",
        meaning="part of a moving score that the last round leaves",
        ge=0,
        lt=1,
        step=0.01,
        reason="Ten rounds: a score of half a day.",
        source="our choice: subnets use 0.8 to 0.99",
    )
    sharpness: float = quantity(
        default=3.0,
        unit="per sd",
        meaning="weights and routes are proportional to e^(sharpness x averaged score)",
        ge=0,
        le=50,
        step=0.1,
        span=(0, 10),
        reason="Gives the best of 192 some tenths of the reward, neither all nor an equal part.",
        source="our choice",
    )
    emission_tao_per_round: float = quantity(
        default=25.92,
        unit="TAO",
        meaning="the subnet's emission in one epoch, with its owner's part",
        ge=0,
        le=1e6,
        step=0.01,
        span=(0, 180),
        reason="The largest subnet of early 2026: 14.4 % of 3,600 TAO a day, 20 epochs a day.",
        source="Pine Analytics, March 2026",
    )
    queries_per_round: float = quantity(
        default=200_000.0,
        unit="queries",
        meaning="what users ask in one epoch if they get random miners",
        ge=0,
        le=1e12,
        step=1_000,
        span=(0, 2e6),
        reason="Four million a day. Only its product with the fee enters money.",
        source="our choice",
    )
    fee_tao_per_query: float = quantity(
        default=6e-6,
        unit="TAO",
        meaning="what a user pays for a query",
        ge=0,
        le=1e3,
        step=1e-7,
        span=(0, 1e-4),
        reason="1.2 TAO an epoch: 2.4 M USD a year at 275 USD, the largest subnet's revenue, "
        "1/21.7 of its emission.",
        source="Pine Analytics, March 2026",
    )
    demand_per_sd: float = quantity(
        default=0.0,
        unit="log per sd",
        meaning="growth of the logarithm of queries with delivered quality",
        ge=0,
        le=10,
        step=0.05,
        span=(0, 3),
        reason="No elasticity was published; zero keeps the published revenue.",
        source="our choice",
    )
    miner_fee_share: float = quantity(
        default=0.5,
        unit="share",
        meaning="part of a fee that the validator passes on to miners",
        ge=0,
        le=1,
        step=0.01,
        reason="Equal parts, as for emission; the chain has no rule for fees.",
        source="our choice",
    )
    staked_tao: float = quantity(
        default=950_000.0,
        unit="TAO",
        meaning="stake weight of all validators at the start",
        gt=0,
        le=21e6,
        step=1_000,
        span=(1e4, 7e6),
        reason="5.3 M TAO on root at the weight of 0.18.",
        source="public research note of 2026-09-11 (no author: unverifiable)",
    )
    own_stake_share: float = quantity(
        default=0.1,
        unit="share",
        meaning="part of a validator's stake that is its own, at the start",
        ge=0,
        le=1,
        step=0.01,
        reason="Most stake is delegated; the part was not published.",
        source="our choice",
    )
    validator_take: float = quantity(
        default=0.18,
        unit="share",
        meaning="part of a nominator's reward that the validator keeps",
        ge=0,
        le=1,
        step=0.01,
        reason="The default and the maximum of the chain.",
        source="eras.toml: max_take 11,796/65,535",
    )
    redelegation_share: float = quantity(
        default=0.001,
        unit="share per round",
        meaning="part of nominated stake moved in a round to where it earned",
        ge=0,
        le=1,
        step=0.0005,
        span=(0, 0.05),
        reason="A fiftieth a day: a validator that yields 10 % more than the mean gains 0.2 % a "
        "day.",
        source="our choice",
    )
    effort_sd: float = quantity(
        default=0.0,
        unit="sd",
        meaning="quality a miner gains in the end for each e-fold of 1 + pay / cost",
        ge=0,
        le=100,
        step=0.01,
        span=(0, 2),
        reason="Zero is the article's own claim: incentives select, they do not create. A "
        "logarithm, as quality has "
        "been found to go with the logarithm of what is spent on a model.",
        source="article, claim C12; our choice of form",
    )
    miner_cost_tao_per_round: float = quantity(
        default=0.05,
        unit="TAO",
        meaning="what running a miner costs in one epoch",
        gt=0,
        le=1e3,
        step=0.01,
        span=(0.01, 1),
        reason="About an equal part of what all miners are paid: entry goes on until it pays no "
        "more.",
        source="our choice",
    )
    effort_speed: float = quantity(
        default=0.01,
        unit="share per round",
        meaning="part of the way that gained quality moves to where pay would have it",
        ge=0,
        le=1,
        step=0.001,
        span=(0, 0.2),
        reason="Five days to train, and as many to fall behind.",
        source="our choice",
    )
    entry_chance: float = quantity(
        default=0.1,
        unit="per round",
        meaning="chance that a newcomer takes the worst paid slot",
        ge=0,
        le=1,
        step=0.01,
        reason="Two a day; a subnet's registration target is higher, its real turnover lower.",
        source="our choice",
    )
    immunity_rounds: int = quantity(
        default=11,
        unit="rounds",
        meaning="rounds for which a newcomer may not be replaced",
        ge=0,
        le=100_000,
        span=(0, 100),
        reason="4,096 blocks of 360 to a round.",
        source="chain: miner immunity of a new subnet",
    )


class QueryMarketPath(NamedTuple):
    """What each round of each replica gave: (replicas, rounds) arrays; quality in sd of
    newcomers' quality.
    """

    quality_delivered_sd: np.ndarray  # mean over users' queries
    quality_mean_sd: np.ndarray  # of all miners: what a random choice would deliver
    quality_best_sd: np.ndarray  # of the best miner: what a perfect judge would deliver
    miner_quality_correlation: np.ndarray  # of miners' pay with their quality
    validator_stake_correlation: np.ndarray  # of validators' pay with their stake
    # of validators' pay per stake with their skill as judges; 0 if all are equal
    judge_yield_correlation: np.ndarray
    judge_stake_correlation: np.ndarray  # of validators' stake with that skill
    # of the variance of pay among miners and among validators
    explained_by_quality_share: np.ndarray
    explained_by_stake_share: np.ndarray
    effective_validators: np.ndarray  # 1 ÷ sum of squared stake shares
    top_miner_share: np.ndarray  # of miners' incentive
    fees_tao: np.ndarray  # of the round
    emission_tao: np.ndarray  # of the round, with the subnet owner's part
    staked_tao: np.ndarray  # before the round
    effort_sd: np.ndarray  # mean over miners: quality that reward has created


class Displacement(NamedTuple):
    """A better newcomer against the best paid miner, round by round after it came."""

    lead_sd: float  # of its quality over the incumbent's
    ahead_share: np.ndarray  # (rounds,) replicas in which it earns more
    # (replicas,) round from which it earned more to the end, `HELD_ROUNDS` or more; else infinite
    ahead_for_good: np.ndarray
    # (rounds − held + 1,), held being those or all; replicas in which it was by then ahead for good
    lasting_share: np.ndarray
    standard_error: np.ndarray  # of that
    median_rounds: float  # until then; infinite where fewer than half ever were
    never_share: float  # of replicas


def sizes(market: QueryMarket, rounds: int, replicas: int) -> tuple[int, int]:
    """Rounds and replicas whose arrays fit in memory."""
    rounds = whole("rounds", rounds, at_least=1)
    replicas = whole("replicas", replicas, at_least=2)
    fits("replicas", replicas, market.validators, market.miners)
    fits("rounds", rounds, replicas, len(QueryMarketPath._fields))
    return rounds, replicas
