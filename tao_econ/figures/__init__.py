"""Static figures: each a function from records to a Picture whose title states the finding."""

from .. import views as _views
from ..views.segments import segment_returns as segment_returns
from .canvas import FIGURES as FIGURES
from .canvas import Picture as Picture

# until every figure is a view: those that are stand among the others, and under their names here
FIGURES.update({name: it for name, it in _views.VIEWS.items() if it.published})


def __getattr__(name: str):
    return getattr(_views, name)
