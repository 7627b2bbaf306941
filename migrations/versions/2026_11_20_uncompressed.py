"""Keep what a preview understood as it comes: to make it smaller takes longer than to write it.

Deploy before or after any code; what is kept already stays as it is, and is read as before.
"""

from alembic import op

revision = "2026_11_20_uncompressed"
down_revision = "2026_11_20_changes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table workbook alter column preview set storage external")


def downgrade() -> None:
    op.execute("alter table workbook alter column preview set storage extended")
