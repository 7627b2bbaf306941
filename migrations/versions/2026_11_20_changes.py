"""Remember from which day an attribute of a unit is another one.

Deploy before the code that reads it; it adds one column with a constant default, and no row is rewritten.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "2026_11_20_changes"
down_revision = "2026_11_20_previews"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("unit", sa.Column("changes", JSONB, nullable=False, server_default=sa.text("'[]'")))
    op.execute("grant update (changes) on unit to kaocheng_app")


def downgrade() -> None:
    op.drop_column("unit", "changes")
