"""View of a day's pay: who gets which part of new TAO, and what the chain pays."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import numpy as np

from ..chain.subnet_states import load_subnets
from ..economy.day_flows import day_flows
from ..economy.rewards import reward_split
from ..economy.roles import Roles, SubnetTerms, times
from ..inputs.rules import Scenario, Snapshot, rules_at
from ..inputs.units import tao
from .gallery import view
from .marks import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    OF_2023,
    OF_2026,
    ORANGE,
    PURPLE,
    SKY,
    Axis,
    Bars,
    Mark,
    Panel,
    Text,
    View,
)

ROLES = {
    "owner": ORANGE,
    "miners": BLUE,
    "validators": GREEN,
    "nominators": SKY,
    "root": PURPLE,
    "burned": GREY,
}
NAMED_ROLES = {"root": "root's holders", "burned": "withheld from miners"}


@view(then="article", now="2026-09-11", article="article", scenario="base")
def a_days_emission(then: Snapshot, now: Snapshot, article: Scenario, scenario: Scenario) -> View:
    """Left, who gets which part of a day's emission: in a subnet without an owner, in one with an
    owner, and of all alpha on the last date. Right, what the chain pays out of new TAO, in USD: red
    is the article's day, blue the last date.
    """
    if rules_at(now.date).pool == "none":
        raise ValueError(f"date must be of a day with pools, got {now.date} in {now.name!r}")
    days = days_pay(then, now, article, scenario)
    free, owned, _ = (_parts(pay) for pay in days.values())
    shares = [_shared(pay) for pay in list(days.values())[:2]]
    alpha = day_flows(rules_at(now.date), now, scenario, pools=_august()).alpha
    assert alpha is not None
    shares.append(_shared(alpha.alpha))
    _, before, after = (sum(pay) for pay in days.values())
    return View(
        title=f"With an owner, miners got {owned[1]:.0%} of a day, not {free[1]:.0%}",
        caption=f"Without an owner miners and stakers share equally; an owner takes {owned[0]:.0%} "
        f"first. New TAO pay {before:,.0f} a day in {then.date.year} and {after:,.0f} a day in "
        f"{now.date.year}. Since February 2025 pay is in alpha: a day's alpha of "
        f"{now.date.year} is worth {sum(alpha.spot_tao) - alpha.spot_tao.burned:,.0f} TAO at the "
        f"pools' prices, and sold at once it would fetch {sum(alpha.sold_tao):,.0f}, taken out of "
        "the pools.",
        panels=[
            Panel(
                title="Who gets it",
                marks=_stacked(shares, 1, "{:.1%}"),
                x=Axis(names=(*list(days)[:2], f"{now.date}\nin alpha")),
                y=Axis(label="share of a day's emission", format=".0%", low=0, high=1),
                columns=3,
            ),
            _paid((before, after), (then, now)),
        ],
        widths=(1.5, 1.0),
        size=(10.5, 4.8),
        sources=(
            then,
            now,
            article,
            scenario,
            f"alpha by the {len(_august().name)} pools of block 8,791,247 (August 2026)",
        ),
    )


def _paid(pay_tao: tuple[float, float], days: tuple[Snapshot, Snapshot]) -> Panel:
    """Right of `a_days_emission`: what the chain pays out of new TAO on two days."""
    usd = [pay * day.price_usd / 1e3 for pay, day in zip(pay_tao, days, strict=True)]
    return Panel(
        title="What the chain pays",
        marks=[
            Bars(
                label="paid out of new TAO",
                legend=False,
                y=usd,
                width=0.5,
                colour=(OF_2023, OF_2026),
                text=tuple(f"{pay:,.0f} TAO" for pay in pay_tao),
            )
        ],
        x=Axis(names=tuple(f"{day.date}" for day in days), low=-0.6, high=1.6),
        y=Axis(label="thousand USD a day", format=",.0f", low=0, high=1.15 * max(usd)),
    )


def days_pay(
    then: Snapshot, now: Snapshot, article: Scenario, scenario: Scenario
) -> dict[str, Roles]:
    """A day's pay out of new TAO by role: on the article's day without and with owners, and now.

    What is recycled is paid to nobody; without an owner the two halves are whole.
    """
    old = rules_at("2023-11-20")
    ownerless = reward_split(old, then, article, SubnetTerms(owned=False)).tao_per_day
    unowned = _in_tao(
        day_flows(old, then, replace(article, stakers_share=scenario.stakers_share)).pay
    )
    paid = day_flows(rules_at(now.date), now, scenario).pay
    return {
        f"{then.date}\nno owner": ownerless._replace(recycled=0.0),
        f"{then.date}\nowned": unowned,
        f"{now.date}\nnew TAO": _in_tao(paid),
    }


def _in_tao(pay) -> Roles:
    """A day's pay in TAO as parts of one whole."""
    roles = zip(Roles._fields[:5], (tao(part) for part in pay), strict=True)
    return Roles(**dict(roles), burned=0.0, recycled=0.0)


@functools.cache
def _august():
    """The pools that stand for those of a later day, which nobody published whole."""
    return load_subnets("subnets_8791247")


def _parts(pay: Roles) -> tuple[float, float, float]:
    """Shares of owner, miners and all who stake."""
    share = _shared(pay)
    return share.owner, share.miners, share.validators + share.nominators + share.root


def _shared(pay: Roles) -> Roles:
    whole = sum(pay)
    return times(pay, 1 / whole if whole else 0.0)


def _stacked(parts: list, scale: float, form: str) -> list[Mark]:
    """Bars of what each role gets, one above the other; parts under 3 % of the highest go
    unnamed.
    """
    most = max(sum(part) for part in parts) * scale
    below = np.zeros(len(parts))
    bars: list[Mark] = []
    for role, colour in ROLES.items():
        values = np.array([getattr(part, role) for part in parts]) * scale
        texts = tuple(form.format(value) if value > most * 0.03 else "" for value in values)
        where: dict[str, Any] = {"x": range(len(parts)), "y": below + values / 2, "align": "center"}
        bars.append(
            Bars(
                label=NAMED_ROLES.get(role, role),
                y=values,
                base=below,
                width=0.62,
                colour=colour,
            )
        )
        bars.append(Text(text=texts, colour="white" if colour == BLUE else BLACK, **where))
        below = below + values
    return bars
