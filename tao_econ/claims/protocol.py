"""C13 to C20: how the network works, read from the rules of the day, the code's evidence and one
simulated epoch.
"""

from __future__ import annotations

import functools

import numpy as np

from ..chain.yuma import yuma_epoch
from ..inputs.rules import rules_at
from .rule import World, claim, fact, near, says, stated, true_of, untested
from .sources import table

ATTACK = "08_yuma_under_attack"
STAKE = "09_how_decentralised"
LEGOS = "10_do_lego_models_add_up"
PAY = "03_who_pays_inflation"
GENESIS = "Node chain spec (Substrate Aura/GRANDPA authorities)"


@claim(STAKE)
def c13(world: World) -> tuple:
    """Modelled on a parachain: it is built with Substrate, as parachains are, and is none."""
    reading = true_of(
        "its own chain",
        says("C13", GENESIS, "authority keys"),
        not says("C13", GENESIS, "not a parachain"),
    )
    return reading, reading, "'modelled on' read as 'built with the same kit'"


@claim(PAY)
def c14(world: World) -> tuple:
    """Four roles: from October 2023 a subnet's owner is a fifth, and paid."""
    roles = [
        int(stated("C14")) + (records.rules.owner_cut > 0) for records in (world.then, world.now)
    ]
    value = stated("C14")
    return (
        near(float(value), roles[:1], 0),
        near(float(value), roles[1:], 0),
        f"an owner's share of zero; it is {float(world.then.rules.owner_cut):.0%}",
    )


@claim(STAKE)
def c15(world: World) -> tuple:
    """Validators mostly linked to the team: the largest known one is the foundation's, with a
    quarter of the stake.
    """
    share = fact("C15", "Same 2024-06-19") / 100
    rows = table("validator_stake")
    top = rows.loc[(rows["date"] == "2024-06-19") & (rows["largest"] == 5), "share"].iloc[0]
    return (
        untested(),
        true_of(share, share > 0.5),
        f"who is behind the next four, who hold {top - share:.0%}",
        "a split of stake by validator in November 2023, with owners",
    )


@claim(STAKE)
def c16(world: World) -> tuple:
    """Like Lido: a fee on rewards, yes; a receipt that can be sold, and a pooled set of
    operators, no.
    """
    fee = world.then.rules.max_take > 0
    receipt = not says("C16", "Bittensor delegation docs", "no receipt token")
    pooled = not says("C16", "Taostats staking docs", "differs from Lido in pooling")
    reading = true_of("fee, no receipt, no pool", fee, receipt, pooled)
    return reading, reading, "which of the three features make the likeness"


@claim(STAKE)
def c17(world: World) -> tuple:
    """Needs stake: seats go to the largest stakes, so some is needed, though no fixed sum was
    found.
    """
    reading = true_of(
        f"{world.then.rules.max_validators} seats by stake",
        world.then.rules.permits.startswith("top"),
    )
    later = true_of(
        f"{world.now.rules.max_validators} seats by stake",
        world.now.rules.permits.startswith("top"),
    )
    return reading, later, "seats that do not go by stake"


@claim("07_intrinsic_value")
def c18(world: World) -> tuple:
    """Users pay in TAO for a task: the protocol of the day had no such payment."""
    reading = true_of(
        "no fee in the protocol",
        not says("C18", "No protocol-level inference fee", "off-chain matter"),
    )
    return reading, reading, "payments agreed outside the chain, of which nothing is published"


@claim(ATTACK)
def c19(world: World) -> tuple:
    """Pay follows accuracy: so says the rule, in one simulated epoch; measured rewards follow
    stake.
    """
    by_rule = [rule_rewards_accuracy(records.rules.name) for records in (world.then, world.now)]
    measured = not says("C19", "arXiv 2507.02951", "driven by stake")
    return (
        true_of("by the rule", by_rule[0]),
        true_of("by the rule; not as measured", by_rule[1], measured),
        "rewards measured over 64 subnets instead of the rule on paper",
    )


@functools.cache
def rule_rewards_accuracy(rules_name: str) -> bool:
    """Whether a validator that reports others than the consensus earns less, and a better miner
    more, in one epoch.

    Parameters
    ----------
    rules_name : str

    Returns
    -------
    bool
    """
    weights = np.zeros((6, 6))
    weights[:2, 3:] = (0.5, 0.3, 0.2)  # two that agree
    weights[2, 3:] = (0.2, 0.3, 0.5)  # one that does not
    stake = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
    epoch = yuma_epoch(rules_at(rules_name), weights, stake, np.zeros((6, 6)))
    dividends = np.asarray(epoch.dividends)
    incentive = np.asarray(epoch.incentive)
    return bool(dividends[2] < dividends[0] and incentive[3] > incentive[4] > incentive[5])


@claim(LEGOS)
def c20(world: World) -> tuple:
    """Models that work together: subnets reward within themselves."""
    reading = true_of(
        "no composition in the protocol",
        not says("C20", "Docs on emissions", "no cross-model composition"),
    )
    return reading, reading, "a task answered by two subnets together, as a rule and not once"
