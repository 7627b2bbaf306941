"""Keep workbooks, figures and what verifiers said of them, each visible to its own tenant only.

Deploy before the code that files figures; it adds tables and touches no other.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

revision = "2026_11_20_figures"
down_revision = "2026_11_20_schemes"

TABLES = ("workbook", "filing", "figure", "vouching", "scored_period")
KEY = ("tenant_id", "period", "unit_id", "indicator_id", "series", "revision")


def upgrade() -> None:
    _workbook()
    _filing()
    _figure()
    _vouching()
    _scored_period()
    _confine()
    # Figures and judgements are added, never changed: the application is not even able to.
    op.execute("grant select, insert on filing, figure, vouching, scored_period to kaocheng_app")
    op.execute("grant select, insert on workbook to kaocheng_app")
    op.execute(
        "grant update (form, period, name, state, preview, filed_by, filed_at) on workbook to kaocheng_app"
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _workbook() -> None:
    op.create_table(
        "workbook",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("preview", JSONB, nullable=False),
        sa.Column("filed_by", sa.Integer, nullable=False),
        sa.Column("filed_at", TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        # The same file for the same form and period is one workbook, however often it is sent.
        sa.UniqueConstraint("tenant_id", "digest", "form", "period"),
        sa.ForeignKeyConstraint(["tenant_id", "filed_by"], ["person.tenant_id", "person.id"]),
        sa.CheckConstraint("state in ('previewed', 'stored', 'discarded')", name="workbook_state"),
    )


def _filing() -> None:
    op.create_table(
        "filing",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("indicator_id", sa.Integer, nullable=False),
        sa.Column("filed_by", sa.Integer, nullable=False),
        sa.Column("filed_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("workbook_id", sa.Integer),
        sa.PrimaryKeyConstraint("tenant_id", "id", "indicator_id"),
        # What a vouching points at, so that the database itself can compare filer and voucher.
        sa.UniqueConstraint("tenant_id", "id", "indicator_id", "filed_by", name="filing_filer"),
        # Foreign keys are checked behind row security's back: without tenant_id in the key,
        # a county could file a figure against its neighbour's township.
        sa.ForeignKeyConstraint(["tenant_id", "indicator_id"], ["indicator.tenant_id", "indicator.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "filed_by"], ["person.tenant_id", "person.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "workbook_id"], ["workbook.tenant_id", "workbook.id"]),
    )


def _figure() -> None:
    op.create_table(
        "figure",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("unit_id", sa.Integer, nullable=False),
        sa.Column("indicator_id", sa.Integer, nullable=False),
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("kind", sa.SmallInteger, nullable=False),
        sa.Column("value", sa.Numeric),
        sa.Column("day", sa.Date),
        sa.Column("word", sa.Text),
        sa.Column("cell", sa.Text),
        sa.Column("doubts", JSONB, nullable=False, server_default=sa.text("'[]'")),
        sa.PrimaryKeyConstraint(*KEY),
        sa.ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        # The filing says who, when and from which workbook, and its number is the revision; it has
        # its indicator, so that ten thousand figures need not each be checked against both.
        sa.ForeignKeyConstraint(
            ["tenant_id", "revision", "indicator_id"],
            ["filing.tenant_id", "filing.id", "filing.indicator_id"],
        ),
        sa.CheckConstraint("period <> ''", name="figure_key"),
        sa.CheckConstraint("kind between 0 and 4", name="figure_kind"),
        sa.CheckConstraint(
            "(kind = 0) = (value is not null) and (kind = 1) = (day is not null)"
            " and (kind = 3) = (word is not null)",
            name="figure_one_value",
        ),
        # NaN and the infinities are no smaller than anything, so this refuses them too.
        sa.CheckConstraint("abs(value) < 1e24", name="figure_range"),
        sa.CheckConstraint("length(word) <= 2000", name="figure_word"),
    )


def _vouching() -> None:
    op.create_table(
        "vouching",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("unit_id", sa.Integer, nullable=False),
        sa.Column("indicator_id", sa.Integer, nullable=False),
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("turn", sa.SmallInteger, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("by_person", sa.Integer, nullable=False),
        sa.Column("filed_by", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(*KEY, "turn"),
        sa.ForeignKeyConstraint([*KEY], [f"figure.{column}" for column in KEY]),
        sa.ForeignKeyConstraint(
            ["tenant_id", "revision", "indicator_id", "filed_by"],
            ["filing.tenant_id", "filing.id", "filing.indicator_id", "filing.filed_by"],
        ),
        sa.ForeignKeyConstraint(["tenant_id", "by_person"], ["person.tenant_id", "person.id"]),
        # Whoever filed a figure does not vouch for it, whatever the code above may think.
        sa.CheckConstraint("by_person <> filed_by", name="vouching_second_pair_of_eyes"),
        sa.CheckConstraint("outcome in ('vouched', 'returned', 'undone')", name="vouching_outcome"),
        sa.CheckConstraint("outcome = 'vouched' or reason <> ''", name="vouching_reason"),
        sa.CheckConstraint("turn >= 1", name="vouching_turn"),
    )


def _scored_period() -> None:
    op.create_table(
        "scored_period",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("sheet", sa.Integer, nullable=False),
        sa.Column("by_person", sa.Integer, nullable=False),
        sa.Column("at", TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "period", "sheet"),
        sa.ForeignKeyConstraint(["tenant_id", "by_person"], ["person.tenant_id", "person.id"]),
    )


def _confine() -> None:
    """Row security: FORCE confines the owner too; no tenant set is an error, not an empty answer."""
    for table in TABLES:
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(
            f"create policy own_tenant on {table} to kaocheng_app"
            " using (tenant_id = current_setting('app.tenant_id')::int)"
            " with check (tenant_id = current_setting('app.tenant_id')::int)"
        )
        op.execute(f"create policy migrator on {table} to kaocheng_owner using (true) with check (true)")
