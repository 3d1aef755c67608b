"""Requests to a target: guard, pace, session, redaction."""
