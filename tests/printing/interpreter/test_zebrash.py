"""Our own labels in zebrash, another implementation, as `zpl-renderer-js` compiles it for node.

It is found where `node` resolves the module from the checkout, or in the folder that PACKBENCH_ZPL_RENDERER names.
"""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from printing import symbols
from printing.interpreter import Page, render
from printing.layout import PlacedText, lay_out
from printing.zpl import to_zpl
from tests.printing.interpreter.reading import ink
from tests.printing.interpreter.test_own_labels import RECIPIENTS, _label

_SCRIPT = """
const {ready} = require('zpl-renderer-js');
let text = '';
process.stdin.on('data', (part) => { text += part; }).on('end', async () => {
  const {api} = await ready;
  const made = [];
  for (const zpl of JSON.parse(text)) made.push(await api.zplToBase64MultipleAsync(zpl, 101.6, 152.4, 8));
  process.stdout.write('\\n' + JSON.stringify(made) + '\\n', () => process.exit(0));
});
"""
_TEXT_DOTS, _TEXT_SHARE = 4, 0.04  # tolerance of a text's edges: dots, and of its width


@pytest.fixture(scope="module")
def others() -> list[tuple[str, bytes, Page, list[Image.Image]]]:
    """Recipient, ZPL, our page, and all pages of the other implementation, for every recipient."""
    node = shutil.which("node")
    if not node:
        pytest.skip("node is not installed")
    folder = os.environ.get("PACKBENCH_ZPL_RENDERER") or str(Path(__file__).parents[3])
    labels = [(recipient, to_zpl(_label(recipient=recipient))) for recipient in RECIPIENTS]
    sent = json.dumps([zpl.decode("utf-8") for _, zpl in labels])
    done = subprocess.run([node, "-e", _SCRIPT], input=sent, capture_output=True, text=True, timeout=120, cwd=folder)
    if "Cannot find module" in done.stderr:
        pytest.skip("zpl-renderer-js is not installed for node")
    assert done.returncode == 0, done.stderr[-400:]
    found = []
    for (recipient, zpl), pages in zip(labels, json.loads(done.stdout.splitlines()[-1]), strict=True):
        (own,) = render(zpl)
        pictures = [Image.open(io.BytesIO(base64.b64decode(page))).convert("L") for page in pages]
        found.append((recipient, zpl, own, pictures))
    return found


def test_no_recipient_adds_a_label_or_a_symbol(others: list[tuple[str, bytes, Page, list[Image.Image]]]) -> None:
    for recipient, _, own, pictures in others:
        assert len(pictures) == 1, recipient
        matrices = [symbol for symbol in own.symbols if symbol.kind != "code128"]
        assert matrices
        read = symbols.decode(pictures[0], [symbol.rectangle for symbol in matrices])
        assert [found.text for found in read] == [symbol.data for symbol in matrices], recipient


def test_symbols_are_at_the_same_places(others: list[tuple[str, bytes, Page, list[Image.Image]]]) -> None:
    for recipient, _, own, (other,) in others:
        for symbol in own.symbols:
            left, top, right, bottom = symbol.rectangle
            around = (left - 4, top - 4, right + 4, bottom + 4)
            theirs = ink(other.crop(around))
            assert theirs is not None, recipient
            expected = (4, 4, right - left + 4, bottom - top + 4)
            near = [abs(a - b) <= 1 for a, b in zip(theirs, expected, strict=True)]
            if symbol.kind == "code128":  # it takes what follows >5 for other data, so its symbol is of another width
                del near[2]
            assert all(near), (recipient, symbol.kind, theirs)


def test_texts_are_at_the_same_places(others: list[tuple[str, bytes, Page, list[Image.Image]]]) -> None:
    label = _label(recipient=RECIPIENTS[1])
    _, _, own, (other,) = others[1]
    for item in lay_out(label).items:
        if isinstance(item, PlacedText) and item.text.strip():
            left, top, right, bottom = map(int, item.bounds)
            area = (left - 2, top - 2, right + 3, bottom + 3)
            mine, theirs = ink(own.image.crop(area)), ink(other.crop(area))
            assert mine is not None
            assert theirs is not None, item.text
            tolerance = _TEXT_DOTS + _TEXT_SHARE * (right - left)
            assert all(abs(a - b) <= tolerance for a, b in zip(mine, theirs, strict=True)), (item.text, mine, theirs)
