"""Views of roles: who got a day's emission, who is diluted, and a yield in alpha."""
