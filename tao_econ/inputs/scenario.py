"""ASSUMPTION: the one record of what we choose, each default with its reason and source."""

from __future__ import annotations

from .record import checked_record, quantity

NOMINAL_S = 12.0  # of a block on every chain of Bittensor so far


@checked_record
class Scenario:
    """ASSUMPTION: what we choose. Each default has its reason and source, as in ASSUMPTIONS.md.

    Notes
    -----
    Rates, growth and yields per year are effective: at 20 % one becomes 1.2 in a year. Models in
    continuous time take ln(1 + r), so growth at the rate of discount carries exactly nothing. Two
    words mean something else and say so: a *drift* is the mean return of an instant (arithmetic),
    whose effective growth is e^drift − 1; a *log drift* is that less σ²/2, the growth of a median.
    """

    name: str = quantity(default="base", unit="", meaning="name of the scenario")
    recycled_share: float = quantity(
        default=0.020,
        unit="share",
        meaning="part of each block's emission recycled or never issued",
        ge=0,
        le=0.95,
        step=0.002,
        span=(0, 0.9),
        reason="What was missing of the reward of each block in the newest regime of recycling, "
        "readings of 2026-07-08 to 2026-10-08, the counter restated by what it is known to have "
        "missed; the 14.6 % that stood here until then were that fault.",
        source="supply_points.csv and counter_corrections.csv, by economy.newest_recycling",
    )
    block_time_s: float = quantity(
        default=NOMINAL_S,
        unit="seconds",
        meaning="time between blocks; the default stands for the nominal time of the rules, 12 s "
        "of Bittensor's",
        ge=1,
        le=86_400,
        step=0.05,
        span=(11, 14),
        reason="The nominal time, whichever chain's. Slow blocks are not inside recycled_share, "
        "which is measured block by block.",
        source="runtime constant MILLISECS_PER_BLOCK; block_anchors.csv gives 12.02 s since the "
        "first halving",
    )
    horizon_years: float = quantity(
        default=20.0,
        unit="years",
        meaning="how far ahead a path runs",
        gt=0,
        le=1_000,
        step=1.0,
        span=(1, 260),
        reason="Long enough for five halvings; 98 % of the supply is then issued.",
        source="our choice",
    )
    discount_rate: float = quantity(
        default=0.20,
        unit="share per year",
        meaning="effective yearly rate at which what comes later counts less today",
        ge=0,
        le=1,
        step=0.01,
        reason="A venture-style rate; 0 gives the FDV, a very high one the market cap, so the "
        "choice is shown.",
        source="our choice; models in the literature use 10 to 50 %",
    )
    market_cap_growth: float = quantity(
        default=0.0,
        unit="share per year",
        meaning="effective yearly growth of the expected market cap",
        ge=-0.99,
        le=10,
        step=0.01,
        span=(-0.9, 2),
        reason="Zero asks the plainest question: what does new supply alone do to the price?",
        source="our choice",
    )
    lost_share: float = quantity(
        default=0.0,
        unit="share",
        meaning="part of issued TAO lost for good",
        ge=0,
        lt=1,
        step=0.01,
        reason="Unknown: no published estimate was found, so none is subtracted.",
        source="none found by 2026-11-22",
    )
    staked_share: float = quantity(
        default=0.85,
        unit="share",
        meaning="part of issued TAO that is staked, where the snapshot does not say",
        gt=0,
        le=1,
        step=0.01,
        reason="Between the 88 % quoted for early 2024 and the 65 % (unverifiable) of September "
        "2026.",
        source="nic.orb.land (early 2024); public research note of 2026-09-11 (unverifiable)",
    )
    stake_stickiness: float = quantity(
        default=0.5,
        unit="share",
        meaning="part of the staked TAO that would not come to market",
        ge=0,
        le=1,
        step=0.01,
        reason="Unknown: stake has no unbonding period, so it is neither locked (1) nor free (0). "
        "Half says so.",
        source="our choice; yield.xyz documentation for the missing unbonding period",
    )
    stakers_share: float = quantity(
        default=0.41,
        unit="share",
        meaning="part of new TAO that goes to validators and their nominators",
        ge=0,
        le=1,
        step=0.01,
        reason="Half of what is left after the subnet owner's 18 %.",
        source="eras.toml: owner_cut 11,796/65,535 since 2023-10-02",
    )
    validator_take: float = quantity(
        default=0.18,
        unit="share",
        meaning="part of a nominator's reward that the validator keeps",
        ge=0,
        le=1,
        step=0.01,
        reason="The default and the maximum of the chain.",
        source="eras.toml: max_take 11,796/65,535",
    )
    capture_share: float = quantity(
        default=1.0,
        unit="share",
        meaning="part of the network's fees, or of a comparable's value, that reaches TAO holders",
        ge=0,
        le=1,
        step=0.01,
        reason="The kindest value, and the article's own: a subnet owes holders nothing, so 0 is "
        "what the rules give.",
        source="our choice; IOSG, 2026-04-13, on what subnets owe",
    )
    survival_share: float = quantity(
        default=1.0,
        unit="share",
        meaning="probability that the network lives to earn what a valuation counts",
        ge=0,
        le=1,
        step=0.01,
        reason="One, as the article counts. Damodaran asks for less; a tree of 2024 gave 0.44 to "
        "a network that sputters.",
        source="our choice; scenario_tree.csv",
    )
    velocity: float = quantity(
        default=10.0,
        unit="per year",
        meaning="times a TAO changes hands in a year to pay for services",
        gt=0,
        le=1_000,
        step=0.5,
        span=(1, 50),
        reason="Middle of the 5 to 20 used for tokens that pay for services; none was measured "
        "for TAO.",
        source="our choice; Burniske, Cryptoasset Valuations, 2017, for the model",
    )
    fee_revenue_usd_per_year: float = quantity(
        default=20e6,
        unit="USD per year",
        meaning="what outside customers pay for the network's services",
        ge=0,
        le=1e12,
        step=1e6,
        span=(0, 500e6),
        reason="About the three largest compute subnets of 2026. Estimates for the whole run from "
        "3 to 20 M USD.",
        source="secondary readings of 2026; Pine Analytics, March 2026: 2.4 M USD for the largest "
        "subnet",
    )
    revenue_growth: float = quantity(
        default=0.5,
        unit="share per year",
        meaning="yearly growth of those fees while they grow",
        ge=-0.99,
        le=10,
        step=0.01,
        span=(-0.5, 2),
        reason="Generous on purpose: times 58 in ten years. What still looks dear at this rate is "
        "dear.",
        source="our choice",
    )
    owners_sold_share: float = quantity(
        default=1.0,
        unit="share",
        meaning="part of the new TAO paid to subnet owners that is sold",
        ge=0,
        le=1,
        step=0.01,
        reason="All of it, as the article counts: an upper bound, since nobody publishes what "
        "each role sells.",
        source="claims.csv C42",
    )
    miners_sold_share: float = quantity(
        default=1.0,
        unit="share",
        meaning="part of the new TAO paid to miners that is sold",
        ge=0,
        le=1,
        step=0.01,
        reason="All of it, as the article counts; miners have running costs in dollars.",
        source="claims.csv C42",
    )
    stakers_sold_share: float = quantity(
        default=1.0,
        unit="share",
        meaning="part of the new TAO paid to validators and nominators that is sold",
        ge=0,
        le=1,
        step=0.01,
        reason="All of it, as the article counts; surely too much for holders who restake.",
        source="claims.csv C42",
    )
    stake_exit_per_day: float = quantity(
        default=0.0,
        unit="share per day",
        meaning="part of the stake that is unstaked and sold in a day",
        ge=0,
        le=1,
        step=0.001,
        span=(0, 0.1),
        reason="Nobody leaves, as every table of the article assumes; 1/30 empties the stake in a "
        "month.",
        source="our choice; stake has no unbonding period (yield.xyz documentation)",
    )
    volume_usd: float = quantity(
        default=95.09e6,
        unit="USD per day",
        meaning="traded volume of a day, where the snapshot does not say",
        gt=0,
        le=1e13,
        step=1e6,
        span=(1e6, 1e9),
        reason="The middle of three published figures of 2025-26, 42 M to 238 M: the spread is "
        "the uncertainty.",
        source="a page of mexc (early 2026) that no author signs: unverifiable; Grayscale S-1 "
        "gives 42 M (September 2025), noncemedia.com quotes 238 M from CoinGecko (May 2026); see "
        "economy.volumes_on",
    )
    daily_volatility: float = quantity(
        default=0.05,
        unit="share per √day",
        meaning="standard deviation of a day's log return, jumps aside",
        gt=0,
        le=1,
        step=0.005,
        span=(0.02, 0.15),
        reason="About 95 % a year, the round figure for 2026; the thirty days to 16 November 2023 "
        "had 8.0 %.",
        source="our choice; tao_daily_2023q4.csv for 2023",
    )
    impact_prefactor: float = quantity(
        default=1.0,
        unit="ratio",
        meaning="prefactor Y of the impact law",
        ge=0,
        le=10,
        step=0.05,
        span=(0.5, 1.5),
        reason="Of order one wherever it was measured; no fit for TAO exists, so 0.5 to 1.5 is "
        "shown.",
        source="Donier and Bonart, arXiv:1412.4503; Toth et al., Phys. Rev. X 1, 021006",
    )
    impact_exponent: float = quantity(
        default=0.5,
        unit="power",
        meaning="exponent of the impact law in order over volume",
        gt=0,
        le=1,
        step=0.01,
        span=(0.4, 0.7),
        reason="The square root: 0.489 ± 0.0015 over eight years of Tokyo accounts; four decades "
        "of size in bitcoin.",
        source="Sato and Kanazawa, arXiv:2411.13965; Donier and Bonart, arXiv:1412.4503",
    )
    macro_multiplier: float = quantity(
        default=1.0,
        unit="ratio",
        meaning="change of log price for a lasting flow of one market cap",
        ge=0,
        le=100,
        step=0.1,
        span=(0, 12),
        reason="Of order one for a single asset, about 5 for all equities together.",
        source="Bouchaud, arXiv:2108.00242; Gabaix and Koijen, NBER 28967",
    )
    anticipated_share: float = quantity(
        default=1.0,
        unit="share",
        meaning="part of the flow that the market has long expected and priced",
        ge=0,
        le=1,
        step=0.01,
        reason="The schedule is public and exact: only departures from it are news.",
        source="our choice; "
        "32 halvings of 24 coins show no abnormal return (Strix Leviathan, 2019)",
    )
    jumps_per_year: float = quantity(
        default=1.0,
        unit="jumps per year",
        meaning="expected number of jumps of the market cap",
        ge=0,
        le=50,
        step=0.1,
        span=(0, 10),
        reason="Two one-day breaks in the two years to September 2026: 10 October 2025 and 10 "
        "April 2026.",
        source="key_dates.csv",
    )
    jump_log_mean: float = quantity(
        default=-0.27,
        unit="log share",
        meaning="mean jump of the log market cap",
        ge=-3,
        le=3,
        step=0.01,
        span=(-0.7, 0.3),
        reason="The fall of 10 April 2026, ln(254/332).",
        source="price_shocks.csv",
    )
    jump_log_sd: float = quantity(
        default=0.10,
        unit="log share",
        meaning="standard deviation of a jump",
        ge=0,
        le=2,
        step=0.01,
        span=(0, 0.5),
        reason="Two jumps say little of their spread.",
        source="our choice",
    )
    stress_daily_volatility: float = quantity(
        default=0.09,
        unit="share per √day",
        meaning="standard deviation of a day's log return in the stressed regime",
        gt=0,
        le=1,
        step=0.005,
        span=(0.02, 0.25),
        reason="That of 1 to 16 November 2023, while the price tripled.",
        source="tao_daily_2023q4.csv",
    )
    stress_starts_per_year: float = quantity(
        default=2.0,
        unit="per year",
        meaning="rate at which the stressed regime begins",
        ge=0,
        le=100,
        step=0.5,
        span=(0, 12),
        reason="Spells of high volatility come about twice a year.",
        source="our choice",
    )
    stress_ends_per_year: float = quantity(
        default=6.0,
        unit="per year",
        meaning="rate at which the stressed regime ends",
        gt=0,
        le=365,
        step=0.5,
        span=(1, 24),
        reason="Such a spell lasts about two months.",
        source="our choice",
    )
    root_claims_per_day: float = quantity(
        default=0.02,
        unit="share per day",
        meaning="part of root's waiting dividends that is claimed and sold in a day",
        ge=0,
        le=1,
        step=0.005,
        reason="What was read on main net since dividends wait in baskets.",
        source="public engineering brief of 2026-10-08 (unverifiable): about 2 % a day",
    )
