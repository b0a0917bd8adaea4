"""Users pay for queries, validators judge and route, miners answer, nominators re-delegate.

One round is one consensus epoch of the chain's own rules (`yuma_epoch`). Miners have a hidden
quality, in standard deviations among newcomers; validators see scores of which only a part is
quality. The rest of their error is fresh in every round, or it is shared and lasts: all of them use
one benchmark, and some miners are simply good at benchmarks. Weights route queries and set rewards;
emission and fees are paid in TAO; the worst paid make room for newcomers.

**Ref:** judge correlations from Lui and Sun, arXiv:2507.02951; fees and emission from Pine
Analytics, March 2026.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..chain._jit import sources
from ..chain.yuma import yuma_epoch
from ..inputs.checkpoint import Checkpoint
from ..inputs.checks import real, reals, whole
from ..inputs.door import typed
from ..inputs.progress import shown
from ..inputs.rules import Rules
from .lego import over_replicas
from .query_market_record import Displacement, QueryMarket, QueryMarketPath, sizes
from .stake_model import published_stake

MAX_LOG = 100.0  # of the growth of demand
HELD_ROUNDS = 10  # that a lead must last to the end of a run to count


class _State(NamedTuple):
    """Plain arrays that a round changes in place."""

    talent: np.ndarray  # (replicas, miners) quality without effort
    effort: np.ndarray  # (replicas, miners)
    error: np.ndarray  # (replicas, miners) what judges share in seeing wrongly
    seen_quality: np.ndarray  # (replicas, miners) moving averages of the lasting part of scores
    seen_error: np.ndarray
    noise: np.ndarray  # (replicas, validators, miners) the same of fresh errors, float32
    skill: np.ndarray  # (replicas, validators) correlation of a validator's score with quality
    own_tao: np.ndarray  # (replicas, validators) stake of the validator itself
    nominated_tao: np.ndarray  # (replicas, validators)
    age: np.ndarray  # (replicas, miners) rounds
    bonds: np.ndarray  # (replicas, validators + miners, the same)


class _Round(NamedTuple):
    """What one epoch gave, replica by replica."""

    quality: np.ndarray  # (replicas, miners)
    delivered: np.ndarray  # (replicas,) mean quality over users' queries
    miner_pay: np.ndarray  # (replicas, miners) TAO
    validator_pay: np.ndarray  # (replicas, validators) TAO
    staked: np.ndarray  # (replicas, validators) TAO before it
    incentive: np.ndarray  # (replicas, miners)
    fees: np.ndarray  # (replicas,) TAO


@typed
def query_market_path(
    rules: Rules,
    market: QueryMarket,
    *,
    rounds: int,
    replicas: int = 8,
    stake: ArrayLike | None = None,
    seed: int = 0,
) -> QueryMarketPath:
    """Rounds from a settled start: validators know the first miners as well as they ever will.
    Within `inputs.checkpoints` a run that was stopped goes on where it was.

    Parameters
    ----------
    rules : Rules
    market : QueryMarket
    rounds, replicas : int
        An epoch each; replicas differ in all that is drawn.
    stake : array_like, optional
        At the start; by default the shares published for 2024-06-19; (validators,) > 0, any unit.
    seed : int
        The same seed gives the same market.

    Returns
    -------
    QueryMarketPath

    Raises
    ------
    ValueError
        Where the skill of judges would pass 1 or the stake does not fit.
    """
    rounds, replicas = sizes(market, rounds, replicas)
    random = np.random.default_rng(whole("seed", seed))
    state = _start(market, replicas, stake, random)
    out = np.empty((len(QueryMarketPath._fields), len(state.talent), rounds))
    question = ("query_market_path", sources(), rules, market, rounds, replicas, stake, seed)
    kept = Checkpoint(question, rounds, (*state, out), random)
    for t in shown(range(kept.done, rounds), unit="rounds"):
        _round(rules, market, state, random, out[:, :, t])
        kept.keep(t + 1)
    return QueryMarketPath(**dict(zip(QueryMarketPath._fields, out, strict=True)))


@typed
def query_market_report(path: QueryMarketPath, *, settled: float = 0.5) -> pd.DataFrame:
    """Means over the last rounds with their standard error over replicas, one row a quantity.

    Parameters
    ----------
    path : QueryMarketPath
    settled : float
        Part of the rounds, at the end, that counts; in (0, 1].

    Returns
    -------
    pandas.DataFrame

    Notes
    -----
    Beside the columns of the path: `selection_efficiency`, the part of the way from a random to the
    best miner that users get; `fee_coverage`, fees ÷ emission; `external_share`, fees ÷ (fees +
    emission); `subsidy_ratio`, emission ÷ fees, infinite without fees.
    """
    rounds = path.fees_tao.shape[1]
    last = slice(rounds - max(round(real("settled", settled, "(0, 1]") * rounds), 1), None)
    means = {name: values[:, last].mean(axis=1) for name, values in path._asdict().items()}
    fees = means["fees_tao"]
    emission = means["emission_tao"]
    span = means["quality_best_sd"] - means["quality_mean_sd"]
    means["selection_efficiency"] = _ratio(
        means["quality_delivered_sd"] - means["quality_mean_sd"], span
    )
    means["fee_coverage"] = _ratio(fees, emission)
    means["external_share"] = _ratio(fees, fees + emission)
    means["subsidy_ratio"] = np.where(fees > 0, _ratio(emission, fees), np.inf)
    rows = {}
    for name, values in means.items():
        finite = np.isfinite(values).all()
        rows[name] = over_replicas(values) if finite else (values.mean(), 0.0)
    return pd.DataFrame.from_dict(
        rows, orient="index", columns=["mean", "standard_error"]
    ).rename_axis("quantity")


@typed
def judge_sweep(
    rules: Rules,
    market: QueryMarket,
    *,
    judge_correlation: ArrayLike = (0.01, 0.03, 0.1, 0.2, 0.3),
    rounds: int = 300,
    replicas: int = 8,
    stake: ArrayLike | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """The market's report for each judge correlation, on the same draws: a row each, with columns
    `…_se` beside means.

    Parameters
    ----------
    rules : Rules
    market : QueryMarket
    judge_correlation : array_like
        Of a score with quality, measured by nobody; (k,) in [0, 1].
    rounds : int
    replicas : int
    stake : array_like, optional
        As in `query_market_path`.
    seed : int

    Returns
    -------
    pandas.DataFrame
    """
    rows = []
    for value in reals("judge_correlation", judge_correlation, "[0, 1]", ndim=1):
        varied = replace(market, judge_correlation=float(value))
        report = query_market_report(
            query_market_path(
                rules, varied, rounds=rounds, replicas=replicas, stake=stake, seed=seed
            )
        )
        rows.append(report["mean"].to_dict() | report["standard_error"].add_suffix("_se").to_dict())
    return pd.DataFrame(rows, index=pd.Index(judge_correlation, name="judge_correlation"))


@typed
def displacement(
    rules: Rules,
    market: QueryMarket,
    *,
    lead_sd: float = 0.5,
    warm_up: int = 20,
    rounds: int = 100,
    replicas: int = 200,
    stake: ArrayLike | None = None,
    seed: int = 0,
) -> Displacement:
    """When a better miner is ahead for good: it takes the worst paid slot, unknown to all, and
    nobody else comes or goes.

    A lead counts if it lasts to the end, over `HELD_ROUNDS` or more. To be ahead once says little:
    an equal newcomer is so too, by luck, so run a lead of zero beside any other.

    Parameters
    ----------
    rules : Rules
    market : QueryMarket
    lead_sd : float
        Its quality above that of the miner who is paid best after the warm-up; its luck with the
        judges' shared error is that of any newcomer, while the incumbent may be the best paid
        because of his; in [-100, 100].
    warm_up, rounds : int
        Before and after it comes.
    replicas : int
    stake : array_like, optional
        As in `query_market_path`.
    seed : int

    Returns
    -------
    Displacement

    Notes
    -----
    With perfect judges and an incumbent of quality q > 0 it takes ln(1 − q/(q +
    lead))/ln(score_memory) rounds.
    """
    lead = real("lead_sd", lead_sd, "[-100, 100]")
    rounds, replicas = sizes(market, rounds, replicas)
    held = min(HELD_ROUNDS, rounds)
    warm_up = whole("warm_up", warm_up, at_least=1, at_most=10**6)
    market = replace(market, entry_chance=0.0)
    random = np.random.default_rng(whole("seed", seed))
    state = _start(market, replicas, stake, random)
    scratch = np.empty((len(QueryMarketPath._fields), len(state.talent)))
    for _ in range(warm_up):
        incentive = _round(rules, market, state, random, scratch)
    every = np.arange(len(incentive))
    best = incentive.argmax(axis=1)
    worst = incentive.argmin(axis=1)
    quality = state.talent + state.effort
    errors = np.sqrt(market.shared_error) * random.standard_normal(len(every))
    _register(market, state, every, worst, quality[every, best] + lead, errors)
    ahead = np.empty((len(every), rounds), bool)
    for t in range(rounds):
        incentive = _round(rules, market, state, random, scratch)
        ahead[:, t] = incentive[every, worst] > incentive[every, best]
    since = _for_good(ahead, held)
    lasting, error = over_replicas(since[:, None] <= np.arange(1, rounds - held + 2))
    return Displacement(
        lead_sd=lead,
        ahead_share=ahead.mean(axis=0),
        ahead_for_good=since,
        lasting_share=np.asarray(lasting),
        standard_error=np.asarray(error),
        median_rounds=float(np.sort(since)[(len(since) - 1) // 2]),
        never_share=float(np.isinf(since).mean()),
    )


def _for_good(ahead: np.ndarray, held: int) -> np.ndarray:
    """The round after the last in which a replica was behind; infinite where fewer than `held`
    are left.
    """
    rounds = ahead.shape[1]
    to_the_end = np.where(ahead.all(axis=1), rounds, (~ahead)[:, ::-1].argmax(axis=1))
    return np.where(to_the_end >= held, rounds + 1.0 - to_the_end, np.inf)


# ---- One round ----


def _start(market, replicas, stake, random):
    """Miners of random quality, known through a settled moving average; stake by rank, skill at
    random.
    """
    validators = market.validators
    miners = market.miners
    if market.judge_correlation * (1 + market.judge_spread) > 1:
        raise ValueError(
            "judge_correlation must be at most 1/(1 + judge_spread) = "
            f"{1 / (1 + market.judge_spread):g}, "
            f"got {market.judge_correlation}"
        )
    if stake is None:
        stake = published_stake(validators)
    stake = reals("stake", stake, "(0, inf)", ndim=1, shape=(validators,), each="validator")
    talent, error = random.standard_normal((2, replicas, miners))
    error *= np.sqrt(market.shared_error)
    spread = market.judge_spread * random.uniform(-1, 1, (replicas, validators))
    skill = market.judge_correlation * (1 + spread)
    memory = market.score_memory
    fresh = np.sqrt((1 - skill**2) * (1 - market.shared_error) * (1 - memory) / (1 + memory))
    noise = fresh[:, :, None].astype(np.float32) * random.standard_normal(
        (replicas, validators, miners), dtype=np.float32
    )
    staked = np.tile(market.staked_tao * stake / stake.sum(), (replicas, 1))
    own = market.own_stake_share * staked
    return _State(
        talent=talent,
        effort=np.zeros_like(talent),
        error=error,
        seen_quality=talent.copy(),
        seen_error=error.copy(),
        noise=noise,
        skill=skill,
        own_tao=own,
        nominated_tao=staked - own,
        age=np.full((replicas, miners), market.immunity_rounds),
        bonds=np.zeros((replicas, validators + miners, validators + miners)),
    )


def _round(rules, market, state, random, row):
    """One epoch of every replica: judge, route, agree, pay, improve, re-delegate, register.
    Returns miners' incentive.
    """
    staked = state.own_tao + state.nominated_tao
    quality = state.talent + state.effort
    weights = _judged(market, state, quality, random)
    incentive, dividends = _epochs(rules, market, state, weights, staked)
    share = staked / staked.sum(axis=1, keepdims=True)
    routed = (share.astype(np.float32)[:, None, :] @ weights)[:, 0].astype(float)
    delivered = (routed * quality).sum(axis=1)
    growth = market.demand_per_sd * delivered
    if growth.max() > MAX_LOG:
        rule = f"demand_per_sd must keep queries below e^{MAX_LOG:g} times those of random miners"
        raise ValueError(f"{rule}, got {market.demand_per_sd}")
    queries = market.queries_per_round * np.exp(growth)
    fees = market.fee_tao_per_query * queries[:, None]
    pot = market.emission_tao_per_round * (1 - float(rules.owner_cut)) / 2
    miner_pay = pot * incentive + fees * market.miner_fee_share * routed
    earned = pot * dividends
    validator_pay = earned + fees * (1 - market.miner_fee_share) * share
    epoch = _Round(
        quality=quality,
        delivered=delivered,
        miner_pay=miner_pay,
        validator_pay=validator_pay,
        staked=staked,
        incentive=incentive,
        fees=fees[:, 0],
    )
    row[:] = _measured(market, state, epoch)
    aim = market.effort_sd * np.log1p(miner_pay / market.miner_cost_tao_per_round)
    state.effort[:] += market.effort_speed * (aim - state.effort)
    _restake(market, state, earned, staked)
    state.age[:] += 1
    _newcomers(market, state, miner_pay, random)
    return incentive


def _judged(market, state, quality, random):
    """(replicas, validators, miners) weights, rows summing to 1: e^(sharpness × averaged score), in
    single precision, which is as fast again.

    Only fresh errors differ for each pair, and their averages over rounds are near normal; what
    lasts is skill × quality + miss × shared error, of averaged vectors.
    """
    memory = market.score_memory
    skill = state.skill
    noise = state.noise
    miss = np.sqrt(1 - skill**2)
    for seen, now in ((state.seen_quality, quality), (state.seen_error, state.error)):
        seen *= memory
        seen += (1 - memory) * now
    # uniform, drawn four times as fast as normal numbers
    weights = random.random(noise.shape, dtype=np.float32)
    weights -= np.float32(0.5)
    fresh = math.sqrt(12) * (1 - memory) * np.sqrt(1 - market.shared_error) * miss
    weights *= fresh.astype(np.float32)[:, :, None]
    noise *= np.float32(memory)
    noise += weights
    left = np.stack((skill, miss), axis=2) * market.sharpness
    right = np.stack((state.seen_quality, state.seen_error), axis=1)
    np.matmul(left.astype(np.float32), right.astype(np.float32), out=weights)
    weights += np.float32(market.sharpness) * noise
    weights -= weights.max(axis=2, keepdims=True)
    np.exp(weights, out=weights)
    weights /= weights.sum(axis=2, keepdims=True)
    return weights


def _epochs(rules, market, state, weights, staked):
    """The chain's consensus for every replica: (replicas, miners) incentive and (replicas,
    validators) dividends; bonds move on.
    """
    validators = market.validators
    n = market.validators + market.miners
    square = np.zeros((n, n))
    stake = np.zeros(n)
    incentive = np.empty(state.talent.shape)
    dividends = np.empty(staked.shape)
    for k in range(len(staked)):
        square[:validators, validators:] = weights[k]
        stake[:validators] = staked[k]
        epoch = yuma_epoch(rules, square, stake, state.bonds[k])
        incentive[k] = epoch.incentive[validators:]
        dividends[k] = epoch.dividends[:validators]
        state.bonds[k] = epoch.bonds
    return incentive, dividends


def _restake(market, state, earned, staked):
    """Rewards of stake are staked; then nominators move a part of their stake to where it earned
    in proportion.
    """
    theirs = earned * (state.nominated_tao / staked) * (1 - market.validator_take)
    state.own_tao[:] += earned - theirs
    state.nominated_tao[:] += theirs
    paid = theirs.sum(axis=1, keepdims=True)
    moved = np.where(paid > 0, market.redelegation_share, 0.0) * state.nominated_tao
    state.nominated_tao[:] += moved.sum(axis=1, keepdims=True) * _ratio(theirs, paid) - moved


def _newcomers(market, state, miner_pay, random):
    """With some chance a newcomer takes the slot of the worst paid miner, of those past immunity
    if there is one.
    """
    replicas = len(miner_pay)
    comes = random.random(replicas) < market.entry_chance
    drawn = random.standard_normal((2, replicas))
    immune = state.age < market.immunity_rounds
    last = miner_pay + miner_pay.sum(axis=1, keepdims=True) + 1.0
    slot = np.where(immune, last, miner_pay).argmin(axis=1)
    rows = np.flatnonzero(comes)
    errors = np.sqrt(market.shared_error) * drawn[1, rows]
    _register(market, state, rows, slot[rows], drawn[0, rows], errors)


def _register(market, state, rows, slots, talent, error):
    state.talent[rows, slots] = talent
    state.error[rows, slots] = error
    for array in (state.effort, state.seen_quality, state.seen_error, state.age):
        array[rows, slots] = 0
    for replica, miner in zip(rows, slots, strict=True):
        state.noise[replica, :, miner] = 0.0
        state.bonds[replica][:, market.validators + miner] = 0.0


# ---- What is measured ----


def _measured(market, state, epoch) -> QueryMarketPath:
    """A round's entry of each column of the path, (replicas,) each."""
    miner_pay = _centred(epoch.miner_pay)
    validator_pay = _centred(epoch.validator_pay)
    by_quality = _correlation(_centred(epoch.quality), miner_pay)
    by_stake = _correlation(_centred(epoch.staked), validator_pay)
    within_miners = (miner_pay**2).sum(axis=1)
    within_validators = (validator_pay**2).sum(axis=1)
    both = within_miners + within_validators
    skill = _centred(state.skill)
    share = epoch.staked / epoch.staked.sum(axis=1, keepdims=True)
    return QueryMarketPath(
        quality_delivered_sd=epoch.delivered,
        quality_mean_sd=epoch.quality.mean(axis=1),
        quality_best_sd=epoch.quality.max(axis=1),
        miner_quality_correlation=by_quality,
        validator_stake_correlation=by_stake,
        judge_yield_correlation=_correlation(skill, _centred(epoch.validator_pay / epoch.staked)),
        judge_stake_correlation=_correlation(skill, _centred(epoch.staked)),
        explained_by_quality_share=_ratio(within_miners * by_quality**2, both),
        explained_by_stake_share=_ratio(within_validators * by_stake**2, both),
        effective_validators=1 / (share**2).sum(axis=1),
        top_miner_share=epoch.incentive.max(axis=1),
        fees_tao=epoch.fees,
        emission_tao=np.full(len(epoch.fees), market.emission_tao_per_round),
        staked_tao=epoch.staked.sum(axis=1),
        effort_sd=state.effort.mean(axis=1),
    )


def _centred(values):
    return values - values.mean(axis=1, keepdims=True)


def _correlation(x, y):
    """Of centred rows; 0 where one of them does not vary."""
    return _ratio((x * y).sum(axis=1), np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1)))


def _ratio(above, below):
    return np.divide(
        above,
        below,
        out=np.zeros(np.broadcast_shapes(np.shape(above), np.shape(below))),
        where=below != 0,
    )
