"""The database's own trouble reaches people as one sentence; our mistakes do not hide in it."""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng.db import TenantId, tenant_session, trouble
from kaocheng.db.roles import Urls

pytestmark = pytest.mark.database


def raising(state: str) -> str:
    return f"do $$ begin raise exception 'x' using errcode = '{state}'; end $$"


@pytest.mark.parametrize(
    ("state", "kind"),
    [("53100", trouble.NoRoom), ("57P01", trouble.Lost), ("53300", trouble.Lost), ("42703", type(None))],
)
async def test_a_full_disk_and_a_lost_server_are_told_apart_from_our_mistakes(
    engine: AsyncEngine, untouched: Urls, county: TenantId, state: str, kind: type
) -> None:
    with pytest.raises(Exception, match="x") as ours:
        async with tenant_session(engine, county) as session:
            await session.execute(text(raising(state)))
    with psycopg.connect(untouched.app) as app, pytest.raises(psycopg.Error) as theirs:
        app.execute(raising(state))
    assert [type(trouble.told(one.value)) for one in (ours, theirs)] == [kind, kind]


def test_a_server_that_is_not_there_is_lost() -> None:
    with pytest.raises(psycopg.OperationalError) as gone:
        psycopg.connect("postgresql://nobody@127.0.0.1:1/none", connect_timeout=2)
    assert isinstance(trouble.told(gone.value), trouble.Lost)
