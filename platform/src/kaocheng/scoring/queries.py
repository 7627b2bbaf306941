"""Questions to the score sheets: which runs there are, and what one of them holds."""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Select, insert, select

from kaocheng.db.session import TenantSession
from kaocheng.engine.inputs import Inputs
from kaocheng.engine.recipe import Recipe
from kaocheng.engine.sheet import Sheet
from kaocheng.i18n import _
from kaocheng.identity.tables import person
from kaocheng.schemes.tables import scheme
from kaocheng.scoring import elsewhere
from kaocheng.scoring.domain import NoSuchSheet, Origin, Provenance, SheetHead, SheetRow, Source
from kaocheng.scoring.elsewhere import Taken
from kaocheng.scoring.tables import score_sheet

_c = score_sheet.c
QUICKLY = (
    1  # of nine: a sheet is written while somebody waits, and a third smaller would take three times as long
)
_ORIGINS = msgspec.json.Decoder(list[tuple[Source, Origin]])
_HEAD = (
    _c.id,
    _c.period,
    _c.number,
    _c.scheme_id,
    _c.inputs_digest,
    _c.recipe_digest,
    _c.sheet_digest,
    _c.packs,
    _c.engine,
    _c.waiting,
    _c.made_by,
    person.c.label.label("maker"),
    _c.made_at,
)
# A sheet never changes and is named by its digest, so one that was read once need not be parsed again.
# The row itself is always asked for first, through the one door.
_KEPT = 24
_parsed: dict[str, Sheet] = {}


async def heads(session: TenantSession, period: str | None = None) -> Sequence[SheetHead]:
    """The runs of *period*, or all, the latest first."""
    asked = _heads().order_by(_c.id.desc())
    if period is not None:
        asked = asked.where(_c.period == period)
    return [_head(row) for row in await session.execute(asked)]


async def head(session: TenantSession, id: int) -> SheetHead:
    """One run, without its content.

    Raises:
        NoSuchSheet: there is no such run in this tenant.
    """
    row = (await session.execute(_heads().where(_c.id == id))).one_or_none()
    if row is None:
        raise NoSuchSheet(str(id))
    return _head(row)


async def numbered(session: TenantSession, period: str, number: int | None = None) -> SheetHead:
    """One run of *period* by its number, or the latest.

    Raises:
        NoSuchSheet: there is none.
    """
    asked = _heads().where(_c.period == period).order_by(_c.number.desc()).limit(1)
    if number is not None:
        asked = asked.where(_c.number == number)
    row = (await session.execute(asked)).one_or_none()
    if row is None:
        raise NoSuchSheet(period if number is None else f"{period} #{number}")
    return _head(row)


async def sheet(session: TenantSession, head: SheetHead) -> SheetRow:
    """The run with the sheet it yielded."""
    if isinstance(head, SheetRow):
        return head
    read = _parsed.get(head.sheet_digest)
    if read is None:
        stored = await session.scalar(select(_c.sheet).where(_c.id == head.id))
        read = Sheet.from_bytes(zlib.decompress(stored))
        while len(_parsed) >= _KEPT:
            _parsed.pop(next(iter(_parsed)))
        _parsed[head.sheet_digest] = read
    return row(head, read)


@elsewhere.place(elsewhere.MADE)
async def of_scheme(session: TenantSession, code: str, period: str) -> Sequence[Taken]:
    """The latest run of *period* by the tenant's own scheme of that code, for a rule that takes from it."""
    asked = _heads().join(scheme, (scheme.c.tenant_id == _c.tenant_id) & (scheme.c.id == _c.scheme_id))
    asked = asked.where(scheme.c.code == code, _c.period == period).order_by(_c.number.desc()).limit(1)
    row = (await session.execute(asked)).one_or_none()
    return [] if row is None else [await taken(session, _head(row), code)]


async def taken(session: TenantSession, made: SheetHead, scheme: str) -> Taken:
    """A run's sheet as a rule of another scheme takes from it; who made it stands for it."""
    stored = await session.scalar(select(_c.sheet).where(_c.id == made.id))
    book = _(
        "{scheme} {period} 第 {number} 次得分表 {digest}",
        scheme=scheme,
        period=made.period,
        number=made.number,
        digest=made.sheet_digest[:12],
    )
    at = made.made_at.isoformat()
    return Taken(zlib.decompress(stored).decode(), Origin(made.maker, at, made.maker, at, book))


async def frozen(session: TenantSession, head: SheetHead) -> tuple[bytes, bytes, bytes]:
    """The run's recipe, inputs and sheet, as the bytes whose digests it names."""
    found = (await session.execute(select(_c.recipe, _c.inputs, _c.sheet).where(_c.id == head.id))).one()
    return zlib.decompress(found.recipe), zlib.decompress(found.inputs), zlib.decompress(found.sheet)


async def computed_from(session: TenantSession, head: SheetHead) -> tuple[Recipe, Inputs]:
    """What the run was computed from, to explain it."""
    recipe, inputs, _sheet = await frozen(session, head)
    return Recipe.from_bytes(recipe), Inputs.from_bytes(inputs)


async def provenance(session: TenantSession, head: SheetHead) -> Provenance:
    """Who filed and who vouched for each input of the run."""
    stored = await session.scalar(select(_c.provenance).where(_c.id == head.id))
    return dict(_ORIGINS.decode(zlib.decompress(stored)))


async def keep(
    session: TenantSession, made: SheetRow, *, recipe: bytes, inputs: bytes, origins: Provenance
) -> None:
    """Keep a run, once and for all."""
    await session.execute(
        insert(score_sheet).values(
            tenant_id=session.tenant,
            id=made.id,
            period=made.period,
            number=made.number,
            scheme_id=made.scheme_id,
            inputs=zlib.compress(inputs, QUICKLY),
            inputs_digest=made.inputs_digest,
            recipe=zlib.compress(recipe, QUICKLY),
            recipe_digest=made.recipe_digest,
            sheet=zlib.compress(made.sheet.to_bytes(), QUICKLY),
            sheet_digest=made.sheet_digest,
            packs=dict(made.packs),
            engine=made.engine,
            provenance=zlib.compress(msgspec.json.encode(sorted(origins.items())), QUICKLY),
            waiting=made.waiting,
            made_by=made.made_by,
            made_at=made.made_at,
        )
    )


def row(head: SheetHead, sheet: Sheet, *, again: bool = False) -> SheetRow:
    """A run and its sheet as one value."""
    return SheetRow(**vars(head), sheet=sheet, again=again)


def _heads() -> Select[Any]:
    return select(*_HEAD).join(person, (person.c.tenant_id == _c.tenant_id) & (person.c.id == _c.made_by))


def _head(row: Any) -> SheetHead:
    facts: Mapping[str, Any] = row._mapping
    return SheetHead(**{**facts, "packs": dict(facts["packs"])})
