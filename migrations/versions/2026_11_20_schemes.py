"""Keep schemes in their versions and the indicators they declare, each visible to its own tenant only.

Deploy before the code that adopts schemes; it adds two tables and touches no other.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

revision = "2026_11_20_schemes"
down_revision = "2026_11_20_ground"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _scheme()
    _indicator()
    _confine()
    # What a version says is never changed; only where it stands. The application is not even able to.
    op.execute("grant select, insert, update (state, reason, frozen_by, frozen_at) on scheme to kaocheng_app")
    op.execute("grant select, insert, update (label, measure, collector) on indicator to kaocheng_app")


def downgrade() -> None:
    for table in ("indicator", "scheme"):
        op.drop_table(table)


def _scheme() -> None:
    op.create_table(
        "scheme",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("recipe", sa.LargeBinary, nullable=False),
        sa.Column("recipe_digest", sa.Text, nullable=False),
        sa.Column("packs", JSONB, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("adopted_by", sa.Integer),
        sa.Column("adopted_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("frozen_by", sa.Integer),
        sa.Column("frozen_at", TIMESTAMP(timezone=True)),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "year", "version"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        # With tenant_id in the key: foreign keys are checked behind row security's back.
        sa.ForeignKeyConstraint(["tenant_id", "adopted_by"], ["person.tenant_id", "person.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "frozen_by"], ["person.tenant_id", "person.id"]),
        sa.CheckConstraint("state in ('draft', 'frozen', 'superseded')", name="scheme_state"),
        sa.CheckConstraint("state <> 'frozen' or frozen_at is not null", name="scheme_frozen"),
        sa.CheckConstraint("version >= 1 and year between 1900 and 9999", name="scheme_version"),
    )
    # Whatever goes wrong above, a year never has two schemes in force.
    op.create_index(
        "scheme_one_in_force",
        "scheme",
        ["tenant_id", "year"],
        unique=True,
        postgresql_where=sa.text("state = 'frozen'"),
    )


def _indicator() -> None:
    op.create_table(
        "indicator",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("of", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("field", sa.Text, nullable=False, server_default=""),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("measure", sa.Text, nullable=False),
        sa.Column("collector", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "of", "code", "field"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        sa.CheckConstraint("of in ('figure', 'target', 'row', 'claim')", name="indicator_of"),
        sa.CheckConstraint("code <> ''", name="indicator_code"),
    )


def _confine() -> None:
    """Row security: FORCE confines the owner too; no tenant set is an error, not an empty answer."""
    for table in ("scheme", "indicator"):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(
            f"create policy own_tenant on {table} to kaocheng_app"
            " using (tenant_id = current_setting('app.tenant_id')::int)"
            " with check (tenant_id = current_setting('app.tenant_id')::int)"
        )
        op.execute(f"create policy migrator on {table} to kaocheng_owner using (true) with check (true)")
