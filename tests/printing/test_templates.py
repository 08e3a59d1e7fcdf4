import pytest

from app.domain.errors import KnownError, Refusal
from printing.label import Align, Symbol, Text
from printing.templates import load_template, read_template

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
