"""A server for one person on this machine: loopback alone, and no other page may ask it.

A page of another site could make the browser ask 127.0.0.1. So a request needs the server's own
name as `Host` (a site that renames itself to 127.0.0.1 sends its own) and, from a browser, the
page's own origin.
"""

import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

from seesay.commands.demo.replies import Reply, Site, refused
from seesay.commands.demo.uploads import MEGABYTE, MOST_BYTES

ADDRESS = "127.0.0.1"
NAMES = (ADDRESS, "localhost")
CONNECTIONS = 32
PATIENCE = 10  # s without a byte, after which a connection ends
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src"
    " 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Server(ThreadingHTTPServer):
    """Listens on 127.0.0.1; port 0 takes a free one. Raises OSError if the port is taken."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, site: Site, port: int) -> None:
        self.site = site
        self.places = threading.BoundedSemaphore(CONNECTIONS)
        super().__init__((ADDRESS, port), Handler)

    @property
    def hosts(self) -> set[str]:
        """What a request may call this server."""
        return {f"{name}:{self.server_port}" for name in NAMES}

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread of its own; beyond `CONNECTIONS` the connection ends at once."""
        if not self.places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, and free the place."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away, or says nothing for long, is no error."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """Reads one request, and asks `Routes`."""

    server: Server
    timeout = PATIENCE
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """A file of the page, a picture or a sound."""
        self._send(self._stranger() or self.server.site.get(self._address().path))

    def do_HEAD(self) -> None:
        """As GET, without the content."""
        self.do_GET()

    def do_POST(self) -> None:
        """A search."""
        reply = self._stranger() or self._unreadable()
        if reply is not None:
            self._pass_over()
        else:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            address = self._address()
            reply = self.server.site.post(address.path, dict(parse_qsl(address.query)), content)
        self._send(reply)

    def _address(self) -> SplitResult:
        """The address asked for; that of no page where it cannot be parsed."""
        try:
            return urlsplit(self.path)
        except ValueError:
            return urlsplit("")

    def _stranger(self) -> Reply | None:
        """The refusal of a request that is not from this server's own page, or None."""
        hosts, origin = self.server.hosts, self.headers.get("Origin")
        host = self.headers.get_all("Host") or []
        if len(host) != 1 or host[0].lower() not in hosts:
            return refused(403, "this server answers to its own name alone")
        foreign = origin is not None and origin.removeprefix("http://") not in hosts
        site = self.headers.get("Sec-Fetch-Site", "none")
        if foreign or (site not in ("same-origin", "none") and self.path != "/"):
            return refused(403, "this server answers to its own page alone")
        return None

    def _unreadable(self) -> Reply | None:
        """The refusal of content whose length is not given, or beyond the limit, or None."""
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdecimal()) or "Transfer-Encoding" in self.headers:
            return refused(411, "the request does not say how long it is")
        if len(length) > 12 or int(length) > MOST_BYTES:
            return refused(413, f"larger than {MOST_BYTES // MEGABYTE} MB; give a smaller file")
        return None

    def _pass_over(self) -> None:
        """Read a refused content that is not far too large: the browser hears why only after it.

        The connection then ends, since what is left of a larger one is no request.
        """
        self.close_connection = True
        length = self.headers.get("Content-Length", "")
        left = int(length) if length.isascii() and length.isdecimal() and len(length) < 12 else 0
        while 0 < left <= 4 * MOST_BYTES and (read := self.rfile.read(min(left, MEGABYTE))):
            left -= len(read)

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(len(reply.content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.content)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Errors of the protocol, in one line as all others."""
        self.close_connection = True
        self.command = getattr(self, "command", "GET")
        self._send(refused(code, message or HTTPStatus(code).phrase))

    def version_string(self) -> str:
        """The header Server, without versions."""
        return "seesay"

    def log_message(self, *_: Any) -> None:
        """Nothing: what one says and shows is not written down."""
