"""Live instruments for JupyterLab: sliders made from record fields, figures that follow."""


def __getattr__(name: str):
    """An instrument that is a view already."""
    from ..views import explore

    return getattr(explore, name)
