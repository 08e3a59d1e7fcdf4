"""What a simulated ZPL printer keeps until power off: stored formats, downloads, settings; no I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass

_STORE = re.compile(rb"\^DF([^\^~]*)", re.IGNORECASE)
_RECALL = re.compile(rb"\^XF([^\^~]*)", re.IGNORECASE)
_QUANTITY = re.compile(rb"\^PQ(\d{1,8})", re.IGNORECASE)
_PRINTS = re.compile(rb"\^(F[DVN]|G[BCDEFS]|X[FG]|IM|IL)", re.IGNORECASE)
_REPRINT = re.compile(rb"\^JZ([YN])", re.IGNORECASE)
_DELETE = re.compile(rb"\^ID([^\^~]*)", re.IGNORECASE)
_DOWNLOAD_NAME = re.compile(rb"~D[A-Z]\s*([^,\^~]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Batch:
    """Labels to print from one format: self-contained ZPL, how many, and whether one broken off is printed again."""

    zpl: bytes
    quantity: int
    reprints: bool = True


class Memory:
    """Receives formats and downloads; gives back what is to be printed."""

    def __init__(self) -> None:
        self._formats: dict[bytes, bytes] = {}
        self._downloads: dict[bytes, bytes] = {}
        self._reprints = True  # ^JZ
        self.settings: dict[str, str] = {"device.languages": "zpl"}

    def download(self, zpl: bytes) -> None:
        """Keep a `~D…` command under its name."""
        if found := _DOWNLOAD_NAME.match(zpl):
            self._downloads[_bare(found[1])] = zpl

    @property
    def formats(self) -> list[bytes]:
        """The names of the stored formats."""
        return [name + b".ZPL" for name in self._formats]

    def receive(self, zpl: bytes) -> Batch | None:
        """What the format prints, or None if it only stores (^DF), deletes (^ID) or sets something.

        The ZPL of the batch starts with the stored formats and downloads that it calls, so that it can be drawn
        without this memory; a format that calls none stays byte for byte as it came.
        """
        if found := _STORE.search(zpl):
            self._formats[_name(found[1])] = zpl
            return None
        for name in _DELETE.findall(zpl):
            self._formats.pop(_name(name), None)
        if reprint := _REPRINT.findall(zpl):
            self._reprints = reprint[-1].upper() == b"Y"
        if not _PRINTS.search(zpl):
            return None
        called = b"".join(self._formats.get(_name(name), b"") for name in _RECALL.findall(zpl))
        whole = called + zpl
        upper = whole.upper()
        graphics = b"".join(data for name, data in self._downloads.items() if name in upper)
        quantity = _QUANTITY.findall(whole)
        return Batch(graphics + whole, max(1, int(quantity[-1])) if quantity else 1, self._reprints)


def _name(raw: bytes) -> bytes:
    """`r:box.zpl`, `BOX.ZPL` and `BOX` are one name."""
    return _bare(raw).removesuffix(b".ZPL")


def _bare(raw: bytes) -> bytes:
    return raw.strip().upper().rpartition(b":")[2]
