"""Every picture: a function from records to a View, drawn on paper and on a screen alike.

A view is called with records or their names; `explore` gives it sliders for the fields it reads:

    views.inflation(snapshot="article")    views.explore("inflation", recycled_share=0.0)
    views.inflation().to_frame()               views.fields_read("inflation")

To write one (`dilution.py` and `attacks.py` have examples):

    @view(rules="2026-09-11", snapshot="2026-09-11", scenario="base")
    def inflation(rules: Rules, snapshot: Snapshot, scenario: Scenario) -> View:
        \"\"\"What is shown, in one paragraph: the caption.\"\"\"
        ...
        return View(
            title="the finding, its numbers computed",
            panels=[Panel(marks=[Line(label="in the legend", x=years, y=share)],
                          x=Axis(label="year"), y=Axis(label="share", format=".0%", low=0))],
            readout={"label": "text"},         # beside the live form
            sources=("data/supply_points.csv",),  # footer, after the records it is called with
        )

Marks: Line, Points, Bars, Band, Level, Map, Text; the legend has their labels in their order. A
mark without a label is in no legend, one with `legend=False` has a name for hover text and table
alone, one with empty columns is a legend entry alone. Categories are `Axis(names=...)`, bars stand
at 0, 1, 2 … or where `at` says. Defaults are names or functions, so importing loads no table.
Instruments add `published=False`, `sliders=(...)` in order and `menus={"rules": function}`.
"""

from . import arguments as arguments
from . import attacks as attacks
from . import comparables as comparables
from . import composition as composition
from . import concentration as concentration
from . import consensus as consensus
from . import day_pay as day_pay
from . import dilution as dilution
from . import emission_shares as emission_shares
from . import evaluation as evaluation
from . import halving_dates as halving_dates
from . import holding as holding
from . import income as income
from . import issuance as issuance
from . import juries as juries
from . import machine as machine
from . import own_pool as own_pool
from . import own_supply as own_supply
from . import parameters as parameters
from . import pools as pools
from . import queries as queries
from . import real_stake as real_stake
from . import role_map as role_map
from . import roles as roles
from . import ruin as ruin
from . import sale as sale
from . import scenario_tree as scenario_tree
from . import segments as segments
from . import selling as selling
from . import sensitivity as sensitivity
from . import token_dilution as token_dilution
from . import verdicts as verdicts
from . import worth as worth
from .gallery import VIEWS as VIEWS
from .gallery import explore as explore
from .gallery import fields_read as fields_read
from .gallery import instruments as instruments
from .gallery import published as published
from .holding import Holder as Holder
from .marks import View as View
from .parameters import own_numbers as own_numbers
from .sensitivity import deciding_inputs as deciding_inputs


def __getattr__(name: str):
    """A view by its name."""
    if name not in VIEWS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return VIEWS[name]


def __dir__():
    return sorted({*globals(), *VIEWS})
