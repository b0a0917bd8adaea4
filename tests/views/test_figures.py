"""Figures: their titles follow from their records, and the same records give the same bytes."""

import subprocess
import sys

from tao_econ import views
from tao_econ.publish import press


def test_every_figure_says_what_it_shows():
    for name, entry in press.read_index().items():
        assert len(entry["finding"]) > 30 and len(entry["alt"]) > len(entry["finding"]) + 30, name


def test_two_processes_draw_the_same_bytes():
    code = (
        "import hashlib; from tao_econ import views; p = views.supply_four_ways();"
        "print(hashlib.sha256(p.bytes('svg')).hexdigest(), "
        "hashlib.sha256(p.bytes('png')).hexdigest())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
        for _ in "ab"
    }
    assert len(runs) == 1
    assert b"<dc:date>" not in views.price_waterfall().bytes("svg")


def test_a_picture_shows_itself_in_a_notebook():
    picture = views.price_waterfall()
    assert picture._repr_png_().startswith(b"\x89PNG")
    assert repr(picture).startswith("View price_waterfall: From the article's day the price")
