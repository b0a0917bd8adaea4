"""Records that tests of the economy share."""

import pytest
from assumed import AS_ARTICLE


@pytest.fixture(scope="session")
def as_article():
    """The article's own scenario, every assumption stated."""
    return AS_ARTICLE
