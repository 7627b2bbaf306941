"""How numbers are drawn and long work is followed: the two tables that belong to no stage."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

from kaocheng.db.schema import metadata

__all__ = ["counter", "job"]

counter = Table(
    "counter",
    metadata,
    Column("tenant_id", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("last", BigInteger, nullable=False),
    PrimaryKeyConstraint("tenant_id", "name"),
    ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
    CheckConstraint("last >= 0"),
)

job = Table(
    "job",
    metadata,
    Column("tenant_id", Integer, nullable=False),
    Column("id", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("message", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("result", JSONB),
    Column("started_by", Integer),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("key", Text),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "kind", "key"),
    ForeignKeyConstraint(["tenant_id", "started_by"], ["person.tenant_id", "person.id"]),
    CheckConstraint("state in ('waiting', 'running', 'done', 'failed')"),
    CheckConstraint("done >= 0 and total >= 0"),
)
