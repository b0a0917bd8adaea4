"""Views of intrinsic value: every model on one axis, the fees a price asks for, the tree."""
