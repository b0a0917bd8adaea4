"""Live instruments for JupyterLab: sliders made from record fields, figures that follow."""

from .comparison import comparable as comparable
from .consensus import copier as copier
from .consensus import epoch as epoch
from .consensus import guarantee as guarantee
from .dilution import emission as emission
from .dilution import supply as supply
from .worth import intrinsic as intrinsic
from .worth import tree as tree
