"""Paths of the control plane that other parts know: whoever watches a server asks them often, and has no token."""

LIVE = "/__admin/health/live"
"""Answers as long as the event loop does; it waits for no log, and no other server is asked."""
READY = "/__admin/health/ready"
"""Answers 200 when this server can be sent requests."""
OPEN = frozenset({LIVE, READY})
"""The paths that need no token: they tell one word."""
