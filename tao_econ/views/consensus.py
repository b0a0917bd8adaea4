"""Views of consensus: one epoch, the map of the guarantee, and real stake."""
