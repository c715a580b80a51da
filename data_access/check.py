"""Invariants of the database: what must hold after every write and every refresh, checked in SQL (P29)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

from data_access.audit import first_broken_audit
from data_access.database import Database
from data_access.share_sums import OVERSHARED
from domain.tasks import STEPS
from domain.words import OPEN_TASK_STATES, RelationshipType

_OPEN = ", ".join(f"'{state.value}'" for state in OPEN_TASK_STATES)
_STEPS = ", ".join(f"'{before.value if before else ''}>{act.value}>{after.value}'"
                   for (before, act), after in STEPS.items())  # fmt: skip
_CURRENT = """
    SELECT gm.month, gm.build_id FROM generation_month gm
    JOIN generation g ON g.generation_id = gm.generation_id WHERE g.is_current
"""
_NEWEST = f"SELECT build_id, month FROM ({_CURRENT}) c ORDER BY month DESC LIMIT 1"
_SHOWN = 5
DEVELOPMENT = (
    RelationshipType.NEW_DEVELOPMENT, RelationshipType.REDEVELOPMENT, RelationshipType.AGENT_DEVELOPMENT,
    RelationshipType.LEGACY_DEVELOPMENT,
)  # fmt: skip
"""The types that each say who brought the client; a client has one of them at a time (R-2.0)."""
_DEVELOPMENT = ", ".join(f"'{kind.value}'" for kind in DEVELOPMENT)


@dataclass(frozen=True)
class Violation:
    """An invariant that does not hold: its code and one sentence with the number of cases and the first ones."""

    code: str
    text: str


@dataclass(frozen=True)
class _Rule:
    """A statement whose rows are the offenders: one text column, any order."""

    code: str
    words: str
    sql: str


_RULES = (
    _Rule(
        "one_open_task",
        "clients hold more than one open task",
        f"""
        SELECT c.client_no FROM reactivation_task t JOIN client c ON c.client_id = t.client_id
        WHERE t.state IN ({_OPEN}) GROUP BY c.client_no HAVING COUNT(*) > 1""",
    ),
    _Rule(
        "task_history_gap",
        "tasks have a history with a gap, or none",
        """
        SELECT t.task_no FROM reactivation_task t LEFT JOIN task_event e ON e.task_id = t.task_id
        GROUP BY t.task_no HAVING COUNT(e.sequence) = 0 OR MIN(e.sequence) <> 1
            OR MAX(e.sequence) <> COUNT(e.sequence)""",
    ),
    _Rule(
        "task_history_step",
        "task history rows take a step that the table of steps does not list",
        f"""
        SELECT t.task_no FROM task_event e JOIN reactivation_task t ON t.task_id = e.task_id
        WHERE COALESCE(e.from_state, '') || '>' || e.kind || '>' || e.to_state NOT IN ({_STEPS})""",
    ),
    _Rule(
        "task_history_chain",
        "task history rows do not start where the row before ended",
        """
        SELECT t.task_no FROM task_event e JOIN task_event b ON b.task_id = e.task_id AND b.sequence = e.sequence - 1
        JOIN reactivation_task t ON t.task_id = e.task_id
        WHERE COALESCE(e.from_state, '') <> b.to_state""",
    ),
    _Rule(
        "task_state",
        "tasks are not in the state in which their history ends",
        """
        SELECT t.task_no FROM reactivation_task t JOIN task_event e ON e.task_id = t.task_id
        WHERE e.to_state <> t.state
            AND e.sequence = (SELECT MAX(x.sequence) FROM task_event x WHERE x.task_id = t.task_id)""",
    ),
    _Rule(
        "relationship_shares",
        "relationships hand out more than the whole",
        """
        SELECT r.relationship_no FROM relationship r
        JOIN relationship_share s ON s.relationship_id = r.relationship_id
        GROUP BY r.relationship_no HAVING SUM(s.share_bp) > 10000""",
    ),
    _Rule(
        "client_shares",
        "clients are handed out more than whole on one day (client, type)",
        f"SELECT DISTINCT client_no || '/' || type FROM ({OVERSHARED}) o",
    ),
    _Rule(
        "client_version_overlap",
        "clients belong to two offices on one day",
        """
        SELECT DISTINCT c.client_no FROM (
            SELECT client_id, valid_to, LEAD(COALESCE(CAST(valid_from AS TEXT), '')) OVER (
                PARTITION BY client_id ORDER BY COALESCE(CAST(valid_from AS TEXT), ''), version_id) AS next_from,
                LEAD(version_id) OVER (
                PARTITION BY client_id ORDER BY COALESCE(CAST(valid_from AS TEXT), ''), version_id) AS next_id
            FROM client_version) v JOIN client c ON c.client_id = v.client_id
        WHERE v.next_id IS NOT NULL AND (v.valid_to IS NULL OR CAST(v.valid_to AS TEXT) > v.next_from)""",
    ),
    _Rule(
        "client_without_version",
        "clients have no history row",
        """
        SELECT c.client_no FROM client c LEFT JOIN client_version v ON v.client_id = c.client_id
        WHERE v.client_id IS NULL""",
    ),
    _Rule(
        "published_build",
        "published months lack their build or its cube",
        f"""
        SELECT CAST(c.month AS TEXT) FROM ({_CURRENT}) c LEFT JOIN build b ON b.build_id = c.build_id
        WHERE b.build_id IS NULL OR b.month <> c.month
            OR (EXISTS (SELECT 1 FROM client_status s WHERE s.build_id = c.build_id)
                AND NOT EXISTS (SELECT 1 FROM cube_client q WHERE q.build_id = c.build_id))""",
    ),
    _Rule(
        "cube_sums",
        "offices and months whose cube differs from the client rows",
        f"""
        SELECT CAST(build_id AS TEXT) || '/' || CAST(office_id AS TEXT)
        FROM (SELECT build_id, office_id, 1 AS n, COALESCE(end_assets_fen, 0) AS a, COALESCE(net_income_fen, 0) AS i,
                     new_count AS nn, lost_count AS l, returned_count AS r FROM client_status
              UNION ALL
              SELECT build_id, office_id, -clients_count, -end_assets_fen, -net_income_fen,
                     -new_count, -lost_count, -returned_count FROM cube_client) both_sides
        WHERE build_id IN (SELECT build_id FROM ({_CURRENT}) c)
        GROUP BY build_id, office_id
        HAVING SUM(n) <> 0 OR SUM(a) <> 0 OR SUM(i) <> 0 OR SUM(nn) <> 0 OR SUM(l) <> 0 OR SUM(r) <> 0""",
    ),
    _Rule(
        "client_flow",
        "months where opening + new - lost + returned differs from closing",
        f"""
        SELECT CAST(month AS TEXT) FROM (
            SELECT c.month, SUM(q.alive_count) AS closing,
                   LAG(SUM(q.alive_count)) OVER (ORDER BY c.month) AS opening,
                   SUM(q.new_count - q.lost_count + q.returned_count) AS flow
            FROM ({_CURRENT}) c JOIN cube_client q ON q.build_id = c.build_id GROUP BY c.month) f
        WHERE opening IS NOT NULL AND opening + flow <> closing""",
    ),
    _Rule(
        "status_missing",
        "clients open at the newest month have no status row",
        f"""
        SELECT c.client_no FROM ({_NEWEST}) n
        JOIN build b ON b.build_id = n.build_id
        JOIN client c ON CAST(c.opened_on AS TEXT) <= CAST(n.month / 100 AS TEXT) || '-'
            || SUBSTR('0' || CAST(n.month % 100 AS TEXT), LENGTH('0' || CAST(n.month % 100 AS TEXT)) - 1, 2) || '-31'
            AND (c.batch_id IS NULL OR c.batch_id <= COALESCE(b.known_batch_id, 0)) AND c.loaded_at <= b.built_at
        LEFT JOIN client_status s ON s.build_id = n.build_id AND s.client_id = c.client_id
        WHERE s.client_id IS NULL""",
    ),
    _Rule(
        "status_orphan",
        "status rows of the newest month belong to no client or no office",
        f"""
        SELECT CAST(s.client_id AS TEXT) FROM ({_NEWEST}) n JOIN client_status s ON s.build_id = n.build_id
        LEFT JOIN client c ON c.client_id = s.client_id
        LEFT JOIN org_unit o ON o.unit_id = s.office_id
        WHERE c.client_id IS NULL OR o.unit_id IS NULL""",
    ),
    _Rule(
        "attribution_whole",
        "offices hand out more than their clients have (month, type, office)",
        f"""
        SELECT CAST(m.month AS TEXT) || '/' || m.type || '/' || CAST(m.client_office_id AS TEXT)
        FROM (SELECT build_id, month, type, client_office_id, SUM(weighted_bp) AS bp FROM staff_month
              WHERE type <> 'any' AND build_id IN (SELECT build_id FROM ({_CURRENT}) c)
              GROUP BY build_id, month, type, client_office_id) m
        LEFT JOIN (SELECT build_id, office_id, SUM(clients_count) AS n FROM cube_client
              WHERE build_id IN (SELECT build_id FROM ({_CURRENT}) c) GROUP BY build_id, office_id) q
            ON q.build_id = m.build_id AND q.office_id = m.client_office_id
        WHERE q.n IS NULL OR m.bp > 10000 * q.n""",
    ),
    _Rule(
        "task_orphan",
        "tasks name an office or an account that does not exist",
        """
        SELECT t.task_no FROM reactivation_task t LEFT JOIN org_unit o ON o.unit_id = t.office_id
        LEFT JOIN app_user u ON u.user_id = t.assigned_by WHERE o.unit_id IS NULL OR u.user_id IS NULL""",
    ),
)
"""Every rule but those that one statement cannot say."""

_SPLIT = """
    WITH held AS (
        SELECT r.client_id, r.type, SUM(s.share_bp) AS bp FROM relationship r
        JOIN relationship_share s ON s.relationship_id = r.relationship_id
        WHERE r.state = 'confirmed' AND r.valid_from <= {end} AND (r.valid_to IS NULL OR r.valid_to > {end})
        GROUP BY r.client_id, r.type),
    sides AS (
        SELECT h.type, st.office_id, CASE WHEN st.net_income_fen < 0 THEN -1 ELSE 1 END * (
            (ABS(st.net_income_fen) / 10000) * h.bp + (ABS(st.net_income_fen) % 10000) * h.bp / 10000) AS fen
        FROM held h JOIN client_status st ON st.build_id = :build AND st.client_id = h.client_id
        WHERE st.net_income_fen IS NOT NULL
        UNION ALL
        SELECT type, client_office_id, -net_income_fen FROM staff_month WHERE build_id = :build AND type <> 'any')
    SELECT type || '/' || CAST(office_id AS TEXT) FROM sides GROUP BY type, office_id HAVING SUM(fen) <> 0
"""
_WARNINGS = (
    _Rule(
        "development_conflict",
        "clients hold two development relationships of different types on one day",
        f"""
        SELECT DISTINCT c.client_no FROM relationship a
        JOIN relationship b ON b.client_id = a.client_id AND b.type <> a.type AND b.state = 'confirmed'
            AND b.type IN ({_DEVELOPMENT}) AND b.valid_from >= a.valid_from
            AND (a.valid_to IS NULL OR a.valid_to > b.valid_from) AND (b.valid_to IS NULL OR b.valid_to > b.valid_from)
        JOIN client c ON c.client_id = a.client_id
        WHERE a.state = 'confirmed' AND a.type IN ({_DEVELOPMENT})""",
    ),
    _Rule(
        "closing_disagrees",
        "clients whose closing date differs from their closing events; the events rule",
        """
        SELECT c.client_no FROM client c
        JOIN (SELECT client_id, MAX(on_date) AS closed_on FROM account_event WHERE event = 'closed'
              GROUP BY client_id) e ON e.client_id = c.client_id
        WHERE c.closed_on IS NOT NULL AND c.closed_on <> e.closed_on""",
    ),
    _Rule(
        "opening_disagrees",
        "clients whose opening date lies after their first opening event",
        """
        SELECT c.client_no FROM client c
        JOIN (SELECT client_id, MIN(on_date) AS opened_on FROM account_event WHERE event = 'opened'
              GROUP BY client_id) e ON e.client_id = c.client_id
        WHERE c.opened_on > e.opened_on""",
    ),
    _Rule(
        "archiving_disagrees",
        "clients whose archiving date differs from their archiving events; the events rule",
        """
        SELECT c.client_no FROM client c
        JOIN (SELECT client_id, MAX(on_date) AS archived_on FROM account_event WHERE event = 'archived'
              GROUP BY client_id) e ON e.client_id = c.client_id
        WHERE c.archived_on IS NOT NULL AND c.archived_on <> e.archived_on""",
    ),
    _Rule(
        "designation_disagrees",
        "clients whose withdrawal of designation differs from its events; the events rule",
        """
        SELECT c.client_no FROM client c
        JOIN (SELECT client_id, MAX(on_date) AS on_date FROM account_event WHERE event = 'designation_withdrawn'
              GROUP BY client_id) e ON e.client_id = c.client_id
        WHERE c.designation_withdrawn_on IS NOT NULL AND c.designation_withdrawn_on <> e.on_date""",
    ),
)


def check_invariants(db: Database) -> list[Violation]:
    """Return every invariant that does not hold, in one snapshot; an empty list is good."""
    with db.reading() as connection:
        found = [violation for rule in _RULES if (violation := _offenders(connection, rule))]
        broken = first_broken_audit(connection)
        if broken is not None:
            found.append(Violation("audit_chain", f"The audit trail is broken at row {broken}."))
        found += _attribution(connection)
        if db.is_sqlite:
            found += _file(connection)
    return found


def check_warnings(db: Database) -> list[Violation]:
    """Return what is allowed but deserves a look: facts that disagree, two developers at once."""
    with db.reading() as connection:
        return [violation for rule in _WARNINGS if (violation := _offenders(connection, rule))]


def _offenders(connection: Connection, rule: _Rule) -> Violation | None:
    body = rule.sql
    count = connection.execute(text(f"SELECT COUNT(*) FROM ({body}) offenders")).scalar_one()
    if not count:
        return None
    first = connection.execute(text(f"SELECT * FROM ({body}) offenders ORDER BY 1 LIMIT {_SHOWN}")).scalars()
    return Violation(rule.code, f"{count} {rule.words}: {', '.join(str(key) for key in first)}"
                                f"{' …' if count > _SHOWN else '.'}")  # fmt: skip


def _attribution(connection: Connection) -> list[Violation]:
    """Hold credited results against the shares, when the newest figures have read every import."""
    newest = connection.execute(text(_NEWEST)).first()
    if newest is None:
        return []
    fresh = connection.execute(
        text("""
        SELECT COALESCE(b.known_batch_id, 0) >= COALESCE((SELECT MAX(batch_id) FROM import_batch), 0)
        FROM build b WHERE b.build_id = :build"""),
        {"build": newest.build_id},
    ).scalar()
    if not fresh:
        return []
    year, month = newest.month // 100, newest.month % 100
    after = f"{year + month // 12:04d}-{month % 12 + 1:02d}-01"
    # the last day of the month, as the day before the next month's first
    end = (f"(CAST('{after}' AS DATE) - 1)" if connection.dialect.name == "postgresql"
           else f"date('{after}', '-1 day')")  # fmt: skip
    rows = connection.execute(text(_SPLIT.format(end=end)), {"build": newest.build_id}).scalars().all()
    if not rows:
        return []
    return [Violation("attribution_split", f"{len(rows)} types and offices whose credited income plus remainder is not "
                      f"their clients' income: {', '.join(sorted(rows)[:_SHOWN])}.")]  # fmt: skip


def _file(connection: Connection) -> list[Violation]:
    state = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    found = [] if state == "ok" else [Violation("file", f"The database file is damaged: {state}")]
    dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if dangling:
        tables = sorted({row[0] for row in dangling})
        found.append(Violation("foreign_key", f"{len(dangling)} rows point to nothing, in: {', '.join(tables)}."))
    return found
