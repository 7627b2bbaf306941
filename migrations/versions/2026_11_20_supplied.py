"""Remember of a scheme to which a workbook supplied points on what text handed in it stands.

Deploy before the code that supplies points; it adds one empty column, and no row is rewritten.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_20_supplied"
down_revision = "2026_11_20_rollup"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("scheme", sa.Column("basis", sa.Text))


def downgrade() -> None:
    op.drop_column("scheme", "basis")
