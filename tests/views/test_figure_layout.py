"""Every figure at its own size and at twice that: all text readable, nothing over anything else,
nothing cut off.
"""

import re

import matplotlib
import numpy as np
import pytest
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from tao_econ import views
from tao_econ.publish import press
from tao_econ.views import paper
from tao_econ.views.paper import STYLE

LEAST_POINTS = 7  # no text smaller than this
SCALES = (120, 240)  # dots per inch: as saved, and as on a screen of twice the density


@pytest.fixture(scope="module", params=views.published())
def picture(request):
    """One view, made once for all tests on it."""
    return views.VIEWS[request.param]()


def test_the_committed_figure_shows_what_the_code_gives(picture):
    assert press.problems(picture.name, view=picture) == ""


def test_the_check_sees_what_it_should():
    """A picture with one fault of each kind: the checks find all of them, and none without them."""
    picture = paper.figure(views.price_waterfall())
    assert faults(picture, 120) == []
    axes = picture.axes[-1]  # at the right edge
    axes.text(0, 0.5, "under the other text")
    axes.text(0.1, 0.5, "3e-06 a block", fontsize=6)
    axes.text(2.5, 0.2, "leaves the picture at 90 %").set_in_layout(False)
    axes.plot([1], [axes.get_ylim()[0]], "o", ms=30, clip_on=False)
    axes.plot([0], [0], label="close")
    axes.legend(loc="upper left")
    found = " ".join(faults(picture, 120))
    for kind in (
        "over '3e-06 a block'",
        "6 points",
        "plain numbers",
        "blank before",
        "cut off",
        "a mark over '2026-09-11'",
        "a legend lies over a panel",
    ):
        assert kind in found, f"{kind} not in {found}"


def test_texts_are_readable_and_lie_apart(picture):
    assert {dpi: found for dpi in SCALES if (found := faults(paper.figure(picture), dpi))} == {}


def faults(picture, dpi):
    """What a reader would trip over in a picture laid out at so many dots per inch, one line
    each.
    """
    slack = 1.5 * dpi / 120
    with matplotlib.rc_context(STYLE):
        picture.set_dpi(dpi)
        picture.draw_without_rendering()
        texts = shown_texts(picture)
        boxes = {text: corners(text) for text in texts}
    frame = picture.bbox
    found = [
        f"{t.get_text()!r} is cut off" for t, box in boxes.items() if leaves(box, frame.extents, 1)
    ]
    found += [
        f"{t.get_text()!r} has {t.get_fontsize():g} points"
        for t in texts
        if t.get_fontsize() < LEAST_POINTS
    ]
    found += [
        f"{t.get_text()!r} is not in plain numbers"
        for t in texts
        if re.search(r"\de[-−+]?\d", t.get_text())
    ]
    found += [
        f"{t.get_text()!r} has a blank before the sign"
        for t in texts
        if re.search(r"\d %", t.get_text())
    ]
    found += [
        f"{texts[i].get_text()!r} over {texts[k].get_text()!r}"
        for i, k in meeting(list(boxes.values()), slack)
    ]
    return found + faults_of_axes(picture, boxes, slack)


def faults_of_axes(picture, boxes, slack):
    """Legends over any axes or text, text in a neighbour's panel, text cut by its own axes,
    offsets such as 1e6.
    """
    found = []
    panels = {axes: rectangle(axes.get_window_extent()) for axes in picture.axes}
    for axes, panel in panels.items():
        offsets = [axis.get_offset_text().get_text() for axis in (axes.xaxis, axes.yaxis)]
        found += [f"{offset!r} beside an axis" for offset in offsets if offset]
        legend = axes.get_legend()
        own = set(legend.findobj(Text)) if legend else set()
        if legend:
            box = rectangle(legend.get_window_extent())
            found += [
                "a legend lies over a panel"
                for other in panels.values()
                if overlap(box, other) > slack
            ]
            found += [
                f"a legend over {t.get_text()!r}"
                for t in boxes
                if t not in own and overlap(box, boxes[t]) > slack
            ]
        for text in set(axes.findobj(Text)) & set(boxes):
            others = [other for neighbour, other in panels.items() if neighbour is not axes]
            found += [
                f"{text.get_text()!r} in another panel"
                for o in others
                if overlap(boxes[text], o) > slack
            ]
            inside = text in axes.texts and overlap(boxes[text], panel) > slack
            if (
                inside
                and text.get_clip_on()
                and leaves(boxes[text], axes.get_window_extent().extents, slack)
            ):
                found.append(f"{text.get_text()!r} is cut by its panel")
        for line in axes.lines:
            free = (
                not line.get_clip_on() and line.get_marker() != "None"
            )  # such marks may stand out of the panel
            marks = line.get_transform().transform(line.get_xydata()) if free else []
            size = line.get_markersize() * picture.dpi / 144  # half of it, in dots
            at = [
                rectangle(Bbox.from_extents(x - size, y - size, x + size, y + size))
                for x, y in marks
            ]
            found += [
                f"a mark over {t.get_text()!r}"
                for t in boxes
                for mark in at
                if overlap(boxes[t], mark) > slack
            ]
        for text in (picture._suptitle, picture._supxlabel):
            if overlap(boxes[text], panel) > slack:
                found.append(f"{text.get_text()!r} over a panel")
    return found


def shown_texts(picture):
    """Texts that are drawn; matplotlib keeps labels of ticks beyond an axis' limits, but does
    not draw them.
    """
    hidden = set()
    for axes in picture.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            ticks = axis.get_major_ticks() + axis.get_minor_ticks()
            hidden |= {
                t
                for tick in ticks
                if not low <= tick.get_loc() <= high
                for t in (tick.label1, tick.label2)
            }
            hidden |= {
                t for tick in ticks for t in (tick.label1, tick.label2) if not t.get_visible()
            }
    return [
        t
        for t in picture.findobj(Text)
        if t.get_visible() and t.get_text().strip() and t not in hidden
    ]


def corners(text):
    """The four corners of a text's box in dots; a turned text has a turned box, with the same
    centre as its hull.
    """
    hull, turn = text.get_window_extent(), text.get_rotation()
    if turn % 90 == 0:
        return rectangle(hull)
    text.set_rotation(0)
    level = text.get_window_extent()
    text.set_rotation(turn)
    sides = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [level.width / 2, level.height / 2]
    cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    middle = [(hull.x0 + hull.x1) / 2, (hull.y0 + hull.y1) / 2]
    return sides @ np.array([[cos, sin], [-sin, cos]]) + middle


def rectangle(box):
    return np.array([[box.x0, box.y0], [box.x1, box.y0], [box.x1, box.y1], [box.x0, box.y1]])


def meeting(boxes, slack):
    """Pairs of boxes that lie in each other; their level hulls are compared first, all at once."""
    low, high = np.array([b.min(axis=0) for b in boxes]), np.array([b.max(axis=0) for b in boxes])
    near = ((np.minimum(high[:, None], high) - np.maximum(low[:, None], low)) > slack).all(axis=2)
    return [(i, k) for i, k in np.argwhere(np.triu(near, 1)) if overlap(boxes[i], boxes[k]) > slack]


def overlap(one, other):
    """How deep two convex boxes lie in each other, in dots: at most zero if a line separates
    them.
    """
    hulls = (
        np.minimum(one.max(axis=0), other.max(axis=0))
        - np.maximum(one.min(axis=0), other.min(axis=0))
    ).min()
    if hulls <= 0:
        return hulls
    depths = []
    for side in np.vstack([np.diff(box[:3], axis=0) for box in (one, other)]):
        normal = np.array([-side[1], side[0]]) / np.hypot(*side)
        a, b = one @ normal, other @ normal
        depths.append(min(a.max(), b.max()) - max(a.min(), b.min()))
    return min(depths)


def leaves(box, extents, slack):
    x0, y0, x1, y1 = extents
    low, high = box.min(axis=0), box.max(axis=0)
    return (
        low[0] < x0 - slack or low[1] < y0 - slack or high[0] > x1 + slack or high[1] > y1 + slack
    )
