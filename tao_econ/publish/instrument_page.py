"""The page of an instrument: what it shows, its controls and their sources, its picture, and what
its numbers rest on.
"""

from __future__ import annotations

import html
import json
import re

from ..inputs.rules import Rules, Snapshot
from ..views import VIEWS
from . import prose, sources

COMPUTED = (
    "Computed in this page: every state, all sliders together, by the formulas of the engine. The "
    "address of the page holds the state: a link shares it."
)
CODE = re.compile(r"`([^`]+)`")
CLAIMS = (
    "<p>C38 and the like number the statements of the article, as the ledger of claims does.</p>\n"
)
WORDS = 20  # texts in a picture from which on it is a table, as `picture.js` has it
TABLES = {  # instrument → tables of data/ that it reads
    "board": ("claims", "evidence", "comparables"),
    "comparable": ("comparables", "private_valuations", "sales_multiples"),
    "emission_rules": ("subnets_8791247", "chain_values"),
    "intrinsic": ("scenario_tree",),
    "judgement": (
        "claims",
        "evidence",
        "comparables",
        "key_dates",
        "tao_weekly",
        "tao_daily_2023q4",
        "tao_daily_2026",
        "series_monthly",
        "btc_closes",
        "peers_weekly",
        "rndr_daily",
        "token_schedules",
        "openai_points",
        "private_valuations",
        "scenario_tree",
        "central_bank_assets",
    ),
    "market": ("validator_stake",),
    "nominator_choice": ("subnets_8791247", "chain_values", "subnet_readings"),
    "oracle": ("validator_stake",),
    "owner_sales": ("subnets_8791247", "chain_values"),
    "tree": ("scenario_tree",),
}


def called(name: str) -> str:
    """An instrument's name in words."""
    return name.capitalize().replace("_", " ")


def told(says: str) -> str:
    """The sentence of an instrument as HTML."""
    return CODE.sub(r"<code>\1</code>", html.escape(says))


def body(name: str, says: str, packed: str, books: dict[str, prose.Notebook]) -> str:
    """All between the site's header and footer.

    says : its sentence; packed : its states or its template, as JSON; books : all notebooks
    """
    it = json.loads(packed)
    menus = "".join(_select(number, menu) for number, menu in enumerate(it["menus"]))
    sliders = "".join(_range(number, slider) for number, slider in enumerate(it["sliders"]))
    replays = "cases" in it
    part = "instrument" if replays else "compute"
    safe = packed.replace("<", "\\u003c")  # no text in it can end the script element
    words = " words" if len(it.get("layout", {}).get("annotations", ())) > WORDS else ""
    return f"""<h1>{html.escape(called(name))}</h1>
<p class="lead">{told(says)}</p>
<noscript><p>This page needs JavaScript; it loads nothing from elsewhere.</p></noscript>
<div class="desk{words}">
<div id="finding" aria-live="polite"></div>
<form class="controls" autocomplete="off">{menus}{sliders}
<p><button type="button" id="reset">Reset</button></p>
<p class="note">{_replayed(it) if replays else COMPUTED}
<code>views.explore("{name}")</code> brings it to JupyterLab.</p></form>
<div class="result"><p id="refused" role="status"></p><dl id="read" aria-live="polite"></dl>
<div id="plot" role="img" aria-labelledby="finding"></div></div>
</div>
{_explained(name, books)}{_sources(name)}<script type="application/json" id="states">{safe}</script>
<script src="../assets/plotly.min.js"></script>
<script src="../assets/{part}.js"></script>
"""


def _replayed(it: dict) -> str:
    """How the states of a page were made that computes none."""
    fixed = any(len(slider["texts"]) == 1 for case in it["cases"] for slider in case["sliders"])
    still = ", and under other choices of the menus they stand still" if fixed else ""
    return (
        f"This page does not compute: it replays {len(it['shots'])} states computed beforehand, in "
        f"which one slider at a time has left its start. Moving a second one puts the first back"
        f"{still}. In JupyterLab all move together."
    )


def _select(number: int, menu: dict) -> str:
    options = "".join(
        f"<option{' selected' if i == menu['start'] else ''}>{html.escape(o)}</option>"
        for i, o in enumerate(menu["options"])
    )
    return (
        f'<div><label for="m{number}">{html.escape(menu["label"])}</label><select '
        f'id="m{number}">{options}</select></div>'
    )


def _range(number: int, slider: dict) -> str:
    meaning = html.escape(slider["meaning"] or "")
    return (
        f'<div><label for="s{number}">{html.escape(slider["label"])}</label><output '
        f'for="s{number}"></output>'
        f'<input type="range" id="s{number}" min="0" max="1" step="1" aria-describedby="d{number}">'
        f'<small><span id="d{number}">{meaning}</span> '
        f"<span>Source: {sources.said(slider['source'], '../')}</span></small></div>"
    )


def _explained(name: str, books: dict[str, prose.Notebook]) -> str:
    links = [
        f'<a href="../{prose.address(f"notebooks/{stem}.html")}">{html.escape(book.title)}</a>'
        for stem, book in books.items()
        if name in book.instruments
    ]
    said = f"<p>Explained in: {'; '.join(links)}</p>\n" if links else ""
    return said + (CLAIMS if name in TABLES and "claims" in TABLES[name] else "")


def _sources(name: str) -> str:
    """What its numbers rest on: the days and rules to choose from, and the tables it reads."""
    view = VIEWS[name]
    offered = (record for menu in view.menus.values() for record in menu.values())
    records = [*view.records().values(), *offered]
    days = {it.name: sources.of_snapshot(it, "../") for it in records if isinstance(it, Snapshot)}
    laws = {it.name: sources.of_rules(it, "../") for it in records if isinstance(it, Rules)}
    tables = (sources.of_table(table, "../") for table in TABLES.get(name, ()))
    items = [*days.values(), *laws.values(), *tables]
    own = (
        '<a href="../assumptions.html">Assumptions</a> gives the reason for each number that is '
        f'our choice, <a href="../{sources.PAGE}">Sources</a> every source.'
    )
    return f'<h2 id="sources">Sources</h2>\n{sources.listed(items) if items else ""}<p>{own}</p>\n'
