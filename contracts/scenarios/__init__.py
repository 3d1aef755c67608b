"""Scenarios: fixed sequences of requests that a generator alone never comes up with."""
