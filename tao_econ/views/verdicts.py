"""Views of the article judged: claims under stress, forecasts scored, events."""
