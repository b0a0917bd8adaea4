"""Who says so: the sources that a text names, their public addresses, and whether anybody signs."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from ..inputs.data import load, names

UNSIGNED = "unverifiable"  # the word beside a number whose source has no author
NOWHERE = "no public address found"  # the standing of a source that cannot be followed
MADE_OF = re.compile(  # what carries its own address
    r"(?P<url>https?://[^\s;,()\"'<>]+)"
    r"|(?P<repo>[\w-]+/[\w.-]+)[: ](?P<path>[\w./-]+) ?@(?P<commit>[0-9a-f]{7,40})\b"
    r"|(?P<threads>[\w-]+/[\w.-]+) (?P<kind>issue|pull request)s? (?P<number>\d+)"
    r"|(?:[Aa]rXiv:|arXiv )(?P<arxiv>\d{4}\.\d{4,5})"
    r"|NBER (?P<nber>\d{5})"
    r"|(?P<file>\b\w+\.(?:csv|toml))\b"
)


class Source(NamedTuple):
    """A source as a text names it, and where it can be read: a public address, a file of data/, or
    '' where none is known.
    """

    words: str
    address: str

    @property
    def standing(self) -> str:
        """That of data/sources.csv, "" for what carries its own address."""
        return _listed().get(self.words, ("", ""))[1]

    @property
    def said(self) -> str:
        """What stands beside its words where they are no link, "" if they say enough."""
        return f" ({NOWHERE})" if self.standing == NOWHERE else ""


def named(text: str) -> list[Source]:
    """Every source that a text names, in order.

    Parameters
    ----------
    text : of a source's cell, a footer or a reason
    """
    return [part for part in cut(text) if isinstance(part, Source)]


def cut(text: str) -> list[str | Source]:
    """A text in parts: what stands before, between and after the sources that it names, and these.

    Parameters
    ----------
    text : plain, as `named` takes it
    """
    parts: list[str | Source] = []
    at = 0
    for found in _pattern().finditer(text):
        parts += [text[at : found.start()], _source(found)]
        at = found.end()
    return [*parts, text[at:]]


def linked(text: str) -> str:
    """A text with each source that has an address as a link of Markdown, and one of which none was
    found called so; files of data/ lead to them from the top of the repository.

    Parameters
    ----------
    text : plain, as `named` takes it
    """
    return "".join(part if isinstance(part, str) else _link(part) for part in cut(text))


def marked(text: str) -> str:
    """A text that says `unverifiable` beside each table of data/ it names that rests on a source
    without an author.

    Parameters
    ----------
    text : plain, as `named` takes it
    """
    return re.sub(r"\b(\w+)\.csv\b", _marked, text)


def unsigned(texts) -> bool:
    """Whether any of some texts says that nobody signs it.

    Parameters
    ----------
    texts : iterable of str
    """
    return any(UNSIGNED in text for text in texts)


def titled(name: str, texts) -> str:
    """A record's name, with `unverifiable` beside it where nobody signs what it rests on.

    Parameters
    ----------
    name : of the record
    texts : its sources, an iterable of str
    """
    return f"{name} ({UNSIGNED})" if unsigned(texts) else name


@functools.cache
def unsigned_part(table: str) -> float:
    """The part of a table's rows, from 0 to 1, that say of their source that nobody signs it.

    Parameters
    ----------
    table : its name, as `data.load` knows it
    """
    rows = load(table).map(str).to_dict("records")
    return sum(unsigned(row.values()) for row in rows) / len(rows)


def _marked(found: re.Match) -> str:
    part = unsigned_part(found[1]) if found[1] in names() else 0.0
    if part == 0.0:
        return found[0]
    return f"{found[0]} ({UNSIGNED if part == 1.0 else f'in part {UNSIGNED}'})"


def _link(source: Source) -> str:
    return f"[{source.words}]({source.address})" if source.address else source.words + source.said


def _source(found: re.Match) -> Source:
    got = found.groupdict()
    if repo := got["repo"] or got["threads"]:
        home = f"https://github.com/{repo}"
        inside = (
            f"blob/{got['commit']}/{got['path']}"
            if got["repo"]
            else f"{'issues' if got['kind'] == 'issue' else 'pull'}/{got['number']}"
        )
        return Source(found[0], f"{home}/{inside}")
    if got["arxiv"]:
        return Source(found[0], f"https://arxiv.org/abs/{got['arxiv']}")
    if got["nber"]:
        return Source(found[0], f"https://www.nber.org/papers/w{got['nber']}")
    if got["file"]:
        return Source(found[0], f"data/{got['file']}")
    return Source(found[0], got["url"] or _listed()[found[0]][0])


@functools.cache
def _listed() -> dict[str, tuple[str, str]]:
    """Name → address and standing of data/sources.csv."""
    table = load("sources")
    pairs = zip(table["url"].fillna(""), table["standing"], strict=True)
    return dict(zip(table["name"], pairs, strict=True))


@functools.cache
def _pattern() -> re.Pattern:
    """What has its own address, then the listed names, the longest first."""
    listed = sorted(_listed(), key=lambda name: (-len(name), name))
    ends = (rf"(?<!\w){re.escape(name)}(?!\w)" for name in listed)
    return re.compile("|".join([MADE_OF.pattern, *ends]))
