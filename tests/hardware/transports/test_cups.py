"""CUPS through commands that are none, and through a real scheduler where one is installed."""

from __future__ import annotations

import grp
import http.server
import os
import pwd
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("has no CUPS", allow_module_level=True)

from app.domain.errors import KnownError
from hardware.transports.cups import CupsTransport, Queue, error_policy, queue_hazard, queues
from tests.hardware.waiting import until

LPSTAT = """\
printer zebra now printing zebra-1.  enabled since Mon Nov 23 10:13:15 2026
\tThe printer may not exist or is unavailable at this time.
printer Zebra_2 is idle.  enabled since Mon Nov 23 10:13:15 2026
printer old disabled since Mon Nov 23 10:13:15 2026 -
\tPaused
zebra accepting requests since Mon Nov 23 10:13:15 2026
Zebra_2 accepting requests since Mon Nov 23 10:13:15 2026
old not accepting requests since Mon Nov 23 10:13:15 2026 -
\tRejecting Jobs
device for zebra: socket://127.0.0.1:9100
device for Zebra_2: usb://Zebra%20Technologies/ZTC%20ZD421?serial=D1
device for old: ///dev/null
"""


class Commands:
    """`lp` and `lpstat` on a PATH of their own; what `lp` was given is in `jobs`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(self, name: str, script: str) -> None:
        (self.folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (self.folder / name).chmod(0o755)

    @property
    def jobs(self) -> list[tuple[str, bytes]]:
        found = sorted(self.folder.glob("job.*.args"))
        return [(one.read_text().strip(), one.with_suffix(".data").read_bytes()) for one in found]


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    folder = tmp_path / "bin"
    folder.mkdir()
    (tmp_path / "lpstat.txt").write_text(LPSTAT)
    made = Commands(folder)
    made.make("lpstat", f'/bin/cat "{tmp_path}/lpstat.txt"')
    made.make(
        "lp",
        f'cd "{folder}"; n=$(/bin/ls | /bin/grep -c args); echo "$@" > "job.$n.args"; /bin/cat > "job.$n.data"\n'
        'echo "request id is zebra-$n (0 file(s))"',
    )
    monkeypatch.setenv("PATH", str(folder))
    return made


@pytest.fixture
def queue(commands: Commands) -> CupsTransport:
    transport = CupsTransport("cups://zebra?language=zpl")
    transport.open()
    return transport


def test_the_queues_and_their_states(commands: Commands) -> None:
    assert queues() == [
        Queue("zebra", "printing", True, "socket://127.0.0.1:9100"),
        Queue("Zebra_2", "idle", True, "usb://Zebra%20Technologies/ZTC%20ZD421?serial=D1"),
        Queue("old", "stopped", False, "///dev/null"),
    ]


def test_no_queues_are_no_trouble(commands: Commands) -> None:
    commands.make("lpstat", 'echo "lpstat: No destinations added." >&2; exit 1')
    assert queues() == []


def test_each_write_is_one_raw_job(commands: Commands, queue: CupsTransport) -> None:
    queue.write(b"^XA\x00\xff^XZ", 5.0)
    queue.write(b"second", 5.0)
    assert commands.jobs == [
        ("-d zebra -o raw -t packbench", b"^XA\x00\xff^XZ"),
        ("-d zebra -o raw -t packbench", b"second"),
    ]
    assert queue.read(1.0) == b""


def test_a_document_is_no_raw_job(commands: Commands) -> None:
    transport = CupsTransport("cups://zebra?language=pdf")
    transport.open()
    transport.write(b"%PDF", 5.0)
    assert commands.jobs == [("-d zebra -t packbench", b"%PDF")]


def test_the_server_of_the_url(commands: Commands) -> None:
    transport = CupsTransport("cups://print-server:1631/zebra")
    transport.open()
    transport.write(b"label", 5.0)
    assert commands.jobs == [("-h print-server:1631 -d zebra -o raw -t packbench", b"label")]


def test_a_queue_that_is_not_there(commands: Commands) -> None:
    with pytest.raises(KnownError) as failed:
        CupsTransport("cups://none").open()
    assert failed.value.code == "device_open_failed"
    assert failed.value.facts["reason"] == "no such queue"


def test_no_scheduler(commands: Commands) -> None:
    commands.make("lpstat", 'echo "lpstat: Scheduler is not running." >&2; exit 1')
    with pytest.raises(KnownError) as failed:
        CupsTransport("cups://zebra").open()
    assert failed.value.facts["reason"] == "lpstat: Scheduler is not running."


def test_no_cups(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(commands.folder / "none"))
    with pytest.raises(KnownError) as failed:
        CupsTransport("cups://zebra").open()
    assert (failed.value.facts["cause"], failed.value.facts["program"]) == ("program", "lp")


def test_a_queue_that_was_deleted(commands: Commands, queue: CupsTransport, tmp_path: Path) -> None:
    (tmp_path / "lpstat.txt").write_text("")
    with pytest.raises(KnownError) as lost:
        queue.write(b"label", 5.0)
    assert lost.value.code == "device_gone"
    assert lost.value.facts["written"] == 0
    assert commands.jobs == []
    with pytest.raises(KnownError, match="device_not_open"):
        queue.write(b"label", 5.0)
    with pytest.raises(KnownError, match="device_not_open"):
        queue.read(0)


def test_a_queue_that_takes_no_jobs(commands: Commands) -> None:
    transport = CupsTransport("cups://old")
    transport.open()
    with pytest.raises(KnownError) as failed:
        transport.write(b"label", 5.0)
    assert failed.value.code == "device_write_failed"
    assert failed.value.facts["written"] == 0
    assert commands.jobs == []


def test_a_job_that_lp_complains_of_is_never_called_nothing(commands: Commands, queue: CupsTransport) -> None:
    commands.make("lp", '/bin/cat > /dev/null; echo "lp: Service Unavailable" >&2; echo more >&2; exit 1')
    with pytest.raises(KnownError) as failed:
        queue.write(b"label", 5.0)
    assert failed.value.code == "device_write_failed"
    assert failed.value.facts["written"] is None
    assert failed.value.facts["reason"] == "lp: Service Unavailable"


def test_a_job_that_takes_too_long_is_never_called_nothing(commands: Commands, queue: CupsTransport) -> None:
    commands.make("lp", "exec /bin/sleep 60")
    with pytest.raises(KnownError) as failed:
        queue.write(b"label", 0.2)
    assert failed.value.facts["written"] is None


def test_nothing_has_left_when_lp_could_not_be_started(commands: Commands, queue: CupsTransport) -> None:
    (commands.folder / "lp").unlink()
    with pytest.raises(KnownError) as failed:
        queue.write(b"label", 5.0)
    assert failed.value.facts["written"] == 0


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        ("retry-job", "queue_prints_again"),
        ("retry-current-job", "queue_prints_again"),
        ("stop-printer", "queue_keeps_failed"),
        ("abort-job", None),
        ("", None),
    ],
)
def test_what_a_queue_may_do_to_a_label(policy: str, code: str | None) -> None:
    class Ipp(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            assert asked[:4] == b"\x01\x01\x00\x0b"
            assert b"printers/zebra" in asked
            said = policy.encode()
            name = b"printer-error-policy"
            answer = b"\x01\x01\x00\x00\x00\x00\x00\x01\x01"
            if said:
                answer += b"\x04\x42" + struct.pack(">H", len(name)) + name + struct.pack(">H", len(said)) + said
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer + b"\x03")

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Ipp) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        hazard = queue_hazard("zebra", f"127.0.0.1:{server.server_port}")
        thread.join(5.0)
    assert (hazard.code if hazard else None) == code
    if hazard:
        assert hazard.facts["policy"] == policy
        assert str(hazard.facts["command"]).endswith("-p zebra -o printer-error-policy=abort-job")


def test_a_server_that_does_not_say() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # and not listening
        assert queue_hazard("zebra", f"127.0.0.1:{bound.getsockname()[1]}") is None


# A scheduler of its own, in a folder of its own, that knows nothing of this computer's printers.
CUPSD_CONF = """\
Listen 127.0.0.1:{port}
DefaultAuthType None
WebInterface No
Browsing No
LogLevel warn
<Location />
  Order allow,deny
  Allow all
</Location>
<Location /admin>
  Order allow,deny
  Allow all
</Location>
<Policy default>
  <Limit All>
    Order allow,deny
    Allow all
  </Limit>
</Policy>
"""
CUPS_FILES_CONF = """\
ServerRoot {at}/root
RequestRoot {at}/spool
CacheDir {at}/cache
StateDir {at}/state
TempDir {at}/tmp
AccessLog {at}/access.log
ErrorLog {at}/error.log
PageLog {at}/page.log
ServerKeychain {at}/ssl
User {user}
Group {group}
SystemGroup {system}
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


class Sink:
    """A printer on port 9100 that keeps each job."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.jobs: list[bytes] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"socket://127.0.0.1:{self.server.getsockname()[1]}"

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            with connection:
                data = b""
                while chunk := connection.recv(65536):
                    data += chunk
                self.jobs.append(data)

    def close(self) -> None:
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        self._thread.join(5.0)


@pytest.fixture
def sink() -> Iterator[Sink]:
    one = Sink()
    yield one
    one.close()


@pytest.fixture
def scheduler(sink: Sink) -> Iterator[str]:
    """host:port of a real cupsd with the raw queues `again` and `once` to the sink."""
    cupsd = shutil.which("cupsd") or shutil.which("cupsd", path="/usr/sbin")
    lpadmin = shutil.which("lpadmin") or shutil.which("lpadmin", path="/usr/sbin")
    if not (cupsd and lpadmin and shutil.which("lp")):
        pytest.skip("cupsd is not installed")
    if os.geteuid() != 0:
        pytest.skip("cupsd wants to be root")
    with tempfile.TemporaryDirectory(prefix="cups-") as folder:
        Path(folder).chmod(0o755)  # its backends give up being root
        yield from scheduled(Path(folder), cupsd, lpadmin, sink)


def scheduled(root: Path, cupsd: str, lpadmin: str, sink: Sink) -> Iterator[str]:
    """Run cupsd in `root` until the generator is closed."""
    user = pwd.getpwnam("lp")
    for name in ("root", "spool", "cache", "state", "tmp", "ssl"):
        (root / name).mkdir()
        os.chown(root / name, user.pw_uid, user.pw_gid)
    port = free_port()
    (root / "cupsd.conf").write_text(CUPSD_CONF.format(port=port))
    group = grp.getgrgid(user.pw_gid).gr_name
    (root / "cups-files.conf").write_text(
        CUPS_FILES_CONF.format(at=root, user=user.pw_name, group=group, system=grp.getgrgid(0).gr_name)
    )
    server = f"127.0.0.1:{port}"
    process = subprocess.Popen(
        [cupsd, "-f", "-c", str(root / "cupsd.conf"), "-s", str(root / "cups-files.conf")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for name, policy in (("again", "retry-job"), ("once", "abort-job")):
            made = None
            for _ in range(100):
                made = subprocess.run(
                    [
                        *(lpadmin, "-h", server, "-p", name, "-E", "-v", sink.url, "-m", "raw"),
                        *("-o", f"printer-error-policy={policy}"),
                    ],
                    capture_output=True,
                    text=True,
                    timeout=20,
                )
                if made.returncode == 0:
                    break
                threading.Event().wait(0.05)  # until the scheduler listens
            assert made is not None
            assert made.returncode == 0, made.stderr
        yield server
    finally:
        process.terminate()
        process.wait(20)


async def test_a_real_scheduler_prints_what_it_was_given(scheduler: str, sink: Sink) -> None:
    transport = CupsTransport(f"cups://{scheduler}/once")
    transport.open()
    data = b"^XA" + bytes(range(256)) * 100 + b"^XZ"
    transport.write(data, 20.0)
    await until(lambda: len(sink.jobs) == 1, seconds=20.0)
    assert sink.jobs == [data]
    assert sorted(one.name for one in queues(scheduler)) == ["again", "once"]
    with pytest.raises(KnownError, match="no such queue"):
        CupsTransport(f"cups://{scheduler}/none").open()


async def test_a_real_scheduler_takes_a_document(scheduler: str, sink: Sink) -> None:
    transport = CupsTransport(f"cups://{scheduler}/once?language=pdf")
    transport.open()
    # the smallest document: CUPS looks what it is
    document = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    document += b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF"
    transport.write(document, 20.0)
    await until(lambda: len(sink.jobs) == 1, seconds=20.0)
    assert sink.jobs == [document]


async def test_a_real_scheduler_says_how_it_treats_failures(scheduler: str) -> None:
    assert error_policy("once", scheduler) == "abort-job"
    assert queue_hazard("once", scheduler) is None
    hazard = queue_hazard("again", scheduler)
    assert hazard is not None
    assert hazard.code == "queue_prints_again"
