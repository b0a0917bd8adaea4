"""Every table of facts through every check that exists for its kind: one fact per date and scope,
dates in order, sums and products that must hold, and two records of one day that agree."""

import csv
import re

import numpy as np
import pandas as pd
import pytest

import tao_econ as te
from tao_econ.inputs import data
from tao_econ.inputs.rules import DATA

KEYS = {  # the columns that tell one fact from another
    "ai_funding": ["period", "what"],
    "block_anchors": ["block"],
    "btc_closes": ["date"],
    "central_bank_assets": ["bank", "date"],
    "chain_values": ["state", "block", "name"],
    "claims": ["id"],
    "comparables": ["token", "as_of"],
    "counter_corrections": None,
    "token_schedules": ["token", "tranche", "decided_on"],
    "evidence": None,  # several sources may say the same of one claim
    "forecasts": ["id"],
    "genesis_concentration": None,
    "key_dates": ["date"],
    "market_readings": ["as_of", "scope", "quantity"],
    "not_modelled": None,
    "openai_points": ["date", "valuation_bn_usd"],
    "peers_weekly": ["date"],
    "pool_percentiles": ["as_of", "pools_below_share"],
    "price_shocks": ["date"],
    "private_valuations": ["company", "date"],
    "quoted_numbers": ["notebook", "quantity"],
    "rndr_daily": ["date"],
    "root_reserve_gap": ["block"],
    "sales_multiples": ["company", "year"],
    "scenario_tree": ["branch"],
    "series_monthly": ["month"],
    "sources": ["name"],
    "subnet_readings": ["id"],
    "subnets_2026_07_08": ["netuid"],
    "subnets_2026_08_10": ["netuid"],
    "subnets_8740402": ["netuid"],
    "subnets_8791247": ["netuid"],
    "supply_points": [
        "date",
        "tao",
    ],  # vendors and the chain on one day; check_supply_points judges
    "tao_daily_2023q4": ["date"],
    "tao_daily_2026": ["date"],
    "tao_weekly": ["date"],
    "validator_stake": ["date", "largest"],
}
IN_ORDER = {  # what must ascend, within each value of the columns named
    "ai_funding": ("period", []),
    "btc_closes": ("date", []),
    "central_bank_assets": ("date", ["bank"]),
    "comparables": ("as_of", []),
    "key_dates": ("date", []),
    "market_readings": ("as_of", []),
    "openai_points": ("date", []),
    "peers_weekly": ("date", []),
    "pool_percentiles": ("reserve_tao", ["as_of"]),
    "private_valuations": ("date", ["company"]),
    "rndr_daily": ("date", []),
    "root_reserve_gap": ("block", []),
    "sales_multiples": ("year", []),
    "series_monthly": ("month", []),
    "tao_daily_2023q4": ("date", []),
    "tao_daily_2026": ("date", []),
    "tao_weekly": ("date", []),
    "validator_stake": ("share", ["date"]),
}
DAY = r"\d{4}-\d{2}-\d{2}"


def raw(name):
    """A table as it is written, to see how far each number was rounded."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rounding(cell):
    """Half of the last digit that a number was written with; zeros at its end count as rounding."""
    digits, _, decimals = cell.partition(".")
    zeros = len(digits) - len(digits.rstrip("0"))
    return 0.5 * 10.0 ** (-len(decimals) if decimals else zeros)


def near_product(price, count, value):
    """value = price × count, within what the rounding of the three allows."""
    product = float(price) * float(count)
    slack = rounding(price) / float(price) + rounding(count) / float(count)
    return abs(product - float(value)) <= (slack + 2e-5) * product + rounding(value)


def closes():
    """Every close or price of a token on a day that any table holds."""
    found = []

    def add(table, token, dates, values):
        for day, value in zip(pd.to_datetime(dates), values, strict=True):
            if pd.notna(value):
                found.append((token, day, table, float(value)))

    weeks = data.load("peers_weekly")
    for column in weeks.columns[1:]:
        add("peers_weekly", column.removesuffix("_usd").upper(), weeks["date"], weeks[column])
    for name, token, day, price in (
        ("tao_weekly", "TAO", "date", "close_usd"),
        ("tao_daily_2023q4", "TAO", "date", "close_usd"),
        ("tao_daily_2026", "TAO", "date", "close_usd"),
        ("series_monthly", "TAO", "price_date", "tao_price_usd"),
        ("key_dates", "TAO", "date", "tao_close_usd"),
        ("rndr_daily", "RNDR", "date", "close_usd"),
        ("btc_closes", "BTC", "date", "close_usd"),
    ):
        add(name, token, data.load(name)[day], data.load(name)[price])
    listed = data.load("comparables")
    for row in listed[listed["as_of"].str.fullmatch(DAY)].itertuples():
        add("comparables", row.token, [row.as_of], [row.price_usd])
    return pd.DataFrame(found, columns=["token", "date", "table", "close_usd"])


def test_every_table_says_what_one_fact_is():
    assert set(KEYS) == set(data.names())


@pytest.mark.parametrize("name", [name for name, key in KEYS.items() if key])
def test_one_fact_for_each_date_and_scope(name):
    table = data.load(name)
    twice = table[table.duplicated(KEYS[name], keep=False)]
    assert twice.empty, twice[KEYS[name]].to_string()


@pytest.mark.parametrize("name", IN_ORDER)
def test_dates_stand_in_order(name):
    column, within = IN_ORDER[name]
    table = data.load(name)
    for _, part in table.groupby(within) if within else [("", table)]:
        assert part[column].is_monotonic_increasing, part[column].tolist()


@pytest.mark.parametrize("name", data.names())
def test_low_close_and_high_stand_in_that_order(name):
    table = data.load(name)
    ends = [
        (low, low.replace("low", "high"))
        for low in table.columns
        if "low" in low.split("_") and low.replace("low", "high") in table.columns
    ]
    for low, high in ends:
        known = table.dropna(subset=[low, high])
        assert (known[low] <= known[high]).all(), (name, low, high)
    if {"low_usd", "close_usd", "high_usd"} <= set(table.columns):
        assert (table["low_usd"] <= table["close_usd"]).all()
        assert (table["close_usd"] <= table["high_usd"]).all()


def test_a_cap_is_price_times_supply_and_fdv_price_times_the_largest_supply():
    wrong = []
    for row in raw("comparables"):
        price, largest = row["price_usd"], row["max_supply"] or row["total_supply"]
        for value, count in (
            (row["market_cap_usd"], row["circulating_supply"]),
            (row["fdv_usd"], largest),
        ):
            if price and value and count and not near_product(price, count, value):
                wrong.append((row["token"], row["as_of"], value, float(price) * float(count)))
        if row["fdv_usd"] and not largest and "FDV stands for" not in row["note"]:
            wrong.append((row["token"], row["as_of"], "an FDV of an unknown supply"))
    assert not wrong, wrong


def test_a_ratio_is_that_of_its_two_values_and_of_its_two_supplies():
    for row in raw("comparables"):
        largest = row["max_supply"] or row["total_supply"]
        pairs = [
            (row["market_cap_usd"], row["fdv_usd"]),
            (row["circulating_supply"], largest),
        ]
        for part, whole in pairs:
            if row["mcap_fdv"] and part and whole:
                ratio = float(part) / float(whole)
                slack = rounding(row["mcap_fdv"]) + 2 * rounding(part) / float(whole)
                assert abs(float(row["mcap_fdv"]) - ratio) <= slack, (row["token"], row["as_of"])
    values = {row["token"] for row in raw("comparables")}
    assert not values & {"RENDER"}, "a token stands under two names"


def test_two_records_of_one_day_agree():
    ranges = pd.concat([data.load("tao_daily_2023q4"), data.load("tao_daily_2026")])
    ranges = ranges.set_index("date")[["low_usd", "high_usd"]]
    seen = 0
    for (token, day), part in closes().groupby(["token", "date"]):
        low, high = part["close_usd"].min(), part["close_usd"].max()
        if token == "TAO" and day in ranges.index:
            inside = ranges.loc[day, "low_usd"] <= low and high <= ranges.loc[day, "high_usd"]
            assert inside, (day, part)
        if len(part) > 1:
            seen += 1
            quoted = "comparables" in set(part["table"]) and day.year == 2026  # of a moment
            assert high / low - 1 < (0.03 if quoted else 1e-3), (token, day, part)
    assert seen > 75


def test_means_of_a_week_and_a_month_are_those_of_their_days():
    days = data.load("tao_daily_2023q4").set_index("date")["volume_usd_24h"]
    weekly = data.load("tao_weekly").set_index("date")["volume_usd_7d_mean"]
    week = days.rolling(7).mean().dropna()
    week = week[week.index.isin(weekly.index)]
    assert len(week) > 10 and week.to_numpy() == pytest.approx(
        weekly[week.index].to_numpy(), rel=1e-5
    )
    monthly = data.load("series_monthly").set_index("month")["tao_volume_usd_24h_avg"]
    month = days.groupby(days.index.strftime("%Y-%m")).mean()
    assert month.to_numpy() == pytest.approx(monthly[month.index].to_numpy(), rel=1e-5)


def test_caps_and_volumes_of_one_day_agree_between_tables():
    listed = data.load("comparables").set_index(["token", "as_of"])
    render = data.load("rndr_daily").set_index("date")
    for day in ("2023-11-16", "2023-11-20"):
        for column, name in (("market_cap_usd",) * 2, ("volume_24h_usd", "volume_usd_24h")):
            assert listed.loc[("RNDR", day), column] == pytest.approx(render.loc[day, name])
    days = data.load("tao_daily_2023q4").set_index("date")["volume_usd_24h"]
    for day in ("2023-11-16", "2023-11-20", "2023-11-21"):
        assert listed.loc[("TAO", day), "volume_24h_usd"] == days[day]
    moment = data.load("market_readings").set_index(["as_of", "quantity"])
    quoted = moment.loc[("2026-05-12", "volume a day"), "value"].item()
    assert quoted == listed.loc[("TAO", "2026-05-12"), "volume_24h_usd"]


def test_a_snapshots_price_was_traded_on_its_day_but_for_the_articles():
    ranges = pd.concat([data.load("tao_daily_2023q4"), data.load("tao_daily_2026")])
    ranges = ranges.set_index("date")
    outside = []
    for name in ("article", "2023-11-20", "2026-09-11"):
        day = te.load_snapshot(name)
        range_ = ranges.loc[pd.Timestamp(day.date)]
        if not range_["low_usd"] <= day.price_usd <= range_["high_usd"]:
            outside.append(name)
    assert outside == ["article"]  # it names an older price: claim C59


def test_odds_sum_to_one_and_published_points_are_in_the_dated_tables():
    assert data.load("scenario_tree")["probability"].sum() == pytest.approx(1, abs=1e-9)
    valued = data.load("private_valuations").query("company == 'openai'")
    known = {float(value) for value in valued["valuation_bn_usd"].dropna()}
    assert set(data.load("openai_points")["valuation_bn_usd"]) <= known
    talks = valued.set_index("date").loc["2023-10"]
    assert talks["status"] == "in talks" and talks["confidence"] == "medium"


def test_what_nobody_signs_is_called_so():
    readings = data.load("market_readings")
    unsigned = readings["note"].str.contains("No author", na=False)
    assert (readings["confidence"] == "unverifiable").equals(unsigned)
    told = te.inputs.scenario.Scenario.__pydantic_fields__["volume_usd"].default
    assert readings[unsigned]["value"].tolist() == [told]


def test_a_month_of_closes_is_a_close_of_that_month():
    months = data.load("series_monthly").dropna(subset="tao_price_usd")
    assert (months["price_date"].dt.strftime("%Y-%m") == months["month"]).all()
    assert np.isfinite(months["tao_price_usd"]).all()
    assert all(re.fullmatch(r"\d{4}-\d{2}", month) for month in months["month"])
