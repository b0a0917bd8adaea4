"""Views of dates: published supplies, the first halving replayed, the next ones."""
