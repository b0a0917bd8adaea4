"""What can be gained by attacking a subnet's consensus, and what it costs: copying, bribery,
collusion, buying 51 %.

Every epoch here is the fast twin of the chain's (`consensus`); the cabal with honest work on both
sides is in
`retention`. Validators come first, miners after them; nobody else is registered.

**Ref:** attack catalogue of the sources named at each function; P + epsilon attack from Buterin
(2015); flow of rewards
against the value of an attack from Budish, NBER 24717 (2018).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..chain.emission import block_emission
from ..chain.yuma import yuma_epoch, yuma_run
from ..economy.supply import supply_at
from ..inputs.checks import real, reals, takes_records, whole
from ..inputs.rules import Rules, Scenario, Snapshot
from ..inputs.units import SECONDS_PER_DAY, tao
from .guarantee import SHARES, Network, checked_network, honest_stake_path, retention_map

WARM_UP = 0.3  # part of a copying run that is left out: bonds start empty


class Copying(NamedTuple):
    """A validator who copies consensus, against those who work; one entry for each lag."""

    lag_epochs: np.ndarray
    advantage: np.ndarray  # dividends per stake, copier over honest, less one; mean over networks
    standard_error: np.ndarray
    accuracy: np.ndarray  # correlation of miners' incentive with their true worth
    copier_stake: np.ndarray  # share of validators' stake at the end, mean over networks
    start_stake: float  # the same at the start


class Bribery(NamedTuple):
    """The largest 0, 1, 2 … validators take a bribe to raise one miner; shares of an epoch's
    emission.
    """

    bribed_stake: np.ndarray  # share of stake
    target_consensus: np.ndarray  # weight that consensus gives the miner
    target_incentive: np.ndarray  # its share of miners' rewards
    lost_dividends: (
        np.ndarray
    )  # what the bribed lose together against honest work; negative: they gain
    promised: (
        np.ndarray
    )  # P: the sum of what each would lose if it alone defected, to be promised in advance
    stake_after: np.ndarray  # their share of validators' stake at the end of a run


class Collusion(NamedTuple):
    """A validator that owns miners; one entry for each share of stake."""

    stake: np.ndarray  # of the colluders
    best_weight: np.ndarray  # on their own miners, of the grid, that pays most
    honest_pay: np.ndarray  # share of emission when they score their miners as everybody else does
    best_pay: np.ndarray
    gain: np.ndarray  # best over honest, less one; infinite where only collusion pays
    stake_after: np.ndarray  # share of stake after a run at the best weight


class MajorityCost(NamedTuple):
    """What it takes to hold a share of all stake."""

    share: float
    present_tao: float  # bought from those who stake now: the rest shrinks as one's own grows
    present_usd: float
    added_tao: float  # bought from those who do not stake, and staked beside the present stake
    added_usd: float
    unstaked_tao: float  # there is no more than this to buy outside of stake
    feasible: bool  # whether the added TAO exists outside of stake
    days_of_emission: (
        float  # the added cost ÷ what the chain mints in a day; infinite where it mints nothing
    )
    stake_is_assumed: bool


class AlphaMajorityCost(NamedTuple):
    """What it takes to hold a share of one subnet's stake weight."""

    alpha_needed: float
    pool_share: float  # of the alpha in the pool; not to be had at 1 and above
    tao_paid: float  # to a constant-product pool; infinite where the pool does not hold enough
    average_price_tao: float  # per alpha
    root_tao_needed: float  # the other way: TAO on root that gives the same stake weight


@takes_records
def weight_copying(
    rules: Rules,
    *,
    lags=(0, 1, 2, 5, 10, 20),
    commit_reveal: bool = True,
    copier_stake=0.1,
    validators=16,
    miners=48,
    noise=0.3,
    turnover=0.02,
    epochs=150,
    reward=0.0005,
    networks=8,
    seed: int = 0,
) -> Copying:
    """A copier sets the consensus of some epochs ago as its weights; honest validators measure,
    each with its own noise.

    lags : whole epochs — between a weight being set and being seen by the copier
    commit_reveal : honest weights take effect only when revealed, so they too are that old; else
      they are at once
        in force and the lag is the copier's own delay
    copier_stake : float in (0, 1), a millionth from either end — of all stake, the rest is split
      equally
    noise : float ≥ 0 — standard deviation of a measurement around 1, fresh each epoch, cut at 0
    turnover : float in [0, 1] — chance that a miner is replaced in an epoch by one of other worth
    reward : float ≥ 0 — of an epoch, as a share of all stake at the start; staked where it is
      earned
    networks : int ≥ 2 — drawn independently; the standard error is from their scatter

    **Ref:** Inference Labs, Analysis of Weight Copying Mitigations; docs.learnbittensor.org, weight
    copying
    """
    real("copier_stake", copier_stake, SHARES)
    real("turnover", turnover, "[0, 1]")
    noise = real("noise", noise, "[0, inf)")
    reward = real("reward", reward, "[0, inf)")
    lags = [whole("lags", lag) for lag in lags]
    validators = whole("validators", validators, at_least=2)
    miners = whole("miners", miners, at_least=2)
    epochs = whole("epochs", epochs, at_least=10)
    networks = whole("networks", networks, at_least=2)
    if not lags or max(lags) * 2 >= epochs:
        raise ValueError(
            f"lags must be one or more, below half of epochs {epochs}, got "
            f"{max(lags, default='none')}"
        )
    rows = np.empty((3, networks, len(lags)))
    for k, random in enumerate(
        map(np.random.default_rng, np.random.SeedSequence(whole("seed", seed)).spawn(networks))
    ):
        worth, seen = _drawn(random, epochs + 2 * max(lags), validators, miners, noise, turnover)
        stake = np.r_[
            np.full(validators - 1, (1 - copier_stake) / (validators - 1)),
            copier_stake,
            np.zeros(miners),
        ]
        consensus = _consensus_of_honest(rules, seen, stake)
        for q, lag in enumerate(lags):
            rows[:, k, q] = _copied(
                rules, worth, seen, consensus, stake, lag, commit_reveal, epochs, reward
            )
    advantage, accuracy, stakes = rows
    error = advantage.std(axis=0, ddof=1) / np.sqrt(networks)
    return Copying(
        np.array(lags),
        advantage.mean(axis=0),
        error,
        accuracy.mean(axis=0),
        stakes.mean(axis=0),
        copier_stake,
    )


@takes_records
def bribery(
    rules: Rules,
    network: Network,
    *,
    target_worth=0.002,
    bribed_weight=0.2,
    epochs=100,
    reward=0.001,
) -> Bribery:
    """Validators are bribed, largest first, to put a part of their weight on one worthless miner,
    the last one.

    network : validators and their honest judgement of all miners (see `draw_network`); order does
      not matter
    target_worth : float in [0, 1) — part of its weight that an honest validator gives the miner
    bribed_weight : float in (0, 1] — part that a bribed one gives it
    epochs, reward : a run with all rewards staked; an epoch's emission as a share of all stake at
      the start

    Below κ the bribed lose dividends and the miner gains nothing; above it they lose nothing, so a
    promise to pay
    whoever defects in vain need never be kept.

    **Ref:** P + epsilon attack, V. Buterin, 2015-01-28
    """
    real("target_worth", target_worth, "[0, 1)")
    real("bribed_weight", bribed_weight, "(0, 1]")
    epochs = whole("epochs", epochs, at_least=1)
    reward = real("reward", reward, "[0, inf)")
    network = checked_network(network)
    validators, miners = network.weights.shape
    if not (network.stake.any() and network.weights[:, :-1].any(axis=1).all()):
        raise ValueError(
            "network must have stake, and weight of each validator on a miner beside the last, "
            "got none"
        )
    order = np.argsort(-network.stake, kind="stable")
    stake = np.r_[network.stake[order], np.zeros(miners)] / np.sum(network.stake)
    others = network.weights[order, :-1] / network.weights[order, :-1].sum(axis=1, keepdims=True)
    honest = np.c_[others * (1 - target_worth), np.full(validators, target_worth)]
    bribed = np.c_[others * (1 - bribed_weight), np.full(validators, bribed_weight)]

    def weights_of(defects):
        square = np.zeros((validators + miners,) * 2)
        square[:validators, validators:] = np.where(defects[:, None], bribed, honest)
        return square

    def epoch_of(defects):
        return yuma_epoch(rules, weights_of(defects), stake, np.zeros((validators + miners,) * 2))

    each = np.eye(validators, dtype=bool)
    before = epoch_of(np.zeros(validators, bool)).dividends[:validators]
    alone = (
        np.maximum([before[k] - epoch_of(each[k]).dividends[k] for k in range(validators)], 0.0) / 2
    )
    out = []
    for k in range(validators + 1):
        defects = np.arange(validators) < k
        epoch = epoch_of(defects)
        run = yuma_run(rules, weights_of(defects), stake, epochs=epochs, reward=reward)
        after = run.stake[-1, :validators] / run.stake[-1, :validators].sum()
        lost = (before[:k] - epoch.dividends[:k]).sum() / 2
        out.append(
            (
                stake[:k].sum(),
                epoch.consensus[-1],
                epoch.incentive[-1],
                lost,
                alone[:k].sum(),
                after[:k].sum(),
            )
        )
    return Bribery(*np.array(out).T)


@takes_records
def collusion(
    rules: Rules,
    network: Network,
    *,
    stake=(0.1, 0.2, 0.3, 0.4, 0.45, 0.5, 0.55, 0.6),
    worth=0.1,
    miner_burn=0.0,
    epochs=200,
    reward=0.001,
    steps: int = 51,
) -> Collusion:
    """Colluding validators move weight onto their own miners; all others score these by their
    worth.

    stake : (s,) in (0, 1), a millionth from either end — share of the colluders; their miners are
      the same part of all miners
    worth : float in (0, 1), a millionth from either end — part of their weight that honest
      validators give these miners
    miner_burn : float in [0, 1] — part of every miner's reward that the subnet burns, the
      protocol's answer of June 2026
    epochs, reward : a run with all rewards staked; an epoch's emission as a share of all stake at
      the start
    steps : int — weights from `worth` to 1 that are tried

    **Chain:** the burn as in coinbase/subnet_emissions.rs, `1 - miner_burned`; half of emission is
    for miners
    """
    real("worth", worth, SHARES)
    real("miner_burn", miner_burn, "[0, 1]")
    validator_share = 0.5 / (0.5 + 0.5 * (1 - miner_burn))
    grid = np.linspace(worth, 1.0, whole("steps", steps, at_least=2))
    honest = 1 - np.atleast_1d(reals("stake", stake, SHARES))
    shape = {"honest_weight": [1 - worth], "validator_share": validator_share}
    pay = (
        1 - retention_map(rules, network, honest_stake=honest, cabal_weight=grid, **shape)[:, 0, :]
    )
    best = pay.argmax(axis=1)
    after = []
    for s, k in zip(honest, best, strict=True):
        path = honest_stake_path(
            rules,
            network,
            honest_stake=s,
            honest_weight=1 - worth,
            cabal_weight=grid[k],
            epochs=epochs,
            reward=reward,
            validator_share=validator_share,
        )
        after.append(1 - path.honest_stake[-1])
    most = pay[np.arange(len(best)), best]
    gain = np.divide(most, pay[:, 0], out=np.where(most > 0, np.inf, 1.0), where=pay[:, 0] > 0) - 1
    return Collusion(1 - honest, grid[best], pay[:, 0], most, gain, np.array(after))


@takes_records
def majority_cost(
    rules: Rules, snapshot: Snapshot, scenario: Scenario, *, share: float = 0.51
) -> MajorityCost:
    """TAO and USD to hold a share of all stake, at the snapshot's price: a lower bound, for buying
    moves the price.

    share : float in (0, 1) — just above κ of the stake decides every median
    """
    real("share", share, "(0, 1)")
    supply = supply_at(rules, snapshot, scenario)
    present = share * supply.staked_tao
    added = share / (1 - share) * supply.staked_tao
    unstaked = supply.circulating_tao - supply.staked_tao
    minted = (
        tao(block_emission(rules, snapshot.issuance_rao, block=snapshot.block))
        * SECONDS_PER_DAY
        / scenario.block_time_s
    )
    price = snapshot.price_usd
    return MajorityCost(
        share,
        present,
        present * price,
        added,
        added * price,
        unstaked,
        added <= unstaked,
        added / minted if minted else np.inf,
        supply.staked_is_assumed,
    )


def alpha_majority_cost(
    *,
    pool_tao: float,
    pool_alpha: float,
    staked_alpha: float,
    root_tao: float,
    root_weight: float,
    share: float = 0.51,
) -> AlphaMajorityCost:
    """TAO to hold a share of one subnet's stake weight by buying alpha from its pool, and by
    staking on root instead.

    pool_tao, pool_alpha : floats > 0 — reserves of the constant-product pool
    staked_alpha : float ≥ 0, alpha — staked by the others      root_tao : float ≥ 0, TAO — theirs
      on root
    root_weight : float in [0, 1] — stake weight of one TAO on root, in alpha

    Buying a share x of the pool's alpha costs T·x/(1 − x).
    """
    real("share", share, "(0, 1)")
    real("root_weight", root_weight, "[0, 1]")
    pool_tao = real("pool_tao", pool_tao, "(0, inf)")
    pool_alpha = real("pool_alpha", pool_alpha, "(0, inf)")
    others = real("staked_alpha", staked_alpha, "[0, inf)") + root_weight * real(
        "root_tao", root_tao, "[0, inf)"
    )
    needed = share / (1 - share) * others
    x = needed / pool_alpha
    paid = pool_tao * x / (1 - x) if x < 1 else np.inf
    return AlphaMajorityCost(
        needed,
        x,
        paid,
        paid / needed if needed else pool_tao / pool_alpha,
        needed / root_weight if root_weight else np.inf,
    )


# ---- Copying ----


def _drawn(random, epochs, validators, miners, noise, turnover):
    """(true worth (epochs, miners), measurements (epochs, honest validators, miners))."""
    worth = np.exp(random.standard_normal((epochs, miners)))
    stays = random.random((epochs, miners)) >= turnover
    for t in range(1, epochs):
        worth[t] = np.where(stays[t], worth[t - 1], worth[t])
    scatter = np.maximum(1 + noise * random.standard_normal((epochs, validators - 1, miners)), 0)
    return worth, worth[:, None, :] * scatter


def _consensus_of_honest(rules, seen, stake):
    """(epochs, miners) weights on which honest validators alone agree."""
    epochs, honest, miners = seen.shape
    square = np.zeros((epochs, honest + miners, honest + miners))
    square[:, :honest, honest:] = seen
    return yuma_run(
        rules, square, np.r_[stake[:honest], np.zeros(miners)], epochs=epochs
    ).consensus[:, honest:]


def _copied(rules, worth, seen, consensus, stake, lag, commit_reveal, epochs, reward):
    """(advantage, accuracy, copier's share of validators' stake at the end) of one network and one
    lag.

    More epochs are drawn than run, so that every lag has a past to look into.
    """
    _, honest, miners = seen.shape
    n = honest + 1 + miners
    delay = lag if commit_reveal else 0
    start = len(seen) - epochs
    weights = np.zeros((epochs, n, n))
    set_at = start + np.arange(epochs) - delay
    weights[:, :honest, honest + 1 :] = seen[set_at]
    weights[:, honest, honest + 1 :] = consensus[set_at - lag]
    run = yuma_run(rules, weights, stake, epochs=epochs, reward=reward)
    settled = slice(int(WARM_UP * epochs), None)
    copier = run.dividends[settled, honest] / run.stake[settled, honest]
    others = run.dividends[settled, :honest].sum(axis=1) / run.stake[settled, :honest].sum(axis=1)
    right = _correlations(run.incentive[settled, honest + 1 :], worth[start:][settled])
    share = run.stake[-1, honest] / run.stake[-1, : honest + 1].sum()
    if not others.any():
        raise ValueError(
            f"copier_stake must leave honest validators some dividends, got {stake[honest]:g} and "
            "none for them"
        )
    return copier.mean() / others.mean() - 1, float(right.mean()), share


def _correlations(x, y):
    """Of each row of x with the same row of y; 0 where one of them does not vary."""
    x, y = (rows - rows.mean(axis=1, keepdims=True) for rows in (x, y))
    scale = np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    return np.divide((x * y).sum(axis=1), scale, out=np.zeros(len(x)), where=scale > 0)
