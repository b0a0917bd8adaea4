"""Many runs of a model: sweeps, sensitivity and the error of an estimate."""

from .dependence import Correlation as Correlation
from .dependence import circular_blocks as circular_blocks
from .dependence import correlation as correlation
from .scoring import brier as brier
from .scoring import crps as crps
from .scoring import pinball as pinball
from .scoring import pit as pit
from .scoring import quantile_score as quantile_score
from .uncertainty import Estimate as Estimate
from .uncertainty import convergence as convergence
from .uncertainty import errors_in_95 as errors_in_95
from .uncertainty import margin_of_error as margin_of_error
from .uncertainty import monte_carlo_mean as monte_carlo_mean
from .uncertainty import morris as morris
from .uncertainty import sample_mean as sample_mean
from .uncertainty import sample_quantiles as sample_quantiles
from .uncertainty import sensitivity as sensitivity
from .uncertainty import tornado as tornado
