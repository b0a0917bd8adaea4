"""ASSUMPTION: the one record of what we choose, each default with its reason and source."""

from __future__ import annotations

from .records import checked_record, quantity


@checked_record
class Scenario:
    """ASSUMPTION: what we choose. Each default has its reason and source; ASSUMPTIONS.md lists them."""

    name: str = quantity("base", unit="", meaning="name of the scenario")
    recycled_share: float = quantity(
        0.146, unit="share", meaning="part of each block's emission recycled or never issued",
        ge=0, le=0.95, step=0.002, span=(0, 0.9),
        reason="What was missing from the 12-second schedule between the first halving and 2026-09-11.",
        source="supply_points.csv 2025-12-15 and 2026-09-11, by halving.fit_recycling",
    )  # fmt: skip
    block_time_s: float = quantity(
        12.0, unit="seconds", meaning="time between blocks", ge=1, le=60, step=0.05, span=(11, 14),
        reason="The nominal time. Slow blocks since 2025 are inside recycled_share, which is measured against it.",
        source="runtime constant MILLISECS_PER_BLOCK; block_anchors.csv gives 12.04 s since February 2025",
    )  # fmt: skip
    horizon_years: float = quantity(
        20.0, unit="years", meaning="how far ahead a path runs", gt=0, le=1_000, step=1.0, span=(1, 260),
        reason="Long enough for five halvings; 98 % of the supply is then issued.",
        source="our choice",
    )  # fmt: skip
    discount_rate: float = quantity(
        0.20, unit="share per year", meaning="yearly rate at which a TAO issued later counts less today",
        ge=0, le=1, step=0.01,
        reason="A venture-style rate; 0 gives the FDV, a very high one the market cap, so the choice is shown.",
        source="our choice; models in the literature use 10 to 50 %",
    )  # fmt: skip
    market_cap_growth: float = quantity(
        0.0, unit="share per year", meaning="yearly growth of the market cap", ge=-0.99, le=10, step=0.01, span=(-0.9, 2),
        reason="Zero asks the plainest question: what does new supply alone do to the price?",
        source="our choice",
    )  # fmt: skip
    lost_share: float = quantity(
        0.0, unit="share", meaning="part of issued TAO lost for good", ge=0, lt=1, step=0.01,
        reason="Unknown: no published estimate was found, so none is subtracted.",
        source="none found by 2026-11-22",
    )  # fmt: skip
    staked_share: float = quantity(
        0.85, unit="share", meaning="part of issued TAO that is staked, where the snapshot does not say",
        gt=0, le=1, step=0.01,
        reason="Between the 88 % quoted for early 2024 and the 65 % read on chain in September 2026.",
        source="nic.orb.land (early 2024), chain reading of 2026-09-11",
    )  # fmt: skip
    stake_stickiness: float = quantity(
        0.5, unit="share", meaning="part of the staked TAO that would not come to market", ge=0, le=1, step=0.01,
        reason="Unknown: stake has no unbonding period, so it is neither locked (1) nor free (0). Half says so.",
        source="our choice; yield.xyz documentation for the missing unbonding period",
    )  # fmt: skip
    stakers_share: float = quantity(
        0.41, unit="share", meaning="part of new TAO that goes to validators and their nominators",
        ge=0, le=1, step=0.01,
        reason="Half of what is left after the subnet owner's 18 %.",
        source="eras.toml: owner_cut 11,796/65,535 since 2023-10-02",
    )  # fmt: skip
    validator_take: float = quantity(
        0.18, unit="share", meaning="part of a nominator's reward that the validator keeps", ge=0, le=1, step=0.01,
        reason="The default and the maximum of the chain.",
        source="eras.toml: max_take 11,796/65,535",
    )  # fmt: skip
    miner_sold_share: float = quantity(
        0.5, unit="share", meaning="part of the alpha paid to miners that they sell at once", ge=0, le=1, step=0.01,
        reason="Unknown: miners pay their costs in dollars, but no measurement was found. Half says so.",
        source="our choice",
    )  # fmt: skip
    staker_sold_share: float = quantity(
        0.0, unit="share", meaning="part of the alpha paid to owners, validators and nominators that they sell at once",
        ge=0, le=1, step=0.01,
        reason="Dividends are added to the stake; to sell them is a step of its own. Zero shows miners and root alone.",
        source="our choice",
    )  # fmt: skip
    root_claims_per_day: float = quantity(
        0.02, unit="share per day", meaning="part of root's waiting dividends that is claimed and sold in a day",
        ge=0, le=1, step=0.005,
        reason="What was read on main net since dividends wait in baskets.",
        source="public engineering brief of 2026-10-08 (one author): about 2 % a day",
    )  # fmt: skip
