"""Views of concentration: Lorenz curves, a cap on stake and what splitting undoes."""
