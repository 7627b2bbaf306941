"""How what is handed in is kept: workbooks as they came, figures only added to, what was said of them."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from kaocheng.db.schema import metadata

workbook = Table(
    "workbook",
    metadata,
    Column("tenant_id", Integer, nullable=False),
    Column("id", Integer, nullable=False),
    Column("form", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("preview", JSONB, nullable=False),
    Column("filed_by", Integer, nullable=False),
    Column("filed_at", TIMESTAMP(timezone=True), nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "digest", "form", "period"),
    ForeignKeyConstraint(["tenant_id", "filed_by"], ["person.tenant_id", "person.id"]),
    CheckConstraint("state in ('previewed', 'stored', 'discarded')", name="workbook_state"),
)

# One act of filing (a workbook agreed to, a form sent off), once for each indicator it brought: who, when and
# from which file is not said again of each figure.
filing = Table(
    "filing",
    metadata,
    Column("tenant_id", Integer, nullable=False),
    Column("id", Integer, nullable=False),
    Column("indicator_id", Integer, nullable=False),
    Column("filed_by", Integer, nullable=False),
    Column("filed_at", TIMESTAMP(timezone=True), nullable=False),
    Column("workbook_id", Integer),
    PrimaryKeyConstraint("tenant_id", "id", "indicator_id"),
    # What a vouching points at, so that the database itself can compare filer and voucher.
    UniqueConstraint("tenant_id", "id", "indicator_id", "filed_by", name="filing_filer"),
    ForeignKeyConstraint(["tenant_id", "indicator_id"], ["indicator.tenant_id", "indicator.id"]),
    ForeignKeyConstraint(["tenant_id", "filed_by"], ["person.tenant_id", "person.id"]),
    ForeignKeyConstraint(["tenant_id", "workbook_id"], ["workbook.tenant_id", "workbook.id"]),
)

figure = Table(
    "figure",
    metadata,
    Column("tenant_id", Integer, nullable=False),
    Column("period", Text, nullable=False),
    Column("unit_id", Integer, nullable=False),
    Column("indicator_id", Integer, nullable=False),
    Column("series", Text, nullable=False),
    Column("revision", Integer, nullable=False),  # the filing it came with: a later one supersedes it
    Column("kind", SmallInteger, nullable=False),
    Column("value", Numeric),
    Column("day", Date),
    Column("word", Text),
    Column("cell", Text),
    Column("doubts", JSONB, nullable=False, server_default=text("'[]'")),
    # Ten thousand rows are written at once: one index, and two foreign keys.
    PrimaryKeyConstraint("tenant_id", "period", "unit_id", "indicator_id", "series", "revision"),
    ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
    ForeignKeyConstraint(
        ["tenant_id", "revision", "indicator_id"], ["filing.tenant_id", "filing.id", "filing.indicator_id"]
    ),
    CheckConstraint("period <> ''", name="figure_key"),
    CheckConstraint("kind between 0 and 4", name="figure_kind"),
    CheckConstraint(
        "(kind = 0) = (value is not null) and (kind = 1) = (day is not null)"
        " and (kind = 3) = (word is not null)",
        name="figure_one_value",
    ),
    # NaN and the infinities are no smaller than anything, so this refuses them too.
    CheckConstraint("abs(value) < 1e24", name="figure_range"),
    CheckConstraint("length(word) <= 2000", name="figure_word"),
)

_FIGURE = ("tenant_id", "period", "unit_id", "indicator_id", "series", "revision")

# Judgements are made by the stage after this one; they are kept here because what a figure is worth
# (filed, vouched, returned) is read together with it, by one query.
vouching = Table(
    "vouching",
    metadata,
    Column("tenant_id", Integer, nullable=False),
    Column("period", Text, nullable=False),
    Column("unit_id", Integer, nullable=False),
    Column("indicator_id", Integer, nullable=False),
    Column("series", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("turn", SmallInteger, nullable=False),  # the latest turn is the judgement that stands
    Column("outcome", Text, nullable=False),
    Column("by_person", Integer, nullable=False),
    Column("filed_by", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", TIMESTAMP(timezone=True), nullable=False),
    PrimaryKeyConstraint(*_FIGURE, "turn"),
    ForeignKeyConstraint(_FIGURE, [f"figure.{column}" for column in _FIGURE]),
    ForeignKeyConstraint(
        ["tenant_id", "revision", "indicator_id", "filed_by"],
        ["filing.tenant_id", "filing.id", "filing.indicator_id", "filing.filed_by"],
    ),
    ForeignKeyConstraint(["tenant_id", "by_person"], ["person.tenant_id", "person.id"]),
    CheckConstraint("by_person <> filed_by", name="vouching_second_pair_of_eyes"),
    CheckConstraint("outcome in ('vouched', 'returned', 'undone')", name="vouching_outcome"),
    CheckConstraint("outcome = 'vouched' or reason <> ''", name="vouching_reason"),
    CheckConstraint("turn >= 1", name="vouching_turn"),
)
