"""A tiny firm whose figures were worked out by hand, for tests of metrics and pages.

Months 202405 … 202506 (``FIRST_MONTH`` … ``AS_OF``), the last one provisional. Amounts below are yuan, for AS_OF.

Units: HQ; B01 with O011 (team T0111) and O012; B02 with O021.
Staff: S0001 adviser and S0002 account manager (both T0111), S0003 other frontline (O012),
S0004 agent (O011, manager S0002), S0005 account manager (O021, futures), S0006 back office (O011).

======== ====== ========= ============ ========== ==========================================================
client   office assets    net income   status     holders at AS_OF (valid from)
======== ====== ========= ============ ========== ==========================================================
00000001 O011   1,000,000 1,000        normal     legacy_development S0001 60 %, S0002 40 % (2024-05-01)
00000002 O011     500,000   500        normal     core_service S0001 (2025-01-15)
00000003 O012     200,000   200        normal     new_development S0002 33.33 %, S0003 33.33 % (2024-06-03)
00000004 O012     100,000   100        normal     key_service S0001 25 %, S0003 75 % (2025-06-01);
                                                  maintenance S0003 ended 2025-06-01
00000005 O021   2,000,000   300        normal     key_service S0005 50 % (2024-09-01); an institution
00000006 O021      50,000    50        normal     ib_service S0005 (2024-10-08)
00000007 O011      80,000    10        normal     agent_development S0004 (2025-06-10); opened 2025-06-10
00000008 O011         500     0        silent     none; open task of S0002
00000009 O021         999.99  0        silent     none
00000010 O012         500     0        undeter-   none; the row of 202501 is missing
                                       mined
00000011 O011         300     0        archived   none; archived 2025-03-14
00000012 O012           0     5        lost       legacy_development S0003 (2024-05-01); closed 2025-06-18
00000013 O021      10,000     0        lost       none; designation withdrawn 2025-02-10
00000014 O011      30,000    30        normal     redevelopment S0002 (2025-06-05); closed 2024-12-05,
                                                  opened again 2025-06-05
======== ====== ========= ============ ========== ==========================================================

Firm at AS_OF: clients 12 (opened 14, lost 2); normal 8, silent 2, undetermined 1, archived 1, lost 2.
Month before: clients 11. In the month: new 1 (07), lost 1 (12), returned 1 (14); 11 + 1 - 1 + 1 = 12.
Assets 3,972,299.99, of lost clients 10,000.00; net income 2,195.00; turnover 10,975,000.00 (5,000 x net income);
net inflow 100,000.00 (in 80,000 + 30,000 + 10,000, out 20,000). Active 8, monthly active 8.
Trailing 12 months: 12,000 / 6,000 / 2,400 / 1,200 / 3,600 / 600 / 10 / 180 (14) = 25,990 over N = 8.
Tiers: A 1 (01), B 1 (02), C 10. Top 5 % share 12,000 / 25,990; top 20 % 18,000 / 25,990.
By office: clients O011 6 (01 02 07 08 11 14), O012 3 (03 04 10), O021 3 (05 06 09);
assets O011 1,610,800.00, O012 300,500.00, O021 2,060,999.99; net income O011 1,540, O012 305, O021 350.
By branch: clients B01 9, B02 3; assets B01 1,911,300.00; net income B01 1,845, B02 350.

Staff results (each client once, at the largest share): net income and assets
S0001 1,125.00 / 1,125,000.00; S0002 496.66 / 496,660.00; S0003 146.66 / 141,660.00;
S0004 10.00 / 80,000.00; S0005 200.00 / 1,050,000.00; S0006 none.
Attributed net income: new 133.32, re 30, core 500, IB 50, agent 10, legacy 1,005, key 250, the other three 0.
Clients developed in the month: S0004 1, S0002 1. Core clients: S0001 1. Tasks: open 1 (08), done 1 (14).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import bcrypt
from sqlalchemy import Connection, insert

from data_access.database import Database
from data_access.keys import encrypt, match_hash
from data_access.tables import (
    account,
    account_event,
    app_user,
    calendar_day,
    client,
    client_month,
    client_version,
    contact_log,
    month_state,
    org_unit,
    reactivation_task,
    relationship,
    relationship_share,
    staff,
    staff_qualification,
    staff_version,
    task_event,
)
from domain.identity import mask_document, mask_phone
from domain.months import month_range

FIRST_MONTH = 202405
AS_OF = 202506
MONTHS = month_range(FIRST_MONTH, AS_OF)
PASSWORD = "correct horse battery staple"
LOADED_AT = datetime(2025, 7, 1, 2, 0, tzinfo=UTC)

_UNITS = (  # code, name, kind, parent, path, city, region
    ("HQ", "总部", "hq", None, "/HQ/", "北京", None),
    ("B01", "华东分公司", "branch", 1, "/HQ/B01/", "上海", "华东"),
    ("B02", "南方分公司", "branch", 1, "/HQ/B02/", "深圳", "南方"),
    ("O011", "上海南京西路营业部", "office", 2, "/HQ/B01/O011/", "上海", "华东"),
    ("O012", "杭州庆春路营业部", "office", 2, "/HQ/B01/O012/", "杭州", "华东"),
    ("O021", "深圳深南大道营业部", "office", 3, "/HQ/B02/O021/", "深圳", "南方"),
    ("T0111", "上海南京西路第一团队", "team", 4, "/HQ/B01/O011/T0111/", "上海", "华东"),
)
_STAFF = (  # no, name, category, unit, manager
    ("S0001", "陈思远", "adviser", "T0111", None),
    ("S0002", "李娜", "account_manager", "T0111", None),
    ("S0003", "王强", "other_frontline", "O012", None),
    ("S0004", "赵敏", "agent", "O011", 2),
    ("S0005", "孙丽", "account_manager", "O021", None),
    ("S0006", "周平", "back_office", "O011", None),
)
_CLIENTS = (  # name, kind, office, opened, origin, identity card or company code
    ("欧阳文", "individual", "O011", date(2020, 3, 2), "developed", "110101198001010010"),
    ("刘洋", "individual", "O011", date(2021, 7, 5), "natural", "110101198001010029"),
    ("NA", "individual", "O012", date(2024, 6, 3), "developed", "110101198001010037"),
    ("张伟", "individual", "O012", date(2022, 4, 11), "natural", "110101198001010045"),
    ("深圳恒信电子集团有限公司", "institution", "O021", date(2019, 9, 2), "developed", "91110000600037341L"),
    ("黄敏", "individual", "O021", date(2023, 2, 6), "natural", "110101198001010053"),
    ("马超", "individual", "O011", date(2025, 6, 10), "developed", "110101198001010061"),
    ("林静", "individual", "O011", date(2019, 5, 6), "natural", "11010119800101007X"),
    ("郭磊", "individual", "O021", date(2019, 5, 7), "natural", "110101198001010088"),
    ("何芳", "individual", "O012", date(2019, 5, 8), "natural", "110101198001010096"),
    ("高峰", "individual", "O011", date(2018, 1, 8), "natural", "110101198001010109"),
    ("罗军", "individual", "O012", date(2021, 3, 1), "developed", "110101198001010117"),
    ("梁艳", "individual", "O021", date(2021, 3, 2), "natural", "110101198001010125"),
    ("宋杰", "individual", "O011", date(2021, 3, 3), "natural", "110101198001010133"),
)
_EVENTS = (  # client, event, day
    (11, "archived", date(2025, 3, 14)),
    (12, "closed", date(2025, 6, 18)),
    (13, "designation_withdrawn", date(2025, 2, 10)),
    (14, "closed", date(2024, 12, 5)),
    (14, "opened", date(2025, 6, 5)),
)
_STEADY = {  # client: assets, net income (both yuan), trades of every month
    1: (1_000_000, 1_000, 10), 2: (500_000, 500, 5), 3: (200_000, 200, 4), 4: (100_000, 100, 3),
    5: (2_000_000, 300, 2), 6: (50_000, 50, 1), 7: (80_000, 10, 1), 8: (500, 0, 0), 9: (999.99, 0, 0),
    10: (500, 0, 0), 11: (300, 0, 0), 12: (20_000, 20, 1), 13: (10_000, 0, 0), 14: (30_000, 30, 1),
}  # fmt: skip
_RELATIONSHIPS = (  # client, type, from, to, shares in basis points by staff number
    (1, "legacy_development", date(2024, 5, 1), None, {1: 6000, 2: 4000}),
    (2, "core_service", date(2025, 1, 15), None, {1: 10_000}),
    (3, "new_development", date(2024, 6, 3), None, {2: 3333, 3: 3333}),
    (5, "key_service", date(2024, 9, 1), None, {5: 5000}),
    (6, "ib_service", date(2024, 10, 8), None, {5: 10_000}),
    (7, "agent_development", date(2025, 6, 10), None, {4: 10_000}),
    (14, "redevelopment", date(2025, 6, 5), None, {2: 10_000}),
    (4, "maintenance", date(2024, 7, 1), date(2025, 6, 1), {3: 10_000}),
    (4, "key_service", date(2025, 6, 1), None, {1: 2500, 3: 7500}),
    (12, "legacy_development", date(2024, 5, 1), None, {3: 10_000}),
)
_USERS = (  # username = role unless said otherwise, role, unit, staff
    ("hq", "hq", "HQ", None), ("branch_head", "branch_head", "B01", None),
    ("branch_reviewer", "branch_reviewer", "B01", None), ("office_head", "office_head", "O011", None),
    ("staff", "staff", None, 2), ("analyst", "analyst", "HQ", None), ("auditor", "auditor", "HQ", None),
    ("user_admin", "user_admin", "HQ", None), ("team_lead", "office_head", "T0111", None),
    ("other_office_head", "office_head", "O021", None), ("other_staff", "staff", None, 5),
)  # fmt: skip


@dataclass(frozen=True)
class SmallFirm:
    """Surrogate ids by business key."""

    units: dict[str, int]
    staff: dict[str, int]
    clients: dict[str, int]
    users: dict[str, int]


def small_firm(db: Database, *, refreshed: bool = False) -> SmallFirm:
    """Write the firm into an empty database; with ``refreshed`` the figures are published too."""
    units = {row[0]: number for number, row in enumerate(_UNITS, start=1)}
    with db.writing() as connection:
        _store_places(connection, units)
        _store_clients(connection, units)
        connection.execute(insert(client_month), list(_month_rows()))
        _store_relationships(connection)
        users = _store_users(connection, units)
        _store_work(connection, units, users)
        _number_on(connection)
    if refreshed:
        from data_access.actor import OperatorActor
        from data_access.refresh import refresh

        refresh(db, actor=OperatorActor("test"))
    return SmallFirm(
        units,
        {row[0]: number for number, row in enumerate(_STAFF, start=1)},
        {client_no(number): number for number in range(1, len(_CLIENTS) + 1)},
        users,
    )


def client_no(number: int) -> str:
    """Return the client number: eight digits."""
    return f"{number:08d}"


@cache
def cheap_hash(password: str) -> str:
    """Return a hash that the sign-in accepts, made with the fewest rounds."""
    from data_access.passwords import _fold

    return bcrypt.hashpw(_fold(password).encode(), bcrypt.gensalt(rounds=4)).decode()


def _store_places(connection: Connection, units: dict[str, int]) -> None:
    connection.execute(
        insert(org_unit),
        [
            {
                "unit_id": units[code],
                "unit_code": code,
                "name": name,
                "kind": kind,
                "parent_id": parent,
                "path": path,
                "city": city,
                "region": region,
            }
            for code, name, kind, parent, path, city, region in _UNITS
        ],
    )
    people = [
        {
            "staff_id": number,
            "category": category,
            "unit_id": units[unit],
            "manager_id": manager,
            "staff_no": no,
            "name": name,
            "joined_on": date(2018, 1, 2),
            "agency_contract_no": "AG00004" if category == "agent" else None,
        }
        for number, (no, name, category, unit, manager) in enumerate(_STAFF, start=1)
    ]
    connection.execute(insert(staff), people)
    connection.execute(
        insert(staff_version),
        [
            {**{key: row[key] for key in ("staff_id", "category", "unit_id", "manager_id")}, "loaded_at": LOADED_AT}
            for row in people
        ],
    )
    papers = [(number, "licence") for number in range(1, 6)] + [(1, "advisory"), (5, "futures")]
    connection.execute(
        insert(staff_qualification),
        [
            {
                "staff_id": number,
                "kind": kind,
                "number": f"{kind[0].upper()}{number:05d}",
                "valid_from": date(2018, 1, 2),
            }
            for number, kind in papers
        ],
    )
    # every weekday counts: enough for tests that step over a weekend
    days = [date(2024, 1, 1) + timedelta(days=step) for step in range(731)]
    connection.execute(
        insert(calendar_day),
        [
            {"day": day, "is_working_day": day.weekday() < 5, "is_trading_day": day.weekday() < 5, "source": "test"}
            for day in days
        ],
    )
    connection.execute(
        insert(month_state),
        [
            {"month": month, "state": "provisional" if month == AS_OF else "final", "marked_at": LOADED_AT}
            for month in MONTHS
        ],
    )


def _store_clients(connection: Connection, units: dict[str, int]) -> None:
    people, versions, events = [], [], []
    for number, (name, kind, office, opened, origin, document) in enumerate(_CLIENTS, start=1):
        phone = f"1990000{number:04d}"
        is_person = kind == "individual"
        group = None if is_person else "enterprise_group"
        people.append(
            {
                "client_id": number,
                "client_no": client_no(number),
                "name": name,
                "kind": kind,
                "document_kind": "id_card" if is_person else "company_code",
                "document_hash": match_hash(document),
                "document_cipher": encrypt(document),
                "document_masked": mask_document(document),
                "phone_hash": match_hash(phone),
                "phone_cipher": encrypt(phone),
                "phone_masked": mask_phone(phone),
                "birth_on": date(1980, 1, 1) if is_person else None,
                "gender": "female" if is_person else None,
                "education": "大专" if is_person else None,
                "occupation": "个体工商" if is_person else None,
                "institution_group": group,
                "office_id": units[office],
                "segment": "mass" if is_person else "institutional",
                "risk_level": "C3",
                "risk_on": date(2024, 1, 2),
                "origin": origin,
                "opened_on": opened,
                "loss_reason": "commission" if number == 13 else None,
                "loaded_at": LOADED_AT,
            }
        )
        versions.append(
            {
                key: people[-1][key]
                for key in (
                    "client_id",
                    "office_id",
                    "segment",
                    "risk_level",
                    "risk_on",
                    "institution_group",
                    "loaded_at",
                )
            }
        )
        events.append((number, "opened", opened))
    connection.execute(insert(client), people)
    connection.execute(insert(client_version), versions)
    connection.execute(
        insert(account),
        [
            {
                "account_id": row["client_id"],
                "client_id": row["client_id"],
                "account_no": row["client_no"] + "01",
                "account_kind": "cash",
            }
            for row in people
        ],
    )
    connection.execute(
        insert(account_event),
        [
            {
                "client_id": number,
                "account_id": number,
                "event": event,
                "on_date": day,
                "has_time": True,
                "at": datetime(day.year, day.month, day.day, 2, 30, tzinfo=UTC),
            }
            for number, event, day in (*events, *_EVENTS)
        ],
    )


_NO_ROW = {(3, 202405), (10, 202501)} | {(7, month) for month in MONTHS[:-1]} | {(14, month) for month in MONTHS[8:-1]}
_SPECIAL = {  # (client, month): assets, net income, trades, inflow, outflow
    (1, AS_OF): (1_000_000, 1_000, 10, 10_000, 0), (7, AS_OF): (80_000, 10, 1, 80_000, 0),
    (12, AS_OF): (0, 5, 1, 0, 20_000), (14, 202412): (0, 0, 0, 0, 30_000), (14, AS_OF): (30_000, 30, 1, 30_000, 0),
}  # fmt: skip


def _month_rows() -> Iterator[dict[str, Any]]:
    for number, steady in _STEADY.items():
        for month in MONTHS:
            if (number, month) not in _NO_ROW:
                yield _month_row(month, number, *_SPECIAL.get((number, month), (*steady, 0, 0)))


def _month_row(
    month: int, number: int, assets: float, income: int, trades: int, inflow: float, outflow: float
) -> dict[str, Any]:
    return {
        "month": month, "client_id": number, "end_assets_fen": round(assets * 100), "cash_fen": round(assets * 10),
        "inflow_fen": round(inflow * 100), "outflow_fen": round(outflow * 100), "turnover_fen": income * 500_000,
        "trades_count": trades, "commission_fen": income * 125, "fees_fen": income * 25,
        "net_income_fen": income * 100, "product_assets_fen": 0, "margin_balance_fen": 0,
    }  # fmt: skip


def _store_relationships(connection: Connection) -> None:
    shares = []
    for number, (who, kind, since, until, holders) in enumerate(_RELATIONSHIPS, start=1):
        connection.execute(
            insert(relationship).values(
                relationship_id=number,
                relationship_no=f"R{number:08d}",
                client_id=who,
                type=kind,
                state="confirmed",
                valid_from=since,
                valid_to=until,
                how_confirmed="approved",
                confirmed_at=LOADED_AT,
                release_reason="adjusted" if until else None,
            )
        )
        shares += [
            {"relationship_id": number, "staff_id": person, "share_bp": share} for person, share in holders.items()
        ]
    connection.execute(insert(relationship_share), shares)


def _store_users(connection: Connection, units: dict[str, int]) -> dict[str, int]:
    connection.execute(
        insert(app_user),
        [
            {
                "user_id": number,
                "username": name,
                "display_name": name.replace("_", " "),
                "role": role,
                "unit_id": units[unit] if unit else None,
                "staff_id": person,
                "password_hash": cheap_hash(PASSWORD),
                "must_change_password": False,
                "created_at": LOADED_AT,
            }
            for number, (name, role, unit, person) in enumerate(_USERS, start=1)
        ],
    )
    return {row[0]: number for number, row in enumerate(_USERS, start=1)}


def _store_work(connection: Connection, units: dict[str, int], users: dict[str, int]) -> None:
    lead, office = users["office_head"], units["O011"]
    handed, done = datetime(2025, 5, 6, 1, 30, tzinfo=UTC), datetime(2025, 6, 5, 2, 30, tzinfo=UTC)
    shared = {
        "staff_id": 2,
        "office_id": office,
        "priority": "normal",
        "assigned_by": lead,
        "note": None,
        "request_id": "small-firm",
    }
    connection.execute(
        insert(reactivation_task),
        [
            {
                **shared,
                "task_id": 1,
                "task_no": "T00000001",
                "client_id": 8,
                "state": "open",
                "pool_status": "silent",
                "due_on": date(2025, 7, 15),
                "assigned_at": handed,
                "closed_at": None,
                "closed_on": None,
                "version": 1,
            },
            {
                **shared,
                "task_id": 2,
                "task_no": "T00000002",
                "client_id": 14,
                "state": "recognised",
                "pool_status": "lost",
                "due_on": date(2025, 7, 15),
                "assigned_at": handed,
                "closed_at": done,
                "closed_on": date(2025, 6, 5),
                "version": 3,
            },
        ],
    )
    connection.execute(
        insert(task_event),
        [
            {
                "task_id": 1,
                "sequence": 1,
                "kind": "assigned",
                "from_state": None,
                "to_state": "open",
                "staff_id": 2,
                "by_user_id": lead,
                "at": handed,
            },
            {
                "task_id": 2,
                "sequence": 1,
                "kind": "assigned",
                "from_state": None,
                "to_state": "open",
                "staff_id": 2,
                "by_user_id": lead,
                "at": handed,
            },
            {
                "task_id": 2,
                "sequence": 2,
                "kind": "preregistered",
                "from_state": "open",
                "to_state": "preregistered",
                "staff_id": 2,
                "by_user_id": users["staff"],
                "at": datetime(2025, 5, 20, 2, 0, tzinfo=UTC),
            },
            {
                "task_id": 2,
                "sequence": 3,
                "kind": "recognised",
                "from_state": "preregistered",
                "to_state": "recognised",
                "staff_id": 2,
                "by_user_id": None,
                "at": done,
            },
        ],
    )
    connection.execute(
        insert(contact_log).values(
            client_id=8,
            staff_id=2,
            task_id=1,
            at=datetime(2025, 6, 20, 3, 0, tzinfo=UTC),
            channel="phone",
            topic="reactivation",
            result="reached",
            request_id="small-firm-contact",
        )
    )


def _number_on(connection: Connection) -> None:
    from data_access.bulk import continue_sequences

    continue_sequences(connection, (org_unit, staff, client, account, relationship, app_user, reactivation_task))
