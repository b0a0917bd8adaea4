"""ASSUMPTIONS.md: every choice once, under the notebook that rests on it, with links that lead
somewhere.
"""

import dataclasses
import re

import pytest

import tao_econ as te
from tao_econ.inputs.files import WORKPLACE
from tao_econ.publish import assumptions, notebooks
from tao_econ.views import cited, fields_read, published

PAGE = assumptions.FILE.read_text(encoding="utf-8")
KINDS = (te.Scenario, te.incentives.QueryMarket)
LINKS = re.findall(r"\]\(([^)\s]+(?:\([^)]*\)[^)\s]*)?)\)", PAGE)


def test_every_entry_stands_once_under_a_notebook_or_a_named_heading():
    placed = [
        (type(entry.record), entry.field)
        for entries in assumptions.groups().values()
        for entry in entries
    ]
    fields = [(kind, f.name) for kind in KINDS for f in dataclasses.fields(kind)]
    assert sorted(placed, key=str) == sorted((p for p in fields if p[1] != "name"), key=str)
    assert len(re.findall(r"^### `", PAGE, re.M)) == len(placed)
    stems = {file.stem for file in notebooks.select([])}
    assert {*assumptions.groups()} <= stems | {assumptions.THROUGHOUT, assumptions.NOWHERE}


def test_an_entry_stands_under_the_first_notebook_that_rests_on_it():
    for title, entries in assumptions.groups().items():
        for entry in entries:
            own = [stem for stem in entry.read_by if not stem.startswith(assumptions.OVERVIEW)]
            many = len(own) >= assumptions.MANY
            assert (title == assumptions.THROUGHOUT) == many, entry.field
            assert many or title in ([*own, *entry.read_by] or [assumptions.NOWHERE])[0]


def test_what_is_said_to_read_an_entry_reads_it():
    found = {e.field: e for entries in assumptions.groups().values() for e in entries}
    assert "discounted_fdv" in found["discount_rate"].read_by["01_circulating_vs_fdv"]
    assert ("scenario", "discount_rate") in fields_read("discounted_fdv")
    shown = {name for stem in found["discount_rate"].read_by.values() for name in stem}
    assert "implied_spread" not in shown
    assert not {f for _, f in fields_read("implied_spread")} & {"discount_rate"}


@pytest.mark.parametrize("link", sorted({link for link in LINKS if not link.startswith("http")}))
def test_every_link_inside_leads_to_a_file(link):
    assert (WORKPLACE / link).is_file()


def test_every_figure_named_is_published_and_every_page_is_a_listed_one():
    named = {link[8:-4] for link in LINKS if link.startswith("figures/")}
    assert named and named <= {*published()}
    pages = {link for link in LINKS if link.startswith("http")}
    said = [
        te.inputs.record.about(k, f.name)["source"] for k in KINDS for f in dataclasses.fields(k)
    ]
    assert pages == {
        found.address
        for text in said
        for found in cited.named(text or "")
        if found.address.startswith("http")
    }


def test_how_to_change_an_entry_is_said_once():
    assert PAGE.count("To change an entry") == 1 and "To change it" not in PAGE
    assert PAGE.count("one author") == PAGE.count("one author without a name: unverifiable")
