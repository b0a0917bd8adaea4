"""The reference: every public name with what it takes, gives and refuses, and no link that leads
nowhere.
"""

import inspect
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag

import pytest

import tao_econ as te
from tao_econ import claims, views
from tao_econ.inputs import Scenario
from tao_econ.inputs.record import about
from tao_econ.publish import names, reference, search

PACKAGE = Path(te.__file__).parent
ROOMS = (te.inputs, te.chain, te.analysis, te.economy, te.incentives, claims, views)
OFFER = re.compile(r"^from (\S+) import (?:\w+ as )*?(\w+) as \2$", re.MULTILINE)
OWN = re.compile(r"^(?:def|class) ([a-z]\w+)|^([A-Z]\w+) = ", re.MULTILINE)


def offers(room):
    """What the text of a room's `__init__` offers, read without the code that makes the pages."""
    text = Path(room.__file__).read_text(encoding="utf-8")
    found = {name for _, name in OFFER.findall(text)}
    found |= {one or other for one, other in OWN.findall(text)}
    return {name for name in found if not inspect.ismodule(getattr(room, name))}


PUBLIC = {(room.__name__.rpartition(".")[2], name) for room in ROOMS for name in offers(room)}
PUBLIC |= {("views", name) for name in views.VIEWS} | {("publish", "provenance")}


class Entries(HTMLParser):
    """Of a page: its ids, its links, and the text of each entry by the id of its heading."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.said, self._here = [], [], {}, ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        about = dict(attrs)
        if "id" in about:
            self.ids.append(about["id"])
        if tag == "h3":
            self._here = about["id"]
            self.said[self._here] = ""
        if tag in ("dd", "dt", "p") and self._here:
            self.said[self._here] += " "
        if "href" in about:
            self.links.append((self._here, about["href"]))

    def handle_data(self, data):
        if self._here:
            self.said[self._here] += data


@pytest.fixture(scope="module")
def guide():
    return reference.Guide()


@pytest.fixture(scope="module")
def pages(guide):
    made = reference.pages(guide, lambda title, body: body)
    return {path.removeprefix(f"{reference.FOLDER}/"): text for path, text in made.items()}


@pytest.fixture(scope="module")
def read(pages):
    return {path: Entries(text) for path, text in pages.items()}


def test_every_public_name_has_its_place(read):
    assert len(PUBLIC) > 390 and ("economy", "touch_probability") in PUBLIC
    missing = [f"{r}.{n}" for r, n in sorted(PUBLIC) if f"{r}.{n}" not in read[f"{r}.html"].said]
    assert missing == []
    said = read["index.html"].links
    assert {f"{room}.html" for room in names.ROOMS} <= {target for _, target in said}
    for name in ("sweep", "stressed", "Rules", "provenance"):
        assert any(target.endswith(f".{name}") for _, target in said), name


def test_a_name_that_a_room_begins_to_offer_is_found(monkeypatch):
    def new(rules: te.Rules) -> te.Snapshot:
        """New."""

    source = inspect.getsource

    def one_more(it):
        return source(it) + "\nfrom .supply import new as new\n" * (it is te.economy)

    monkeypatch.setattr(te.economy, "new", new, raising=False)
    monkeypatch.setattr(names.inspect, "getsource", one_more)
    assert names.offered("economy")["new"].call == "te.economy.new"


def test_every_function_says_what_it_takes_gives_and_refuses(read):
    for room, name in sorted(PUBLIC):
        it = getattr(te.__dict__.get(room) or {"views": views, "claims": claims}.get(room), name, 0)
        if not inspect.isroutine(it):
            continue
        said = read[f"{room}.html"].said[f"{room}.{name}"]
        for parameter in inspect.signature(it).parameters.values():
            assert re.search(rf"\b{parameter.name}\b", said), (name, parameter)
        document = inspect.getdoc(it)
        for section in ("Parameters", "Raises", "Notes", "References", "Yields"):
            if re.search(rf"^{section}\n---", document, re.MULTILINE):
                assert f"\n{section}\n" in said, (name, section)
        assert "\nReturns\n" in said or "\nYields\n" in said or "-> None" in said, name
        assert "Source tao_econ/" in said, name


def test_every_field_of_a_record_has_a_place_with_its_unit_bounds_and_meaning(guide, read, pages):
    ids = read["inputs.html"].ids
    for kind in (te.Rules, te.Snapshot, te.Scenario):
        for name in kind.__pydantic_fields__:
            assert f"inputs.{kind.__name__}.{name}" in ids
    said = " ".join(read["inputs.html"].said["inputs.Scenario"].split())
    told = about(Scenario, "discount_rate")
    wanted = (
        f"discount_rate float; unit: {told['unit']}; {told['rule']}; default 0.2 {told['meaning']}"
    )
    assert wanted in said and told["reason"] in said and told["source"] in said
    touched = read["economy.html"].said["economy.portfolio.Kelly"]
    assert "chance of ever falling to half of the wealth at the start" in touched
    assert "history below which the fraction asked for loses" in pages["economy.html"]


def test_types_and_names_lead_to_what_they_are(read):
    links = {target for here, target in read["economy.html"].links if here == "economy.supply_at"}
    assert {"inputs.html#inputs.Rules", "economy.html#economy.supply.Supply"} <= links
    assert ("economy.portfolio.Kelly", "economy.html#economy.kelly") in read["economy.html"].links
    targets = {target for _, target in read["economy.html"].links}
    assert any(target.startswith("inputs.html#inputs.Scenario.") for target in targets)


def test_no_link_leads_nowhere_and_no_place_stands_twice(read):
    for path, page in read.items():
        assert len(page.ids) == len(set(page.ids)), path
        for _, target in page.links:
            if target.startswith("../"):  # of the site
                continue
            file, anchor = urldefrag(target)
            assert not anchor or anchor in read[file or path].ids, (path, target)


def test_the_index_of_the_search_names_every_public_name_and_every_field(guide):
    entries = reference.entries(guide)
    addresses = {address for *_, address in entries}
    homes = {f"{reference.FOLDER}/{guide.home(one).address}" for one in guide.offered}
    assert homes <= addresses and len(addresses) == len(entries)
    assert "reference/inputs.html#inputs.Scenario.discount_rate" in addresses
    assert search.index(entries).count("\n") == len(entries) + 3


def test_no_page_holds_what_changes_from_run_to_run(pages):
    for path, page in pages.items():
        assert not re.search(r" at 0x[0-9a-f]+", page), path
