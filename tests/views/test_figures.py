"""Figures: their titles follow from their records, and the same records give the same bytes."""

import subprocess
import sys
from dataclasses import replace

import pytest

import tao_econ as te
from tao_econ import figures
from tao_econ.figures import segments
from tao_econ.publish import press


def test_every_figure_says_what_it_shows():
    for name, entry in press.read_index().items():
        assert len(entry["finding"]) > 30 and len(entry["alt"]) > len(entry["finding"]) + 30, name


def test_two_processes_draw_the_same_bytes():
    code = (
        "import hashlib; from tao_econ import figures; p = figures.supply_four_ways();"
        "print(hashlib.sha256(p.bytes('svg')).hexdigest(), "
        "hashlib.sha256(p.bytes('png')).hexdigest())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
        for _ in "ab"
    }
    assert len(runs) == 1
    assert b"<dc:date>" not in figures.price_waterfall().bytes("svg")


def test_titles_follow_from_the_records():
    now = te.load_snapshot("2026-09-11")
    assert (
        "× 21 M is 4.20 bn"
        in figures.article_fdv(then=replace(te.load_snapshot("article"), price_usd=200.0)).finding
    )
    assert "price 2.00×" in figures.price_waterfall(now=replace(now, price_usd=320.0)).finding
    assert "and 47," not in figures.supply_four_ways().finding


def test_titles_on_pools_follow_from_the_records():
    base = te.load_scenario("base")
    quiet = replace(base, owners_sold_share=0.0, miners_sold_share=0.25, stakers_sold_share=0.0)
    assert "sell 25% of their alpha take 7" in figures.selling_pressure(scenario=quiet).finding
    assert (
        "sell 20,000 TAO worth lower their own prices by 12%"
        in figures.subnet_exit(tao_out=20_000.0).finding
    )
    assert (
        "at 20% of it 3.8%"
        in figures.emission_gate(rules=replace(te.rules_at("gate-rank"), gate_exponent=2)).finding
    )


def test_figures_on_pools_show_the_models_numbers_and_mark_what_is_unproven():
    picture = figures.emission_concentration()
    table = te.incentives.compare_rules(te.incentives.synthetic_subnets())
    labels = [tick.get_text() for tick in picture.axes[0].get_xticklabels()]
    assert [label.endswith("*") for label in labels] == [bool(mark) for mark in table["unproven"]]
    heights = [bar.get_height() for bar in picture.axes[0].patches[:6]]
    assert heights == pytest.approx(table["top_8"].tolist())
    proven = replace(te.rules_at("gate-rank"), gate="none", root_dividends="claimed")
    assert (
        "*" in figures.subnet_exit().get_supxlabel()
        and "*" not in figures.subnet_exit(rules=proven).get_supxlabel()
    )


def test_titles_on_composition_follow_from_the_models():
    low, high = te.incentives.best_of_n(64, 0.1), te.incentives.best_of_n(64, 0.3)
    assert (
        f"best of 64 models is {low:.2f} to {high:.2f} sd"
        in figures.best_of_many(models=64).finding
    )
    assert (
        "reach 60% after 6 tries" in figures.coverage_of_tries(many=0.60).finding
    )  # 1 − 0.841^6 = 0.646
    assert (
        "gains 31%; beside one model that wins every query it gains 0%"
        in figures.routing_and_dominance().finding
    )
    weaker = figures.routing_and_dominance(frontier=(0.6, 0.85)).finding
    assert "gains 0%" not in weaker and "wins every query" not in weaker
    limit = te.incentives.jury_accuracy([1], 0.7, correlation=0.1).ceiling
    assert f"never pass {limit:.1%}" in figures.jury_of_validators(vote=0.7).finding
    assert (
        "bend the median by 2.3 sd and the mean by 9.9"
        in figures.corrupted_oracle(attack_sd=20.0).finding
    )
    assert "wait 2.1 times" in figures.value_and_waiting(models=4).finding  # 1 + 1/2 + 1/3 + 1/4


def test_titles_on_the_market_follow_from_the_models():
    small = te.incentives.QueryMarket(miners=8, judge_correlation=0.6, shared_error=0.0)
    sweep = te.incentives.judge_sweep(
        te.rules_at("2026-09-11"),
        small,
        judge_correlation=(0.01, 0.1, 0.2, 0.3),
        rounds=20,
        replicas=20,
    )
    assert (
        f"{sweep['quality_delivered_sd'].iloc[-1]:.2f} ±"
        in figures.market_by_judge(market=small).finding
    )
    slower = replace(te.load_scenario("base"), block_time_s=24.0)
    assert (
        figures.fees_against_emission(scenario=slower).finding
        != figures.fees_against_emission().finding
    )
    assert "2.4% to 4.3%" in figures.fees_against_emission().finding
    assert "0.1 sd of effort" in figures.selection_or_creation(effort=0.1).finding
    assert "errs for itself" in figures.displacing_an_incumbent(market=small).finding


def test_returns_since_publication_are_dated_prices_or_unknown():
    got = segments.segment_returns()
    assert got.loc["TAO", "March 2024"] == pytest.approx(586.7401 / 287.70)
    assert got.loc["RNDR", "October 2025"] == pytest.approx(
        3.54886 / 3.4075
    )  # renamed RENDER, one for one
    assert (
        got.loc["AKT", "from_date"] == "2023-11-01" and got.loc["TAO", "from_date"] == "2023-11-20"
    )
    unknown = got[list(segments.WINDOWS)].isna().all(axis=1)
    assert set(got.index[unknown]) == {"AI (Gensyn)", "AIOZ", "GLM", "IOTX", "NMR", "ROSE"}
    assert got["segment"].value_counts().to_dict() == {
        "compute": 7,
        "data": 6,
        "algorithms": 5,
        "other": 3,
    }


def test_a_fingerprint_sees_data_words_and_colours():
    def fresh():
        return figures.price_waterfall()

    base = press.fingerprint(fresh())
    assert press.fingerprint(fresh()) == base
    other = fresh()
    other.axes[0].patches[0].set_height(0.5)
    assert press.fingerprint(other) != base
    other = fresh()
    other.axes[0].patches[0].set_facecolor("red")
    assert press.fingerprint(other) != base
    other = fresh()
    other.axes[0].set_ylabel("something else")
    assert press.fingerprint(other) != base


def test_a_picture_shows_itself_in_a_notebook():
    picture = figures.price_waterfall()
    assert picture._repr_png_().startswith(b"\x89PNG")
    assert repr(picture).startswith("Figure price_waterfall: The network's value grew")
