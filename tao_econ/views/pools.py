"""Views of pools: what a trade, selling, an exit and a round trip do."""
