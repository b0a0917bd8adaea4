"""The search: an index that is a script beside the pages, so that no server is asked."""

from __future__ import annotations

import html
import json
import re

from . import prose

INDEX = "assets/search-index.js"
EXAMPLES = ("halving", "FDV", "stake", "OpenAI")
Entry = tuple[str, str, str, str]  # title, kind, what it says, path of the site


def index(entries: list[Entry]) -> str:
    """The script that holds what is searched."""
    lines = ",\n".join(
        json.dumps(entry, ensure_ascii=False, separators=(",", ":")) for entry in entries
    )
    return f'"use strict";\nconst ENTRIES = [\n{lines}\n];\n'


def box(up: str = "", *, page: bool = False) -> str:
    """The field, its hits and its scripts; `page` is that of the search itself, whose address
    keeps what was asked.
    """
    own = " data-address" if page else ""
    return f"""<div role="search" class="search">
<label for="q">Search names, fields, figures, notebooks</label>
<input type="search" id="q" autocomplete="off" spellcheck="false" aria-controls="hits"{own}>
<noscript><p>The search needs JavaScript; it loads nothing from elsewhere.</p></noscript>
<p id="said" role="status"></p>
<ol id="hits"></ol></div>
<script src="{up}{INDEX}"></script>
<script src="{up}assets/search.js" data-up="{up}"></script>
"""


def page() -> str:
    """The body of the page that does nothing else."""
    examples = ", ".join(f'<a href="#{one}">{one}</a>' for one in EXAMPLES)
    return f"""<h1>Search</h1>
{box(page=True)}<p class="note">Every word must occur. The arrow keys walk through what was found,
Enter opens it, and the address of this page keeps the words. Such as {examples}.</p>
"""


def glossary(stem: str, book: prose.Notebook) -> list[Entry]:
    """The terms that a notebook's glossary explains."""
    page = prose.address(f"notebooks/{stem}.html")
    told = book.body.partition('<h2 id="glossary">')[2].partition("<h2")[0]
    rows = re.findall(r"<td><strong>(.*?)</strong></td>\s*<td>(.*?)</td>", told, re.DOTALL)
    return [(_bare(term), "glossary", _bare(says), f"{page}#glossary") for term, says in rows]


def headings(stem: str, book: prose.Notebook) -> list[Entry]:
    """A notebook and its headings."""
    page = prose.address(f"notebooks/{stem}.html")
    told = " ".join(book.sentences).replace("*", "").replace("`", "")
    found = re.findall(r'<h([23]) id="([^"]+)">(.*?)</h\1>', book.body, re.DOTALL)
    parts = [
        (_bare(words), "notebook", book.title, f"{page}#{anchor}") for _, anchor, words in found
    ]
    return [(book.title, "notebook", told, page), *parts]


def _bare(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", text))
