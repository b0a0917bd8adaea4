"""Nodes and weights of a quadrature, computed once."""

from __future__ import annotations

import functools

import numpy as np


@functools.cache
def gauss_legendre(nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Abscissas and weights of Gauss and Legendre on [−1, 1], kept for the next call.

    Parameters
    ----------
    nodes : int
        How many; polynomials of degree 2·nodes − 1 are integrated exactly.

    Returns
    -------
    x, weights : (nodes,) arrays
        Read-only, since they are shared.
    """
    x, weights = np.polynomial.legendre.leggauss(nodes)
    x.setflags(write=False)
    weights.setflags(write=False)
    return x, weights
