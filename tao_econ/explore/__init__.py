"""Live instruments for JupyterLab: sliders made from record fields, figures that follow."""

from .dilution import emission as emission
from .pools import emission_rules as emission_rules
from .pools import pool as pool


def __getattr__(name: str):
    """An instrument that is a view already."""
    from ..views import explore

    return getattr(explore, name)
