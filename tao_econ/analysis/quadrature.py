"""Nodes of quadrature rules, reckoned once for each size, and points that are drawn."""

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


def sobol_points(dimensions: int, log2_points: int, random: np.random.Generator) -> np.ndarray:
    """(2**log2_points, dimensions) scrambled Sobol points in (0, 1)."""
    from scipy.stats import qmc

    points = qmc.Sobol(d=dimensions, seed=random).random_base2(log2_points)
    return points + 2.0**-31  # the middle of a point's cell of 2⁻³⁰: never 0


def random_points(dimensions: int, log2_points: int, random: np.random.Generator) -> np.ndarray:
    """(2**log2_points, dimensions) uniform numbers in (0, 1]."""
    return 1 - random.random((1 << log2_points, dimensions))
