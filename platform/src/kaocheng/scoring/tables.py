"""How score sheets are kept: whole, compressed, named by digest, and never changed."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from kaocheng.db.schema import metadata

score_sheet = Table(
    "score_sheet",
    metadata,
    Column("tenant_id", Integer, nullable=False),
    Column("id", Integer, nullable=False),
    Column("period", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("scheme_id", Integer, nullable=False),
    Column("inputs", LargeBinary, nullable=False),  # zlib of the canonical bytes; digests are of those
    Column("inputs_digest", Text, nullable=False),
    Column(
        "recipe", LargeBinary, nullable=False
    ),  # by value: a later version of the scheme changes nothing here
    Column("recipe_digest", Text, nullable=False),
    Column("sheet", LargeBinary, nullable=False),
    Column("sheet_digest", Text, nullable=False),
    Column("packs", JSONB, nullable=False),
    Column("engine", Text, nullable=False),
    Column("provenance", LargeBinary, nullable=False),
    Column("waiting", Integer, nullable=False),  # values that did not count, because nobody vouched for them
    Column("made_by", Integer, nullable=False),
    Column("made_at", TIMESTAMP(timezone=True), nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "period", "number", name="score_sheet_number"),
    ForeignKeyConstraint(["tenant_id", "scheme_id"], ["scheme.tenant_id", "scheme.id"]),
    ForeignKeyConstraint(["tenant_id", "made_by"], ["person.tenant_id", "person.id"]),
    CheckConstraint("period <> '' and number >= 1", name="score_sheet_key"),
)
