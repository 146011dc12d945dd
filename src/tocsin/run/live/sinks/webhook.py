"""CloudEvents to an HTTP address, once for each revision of an alert, and again if it failed.

The address is looked up, judged, and then connected to as it was judged, so that a name cannot
point elsewhere the next moment.  Private, link-local and other addresses that are no public hosts
are refused unless the configuration allows them; a loopback address that is written out in the
URL was meant.  Redirects are not followed.  With a secret, `X-Tocsin-Signature` is
`sha256=` and the HMAC-SHA256 of the body.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
from typing import Any
from urllib.parse import urlsplit

from tocsin.errors import SettingsError
from tocsin.run.live.configsinks import SinkSpec
from tocsin.run.live.outbox import Letter
from tocsin.run.live.sinks.event import encoded
from tocsin.run.live.sinks.sink import Refused

TIMEOUT_S = 10.0
CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
#: Answers below 500 that another try may change: who we are, where it is, how often.
_AGAIN = frozenset({401, 403, 404, 407, 408, 421, 423, 425, 429})
_LEAST_SECRET = 16  # bytes


class WebhookSink:
    """One address that is told by POST."""

    def __init__(self, spec: SinkSpec, watch: str) -> None:
        self._spec, self._watch = spec, watch
        self._secret = _secret(spec)

    async def deliver(self, letter: Letter) -> None:
        await asyncio.to_thread(self._post, encoded(letter, self._watch))

    async def close(self) -> None:
        """Every event has a connection of its own."""

    def _post(self, body: bytes) -> None:
        parts = urlsplit(self._spec.url)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        where = judged(host, port, self._spec.allow_private)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {
            "Content-Type": CONTENT_TYPE,
            "User-Agent": "tocsin",
            "Host": parts.netloc.rpartition("@")[2],
        }
        if self._secret:
            mac = hmac.new(self._secret, body, hashlib.sha256).hexdigest()
            headers["X-Tocsin-Signature"] = f"sha256={mac}"
        connection = _connection(parts.scheme, host, where, port)
        try:
            connection.request("POST", target, body, headers)
            answer = connection.getresponse()
            answer.read(1024)
        except http.client.HTTPException as error:
            raise ConnectionError(f"answers with no HTTP: {type(error).__name__}") from error
        finally:
            connection.close()
        if answer.status < 300:
            return
        said = f"answers {answer.status} {answer.reason}".strip()
        if 300 <= answer.status < 400:
            raise ConnectionError(f"{said}: redirects are not followed")
        if answer.status < 500 and answer.status not in _AGAIN:
            raise Refused(said)
        raise ConnectionError(said)


def judged(host: str, port: int, allow_private: bool) -> str:
    """Return the address to connect to; raise ConnectionError where none is allowed."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ConnectionError(f"{host} is not known: {error.strerror}") from error
    wanted = [str(entry[4][0]) for entry in found]
    if allow_private:
        return wanted[0]
    meant = _written_loopback(host)
    for address in wanted:
        ip = ipaddress.ip_address(address.partition("%")[0])
        plain = getattr(ip, "ipv4_mapped", None) or ip
        if plain.is_global and not plain.is_multicast:
            continue
        if meant and plain.is_loopback:
            continue
        # One that is not allowed is enough: a name with two faces is not trusted with either.
        raise ConnectionError(
            f"{host} is {address}, which is no public address; allow_private = true allows it"
        )
    return wanted[0]


def _written_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _secret(spec: SinkSpec) -> bytes:
    if spec.secret_file is None:
        return b""
    try:
        secret = spec.secret_file.read_bytes().strip()
    except OSError as error:
        raise SettingsError(
            f"secret_file cannot be read: {error.strerror}", path=str(spec.secret_file)
        ) from error
    if len(secret) < _LEAST_SECRET:
        raise SettingsError(
            f"the secret has {len(secret)} bytes; it needs {_LEAST_SECRET} or more",
            path=str(spec.secret_file),
        )
    return secret


def _connection(scheme: str, host: str, where: str, port: int) -> http.client.HTTPConnection:
    """Return a connection to an address that was judged, under the name that was asked for."""
    made: http.client.HTTPConnection
    context: Any = ssl.create_default_context() if scheme == "https" else None
    if context is not None:
        made = http.client.HTTPSConnection(host, port, timeout=TIMEOUT_S, context=context)
    else:
        made = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
    sock = socket.create_connection((where, port), TIMEOUT_S)
    made.sock = context.wrap_socket(sock, server_hostname=host) if context is not None else sock
    return made
