"""How clients of ours look at the certificate of a server."""

import ipaddress
import ssl


def context_for(host: str) -> ssl.SSLContext:
    """The system's authorities, those that SSL_CERT_FILE names; on this machine any certificate, as it is self-made."""
    context = ssl.create_default_context()
    if _on_this_machine(host):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _on_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
