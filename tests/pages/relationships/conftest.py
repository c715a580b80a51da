"""Files of the pages about relationships, pressed and fetched as a browser does."""

from __future__ import annotations

from typing import Any

import pytest

from pages._ui import exports
from tests.pages.test_exports import fetch, rows_of
from tests.support.apptest import Screen


@pytest.fixture
def press_export(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Choose CSV in a page's export menu and return the rows of the file that the browser is sent to."""
    sent: list[str] = []
    monkeypatch.setattr(exports, "go_to", sent.append)

    def press(screen: Screen) -> list[dict[str, str]]:
        screen.at.menu_button(key="export").click("csv")
        screen.run()
        status, _headers, pieces = fetch(sent.pop(), screen.token)
        assert status == 200
        return rows_of(pieces)

    return press
