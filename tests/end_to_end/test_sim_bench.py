"""Simulated scanners and scales as programs of their own, met by a plain socket."""

from __future__ import annotations

import socket
import subprocess
import sys
from urllib.parse import urlsplit


def test_each_line_is_a_scan_and_each_load_is_weighed() -> None:
    for device, line, question, answer in (
        ("scanner", "4006381333931\n", b"", b"4006381333931\r"),
        ("scale", "500\n", b"SI\r\n", b"S S"),
    ):
        program = [sys.executable, "-m", "app", "sim", device, "--listen", "tcp://127.0.0.1:0"]
        extra = ["--settle", "0"] if device == "scale" else []
        with subprocess.Popen(
            [*program, *extra], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            url = urlsplit(process.stdout.readline().removeprefix("listening on ").strip())
            assert url.port is not None
            with socket.create_connection((url.hostname or "", url.port), timeout=20) as host:
                process.stdin.write(line)
                got = b""
                while answer not in got or (device == "scale" and b"500" not in got):
                    host.sendall(question)
                    got += host.recv(100)
                    assert got
            process.stdin.close()
            assert process.wait(20) == 0
