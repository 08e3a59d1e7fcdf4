"""Every command of the window, as data: its key, its barcode, the page it belongs to.

The foot of a page, the help (F1), the sheet of command barcodes and the keys all come from this table. What a command
does stands in its page, under the command's name. A command's words are the sentence `command_<name>`.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.barcode import Command as Barcode

EVERYWHERE = ""


@dataclass(frozen=True, slots=True)
class Command:
    """Something a person can order by a key, or by scanning its barcode; `key` as Qt writes it."""

    name: str
    page: str
    key: str = ""
    barcode: Barcode | None = None


COMMANDS: tuple[Command, ...] = (
    Command("help", EVERYWHERE, "F1"),
    Command("pages", EVERYWHERE, "F10"),
    Command("search", EVERYWHERE, "Ctrl+K"),
    Command("full_screen", EVERYWHERE, "F11"),
    # the board
    Command("board_plan", "board", "F2"),
    Command("board_release", "board", "F3"),
    Command("board_orders", "board", "F4"),
    Command("board_kick", "board", "F5"),
    Command("board_put_back", "board", "F6"),
    Command("board_cancel", "board", "F8"),
    # picking
    Command("picking_batches", "picking", "F2"),
    Command("picking_short", "picking", "F5", Barcode.SHORT),
    Command("picking_type", "picking", "F9"),
    # packing
    Command("packing_next", "packing", "F2", Barcode.NEXT),
    Command("packing_undo", "packing", "F3", Barcode.UNDO),
    Command("packing_hold", "packing", "F4", Barcode.HOLD),
    Command("packing_reprint", "packing", "F6", Barcode.REPRINT),
    Command("packing_printed", "packing", "F7", Barcode.PRINTED),
    Command("packing_not_out", "packing", "F8", Barcode.NOT_OUT),
    Command("packing_type", "packing", "F9"),
    Command("packing_ok", "packing", "Return", Barcode.OK),
    Command("packing_torn", "packing", "", Barcode.TORN),
    Command("packing_blurred", "packing", "", Barcode.BLURRED),
    Command("packing_lost", "packing", "", Barcode.LOST),
    # labels
    Command("labels_find", "labels", "F2"),
    Command("labels_filter", "labels", "F3"),
    Command("labels_sort", "labels", "F5"),
    Command("labels_reprint", "labels", "F6", Barcode.REPRINT),
    Command("labels_printed", "labels", "F7", Barcode.PRINTED),
    Command("labels_not_out", "labels", "F8", Barcode.NOT_OUT),
    # orders
    Command("orders_find", "orders", "F2"),
    Command("orders_filter", "orders", "F3"),
    Command("orders_import", "orders", "F4"),
    Command("orders_sort", "orders", "F5"),
    Command("orders_reprint", "orders", "F6"),
    Command("orders_cancel", "orders", "F8"),
    # devices
    Command("devices_check", "devices", "F2"),
    Command("devices_test_label", "devices", "F3"),
    Command("devices_test_sound", "devices", "F4"),
    Command("devices_change", "devices", "F5"),
    # settings
    Command("settings_save", "settings", "F2"),
    Command("settings_sheet", "settings", "F3"),
)


def commands_of(page: str) -> tuple[Command, ...]:
    """The commands of a page, in the order of the table."""
    return tuple(command for command in COMMANDS if command.page == page)
