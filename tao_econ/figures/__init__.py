"""Static figures: each a function from records to a Picture whose title states the finding."""

from .. import views as _views
from ..views.segments import segment_returns as segment_returns
from .canvas import FIGURES as FIGURES
from .canvas import Picture as Picture
from .halving import first_halving_forecast as first_halving_forecast
from .halving import next_halvings as next_halvings
from .halving import supply_readings as supply_readings
from .pools import emission_concentration as emission_concentration
from .pools import emission_gate as emission_gate
from .pools import halving_and_small_subnets as halving_and_small_subnets
from .pools import pool_impact as pool_impact
from .pools import price_manipulation as price_manipulation
from .pools import selling_pressure as selling_pressure
from .pools import subnet_exit as subnet_exit
from .supply import article_fdv as article_fdv
from .supply import break_even_cap as break_even_cap
from .supply import era_lengths as era_lengths
from .supply import inflation as inflation
from .supply import mc_fdv_ladder as mc_fdv_ladder
from .supply import price_waterfall as price_waterfall
from .supply import supply_four_ways as supply_four_ways
from .supply import who_is_diluted as who_is_diluted

# until every figure is a view: those that are stand among the others, and under their names here
FIGURES.update({name: it for name, it in _views.VIEWS.items() if it.published})


def __getattr__(name: str):
    return getattr(_views, name)
