"""Files of lists that stand beside the published figures: registers and accounts, which have no month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from data_access.actor import ActingUser
from data_access.audit import append_audit
from data_access.clock import business_date
from data_access.database import Database
from metrics.errors import QuestionError
from metrics.export.files import FORMATS, Column, Export, Sheet, Summary
from metrics.language import SOURCE, translator


def plain_export(
    db: Database, user: ActingUser, params: Mapping[str, Any], *, title: str, columns: Sequence[Column],
    rows: Iterable[Mapping[str, Any]], notes: Sequence[tuple[str, str]] = (),
) -> Export:  # fmt: skip
    """Return a file of rows as of today; its audit row is written when the last piece has left.

    ``params`` are those of the ticket: ``format`` (csv, xlsx), ``language`` and the filters. ``notes``: English pairs
    for the sheet with definitions.
    """
    form = str(params.get("format") or "csv")
    if form not in FORMATS:
        raise QuestionError(f"Unknown format {form!r}; allowed are {', '.join(FORMATS)}.")
    translate = translator(str(params.get("language") or SOURCE))
    media_type, writer = FORMATS[form]
    summary, today, kind = Summary(), business_date().isoformat(), title.lower().replace(" ", "_")
    told = [(translate("As of"), today), *((translate(name), translate(words)) for name, words in notes)]
    chunks = writer(Sheet(title, columns, rows, told), translate, summary)

    def audited() -> Iterator[bytes]:
        yield from chunks
        kept = {name: value for name, value in params.items() if value}
        db.transact(lambda connection: append_audit(
            connection, action="export", user_id=user.user_id, operator=user.operator, object_kind="export",
            object_key=kind, details={"filter": kept, "columns": [column.name for column in columns],
                                      "row_count": summary.row_count, "sha256": summary.sha256}))  # fmt: skip

    return Export(f"{kind}_{today}.{form}", media_type, audited())
