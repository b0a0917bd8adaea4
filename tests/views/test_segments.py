"""The map of AI tokens: prices of dated days, or unknown."""

import pytest

from tao_econ.views import segments


def test_returns_since_publication_are_dated_prices_or_unknown():
    got = segments.segment_returns()
    assert got.loc["TAO", "March 2024"] == pytest.approx(586.7401 / 287.70)
    assert got.loc["RNDR", "October 2025"] == pytest.approx(
        3.54886 / 3.4075
    )  # renamed RENDER, one for one
    assert (
        got.loc["AKT", "from_date"] == "2023-11-01" and got.loc["TAO", "from_date"] == "2023-11-20"
    )
    unknown = got[list(segments.WINDOWS)].isna().all(axis=1)
    assert set(got.index[unknown]) == {"AI (Gensyn)", "AIOZ", "GLM", "IOTX", "NMR", "ROSE"}
    assert got["segment"].value_counts().to_dict() == {
        "compute": 7,
        "data": 6,
        "algorithms": 5,
        "other": 3,
    }
