"""Pages without a server or a browser: the shell run by Streamlit's own test runner, signed in as a given user.

The session is a real row; only the cookie that carries its token is put in the place of the browser's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import select
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from data_access.database import Database
from data_access.sessions import begin_session
from data_access.tables import app_user
from pages._ui import session
from pages._ui.navigation import PAGES
from tests.support.html import read_card, read_links, read_table

# the runner looks through every installed package for components each time it is made; they stay the same
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)

SHELL = PAGES / "_ui" / "shell.py"
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
SENTENCES = ("title", "header", "subheader", "caption", "markdown", "text", "info", "success", "warning", "error",
             "code")  # fmt: skip


@dataclass(frozen=True)
class Screen:
    """One open page and what it shows. ``at`` is the runner, for anything that has no shorthand here."""

    at: AppTest
    token: str

    def run(self) -> Screen:
        """Run the page anew, as any click does; fails with the message of an exception on the page."""
        self.at.run(timeout=60)
        if len(self.at.exception):
            shown = self.at.exception[0]
            raise AssertionError(f"the page shows an error: {shown.message}\n" + "\n".join(shown.stack_trace[-6:]))
        return self

    @property
    def heading(self) -> str:
        """The page's title; '' when it has none."""
        return str(self.at.title[0].value) if len(self.at.title) else ""

    @property
    def blocks(self) -> list[str]:
        """The headings of the blocks."""
        return [str(entry.value) for entry in self.at.subheader]

    @property
    def cards(self) -> dict[str, str]:
        """Label -> value of every figure drawn as a card."""
        plain = [card for entry in self.at.get("html") if (card := read_card(entry.proto.body))]
        return {str(entry.label): str(entry.value) for entry in self.at.metric} | dict(plain)

    @property
    def menu(self) -> list[str]:
        """Addresses of the screens the navigation offers."""
        return [
            str(page["url_pathname"])
            for page in self.at._registered_pages.values()
            if page.get("url_pathname") and not page.get("is_hidden")
        ]

    def table(self, *columns: str) -> pd.DataFrame:
        """The first table that has these columns."""
        return next(table for table in self.tables() if set(columns) <= set(table.columns))

    def has_table(self, *columns: str) -> bool:
        """Tell whether a table with these columns is on the page."""
        return any(set(columns) <= set(table.columns) for table in self.tables())

    def tables(self) -> list[pd.DataFrame]:
        """Every table on the page: the grids, then those of plain HTML."""
        plain = (read_table(entry.proto.body) for entry in self.at.get("html"))
        return [*(entry.value for entry in self.at.dataframe), *(table for table in plain if table is not None)]

    @property
    def clients(self) -> list[str]:
        """Client numbers of the client list on the page, in its order."""
        if any({"client", "name"} <= set(entry.value.columns) for entry in self.at.dataframe):
            links = [str(link) for link in self.table("client", "name")["client"]]
        else:
            links = [link for entry in self.at.get("html") for link in read_links(entry.proto.body)]
        return [link.rsplit("client=", 1)[1] for link in links]

    def options(self, key: str) -> list[str]:
        """What the selection with this key offers."""
        return [str(option) for option in self._selection(key).options]

    def value(self, key: str) -> object:
        """What the selection with this key holds."""
        return self._selection(key).value

    def says(self, kind: str) -> list[str]:
        """Every sentence of one kind: info, warning, error, success, caption …"""
        return [str(entry.value) for entry in self.at.get(kind)]

    def everything(self) -> str:
        """All text on the page, for what must not be there."""
        parts = [text for kind in SENTENCES for text in self.says(kind)]
        parts += [table.to_csv() for table in self.tables()]
        return "\n".join([*parts, *(f"{name} {value}" for name, value in self.cards.items())])

    def press(self, label: str) -> Screen:
        """Press the button with this label."""
        next(entry for entry in self.at.button if entry.label == label).click()
        return self.run()

    def choose(self, key: str, value: object) -> Screen:
        """Choose in the selection with this key."""
        self._selection(key).set_value(value)
        return self.run()

    def _selection(self, key: str) -> Any:
        kinds = ("selectbox", "multiselect", "button_group", "slider", "text_input")
        return next(entry for kind in kinds for entry in self.at.get(kind) if entry.key == key)

    def select_rows(self, key: str, *rows: int) -> Screen:
        """Tick rows of a table."""
        self.at.session_state[key] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
        return self.run()

    @property
    def address(self) -> dict[str, str | list[str]]:
        """The parameters in the address bar."""
        return {
            name: value[0] if isinstance(value, list) and len(value) == 1 else value
            for name, value in dict(self.at.query_params).items()
        }


Open = Callable[..., Screen]


def opener(db: Database, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Return ``open_screen(address, user, language="en", **query)``: sign in and open a page by its address."""

    def open_screen(
        address: str,
        user: str | None,
        *,
        language: str = "en",
        query: Mapping[str, Any] | None = None,
        state: Mapping[str, Any] | None = None,
    ) -> Screen:
        token = "" if user is None else token_of(db, user)
        monkeypatch.setattr(session, "session_token", lambda: token)
        at = AppTest.from_file(SHELL, default_timeout=60)
        at.context = {"locale": LOCALES[language], "theme": "light", "url": f"http://localhost:8501/{address}"}
        for name, value in (query or {}).items():
            at.query_params[name] = value
        for name, value in (state or {}).items():
            at.session_state[name] = value
        at._page_hash = calc_hash(address)  # what a browser sends that opens the address
        return Screen(at, token).run()

    return open_screen


def token_of(db: Database, username: str) -> str:
    """Begin a session of a user and return its token."""
    with db.writing() as connection:
        row = connection.execute(select(app_user).where(app_user.c.username == username)).one()
        return begin_session(connection, user_id=row.user_id, access_version=row.access_version)
