"""What is said of labels that carriers and channels send."""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    # what is no label, and what cannot be opened
    "received_empty": "The file is empty",
    "received_too_large": "The file has {size} MB, a label has {most} MB at most: is it the right file?",
    "received_is_jpeg": "The file is a JPEG picture, which blurs barcodes: ask for the label as PDF, PNG or ZPL",
    "received_is_html": "The file is a web page, mostly an error of the site that sends the label: fetch it again",
    "received_is_base64": "The file is Base64 text around a label: decode it first",
    "received_no_label": "The file holds no label: PDF, PNG and ZPL are taken",
    "received_encrypted": "The PDF is locked with a password: ask for the label without one",
    "received_damaged": "The file is damaged or not complete: fetch it again",
    "received_too_many_pages": "The file has {pages} pages or more, a label has {most} at most: is it the right file?",
    "received_page_too_large": "A page of the file is {width} × {height} mm: that is no label",
    "received_picture_too_large": "The picture would have {width} × {height} dots: that is no label",
    "received_too_complex": "The file takes too long or too much memory to draw: ask the carrier for another",
    "received_blank": "Nothing is drawn in the file",
    "received_size_unknown": "The picture has {width} × {height} dots and does not tell how large it is printed",
    "received_cannot_open": "Files of labels cannot be opened on this computer: {why}",
    # what cannot be printed
    "received_too_big": "The label is {width} × {height} mm, the printer's media {media_width} × {media_height} mm",
    "received_dpi": "The label is made for {made} dpi, and at {printer} dpi its barcodes would no longer be read",
    "received_symbol_lost": "A barcode of the label is too fine: at {dpi} dpi it would no longer be read",
    # what is not taken for this order
    "received_order_shipped": "Order {order} is packed and closed: it takes no label any more",
    "received_tracking_invalid": "{tracking} is no tracking number: letters and digits, 4 to 40",
    "received_tracking_needed": "The barcodes of {file} do not tell one tracking number: enter it",
    "received_tracking_taken": "Tracking number {tracking} belongs to another label",
    "received_tracking_void": "The label with {tracking} is void: it is not used again",
    "received_tracking_unread": "No barcode of the label holds {tracking}: is it the label of this order?",
    "received_file_taken": "This file is the label {tracking} already: a file is the label of one parcel",
    "received_has_label": "Order {order} has the label {tracking}: void it first",
    # the question on the orders page
    "received_title": "Label of order {order} from a file",
    "received_detail": "PDF, PNG or ZPL, as the carrier or the channel has sent it",
    "received_read": "Read it",
    "received_kinds": "Labels",
    "received_choose": "Choose a file with a label",
    "received_found": "{media}, {size}, labels: {labels}",
    "received_size": "{width} × {height} mm",
    "received_size_open": "size not told",
    "received_codes": "Its barcodes say: {codes}",
    "received_no_codes": "No barcode can be read from it",
    "received_sent_by": "Carrier: {carrier} · service: {service}",
    "received_tracking": "Tracking number",
    "received_take": "Take it for the order",
    "received_anyway": "Take it all the same",
    "received_needs_carrier": "Whose label is it?",
    "received_carrier": "Carrier, by its code",
    "received_go_on": "Continue",
    "received_done": "Order {order} has the label {tracking}",
}
