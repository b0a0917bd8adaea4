"""The verdict tables of the notebooks against the ledger: no page judges a claim otherwise than
the ledger does.
"""

import re

import nbformat
import pytest

from tao_econ import claims
from tao_econ.publish import notebooks

LEDGER = claims.check().set_index("id")
FILES = notebooks.select([])
BY_LENGTH = sorted(claims.VERDICTS, key=len, reverse=True)  # "holds with conditions" before "holds"


def verdicts(file) -> list[tuple[str, str]]:
    """(claim, what the page says of it) for each claim that a row of the verdict table names
    first.
    """
    text = "\n".join(
        cell.source
        for cell in nbformat.read(file, as_version=4).cells
        if cell.cell_type == "markdown"
    )
    rows = [
        line.split("|")[1:3]
        for line in text.partition("## Verdict")[2].splitlines()
        if line.startswith("|")
    ]
    return [
        (number, said.strip(" *"))
        for claim, said in rows
        for number in re.findall(r"\bC\d\d\b", claim)
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_no_verdict_contradicts_the_ledger(file):
    for number, said in verdicts(file):
        known = {LEDGER.verdict_then[number], LEDGER.verdict_now[number]}
        word = next((verdict for verdict in BY_LENGTH if said.startswith(verdict)), said)
        assert word in known, f"{number}: the page says {said!r}, the ledger {sorted(known)}"
