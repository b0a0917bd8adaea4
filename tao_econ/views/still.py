"""What stands for a live view where no kernel runs: its picture on paper and how to move it."""

from __future__ import annotations

from typing import Any

from .marks import View

WORDS = "run the cell to make it live"
# JupyterLab shows the outputs of a cell one below the other: the live view, this note, the picture.
# While the view lives, the other two are hidden; once its kernel has gone, what JupyterLab says of
# a widget that it no longer knows.
HIDDEN = """
.jp-OutputArea-child:has(.tao-live) + .jp-OutputArea-child:has(.tao-still),
.jp-OutputArea-child:has(.tao-live) + * + .jp-OutputArea-child,
.jp-OutputArea-child:has(> .jupyter-widgets):has(+ .jp-OutputArea-child .tao-still)
{ display: none; }"""
NOTE = f"<small class='tao-still'>{WORDS}</small><style>{HIDDEN}</style>"


def outputs(view: View) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The note and the picture, each as (what it is by kind, what is said about it)."""
    picture = {"image/png": view.bytes("png"), "text/plain": repr(view)}
    about = {"image/png": {"alt": f"{view.alt} ({WORDS})"}}
    return [({"text/html": NOTE, "text/plain": WORDS}, {}), (picture, about)]
