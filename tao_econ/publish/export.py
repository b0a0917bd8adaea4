"""The ledger as one table to quote: claim, its number, recomputed, range, source, date."""

from __future__ import annotations

import json as _json
import re

import pandas as pd

from .. import claims
from ..claims.facts import NOBODY, OWN
from ..claims.rule import Finding, Judgement
from ..views import cited

FORMULA = re.compile(r"[=@]|[+-](?!\d[\d.,]*%?( [a-z]|$))")
DATES = {"then": "2023-11-20", "now": "now"}
OURS = "our own arithmetic"
RULES = "the chain's rules and the dated tables of data/"


def table(
    ledger: pd.DataFrame, found: dict[str, Finding], evidence: pd.DataFrame
) -> list[dict[str, str]]:
    """A row for each claim and each date on which it is judged.

    Parameters
    ----------
    ledger : pandas.DataFrame
        As `claims.check` gives it.
    found : dict[str, Finding]
        As `claims.findings` gives it.
    evidence : pandas.DataFrame
        data/evidence.csv.

    Returns
    -------
    list[dict[str, str]]
    """
    named = {name: _sources(rows) for name, rows in evidence.groupby("claim")}
    rows = []
    for row in ledger.to_dict("records"):
        for when, judged in zip(claims.DATES, found[row["id"]], strict=True):
            if judged is None:
                continue
            publishers, links = named.get(row["id"], (RULES, ""))
            rows.append(
                {
                    "id": row["id"],
                    "whose": "ours" if row["ours"] else "the article's",
                    "claim": row["claim"],
                    "its number": f"{row['stated']} {row['unit']}".strip() if row["stated"] else "",
                    "recomputed": _first(judged),
                    "range": row[f"value_{when}"],
                    "verdict": row[f"verdict_{when}"],
                    "source": publishers,
                    "link": links,
                    "date": DATES[when],
                }
            )
    return rows


def _first(judged: Judgement) -> str:
    """What the first reading that could be read gives."""
    value = judged.value
    return "" if value is None else said(value)


def _sources(rows: pd.DataFrame) -> tuple[str, str]:
    """Publishers and links of the facts on a claim, each once."""
    publishers = [name for name in rows["publisher"] if name not in (OWN, NOBODY)]
    links = [found for found in map(address, rows["link"]) if found]
    return "; ".join(dict.fromkeys(publishers)) or OURS, " ".join(dict.fromkeys(links))


def address(link: object) -> str:
    """Where a source's link leads: itself, or the page of the repository that it names; '' where
    it leads to no page.

    Parameters
    ----------
    link : object

    Returns
    -------
    str
    """
    if linked(link):
        return str(link)
    named = cited.named(link) if isinstance(link, str) and "://" not in link else []
    return next((found.address for found in named if linked(found.address)), "")


def linked(link: object) -> bool:
    """Whether a source's link leads to a page: of a browser's schemes only this one.

    Parameters
    ----------
    link : object

    Returns
    -------
    bool
    """
    return isinstance(link, str) and re.fullmatch(r"https?://[^\s\"'<>]+", link) is not None


def said(value) -> str:
    """A measured value in words.

    Parameters
    ----------
    value : float, bool, str or Estimate

    Returns
    -------
    str
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        middle, low, high = map(claims.number_text, value)
        return f"{middle} ({low} to {high})"
    return claims.number_text(value)


def csv(rows: pd.DataFrame) -> bytes:
    """A table as CSV; text that a spreadsheet would take for a formula gets an apostrophe; signed
    numbers do not.

    Parameters
    ----------
    rows : pandas.DataFrame

    Returns
    -------
    bytes
    """
    return rows.map(_text).to_csv(index=False, lineterminator="\n").encode()


def _text(cell):
    cell = cell.replace("\r", " ").strip() if isinstance(cell, str) else cell
    return f"'{cell}" if isinstance(cell, str) and FORMULA.match(cell) else cell


def packed(rows: list[dict[str, str]]) -> str:
    """The table as CSV and as JSON, in one JSON text that can stand in a page: no text in it can
    end the element it stands in.

    Parameters
    ----------
    rows : list[dict[str, str]]

    Returns
    -------
    str
    """
    both = {"csv": csv(pd.DataFrame(rows)).decode(), "json": _json.dumps(rows, ensure_ascii=False)}
    return _json.dumps(both, ensure_ascii=False).replace("<", "\\u003c")
