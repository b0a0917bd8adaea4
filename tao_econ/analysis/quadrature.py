"""Nodes of quadrature rules, reckoned once for each size."""

from __future__ import annotations

from functools import cache

import numpy as np


@cache
def gauss_legendre(nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes and weights on [-1, 1].

    Parameters
    ----------
    nodes : int
        How many; the rule is exact for polynomials of degree 2·nodes − 1.

    Returns
    -------
    tuple of numpy.ndarray
        (nodes,) points and (nodes,) weights, which nobody may change.
    """
    points, weights = np.polynomial.legendre.leggauss(nodes)
    points.flags.writeable = False
    weights.flags.writeable = False
    return points, weights
