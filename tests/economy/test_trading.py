"""Volumes stand in their scopes, are never carried past their age, and reach a snapshot."""

import pandas as pd
import pytest

import tao_econ as te
from tao_econ.economy.trading import ONE_VENUE
from tao_econ.inputs import data

NOW = te.load_snapshot("2026-09-11")


def test_the_articles_day_has_the_volume_of_its_snapshot():
    (row,) = te.economy.volumes_on("2023-11-20").itertuples()
    assert row.volume_usd == te.load_snapshot("2023-11-20").volume_usd and row.age_days == 0


def test_each_scope_stands_once_at_its_latest_reading_and_none_is_too_old():
    for day in ("2023-03-20", "2024-05-01", "2025-10-01", "2026-09-11", "2026-11-25"):
        table = te.economy.volumes_on(day, max_age_days=60)
        assert not table["scope"].duplicated().any()
        assert table["age_days"].between(0, 60).all()
        assert (table["date"] <= pd.Timestamp(day)).all()
    assert te.economy.volumes_on("2023-01-01").empty


def test_now_has_a_volume_of_one_venue_and_selling_is_held_against_it():
    row = data.load("tao_daily_2026").set_index("date").loc["2026-09-11"]
    snapshot = te.economy.with_volume(NOW, scope=ONE_VENUE)
    assert snapshot.volume_usd == pytest.approx(float(row["volume_tao"] * row["close_usd"]))
    assert ONE_VENUE in snapshot.sources["volume_usd"] and NOW.volume_usd is None
    sold = te.economy.sell_pressure(te.rules_at("2026-09-11"), snapshot, te.load_scenario("base"))
    assert not sold.volume_is_assumed and sold.volume_usd == snapshot.volume_usd


def test_a_volume_that_nobody_signs_says_so():
    later = te.economy.volumes_on("2027-01-01", max_age_days=365).set_index("scope")
    assert later.loc["all venues named by one exchange", "confidence"] == "unverifiable"


def test_an_unfinished_day_is_no_reading():
    table = te.economy.volumes_on("2026-09-28").set_index("scope")
    assert table.loc[ONE_VENUE, "date"] == pd.Timestamp("2026-09-27")


def test_a_scope_without_a_recent_reading_is_refused(refused):
    with refused("volume on 2026-09-11 of scope", "Bybit"):
        te.economy.with_volume(NOW, scope="Bybit perpetual")
    with refused("max_age_days", "-1"):
        te.economy.volumes_on("2026-09-11", max_age_days=-1)
