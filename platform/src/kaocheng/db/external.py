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

__all__ = ["NotPrepared", "Unreachable", "UnsupportedServer", "reaches", "urls"]


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
            "数据库尚未备好 {owner} 和 {app} 两个角色;请由数据库管理员执行 kaocheng db sql 打印的语句,"
            "再让 DATABASE_URL 使用 {app},KAOCHENG_OWNER_URL 使用 {owner}(现由 {setting} 登录)",
            owner=roles.OWNER,
            app=roles.APP,
            setting=self.setting,
        )


def urls(database_url: str, owner_url: str | None, data: Path) -> Urls:
    """The two ways into the database that *database_url* names, checked.

    A superuser's address alone is enough for a trial: we make our two confined roles with it and
    serve through those.

    Raises:
        Unreachable: nothing answers there, or it does not let us in.
        UnsupportedServer: it is older than 15 or newer than 18.
        NotPrepared: our roles are missing and we are not allowed to make them.
    """
    superuser = _greeted("DATABASE_URL", database_url)
    if owner_url:
        _greeted("KAOCHENG_OWNER_URL", owner_url)
        return Urls(app=database_url, owner=owner_url)
    if not superuser:
        if not _has_our_roles(database_url):
            raise NotPrepared("DATABASE_URL")
        return Urls(app=database_url, owner=database_url)
    return _prepared(database_url, data)


def reaches(url: str) -> bool:
    """Whether this address lets us in."""
    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.OperationalError:
        return False
    return True


def _greeted(setting: str, url: str) -> bool:
    """Whether we come in as a superuser; a sentence if we do not come in at all."""
    try:
        parts = make_url(url)
    except ArgumentError:
        raise Unreachable(setting, "?", _("不是 postgresql:// 开头的地址")) from None
    place = f"{parts.host or 'localhost'}:{parts.port or 5432}/{parts.database or ''}"
    try:
        with psycopg.connect(_plain(parts), connect_timeout=10) as connection:
            version = connection.info.server_version // 10_000
            if not OLDEST <= version <= NEWEST:
                raise UnsupportedServer(version)
            row = connection.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()
    except psycopg.OperationalError as error:
        told = [line for line in str(error).splitlines() if line and not line.startswith("\t")]  # no hints
        raise Unreachable(setting, place, told[-1] if told else type(error).__name__) from None
    return bool(row and row[0])


def _has_our_roles(url: str) -> bool:
    with psycopg.connect(_plain(make_url(url)), connect_timeout=10) as connection:
        row = connection.execute(
            "select count(*) from pg_roles where rolname = any(%s)", ([roles.OWNER, roles.APP],)
        ).fetchone()
    return bool(row and row[0] == 2)


def _prepared(superuser_url: str, data: Path) -> Urls:
    data.mkdir(parents=True, exist_ok=True)
    parts = make_url(superuser_url)
    kept = passwords.secret(data)
    owner_password, app_password = (passwords.of_role(kept, role) for role in (roles.OWNER, roles.APP))
    owner = parts.set(username=roles.OWNER, password=owner_password)
    if not reaches(_plain(owner)):
        if _has_our_roles(superuser_url):  # the roles are another installation's: its passwords stay
            raise NotPrepared("DATABASE_URL")
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
