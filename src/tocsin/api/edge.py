"""What holds for every answer: the host asked for, sizes, and the headers of a careful site.

Plain ASGI, around everything else, so that also a 404 and a refused request have the headers.
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tocsin.api.problem import Problem, answer
from tocsin.api.serving import Serving

CSP = (
    "default-src 'self'; worker-src 'self' blob:; img-src 'self' data: blob:; "
    "style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'; object-src 'none'"
)
#: A dossier brings its own style and pictures, and runs nothing.
CSP_DOSSIER = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_HEADERS = (
    ("content-security-policy", CSP),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("cache-control", "no-store"),
)
_HSTS = ("strict-transport-security", "max-age=31536000")


def too_large(most: int) -> Problem:
    """Return what is said of a body that is longer than this server reads."""
    close = {"connection": "close"}  # the rest of it is on its way
    return Problem(413, f"a request holds at most {most} bytes", headers=close)


class TooLarge(HTTPException):
    """Raised while a body arrives; of this kind, so that no layer takes it for a bad body."""

    def __init__(self, most: int) -> None:
        told = too_large(most)
        super().__init__(told.status, told.detail, told.headers)


class Edge:
    """The outermost layer."""

    def __init__(self, app: ASGIApp, serving: Serving) -> None:
        self.app, self.serving = app, serving
        self.headers: Iterable[tuple[str, str]] = (*_HEADERS, _HSTS) if serving.secure else _HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def marked(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in self.headers:
                    headers.setdefault(name, value)
            await send(message)

        refused = self._refused(scope)
        if refused is not None:
            await answer(refused)(scope, receive, marked)
            return
        left = self.serving.body_bytes

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            if message["type"] == "http.request":
                left -= len(message.get("body", b""))
                if left < 0:
                    raise TooLarge(self.serving.body_bytes)
            return message

        try:
            await self.app(scope, counted, marked)
        except TooLarge:
            if not begun:
                await answer(too_large(self.serving.body_bytes))(scope, receive, marked)

    def _refused(self, scope: Scope) -> Problem | None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1:
            return Problem(400, "a request names one host")
        if not self.serving.knows(hosts[0]):
            return Problem(
                421, "no such host here", hint="a name that leads here is given by --allow-host"
            )
        length = headers.get("content-length", "0")
        if not length.isdigit() or len(length) > 15 or int(length) > self.serving.body_bytes:
            return too_large(self.serving.body_bytes)
        return None
