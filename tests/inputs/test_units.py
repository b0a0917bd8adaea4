"""Rao and TAO, blocks and dates."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tao_econ.inputs import units

AMOUNTS = st.integers(0, 21 * 10**15)


@given(AMOUNTS)
def test_rao_survive_the_way_to_exact_tao_and_back(amount):
    assert units.rao(Decimal(amount) / 10**9) == amount
    assert units.rao(str(Decimal(amount) / 10**9)) == amount


@given(st.integers(0, 21_000_000))
def test_whole_tao_become_rao_and_floating_tao_exactly(amount):
    assert units.rao(amount) == amount * 10**9
    assert units.tao(units.rao(amount)) == amount


def test_an_array_of_rao_becomes_an_array_of_tao():
    assert units.tao(np.array([10**9, 5 * 10**8])).tolist() == [1.0, 0.5]


@pytest.mark.parametrize(
    "amount", [0.1, np.float64(1), 1.0, float("nan"), True, None, "many", "", "inf", "nan", b"1"]
)
def test_rao_takes_nothing_but_an_exact_finite_amount(amount, refused):
    with refused("amount_tao", amount):
        units.rao(amount)


def test_a_tenth_decimal_of_tao_is_refused(refused):
    assert units.rao("0.000000001") == 1
    for amount in ("0.0000000001", "20999999.999999999999999999999"):
        with refused("amount_tao", amount):
            units.rao(amount)


def test_a_date_is_its_midnight_in_utc_and_other_zones_are_converted():
    midnight = datetime(2025, 12, 15, tzinfo=UTC)
    assert (
        units.utc("2025-12-15")
        == units.utc(date(2025, 12, 15))
        == units.utc(datetime(2025, 12, 15))
        == midnight
    )
    assert units.utc(datetime(2025, 12, 15, 1, tzinfo=timezone(timedelta(hours=1)))) == midnight
    assert units.utc("2025-12-15T01:00:00+01:00").tzinfo is UTC


@pytest.mark.parametrize("when", ["", "soon", "2025-13-01", None, 5, 1.5, True, float("nan")])
def test_what_is_no_date_is_refused(when, refused):
    with refused("when", repr(when)):
        units.utc(when)


@given(st.integers(0, 10**8), st.integers(0, 10**8))
def test_a_block_and_its_date_round_trip(block, start):
    when = units.block_date(block, from_block=start, from_date="2025-12-15")
    assert (when - units.utc("2025-12-15")) / timedelta(seconds=12) == block - start
    slow = units.block_date(block, from_block=start, from_date="2025-12-15", block_time_s=12.5)
    assert (slow - units.utc("2025-12-15")) / timedelta(seconds=12.5) == block - start


def test_the_calendar_ends_before_the_year_9999(refused):
    assert units.block_date(
        int(7_970 * 365.25 * 7_200), from_block=0, from_date="2025-01-01"
    ).year in (9994, 9995)
    with refused("block", 10**12):
        units.block_date(10**12, from_block=0, from_date="2025-01-01")
    with refused("block", -(10**12)):
        units.block_date(-(10**12), from_block=0, from_date="2025-01-01")


@pytest.mark.parametrize("seconds", [0, -12.0, float("nan"), float("inf")])
def test_a_block_time_that_is_not_positive_and_finite_is_refused(seconds, refused):
    with refused("block_time_s", seconds):
        units.block_date(1, from_block=0, from_date="2025-01-01", block_time_s=seconds)


def test_the_middle_of_a_year_is_half_of_it():
    assert units.decimal_year("2025-07-02T12:00") == 2025.5
    assert units.decimal_year("2024-07-02") == 2024.5  # a leap year
    assert units.decimal_year("2025-01-01") == 2025


def test_an_article_era_of_10_500_000_blocks_is_3_9927_julian_years():
    assert units.blocks_to_years(10_500_000) == pytest.approx(3.99270, abs=5e-6)
    assert units.blocks_to_years(np.array([2_629_800, 5_259_600])) == pytest.approx(
        [1.0, 2.0], rel=1e-14
    )
    assert units.blocks_to_years(52_596, block_time_s=600.0) == pytest.approx(1.0, rel=1e-14)
