"""The lists that can be exported, as the pages show them; every finished export leaves an audit row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, select

from data_access.actor import ActingUser
from data_access.audit import append_audit
from data_access.database import Database
from data_access.reads.client_filter import ClientFilter, near_silent_filter
from data_access.reads.client_lists import ORDERS, PAGE_LIMIT, read_clients
from data_access.reads.generation import Generation, read_generation
from data_access.reads.narrowing import narrow_clients
from data_access.reads.rules import read_rules
from data_access.reads.staff_results import read_people
from data_access.reads.tasks import PAGE_ROWS, read_tasks
from data_access.scope import Scope, narrow, narrow_to_units
from data_access.tables import build, org_unit
from domain.months import month_end, month_text, parse_month
from domain.profiles import Profile, read_profile
from domain.words import ClientKind, ContactResult, StaffCategory, Status, TaskPriority, TaskState, Tier
from metrics.catalogue import METRICS
from metrics.errors import QuestionError
from metrics.explore.cells import read_cell
from metrics.export.files import FORMATS, Column, Export, Sheet, Summary
from metrics.kept_rows import require_clients
from metrics.language import SOURCE, translator
from metrics.query import query
from metrics.ranking import STAFF_KEYS, ranked_people
from metrics.units import COUNT, YUAN

Params = Mapping[str, Any]
CLIENT_COLUMNS = (
    Column("client_no", "Client number"), Column("name", "Name"), Column("office_code", "Office code"),
    Column("office", "Business office"), Column("client_kind", "Kind", words=ClientKind),
    Column("status", "Status", words=Status), Column("tier", "Tier", words=Tier),
    Column("tier_before", "Tier before", words=Tier), Column("months_quiet", "Months quiet", COUNT),
    Column("last_trade", "Last trade"), Column("end_assets_yuan", "Assets (yuan)", YUAN),
    Column("value_yuan", "Value, trailing 12 months (yuan)", YUAN), Column("lost_on", "Lost on"),
    Column("archived_on", "Archived on"), Column("holders", "Holders"), Column("task_no", "Open task"),
    Column("task_staff", "Task with"),
)  # fmt: skip
_STAFF_COLUMNS = (
    Column("staff_no", "Staff number"), Column("name", "Name"), Column("category", "Category", words=StaffCategory),
    Column("unit_code", "Unit code"), Column("unit", "Unit"), Column("rank", "Rank", COUNT),
    *(Column(key, METRICS[key].label, METRICS[key].unit) for key in STAFF_KEYS),
)  # fmt: skip
_TASK_COLUMNS = (
    Column("task_no", "Task"), Column("state", "State", words=TaskState), Column("client_no", "Client number"),
    Column("client_name", "Name"), Column("office_name", "Business office"), Column("staff_no", "Staff number"),
    Column("staff_name", "Task with"), Column("pool_status", "Pool status", words=Status),
    Column("priority", "Priority", words=TaskPriority), Column("due_on", "Due on"), Column("note", "Note"),
    Column("assigned_at", "Handed out at"), Column("last_contact_at", "Last contact at"),
    Column("last_result", "Result", words=ContactResult), Column("next_step_on", "Next step"),
    Column("campaign_name", "Campaign"), Column("value_yuan", "Expected value (yuan)", YUAN), Column("grade", "Grade"),
    Column("closed_on", "Closed on"),
)  # fmt: skip


class ListRequest:
    """One export: whose, of what month and place, within which profile, in which language."""

    def __init__(self, db: Database, user: ActingUser, params: Params) -> None:
        self.db, self.user, self.params = db, user, params
        language = params.get("language")
        self.language = str(language) if language else SOURCE
        with db.reading() as connection:
            asked = params.get("generation")
            pinned = read_generation(connection, int(str(asked)) if asked else None)
            if pinned is None or not pinned.builds:
                raise QuestionError("Nothing is published yet; run `python -m data_access refresh`.")
            self.generation: Generation = pinned
            self.month = _month(pinned, params.get("as_of"))
            require_clients(connection, pinned, [pinned.builds[self.month]])
            self.profile = read_profile({name: self.listed(f"profile_{name}") for name in ("unit", "kind", "tier")})
            reach, _units = narrow_to_units(connection, user.scope, self.profile.units)
            self.place, self.scope = _reach(connection, reach, params.get("unit"))
            self.rule_version = int(
                connection.execute(
                    select(build.c.rule_version).where(build.c.build_id == pinned.builds[self.month])
                ).scalar_one()
            )

    def listed(self, name: str) -> tuple[str, ...]:
        """Return a filter's values; a single one counts as a list of one."""
        value = self.params.get(name)
        return () if not value else (str(value),) if isinstance(value, str) else tuple(str(one) for one in value)

    def made(self, title: str, columns: tuple[Column, ...], rows: Iterator[dict[str, Any]],
             keys: tuple[str, ...]) -> Export:  # fmt: skip
        """Return the file; its audit row is written when the last piece has left."""
        form = str(self.params.get("format") or "csv")
        if form not in FORMATS:
            raise QuestionError(f"Unknown format {form!r}; allowed are {', '.join(FORMATS)}.")
        media_type, writer = FORMATS[form]
        translate = translator(self.language)
        notes = [
            (translate("As of"), month_text(self.month)), (translate("Place"), self.place),
            *_profile_notes(self.profile, translate), (translate("Rule version"), str(self.rule_version)),
            (translate("Generation"), str(self.generation.generation_id)),
            *((translate(METRICS[key].label), translate(METRICS[key].definition)) for key in keys),
        ]  # fmt: skip
        summary = Summary()
        chunks = writer(Sheet(title, columns, rows, notes), translate, summary)
        kind = title.lower().replace(" ", "_")
        return Export(f"{kind}_{month_text(self.month)}.{form}", media_type,
                      self._audited(chunks, kind, columns, summary))  # fmt: skip

    def _audited(self, chunks: Iterator[bytes], kind: str, columns: tuple[Column, ...],
                 summary: Summary) -> Iterator[bytes]:  # fmt: skip
        yield from chunks
        kept = {name: value for name, value in self.params.items() if value}
        self.db.transact(lambda connection: append_audit(
            connection, action="export", user_id=self.user.user_id, operator=self.user.operator,
            object_kind="export", object_key=kind,
            details={"filter": kept, "month": self.month, "generation": self.generation.generation_id,
                     "columns": [column.name for column in columns], "row_count": summary.row_count,
                     "sha256": summary.sha256}))  # fmt: skip


def _profile_notes(profile: Profile, translate: Callable[[str], str]) -> list[tuple[str, str]]:
    """Return what the profile keeps, for the definitions beside the data; nothing without one."""
    words = {"Places of the profile": list(profile.units),
             "Kinds of the profile": [translate(ClientKind(code).label) for code in profile.kinds],
             "Tiers of the profile": list(profile.tiers)}  # fmt: skip
    return [(translate(name), "、".join(values)) for name, values in words.items() if values]


def _month(pinned: Generation, asked: object) -> int:
    newest = max(pinned.builds)
    with suppress(ValueError):
        month = parse_month(str(asked))
        return month if month in pinned.builds else newest
    return newest


def _reach(connection: Connection, scope: Scope, unit_code: object) -> tuple[str, Scope]:
    if not unit_code:
        return "–", scope
    unit = connection.execute(
        select(org_unit.c.unit_id, org_unit.c.name).where(org_unit.c.unit_code == str(unit_code))
    ).first()
    return (unit.name, narrow(connection, scope, unit.unit_id)) if unit else ("–", narrow(connection, scope, -1))


def _export_clients(title: str, keys: tuple[str, ...]) -> Callable[[Database, ActingUser, Params], Export]:
    def export(db: Database, user: ActingUser, params: Params) -> Export:
        request = ListRequest(db, user, params)
        return request.made(title, CLIENT_COLUMNS, client_rows(request, _client_filter(request)), keys)

    return export


def _client_filter(request: ListRequest) -> ClientFilter:
    """Read the page's filters; codes that are not known keep nothing, as on the page."""
    first, last = (*(request.params.get("quiet") or ()), None, None)[:2]
    task = request.params.get("task")
    more: dict[str, Any] = {
        "tiers": request.listed("tier"), "tiers_before": request.listed("tier_before"),
        "kinds": request.listed("kind"), "office_codes": request.listed("office"),
        "has_task": None if task is None else task == "with", "moved": str(request.params.get("moved") or ""),
        "active": str(request.params.get("active") or ""),
        "among": read_cell(str(request.params.get("cell") or "")),
    }  # fmt: skip
    statuses = request.listed("status")
    with request.db.reading() as connection:
        rules = read_rules(connection, month_end(request.month))
    if statuses == ("near",):
        return near_silent_filter(rules, (first, last), **more)
    if request.params.get("newly"):
        more["newly"] = rules.silent_months
    return ClientFilter(statuses=statuses, quiet_from=first, quiet_to=last, **more)


def client_rows(request: ListRequest, kept: ClientFilter) -> Iterator[dict[str, Any]]:
    """Yield the whole list within the profile page by page; each page is a short read of its own."""
    after: tuple[Any, int] | None = None
    kept = narrow_clients(kept, request.profile)
    order = str(request.params.get("order") or "value")
    if order not in ORDERS:
        raise QuestionError(f"Unknown order {order!r}; allowed are {', '.join(ORDERS)}.")
    while True:
        with request.db.reading() as connection:
            page = read_clients(connection, request.generation, request.month, request.scope, kept, order=order,
                                after=after)  # fmt: skip
        for row in page:
            last = row["last_trade_month"]
            yield {**row, "end_assets_yuan": yuan_of(row["end_assets_fen"]), "value_yuan": yuan_of(row["value_fen"]),
                   "last_trade": month_text(last) if last else None}  # fmt: skip
        if len(page) < PAGE_LIMIT:
            return
        after = (page[-1]["sort_value"], page[-1]["client_id"])


def yuan_of(fen: int | None) -> Any:
    """Return fen as yuan with two decimals, None for no data."""
    return None if fen is None else YUAN.exact(fen) / 100


def _export_staff(db: Database, user: ActingUser, params: Params) -> Export:
    request = ListRequest(db, user, params)
    period, order = str(params.get("period") or "month"), str(params.get("by") or "staff_net_income")
    if order not in STAFF_KEYS:
        raise QuestionError(f"Unknown order {order!r}; allowed are {', '.join(STAFF_KEYS)}.")
    frame = query(STAFF_KEYS, by="staff", as_of=request.month, period=period, scope=request.scope, db=db,
                  generation=request.generation)  # fmt: skip
    with db.reading() as connection:
        people = read_people(connection, request.scope)
    lines = ranked_people(frame.to_dict("records"), people, order, request.listed("category"))
    return request.made("Staff performance", _STAFF_COLUMNS, iter(lines), STAFF_KEYS)


def _export_tasks(db: Database, user: ActingUser, params: Params) -> Export:
    request = ListRequest(db, user, params)
    return request.made("Tasks", _TASK_COLUMNS, _task_rows(request), ("tasks_open", "tasks_done"))


def _task_rows(request: ListRequest) -> Iterator[dict[str, Any]]:
    after = None
    while True:
        with request.db.reading() as connection:
            page = read_tasks(
                connection, request.scope, request.user, whose=str(request.params.get("whose") or "team"),
                states=request.listed("state"), overdue=bool(request.params.get("overdue")), after=after,
                campaign_no=str(request.params.get("campaign_no") or "") or None,
                staff_no=str(request.params.get("staff_no") or "") or None,
                kinds=request.profile.kinds)  # fmt: skip
        for row in page:
            yield {column.name: getattr(row, column.name) for column in _TASK_COLUMNS}
        if len(page) < PAGE_ROWS:
            return
        after = page[-1].position


EXPORTERS: dict[str, Callable[[Database, ActingUser, Params], Export]] = {
    "pool": _export_clients("Pool", ("pool_lost", "pool_archived", "pool_silent")),
    "tier_list": _export_clients("Tiers", ("clients", "assets", "net_income")),
    "client_list": _export_clients("Clients", ("clients", "assets", "net_income")),
    "staff_performance": _export_staff,
    "task_list": _export_tasks,
}
"""Kind of list -> writer of its file; the rows are those inside the user's reach."""
