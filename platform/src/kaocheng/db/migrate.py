"""Brings a database to the tables this version of the code expects, and says when it is not there."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from kaocheng.db import roles, schema
from kaocheng.db.session import driver_url
from kaocheng.errors import Invalid
from kaocheng.i18n import _

if TYPE_CHECKING:
    from alembic.config import Config

_STEP = re.compile(r'^revision = "([^"]+)"\ndown_revision = (?:None|"([^"]+)")$', re.MULTILINE)

__all__ = [
    "ForeignSchema",
    "NoMigrations",
    "NotMigrated",
    "current",
    "downgrade",
    "ensure",
    "folder",
    "head",
    "shape",
    "upgrade",
]


@dataclass(eq=False)
class NoMigrations(Invalid):
    """The migrations are neither in the installed package nor beside it."""

    places: tuple[str, ...]

    code = "no_migrations"

    def __str__(self) -> str:
        return _("找不到数据库迁移脚本(找过 {places});请重新安装 kaocheng", places=_("、").join(self.places))


@dataclass(eq=False)
class ForeignSchema(Invalid):
    """The tables there are not the ones this version makes: another version's, or an unreleased one's."""

    found: str

    code = "foreign_schema"

    def __str__(self) -> str:
        return _(
            "数据库里的表({found})不是这个版本的 kaocheng 建的,没有动它;请用建它的版本打开,"
            "或者用 KAOCHENG_DATA(DATABASE_URL)另选一处",
            found=self.found,
        )


@dataclass(eq=False)
class NotMigrated(Invalid):
    """The tables are older than this version, and the role we come in as may not change them."""

    found: str | None

    code = "not_migrated"

    def __str__(self) -> str:
        return _(
            "数据库还没有升级到本版本(现为 {found}),登录用的角色又不能改表;"
            "请设置 KAOCHENG_OWNER_URL 后执行 kaocheng db migrate",
            found=self.found or _("空库"),
        )


def ensure(owner_url: str) -> None:
    """Bring the database up to date if it is not, and see that its tables are those this code reads.

    Raises:
        ForeignSchema: another version made them, so that every page would stumble over a column.
        NotMigrated: they are older, and the role in *owner_url* may not change them.
    """
    # Asked first, because the answer takes a hundredth of the time that finding nothing to do takes.
    if current(owner_url) != head():
        upgrade(owner_url)
    with _connected(owner_url) as connection:
        found = shape(connection)
    if found != schema.SHAPE:
        raise ForeignSchema(f"{head()} {found[:8]}")


def shape(connection: Connection) -> str:
    """A digest of our tables' columns with their types; what else is in the database is nobody's business."""
    columns = connection.execute(
        text(
            "select c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)"
            " from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0"
            " where c.relnamespace = 'public'::regnamespace and c.relname = any(:tables)"
            " and not a.attisdropped"
        ),
        {"tables": [*schema.SHARED, *schema.TENANTS_OWN]},
    )
    return hashlib.sha256("\n".join(sorted(columns.scalars())).encode()).hexdigest()


def folder() -> Path:
    """Where the migrations are: inside an installed wheel, or at the root of a checkout."""
    package = Path(str(files("kaocheng")))
    places = (package / "_migrations", package.parents[2] / "migrations")
    for place in places:
        if (place / "env.py").is_file():
            return place
    raise NoMigrations(tuple(map(str, places)))


def upgrade(owner_url: str, target: str = "head") -> None:
    """Apply every migration up to *target*, all of them or none.

    Raises:
        ForeignSchema: the database is at a migration this version of the code does not know.
        NotMigrated: the role in *owner_url* may not change the tables.
    """
    from alembic import command

    found = current(owner_url)
    if found is not None and found not in _steps():
        raise ForeignSchema(found)
    with _connected(owner_url) as connection:
        if not connection.scalar(text(f"select pg_has_role(current_user, '{roles.OWNER}', 'member')")):
            raise NotMigrated(found)
    _with_connection(owner_url, lambda config: command.upgrade(config, target))


def downgrade(owner_url: str, target: str) -> None:
    """Take back every migration after *target* (``base`` takes back all of them)."""
    from alembic import command

    _with_connection(owner_url, lambda config: command.downgrade(config, target))


def head() -> str:
    """The newest migration this version of the code brings."""
    steps = _steps()
    (newest,) = steps.keys() - steps.values()
    return newest


def current(url: str) -> str | None:
    """The newest migration the database has, or None for an empty one."""
    with _connected(url) as connection:
        if connection.scalar(text("select to_regclass('public.alembic_version')")) is None:
            return None
        found: str | None = connection.scalar(text("select version_num from public.alembic_version"))
        return found


def _steps() -> dict[str, str | None]:
    """Each migration with the one before it, as their files say.

    Read here, because Alembic takes longer to load than most commands take to run, and nearly always there
    is nothing to migrate.
    """
    found = (_STEP.search(one.read_text("utf-8")) for one in (folder() / "versions").glob("*.py"))
    return {step[1]: step[2] for step in found if step}


def _with_connection(url: str, act: "Callable[[Config], None]") -> None:
    from alembic.config import Config

    with _connected(url) as connection:
        config = Config()
        config.set_main_option("script_location", str(folder()).replace("%", "%%"))
        config.attributes["connection"] = connection
        act(config)


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(driver_url(url, "psycopg"), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection
