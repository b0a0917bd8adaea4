"""A formula as a small inline picture, for pages that load nothing from elsewhere."""

from __future__ import annotations

import functools
import html
import re

import matplotlib
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath, TextToPath

from ..views.paper import style

SIZE = 100.0  # units of the picture for one em
SPOKEN = {
    r"\ge": r"\geq",
    r"\le": r"\leq",
    r"\tfrac": r"\frac",
    r"\lVert": r"\|",
    r"\rVert": r"\|",
    r"\lvert": "|",
    r"\rvert": "|",
    r"\operatorname": r"\mathrm",
    r"\implies": r"\Rightarrow",
    r"\iff": r"\Leftrightarrow",
}
STEPS = {1: "M", 2: "L", 3: "Q", 4: "C", 79: "Z"}


@functools.cache
def formula(tex: str) -> str:
    """LaTeX mathematics as an inline SVG in the colour of the text around it; as code where
    matplotlib cannot set it.

    tex : what stands between the dollar signs
    """
    known = re.sub(
        r"\\[A-Za-z]+", lambda found: SPOKEN.get(found[0], found[0]), " ".join(tex.split())
    )
    says = html.escape(tex.strip(), quote=True)
    try:
        with matplotlib.rc_context(style(**{"mathtext.fontset": "dejavusans"})):
            font = FontProperties(size=SIZE)
            width, height, depth = TextToPath().get_text_width_height_descent(
                f"${known}$", font, True
            )
            drawn = _steps(TextPath((0, 0), f"${known}$", prop=font))
    except ValueError:
        return f"<code>{says}</code>"
    ems = [f"{size / SIZE:.2f}" for size in (width, height, depth)]
    return (
        f'<svg class="formula" role="img" aria-label="{says}" viewBox="0 {depth - height:.0f} '
        f'{width:.0f} {height:.0f}" '
        f'style="width:{ems[0]}em;height:{ems[1]}em;vertical-align:-{ems[2]}em"><path '
        f'd="{drawn}"/></svg>'
    )


def _steps(path: TextPath) -> str:
    """An outline in the words of SVG, whose y points down."""
    out = []
    for points, code in path.iter_segments(simplify=False):
        pairs = [] if code == 79 else [f"{x:.0f} {-y:.0f}" for x, y in points.reshape(-1, 2)]
        out.append(STEPS[int(code)] + " ".join(pairs))
    return "".join(out)
