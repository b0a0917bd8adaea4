"""The gallery: every published figure with what it found, its caption, its data and its call."""

from __future__ import annotations

import html
import io
import re
import zipfile
from typing import NamedTuple

from ..views import VIEWS, View
from . import press, prose, sources

LARGE = 20_000  # bytes of a table; beyond, it is packed
IDLE = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>", re.DOTALL)
PART = re.compile(r' id="[A-Za-z0-9.]+(_[0-9]+)+"')  # `axes_1`: nothing refers to it
PLACES = re.compile(r' d="[^"]*"|translate\([^)]*\)')
LONG = re.compile(r"-?\d+\.\d{3,}")  # beyond a hundredth of a point


class Drawing(NamedTuple):
    """What is said beside a figure."""

    caption: str
    call: str  # that draws it
    file: str  # of its data
    data: bytes
    sources: tuple[str, ...]  # what its footer names
    problem: str  # '' where the drawn file shows what the data say


def drawing(name: str) -> Drawing:
    """One figure's words and data, computed anew."""
    view = VIEWS[name]()
    file, data = table(view)
    return Drawing(
        caption=view.caption,
        call=VIEWS[name].call,
        file=f"figures/{file}",
        data=data,
        sources=view.sources[1:],
        problem=press.problems(name, view=view),
    )


def table(view: View) -> tuple[str, bytes]:
    """(file name, content) of all that a view shows, numbers to nine digits: CSV, zipped where it
    is large.
    """
    frame = view.to_frame().map(lambda it: float(f"{it:.9g}") if isinstance(it, float) else it)
    text = frame.to_csv(index=False, lineterminator="\n").encode()
    if len(text) <= LARGE:
        return f"{view.name}.csv", text
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(f"{view.name}.csv"), text, zipfile.ZIP_DEFLATED, 9)
    return f"{view.name}.csv.zip", packed.getvalue()


def lean(svg: bytes) -> bytes:
    """The same picture in fewer bytes: without comments, names of parts and line breaks, places to
    a hundredth of a point.
    """
    text = PART.sub("", IDLE.sub("", svg.decode()))
    text = text.replace("xlink:href", "href").replace("DejaVuSans-", "f")
    text = PLACES.sub(lambda found: LONG.sub(_hundredths, found[0]), text)
    return re.sub(r"\s*\n\s*", " ", text).replace("> <", "><").strip().encode() + b"\n"


def _hundredths(number: re.Match) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def page(index: dict, books: dict[str, prose.Notebook], drawings: dict[str, Drawing]) -> str:
    """The body of the gallery.

    index : as `press.read_index` gives it; drawings : by the names of the figures
    """
    cards = "".join(
        _card(name, entry["finding"], entry["alt"], books, drawings[name])
        for name, entry in index.items()
    )
    return f"""<h1>Figures</h1>
<p>{len(index)} figures. Each title is what was found, computed from the numbers it stands over.
A click opens the picture alone; its data are all that it shows, as one table.</p>
<ul class="gallery">{cards}</ul>
"""


def _card(
    name: str, finding: str, alt: str, books: dict[str, prose.Notebook], drawing: Drawing
) -> str:
    width, height = prose.png_size((press.OUTPUT / f"{name}.png").read_bytes())
    shown = [
        f'<a href="{prose.address(f"notebooks/{stem}.html")}#{book.anchors[name]}">'
        f"{html.escape(book.title)}</a>"
        for stem, book in books.items()
        if name in book.anchors
    ]
    where = f" Shown in: {'; '.join(shown)}." if shown else ""
    stale = (
        f'<p class="note">The picture {html.escape(drawing.problem)}.</p>'
        if drawing.problem
        else ""
    )
    size = f"{max(1, round(len(drawing.data) / 1000))} kB"
    kind = "CSV, zipped" if drawing.file.endswith(".zip") else "CSV"
    picture = f"figures/{name}.svg"
    return f"""<li id="{name}"><a class="thumb" href="{picture}"><img src="{picture}"
alt="{html.escape(alt)}" width="{width}" height="{height}" loading="lazy"></a>
<h2>{html.escape(finding)}</h2>
<p>{html.escape(drawing.caption)}</p>{stale}
<p class="evidence">{_rests(drawing)}Data:
<a href="{drawing.file}" download>{kind}</a> ({size}).{where}
<a href="reference/views.html#views.{name}">Reference</a>.</p>
<pre tabindex="0">{html.escape(drawing.call)}
./run figures {name}</pre></li>
"""


def _rests(drawing: Drawing) -> str:
    """What the footer of a figure names, each with a link where it has an address."""
    return (
        f"Sources: {'; '.join(map(sources.footer, drawing.sources))}. " if drawing.sources else ""
    )


def entries(index: dict, drawings: dict[str, Drawing]) -> list[tuple[str, str, str, str]]:
    """(title, kind, what it says, address) of every figure, for a search."""
    return [
        (entry["finding"], "figure", f"{name}: {drawings[name].caption}", f"figures.html#{name}")
        for name, entry in index.items()
    ]
