import pytest

from app.domain.errors import KnownError, Refusal
from printing.label import Align, Label, Paragraph, Picture, Symbol, Text
from printing.templates import load_template, read_template, template_names

_GOOD = """
width_mm = 50
height_mm = 25
fields = ["order", "parcel"]
optional = ["order"]

[[text]]
x_mm = 1
y_mm = 1
width_mm = 40
height_mm = 6
text = "Order {order} / {parcel}"
size_mm = 4
min_size_mm = 2
align = "right"
"""


def test_the_shipped_template_is_four_by_six_inches_and_asks_for_its_fields() -> None:
    template = load_template("parcel_4x6")
    assert (template.width_mm, template.height_mm) == (101.6, 152.4)
    assert set(template.fields) == {
        "sender", "recipient", "service", "tracking", "tracking_text", "label_code", "parcel", "copy", "weight",
        "order", "slot",
    }  # fmt: skip
    used = {element.name for element in template.elements if isinstance(element, Text | Symbol)}
    assert {"tracking", "label_code", "copy", "order"} <= used


def test_wording_is_filled_and_the_first_field_names_the_element() -> None:
    label = read_template("t", _GOOD).fill({"order": "SO-1 {x}", "parcel": "PB1", "other": "ignored"})
    (element,) = label.elements
    assert isinstance(element, Text)
    assert (element.text, element.name, element.align) == ("Order SO-1 {x} / PB1", "order", Align.RIGHT)


@pytest.mark.parametrize("values", [{}, {"order": "1"}, {"parcel": "1"}, {"order": "1", "parcel": " "}])
def test_a_field_that_is_missing_or_blank_is_refused(values: dict[str, str]) -> None:
    with pytest.raises(Refusal) as refused:
        read_template("t", _GOOD).fill(values)
    assert refused.value.code == "label_field_missing"
    assert refused.value.facts["template"] == "t"


def test_an_optional_field_may_be_blank() -> None:
    assert read_template("t", _GOOD).fill({"order": "", "parcel": "1"}).elements


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("width_mm = 50", "width_mm = 50\ncolour = 1", "unknown keys: colour"),
        ("width_mm = 50", "width_mm = '50'", "width_mm must be a number"),
        ("size_mm = 4", "size_mm = 4\nbold = true", "unknown keys ['bold']"),
        ("size_mm = 4\n", "", "missing keys ['size_mm']"),
        ("x_mm = 1", "x_mm = true", "x_mm must be a number"),
        ("x_mm = 1", "x_mm = 11", "reaches to 51"),
        ("x_mm = 1", "x_mm = -1", "must be positive"),
        ("x_mm = 1", "x_mm = nan", "x_mm must be a number"),
        ("min_size_mm = 2", "min_size_mm = 5", "min_size_mm"),
        ("{parcel}", "{nothing}", "unknown fields: nothing"),
        ("{parcel}", "{parcel.x}", "braces"),
        ("{parcel}", "{parcel!r}", "braces"),
        ("{parcel}", "{}", "braces"),
        ("{parcel}", "{parcel", "text 1"),
        ('"right"', '"justified"', "justified"),
        ('optional = ["order"]', 'optional = ["x"]', "not a field: x"),
        ("[[text]]", "[text]", "list of tables"),
        ("[[text]]", "[[text", "line"),
    ],
)
def test_a_wrong_template_says_what_is_wrong(old: str, new: str, reason: str) -> None:
    assert old in _GOOD
    with pytest.raises(KnownError) as refused:
        read_template("t", _GOOD.replace(old, new))
    assert refused.value.code == "label_template_invalid"
    assert reason in str(refused.value.facts["reason"])


@pytest.mark.parametrize("name", ["nothing", "../fonts/x", ""])
def test_a_template_that_is_not_shipped(name: str) -> None:
    with pytest.raises(KnownError, match="label_template_missing"):
        load_template(name)


_REPEATED = """
width_mm = 50
height_mm = 30
fields = ["order", "lines", "logo"]
optional = ["lines", "logo"]

[[image]]
x_mm = 40
y_mm = 1
width_mm = 8
height_mm = 8
field = "logo"

[[text]]
x_mm = 1
y_mm = 1
width_mm = 30
height_mm = 5
text = "{order} {page}/{pages}"
size_mm = 3
min_size_mm = 2

[[repeat]]
list = "lines"
fields = ["sku", "note"]
optional = ["note"]
x_mm = 2
y_mm = 10
pitch_mm = 5
limit = 3
more = "continue"

[[repeat.text]]
x_mm = 1
y_mm = 0.5
width_mm = 40
height_mm = 4
text = "{order} {sku} {note}"
size_mm = 3
min_size_mm = 1.5
"""


def _row(sku: str) -> dict[str, str]:
    return {"sku": sku, "note": ""}


def _texts(label: Label) -> list[tuple[float, float, str]]:
    return [(e.x_mm, e.y_mm, e.text.strip()) for e in label.elements if isinstance(e, Text)]


def test_a_list_is_repeated_at_its_pitch_and_goes_on_as_another_label() -> None:
    template = read_template("t", _REPEATED)
    rows = [_row(sku) for sku in "abcd"]
    first, second = template.fill_all({"order": "7", "lines": rows, "logo": b""})
    assert _texts(first) == [(1, 1, "7 1/2"), (3, 10.5, "7 a"), (3, 15.5, "7 b"), (3, 20.5, "7 c")]
    assert _texts(second) == [(1, 1, "7 2/2"), (3, 10.5, "7 d")]
    (empty,) = template.fill_all({"order": "7", "lines": [], "logo": b""})
    assert _texts(empty) == [(1, 1, "7 1/1")]


def test_a_list_to_the_right() -> None:
    source = _REPEATED.replace("pitch_mm = 5", 'pitch_mm = 1\ndirection = "right"')
    label = read_template("t", source).fill({"order": "7", "lines": [_row("a"), _row("b")], "logo": b""})
    assert _texts(label)[1:] == [(3, 10.5, "7 a"), (4, 10.5, "7 b")]


@pytest.mark.parametrize("more", ["refuse", "continue"])
def test_a_list_that_is_too_long_for_one_label_is_refused(more: str) -> None:
    template = read_template("t", _REPEATED.replace('"continue"', f'"{more}"').replace(" {page}/{pages}", ""))
    with pytest.raises(Refusal) as refused:
        template.fill({"order": "7", "lines": [_row("a")] * 4, "logo": b""})
    assert (refused.value.code, refused.value.facts) == ("label_list_too_long", {"field": "lines", "limit": 3})


def test_a_row_that_lacks_a_field_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        read_template("t", _REPEATED).fill({"order": "7", "lines": [{"sku": " ", "note": ""}], "logo": b""})
    assert refused.value.facts == {"template": "t", "field": "sku"}


def test_an_image_is_a_field_or_a_file_of_the_folder() -> None:
    label = read_template("t", _REPEATED).fill({"order": "7", "lines": [], "logo": b"PNG"})
    (picture,) = (element for element in label.elements if isinstance(element, Picture))
    assert (picture.content, picture.name) == (b"PNG", "logo")
    with pytest.raises(Refusal, match="label_picture_invalid"):
        read_template("t", _REPEATED).fill({"order": "7", "lines": [], "logo": "no bytes"})
    arrow = _REPEATED.replace('field = "logo"', 'file = "return_arrow.png"')
    fixed = read_template("t", arrow)
    assert fixed.fixed == 1
    assert isinstance(fixed.elements[0], Picture)
    assert fixed.elements[0].content.startswith(b"\x89PNG")


def test_shared_fields_belong_to_what_comes_again() -> None:
    template = load_template("parcel_4x6")
    assert template.shared == {"sender"}
    used = {element.name for element in template.elements[: template.fixed] if isinstance(element, Text | Paragraph)}
    assert used == {"", "sender"}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('list = "lines"', 'list = "sku"', "repeat 1: list must be one of the fields"),
        ("limit = 3", "limit = 5", "repeat 1: text 1: reaches to 41 × 4.5 mm"),
        ("limit = 3", "limit = 0", "limit must be"),
        ("limit = 3", "limit = true", "limit must be"),
        ("pitch_mm = 5", "pitch_mm = 0", "pitch_mm must be positive"),
        ("pitch_mm = 5", 'pitch_mm = 5\ndirection = "up"', "direction"),
        ('"continue"', '"forget"', "more"),
        ('"continue"', '"refuse"', "unknown fields: page, pages"),
        ("{sku}", "{colour}", "repeat 1: text 1: unknown fields: colour"),
        ("{sku}", "{lines}", "unknown fields: lines"),
        ('optional = ["note"]', 'optional = ["nothing"]', "optional, but not a field: nothing"),
        ('field = "logo"', 'field = "nothing"', "image 1: unknown fields: nothing"),
        ('field = "logo"', 'file = "nothing.png"', "image 1: there is no file"),
        ('field = "logo"', 'file = "../icons/app.png"', "there is no file"),
        ('field = "logo"', 'file = "return.toml"', "is no PNG"),
        ('field = "logo"', "", "either a file or a field"),
        ('field = "logo"', 'field = "logo"\nthreshold = 1', "threshold"),
        ('field = "logo"', 'field = "logo"\ndither = 1', "dither must be true or false"),
        ('field = "logo"', 'field = "logo"\nrotation = 45', "rotation must be one of 0, 90, 180, 270"),
        ("min_size_mm = 1.5", "min_size_mm = 1.5\nmiddle = 1", "middle must be true or false"),
        ("width_mm = 50", "width_mm = 0", "must be positive"),
        ("width_mm = 50", 'width_mm = 50\nshared = ["x"]', "shared, but not a field: x"),
    ],
)
def test_a_wrong_repeat_or_image_says_what_is_wrong(old: str, new: str, reason: str) -> None:
    assert old in _REPEATED
    with pytest.raises(KnownError) as refused:
        read_template("t", _REPEATED.replace(old, new))
    assert reason in str(refused.value.facts["reason"])


def test_every_shipped_template_is_right() -> None:
    assert {"parcel_4x6", "parcel_100x150", "separator", "return"} <= set(template_names())
    for name in template_names():
        assert load_template(name).elements
