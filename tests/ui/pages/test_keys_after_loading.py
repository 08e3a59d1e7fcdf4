"""Who has the keys when a page's data has let itself be waited for."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.factories import House
from tests.ui.conftest import Person


@pytest.mark.parametrize("name", ["orders", "labels"])
def test_an_empty_list_has_the_keys_however_long_it_took_and_then_its_rows(
    name: str, person: Person, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    page: Any = person.window.pages[name]
    read, go_on = person.work.feed.read, asyncio.Event()

    async def slowly(*query: Any, **more: Any) -> Any:
        await go_on.wait()
        return await read(*query, **more)

    monkeypatch.setattr(person.work.feed, "read", slowly)
    person.window.go(name)
    person.wait(lambda: page._stack.currentWidget() is page._panel)
    go_on.set()
    person.wait(person.settled)
    assert page._state.isAncestorOf(person.window.focusWidget()) or person.window.focusWidget() is page._state

    order = house.picked("CUP")
    house.hands("BENCH-2").scan(house.tote_of(order), "CUP-EAN")
    person.wait(lambda: page.model.rowCount() == 1 and person.settled())
    assert person.window.focusWidget() is page.table
