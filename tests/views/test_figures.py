"""Figures: their titles follow from their records, and the same records give the same bytes."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

import tao_econ as te
from tao_econ import figures
from tao_econ.figures import roles
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


def test_titles_on_roles_follow_from_the_records():
    base = te.load_scenario("base")
    free = figures.real_yield_map(scenario=replace(base, validator_take=0.0)).finding
    assert "-3.8% in 2026" in free and "-16.7%" in free
    assert (
        "a nominator 0.74%"
        in figures.ownership_through_time(scenario=replace(base, validator_take=0.0)).finding
    )
    assert (
        "33% a year in alpha is gone once its price falls 25%"
        in figures.alpha_fan(scenario=replace(base, validator_take=0.0)).finding
    )


def test_the_map_of_real_yields_is_the_model_at_its_points():
    then, now = te.load_snapshot("article"), te.load_snapshot("2026-09-11")
    for snapshot, scenario in (
        (then, te.load_scenario("article")),
        (now, te.load_scenario("base")),
    ):
        year = te.economy.holder_yield(te.rules_at(snapshot.date), snapshot, scenario)
        supply = te.economy.supply_at(te.rules_at(snapshot.date), snapshot, scenario)
        at = (
            np.array([supply.staked_tao / supply.issued_tao]),
            np.array([year.break_even_staked_share]),
        )
        assert roles.real_yields(1 / (1 + year.unstaked) - 1, *at)[0, 0] == pytest.approx(
            year.staker_real, abs=1e-12
        )
    alpha = roles.alpha_growth(te.rules_at("gate-rank"), te.Scenario(validator_take=1.0), 3, 365)
    assert alpha == 1  # a validator that keeps everything


def test_titles_on_comparables_follow_from_the_records():
    dear = replace(te.load_snapshot("article"), price_usd=320.0)
    assert "stood at 4.3×" in figures.openai_ratio(snapshot=dear).finding
    assert "highest close was 2.3×" in figures.openai_ratio(snapshot=dear).finding
    assert "23.2% of OpenAI in the article, 7.0%" in figures.openai_fraction(then=dear).finding
    half = replace(te.load_scenario("base"), capture_share=0.5)
    assert "at 4 to 2,048 USD" in figures.implied_spread(scenario=half).finding


def test_titles_on_intrinsic_value_follow_from_the_records():
    dear = replace(te.load_snapshot("2026-09-11"), price_usd=482.20)
    patient = replace(te.load_scenario("base"), discount_rate=0.10)
    assert "482 USD asks for fees of 1,481 M USD" in figures.fees_needed(snapshot=dear).finding
    assert "fees of 740 M" not in figures.fees_needed(scenario=patient).finding
    assert "from 0.18 to 397 USD" in figures.valuation_field().finding
    assert (
        "from 0.35 to" in figures.valuation_field(scenario=replace(patient, velocity=5.0)).finding
    )
    assert "36% of the tree's 157.39 USD hang on a 0.8% branch" in figures.tree_parts().finding
    assert "asked for a 1.92% chance" in figures.openai_branch().finding


def test_a_picture_shows_itself_in_a_notebook():
    picture = figures.price_waterfall()
    assert picture._repr_png_().startswith(b"\x89PNG")
    assert repr(picture).startswith("View price_waterfall: The network's value grew")


def test_the_figures_on_the_article_judged_say_what_the_ledger_gives():
    then = replace(te.load_snapshot("article"), price_usd=200.0)
    assert "123 days after" in figures.claims_against_events(then=then).finding
    assert figures.claims_against_events(then=then).axes[0].get_lines()[1].get_ydata()[0] == 200.0
    assert (
        "In September 2026 'no change' scores 0.41, the tree 1.09 and 8× 1.75; 8× is best in 16%"
        in (figures.forecasts_scored().finding)
    )
    assert (
        "for a flat price TAO needed 421 M USD a year, 271 M now" in figures.macro_thesis().finding
    )
    assert "1.6× and not 5.6×" in figures.macro_thesis().finding
    assert " of 60 claims turn under some stress" in figures.claims_under_stress().finding
