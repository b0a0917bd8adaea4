"""The first page: what the whole is about, the arguments judged, one picture, and every way on."""

from __future__ import annotations

import html
import itertools

from ..claims import board
from ..inputs.record import summary
from ..views import VIEWS
from ..views.arguments import SEPTEMBER, SIGNS
from . import instrument_page, press, prose, reference, sources

ABOUT = (
    "Bittensor is a network in which computers compete to give the best answers of artificial "
    "intelligence, and TAO is its coin. Here is each number of an article that valued TAO in "
    "November 2023, recomputed from the chain's own rules and from dated facts."
)
FIGURE = "claims_against_events"  # seen with the table before any scrolling
VIEW = "board"
LEDGER = "claims.html"
PARTS = (  # of the notebooks, with the number of the last
    ("The article's valuation", "08"),
    ("The protocol and its promise", "12"),
    ("Appendix", "~"),
)


def page(
    books: dict[str, prose.Notebook], instruments: list[str], figures: dict, ledger: bool
) -> str:
    """What was found, a line for each notebook, and the way to everything else. The first
    notebook introduces.

    figures : as `press.read_index` gives them; ledger : whether the site has one
    """
    first, *others = books
    told = " ".join(books[first].sentences[-1:])
    claims = f' <a class="more" href="{LEDGER}">All claims</a>' if ledger else ""
    live = "".join(_live(name) for name in _ordered(books, instruments))
    return f"""<h1>Bittensor's TAO, recomputed</h1>
<p class="lead">{html.escape(ABOUT)}</p>
<p><a class="more" href="{prose.address(f"notebooks/{first}.html")}">Start here</a>
<a class="more" href="instruments/{VIEW}.html">Move a number</a>{claims}</p>
<div class="front">{_picture(figures, told)}{_arguments()}</div>
<h2 id="findings">Findings</h2>
{_findings(books, others)}<p><a class="more" href="figures.html">All figures, with their data</a>
<a class="more" href="{reference.FOLDER}/index.html">Every function and field</a>
<a class="more" href="{sources.PAGE}">All sources</a>
<a class="more" href="search.html">Search</a></p>
<h2 id="instruments">Instruments</h2>
<p>Pages with sliders that need no program behind them: closed forms are computed in the page, the
states of larger models were computed in advance. Each says which it is.</p>
<ul class="list">{live}</ul>
"""


def _picture(figures: dict, told: str) -> str:
    if FIGURE not in figures:
        return f"<div>{prose.markdown(told, {})}</div>"
    image = prose.picture(
        f"figures/{FIGURE}.svg",
        figures[FIGURE]["alt"],
        prose.png_size((press.OUTPUT / f"{FIGURE}.png").read_bytes()),
        f"figures.html#{FIGURE}",
    )
    return f"<figure>{image}<figcaption>{prose.markdown(told, {})}</figcaption></figure>"


def _arguments() -> str:
    """The article's arguments on its own inputs and later, as a table that needs no kernel."""
    states = board.presets()
    then = board.rows(states["the article"])
    rows = "".join(
        f'<tr><th scope="row">{html.escape(row.says)}</th><td>{html.escape(row.stated)}</td>'
        f"<td>{_judged(row)}</td><td>{_judged(later)}</td></tr>\n"
        for row, later in zip(then, board.rows(states[SEPTEMBER]), strict=True)
    )
    heads = ("the article", "its own inputs give", SEPTEMBER)
    columns = "".join(f'<th scope="col">{head}</th>' for head in heads)
    return (
        f'<table class="arguments"><thead><tr><th scope="col">argument</th>{columns}</tr></thead>\n'
        f"<tbody>{rows}</tbody></table>"
    )


def _judged(row: board.Row) -> str:
    sign = SIGNS[row.verdict]
    return f"{html.escape(row.recomputed)} <b>{sign}\u00a0{html.escape(row.verdict)}</b>"


def _findings(books: dict[str, prose.Notebook], stems: list[str]) -> str:
    def part(stem: str) -> str:
        return next((title for title, last in PARTS if stem[:2] <= last), PARTS[-1][0])

    return "".join(
        f'<h3>{title}</h3>\n<ul class="findings">{"".join(_finding(s, books[s]) for s in held)}'
        "</ul>\n"
        for title, held in itertools.groupby(stems, part)
    )


def _finding(stem: str, book: prose.Notebook) -> str:
    page = prose.address(f"notebooks/{stem}.html")
    says = prose.markdown(book.sentences[0], {}) if book.sentences else ""
    evidence = [
        f'<a href="{page}#{anchor}">figure {name.replace("_", " ")}</a>'
        for name, anchor in list(book.anchors.items())[:1]
    ]
    evidence += [
        f'<a href="instruments/{name}.html">instrument {name.replace("_", " ")}</a>'
        for name in dict.fromkeys(book.instruments)
    ]
    shown = ", ".join(evidence) or f'<a href="{page}">the notebook</a>'
    return f"""<li><h4><a href="{page}">{html.escape(book.title)}</a></h4>
{says}<p class="evidence">Evidence: {shown}</p></li>
"""


def _ordered(books: dict[str, prose.Notebook], names: list[str]) -> list[str]:
    """Instruments in the order of the notebooks that explain them."""
    shown = itertools.chain.from_iterable(book.instruments for book in books.values())
    return list(dict.fromkeys([*(name for name in shown if name in names), *names]))


def _live(name: str) -> str:
    called = html.escape(instrument_page.called(name))
    says = instrument_page.told(summary(VIEWS[name]))
    return f'<li><a href="instruments/{name}.html">{called}</a>: {says}</li>\n'
