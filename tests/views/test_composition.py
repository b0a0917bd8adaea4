"""Views of pools of models: their titles follow from the models."""

import tao_econ as te
from tao_econ import views


def test_titles_on_composition_follow_from_the_models():
    best = views.best_of_many(models=64)
    low, high = te.incentives.best_of_n(64, 0.1), te.incentives.best_of_n(64, 0.3)
    assert f"gains {high:.2f} sd where" in best.title
    assert f"best of 64 models would be {low:.2f} to {high:.2f} sd" in best.caption
    routed = views.routing_and_dominance()
    assert routed.title == "Routing two experts gains 31%, beside a dominant model 0%"
    assert list(routed.panels[0].marks[0].text) == ["100", "131", "100", "107"]
    weaker = views.routing_and_dominance(frontier=(0.6, 0.85)).title
    assert "0%" not in weaker and "dominant" not in weaker
