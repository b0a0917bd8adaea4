"""Records that tests of the economy share."""

from types import SimpleNamespace

import pytest
from assumed import ARTICLE, AS_ARTICLE, HALVING, LATEST, issued


@pytest.fixture(scope="session")
def as_article():
    """The article's own scenario, every assumption stated."""
    return AS_ARTICLE


@pytest.fixture(scope="session")
def snapshots():
    """The named snapshots with the supplies that the numbers here were checked for."""
    return SimpleNamespace(
        article=ARTICLE, day=issued("2023-11-20", 5_675_000), halving=HALVING, latest=LATEST
    )
