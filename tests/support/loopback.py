"""A server on loopback that answers as real ones do on a bad day."""

import contextlib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Site:
    """What is served, how, and what was asked for.

    Attributes:
        files: The content by path.
        faults: By path, what goes wrong at each of the next requests: `stall` (half the bytes,
            then nothing), `silent` (no answer at all), `truncate` (half the bytes, then the
            end), `drip` (a byte every 50 ms), `head` (the same, of its head), `endless` (the bytes
            again and again, of no announced number), `huge` (a number beyond any disk), `503`,
            `past` (another range than the one asked for), or "" (nothing).
        ranges: Whether ranges are served; if not, a request for one gets the whole.
        tag: The ETag, if any.
        asked: The path and the range of every request.
    """

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    ranges: bool = True
    tag: str = '"one"'
    asked: list[tuple[str, str]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


@contextlib.contextmanager
def serving() -> Iterator[Site]:
    """A site on a free port of this machine, until the end of the block."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def drip(self, content):
            with contextlib.suppress(OSError):
                for byte in content:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    if site.over.wait(0.05):
                        return

        def do_GET(self):
            asked = self.headers.get("Range", "")
            site.asked.append((self.path, asked))
            faults = site.faults.get(self.path, [])
            fault = faults.pop(0) if faults else ""
            body = site.files.get(self.path)
            if fault == "silent":
                site.over.wait(20)
                return
            if body is None or fault.isdecimal():
                self.send_error(int(fault or 404))
                return
            first = 0
            fits = self.headers.get("If-Range", site.tag) == site.tag
            if asked and site.ranges and fits:
                first = int(re.fullmatch(r"bytes=(\d+)-", asked)[1])
                if first >= len(body):
                    self.send_error(416)
                    return
                self.send_response(206)
                said = first + 1 if fault == "past" else first
                self.send_header("Content-Range", f"bytes {said}-{len(body) - 1}/{len(body)}")
            else:
                self.send_response(200)
            if site.tag:
                self.send_header("ETag", site.tag)
            body = body[first:]
            if fault != "endless":
                size = 10**15 if fault == "huge" else len(body)
                self.send_header("Content-Length", str(size))
            if fault == "head":
                self.flush_headers()
                self.drip(b"X-Slow: " + b"x" * 10000)
                return
            self.end_headers()
            if fault == "drip":
                self.drip(body)
                return
            if fault == "endless":
                with contextlib.suppress(OSError):
                    while not site.over.is_set():
                        self.wfile.write(body)
                return
            half = len(body) // 2 if fault in ("stall", "truncate") else len(body)
            with contextlib.suppress(OSError):
                self.wfile.write(body[:half])
                self.wfile.flush()
                if fault == "stall":
                    site.over.wait(20)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    try:
        yield site
    finally:
        site.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
