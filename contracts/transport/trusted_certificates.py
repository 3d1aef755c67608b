"""The certificate authorities that a run trusts: those that the environment names, as in other programs."""

import os
import ssl
from collections.abc import Mapping

from contracts.errors import CannotRun

_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


def trusted_certificates(environment: Mapping[str, str] = os.environ) -> str | bool:
    """The file or folder of trusted authorities; True for the usual ones.

    Raises CannotRun when it cannot be read: to trust other authorities instead would not be what the user asked for.
    """
    for variable in _VARIABLES:
        path = environment.get(variable, "")
        if path:
            _check(variable, path)
            return path
    return True


def _check(variable: str, path: str) -> None:
    remedy = f"name a file with certificates in PEM in {variable}, or unset it"
    if os.path.isdir(path):
        return
    try:
        ssl.create_default_context(cafile=path)
    except OSError as fault:  # that it holds no certificate is one as well
        reason = "it holds no certificate" if isinstance(fault, ssl.SSLError) else fault.strerror
        raise CannotRun(f"{variable}={path}: {reason}", remedy) from None
