"""What painted text does to codes and to text of data."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF

from ui.widgets.painted import Painted, grouped, one_line
from ui.workspace import Workspace


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


@pytest.mark.parametrize(
    "text", ["A leak-proof double-walled flask", "不锈钢双层真空保温杯", "🎁🎁 Gift 😀 box, large and heavy"]
)
def test_broken_lines_keep_every_sign_of_a_text(work: Workspace, text: str) -> None:
    painted = Painted(work)
    whole = painted.fit(text, QRectF(0, 0, 90, 900), (20,), most=20)
    assert len(whole.lines) > 1
    assert "".join(whole.lines).replace(" ", "") == text.replace(" ", "")
    cut = painted.fit(text, QRectF(0, 0, 90, 52), (20,))
    assert len(cut.lines) == 2
    assert cut.lines[-1].endswith("…")
    assert cut.lines[-1].rstrip("…").strip() in text  # no blank where a hyphen or a sign was broken after
