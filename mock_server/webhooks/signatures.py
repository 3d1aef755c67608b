"""Signatures of Standard Webhooks 1.0.0, on request. The vendor has published none (gap ``webhook-signature``).

The signed text is id, timestamp and raw body, joined by dots. Each attempt has a new signature and the same id.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence

PREFIX = "whsec_"


def derived_secret(seed: int, workspace: str, number: int) -> str:
    """The ``number``-th secret of a workspace: a test secret, the same at every start."""
    raw = hashlib.blake2b(f"{seed}\x1f{workspace}\x1f{number}".encode(), digest_size=24).digest()
    return PREFIX + base64.b64encode(raw).decode()


def is_secret(text: str) -> bool:
    """Tell whether a text is a secret as Standard Webhooks writes one: ``whsec_`` and base64 of 24 to 64 bytes."""
    if not text.startswith(PREFIX):
        return False
    try:
        return 24 <= len(base64.b64decode(text.removeprefix(PREFIX), validate=True)) <= 64
    except ValueError:
        return False


def headers(secrets: Sequence[str], id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers; one signature for each valid secret, the newest first. ``timestamp`` in seconds."""
    signed = f"{id}.{timestamp}.".encode() + body
    return {
        "webhook-id": id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{_sign(secret, signed)}" for secret in secrets),
    }


def _sign(secret: str, signed: bytes) -> str:
    """The key is what the text encodes, not the text."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
