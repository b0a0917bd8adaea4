"""Live instruments for JupyterLab: sliders made from record fields, figures that follow."""

from .composition import best_of as best_of
from .composition import oracle as oracle
from .composition import routing as routing
from .concentration import stake_cap as stake_cap
from .consensus import epoch as epoch
from .consensus import guarantee as guarantee
from .dilution import emission as emission
from .pools import emission_rules as emission_rules
from .pools import pool as pool
from .query_rounds import market as market


def __getattr__(name: str):
    """An instrument that is a view already."""
    from ..views import explore

    return getattr(explore, name)
