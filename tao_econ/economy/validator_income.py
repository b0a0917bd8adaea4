"""What is left to a validator? Its own and its delegated stake, its take, its costs, and the price
of TAO at which they meet.
"""

from __future__ import annotations

from typing import NamedTuple

from ..inputs.checks import real
from ..inputs.door import typed
from ..inputs.rules import Rules, Scenario, Snapshot, coins
from ..inputs.units import DAYS_PER_YEAR
from .day_flows import day_flows
from .rewards import part_that_pays
from .supply import staked_tao


class ValidatorIncome(NamedTuple):
    """A validator's day, and the price of TAO that pays its costs."""

    stake_share: float  # of all that is staked: its own and what is delegated to it
    own_tao_per_day: float  # what its own stake earns
    take_tao_per_day: float  # its take of what the delegated stake earns
    nominators_tao_per_day: float  # what those who delegate to it keep
    income_tao_per_day: float  # own and take
    income_usd_per_day: float
    net_usd_per_day: float  # income less cost
    net_usd_per_year: float
    delegating_usd_per_day: float  # what its own stake would earn behind another, at the same take
    break_even_price_usd: float  # infinite where it earns no TAO
    break_even_delegated_tao: float  # at the snapshot's price; infinite where no stake suffices


@typed
def validator_income(
    rules: Rules,
    snapshot: Snapshot,
    scenario: Scenario,
    *,
    own_tao: float,
    delegated_tao: float = 0.0,
    cost_usd_per_day: float = 0.0,
) -> ValidatorIncome:
    """A validator's income from its own stake and from its take, less its costs.

    All stake is paid alike, out of what `day_flows` pays stakers, and `scenario.validator_take` is
    what it keeps of the rewards of those who delegate to it. Alpha counts as the new TAO behind it.

    Parameters
    ----------
    own_tao, delegated_tao
        TAO staked by itself and behind it by others, part of what the snapshot says is staked
    cost_usd_per_day
        of machines and work

    Raises
    ------
    ValueError
        where both are more than is staked

    Notes
    -----
    With y the pay of a staked TAO, S its own stake, D the delegated one and c the take, it earns
    y(S + cD) TAO a day; the price that pays its costs is cost / (y(S + cD)).
    """
    own = real("own_tao", own_tao, "[0, inf)")
    delegated = real("delegated_tao", delegated_tao, "[0, inf)")
    cost = real("cost_usd_per_day", cost_usd_per_day, "[0, inf)")
    staked = staked_tao(rules, snapshot, scenario)
    if own + delegated > staked:
        raise ValueError(
            f"own_tao and delegated_tao must be at most what is staked ({staked:,.0f}), got "
            f"{own + delegated:,.0f}"
        )
    share = (own + delegated) / staked if staked else 0.0
    pay = coins(rules, day_flows(rules, snapshot, scenario).pay.stakers_rao)
    per_staked = pay / staked if staked else 0.0
    take = scenario.validator_take
    income = per_staked * (own + take * delegated)
    usd = income * snapshot.price_usd
    behind_usd = per_staked * take * snapshot.price_usd
    lacking = max(cost - per_staked * own * snapshot.price_usd, 0.0)
    return ValidatorIncome(
        stake_share=share,
        own_tao_per_day=per_staked * own,
        take_tao_per_day=per_staked * take * delegated,
        nominators_tao_per_day=per_staked * (1 - take) * delegated,
        income_tao_per_day=income,
        income_usd_per_day=usd,
        net_usd_per_day=usd - cost,
        net_usd_per_year=(usd - cost) * DAYS_PER_YEAR,
        delegating_usd_per_day=per_staked * (1 - take) * own * snapshot.price_usd,
        break_even_price_usd=part_that_pays(cost, income),
        break_even_delegated_tao=part_that_pays(lacking, behind_usd),
    )
