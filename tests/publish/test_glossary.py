"""Terms of the glossary: each stands there, and each is explained or linked where a notebook's
prose first uses it.
"""

import re

import nbformat
import pytest

from tao_econ.publish import notebooks

FILES = notebooks.select([])
FRONT, *LATER = FILES
FORMS = {  # as they stand in prose; a term of finance in the same letters is not meant
    "TAO": None,  # told in the first lines of 00
    "alpha": r"(?<!an )alpha",
    "block": r"blocks?",
    "bonds": r"bonds?",
    "burn": r"burn(?:s|ed|ing)?",
    "coldkey": r"coldkeys?",
    "emission": r"emissions?",
    "epoch": r"epochs?",
    "FDV": r"FDV",
    "float": r"float",
    "halving": r"halvings?",
    "hotkey": r"hotkeys?",
    "κ": r"(?<!urgency )κ",
    "liquidity": r"liquidity",
    "market cap": r"market cap",
    "miner": r"miners?",
    "nominator": r"nominators?",
    "pool": r"pools?(?! has )",
    "rao": r"rao",
    "recycle": r"recycl(?:e|es|ed|ing)",
    "root": r"(?<![Ss]quare )root(?! mean)",
    "stake": r"stak(?:e|es|ed|ing)",
    "subnet": r"subnets?",
    "take": r"(?<=the )take(?= of)|(?<='s )take",
    "UID": r"UIDs?",
    "validator": r"validators?",
    "weights": r"(?<!movable )(?<!No )(?<!Kelly's )weights",
    "Yuma": r"Yuma",
}
ASIDE = re.compile(  # what is not prose, and what is a link already
    r"^(?:#|\|)[^\n]*|```.*?```|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]*\$|\[[^\]\n]*\]\([^)\n]*\)|<[^>\n]*>",
    re.DOTALL | re.MULTILINE,
)
LINK = r"\[{}\]\((?:00_start_here\.ipynb)?#Glossary\)"


def prose(file) -> list[str]:
    cells = nbformat.read(file, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "markdown"]


def told(form: str, cells: list[str]) -> bool:
    """Whether the first use after the first screen is explained, there or on it, or linked."""
    explained = re.compile(rf"\*(?:{form})\*", re.IGNORECASE)
    if explained.search(cells[0]):
        return True
    for text in cells[1:]:
        plain = re.search(rf"\b(?:{form})\b", ASIDE.sub(lambda m: " " * len(m[0]), text))
        ways = [
            m.start()
            for m in (explained.search(text), re.search(LINK.format(f"(?:{form})"), text))
            if m
        ]
        if plain or ways:
            return bool(ways) and (plain is None or min(ways) <= plain.start())
    return True


def test_the_glossary_explains_every_term():
    text = "\n".join(text for text in prose(FRONT) if "## Glossary" in text)
    for term in FORMS:
        assert re.search(rf"^\| \*\*[^|]*\b{term}\b", text, re.MULTILINE), term
    assert len(re.findall(r"^\| \*\*", text, re.MULTILINE)) == len(FORMS) + 1  # circulating supply


@pytest.mark.parametrize("file", LATER, ids=lambda f: f.stem)
def test_each_term_is_explained_or_linked_at_its_first_use(file):
    cells = prose(file)
    assert not [term for term, form in FORMS.items() if form and not told(form, cells)]


def test_a_term_used_before_its_link_is_seen():
    link = "[stake](00_start_here.ipynb#Glossary)"
    assert told(FORMS["stake"], ["", f"All {link} counts.", "Their stake."])
    assert told(FORMS["stake"], ["*Stake* is a vote.", "Their stake."])
    assert not told(FORMS["stake"], ["", f"Their stake. All {link} counts."])
    assert told(FORMS["root"], ["", "The square root of it."])
