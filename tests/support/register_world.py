"""A copy of the small firm under random acts: the held clock, sessions, imports, and what got through."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from hypothesis.stateful import RuleBasedStateMachine

from data_access.actor import NotAllowed, NotSignedIn, OperatorActor, SessionActor
from data_access.clock import frozen
from data_access.commands.acting import Refused
from data_access.database import Database
from data_access.imports import FileRefused, import_file
from tests.support.approval_book import Shown
from tests.support.book_rows import NOW, Book, signed_in
from tests.support.register_model import Posts

T = TypeVar("T")
OPERATOR = OperatorActor("machine")


class RegisterWorld(RuleBasedStateMachine):
    """``posts``: who may decide for which post today, kept beside the product and asked before every press.

    ``opened``: how many accounts a client has; ``screens``: what was first seen of a chain.
    """

    places: Iterator[Path]
    template: Path
    book: Book
    done: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.folder = next(self.places)
        shutil.copyfile(self.template, self.folder / "register.sqlite3")
        self.db = Database(f"sqlite:///{self.folder / 'register.sqlite3'}")
        self.moment, self.requests, self.checked = NOW, 0, 0
        self.clock = frozen(NOW)
        self.clock.__enter__()
        self.signed: dict[str, tuple[datetime, SessionActor]] = {}
        self.posts = Posts()
        self.opened: dict[str, int] = {}
        self.screens: dict[str, Shown] = {}

    def teardown(self) -> None:
        self.clock.__exit__(None, None, None)
        self.db.dispose()
        shutil.rmtree(self.folder)

    def wait(self, length: timedelta) -> None:
        self.clock.__exit__(None, None, None)
        self.moment += length
        self.clock = frozen(self.moment)
        self.clock.__enter__()

    def actor(self, username: str) -> SessionActor:
        """Return a session of a user that is not idle for too long."""
        since, actor = self.signed.get(username, (NOW, None))
        if actor is None or self.moment - since > timedelta(minutes=20):
            actor = signed_in(self.db, self.book, username)
            self.signed[username] = (self.moment, actor)
        return actor

    def tried(self, what: str, act: Callable[[str], T]) -> T | None:
        """Act a minute later than the act before; None when the rules, the rights or the file's checks refuse."""
        self.wait(timedelta(minutes=1))
        self.requests += 1
        self.done["steps"] += 1
        try:
            result = act(f"r{self.requests}")
        except (Refused, NotAllowed, NotSignedIn, FileRefused):
            return None
        self.done[what] += 1
        return result

    def load(self, kind: str, body: str) -> None:
        path = self.folder / f"{kind}.csv"
        path.write_text(body)
        import_file(self.db, actor=OPERATOR, kind=kind, path=path)
