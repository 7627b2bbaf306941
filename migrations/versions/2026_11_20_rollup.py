"""Keep what subordinates handed up, verbatim, with the verdict; each reader sees its own inbox.

Deploy before the code that receives bundles; it adds tables and touches no other.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "2026_11_20_rollup"
down_revision = "2026_11_20_standings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _inbox()
    _inbox_result()
    _confine()
    # What was received is kept as it came.
    op.execute("grant select, insert on inbox, inbox_result to kaocheng_app")


def downgrade() -> None:
    for table in ("inbox_result", "inbox"):
        op.drop_table(table)


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("sender_name", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("scheme", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("bundle", sa.LargeBinary, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("published_at", sa.Text, nullable=False),
        sa.Column("received_at", TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        # The same file twice has one effect; one refused for want of a key may be accepted later.
        sa.UniqueConstraint("tenant_id", "digest", "verdict", name="inbox_once"),
        sa.CheckConstraint("verdict in ('accepted', 'refused')", name="inbox_verdict"),
    )


def _inbox_result() -> None:
    op.create_table(
        "inbox_result",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("inbox_id", sa.Integer, nullable=False),
        sa.Column("paper", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("group", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("score", sa.Numeric),
        sa.Column("full", sa.Numeric),
        sa.Column("rank", sa.Integer),
        sa.Column("grade", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "inbox_id", "paper", "unit"),
        sa.ForeignKeyConstraint(["tenant_id", "inbox_id"], ["inbox.tenant_id", "inbox.id"]),
        sa.CheckConstraint('abs(score) < 1e24 and abs("full") < 1e24', name="inbox_result_range"),
    )


def _confine() -> None:
    """Row security: FORCE confines the owner too; no tenant set is an error, not an empty answer."""
    op.execute("alter table inbox enable row level security")
    op.execute("alter table inbox force row level security")
    op.execute(
        "create policy own_tenant on inbox to kaocheng_app"
        " using (tenant_id = current_setting('app.tenant_id')::int)"
        " with check (tenant_id = current_setting('app.tenant_id')::int)"
    )
    op.execute("create policy migrator on inbox to kaocheng_owner using (true) with check (true)")

    op.execute("alter table inbox_result enable row level security")
    op.execute("alter table inbox_result force row level security")
    op.execute(
        "create policy own_tenant on inbox_result to kaocheng_app"
        " using (tenant_id = current_setting('app.tenant_id')::int)"
        " with check (tenant_id = current_setting('app.tenant_id')::int)"
    )
    op.execute("create policy migrator on inbox_result to kaocheng_owner using (true) with check (true)")
