"""Registered forecasts: rows that never change, and scores of those that came due."""

import hashlib
import itertools

import numpy as np
import pandas as pd
import pytest

import tao_econ as te
from tao_econ.inputs import data
from tao_econ.publish import ledger as page

REGISTERED = {  # append only: sha256 of all but the outcome
    "F01": "46ca2682cc086a65dfd3c68635bea2172ae7a10e5370c41925ad3f8c9f5ed137",
    "F02": "68a367ec63ddffb07d41e64919908f792424365fa4f198396f524f64f315d60c",
}
LATER = ["resolved_on", "outcome"]


def _hashes(table):
    said = table.drop(columns=LATER).set_index("id", drop=False)
    return {
        name: hashlib.sha256("\x1f".join(row).encode()).hexdigest() for name, row in said.iterrows()
    }


def test_a_registered_forecast_never_changes():
    assert _hashes(data.load("forecasts")) == REGISTERED


def test_any_change_of_a_registered_row_is_seen_but_its_outcome():
    table = data.load("forecasts")
    for place, name in itertools.product(table.index, table.columns.drop(LATER)):
        changed = table.astype(object)
        changed.loc[place, name] = f"{changed.loc[place, name]} "
        assert _hashes(changed) != REGISTERED, name
    resolved = table.astype(object)
    resolved[LATER] = "2030-05-01"
    assert _hashes(resolved) == REGISTERED
    assert _hashes(table.iloc[1:]) != REGISTERED


def test_the_command_says_which_forecasts_have_come_due():
    assert page.due(te.economy.score_forecasts()) == [
        "none of the 2 registered forecasts has come due"
    ]
    came = data.load("forecasts").astype(object)
    came.loc[0, LATER] = "2030-05-01"
    (line,) = page.due(te.economy.score_forecasts(came))
    assert line.startswith(
        "F01  day of the second halving of TAO: 2029-12-15 to 2031-08-28 said on"
    )
    assert "came 2030-05-01, inside the 90 % band, score " in line and line.endswith(" days")


def test_quantiles_rise_and_no_outcome_is_older_than_its_forecast():
    table = data.load("forecasts")
    for row in table.to_dict("records"):
        quantiles = [row[f"q{p:02d}"] for p in (5, 25, 50, 75, 95)]
        assert quantiles == sorted(quantiles) and row["unit"] == "date"
        assert pd.isna(row["outcome"]) == pd.isna(row["resolved_on"])
        assert pd.isna(row["outcome"]) or row["made_on"] < row["outcome"] <= row["resolved_on"]


def test_nothing_is_scored_before_its_outcome():
    scored = te.economy.score_forecasts()
    open_ones = scored[scored["outcome"].isna()]
    assert open_ones[["inside_50", "inside_90", "score"]].isna().all(axis=None)


def test_a_forecast_that_came_due_is_scored_in_days_and_another_in_its_own_unit():
    row = data.load("forecasts").iloc[0].to_dict()
    day = row | {"id": "F98", "outcome": row["q50"], "resolved_on": "2030-05-01"}
    ends = {"q05": "1", "q25": "2", "q50": "3", "q75": "4", "q95": "5"}
    number = row | ends | {"id": "F99", "unit": "USD per TAO", "outcome": "6"}
    scored = te.economy.score_forecasts(pd.DataFrame([day, number]))
    assert scored.loc["F98", "inside_50"] and scored.loc["F98", "inside_90"]
    by_hand = [0.05 * 5, 0.25 * 4, 0.5 * 3, 0.75 * 2, 0.95 * 1]
    assert scored.loc["F99", "score"] == pytest.approx(2 * sum(by_hand) / 5)
    assert not scored.loc["F99", "inside_90"]
    spread = [124, 69, 0, 116, 497]  # days from the median, by the calendar
    weights = [0.05, 0.25, 0.5, 0.25, 0.05]
    expected = 2 / 5 * sum(w * d for w, d in zip(weights, spread, strict=True))
    assert scored.loc["F98", "score"] == pytest.approx(expected)


def test_quantile_scores_of_many_levels_come_to_the_crps():
    values = np.random.default_rng(1).normal(size=4_001)
    levels = (np.arange(500) + 0.5) / 500
    score = te.analysis.quantile_score(levels, np.quantile(values, levels), 0.7)
    assert score == pytest.approx(te.analysis.crps(values, 0.7), rel=5e-3)
