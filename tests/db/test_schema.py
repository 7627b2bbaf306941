"""The list of tables, the stages' tables and the migrated database say the same."""

import importlib
import importlib.util
import pkgutil

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, create_engine, inspect

import kaocheng
from kaocheng.db import migrate, schema
from kaocheng.db.roles import Urls
from kaocheng.db.session import driver_url

LATER = "alembic_version"  # Alembic's own


@pytest.fixture(scope="module")
def declared() -> MetaData:
    """The metadata, once every stage's tables.py has been read."""
    for package in pkgutil.iter_modules(kaocheng.__path__, "kaocheng."):
        if package.ispkg and importlib.util.find_spec(f"{package.name}.tables"):
            importlib.import_module(f"{package.name}.tables")
    return schema.metadata


def test_every_table_is_on_the_list(declared: MetaData) -> None:
    assert sorted(declared.tables) == sorted([*schema.SHARED, *schema.TENANTS_OWN])


def test_a_tenant_s_table_has_its_number_and_a_shared_one_has_not(declared: MetaData) -> None:
    for name, table in declared.tables.items():
        assert ("tenant_id" in table.columns) == (name in schema.TENANTS_OWN), name


def test_every_key_of_a_tenant_s_table_begins_with_the_tenant(declared: MetaData) -> None:
    for name in schema.TENANTS_OWN:
        table = declared.tables[name]
        assert next(iter(table.primary_key.columns)).name == "tenant_id", name


@pytest.mark.database
def test_the_migrations_make_what_the_stages_declare(declared: MetaData, untouched: Urls) -> None:
    engine = create_engine(driver_url(untouched.owner, "psycopg"))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "include_name": lambda name, type_, _parents: name != LATER},
        )
        assert compare_metadata(context, declared) == []


@pytest.mark.database
def test_the_primary_keys_are_the_same_too(declared: MetaData, untouched: Urls) -> None:
    engine = create_engine(driver_url(untouched.owner, "psycopg"))
    inspector = inspect(engine)
    for name, table in declared.tables.items():
        key = inspector.get_pk_constraint(name)["constrained_columns"]
        assert key == [column.name for column in table.primary_key.columns], name
    engine.dispose()


@pytest.mark.database
def test_nothing_that_counts_can_be_nan(untouched: Urls) -> None:
    """A NaN sorts above every number, and would win; a range check refuses it."""
    with psycopg.connect(untouched.owner) as owner:
        unchecked = owner.execute(
            "select c.relname, a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid"
            " where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'"
            " and a.atttypid = 'numeric'::regtype and not exists ("
            "  select from pg_constraint k where k.conrelid = c.oid and k.contype = 'c'"
            "  and a.attnum = any (k.conkey))"
        ).fetchall()
    assert unchecked == []


@pytest.mark.database
def test_the_shape_by_which_a_database_is_known_is_what_the_migrations_make(untouched: Urls) -> None:
    engine = create_engine(driver_url(untouched.owner, "psycopg"))
    with engine.connect() as connection:
        assert migrate.shape(connection) == schema.SHAPE, "the tables have changed: put the new SHAPE down"
