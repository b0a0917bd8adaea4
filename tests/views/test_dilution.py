"""Pictures of dilution: their titles follow from their records."""

from dataclasses import replace

import numpy as np
import pytest

import tao_econ as te
from tao_econ.views import VIEWS


def test_titles_follow_from_the_records():
    now = replace(te.load_snapshot("2026-09-11"), price_usd=320.0)
    assert (
        "160 USD it came to 4.05× and the price to 2.00×"
        in VIEWS["price_waterfall"](now=now).caption
    )


def test_the_close_of_the_articles_day_stands_first_and_price_is_value_over_supply():
    picture = VIEWS["price_waterfall"]()
    assert "0.84×" in picture.title and "1.51×" in picture.caption
    for panel, base in zip(picture.panels, ("287.70", "160.00"), strict=True):
        lines = {m.label.split(" × ")[0]: m for m in panel.marks if m.label and len(m.y) == 2}
        assert base in panel.title and all(line.y[0] == 1 for line in lines.values())
        cap, supply, price = (lines[name].y[1] for name in ("market cap", "supply", "price"))
        assert cap / supply == pytest.approx(price)


def test_discounting_keeps_all_at_zero_and_the_chosen_rate_stands_on_the_line():
    (panel,) = VIEWS["discounted_fdv"]().panels
    lines = [mark for mark in panel.marks if getattr(mark, "at_end", False)]
    dots = [mark for mark in panel.marks if mark.label.endswith("at the chosen rate")]
    for line, dot in zip(lines, dots, strict=True):
        assert line.y[0] == pytest.approx(1.0)
        assert np.interp(dot.x[0], line.x, line.y) == pytest.approx(dot.y[0])


def test_every_token_stands_once_on_the_ladder_and_tao_is_marked():
    (panel,) = VIEWS["mc_fdv_ladder"]().panels
    at = sorted(int(place) for bars in panel.marks for place in bars.y)
    assert at == list(range(len(panel.y.names)))
    assert [panel.y.names[int(place)] for place in panel.marks[0].y] == ["TAO"]
