"""The simulated printer as a program; it loads no database, so that the demo's is ready when the demo is."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from hardware.printer import Proof
from hardware.simulator.faults import Chance, parse_faults
from hardware.simulator.mechanics import Drawing
from hardware.simulator.serve import serve
from printing.interpreter import render
from printing.paper import escpos_page, tspl_page


async def run_sim_printer(
    listen: str, out: Path, *, printer_language: str, dpi: int, ips: float, time_factor: float, faults: Sequence[str],
    share: float, seed: int, baud: int | None, proof: str | None, mute_when_faulty: bool, until_stdin_closes: bool,
) -> None:
    """A simulated printer that prints into a folder until it is stopped."""

    def draw(data: bytes) -> Drawing:
        page = page_of(data, dpi)
        picture = io.BytesIO()
        page.save(picture, "PNG", compress_level=1)
        return Drawing(picture.getvalue(), page.height / dpi * 25.4)

    page_of = {"tspl": tspl_page, "escpos": escpos_page}.get(printer_language, _zpl_page)
    await serve(
        listen, out, draw, language=printer_language,
        proof=Proof(proof) if proof else None, ips=ips, time_factor=time_factor, faults=parse_faults(faults),
        chance=Chance(share, seed) if share else None, baud=baud, mute_when_faulty=mute_when_faulty,
        until_stdin_closes=until_stdin_closes,
        ready=lambda url: print(f"listening on {url}", flush=True),  # noqa: T201 (its output is its interface)
    )


def _zpl_page(zpl: bytes, dpi: int) -> Image.Image:
    return render(zpl, dpi)[0].image
