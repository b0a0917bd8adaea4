"""Views of the comparison with OpenAI and other comparables."""
