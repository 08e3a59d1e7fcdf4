"""TCP against real sockets, files against disks that fail: what has left is never called "nothing"."""

from __future__ import annotations

import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.domain.errors import KnownError
from hardware.transports.file import FileTransport
from hardware.transports.memory import MemoryTransport
from hardware.transports.tcp import TcpTransport

BIG = b"^XA" + bytes(range(256)) * 40_000 + b"^XZ"  # more than the kernel buffers on a loopback connection


@contextmanager
def connected(receive_buffer: int | None = None) -> Iterator[tuple[TcpTransport, socket.socket]]:
    """A transport and the socket at its other end."""
    with socket.socket() as listener:
        if receive_buffer:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        transport = TcpTransport(f"tcp://127.0.0.1:{listener.getsockname()[1]}")
        transport.open()
        peer, _ = listener.accept()
        peer.settimeout(5.0)
        with peer:
            yield transport, peer
        transport.close()


def reset(peer: socket.socket) -> None:
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


def read_all(peer: socket.socket) -> bytes:
    data = b""
    while chunk := peer.recv(1 << 20):
        data += chunk
    return data


def test_bytes_go_both_ways() -> None:
    with connected() as (transport, peer):
        transport.write(b"~HS", 1.0)
        assert peer.recv(10) == b"~HS"
        peer.sendall(b"\x02answer\x03")
        assert transport.read(1.0) == b"\x02answer\x03"
        assert transport.read(0) == b""
        assert transport.read(0.001) == b""


def test_a_large_label_goes_out_whole() -> None:
    with connected() as (transport, peer):
        got: list[bytes] = []
        reader = threading.Thread(target=lambda: got.append(read_all(peer)))
        reader.start()
        transport.write(BIG, 5.0)
        transport.close()
        reader.join(5.0)
        assert got == [BIG]


def test_answers_seen_while_writing_are_read_later() -> None:
    with connected() as (transport, peer):
        peer.sendall(b"early")
        transport.write(b"label", 1.0)
        peer.sendall(b"late")
        assert transport.read(1.0) == b"early"
        assert transport.read(1.0) == b"late"


def test_nothing_has_left_when_the_peer_had_closed_before() -> None:
    with connected() as (transport, peer):
        peer.close()
        with pytest.raises(KnownError) as lost:
            transport.write(b"label", 1.0)
        assert lost.value.code == "device_gone"
        assert lost.value.facts["written"] == 0


def test_a_close_behind_an_unread_answer_is_seen_too() -> None:
    with connected() as (transport, peer):
        peer.sendall(b"\x02stale\x03")
        peer.close()
        with pytest.raises(KnownError) as lost:
            transport.write(b"label", 1.0)
        assert lost.value.facts["written"] == 0


def test_nothing_has_left_when_the_peer_had_reset_before() -> None:
    with connected() as (transport, peer):
        reset(peer)
        with pytest.raises(KnownError) as lost:
            transport.write(b"label", 1.0)
        assert lost.value.code == "device_gone"
        assert lost.value.facts["written"] == 0


def test_a_reset_in_mid_transfer_is_never_called_nothing() -> None:
    with connected() as (transport, peer):

        def take_some_and_reset() -> None:
            peer.recv(1000)
            reset(peer)

        breaker = threading.Thread(target=take_some_and_reset)
        breaker.start()
        with pytest.raises(KnownError) as lost:
            transport.write(BIG, 5.0)
        breaker.join(5.0)
        assert lost.value.code == "device_gone"
        written = lost.value.facts["written"]
        assert written is None or (isinstance(written, int) and 0 < written < len(BIG))
        with pytest.raises(KnownError, match="device_not_open"):
            transport.write(b"more", 1.0)


def test_a_peer_that_reads_nothing_is_a_write_that_failed_in_the_middle() -> None:
    with connected(receive_buffer=65536) as (transport, peer):
        with pytest.raises(KnownError) as failed:
            transport.write(BIG, 0.02)
        assert failed.value.code == "device_write_failed"
        written = failed.value.facts["written"]
        assert isinstance(written, int)
        assert 0 < written < len(BIG)
        peer.sendall(b"an answer that nobody reads")
        got: list[bytes] = []
        reader = threading.Thread(target=lambda: got.append(read_all(peer)))
        reader.start()
        transport.close()
        reader.join(5.0)
        assert got == [BIG[:written]]  # all of what is called written, and no more: closing takes nothing back
        transport.close()


@pytest.mark.parametrize("end", ["close", "reset"])
def test_a_peer_that_leaves_is_no_silence(end: str) -> None:
    with connected() as (transport, peer):
        peer.sendall(b"last words")
        assert transport.read(1.0) == b"last words"
        if end == "reset":
            reset(peer)
        else:
            peer.close()
        with pytest.raises(KnownError, match="device_gone"):
            transport.read(1.0)
        with pytest.raises(KnownError, match="device_not_open"):
            transport.read(1.0)


def test_what_a_connection_said_is_gone_with_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        transport = TcpTransport(f"tcp://127.0.0.1:{listener.getsockname()[1]}")
        transport.open()
        first, _ = listener.accept()
        first.sendall(b"stale")
        transport.write(b"x", 1.0)
        transport.open()
        second, _ = listener.accept()
        with first, second:
            assert transport.read(0) == b""
        transport.close()


def test_connect_refused() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # and not listening
        transport = TcpTransport(f"tcp://127.0.0.1:{bound.getsockname()[1]}", connect_timeout=1.0)
        with pytest.raises(KnownError) as failed:
            transport.open()
    assert failed.value.code == "device_open_failed"
    assert failed.value.facts["reason"]
    with pytest.raises(KnownError, match="device_not_open"):
        transport.write(b"label", 1.0)


@pytest.mark.parametrize("host", ["a..b", "x" * 70])
def test_a_host_that_can_be_no_name(host: str) -> None:
    with pytest.raises(KnownError, match="device_open_failed"):
        TcpTransport(f"tcp://{host}:9100").open()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "labels.zpl"


@pytest.fixture
def file(path: Path) -> Iterator[FileTransport]:
    transport = FileTransport(path.as_uri())
    transport.open()
    yield transport
    transport.close()


def test_labels_are_appended_and_on_disk(path: Path, file: FileTransport, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(os.fstat(fd).st_size))
    file.write(b"one", 1.0)
    file.write(b"two", 1.0)
    assert synced == [3, 6]
    file.open()
    file.write(b"three", 1.0)
    assert path.read_bytes() == b"onetwothree"
    assert file.read(1.0) == b""


def test_two_writers_do_not_overwrite_each_other(path: Path, file: FileTransport) -> None:
    other = FileTransport(path.as_uri())
    other.open()
    file.write(b"one", 1.0)
    other.write(b"two", 1.0)
    file.write(b"three", 1.0)
    other.close()
    assert path.read_bytes() == b"onetwothree"


def test_a_full_disk_leaves_the_file_as_it_was(path: Path, file: FileTransport) -> None:
    resource = pytest.importorskip("resource")
    file.write(b"whole", 1.0)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(KnownError) as failed:
            file.write(b"x" * 2000, 1.0)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert failed.value.code == "device_write_failed"
    assert failed.value.facts["written"] == 0
    assert path.read_bytes() == b"whole"
    file.write(b"next", 1.0)
    assert path.read_bytes() == b"wholenext"


class Disk:
    """os.write that takes a few bytes at a time and breaks at some point; os.fsync that breaks."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.breaks_after: int | None = None
        self.syncs = True
        self.real_write, self.real_fsync = os.write, os.fsync
        monkeypatch.setattr(os, "write", self.write)
        monkeypatch.setattr(os, "fsync", self.fsync)

    def write(self, fd: int, data: memoryview) -> int:
        if self.breaks_after is not None:
            if self.breaks_after == 0:
                raise OSError(5, "Input/output error")
            self.breaks_after -= 1
        return self.real_write(fd, data[:3])

    def fsync(self, fd: int) -> None:
        if not self.syncs:
            raise OSError(5, "Input/output error")
        self.real_fsync(fd)


def test_short_writes_are_continued(path: Path, file: FileTransport, monkeypatch: pytest.MonkeyPatch) -> None:
    Disk(monkeypatch)
    file.write(b"a long label", 1.0)
    assert path.read_bytes() == b"a long label"


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_write_that_breaks_is_taken_back(
    path: Path, file: FileTransport, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    disk = Disk(monkeypatch)
    disk.breaks_after = after
    with pytest.raises(KnownError) as failed:
        file.write(b"a long label", 1.0)
    assert failed.value.facts["written"] == 0
    assert path.read_bytes() == b""


def test_nothing_is_known_when_the_disk_does_not_even_take_it_back(
    path: Path, file: FileTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch)
    disk.syncs = False
    with pytest.raises(KnownError) as failed:
        file.write(b"label", 1.0)
    assert failed.value.code == "device_write_failed"
    assert failed.value.facts["written"] is None


def test_what_others_have_appended_is_not_cut_off(
    path: Path, file: FileTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(fd: int) -> None:
        with path.open("ab") as other:
            other.write(b"theirs")
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", breaks)
    with pytest.raises(KnownError) as failed:
        file.write(b"ours", 1.0)
    assert failed.value.facts["written"] is None
    assert path.read_bytes() == b"ourstheirs"


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    for url in (tmp_path.as_uri(), (tmp_path / "absent" / "x").as_uri()):
        with pytest.raises(KnownError) as failed:
            FileTransport(url).open()
        assert failed.value.code == "device_open_failed"
    with pytest.raises(KnownError, match="device_not_open"):
        FileTransport((tmp_path / "x").as_uri()).write(b"label", 1.0)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no pipes in the file system")
def test_only_ordinary_files_prove_anything(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    keeps_it_open = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    for url in (pipe.as_uri(), "file:/dev/null"):
        with pytest.raises(KnownError, match="device_open_failed"):
            FileTransport(url).open()
    os.close(keeps_it_open)
    with pytest.raises(KnownError, match="device_open_failed"):
        FileTransport(pipe.as_uri()).open()  # which would wait for ever for a reader


def test_the_scripted_transport_fails_on_what_the_script_does_not_hold() -> None:
    transport = MemoryTransport([(b"ask", [b"a", b"b"])])
    with pytest.raises(KnownError, match="device_not_open"):
        transport.write(b"ask", 1.0)
    transport.open()
    with pytest.raises(AssertionError, match="wrote"):
        transport.write(b"tell", 1.0)
    transport.write(b"as", 1.0)
    with pytest.raises(AssertionError, match="never written"):
        transport.finish()
    transport.write(b"k", 1.0)
    assert transport.read(1.0) == b"a"
    with pytest.raises(AssertionError, match="never read"):
        transport.finish()
    assert transport.read(1.0) == b"b"
    transport.finish()
    with pytest.raises(AssertionError, match="unexpected"):
        transport.write(b"more", 1.0)
