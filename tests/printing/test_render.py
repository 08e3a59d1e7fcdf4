"""One label in every language."""

from __future__ import annotations

import subprocess
import sys

import pytest

from app.domain.errors import Refusal
from printing.render import LANGUAGES, render
from printing.templates import load_template
from tests.printing.parcel import FIELDS

BEGINS = {"zpl": b"^XA", "tspl": b"SIZE 101.6 mm", "escpos": b"\x1b@\x1dv0", "pdf": b"%PDF", "png": b"\x89PNG"}


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language(language: str, dpi: int) -> None:
    label = load_template("parcel_4x6").fill(FIELDS)
    data = render(label, language, dpi)
    assert data.startswith(BEGINS[language])
    assert render(label, language, dpi) == data, "the same label is the same bytes"


def test_a_language_that_nobody_speaks_is_refused() -> None:
    with pytest.raises(Refusal, match="printer_language_unknown"):
        render(load_template("parcel_4x6").fill(FIELDS), "epl", 203)


def test_nothing_is_loaded_before_it_is_needed() -> None:
    code = "import sys, printing.render; print([m for m in ('PIL', 'reportlab', 'uharfbuzz') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
