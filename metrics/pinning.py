"""Which published state a question reads: as known at a moment, under a rule version, up to an as-of month."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, func, select

from data_access.clock import SHANGHAI
from data_access.reads.generation import Generation, read_generation
from data_access.tables import build, generation, generation_month
from domain.months import month_add, month_of, parse_month
from metrics.errors import QuestionError


def pin_generation(
    connection: Connection, known_at: datetime | str | None, given: Generation | int | None, rules: int | None
) -> Generation:
    """Return the generation asked for: given, known at a moment, or the current one, under a rule version if named.

    Raises ``QuestionError`` where nothing of it is published.
    """
    if isinstance(given, Generation):
        pinned: Generation | None = given
    elif known_at is not None:
        pinned = _known_at(connection, _moment(known_at))
    else:
        pinned = read_generation(connection, given)
    if pinned is None:
        raise QuestionError("Nothing is published yet; run `python -m data_access refresh`.")
    return pinned if rules is None else _under_rules(connection, pinned, rules)


def _known_at(connection: Connection, moment: datetime) -> Generation:
    number = connection.execute(
        select(generation.c.generation_id).where(generation.c.published_at <= moment)
        .order_by(generation.c.published_at.desc(), generation.c.generation_id.desc()).limit(1)
    ).scalar()  # fmt: skip
    found = None if number is None else read_generation(connection, int(number))
    if found is None:
        earliest = connection.execute(select(func.min(generation.c.published_at))).scalar()
        since = f"the oldest kept was published at {earliest.isoformat()}" if earliest else "none is published"
        raise QuestionError(f"No figures are kept as known at {moment.isoformat()}; {since}.")
    return found


def _moment(value: datetime | str) -> datetime:
    """Return an aware moment; a text without a zone is Shanghai time, a date alone is its end."""
    if isinstance(value, str):
        try:
            value = (datetime.combine(date.fromisoformat(value), time()) + timedelta(days=1, microseconds=-1)
                     if len(value) == 10 else datetime.fromisoformat(value))  # fmt: skip
        except ValueError:
            raise QuestionError(f"Not a moment: {value!r}; write YYYY-MM-DD or YYYY-MM-DDTHH:MM.") from None
    return value if value.tzinfo else value.replace(tzinfo=SHANGHAI)


def _under_rules(connection: Connection, pinned: Generation, version: int) -> Generation:
    rows = connection.execute(
        select(build.c.month, func.max(build.c.build_id))
        .join(generation_month, generation_month.c.build_id == build.c.build_id)
        .where(build.c.rule_version == version).group_by(build.c.month)
    ).all()  # fmt: skip
    if not rows:
        known = connection.execute(
            select(build.c.rule_version).join(generation_month, generation_month.c.build_id == build.c.build_id)
            .distinct().order_by(build.c.rule_version)).scalars()  # fmt: skip
        raise QuestionError(f"No published month was built under rule version {version}; "
                            f"built are {', '.join(str(number) for number in known) or 'none'}.")  # fmt: skip
    own = {row[0]: pinned.builds[row[0]] for row in connection.execute(
        select(build.c.month).where(build.c.build_id.in_(list(pinned.builds.values())),
                                    build.c.rule_version == version))}  # fmt: skip
    builds = {int(row[0]): int(row[1]) for row in rows} | own
    return replace(pinned, builds=builds, last_month=max(builds), is_current=False)


def as_of_month(pinned: Generation, as_of: date | str | int | None) -> int:
    """Return the last published month that ends on or before the day (the newest one when none is given)."""
    if not pinned.builds:
        raise QuestionError("Nothing is published yet; run `python -m data_access refresh`.")
    if as_of is None:
        return max(pinned.builds)
    if isinstance(as_of, str):
        try:
            as_of = parse_month(as_of) if len(as_of) == 7 else date.fromisoformat(as_of)
        except ValueError:
            raise QuestionError(f"Not a date: {as_of!r}; write YYYY-MM-DD.") from None
    limit = as_of if isinstance(as_of, int) else _last_ended(as_of)
    months = [month for month in pinned.builds if month <= limit]
    if not months:
        first = min(pinned.builds)
        raise QuestionError(f"No month that ends on or before {as_of} is published; "
                            f"the first is {first // 100:04d}-{first % 100:02d}.")  # fmt: skip
    return max(months)


def _last_ended(day: date) -> int:
    month = month_of(day)
    return month if month_of(day + timedelta(days=1)) != month else month_add(month, -1)
