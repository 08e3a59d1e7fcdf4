"""The window's icons, in the colour and size that is asked for; an icon stands beside its word, never for it."""

from __future__ import annotations

from functools import cache
from importlib import resources

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer


def icon(name: str, colour: str, px: int) -> QIcon:
    """An icon `px` pixels high in `colour` (#rrggbb), crisp on every screen there is; ValueError on an unknown name."""
    made = QIcon()
    for ratio in sorted({screen.devicePixelRatio() for screen in QGuiApplication.screens()} or {1.0}):
        made.addPixmap(pixmap(name, colour, px, ratio))
    return made


def pixmap(name: str, colour: str, px: int, ratio: float | None = None) -> QPixmap:
    """The picture of an icon; `ratio` is the screen's pixels in one of ours, by default the sharpest screen's."""
    if ratio is None:
        running = QGuiApplication.instance()
        ratio = running.devicePixelRatio() if isinstance(running, QGuiApplication) else 1.0
    # Qt's own cache, which is emptied before the application is gone
    key = f"packbench:{name}:{colour}:{px}:{ratio}"
    kept = QPixmap()
    if QPixmapCache.find(key, kept):
        return kept
    # before the painter: Qt does not survive an exception that leaves one open
    drawing = QSvgRenderer(_drawing(name).replace("currentColor", colour).encode())
    side = round(px * ratio)
    drawn = QPixmap(QSize(side, side))
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    drawing.render(painter, QRectF(0, 0, side, side))
    painter.end()
    drawn.setDevicePixelRatio(ratio)
    QPixmapCache.insert(key, drawn)
    return drawn


def names() -> tuple[str, ...]:
    """The names of all shipped icons, sorted."""
    files = resources.files("resources").joinpath("icons").iterdir()
    return tuple(sorted(file.name.removesuffix(".svg") for file in files if file.name.endswith(".svg")))


@cache
def _drawing(name: str) -> str:
    try:
        return resources.files("resources").joinpath("icons", f"{name}.svg").read_text(encoding="utf-8")
    except FileNotFoundError as absent:
        raise ValueError(f"no icon is called {name}") from absent
