"""The contract suite: named checks that a target, this mock or the real API, must keep."""
