"""The eight valuation arguments of the article that the board judges."""

from __future__ import annotations

from typing import NamedTuple

DISCOUNTED = "OpenAI's last sale over the discounted FDV"  # at a rate of 0 it is the FDV


class Argument(NamedTuple):
    """A valuation argument of the article as the board judges it."""

    claim: str
    short: str
    unit: str
    places: int
    reads: tuple[str, ...]  # the numbers of the board that can move it
    scale: float = 1.0
    definitions: tuple[str, ...] = ()  # those of the ledger where none is given


OF_SALES = (
    "price_usd",
    "issuance_rao",
    "owners_sold_share",
    "miners_sold_share",
    "stakers_sold_share",
    "recycled_share",
)
ARGUMENTS = {
    one.claim: one
    for one in (
        Argument(
            claim="C38",
            short="lowest ratio",
            unit="points over the lowest other",
            places=0,
            reads=("issuance_rao",),
            scale=100,
        ),
        Argument(
            claim="C39",
            short="why it is low",
            unit="% of what is missing",
            places=1,
            reads=("issuance_rao", "staked_share"),
            scale=100,
        ),
        Argument(
            claim="C45",
            short="diluted value",
            unit="bn USD",
            places=2,
            reads=("price_usd",),
        ),
        Argument(
            claim="C29",
            short="issued a day",
            unit="TAO a day",
            places=0,
            reads=("issuance_rao", "recycled_share"),
        ),
        Argument(
            claim="C26",
            short="halving",
            unit="",
            places=0,
            reads=("issuance_rao", "recycled_share"),
        ),
        Argument(
            claim="C42",
            short="sell pressure",
            unit="M USD a day",
            places=3,
            reads=OF_SALES,
        ),
        Argument(
            claim="C44",
            short="bearable",
            unit="% of a day's volume",
            places=2,
            reads=(*OF_SALES, "volume_usd", "capture_share"),
            scale=100,
        ),
        Argument(
            claim="C47",
            short="OpenAI's value",
            unit="×",
            places=1,
            reads=(
                "price_usd",
                "issuance_rao",
                "recycled_share",
                "discount_rate",
                "openai_bn_usd",
                "capture_share",
                "survival_share",
            ),
            definitions=(DISCOUNTED,),
        ),
    )
}
