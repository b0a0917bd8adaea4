"""An owner who sells into its own pool, live: what it gets, what price and emission become."""

from __future__ import annotations

import functools
from typing import Any

from ..chain.pools import Pool
from ..incentives.owner_sales import OwnerSales, with_own_pool
from ..incentives.owner_sales import owner_sales as sales_of
from ..inputs.record import checked_record, quantity
from ..inputs.rules import Rules, Scenario
from .emission_shares import marked, only_miners_sell
from .gallery import view
from .marks import BLUE, GREY, Axis, Line, Panel, View
from .real_subnets import real_subnets, where


@checked_record
class OwnPool:
    """A subnet of one's own, and how much of the cut is sold for how long."""

    sold_share: float = quantity(
        default=1.0,
        unit="share",
        meaning="part of the owner's cut that is sold",
        ge=0,
        le=1,
        step=0.01,
    )
    days: int = quantity(
        default=30, unit="days", meaning="how long it is sold", ge=1, le=730, step=1, span=(5, 90)
    )
    reserve_tao: float = quantity(
        default=6_740.0,
        unit="TAO",
        meaning="TAO in the pool; 6,740 is the middle one",
        source="pool_percentiles.csv",
        ge=1,
        le=1e6,
        step=10,
        span=(100, 202_000),
    )
    reserve_alpha: float = quantity(
        default=1_685_000.0,
        unit="alpha",
        meaning="alpha in the pool",
        ge=1,
        le=1e7,
        step=1_000,
        span=(100_000, 6_000_000),
    )
    outstanding_alpha: float = quantity(
        default=1_415_400.0,
        unit="alpha",
        meaning="alpha outside the pool",
        ge=0,
        le=1e7,
        step=1_000,
        span=(100_000, 6_000_000),
    )


@functools.lru_cache(maxsize=8)
def sold(rules: Rules, scenario: Scenario, own: OwnPool) -> OwnerSales:
    """The run of one's own pool among main net's."""
    pool = Pool(reserve_tao=own.reserve_tao, reserve_alpha=own.reserve_alpha)
    pools = with_own_pool(real_subnets(), pool, outstanding_alpha=own.outstanding_alpha)
    return sales_of(rules, scenario, pools, sold_share=own.sold_share, days=own.days)


@view(
    rules="2026-09-11",
    scenario=only_miners_sell,
    own=OwnPool,
    published=False,
    sliders=(
        "sold_share",
        "days",
        "reserve_tao",
        "reserve_alpha",
        "miners_sold_share",
    ),
)
def owner_sales(rules: Rules, scenario: Scenario, own: OwnPool) -> View:
    """An owner sells part of its cut into its own pool each day: alpha's price and the subnet's
    part of new TAO, beside a run in which it keeps its cut.
    """
    got = sold(rules, scenario, own)
    price = got.price_tao[-1]
    kept = got.price_kept_tao[-1]
    fall = 1 - price / kept if kept else 0.0
    tao = got.got_tao[-1]
    average = f"{tao / got.sold_alpha[-1]:.6f} TAO" if got.sold_alpha[-1] else "none sold"
    return View(
        title=f"Selling the cut brings {tao:,.0f} TAO and costs {fall:.1%} of the price",
        panels=[
            _pair(got, got.price_tao, got.price_kept_tao, Axis(label="TAO per alpha", format="g")),
            _pair(
                got,
                got.share * 1e2,
                got.share_kept * 1e2,
                Axis(label="part of new TAO, %", format="g", low=0),
            ),
        ],
        readout={
            "alpha sold": f"{got.sold_alpha[-1]:,.0f}",
            "TAO for it": f"{tao:,.1f}, {average} each",
            "price at the start": f"{got.price_tao[0]:.6f} TAO",
            "at the end": f"{price:.6f}, with the cut kept {kept:.6f}",
            "part of new TAO at the end": f"{got.share[-1]:.4%}, with the cut kept "
            f"{got.share_kept[-1]:.4%}",
            "new TAO that the pool got less": f"{got.lost_tao[-1]:,.1f} TAO",
        },
        size=(11.0, 5.0),
        sources=(
            rules,
            scenario,
            f"one's own among {where()}; no other owner sells",
            marked(rules),
        ),
    )


def _pair(got: OwnerSales, with_sales, without, y: Axis) -> Panel:
    """What a run with sales and one without show, day by day."""
    dashed: dict[str, Any] = {"colour": GREY, "style": "--"}
    first = slice(1, None) if with_sales[0] == 0 else slice(None)  # no share before the first block
    return Panel(
        marks=[
            Line(label="as sold", x=got.days[first], y=with_sales[first], colour=BLUE),
            Line(label="had the cut been kept", x=got.days[first], y=without[first], **dashed),
        ],
        x=Axis(label="days"),
        y=y,
    )
