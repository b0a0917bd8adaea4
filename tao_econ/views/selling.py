"""Views of sell pressure: emission against volume, what a sale does, the inflow that holds."""
