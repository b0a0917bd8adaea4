"""The ledger as files: figures/claims.csv and a self-contained figures/claims.html that sorts
and filters.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json as _json
import re
from importlib import metadata
from pathlib import Path

import pandas as pd

from .. import claims
from ..claims import GRADES, VERDICTS, world
from ..inputs.files import WORKPLACE, write_whole
from .prose import policy
from .sidecar import origin

OUTPUT = WORKPLACE / "figures"
VERDICT = "## Verdict"
TABLE_HEAD = "| claim | then | now | what turns it | evidence |"
HOMELESS = (
    "No statement of the article has its home in this notebook; all stand in figures/claims.html."
)
FORMULA = re.compile(r"[=@]|[+-](?!\d[\d.,]*%?( [a-z]|$))")
HEADS = {
    "id": "Claim",
    "kind": "Kind",
    "claim": "What the article says",
    "stated": "Stated",
    "value_then": "Found, by 20 Nov 2023",
    "verdict_then": "Verdict then",
    "value_now": "Found, by now",
    "verdict_now": "Verdict now",
    "flips": "What turns it, or the missing fact",
    "grade": "Evidence",
    "notebook": "Notebook",
}

STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1b1b; --soft: #5b5b5b; --line: #d8d8d8; --head: #f3f3f3;
  --holds: #00684a; --some: #8a5a00; --fails: #a63a00; --open: #5b5b5b; --link: #00558a; }
@media (prefers-color-scheme: dark) { :root { --paper: #16181b; --ink: #ececec; --soft: #b0b0b0; --line: #3a3d42;
  --head: #22252a; --holds: #4fd1a5; --some: #f0b84a; --fails: #ff9a62; --open: #b0b0b0; --link: #7cc4f2; } }
body { margin: 1.5rem auto; padding: 0 1rem; max-width: 100rem; background: var(--paper); color: var(--ink);
  font: 15px/1.45 system-ui, sans-serif; }
p, dl { max-width: 60rem; } a { color: var(--link); } caption { text-align: left; padding: .5rem 0; color: var(--soft); }
.skip { position: absolute; left: -100rem; } .skip:focus { left: 1rem; top: .5rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; margin-bottom: 1.5rem; }
th, td { border-bottom: 1px solid var(--line); padding: .4rem .6rem; text-align: left; vertical-align: top; }
thead th { background: var(--head); vertical-align: bottom; }
#ledger td:nth-child(3), #ledger td:nth-child(9) { min-width: 15rem; }
th button { all: unset; cursor: pointer; font-weight: 600; } th button:focus-visible, a:focus-visible, select:focus-visible
  { outline: 2px solid var(--link); outline-offset: 2px; }
th[aria-sort=ascending] button::after { content: " \\25B2"; } th[aria-sort=descending] button::after { content: " \\25BC"; }
.v { font-weight: 600; } small { color: var(--soft); display: block; }
.t { background: var(--head); text-decoration: underline; }
 .v4 { color: var(--open); } .v0 { color: var(--holds); } .v1 { color: var(--some); }
.v2 { color: var(--fails); } .v3 { color: var(--open); } .n { width: auto; } footer { color: var(--soft); font-size: .85em; }
"""
SCRIPT = """
const body = document.querySelector("#ledger tbody"), heads = [...document.querySelectorAll("#ledger thead th")];
heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
  const up = head.getAttribute("aria-sort") !== "ascending";
  heads.forEach(other => other.setAttribute("aria-sort", "none"));
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  const key = row => row.cells[column].dataset.key ?? row.cells[column].textContent.trim();
  [...body.rows].sort((a, b) => (up ? 1 : -1) * key(a).localeCompare(key(b), "en", { numeric: true }))
    .forEach(row => body.append(row));
}));
const only = document.querySelector("#only"), said = document.querySelector("#said");
only.addEventListener("change", () => {
  let left = 0;
  for (const row of body.rows) { row.hidden = only.value && row.dataset.now !== only.value; left += !row.hidden; }
  said.textContent = `${left} of ${body.rows.length} claims`;
});
"""


def csv(ledger: pd.DataFrame) -> bytes:
    """The ledger as CSV; text that a spreadsheet would take for a formula gets an apostrophe;
    signed numbers do not.
    """
    return ledger.map(_text).to_csv(index=False, lineterminator="\n").encode()


def _text(cell):
    cell = cell.replace("\r", " ").strip() if isinstance(cell, str) else cell
    return f"'{cell}" if isinstance(cell, str) and FORMULA.match(cell) else cell


def page(ledger: pd.DataFrame, counted: pd.DataFrame, turned: pd.DataFrame) -> bytes:
    """The ledger as one HTML file that needs nothing else: counts, all claims, and the verdicts
    that a stress turns.
    """
    now = "now"
    options = "".join(
        f'<option value="{name}">{name} ({counted.loc[name, now]})</option>' for name in VERDICTS
    )
    grades = "; ".join(f"{grade}: {meaning}" for grade, meaning in GRADES.items())
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
{policy(_mark(SCRIPT), _mark(STYLE))}<title>tao_econ: the article's claims, judged</title><style>{STYLE}</style></head><body>
<a class="skip" href="#ledger">Skip to the claims</a><main>
<h1>{(~ledger["ours"]).sum()} statements of the article and {ledger["ours"].sum()} checks of ours, judged</h1>
<p>A statement <b>holds</b> if it is true in as many readings as its words ask for: all, more than half where it says
"seem" or "probably", one where it says "may". It <b>holds with conditions</b> if in some, <b>fails</b> if in none, is
<b>undecided within error</b> where a sampling error decides, and <b>cannot be checked</b> if nothing can be read. A
dated fact is judged once, a forecast at its date, all others by what could be known on 20 November 2023 and by what is
known now. One article is one case: this ranks statements and proves no skill. Evidence: {grades}. Facts: <a href="../data/evidence.csv">evidence.csv</a>; the code: tao_econ/claims.</p>
{_counts(counted)}
<p><label for="only">Show, by the verdict now: </label><select id="only"><option value="">all</option>{options}</select>
<span id="said" role="status">{len(ledger)} of {len(ledger)} claims</span></p>
<div class="wide" tabindex="0" role="region" aria-label="Ledger"><table id="ledger">
<caption>Press a column's head to sort. A row leads to the notebook that shows it.</caption>
<thead><tr>{"".join(_head(text) for text in HEADS.values())}</tr></thead>
<tbody>
{"".join(_row(row) for row in ledger.to_dict("records"))}</tbody></table></div>
<h2 id="stress">What turns under stress</h2>
{_stress(turned)}
</main><footer>{_footer()}</footer><script>{SCRIPT}</script></body></html>
""".encode()


def _mark(content: str) -> str:
    """The hash by which a page's policy knows a script or style that stands in it."""
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


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
    """A line for each registered forecast whose outcome is known, or one that says there is none."""
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
    old = re.match(rf"\n*(?:{re.escape(HOMELESS)}\n|(?:\|.*\n)+)", after)
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
    files = {"claims.csv": csv(ledger), "claims.html": shown}
    changed = []
    for name, content in (files | {"claims.json": origin(_records(), files)}).items():
        file = (folder or OUTPUT) / name
        if not file.exists() or file.read_bytes() != content:
            changed.append(f"figures/{name}")
            if not check:
                file.parent.mkdir(parents=True, exist_ok=True)
                write_whole(file, content)
    return changed + write_tables(ledger, check=check)


def _records() -> dict:
    """The records that the ledger is made with, by date and kind."""
    return {
        f"{when}.{kind}": record
        for when in ("then", "day", "now")
        for kind, record in getattr(world(), when)._asdict().items()
    }


def _footer() -> str:
    named = {
        kind: dict.fromkeys(record.name for key, record in _records().items() if key.endswith(kind))
        for kind in ("rules", "snapshot", "scenario")
    }
    said = [
        f"tao_econ {metadata.version('tao_econ')}",
        *(f"{kind}: {', '.join(names)}" for kind, names in named.items()),
    ]
    return (
        html.escape("   ·   ".join(said))
        + ' · <a href="claims.json">all values and the hashes of the data</a>'
    )


def _head(text: str) -> str:
    return (
        f'<th scope="col" aria-sort="none"><button type="button">{html.escape(text)}</button></th>'
    )


def _row(row: dict) -> str:
    cells = []
    for name in HEADS:
        text = html.escape(str(row[name]))  # quotes too, so it may stand in an attribute
        if name == "id":
            cells.append(f'<th scope="row" id="{text}">{text}</th>')
        elif name.startswith("verdict"):
            true = row[name.replace("verdict", "readings")]
            note = f"<small>{true} readings</small>" if true and row[name] else ""
            key = VERDICTS.index(row[name]) if row[name] else len(VERDICTS)
            cells.append(f"<td data-key='{key}'>{_verdict(row[name])}{note}</td>")
        elif name == "stated":
            cells.append(f"<td>{text} {html.escape(row['unit']) if row['stated'] else ''}</td>")
        elif name == "flips":
            missing = (
                f"<small>Missing: {html.escape(row['missing'])}</small>" if row["missing"] else ""
            )
            cells.append(f"<td>{text}{missing}</td>")
        elif name == "notebook":
            words = text.replace("_", " ")
            cells.append(f'<td><a href="../notebooks/{text}.ipynb">{words}</a></td>')
        else:
            cells.append(f"<td>{text}</td>")
    return f'<tr data-now="{row["verdict_now"] or row["verdict_then"]}">{"".join(cells)}</tr>\n'


def _verdict(name: str) -> str:
    if not name:
        return "–"
    mark = "\u2713\u25d0\u2717~?"[VERDICTS.index(name)]
    return (
        f'<span class="v v{VERDICTS.index(name)}"><span aria-hidden="true">{mark} '
        f"</span>{name}</span>"
    )


def _counts(counted: pd.DataFrame) -> str:
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("Verdict", *counted.columns))
    rows = "".join(
        f'<tr><th scope="row">{_verdict(name)}</th>{"".join(f"<td>{n}</td>" for n in row)}</tr>'
        for name, *row in counted.itertuples()
    )
    return (
        '<table class="n"><caption>Claims by '
        f"verdict</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _stress(turned: pd.DataFrame) -> str:
    heads = "".join(
        f'<th scope="col">{html.escape(name)}</th>' for name in ("Claim and date", *turned.columns)
    )
    rows = "".join(
        f'<tr><th scope="row"><a href="#{html.escape(number)}">{html.escape(number)} {date}</a></th>'
        + "".join(
            f"<td{' class=t' if name != row[0] else ''}>{_verdict(name)}</td>" for name in row
        )
        + "</tr>"
        for (number, date), *row in turned.itertuples()
    )
    return (
        '<div class="wide" tabindex="0" role="region" aria-label="Stress"><table><caption>Claims '
        "whose verdict at least "
        "one stress turns, underlined where it does; the others stay as they "
        f"are.</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )
