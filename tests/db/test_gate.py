"""The gate: what the catalogue must never show, and that each question would notice.

Every query below lists violations and must come back empty.  Each is also asked after the very
mistake it is there for has been made, because a gate that cannot go red guards nothing.
"""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy.engine import make_url

from kaocheng.db import schema
from kaocheng.db.roles import Urls

pytestmark = pytest.mark.database

OWN = "(tenant_id = (current_setting('app.tenant_id'::text))::integer)"

TABLES = """
    from pg_class t join pg_namespace n on n.oid = t.relnamespace
    where n.nspname = 'public' and t.relkind in ('r', 'p')
"""
COLUMNS = TABLES.replace("where", "join pg_attribute a on a.attrelid = t.oid where")
HAS_TENANT = "exists (select from pg_attribute where attrelid = {} and attname = 'tenant_id' and attnum > 0)"

GATE = {
    "row security off or not forced": f"""
        select t.relname {TABLES} and {HAS_TENANT.format("t.oid")}
        and not (t.relrowsecurity and t.relforcerowsecurity)
    """,
    "neither a tenant's table nor on the short list of shared ones": f"""
        select t.relname {TABLES} and not {HAS_TENANT.format("t.oid")}
        and t.relname <> all (%(shared)s)
    """,
    "a shared table that says what a tenant does": f"""
        select t.relname {TABLES} and {HAS_TENANT.format("t.oid")} and t.relname = any (%(shared)s)
    """,
    "not exactly the two policies there are": f"""
        select t.relname {TABLES} and {HAS_TENANT.format("t.oid")} and array(
          select format('%%s %%s %%s %%s %%s %%s', p.polname, p.polcmd, p.polpermissive,
                        (select string_agg(r.rolname, ',') from pg_roles r where r.oid = any (p.polroles)),
                        pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
          from pg_policy p where p.polrelid = t.oid order by 1
        ) <> array['migrator * t kaocheng_owner true true',
                   'own_tenant * t kaocheng_app ' || %(own)s || ' ' || %(own)s]
    """,
    "a view that reads as its owner, or a materialised one": """
        select relname from pg_class where relnamespace = 'public'::regnamespace and (
          relkind = 'm' or relkind = 'v'
          and coalesce(array_to_string(reloptions, ',') !~ 'security_invoker=(true|on|1)', true))
    """,
    "a function that runs as its owner, outside the queue or with a search path of the caller's": """
        select proname from pg_proc join pg_namespace n on n.oid = pronamespace
        where n.nspname not in ('pg_catalog', 'information_schema') and prosecdef and (
          n.nspname <> 'queue' or not coalesce('search_path=queue, pg_temp' = any (proconfig), false))
    """,
    "a key that does not begin with tenant_id": f"""
        select i.indexrelid::regclass::text from pg_index i join pg_class t on t.oid = i.indrelid
        where t.relnamespace = 'public'::regnamespace and i.indisunique and {HAS_TENANT.format("t.oid")}
        and (select attname from pg_attribute where attrelid = t.oid and attnum = i.indkey[0])
            is distinct from 'tenant_id'
    """,
    "a foreign key that could reach another tenant's row": f"""
        select conname from pg_constraint c where contype = 'f'
        and {HAS_TENANT.format("c.conrelid")} and {HAS_TENANT.format("c.confrelid")}
        and not exists (
          select from unnest(c.conkey, c.confkey) as pair(near, far)
          join pg_attribute a on a.attrelid = c.conrelid and a.attnum = near
          join pg_attribute b on b.attrelid = c.confrelid and b.attnum = far
          where a.attname = 'tenant_id' and b.attname = 'tenant_id')
    """,
    "a foreign key from a shared table into a tenant's": f"""
        select conname from pg_constraint c where contype = 'f'
        and not {HAS_TENANT.format("c.conrelid")} and {HAS_TENANT.format("c.confrelid")}
    """,
    "a trigger, which Citus refuses": """
        select tgname from pg_trigger join pg_class t on t.oid = tgrelid
        where not tgisinternal and t.relnamespace = 'public'::regnamespace
    """,
    "the application's role is more than it should be": """
        select rolname from pg_roles where rolname = 'kaocheng_app' and (
          rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication
          or pg_has_role(rolname, 'kaocheng_owner', 'member'))
    """,
    "the application's role owns something": """
        select relname from pg_class where relowner = 'kaocheng_app'::regrole
    """,
    "the application may truncate, reference or hang triggers": f"""
        select t.relname {TABLES}
        and has_table_privilege('kaocheng_app', t.oid, 'truncate, references, trigger')
    """,
    "the application reads a sequence, and so how much its neighbours do": """
        select s.relname from pg_class s where case when relkind = 'S'
        then has_sequence_privilege('kaocheng_app', s.oid, 'select, usage, update') end
    """,
    "everybody may do something to a table": """
        select t.relname from pg_class t, aclexplode(t.relacl) given
        where t.relnamespace in ('public'::regnamespace, 'queue'::regnamespace) and given.grantee = 0
    """,
}

MISTAKES = {
    "row security off or not forced": "alter table unit no force row level security",
    "neither a tenant's table nor on the short list of shared ones": "create table diary (id int)",
    "a shared table that says what a tenant does": "alter table tenant add tenant_id int",
    "not exactly the two policies there are": "create policy wide on unit to kaocheng_app using (true)",
    "a view that reads as its owner, or a materialised one": "create view v as select * from unit",
    "a function that runs as its owner, outside the queue or with a search path of the caller's": (
        "create function f() returns int language sql security definer return 1"
    ),
    "a key that does not begin with tenant_id": "create unique index on unit (code)",
    "a foreign key that could reach another tenant's row": (
        "alter table tenant add unique (id, code); alter table unit add unique (id);"
        " alter table person add foreign key (unit_id) references unit (id)"
    ),
    "a foreign key from a shared table into a tenant's": (
        "alter table unit add unique (id);"
        " alter table tenant add foreign key (id) references unit (id) not valid"
    ),
    "a trigger, which Citus refuses": (
        "create function t() returns trigger language plpgsql as 'begin return new; end';"
        " create trigger t before insert on unit for each row execute function t()"
    ),
    "the application's role is more than it should be": "grant kaocheng_owner to kaocheng_app",
    "the application's role owns something": "alter table unit owner to kaocheng_app",
    "the application may truncate, reference or hang triggers": "grant truncate on unit to kaocheng_app",
    "the application reads a sequence, and so how much its neighbours do": (
        "create sequence s; grant usage on s to kaocheng_app"
    ),
    "everybody may do something to a table": "grant select on unit to public",
}

FURTHER_MISTAKES = [
    ("row security off or not forced", "alter table unit disable row level security"),
    ("row security off or not forced", "create table leak (tenant_id int)"),
    (
        "not exactly the two policies there are",
        "alter policy own_tenant on unit using"
        " (tenant_id = nullif(current_setting('app.tenant_id', true), '')::int)",
    ),
    ("not exactly the two policies there are", "alter policy own_tenant on unit to public"),
    ("not exactly the two policies there are", "alter policy own_tenant on unit with check (true)"),
    ("not exactly the two policies there are", "drop policy migrator on unit"),
    ("a view that reads as its owner, or a materialised one", "create materialized view m as select 1"),
    (
        "a function that runs as its owner, outside the queue or with a search path of the caller's",
        "alter function queue.defer reset search_path",
    ),
    ("the application's role is more than it should be", "alter role kaocheng_app bypassrls"),
]

# What the application may do to each table as a whole; columns it may update are not listed here.
INSERT_ONLY = {
    "filing",
    "figure",
    "vouching",
    "scored_period",
    "record_entry",
    "score_sheet",
    "publication",
}


@pytest.fixture
def admin(server: str, untouched: Urls) -> Iterator[psycopg.Connection]:
    """A superuser in a migrated database, whose transaction is rolled back."""
    name = make_url(untouched.app).database
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        yield connection
        connection.rollback()


def violations(admin: psycopg.Connection, question: str) -> list[str]:
    facts = {"shared": [*schema.SHARED, "alembic_version"], "own": OWN}
    return [row[0] for row in admin.execute(GATE[question], facts).fetchall()]


@pytest.mark.parametrize("question", GATE)
def test_the_gate_finds_nothing(admin: psycopg.Connection, question: str) -> None:
    assert violations(admin, question) == []


@pytest.mark.parametrize(("question", "mistake"), [*MISTAKES.items(), *FURTHER_MISTAKES])
def test_the_gate_goes_red(admin: psycopg.Connection, question: str, mistake: str) -> None:
    admin.execute(mistake)  # type: ignore[arg-type]  # the mistakes above, and nobody's input
    assert violations(admin, question) != []


def test_every_question_has_its_mistake() -> None:
    assert set(MISTAKES) == set(GATE)


def test_what_must_never_change_cannot_be_changed_by_the_application(admin: psycopg.Connection) -> None:
    for table in INSERT_ONLY:
        may = admin.execute(
            "select has_table_privilege('kaocheng_app', %(table)s, 'select'),"
            " has_table_privilege('kaocheng_app', %(table)s, 'insert'),"
            " has_any_column_privilege('kaocheng_app', %(table)s, 'update')"
            " or has_table_privilege('kaocheng_app', %(table)s, 'delete')",
            {"table": table},
        ).fetchone()
        assert may == (True, True, False), table


def test_nothing_that_names_a_row_can_be_updated_by_the_application(admin: psycopg.Connection) -> None:
    found = admin.execute(
        f"select t.relname, a.attname {COLUMNS} and a.attname in ('tenant_id', 'id')"
        " and has_column_privilege('kaocheng_app', t.oid, a.attnum, 'update')"
    ).fetchall()
    assert found == []
