"""Labels and bombs, made up here: what carriers send, what goes wrong, and what means harm."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import zxingcpp
from PIL import Image, ImageDraw
from reportlab.graphics.barcode import code128
from reportlab.lib.units import mm
from reportlab.pdfgen import canvas

TRACKING = "LX000000014CN"


def zpl(
    *, tracking: str = TRACKING, width: int = 812, height: int = 1218, bottom: int = 1180, extra: str = "",
    head: str = "",
) -> bytes:
    """A carrier's label of 4 by 6 inches at 203 dpi, with a frame down to `bottom`."""
    return (
        f"^XA{head}^PW{width}^LL{height}^FO20,20^GB770,{bottom - 20},4^FS^FO60,60^A0N,50,50^FDEXAMPLE POST^FS"
        f"^FO60,600^BY3^BCN,200,Y,N,N^FD{tracking}^FS{extra}^XZ"
    ).encode()


def pdf(
    width: float = 101.6, height: float = 152.4, *, pages: int = 1, at: tuple[float, float] = (3.0, 3.0),
    size: tuple[float, float] | None = None, tracking: str = TRACKING, password: str = "", module: float = 0.375,
) -> bytes:  # fmt: skip
    """A page with a framed label `at` so far from its lower left corner, by default all over it; millimetres."""
    from reportlab.lib.pdfencrypt import StandardEncryption

    written = io.BytesIO()
    lock = StandardEncryption(password, canPrint=1) if password else None
    page = canvas.Canvas(written, pagesize=(width * mm, height * mm), encrypt=lock, invariant=1)
    wide, high = size or (width - 2 * at[0], height - 2 * at[1])
    for _ in range(pages):
        page.setLineWidth(0.5 * mm)
        page.rect(at[0] * mm, at[1] * mm, wide * mm, high * mm)
        page.setFont("Helvetica-Bold", 14)
        page.drawString((at[0] + 5) * mm, (at[1] + high - 12) * mm, "EXAMPLE POST")
        bars = code128.Code128(tracking, barWidth=module * mm, barHeight=20 * mm, humanReadable=True)
        bars.drawOn(page, (at[0] + 2) * mm, (at[1] + high / 2 - 10) * mm)
        page.showPage()
    page.save()
    return written.getvalue()


def label_image(width: int = 812, height: int = 1218, *, tracking: str = TRACKING, module: int = 3) -> Image.Image:
    """The same as a picture, in greys."""
    image = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 20, width - 21, height - 21), outline=0, width=4)
    made = zxingcpp.create_barcode(tracking, zxingcpp.BarcodeFormat.Code128)
    drawn: Any = made.to_image(scale=1, add_quiet_zones=False)  # its stubs do not say that it is a buffer
    view = memoryview(drawn)
    rows, columns = view.shape or (0, 0)
    bars = Image.frombytes("L", (columns, rows), bytes(view)).crop((0, 0, columns, 1))
    image.paste(bars.resize((columns * module, 160), Image.Resampling.NEAREST), (60, height // 2))
    return image


def png(image: Image.Image | None = None, dpi: float | None = 203.2) -> bytes:
    """A picture as PNG that tells its resolution, or none."""
    written = io.BytesIO()
    (image or label_image()).save(written, "PNG", **({} if dpi is None else {"dpi": (dpi, dpi)}))
    return written.getvalue()


def jpeg() -> bytes:
    written = io.BytesIO()
    label_image().save(written, "JPEG")
    return written.getvalue()


def png_bomb(side: int = 50_000, told: int | None = None) -> bytes:
    """A PNG of white, deflated to next to nothing; its header tells `told` pixels a side."""
    header = struct.pack(">IIBBBBB", told or side, told or side, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = b"\0" + b"\xff" * ((side + 7) // 8)
    pixels = b"".join(packer.compress(row * 100) for _ in range(side // 100)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """A small PNG with a text that unpacks to 100 MB."""
    whole = png()
    text = _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100_000_000), 9))
    return whole[:33] + text + whole[33:]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def raw_pdf(content: bytes, *, packed: int = 1, box: str = "0 0 288 432", resources: str = "") -> bytes:
    """A PDF of one page with this content, deflated so many times over."""
    filters = " ".join(["/FlateDecode"] * packed)
    for _ in range(packed):
        content = zlib.compress(content, 9)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents 4 0 R /Resources << {resources} >> >>".encode(),
        f"<< /Length {len(content)} /Filter [{filters}] >>\nstream\n".encode() + content + b"\nendstream",
    ]
    return _of_objects(objects)


def many_pages(count: int = 5_000) -> bytes:
    """A PDF of so many pages that show the same."""
    drawing = b"9 9 270 414 re S"
    kids = " ".join(f"{number} 0 R" for number in range(4, 4 + count))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 288 432] /Contents 3 0 R >>"
    return _of_objects([
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        b"<< /Length %d >>\nstream\n" % len(drawing) + drawing + b"\nendstream",
        *[page] * count,
    ])  # fmt: skip


def _of_objects(objects: list[bytes]) -> bytes:
    """A PDF of these, with the table that says where each begins."""
    written = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{len(written)}\n%%EOF\n"
    return bytes(written) + f"xref\n0 {size}\n0000000000 65535 f \n{table}{end}".encode()


def deflate_bomb() -> bytes:
    """A content stream of 150 MB of drawing, deflated twice to a few kilobytes."""
    line = b"0 0 m 288 432 l S\n" * 1000
    once = zlib.compressobj(9)
    inner = b"".join(once.compress(line) for _ in range(8_000)) + once.flush()
    bomb = raw_pdf(b"X", packed=1)
    content = zlib.compress(inner, 9)
    return bomb.replace(bomb[bomb.index(b"4 0 obj") : bomb.index(b"xref")], (
        f"4 0 obj\n<< /Length {len(content)} /Filter [/FlateDecode /FlateDecode] >>\nstream\n".encode()
        + content + b"\nendstream\nendobj\n"
    ))


def many_objects(count: int = 400_000) -> bytes:
    """A page of so many rectangles."""
    some = b"".join(b"%d %d 1 1 re f\n" % (at % 288, at % 431) for at in range(1_000))
    return raw_pdf(some * (count // 1_000))


def form_bomb() -> bytes:
    """A page that draws a form that draws a form …: 10 to the 9th calls of a few lines."""
    forms = []
    for depth in range(9):
        inner = b"/F%d Do " % (depth + 1) * 10 if depth < 8 else b"0 0 288 432 re f "
        forms.append((depth, inner))
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"]
    names = " ".join(f"/F{depth} {depth + 5} 0 R" for depth, _ in forms)
    resources = f"<< /XObject << {names} >> >>"
    objects.append(
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 288 432] /Contents 4 0 R /Resources {resources} >>".encode()
    )
    objects.append(b"<< /Length 6 >>\nstream\n/F0 Do\nendstream")
    for _, inner in forms:
        head = f"<< /Type /XObject /Subtype /Form /BBox [0 0 288 432] /Resources {resources} /Length {len(inner)} >>"
        objects.append(head.encode() + b"\nstream\n" + inner + b"\nendstream")
    written = b"%PDF-1.7\n"
    for number, body in enumerate(objects, 1):
        written += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    return written + b"trailer << /Root 1 0 R >>\n%%EOF\n"


def slow_zpl() -> bytes:
    """Small, and drawing for as long as one lets it."""
    return b"^XA^PW812^LL1218" + b"^FO0,0^GE812,1218,1^FS" * 90_000 + b"^XZ"
