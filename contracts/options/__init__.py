"""Options of a run: which rules, which operations, which findings are accepted."""
