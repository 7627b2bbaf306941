"""What verification must know of later stages: which periods have been scored, and when."""

from sqlalchemy import Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, Table, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP

from kaocheng.db.schema import metadata

scored_period = Table(
    "scored_period",
    metadata,
    Column("tenant_id", Integer, nullable=False),
    Column("period", Text, nullable=False),
    Column("sheet", Integer, nullable=False),
    Column("by_person", Integer, nullable=False),
    Column("at", TIMESTAMP(timezone=True), nullable=False),
    PrimaryKeyConstraint("tenant_id", "period", "sheet"),
    ForeignKeyConstraint(["tenant_id", "by_person"], ["person.tenant_id", "person.id"]),
)
