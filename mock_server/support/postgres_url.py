"""Recognize the URL of a PostgreSQL database, as ``--state`` takes it, and refuse one that shows a password."""

import re
from urllib.parse import parse_qsl, unquote

_SCHEMES = ("postgresql://", "postgres://")
_USER_AND_PASSWORD = re.compile(r"[^@]*:[^@]+@")
_HINT = (
    "it has a password, which every process here and each log can see: "
    "take it out, and put it into PGPASSWORD, or into the file that PGPASSFILE names"
)
_OTHER_URL = re.compile(r"[a-z][a-z0-9+.-]+://|postgres(ql)?:", re.IGNORECASE)


def is_postgres_url(text: str) -> bool:
    """Tell whether a text names a PostgreSQL database; anything else is the path of a file."""
    return text.startswith(_SCHEMES)


def state_place(text: str) -> str:
    """Return ``text``, a file or a database URL. Raises ValueError, without quoting it, for any other URL.

    A URL with a password is refused too.
    """
    if is_postgres_url(text):
        place, _, query = text.partition("://")[2].partition("?")
        # Nothing of a URL is shown that may have one, also where it is not encoded as it should be.
        shown = any(map(_USER_AND_PASSWORD.match, (place, unquote(place.partition("/")[0]))))
        if shown or any("password" in name.lower() for name, _ in parse_qsl(query)):
            raise ValueError(_HINT)
    elif _OTHER_URL.match(text):
        raise ValueError("it is neither a file nor a URL that begins with postgresql://")
    return text
