"""How schemes are kept, each version whole and by value, and the indicators that figures are filed for."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from kaocheng.db.schema import metadata

__all__ = ["indicator", "scheme"]

scheme = Table(
    "scheme",
    metadata,
    Column("tenant_id", Integer, nullable=False),
    Column("id", Integer, nullable=False),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("recipe", LargeBinary, nullable=False),
    Column("recipe_digest", Text, nullable=False),
    Column("packs", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("adopted_by", Integer),
    Column("adopted_at", TIMESTAMP(timezone=True), nullable=False),
    Column("frozen_by", Integer),
    Column("frozen_at", TIMESTAMP(timezone=True)),
    # The digest of the text as handed in, where a workbook has supplied values to it since.
    Column("basis", Text),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "year", "version"),
    ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
    ForeignKeyConstraint(["tenant_id", "adopted_by"], ["person.tenant_id", "person.id"]),
    ForeignKeyConstraint(["tenant_id", "frozen_by"], ["person.tenant_id", "person.id"]),
    CheckConstraint("state in ('draft', 'frozen', 'superseded')", name="scheme_state"),
    CheckConstraint("state <> 'frozen' or frozen_at is not null", name="scheme_frozen"),
    CheckConstraint("version >= 1 and year between 1900 and 9999", name="scheme_version"),
    # Whatever goes wrong above, a year never has two schemes in force.
    Index("scheme_one_in_force", "tenant_id", "year", unique=True, postgresql_where=text("state = 'frozen'")),
)

indicator = Table(
    "indicator",
    metadata,
    Column("tenant_id", Integer, nullable=False),
    Column("id", Integer, nullable=False),
    Column("of", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("field", Text, nullable=False, server_default=""),
    Column("label", Text, nullable=False),
    Column("measure", Text, nullable=False),
    Column("collector", Text, nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "of", "code", "field"),
    ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
    CheckConstraint("of in ('figure', 'target', 'row', 'claim')", name="indicator_of"),
    CheckConstraint("code <> ''", name="indicator_code"),
)
