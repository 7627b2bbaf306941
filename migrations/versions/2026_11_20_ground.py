"""Keep tenants, their units and people, the record, jobs and the queue: the ground of every stage.

Deploy before any code; it starts from an empty database.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "2026_11_20_ground"
down_revision = None

TENANTS_OWN = (
    "counter",
    "unit",
    "person",
    "person_role",
    "sign_in",
    "record_entry",
    "record_head",
    "job",
    "form",
    "past_result",
)


def upgrade() -> None:
    op.execute("grant usage on schema public to kaocheng_app")
    op.execute("grant select on alembic_version to kaocheng_app")
    _tenants()
    _counters()
    _units()
    _people()
    _record()
    _jobs()
    _forms()
    _past_results()
    _queue()


def downgrade() -> None:
    op.execute("drop schema queue cascade")
    for table in reversed(TENANTS_OWN):
        op.drop_table(table)
    op.drop_table("reports_to")
    op.drop_table("tenant")
    op.execute("revoke select on alembic_version from kaocheng_app")
    op.execute("revoke usage on schema public from kaocheng_app")


def _tenants() -> None:
    op.create_table(
        "tenant",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("settings", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
        sa.CheckConstraint("id > 0"),
        sa.CheckConstraint("code <> ''"),
    )
    op.create_table(
        "reports_to",
        sa.Column("lower_id", sa.Integer, nullable=False),
        sa.Column("upper_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("lower_id", "upper_id"),
        sa.ForeignKeyConstraint(["lower_id"], ["tenant.id"]),
        sa.ForeignKeyConstraint(["upper_id"], ["tenant.id"]),
        sa.CheckConstraint("lower_id <> upper_id"),
    )
    op.execute("grant select, insert on tenant to kaocheng_app")
    op.execute("grant update (name, kind, settings) on tenant to kaocheng_app")
    op.execute("grant select, insert, delete on reports_to to kaocheng_app")


def _counters() -> None:
    op.create_table(
        "counter",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "name"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        sa.CheckConstraint("last >= 0"),
    )
    # FORCE, so that the table's owner is confined as well.  current_setting() without its second
    # argument, so that a session with no tenant fails instead of finding nothing.
    op.execute("alter table counter enable row level security")
    op.execute("alter table counter force row level security")
    op.execute(
        "create policy own_tenant on counter to kaocheng_app"
        " using (tenant_id = current_setting('app.tenant_id')::int)"
        " with check (tenant_id = current_setting('app.tenant_id')::int)"
    )
    op.execute("create policy migrator on counter to kaocheng_owner using (true) with check (true)")
    op.execute("grant select, insert, update (last) on counter to kaocheng_app")


def _units() -> None:
    op.create_table(
        "unit",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("class", sa.Text),
        sa.Column("parent_id", sa.Integer),
        sa.Column("attributes", JSONB, nullable=False),
        sa.Column("assessed", sa.Boolean, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "code"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        # Foreign keys are checked behind row security's back: without tenant_id in the key, a
        # county could hang a unit below its neighbour's.
        sa.ForeignKeyConstraint(["tenant_id", "parent_id"], ["unit.tenant_id", "unit.id"]),
        sa.CheckConstraint("id > 0"),
        sa.CheckConstraint("code <> ''"),
        sa.CheckConstraint("label <> ''"),
        sa.CheckConstraint("not assessed or class is not null"),
    )
    op.execute("alter table unit enable row level security")
    op.execute("alter table unit force row level security")
    op.execute(
        "create policy own_tenant on unit to kaocheng_app"
        " using (tenant_id = current_setting('app.tenant_id')::int)"
        " with check (tenant_id = current_setting('app.tenant_id')::int)"
    )
    op.execute("create policy migrator on unit to kaocheng_owner using (true) with check (true)")
    op.execute("grant select, insert on unit to kaocheng_app")
    op.execute(
        "grant update (label, class, parent_id, attributes, assessed, ordinal) on unit to kaocheng_app"
    )


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text),
        sa.Column("unit_id", sa.Integer),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "code"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        sa.CheckConstraint("id > 0"),
        sa.CheckConstraint("code <> ''"),
        sa.CheckConstraint("label <> ''"),
    )
    op.execute("alter table person enable row level security")
    op.execute("alter table person force row level security")
    op.execute(
        "create policy own_tenant on person to kaocheng_app"
        " using (tenant_id = current_setting('app.tenant_id')::int)"
        " with check (tenant_id = current_setting('app.tenant_id')::int)"
    )
    op.execute("create policy migrator on person to kaocheng_owner using (true) with check (true)")
    op.execute("grant select, insert on person to kaocheng_app")
    op.execute("grant update (label, password_hash, unit_id, active, language) on person to kaocheng_app")

    op.create_table(
        "person_role",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "person_id", "role"),
        sa.ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
        sa.CheckConstraint(
            "role in ('office', 'liaison', 'collector', 'verifier', 'leader', 'analyst', 'operator')"
        ),
    )
    op.execute("alter table person_role enable row level security")
    op.execute("alter table person_role force row level security")
    op.execute(
        "create policy own_tenant on person_role to kaocheng_app"
        " using (tenant_id = current_setting('app.tenant_id')::int)"
        " with check (tenant_id = current_setting('app.tenant_id')::int)"
    )
    op.execute("create policy migrator on person_role to kaocheng_owner using (true) with check (true)")
    op.execute("grant select, insert, delete on person_role to kaocheng_app")

    op.create_table(
        "sign_in",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "token_hash"),
        sa.ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
        sa.CheckConstraint("octet_length(token_hash) = 32"),
    )
    op.execute("alter table sign_in enable row level security")
    op.execute("alter table sign_in force row level security")
    op.execute(
        "create policy own_tenant on sign_in to kaocheng_app"
        " using (tenant_id = current_setting('app.tenant_id')::int)"
        " with check (tenant_id = current_setting('app.tenant_id')::int)"
    )
    op.execute("create policy migrator on sign_in to kaocheng_owner using (true) with check (true)")
    op.execute("grant select, insert, delete on sign_in to kaocheng_app")


def _record() -> None:
    op.create_table(
        "record_entry",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("suite", sa.SmallInteger, nullable=False),
        sa.Column("prev", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "seq"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        sa.CheckConstraint("seq > 0"),
        sa.CheckConstraint("suite = 1"),
        sa.CheckConstraint("octet_length(prev) = 32 and octet_length(hash) = 32"),
    )
    op.execute("alter table record_entry enable row level security")
    op.execute("alter table record_entry force row level security")
    op.execute(
        "create policy own_tenant on record_entry to kaocheng_app"
        " using (tenant_id = current_setting('app.tenant_id')::int)"
        " with check (tenant_id = current_setting('app.tenant_id')::int)"
    )
    op.execute("create policy migrator on record_entry to kaocheng_owner using (true) with check (true)")
    # Never update or delete: what is recorded stays.
    op.execute("grant select, insert on record_entry to kaocheng_app")

    op.create_table(
        "record_head",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        sa.CheckConstraint("seq >= 0"),
        sa.CheckConstraint("octet_length(hash) = 32"),
    )
    op.execute("alter table record_head enable row level security")
    op.execute("alter table record_head force row level security")
    op.execute(
        "create policy own_tenant on record_head to kaocheng_app"
        " using (tenant_id = current_setting('app.tenant_id')::int)"
        " with check (tenant_id = current_setting('app.tenant_id')::int)"
    )
    op.execute("create policy migrator on record_head to kaocheng_owner using (true) with check (true)")
    op.execute("grant select, insert, update (seq, hash) on record_head to kaocheng_app")


def _jobs() -> None:
    op.create_table(
        "job",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("facts", JSONB, nullable=False),
        sa.Column("result", JSONB),
        sa.Column("started_by", sa.Integer),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("key", sa.Text),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "kind", "key"),
        sa.ForeignKeyConstraint(["tenant_id", "started_by"], ["person.tenant_id", "person.id"]),
        sa.CheckConstraint("state in ('waiting', 'running', 'done', 'failed')"),
        sa.CheckConstraint("done >= 0 and total >= 0"),
    )
    op.execute("alter table job enable row level security")
    op.execute("alter table job force row level security")
    op.execute(
        "create policy own_tenant on job to kaocheng_app"
        " using (tenant_id = current_setting('app.tenant_id')::int)"
        " with check (tenant_id = current_setting('app.tenant_id')::int)"
    )
    op.execute("create policy migrator on job to kaocheng_owner using (true) with check (true)")
    op.execute("grant select, insert on job to kaocheng_app")
    op.execute("grant update (state, done, total, message, result, ended_at) on job to kaocheng_app")


def _forms() -> None:
    op.create_table(
        "form",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("pattern", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("collector_id", sa.Integer),
        sa.Column("due", sa.Date),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "code"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "collector_id"], ["unit.tenant_id", "unit.id"]),
        sa.CheckConstraint("kind in ('catalogue', 'targets', 'figures', 'evaluation', 'claims', 'tasks')"),
    )
    op.execute("alter table form enable row level security")
    op.execute("alter table form force row level security")
    op.execute(
        "create policy own_tenant on form to kaocheng_app"
        " using (tenant_id = current_setting('app.tenant_id')::int)"
        " with check (tenant_id = current_setting('app.tenant_id')::int)"
    )
    op.execute("create policy migrator on form to kaocheng_owner using (true) with check (true)")
    op.execute("grant select, insert, delete on form to kaocheng_app")
    op.execute(
        "grant update (kind, label, pattern, period, collector_id, due, ordinal) on form to kaocheng_app"
    )


def _past_results() -> None:
    op.create_table(
        "past_result",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("unit_id", sa.Integer, nullable=False),
        sa.Column("score", sa.Numeric),
        sa.Column("rank", sa.Integer),
        sa.Column("grade", sa.Text, nullable=False),
        sa.Column("invented", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "period", "unit_id"),
        sa.ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        # NaN sorts above every number, and so is outside every range.
        sa.CheckConstraint("score between -1000000 and 1000000"),
        sa.CheckConstraint("rank > 0"),
    )
    op.execute("alter table past_result enable row level security")
    op.execute("alter table past_result force row level security")
    op.execute(
        "create policy own_tenant on past_result to kaocheng_app"
        " using (tenant_id = current_setting('app.tenant_id')::int)"
        " with check (tenant_id = current_setting('app.tenant_id')::int)"
    )
    op.execute("create policy migrator on past_result to kaocheng_owner using (true) with check (true)")
    op.execute("grant select, insert, delete on past_result to kaocheng_app")
    op.execute("grant update (score, rank, grade, invented) on past_result to kaocheng_app")


def _queue() -> None:
    """procrastinate's own tables, in a schema of their own: they hold ids and no tenant's data."""
    op.execute("create schema queue")
    op.execute("set local search_path = queue")
    source = Path(__file__).parents[1] / "queue" / "procrastinate_3_10.sql"
    # Straight to the driver: the text holds many statements, and colons that are no parameters.
    op.get_bind().connection.driver_connection.execute(source.read_text(encoding="utf-8"))
    op.execute("set local search_path = public")
    op.execute(
        "create function queue.defer(task text, args jsonb, lock text, queueing_lock text)"
        " returns bigint language plpgsql as $$ begin"
        "  return (procrastinate_defer_jobs_v1(array[row("
        "   'kaocheng', task, 0, lock, queueing_lock, args, null)::procrastinate_job_to_defer_v1]))[1];"
        # Already waiting: once is enough.
        " exception when unique_violation then return null; end $$"
    )
    # The application calls these functions and cannot touch the tables behind them.
    op.execute("""
        do $$ declare known regprocedure; begin
          for known in select oid from pg_proc where pronamespace = 'queue'::regnamespace loop
            execute format('alter function %s security definer set search_path = queue, pg_temp', known);
            execute format('revoke all on function %s from public', known);
            execute format('grant execute on function %s to kaocheng_app', known);
          end loop;
        end $$
    """)
    op.execute("grant usage on schema queue to kaocheng_app")
    op.execute("grant select on queue.procrastinate_jobs to kaocheng_app")
    op.execute("grant select on queue.procrastinate_events to kaocheng_app")
    op.execute("grant select on queue.procrastinate_workers to kaocheng_app")
