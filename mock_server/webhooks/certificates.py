"""The certificate authorities that are trusted when a webhook goes to an https receiver."""

import ssl
from pathlib import Path

from mock_server.config.settings import Settings
from mock_server.errors import Problem, SettingsError
from mock_server.support.readable_file import refuse_pipe


def trusting(*files: str) -> ssl.SSLContext:
    """Trust the authorities of the system, of SSL_CERT_FILE, and of ``files``. Raises SettingsError.

    A certificate in one of ``files`` is trusted itself too, because a self-signed one often has no authority.
    """
    context = ssl.create_default_context()
    for file in filter(None, files):
        try:
            refuse_pipe(Path(file))
            context.load_verify_locations(file)
        except (OSError, ValueError) as fault:  # ssl.SSLError is an OSError
            what = "no certificate in PEM form" if isinstance(fault, ssl.SSLError) else fault
            reason = getattr(what, "strerror", None) or str(what)
            raise SettingsError(Problem(f"--webhook-ca {file}", reason, "give a file of certificates (PEM)")) from None
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # newer Pythons refuse what openssl makes by default
    return context


def trusting_settings(settings: Settings) -> ssl.SSLContext | None:
    """Trust what the settings name, and the server's own certificate, because its inboxes are receivers too. None for
    the usual ones.
    """
    files = (settings.webhook_ca, settings.tls_cert)
    return trusting(*files) if any(files) else None


def believing_all() -> ssl.SSLContext:
    """Accept every certificate without a check."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
