"""Views of the schedule: the halvings, the eras, and inflation."""
