"""Temporary stand-in on zplkit until the interpreter lands: overwrite this file."""
from dataclasses import dataclass
from typing import Any

from PIL import Image


@dataclass
class Page:
    image: Any
    symbols: tuple[Any, ...] = ()
    reports: tuple[str, ...] = ()


def render(zpl: bytes, dpi: int = 203, **_: Any) -> list[Page]:
    import zplkit
    doc = zplkit.render(zpl.replace(b"^PQ1", b"").decode("utf-8","replace").encode("ascii","replace"), zplkit.Options(profile="zd621", width=812, height=1218, dpi=dpi))
    return [Page(Image.frombytes("L", ((r := l.rasterize()).width, r.height), r.pixels)) for l in doc.labels]
