"""Writes clients with their history, and account events with the accounts they create."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, islice
from typing import Any

from sqlalchemy import Row, insert

from data_access.imports.batches import CHUNK, Batch, Record
from data_access.imports.history import Delivery, Versioned, write_versions
from data_access.tables import account, account_event, client, client_revision, client_version
from domain.words import UnitKind

_SEALED = ("document_cipher", "phone_cipher")
_CLIENT = Versioned(
    client, client_version, "client_id", "client_no",
    ("office_id", "segment", "risk_level", "risk_on", "institution_group"),
    fixed=("opened_on",), sealed=_SEALED, revision=client_revision,
)  # fmt: skip
_PLAIN = (
    "name", "kind", "opened_on", "closed_on", "document_kind", "birth_on", "gender", "education", "occupation",
    "institution_group", "segment", "risk_level", "risk_on", "origin", "archived_on", "designation_withdrawn_on",
    "loss_reason", "household", "controller",
)  # fmt: skip


def write_clients(batch: Batch) -> None:
    """Write clients chunk by chunk; ``opened_on`` is taken once and never changed by a re-import."""
    units = batch.units()
    names = [name for name in _PLAIN if name in batch.staged.present]
    for stem, column in (("document", "document_no"), ("phone", "phone")):
        if column in batch.staged.present:
            names += [f"{stem}_hash", f"{stem}_masked", f"{stem}_cipher"]
    groups = groupby(batch.records(("client_no", "effective_on")), key=lambda record: record["client_no"])
    while chunk := [list(group) for _, group in islice(groups, CHUNK)]:
        for group in chunk:
            for record in group:
                _check_office(batch, record, units.get(record["office_code"]))
        if not batch.problems:
            write_versions(
                batch,
                _CLIENT,
                [
                    Delivery(
                        group[0]["client_no"],
                        [
                            (
                                record["effective_on"],
                                _values(batch, record, names, units[record["office_code"]].unit_id),
                            )
                            for record in group
                        ],
                    )
                    for group in chunk
                ],
            )


def _check_office(batch: Batch, record: Record, office: Row[Any] | None) -> None:
    row = record["row_number"]
    if office is None:
        batch.problems.add("unit_unknown", row, "office_code", "unit_code")
    elif office.kind != UnitKind.OFFICE:
        batch.problems.add("unit_kind", row, "office_code", UnitKind.OFFICE.value)
    elif office.valid_to is not None and office.valid_to <= (record["effective_on"] or record["opened_on"]):
        batch.problems.add("unit_closed", row, "office_code", "")


def _values(batch: Batch, record: Record, names: list[str], office_id: int) -> Record:
    values = {name: record[name] for name in names} | {"office_id": office_id}
    if "marketing_opt_out" in batch.staged.present:
        values["marketing_opt_out"] = bool(record["marketing_opt_out"])
    return values


def _chunks(records: Iterator[Record]) -> Iterator[list[Record]]:
    while chunk := list(islice(records, CHUNK)):
        yield chunk


def write_account_events(batch: Batch) -> None:
    """Write events; an account is made by its first event and keeps its kind."""
    units = batch.units()
    for chunk in _chunks(batch.records(("client_no", "account_no", "event", "at"))):
        clients = batch.client_ids(record["client_no"] for record in chunk)
        for record in chunk:
            if record["client_no"] not in clients:
                batch.problems.add("client_unknown", record["row_number"], "client_no", "client_no")
            if record["office_code"] is not None and record["office_code"] not in units:
                batch.problems.add("unit_unknown", record["row_number"], "office_code", "unit_code")
        if batch.problems:
            continue
        accounts = _accounts(batch, chunk, clients)
        rows = [_event(batch, record, clients, accounts, units) for record in chunk]
        for outcome in batch.upsert(account_event, "event_id", ("client_id", "account_id", "event", "at"), rows):
            batch.count(outcome)


def _event(
    batch: Batch,
    record: Record,
    clients: dict[str, int],
    accounts: dict[tuple[int, str], int],
    units: dict[str, Row[Any]],
) -> Record:
    client_id = clients[record["client_no"]]
    row = {
        "client_id": client_id,
        "account_id": accounts[client_id, record["account_no"]],
        "event": record["event"],
        "at": record["at"],
        "on_date": record["at_on"],
        "has_time": record["at_has_time"],
    }
    if "office_code" in batch.staged.present:
        row["office_id"] = units[record["office_code"]].unit_id if record["office_code"] else None
    if "amount" in batch.staged.present:
        row["amount_fen"] = record["amount"]
    if "note" in batch.staged.present:
        row["note"] = record["note"]
    return row


def _accounts(batch: Batch, chunk: list[Record], clients: dict[str, int]) -> dict[tuple[int, str], int]:
    wanted: dict[tuple[int, str], Record] = {}
    kinds: dict[tuple[int, str], str] = {}
    keys = [{"client_id": clients[record["client_no"]], "account_no": record["account_no"]} for record in chunk]
    known = batch.existing(account, ("client_id", "account_no"), keys)
    for record, key_record in zip(chunk, keys, strict=True):
        key = (key_record["client_id"], record["account_no"])
        kind = known[key]["account_kind"] if key in known else kinds.setdefault(key, record["account_kind"])
        if kind != record["account_kind"]:
            batch.problems.add("rows_disagree", record["row_number"], "account_kind", kind)
        if key not in known:
            wanted[key] = {**key_record, "account_kind": kind, "batch_id": batch.batch_id}
    if wanted:
        batch.connection.execute(insert(account), list(wanted.values()))
        known = batch.existing(account, ("client_id", "account_no"), keys)
    return {key: row["account_id"] for key, row in known.items()}
