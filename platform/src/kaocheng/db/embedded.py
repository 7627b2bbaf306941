"""The database that needs no setting up: a PostgreSQL of our own, started when somebody needs it.

Several processes may use one data folder: each holds a shared lock, and the last one out stops the
server.  Locks belong to processes, so one that is killed leaves nothing behind that a later start
would have to believe.  While anybody uses it, a server that dies is started again.
"""

import errno
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kaocheng.db.cluster import DATABASE, Cluster, DiskFull, Server
from kaocheng.errors import Problem
from kaocheng.settings import Settings

if TYPE_CHECKING:
    from kaocheng.db.roles import Urls

log = logging.getLogger(__name__)

__all__ = ["Server", "database", "rest", "serve"]


@contextmanager
def database(settings: Settings) -> "Iterator[Urls]":
    """The migrated database of these settings: the one DATABASE_URL names, else our own."""
    # Only now: a server is started and stopped without the drivers, which take long to load.
    from kaocheng.db import external, migrate, roles

    if settings.database_url:
        urls = external.urls(settings.database_url, settings.owner_url, settings.data)
        migrate.ensure(urls.owner)
        yield urls
        return
    with serve(settings.data) as server:
        urls = roles.Urls(
            app=server.url(roles.APP, server.password_of(roles.APP)),
            owner=server.url(roles.OWNER, server.password_of(roles.OWNER)),
        )
        if not external.reaches(urls.owner):
            roles.prepare(
                server.superuser_url,
                database=DATABASE,
                owner_password=server.password_of(roles.OWNER),
                app_password=server.password_of(roles.APP),
            )
        migrate.ensure(urls.owner)
        yield urls


@contextmanager
def serve(data: Path, *, major: int | None = None) -> Iterator[Server]:
    """The server of the folder *data*: attached to when it runs, else started; the last one out stops it.

    Raises:
        NoPrograms: this machine has no PostgreSQL 15–18, or not the *major* asked for.
        ForeignVersion: the folder was made by a version that is not here.
        DiskFull: there is no room to start or to go on in.
        DidNotStart: it ended for another reason; its log says which.
    """
    with _room(data):
        data.mkdir(parents=True, exist_ok=True)
        cluster = Cluster(data.resolve(), major)
        with cluster.alone():
            cluster.prepare()
            written = cluster.written()
            server = cluster.running() or cluster.start()
            users = cluster.enter()
    watch = _Watch(cluster)
    watch.start()
    try:
        yield server
    except Exception as problem:
        _why_it_went(cluster, written, problem)
        raise
    finally:
        watch.end()
        with cluster.alone():
            cluster.leave(users)


def rest(data: Path) -> bool:
    """Stop a server that a killed process left running and nobody uses; False when there is none such."""
    if not (data / "database.users").exists():
        return False
    cluster = Cluster(data.resolve())
    with cluster.alone():
        cluster.prepare()
        there = cluster.alive()
        cluster.leave(cluster.enter())
        return there and not cluster.alive()


def _why_it_went(cluster: Cluster, written: int, problem: Exception) -> None:
    """Of a server that was lost, tell that the disk is full, if that is what it died of."""
    from kaocheng.db import trouble  # only now: it brings the drivers

    if isinstance(trouble.told(problem), trouble.Lost):
        cluster.refuse_a_full_disk(cluster.since(written))


@contextmanager
def _room(data: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFull(data) from error
        raise


class _Watch(threading.Thread):
    """Starts the server again when it dies under us, on the port our pools already know."""

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(name="kaocheng-database-watch", daemon=True)
        self._cluster = cluster
        self._over = threading.Event()

    def run(self) -> None:
        pause = 0.25
        while not self._over.wait(pause):
            try:
                pause = 0.25
                if not self._cluster.alive():
                    log.warning("the database has died; starting it again")
                    with self._cluster.alone():
                        self._cluster.running() or self._cluster.start()
            except Problem as problem:  # a full disk, say: there is no mistake of ours to look for
                log.error("the database could not be started again: %s", problem)
                pause = 5.0
            except Exception:
                log.exception("the database could not be started again")
                pause = 5.0

    def end(self) -> None:
        """Watch no longer."""
        self._over.set()
        self.join()
