"""Live instruments for JupyterLab: sliders made from record fields, figures that follow."""

from .comparison import comparable as comparable
from .holding import portfolio as portfolio
from .judge import judgement as judgement
from .pressure import sell_pressure as sell_pressure
from .roles import rewards as rewards
from .worth import intrinsic as intrinsic
from .worth import tree as tree


def __getattr__(name: str):
    """An instrument that is a view already."""
    from ..views import explore

    return getattr(explore, name)
