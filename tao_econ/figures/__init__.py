"""Static figures: each a function from records to a Picture whose title states the finding."""

from .. import views as _views
from .canvas import FIGURES as FIGURES
from .canvas import Picture as Picture
from .composition import best_of_many as best_of_many
from .composition import corrupted_oracle as corrupted_oracle
from .composition import coverage_of_tries as coverage_of_tries
from .composition import jury_of_validators as jury_of_validators
from .composition import routing_and_dominance as routing_and_dominance
from .composition import value_and_waiting as value_and_waiting
from .concentration import coalition_under_cap as coalition_under_cap
from .concentration import largest_holders as largest_holders
from .concentration import reward_remedies as reward_remedies
from .concentration import stake_lorenz as stake_lorenz
from .consensus import epoch_walk as epoch_walk
from .consensus import guarantee_on_real_stake as guarantee_on_real_stake
from .consensus import honest_majority_lottery as honest_majority_lottery
from .consensus import retention_contours as retention_contours
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
from .query_rounds import displacing_an_incumbent as displacing_an_incumbent
from .query_rounds import fees_against_emission as fees_against_emission
from .query_rounds import market_by_judge as market_by_judge
from .query_rounds import selection_or_creation as selection_or_creation
from .segments import segment_map as segment_map
from .segments import segment_returns as segment_returns
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
