"""Checks a webhook receiver of the user: real changes, each delivered with a fault, and the side effects judged."""
