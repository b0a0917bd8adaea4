"""Who says so, on the site: every source with its address, or said to have none."""

from __future__ import annotations

import functools
import html
import json
import re
from collections.abc import Iterable

from ..inputs import data
from ..inputs.files import DATA
from ..inputs.rules import Rules, Snapshot, eras, load_snapshot, snapshot_names
from ..views import cited
from ..views.words import in_words
from . import prose

PAGE = "sources.html"
OWN = "our own"  # standing of what nobody else says
CELLS = ("source", "price_source", "url")  # columns that name a source
SUBNETS = ("subnets_2026_07_08", "subnets_8740402", "subnets_8791247", "subnets_2026_08_10")
KINDS = {"public": "", cited.UNSIGNED: f" ({cited.UNSIGNED})"}  # what is said beside a link


@functools.cache
def files() -> dict[str, bytes]:
    """Every table of data/ by its path, as pages link to it."""
    kept = sorted([*DATA.glob("*.csv"), *DATA.glob("*.toml")])
    return {f"data/{file.name}": file.read_bytes() for file in kept}


def links() -> dict[str, str]:
    """Path of the repository → page of the site, of what is told of data/."""
    return {path: path for path in files()} | {"data/README.md": PAGE, "data/sources.csv": PAGE}


def outside(address: str, words: str) -> str:
    """A link that leaves the site; nothing is loaded from where it leads."""
    return f'<a href="{html.escape(address)}" rel="noopener noreferrer">{html.escape(words)}</a>'


def said(text: str, up: str = "") -> str:
    """A text as HTML: each source in it is a link, or said to have no address.

    text : plain, as `cited.named` takes it; up : the way from the page to the top of the site
    """
    return _linked(cited.marked(text), up)


def _linked(text: str, up: str = "") -> str:
    return "".join(
        html.escape(part) if isinstance(part, str) else _source(part, up)
        for part in cited.cut(text)
    )


def footer(text: str) -> str:
    """A part of a figure's footer as HTML: a snapshot, rules and a scenario lead to what is said of
    them.
    """
    kind, _, rest = text.partition(": ")
    name = rest.removesuffix(f" ({cited.UNSIGNED})")
    if kind == "snapshot" and name in snapshot_names():
        return f'<a href="{PAGE}#snapshot-{html.escape(name)}">{html.escape(text)}</a>'
    if kind == "rules" and name in (era.name for era in eras()):
        return f'<a href="{PAGE}#rules-{html.escape(name)}">{html.escape(text)}</a>'
    if kind == "scenario":
        return f'<a href="assumptions.html">{html.escape(text)}</a>'
    return _linked(text)  # a footer is marked


def _source(source: cited.Source, up: str) -> str:
    if not source.address or source.address.startswith("data/"):
        return _inside(source.address, source.words, up) + source.said
    return outside(source.address, source.words)


def _inside(path: str, words: str, up: str) -> str:
    if path not in files():
        return html.escape(words)
    return f'<a href="{up}{links()[path]}">{html.escape(words)}</a>'


def of_snapshot(snapshot: Snapshot, up: str = "") -> str:
    """What a snapshot's numbers rest on, one by one."""
    parts = (f"{_plain(name)}: {said(text, up)}" for name, text in snapshot.sources.items())
    return f"<b>snapshot {html.escape(snapshot.name)}</b>: {'; '.join(parts)}"


def of_rules(rules: Rules, up: str = "") -> str:
    """Where the rules of an era were read."""
    title = f"{html.escape(rules.title)} ({rules.first_date})"
    return f"<b>rules {html.escape(rules.name)}</b>, {title}: {said(rules.source, up)}"


def of_table(name: str, up: str = "") -> str:
    """A table of data/ and what it was made from."""
    about = _package()[name]
    made = [_made(one["title"], one.get("path", ""), up) for one in about.get("sources", ())]
    rows = _of_rows(name, up)
    known = any("<a " in row for row in rows)
    rests = "; ".join(rows if known or not made else made)
    table = f'<b><a href="{up}data/{about["path"]}">{about["path"]}</a></b>'
    return f"{table}, {html.escape(about['title'])}{f'. From: {rests}' if rests else ''}"


def _of_rows(name: str, up: str) -> list[str]:
    """The sources that a table's rows name: each once, files of one repository by the first."""
    rows = data.load(name)
    cells = (cell for column in CELLS if column in rows for cell in rows[column].dropna().unique())
    found: dict[str, cited.Source] = {}
    for source in (source for cell in cells for source in cited.named(cell)):
        repository = re.match(r"https://github\.com/[^/]+/[^/]+", source.address)
        found.setdefault(repository[0] if repository else source.words, source)
    foreign = (it for it in found.values() if it.address.startswith("data/"))
    others = {it.words for it in foreign if it.address not in files()}  # in another's repository
    return [
        _source(source, up) + KINDS.get(source.standing, "")
        for source in found.values()
        if source.words not in others
    ]


def _made(title: str, address: str, up: str) -> str:
    """What a table was made from: the places that its title names, or else its address."""
    if any(found.address for found in cited.named(title)) or not address.startswith("https://"):
        return said(title, up)
    return outside(address, title)


def listed(items: Iterable[str], ids: Iterable[str] = ()) -> str:
    """Items of HTML as a list, each with an anchor if `ids` has one."""
    anchors = [f' id="{one}"' for one in ids]
    pairs = zip(items, anchors or iter(lambda: "", None), strict=False)
    return f'<ul class="list">{"".join(f"<li{at}>{item}</li>" for item, at in pairs)}</ul>\n'


def page() -> str:
    """The body of the page of all sources."""
    register = data.load("sources").fillna("")
    rows = sorted(register.to_dict("records"), key=_is_repository)
    others = "".join(_row(row) for row in rows if row["standing"] != OWN)
    tables = [name for name in _package() if name != "sources"]
    days = [load_snapshot(name) for name in snapshot_names()]
    heads = "".join(f'<th scope="col">{it}</th>' for it in ("name", "what it is", "by", "date"))
    return f"""<h1>Sources</h1>
<p class="lead">What others have published, what the chain's code and storage say, and the tables
that hold it. A source without a public address says so; one that nobody signs is called
unverifiable.</p>
<h2 id="published">By the name that tables and pages give them</h2>
{prose.boxed(f"<table><thead><tr>{heads}</tr></thead><tbody>{others}</tbody></table>", "table")}
<h2 id="snapshots">{in_words(len(days)).capitalize()} dated days</h2>
{listed(map(of_snapshot, days), (f"snapshot-{day.name}" for day in days))}
<h2 id="tables">Tables</h2>
{listed(map(of_table, tables), (f"table-{name}" for name in tables))}
<h2 id="rules">Rules of the chain</h2>
<p>All of them, rule by rule: <a href="data/eras.toml">eras.toml</a>.</p>
{listed(map(of_rules, eras()), (f"rules-{era.name}" for era in eras()))}"""


def _is_repository(row: dict[str, str]) -> bool:
    return row["title"].startswith("repository ")


def _row(row: dict[str, str]) -> str:
    name = row["name"]
    address = row["url"]
    lost = "" if row["standing"] in KINDS else f" ({row['standing']})"
    words = outside(address, name) if address else html.escape(name)
    cells = (
        words + KINDS.get(row["standing"], lost),
        *map(html.escape, (row["title"], row["author"])),
    )
    told = "".join(f"<td>{cell}</td>" for cell in (*cells, html.escape(row["date"])))
    return f"<tr>{told}</tr>\n"


@functools.cache
def _package() -> dict[str, dict]:
    """What data/datapackage.json says of each table, by name."""
    described = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    return {one["name"]: one for one in described["resources"]}


def _plain(field: str) -> str:
    return field.removesuffix("_rao").removesuffix("_usd").replace("_", " ")
