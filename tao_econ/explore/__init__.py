"""Live instruments for JupyterLab: sliders made from record fields, figures that follow."""

from .supply import emission as emission
from .supply import supply as supply
