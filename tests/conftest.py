"""What every test may ask for: a real PostgreSQL, a migrated database of its own, two tenants in it.

Each test's database is copied from a migrated template, so a test may commit what it likes.
``KAOCHENG_TEST_POSTGRES`` names the ``bin`` folder of another server to run on.
"""

import asyncio
import gc
import inspect
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from kaocheng.db import TenantId, migrate, roles
from kaocheng.db.programs import find, ordinary_user
from kaocheng.db.roles import Urls
from kaocheng.db.session import driver_url

Copy = Callable[[Urls], AbstractContextManager[Urls]]
_numbers = count(1)
# Half of all the work, and each of them only in one process; the rest fits in anywhere.
LONGEST = (
    "tests/test_story.py",
    "tests/cli/test_demo.py",
    "tests/test_against_reference.py",
    "tests/other_numbers/test_standings.py",
    "tests/db/test_embedded.py",
    "tests/test_planted_faults.py",
    "tests/web/test_links.py",
    "tests/engine/test_explaining.py",
    "tests/web/test_guards.py",
)


def pytest_configure() -> None:
    """End in an orderly way when told to, or the database would be left running."""
    # How long an example takes says nothing of its truth, and on a busy machine nothing of us.
    settings.register_profile("unhurried", deadline=None)
    settings.load_profile("unhurried")
    signal.signal(signal.SIGTERM, lambda *_signal: pytest.exit("terminated"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first: one that a process begins last would keep all of us waiting."""
    items.sort(key=lambda item: LONGEST.index(of) if (of := item.nodeid.split("::")[0]) in LONGEST else 99)


def pytest_collection_finish() -> None:
    """What was loaded to collect the tests stays: to search it for dead cycles took a tenth of their time."""
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run an ``async def`` test in an event loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    asyncio.run(pyfuncitem.obj(**wanted))
    return True


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The superuser's URL of a PostgreSQL that lives as long as this run of the tests."""
    user = ordinary_user()
    named = os.environ.get("KAOCHENG_TEST_POSTGRES")
    programs = Path(named) if named else find(None, user).folder
    folder = Path(tempfile.mkdtemp(prefix="kaocheng-tests-"))
    if user:
        os.chown(folder, user.uid, user.gid)
    as_whom = user.as_whom if user else {}
    data, log = folder / "data", folder / "log"

    def run(program: str, *arguments: str | Path) -> None:
        subprocess.run(
            [programs / program, *arguments], check=True, cwd=folder, stdout=subprocess.DEVNULL, **as_whom
        )

    run("initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    # A crash may lose a test's database, so nothing needs to reach the disk.
    fast = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c listen_addresses="
    run("pg_ctl", "-D", data, "-l", log, "-w", "-o", f"{fast} -c unix_socket_directories={folder}", "start")
    try:
        yield f"postgresql://tester@/postgres?host={folder}"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def template(server: str) -> Urls:
    """A migrated database with two tenants, from which each test's own is copied."""
    urls = roles.prepare(server, database="template_kaocheng", owner_password="o", app_password="a")
    migrate.upgrade(urls.owner)
    with psycopg.connect(urls.owner) as owner:
        owner.execute(
            "insert into tenant (id, code, name, kind, settings) values"
            " (1, 'county', '云岭县', 'county', '{}'), (2, 'neighbour', '邻县', 'county', '{}')"
        )
    return urls


@pytest.fixture(scope="session")
def copy(server: str) -> Copy:
    """``with copy(template) as urls``: a database like *template*, which nobody may be using."""
    return partial(_copy, server)


@pytest.fixture
def urls(copy: Copy, template: Urls) -> Iterator[Urls]:
    """One test's own database, migrated, with the tenants *county* and *neighbour* in it."""
    with copy(template) as urls:
        yield urls


@pytest.fixture(scope="session")
def untouched(copy: Copy, template: Urls) -> Iterator[Urls]:
    """The same, shared by the tests that only read it or roll everything back."""
    with copy(template) as urls:
        yield urls


@pytest.fixture
def blank(server: str) -> Iterator[Urls]:
    """An empty database with the roles in place, before any migration."""
    name = f"blank_{next(_numbers)}"
    yield roles.prepare(server, database=name, owner_password="o", app_password="a")
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def engine(urls: Urls) -> AsyncEngine:
    """The application's way in.  Each session connects anew, since each test has its own event loop."""
    return create_async_engine(driver_url(urls.app, "asyncpg"), poolclass=NullPool)


@pytest.fixture
def county() -> TenantId:
    """The tenant a test is about."""
    return TenantId(1)


@pytest.fixture
def neighbour() -> TenantId:
    """Another tenant of the same database."""
    return TenantId(2)


@contextmanager
def _copy(server: str, template: Urls) -> Iterator[Urls]:
    name = f"test_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(
            # The files as they are, which takes a third of the work that writing them to the log does.
            sql.SQL("create database {} template {} strategy file_copy owner {}").format(
                sql.Identifier(name),
                sql.Identifier(str(make_url(template.owner).database)),
                sql.Identifier(roles.OWNER),
            )
        )
        yield Urls(app=_renamed(template.app, name), owner=_renamed(template.owner, name))
        admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def _renamed(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)
