"""Brings a database to the tables this version of the code expects, and says when it is not there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from kaocheng.db.session import driver_url
from kaocheng.errors import Invalid
from kaocheng.i18n import _

__all__ = ["NoMigrations", "current", "downgrade", "folder", "head", "upgrade"]


@dataclass(eq=False)
class NoMigrations(Invalid):
    """The migrations are neither in the installed package nor beside it."""

    places: tuple[str, ...]

    code = "no_migrations"

    def __str__(self) -> str:
        return _("找不到数据库迁移脚本(找过 {places});请重新安装 kaocheng", places=_("、").join(self.places))


def folder() -> Path:
    """Where the migrations are: inside an installed wheel, or at the root of a checkout."""
    package = Path(str(files("kaocheng")))
    places = (package / "_migrations", package.parents[2] / "migrations")
    for place in places:
        if (place / "env.py").is_file():
            return place
    raise NoMigrations(tuple(map(str, places)))


def upgrade(owner_url: str, target: str = "head") -> None:
    """Apply every migration up to *target*, all of them or none."""
    _with_connection(owner_url, lambda config: command.upgrade(config, target))


def downgrade(owner_url: str, target: str) -> None:
    """Take back every migration after *target* (``base`` takes back all of them)."""
    _with_connection(owner_url, lambda config: command.downgrade(config, target))


def head() -> str:
    """The newest migration this version of the code brings."""
    return str(ScriptDirectory(str(folder())).get_current_head())


def current(url: str) -> str | None:
    """The newest migration the database has, or None for an empty one."""
    with _connected(url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _with_connection(url: str, act: Callable[[Config], None]) -> None:
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
