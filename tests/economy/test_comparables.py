"""TAO beside companies and other tokens: published ratios, spread and refusals."""

import dataclasses
import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
from assumed import ARTICLE, AS_ARTICLE, BASE, LATEST
from hypothesis import given
from hypothesis import strategies as st

import tao_econ as te
from tao_econ.economy import comparables
from tao_econ.inputs import data

CHAIN = te.rules_at("2026-09-11")


def varied(**values):
    return dataclasses.replace(AS_ARTICLE, **values)


def article_ratio(value_bn, denominator="fdv"):
    return te.economy.value_ratio(
        CHAIN, ARTICLE, AS_ARTICLE, value_bn * 1e9, denominator=denominator
    )


# --- published numbers


def test_claims_c47_the_8x_is_8_06_on_the_printed_fdv_and_8_63_on_the_computed_one():
    assert article_ratio(29, "fdv_stated").ratio == pytest.approx(8.06, abs=5e-3)
    assert article_ratio(29, "fdv_stated").tao_usd == 3.6e9
    assert (
        article_ratio(29).ratio == pytest.approx(8.63, abs=5e-3)
        and article_ratio(29).tao_usd == 3.36e9
    )


def test_models_md_31_the_tender_of_the_same_week_makes_it_25_6():
    assert article_ratio(86).ratio == pytest.approx(25.6, abs=5e-2)


def test_models_md_31_the_same_method_gave_29_8_in_may_2023():
    may = dataclasses.replace(ARTICLE, price_usd=46.37)
    assert te.economy.value_ratio(CHAIN, may, AS_ARTICLE, 29e9).ratio == pytest.approx(
        29.8, abs=5e-2
    )


def test_models_md_s4_the_ratio_over_the_discounted_fdv_uses_12_849_million():
    # that source's 20 % is continuous
    yearly = dataclasses.replace(AS_ARTICLE, discount_rate=math.expm1(0.2))
    got = te.economy.value_ratio(CHAIN, ARTICLE, yearly, 29e9, denominator="discounted_fdv")
    assert got.tao_usd / 160 == pytest.approx(12.849e6, rel=1e-3)
    assert te.economy.supply_counted(CHAIN, ARTICLE, AS_ARTICLE, "market_cap") == 5.5e6


def test_models_md_31_every_dated_ratio_is_the_printed_one_to_its_digits():
    path = te.economy.openai_ratio_path()
    printed = [29.8, 8.6, 25.6, 5.4, 13.2, 57, 60, 186, 168]  # models.md section 3.1
    assert path["printed_ratio"].tolist() == printed
    for ratio, shown in zip(path["ratio"], printed, strict=True):
        assert ratio == pytest.approx(shown, abs=0.5 if shown > 50 else 0.05)


def test_on_the_articles_own_day_the_close_made_it_4_8_and_14_2():
    day = te.economy.openai_ratio_path().query(
        "date == '2023-11-20'"
    )  # claims.csv C47 gives 4.8 too
    assert day["close_usd"].tolist() == [287.7, 287.7]
    assert day["ratio_at_close"].tolist() == pytest.approx([4.8, 14.2], abs=0.05)


def test_closes_of_our_tables_move_some_printed_ratios():
    path = te.economy.openai_ratio_path().set_index("date")
    off = path["ratio_at_close"] / path["ratio"] - 1
    assert off["2024-04"] == pytest.approx(
        0.48, abs=5e-3
    )  # an intraday high against the month's mean close
    assert (
        abs(off[["2023-05", "2024-10", "2025-03", "2025-10", "2026-07-04", "2026-09-11"]]) < 0.09
    ).all()
    for day in ("2026-07-04", "2026-09-11"):  # the day's own close, not that of the month before
        assert path["close_date"][day] == dt.date.fromisoformat(day)


def test_the_gap_grew_twentyfold_where_the_article_expected_it_to_close():
    path = te.economy.openai_ratio_path()["ratio"]
    assert path.iloc[-1] / path.iloc[1] == pytest.approx(
        19.5, abs=0.05
    )  # models.md says above 20x: from 8.06


def test_models_md_32_sales_multiples_of_2026_09_11():
    fdv = te.economy.sales_multiples(CHAIN, LATEST, BASE)
    cap = te.economy.sales_multiples(CHAIN, LATEST, BASE, denominator="market_cap")
    assert fdv["low"].iloc[-1] == pytest.approx(253, abs=0.5) and cap["low"].iloc[
        -1
    ] == pytest.approx(137, abs=0.5)
    assert fdv["company"].iloc[-1] == "TAO" and fdv["low_usd"].iloc[-1] == 241.1


def test_models_md_32_sales_multiples_of_october_2023():
    table = te.economy.sales_multiples(CHAIN, ARTICLE, AS_ARTICLE).set_index("company")
    assert table["low"][["OpenAI", "Anthropic", "listed software"]].tolist() == [80, 200, 7]
    assert table["low_usd"]["OpenAI"] == pytest.approx(80 * 20e6 / 21e6)


# --- the table of comparables


def test_on_the_articles_day_the_latest_openai_value_is_the_86_and_tokens_span_two_orders():
    table = te.economy.comparable_ratios(CHAIN, ARTICLE, AS_ARTICLE).set_index("name")
    assert table["value_usd"]["openai"] == 86e9 and table["ratio"]["openai"] == pytest.approx(
        25.595, abs=5e-4
    )
    assert {"RNDR", "FET", "OCEAN", "FIL", "AKT", "AGIX"} <= set(
        table.index
    ) and "TAO" not in table.index
    assert table["value_usd"]["RNDR"] == 1_829_387_633  # comparables.csv 2023-11-20
    tokens = te.economy.dispersion(table.reset_index()).loc["token"]
    assert tokens["count"] == 14 and tokens["spread"] == pytest.approx(22e9 / 174_295_000)
    assert tokens["p50"] < ARTICLE.price_usd < tokens["p90"]


def test_a_price_in_talks_is_told_from_one_that_was_paid():
    told = te.economy.comparables_on("2023-11-20").set_index("name").loc["openai"]
    assert (told["value_usd"], told["status"], told["confidence"]) == (86e9, "in talks", "medium")
    paid = te.economy.comparables_on("2023-11-20", closed_only=True).set_index("name").loc["openai"]
    assert (paid["value_usd"], paid["status"]) == (29e9, "closed")
    later = te.economy.comparables_on("2024-12-01", closed_only=True).set_index("name")
    assert later.loc["openai", "value_usd"] == 157e9


def test_render_is_one_token_under_its_two_names():
    now = te.economy.comparables_on("2025-10-02", max_age_days=400)
    assert [name for name in now["name"] if name.startswith("R")] == ["RNDR"]
    ratios = te.economy.mc_fdv_ranking("2025-10-01").set_index("token")["mc_fdv"]
    assert {"RNDR", "FIL"} <= set(ratios.index) and ratios["FIL"] < ratios["TAO"] < ratios["RNDR"]


def test_before_the_tender_was_known_openai_stood_at_29_and_the_reverse_comparison_is_one_over_it():
    table = te.economy.comparable_ratios(CHAIN, ARTICLE, AS_ARTICLE, when="2023-10-30").set_index(
        "name"
    )
    assert table["value_usd"]["openai"] == 29e9 and table["age_days"]["openai"] == 183
    assert table["tao_share"]["openai"] == pytest.approx(3.36 / 29)


def test_like_is_compared_with_like_and_a_stale_token_is_left_out():
    caps = te.economy.comparable_ratios(
        CHAIN, ARTICLE, AS_ARTICLE, denominator="market_cap"
    ).set_index("name")
    assert caps["value_usd"]["RNDR"] == 1_267_267_345 and caps["tao_usd"].iloc[0] == 880e6
    fresh = te.economy.comparables_on("2026-09-11", max_age_days=100)
    assert set(fresh[fresh["kind"] == "token"]["name"]) == {"WLD", "FIL", "RNDR", "FET"}
    assert (fresh[fresh["kind"] == "token"]["age_days"] <= 100).all()


def test_gensyn_is_counted_once_and_togethers_range_by_its_geometric_middle():
    now = te.economy.comparables_on("2026-09-11")
    assert [n for n in now["name"] if "ensyn" in n] == ["gensyn"]
    then = te.economy.comparables_on("2023-12-01").set_index("name")
    assert then["value_usd"]["together"] == pytest.approx(math.sqrt(0.36 * 0.565) * 1e9)
    assert (then["low_usd"]["together"], then["high_usd"]["together"]) == (0.36e9, 0.565e9)


def test_nothing_has_a_value_before_the_first_one_and_none_comes_from_the_future():
    assert te.economy.comparables_on("2023-01-01").empty
    for day in ("2023-11-01", "2023-11-17", "2024-03-26", "2025-06-01", "2026-09-11"):
        table = te.economy.comparables_on(day)
        assert (table["date"] <= pd.Timestamp(day)).all() and not table["name"].duplicated().any()
        assert table["value_usd"].is_monotonic_decreasing and (table["value_usd"] > 0).all()


def test_the_weekly_path_ends_where_the_quoted_one_does_and_knows_no_later_valuation():
    path = te.economy.weekly_ratio()
    assert path["date"].is_monotonic_increasing and not path["date"].duplicated().any()
    assert path["ratio"].to_numpy() == pytest.approx(
        (path["valuation_usd"] / path["close_usd"] / 21e6).to_numpy()
    )
    before = path[path["date"] < "2023-10-31"]
    assert (before["valuation_usd"] == 29e9).all() and len(path) > 250
    assert path["ratio"].iloc[-1] == pytest.approx(
        147, abs=0.5
    )  # evidence.csv C47: 147x at 275.2 USD
    assert te.economy.weekly_ratio("together")["date"].min() >= pd.Timestamp("2023-11-30")


def test_private_valuations_of_the_points_are_those_of_the_dated_table():
    bn = {
        float(v)
        for v in data.load("private_valuations")
        .query("company == 'openai'")["valuation_bn_usd"]
        .dropna()
    }
    assert set(data.load("openai_points")["valuation_bn_usd"]) <= bn


# --- laws

SHARE = st.floats(0, 1)


@given(st.floats(1e6, 1e15), SHARE, SHARE, st.sampled_from(comparables.DENOMINATORS))
def test_capture_and_survival_scale_the_multiple_and_not_the_ratio(
    value, capture, survival, denominator
):
    scenario = varied(capture_share=capture, survival_share=survival)
    got = te.economy.value_ratio(CHAIN, ARTICLE, scenario, value, denominator=denominator)
    assert got.ratio == pytest.approx(value / got.tao_usd)
    assert got.multiple == pytest.approx(got.ratio * capture * survival)
    assert got.implied_price_usd == pytest.approx(
        160 * got.multiple
    ) and got.tao_share * got.ratio == pytest.approx(1)
    supply = te.economy.supply_counted(CHAIN, ARTICLE, scenario, denominator)
    assert got.implied_price_usd * supply == pytest.approx(value * capture * survival)


@given(st.floats(0, 1), st.floats(0, 0.95))
def test_the_discounted_count_lies_between_market_cap_and_fdv(rate, recycled):
    scenario = varied(discount_rate=rate, recycled_share=recycled)
    counts = [
        te.economy.supply_counted(CHAIN, ARTICLE, scenario, d)
        for d in ("market_cap", "discounted_fdv", "fdv")
    ]
    assert counts[0] <= counts[1] * (1 + 1e-12) and counts[1] <= counts[2] * (1 + 1e-11)


@given(SHARE, SHARE)
def test_the_table_gives_for_each_row_what_value_ratio_gives(capture, survival):
    scenario = varied(capture_share=capture, survival_share=survival)
    table = te.economy.comparable_ratios(CHAIN, ARTICLE, scenario)
    for row in table.itertuples():
        one = te.economy.value_ratio(CHAIN, ARTICLE, scenario, row.value_usd)
        assert (row.ratio, row.multiple, row.implied_price_usd, row.tao_share) == pytest.approx(
            (one.ratio, one.multiple, one.implied_price_usd, one.tao_share)
        )


def test_the_spread_has_quantiles_in_order_no_mean_and_survives_a_capture_of_zero():
    table = te.economy.dispersion(te.economy.comparable_ratios(CHAIN, ARTICLE, AS_ARTICLE))
    ordered = table[["least", "p10", "p25", "p50", "p75", "p90", "greatest"]].to_numpy()
    assert (np.diff(ordered, axis=1) >= 0).all() and "mean" not in table.columns
    nothing = te.economy.dispersion(
        te.economy.comparable_ratios(CHAIN, ARTICLE, varied(capture_share=0.0))
    )
    assert (nothing["greatest"] == 0).all() and (nothing["spread"] == 0).all()


def test_callers_cannot_change_the_facts():
    before = te.economy.comparables_on("2023-11-20")
    before["value_usd"] = 0.0
    assert (te.economy.comparables_on("2023-11-20")["value_usd"] > 0).all()
    path = te.economy.weekly_ratio()
    path["close_usd"] = 0.0
    assert (te.economy.weekly_ratio()["close_usd"] > 0).all()


def test_no_fees_give_an_infinite_multiple_and_prices_of_zero():
    table = te.economy.sales_multiples(
        CHAIN, LATEST, dataclasses.replace(BASE, fee_revenue_usd_per_year=0.0)
    )
    assert table["low"].iloc[-1] == math.inf and (table["high_usd"].iloc[:-1] == 0).all()


# --- refusals

RATIOS = te.economy.comparable_ratios(CHAIN, ARTICLE, AS_ARTICLE)


@pytest.mark.parametrize(
    "name, shown, call",
    [
        ("value_usd", "0", lambda: article_ratio(0)),
        ("value_usd", "inf", lambda: article_ratio(math.inf)),
        ("value_usd", "nan", lambda: article_ratio(math.nan)),
        ("value_usd", "'29'", lambda: te.economy.value_ratio(CHAIN, ARTICLE, AS_ARTICLE, "29")),
        ("value_usd", "True", lambda: te.economy.value_ratio(CHAIN, ARTICLE, AS_ARTICLE, True)),
        ("denominator", "did you mean 'fdv'", lambda: article_ratio(29, "fvd")),
        (
            "fdv_stated_usd",
            "2026-09-11",
            lambda: te.economy.value_ratio(
                CHAIN, LATEST, AS_ARTICLE, 29e9, denominator="fdv_stated"
            ),
        ),
        (
            "token_value",
            "'price'",
            lambda: te.economy.comparables_on("2023-11-20", token_value="price"),
        ),
        ("max_age_days", "-1", lambda: te.economy.comparables_on("2023-11-20", max_age_days=-1)),
        ("when", "'yesterday'", lambda: te.economy.comparables_on("yesterday")),
        ("when", "5", lambda: te.economy.comparable_ratios(CHAIN, ARTICLE, AS_ARTICLE, when=5)),
        ("company", "'antropic'", lambda: te.economy.weekly_ratio("antropic")),
        ("column", "'price'", lambda: te.economy.dispersion(RATIOS, column="price")),
        ("column", "'kind'", lambda: te.economy.dispersion(RATIOS, column="kind")),
        ("quantiles", "1.5", lambda: te.economy.dispersion(RATIOS, quantiles=[0.5, 1.5])),
        ("ratios", "none", lambda: te.economy.dispersion(RATIOS.iloc[:0])),
        ("year", "2024", lambda: te.economy.sales_multiples(CHAIN, ARTICLE, AS_ARTICLE, year=2024)),
        ("capture_share", "1.1", lambda: varied(capture_share=1.1)),
        ("survival_share", "-0.1", lambda: varied(survival_share=-0.1)),
    ],
)
def test_nonsense_is_refused_with_name_rule_and_value(name, shown, call, refused):
    with refused(name, shown):
        call()
