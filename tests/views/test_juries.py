"""Views of juries and oracles: their titles follow from the models."""

import tao_econ as te
from tao_econ import views


def test_titles_on_juries_follow_from_the_models():
    limit = te.incentives.jury_accuracy([1], 0.7, correlation=0.1).ceiling
    assert f"never pass {limit:.1%}" in views.jury_of_validators(vote=0.7).title
    assert (
        "bend the median by 2.3 sd and the mean by 9.9"
        in views.corrupted_oracle(attack_sd=20.0).title
    )
