"""Supply, rewards and the market over their whole domains: the records' bounds, and beyond them
a line.
"""

import math

import numpy as np
import pytest
from domain import (
    PUBLIC,
    Case,
    arguments,
    array,
    hold,
    number,
    rules,
    scenarios,
    several,
    snapshots,
    vector,
    whole,
)
from hypothesis import strategies as st

import tao_econ as te
from tao_econ.economy.roles import Roles
from tao_econ.inputs import data

day = {"rules": rules(), "snapshot": snapshots(), "scenario": scenarios()}
BEYOND = "issuance_rao must be at most|staked_tao must be at most"
NO_BLOCK = "block must be (known|given)"
FAR = "must fit in 63 bits|days must be at most|recycled_ppm must be 0 under"
EMPTY = "issuance_rao must leave"
SPLIT = "stakers_share must be at most"
OUTSIDE = "must stay within the impact law"
LAWLESS = dict.fromkeys(
    ("unexpected_impact_share", "mean_cost_share", "surprise_impact_share"),
    "outside the law where it would take more than the whole price",
)
UNSTAKED = "staked_tao must be > 0"
TINY = "staked_tao must be > 0"
amount, above = number("[0, inf)"), number("(0, inf)")
share = number("[0, 1]")
close = pytest.approx


def supply_law(supply, snapshot, scenario, rules):
    assert (
        0
        <= supply.staked_tao
        <= supply.circulating_tao
        <= supply.issued_tao
        <= supply.max_supply_tao
    )
    assert (
        0 <= supply.float_tao <= supply.circulating_tao
        and 0 <= supply.float_ratio <= 1
        and 0 <= supply.mc_fdv <= 1
    )
    assert supply.market_cap_usd == close(supply.mc_fdv * supply.fdv_usd)


def supply_path_law(path, rules, snapshot, scenario, every_days):
    assert len({len(part) for part in path}) == 1 and (np.diff(path.issued_tao) >= 0).all()
    assert (path.circulating_tao <= path.issued_tao).all() and (path.price_usd >= 0).all()
    assert (path.inflation_per_year >= 0).all()
    np.testing.assert_allclose(
        path.price_usd * path.circulating_tao, path.market_cap_usd, rtol=1e-9, atol=1e-300
    )


def discounted_law(supply, rules, snapshot, scenario, rates):
    issued = snapshot.issuance_rao / rules.units_per_coin
    most = max(rules.max_supply_rao / rules.units_per_coin, issued)
    assert (np.asarray(supply) >= issued * (1 - 1e-9)).all() and (
        np.asarray(supply) <= most * (1 + 1e-9)
    ).all()
    if rates is not None:
        order = np.argsort(rates)
        assert (np.diff(supply[order]) <= 1e-9 * most).all(), "a higher rate counts less"


def yields_law(found, **_):
    assert (
        -1 <= found.unstaked <= 0
        and found.staker_nominal >= 0
        and found.staker_real >= found.unstaked
    )


def roles_sum(split, **_):
    assert sum(split.share) == close(1) and min(split.share) >= 0
    for part in split[2:]:
        assert (
            min(part) >= 0
            and sum(part) == close(sum(split.token_per_day) * (part[0] / split.token_per_day[0]))
            if (split.token_per_day[0] > 1e-280 and part[0] > 1e-280)
            else True
        )


def sold_law(pressure, rules, snapshot, scenario):
    parts = pressure[2:6]
    assert min(parts) >= 0 and pressure.sold_tao_per_day == close(math.fsum(parts))
    assert (
        sum(parts[:3])
        <= pressure.paid_tao_per_day * (1 + 1e-9)
        <= pressure.emission_tao_per_day * (1 + 2e-9)
    )
    if not math.isnan(pressure.unexpected_impact_share):
        assert pressure.surprise_impact_share <= pressure.unexpected_impact_share * (1 + 1e-12)
        assert 0 <= pressure.mean_cost_share <= pressure.unexpected_impact_share <= 1
    assert (
        0
        <= pressure.sold_tao_per_year
        <= (rules.max_supply_rao + snapshot.issuance_rao) / rules.units_per_coin * (1 + 1e-9)
    )


def impact_law(impact, order_usd, exponent, **_):
    assert np.all(impact.peak_share >= 0) and np.all(impact.peak_share <= 1)
    assert np.all(impact.mean_cost_share <= impact.peak_share)


def schedule_law(plan, amount, steps, **_):
    assert (
        plan.holding[0] == close(amount)
        and plan.holding[-1] == 0
        and plan.sold.sum() == close(amount)
    )
    assert (
        (plan.sold >= -1e-12 * amount).all() and plan.expected_cost >= 0 and plan.cost_variance >= 0
    )


def dividends_law(parts, validator_alpha, root_alpha, **_):
    for part, pool in zip(parts, (validator_alpha, root_alpha), strict=True):
        assert (part >= 0).all() and (part.sum() == 0 or part.sum() == close(pool))


def path_law(path, snapshot, **_):
    assert path.price_usd[0] == snapshot.price_usd and (path.price_usd >= 0).all()


def ownership_law(path, share, **_):
    assert path.unstaked[0] == close(share, rel=1e-9, abs=1e-300)
    for low, high in zip(path[1:], path[2:], strict=False):
        assert (low <= high * (1 + 1e-9)).all(), "who does more keeps more"


def a_split():
    sizes = st.tuples(*[number("[0, 1e18]")] * 7).map(lambda parts: Roles(*parts))
    return st.builds(
        lambda token, a, b, c, d: te.economy.rewards.RewardSplit(token, a, b, c, d),
        st.sampled_from(["TAO", "alpha"]),
        sizes,
        sizes,
        sizes,
        sizes,
    )


def a_shared_day(v):
    return arguments(
        validator_alpha=amount,
        root_alpha=amount,
        dividends=array((v,), "[0, inf)"),
        alpha_stake=array((v,), "[0, inf)"),
        root_stake=array((v,), "[0, inf)"),
        root_weight=share,
    )


def orders(n):
    side = st.one_of(array((n,), "[0, inf)"), amount)
    return arguments(
        order_usd=side,
        volume_usd=st.one_of(array((n,), "(0, inf)"), above),
        daily_volatility=side,
        prefactor=side,
        exponent=number("(0, 1]"),
    )


ranked = data.load("comparables")
TABLE = {
    "score_forecasts": Case(
        arguments(),
        lambda table: np.testing.assert_array_less(0, table["score"].dropna()),
        unknown=dict.fromkeys(
            ("outcome", "inside_50", "inside_90", "score"), "until the outcome is known"
        ),
    ),
    "supply_at": Case(arguments(**day), supply_law, refuses=BEYOND),
    "supply_path": Case(
        arguments(**day, every_days=whole(20, 10_000)),
        supply_path_law,
        refuses=f"issuance_rao must be at most|{NO_BLOCK}|{FAR}|market_cap_growth must",
    ),
    "supply_after": Case(
        arguments(**day, years=amount),
        lambda tao, rules, snapshot, **_: (
            tao >= snapshot.issuance_rao / rules.units_per_coin or pytest.fail("less")
        ),
        refuses=NO_BLOCK,
    ),
    "break_even_growth": Case(
        arguments(**day, years=amount),
        lambda growth, **_: growth >= 0 or pytest.fail("less"),
        refuses=NO_BLOCK,
    ),
    "discounted_supply": Case(
        arguments(**day, rates=st.one_of(st.none(), vector("[0, 1]"))),
        discounted_law,
        refuses=NO_BLOCK,
    ),
    "decompose_price": Case(
        arguments(price_usd=st.tuples(above, above), supply_tao=st.tuples(above, above)),
        lambda parts, **_: (
            parts.log_cap == close(parts.log_price + parts.log_supply) or pytest.fail("not a sum")
        ),
        unknown={"share_to_new_supply": "no part of a market cap that did not change"},
    ),
    "day_flows": Case(
        arguments(**day, pools=st.none()),
        lambda flows, **_: (
            sum(flows[1:10]) == flows.minted_rao and min(flows[:10]) >= 0 or pytest.fail("books")
        ),
        refuses=f"{NO_BLOCK}|{SPLIT}",
    ),
    "bearable": Case(
        arguments(participation_share=amount),
        lambda got, participation_share: (
            not got.bearable or all(got.by_looser.values()) or pytest.fail("looser is stricter")
        ),
    ),
    "holder_yield": Case(
        arguments(**day), yields_law, refuses=f"{BEYOND}|{NO_BLOCK}|{UNSTAKED}|{SPLIT}"
    ),
    "emission_tao_per_day": Case(
        arguments(**day),
        lambda tao, **_: tao >= 0 or pytest.fail("negative"),
        refuses=NO_BLOCK,
    ),
    "staker_real_yield": Case(
        arguments(issuance_rate=share, staked_share=number("(0, 1]"), kept_share=share),
        lambda change, issuance_rate, staked_share, kept_share: (
            (change >= -1e-15) == (kept_share >= staked_share * (1 - 1e-12))
            or issuance_rate < 1e-12
            or pytest.fail("keeps its share where k = s")
        ),
    ),
    "mc_fdv_ranking": Case(
        arguments(
            as_of=st.sampled_from(sorted(set(ranked["as_of"]))),
            peers=st.one_of(
                st.none(),
                st.lists(st.sampled_from(sorted(set(ranked["token"]))), max_size=5).map(tuple),
            ),
        ),
        lambda table, **_: (table["mc_fdv"].diff().dropna() >= 0).all() or pytest.fail("order"),
        unknown={"market_cap_usd": "not every row of comparables.csv has one"},
    ),
    "reward_split": Case(
        arguments(
            **day,
            subnet=st.builds(
                te.economy.SubnetTerms,
                owned=st.booleans(),
                subnet_share=share,
                alpha_issuance=number("[0, 21e6]"),
                alpha_price_tao=st.one_of(st.none(), amount),
                root_proportion=st.one_of(st.just(0.0), share),
                root_paid=st.booleans(),
                withheld_share=share,
                withheld_is=st.sampled_from(["burned", "recycled"]),
                own_stake_share=share,
            ),
        ),
        roles_sum,
        refuses="alpha_price_tao must|[a-z_]+ must be [^ ]+ under|alpha_issuance must be "
        f"in|{NO_BLOCK}|{SPLIT}",
    ),
    "holder_reward": Case(
        arguments(
            split=a_split(),
            role=st.sampled_from(
                ["owner", "miner", "validator", "nominator", "root holder", "user"]
            ),
            share=share,
            paid_usd_per_day=amount,
            price_usd=above,
        ),
        lambda got, role, **_: (
            (max(got) <= 0 if role == "user" else min(got) >= 0) or pytest.fail(role)
        ),
    ),
    "subsidy": Case(
        arguments(split=a_split(), revenue_usd_per_year=above),
        lambda usd, **_: usd >= 0 or pytest.fail("negative"),
    ),
    "break_even_incentive": Case(
        arguments(split=a_split(), cost_usd_per_day=amount),
        lambda part, **_: part >= 0 or pytest.fail("negative"),
        unknown={"": "infinite where miners are paid nothing"},
    ),
    "break_even_take": Case(
        arguments(**day),
        lambda take, **_: take <= 1 or pytest.fail("too high"),
        refuses=f"{BEYOND}|{NO_BLOCK}|{SPLIT}",
        unknown={"": "minus infinity where stakers get nothing"},
    ),
    "alpha_yield_per_day": Case(
        arguments(
            rules=rules(),
            earning_alpha=above,
            alpha_per_day=amount,
            root_proportion=share,
            take=share,
        ),
        lambda part, **_: part >= 0 or pytest.fail("negative"),
    ),
    "distribute_dividends": Case(several(a_shared_day), dividends_law),
    "real_yield": Case(
        arguments(
            nominal=number("[-1, inf)"),
            supply_growth=number("(-1, inf)"),
            price_change=number("[-1, inf)"),
        ),
        lambda part, **_: part >= -1 or pytest.fail("more than all is lost"),
    ),
    "ownership_path": Case(
        arguments(**day, share=share, every_days=whole(20, 10_000)),
        ownership_law,
        refuses=f"{BEYOND}|{NO_BLOCK}|{FAR}|{TINY}|{SPLIT}|share must be at most|market_cap_growth must",
    ),
    "sell_pressure": Case(
        arguments(**day),
        sold_law,
        unknown=LAWLESS,
        refuses=f"{NO_BLOCK}|{SPLIT}|staked_tao must be at most",
    ),
    "price_impact": Case(several(orders), impact_law, refuses=OUTSIDE),
    "almgren_impact": Case(
        arguments(
            order=amount,
            volume=above,
            outstanding=above,
            daily_volatility=amount,
            days=above,
            gamma=amount,
            eta=amount,
        ),
        lambda cost, **_: (
            cost.cost_share >= cost.permanent_share / 2 or pytest.fail("cheaper than its impact")
        ),
        refuses=OUTSIDE,
    ),
    "liquidation_schedule": Case(
        arguments(
            amount=amount,
            days=above,
            steps=whole(1, 200),
            volatility=amount,
            temporary=above,
            permanent=amount,
            risk_aversion=amount,
        ),
        schedule_law,
        refuses="temporary must be|risk_aversion must",
    ),
    "amihud": Case(
        several(lambda n: arguments(returns=array((n,)), volume_usd=array((n,), "(0, inf)"))),
        lambda ratio, **_: ratio >= 0 or pytest.fail("negative"),
    ),
    "kyle_lambda": Case(
        arguments(value_sd=amount, noise_sd=above),
        lambda move, **_: move >= 0 or pytest.fail("negative"),
    ),
    "volatility_multiplier": Case(
        arguments(daily_volatility=amount, turnover_share=above, factor=amount),
        lambda m, **_: m >= 0 or pytest.fail("negative"),
    ),
    "flow_balance": Case(
        arguments(**day, inflow_usd_per_day=amount),
        lambda flow, **_: flow.price_at_inflow_usd >= 0 or pytest.fail("negative"),
        unknown={"price_at_inflow_usd": "infinite where nothing is sold and something bought"},
        refuses=f"{NO_BLOCK}|{SPLIT}|staked_tao must be at most",
    ),
    "price_under_flow": Case(
        arguments(**day, inflow_usd_per_day=amount, every_days=whole(20, 10_000)),
        path_law,
        refuses=f"issuance_rao must be at most|{NO_BLOCK}|{FAR}|{SPLIT}|staked_tao "
        "must be at most|market_cap_growth must",
    ),
    "emission_over_volume": Case(
        arguments(
            since=st.sampled_from(data.load("tao_daily_2023q4")["date"].dt.date.tolist()),
            until=st.sampled_from(data.load("tao_daily_2023q4")["date"].dt.date.tolist()),
        ),
        lambda window, **_: 0 < window.participation_share < 1 or pytest.fail("no share"),
        refuses="since must be a day",
    ),
    "publication_windows": Case(
        arguments(),
        lambda table: len(table) == 3 or pytest.fail("windows"),
        unknown={"daily_volatility": "one day has none"},
    ),
    "replay_shock": Case(
        arguments(
            date=st.sampled_from(data.load("price_shocks")["date"].dt.date.tolist()),
            scenario=scenarios(),
        ),
        lambda shock, **_: (
            shock.impact_low_share <= shock.impact_high_share or pytest.fail("order")
        ),
    ),
    "normal_draws": Case(
        st.builds(
            lambda p, t, seed, twins: {
                "draws": te.economy.Draws(
                    p * (1 + twins), t, seed, twins, ("float64", "float32")[seed % 2]
                )
            },
            whole(1, 20),
            whole(1, 20),
            whole(),
            st.booleans(),
        ),
        lambda z, draws: (
            (
                z.shape == (draws.paths, draws.steps)
                and (not draws.antithetic or (z[::2] == -z[1::2]).all())
            )
            or pytest.fail("shape or mirror")
        ),
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_every_example_is_answered_in_finite_numbers_or_refused_in_one_line(name):
    hold(PUBLIC[name], TABLE[name])
