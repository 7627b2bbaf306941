"""How publications are kept: the signed bundle verbatim, its readers, what is still to be handed over."""

from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP

from kaocheng.db.schema import metadata

publication = Table(
    "publication",
    metadata,
    Column("tenant_id", Integer, nullable=False),
    Column("id", Integer, nullable=False),
    Column("sheet_id", Integer, nullable=False),
    Column("period", Text, nullable=False),
    Column("bundle", LargeBinary, nullable=False),
    Column("digest", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("published_by", Integer, nullable=False),
    Column("published_at", TIMESTAMP(timezone=True), nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "sheet_id", name="publication_once"),
    ForeignKeyConstraint(["tenant_id", "sheet_id"], ["score_sheet.tenant_id", "score_sheet.id"]),
    ForeignKeyConstraint(["tenant_id", "published_by"], ["person.tenant_id", "person.id"]),
)

reader = Table(
    "reader",
    metadata,
    Column("tenant_id", Integer, nullable=False),
    Column("publication_id", Integer, nullable=False),
    Column("reader_code", Text, nullable=False),
    PrimaryKeyConstraint("tenant_id", "publication_id", "reader_code"),
    ForeignKeyConstraint(["tenant_id", "publication_id"], ["publication.tenant_id", "publication.id"]),
)

outbox = Table(
    "outbox",
    metadata,
    Column("tenant_id", Integer, nullable=False),
    Column("id", Integer, nullable=False),
    Column("publication_id", Integer, nullable=False),
    Column("reader_id", Integer, nullable=False),
    Column("reader_code", Text, nullable=False),
    Column("delivered_at", TIMESTAMP(timezone=True)),
    Column("verdict", Text),  # what the reader's check said
    Column("reason", Text),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "publication_id", "reader_id", name="outbox_once"),
    ForeignKeyConstraint(["tenant_id", "publication_id"], ["publication.tenant_id", "publication.id"]),
)
