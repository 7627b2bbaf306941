import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from kaocheng.db import external, roles
from kaocheng.db.embedded import database, serve
from kaocheng.db.external import NotPrepared, Unreachable
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


def test_nobody_listening_is_one_sentence_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1/none") as refusal:
        external.urls("postgresql://someone:secret@127.0.0.1:1/none", None, tmp_path)

    assert "secret" not in str(refusal.value)


def test_an_address_of_another_kind_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="postgresql://"):
        external.urls("somewhere", None, tmp_path)


def test_a_server_that_does_not_answer_is_told_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match=r"连不上\(.*Connection refused\)"):
        external.urls("postgresql://nobody@127.0.0.1:1/x", None, tmp_path)
