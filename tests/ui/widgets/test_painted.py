"""What painted text does to codes and to text of data."""

from __future__ import annotations

import pytest

from ui.widgets.painted import grouped, one_line


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("6901234567892", "6 901234 567892"),
        ("036000291452", "0 36000 29145 2"),
        ("96385074", "9638 5074"),
        ("15901234123457", "1 59 01234 12345 7"),
        ("LX000000014CN", "LX 000 000 014 CN"),
        ("AB-1", "AB-1"),
        ("٩٦٣٨٥٠٧٤", "٩٦٣٨٥٠٧٤"),
        ("", ""),
    ],
)
def test_codes_stand_in_the_groups_of_their_print(code: str, shown: str) -> None:
    assert grouped(code) == shown


@pytest.mark.parametrize(
    ("text", "line"),
    [("a\nb", "a b"), ("  a   b ", "a b"), ("01\x1d21", "01·21"), ("<b>x</b>", "<b>x</b>"), ("陶瓷", "陶瓷")],
)
def test_text_of_data_is_one_line_of_visible_signs(text: str, line: str) -> None:
    assert one_line(text) == line
