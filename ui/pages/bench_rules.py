"""Bench rules: what a lead sets for every bench of the warehouse; it holds from the next scan on."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from app.domain.bench_rules import BenchRules, CartonRule, SlipRule, Weigh
from app.domain.errors import Refusal
from ui.pages.bench_rules_cartons import CartonSection
from ui.pages.bench_rules_form import Field, Form
from ui.pages.bench_rules_lists import ListSection
from ui.pages.bench_rules_policy import PolicySection, class_words, group_words
from ui.pages.bench_rules_sections import InsertSection, PeopleSection
from ui.pages.page import Page
from ui.theme import SPACE
from ui.widgets.text import Elided
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.domain.policy import Act
    from app.queries.bench_rules import BenchRulesView

SECTIONS = ("rules", "policy", "inserts", "cartons", "people")
# failures that the right scan may acknowledge; as `app.operations.bench_rules` has them, which loads SQL
RELEASES = (
    "wrong_item", "over_scan", "unknown_code", "misread", "wrong_kind", "wrong_label", "kit_by_parent",
    "kit_by_components",
)  # fmt: skip
_RELEASE = "release_"
_GROUPS = (
    ("bench_rules_group_weight", (
        Field("weigh", "choice", choices=(Weigh.OFF, Weigh.NOTED, Weigh.CHECKED)),
        Field("tolerance_g", "number", 0, 30_000), Field("tolerance_percent", "number", 0, 100),
        Field("filler_g", "number", 0, 30_000),
    )),
    ("bench_rules_group_check", (
        Field("check_percent", "number", 0, 100), Field("check_value_minor", "amount"),
        Field("check_new_orders", "number", 0, 10_000),
    )),
    ("bench_rules_group_parcel", (
        Field("carton", "choice", choices=tuple(CartonRule)), Field("slip", "choice", choices=tuple(SlipRule)),
        Field("photo", "check"), Field("claim_minutes", "number", 0, 1_440),
        Field("min_shelf_days", "number", 0, 3_650),
    )),
    ("bench_rules_group_release", tuple(Field(f"{_RELEASE}{code}", "check") for code in RELEASES)),
)  # fmt: skip
_LISTS_ALONE = frozenset({"bench_rules_add", "bench_rules_change", "bench_rules_retire"})


class BenchRulesPage(Page):
    """A tab a subject; F3 goes to the next one, F2 saves what was typed, a cell of the table is saved at once."""

    name = "bench_rules"
    topics = frozenset({"rules", "cartons", "stations"})

    def __init__(self, work: Workspace) -> None:
        super().__init__(work)
        self.commands = {
            "bench_rules_save": self.save, "bench_rules_section": self._turn, "bench_rules_add": self._add,
            "bench_rules_change": self._change, "bench_rules_retire": self._retire,
        }  # fmt: skip
        self._version = 0  # of the rules that the form changes
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setElideMode(Qt.TextElideMode.ElideNone)
        self.show_text(self.tabs.setAccessibleName, "bench_rules_sections")
        for number, name in enumerate(SECTIONS):
            self.tabs.addTab("")
            self.show_text(partial(self.tabs.setTabText, number), f"bench_rules_section_{name}")
        self.form = Form(work, "bench_rules", _GROUPS)
        self.policy = PolicySection(work)
        self.inserts, self.cartons, self.people = InsertSection(work), CartonSection(work), PeopleSection(work)
        self.lists: dict[str, ListSection[Any]] = {
            "inserts": self.inserts, "cartons": self.cartons, "people": self.people,
        }  # fmt: skip
        self._views = QStackedWidget()
        self._sections: dict[str, QWidget] = {"rules": self.form, "policy": self.policy, **self.lists}
        for name in SECTIONS:
            self._views.addWidget(self._sections[name])
        self._saved = Elided("caption")
        self._saved.setContentsMargins(SPACE[4], SPACE[0], SPACE[4], 0)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(self._saved)
        column.addWidget(self._views, 1)
        self.tabs.currentChanged.connect(self._show_section)
        self.form.changed.connect(self.prompted)
        self.form.sent.connect(lambda: self.run("bench_rules_save"))
        self.policy.wanted.connect(self._set_cell)
        self.policy.moved.connect(self.prompted)
        for section in self.lists.values():
            section.wanted.connect(self.run)
            section.changed.connect(self.prompted)

    # what it shows

    async def fetch(self) -> BenchRulesView:
        """All that can be set."""
        from app.queries.bench_rules import bench_rules_view

        return await self.work.feed.read(bench_rules_view, self.work.place.warehouse)

    def show_data(self, data: BenchRulesView) -> None:
        """Show what is saved; what is being typed stays."""
        values = _values(data.rules)
        if not self.form.dirty:
            self._version = data.version
            self.form.fill(values)
        self.policy.show_table(data.policy)
        self.inserts.show_rows(data.inserts)
        self.cartons.show_rows(data.cartons)
        self.people.show_rows(data.people)
        self._say_saved()
        if self.hasFocus():  # it was in front before there was anything to be typed
            self.focus_first()

    @property
    def section(self) -> str:
        """The name of the section in front."""
        return SECTIONS[self.tabs.currentIndex()]

    @property
    def list(self) -> ListSection[Any] | None:
        """The section in front where that is a list."""
        return self.lists.get(self.section)

    @property
    def idle(self) -> frozenset[str]:
        """What could do nothing in the section in front."""
        section = self.list
        if section is None:
            return _LISTS_ALONE | (frozenset() if self.section == "rules" else {"bench_rules_save"})
        if section.editing:
            return _LISTS_ALONE
        idle = {"bench_rules_save"} | (set() if section.retires else {"bench_rules_retire"})
        return frozenset(idle if section.rows.rows else idle | {"bench_rules_change", "bench_rules_retire"})

    def prompt(self) -> str:
        """What is not saved yet, and what has to be corrected before it can be."""
        section = self.list
        if section is not None:
            return section.prompt()
        if self.section == "policy":
            return self.policy.prompt()
        if self.form.refused:
            return self.work.words.say("settings_correct")
        return self.work.words.say("settings_unsaved") if self.form.dirty else ""

    def tick(self) -> None:
        """When it was saved becomes longer ago."""
        super().tick()
        self._say_saved()

    def focus_first(self) -> None:
        """What takes the keys in the section in front."""
        if self.data is None:
            self.setFocus()
        else:
            section: Any = self._sections[self.section]
            section.focus_first()

    def _show_section(self, number: int) -> None:
        with_keys = self.tabs.hasFocus()
        self._views.setCurrentIndex(number)
        self._say_saved()
        self.prompted.emit()
        if not with_keys:  # the arrows go on along the tabs
            self.focus_first()

    def _say_saved(self) -> None:
        data: Any = self.data
        if data is None:
            return
        words, saved = self.work.words, data.saved[self.section]
        if saved is None:
            self._saved.setText(words.say("bench_rules_never_saved"))
            return
        age = words.age((self.work.feed.store.clock.now() - saved.at).total_seconds())
        self._saved.setText("✓ " + words.say("bench_rules_saved_ago", age=age, by=saved.by or "–"))

    # what a person does

    def _turn(self) -> None:
        self.tabs.setCurrentIndex((self.tabs.currentIndex() + 1) % len(SECTIONS))
        self.focus_first()

    async def save(self) -> None:
        """Save what was typed in the section in front."""
        section = self.list
        if section is not None:
            if section.editing:
                await self._save_row(section)
        elif self.section == "rules":
            await self._save_rules()

    async def _save_rules(self) -> None:
        from app.operations.bench_rules import save_rules

        place = self.work.place
        try:
            rules = _rules(self.form.read())
            self._version = await self.work.feed.write(
                save_rules, place.person, place.warehouse, rules, self._version
            )
        except Refusal as refusal:
            if refusal.code == "bench_rules_newer":
                data = await self._read_anew()
                self._version = data.version
                self.form.rebase(_values(data.rules))
            self.form.refuse(refusal)
            self.prompted.emit()
            raise
        self.form.fill(_values(rules))
        await self._read_anew()
        self.work.dialogs.tell("bench_rules_saved")

    async def _save_row(self, section: ListSection[Any]) -> None:
        try:
            key = await section.save()
        except Refusal as refusal:
            if refusal.code == "bench_rules_newer":
                await self._read_anew()
                section.take_newer(tuple(section.rows.rows))
            raise
        await self._read_anew()
        section.close_form(key)
        self.work.dialogs.tell(f"{section.prefix}_saved")

    def _set_cell(self, wanted: tuple[Act, str, str, bool | None, bool | None]) -> None:
        self.work.spawn(self._guarded(self._write_cell(*wanted)))

    async def _write_cell(
        self, act: Act, group: str, handling_class: str, allowed: bool | None, was: bool | None
    ) -> None:
        from app.operations.bench_rules import set_policy

        words = self.work.words
        try:
            await self.work.feed.write(set_policy, self.work.place.person, handling_class, group, act, allowed, was)
        finally:
            await self._read_anew()
        what = {True: "allowed", False: "refused", None: "default"}[allowed]
        self.work.dialogs.tell(
            f"bench_rules_cell_now_{what}", act=words.say(f"bench_rules_act_{act}"),
            group=group_words(self.work, group), skus=class_words(self.work, handling_class),
        )

    def _add(self) -> None:
        section = self.list
        if section is not None and not section.editing:
            section.begin(None)

    async def _change(self) -> None:
        section = self.list
        if section is not None and not section.editing:
            section.begin_change()

    async def _retire(self) -> None:
        section = self.list
        if section is None or section.editing or not section.retires:
            return
        row = section.row
        if row is None:
            raise Refusal("bench_rules_choose")
        try:
            await section.retire(row)
        finally:
            await self._read_anew()
        done = "bench_rules_retired" if section.is_used(row) else "bench_rules_used_again"
        self.work.dialogs.tell(done, name=section.called(row))

    async def _read_anew(self) -> BenchRulesView:
        """See at once what was just saved."""
        data = self.data = await self.fetch()
        self.repaint_data()
        return data

    def scan(self, code: str) -> None:
        """A barcode may be scanned into its field."""
        section = self.list
        if section is None or not section.scan(code):
            super().scan(code)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves a form without saving it."""
        section = self.list
        if event.key() == Qt.Key.Key_Escape and section is not None and section.back():
            return
        if event.key() == Qt.Key.Key_Escape and self.section == "rules" and self.form.dirty:
            data: Any = self.data
            self._version = data.version
            self.form.fill(_values(data.rules))
            self.prompted.emit()
            return
        super().keyPressEvent(event)


def _values(rules: BenchRules) -> dict[str, Any]:
    """What the form shows of the rules."""
    values = {name: getattr(rules, name) for name in BenchRules.__dataclass_fields__ if name != "release_by_scan"}
    return values | {f"{_RELEASE}{code}": code in rules.release_by_scan for code in RELEASES}


def _rules(values: dict[str, Any]) -> BenchRules:
    """The rules that the form says."""
    released = frozenset(code for code in RELEASES if values[f"{_RELEASE}{code}"])
    plain = {name: value for name, value in values.items() if not name.startswith(_RELEASE)}
    return replace(BenchRules(**plain), release_by_scan=released)
