"""All mutable state: records by kind in order, changed in transactions, kept by a log; no contract here."""
