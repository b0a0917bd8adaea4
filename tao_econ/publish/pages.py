"""The pages: one a notebook, one an instrument, the figures, the reference, the assumptions, a
search, and an index of what was found.
"""

from __future__ import annotations

import contextlib
import html
import itertools
import json
import os
import re
import signal
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from ..chain import replay_mainnet
from ..inputs.checks import quoted
from ..inputs.files import WORKPLACE, write_whole
from ..inputs.progress import shown
from ..inputs.record import summary
from ..views import VIEWS, explore, instruments
from . import (
    assumptions,
    computed,
    figures_page,
    front,
    instrument_page,
    notebooks,
    press,
    prose,
    reference,
    search,
    sources,
    states,
)
from .folders import alone, staging

OUTPUT = WORKPLACE / "site"
PARTS = Path(__file__).parent
LIST = "files.json"  # of what a build wrote
ASSETS = ("site.css", "instrument.js", "compute.js", "search.js")


def build(folder: Path | None = None, *, many: int = states.POSITIONS) -> dict[str, int]:
    """Write the whole site into a folder; returns path → bytes of every file. The same sources give
    the same bytes.

    many : int — positions of every instrument's sliders that are computed, see `states.states`
    Everything is written in a hidden folder first and then moved into its place. What is in the
    folder besides stays, and of the files of an earlier build those go that are no longer made.
    Of two builds at once the last one wins, whole.

    Raises ValueError for a folder that holds something else than a site built before.
    """
    folder = (folder or OUTPUT).resolve()  # a link stays one
    _listed(folder)
    with staging(folder) as draft:  # before minutes of work: whether it can be written
        files = {
            path: content.encode() if isinstance(content, str) else content
            for path, content in _files(many).items()
        }
        for path, content in files.items():
            (draft / path).parent.mkdir(parents=True, exist_ok=True)
            (draft / path).write_bytes(content)
        with alone(folder):
            _move(draft, folder, sorted(files))
    return {path: len(content) for path, content in files.items()}


def _listed(folder: Path) -> list[str]:
    """The files that an earlier build wrote, by its own list.

    Raises ValueError where something else is in the folder than that and hidden files.
    """
    rule = f"{folder.name}/ must be empty or a site built before"
    if not folder.exists():
        return []
    if not folder.is_dir():
        raise ValueError(f"{rule}, got a file")
    if not (folder / LIST).exists():
        others = [file.name for file in folder.iterdir() if not file.name.startswith(".")]
        if set(others) - {"CNAME"}:
            raise ValueError(f"{rule}; move away what is in it, such as {quoted(min(others))}")
        return []
    try:
        listed = json.loads((folder / LIST).read_text(encoding="utf-8"))["files"]
        inside = [
            (folder / path).parent.resolve().is_relative_to(folder)
            and not re.search(r"(^|/)(\.|$)", path)
            for path in listed
        ]
    except (ValueError, KeyError, TypeError, RecursionError):
        inside = [False]
    if not all(inside):
        raise ValueError(f"{folder.name}/{LIST} must be the list that a build wrote; delete it")
    return listed


def _move(draft: Path, folder: Path, paths: list[str]) -> None:
    """Put the files of a build in their places, and away with those that only an earlier one had.

    The list names both until that is done: a build that was killed here is mended by the next.
    """
    old = _listed(folder)
    foreign = [path for path in paths if path not in old and (folder / path).exists()]
    if foreign:
        raise ValueError(f"{folder.name}/{foreign[0]} must be of an earlier build; move it away")
    write_whole(folder / LIST, _list(sorted({*old, *paths})))
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        os.replace(draft / path, folder / path)
    for path in set(old) - set(paths):
        (folder / path).unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # not empty
            (folder / path).parent.rmdir()
    write_whole(folder / LIST, _list(paths))


def _list(paths: list[str]) -> bytes:
    return (json.dumps({"files": paths}, indent=1, ensure_ascii=False) + "\n").encode()


def _files(many: int) -> dict[str, str | bytes]:
    index = press.read_index()
    names = instruments()
    stored = notebooks.select([])
    links = {file.name: prose.address(f"notebooks/{file.stem}.html") for file in stored}
    links |= {assumptions.FILE.name: "assumptions.html"} | sources.links()
    pages = prose.Pages(links, index, names)
    books = {
        file.stem: prose.notebook(notebooks.executed(file), file.stem, pages) for file in stored
    }
    ledger = press.OUTPUT / front.LEDGER
    menu = _menu(ledger.exists())
    files: dict[str, str | bytes] = (
        _ledger(ledger.read_text(encoding="utf-8"), menu) if ledger.exists() else {}
    )
    files["index.html"] = _page(
        "Bittensor's TAO, recomputed",
        front.page(books, names, index, front.LEDGER in files),
        menu,
        wide="wide",
    )
    with _processes() as pool:
        drawn = pool.map(figures_page.drawing, index)
        moved = pool.map(_states_of, names, itertools.repeat(many))
        drawn = shown(drawn, total=len(index), unit="figures")
        moved = shown(moved, total=len(names), unit="instruments")
        drawings = dict(zip(index, drawn, strict=True))
        packed = dict(zip(names, moved, strict=True))
    files |= _searched(index, books, drawings, menu)
    figures = {f"figures/{name}.png": f"figures.html#{name}" for name in index}
    said = prose.markdown(assumptions.FILE.read_text(encoding="utf-8"), links | figures)
    files["assumptions.html"] = _page("Assumptions", said, menu)
    files["mainnet.html"] = _page("Held to main net", _mainnet(), menu)
    for stem, book in books.items():
        files[f"notebooks/{stem}.html"] = _page(
            book.title, book.body + _onward(stem, books), menu, up="../"
        )
        files |= {f"notebooks/img/{file}": content for file, content in book.pictures.items()}
    files |= {
        f"figures/{name}.svg": figures_page.lean((press.OUTPUT / f"{name}.svg").read_bytes())
        for name in index
    }
    for name, (says, shots) in packed.items():
        files[f"instruments/{name}.html"] = _instrument(name, says, shots, menu, books)
    files[sources.PAGE] = _page("Sources", sources.page(), menu, wide="wide")
    return files | sources.files() | assets()


def assets() -> dict[str, str | bytes]:
    """What the pages load."""
    made = {
        "instrument.js": computed.script(computed.REPLAYED),
        "compute.js": computed.script(computed.COMPUTED),
    }
    files: dict[str, str | bytes] = {
        f"assets/{part}": made.get(part) or (PARTS / part).read_bytes() for part in ASSETS
    }
    return files | {"assets/plotly.min.js": states.plotly_js()}


def _ledger(text: str, menu: list[tuple[str, str]]) -> dict[str, str | bytes]:
    """The ledger's page under the menu, with links that stay inside the site."""
    text = re.sub(r"\.\./notebooks/(\w+)\.ipynb", r"notebooks/\1.html", text).replace(
        "../data/", "data/"
    )
    made_by = (press.OUTPUT / front.LEDGER).with_suffix(".json")
    return {
        front.LEDGER: text.replace("<main>", f"{_header(menu)}<main>", 1),
        made_by.name: made_by.read_bytes(),
    }


def _searched(
    index: dict,
    books: dict[str, prose.Notebook],
    drawings: dict[str, figures_page.Drawing],
    menu: list[tuple[str, str]],
) -> dict[str, str | bytes]:
    """The gallery with its data, the reference, and the search over both and the notebooks."""
    guide = reference.Guide()

    def framed(title: str, body: str, up: str) -> str:
        return _page(title, body, menu, up=up, wide="wide", scripts="'self'")

    files: dict[str, str | bytes] = dict(
        reference.pages(guide, lambda title, body: framed(title, search.box("../") + body, "../"))
    )
    gallery = figures_page.page(index, books, drawings)
    files["figures.html"] = framed("Figures", search.box() + gallery, "")
    files |= {drawing.file: drawing.data for drawing in drawings.values()}
    files["search.html"] = framed("Search", search.page(), "")
    first, *_ = books
    parts = [search.headings(*each) for each in books.items()]
    entries = [  # of what is found alike the first stands first
        ("TAO, the coin of Bittensor", "start", front.ABOUT, "index.html"),
        *search.glossary(first, books[first]),
        *(entries[0] for entries in parts),
        *map(_found_instrument, instruments()),
        *itertools.chain.from_iterable(entries[1:] for entries in parts),
        *figures_page.entries(index, drawings),
        *reference.entries(guide),
    ]
    return files | {search.INDEX: search.index(entries)}


def _found_instrument(name: str) -> search.Entry:
    return (
        instrument_page.called(name),
        "instrument",
        summary(VIEWS[name]),
        f"instruments/{name}.html",
    )


def _processes() -> ProcessPoolExecutor:
    """Workers, each of which computes one thing whole, so the order of work changes nothing."""
    return ProcessPoolExecutor(
        os.cpu_count() or 1, mp_context=get_context("spawn"), initializer=_leave_interrupts
    )


def _leave_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent to answer


def _states_of(name: str, many: int) -> tuple[str, str]:
    says = summary(VIEWS[name])
    live = explore(name)
    return says, json.dumps(
        computed.template(live) if name in computed.WAYS else states.states(live, many=many),
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    )


# ---- The frame of every page ----


def _menu(ledger: bool) -> list[tuple[str, str]]:
    claims = [("Claims", front.LEDGER)] if ledger else []
    return [
        ("Findings", "index.html"),
        *claims,
        ("Figures", "figures.html"),
        ("Instruments", "index.html#instruments"),
        ("Assumptions", "assumptions.html"),
        ("Sources", sources.PAGE),
        ("Main net", "mainnet.html"),
        ("Reference", f"{reference.FOLDER}/index.html"),
        ("Search", "search.html"),
    ]


def _header(menu: list[tuple[str, str]], up: str = "") -> str:
    links = "".join(f'<li><a href="{up}{target}">{words}</a></li>' for words, target in menu)
    home = f'<a class="home" href="{up}index.html">tao_econ</a>'
    return f'<header><nav aria-label="Site">{home}<ul>{links}</ul></nav></header>\n'


def _page(
    title: str,
    body: str,
    menu: list[tuple[str, str]],
    up: str = "",
    wide: str = "",
    scripts: str = "'none'",
) -> str:
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
{prose.policy(scripts, "'self' 'unsafe-inline'")}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(title)} · tao_econ</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{up}assets/site.css">
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
{_header(menu, up)}<main id="content" tabindex="-1"{f' class="{wide}"' if wide else ""}>
{body}</main>
<footer><p>Built by <code>./run site</code> from the notebooks and figures as they stand in the repository.
Not a forecast and not advice.</p></footer>
</body>
</html>
"""


# ---- The pages ----


def _mainnet() -> str:
    """Blocks of main net as we recompute them: a row a quantity, with its error and its aim."""
    rows = [
        f"| {one.moment} | {one.quantity} | {one.subnets} | {_power(one.mean)} "
        f"| {_power(one.median)} | {_power(one.worst)} | {one.held} ≤ {_power(one.aim)} "
        f"| {'yes' if one.passed else 'no'} |"
        for one in replay_mainnet()
    ]
    said = prose.markdown(
        "# Held to main net\n\nWhat the chain stored before a block, put through the rules of its "
        "day, against what the block then did; `./run replays` prints the same.\n\n"
        "| block or day | quantity | subnets | mean error | median | worst | aim | held |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- |\n" + "\n".join(rows) + "\n",
        {},
    )
    read = sources.listed(map(sources.of_table, (*sources.SUBNETS, "chain_values")))
    return f'{said}<h2 id="sources">Sources</h2>\n{read}'


def _power(error: float) -> str:
    """An error with its power of ten, which no line breaks.

    Examples
    --------
    >>> _power(3.04e-07)
    '3.0×10⁻⁷'
    """
    if error == 0:
        return "0"
    digits, power = f"{error:.1e}".split("e")
    raised = str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{digits}×10{raised}"


def _onward(stem: str, books: dict[str, prose.Notebook]) -> str:
    order = list(books)
    here = order.index(stem)
    links = [
        (f"{word}: ", order[there])
        for word, there in (("Before", here - 1), ("Next", here + 1))
        if 0 <= there < len(order)
    ]
    items = "".join(
        f'<p>{word}<a href="{prose.address(name)}.html">{html.escape(books[name].title)}</a></p>'
        for word, name in links
    )
    return f'<nav class="onward" aria-label="Notebooks">{items}</nav>\n'


def _instrument(
    name: str,
    says: str,
    packed: str,
    menu: list[tuple[str, str]],
    books: dict[str, prose.Notebook],
) -> str:
    body = instrument_page.body(name, says, packed, books)
    title = instrument_page.called(name)
    return _page(title, body, menu, up="../", wide="wide", scripts="'self'")
