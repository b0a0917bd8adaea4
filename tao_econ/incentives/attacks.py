"""What can be gained by attacking a subnet's consensus, and what it costs: copying, bribery,
collusion.

Every epoch here is the fast twin of the chain's (`yuma`); the cabal with honest work on both
sides is in `guarantee`, the price of a majority in `majority`. Validators come first, miners after
them; nobody else is registered.

References
----------
Attack catalogue of the sources named at each function; P + epsilon attack from Buterin (2015).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..chain.metagraph import Metagraph
from ..chain.yuma import yuma_epoch, yuma_run
from ..inputs.checks import amounts, fits, real, reals, whole
from ..inputs.door import typed
from ..inputs.rules import Rules
from .guarantee import SHARES, honest_stake_path, retention_map
from .network import MAX_NODES, Network, checked_network

WARM_UP = 0.3  # part of a copying run that is left out: bonds start empty


class CopiedSubnet(NamedTuple):
    """A subnet with one copier among its validators."""

    validators: int = 16  # 2 or more, with the copier
    miners: int = 48  # 2 or more
    copier_stake: float = 0.1  # share of all stake; the rest is split equally
    noise: float = 0.3  # sd of a measurement around 1, fresh each epoch, cut at 0
    turnover: float = 0.02  # chance that a miner is replaced in an epoch by one of other worth
    reward: float = 0.0005  # of an epoch, as a share of all stake at the start; staked as earned
    honest_stake: tuple[float, ...] = ()  # of each honest validator, any unit; () splits equally

    def verified(self) -> CopiedSubnet:
        """The same subnet, every field checked."""
        validators = whole("validators", self.validators, at_least=2, at_most=MAX_NODES)
        held = np.asarray(self.honest_stake)
        if held.size:
            held = amounts("honest_stake", held, shape=(validators - 1,), each="honest validator")
        return CopiedSubnet(
            validators=validators,
            miners=whole("miners", self.miners, at_least=2, at_most=MAX_NODES),
            copier_stake=real("copier_stake", self.copier_stake, SHARES),
            noise=real("noise", self.noise, "[0, inf)"),
            turnover=real("turnover", self.turnover, "[0, 1]"),
            reward=real("reward", self.reward, "[0, inf)"),
            honest_stake=tuple(held.tolist()),
        )


SUBNET = CopiedSubnet()


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
    # what the bribed lose together against honest work; negative: they gain
    lost_dividends: np.ndarray
    # P: the sum of what each would lose if it alone defected, to be promised in advance
    promised: np.ndarray
    stake_after: np.ndarray  # their share of validators' stake at the end of a run


class Collusion(NamedTuple):
    """A validator that owns miners; one entry for each share of stake."""

    stake: np.ndarray  # of the colluders
    best_weight: np.ndarray  # on their own miners, of the grid, that pays most
    honest_pay: np.ndarray  # share of emission when they score their miners as everybody else does
    best_pay: np.ndarray
    gain: np.ndarray  # best over honest, less one; infinite where only collusion pays
    stake_after: np.ndarray  # share of stake after a run at the best weight


@typed
def weight_copying(
    rules: Rules,
    subnet: CopiedSubnet = SUBNET,
    *,
    lags: Sequence[int] = (0, 1, 2, 5, 10, 20),
    commit_reveal: bool = True,
    epochs: int = 150,
    networks: int = 8,
    seed: int = 0,
) -> Copying:
    """A copier sets the consensus of some epochs ago as its weights; honest validators measure,
    each with its own noise.

    Parameters
    ----------
    rules : Rules
    subnet : CopiedSubnet
        Who takes part; the copier's stake is a millionth or more from 0 and from 1, and stakes of
        honest validators, where given, are one each.
    lags : sequence of int
        Whole epochs between a weight being set and being seen by the copier, below half of
        `epochs`.
    commit_reveal : bool
        Honest weights take effect only when revealed, so they too are that old; else they are
        at once in force and the lag is the copier's own delay.
    epochs : int
        Length of a run, 10 or more.
    networks : int
        Drawn independently, 2 or more; the standard error is from their scatter.
    seed : int

    Returns
    -------
    Copying
        Arrays (lags,).

    References
    ----------
    Inference Labs, Analysis of Weight Copying Mitigations; docs.learnbittensor.org, weight
    copying.
    """
    lags = [whole("lags", lag) for lag in lags]
    epochs = whole("epochs", epochs, at_least=10)
    networks = whole("networks", networks, at_least=2)
    if not lags or max(lags) * 2 >= epochs:
        raise ValueError(
            f"lags must be one or more, below half of epochs {epochs}, got "
            f"{max(lags, default='none')}"
        )
    validators = subnet.validators
    nodes = validators + subnet.miners
    fits("networks", networks, 3, len(lags))
    fits("epochs", epochs + 2 * max(lags), 2, nodes, nodes)
    parts = np.array(subnet.honest_stake or np.ones(validators - 1), float)
    honest = (1 - subnet.copier_stake) * parts / parts.sum()
    stake = np.r_[honest, subnet.copier_stake, np.zeros(subnet.miners)]
    found = np.empty((3, networks, len(lags)))
    children = np.random.SeedSequence(whole("seed", seed)).spawn(networks)
    for network, child in enumerate(children):
        past = _past(rules, subnet, stake, epochs + 2 * max(lags), np.random.default_rng(child))
        for k, lag in enumerate(lags):
            delay = lag if commit_reveal else 0
            found[:, network, k] = _copied(rules, past, stake, lag, delay, epochs, subnet.reward)
    advantage, accuracy, stakes = found
    return Copying(
        lag_epochs=np.array(lags),
        advantage=advantage.mean(axis=0),
        standard_error=advantage.std(axis=0, ddof=1) / np.sqrt(networks),
        accuracy=accuracy.mean(axis=0),
        copier_stake=stakes.mean(axis=0),
        start_stake=subnet.copier_stake,
    )


@typed
def copied_subnet(
    metagraph: Metagraph, *, copier_uid: int | None = None, miners: int = 64
) -> CopiedSubnet:
    """The sizes and stakes of a subnet from a file, one of whose validators turns copier.

    Worth of miners, noise and turnover are no part of a file: they stay those of `CopiedSubnet`.

    Parameters
    ----------
    metagraph
        of `load_metagraph`; its validators are those with stake and a weight on somebody else
    copier_uid
        who copies; by default the middle validator by stake
    miners
        the most that are taken, 2 or more: a run's length grows with their number

    Raises
    ------
    ValueError
        for fewer than two validators or two scored miners, and a copier that is no validator
    """
    most = whole("miners", miners, at_least=2)
    weights = np.array(metagraph.weights, float)
    np.fill_diagonal(weights, 0.0)
    votes = (metagraph.stake > 0) & weights.any(axis=1)
    scored = weights[votes].any(axis=0) & ~votes
    for name, found in (("validators with stake and weights", votes), ("scored miners", scored)):
        if found.sum() < 2:
            raise ValueError(f"metagraph must have two {name} or more, got {found.sum()}")
    places = np.flatnonzero(votes)
    places = places[np.argsort(metagraph.stake[places], kind="stable")]
    uids = [int(uid) for uid in metagraph.uids[places]]
    chosen = uids[len(uids) // 2] if copier_uid is None else whole("copier_uid", copier_uid)
    if chosen not in uids:
        raise ValueError(f"copier_uid must be a validator's, one of {sorted(uids)}, got {chosen}")
    share = metagraph.stake[places] / metagraph.stake[places].sum()
    k = uids.index(chosen)
    return CopiedSubnet(
        validators=len(places),
        miners=min(int(scored.sum()), most),
        copier_stake=float(share[k]),
        honest_stake=tuple(np.delete(share, k).tolist()),
    )


@typed
def bribery(
    rules: Rules,
    network: Network,
    *,
    target_worth: float = 0.002,
    bribed_weight: float = 0.2,
    epochs: int = 100,
    reward: float = 0.001,
) -> Bribery:
    """Validators are bribed, largest first, to put a part of their weight on one worthless miner,
    the last one.

    Parameters
    ----------
    rules : Rules
    network : Network
        Validators and their honest judgement of all miners (see `draw_network`); order does not
        matter.
    target_worth : float
        Part of its weight that an honest validator gives the miner, in [0, 1).
    bribed_weight : float
        Part that a bribed one gives it, in (0, 1].
    epochs : int
        Of a run with all rewards staked, 1 or more.
    reward : float
        An epoch's emission as a share of all stake at the start.

    Returns
    -------
    Bribery
        Arrays (validators + 1,): none bribed, the largest, the two largest …

    Notes
    -----
    Below κ the bribed lose dividends and the miner gains nothing; above it they lose nothing, so
    a promise to pay whoever defects in vain need never be kept.

    References
    ----------
    P + epsilon attack, V. Buterin, 2015-01-28.
    """
    target_worth = real("target_worth", target_worth, "[0, 1)")
    bribed_weight = real("bribed_weight", bribed_weight, "(0, 1]")
    epochs = whole("epochs", epochs, at_least=1)
    reward = real("reward", reward, "[0, inf)")
    stake, others = _by_stake(checked_network(network))
    validators = len(others)
    miners = len(stake) - validators
    honest = np.c_[others * (1 - target_worth), np.full(validators, target_worth)]
    bribed = np.c_[others * (1 - bribed_weight), np.full(validators, bribed_weight)]

    def weights_of(defects):
        square = np.zeros((validators + miners,) * 2)
        square[:validators, validators:] = np.where(defects[:, None], bribed, honest)
        return square

    def epoch_of(defects):
        return yuma_epoch(rules, weights_of(defects), stake, np.zeros((validators + miners,) * 2))

    before = epoch_of(np.zeros(validators, bool)).dividends[:validators]
    lost_alone = [
        before[k] - epoch_of(np.arange(validators) == k).dividends[k] for k in range(validators)
    ]
    promised = np.maximum(lost_alone, 0.0) / 2
    found = []
    for bribes in range(validators + 1):
        defects = np.arange(validators) < bribes
        epoch = epoch_of(defects)
        run = yuma_run(rules, weights_of(defects), stake, epochs=epochs, reward=reward)
        after = run.stake[-1, :validators] / run.stake[-1, :validators].sum()
        bribery = Bribery(
            bribed_stake=stake[:bribes].sum(),
            target_consensus=epoch.consensus[-1],
            target_incentive=epoch.incentive[-1],
            lost_dividends=(before[:bribes] - epoch.dividends[:bribes]).sum() / 2,
            promised=promised[:bribes].sum(),
            stake_after=after[:bribes].sum(),
        )
        found.append(bribery)
    columns = np.array(found).T
    return Bribery(**dict(zip(Bribery._fields, columns, strict=True)))


@typed
def collusion(
    rules: Rules,
    network: Network,
    *,
    stake: ArrayLike = (0.1, 0.2, 0.3, 0.4, 0.45, 0.5, 0.55, 0.6),
    worth: float = 0.1,
    miner_burn: float = 0.0,
    epochs: int = 200,
    reward: float = 0.001,
    steps: int = 51,
) -> Collusion:
    """Colluding validators move weight onto their own miners; all others score these by their
    worth.

    Parameters
    ----------
    rules : Rules
    network : Network
    stake : array_like
        (s,) shares of the colluders, a millionth or more from 0 and from 1; their miners are the
        same part of all miners.
    worth : float
        Part of their weight that honest validators give these miners, as far from 0 and 1.
    miner_burn : float
        Part of every miner's reward that the subnet burns, in [0, 1]: the protocol's answer of
        June 2026.
    epochs : int
        Of a run with all rewards staked.
    reward : float
        An epoch's emission as a share of all stake at the start.
    steps : int
        Weights from `worth` to 1 that are tried, 2 or more.

    Returns
    -------
    Collusion
        Arrays (s,).

    Notes
    -----
    **Chain:** the burn as in coinbase/subnet_emissions.rs, `1 - miner_burned`; half of emission
    is for miners.
    """
    worth = real("worth", worth, SHARES)
    miner_burn = real("miner_burn", miner_burn, "[0, 1]")
    validator_share = 0.5 / (0.5 + 0.5 * (1 - miner_burn))
    grid = _tried(worth, steps, np.size(stake))
    honest = 1 - np.atleast_1d(reals("stake", stake, SHARES))
    kept = retention_map(
        rules,
        network,
        honest_stake=honest,
        cabal_weight=grid,
        honest_weight=[1 - worth],
        validator_share=validator_share,
    )
    pay = 1 - kept[:, 0, :]
    best = pay.argmax(axis=1)
    best_pay = pay[np.arange(len(best)), best]
    after = []
    for honest_stake, weight in zip(honest, grid[best], strict=True):
        path = honest_stake_path(
            rules,
            network,
            honest_stake=honest_stake,
            honest_weight=1 - worth,
            cabal_weight=weight,
            epochs=epochs,
            reward=reward,
            validator_share=validator_share,
        )
        after.append(1 - path.honest_stake[-1])
    honest_pay = pay[:, 0]
    only_collusion = np.where(best_pay > 0, np.inf, 1.0)
    return Collusion(
        stake=1 - honest,
        best_weight=grid[best],
        honest_pay=honest_pay,
        best_pay=best_pay,
        gain=np.divide(best_pay, honest_pay, out=only_collusion, where=honest_pay > 0) - 1,
        stake_after=np.array(after),
    )


def _tried(worth, steps, stakes):
    """Weights from `worth` to 1."""
    steps = whole("steps", steps, at_least=2)
    fits("steps", steps, stakes)
    return np.linspace(worth, 1.0, steps)


# ---- Copying ----


class _Past(NamedTuple):
    """What happens whether or not a copier looks, with more epochs than are run for the lags."""

    worth: np.ndarray  # (epochs, miners) true
    seen: np.ndarray  # (epochs, honest validators, miners) measurements
    consensus: np.ndarray  # (epochs, miners) weights on which honest validators alone agree


def _past(rules, subnet, stake, epochs, random) -> _Past:
    honest = subnet.validators - 1
    miners = subnet.miners
    worth = np.exp(random.standard_normal((epochs, miners)))
    stays = random.random((epochs, miners)) >= subnet.turnover
    for t in range(1, epochs):
        worth[t] = np.where(stays[t], worth[t - 1], worth[t])
    scatter = 1 + subnet.noise * random.standard_normal((epochs, honest, miners))
    seen = worth[:, None, :] * np.maximum(scatter, 0)
    square = np.zeros((epochs, honest + miners, honest + miners))
    square[:, :honest, honest:] = seen
    run = yuma_run(rules, square, np.r_[stake[:honest], np.zeros(miners)], epochs=epochs)
    return _Past(worth, seen, run.consensus[:, honest:])


def _copied(rules, past, stake, lag, delay, epochs, reward):
    """(advantage, accuracy, copier's share of validators' stake at the end) of one network, one
    lag and one delay of what takes effect.
    """
    _, honest, miners = past.seen.shape
    n = honest + 1 + miners
    start = len(past.seen) - epochs
    weights = np.zeros((epochs, n, n))
    set_at = start + np.arange(epochs) - delay
    weights[:, :honest, honest + 1 :] = past.seen[set_at]
    weights[:, honest, honest + 1 :] = past.consensus[set_at - lag]
    run = yuma_run(rules, weights, stake, epochs=epochs, reward=reward)
    settled = slice(int(WARM_UP * epochs), None)
    copier = run.dividends[settled, honest] / run.stake[settled, honest]
    others = run.dividends[settled, :honest].sum(axis=1) / run.stake[settled, :honest].sum(axis=1)
    right = _correlations(run.incentive[settled, honest + 1 :], past.worth[start:][settled])
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


# ---- Bribery ----


def _by_stake(network):
    """(shares of stake with miners' zeros, each validator's weights but for the last miner's, as
    shares), largest stake first.
    """
    others = network.weights[:, :-1]
    if not (network.stake.any() and others.any(axis=1).all()):
        raise ValueError(
            "network must have stake, and weight of each validator on a miner beside the last, "
            "got none"
        )
    order = np.argsort(-network.stake, kind="stable")
    miners = network.weights.shape[1]
    stake = np.r_[network.stake[order], np.zeros(miners)] / np.sum(network.stake)
    return stake, others[order] / others[order].sum(axis=1, keepdims=True)
