"""Views of consensus: figure and instrument are one epoch, and its sliders keep short names."""

import numpy as np
import pytest

from tao_econ import views


def test_the_instrument_starts_at_the_epoch_of_the_figure():
    walked = views.epoch_walk()
    by_miner, by_validator = views.epoch().panels
    paid = walked.panels[4].marks[0].z
    trust, incentive = walked.panels[5].marks[0].z
    np.testing.assert_allclose(by_validator.marks[1].y, paid.sum(axis=1), atol=1e-12)
    np.testing.assert_array_equal(by_miner.marks[1].y, incentive)
    np.testing.assert_array_equal(by_miner.marks[2].y, trust)


@pytest.mark.parametrize("name", ["epoch", "guarantee"])
def test_a_slider_of_kappa_is_that_of_the_record_no_menu_offers(name):
    box = views.explore(name, kappa=0.6, rules="Yuma3, each validator its own")
    assert box.recipe().owner["kappa"][0] != "rules"
    assert box.recipe().sliders["kappa"].value == 0.6
    with pytest.raises(ValueError, match="unknown argument|unknown setting"):
        views.explore(name, kapa=0.6)
