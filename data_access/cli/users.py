"""``user``: add, list, disable, enable, unlock, reset-password, end-sessions, set-role, first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from data_access import user_accounts, users
from data_access.actor import OperatorActor, acting_user
from data_access.database import database
from data_access.user_words import sentence
from domain.words import Role

T = TypeVar("T")
Unit = Annotated[str | None, typer.Option("--unit", help="Code of the place that bounds what the user sees.")]
Staff = Annotated[str | None, typer.Option("--staff", help="Number of the staff member behind the account.")]
RoleName = Annotated[Role, typer.Option("--role", help="What the user may do.")]


def register(app: typer.Typer) -> None:  # noqa: C901 -- a list of commands
    """Add the user commands."""
    user = typer.Typer(no_args_is_help=True, help="Users: add, list, change. Every change is in the audit trail.")
    app.add_typer(user, name="user")

    @user.command()
    def add(username: str, display_name: str, role: RoleName, unit: Unit = None, staff: Staff = None) -> None:
        """Add a user and print the one-time password."""
        password = _or_exit(
            lambda: users.add_user(
                database(),
                actor=OperatorActor(),
                username=username,
                display_name=display_name,
                role=role.value,
                unit_code=unit,
                staff_no=staff,
            )
        )
        _print_password(username, password)

    @user.command("list")
    def list_() -> None:
        """Print every user: name, role, place, staff number, state."""
        with database().reading() as connection:
            rows = users.read_users(connection, acting_user(connection, OperatorActor()))
        for row in rows:
            state = "disabled" if row.disabled_at else "locked" if row.locked_until else "active"
            typer.echo(
                "\t".join((row.username, row.display_name, row.role, row.unit_code or "-", row.staff_no or "-", state))
            )

    @user.command()
    def disable(username: str) -> None:
        """Disable a user and end the sessions."""
        _or_exit(lambda: users.disable_user(database(), actor=OperatorActor(), username=username))
        typer.echo(f"{username} is disabled.")

    @user.command()
    def enable(username: str) -> None:
        """Enable a disabled user."""
        _or_exit(lambda: users.enable_user(database(), actor=OperatorActor(), username=username))
        typer.echo(f"{username} is enabled.")

    @user.command()
    def unlock(username: str) -> None:
        """Forget the wrong guesses on an account."""
        _or_exit(lambda: users.unlock_user(database(), actor=OperatorActor(), username=username))
        typer.echo(f"{username} can sign in at once.")

    @user.command("reset-password")
    def reset_password(username: str) -> None:
        """End the sessions and print a new one-time password."""
        password = _or_exit(lambda: users.reset_password(database(), actor=OperatorActor(), username=username))
        _print_password(username, password)

    @user.command("end-sessions")
    def end_sessions(username: str) -> None:
        """End every session of a user."""
        _or_exit(lambda: users.end_user_sessions(database(), actor=OperatorActor(), username=username))
        typer.echo(f"Every session of {username} has ended.")

    @user.command("set-role")
    def set_role(username: str, role: RoleName, unit: Unit = None, staff: Staff = None) -> None:
        """Change role and place, and end the sessions."""
        _or_exit(
            lambda: users.set_role(
                database(), actor=OperatorActor(), username=username, role=role.value, unit_code=unit, staff_no=staff
            )
        )
        typer.echo(f"{username} has the role {role.value}.")

    @user.command()
    def first() -> None:
        """Create the first headquarters user when there is none, and print its one-time password once."""
        password = user_accounts.ensure_first_user(database())
        if password is None:
            typer.echo("There are users already.")
        else:
            _print_password(user_accounts.FIRST_USERNAME, password)


def _or_exit(act: Callable[[], T]) -> T:
    try:
        return act()
    except user_accounts.UserRefused as refused:
        typer.echo(f"Error: {sentence(refused.reason)}", err=True)
        raise typer.Exit(1) from None


def _print_password(username: str, password: str) -> None:
    typer.echo(f"User {username}, one-time password {password} (shown once; to be changed at the first sign-in).")
