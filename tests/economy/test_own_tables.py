"""One's own readings in the place of the repository's: the same table gives the same numbers, the
same checks refuse the same cells, and nothing of ours is left in the answer.
"""

import numpy as np
import pandas as pd
import pytest

import tao_econ as te
from tao_econ.inputs import data

RULES = te.rules_at("2026-09-11")
DAY = (RULES, te.load_snapshot("2023-11-20"), te.load_scenario("article"))
WINDOW = {"since": "2026-07-01", "until": "2026-12-31"}
POINTS = pd.DataFrame(
    {
        "when": ["2026-07-10", "2026-08-10T12:30:00", "2026-09-11", "2026-10-08"],
        "tao": [11.28e6, 11.39e6, 11.5e6, 11.59e6],
        "confidence": "high",
    }
)
PRICES = pd.DataFrame(
    {"date": pd.date_range("2026-01-04", periods=20, freq="7D"), "close_usd": range(200, 220)}
)
PEERS = pd.DataFrame({"date": PRICES["date"]}).assign(
    **{f"{name}_usd": PRICES["close_usd"] for name in ("tao", "rndr", "fet", "grt", "near", "icp")}
)
DAYS = pd.DataFrame(
    {
        "date": ["2026-01-01", "2026-01-02", "2026-01-03"],
        "low_usd": 1.0,
        "high_usd": 900.0,
        "close_usd": [200.0, 210.0, 220.0],
        "volume_usd_24h": 1e8,
    }
)
TOKENS = pd.DataFrame(
    {
        "token": ["AAA", "TAO"],
        "as_of": "2026-11-20",
        "mcap_fdv": [0.3, 0.5],
        "fdv_usd": [1e9, 5e9],
        "confidence": "low",
    }
)
ANCHORS = pd.DataFrame(
    {
        "block": [0, 100],
        "utc": ["2023-03-20 18:39:00", "2023-03-20 19:00:00"],
        "kind_of_time": "block time",
        "confidence": "high",
    }
)


def test_the_repositorys_own_tables_given_give_the_same():
    fit = te.economy.fit_recycling(RULES, **WINDOW, accept=("high", "medium"))
    points, anchors = data.load("supply_points"), data.load("block_anchors")
    again = te.economy.fit_recycling(
        RULES, **WINDOW, accept=("high", "medium"), points=points, anchors=anchors
    )
    pd.testing.assert_frame_equal(fit.used, again.used)
    assert fit[:10] == again[:10]
    assert te.economy.price_history(last="2025-11-30") == te.economy.price_history(
        prices=data.load("tao_weekly"), last="2025-11-30"
    )
    tokens = data.load("comparables")
    for ours, given in (
        (te.economy.mc_fdv_ranking("2023-11-20"), {"comparables": tokens}),
        (te.economy.mc_fdv_ranking("2023-11-20"), {"comparables": tokens[::-1]}),
    ):
        pd.testing.assert_frame_equal(ours, te.economy.mc_fdv_ranking("2023-11-20", **given))
    pd.testing.assert_frame_equal(
        te.economy.comparables_on("2024-03-26"),
        te.economy.comparables_on("2024-03-26", comparables=tokens),
    )
    again = te.economy.newest_recycling(RULES, points=points, anchors=anchors)
    assert again[:10] == te.economy.newest_recycling(RULES)[:10]
    pd.testing.assert_frame_equal(
        te.economy.recycling_regimes(RULES, points=points, anchors=anchors),
        te.economy.recycling_regimes(RULES),
    )
    pd.testing.assert_frame_equal(
        te.economy.comparable_ratios(*DAY),
        te.economy.comparable_ratios(*DAY, comparables=tokens),
    )
    pd.testing.assert_frame_equal(
        te.economy.dilution_table(*DAY), te.economy.dilution_table(*DAY, comparables=tokens)
    )
    peers = data.load("peers_weekly")[::-1]
    few = {"replicas": 100, "until": "2024-03-24"}
    assert te.economy.beta_alpha(**few) == te.economy.beta_alpha(**few, prices=peers)
    assert te.economy.weekly_correlation("tao", "rndr") == te.economy.weekly_correlation(
        "tao", "rndr", prices=peers
    )
    window = ("2023-10-01", "2023-10-31")
    assert te.economy.emission_over_volume(*window) == te.economy.emission_over_volume(
        *window, prices=data.load("tao_daily_2023q4")
    )


def test_own_readings_alone_are_used():
    fit = te.economy.fit_recycling(RULES, **WINDOW, points=POINTS)
    assert fit.used["tao"].tolist() == POINTS["tao"].tolist() and fit.refused.empty
    assert fit.used["block_known"].tolist() == ["from its day", "from its time"] + 2 * [
        "from its day"
    ]
    assert (fit.used["tao"] == fit.used["restated_tao"]).all()  # no reading of the counter
    newest = te.economy.newest_recycling(RULES, points=POINTS)
    assert newest.used["tao"].tolist() == POINTS["tao"].tolist()
    regimes = te.economy.recycling_regimes(RULES, points=POINTS)
    assert regimes["readings"].tolist() == [0, 0, 0, 0, 4]
    fit, (halving,) = te.economy.next_halvings(RULES, halvings=1, points=POINTS)
    assert fit.used["tao"].tolist() == POINTS["tao"].tolist() and halving.low < halving.high
    path = te.economy.openai_ratio_path(prices=PRICES).set_index("date")
    before = path["close_usd"][path.index < "2026-01-04"]
    assert before.isna().all() and set(path["close_usd"].dropna()) <= set(PRICES["close_usd"])
    assert path["close_usd"].notna().any()
    ratios = te.economy.comparable_ratios(
        RULES, te.load_snapshot("2026-09-11"), DAY[2], when="2026-11-20", comparables=TOKENS
    )
    assert ratios["name"][ratios["kind"] == "token"].tolist() == ["AAA"]
    returns = te.economy.weekly_returns(prices=PEERS)
    assert len(returns) == 19 and returns["tao_usd"].sum() == pytest.approx(np.log(219 / 200))
    assert te.economy.beta_alpha(prices=PEERS, replicas=100).beta == pytest.approx(1)
    history = te.economy.price_history(prices=PRICES)
    assert history.returns == 19 and str(history.first) == "2026-01-04"
    ratio = te.economy.weekly_ratio(prices=PRICES)
    assert ratio["close_usd"].tolist() == list(range(200, 220))
    window = te.economy.emission_over_volume("2026-01-01", "2026-01-03", prices=DAYS)
    assert window.days == 3 and window.volume_usd_per_day == 1e8
    assert te.economy.mc_fdv_ranking("2026-11-20", comparables=TOKENS)["token"].tolist() == [
        "AAA",
        "TAO",
    ]
    on = te.economy.comparables_on("2026-11-20", comparables=TOKENS)
    assert on["name"][on["kind"] == "token"].tolist() == ["AAA"]
    assert str(te.economy.anchored_date(50, anchors=ANCHORS))[:19] == "2023-03-20 18:49:30"
    assert te.economy.anchored_block("2023-03-20T18:49:30", anchors=ANCHORS) == 50


@pytest.mark.parametrize(
    "points, words",
    [
        (POINTS.assign(tao=-1), ["points, row 2, column tao: must be >= 0"]),
        (POINTS.assign(tao="many"), ["points, row 2, column tao: must be a finite number"]),
        (POINTS.assign(x=1), ["unknown column of points 'x'"]),
        (POINTS.drop(columns="confidence"), ["points must have the column confidence"]),
        (POINTS.assign(confidence="sure"), ["column confidence: must be one of high"]),
        (POINTS.iloc[:0], ["points must have at least one row"]),
        (POINTS.assign(when="soon"), ["ISO date", "'soon'"]),
    ],
)
def test_own_tables_are_checked_as_ours_are(points, words):
    with pytest.raises((ValueError, TypeError)) as caught:
        te.economy.fit_recycling(RULES, **WINDOW, points=points)
    said = str(caught.value)
    assert "\n" not in said and all(word in said for word in words), said


def test_prices_and_anchors_are_checked_too(refused):
    with refused("prices must be > 0, got 0"):
        te.economy.price_history(prices=PRICES.assign(close_usd=0))
    with refused("prices, row 3, column date: must not stand twice"):
        te.economy.price_history(prices=PRICES.assign(date="2026-01-04"))
    with refused("close_usd and volume_usd_24h > 0"):
        te.economy.emission_over_volume(
            "2026-01-01", "2026-01-03", prices=DAYS.assign(volume_usd_24h=0)
        )
    with refused("anchors must rise in block and time"):
        te.economy.anchored_date(50, anchors=ANCHORS[::-1])
    with refused("prices must be > 0, got 0"):
        te.economy.weekly_returns(prices=PEERS.assign(fet_usd=0))
    with refused("prices must have fet_usd in every week, got one without"):
        te.economy.beta_alpha(prices=PEERS.drop(columns="fet_usd"))
    with refused("comparables must have at least one row"):
        te.economy.dilution_table(*DAY, comparables=TOKENS.iloc[:0])
    with refused("date must be a day of the comparables, got 2023-11-20"):
        te.economy.dilution_table(*DAY, comparables=TOKENS)
