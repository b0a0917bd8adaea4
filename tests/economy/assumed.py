"""The assumptions and supplies that the numbers in these tests rest on: all of them stated, so that
a test stands whatever the package assumes by default or holds for a fact.
"""

import dataclasses

import tao_econ as te

BASE = te.Scenario(
    name="base",
    recycled_share=0.146,
    block_time_s=12.0,
    horizon_years=20.0,
    discount_rate=0.20,
    market_cap_growth=0.0,
    lost_share=0.0,
    staked_share=0.85,
    stake_stickiness=0.5,
    stakers_share=0.41,
    validator_take=0.18,
    capture_share=1.0,
    survival_share=1.0,
    velocity=10.0,
    fee_revenue_usd_per_year=20e6,
    revenue_growth=0.5,
    owners_sold_share=1.0,
    miners_sold_share=1.0,
    stakers_sold_share=1.0,
    stake_exit_per_day=0.0,
    volume_usd=95.09e6,
    daily_volatility=0.05,
    impact_prefactor=1.0,
    impact_exponent=0.5,
    macro_multiplier=1.0,
    anticipated_share=1.0,
    jumps_per_year=1.0,
    jump_log_mean=-0.27,
    jump_log_sd=0.1,
    stress_daily_volatility=0.09,
    stress_starts_per_year=2.0,
    stress_ends_per_year=6.0,
    root_claims_per_day=0.02,
)


def assumed(**values) -> te.Scenario:
    """`BASE` with other values."""
    return dataclasses.replace(BASE, **values)


AS_ARTICLE = assumed(
    name="article",
    recycled_share=0.0,
    stakers_share=0.5,
    daily_volatility=0.08,
    anticipated_share=0.0,
)


def issued(snapshot: str, tao: int) -> te.Snapshot:
    """A named snapshot with another supply, exactly known."""
    return dataclasses.replace(
        te.load_snapshot(snapshot),
        issuance_rao=tao * 10**9,
        issuance_low_rao=None,
        issuance_high_rao=None,
    )


ARTICLE = issued("article", 5_500_000)
HALVING = issued("halving-2025-12-15", 10_500_000)
LATEST = issued("2026-09-11", 11_330_335)
