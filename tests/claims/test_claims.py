"""The ledger: every claim has one short function, one rule makes the verdicts, and the headline
findings come out.
"""

import ast
import csv
import html.parser
import inspect
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tao_econ as te
from tao_econ import claims
from tao_econ.__main__ import main
from tao_econ.claims import rule, scores
from tao_econ.claims.rule import CONDITIONS, FAILS, HOLDS, UNKNOWN, Reading, near, rounds_to
from tao_econ.economy import stress
from tao_econ.inputs import data
from tao_econ.publish import ledger as page
from tao_econ.publish import notebooks

LEDGER = claims.check()
FOUND = claims.findings()
ROW = LEDGER.set_index("id")


def test_claims_and_functions_are_one_to_one():
    ids = list(data.load("claims")["id"])
    assert len(ids) == 60 and sorted(claims.CLAIMS) == sorted(ids) == list(LEDGER["id"])
    for number, claim in claims.CLAIMS.items():
        assert claim.judge.__name__ == number.lower() and claim.judge.__doc__
        assert len(inspect.getsource(claim.judge).splitlines()) <= 26, number


def test_no_verdict_is_written_by_hand():
    folder = Path(claims.__file__).parent
    for file in folder.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if file.name != "rule.py" and isinstance(node, ast.Constant):
                assert node.value not in claims.VERDICTS, (file.name, node.lineno)


@given(st.lists(st.booleans(), max_size=5))
def test_the_rule(readings):
    true = tuple(readings)
    got = rule.verdict(Reading(0, true))
    assert got == (
        UNKNOWN if not true else HOLDS if all(true) else CONDITIONS if any(true) else FAILS
    )
    assert (got == UNKNOWN) == (rule.verdict(Reading(0, true), "strict") == UNKNOWN)
    if true:
        strict, lenient = (rule.verdict(Reading(0, true), how) for how in ("strict", "lenient"))
        assert (strict == HOLDS) == true[0] and (lenient == HOLDS) == any(true)


def test_tolerance_and_rounding():
    assert near(100, [109.9, 89.9, 90.1]).true == (True, False, True)
    assert rounds_to("3.6", [3.649, 3.36, 3.6]).true == (True, False, True)
    assert rounds_to("7200", [7200.4, 7201]).true == (True, False)


def test_what_cannot_be_checked_names_the_missing_fact_and_the_rest_says_what_turns_it():
    for row in LEDGER.itertuples():
        if UNKNOWN in (row.verdict_then, row.verdict_now):
            assert row.missing, row.id
        if row.verdict_now != UNKNOWN:
            assert row.flips, row.id
        assert row.grade in claims.GRADES


def test_every_linked_notebook_exists():
    there = {file.stem for file in notebooks.select([])}
    linked = set(LEDGER["notebook"])
    assert linked <= there, linked - there
    assert len(linked) >= 10


def test_verdict_counts():
    counted = claims.counts(LEDGER)
    assert counted.sum().tolist() == [60, 60]
    assert counted["2023-11-20"].to_dict() == {HOLDS: 18, CONDITIONS: 19, FAILS: 7, UNKNOWN: 16}


def test_the_diluted_value_does_not_follow_from_the_price():  # models.md 0: 3.36 and 171.43
    assert FOUND["C45"].then.value == pytest.approx(3.36) and ROW.verdict_then["C45"] == FAILS
    assert "171.43" in ROW.flips["C45"]


def test_the_price_was_stale_on_publication_day():  # claims.csv C41, C59: 287.70
    assert FOUND["C41"].then.value == 287.70 and ROW.verdict_then["C41"] == CONDITIONS
    assert FOUND["C59"].then.value == 3 and "1.80×" in ROW.flips["C59"]


def test_the_comparable_was_stale_by_three():  # models.md 0: 86 against 29, 25.6x
    assert FOUND["C46"].then.value == 86 and "3.0×" in ROW.flips["C46"]
    assert FOUND["C47"].then.value == pytest.approx(29 / 3.36) and "25.6×" in ROW.flips["C47"]


def test_64_halvings_and_256_years_cannot_be():  # models.md 1.1: 30 eras, 119.78 and 124.88 years
    assert (
        FOUND["C25"].now.value == 30
        and ROW.verdict_now["C25"] == FAILS
        and "19 decimals" in ROW.flips["C25"]
    )
    assert FOUND["C27"].then.value == pytest.approx(119.78, abs=0.01)
    assert FOUND["C27"].now.value == pytest.approx(124.88, abs=0.01)


def test_august_became_december():  # evidence.csv C26: 2025-08-14, 2025-12-15, 123 days
    assert ROW.value_then["C26"] == "2025-08-14" and ROW.value_now["C26"] == "2025-12-15"
    assert (ROW.verdict_then["C26"], ROW.verdict_now["C26"]) == (
        CONDITIONS,
        FAILS,
    ) and "123 days" in ROW.flips["C26"]


def test_second_after_rndr_for_three_days_of_the_six():  # claims.csv C37: 15 to 17 November
    assert FOUND["C37"].then.true[:6] == (True, True, True, False, False, False)


def test_lowest_ratio_only_in_the_narrow_set():  # claims.csv C38
    assert FOUND["C38"].then.true == (False, True)


def test_eight_times_was_never_reached():  # evidence.csv C47: 4.6x
    assert (
        FOUND["C47"].now.value == pytest.approx(4.564, abs=1e-3) and ROW.verdict_now["C47"] == FAILS
    )


def test_from_the_close_of_its_day_the_price_fell_while_the_value_grew():
    now = te.load_snapshot("2026-09-11")
    ratios = {}
    for name in ("2023-11-20", "article"):
        then = te.load_snapshot(name)
        supply = then.issuance_rao / 1e9, now.issuance_rao / 1e9
        parts = te.economy.decompose_price((then.price_usd, now.price_usd), supply)
        ratios[name] = parts.price_ratio, parts.cap_ratio, parts.supply_ratio
    assert ratios["2023-11-20"] == pytest.approx((0.838, 1.699, 2.027), abs=1e-3)
    assert ratios["article"] == pytest.approx((1.507, 3.054, 2.027), abs=1e-3)


def test_published_numbers_of_other_claims():
    assert FOUND["C42"].then.value == pytest.approx(1.152)  # claims.csv C42
    assert FOUND["C44"].then.value == pytest.approx(0.2304)  # claims.csv C44: 23 %
    assert FOUND["C44"].then.true == (False, False, False, True)  # 49, 18 and 9 % in three windows
    assert FOUND["C43"].then.value == pytest.approx(5.18, abs=5e-3)  # evidence.csv C43
    assert FOUND["C35"].then.value == pytest.approx(426, abs=0.5)  # evidence.csv C35
    assert FOUND["C36"].then.value == pytest.approx(7.46, abs=5e-3)  # evidence.csv C36
    assert (
        FOUND["C29"].now.true == (True, True, False) and "6,343" in ROW.flips["C29"]
    )  # evidence.csv C29
    assert ROW.value_then["C60"] == "2027-03-18 or 2024-12-31"  # claims.csv C60
    assert FOUND["C06"].then.true == (True, False) and "1.6×" in ROW.flips["C06"]  # claims.csv C06
    assert [r[0] for r in (FOUND["C52"].then.true, FOUND["C52"].now.true)] == [True, False]


def test_evidence_is_read_by_name_and_never_by_chance(refused):
    assert rule.fact("C24", "bittensor-labs verified") == 7_103_976
    with refused("source of C47 must name one row", "Own calc of nothing"):
        rule.fact("C47", "Own calc of nothing")
    with refused("got 'CoinMarketCap 24h volume' for 3"):
        rule.fact("C43", "CoinMarketCap 24h volume")
    with refused("unknown claim 'C61'"):
        rule.stated("C61")
    with refused("unknown reading 'harsh'", "strict"):
        claims.check(reading="harsh")
    with refused("unknown stress 'volume / 6'", "did you mean 'volume / 5'"):
        claims.check(stress="volume / 6")


def test_crps_of_the_published_backtest():  # models.md 5, notebooks-proposal B1
    for fdv, tree, points in (
        (4.58, 0.989, (0.310, 0.326, 1.846)),
        (5.0631, 1.086, (0.410, 0.426, 1.745)),
        (15.9, 2.187, (1.554, 1.571, 0.601)),
    ):
        got = claims.forecast_scores(fdv * 1e9)
        assert got["tree of January 2024"] == pytest.approx(tree, abs=5e-4)
        names = ("no change", "the tree's mean", "the article's 8×, read as a forecast")
        assert [got[name] for name in names] == pytest.approx(points, abs=6e-4)
    assert claims.forecast_scores(5.0631e9)["no change"] == pytest.approx(0.41004, abs=1e-5)


def test_the_ranking_turns_at_the_peak():
    assert claims.forecast_scores(5.06e9).index[0] == "no change"
    assert claims.forecast_scores(15.9e9).index[0].startswith("the article")


@pytest.mark.parametrize("score", scores.SCORES)
def test_a_score_is_best_where_the_forecast_came_true(score):
    values, odds = np.array([3.0]), np.ones(1)
    best = scores.SCORES[score](values, odds, 3.0)
    assert all(scores.SCORES[score](values, odds, other) >= best for other in (0.3, 2.0, 4.0, 30.0))


def test_what_was_earned(refused):
    got = claims.what_was_earned("2026-09-11", bought_usd=287.70)
    assert got["cash"] == 1 and got["bitcoin"] == pytest.approx(77210.9 / 37386.6)
    assert got["TAO"] == pytest.approx(241.10 / 287.70)
    assert claims.what_was_earned("2026-09-11").equals(got), "the close of the day is the default"
    with refused("when must be after", "2023-11-20"):
        claims.what_was_earned("2023-11-20")
    with refused("bought_usd", "0"):
        claims.what_was_earned("2024-11-20", bought_usd=0)


def test_a_benchmark_is_never_carried_past_its_age():
    assert claims.what_was_earned("2024-03-24")["AI tokens"] > 2
    known = claims.what_was_earned("2025-10-01")["AI tokens"]
    listed = te.inputs.data.load("comparables").set_index(["token", "as_of"])["price_usd"]
    start = te.inputs.data.load("peers_weekly").set_index("date").loc["2023-11-19"]
    gains = [
        listed[name.upper(), "2025-10-01"] / start[f"{name}_usd"]
        for name in ("rndr", "fet", "grt", "near", "icp")
    ]
    assert known == pytest.approx(np.mean(gains)) == pytest.approx(1.05, abs=5e-3)
    for day in ("2024-06-01", "2025-11-02", "2026-09-11"):
        assert np.isnan(claims.what_was_earned(day)["AI tokens"]), day
    assert np.isnan(claims.what_was_earned("2026-11-25")["TAO"]), "its last close is of 9 October"


RECORDS = stress.Records(
    te.rules_at("2026-09-11"), te.load_snapshot("2026-09-11"), te.load_scenario("base")
)


@pytest.mark.parametrize("name", stress.STRESSES)
def test_a_stress_gives_records_that_every_model_takes(name):
    records = stress.stressed(RECORDS, name)
    assert records != RECORDS or name == "all emission sold"
    assert te.economy.sell_pressure(*records).sold_usd_per_day > 0
    assert (
        te.economy.supply_at(records.rules, records.snapshot, records.scenario).market_cap_usd > 0
    )


def test_what_the_stresses_do():
    then = stress.Records(
        te.rules_at("2023-11-20"), te.load_snapshot("article"), te.load_scenario("article")
    )
    share = {
        name: te.economy.sell_pressure(*stress.stressed(then, name)).participation_share
        for name in (None, *stress.STRESSES)
    }
    assert share[None] == pytest.approx(0.2304)
    assert share["volume / 5"] == pytest.approx(5 * 0.2304) and share[
        "wash trading"
    ] == pytest.approx(0.2304 / 0.3)
    assert share["stakers exit in 30 days"] == pytest.approx(
        (7_200 + 0.85 * 5.5e6 / 30) * 160 / 5e6
    )
    assert share["recycling 18.5%"] == pytest.approx(0.2304 * (1 - 0.185))
    diluted = stress.stressed(then, "dilution only")
    growth = te.economy.break_even_growth(then.rules, then.snapshot, then.scenario, 1.0)
    assert diluted.snapshot.price_usd == pytest.approx(160 / (1 + growth))
    fees = stress.stressed(RECORDS, "revenue ramp").scenario.fee_revenue_usd_per_year
    assert fees == pytest.approx(0.1 * 3_600 * 365.25 * 241.10)
    assert 0.5 < stress.ai_beta() < 1 and stress.stressed(RECORDS, None) is RECORDS


def test_the_sell_pressure_is_not_bearable_where_volume_is_a_fifth_or_stakers_leave():
    turned = claims.under_stress()
    assert turned.loc[("C44", "then"), "as it is"] == CONDITIONS
    assert (
        turned.loc[("C44", "then"), ["volume / 5", "wash trading", "stakers exit in 30 days"]]
        == FAILS
    ).all()
    assert (
        turned.loc[("C44", "now"), "stakers exit in 30 days"] == CONDITIONS
        and turned.loc[("C44", "now"), "volume / 5"] == HOLDS
    )
    assert turned.ne(turned["as it is"], axis=0).any(axis=1).all()


def test_a_reading_carries_the_number_that_its_text_shows():
    pick = FOUND["C11"].now
    assert pick.value == f"{pick.number:+.0%}" and pick.number != round(pick.number, 2)
    assert FOUND["C41"].then.number == FOUND["C41"].then.value == 287.70
    assert np.isnan(rule.untested("the post exists").number)


def test_net_inflow_that_holds_the_price():  # models.md 0: 420 M USD a year
    assert claims.net_inflow(claims.world().then) == pytest.approx(420e6, rel=5e-3)


class Reader(html.parser.HTMLParser):
    """Tags opened and not closed, links, and the attributes of table heads."""

    def __init__(self):
        super().__init__()
        self.open, self.heads, self.links, self.void = [], [], [], {"meta"}

    def handle_starttag(self, tag, attrs):
        if tag not in self.void:
            self.open.append(tag)
        if tag == "th":
            self.heads.append(dict(attrs))
        if tag == "a":
            self.links.append(dict(attrs)["href"])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_whole_self_contained_and_accessible():
    text = page.page(LEDGER, claims.counts(LEDGER), claims.under_stress()).decode()
    reader = Reader()
    reader.feed(text)
    assert not reader.open
    assert not re.search(r"https?://|<link|src=|@import", text)
    assert all("scope" in head for head in reader.heads)
    assert sum("aria-sort" in head for head in reader.heads) == len(page.HEADS)
    assert text.count("<caption>") == text.count("<table") == 3
    assert sum(link.startswith("../notebooks/") for link in reader.links) == 60
    assert "prefers-color-scheme: dark" in text and 'lang="en"' in text
    assert all(f'id="{number}"' in text for number in LEDGER["id"])


def test_the_command_writes_once_and_checks(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(page, "OUTPUT", tmp_path)
    assert main(["claims", "--check"]) == 1 and not list(tmp_path.iterdir())
    assert main(["claims"]) == 0
    assert sorted(f.name for f in tmp_path.iterdir()) == [
        "claims.csv",
        "claims.html",
        "claims.json",
    ]
    assert main(["claims", "--check"]) == 0 and "as written" in capsys.readouterr().out
    with (tmp_path / "claims.csv").open(newline="", encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 60
    (tmp_path / "claims.html").write_text("old")
    assert (
        main(["claims", "--check"]) == 1 and "claims.html is out of date" in capsys.readouterr().out
    )
    assert main(["claims", "--stress", "volume / 5"]) == 0
    assert main(["claims", "--stress", "volume"]) == 2


@pytest.mark.parametrize("name", ["claims.csv", "claims.html"])
def test_the_ledger_says_which_records_and_data_made_it(name):
    about = te.provenance(page.OUTPUT / name)
    assert about["unchanged_data"] is True and len(about["records"]) == 9
    assert about["records"]["day.snapshot"]["price_usd"] == te.load_snapshot("2023-11-20").price_usd
    assert about["records"]["now.rules"]["name"] == te.rules_at("2026-09-11").name
    foot = (page.OUTPUT / "claims.html").read_text(encoding="utf-8").partition("<footer>")[2]
    assert "snapshot: article, 2023-11-20, 2026-09-11" in foot and "scenario: article, base" in foot


def test_the_committed_ledger_is_what_the_code_gives():
    assert main(["claims", "--check"]) == 0, "out of date: ./run claims writes figures/claims.*"
