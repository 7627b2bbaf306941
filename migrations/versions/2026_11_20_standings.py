"""Keep publications, whom they are for, and what is still to be handed over; each tenant sees its own.

Deploy before the code that publishes; it adds tables and touches no other.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "2026_11_20_standings"
down_revision = "2026_11_20_scoring"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _publication()
    _reader()
    _outbox()
    _confine()
    # Nothing published is ever edited; of the outbox only how the delivery went is filled in.
    op.execute("grant select, insert on publication, reader to kaocheng_app")
    op.execute("grant select, insert on outbox to kaocheng_app")
    op.execute("grant update (delivered_at, verdict, reason) on outbox to kaocheng_app")


def downgrade() -> None:
    for table in ("outbox", "reader", "publication"):
        op.drop_table(table)


def _publication() -> None:
    op.create_table(
        "publication",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("sheet_id", sa.Integer, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("bundle", sa.LargeBinary, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("published_by", sa.Integer, nullable=False),
        sa.Column("published_at", TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "sheet_id", name="publication_once"),
        # With tenant_id in the key: foreign keys are checked behind row security's back.
        sa.ForeignKeyConstraint(["tenant_id", "sheet_id"], ["score_sheet.tenant_id", "score_sheet.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "published_by"], ["person.tenant_id", "person.id"]),
    )


def _reader() -> None:
    op.create_table(
        "reader",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("publication_id", sa.Integer, nullable=False),
        sa.Column("reader_code", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "publication_id", "reader_code"),
        sa.ForeignKeyConstraint(["tenant_id", "publication_id"], ["publication.tenant_id", "publication.id"]),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("publication_id", sa.Integer, nullable=False),
        sa.Column("reader_id", sa.Integer, nullable=False),
        sa.Column("reader_code", sa.Text, nullable=False),
        sa.Column("delivered_at", TIMESTAMP(timezone=True)),
        sa.Column("verdict", sa.Text),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "publication_id", "reader_id", name="outbox_once"),
        sa.ForeignKeyConstraint(["tenant_id", "publication_id"], ["publication.tenant_id", "publication.id"]),
    )


def _confine() -> None:
    """Row security: FORCE confines the owner too; no tenant set is an error, not an empty answer."""
    op.execute("alter table publication enable row level security")
    op.execute("alter table publication force row level security")
    op.execute(
        "create policy own_tenant on publication to kaocheng_app"
        " using (tenant_id = current_setting('app.tenant_id')::int)"
        " with check (tenant_id = current_setting('app.tenant_id')::int)"
    )
    op.execute("create policy migrator on publication to kaocheng_owner using (true) with check (true)")

    op.execute("alter table reader enable row level security")
    op.execute("alter table reader force row level security")
    op.execute(
        "create policy own_tenant on reader to kaocheng_app"
        " using (tenant_id = current_setting('app.tenant_id')::int)"
        " with check (tenant_id = current_setting('app.tenant_id')::int)"
    )
    op.execute("create policy migrator on reader to kaocheng_owner using (true) with check (true)")

    op.execute("alter table outbox enable row level security")
    op.execute("alter table outbox force row level security")
    op.execute(
        "create policy own_tenant on outbox to kaocheng_app"
        " using (tenant_id = current_setting('app.tenant_id')::int)"
        " with check (tenant_id = current_setting('app.tenant_id')::int)"
    )
    op.execute("create policy migrator on outbox to kaocheng_owner using (true) with check (true)")
