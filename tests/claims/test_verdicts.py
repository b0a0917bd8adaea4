"""The verdict tables of the notebooks are the ledger's, and each claim has one home."""

import re

import nbformat
import pytest

from tao_econ.publish import ledger as page
from tao_econ.publish import notebooks

LEDGER = page.whole()
FILES = notebooks.select([])
WORDS = "holds|fails|cannot be checked|undecided"


def sections(file) -> list[str]:
    """The verdict sections of a notebook."""
    return [
        cell.source.partition(page.VERDICT)[2]
        for cell in nbformat.read(file, as_version=4).cells
        if cell.cell_type == "markdown" and page.VERDICT in cell.source
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_the_verdict_table_is_generated(file):
    for section in sections(file):
        assert section.startswith(f"\n\n{page.table(file.stem, LEDGER)}\n")
        rest = section.replace(page.table(file.stem, LEDGER), "")
        typed = [line for line in rest.splitlines() if re.match(rf"\|.*C\d\d.*({WORDS})", line)]
        assert not typed, "a verdict typed outside the ledger's table"


def test_every_claim_has_one_home_that_shows_it():
    shown = [
        number
        for file in FILES
        for section in sections(file)
        for number in re.findall(r"^\| (C\d\d):", section, re.MULTILINE)
    ]
    assert sorted(shown) == sorted(LEDGER["id"])


def test_a_table_takes_the_place_of_the_one_before():
    old = f"text\n\n{page.VERDICT}\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\nmore | text"
    for table in ("| x |\n| - |", page.HOMELESS, "| y |\n| - |"):
        old = page.with_table(old, table)
        assert old == f"text\n\n{page.VERDICT}\n\n{table}\n\nmore | text"
    last = f"{page.VERDICT}\n\n| a |\n| - |\n| 1 |"  # the table ends the cell
    assert page.with_table(last, "| b |\n| - |") == f"{page.VERDICT}\n\n| b |\n| - |\n"
