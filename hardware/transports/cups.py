"""Jobs into a CUPS queue, by the `lp` command: raw ones and PDF; and what is known of the queues."""

from __future__ import annotations

import http.client
import os
import re
import socket
import struct
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import KnownError
from hardware.device import parse_url, words_of
from hardware.permission import Cause

_ASK_SECONDS = 3.0
_CUPS_SOCKET = Path("/run/cups/cups.sock")


@dataclass(frozen=True, slots=True)
class Queue:
    """A CUPS queue: `state` is idle, printing or stopped; `device` its CUPS device URI, "" where it is not told."""

    name: str
    state: str
    accepts: bool
    device: str = ""


class CupsTransport:
    """Jobs into a CUPS queue: each `write` is one, raw, or (option `language=pdf`) a document that CUPS makes ready.

    Nothing ever comes back. A write that returned is a job in the spool and no more: CUPS prints it when it can, and
    under the error policies of `queue_hazard` a second time when the first had failed.
    """

    def __init__(self, url: str) -> None:
        parts = parse_url(url)
        self._queue = parts.path
        self._server = _server(parts.host, parts.port)
        self._url = url
        self._manner = () if parts.options.get("language") == "pdf" else ("-o", "raw")
        self._is_open = False

    @property
    def url(self) -> str:
        """The URL it was made from."""
        return self._url

    def open(self) -> None:
        """See that the queue is there; raises KnownError `device_open_failed`."""
        self.close()
        try:
            queue = queue_named(self._queue, self._server)
        except FileNotFoundError as error:
            raise KnownError(
                "device_open_failed", url=self._url, reason=words_of(error), cause=Cause.PROGRAM, program="lp"
            ) from error
        except OSError as error:
            raise KnownError("device_open_failed", url=self._url, reason=words_of(error)) from error
        if queue is None:
            raise KnownError("device_open_failed", url=self._url, reason="no such queue")
        self._is_open = True

    def close(self) -> None:
        """Nothing is held; never raises."""
        self._is_open = False

    def write(self, data: bytes, timeout: float) -> None:
        """Spool `data` as one job; raises KnownError `device_gone` or `device_write_failed` with `written`.

        0: the queue was not there or took no jobs, and `lp` was never started. None: `lp` failed, and what the server
        then has is not known.
        """
        if not self._is_open:
            raise KnownError("device_not_open", url=self._url)
        end = time.monotonic() + timeout
        try:
            queue = queue_named(self._queue, self._server)
        except OSError as error:
            raise self._gone(words_of(error)) from error
        if queue is None:
            raise self._gone("no such queue")
        if not queue.accepts:
            raise KnownError("device_write_failed", url=self._url, reason="the queue takes no jobs", written=0)
        command = ["lp", *self._server_arguments(), "-d", self._queue, *self._manner, "-t", "packbench"]
        try:
            _run(command, max(end - time.monotonic(), 0.1), data)
        except OSError as error:
            written = 0 if isinstance(error, FileNotFoundError | PermissionError) else None
            raise KnownError("device_write_failed", url=self._url, reason=words_of(error), written=written) from error

    def read(self, timeout: float) -> bytes:
        """A queue never answers: b"" at once."""
        if not self._is_open:
            raise KnownError("device_not_open", url=self._url)
        return b""

    def _server_arguments(self) -> list[str]:
        return ["-h", self._server] if self._server else []

    def _gone(self, reason: str) -> KnownError:
        self.close()
        return KnownError("device_gone", url=self._url, reason=reason, written=0)


def queues(server: str = "") -> list[Queue]:
    """All queues of `server` (`host:port`, "" for the usual one); raises OSError when it cannot be asked.

    FileNotFoundError means that CUPS is not installed.
    """
    at = ["-h", server] if server else []
    found = _run(["lpstat", *at, "-p", "-a", "-v"], _ASK_SECONDS, nothing_is="No destinations added")
    accepts = dict(re.findall(r"^(\S+) (not accepting|accepting) requests", found, re.MULTILINE))
    devices = dict(re.findall(r"^device for (\S+): (.*)$", found, re.MULTILINE))
    states = {"is": "idle", "now": "printing", "disabled": "stopped"}
    return [
        Queue(name, states[state], accepts.get(name) == "accepting", devices.get(name, ""))
        for name, state in re.findall(r"^printer (\S+) (is|now|disabled)\b", found, re.MULTILINE)
    ]


def queue_named(name: str, server: str = "") -> Queue | None:
    """One queue, or None when there is no such; names differ by more than case. Raises OSError as `queues` does."""
    return next((queue for queue in queues(server) if queue.name.lower() == name.lower()), None)


def queue_hazard(queue: str, server: str = "") -> KnownError | None:
    """Why a queue may print a job twice, with the command that ends it; None when it does not or does not say.

    `queue_prints_again`: a failed job is sent again by itself (error policy retry-job, the default of CUPS 2.4, or
    retry-current-job). `queue_keeps_failed`: a failed job stays and comes out when somebody resumes the queue
    (stop-printer). Only abort-job leaves the decision here.
    """
    policy = error_policy(queue, server)
    at = f" -h {server}" if server else ""
    command = f"sudo lpadmin{at} -p {queue} -o printer-error-policy=abort-job"
    match policy:
        case "retry-job" | "retry-current-job":
            return KnownError("queue_prints_again", queue=queue, policy=policy, command=command)
        case "stop-printer":
            return KnownError("queue_keeps_failed", queue=queue, policy=policy, command=command)
        case _:
            return None


def error_policy(queue: str, server: str = "") -> str:
    """The queue's `printer-error-policy`, "" when the server does not say; neither lpstat nor lpoptions show it."""
    path = f"/printers/{queue}"
    asks = (
        # RFC 8011, 4.2.5: version 1.1, Get-Printer-Attributes, request 1, operation attributes
        struct.pack(">BBHI", 1, 1, 0x000B, 1)
        + b"\x01"
        + _attribute(0x47, "attributes-charset", "utf-8")
        + _attribute(0x48, "attributes-natural-language", "en")
        + _attribute(0x45, "printer-uri", f"ipp://localhost{path}")
        + _attribute(0x44, "requested-attributes", "printer-error-policy")
        + b"\x03"
    )
    try:
        connection = _connection(server)
        try:
            connection.request("POST", path, asks, {"Content-Type": "application/ipp"})
            answer = connection.getresponse().read()
        finally:
            connection.close()
    except (OSError, http.client.HTTPException):
        return ""
    found = re.search(rb"printer-error-policy(..)", answer, re.DOTALL)
    if not found:
        return ""
    (length,) = struct.unpack(">H", found[1])
    return answer[found.end() : found.end() + length].decode("ascii", "replace")


def _attribute(tag: int, name: str, value: str) -> bytes:
    said = value.encode()
    return struct.pack(">BH", tag, len(name)) + name.encode() + struct.pack(">H", len(said)) + said


def _connection(server: str) -> http.client.HTTPConnection:
    if server or not _CUPS_SOCKET.exists():
        return http.client.HTTPConnection(server or "localhost:631", timeout=_ASK_SECONDS)
    connection = http.client.HTTPConnection("localhost", timeout=_ASK_SECONDS)
    connection.sock = socket.socket(socket.AF_UNIX)
    try:
        connection.sock.settimeout(_ASK_SECONDS)
        connection.sock.connect(str(_CUPS_SOCKET))
    except OSError:
        connection.close()
        raise
    return connection


def _server(host: str, port: int) -> str:
    if not host:
        return ""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _run(command: list[str], seconds: float, data: bytes = b"", nothing_is: str = "") -> str:
    """What a CUPS command prints, in English; raises OSError with what it complained of, or when it took too long."""
    try:
        done = subprocess.run(
            command, input=data, capture_output=True, timeout=seconds, env={**os.environ, "LC_ALL": "C"}, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(f"{command[0]} did not answer") from error
    complaint = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode != 0 and not (nothing_is and nothing_is in complaint):
        raise OSError(complaint.partition("\n")[0] or f"{command[0]} ended with {done.returncode}")
    return done.stdout.decode("utf-8", "replace")
