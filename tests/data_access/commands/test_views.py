"""Saved views: the owner's alone to change, everybody's to open when shared, plain text, one window at a time."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, text

from data_access.actor import ActingUser, NotAllowed, NotSignedIn, SessionActor, acting_user
from data_access.clock import now
from data_access.commands.acting import Refused
from data_access.commands.views import delete_view, rename_view, replace_view, save_view, share_view
from data_access.database import Database
from data_access.reads.views import PAGE_VIEWS, read_own_views, read_shared_views, read_view
from data_access.tables import audit_event, saved_view
from tests.support.apptest import token_of
from tests.support.firm import small_firm

BODY = {"measure": ["clients"], "where": ["branch:B01"]}


@pytest.fixture
def firm(db: Database) -> Database:
    small_firm(db)
    return db


def user_of(db: Database, token: str) -> ActingUser:
    with db.reading() as connection:
        return acting_user(connection, SessionActor(token))


def own(db: Database, token: str) -> list[tuple[str, int, bool]]:
    reader = user_of(db, token)
    with db.reading() as connection:
        views = read_own_views(connection, reader, "explore")
    return [(view.name, view.version, view.is_shared) for view in views]


def seen(db: Database, token: str) -> list[str]:
    with db.reading() as connection:
        return [view.name for view in read_shared_views(connection, user_of(db, token), "explore")]


def test_the_life_of_a_view(firm: Database) -> None:
    head, analyst = token_of(firm, "branch_head"), token_of(firm, "analyst")
    actor = SessionActor(head)
    key = save_view(firm, actor=actor, kind="explore", name="  My   view ", body=BODY)
    assert (own(firm, head), own(firm, analyst), seen(firm, analyst)) == ([("My view", 1, False)], [], [])
    share_view(firm, actor=actor, view_id=key, version=1, shared=True)
    rename_view(firm, actor=actor, view_id=key, version=2, name="Ours")
    replace_view(firm, actor=actor, view_id=key, version=3, body={"measure": ["assets"]})
    assert (own(firm, head), seen(firm, analyst), seen(firm, head)) == ([("Ours", 4, True)], ["Ours"], [])
    with firm.reading() as connection:
        opened = read_view(connection, user_of(firm, analyst), key, "explore")
        assert opened is not None
        assert (opened.body, opened.is_own) == ({"measure": ["assets"]}, False)
        assert read_view(connection, user_of(firm, analyst), key, "profile") is None
    share_view(firm, actor=actor, view_id=key, version=4, shared=False)
    with firm.reading() as connection:
        assert read_view(connection, user_of(firm, analyst), key, "explore") is None
    delete_view(firm, actor=actor, view_id=key, version=5)
    assert own(firm, head) == []
    with firm.reading() as connection:
        acts = connection.execute(select(audit_event.c.action).where(audit_event.c.object_kind == "saved_view")
                                  .order_by(audit_event.c.sequence)).scalars().all()  # fmt: skip
    assert acts == ["view.save", "view.share", "view.rename", "view.replace", "view.unshare", "view.delete"]


def test_only_the_owner_changes_a_view_even_a_shared_one(firm: Database) -> None:
    actor, other = SessionActor(token_of(firm, "branch_head")), SessionActor(token_of(firm, "hq"))
    key = save_view(firm, actor=actor, kind="explore", name="Mine", body=BODY)
    share_view(firm, actor=actor, view_id=key, version=1, shared=True)
    for act in (
        lambda: rename_view(firm, actor=other, view_id=key, version=2, name="Theirs"),
        lambda: replace_view(firm, actor=other, view_id=key, version=2, body={}),
        lambda: share_view(firm, actor=other, view_id=key, version=2, shared=False),
        lambda: delete_view(firm, actor=other, view_id=key, version=2),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.reason.code == "view.not_found"


def test_a_change_from_an_old_window_is_refused(firm: Database) -> None:
    actor = SessionActor(token_of(firm, "analyst"))
    key = save_view(firm, actor=actor, kind="explore", name="Mine", body=BODY)
    rename_view(firm, actor=actor, view_id=key, version=1, name="New")
    for act in (lambda: rename_view(firm, actor=actor, view_id=key, version=1, name="Old"),
                lambda: delete_view(firm, actor=actor, view_id=key, version=1)):  # fmt: skip
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.reason.code == "view.changed"


@pytest.mark.parametrize(("name", "code"), [
    ("", "view.name_missing"), (" \t\n\u200b\x00", "view.name_missing"), ("x" * 61, "view.name_long"),
    ("Taken", "view.name_taken")])  # fmt: skip
def test_names_that_are_refused(firm: Database, name: str, code: str) -> None:
    actor = SessionActor(token_of(firm, "analyst"))
    save_view(firm, actor=actor, kind="explore", name="Taken", body=BODY)
    with pytest.raises(Refused) as refused:
        save_view(firm, actor=actor, kind="explore", name=name, body=BODY)
    assert refused.value.reason.code == code


def test_large_bodies_and_unknown_kinds_are_refused(firm: Database) -> None:
    actor = SessionActor(token_of(firm, "analyst"))
    with pytest.raises(Refused, match="too many filters"):
        save_view(firm, actor=actor, kind="explore", name="x", body={"where": ["x" * 20_000]})
    with pytest.raises(Refused, match="is not a value of kind"):
        save_view(firm, actor=actor, kind="password", name="x", body={})


def test_who_may_not_keep_views(firm: Database) -> None:
    with pytest.raises(NotAllowed):
        save_view(firm, actor=SessionActor(token_of(firm, "user_admin")), kind="explore", name="x", body={})
    with pytest.raises(NotSignedIn):
        save_view(firm, actor=SessionActor("nobody"), kind="explore", name="x", body={})


def test_names_are_plain_text_and_never_statements(sqlite_db: Database) -> None:
    small_firm(sqlite_db)
    actor = SessionActor(token_of(sqlite_db, "analyst"))

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.one_of(st.text(min_size=1, max_size=60), st.sampled_from([
        "'; DROP TABLE saved_view; --", "**bold** [x](javascript:alert(1))", "<script>alert(1)</script>", "=1+1",
        '" OR 1=1', "%s %(x)s :name", "$$ ; select pg_sleep(9)", "{0.__class__}", "\\", "名字"])))  # fmt: skip
    def holds(name: str) -> None:
        try:
            key = save_view(sqlite_db, actor=actor, kind="explore", name=name, body=BODY)
        except Refused as refused:
            if refused.reason.code not in ("view.name_missing", "view.name_taken"):
                raise
            return
        with sqlite_db.reading() as connection:
            kept = connection.execute(select(saved_view.c.name).where(saved_view.c.view_id == key)).scalar_one()
        assert kept == " ".join("".join(char if char.isprintable() else " " for char in name).split())

    holds()


def test_ten_thousand_views_are_read_by_the_page(sqlite_db: Database) -> None:
    small_firm(sqlite_db)
    token = token_of(sqlite_db, "analyst")
    reader = user_of(sqlite_db, token)
    other = user_of(sqlite_db, token_of(sqlite_db, "hq"))
    rows = [{"owner_id": owner, "kind": "explore", "name": f"View {number:05}", "body": "{}", "is_shared": True,
             "created_at": now(), "version": 1}
            for owner in (reader.user_id, other.user_id) for number in range(5_000)]  # fmt: skip
    with sqlite_db.writing() as connection:
        connection.execute(insert(saved_view), rows)
    with sqlite_db.reading() as connection:
        assert connection.execute(select(func.count()).select_from(saved_view)).scalar_one() == 10_000
        mine, theirs, after, before = [], [], "", None
        while len(mine) < 500:
            mine += (page := read_own_views(connection, reader, "explore", after=after))
            theirs += (shared := read_shared_views(connection, reader, "explore", before=before))
            assert len(page) == len(shared) == PAGE_VIEWS
            after, before = page[-1].name, shared[-1].view_id
        assert [view.name for view in mine[:3]] == ["View 00000", "View 00001", "View 00002"]
        assert len({view.view_id for view in mine + theirs}) == 1_000
        assert theirs[0].name == "View 04999"
        plan = str(connection.execute(text(
            "EXPLAIN QUERY PLAN SELECT * FROM saved_view WHERE is_shared AND kind = 'explore' AND owner_id <> 3 "
            "AND view_id < 5000 ORDER BY view_id DESC LIMIT 50")).all())  # fmt: skip
    assert "TEMP B-TREE" not in plan
