"""Static figures: each a function from records to a Picture whose title states the finding."""

from .. import views as _views
from ..views.segments import segment_returns as segment_returns
from .canvas import FIGURES as FIGURES
from .canvas import Picture as Picture
from .comparison import implied_spread as implied_spread
from .comparison import openai_fraction as openai_fraction
from .comparison import openai_ratio as openai_ratio
from .holding import Holder as Holder
from .holding import convergence_rates as convergence_rates
from .holding import deciding_inputs as deciding_inputs
from .holding import kelly_under_estimate as kelly_under_estimate
from .holding import price_fan as price_fan
from .holding import sobol_beside_tornado as sobol_beside_tornado
from .holding import touch_curves as touch_curves
from .judgement import claims_against_events as claims_against_events
from .judgement import claims_under_stress as claims_under_stress
from .judgement import forecasts_scored as forecasts_scored
from .judgement import macro_thesis as macro_thesis
from .pressure import covenant_event as covenant_event
from .pressure import impact_map as impact_map
from .pressure import inflow_for_flat_price as inflow_for_flat_price
from .pressure import lasting_sale as lasting_sale
from .pressure import publication_days as publication_days
from .roles import a_days_emission as a_days_emission
from .roles import alpha_fan as alpha_fan
from .roles import ownership_through_time as ownership_through_time
from .roles import real_yield_map as real_yield_map
from .worth import fees_needed as fees_needed
from .worth import openai_branch as openai_branch
from .worth import tree_parts as tree_parts
from .worth import valuation_field as valuation_field

# until every figure is a view: those that are stand among the others, and under their names here
FIGURES.update({name: it for name, it in _views.VIEWS.items() if it.published})


def __getattr__(name: str):
    return getattr(_views, name)
