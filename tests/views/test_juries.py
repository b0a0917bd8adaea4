"""Views of juries and oracles: their words follow from the models."""

from tao_econ import views


def test_words_on_oracles_follow_from_the_models():
    assert "bend the median by 2.3 sd" in views.corrupted_oracle(attack_sd=20.0).title
    assert "bend the mean by 9.9 sd" in views.corrupted_oracle(attack_sd=20.0).caption
    spared = views.VIEWS["oracle"](corruption=views.juries.Corruption(attack_sd=0.0))
    assert "bends the mean by 0.00 sd" in spared.title
