"""Views of the article's map of AI tokens."""
