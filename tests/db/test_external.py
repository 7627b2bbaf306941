import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from kaocheng.db import external, roles
from kaocheng.db.embedded import database, serve
from kaocheng.db.external import NotPrepared, Unconfined, Unreachable, UnsupportedServer
from kaocheng.db.migrate import NotMigrated
from kaocheng.db.roles import Urls
from kaocheng.settings import Settings

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The superuser's address of a server nobody has prepared."""
    folder = tmp_path_factory.mktemp("server")
    with serve(folder) as server:
        yield server.superuser_url
    note = folder / "database-home"
    if note.exists():
        shutil.rmtree(note.read_text())


def test_a_superusers_address_is_enough_and_what_we_serve_with_is_confined(bare: str, tmp_path: Path) -> None:
    with psycopg.connect(bare, autocommit=True) as admin:
        admin.execute("create database given")
    address = make_url(bare).set(database="given").render_as_string(hide_password=False)
    settings = Settings(data=tmp_path, database_url=address)

    for _ in range(2):  # the second time finds the roles and the tables made
        with database(settings) as urls, psycopg.connect(urls.app) as app:
            row = app.execute(
                "select current_user, rolsuper or rolbypassrls or rolcreaterole"
                " from pg_roles where rolname = current_user"
            ).fetchone()
            assert row == (roles.APP, False)
    with database(settings) as urls, psycopg.connect(urls.owner) as owner:
        assert owner.execute("select count(*) from alembic_version").fetchone() == (1,)


def test_roles_of_another_installation_keep_their_passwords(bare: str, tmp_path: Path) -> None:
    with psycopg.connect(bare, autocommit=True) as admin:
        for role in (roles.OWNER, roles.APP):
            if not admin.execute("select 1 from pg_roles where rolname = %s", (role,)).fetchone():
                admin.execute(sql.SQL("create role {} login").format(sql.Identifier(role)))

    with pytest.raises(NotPrepared, match="kaocheng db sql"):
        external.urls(bare, None, tmp_path / "another")


def test_a_server_outside_the_versions_we_know_is_refused_with_both_ends(
    bare: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(external, "NEWEST", external.OLDEST - 1)  # whatever this one is, it is too new
    with pytest.raises(UnsupportedServer, match="请使用 15 到 14"):
        external.urls(bare, None, tmp_path)


def test_nobody_listening_is_one_sentence_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1/none") as refusal:
        external.urls("postgresql://someone:secret@127.0.0.1:1/none", None, tmp_path)

    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("address", ["somewhere", "mysql://a@127.0.0.1:1/x", "postgresql://a@h:port/x"])
def test_an_address_of_another_kind_is_one_sentence(address: str, tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match=r"不是 postgresql:// 开头的地址"):
        external.urls(address, None, tmp_path)


def test_what_we_serve_with_is_confined_and_what_we_migrate_with_may(urls: Urls, tmp_path: Path) -> None:
    assert external.urls(urls.app, urls.owner, tmp_path) == urls
    with pytest.raises(Unconfined, match="kaocheng_owner"):
        external.urls(urls.owner, urls.app, tmp_path)
    with pytest.raises(NotPrepared, match="KAOCHENG_OWNER_URL"):
        external.urls(urls.app, urls.app, tmp_path)


def test_no_superuser_is_served_with_nor_a_stranger(blank: Urls, server: str, tmp_path: Path) -> None:
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute("create role stranger login password 'p'")
    stranger = make_url(server).set(username="stranger", password="p")

    with pytest.raises(Unconfined, match="stranger"):
        external.urls(stranger.render_as_string(hide_password=False), None, tmp_path)
    with pytest.raises(Unconfined, match=make_url(server).username or ""):
        external.urls(server, server, tmp_path)


def test_tables_of_another_version_are_not_changed_without_the_owner(blank: Urls, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, database_url=blank.app)

    with pytest.raises(NotMigrated, match="kaocheng db migrate"), database(settings):
        pass


def test_a_server_that_does_not_answer_is_told_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match=r"连不上\(.*Connection refused\)"):
        external.urls("postgresql://nobody@127.0.0.1:1/x", None, tmp_path)
