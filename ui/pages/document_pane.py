"""A document as it will be printed, with its language, its paper, and what else there is of the same thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QVBoxLayout

from app.domain.documents import DOCUMENTS, Document, Subject, Wanted
from app.domain.errors import KnownError, Refusal
from ui.theme import SPACE
from ui.widgets.preview import Preview
from ui.widgets.state import StatePanel
from ui.widgets.text import Elided
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.queries.documents import Paper

SHOWN_DPI = 150  # of the picture: sharp on every screen, and quickly drawn


@dataclass(frozen=True, slots=True)
class Made:
    """A document that is laid out: what was wanted, its PDF with the checksum, and the language it is in.

    `sizes` are width and height of its pages in millimetres; `left_out` are barcodes of a long sheet that are not laid
    out for the screen.
    """

    wanted: Wanted
    pdf: bytes
    sha256: str
    language: str
    sizes: Sequence[tuple[float, float]]
    left_out: int = 0


class DocumentPane(QFrame):
    """Shows one document; `made` is what is shown, None while there is nothing that could be printed."""

    def __init__(self, work: Workspace) -> None:
        super().__init__()
        self._work = work
        self.made: Made | None = None
        self.setProperty("role", "raised")
        work.words.show(self.setAccessibleName, "papers_pane")
        self._title = Elided("title")
        self._about = Elided("secondary")
        self._others = Elided("caption")
        self.preview = Preview(work, most=1, captioned=False)
        self._panel = StatePanel(work)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[3], SPACE[2], SPACE[3], SPACE[2])
        column.setSpacing(SPACE[1])
        column.addWidget(self._title)
        column.addWidget(self._about)
        column.addWidget(self.preview, 1)
        column.addWidget(self._panel, 1)
        column.addWidget(self._others)
        self.show_nothing()

    @property
    def title(self) -> str:
        """What the document is called."""
        return self._title.whole()

    @property
    def about(self) -> str:
        """Its language, its paper, and how many pages it has."""
        return self._about.whole()

    def show_nothing(self, rows: bool = True) -> None:
        """Nothing is chosen; where there are no `rows` to choose from, the list says what is to be done."""
        self.made = None
        self._say("", "", None)
        self._state("empty", "papers_choose" if rows else "papers_pane", "papers_choose_hint")

    def show_waiting(self, row: Paper | None, document: Document) -> None:
        """What has no document yet, and what makes one."""
        self.made = None
        if row is None:
            self.show_nothing()
        elif row.key < 0:
            say = self._work.words.say
            self._say(row.name or say("papers_own_labels"), say("papers_waiting_about", count=row.count), None)
            self._state("empty", "papers_waiting", "papers_waiting_hint")
        else:
            self._say(self._work.words.say(f"papers_{document}"), "", None)
            self._state("empty", "papers_commands_in_settings", "papers_commands_hint")

    def show_refusal(self, wanted: Wanted, refusal: Refusal | KnownError) -> None:
        """Why there is no such document."""
        self.made = None
        words = self._work.words
        self._say(words.say(f"papers_{wanted.document}"), "", wanted)
        self.preview.hide()
        self._panel.show()
        self._panel.show_state("error", words.say("papers_not_made"), words.explain(refusal))

    def show_document(self, made: Made, chosen: str) -> None:
        """A document; `chosen` is the language that a person has chosen, "" for the buyer's."""
        self.made = made
        say, wanted = self._work.words.say, made.wanted
        to_buyer = not chosen and wanted.document in DOCUMENTS[Subject.ORDER]
        language = say(f"papers_in_{made.language}" if made.language in ("en", "zh") else "papers_in_en")
        about = [say(f"papers_on_{wanted.paper}")]
        if wanted.document not in DOCUMENTS[Subject.CODES]:
            about.insert(0, say("papers_in_buyers", name=language) if to_buyer else language)
        if made.left_out:
            about.append(say("papers_left_out", count=f"{made.left_out:,}"))
        elif len(made.sizes) > 1:
            about.append(say("papers_pages", count=len(made.sizes)))
        self._say(say(f"papers_{wanted.document}"), " · ".join(about), wanted)
        self._panel.hide()
        self.preview.show()
        self.preview.show_job(made.sha256, made.pdf, SHOWN_DPI, "pdf")

    def _say(self, title: str, about: str, wanted: Wanted | None) -> None:
        self._title.setText(title)
        self._about.setText(about)
        others = () if wanted is None or wanted.document not in DOCUMENTS[Subject.ORDER] else DOCUMENTS[Subject.ORDER]
        say = self._work.words.say
        names = [
            f"▸ {say(f'papers_short_{each}')}" if wanted is not None and each is wanted.document
            else say(f"papers_short_{each}")
            for each in others
        ]
        self._others.setText("   ".join(names))
        self._others.setVisible(bool(names))

    def _state(self, state: str, title: str, hint: str) -> None:
        say = self._work.words.say
        self.preview.hide()
        self._panel.show()
        self._panel.show_state(state, say(title), say(hint))
