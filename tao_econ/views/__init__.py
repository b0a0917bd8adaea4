"""Every picture: a function from records to a View, drawn on paper and on a screen alike.

    @view(rules="2026-09-11", snapshot="2026-09-11", scenario="base")
    def inflation(rules: Rules, snapshot: Snapshot, scenario: Scenario) -> View:

registers a view: `views.inflation(snapshot="article")` is a picture, `views.explore.inflation()`
the same with sliders for the fields it reads, `fields_read("inflation")` names them.
"""

from . import attacks as attacks
from . import comparables as comparables
from . import composition as composition
from . import concentration as concentration
from . import consensus as consensus
from . import dilution as dilution
from . import emission_shares as emission_shares
from . import halving_dates as halving_dates
from . import holding as holding
from . import issuance as issuance
from . import pools as pools
from . import queries as queries
from . import roles as roles
from . import segments as segments
from . import selling as selling
from . import sensitivity as sensitivity
from . import verdicts as verdicts
from . import worth as worth
from .gallery import VIEWS as VIEWS
from .gallery import explore as explore
from .gallery import fields_read as fields_read
from .marks import View as View


def __getattr__(name: str):
    """A view by its name."""
    if name not in VIEWS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return VIEWS[name]


def __dir__():
    return sorted({*globals(), *VIEWS})
