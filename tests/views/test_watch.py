"""A view knows which fields it reads: records are watched while it draws."""

import functools
from dataclasses import dataclass, replace

import pytest

import tao_econ as te
from tao_econ import views
from tao_econ.views import VIEWS, explore, fields_read, gallery, watch
from tao_econ.views.marks import Line, Panel, View


@dataclass(frozen=True)
class Record:
    """Three numbers."""

    one: float = 1.0
    two: float = 2.0
    three: float = 3.0


@functools.cache
def behind_a_cache(record):
    return record.one


def read(function):
    return {field for _, field in watch.reads(function, {"record": Record()})[1]}


def test_what_is_read_is_seen_also_behind_a_cache_that_was_filled_before():
    behind_a_cache(Record())
    assert read(lambda record: behind_a_cache(record)) == {"one"}


def test_a_copy_reads_nothing_and_passes_on_what_is_read_from_it():
    assert read(lambda record: replace(record, one=5.0)) == set()
    assert read(lambda record: replace(record, one=5.0).two) == {"two"}
    assert read(lambda record: replace(record, one=5.0).one) == set()
    assert read(lambda record: replace(replace(record, one=5.0), two=1.0).one) == set()


def test_watched_records_are_what_they_were():
    def check(record):
        assert isinstance(record, Record) and record.one == 1.0
        assert replace(record, one=7.0).one == 7.0
        assert record != Record() and record == record and len({record, record}) == 1

    read(check)
    rules = te.rules_at("2026-09-11")
    twin = watch.watched(rules, "rules", set())
    with pytest.raises(ValueError, match="tempo must be"):
        replace(twin, tempo=-1)
    assert twin.kappa == rules.kappa and replace(twin, tempo=3).tempo == 3


def test_a_view_names_the_fields_it_reads():
    pairs = fields_read("discounted_fdv")
    assert ("scenario", "discount_rate") in pairs and ("then", "price_usd") in pairs
    assert ("scenario", "daily_volatility") not in pairs
    assert fields_read("discounted_fdv") is fields_read("discounted_fdv")


def test_a_slider_of_another_field_is_refused_with_those_the_view_reads():
    with pytest.raises(
        ValueError, match="does not read 'daily_volatility'; it reads .*discount_ra"
    ):
        explore("discounted_fdv", daily_volatility=0.1)
    with pytest.raises(ValueError, match="price_usd must name its record: then.price_usd or now"):
        explore("discounted_fdv", price_usd=1.0)


def test_every_number_that_a_view_reads_has_a_slider():
    box = explore("discounted_fdv", **{"now.price_usd": 300.0})
    fields = box.recipe().sliders
    assert {"discount_rate", "then.price_usd", "now.price_usd"} <= set(fields)
    assert box._code.value == "views.explore(\"discounted_fdv\", **{'now.price_usd': 300})"
    again = eval(box._code.value, {"views": views})
    assert again._figure.wire.picture == box._figure.wire.picture


@pytest.fixture
def growing():
    """A view with as many lines as its record has in `one`."""

    @gallery.view(record=Counted, menus={}, published=False)
    def growing(record: Counted) -> View:
        """Lines."""
        lines = [Line(label=str(k), x=[0, 1], y=[0, k]) for k in range(record.lines)]
        return View(title=f"{record.lines} lines", panels=[Panel(marks=lines)])

    yield growing
    del VIEWS["growing"]


@te.inputs.record.checked_record
class Counted:
    """How many lines there are."""

    lines: int = te.inputs.record.quantity(2, unit="", meaning="lines", ge=1, le=9)


def test_a_picture_whose_traces_change_in_number_is_still_the_right_one(growing):
    box = explore("growing")
    box._sliders["lines"].value = 4
    assert [trace["name"] for trace in box._figure.wire.picture["data"]] == ["0", "1", "2", "3"]
    box._sliders["lines"].value = 1
    assert len(box._figure.wire.picture["data"]) == 1
    assert box._figure.wire.picture["layout"]["title"]["text"] == "1 lines"


def test_a_record_in_anothers_place_is_one_clear_line():
    rules, snapshot = te.rules_at("2026-09-11"), te.load_snapshot("article")
    with pytest.raises(TypeError, match="then of view discounted_fdv must be a Snapshot") as caught:
        VIEWS["discounted_fdv"](then=rules)
    assert "\n" not in str(caught.value)
    named = VIEWS["discounted_fdv"](now="article")
    assert named.title == VIEWS["discounted_fdv"](now=snapshot).title
    with pytest.raises(ValueError, match="unknown argument of view discounted_fdv 'when'"):
        VIEWS["discounted_fdv"](when=rules)


def test_the_footer_names_records_and_sources():
    said = VIEWS["majority_price"]().sources
    assert said[0] == "tao_econ" and said[1].startswith("rules: ") and len(said) == 5


def test_no_module_has_the_name_of_a_view():
    folder = gallery.__file__.rpartition("/")[0]
    from pathlib import Path

    assert not {path.stem for path in Path(folder).glob("*.py")} & set(VIEWS)
