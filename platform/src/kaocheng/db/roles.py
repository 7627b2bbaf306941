"""The database roles.

Three roles, one purpose each: the owner migrates, the application reads and writes one tenant at a
time, the backup reads everything and is optional.  Their names stand in every policy, so they are not
a setting; an external server may reach them through logins of its own that are members.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

__all__ = ["APP", "BACKUP", "OWNER", "Urls", "prepare", "script"]

OWNER = "kaocheng_owner"
APP = "kaocheng_app"
BACKUP = "kaocheng_backup"

CONFINED = "nosuperuser nobypassrls nocreaterole nocreatedb noreplication"


@dataclass(frozen=True, slots=True)
class Urls:
    """The two ways into one database: the role that serves, and the role that migrates."""

    app: str
    owner: str


def _roles(
    owner_password: str, app_password: str, backup_password: str | None
) -> Iterator[tuple[str, str, str]]:
    yield OWNER, CONFINED, owner_password
    yield APP, CONFINED, app_password
    if backup_password is not None:
        # Row security would leave a dump empty of every tenant's rows; only this role may pass it.
        yield BACKUP, "nosuperuser bypassrls nocreaterole nocreatedb", backup_password


def script(
    *, database: str, owner_password: str, app_password: str, backup_password: str | None = None
) -> str:
    """What the administrator of an external server runs once, in psql, as a superuser."""
    lines = []
    for role, powers, password in _roles(owner_password, app_password, backup_password):
        lines.append(f"create role {role} login {powers} password {_quoted(password)};")
    name = '"' + database.replace('"', '""') + '"'
    lines.append(f"create database {name} owner {OWNER} encoding 'UTF8' template template0;")
    lines.append(f"revoke all on database {name} from public;")
    lines.append(f"grant connect on database {name} to {APP};")
    if backup_password is not None:
        lines.append(f"grant connect on database {name} to {BACKUP};")
        lines.append(f"grant pg_read_all_data to {BACKUP};")
    return "\n".join(lines) + "\n"


def prepare(admin_url: str, *, database: str, owner_password: str, app_password: str) -> Urls:
    """Create the roles and the database where they are missing, as the server's superuser.

    For a server of our own; whoever runs another is given `script` to read first.
    """
    with psycopg.connect(admin_url, autocommit=True) as admin:
        for role, powers, password in _roles(owner_password, app_password, None):
            known = admin.execute("select 1 from pg_roles where rolname = %s", (role,)).fetchone()
            admin.execute(
                sql.SQL("{} role {} login {} password {}").format(
                    sql.SQL("alter" if known else "create"),
                    sql.Identifier(role),
                    sql.SQL(powers),
                    sql.Literal(password),
                )
            )
        if not admin.execute("select 1 from pg_database where datname = %s", (database,)).fetchone():
            name = sql.Identifier(database)
            admin.execute(
                sql.SQL("create database {} owner {} encoding 'UTF8' template template0").format(
                    name, sql.Identifier(OWNER)
                )
            )
            admin.execute(sql.SQL("revoke all on database {} from public").format(name))
            admin.execute(sql.SQL("grant connect on database {} to {}").format(name, sql.Identifier(APP)))
    place = make_url(admin_url).set(drivername="postgresql", database=database)
    return Urls(
        app=place.set(username=APP, password=app_password).render_as_string(hide_password=False),
        owner=place.set(username=OWNER, password=owner_password).render_as_string(hide_password=False),
    )


def _quoted(password: str) -> str:
    return "'" + password.replace("'", "''") + "'"
