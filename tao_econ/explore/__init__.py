"""Live instruments for JupyterLab: sliders made from record fields, figures that follow."""

from .comparison import comparable as comparable
from .composition import best_of as best_of
from .composition import oracle as oracle
from .composition import routing as routing
from .concentration import stake_cap as stake_cap
from .consensus import epoch as epoch
from .consensus import guarantee as guarantee
from .holding import portfolio as portfolio
from .judge import judgement as judgement
from .pressure import sell_pressure as sell_pressure
from .query_rounds import market as market
from .roles import rewards as rewards
from .worth import intrinsic as intrinsic
from .worth import tree as tree


def __getattr__(name: str):
    """An instrument that is a view already."""
    from ..views import explore

    return getattr(explore, name)
