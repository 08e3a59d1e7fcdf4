"""How large a picture of so many dots is, where its file does not tell, or tells what cannot be."""

from __future__ import annotations

MM_PER_INCH = 25.4
# labels of carriers and channels, millimetres: 4 by 6 inches and its neighbours, A6, and the small ones
KNOWN = (
    (101.6, 152.4), (100, 150), (101.6, 165.1), (101.6, 177.8), (101.6, 190.5), (101.6, 203.2), (100, 180), (100, 190),
    (100, 200), (100, 100), (101.6, 101.6), (105, 148), (104, 152.4), (103, 199), (99, 199), (76, 130), (100, 70),
    (76.2, 50.8), (100, 50),
)  # fmt: skip
_NEAR = 1.6  # millimetres; 4 inches are also said to be 100 or 102 mm
_PRINTERS = (203, 300, 600)
# resolutions of pictures that do not tell theirs, the likeliest first
_PICTURES = (*_PRINTERS, 200, 150, 96, 72, 192, 144, 288)
_LEAST_BELIEVED = 150  # a program that knows none writes 72 or 96
_PLAUSIBLE = (20.0, 450.0)  # millimetres


def dots_per_mm(dpi: int) -> float:
    """Zebra's 203 dpi is 8 dots a millimetre, exactly."""
    return 8.0 if dpi == 203 else dpi / MM_PER_INCH


def picture_dpi(width: int, height: int, told: float | None) -> int | None:
    """The dots per inch of a picture of so many pixels whose file tells `told`; None when nobody can know."""
    if told is not None and told >= _LEAST_BELIEVED and _plausible(width, height, told):
        return 203 if 202 < told < 204 else round(told)
    for dpi in _PICTURES:
        if _is_known(width / dots_per_mm(dpi), height / dots_per_mm(dpi)):
            return dpi
    return round(told) if told and _plausible(width, height, told) else None


def zpl_dpi(width: int | None, height: int | None) -> int | None:
    """The printer that a ZPL format is made for, by ^PW and ^LL; None when they fit several, or there are none.

    What is wider than a printer of 4 inches is for none of that resolution; of the others the one at which it is a
    label that there is.
    """
    if not width:
        return None
    for dpi in _PRINTERS:
        per_mm = dots_per_mm(dpi)
        wide = width / per_mm
        if height and wide < 115 and _is_known(wide, height / per_mm):
            return dpi
    for dpi in _PRINTERS[:-1]:
        if width / dots_per_mm(dpi) < 112:
            # as wide as the head is: no narrow label of a finer printer
            return dpi if width / dots_per_mm(dpi) > 98 else None
    return _PRINTERS[-1]


def _is_known(width: float, height: float) -> bool:
    return any(
        (abs(width - a) <= _NEAR and abs(height - b) <= _NEAR) or (abs(width - b) <= _NEAR and abs(height - a) <= _NEAR)
        for a, b in KNOWN
    )


def _plausible(width: int, height: int, dpi: float) -> bool:
    least, most = _PLAUSIBLE
    return all(least <= length / dpi * MM_PER_INCH <= most for length in (width, height))
