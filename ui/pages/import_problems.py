"""The rows of a file that were left out, each with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QTableView

from ui.workspace import Workspace

Index = QModelIndex | QPersistentModelIndex
_CELL = 24  # px before and after the words of a cell, as the style has it


class ProblemTable(QTableView):
    """Bad rows of a file; Ctrl+C copies those that are chosen."""

    def __init__(self, work: Workspace) -> None:
        super().__init__()
        self._work = work
        self._rows = _Rows(work, self)
        self.setModel(self._rows)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setStyleSheet("QHeaderView::section { padding-left: 12px; }")  # as the cells have it
        work.words.show(self.setAccessibleName, "orders_import_problems")
        work.look_changed.connect(self._fit)
        self._fit()

    @property
    def rows(self) -> Sequence[tuple[str, str]]:
        """Number and reason of each."""
        return self._rows.rows

    def show_rows(self, rows: list[tuple[str, str]]) -> None:
        """Show other rows."""
        self._rows.show_rows(rows)
        self._give_room()

    def copy(self, *, everything: bool = False) -> None:
        """Put the chosen rows, or all, into the clipboard: number, tab, reason."""
        chosen = sorted(index.row() for index in self.selectionModel().selectedRows())
        numbers = range(len(self.rows)) if everything or not chosen else chosen
        QApplication.clipboard().setText("\n".join("\t".join(self.rows[number]) for number in numbers))
        self._work.dialogs.tell("orders_import_copied", count=len(numbers))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other reasons have room on one line now."""
        super().resizeEvent(event)
        self._give_room()

    def _give_room(self) -> None:
        """A reason that has no room on one line gets two."""
        width, scale = self.viewport().width() - self.columnWidth(0) - _CELL, self._work.scale
        metrics = self.fontMetrics()
        header, usual = self.verticalHeader(), round(38 * scale)
        for number, (_, reason) in enumerate(self.rows):
            # a character is never wider than it is high: what is short needs no measuring
            long = len(reason) * metrics.height() > width and metrics.horizontalAdvance(reason) > width
            height = usual + metrics.lineSpacing() if long else usual
            if header.sectionSize(number) != height:
                header.resizeSection(number, height)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy instead of Qt's own copy of one cell."""
        if event.key() == Qt.Key.Key_C and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.copy()
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Never: thousands of rows would be walked for a letter."""

    def _fit(self) -> None:
        height = round(38 * self._work.scale)
        self.verticalHeader().setMinimumSectionSize(height)
        self.verticalHeader().setDefaultSectionSize(height)
        self.setColumnWidth(0, round(110 * self._work.scale))
        self._give_room()


class _Rows(QAbstractTableModel):
    def __init__(self, work: Workspace, parent: QObject) -> None:
        super().__init__(parent)
        self._work = work
        self.rows: list[tuple[str, str]] = []
        work.words.switched.connect(lambda: self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, 1))

    def show_rows(self, rows: list[tuple[str, str]]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 2

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.rows[index.row()][index.column()]
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._work.words.say("orders_import_row" if section == 0 else "orders_import_reason")
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None
