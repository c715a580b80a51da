"""Checks and derivations over a chunk of parsed rows, before anything touches the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from data_access.imports.errors import Problems
from data_access.keys import encrypt, match_hash
from domain.file_values import moment_parts
from domain.identity import mask_document, mask_phone, normal_document, normal_phone, normal_text


@dataclass
class Chunk:
    """Parsed columns of consecutive rows; ``rows`` are spreadsheet row numbers; None is blank or faulty."""

    columns: dict[str, list[Any]]
    rows: list[int]
    problems: Problems


def days_in_order(first: str, last: str) -> Callable[[Chunk], None]:
    """Refuse a row whose ``last`` day or moment lies before its ``first``."""

    def check(chunk: Chunk) -> None:
        for row, start, end in zip(chunk.rows, chunk.columns[first], chunk.columns[last], strict=True):
            if start is not None and end is not None and _before(end, start):
                chunk.problems.add("order_of_days", row, last, f">= {first}")

    return check


def _before(end: date | datetime, start: date | datetime) -> bool:
    if isinstance(end, datetime) and isinstance(start, datetime):
        return end < start
    return moment_parts(end)[1] < moment_parts(start)[1]


def not_before_opening(*names: str) -> Callable[[Chunk], None]:
    """Refuse days of a client that lie before its opening."""

    def check(chunk: Chunk) -> None:
        for name in names:
            for row, opened, day in zip(chunk.rows, chunk.columns["opened_on"], chunk.columns[name], strict=True):
                if opened is not None and day is not None and day < opened:
                    chunk.problems.add("before_opening", row, name, ">= opened_on")

    return check


def licence_needs_start(chunk: Chunk) -> None:
    """A licence number or end needs the day from which the licence holds."""
    columns = chunk.columns
    for row, number, start, end in zip(
        chunk.rows, columns["licence_no"], columns["licence_on"], columns["licence_to"], strict=True
    ):
        if start is None and (number is not None or end is not None):
            chunk.problems.add("required", row, "licence_on", "the day from which the licence holds")


def net_income_from_parts(chunk: Chunk) -> None:
    """Net income not delivered is commission minus fees where both are known, else unknown."""
    columns = chunk.columns
    net = columns["net_income"]
    if None not in net:
        return
    columns["net_income"] = [
        given if given is not None else (commission - fees if commission is not None and fees is not None else None)
        for given, commission, fees in zip(net, columns["commission"], columns["fees"], strict=True)
    ]


def seal_client(chunk: Chunk) -> None:
    """Replace document and phone numbers by keyed hash, masked text and cipher; bad numbers are refused."""
    columns = chunk.columns
    numbers, phones = columns.pop("document_no"), columns.pop("phone")
    documents = [
        _sealed_document(chunk, row, kind, number)
        for row, kind, number in zip(chunk.rows, columns["document_kind"], numbers, strict=True)
    ]
    calls = [_sealed_phone(chunk, row, number) for row, number in zip(chunk.rows, phones, strict=True)]
    for index, part in enumerate(("hash", "masked", "cipher")):
        columns[f"document_{part}"] = [sealed[index] for sealed in documents]
        columns[f"phone_{part}"] = [sealed[index] for sealed in calls]


def seal_preregistration(chunk: Chunk) -> None:
    """Keep the document's keyed hash and mask and the contact's mask only."""
    columns = chunk.columns
    numbers = [normal_text(number or "").upper() for number in columns.pop("document_no")]
    contacts = [normal_text(contact or "") for contact in columns.pop("contact")]
    columns["document_hash"] = [match_hash(number) if number else None for number in numbers]
    columns["document_masked"] = [mask_document(number) for number in numbers]
    columns["contact_masked"] = [mask_phone(contact) for contact in contacts]


Sealed = tuple[str | None, str | None, bytes | None]
_BLANK: Sealed = (None, None, None)


def _sealed_document(chunk: Chunk, row: int, kind: str | None, number: str | None) -> Sealed:
    if number is None:
        return _BLANK
    if kind is None:
        chunk.problems.add("document_kind_missing", row, "document_kind", "the kind of the document")
        return _BLANK
    try:
        value = normal_document(kind, number)
    except ValueError as error:
        chunk.problems.add(str(error), row, "document_no", kind)
        return _BLANK
    return match_hash(value), mask_document(value), encrypt(value)


def _sealed_phone(chunk: Chunk, row: int, number: str | None) -> Sealed:
    if number is None:
        return _BLANK
    try:
        value = normal_phone(number)
    except ValueError as error:
        chunk.problems.add(str(error), row, "phone", "13800138000, +86 and dashes allowed")
        return _BLANK
    return match_hash(value), mask_phone(value), encrypt(value)
