"""Views of the market for queries, round by round."""
