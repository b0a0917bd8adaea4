"""A picture on a page of JupyterLab: a widget of a few kilobytes that asks for plotly's script
once a page.
"""

from __future__ import annotations

import math
from importlib import resources
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets
import numpy as np
import traitlets

SCRIPTS = Path(__file__).parent
GHOST = {"line": {"color": "#999999"}, "marker": {"color": "#bbbbbb"}, "fillcolor": "#cccccc"}
GHOSTLY = {"scatter", "bar"}  # kinds of traces that can be seen through


class Wire(ipywidgets.Label):
    """What a page must know to draw; a widget of the core, so that no page is too busy to hear it.

    The whole picture travels each time, so a page that comes late or was busy shows the last one.

    Attributes
    ----------
    picture : dict
        {'data', 'layout'} of plain values
    stale : bool
        whether the picture is of another state than the controls
    """

    picture = traitlets.Dict().tag(sync=True)
    stale = traitlets.Bool(False).tag(sync=True)


class Plot(anywidget.AnyWidget):
    """A plotly figure, given as a plain dict, which a page draws with a script of its own.

    Attributes
    ----------
    wire : Wire
        the way by which pictures, the script and requests travel
    """

    _esm = "".join((SCRIPTS / name).read_text(encoding="utf-8") for name in ("fit.js", "plot.js"))
    wire = traitlets.Instance(Wire).tag(sync=True, **ipywidgets.widget_serialization)

    def __init__(self, picture: dict):
        super().__init__(wire=Wire(picture=plain(picture)))
        self.wire.on_msg(self._answer)

    def _answer(self, wire: Wire, message: dict, _):
        if message == {"kind": "library"}:
            wire.send(message, buffers=[plotly_script()])

    def show(self, picture: dict) -> None:
        """Draw another picture in place of this one."""
        self.wire.picture = plain(picture)
        self.wire.stale = False

    def spoil(self) -> None:
        """Grey the picture: it is of another state than the controls."""
        self.wire.stale = True

    def save_text(self, name: str, text: str) -> None:
        """Have the page save a text."""
        self.wire.send({"kind": "text", "name": name, "text": text})

    def save_picture(self, name: str, form: str) -> None:
        """Have the page save what it shows, as `svg` or `png`."""
        self.wire.send({"kind": "picture", "name": name, "format": form})


def plotly_script() -> bytes:
    """The script that draws, as installed with plotly."""
    return (resources.files("plotly") / "package_data" / "plotly.min.js").read_bytes()


def plain(value: Any) -> Any:
    """A picture as what JSON knows; nothing where a number is not finite.

    Raises
    ------
    TypeError
        for a kind that no page knows
    """
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    raise TypeError(f"a picture must hold numbers and text, got {type(value).__name__}")


def ghost(picture: dict) -> list[dict]:
    """The lines, points and bars of a picture in grey, to stand behind another one."""
    return [
        {key: part for key, part in trace.items() if key not in ("legendgroup", "hovertemplate")}
        | {
            part: trace.get(part, {}) | look if isinstance(look, dict) else look
            for part, look in GHOST.items()
            if part in trace
        }
        | {"opacity": 0.5, "hoverinfo": "skip", "showlegend": False, "name": "pinned"}
        for trace in picture["data"]
        if trace["type"] in GHOSTLY
    ]
