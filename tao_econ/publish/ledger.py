"""The ledger as files: figures/claims.csv and a self-contained figures/claims.html that sorts
and filters.
"""

from __future__ import annotations

import json as _json
import re
from pathlib import Path

import pandas as pd

from .. import claims
from ..claims import VERDICTS
from ..inputs.files import WORKPLACE, write_whole
from . import export
from .claims_page import HEADS as HEADS
from .claims_page import page as page
from .claims_page import records_of_the_ledger
from .sidecar import origin

OUTPUT = WORKPLACE / "figures"
VERDICT = "## Verdict"
TABLE_HEAD = "| claim | then | now | what turns it | evidence |"
HOMELESS = (
    "No statement of the article has its home in this notebook; all stand in figures/claims.html."
)


def whole() -> pd.DataFrame:
    """The ledger with what turns each verdict.

    Returns
    -------
    pandas.DataFrame
    """
    return claims.check().join(claims.flips()["flips"], on="id")


def json(ledger: pd.DataFrame) -> str:
    """The ledger as JSON: {"claims": [{"id", "verdict_then", "verdict_now", …}]}; null where a
    statement is not judged on a date.

    Parameters
    ----------
    ledger : pandas.DataFrame

    Returns
    -------
    str
    """
    rows = ledger.to_dict("records")
    for row in rows:
        for when in claims.DATES:
            row[f"verdict_{when}"] = row[f"verdict_{when}"] or None
    return _json.dumps({"claims": rows}, ensure_ascii=False, indent=1)


def due(scored: pd.DataFrame) -> list[str]:
    """A line for each registered forecast that has come due, or one that says there is none."""
    known = scored[scored["score"].notna()]
    if known.empty:
        return [f"none of the {len(scored)} registered forecasts has come due"]
    return [
        f"{row.Index}  {row.quantity}: {row.q05} to {row.q95} said on {row.made_on}, "
        f"came {row.outcome}, {'inside' if row.inside_90 else 'outside'} the 90 % band, "
        f"score {row.score:,.1f} {'days' if row.unit == 'date' else row.unit}"
        for row in known.itertuples()
    ]


def turned(ledger: pd.DataFrame) -> list[str]:
    """What another world changed, a line a verdict.

    Parameters
    ----------
    ledger : pandas.DataFrame

    Returns
    -------
    list[str]
    """
    before = claims.check().set_index("id")
    lines = []
    for row in ledger.to_dict("records"):
        for when in claims.DATES:
            old = before.loc[row["id"], f"verdict_{when}"]
            new = row[f"verdict_{when}"]
            if old != new:
                lines.append(f"turned: {row['id']} {when}: {old or '-'} -> {new or '-'}")
    return lines or ["no verdict turned"]


def table(notebook: str, ledger: pd.DataFrame) -> str:
    """The verdict table of one notebook, in Markdown: the claims that have their home in it.

    Parameters
    ----------
    notebook : str
        File name without .ipynb.
    ledger : pandas.DataFrame
        As `whole` gives it.

    Returns
    -------
    str
    """
    rows = ledger[ledger["notebook"] == notebook]
    if rows.empty:
        return HOMELESS
    lines = [TABLE_HEAD, "| --- | --- | --- | --- | --- |"]
    for row in rows.to_dict("records"):
        own = "our own check: " if row["ours"] else ""
        cells = [f"{row['id']}: {own}{row['claim']}"]
        cells += [_said(row, when) for when in claims.DATES]
        cells += [row["flips"] or f"missing: {row['missing']}", row["grade"]]
        lines.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
    return "\n".join(lines)


def with_table(source: str, new: str) -> str:
    """A verdict section with the ledger's table in place of what stood there.

    Parameters
    ----------
    source : str
        A Markdown cell that holds '## Verdict'.
    new : str

    Returns
    -------
    str
    """
    before, head, after = source.partition(VERDICT + "\n")
    old = re.match(rf"\n*(?:{re.escape(HOMELESS)}\n|(?:\|.*(?:\n|\Z))+)", after)
    return before + head + "\n" + new + "\n" + (after[old.end() :] if old else "\n" + after)


def write_tables(ledger: pd.DataFrame, *, check: bool = False) -> list[str]:
    """Put the ledger's table into every notebook, or with `check` only look; returns the names of
    those out of date.

    Parameters
    ----------
    ledger : pandas.DataFrame
    check : bool

    Returns
    -------
    list[str]
    """
    import nbformat

    from ..inputs.files import write_whole
    from .notebooks import select

    changed = []
    for file in select([]):
        notebook = nbformat.read(file, as_version=4)
        before = file.read_text(encoding="utf-8")
        for cell in notebook.cells:
            if cell.cell_type == "markdown" and VERDICT + "\n" in cell.source:
                cell.source = with_table(cell.source, table(file.stem, ledger))
        after = nbformat.writes(notebook) + "\n"
        if after.rstrip() != before.rstrip():
            changed.append(f"notebooks/{file.name}")
            if not check:
                write_whole(file, after.encode())
    return changed


def _said(row: dict, when: str) -> str:
    """A verdict with its share of readings."""
    verdict = row[f"verdict_{when}"]
    share = row[f"readings_{when}"]
    if not verdict:
        return "–"
    return f"{verdict} ({share})" if share and verdict != VERDICTS[-1] else verdict


def write(*, folder: Path | None = None, check: bool = False) -> list[str]:
    """Write the files and what made them, or with `check` only look; returns the names of those
    out of date.

    Parameters
    ----------
    folder : pathlib.Path, optional
    check : bool

    Returns
    -------
    list[str]
    """
    ledger = whole()
    shown = page(ledger, claims.counts(ledger), claims.under_stress())
    files = {"claims.csv": export.csv(ledger), "claims.html": shown}
    changed = []
    for name, content in (files | {"claims.json": origin(records_of_the_ledger(), files)}).items():
        file = (folder or OUTPUT) / name
        if not file.exists() or file.read_bytes() != content:
            changed.append(f"figures/{name}")
            if not check:
                file.parent.mkdir(parents=True, exist_ok=True)
                write_whole(file, content)
    return changed + write_tables(ledger, check=check)
