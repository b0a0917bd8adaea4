"""Views of holding TAO: the fan of prices and Kelly's weight where the drift is guessed."""
