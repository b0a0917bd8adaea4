"""Views of what decides: tornado, Sobol indices, and how fast a mean is found."""
