"""Paths of the control plane that other parts know: those that need no token, and the page for browsers."""

LIVE = "/__admin/health/live"
"""Answers as long as the event loop does; it waits for no log, and no other server is asked."""
READY = "/__admin/health/ready"
"""Answers 200 when this server can be sent requests."""
PAGE = "/__admin/ui"
"""The page for browsers. Its files are below."""
OPEN = frozenset({LIVE, READY})
"""The paths that need no token and tell one word."""


def is_open(path: str) -> bool:
    """Tell whether reading a path needs no token.

    Whoever watches a server has none. A browser loads the page before a person can give one; its files hold no data.
    """
    return path in OPEN or path == PAGE or path.startswith(f"{PAGE}/")
