"""Static figures: each a function from records to a Picture whose title states the finding."""

from .canvas import FIGURES as FIGURES
from .canvas import Picture as Picture
from .halving import first_halving_forecast as first_halving_forecast
from .halving import next_halvings as next_halvings
from .halving import supply_readings as supply_readings
from .supply import article_fdv as article_fdv
from .supply import break_even_cap as break_even_cap
from .supply import discounted_fdv as discounted_fdv
from .supply import era_lengths as era_lengths
from .supply import inflation as inflation
from .supply import mc_fdv_ladder as mc_fdv_ladder
from .supply import price_waterfall as price_waterfall
from .supply import supply_four_ways as supply_four_ways
from .supply import who_is_diluted as who_is_diluted
