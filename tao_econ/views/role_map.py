"""A drawing of who does what in Bittensor, and of a day's new TAO on its way to them."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..economy.day_flows import day_flows
from ..inputs.rules import Scenario, Snapshot, rules_at
from ..inputs.units import DAYS_PER_YEAR, tao
from .gallery import view
from .marks import BLACK, GREY, OF_TAO, Axis, Bars, Line, Mark, Panel, Points, Text, View

PAID = "#DCEBF5"  # boxes of those who are paid, of the chain, of those who are not
CHAIN = "#D9EFE7"
UNPAID = "#F2F2F2"
HIGH = 0.95
HEAD = 0.1  # between the point of an arrow and the box it leads to


class Box(NamedTuple):
    """A box of the drawing: its middle, its width, what it says and its colour."""

    x: float
    y: float
    width: float
    says: str
    colour: str

    @property
    def top(self) -> float:
        return self.y + HIGH / 2

    @property
    def foot(self) -> float:
        return self.y - HIGH / 2


@view(now="2026-09-11", scenario="base")
def roles_and_pay(now: Snapshot, scenario: Scenario) -> View:
    """Who does what in Bittensor, and where a day's new TAO goes. Blue boxes are paid by the chain,
    grey ones are not.
    """
    whole, (chain, subnet, *paid, users) = _boxes(now, scenario)
    boxes = [chain, subnet, *paid, users]
    arrows = [(chain, subnet), *((subnet, box) for box in paid)]
    return View(
        title=f"A day's {whole:,.0f} new TAO, and whom they pay",
        caption="New TAO go into the pools of the subnets, and the four are paid in alpha, counted "
        "here at the TAO that go in. Shares are those of the rules of "
        f"{now.date:%d %B %Y}, before owners keep back pay of miners; the take of validators is an "
        "assumption, and stake on root is counted with the nominators. Fees are the highest "
        "published estimate.",
        panels=[
            Panel(
                marks=[
                    *_arrows(arrows),
                    *_asks(users, paid[1:3]),
                    *map(_box, boxes),
                    _words(boxes),
                ],
                x=Axis(low=-0.1, high=10.1),
                y=Axis(low=-0.5, high=5.0),
                columns=0,
                bare=True,
            )
        ],
        size=(9.5, 4.8),
        sources=(rules_at(now.date), now, scenario),
    )


def _boxes(now: Snapshot, scenario: Scenario) -> tuple[float, list[Box]]:
    """A day's new TAO, and the boxes from the chain to the users, those who are paid between."""
    pay = day_flows(rules_at(now.date), now, scenario).pay
    amounts = {
        role: tao(getattr(pay, f"{role}_rao")) for role in ("owners", "miners", "validators")
    }
    holders = tao(pay.nominators_rao + pay.root_rao)
    whole = sum(amounts.values()) + holders
    if not whole:
        raise ValueError(f"a day's new TAO must be above 0 to be drawn, got {whole:g}")
    fees = scenario.fee_revenue_usd_per_year / (whole * DAYS_PER_YEAR * now.price_usd)

    def told(name: str, amount: float, does: str) -> str:
        return f"{name}: {amount:,.0f} TAO, {amount / whole:.0%}\n{does}"

    chain = Box(
        5.0, 4.45, 4.6, f"The chain issues {whole:,.0f} TAO a day,\nnet of what is recycled", CHAIN
    )
    subnet = Box(
        5.0,
        3.0,
        4.6,
        "Subnets: each a contest for one task,\nwith a pool and its own token, alpha",
        CHAIN,
    )
    paid = [
        Box(1.22, 1.55, 2.3, told("Owners", amounts["owners"], "set the task"), PAID),
        Box(3.74, 1.55, 2.3, told("Miners", amounts["miners"], "answer with models"), PAID),
        Box(6.26, 1.55, 2.3, told("Validators", amounts["validators"], "score, keep a take"), PAID),
        Box(8.78, 1.55, 2.3, told("Nominators", holders, "lend stake to validators"), PAID),
    ]
    users = Box(
        5.0,
        0.1,
        4.6,
        f"Users ask. Their fees are {fees:.0%}\nof what these new TAO are worth",
        UNPAID,
    )
    return whole, [chain, subnet, *paid, users]


def _box(box: Box) -> Mark:
    return Bars(
        label=box.says.split(":")[0].split("\n")[0],
        legend=False,
        x=[box.x],
        y=[HIGH],
        base=[box.foot],
        width=box.width,
        colour=box.colour,
    )


def _words(boxes: list[Box]) -> Mark:
    return Text(
        x=[box.x for box in boxes],
        y=[box.y for box in boxes],
        text=[box.says for box in boxes],
        align="center",
        colour=BLACK,
        size=9,
    )


def _arrows(pairs: list[tuple[Box, Box]]) -> list[Mark]:
    """Pay: from the foot of one box to the top of another."""
    marks: list[Mark] = []
    for start, end in pairs:
        look: dict[str, Any] = {"label": "new TAO", "legend": False, "colour": OF_TAO}
        tip = end.top + HEAD
        marks.append(Line(x=[start.x, end.x], y=[start.foot, tip], width=1.6, **look))
        marks.append(Points(x=[end.x], y=[tip], marker="v", size=9, **look))
    return marks


def _asks(users: Box, asked: list[Box]) -> list[Mark]:
    """Questions of users to those who answer and score."""
    marks: list[Mark] = []
    for box in asked:
        look: dict[str, Any] = {"label": "questions", "legend": False, "colour": GREY}
        tip = box.foot - HEAD
        marks.append(Line(x=[users.x, box.x], y=[users.top, tip], style=":", width=1.6, **look))
        marks.append(Points(x=[box.x], y=[tip], marker="^", size=9, **look))
    return marks
