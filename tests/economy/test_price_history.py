"""What TAO's own closes say: volatility and drift by hand, spans of any length, refusals."""

import datetime as dt
import sys

import numpy as np
import pandas as pd
import pytest

import tao_econ as te
from tao_econ.inputs import data

module = sys.modules["tao_econ.economy.price_history"]  # hidden behind its function


def test_weekly_closes_to_the_end_of_2025_have_a_volatility_of_122_percent():
    got = te.economy.price_history(last="2025-12-31")
    moves = np.diff(np.log(data.load("tao_weekly")["close_usd"].to_numpy(float)))
    assert got.volatility == pytest.approx(moves.std(ddof=1) * np.sqrt(365.25 / 7))
    assert got.volatility == pytest.approx(1.22, abs=0.005) and got.returns == 146
    assert got.drift == pytest.approx(got.log_drift + got.volatility**2 / 2)


def test_since_then_about_80_percent_from_few_months():
    got = te.economy.price_history(first="2025-12-28")
    assert got.returns == 10 and got.volatility == pytest.approx(0.82, abs=0.005)
    assert got.volatility_se > 0.15


def test_all_closes_span_three_and_a_half_years():
    got = te.economy.price_history()
    assert (got.first, got.last) == (dt.date(2023, 3, 12), dt.date(2026, 10, 9))
    assert got.years == pytest.approx(3.58, abs=0.005)
    assert got.drift_se == pytest.approx(got.volatility / np.sqrt(got.years))
    closes = module._closes()["close_usd"]
    assert got.log_drift * got.years == pytest.approx(np.log(closes.iloc[-1] / closes.iloc[0]))


def test_spans_of_any_length_give_the_volatility_of_the_walk(monkeypatch):
    random = np.random.default_rng(5)
    days = np.cumsum(random.integers(1, 40, 4000))
    steps = np.diff(days) / 365.25
    logs = np.cumsum(0.3 * steps + 0.9 * np.sqrt(steps) * random.standard_normal(len(steps)))
    dates = pd.Timestamp("2000-01-01") + pd.to_timedelta(days - days[0], unit="D")
    table = pd.DataFrame({"date": dates, "close_usd": np.exp(np.concatenate([[0], logs]) / 10)})
    monkeypatch.setattr(module, "_closes", lambda: table)
    got = te.economy.price_history()
    assert got.volatility == pytest.approx(0.09, abs=4 * got.volatility_se)


@pytest.mark.parametrize(
    "name, shown, call",
    [
        ("first", "'soon'", lambda: te.economy.price_history(first="soon")),
        ("last", "3", lambda: te.economy.price_history(last=3)),
        ("first and last", "got 2", lambda: te.economy.price_history(last="2023-03-20")),
    ],
)
def test_nonsense_is_refused_with_name_rule_and_value(name, shown, call, refused):
    with refused(name, shown):
        call()
