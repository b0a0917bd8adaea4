"""C13 to C20, C61 to C73: how the network works, from the rules of the day, one simulated epoch,
and facts.
"""

from __future__ import annotations

import functools

import numpy as np

from ..chain.yuma import yuma_epoch
from ..inputs.rules import Rules
from .rule import Reading, World, measures, number, records, yes

AGREEING = (0.5, 0.3, 0.2)  # weights of those who agree
OTHER = (0.2, 0.3, 0.5)  # and of the one who does not


@measures
def c13(world: World, reading: Reading) -> bool:
    """Built with the kit of parachains; secured as one."""
    name = "substrate" if reading.definition.startswith("built") else "parachain"
    return yes(world, reading, "C13", name)


@measures
def c14(world: World, reading: Reading) -> bool:
    """The four roles exist; nobody else is paid."""
    if reading.definition == "the four exist":
        return yes(world, reading, "C14", "four_roles")
    return records(world, reading).rules.owner_cut == 0


@measures
def c15(world: World, reading: Reading) -> float:
    """Part of delegated TAO with validators of the team, %."""
    return number(world, reading, "C15", "team_share")


@measures
def c16(world: World, reading: Reading) -> bool:
    """One of four features of liquid staking."""
    if reading.definition == "a fee on rewards":
        return records(world, reading).rules.max_take > 0
    if reading.definition == "no lock-up":
        return not yes(world, reading, "C16", "hold")
    return yes(world, reading, "C16", "receipt" if "receipt" in reading.definition else "pooled")


@measures
def c17(world: World, reading: Reading) -> bool:
    """Whether one without stake gets no permit, or has no say, by the engine."""
    rules = records(world, reading).rules
    permit, say = without_stake(rules)
    return not (permit if reading.definition == "for a permit" else say)


@functools.lru_cache(maxsize=8)
def without_stake(rules: Rules) -> tuple[bool, bool]:
    """Whether a validator without stake gets a permit, and whether it moves what miners earn.

    Parameters
    ----------
    rules : Rules

    Returns
    -------
    tuple[bool, bool]
    """
    stake = np.array([1.0, 0.0, 0.0, 0.0])
    weights = np.zeros((4, 4))
    weights[0, 2:] = (0.7, 0.3)
    alone = np.asarray(_epoch(rules, weights, stake).incentive)
    weights[1, 2:] = (0.0, 1.0)
    both = np.asarray(_epoch(rules, weights, stake).incentive)
    permit = rules.permits == "top_stakes" and rules.stake_threshold_rao == 0
    return permit, bool(np.abs(both - alone).max() > 0)


def _epoch(rules: Rules, weights: np.ndarray, stake: np.ndarray):
    return yuma_epoch(rules, weights, stake, np.zeros_like(weights))


@measures
def c18(world: World, reading: Reading) -> bool:
    """Whether a task is paid for in TAO."""
    return yes(world, reading, "C18", "users_pay_in_tao")


@measures
def c19(world: World, reading: Reading) -> bool:
    """Whether agreeing pays, whether copying does not, and what was measured."""
    if reading.definition == "as measured":
        return yes(world, reading, "C19", "pay_follows_quality")
    if reading.definition == "accuracy":
        return number(world, reading, "C19", "copier_gain") <= 0
    return agreeing_pays(records(world, reading).rules)


@functools.lru_cache(maxsize=8)
def agreeing_pays(rules: Rules) -> bool:
    """Whether a validator who agrees with the others earns more than one who does not.

    Parameters
    ----------
    rules : Rules

    Returns
    -------
    bool
    """
    stake = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
    weights = np.zeros((6, 6))
    weights[:2, 3:] = AGREEING
    weights[2, 3:] = OTHER
    pay = np.asarray(_epoch(rules, weights, stake).dividends)
    return bool(pay[2] < pay[0])


@measures
def c20(world: World, reading: Reading) -> bool:
    """Whether models build on one another: by rule, or once."""
    by_rule = reading.definition == "in the protocol"
    return yes(world, reading, "C20", "composition_in_protocol" if by_rule else "handed_on")


@measures
def c61(world: World, reading: Reading) -> bool:
    """Whether nothing is trained: on the chain, or by its miners."""
    on_chain = reading.definition == "on chain"
    return not yes(world, reading, "C61", "trains_on_chain" if on_chain else "miners_train")


@measures
def c62(world: World, reading: Reading) -> bool:
    """Whether both train: the opposite of C61 for Bittensor."""
    return yes(world, reading, "C62", "openai_trains") and not c61(world, reading)


@measures
def c63(world: World, reading: Reading) -> bool:
    """Whether neither data nor computing power is offered."""
    offered = reading.definition == "what is offered"
    name = "offers_compute_or_data" if offered else "largest_is_compute"
    return not yes(world, reading, "C63", name)


@measures
def c64(world: World, reading: Reading) -> bool:
    """Whether it stands on the chain."""
    weights = reading.definition == "weights"
    return yes(world, reading, "C64", "weights_on_chain" if weights else "queries_on_chain")


@measures
def c65(world: World, reading: Reading) -> bool:
    """Whether no system could."""
    return not yes(world, reading, "C65", "existing_system")


@measures
def c66(world: World, reading: Reading) -> bool:
    """Whether no rival of the leader grew."""
    return not yes(world, reading, "C66", "rival_grew")


@measures
def c67(world: World, reading: Reading) -> bool:
    """Whether new models mostly start from nothing."""
    return yes(world, reading, "C67", "often_from_nothing")


@measures
def c68(world: World, reading: Reading) -> bool:
    """Whether there are subnets, and of models only."""
    own = reading.definition == "subnets of their own"
    return yes(world, reading, "C68", "subnets_exist" if own else "of_models_only")


@measures
def c69(world: World, reading: Reading) -> bool:
    """Whether validators ask miners, and users ask through them."""
    asked = reading.definition == "validators query miners"
    return yes(
        world, reading, "C69", "validators_query_miners" if asked else "users_through_validators"
    )


@measures
def c70(world: World, reading: Reading) -> bool:
    """Whether stake can leave a validator."""
    return not yes(world, reading, "C16", "hold")


@measures
def c71(world: World, reading: Reading) -> bool:
    """Whether others validate."""
    return yes(world, reading, "C71", "others_validate")


@measures
def c72(world: World, reading: Reading) -> bool:
    """Whether a backer validates."""
    return yes(world, reading, "C72", "backer_validates")


@measures
def c73(world: World, reading: Reading) -> bool:
    """Whether it is like an oracle."""
    return yes(world, reading, "C73", "like_an_oracle")
