"""A PostgreSQL that somebody else runs, as DATABASE_URL names it, and what is wrong with it, if anything."""

from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from kaocheng.db import passwords, roles
from kaocheng.db.programs import NEWEST, OLDEST
from kaocheng.db.roles import Urls
from kaocheng.errors import Refused
from kaocheng.i18n import _

__all__ = ["NotPrepared", "Unconfined", "Unreachable", "UnsupportedServer", "owner", "reaches", "urls"]


@dataclass(eq=False)
class Unreachable(Refused):
    """Nothing answers where the setting points, or it does not let us in."""

    setting: str
    place: str
    reason: str

    def __str__(self) -> str:
        return _(
            "{setting} 指向的数据库“{place}”连不上({reason});请核对地址、账号和密码,并确认它已启动",
            setting=self.setting,
            place=self.place,
            reason=self.reason,
        )


@dataclass(eq=False)
class UnsupportedServer(Refused):
    """The server's version is one we were never tried on."""

    version: int

    def __str__(self) -> str:
        return _(
            "这台数据库服务器是 PostgreSQL {version};请使用 {oldest} 到 {newest}",
            version=self.version,
            oldest=OLDEST,
            newest=NEWEST,
        )


@dataclass(eq=False)
class NotPrepared(Refused):
    """The roles our rows are guarded by are not there, or are not ours to use."""

    setting: str

    def __str__(self) -> str:
        return _(
            "由 {setting} 登录,用不了 {owner} 和 {app} 两个角色:还没有建,或者口令是别处定的;"
            "请由数据库管理员执行 kaocheng db sql 打印的语句,"
            "再让 DATABASE_URL 使用 {app},KAOCHENG_OWNER_URL 使用 {owner}",
            owner=roles.OWNER,
            app=roles.APP,
            setting=self.setting,
        )


@dataclass(eq=False)
class Unconfined(Refused):
    """The role in DATABASE_URL could see more than one tenant at a time."""

    role: str

    code = "unconfined_role"

    def __str__(self) -> str:
        return _(
            "数据库角色“{role}”权限过大或不是 {app} 的成员,系统不会用它运行;"
            "请由数据库管理员执行 kaocheng db sql 打印的语句,并让 DATABASE_URL 使用 {app}",
            role=self.role,
            app=roles.APP,
        )


@dataclass(frozen=True, slots=True)
class Guest:
    """The role that an address comes in as: what it may, and whether it is a member of our two."""

    role: str
    superuser: bool
    powerful: bool
    app: bool | None
    owner: bool | None


def urls(database_url: str, owner_url: str | None, data: Path) -> Urls:
    """The two ways into the database that *database_url* names, checked.

    A superuser's address alone is enough for a trial: we make our two confined roles with it and
    serve through those.

    Raises:
        Unreachable: nothing answers there, or it does not let us in.
        UnsupportedServer: it is older than 15 or newer than 18.
        NotPrepared: our roles are missing and we are not allowed to make them.
        Unconfined: row security would not hold the role in *database_url* to one tenant.
    """
    guest = _greeted("DATABASE_URL", database_url)
    if guest.superuser and not owner_url:
        return _prepared(database_url, data)
    if guest.app is None:
        raise NotPrepared("DATABASE_URL")
    if guest.powerful or guest.owner or not guest.app:
        raise Unconfined(guest.role)
    return Urls(app=database_url, owner=owner(owner_url) if owner_url else database_url)


def owner(url: str) -> str:
    """The same address, which may make and change our tables.

    Raises:
        Unreachable: nothing answers there, or it does not let us in.
        UnsupportedServer: it is older than 15 or newer than 18.
        NotPrepared: it comes in as nobody who may.
    """
    if not _greeted("KAOCHENG_OWNER_URL", url).owner:
        raise NotPrepared("KAOCHENG_OWNER_URL")
    return url


def reaches(url: str) -> bool:
    """Whether this address lets us in."""
    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.OperationalError:
        return False
    return True


def _greeted(setting: str, url: str) -> Guest:
    """As whom we come in; a sentence if we do not come in at all."""
    try:
        parts = make_url(url)
    except (ArgumentError, ValueError):
        raise _no_address(setting) from None
    if parts.get_backend_name() not in ("postgresql", "postgres"):
        raise _no_address(setting)
    place = f"{parts.host or 'localhost'}:{parts.port or 5432}/{parts.database or ''}"
    try:
        with psycopg.connect(_plain(parts), connect_timeout=10) as connection:
            version = connection.info.server_version // 10_000
            if not OLDEST <= version <= NEWEST:
                raise UnsupportedServer(version)
            return _guest(connection)
    except psycopg.OperationalError as error:
        told = [line for line in str(error).splitlines() if line and not line.startswith("\t")]  # no hints
        raise Unreachable(setting, place, told[-1] if told else type(error).__name__) from None


def _no_address(setting: str) -> Unreachable:
    return Unreachable(setting, "?", _("不是 postgresql:// 开头的地址"))


def _guest(connection: psycopg.Connection) -> Guest:
    row = connection.execute(
        "select rolname, rolsuper, rolsuper or rolbypassrls or rolcreaterole,"
        " (select pg_has_role(current_user, oid, 'member') from pg_roles where rolname = %s),"
        " (select pg_has_role(current_user, oid, 'member') from pg_roles where rolname = %s)"
        " from pg_roles where rolname = current_user",
        (roles.APP, roles.OWNER),
    ).fetchone()
    assert row is not None
    return Guest(*row)


def _prepared(superuser_url: str, data: Path) -> Urls:
    data.mkdir(parents=True, exist_ok=True)
    parts = make_url(superuser_url)
    kept = passwords.secret(data)
    owner_password, app_password = (passwords.of_role(kept, role) for role in (roles.OWNER, roles.APP))
    owner = parts.set(username=roles.OWNER, password=owner_password)
    if not reaches(_plain(owner)):
        if _greeted("DATABASE_URL", superuser_url).app is not None:
            raise NotPrepared("DATABASE_URL")  # the roles are another installation's: its passwords stay
        roles.prepare(
            _plain(parts),
            database=parts.database or "kaocheng",
            owner_password=owner_password,
            app_password=app_password,
        )
        _own(parts)
    app = parts.set(username=roles.APP, password=app_password)
    return Urls(app=_plain(app), owner=_plain(owner))


def _own(parts: URL) -> None:
    """A database that was there before us belongs to its maker; the migrations need to make schemas in it."""
    with psycopg.connect(_plain(parts), autocommit=True) as admin:
        admin.execute(
            sql.SQL("alter database {} owner to {}").format(
                sql.Identifier(parts.database or "kaocheng"), sql.Identifier(roles.OWNER)
            )
        )


def _plain(parts: URL) -> str:
    return parts.set(drivername="postgresql").render_as_string(hide_password=False)
