"""Everything that is written to disk: figures, notebooks, ledger and pages."""
