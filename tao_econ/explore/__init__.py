"""Live instruments for JupyterLab: sliders made from record fields, figures that follow."""

from .dilution import emission as emission
from .dilution import supply as supply
