"""The camera on the devices page: its card, what takes the photos, and a test picture."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic

from app.domain.errors import KnownError, Refusal
from app.photos import Source, SourceKind, camera_url, read_source
from ui.dialogs import Field, Option
from ui.pages.devices_card import Card, Fact
from ui.widgets.photo import PictureButton
from ui.workspace import Workspace

_MOST = 6  # cameras that are offered; digits are left for what stands below them
_PICTURE = 110  # px of height on the card


class CameraCard(Card):
    """How the camera is, and its newest picture."""

    def __init__(self, work: Workspace) -> None:
        super().__init__(work, "camera", "camera")
        self.picture = PictureButton(work, _PICTURE)
        work.words.show(self.picture.setAccessibleName, "photos_last")
        self.picture.hide()
        self._shown: object = None
        column = self.layout()
        assert column is not None
        column.addWidget(self.picture)

    def draw(self) -> None:
        """Say how it is now."""
        work, say = self._work, self._work.words.say
        photographer = work.photographer
        seen = photographer.seen if photographer is not None else None
        if photographer is None or seen is None:
            return
        facts = [Fact(say("photos_fact_source"), seen.name or "–")]
        if photographer.last is not None:
            age = work.words.age(monotonic() - photographer.last_at)
            facts.append(Fact(say("photos_fact_last"), say("devices_ago", age=age)))
            size = f"{photographer.last.width} × {photographer.last.height}"
            facts.append(Fact(say("photos_fact_size"), size, short=True))
        if seen.trouble is not None:
            why = work.words.explain(seen.trouble)
            self.show_state(seen.state, say("photos_trouble"), why[:1].upper() + why[1:], facts)
        elif seen.state == "busy":
            self.show_state("busy", say("photos_opening"), "", facts)
        else:
            self.show_state("well", say("photos_ready"), _hint(work), facts)
        if photographer.last is not self._shown:
            self._shown = photographer.last
            self.picture.show_picture(photographer.last.content if photographer.last is not None else b"")
        self.picture.setVisible(photographer.last is not None)


def _hint(work: Workspace) -> str:
    source = _source(work)
    hints = {SourceKind.FILE: "photos_waits_file", SourceKind.FOLDER: "photos_waits_folder"}
    return work.words.say(hints[source.kind]) if source is not None and source.kind in hints else ""


def _source(work: Workspace) -> Source | None:
    try:
        return read_source(work.settings.camera)
    except Refusal:
        return None


async def choose_camera(work: Workspace) -> None:
    """Choose what takes the photos, then look at a picture of it; raises Refusal when there is none."""
    say, photographer = work.words.say, work.photographer
    if photographer is None:
        return
    try:
        there = photographer.cameras()
    except KnownError as error:
        work.dialogs.tell_refusal(error)
        there = []
    options = [Option(camera_url(name or camera), name or camera) for camera, name in there[:_MOST]]
    options.append(Option("type", say("photos_type")))
    if work.settings.camera:
        options.insert(0, Option("try", say("photos_try")))
        options.append(Option("off", say("photos_off")))
    chosen = await work.dialogs.ask(say("photos_choose"), say("photos_choose_detail"), options)
    if chosen is None:
        return
    if chosen.option == "off":
        work.change_settings(replace(work.settings, camera=""))
        work.dialogs.tell("photos_removed")
        return
    if chosen.option != "try":
        url = await _typed(work) if chosen.option == "type" else chosen.option
        if url is None:
            return
        work.change_settings(replace(work.settings, camera=url))
        work.dialogs.tell("photos_changed", name=url)
    await show_test_picture(work)


async def _typed(work: Workspace) -> str | None:
    """A file or folder that was typed, checked; None when the question was left."""
    say, url, wrong = work.words.say, work.settings.camera, ""
    while True:
        answer = await work.dialogs.ask(
            say("photos_type_title"), say("photos_type_detail"), [Option("take", say("devices_save"))],
            Field(say("settings_field_camera"), url), wrong=wrong,
        )
        if answer is None:
            return None
        url = answer.text
        try:
            read_source(url)
        except Refusal as refusal:
            wrong = work.words.explain(refusal)
        else:
            return url


async def show_test_picture(work: Workspace) -> None:
    """Take a picture that is of no parcel, and show it; again as long as somebody wants another one."""
    say, photographer = work.words.say, work.photographer
    assert photographer is not None
    while True:
        picture = await photographer.try_out()
        shown = PictureButton(work, 360)
        shown.show_picture(picture.content)
        answer = await work.dialogs.ask(
            say("photos_test_title"), f"{picture.width} × {picture.height} · {len(picture.content) // 1000} kB",
            [Option("good", say("photos_test_good")), Option("again", say("photos_test_again"))], picture=shown,
        )
        if answer is None or answer.option == "good":
            return
