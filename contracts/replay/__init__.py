"""Findings of an earlier run, asked for again with one request each."""
