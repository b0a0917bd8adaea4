"""Markdown and notebooks as HTML: formulas drawn, tables in boxes that scroll, code folded away."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import PurePosixPath
from typing import Any

import mistune
from PIL import Image

from ..views import still
from .formula import formula

STYLE = re.compile(r"<style[^>]*>.*?</style>\s*", re.DOTALL)
TAGS = {"b", "br", "code", "div", "em", "i", "p", "small", "span", "strong", "sub", "sup"}
TAGS |= {"caption", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
ATTRIBUTES = {  # of those tags, with what each may say; `border` is dropped
    "class": r"[\w -]*",
    "colspan": r"\d+",
    "rowspan": r"\d+",
    "scope": r"\w+",
    "style": r"text-align: (left|right|center);",
    "valign": r"\w+",
    "border": r"\d+",
}
DRAWN = re.compile(r"\bviews\.(\w+)\(")
KERNEL = re.compile(r"^\*Restarted the kernel\?.*$\n?", re.MULTILINE)  # a page has none
LIVE = re.compile(r'\bviews\.explore\("(\w+)"')


@dataclass
class Pages:
    """What a page may link to: file of the repository → page of the site, and the names of
    figures and instruments.
    """

    links: dict[str, str]
    figures: dict[str, dict]
    instruments: list[str]


@dataclass
class Notebook:
    """One notebook as HTML.

    pictures : file name → bytes, of figures drawn with other settings than the committed ones
    anchors : figure → its place on the page, for those shown
    """

    title: str = ""
    sentences: list[str] = field(default_factory=list)
    body: str = ""
    pictures: dict[str, bytes] = field(default_factory=dict)
    anchors: dict[str, str] = field(default_factory=dict)
    instruments: list[str] = field(default_factory=list)


class _Table(HTMLParser):
    """A table written anew from the tags and attributes that are allowed, text as text; a
    ValueError says what else it holds.
    """

    def __init__(self, place: str):
        super().__init__()
        self._place = place
        self._open: list[str] = []
        self.written = ""

    def handle_starttag(self, tag, attrs):
        if tag not in TAGS:
            self._refuse(f"<{tag}")
        kept = ""
        for name, value in attrs:
            if name not in ATTRIBUTES or not re.fullmatch(ATTRIBUTES[name], value or ""):
                self._refuse(f"<{tag} {name}={value!r}"[:100])
            kept += f' {name}="{value}"' if name != "border" else ""
        self.written += f"<{tag}{kept}>"
        if tag != "br":
            self._open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self._open:
            self._refuse(f"</{tag}")
        while (last := self._open.pop()) != tag:
            self.written += f"</{last}>"
        self.written += f"</{tag}>"

    def handle_data(self, data):
        self.written += html.escape(data, quote=False)

    def handle_comment(self, data):
        self._refuse(f"<!--{data[:40]}")

    handle_decl = handle_pi = unknown_decl = handle_comment

    def close(self):
        super().close()
        self.written += "".join(f"</{tag}>" for tag in reversed(self._open))

    def _refuse(self, what):
        raise ValueError(
            f"notebook {self._place}: a table must hold no script and nothing else but the parts "
            f"of a table, got {what}"
        )


def table(text: str, place: str) -> str:
    """A table of a notebook's output as HTML that can do nothing.

    Raises
    ------
    ValueError
        naming the place, for anything but the parts of a table
    """
    read = _Table(place)
    read.feed(STYLE.sub("", text))
    read.close()
    return read.written


def policy(scripts: str, styles: str) -> str:
    """What a page may load and run, as the tag of its head: pictures of its own, and no more than
    these scripts and styles.
    """
    allowed = f"script-src {scripts}; style-src {styles}; img-src 'self' data:"
    rules = f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
    return f'<meta http-equiv="Content-Security-Policy" content="{rules}">'


def address(path: str) -> str:
    """A path as it may stand in a link, whatever characters a file name has."""
    return re.sub(r"[^\w./-]", lambda found: _escaped(found[0]), path, flags=re.ASCII)


def _escaped(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogateescape"))


WORD = re.compile(r"<(t[dh])((?: style=\"[^\"]*\")?)>([\w.,:%+×−-]{1,20})</")  # a date, a number
FOLDED = re.compile(r"<details><summary>[\w ]+</summary>|</details>")


class _Renderer(mistune.HTMLRenderer):
    """Markdown to HTML with links that stay inside the site, one level of box around what may be
    too wide.
    """

    def __init__(self, links: dict[str, str], up: str):
        super().__init__(escape=True)
        self._links = links
        self._up = up
        self._ids: set[str] = set()

    def heading(self, text, level, **_):
        slug = _slug(_bare(text))
        while slug in self._ids:
            slug += "-x"
        self._ids.add(slug)
        return f'<h{level} id="{slug}">{text}</h{level}>\n'

    def block_html(self, html: str) -> str:
        """Folded solutions are kept; any other markup is shown as text."""
        kept = html.strip()
        return f"{kept}\n" if FOLDED.fullmatch(kept) else super().block_html(html)

    def link(self, text, url, title=None):
        if re.match(r"https?://", url):
            return f'<a href="{html.escape(url)}" rel="noopener noreferrer">{text}</a>'
        if url.startswith("#"):
            return f'<a href="#{_slug(url[1:])}">{text}</a>'
        path, _, anchor = url.partition("#")
        name = str(PurePosixPath(path).name)
        known = self._links.get(path.removeprefix("../").removeprefix("./")) or self._links.get(
            name
        )
        return (
            f'<a href="{self._up}{known}{"#" + _slug(anchor) if anchor else ""}">{text}</a>'
            if known
            else text
        )

    def codespan(self, text):
        code = f"<code>{html.escape(text)}</code>"
        known = self._links.get(text)
        return f'<a href="{self._up}{known}">{code}</a>' if known else code

    def image(self, text, url, title=None):
        return text  # pictures come from the figures, which carry their own words

    def table(self, text):
        return boxed(f"<table>{text}</table>", "table")

    def block_math(self, text):
        return boxed(f'<p class="display">{formula(text)}</p>', "formula")

    def inline_math(self, text):
        return formula(text)


class _Docstring(_Renderer):
    """What a docstring says, with links from names to what they name."""

    def __init__(self, address: Callable[[str], str]):
        super().__init__({}, "")
        self._address = address

    def codespan(self, text):
        target = self._address(text)
        code = f"<code>{html.escape(text)}</code>"
        return f'<a href="{html.escape(target)}">{code}</a>' if target else code

    def heading(self, text, level, **_):
        return f"<p><b>{text}</b></p>\n"  # the page's own headings stand around it


def boxed(inner: str, what: str) -> str:
    """A box of its own width around something wide; the arrow keys scroll it."""
    inner = WORD.sub(r'<\1\2 class="word">\3</', inner) if what == "table" else inner
    return f'<div class="box {what}" tabindex="0" role="group" aria-label="{what}">{inner}</div>\n'


def markdown(text: str, links: dict[str, str], up: str = "") -> str:
    """Markdown as HTML, without scripts; links to files that have no page lose their target."""
    return _reader(links, up)(text)


def docstring(text: str, address: Callable[[str], str]) -> str:
    """A part of a docstring as HTML: names in it lead to their `address`, where they have one; a
    list of `name : meaning` is one, and money is no formula.
    """
    text = re.sub(r"^(\w[\w,` ]*) : ", r"- **\1**: ", text, flags=re.MULTILINE)
    return str(mistune.create_markdown(renderer=_Docstring(address), plugins=["table"])(text))


def notebook(book: Any, stem: str, pages: Pages) -> Notebook:
    """A notebook as the body of a page."""
    read = _reader(pages.links, "../")
    made = Notebook()
    parts: list[str] = []
    for cell in book.cells:
        if cell.cell_type == "markdown":
            parts.append(read(KERNEL.sub("", cell.source)))
        elif cell.cell_type == "code":
            parts += [
                _code(cell.source),
                *(_output(output, stem, pages, made) for output in cell.outputs),
            ]
            for name in LIVE.findall(cell.source):
                if name in pages.instruments:
                    made.instruments.append(name)
                    parts.append(
                        f'<p class="live"><a href="../instruments/{name}.html">Move it yourself: '
                        f"the instrument “{name}”</a></p>\n"
                    )
    made.body = "".join(parts)
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", made.body, re.DOTALL)
    made.title = _bare(heading[1]) if heading else stem
    made.sentences = sentences(book)
    return made


def sentences(book: Any) -> list[str]:
    """The sentences that a notebook says it can be told in, as Markdown."""
    told = re.search(
        r"\*\*In three sentences\.\*\*\s*(.*?)(?:\n\s*\n|$)", book.cells[0].source, re.DOTALL
    )
    return re.split(r"(?<=[.?!])\s+(?=[A-Z])", " ".join(told[1].split())) if told else []


def picture(source: str, alt: str, size: tuple[int, int], target: str = "") -> str:
    """An image of known size in a box; a click opens it alone."""
    return boxed(
        f'<a href="{target or source}"><img src="{source}" alt="{html.escape(alt)}" '
        f'width="{size[0]}" height="{size[1]}" '
        f'loading="lazy"></a>',
        "picture",
    )


def png_size(content: bytes) -> tuple[int, int]:
    """Width and height in pixels."""
    return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])


def lighter(png: bytes) -> bytes:
    """The same picture with a palette of 64 colours, a quarter of the bytes."""
    packed = io.BytesIO()
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture.quantize(64, dither=Image.Dither.NONE).save(packed, "png", optimize=True)
    return packed.getvalue()


def _reader(links: dict[str, str], up: str):
    return mistune.create_markdown(renderer=_Renderer(links, up), plugins=["table", "math"])


def _slug(text: str) -> str:
    """A heading as an anchor: JupyterLab keeps capitals, a page has none."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "part"


def _bare(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", text))


def _code(source: str) -> str:
    lines = source.strip().splitlines()
    says = f"{len(lines)} line{'s' if len(lines) > 1 else ''} of code"
    first = html.escape(lines[0] if lines else "")
    return (
        f'<details class="code"><summary>{says}<span aria-hidden="true"> {first}</span></summary>'
        f'<pre tabindex="0">{html.escape(source.strip())}</pre></details>\n'
    )


def _output(output, stem: str, pages: Pages, made: Notebook) -> str:
    data = output.get("data", {})
    if data.get("text/plain") == still.WORDS:
        return ""  # a page has an instrument of its own, and a link to it
    if "image/png" in data:
        return _figure(
            base64.b64decode(data["image/png"]), data.get("text/plain", ""), stem, pages, made
        )
    if "text/html" in data:
        return boxed(table(data["text/html"], stem), "table")
    if "text/markdown" in data:
        return markdown(data["text/markdown"], pages.links, "../")
    text = output.get("text") or data.get("text/plain", "")
    return (
        f'<pre class="out" tabindex="0">{html.escape(text.rstrip())}</pre>\n'
        if text.strip()
        else ""
    )


def _figure(content: bytes, says: str, stem: str, pages: Pages, made: Notebook) -> str:
    """A picture of a cell: the committed one where it is the same, else one saved beside the
    page; of an instrument its still, which leads to it.
    """
    shown = re.fullmatch(r"View (\w+): (.*)", says, re.DOTALL)
    name = shown[1] if shown else ""
    alt = shown[2] if shown else says
    entry = pages.figures.get(name, {})
    if entry.get("png") == hashlib.sha256(content).hexdigest():
        source = f"../figures/{name}.svg"
        alt = entry["alt"]
    else:
        file = f"{stem}-{len(made.pictures) + 1}-{name or 'figure'}.png"
        made.pictures[file] = lighter(content)
        source = address(f"img/{file}")
    if name in pages.instruments:
        moved = address(f"../instruments/{name}.html")
        return f"<figure>{picture(source, alt, png_size(content), moved)}</figure>\n"
    anchor = f"fig-{name or 'figure'}"
    while anchor in made.anchors.values():
        anchor += "-x"
    made.anchors.setdefault(name or anchor, anchor)
    return f'<figure id="{anchor}">{picture(source, alt, png_size(content))}</figure>\n'
