"""What notebooks 00 to 06 answer, with every number computed; tests/test_answers.py compares."""

from dataclasses import replace

from spoken import percent, word

import tao_econ as te
from tao_econ.economy import halving_dates as halving
from tao_econ.inputs import data
from tao_econ.inputs.units import BLOCKS_PER_DAY, blocks_to_years, tao, utc

RULES, ARTICLE_RULES = te.rules_at("2026-09-11"), te.rules_at("article")
ARTICLE, PUBLISHED, NOW = (
    te.load_snapshot(name) for name in ("article", "2023-11-20", "2026-09-11")
)
AS_THE_ARTICLE, BASE = te.load_scenario("article"), te.load_scenario("base")
CLAIMED = data.load("claims").set_index("id")["value"]  # what the article says, as it says it
FORESEEN = utc(f"{CLAIMED['C26']}-01")  # "2025-08"
HALVED = halving.FIRST_HALVING_UTC
CAP_TAO = tao(RULES.max_supply_rao)


def years_until(issued_share, rules, recycled_share=0.0):
    """Years from the first block until so much of the cap is issued, to the block."""
    wanted = issued_share * rules.max_supply_rao
    for era in te.chain.issuance_eras(rules, recycled_ppm=round(recycled_share * 1e6)):
        if era.net_rao and era.issuance_rao + era.net_rao * era.blocks >= wanted:
            return float(
                blocks_to_years(float(era.first_block + (wanted - era.issuance_rao) / era.net_rao))
            )
    raise AssertionError(f"{issued_share} of the cap is never issued")


def openai_usd(day):
    """OpenAI's latest valuation known on a snapshot's day."""
    return (
        te.economy.comparable_ratios(RULES, day, BASE).set_index("name").loc["openai", "value_usd"]
    )


def fdv_bn(day):
    return day.price_usd * CAP_TAO / 1e9


def answer_00_start_here():
    table, stated = te.chain.halving_table(RULES), ARTICLE.fdv_stated_usd / 1e9
    assert HALVED.year == FORESEEN.year and HALVED.month > FORESEEN.month
    assert abs(fdv_bn(ARTICLE) / stated - 1) > 0.05
    return f"""An article of {ARTICLE.date.day} {ARTICLE.date:%B %Y} valued Bittensor's TAO from a handful of numbers: a
        supply schedule, a daily emission, a price and one comparison. This suite recomputes each of them from the chain's
        own rules and from dated facts. Several do not survive: emission ends after {table.years_from_start.iloc[-1]:.0f}
        years and {len(table)} rewards instead of {CLAIMED["C27"]} years and {CLAIMED["C25"]}, the halving foreseen for
        {FORESEEN:%B %Y} came on {HALVED.day} {HALVED:%B}, and the stated diluted value of {stated:.1f} bn USD does not
        follow from the stated price."""


def answer_01_supply_curve():
    table, (replay, _, _), nearly_all = (
        te.chain.halving_table(RULES),
        te.economy.replay_first_halving(RULES),
        0.998,
    )
    rewards, paying = len(table), int((table.reward_tao > 0).sum())
    assert RULES.schedule == "issuance" and RULES.whole_rao and replay.recycled_share > 0
    assert replay.block_time_s > RULES.block_time_s
    ways = [RULES, ARTICLE_RULES, te.rules_at("article-whole-rao")]
    (plain,) = {
        round(years_until(nearly_all, way)) for way in ways
    }  # one number, whichever rule one believes
    recycled = years_until(nearly_all, RULES, BASE.recycled_share)
    return f"""The chain halves by *issuance*, not by block number, and pays in whole rao: {rewards} rewards, {paying}
        halvings that leave something, and an end after {table.years_from_start.iloc[-1]:.1f} years if nothing is recycled.
        The first halving came on {HALVED.day} {HALVED:%B %Y}, {word(HALVED.month - FORESEEN.month)} months after the
        article's date, because TAO is recycled and blocks are slower than {RULES.block_time_s:g} seconds. None of this
        moves much TAO, since {percent(nearly_all, 1)} is issued within {plain} years whichever rule one believes, or
        {recycled:.0f} where TAO is recycled; what it moves is the dates, and with them the flow of new supply."""


def answer_02_circulating_vs_fdv():
    rate = BASE.discount_rate
    shrunk = [
        te.economy.discounted_supply(RULES, ARTICLE, replace(s, discount_rate=rate))
        for s in (AS_THE_ARTICLE, BASE)
    ]
    split = te.economy.decompose_price(
        (ARTICLE.price_usd, NOW.price_usd), (tao(ARTICLE.issuance_rao), tao(NOW.issuance_rao))
    )
    years = [te.economy.holder_yield(te.rules_at(day.date), day, BASE) for day in (ARTICLE, NOW)]
    assert all(year.unstaked < year.staker_real < 0 for year in years)  # softened, not stopped
    return f"""At the article's price the diluted value is {fdv_bn(ARTICLE):.2f} bn, not {ARTICLE.fdv_stated_usd / 1e9:.1f} bn,
        and on publication day it was already {fdv_bn(PUBLISHED):.2f} bn. FDV counts a TAO issued in 2060 like one issued
        today; discounted at {percent(rate)} a year, the article's {CAP_TAO / 1e6:.0f} M shrink to {shrunk[0] / 1e6:.1f} M, or
        to {shrunk[1] / 1e6:.1f} M if TAO is recycled as of late. From the article to {NOW.date:%B %Y} the network's value
        grew {split.cap_ratio:.1f} times and the price {split.price_ratio:.1f} times: in logarithms
        {percent(split.share_to_new_supply)} of the growth went to new supply, and staking softened that loss without
        stopping it."""


def answer_03_who_pays_inflation():
    then = te.rules_at(ARTICLE.date)
    equal, owned = (
        te.economy.holder_yield(then, ARTICLE, scenario) for scenario in (AS_THE_ARTICLE, BASE)
    )
    today, part = (
        te.economy.holder_yield(RULES, NOW, BASE),
        BASE.stakers_share * (1 - BASE.validator_take),
    )
    staked = [
        day.staked_tao / tao(day.issuance_rao) if day.staked_tao else BASE.staked_share
        for day in (ARTICLE, NOW)
    ]
    assert today.unstaked > owned.unstaked and staked[1] < staked[0]
    assert AS_THE_ARTICLE.stakers_share * (1 - BASE.validator_take) < staked[0] and part < staked[1]
    assert equal.unstaked == owned.unstaked
    return f"""At the emission of {ARTICLE.date:%B %Y} a year cost a holder who did not stake {percent(-owned.unstaked, 1)} of
        their share of the supply, and a nominator {percent(-equal.staker_real, 1)} if the split was equal or
        {percent(-owned.staker_real, 1)} where the subnet had an owner. By {NOW.date:%B %Y} the loss had shrunk to
        {-100 * today.unstaked:.1f} and {percent(-today.staker_real, 1)} a year, because supply grows more slowly and fewer
        stake, not because stakers get a larger part. Nominators keep their share only if their part of new TAO, after the
        validator's take, is at least the part of all TAO that is staked; on no date we know was it."""


def answer_04_sell_pressure():
    parts = 5
    claim = te.economy.sell_pressure(RULES, ARTICLE, AS_THE_ARTICLE)
    today, windows = te.economy.sell_pressure(RULES, NOW, BASE), te.economy.publication_windows()
    real = te.economy.sell_pressure(
        RULES, replace(ARTICLE, volume_usd=ARTICLE.volume_usd / parts), AS_THE_ARTICLE
    )
    usual, bought = (
        AS_THE_ARTICLE.daily_volatility,
        [claim.sold_usd_per_year, today.sold_usd_per_year],
    )
    burden = [
        usd / te.economy.supply_at(RULES, day, BASE).market_cap_usd
        for usd, day in zip(bought, (ARTICLE, NOW), strict=True)
    ]
    assert (
        claim.participation_share > 2 * 0.1
    )  # twice the order that Almgren and others call large: not small
    assert abs(claim.unexpected_impact_share / usual - 0.5) < 0.05  # about half
    known = te.economy.sell_pressure(RULES, ARTICLE, replace(AS_THE_ARTICLE, anticipated_share=1.0))
    assert known.surprise_impact_share == 0 and windows.since[0].startswith("2023-10")
    return f"""All of it sold was {percent(claim.participation_share, 1)} of the article's volume, which is not small; had
        nobody
        expected it, one such day would have cost {percent(claim.unexpected_impact_share, 1)} of the price, about half of a
        usual day's move. But everybody knew the schedule, and an expected sale moves nothing: what counts is whether someone
        buys what is sold, {bought[0] / 1e6:.0f} M USD a year or {percent(burden[0])} of the market cap in
        {ARTICLE.date:%Y}, {bought[1] / 1e6:.0f} M or {percent(burden[1])} in {NOW.date:%B %Y}. The verdict rests on the
        volume: had {word(parts - 1)} fifths of it been false, a day's emission would have been
        {percent(real.participation_share)} of what traded, and a month before the article it was
        {percent(windows.participation_share[0], 1)}."""


def answer_05_pools_and_emission_rules():
    table, fall, most = data.load("pool_percentiles"), 0.05, 8
    pools = [
        te.chain.Pool(reserve_tao=reserve, reserve_alpha=1e6) for reserve in table["reserve_tao"]
    ]
    taken = [
        te.chain.swap(
            pool, alpha_in=te.chain.trade_to_price(pool, te.chain.spot_price(pool) * (1 - fall))[1]
        )[1]
        for pool in pools
    ]
    paid = dict(zip(table["pools_below_share"], taken, strict=True))
    subnets = te.incentives.synthetic_subnets()
    shares = te.incentives.compare_rules(subnets)[f"top_{most}"]
    announced = [gate for _, gate in shares.index if gate == "tiers"]
    minted = (
        BLOCKS_PER_DAY * subnets.price_ema_tao.sum()
    )  # one alpha a block in every subnet: alpha has not halved
    received = tao(te.chain.block_emission(RULES, subnets.issuance_rao)) * BLOCKS_PER_DAY
    return f"""The pool in the middle pays out {paid[0.5]:.0f} TAO before its price is {percent(fall)} lower, the smallest
        {paid[0]:.0f}, the largest {paid[1]:,.0f}. {word(len(shares)).title()} rules divide new TAO by price,
        {word(len(shares) - len(announced))} that were in force and {word(len(announced))} announced; on the same prices the
        largest {word(most)} subnets get between {100 * shares.min():.0f} and {percent(shares.max())} of it. At our prices
        subnets mint alpha worth {minted:,.0f} TAO a day and receive {received:,.0f}: if more than
        {percent(received / minted)} of it is sold, pools shrink."""


def answer_06_openai_comparable():
    valuations = data.load("private_valuations").set_index(["company", "date"])["valuation_bn_usd"]
    compared, closes = float(valuations["openai", "2023-04"]), te.economy.weekly_ratio()
    assert f"{compared:.0f}" == CLAIMED["C46"] and round(
        compared * 1e9 / ARTICLE.fdv_stated_usd
    ) == int(CLAIMED["C47"])
    autumn, latest = openai_usd(ARTICLE), openai_usd(NOW)
    then, close, now = (
        te.economy.value_ratio(RULES, day, BASE, usd)
        for usd, day in ((autumn, ARTICLE), (autumn, PUBLISHED), (latest, NOW))
    )
    highest = closes[closes["date"] >= str(ARTICLE.date)]["close_usd"].max() / ARTICLE.price_usd
    assert now.ratio > close.ratio and highest < compared * 1e9 / ARTICLE.fdv_stated_usd
    return f"""The division is right and its two inputs were old: with the sale of the same autumn it is {then.ratio:.1f}×, and
        at the close of publication day {close.ratio:.1f}×. Since then the ratio rose to {now.ratio:.0f} while the price never
        came further than {highest:.1f} times the article's at a close: the comparable ran away, and nothing tied the token to
        it. TAO's price of {NOW.date:%B %Y} needs {percent(now.tao_share, 2)} of OpenAI's value to reach holders for certain;
        the protocol gives them none of it."""
