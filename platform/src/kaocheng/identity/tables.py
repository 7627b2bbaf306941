"""How tenants, their units, people, roles and sign-ins are kept."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from kaocheng.db.schema import metadata

__all__ = ["person", "person_role", "reports_to", "sign_in", "tenant", "unit"]

tenant = Table(
    "tenant",
    metadata,
    Column("id", Integer, nullable=False, autoincrement=False),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("settings", JSONB, nullable=False),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("code"),
    CheckConstraint("id > 0"),
    CheckConstraint("code <> ''"),
)

reports_to = Table(
    "reports_to",
    metadata,
    Column("lower_id", Integer, nullable=False),
    Column("upper_id", Integer, nullable=False),
    PrimaryKeyConstraint("lower_id", "upper_id"),
    ForeignKeyConstraint(["lower_id"], ["tenant.id"]),
    ForeignKeyConstraint(["upper_id"], ["tenant.id"]),
    CheckConstraint("lower_id <> upper_id"),
)

unit = Table(
    "unit",
    metadata,
    Column("tenant_id", Integer, nullable=False),
    Column("id", Integer, nullable=False),
    Column("code", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("class", Text),
    Column("parent_id", Integer),
    Column("attributes", JSONB, nullable=False),
    Column("changes", JSONB, nullable=False, server_default=text("'[]'")),  # [[day, attributes], …], by day
    Column("assessed", Boolean, nullable=False),
    Column("ordinal", Integer, nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "code"),
    ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
    ForeignKeyConstraint(["tenant_id", "parent_id"], ["unit.tenant_id", "unit.id"]),
    CheckConstraint("id > 0"),
    CheckConstraint("code <> ''"),
    CheckConstraint("label <> ''"),
    CheckConstraint("not assessed or class is not null"),
)

person = Table(
    "person",
    metadata,
    Column("tenant_id", Integer, nullable=False),
    Column("id", Integer, nullable=False),
    Column("code", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("password_hash", Text),
    Column("unit_id", Integer),
    Column("active", Boolean, nullable=False),
    Column("language", Text, nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "code"),
    ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
    ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
    CheckConstraint("id > 0"),
    CheckConstraint("code <> ''"),
    CheckConstraint("label <> ''"),
)

person_role = Table(
    "person_role",
    metadata,
    Column("tenant_id", Integer, nullable=False),
    Column("person_id", Integer, nullable=False),
    Column("role", Text, nullable=False),
    PrimaryKeyConstraint("tenant_id", "person_id", "role"),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
    CheckConstraint(
        "role in ('office', 'liaison', 'collector', 'verifier', 'leader', 'analyst', 'operator')"
    ),
)

sign_in = Table(
    "sign_in",
    metadata,
    Column("tenant_id", Integer, nullable=False),
    # Only the token's digest: whoever reads this table cannot sign in with it.
    Column("token_hash", LargeBinary, nullable=False),
    Column("person_id", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("tenant_id", "token_hash"),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
    CheckConstraint("octet_length(token_hash) = 32"),
)
