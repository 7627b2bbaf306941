"""How the record is kept: its entries, and where each tenant's chain ends."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
)

from kaocheng.db.schema import metadata

__all__ = ["record_entry", "record_head"]

record_entry = Table(
    "record_entry",
    metadata,
    Column("tenant_id", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("suite", SmallInteger, nullable=False),
    Column("prev", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    # Bytes and not jsonb: to write the same facts out again must never decide what was recorded.
    Column("body", LargeBinary, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("tenant_id", "seq"),
    ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
    CheckConstraint("seq > 0"),
    CheckConstraint("suite = 1"),
    CheckConstraint("octet_length(prev) = 32 and octet_length(hash) = 32"),
)

record_head = Table(
    "record_head",
    metadata,
    Column("tenant_id", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("tenant_id"),
    ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
    CheckConstraint("seq >= 0"),
    CheckConstraint("octet_length(hash) = 32"),
)
