"""The results of some campaigns put together, read and counted: what page, export, command line and notebook show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, timedelta

from sqlalchemy import Connection

from data_access.reads.campaign_tasks import read_campaign_tasks, read_held_back_contacts
from data_access.reads.conduct import month_known
from data_access.reads.drawn import read_conduct, read_drawn
from data_access.reads.generation import Generation, read_generation
from data_access.reads.outcomes import DrawnCampaign, read_drawn_campaigns
from data_access.reads.rules import read_rules
from data_access.scope import Scope
from domain.holdout import Arm
from domain.months import month_end
from domain.quality_flags import HeldBack
from metrics.results.compare import changes_of, client_results, compared, days_shown
from metrics.results.facts import CampaignResults, Comparison
from metrics.results.work import flags_of, offices_of, people_of, task_results
from metrics.uplift import cohorts_of, funnel_of

COHORT_MONTHS = 6
HELD = Arm.HOLDOUT.value


def results_of(connection: Connection, scope: Scope, campaign_nos: Sequence[str], *, as_of: date,
               days: int | None = None, generation: Generation | None = None) -> CampaignResults:  # fmt: skip
    """Return the comparison of some campaigns together with the work done for them; see ``comparison_of``."""
    generation = generation or read_generation(connection)
    compared_groups = comparison_of(connection, scope, campaign_nos, as_of=as_of, days=days, generation=generation)
    return with_work(connection, scope, compared_groups, generation=generation)


def comparison_of(connection: Connection, scope: Scope, campaign_nos: Sequence[str], *, as_of: date,
                  days: int | None = None, generation: Generation | None = None,
                  campaigns: Sequence[DrawnCampaign] | None = None) -> Comparison:  # fmt: skip
    """Return both groups of some campaigns put together, as far as they lie inside the reach, as of a day.

    Months, events, tasks and contacts up to ``as_of`` only. ``days``: the day after the draws on which the groups are
    compared, the campaigns' own (the smallest of them) when None. Campaigns outside the reach are left out;
    ``campaigns``: those that the reader sees, where they are read already, the newest first. Raises
    ``ValueError`` for ``days`` below 1.
    """
    if days is not None and days < 1:
        raise ValueError("the groups are compared on day 1 after the draw or later")
    generation = generation or read_generation(connection)
    if campaigns is None:
        campaigns = read_drawn_campaigns(connection, scope, as_of=as_of, campaign_nos=campaign_nos,
                                         generation=generation)  # fmt: skip
    campaigns = [one for one in campaigns if one.campaign_no in campaign_nos]
    last = month_known(generation, as_of)
    drawn = [read_drawn(connection, scope, one) for one in sorted(campaigns, key=lambda each: each.campaign_no)]
    waiting = tuple(one.campaign_no for one in campaigns if one.known_days is None)
    held_back = tuple(HeldBack(row.client_no, one.campaign.drawn_on, one.campaign.window_to_on) for one in drawn
                      for row, arm in zip(one.rows, one.arms, strict=True) if arm == HELD)  # fmt: skip
    held = {one.campaign.campaign_no for one in drawn if HELD in one.arms}
    unheld = tuple(one.campaign_no for one in campaigns if one.campaign_no not in held)
    # a campaign nobody of which was held back says nothing beside others; alone it is shown as it is
    left_out = {*waiting, *(unheld if held else ())}
    taking_part = [one for one in campaigns if one.campaign_no not in left_out]
    planned, shown = days_shown(taking_part or campaigns, days)
    conducts = [
        read_conduct(connection, scope, one, until_on=one.campaign.drawn_on + timedelta(days=shown), as_of=as_of,
                     generation=generation)
        for one in drawn if one.campaign.campaign_no not in left_out and one.rows
    ] if shown is not None and generation is not None else []  # fmt: skip
    clients = [client for one in conducts
               for client in client_results(one, read_rules(connection, one.drawn.campaign.drawn_on))]  # fmt: skip
    return Comparison(
        campaigns=tuple(campaigns), as_of=as_of, known_to_on=month_end(last) if last else None, days_planned=planned,
        days=shown, uplift=compared(clients, taking_part), clients=tuple(clients),
        unknown_task=sum(one.returned is None and one.arm != HELD for one in clients),
        unknown_held=sum(one.returned is None and one.arm == HELD for one in clients),
        waiting=waiting, unheld=unheld, drawn_task=sum(len(one.rows) for one in drawn) - len(held_back),
        drawn_held=len(held_back), change=tuple(changes_of(conducts)), held_back=held_back)  # fmt: skip


def with_work(connection: Connection, scope: Scope, found: Comparison, *,
              generation: Generation | None = None) -> CampaignResults:  # fmt: skip
    """Return a comparison together with the tasks of its campaigns, their people, offices and quality flags.

    Reach and generation are those of the comparison.
    """
    generation = generation or read_generation(connection)
    as_of, last = found.as_of, month_known(generation, found.as_of)
    numbers = [one.campaign_no for one in found.campaigns]
    tasks = read_campaign_tasks(connection, scope, numbers, as_of=as_of, generation=generation,
                                campaigns=found.campaigns)  # fmt: skip
    now = read_rules(connection, as_of)
    worked = task_results(tasks, scope, found.known_to_on, now)
    named = {task.staff_no for task in worked if task.is_visible}
    contacts = read_held_back_contacts(connection, scope, numbers, as_of=as_of, campaigns=found.campaigns)
    every = [task.row for task in worked]
    kinds = {"": every, **{kind: [row for row in every if row.pool_status == kind]
                           for kind in sorted({row.pool_status for row in every})}}  # fmt: skip
    return CampaignResults(
        **{one.name: getattr(found, one.name) for one in fields(Comparison)},
        tasks=tuple(worked), funnel=funnel_of(every),
        cohorts={kind: tuple(cohorts_of(rows, last_month=last or 0, months=COHORT_MONTHS))
                 for kind, rows in kinds.items()},
        people=tuple(people_of(worked)), offices=tuple(offices_of(found.clients, worked)),
        flags=tuple(flags_of(tasks, found.held_back, contacts, as_of, now, named.__contains__)))  # fmt: skip
