"""Views of consensus: figure and instrument are one epoch, and its sliders keep short names."""

import pytest

from tao_econ import views


def test_the_instrument_starts_at_the_epoch_of_the_figure():
    walked = views.epoch_walk().title
    started = views.epoch()
    earned = started.readout["your dividends"]
    assert f"it earns {float(earned[:-1]):.1f}% on 10% of stake" in walked
    kept = float(started.readout["your weight that survives"][:-1])
    assert f"{100 - kept:.0f}% of its weight is cut" in walked


@pytest.mark.parametrize("name", ["epoch", "guarantee"])
def test_a_slider_of_kappa_is_that_of_the_record_no_menu_offers(name):
    box = views.explore(name, kappa=0.6, rules="Yuma3, each validator its own")
    assert box.recipe().owner["kappa"][0] != "rules"
    assert box.recipe().sliders["kappa"].value == 0.6
    with pytest.raises(ValueError, match="unknown argument|unknown setting"):
        views.explore(name, kapa=0.6)
