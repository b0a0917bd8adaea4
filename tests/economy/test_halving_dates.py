"""The replay of the first halving, the bands of the next ones and what dated supplies can and
cannot be.
"""

import dataclasses
from datetime import timedelta

import numpy as np
import pytest

import tao_econ as te
from tao_econ.economy import halving_dates as halving
from tao_econ.inputs.units import utc

pytestmark = pytest.mark.xdist_group("halving")  # one worker makes the replay and the forecast once


@pytest.fixture(scope="module")
def replay(rules):
    return te.economy.replay_first_halving(rules.chain, until="2025-10-01")


@pytest.fixture(scope="module")
def coming(rules):
    return te.economy.next_halvings(rules.chain)


def test_article_first_halving_without_recycling_falls_on_2025_08_14(rules):
    when = te.economy.unrecycled_first_halving(rules.chain)
    assert when.date().isoformat() == "2025-08-14"
    blocks = (10_500_000 * 10**9 - 4_181_329_660_000_000) // 10**9 + 1
    assert when == utc("2023-03-20T18:39") + timedelta(seconds=12 * blocks)


def test_supply_points_the_90_percent_band_of_october_2025_covers_the_halving(replay):
    fit, forecast, _ = replay
    assert forecast.halving == 1
    assert forecast.low < utc("2025-12-15T13:31:24") == halving.FIRST_HALVING_UTC < forecast.high
    assert forecast.earliest < forecast.low and fit.end == utc("2025-10-02")
    for got, expected in (
        (forecast.low, "2025-12-12T13:50"),
        (forecast.median, "2025-12-21T17:36"),
        (forecast.high, "2026-01-04T16:16"),
    ):
        assert abs(got - utc(expected)) < timedelta(hours=12)


def test_supply_points_median_and_both_lines_miss_the_halving_by_days(replay):
    misses = replay.miss_days
    assert misses.median == pytest.approx(6.2, abs=0.5)
    assert misses.last_three_supplies == pytest.approx(-3.95, abs=0.5)
    assert misses.from_genesis == pytest.approx(5.6, abs=0.5)


def test_the_replay_looks_at_nothing_that_was_published_later(replay, rules, monkeypatch):
    points = halving.supply_observations()
    anchors = halving.data.load("block_anchors").iloc[:2]
    monkeypatch.setattr(
        halving, "supply_observations", lambda: points[points["when"] <= utc("2025-10-02")]
    )
    monkeypatch.setattr(halving.data, "load", lambda name: anchors)
    fit, forecast, misses = te.economy.replay_first_halving(rules.chain, until="2025-10-01")
    assert (fit.net_share, fit.noise, fit.block_time_s) == (
        replay[0].net_share,
        replay[0].noise,
        replay[0].block_time_s,
    )
    assert (forecast.low, forecast.high, misses) == (replay[1].low, replay[1].high, replay[2])


def test_block_anchors_give_12_22_seconds_a_block_before_the_halving(replay):
    fit = replay[0]
    assert fit.block_time_s == pytest.approx(12.224, abs=1e-3)
    assert fit.recycled_share == pytest.approx(1 - fit.net_share * fit.block_time_s / 12)


def test_a_fit_is_the_line_from_its_first_to_its_last_trusted_supply(replay):
    fit = replay[0]
    first, last = fit.used.iloc[0], fit.used.iloc[-1]
    days = (last["when"] - first["when"]) / timedelta(days=1)
    assert fit.tao_per_day == pytest.approx((last["tao"] - first["tao"]) / days)
    assert fit.net_share == pytest.approx(fit.tao_per_day / 7_200) and fit.issued_tao == last["tao"]
    steps, gained = (
        fit.used["when"].diff().iloc[1:] / timedelta(days=1),
        fit.used["tao"].diff().iloc[1:] / 7_200,
    )
    scatter = ((gained - fit.net_share * steps) ** 2 / steps).sum() / (len(steps) - 1)
    assert fit.noise == pytest.approx(scatter**0.5)
    assert fit.net_share_se == pytest.approx(fit.noise / days**0.5)
    assert len(fit.used) + len(fit.refused) == len(
        te.economy.check_supply_points(te.rules_at(0), until="2025-10-02")
    )


def test_exactly_one_supply_point_is_above_what_the_schedule_allows(rules):
    points = te.economy.check_supply_points(rules.chain)
    above = points[points["above"]]
    assert [(str(w.date()), tao) for w, tao in zip(above["when"], above["tao"], strict=True)] == [
        ("2026-10-08", 11_597_600)
    ]


def test_the_impossible_supply_point_is_named_among_the_refused_of_the_next_halvings(coming):
    refused = coming[0].refused
    point = refused[refused["tao"] == 11_597_600]
    assert point["why"].tolist() == ["above what the schedule allows"]


def test_the_default_recycled_share_is_what_is_missing_since_the_first_halving(coming):
    assert te.Scenario().recycled_share == pytest.approx(1 - coming[0].net_share, abs=5e-4)


def test_models_md_the_second_halving_falls_in_2030_and_not_before_2030_01_20(coming):
    fit, forecasts = coming
    second = forecasts[0]
    assert [f.halving for f in forecasts] == [2, 3, 4]
    assert utc("2030-01-20") < second.earliest < utc("2030-01-22")
    assert second.earliest < second.low and second.high < utc("2031-04-01")
    assert second.median.year == 2030
    assert fit.tao_per_day == pytest.approx((11_330_335 - 10_500_000) / 270.0, rel=2e-3)


def test_every_possible_day_is_later_than_the_full_schedule_allows(coming, replay):
    fit, forecasts = coming
    for start, forecast in [(fit.end, f) for f in forecasts] + [(replay[0].end, replay[1])]:
        assert (np.diff(forecast.days) >= 0).all() and np.isfinite(forecast.days).all()
        assert start + timedelta(days=forecast.days[0]) >= forecast.earliest - timedelta(hours=1)


def test_five_percent_of_the_days_lie_below_the_band_and_five_above(coming, replay):
    for fit, forecast in [(coming[0], f) for f in coming[1]] + [(replay[0], replay[1])]:
        for moment, share in ((forecast.low, 0.05), (forecast.median, 0.5), (forecast.high, 0.95)):
            day = (moment - fit.end) / timedelta(days=1)
            assert np.mean(forecast.days <= day) == pytest.approx(share, abs=1e-3)


def test_later_halvings_come_later_and_with_wider_bands(coming):
    width = [f.high - f.low for f in coming[1]]
    assert width == sorted(width)
    assert all(a.high < b.low for a, b in zip(coming[1], coming[1][1:], strict=False))


def test_the_band_agrees_with_a_simulated_walk_of_noisy_issuance(replay, rules):
    """The forecast's own model, drawn day by day with normal steps rather than solved."""
    fit, forecast, _ = replay
    rng, paths, per_day = np.random.default_rng(7), 2_000, 4
    start = (fit.end - fit.used["when"].iloc[0]) / timedelta(days=1)
    share = np.empty(0)
    while len(share) < paths:
        drawn = fit.net_share + fit.noise / start**0.5 * rng.standard_normal(paths)
        share = np.append(share, drawn[(drawn > 0.02) & (drawn <= 1)])[:paths]
    steps = (
        rng.standard_normal((paths, 200 * per_day)) * fit.noise / per_day**0.5
        + share[:, None] / per_day
    )
    needed = (10_500_000 - fit.issued_tao) / 7_200
    reached = np.cumsum(steps, axis=1) >= needed
    days = (np.argmax(reached, axis=1)[reached.any(axis=1)] + 1) / per_day
    days = days[days >= needed]
    for share, moment in ((0.05, forecast.low), (0.5, forecast.median), (0.95, forecast.high)):
        assert np.quantile(days, share) == pytest.approx(
            (moment - fit.end) / timedelta(days=1), abs=1.5
        )


def test_the_same_seed_gives_the_same_band_and_fewer_draws_nearly_the_same(replay, rules):
    fit, forecast, _ = replay
    one = halving.forecast_halvings(rules.chain, fit, log2_draws=9)[0]
    two = halving.forecast_halvings(rules.chain, fit, log2_draws=9)[0]
    assert one.low == two.low and one.high == two.high
    assert abs(one.median - forecast.median) < timedelta(days=0.5)


def test_noise_of_other_windows_is_pooled_by_degrees_of_freedom(replay, rules):
    fit = replay[0]
    long, short = (
        fit._replace(noise=fit.noise / 2),
        fit._replace(noise=fit.noise * 2, used=fit.used.head(3)),
    )
    assert len(fit.used) == 13  # eleven degrees of freedom against one: (11 / 4 + 4) / 12 = 0.75²
    pooled = halving.forecast_halvings(rules.chain, long, log2_draws=9, noise_from=(short,))[0]
    same = halving.forecast_halvings(
        rules.chain, fit._replace(noise=fit.noise * 0.75), log2_draws=9
    )[0]
    np.testing.assert_allclose(pooled.days, same.days, rtol=1e-9)


def test_the_most_that_can_be_issued_follows_the_full_schedule(rules):
    assert halving.most_issued_tao(rules.chain, 5_500_000, 10) == 5_572_000
    assert halving.most_issued_tao(rules.chain, 10_499_900, 1) == 10_500_000 + 7_100 / 2
    assert halving.most_issued_tao(rules.chain, 5_500_000, 10**6) <= 21_000_000
    assert halving.most_issued_tao(rules.chain, 5_500_000, 0) == 5_500_000


def test_supplies_stand_at_the_time_of_day_they_were_read():
    points = halving.supply_observations()
    assert points["when"].is_monotonic_increasing
    when = {p.tao: p.when for p in points.itertuples()}
    assert when[10_500_000] == utc("2025-12-15T13:31:24") and when[9_996_574] == utc("2025-10-02")
    assert when[11_330_335] == utc("2026-09-11T12:00")


@pytest.mark.parametrize(
    "field, shown, call",
    [
        ("when", "soon", lambda r, f: te.economy.check_supply_points(r, since="soon")),
        ("when", "None", lambda r, f: halving.fit_recycling(r, since=None, until="2025-10-01")),
        (
            "window",
            "got 0",
            lambda r, f: halving.fit_recycling(r, since="2026-01-01", until="2023-01-01"),
        ),
        (
            "window",
            "got 0",
            lambda r, f: halving.fit_recycling(
                r, since="2023-03-20", until="2025-10-01", accept=()
            ),
        ),
        ("halvings", "0", lambda r, f: halving.forecast_halvings(r, f, halvings=0)),
        ("halvings", "11", lambda r, f: halving.forecast_halvings(r, f, halvings=11)),
        ("halvings", "1.5", lambda r, f: halving.forecast_halvings(r, f, halvings=1.5)),
        ("halvings", "True", lambda r, f: halving.forecast_halvings(r, f, halvings=True)),
        ("log2_draws", "-1", lambda r, f: halving.forecast_halvings(r, f, log2_draws=-1)),
        ("log2_draws", "64", lambda r, f: halving.forecast_halvings(r, f, log2_draws=64)),
        ("log2_draws", "9.0", lambda r, f: halving.forecast_halvings(r, f, log2_draws=9.0)),
        ("seed", "-1", lambda r, f: halving.forecast_halvings(r, f, seed=-1)),
        (
            "block_time_s",
            "nan",
            lambda r, f: te.economy.unrecycled_first_halving(r, block_time_s=float("nan")),
        ),
        ("block_time_s", "0", lambda r, f: te.economy.unrecycled_first_halving(r, block_time_s=0)),
        ("when", "yesterday", lambda r, f: te.economy.replay_first_halving(r, until="yesterday")),
        ("halvings", "0", lambda r, f: te.economy.next_halvings(r, halvings=0)),
        ("tao", "nan", lambda r, f: halving.most_issued_tao(r, float("nan"), 1)),
        ("tao", "-1", lambda r, f: halving.most_issued_tao(r, -1, 1)),
        ("days", "-1", lambda r, f: halving.most_issued_tao(r, 1, -1)),
        ("days", "inf", lambda r, f: halving.most_issued_tao(r, 1, float("inf"))),
    ],
)
def test_nonsense_is_refused_with_name_rule_and_value(field, shown, call, rules, replay, refused):
    with refused(field, shown):
        call(rules.chain, replay[0])


def test_a_chain_already_past_its_last_halving_has_no_forecast(replay, rules, refused):
    late = replay[0]._replace(issued_tao=20_999_999.99)
    with refused("halvings", kind=ValueError):
        halving.forecast_halvings(rules.chain, late, log2_draws=6)
    few = dataclasses.replace(rules.chain, max_halvings=2)
    with refused("halvings", kind=ValueError):
        halving.forecast_halvings(few, replay[0], halvings=3, log2_draws=6)


def test_a_block_is_dated_by_the_anchors_around_it():
    assert f"{halving.anchored_date(7_103_975):%Y-%m-%d %H:%M:%S}" == "2025-12-15 13:31:24"
    assert f"{halving.anchored_date(4_920_351):%Y-%m-%d %H:%M}" == "2025-02-13 21:41"
    between = halving.anchored_date((7_103_975 + 4_920_351) // 2)
    assert halving.anchored_date(4_920_351) < between < halving.anchored_date(7_103_975)
    last, later = (
        halving.anchored_date(9_184_186),
        halving.anchored_date(9_184_186 + 7_200, block_time_s=13.0),
    )
    assert (later - last).total_seconds() == 7_200 * 13


def test_an_anchored_date_refuses_nonsense(refused):
    with refused("block", -1):
        halving.anchored_date(-1)
    with refused("block", 1.5):
        halving.anchored_date(1.5)


def test_less_noise_brings_the_forecast_to_the_line_and_none_has_no_band(replay, rules, refused):
    fit = replay[0]
    sure = te.economy.forecast_halvings(rules.chain, fit._replace(noise=1e-12))[0]
    left = te.chain.halving_thresholds_rao(rules.chain)[1] / 1e9 - fit.issued_tao
    np.testing.assert_allclose(sure.days, left / fit.tao_per_day, rtol=1e-10)
    with refused("noise", 0):
        te.economy.forecast_halvings(rules.chain, fit._replace(noise=0.0))
