"""Views of pools of models: the best of many, coverage, routing, juries and the oracle."""
