"""Comparables, trees, valuations and portfolios over their whole domains."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from domain import (
    PUBLIC,
    Case,
    arguments,
    eras,
    hold,
    number,
    rules,
    scenarios,
    snapshots,
    vector,
    whole,
)
from hypothesis import strategies as st

from tao_econ.economy.comparables import DENOMINATORS, TOKEN_VALUES
from tao_econ.economy.trading import ONE_VENUE
from tao_econ.inputs import data

day = {"snapshot": snapshots(), "scenario": scenarios(), "rules": rules()}
above, share, close = number("(0, inf)"), number("[0, 1]"), pytest.approx
denominator = st.sampled_from(DENOMINATORS)
years, terminal = number("[0, 100]"), number("[-0.99, 1]")
seeds = whole(0, 2**40)
SUPPLY = (
    "staked_tao must be at most|issuance_rao must be at most|block must be "
    "(known|given)|fdv_stated_usd must be known"
)
FEW_WEEKS = "weeks between since and until must be >= 12"
when = st.one_of(st.none(), st.dates(dt.date(2023, 1, 1), dt.date(2024, 6, 1)))
CARRY = "must be below discount_rate|appreciation must be"
SPENT = "issuance_rao must leave something|stakers_share must be below"


def implied_law(implied, **_):
    assert min(implied) >= 0 and implied.value_usd == close(implied.price_usd * implied.supply_tao)


def ratio_law(ratio, value_usd, scenario, **_):
    assert ratio.multiple <= ratio.ratio * (1 + 1e-12) and ratio.ratio * ratio.tao_share == close(1)


def sector_law(found, **_):
    assert found.sector_log_return + found.own_log_return == close(found.tao_log_return)
    assert found.beta_low <= found.beta_high
    assert found.alpha_low_per_week <= found.alpha_high_per_week


def required_law(needed, price_usd, **_):
    assert (
        needed.fee_revenue_usd_per_year >= 0
        and needed.capture_share >= 0
        and needed.revenue_growth >= -1
    )


def bands_law(bands, **_):
    assert (bands.p10_usd <= bands.p50_usd * (1 + 1e-12)).all() and (
        bands.p50_usd <= bands.p90_usd * (1 + 1e-12)
    ).all()
    assert (bands.supply_ratio >= 1 - 1e-12).all()


def field_law(table, **_):
    assert (table["low_usd"] <= table["mid_usd"] * (1 + 1e-9)).all() and (
        table["mid_usd"] <= table["high_usd"] * (1 + 1e-9)
    ).all()


def tree_law(found, tree, **_):
    assert found.p10_usd <= found.p50_usd <= found.p90_usd and found.spread_usd >= 0
    assert found.branches["share"].sum() == close(1) or found.fdv_usd == 0
    assert found.branches["contribution_usd"].sum() == close(found.fdv_usd)


def a_tree(n):
    def built(pair):
        odds, fdv = pair
        return pd.DataFrame(
            {
                "branch": [f"b{i}" for i in range(n)],
                "probability": odds / odds.sum(),
                "fdv_bn_usd": fdv,
            }
        )

    odds = vector("[0, 1]", n, n).filter(lambda xs: xs.sum() > 1e-3)
    return st.tuples(odds, vector("[0, 1e9]", n, n)).map(built)


trees = st.one_of(st.none(), st.integers(2, 5).flatmap(a_tree))
branched = st.one_of(
    st.tuples(st.none(), st.sampled_from(data.load("scenario_tree")["branch"].tolist())),
    st.integers(2, 5).flatmap(
        lambda n: st.tuples(a_tree(n), st.integers(0, n - 1).map(lambda i: f"b{i}"))
    ),
)


def on_a_tree(**more):
    return st.tuples(branched, arguments(**more)).map(
        lambda p: p[1] | {"tree": p[0][0], "branch": p[0][1]}
    )


def kelly_law(found, drift, fraction, **_):
    assert (
        found.growth_per_year <= found.full_growth_per_year * (1 + 1e-9)
        and 0 <= found.touch_half <= 1
    )


PAYS = {"growth_years": years, "terminal_growth": terminal}
days_of_closes = st.one_of(
    st.none(), st.dates(dt.date(2023, 1, 1), dt.date(2027, 1, 1)).map(dt.date.isoformat)
)
DRIFT, VOLATILITY = number("[-100, 100]"), number("[0.0001, 100]")
REACH = "prices? must stay|must keep|users must|must be of a size"
TABLE = {
    "supply_counted": Case(
        arguments(**day, denominator=denominator),
        lambda tao, **_: tao > 0 or pytest.fail("none"),
        refuses=SUPPLY,
    ),
    "value_ratio": Case(
        arguments(**day, value_usd=number("[1, 1e18]"), denominator=denominator),
        ratio_law,
        refuses=SUPPLY,
    ),
    "comparables_on": Case(
        arguments(when=st.dates(), token_value=st.sampled_from(TOKEN_VALUES), max_age_days=whole()),
        lambda table, **_: (table["value_usd"].diff().dropna() <= 0).all() or pytest.fail("order"),
    ),
    "comparable_ratios": Case(
        arguments(
            **day,
            denominator=denominator,
            when=st.one_of(st.none(), st.dates()),
            token_value=st.one_of(st.none(), st.sampled_from(TOKEN_VALUES)),
            max_age_days=whole(0, 10_000),
        ),
        lambda table, **_: (table["ratio"] > 0).all() or pytest.fail("negative"),
        refuses=SUPPLY,
    ),
    "dispersion": Case(
        st.builds(
            lambda values, q: {
                "ratios": pd.DataFrame(
                    {
                        "kind": ["company", "token"] * len(values),
                        "implied_price_usd": np.repeat(values, 2),
                    }
                ),
                "quantiles": q,
            },
            st.one_of(vector("(0, inf)"), st.just(np.zeros(2))),
            vector("[0, 1]"),
        ),
        lambda table, **_: (table["least"] <= table["greatest"]).all() or pytest.fail("order"),
    ),
    "weekly_returns": Case(
        arguments(since=when, until=when),
        lambda table, **_: np.isfinite(table["tao_usd"]).all() or pytest.fail("unknown"),
        refuses=FEW_WEEKS,
    ),
    "beta_alpha": Case(
        arguments(
            since=when,
            until=when,
            level=number("(0, 1)"),
            block_weeks=whole(1, 12),
            replicas=whole(100, 300),
            seed=seeds,
        ),
        sector_law,
        refuses=FEW_WEEKS,
        most=100,
    ),
    "weekly_correlation": Case(
        arguments(
            first=st.sampled_from(["tao", "rndr", "fet", "btc"]),
            second=st.sampled_from(["tao", "fil", "icp"]),
            since=when,
            until=when,
            level=number("(0, 1)"),
            block_weeks=st.one_of(st.none(), whole(1, 12)),
            seed=seeds,
        ),
        lambda found, **_: -1 <= found.low <= found.high <= 1 or pytest.fail("beyond"),
        refuses=FEW_WEEKS,
        most=100,
    ),
    "volumes_on": Case(
        arguments(when=st.dates(), max_age_days=whole()),
        lambda table, **_: (table["volume_usd"] > 0).all() or pytest.fail("none traded"),
    ),
    "with_volume": Case(
        arguments(
            snapshot=snapshots(),
            scope=st.sampled_from(["Binance", ONE_VENUE]),
            max_age_days=whole(),
        ),
        lambda got, **_: got.volume_usd > 0 or pytest.fail("none traded"),
        refuses="unknown volume on",
    ),
    "openai_ratio_path": Case(
        arguments(), lambda table: (table["ratio"] > 0).all() or pytest.fail("negative")
    ),
    "weekly_ratio": Case(
        arguments(
            company=st.sampled_from(
                sorted(set(data.load("private_valuations").dropna()["company"]))
            )
        ),
        lambda table, **_: (table["ratio"] > 0).all() or pytest.fail("negative"),
    ),
    "sales_multiples": Case(
        arguments(
            **day,
            denominator=denominator,
            year=st.one_of(
                st.none(), st.sampled_from(data.load("sales_multiples")["year"].tolist())
            ),
        ),
        unknown={"low": "infinite for TAO without fees", "high": "the same"},
        refuses=f"{SUPPLY}|year must be one of|date must not be before",
    ),
    "scenario_tree": Case(arguments(rules=rules(), spot_usd=above, tree=trees), tree_law),
    "tree_break_even": Case(
        st.one_of(
            st.fixed_dictionaries(
                {
                    "rules": eras(),
                    "spot_usd": number("[110, 1000]"),
                    "tree": st.none(),
                    "branch": st.just("next OpenAI"),
                }
            ),
            on_a_tree(rules=rules(), spot_usd=st.one_of(above, number("[1, 1e4]"))),
        ),
        lambda odds, **_: -1e-9 <= odds <= 1 + 1e-9 or pytest.fail("beyond one"),
        refuses="spot_usd must be within reach|probability must leave",
    ),
    "tree_noise": Case(
        arguments(
            rules=rules(), concentration=above, draws=whole(100, 500), seed=seeds, tree=trees
        ),
        lambda noise, **_: noise.p10_usd <= noise.p50_usd <= noise.p90_usd or pytest.fail("order"),
        refuses="concentration must",
    ),
    "tree_sensitivity": Case(
        on_a_tree(rules=rules(), probabilities=vector("[0, 1]")),
        lambda price, **_: (price >= 0).all() or pytest.fail("negative"),
        refuses="probability must leave",
    ),
    "without_smallest": Case(
        arguments(tree=trees, count=st.integers(0, 4)),
        lambda less, **_: less["probability"].sum() == close(1) or pytest.fail("not one"),
        refuses="count must leave",
    ),
    "exchange_equation": Case(arguments(**day), implied_law, refuses=SUPPLY),
    "metcalfe": Case(
        arguments(
            **day,
            users=number("[0, 1e18]"),
            exponent=number("[0, 4]"),
            log_constant=number("[-50, 50]"),
        ),
        implied_law,
        refuses=SUPPLY,
    ),
    "cong_li_wang": Case(
        arguments(
            **day,
            users=number("[0, 1e12]"),
            productivity_usd=number("[0, 1e15]"),
            network_exponent=share,
            curvature=number("[0.05, 0.95]"),
            appreciation=st.one_of(st.just(-0.1), number("[-1, 1]"), number()),
        ),
        implied_law,
        refuses=f"{SUPPLY}|{CARRY}",
    ),
    "convenience_value": Case(
        arguments(
            **day,
            curvature=number("[0.05, 0.95]"),
            appreciation=st.one_of(st.just(-0.1), number("[-1, 1]"), number()),
        ),
        implied_law,
        refuses=f"{SUPPLY}|{CARRY}",
    ),
    "captured_fees": Case(arguments(**day, **PAYS), implied_law, refuses=f"{SUPPLY}|{CARRY}"),
    "reverse_dcf": Case(
        arguments(**day, **PAYS, price_usd=st.one_of(st.none(), number("(0, 1e12]"))),
        required_law,
        refuses=f"{SUPPLY}|{CARRY}",
        unknown={
            "fee_revenue_usd_per_year": "inf where nothing is captured",
            "revenue_multiple": "inf where no fees are assumed",
            "capture_share": "inf where there are no fees",
            "revenue_growth": "inf where nothing is captured",
        },
    ),
    "reverse_dcf_surface": Case(
        arguments(
            **day,
            **PAYS,
            fee_revenue_usd_per_year=vector("[0, 1e15]"),
            capture_share=vector("[0, 1]"),
        ),
        lambda surface, **_: (surface.price_usd >= 0).all() or pytest.fail("negative"),
        refuses=f"{SUPPLY}|{CARRY}",
    ),
    "cost_of_production": Case(
        arguments(**day, cost_usd_per_year=number("[0, 1e15]")),
        implied_law,
        refuses=f"{SUPPLY}|{SPENT}",
    ),
    "stock_to_flow": Case(
        arguments(**day, exponent=number("[0, 10]"), log_constant=number("[-50, 50]")),
        lambda found, **_: min(found) >= 0 or pytest.fail("negative"),
        refuses=f"{SUPPLY}|{SPENT}|ratio_years must be in",
    ),
    "s2f_value": Case(
        arguments(
            ratio_years=number("[0, 1e15]"),
            exponent=number("[0, 10]"),
            log_constant=number("[-50, 50]"),
        ),
        lambda usd, **_: usd >= 0 or pytest.fail("negative"),
    ),
    "spurious_r2": Case(
        arguments(length=whole(3, 60), draws=whole(1, 60), drift=number("[-100, 100]"), seed=seeds),
        lambda r2, **_: ((r2 >= 0) & (r2 <= 1 + 1e-9)).all() or pytest.fail("beyond one"),
    ),
    "price_bands": Case(
        arguments(
            **day,
            volatility=number("[0, 10]"),
            growth_se=share,
            years=st.one_of(st.none(), vector("[0, 100]")),
        ),
        bands_law,
        refuses=f"{SUPPLY}|volatility must keep",
    ),
    "football_field": Case(
        arguments(**day),
        field_law,
        refuses=f"{SUPPLY}|{CARRY}|{SPENT}|year must be one of|ratio_years must|cost_usd_per_year "
        "must be in",
        most=10,
    ),
    "kelly": Case(
        arguments(drift=DRIFT, volatility=VOLATILITY, fraction=number("[0, 100]")), kelly_law
    ),
    "touch_probability": Case(
        arguments(fraction=number("[0, 100]"), level=number("(0, 1]")),
        lambda p, **_: 0 <= p <= 1 or pytest.fail("beyond one"),
    ),
    "price_history": Case(
        arguments(first=days_of_closes, last=days_of_closes),
        lambda found, **_: found.volatility > 0 or pytest.fail("still"),
        refuses="first and last must have",
    ),
    "drift_error": Case(arguments(volatility=VOLATILITY, years=number("[0.001, 1000]"))),
    "kelly_under_error": Case(
        arguments(
            drift=DRIFT,
            volatility=VOLATILITY,
            years=number("[0.001, 1000]"),
            fraction=number("[0, 100]"),
        ),
        lambda found, **_: found.p10 <= found.p50 <= found.p90 or pytest.fail("order"),
        unknown={"break_even_years": "inf where the fraction always loses"},
    ),
    "shrink_drift": Case(
        arguments(
            drift=DRIFT,
            drift_se=number("[0.000001, 1000]"),
            prior_drift=DRIFT,
            prior_sd=number("[0, 100]"),
        ),
        lambda found, drift, drift_se, **_: (
            0 <= found.weight_of_estimate <= 1
            and found.drift_se <= drift_se * (1 + 1e-12)
            or pytest.fail("beyond")
        ),
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_every_example_is_answered_in_finite_numbers_or_refused_in_one_line(name):
    hold(PUBLIC[name], TABLE[name])
