"""Keep score sheets, each visible to its own tenant only, and never changed.

Deploy before the code that scores; it adds a table and touches no other.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

revision = "2026_11_20_scoring"
down_revision = "2026_11_20_figures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "score_sheet",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("scheme_id", sa.Integer, nullable=False),
        sa.Column("inputs", sa.LargeBinary, nullable=False),
        sa.Column("inputs_digest", sa.Text, nullable=False),
        sa.Column("recipe", sa.LargeBinary, nullable=False),
        sa.Column("recipe_digest", sa.Text, nullable=False),
        sa.Column("sheet", sa.LargeBinary, nullable=False),
        sa.Column("sheet_digest", sa.Text, nullable=False),
        sa.Column("packs", JSONB, nullable=False),
        sa.Column("engine", sa.Text, nullable=False),
        sa.Column("provenance", sa.LargeBinary, nullable=False),
        sa.Column("waiting", sa.Integer, nullable=False),
        sa.Column("made_by", sa.Integer, nullable=False),
        sa.Column("made_at", TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "period", "number", name="score_sheet_number"),
        # With tenant_id in the key: foreign keys are checked behind row security's back.
        sa.ForeignKeyConstraint(["tenant_id", "scheme_id"], ["scheme.tenant_id", "scheme.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "made_by"], ["person.tenant_id", "person.id"]),
        sa.CheckConstraint("period <> '' and number >= 1", name="score_sheet_key"),
    )
    _confine()
    # A sheet is made once; the application is not even able to change it.
    op.execute("grant select, insert on score_sheet to kaocheng_app")


def downgrade() -> None:
    op.drop_table("score_sheet")


def _confine() -> None:
    """Row security: FORCE confines the owner too; no tenant set is an error, not an empty answer."""
    op.execute("alter table score_sheet enable row level security")
    op.execute("alter table score_sheet force row level security")
    op.execute(
        "create policy own_tenant on score_sheet to kaocheng_app"
        " using (tenant_id = current_setting('app.tenant_id')::int)"
        " with check (tenant_id = current_setting('app.tenant_id')::int)"
    )
    op.execute("create policy migrator on score_sheet to kaocheng_owner using (true) with check (true)")
