"""Views of pools of models: their titles follow from the models."""

import tao_econ as te
from tao_econ import views


def test_titles_on_composition_follow_from_the_models():
    low, high = te.incentives.best_of_n(64, 0.1), te.incentives.best_of_n(64, 0.3)
    assert f"best of 64 would be {low:.2f} to {high:.2f} sd" in views.best_of_many(models=64).title
    assert (
        "reach 60% after 6 tries" in views.coverage_of_tries(many=0.60).title
    )  # 1 − 0.841^6 = 0.646
    assert (
        "gains 31%; beside one model that wins every query it gains 0%"
        in views.routing_and_dominance().title
    )
    weaker = views.routing_and_dominance(frontier=(0.6, 0.85)).title
    assert "gains 0%" not in weaker and "wins every query" not in weaker
    assert "wait 2.1 times" in views.value_and_waiting(models=4).title  # 1 + 1/2 + 1/3 + 1/4
