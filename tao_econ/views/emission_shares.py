"""Views of who gets new TAO: rules of shares, the gate, and halvings."""
