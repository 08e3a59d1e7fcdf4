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
    """Something a person can order by a key, or by scanning its barcode; `key` as Qt writes it.

    Where the foot of a page has no room for all, those with the highest `spare` are left out first. A command that is
    `under` another is one of its choices: that one's key and then its digit.
    """

    name: str
    page: str
    key: str = ""
    barcode: Barcode | None = None
    spare: int = 0
    under: str = ""


@dataclass(frozen=True, slots=True)
class PageKey:
    """A key that is no command, of a page or of every page, and the code of what it does; `keys` as they are read."""

    page: str
    keys: str
    code: str


COMMANDS: tuple[Command, ...] = (
    Command("help", EVERYWHERE, "F1"),
    Command("pages", EVERYWHERE, "F10"),
    Command("search", EVERYWHERE, "Ctrl+K"),
    Command("full_screen", EVERYWHERE, "F11"),
    # the board
    Command("board_plan", "board", "F2"),
    Command("board_release", "board", "F3"),
    Command("board_orders", "board", "F4"),
    Command("board_kick", "board", "F5", spare=2),
    Command("board_put_back", "board", "F6", spare=1),
    Command("board_cancel", "board", "F8", spare=3),
    # picking
    Command("picking_batches", "picking", "F2"),
    Command("picking_short", "picking", "F5", Barcode.SHORT),
    Command("picking_type", "picking", "F9"),
    # packing
    Command("packing_ok", "packing", "Return", Barcode.OK),
    Command("packing_next", "packing", "F2", Barcode.NEXT),
    Command("packing_undo", "packing", "F3", Barcode.UNDO),
    Command("packing_hold", "packing", "F4", Barcode.HOLD, spare=1),
    Command("packing_problem", "packing", "F5"),
    Command("packing_reprint", "packing", "F6", Barcode.REPRINT, spare=3),
    Command("packing_printed", "packing", "F7", Barcode.PRINTED, spare=4),
    Command("packing_not_out", "packing", "F8", Barcode.NOT_OUT, spare=5),
    Command("packing_type", "packing", "F9", spare=2),
    Command("packing_split", "packing", "Shift+F2", Barcode.SPLIT),
    Command("packing_undo_line", "packing", "Shift+F3", Barcode.UNDO_LINE),
    Command("packing_next_box", "packing", "Shift+F4", Barcode.NEXT_BOX, spare=2),
    Command("packing_move", "packing", "Shift+F5", Barcode.SHIFT, spare=3),
    Command("packing_close", "packing", "Shift+F6", Barcode.CLOSE),
    Command("packing_boxed", "packing", "Shift+F7", Barcode.BOXED, spare=1),
    Command("packing_more", "packing", "Shift+F8"),
    Command("packing_override", "packing", "Shift+F9", Barcode.OVERRIDE),
    Command("packing_keys", "packing", "Shift+F1"),
    Command("packing_short", "packing", "", Barcode.SHORT, under="packing_problem"),
    Command("packing_broken", "packing", "", Barcode.BROKEN, under="packing_problem"),
    Command("packing_no_code", "packing", "", Barcode.NO_CODE, under="packing_problem"),
    Command("packing_other", "packing", "", Barcode.OTHER, under="packing_problem"),
    Command("packing_help", "packing", "", Barcode.HELP, under="packing_problem"),
    Command("packing_skip", "packing", "", Barcode.SKIP, under="packing_more"),
    Command("packing_insert", "packing", "", Barcode.INSERT, under="packing_more"),
    Command("packing_series", "packing", "", Barcode.SERIES, under="packing_more"),
    Command("packing_undo_box", "packing", "", Barcode.UNDO_BOX, under="packing_more"),
    Command("packing_reopen", "packing", "", Barcode.REOPEN, under="packing_more"),
    Command("packing_log_out", "packing", "", Barcode.LOG_OUT, under="packing_more"),
    Command("packing_torn", "packing", "", Barcode.TORN),
    Command("packing_blurred", "packing", "", Barcode.BLURRED),
    Command("packing_lost", "packing", "", Barcode.LOST),
    # labels
    Command("labels_find", "labels", "F2", spare=2),
    Command("labels_filter", "labels", "F3", spare=3),
    Command("labels_pause", "labels", "F4"),
    Command("labels_sort", "labels", "F5", spare=4),
    Command("labels_reprint", "labels", "F6", Barcode.REPRINT),
    Command("labels_printed", "labels", "F7", Barcode.PRINTED),
    Command("labels_not_out", "labels", "F8", Barcode.NOT_OUT),
    Command("labels_queue", "labels", "F9", spare=1),
    # label batches
    Command("batches_new", "batches", "F2"),
    Command("batches_start", "batches", "F3"),
    Command("batches_pause", "batches", "F4"),
    Command("batches_check", "batches", "F5", spare=2),
    Command("batches_reprint", "batches", "F6", Barcode.REPRINT, spare=1),
    Command("batches_manifest", "batches", "F7", spare=4),
    Command("batches_cancel", "batches", "F8", spare=3),
    Command("batches_hand", "batches", "F9", spare=5),
    # orders
    Command("orders_find", "orders", "F2"),
    Command("orders_filter", "orders", "F3"),
    Command("orders_import", "orders", "F4", spare=1),
    Command("orders_sort", "orders", "F5", spare=4),
    Command("orders_reprint", "orders", "F6", spare=2),
    Command("orders_label_file", "orders", "F7", spare=5),
    Command("orders_cancel", "orders", "F8", spare=3),
    Command("orders_void", "orders", "F9", spare=5),
    # documents
    Command("documents_find", "documents", "F2", spare=2),
    Command("documents_filter", "documents", "F3"),
    Command("documents_print", "documents", "F4"),
    Command("documents_save", "documents", "F5", spare=1),
    Command("documents_which", "documents", "F6"),
    Command("documents_language", "documents", "F7", spare=3),
    Command("documents_paper", "documents", "F8", spare=4),
    Command("documents_more", "documents", "F9", spare=5),
    # devices
    Command("devices_check", "devices", "F2"),
    Command("devices_test_label", "devices", "F3"),
    Command("devices_test_sound", "devices", "F4"),
    Command("devices_change", "devices", "F5", spare=1),
    Command("devices_find", "devices", "F6"),
    Command("devices_calibrate", "devices", "F7", spare=2),
    Command("devices_zero", "devices", "F8", spare=3),
    Command("devices_tare", "devices", "F9", spare=4),
    # settings
    Command("settings_save", "settings", "F2"),
    Command("settings_sheet", "settings", "F3"),
    Command("settings_numbers", "settings", "F4"),
    Command("settings_pool_add", "settings", "F5", spare=1),
    Command("settings_training", "settings", "F6", spare=1),
    Command("settings_pool_close", "settings", "F8", spare=2),
    # bench rules
    Command("bench_rules_save", "bench_rules", "F2"),
    Command("bench_rules_section", "bench_rules", "F3"),
    Command("bench_rules_add", "bench_rules", "F4"),
    Command("bench_rules_change", "bench_rules", "F5", spare=1),
    Command("bench_rules_retire", "bench_rules", "F8", spare=2),
)


PAGE_KEYS: tuple[PageKey, ...] = (
    PageKey("board", "Enter", "frame_key_board_enter"),
    PageKey("board", "Tab", "frame_key_board_tab"),
    PageKey("board", "Esc", "frame_key_board_esc"),
    PageKey("picking", "1 – 9", "frame_key_picking_digit"),
    PageKey("picking", "Enter", "frame_key_picking_enter"),
    PageKey("packing", "1 – 4", "frame_key_packing_carton"),
    PageKey("packing", "1 – 3", "frame_key_packing_digit"),
    PageKey("packing", "↑ ↓", "frame_key_packing_arrows"),
    PageKey("packing", "Esc", "frame_key_packing_esc"),
    PageKey("labels", "Enter", "frame_key_labels_enter"),
    PageKey("labels", "A – Z", "frame_key_list_letter"),
    PageKey("batches", "Enter", "frame_key_batches_enter"),
    PageKey("batches", "Tab", "frame_key_batches_tab"),
    PageKey("orders", "Enter", "frame_key_orders_enter"),
    PageKey("orders", "A – Z", "frame_key_list_letter"),
    PageKey("orders", "Esc", "frame_key_orders_esc"),
    PageKey("documents", "Enter", "frame_key_documents_enter"),
    PageKey("documents", "← →", "frame_key_documents_sides"),
    PageKey("documents", "A – Z", "frame_key_list_letter"),
    PageKey("devices", "↑ ↓", "frame_key_devices_arrows"),
    PageKey("devices", "1 – 9", "frame_key_devices_digit"),
    PageKey("devices", "Esc", "frame_key_devices_esc"),
    PageKey("settings", "Tab", "frame_key_settings_tab"),
    PageKey("settings", "Esc", "frame_key_settings_esc"),
    PageKey("bench_rules", "Enter", "frame_key_bench_rules_enter"),
    PageKey("bench_rules", "Tab", "frame_key_settings_tab"),
    PageKey("bench_rules", "1 – 3", "frame_key_bench_rules_digit"),
    PageKey("bench_rules", "Esc", "frame_key_bench_rules_esc"),
    PageKey(EVERYWHERE, "F12", "frame_key_practice_right"),
    PageKey(EVERYWHERE, "Shift+F12", "frame_key_practice_wrong"),
    PageKey(EVERYWHERE, "1 – 9", "frame_key_digit"),
    PageKey(EVERYWHERE, "Enter", "frame_key_enter"),
    PageKey(EVERYWHERE, "Esc", "frame_key_esc"),
    PageKey(EVERYWHERE, "Home End", "frame_key_list_ends"),
    PageKey(EVERYWHERE, "PgUp PgDn", "frame_key_list_page"),
)


def commands_of(page: str) -> tuple[Command, ...]:
    """The commands of a page, in the order of the table."""
    return tuple(command for command in COMMANDS if command.page == page)


def choices_of(name: str) -> tuple[Command, ...]:
    """What can be chosen under a command, by its digits."""
    return tuple(command for command in COMMANDS if command.under == name)


def key_of(command: Command) -> str:
    """What is pressed for a command, as it is read: `F5`, `F5 2`; "" where it has no key."""
    if not command.under:
        return "Enter" if command.key == "Return" else command.key
    above = next(one for one in COMMANDS if one.name == command.under)
    return f"{above.key} {choices_of(command.under).index(command) + 1}"


def keys_of(page: str) -> tuple[PageKey, ...]:
    """The keys of a page that are no commands, in the order of the table."""
    return tuple(key for key in PAGE_KEYS if key.page == page)
