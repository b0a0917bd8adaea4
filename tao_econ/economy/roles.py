"""Who takes part in a subnet, and which share of its pay the chain's law gives to each.

**Chain:** opentensor/subtensor, pallets/subtensor/src/coinbase/run_coinbase.rs, commit 14bc6f9.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..inputs.checks import flag, real
from ..inputs.door import typed
from ..inputs.record import unknown
from ..inputs.rules import Rules

WITHHELD = ("burned", "recycled")


class Roles(NamedTuple):
    """One quantity for everyone who may get a part of a subnet's emission; the parts sum to the
    whole.
    """

    owner: float
    miners: float
    validators: float  # their take, and the dividends of their own stake
    nominators: float  # who stake behind a validator, after its take
    root: float  # who hold TAO on root, after take
    burned: float  # lost for good
    recycled: float  # not issued, to be minted another time


class SubnetTerms(NamedTuple):
    """What one subnet is like, as far as its pay goes; a network's one payer before subnets had
    tokens.
    """

    owned: bool = True  # it has an owner who takes a cut
    subnet_share: float = 1.0  # part of the network's TAO that it gets, where it is paid in TAO
    alpha_issuance: float = 0.0  # issued so far, in and outside its pool: decides alpha's halving
    alpha_price_tao: float | None = None  # must be given where alpha is paid
    root_proportion: float = 0.0  # root's part of the validators' half
    root_paid: bool = True  # False where root's part is recycled
    withheld_share: float = 0.0  # of miners' incentive, to the owner's own hotkeys
    withheld_is: str = "burned"  # or "recycled": what becomes of it
    own_stake_share: float = 0.0  # of the stake: pays no take, since the validators own it

    def verified(self) -> SubnetTerms:
        """The same terms, every field checked."""
        names = ("subnet_share", "root_proportion", "withheld_share", "own_stake_share")
        checked: dict[str, Any] = {
            name: real(name, getattr(self, name), "[0, 1]") for name in names
        }
        for name in ("owned", "root_paid"):
            checked[name] = flag(name, getattr(self, name))
        return self._replace(**checked)


WHOLE_NETWORK = SubnetTerms()


@typed
def check_terms(rules: Rules, subnet: SubnetTerms) -> None:
    """Refuse what the era does not read."""
    if subnet.withheld_is not in WITHHELD:
        raise ValueError(unknown("withheld_is", subnet.withheld_is, WITHHELD))
    name, needed = ("alpha_issuance", 0) if rules.pool == "none" else ("subnet_share", 1)
    given = getattr(subnet, name)
    if given != needed:
        raise ValueError(
            f"{name} must be {needed} under {rules.name!r}, which does not read it, got {given}"
        )
    if subnet.root_proportion and not rules.root_weight:
        raise ValueError(
            f"root_proportion must be 0 under {rules.name!r}, where root has no weight, got "
            f"{subnet.root_proportion}"
        )


@typed
def role_shares(rules: Rules, subnet: SubnetTerms, take: float) -> Roles:
    """Shares of a subnet's pay.

    **Chain:** run_coinbase.rs: the owner's cut, then equal halves; root takes its part of the
    validators' half.
    """
    owner = float(rules.owner_cut) if subnet.owned else 0.0
    half = (1 - owner) / 2
    of_root = half * subnet.root_proportion
    staked = half - of_root
    withheld = half * subnet.withheld_share
    burned = withheld if subnet.withheld_is == "burned" else 0.0
    root = of_root if subnet.root_paid else 0.0
    nominators = staked * (1 - subnet.own_stake_share) * (1 - take)
    return Roles(
        owner=owner,
        miners=half - withheld,
        validators=staked - nominators + root * take,
        nominators=nominators,
        root=root * (1 - take),
        burned=burned,
        recycled=(of_root - root) + (withheld - burned),
    )


def times(share: Roles, factor: float) -> Roles:
    """Every part times a factor."""
    return Roles(**{role: part * factor for role, part in share._asdict().items()})
