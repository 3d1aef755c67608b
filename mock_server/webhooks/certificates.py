"""Whose certificates are believed when a webhook goes to an https receiver."""

import ssl

from mock_server.config.settings import Settings
from mock_server.errors import Problem, SettingsError


def trusting(*files: str) -> ssl.SSLContext:
    """The system's authorities, those that SSL_CERT_FILE names, and the ones in ``files``. Raises SettingsError.

    A certificate in one of ``files`` is trusted itself too: self-made ones are often made without an authority.
    """
    context = ssl.create_default_context()
    for file in filter(None, files):
        try:
            context.load_verify_locations(file)
        except (OSError, ValueError) as fault:  # ssl.SSLError is an OSError
            what = "no certificate in PEM form" if isinstance(fault, ssl.SSLError) else fault
            reason = getattr(what, "strerror", None) or str(what)
            raise SettingsError(Problem(f"--webhook-ca {file}", reason, "give a file of certificates (PEM)")) from None
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # newer Pythons refuse what openssl makes by default
    return context


def trusting_settings(settings: Settings) -> ssl.SSLContext | None:
    """Trust what the settings name, and the server's own: its inboxes are receivers too. None for the usual ones."""
    files = (settings.webhook_ca, settings.tls_cert)
    return trusting(*files) if any(files) else None


def believing_all() -> ssl.SSLContext:
    """No certificate is looked at."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
