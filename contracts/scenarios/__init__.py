"""Directed runs: fixed sequences of requests that generation alone never comes up with."""
