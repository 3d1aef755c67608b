"""Serve https: the certificate and the key are tried before the server starts."""

import ssl
from pathlib import Path
from typing import Any

from mock_server.config.settings import Settings
from mock_server.errors import Problem, SettingsError
from mock_server.support.readable_file import refuse_pipe


def tls_options(settings: Settings) -> dict[str, Any]:
    """The options with which uvicorn serves https; none for plain http. Raises SettingsError."""
    cert, key = settings.tls_cert, settings.tls_key
    if not cert and not key:
        return {}
    if not cert or not key:
        missing = "--tls-cert" if key else "--tls-key"
        raise SettingsError(Problem(missing, "is missing", "https needs a certificate and its key: give both"))
    try:
        for file in (cert, key):
            refuse_pipe(Path(file))
        # The password is asked for on the terminal where none is given; an empty one fails at once.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key, password="")
    except (OSError, ValueError) as fault:
        what = f"no certificate with its key: {fault}" if isinstance(fault, ssl.SSLError) else fault
        reason = getattr(what, "strerror", None) or str(what)
        remedy = "give a certificate (PEM) and the key that it was made with, without a passphrase"
        raise SettingsError(Problem(f"--tls-cert {cert}, --tls-key {key}", reason, remedy)) from None
    return {"ssl_certfile": cert, "ssl_keyfile": key}
