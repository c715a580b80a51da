"""``python -m metrics``: the figures on the command line, with the operator's reach or a user's (``--as``)."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import pandas as pd
import typer
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from data_access.actor import user_from_row
from data_access.database import DatabaseUnavailable, database, failure_sentence
from data_access.deadline import TookTooLong
from data_access.scope import FIRM, Scope
from data_access.tables import app_user
from domain.months import parse_month
from metrics import cli_results, cli_warning
from metrics.bridge import asset_bridge
from metrics.catalogue import METRICS
from metrics.dimensions import DIMENSIONS
from metrics.errors import QuestionError
from metrics.explore.answer import DEADLINE_S, MOST_ROWS
from metrics.flow import client_flow
from metrics.glossary import write_documents
from metrics.language import SOURCE
from metrics.moves import moves
from metrics.query import answer
from metrics.question import ask
from metrics.rows import read_rows
from metrics.terms import TERMS
from metrics.then_now import then_now
from metrics.why import why

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
                  help="Ask for figures: every failure exits non-zero with one sentence.")  # fmt: skip


class Format(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


cli_warning.register(app)

Keys = Annotated[list[str], typer.Argument(metavar="KEY...", help="Metric keys; `list` shows all.")]
By = Annotated[str, typer.Option(help="Dimensions, comma separated.")]
AsOf = Annotated[str | None, typer.Option(help="YYYY-MM-DD: the last published month that ends on or before it.")]
Period = Annotated[str, typer.Option(help="Period of flows: month, quarter, half, year (to date) or 12m (trailing).")]
WhereOption = Annotated[list[str] | None, typer.Option("--where", metavar="DIM=VALUE", help="Filter; repeat for more.")]
KnownAt = Annotated[str | None, typer.Option(help="As published at that moment (YYYY-MM-DD[THH:MM]).")]
Rules = Annotated[int | None, typer.Option(help="Rule version the months were built under.")]
As = Annotated[str | None, typer.Option("--as", metavar="USER", help="Narrow to this user's reach.")]
First = Annotated[str, typer.Option("--from", metavar="YYYY-MM", help="The month at whose end it begins.")]
Last = Annotated[str, typer.Option("--to", metavar="YYYY-MM", help="The month at whose end it closes.")]
UnitOption = Annotated[str | None, typer.Option("--unit", help="Code of a branch, an office or headquarters.")]
Region = Annotated[str | None, typer.Option(help="A region's name, instead of a unit.")]
Children = Annotated[bool, typer.Option("--children", help="The places right below it too.")]
Form = Annotated[Format, typer.Option("--format", help="table, csv or json.")]


@app.command("list")
def list_command(form: Form = Format.TABLE) -> None:
    """Show every metric and dimension."""
    lines = [("metric", one.key, one.label, one.unit.name, one.kind.value, ",".join(_ordered(one.dimensions)),
              one.definition) for one in METRICS.values()]  # fmt: skip
    lines += [("dimension", one.key, one.label, "", "", ",".join(word.value for word in one.words or ()),
               one.definition) for one in DIMENSIONS.values()]  # fmt: skip
    lines += [
        (what, one.key, one.label, one.unit.name, "", "", one.definition)
        for what, terms in TERMS.items()
        for one in terms.values()
    ]
    write(pd.DataFrame(lines, columns=["what", "key", "label", "unit", "kind", "dimensions_or_values", "definition"]),
          form)  # fmt: skip


@app.command("query")
def query_command(
    keys: Keys, by: By = "", as_of: AsOf = None, period: Period = "month", where: WhereOption = None,
    known_at: KnownAt = None, rules: Rules = None, as_user: As = None, form: Form = Format.TABLE,
) -> None:  # fmt: skip
    """Show figures, one row per group."""
    with database().reading(deadline_s=DEADLINE_S) as connection:
        question = ask(connection, keys, by=by, as_of=as_of, period=period, where=parse_where(where), known_at=known_at,
                       rules=rules, scope=reach_of(as_user))  # fmt: skip
        found = answer(connection, question, MOST_ROWS)
    write(found, form)


@app.command("rows")
def rows_command(
    key: Annotated[str, typer.Argument(metavar="KEY", help="One metric key.")],
    by: By = "", as_of: AsOf = None, period: Period = "month", where: WhereOption = None,
    known_at: KnownAt = None, rules: Rules = None, as_user: As = None, form: Form = Format.TABLE,
) -> None:  # fmt: skip
    """Show the rows that make a number."""
    if "," in key:
        raise QuestionError("rows takes one metric at a time.")
    with database().reading(deadline_s=DEADLINE_S) as connection:
        question = ask(connection, key, by=by, as_of=as_of, period=period, where=parse_where(where), known_at=known_at,
                       rules=rules, scope=reach_of(as_user))  # fmt: skip
        found = read_rows(connection, question, MOST_ROWS + 1)
    if len(found) > MOST_ROWS:
        typer.echo(f"Only the first {MOST_ROWS:,} rows are shown; narrow the question with --where.", err=True)
    write(found.head(MOST_ROWS), form)


@app.command("why")
def why_command(
    client_no: Annotated[str, typer.Argument(metavar="CLIENT_NO")],
    as_of: AsOf = None, known_at: KnownAt = None, rules: Rules = None, as_user: As = None, form: Form = Format.TABLE,
    language: Annotated[str, typer.Option(help="Language of the sentences: en or zh_CN.")] = SOURCE,
) -> None:  # fmt: skip
    """Show why a client has its labels, why not others, and what would change them: rule, value, threshold, exit."""
    write(why(client_no, as_of=as_of, known_at=known_at, rules=rules, scope=reach_of(as_user), language=language), form)


@app.command("flow")
def flow_command(
    first: First, last: Last, unit: UnitOption = None, region: Region = None, *, children: Children = False,
    known_at: KnownAt = None, rules: Rules = None, as_user: As = None, form: Form = Format.TABLE,
) -> None:  # fmt: skip
    """Show the client flow month by month: opening + new + returned - lost + in - out = closing."""
    write(client_flow(first=first, last=last, unit=unit, region=region, children=children, known_at=known_at,
                      rules=rules, scope=reach_of(as_user)), form)  # fmt: skip


@app.command("bridge")
def bridge_command(
    first: First, last: Last, unit: UnitOption = None, region: Region = None, *, children: Children = False,
    by_month: Annotated[bool, typer.Option("--by-month", help="One row per month instead of one in all.")] = False,
    opening_known_at: Annotated[str | None, typer.Option(
        help="When the opening was known; what was learnt since stands under corrections.")] = None,
    known_at: KnownAt = None, rules: Rules = None, as_user: As = None, form: Form = Format.TABLE,
) -> None:  # fmt: skip
    """Show what made the assets change: the market effect is the residual, all other terms are sums of their own."""
    write(asset_bridge(first=first, last=last, unit=unit, region=region, children=children, by_month=by_month,
                       opening_known_at=opening_known_at, known_at=known_at, rules=rules, scope=reach_of(as_user)),
          form)  # fmt: skip


@app.command("moves")
def moves_command(
    dimension: Annotated[str, typer.Argument(metavar="tier|stage|status")],
    first: First, last: Last, unit: UnitOption = None, region: Region = None, where: WhereOption = None,
    known_at: KnownAt = None, rules: Rules = None, as_user: As = None, form: Form = Format.TABLE,
) -> None:  # fmt: skip
    """Show how many clients moved from which group to which between two month ends."""
    write(moves(dimension, first=first, last=last, unit=unit, region=region, where=parse_where(where),
                known_at=known_at, rules=rules, scope=reach_of(as_user)), form)  # fmt: skip


@app.command("then-now")
def then_now_command(
    keys: Keys, known_at: Annotated[str, typer.Option(help="The moment, YYYY-MM-DD[THH:MM].")],
    month: Annotated[str, typer.Option(metavar="YYYY-MM", help="The month that is compared.")],
    period: Period = "month", where: WhereOption = None, as_user: As = None, form: Form = Format.TABLE,
) -> None:  # fmt: skip
    """Show figures of a month as known at a moment and now, and what the difference comes from."""
    try:
        asked = parse_month(month)
    except ValueError:
        raise QuestionError(f"Not a month: {month!r}; write YYYY-MM.") from None
    write(then_now(database(), keys, asked, reach_of(as_user), known_at, period=period, where=parse_where(where)),
          form)  # fmt: skip


@app.command("docs")
def docs_command() -> None:
    """Write docs/metrics.md and docs/glossary.md anew."""
    for path in write_documents():
        typer.echo(path)


def parse_where(given: list[str] | None) -> dict[str, list[str]]:
    """Read repeated ``DIM=VALUE``: several values of one dimension are alternatives. Raises ``QuestionError``."""
    where: dict[str, list[str]] = {}
    for text in given or []:
        key, sign, value = text.partition("=")
        if not sign:
            raise QuestionError(f"Not a filter: {text!r}; write DIM=VALUE.")
        where.setdefault(key.strip(), []).append(value.strip())
    return where


def reach_of(username: str | None) -> Scope:
    """Return a user's reach, or the whole firm for the operator. Raises ``QuestionError`` for an unknown user."""
    if username is None:
        return FIRM
    with database().reading() as connection:
        row = connection.execute(
            select(app_user).where(app_user.c.username == username, app_user.c.disabled_at.is_(None))
        ).first()
        if row is None:
            raise QuestionError(f"There is no active user {username!r}.")
        return user_from_row(connection, row).scope


def write(frame: pd.DataFrame, form: Format) -> None:
    """Print a frame; no data is empty in CSV, null in JSON and a dash in a table."""
    if form is Format.JSON:
        records = [",\n".join(f"  {json.dumps(name)}: {_json(value)}" for name, value in record.items())
                   for record in frame.to_dict("records")]  # fmt: skip
        typer.echo("[" + ",".join(f"\n {{\n{record}\n }}" for record in records) + ("\n]" if records else "]"))
    elif form is Format.CSV:
        typer.echo(frame.to_csv(index=False, lineterminator="\n"), nl=False)
    elif frame.empty:
        typer.echo("No rows.")
    else:
        typer.echo(frame.astype(object).where(frame.notna(), "–").to_string(index=False))


def _json(value: Any) -> str:
    """Return a JSON literal; a decimal keeps its places: amounts two, ratios six."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if value is None or isinstance(value, (str, bool)):
        return json.dumps(value, ensure_ascii=False)
    if hasattr(value, "isoformat"):
        return json.dumps(value.isoformat())
    return json.dumps(int(value) if hasattr(value, "__index__") else value)


def _ordered(dimensions: frozenset[str]) -> list[str]:
    return [key for key in DIMENSIONS if key in dimensions]


cli_results.register(app, write, Format, reach_of)


def main(run: Callable[[], Any] = app) -> None:
    """Run the command line; an expected failure is one sentence on stderr and exit code 1."""
    try:
        run()
        return
    except (QuestionError, DatabaseUnavailable, TookTooLong) as error:
        sentence = str(error)
    except SQLAlchemyError as error:
        sentence = failure_sentence(error)
    typer.echo(f"Error: {sentence}", err=True)
    sys.exit(1)
