"""Figures: their titles follow from their records, and the same records give the same bytes."""

import subprocess
import sys
from dataclasses import replace

import pytest

import tao_econ as te
from tao_econ import figures
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
