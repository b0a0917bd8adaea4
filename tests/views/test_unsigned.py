"""What nobody signs is called unverifiable in the line of sources under every picture of it."""

import dataclasses
import inspect
import re

import nbformat
import pytest

import tao_econ as te
from tao_econ.inputs import data
from tao_econ.publish import notebooks
from tao_econ.views import VIEWS, cited, gallery, watch
from tao_econ.views.marks import View

OBSERVED = {"price_usd", "issuance_rao", "staked_tao", "volume_usd"}


def is_unsigned(record):
    return isinstance(record, te.Snapshot) and cited.unsigned(record.sources.values())


def can_show_it(view):
    """Whether it starts from such a snapshot, or its footer names a table."""
    return any(map(is_unsigned, view.records().values())) or ".csv" in inspect.getsource(view.draw)


@pytest.mark.parametrize("name", [name for name, view in VIEWS.items() if can_show_it(view)])
def test_a_footer_calls_unverifiable_what_nobody_signs(name):
    records = VIEWS[name].records()
    shown, read = watch.reads(lambda **given: VIEWS[name].drawn(given), records)
    silent = [part for part in shown.sources if cited.UNSIGNED not in part]
    said = cited.UNSIGNED in "".join(shown.sources)
    assert said or not [1 for key, field in read if is_unsigned(records[key]) and field in OBSERVED]
    named = " ".join(silent)
    assert not [
        s
        for s in te.inputs.rules.snapshot_names()
        if is_unsigned(te.load_snapshot(s)) and f"snapshot: {s}" in named
    ]
    tables = {*re.findall(r"\b(\w+)\.csv\b", named)} & {*data.names()}
    assert not [table for table in tables if cited.unsigned_part(table)]


def test_the_word_follows_the_sources_of_a_snapshot():
    signed = te.load_snapshot("2023-11-20")
    nobody = dataclasses.replace(signed, sources={"price_usd": "a note (no author: unverifiable)"})
    for snapshot, words in ((signed, "2023-11-20"), (nobody, "2023-11-20 (unverifiable)")):
        drawn = gallery.Drawn(
            lambda day: View(title="", panels=[], sources=(day, "data/claims.csv")),
            {},
            None,
            {},
            True,
            {},
        )
        assert drawn.drawn({"day": snapshot}).sources[1] == f"snapshot: {words}"


@pytest.mark.parametrize("file", notebooks.select([]), ids=lambda file: file.stem)
def test_a_notebook_says_among_its_sources_what_nobody_signs(file):
    cells = nbformat.read(file, as_version=4).cells
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    loaded = map(te.load_snapshot, re.findall(r'load_snapshot\("([\w-]+)"\)', code))
    shown = {name for name in re.findall(r"\bviews\.(\w+)\(", code) if name in VIEWS}
    drawn = [record for name in shown for record in VIEWS[name].records().values()]
    if any(map(is_unsigned, [*loaded, *drawn])):
        told = next(cell.source for cell in reversed(cells) if "**Sources.**" in cell.source)
        assert cited.UNSIGNED in told.partition("**Sources.**")[2]
