"""What the office's latest catalogue (指标表) says otherwise than a scheme: lint with the other document."""

import asyncio
from collections.abc import Sequence

from kaocheng.db.session import TenantSession
from kaocheng.engine.recipe import Recipe
from kaocheng.errors import Place, Problem
from kaocheng.figures import naming, queries, reading
from kaocheng.figures.reading.findings import DOUBT
from kaocheng.rulebook import Finding
from kaocheng.tenancy import queries as tenancy
from kaocheng.tenancy.domain import FormKind

__all__ = ["against_catalogue"]


async def against_catalogue(session: TenantSession, rules: Recipe) -> Sequence[Finding]:
    """A clause whose text changed, points, measures and collectors that differ: each with sheet and cell.

    The catalogue stored last is read again beside *rules*, because either may be the newer one.
    """
    forms = {form.code for form in await tenancy.forms(session) if form.kind is FormKind.CATALOGUE}
    stored = [b for b in await queries.handed_in(session, state="stored") if b.form in forms]
    ours = [book for book in stored if book.period in ("", rules.year)]
    if not ours:
        return ()
    book, content = ours[0], await queries.content(session, ours[0].id)
    words = await naming.names(session, rules)
    try:
        seen = await asyncio.to_thread(reading.read, content, book.name, words, form=book.form)
    except Problem as problem:  # readable when it was stored: another release reads more strictly
        return (Finding("warning", problem.code, Place(file=book.name), str(problem)),)
    return tuple(
        Finding("warning", f.code, Place(book.name, sheet=f.sheet, cell=f.cell), f.what, f.remedy)
        for f in seen.findings
        if f.kind == DOUBT
    )
