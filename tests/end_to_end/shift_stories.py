"""What the packers of a shift do and what they expect: a scan a line, with the code of its verdict.

`what  code  | journal:reason, journal`. `what` is a SKU (its barcode; `TEA*6` a case of six), `tote`, `slot` (of the
cart), `shelf` (where the order lies), `order`, `label` (the square code of the newest paper; `bars`: its tracking
number, `old`: the paper before it), a person's name (`me` is who stands at the bench), a carton, `sn` (a new serial
number), `lot:L-7`, `exp:400` (in so many days), `weight` (what the box weighs; `weight+300` with so much too much), a
command, or `!anything` as it stands. `P-02: what` happens at the other bench. A line that begins with @ is nothing
scanned: it happens beside the bench.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Story:
    """What becomes of an order: its lines and flags, the script, and what is left of it at the end of the shift.

    `jobs` are the copies of its labels: state, and why it was printed again. `labels` are the states of its labels.
    `bench` "": any; `part` of the shift: 1 nothing is weighed, 2 weights are checked, 3 and a carton is required.
    """

    lines: str
    script: str
    flags: Mapping[str, str] = field(default_factory=dict)
    count: int = 1
    bench: str = ""
    part: int = 1
    ends: str = "shipped"
    labels: str = "valid"
    jobs: str = "confirmed"


SHORT_LIFE = "MILK lot_needed\nlot:L-7 expiry_needed\nexp:10 shelf_life_short\n"
STORIES: dict[str, Story] = {
    "cases": Story("8 TEA, 3 CUP", """
        slot    opened
        TEA*6   item
        TEA*6   over_scan
        XXOK    acknowledged
        TEA     item
        TEA     item
        CUP*3   complete
        label   closed
        """, count=6),
    "typed": Story("10 SOAP, 1 PEN", """
        tote    opened
        *4      quantity_set
        SOAP    item
        *7      quantity_set
        SOAP    over_scan
        XXOK    acknowledged
        *6      quantity_set
        SOAP    item
        PEN     complete
        label   closed
        """, count=5),
    "kit as a whole or in parts": Story("2 KIT-ANY", """
        tote    opened
        KIT-ANY item
        TEA     item
        CUP     item
        TEA     complete
        label   closed
        """, count=4),
    "kit by its own code": Story("2 KIT-WHOLE", """
        tote        opened
        BOOK        kit_by_parent
        XXOK        acknowledged
        KIT-WHOLE   item
        KIT-WHOLE   complete
        label       closed
        """, count=3),
    "kit by its parts": Story("1 KIT-PARTS", """
        tote        opened
        KIT-PARTS   kit_by_components
        XXOK        acknowledged
        MUG         item
        SOAP        item
        SOAP        complete
        label       closed
        """, count=3),
    "kit after kit": Story("2 KIT-STRICT", """
        tote    opened
        PEN     item
        PEN     kit_unfinished
        XXOK    acknowledged
        BAG     item
        BAG     item
        PEN     complete
        label   closed
        """, count=3),
    "serial twice": Story("2 PHONE", """
        tote    opened
        PHONE   serial_needed
        sn      item
        PHONE   serial_needed
        sn-last duplicate_serial
        XXOK    acknowledged
        PHONE   serial_needed
        sn      complete
        label   closed
        """, count=3),
    "serial by GS1, and one that was sent before": Story("2 PHONE, 1 BAG", """
        tote    opened
        *2      quantity_set
        PHONE   serial_each
        XXOK    acknowledged
        gs1     item
        gs1-sent    duplicate_serial
        XXOK    acknowledged
        PHONE   serial_needed
        sn      item
        BAG     complete
        label   closed
        """, count=3),
    "a serial taken back": Story("2 PHONE, 1 SOAP", """
        tote    opened
        PHONE   serial_needed
        sn      item
        XXUNDO  undone
        PHONE   serial_needed
        sn-last item
        PHONE   serial_needed
        XXUNDO  left_out
        PHONE   serial_needed
        sn      item
        SOAP    complete
        label   closed
        """, count=2),
    "lots": Story("2 MILK, 1 TEA", """
        tote    opened
        MILK    lot_needed
        lot:L-7 expiry_needed
        exp:400 item
        MILK    lot_needed
        lot:L-8 expiry_needed
        exp:401 item
        TEA     complete
        label   closed
        """, count=3),
    "expires too soon": Story("2 MILK", f"""
        tote    opened
        {SHORT_LIFE}
        XXOVERRIDE  not_allowed
        MILK    latched
        XXOK    acknowledged
        MILK    lot_needed
        lot:L-7 expiry_needed
        exp:-3  expired
        XXOK    acknowledged
        MILK    lot_needed
        lot:L-7 expiry_needed
        exp:90  item
        MILK    lot_needed
        lot:L-7 expiry_needed
        exp:90  complete
        label   closed
        """, count=2),
    "expires too soon, and a lead takes it": Story("2 MILK, 1 CUP", f"""
        tote    opened
        Lea     badged_in
        {SHORT_LIFE}
        XXOVERRIDE  overridden | override:accept_expiry
        me      badged_in
        MILK    lot_needed
        lot:L-7 expiry_needed
        exp:90  item
        CUP     complete
        label   closed
        """),
    "substitute": Story("2 RED, 1 CUP", """
        tote    opened
        RED     item
        CRIMSON substitute
        XXOK    item
        CUP     complete
        label   closed
        """, {"allow_substitutes": "yes"}, count=2),
    "a substitute nobody allowed": Story("2 RED", """
        tote    opened
        RED     item
        CRIMSON wrong_item
        XXOK    acknowledged
        RED     complete
        label   closed
        """),
    "gift": Story("1 CUP, 1 BAG", """
        tote    opened
        CUP     item
        BAG     verified_note
        XXNEXT  next_note
        XXOK    note_confirmed
        label   closed
        """, {"gift_message": "Happy birthday"}, count=3),
    "the buyer's message": Story("1 MUG, 1 BAG", """
        tote    opened
        XXOK    note_confirmed
        MUG     item
        BAG     complete
        label   closed
        """, {"buyer_message": "Leave it at the door"}, count=2),
    "insert": Story("1 LAMP, 1 BAG", """
        tote    opened
        LAMP    item
        BAG     verified_inserts
        !CARD-1 insert_done
        label   closed
        """, {"first_order": "yes"}, count=2),
    "insert ticked, note": Story("1 TEA, 1 BAG", """
        tote    opened
        TEA     item
        BAG     verified_note
        XXOK    note_confirmed
        XXINSERT    insert_done
        !CARD-1 not_needed
        label   closed
        """, {"first_order": "yes", "buyer_message": "Thank you"}),
    "two boxes": Story("2 BOOK, 2 LAMP", """
        tote    opened
        BOOK    item
        BOOK    item
        XXSPLIT box_opened
        LAMP    item
        LAMP    complete
        label   box_closed
        label   closed
        """, labels="valid, valid", jobs="confirmed, confirmed", count=2),
    "a piece moved into the other box": Story("2 BOOK, 2 GAME", """
        tote    opened
        BOOK    item
        BOOK    item
        XXSPLIT box_opened
        GAME    item
        XXNEXTBOX   box_taken
        XXNEXTBOX   box_taken
        XXSHIFT move_which
        BOOK    item_moved
        GAME    complete
        label   box_closed
        label   closed
        """, labels="valid, valid", jobs="confirmed, confirmed", count=2),
    "a full box": Story("3 GAME", """
        tote    opened
        GAME    item
        XXCLOSE box_sealed
        label   box_closed
        GAME    item
        GAME    complete
        label   closed
        """, labels="valid, valid", jobs="confirmed, confirmed", count=2),
    "short, sent without": Story("2 MUG, 2 SOAP", """
        tote    opened
        MUG     item
        MUG     item
        SOAP    item
        XXSHORT short_how
        XXSPLIT split_off | split_off:bench_short
        label   closed
        """, {"allow_split": "yes"}, count=3),
    "short, and found": Story("2 MUG, 1 LAMP", """
        tote    opened
        MUG     item
        XXSHORT shelved | shelve:bench_short
        XXNEXT  next_scan_tote
        order   opened
        MUG     item
        LAMP    complete
        label   closed
        """, count=2),
    "damaged": Story("1 MUG, 1 CUP", """
        tote    opened
        MUG     item
        XXBROKEN    shelved | shelve:bench_broken
        @put_back   | put_back
        """, ends="ready", labels="", jobs="", count=2),
    "no code": Story("1 BOOK, 1 CUP", """
        tote    opened
        XXNOCODE    shelved | shelve:bench_no_code
        """, ends="problem", labels="", jobs=""),
    "another item in the tote": Story("1 LAMP, 1 CUP", """
        tote    opened
        LAMP    item
        XXOTHER shelved | shelve:bench_other_item
        shelf   opened
        CUP     complete
        label   closed
        """),
    "help": Story("1 GAME, 1 CUP", """
        XXHELP  help_asked
        tote    opened
        GAME    item
        XXHELP  shelved | shelve:bench_help
        """, ends="problem", labels="", jobs=""),
    "cancelled before it is opened": Story("1 TEA, 1 SOCK", """
        @cancel | request_cancel:buyer
        tote    order_cancelled | cancel_order:buyer
        XXOK    acknowledged
        """, ends="cancelled", labels="", jobs="", count=2),
    "cancelled at the last item": Story("2 TEA, 1 SOCK", """
        tote    opened
        TEA     item
        TEA     item
        @cancel | request_cancel:buyer
        SOCK    order_cancelled | cancel_order:buyer
        SOCK    latched
        XXOK    acknowledged
        """, ends="cancelled", labels="", jobs="", count=2),
    "cancelled at the label": Story("1 CUP, 1 SOCK", """
        tote    opened
        CUP     item
        SOCK    complete
        @printed
        @cancel | request_cancel:buyer
        label   order_cancelled | cancel_order:buyer
        XXOK    acknowledged
        label   label_voided
        XXOK    acknowledged
        """, ends="cancelled", labels="voided", jobs="printed"),
    "cancelled at the cage": Story("1 MUG, 1 SOCK", """
        tote    opened
        MUG     item
        SOCK    complete
        label   closed
        @cancel | request_cancel:buyer
        @cage   handover_cancelled | cancel_order:buyer, hand_over:handover_cancelled
        """, ends="cancelled", labels="voided"),
    "given to the carrier": Story("1 BAG, 1 SOCK", """
        tote    opened
        BAG     item
        @cage   handover_unknown
        SOCK    complete
        label   closed
        @cage   handover_done | hand_over:handover_done
        @cage   handover_before | hand_over:handover_before
        """, count=2),
    "another address at the label": Story("2 PEN, 1 SOCK", """
        tote    opened
        PEN     item
        PEN     item
        SOCK    complete
        @printed
        @address    | change_address:buyer
        label   address_changed
        XXOK    acknowledged | take_address, void_label:address_changed
        old     label_voided
        XXOK    acknowledged
        label   closed
        """, labels="voided, valid", jobs="printed, confirmed", count=2),
    "another address while it is packed": Story("1 PEN, 1 SOCK", """
        tote    opened
        PEN     item
        @address    | change_address:buyer
        SOCK    address_changed
        XXOK    acknowledged | take_address
        SOCK    complete
        label   closed
        """),
    "wrong label": Story("1 LAMP, 1 SOCK", """
        tote    opened
        LAMP    item
        stranger    wrong_label
        XXOK    acknowledged
        SOCK    complete
        stranger    wrong_label
        label   latched
        XXOK    acknowledged
        tote    label_not_scanned
        XXOK    acknowledged
        label   closed
        label   already_closed
        """, count=2),
    "old copy": Story("2 LAMP, 1 TEA", """
        tote    opened
        LAMP    item
        LAMP    item
        TEA     complete
        @printed
        XXREPRINT   reason_needed
        XXTORN  reprinted | reprint:torn
        old     superseded_copy
        XXOK    acknowledged
        bars    scan_square
        label   closed
        old     superseded_copy
        XXOK    acknowledged
        """, jobs="printed, confirmed torn", count=2),
    "paper out": Story("1 BOOK, 1 TEA", """
        tote    opened
        BOOK    item
        @fails paper_out
        TEA     complete
        @waits paper_out
        XXNEXT  next_wait_label
        XXREPRINT   still_printing
        @mend
        label   closed
        """, count=2),
    "head open": Story("1 GAME, 1 TEA", """
        tote    opened
        GAME    item
        @fails head_open
        TEA     complete
        @waits head_open
        @mend
        @printed
        XXNEXT  next_scan_label
        bars    closed
        """, count=2),
    "the line breaks in the middle of a label": Story("1 BOOK, 1 PEN", """
        tote    opened
        BOOK    item
        @fails cut
        PEN     complete
        @uncertain
        XXNEXT  next_settle_label
        XXREPRINT   settle_first
        XXNOTOUT    settled_not_out | settle_label
        label   closed
        """, bench="P-02", jobs="failed, confirmed not_out", count=2),
    "the line breaks after a label": Story("1 GAME, 1 PEN", """
        tote    opened
        GAME    item
        @fails cut_after
        PEN     complete
        @uncertain
        XXPRINTED   settled_printed | settle_label
        label   closed
        """, bench="P-02"),
    "the printer is silent": Story("1 LAMP, 1 PEN, 1 SOAP", """
        tote    opened
        LAMP    item
        PEN     item
        @fails silent
        SOAP    complete
        @uncertain
        @mend
        label   closed
        """, bench="P-02"),
    "the printer loses its power": Story("1 MUG, 1 PEN", """
        tote    opened
        MUG     item
        @fails power_cycle
        PEN     complete
        @uncertain
        @mend
        XXNOTOUT    settled_not_out | settle_label
        label   closed
        """, bench="P-02", jobs="failed, confirmed not_out"),
    "second check": Story("2 GAME, 1 LAMP", """
        tote    opened
        GAME    item
        GAME    item
        LAMP    verified_check
        me      check_by_another
        XXOK    acknowledged
        Lea     check_begun
        GAME    checked_item
        LAMP    checked_item
        LAMP    over_scan
        XXOK    acknowledged
        GAME    checked
        label   closed
        """, {"price": "400.00", "currency": "CNY"}, count=2),
    "undo": Story("3 TEA, 2 CUP, 1 MUG", """
        tote    opened
        XXUNDO  nothing_to_undo
        TEA     item
        TEA     item
        XXUNDO  undone
        CUP     item
        CUP     item
        XXUNDOLINE  line_undone
        MUG     item
        XXUNDOBOX   undo_whole_box
        XXOK    box_undone
        TEA     item
        TEA     item
        TEA     item
        CUP     item
        CUP     item
        MUG     complete
        label   closed
        """, count=3),
    "opened again": Story("1 TEA, 2 CUP", """
        tote    opened
        TEA     item
        CUP     item
        CUP     complete
        label   closed
        XXREOPEN    reopen_which
        label   reopened | void_label:reopened, reopen_parcel
        XXUNDO  undone
        CUP     complete
        old     label_voided
        XXOK    acknowledged
        label   closed
        """, labels="voided, valid", jobs="confirmed, confirmed", count=2),
    "somebody goes and comes back": Story("2 TEA, 1 MUG", """
        tote    opened
        TEA     item
        XXLOGOUT    badged_out
        TEA     badge_needed
        me      badged_in
        TEA     item
        MUG     complete
        label   closed
        """, count=2),
    "whatever is scanned": Story("2 SOCK, 1 MUG", """
        !nonsense   unknown_code
        tote    latched
        XXOK    acknowledged
        tote    opened
        misread misread
        XXOK    acknowledged
        !A-TEA  wrong_kind
        XXOK    acknowledged
        PHONE   wrong_item
        SOCK    item
        tote    already_open
        XXHOLD  held
        order   opened
        SOCK    item
        !XXNEVER    wrong_kind
        XXOK    acknowledged
        MUG     complete
        label   closed
        tote    tote_empty
        """, count=3),
    "the network delivers a scan again": Story("2 PEN, 1 MUG", """
        tote    opened
        PEN     item
        @again
        PEN     item
        @again
        MUG     complete
        @again
        label   closed
        @again
        """, count=2),
    "taken over": Story("1 MUG, 2 BAG", """
        tote    opened
        BAG     item
        P-02: tote      take_over
        P-02: tote      opened
        XXNEXT  next_scan_tote
        P-02: MUG       item
        P-02: BAG       complete
        P-02: label     closed
        """, bench="P-01"),
    "a crash in the middle": Story("2 TEA, 2 SOAP", """
        tote    opened
        TEA     item
        SOAP    item
        LAMP    wrong_item
        @kill
        XXNEXT  latched
        XXOK    acknowledged
        XXNEXT  next_scan_item
        TEA     item
        SOAP    complete
        label   closed
        """, bench="P-01"),
    "a crash while the label is printed": Story("2 TEA, 1 PEN", """
        tote    opened
        TEA     item
        TEA     item
        @fails paper_out
        PEN     complete
        @waits paper_out
        @kill
        @uncertain
        @mend
        XXNEXT  next_settle_label
        label   closed
        """, bench="P-01"),
    # from here on boxes are weighed
    "weighed": Story("2 CUP, 1 SOCK", """
        tote    opened
        CUP     item
        CUP     item
        SOCK    verified_weight
        weight  weighed
        label   closed
        """, bench="P-01", part=2, count=12),
    "weighed in a carton": Story("1 CUP, 2 SOCK", """
        tote    opened
        SMALL   carton_chosen
        CUP     item
        SOCK    item
        SOCK    verified_weight
        XXSERIES    not_yet
        weight  weighed
        label   closed
        """, bench="P-01", part=2, count=4),
    "too heavy, counted again": Story("3 CUP, 1 SOCK", """
        tote    opened
        CUP*3   item
        SOCK    verified_weight
        weight+250  weight_off
        XXOVERRIDE  not_allowed
        !LABEL  latched
        XXOK    acknowledged
        XXUNDOLINE  line_undone
        SOCK    verified_weight
        weight  weighed
        label   closed
        """, bench="P-01", part=2, count=3),
    "too heavy, and a lead takes it": Story("3 CUP, 2 SOCK", """
        tote    opened
        CUP*3   item
        SOCK    item
        SOCK    verified_weight
        Lea     badged_in
        weight+200  weight_off
        XXOVERRIDE  overridden | override:accept_weight
        me      badged_in
        label   closed
        """, bench="P-01", part=2, count=2),
    "no scale": Story("2 MUG, 1 CUP", """
        tote    opened
        MUG     item
        MUG     item
        CUP     verified_weight
        XXSKIP  not_allowed
        XXOK    acknowledged
        Lea     badged_in
        XXSKIP  skipped | override:accept_weight
        me      badged_in
        label   closed
        """, bench="P-02", part=2, count=4),
    "the best carton": Story("2 MUG, 1 SOCK", """
        tote    opened
        MUG     item
        MUG     item
        SOCK    verified_carton
        XXBOXED carton_chosen
        weight  weighed
        label   closed
        """, bench="P-01", part=3, count=4),
    "no carton": Story("2 MUG, 2 SOCK", """
        tote    opened
        MUG     item
        MUG     item
        SOCK    item
        SOCK    verified_carton
        XXSKIP  skipped | override:skip_carton
        weight  weighed
        label   closed
        """, bench="P-01", part=3, count=2),
    "a carton, no scale": Story("2 MUG, 1 SOAP", """
        tote    opened
        Lea     badged_in
        MUG     item
        MUG     item
        SOAP    verified_carton
        LARGE   carton_chosen
        XXSKIP  skipped | override:accept_weight
        me      badged_in
        label   closed
        """, bench="P-02", part=3, count=3),
}  # fmt: skip
