"""How the level above keeps what it was handed: the bundle verbatim, the verdict, and its results."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP

from kaocheng.db.schema import metadata

inbox = Table(
    "inbox",
    metadata,
    Column("tenant_id", Integer, nullable=False),
    Column("id", Integer, nullable=False),
    Column("sender", Text, nullable=False),
    Column("sender_name", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("scheme", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("bundle", LargeBinary, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("published_at", Text, nullable=False),  # as the sender wrote it
    Column("received_at", TIMESTAMP(timezone=True), nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
    # The same file twice has one effect; one refused for want of a key may be accepted later.
    UniqueConstraint("tenant_id", "digest", "verdict", name="inbox_once"),
    CheckConstraint("verdict in ('accepted', 'refused')", name="inbox_verdict"),
)

inbox_result = Table(
    "inbox_result",
    metadata,
    Column("tenant_id", Integer, nullable=False),
    Column("inbox_id", Integer, nullable=False),
    Column("paper", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("group", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("score", Numeric),
    Column("full", Numeric),
    Column("rank", Integer),
    Column("grade", Text, nullable=False),
    PrimaryKeyConstraint("tenant_id", "inbox_id", "paper", "unit"),
    ForeignKeyConstraint(["tenant_id", "inbox_id"], ["inbox.tenant_id", "inbox.id"]),
    CheckConstraint('abs(score) < 1e24 and abs("full") < 1e24', name="inbox_result_range"),
)
