"""How a tenant's forms, its earlier results and its superiors are kept.

Tenant and unit stand in ``identity``, which must know for whom somebody signs in; they are named here
again because to every later stage they are this stage's.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from kaocheng.db.schema import metadata
from kaocheng.identity.tables import reports_to, tenant, unit

__all__ = ["form", "past_result", "reports_to", "tenant", "unit"]

form = Table(
    "form",
    metadata,
    Column("tenant_id", Integer, nullable=False),
    Column("code", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("pattern", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("collector_id", Integer),
    Column("due", Date),
    Column("ordinal", Integer, nullable=False),
    PrimaryKeyConstraint("tenant_id", "code"),
    ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
    ForeignKeyConstraint(["tenant_id", "collector_id"], ["unit.tenant_id", "unit.id"]),
    CheckConstraint("kind in ('catalogue', 'targets', 'figures', 'evaluation', 'claims', 'tasks')"),
)

past_result = Table(
    "past_result",
    metadata,
    Column("tenant_id", Integer, nullable=False),
    Column("period", Text, nullable=False),
    Column("unit_id", Integer, nullable=False),
    Column("score", Numeric),
    Column("rank", Integer),
    Column("grade", Text, nullable=False),
    Column("invented", Boolean, nullable=False),
    PrimaryKeyConstraint("tenant_id", "period", "unit_id"),
    ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
    CheckConstraint("score between -1000000 and 1000000"),
    CheckConstraint("rank > 0"),
)
