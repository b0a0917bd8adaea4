"""figures/claims.html: the ledger as one page that needs nothing else; it sorts, filters, unfolds and
exports. Every text in it is escaped: a claim with markup stays text.
"""

from __future__ import annotations

import base64
import hashlib
import html
from importlib import metadata

import pandas as pd

from .. import claims
from ..claims import GRADES, VERDICTS, world
from ..claims.rule import Finding
from ..inputs import data
from ..views.cited import titled, unsigned
from . import export
from .prose import policy

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

UNITS = {"count": "", "x": "×", "date": "", "rank": "(rank)"}  # as they are said beside a number
FILTERS = {"kind": "kind", "now": "verdict now", "whose": "whose"}
WHOSE = {False: "the article's", True: "our own checks"}
TRUE = {True: "true", False: "false", None: "undecided"}

STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1b1b; --soft: #5b5b5b; --line: #d8d8d8; --head: #f3f3f3;
  --holds: #00684a; --some: #8a5a00; --fails: #a63a00; --open: #5b5b5b; --link: #00558a; }
@media (prefers-color-scheme: dark) { :root { --paper: #16181b; --ink: #ececec; --soft: #b0b0b0; --line: #3a3d42;
  --head: #22252a; --holds: #4fd1a5; --some: #f0b84a; --fails: #ff9a62; --open: #b0b0b0; --link: #7cc4f2; } }
body { margin: 1.5rem auto; padding: 0 1rem; max-width: 100rem; background: var(--paper); color: var(--ink);
  font: 15px/1.45 system-ui, sans-serif; }
p, dl { max-width: 60rem; } a { color: var(--link); } caption { text-align: left; padding: .5rem 0; color: var(--soft); }
.skip { position: absolute; left: -100rem; } .skip:focus { left: 1rem; top: .5rem; }
header nav { display: flex; flex-wrap: wrap; gap: 0 1.5rem; border-bottom: 1px solid var(--line); padding-bottom: .5rem; }
header ul { display: flex; flex-wrap: wrap; gap: 0 1.1rem; list-style: none; margin: 0; padding: 0; }
header a { color: var(--ink); text-decoration: none; } header a:hover { text-decoration: underline; } .home { font-weight: 700; }
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
details { margin-top: .3rem; } summary { cursor: pointer; color: var(--link); } summary:focus-visible, button:focus-visible
  { outline: 2px solid var(--link); outline-offset: 2px; }
details table { margin: .4rem 0; font-size: .92em; } details th, details td { padding: .15rem .5rem; } details li { overflow-wrap: anywhere; }
.bar { display: flex; flex-wrap: wrap; gap: .4rem 1.2rem; align-items: center; max-width: none; }
@media (max-width: 45rem) {  /* a claim is a list of its cells, each with its head before it */
  #ledger > caption, #ledger > thead, #ledger > tbody > tr[hidden] { display: none; }
  #ledger, #ledger > tbody, #ledger > tbody > tr:not([hidden]), #ledger > tbody > tr > * { display: block; }
  #ledger > tbody > tr { border-bottom: 1px solid var(--line); padding: .5rem 0; }
  #ledger > tbody > tr > * { border: 0; padding: .1rem 0; min-width: 0; }
  #ledger > tbody > tr > td::before { color: var(--soft); }
  #ledger > tbody > tr > td:empty { display: none; }
"""
STYLE += "".join(
    f'  #ledger > tbody > tr > td:nth-child({column})::before {{ content: "{head}: "; }}\n'
    for column, head in enumerate(HEADS.values(), 1)
    if head not in ("Claim", "What the article says")
)
STYLE += "}\n"
SCRIPT = """
const body = document.querySelector("#ledger tbody"), heads = [...document.querySelectorAll("#ledger > thead th")];
heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
  const up = head.getAttribute("aria-sort") !== "ascending";
  heads.forEach(other => other.setAttribute("aria-sort", "none"));
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  const key = row => row.cells[column].dataset.key ?? row.cells[column].textContent.trim();
  [...body.rows].sort((a, b) => (up ? 1 : -1) * key(a).localeCompare(key(b), "en", { numeric: true }))
    .forEach(row => body.append(row));
}));
const only = [...document.querySelectorAll("select[data-of]")], said = document.querySelector("#said");
function filter() {
  let left = 0;
  for (const row of body.rows) {
    row.hidden = only.some(one => one.value && row.dataset[one.dataset.of] !== one.value);
    left += !row.hidden;
  }
  said.textContent = `${left} of ${body.rows.length} claims`;
}
only.forEach(one => one.addEventListener("change", filter));
const table = JSON.parse(document.querySelector("#export").textContent);
document.querySelectorAll("button[data-save]").forEach(button => button.addEventListener("click", () => {
  const kind = button.dataset.save, link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([table[kind]], { type: kind === "csv" ? "text/csv" : "application/json" }));
  link.download = `claims-recomputed.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}));
document.querySelector("#unfold").addEventListener("click", event => {
  const open = event.target.getAttribute("aria-pressed") !== "true";
  event.target.setAttribute("aria-pressed", open);
  body.querySelectorAll("details").forEach(one => { one.open = open; });
});
"""


def page(
    ledger: pd.DataFrame,
    counted: pd.DataFrame,
    turned: pd.DataFrame,
    *,
    found: dict[str, Finding] | None = None,
    evidence: pd.DataFrame | None = None,
) -> bytes:
    """The ledger as one HTML file that needs nothing else: counts, all claims with their readings
    and sources, one table to export, and the verdicts that a stress turns.

    Parameters
    ----------
    ledger, counted, turned : pandas.DataFrame
        As `ledger.whole`, `claims.counts` and `claims.under_stress` give them.
    found : dict[str, Finding], optional
        The readings; those of `claims.findings()` if not given.
    evidence : pandas.DataFrame, optional
        The facts; those of data/evidence.csv if not given.

    Returns
    -------
    bytes
    """
    found = claims.findings() if found is None else found
    evidence = data.load("evidence") if evidence is None else evidence
    sources = {str(name): _sources(rows) for name, rows in evidence.groupby("claim")}
    grades = "; ".join(f"{grade}: {meaning}" for grade, meaning in GRADES.items())
    rows = "".join(
        _row(row, _readings(found[row["id"]]), sources.get(row["id"], ""))
        for row in ledger.to_dict("records")
    )
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
{policy(_mark(SCRIPT), _mark(STYLE))}<title>tao_econ: the article's claims, judged</title><link rel="icon" href="data:,"><style>{STYLE}</style></head><body>
<a class="skip" href="#ledger">Skip to the claims</a><main>
<h1>{(~ledger["ours"]).sum()} statements of the article and {ledger["ours"].sum()} checks of ours, judged</h1>
<p>A statement <b>holds</b> if it is true in as many readings as its words ask for: all, more than half where it says
"seem" or "probably", one where it says "may". It <b>holds with conditions</b> if in some, <b>fails</b> if in none, is
<b>undecided within error</b> where a sampling error decides, and <b>cannot be checked</b> if nothing can be read. A
dated fact is judged once, a forecast at its date, all others by what could be known on 20 November 2023 and by what is
known now. {_unsigned()}One article is one case: this ranks statements and proves no skill. Evidence: {grades}. Facts: <a href="../data/evidence.csv">evidence.csv</a>; the code: tao_econ/claims.</p>
{_counts(counted)}
<p class="bar">{_filters(ledger)}<span id="said" role="status">{len(ledger)} of {len(ledger)} claims</span>
<button type="button" id="unfold" aria-pressed="false">Unfold all</button>
<span>The table to quote (claim, its number, recomputed, range, source, date):
<button type="button" data-save="csv">CSV</button> <button type="button" data-save="json">JSON</button></span></p>
<div class="wide" tabindex="0" role="region" aria-label="Ledger"><table id="ledger">
<caption>Press a column's head to sort. A claim unfolds its readings, sources and what turns it; a row leads to the
notebook that shows it.</caption>
<thead><tr>{"".join(_head(text) for text in HEADS.values())}</tr></thead>
<tbody>
{rows}</tbody></table></div>
<h2 id="stress">What turns under stress</h2>
{_stress(turned)}
</main><footer>{_footer()}</footer>
<script type="application/json" id="export">{export.packed(export.table(ledger, found, evidence))}</script>
<script>{SCRIPT}</script></body></html>
""".encode()


def _unsigned() -> str:
    """What to know of the latest snapshot, where nobody signs it."""
    now = world().now.snapshot
    if not unsigned(now.sources.values()):
        return ""
    return (
        f"Price, supply and stake of {now.date.day} {now.date:%B %Y} come from a note without an author: what "
        "is found by now with them is <b>unverifiable</b>. "
    )


def _mark(content: str) -> str:
    """The hash by which a page's policy knows a script or style that stands in it."""
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _filters(ledger: pd.DataFrame) -> str:
    """A menu for each way to filter, with how many rows each choice leaves."""
    asked = {
        "kind": ledger["kind"],
        "now": ledger["verdict_now"].where(ledger["verdict_now"] != "", ledger["verdict_then"]),
        "whose": ledger["ours"].map(WHOSE),
    }
    menus = []
    for of, values in asked.items():
        counted = values.value_counts()
        order = [name for name in VERDICTS if name in counted] if of == "now" else counted.index
        options = "".join(
            f'<option value="{_safe(name)}">{_safe(name)} ({counted[name]})</option>'
            for name in order
        )
        menus.append(
            f'<span><label for="only-{of}">{FILTERS[of]}: </label><select id="only-{of}" '
            f'data-of="{of}"><option value="">all</option>{options}</select></span>'
        )
    return "".join(menus)


def _safe(text: object) -> str:
    """Text of a page or of an attribute: no markup in it is markup."""
    return html.escape(str(text), quote=True)


def _readings(found: Finding) -> str:
    """Every way in which a claim was read, what was measured and whether it is true so."""
    rows = ""
    for when, judged in zip(claims.DATES, found, strict=True):
        for one in judged.read if judged is not None else ():
            day, definition, end = one.reading[1:]
            known = one.value is not None
            value = export.said(one.value) if known else f"not known: {one.missing}"
            cells = (when, day, definition, end or "–", value, TRUE[one.true] if known else "–")
            rows += f"<tr>{''.join(f'<td>{_safe(cell)}</td>' for cell in cells)}</tr>"
    heads = ("date", "day", "understood as", "end of range", "measured", "so read it is")
    said = "".join(f'<th scope="col">{head}</th>' for head in heads)
    return rows and f"<table><thead><tr>{said}</tr></thead><tbody>{rows}</tbody></table>"


def _sources(rows: pd.DataFrame) -> str:
    """The facts on a claim, each with its value, its day and its source."""
    items = ""
    for row in rows.astype(object).where(rows.notna(), "").to_dict("records"):
        words = f"{row['fact'].replace('_', ' ')}: {row['value']} {row['unit']}".strip()
        source = _safe(row["source"] or row["publisher"])
        if address := export.address(row["link"]):
            source = f'<a href="{_safe(address)}" rel="noreferrer noopener">{source}</a>'
        elif row["link"]:
            source += f" <small>{_safe(row['link'])}</small>"
        about = f"{row['as_of']}, {row['confidence']} confidence"
        items += f"<li>{_safe(words)} ({_safe(about)}); {source}</li>"
    return f"<ul>{items}</ul>"


def _row(row: dict, readings: str, sources: str) -> str:
    cells = []
    for name in HEADS:
        text = _safe(row[name])
        if name == "id":
            cells.append(f'<th scope="row" id="{text}">{text}</th>')
        elif name == "claim":
            cells.append(f"<td>{text}{_unfolded(row, readings, sources)}</td>")
        elif name.startswith("verdict"):
            true = row[name.replace("verdict", "readings")]
            note = f"<small>{_safe(true)} readings</small>" if true and row[name] else ""
            key = VERDICTS.index(row[name]) if row[name] else len(VERDICTS)
            cells.append(f"<td data-key='{key}'>{_verdict(row[name])}{note}</td>")
        elif name == "stated":
            unit = UNITS.get(row["unit"], row["unit"]) if row["stated"] else ""
            cells.append(f"<td>{f'{text} {_safe(unit)}'.strip()}</td>")
        elif name == "flips":
            missing = f"<small>Missing: {_safe(row['missing'])}</small>" if row["missing"] else ""
            cells.append(f"<td>{text}{missing}</td>")
        elif name == "notebook":
            words = text.replace("_", " ")
            cells.append(f'<td><a href="../notebooks/{text}.ipynb">{words}</a></td>')
        else:
            cells.append(f"<td>{text}</td>")
    about = {
        "kind": row["kind"],
        "now": row["verdict_now"] or row["verdict_then"],
        "whose": WHOSE[row["ours"]],
    }
    said = " ".join(f'data-{name}="{_safe(value)}"' for name, value in about.items())
    return f"<tr {said}>{''.join(cells)}</tr>\n"


def _unfolded(row: dict, readings: str, sources: str) -> str:
    """What a claim unfolds: readings, flip, sources."""
    flip = f"<p>What turns it: {_safe(row['flips'])}</p>" if row["flips"] else ""
    none = "<p>Nothing was read.</p>"
    facts = sources or f"<p>{_safe(export.RULES)}</p>"
    return (
        f"<details><summary>readings and sources</summary>{readings or none}{flip}{facts}</details>"
    )


def records_of_the_ledger() -> dict:
    """The records that the ledger is made with, by date and kind.

    Returns
    -------
    dict
    """
    return {
        f"{when}.{kind}": record
        for when in ("then", "day", "now")
        for kind, record in getattr(world(), when)._asdict().items()
    }


def _footer() -> str:
    named = {
        kind: dict.fromkeys(
            titled(record.name, getattr(record, "sources", {}).values())
            for key, record in records_of_the_ledger().items()
            if key.endswith(kind)
        )
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


def _verdict(name: str) -> str:
    if not name:
        return "–"
    mark = "\u2713\u25d0\u2717~?"[VERDICTS.index(name)]
    return (
        f'<span class="v v{VERDICTS.index(name)}"><span aria-hidden="true">{mark} '
        f"</span>{name}</span>"
    )


def _counts(counted: pd.DataFrame) -> str:
    whose = (name if name.startswith("ours") else f"the article's, {name}" for name in counted)
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("Verdict", *whose))
    rows = "".join(
        f'<tr><th scope="row">{_verdict(name)}</th>{"".join(f"<td>{n}</td>" for n in row)}</tr>'
        for name, *row in counted.itertuples()
    )
    return (
        '<div class="wide" tabindex="0" role="region" aria-label="Counts"><table class="n"><caption>Claims by '
        f"verdict</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _stress(turned: pd.DataFrame) -> str:
    heads = "".join(
        f'<th scope="col">{_safe(name)}</th>' for name in ("Claim and date", *turned.columns)
    )
    rows = "".join(
        f'<tr><th scope="row"><a href="#{_safe(number)}">{_safe(number)} {date}</a></th>'
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
