"""What the results say in a sentence, the rows behind every number, the charts and the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer.testing

from data_access import clock
from data_access import database as database_module
from data_access.database import Database
from data_access.settings import settings
from domain.quality_flags import FlagKind
from metrics import cli, results
from metrics.errors import QuestionError
from metrics.figures.results import funnel_figure, interval_figure
from metrics.results import CampaignResults
from metrics.results.picks import pick_clients, pick_of_flag, pick_of_person, pick_tasks
from metrics.results.words import days_sentence, headline, signed_points
from metrics.uplift import FunnelStep, Verdict
from pages._ui.theme import _tokens
from tests.support.book_rows import NOW
from tests.support.databases import fresh_sqlite
from tests.support.drawn_rows import drawn_book

COLOURS = _tokens(dark=False, red_is_up=True)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory, template_folder: Path) -> Iterator[Database]:
    """The campaign as the process's own database, at the book's day."""
    db = fresh_sqlite(tmp_path_factory.mktemp("words"), template_folder)
    drawn_book(db)
    url = db.url.render_as_string(hide_password=False)
    with pytest.MonkeyPatch.context() as patch, clock.frozen(NOW):
        patch.setenv("DATABASE_URL", url)
        settings.cache_clear()
        patch.setitem(database_module._databases, url, db)
        yield db
    settings.cache_clear()
    db.dispose()


@pytest.fixture(scope="module")
def whole(drawn: Database) -> CampaignResults:
    with clock.frozen(NOW):
        return results.read_results("K1", db=drawn)


def said(whole: CampaignResults, *, days: int = 90, retention: bool = False, **changes: Any) -> tuple[str, str]:
    assert whole.uplift is not None
    campaigns = tuple(replace(one, purpose="retention") for one in whole.campaigns) if retention else whole.campaigns
    changed = replace(whole, days=days, campaigns=campaigns, uplift=replace(whole.uplift, **changes))
    found = headline(changed)
    return found.tone, found.text


@pytest.mark.parametrize(("changes", "tone", "text"), [
    ({"verdict": Verdict.WORKS, "difference": 0.1149}, "good", "with contact 11.5 percentage points more clients came"),
    ({"verdict": Verdict.WORKS, "difference": 0.05, "days": 60}, "good", "It works so far: with contact 5.0"),
    ({"verdict": Verdict.WORKS, "difference": 0.05, "retention": True}, "good", "more clients stayed than"),
    ({"verdict": Verdict.DOES_NOT, "high": 0.02}, "bad", "a difference that is worth the calls, 5.0 percentage points"),
    ({"verdict": Verdict.DOES_NOT, "high": -0.01}, "bad", "with contact fewer clients came back than without"),
    ({"verdict": Verdict.DOES_NOT, "high": 0.02, "days": 60}, "open", "Too early to say that it does not work: day 60"),
    ({"verdict": Verdict.CANNOT_TELL, "still_needed": 1_234}, "open", "about 1,234 more clients have to be drawn"),
    ({"verdict": Verdict.CANNOT_TELL, "still_needed": None}, "open", "no feasible number of clients"),
    ({"verdict": Verdict.NO_HOLDOUT}, "open", "Nobody was held back"),
    ({"verdict": Verdict.NO_HOLDOUT, "task_count": 0}, "open", "Every drawn client was held back"),
])  # fmt: skip
def test_the_verdict_in_one_sentence(whole: CampaignResults, changes: dict[str, Any], tone: str, text: str):
    found = said(whole, **changes)
    assert found[0] == tone
    assert text in found[1]


def test_how_far_the_data_reach(whole: CampaignResults):
    assert days_sentence(whole) == "Compared on day 90 after the draw."
    assert days_sentence(replace(whole, days=45)).endswith("data reach day 45, and day 45 is shown.")
    assert days_sentence(replace(whole, days=30, days_planned=30)) == "Day 30 after the draw is shown."
    assert headline(replace(whole, days=None)).text == "Nothing to compare yet: no month since the draw is known."
    assert headline(replace(whole, uplift=None)).text == "Nothing to compare: no outcome is known."
    assert [signed_points(one) for one in (0.0449, 0.0, -0.0351, 0.0004)] == ["+4.5", "0.0", "−3.5", "0.0"]


def test_every_number_has_its_rows(whole: CampaignResults):
    uplift = whole.uplift
    assert uplift is not None
    assert len(pick_clients(whole, arm="task")) == uplift.task_count
    assert len(pick_clients(whole, arm="task", returned=True)) == uplift.task_returned
    assert len(pick_clients(whole, arm="holdout", returned=True)) == uplift.held_returned
    assert len(pick_clients(whole, arm="holdout", contacted=True)) == uplift.contaminated
    assert [one.client_no for one in pick_clients(whole, known=False)] == ["C05"]
    for one in whole.funnel.steps:
        assert len(pick_tasks(whole, step=one.step)) == one.count
    for kind, cohorts in whole.cohorts.items():
        for cohort in cohorts:
            picked = {"month": cohort.month, "pool_status": kind}
            assert len(pick_tasks(whole, **picked)) == cohort.handed_out
            for months, count in enumerate(cohort.recognised):
                if count is not None:
                    assert len(pick_tasks(whole, recognised_after=months, **picked)) == count
    assert len(pick_tasks(whole, unregistered=True)) == whole.funnel.expired_unregistered == 1
    for person in whole.people:
        for one in person.funnel.steps[:5]:
            assert len(pick_of_person(pick_tasks(whole, step=one.step), person.staff_no)) == one.count
    for office in whole.offices:
        assert len(pick_clients(whole, office_code=office.office_code, arm="task")) == office.task_count
        assert len(pick_tasks(whole, office_code=office.office_code)) == office.funnel.steps[0].count
    for step in FunnelStep:
        whole_count = next(one.count for one in whole.funnel.steps if one.step == step)
        assert (
            sum(one.count for person in whole.people for one in person.funnel.steps if one.step == step) == whole_count
        )
        assert (
            sum(one.count for office in whole.offices for one in office.funnel.steps if one.step == step) == whole_count
        )
    rows = {flag.kind: pick_of_flag(whole, flag) for flag in whole.flags}
    assert [one.client_no for one in rows[FlagKind.HELD_BACK][0]] == ["C06"]
    assert [one.client_no for one in rows[FlagKind.TRIVIAL][1]] == ["C01"]


def test_the_charts_say_what_they_were_given():
    figure = interval_figure(COLOURS, 0.05, 0.01, 0.09, zero="no difference", title="Share", text="+5.0", line=0.03,
                             line_text="worth it: 3.0", ratio=True)  # fmt: skip
    assert list(figure.data[0].x) == [0.01, 0.09]
    assert list(figure.data[1].x) == [0.05]
    assert {one.text for one in figure.layout.annotations} == {"<b>+5.0</b>", "no difference", "worth it: 3.0"}
    alone = interval_figure(COLOURS, 3.0, None, None, zero="0", title="t", text="3")
    assert [list(trace.x) for trace in alone.data] == [[3.0]]
    bars = funnel_figure(COLOURS, [("Handed out", 4, 4), ("Attempted", 1, 4), ("Later", 0, 0)], none="not yet").data[0]
    assert list(bars.x) == [1.0, 0.25, 0.0]
    assert list(bars.text) == ["4 / 4 · 100.0%", "1 / 4 · 25.0%", "not yet"]


def test_the_command_line_and_the_notebook_read_the_same(drawn: Database, whole: CampaignResults):
    def run(*words: str) -> str:
        found = typer.testing.CliRunner().invoke(cli.app, ["results", *words])
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        return found.output

    printed = run("K1")
    assert printed.startswith("Cannot tell yet: about")
    assert "Compared on day 90 after the draw." in printed
    assert json.loads(run("K1", "--format", "json"))[0]["returned"] == 2
    assert run("K1", "--table", "funnel", "--format", "csv").splitlines()[:2] == [
        "step,count,of,ratio",
        "handed_out,6,6,1.0",
    ]
    assert run("K1", "--as-of", "2024-05-31", "--days", "51", "--language", "zh_CN").startswith("尚不能判断")
    assert len(results.results_table(whole, "clients")) == 10
    assert results.results_table(whole, "people")["handed_out"].sum() == 6
    for words, sentence in (
        (("K9",), "No campaign K9 was drawn by 2024-07-10."), (("K1", "--as-of", "soon"), "Not a day: 'soon'"),
        (("K1", "--days", "0"), "Not a number of days: 0."), (("K1", "--table", "x"), "Unknown table 'x'"),
        (("K1", "--format", "x"), "Unknown format 'x'"),
    ):  # fmt: skip
        with pytest.raises(QuestionError, match=sentence.split(";")[0].replace(".", "\\.")):
            run(*words)
