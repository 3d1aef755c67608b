"""Who may use the control plane: programs of this machine, never a web page; on other binds a client with the token.

A page in the developer's browser can send requests to loopback. It cannot choose the headers ``Sec-Fetch-Site`` and
``Origin``, so these can be trusted. On a bind that others can reach, a token is needed as well.
"""

from collections.abc import Callable, Iterable
from functools import cached_property

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.admin.askers import ANYBODY, ASKER, Asker, Proofs
from mock_server.admin.audit import CALL, Audit, is_delivery, noting_status
from mock_server.admin.request_quotas import RequestQuotas
from mock_server.api.host_header import host_header
from mock_server.api.problem import problem
from mock_server.config.control_paths import PAGE, is_open
from mock_server.support.redaction import Redactor

TOKEN_HEADER = b"x-mock-admin-token"
_UNPROVEN = "others can reach this server, or it is shared: send a token in X-Mock-Admin-Token"
_UNKNOWN = "the token in X-Mock-Admin-Token opens nothing here: it is revoked, or another server's"
_READING = ("GET", "HEAD", "OPTIONS")
_FORMS = (b"application/x-www-form-urlencoded", b"multipart/form-data", b"text/plain")
"""The media types with which a web page can send a form without a preflight request, or none."""
_NO_FORM = "the control plane takes no forms, as a web page can send them: application/json, or no body and no type"


class AdminAccess:
    """Lets allowed requests through to the control plane, which is built at the first of them."""

    def __init__(self, assemble: Callable[[Audit], ASGIApp], proofs: Proofs, redactor: Redactor) -> None:
        self._assemble = assemble
        self._proofs = proofs
        self._audit = Audit(redactor)
        self._quotas = RequestQuotas()

    @cached_property
    def _app(self) -> ASGIApp:
        return self._assemble(self._audit)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to the control plane if it is allowed; otherwise answer with the reason."""
        asker = self._asker(scope)
        refusal = self._refusal(scope, asker)
        by = asker.name if asker else ""
        if refusal is not None:
            self._audit.refused(scope, by, refusal.status_code)
            await refusal(scope, receive, send)
            return
        call = self._audit.open(scope, by)
        await self._app({**scope, ASKER: asker, CALL: call}, receive, noting_status(call, send))

    def _refusal(self, scope: Scope, asker: Asker | None) -> Response | None:
        """The answer to a request that is not let in; None where it is."""
        unproven = _UNKNOWN if any(_all(scope, TOKEN_HEADER)) else _UNPROVEN
        refused = "" if _is_visit(scope) else _cross_site(scope)
        if refused := refused or ("" if asker else unproven):
            return problem(403, refused)
        if _is_form(scope):
            return problem(415, _NO_FORM)
        why, seconds = self._quotas.refusal(asker) if asker else ("", 0)
        if not why:
            return None
        too_many = problem(429, why)
        too_many.headers["retry-after"] = str(seconds)
        return too_many

    def _asker(self, scope: Scope) -> Asker | None:
        needs_none = (is_open(scope["path"]) and scope["method"] in _READING) or is_delivery(scope)
        return ANYBODY if needs_none else self._proofs.asker(_all(scope, TOKEN_HEADER))


def _cross_site(scope: Scope) -> str:
    if any(site.lower() not in (b"none", b"same-origin") for site in _all(scope, b"sec-fetch-site")):
        return "the control plane does not answer web pages of other sites"
    own = [f"{scheme}://{host_header(scope)}" for scheme in ("http", "https")]
    if any(origin.decode("latin-1").lower() not in own for origin in _all(scope, b"origin")):
        return "the control plane does not answer web pages of other origins"
    return ""


def _is_visit(scope: Scope) -> bool:
    """Tell whether a person follows a link to the page for browsers. The page holds no data, and is in no frame."""
    sent = [*_all(scope, b"sec-fetch-mode"), *_all(scope, b"sec-fetch-dest"), *_all(scope, b"origin")]
    return scope["path"] == PAGE and scope["method"] == "GET" and sent == [b"navigate", b"document"]


def _is_form(scope: Scope) -> bool:
    """Tell whether a page of an old browser, which sends no origin, could have sent the request."""
    kinds = (value.partition(b";")[0].strip().lower() for value in _all(scope, b"content-type"))
    return scope["method"] not in _READING and any(kind in _FORMS for kind in kinds)


def _all(scope: Scope, header: bytes) -> Iterable[bytes]:
    return (value for name, value in scope["headers"] if name == header)
