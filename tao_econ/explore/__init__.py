"""Live instruments for JupyterLab: sliders made from record fields, figures that follow."""

from .composition import best_of as best_of
from .composition import oracle as oracle
from .composition import routing as routing
from .consensus import copier as copier
from .consensus import epoch as epoch
from .consensus import guarantee as guarantee
from .dilution import emission as emission
from .dilution import supply as supply
from .query_rounds import market as market
