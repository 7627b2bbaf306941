"""Migrations go up, down and up again, with data in the tables, on every server we support."""

import json
import subprocess
import sys
from typing import Any

import psycopg
import pytest
from procrastinate.schema import SchemaManager
from sqlalchemy.engine import make_url

from kaocheng.db import migrate
from kaocheng.db.roles import Urls
from kaocheng.db.schema import SHARED, TENANTS_OWN
from kaocheng.figures.brought import Brought

pytestmark = pytest.mark.database

CHAIN = (
    "2026_11_20_ground",
    "2026_11_20_schemes",
    "2026_11_20_figures",
    "2026_11_20_scoring",
    "2026_11_20_standings",
    "2026_11_20_rollup",
    "2026_11_20_supplied",
    "2026_11_20_previews",
    "2026_11_20_changes",
    "2026_11_20_uncompressed",
)

# A row in each table, under the migration that makes the table.
ROWS = {
    "2026_11_20_ground": (
        "insert into tenant (id, code, name, kind, settings)"
        " values (1, 'c', '县', 'county', '{}'), (2, 'd', '市', 'city', '{}')",
        "insert into reports_to (lower_id, upper_id) values (1, 2)",
        "insert into counter (tenant_id, name, last) values (1, 'unit', 1)",
        "insert into unit (tenant_id, id, code, label, class, attributes, assessed, ordinal)"
        " values (1, 1, 'u', '镇', '乡镇', '{}', true, 1)",
        "insert into person (tenant_id, id, code, label, active, language)"
        " values (1, 1, 'p', '人', true, 'zh'), (1, 2, 'v', '核', true, 'zh')",
        "insert into person_role (tenant_id, person_id, role) values (1, 1, 'office')",
        "insert into sign_in (tenant_id, token_hash, person_id, created_at, expires_at)"
        " values (1, sha256('t'), 1, now(), now())",
        "insert into record_entry (tenant_id, seq, suite, prev, hash, body, at)"
        " values (1, 1, 1, sha256('a'), sha256('b'), '{}', now())",
        "insert into record_head (tenant_id, seq, hash) values (1, 1, sha256('b'))",
        "insert into job (tenant_id, id, kind, state, done, total, message, facts, started_by, started_at)"
        " values (1, 1, 'k', 'done', 1, 1, '', '{}', 1, now())",
        "insert into form (tenant_id, code, kind, label, pattern, period, ordinal)"
        " values (1, 'f', 'figures', '表', '表', '2026', 0)",
        "insert into past_result (tenant_id, period, unit_id, grade, invented)"
        " values (1, '2025', 1, '良好', true)",
        "select queue.defer('t', '{}', 'l', 'q')",
    ),
    "2026_11_20_schemes": (
        "insert into scheme (tenant_id, id, code, name, year, version, text, digest, recipe, recipe_digest,"
        " packs, state, reason, adopted_by, adopted_at)"
        " values (1, 1, 's', '方案', 2026, 1, 't', 'd', 'r', 'e', '{}', 'draft', '', 1, now())",
        "insert into indicator (tenant_id, id, of, code, field, label, measure, collector)"
        " values (1, 1, 'figure', 'i', '', '指标', '', '')",
    ),
    "2026_11_20_figures": (
        "insert into workbook (tenant_id, id, form, period, name, digest, size, content, state, preview,"
        " filed_by, filed_at) values (1, 1, 'f', '2026', '表', 'd', 1, 'x', 'stored', '{}', 1, now())",
        "insert into filing (tenant_id, id, indicator_id, filed_by, filed_at, workbook_id)"
        " values (1, 1, 1, 1, now(), 1)",
        "insert into figure (tenant_id, period, unit_id, indicator_id, series, revision, kind, value)"
        " values (1, '2026', 1, 1, '', 1, 0, 98.5)",
        "insert into vouching (tenant_id, period, unit_id, indicator_id, series, revision, turn, outcome,"
        " by_person, filed_by, reason, at) values (1, '2026', 1, 1, '', 1, 1, 'vouched', 2, 1, '', now())",
        "insert into scored_period (tenant_id, period, sheet, by_person, at) values (1, '2026', 1, 1, now())",
    ),
    "2026_11_20_scoring": (
        "insert into score_sheet (tenant_id, id, period, number, scheme_id, inputs, inputs_digest, recipe,"
        " recipe_digest, sheet, sheet_digest, packs, engine, provenance, waiting, made_by, made_at)"
        " values (1, 1, '2026', 1, 1, 'i', 'd', 'r', 'e', 's', 'f', '{}', '1', 'p', 0, 1, now())",
    ),
    "2026_11_20_standings": (
        "insert into publication (tenant_id, id, sheet_id, period, bundle, digest, key_id, published_by,"
        " published_at) values (1, 1, 1, '2026', 'b', 'd', 'k', 1, now())",
        "insert into reader (tenant_id, publication_id, reader_code) values (1, 1, 'd')",
        "insert into outbox (tenant_id, id, publication_id, reader_id, reader_code) values (1, 1, 1, 2, 'd')",
    ),
    "2026_11_20_rollup": (
        "insert into inbox (tenant_id, id, sender, sender_name, period, scheme, digest, bundle, verdict,"
        " reason, number, published_at, received_at)"
        " values (2, 1, 'c', '县', '2026', '方案', 'd', 'b', 'accepted', '', 1, '2027-01-06', now())",
        'insert into inbox_result (tenant_id, inbox_id, paper, unit, "group", label, score, "full", rank,'
        " grade) values (2, 1, 'p', 'u', '乡镇', '镇', 97.4, 100, 1, '优秀')",
    ),
}

# A workbook, as its preview was kept first: its values as one text, each value with its eight facts.
PREVIEWED = [
    ["2026", 1, 7, "", 0, "98.5", "表1!C4", []],
    ["2026", 1, 8, "a", 3, '甲“\\"\n乙', "表1!D4", [{"code": "falls", "facts": {"last": "99"}}]],
]
WORKBOOK = (
    "insert into workbook (tenant_id, id, form, period, name, digest, size, content, state, preview,"
    " filed_by, filed_at) values (1, %s, 'f', '2026', '表.xlsx', %s, 1, 'x', 'previewed', %s, 1, now())"
)


def fill(owner_url: str, step: str) -> None:
    with psycopg.connect(owner_url) as owner:
        for row in ROWS.get(step, ()):
            owner.execute(row)


def counted(owner_url: str) -> dict[str, int]:
    """How many rows each of our tables holds."""
    with psycopg.connect(owner_url) as owner:
        names = [name for name in tables(owner_url) if name in {*SHARED, *TENANTS_OWN}]
        return {name: owner.execute(f'select count(*) from "{name}"').fetchone()[0] for name in names}


def previews(owner_url: str) -> list[dict[str, Any]]:
    with psycopg.connect(owner_url) as owner:
        return [row[0] for row in owner.execute("select preview from workbook order by id")]


def tables(owner_url: str) -> set[str]:
    with psycopg.connect(owner_url) as owner:
        found = owner.execute("select tablename from pg_tables where schemaname in ('public', 'queue')")
        return {row[0] for row in found}


def test_up_down_and_up_again_with_data(blank: Urls) -> None:
    assert migrate.current(blank.owner) is None
    migrate.upgrade(blank.owner)
    assert migrate.current(blank.app) == migrate.head() == CHAIN[-1]
    made = tables(blank.owner)
    for step in CHAIN:
        fill(blank.owner, step)
    filled = counted(blank.owner)
    assert set(filled) == {*SHARED, *TENANTS_OWN}
    assert [name for name, rows in filled.items() if not rows] == []

    for before in [*reversed(CHAIN[:-1]), "base"]:
        migrate.downgrade(blank.owner, before)
        assert migrate.current(blank.owner) == (None if before == "base" else before)
        left = counted(blank.owner)
        assert left == {name: filled[name] for name in left}
    assert tables(blank.owner) == {"alembic_version"}

    for step in CHAIN:
        migrate.upgrade(blank.owner, step)
        fill(blank.owner, step)
    assert tables(blank.owner) == made
    assert counted(blank.owner) == filled


def test_a_preview_kept_before_can_be_agreed_to_after_and_goes_back_as_it_was(blank: Urls) -> None:
    migrate.upgrade(blank.owner, "2026_11_20_supplied")
    fill(blank.owner, CHAIN[0])
    kept = [{"name": "表", "values": json.dumps(values)} for values in (PREVIEWED, PREVIEWED[:1], [])]
    with psycopg.connect(blank.owner) as owner:
        for number, one in enumerate(kept, 1):
            owner.execute(WORKBOOK, (number, f"d{number}", json.dumps(one)))

    migrate.upgrade(blank.owner, "2026_11_20_previews")
    read = [Brought.from_json(one["values"]) for one in previews(blank.owner)]
    assert [
        [(*v.key, int(v.value.kind), str(v.value), v.cell, [*v.doubts]) for v in one] for one in read
    ] == [[tuple(row) for row in values] for values in (PREVIEWED, PREVIEWED[:1], [])]
    assert [one["many"] for one in previews(blank.owner)] == [2, 1, 0]
    for number, one in enumerate(read, 1):  # as the code of today writes it: what rows share, once
        with psycopg.connect(blank.owner) as owner:
            owner.execute(
                "update workbook set preview = jsonb_set(preview, '{values}', %s) where id = %s",
                (json.dumps(one.as_json()), number),
            )

    migrate.downgrade(blank.owner, "2026_11_20_supplied")
    back = [{**one, "values": json.loads(one["values"])} for one in previews(blank.owner)]
    assert back == [{**one, "values": json.loads(one["values"])} for one in kept]


def test_a_database_of_an_unknown_migration_gets_one_sentence(blank: Urls) -> None:
    migrate.upgrade(blank.owner)
    with psycopg.connect(blank.owner) as owner:
        owner.execute("update alembic_version set version_num = '2031_01_01_later'")
    with pytest.raises(migrate.ForeignSchema, match="2031_01_01_later"):
        migrate.ensure(blank.owner)


@pytest.mark.parametrize(
    "otherwise",
    [
        "alter table figure drop column doubts",
        "alter table unit add column colour text",
        "alter table filing alter column id type bigint",
        "drop table outbox",
    ],
)
def test_tables_of_another_making_get_one_sentence(blank: Urls, otherwise: str) -> None:
    migrate.ensure(blank.owner)
    with psycopg.connect(blank.owner) as owner:
        owner.execute("create table somebody_elses (id int)")
    migrate.ensure(blank.owner)
    with psycopg.connect(blank.owner) as owner:
        owner.execute(otherwise)
    with pytest.raises(migrate.ForeignSchema, match="没有动它"):
        migrate.ensure(blank.owner)


def test_upgrading_what_is_up_to_date_changes_nothing(blank: Urls) -> None:
    migrate.upgrade(blank.owner)
    migrate.upgrade(blank.owner)
    assert migrate.current(blank.owner) == migrate.head()


def test_a_migration_that_stumbles_leaves_the_old_tables_whole(blank: Urls) -> None:
    migrate.upgrade(blank.owner, CHAIN[0])
    before = tables(blank.owner)
    with psycopg.connect(blank.owner) as owner:
        owner.execute("create table vouching (in_the_way int)")
    with pytest.raises(Exception, match="vouching"):
        migrate.upgrade(blank.owner)
    assert migrate.current(blank.owner) == CHAIN[0]
    assert tables(blank.owner) == before | {"vouching"}


def test_two_starts_at_once_migrate_once(blank: Urls) -> None:
    command = "import sys; from kaocheng.db import migrate; migrate.upgrade(sys.argv[1])"
    both = [subprocess.Popen([sys.executable, "-c", command, blank.owner]) for _each in range(2)]
    assert [one.wait(60) for one in both] == [0, 0]
    assert migrate.current(blank.owner) == migrate.head()


def test_every_table_belongs_to_the_owner_whichever_superuser_migrates(server: str, blank: Urls) -> None:
    name = make_url(blank.owner).database
    admin = make_url(server).set(database=name).render_as_string(hide_password=False)
    migrate.upgrade(admin)
    with psycopg.connect(admin) as connection:
        owners = connection.execute(
            "select distinct tableowner from pg_tables where schemaname in ('public', 'queue')"
        ).fetchall()
    assert owners == [("kaocheng_owner",)]


def test_the_queue_s_tables_are_those_the_installed_library_expects() -> None:
    ours = (migrate.folder() / "queue" / "procrastinate_3_10.sql").read_text(encoding="utf-8")
    assert ours == SchemaManager.get_schema(), "procrastinate has changed its tables: write a migration"
