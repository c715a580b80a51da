"""Clients, their versions and accounts, written in blocks so that memory stays bounded."""

from __future__ import annotations

from typing import Any

import numpy as np
from sqlalchemy import Connection

from data_access.bulk import load_columns
from data_access.demo.behaviour import CLOSED, Behaviour
from data_access.demo.documents import company_code, identity_cards, mobile
from data_access.demo.moments import day_texts
from data_access.demo.names import institutions, people, products
from data_access.demo.places import OFFICES
from data_access.demo.profiles import EDUCATION, GROUPS, INDIVIDUAL, INSTITUTION, OCCUPATION, PRODUCT, RISK, Profiles
from data_access.demo.streams import stream
from data_access.keys import encrypt, match_hash
from data_access.tables import account, client, client_version
from domain.identity import mask_document, mask_phone
from domain.months import month_end, month_start
from domain.words import LossReason, codes

BLOCK = 20_000
_KINDS = ("individual", "institution", "product")


def client_no(index: int) -> str:
    """Return the client number of a client index: nine digits, leading zeros."""
    return f"{10_000_001 + index:09d}"


def store_clients(
    connection: Connection,
    seed: int,
    profiles: Profiles,
    behaviour: Behaviour,
    *,
    start: int,
    offices: list[int],
    months: list[int],
    moment: str,
) -> None:
    """Write the clients ``start`` … ``start + BLOCK - 1`` with their versions and cash accounts."""
    random = stream(seed, "client_rows", start // BLOCK)
    index = np.arange(start, min(start + BLOCK, len(profiles)))
    size = len(index)
    kind = profiles.kind[index]
    ids = (index + 1).tolist()
    office = np.array(offices)[profiles.office[index]]
    individual = (kind == INDIVIDUAL).tolist()
    group = [GROUPS[g][0] if k == INSTITUTION else None for g, k in zip(profiles.group[index], kind, strict=True)]
    documents, document_kinds = _documents(random, profiles, index)
    # a few numbers are unknown, and some married couples share one
    phones: list[str | None] = [
        None if draw < 0.02 else mobile(number - (1 if draw > 0.97 and number > 1 else 0))
        for number, draw in zip(ids, random.random(size).tolist(), strict=True)
    ]
    opened = day_texts(profiles.opened[index])
    last = np.datetime64(month_end(months[-1]))
    risk_on = np.maximum(profiles.opened[index], last - random.integers(10, 900, size).astype("timedelta64[D]"))
    risk = [RISK[code][0] for code in profiles.risk[index].tolist()]
    blank_risk = random.random(size) < 0.02
    risk_texts = [None if blank else day for blank, day in zip(blank_risk, day_texts(risk_on), strict=True)]
    levels = [None if blank else level for blank, level in zip(blank_risk, risk, strict=True)]
    segment = [_segment(k, w) for k, w in zip(kind.tolist(), profiles.wealth[index].tolist(), strict=True)]
    known = (random.random((size, 3)) > np.array([0.01, 0.06, 0.08])).tolist()
    gone = day_texts(
        np.minimum(
            profiles.opened[index] + random.integers(90, 700, size).astype("timedelta64[D]"),
            np.datetime64(month_start(months[0])) - np.timedelta64(40, "D"),
        )
    )
    lost_before = (behaviour.lost_before[index] & (index % 2 == 0)).tolist()  # the other half has events
    closed = (behaviour.place[index] == CLOSED).tolist()
    reasons = codes(LossReason)
    reason = random.choice(len(reasons), size).tolist()
    households = np.where(random.random(size) < 0.05, index // 7, -1).tolist()
    columns: dict[str, Any] = {
        "client_id": ids, "client_no": [client_no(i) for i in index.tolist()], "name": _names(random, profiles, index),
        "kind": [_KINDS[k] for k in kind.tolist()], "document_kind": document_kinds,
        "document_hash": [match_hash(value) for value in documents],
        "document_cipher": [encrypt(value) for value in documents],
        "document_masked": [mask_document(value) for value in documents],
        "phone_hash": [value and match_hash(value) for value in phones],
        "phone_cipher": [value and encrypt(value) for value in phones],
        "phone_masked": [value and mask_phone(value) for value in phones],
        "birth_on": [day if who and k[0] else None
                     for who, day, k in zip(individual, day_texts(profiles.birth[index]), known, strict=True)],
        "gender": [("female" if woman else "male") if who else None
                   for who, woman in zip(individual, profiles.female[index].tolist(), strict=True)],
        "education": [EDUCATION[code][0] if who and k[1] else None
                      for who, code, k in zip(individual, profiles.education[index].tolist(), known, strict=True)],
        "occupation": [OCCUPATION[code][0] if who and k[2] else None
                       for who, code, k in zip(individual, profiles.occupation[index].tolist(), known, strict=True)],
        "institution_group": group, "office_id": office.tolist(), "segment": segment, "risk_level": levels,
        "risk_on": risk_texts,
        "origin": ["developed" if value else "natural" for value in profiles.is_developed[index].tolist()],
        "opened_on": opened,
        "closed_on": [day if was and c else None for was, c, day in zip(lost_before, closed, gone, strict=True)],
        "designation_withdrawn_on": [day if was and not c else None
                                     for was, c, day in zip(lost_before, closed, gone, strict=True)],
        "loss_reason": [reasons[r] if was else None for was, r in zip(lost_before, reason, strict=True)],
        "marketing_opt_out": (random.random(size) < 0.03).astype(int).tolist(),
        "controller": [f"U{i // 400:05d}" if k != INDIVIDUAL and i % 3 == 0 else None
                       for i, k in zip(index.tolist(), kind.tolist(), strict=True)],
        "household": [f"H{number:07d}" if number >= 0 else None for number in households],
        "loaded_at": [moment] * size,
    }  # fmt: skip
    load_columns(connection, client, columns)
    load_columns(
        connection,
        account,
        {
            "account_id": ids,
            "client_id": ids,
            "account_kind": ["cash"] * size,
            "account_no": [f"{number}01" for number in columns["client_no"]],
        },
    )
    _store_versions(connection, random, profiles, index, offices, months, columns, moment)


def _store_versions(
    connection: Connection,
    random: np.random.Generator,
    profiles: Profiles,
    index: np.ndarray,
    offices: list[int],
    months: list[int],
    now: dict[str, Any],
    moment: str,
) -> None:
    columns: dict[str, list[Any]] = {name: [] for name in (
        "client_id", "valid_from", "valid_to", "office_id", "segment", "risk_level", "risk_on", "institution_group",
        "loaded_at")}  # fmt: skip
    lowered = (random.random(len(index)) < 0.08).tolist()
    for place, i in enumerate(index.tolist()):
        steps: list[tuple[str, int, str | None]] = []  # (day, office before, risk before)
        level, office = now["risk_level"][place], now["office_id"][place]
        moved_at = int(profiles.moved_at[i])
        if moved_at >= 0:
            before = offices[int(profiles.office_before[i])]
            steps.append((month_start(months[moved_at]).isoformat(), before, level))
        elif lowered[place] and level in ("C3", "C4", "C5") and now["risk_on"][place] > now["opened_on"][place]:
            steps.append((now["risk_on"][place], office, "C2"))
        since = None
        for day, old_office, old_level in [*steps, (None, office, level)]:
            values = (
                i + 1,
                since,
                day,
                old_office,
                now["segment"][place],
                old_level,
                now["risk_on"][place] if day is None else None,
                now["institution_group"][place],
                moment,
            )
            for column, value in zip(columns.values(), values, strict=True):
                column.append(value)
            since = day
    load_columns(connection, client_version, columns)


def _documents(random: np.random.Generator, profiles: Profiles, index: np.ndarray) -> tuple[list[str], list[str]]:
    cards = identity_cards(index, profiles.birth[index], profiles.card_order[index])
    abroad = (random.random(len(index)) < 0.006).tolist()
    numbers, kinds = [], []
    for i, card, kind, foreign in zip(index.tolist(), cards, profiles.kind[index].tolist(), abroad, strict=True):
        if kind == PRODUCT:
            numbers.append(f"PRD{i:07d}")
            kinds.append("other")
        elif kind == INSTITUTION:
            numbers.append(company_code(i))
            kinds.append("company_code")
        elif foreign:
            numbers.append(f"E{i:08d}")
            kinds.append("passport")
        else:
            numbers.append(card)
            kinds.append("id_card")
    return numbers, kinds


def _names(random: np.random.Generator, profiles: Profiles, index: np.ndarray) -> list[str]:
    names = people(random, profiles.female[index])
    bodies = np.flatnonzero(profiles.kind[index] == INSTITUTION)
    groups = [GROUPS[code][0] for code in profiles.group[index[bodies]].tolist()]
    cities = [OFFICES[code][2] for code in profiles.office[index[bodies]].tolist()]
    for place, name in zip(bodies.tolist(), institutions(random, groups, cities), strict=True):
        names[place] = name
    funds = np.flatnonzero(profiles.kind[index] == PRODUCT)
    for place, name in zip(funds.tolist(), products(random, len(funds)), strict=True):
        names[place] = name
    return names


def _segment(kind: int, wealth: float) -> str:
    if kind != INDIVIDUAL:
        return "institutional"
    return "private" if wealth > 2_000_000 else "affluent" if wealth > 300_000 else "mass"
