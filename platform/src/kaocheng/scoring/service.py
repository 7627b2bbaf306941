"""The verbs of scoring: gather what counts, run, compare, explain."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction

from kaocheng import record
from kaocheng.db.session import TenantSession, next_number
from kaocheng.engine.explain import Explanation, Used
from kaocheng.engine.inputs import Inputs
from kaocheng.engine.recipe import Recipe
from kaocheng.engine.rounding import printed
from kaocheng.engine.run import Run
from kaocheng.engine.score import sheet_of
from kaocheng.engine.sheet import Column, PaperSheet, Sheet, Standing
from kaocheng.figures import queries as figures
from kaocheng.figures.quiet import no_search
from kaocheng.identity.domain import Permission, Person, require
from kaocheng.schemes import queries as schemes
from kaocheng.schemes.domain import NoScheme, SchemeVersion
from kaocheng.scoring import elsewhere, explaining, queries
from kaocheng.scoring.domain import (
    Effect,
    Explained,
    Gathered,
    NoSuchNode,
    NoSuchPeriod,
    NoSuchUnit,
    Outlook,
    Provenance,
    SheetHead,
    SheetRow,
    Traced,
    bare,
    named,
    origin,
)
from kaocheng.scoring.gather import gather
from kaocheng.tenancy import queries as tenancy
from kaocheng.verification import service as verification

Step = Callable[[int], Awaitable[None]]
STEPS = 3  # gathered, computed, kept


async def inputs(session: TenantSession, recipe: Recipe, period: str) -> Gathered:
    """What a run of *period* is computed from, and where each value came from.

    Raises:
        NoSheetToTake: *recipe* takes results from a sheet that is nowhere.
    """
    filed, units = await figures.register(session), await tenancy.units(session)
    taken = elsewhere.require(recipe, await elsewhere.sheets(session, recipe, units, period), period)
    gathered = gather(units, filed, period, sheets=_texts(taken))
    origins = elsewhere.origins(recipe, units, taken, period)
    return replace(gathered, provenance={**gathered.provenance, **origins}) if origins else gathered


def _texts(taken: Mapping[str, elsewhere.Taken]) -> Mapping[str, str]:
    return {code: one.sheet for code, one in taken.items()}


async def run(
    session: TenantSession, period: str, *, by: Person, at: datetime, step: Step | None = None
) -> SheetRow:
    """Freeze what counts and score it: an immutable sheet, and an entry in the record.

    A run identical to the one before (same inputs, recipe and engine) gives back its sheet.

    Raises:
        NotAllowed: scoring is not *by*'s to do.
        NoSuchPeriod: the scheme in force says nothing about *period*.
    """
    require(by, Permission.SCORE)
    scheme = await scheme_for(session, period)
    # Nobody files or judges in between: what is frozen is one moment of the whole register.
    await figures.hold(session, await figures.periods(session))
    with no_search():
        gathered = await inputs(session, scheme.recipe, period)
        await _told(step, 1)
        made, frozen = await asyncio.to_thread(_scored, scheme.recipe, gathered.inputs, period)
        await _told(step, 2)
        kept = await _keep(session, scheme, gathered, made, frozen, period=period, by=by, at=at)
    await _told(step, 3)
    return kept


async def explain(
    session: TenantSession, head: SheetHead, unit: str, node: str = "", period: str = ""
) -> Explained:
    """The working of one score, recomputed from the frozen sheet, with the people and files behind it.

    *unit* and *node* are codes or labels; *node* may be a column (``2026H1/revenue``) and is the
    paper's total where it is left out.

    Raises:
        NoSuchUnit: the sheet scores no such unit.
        NoSuchNode: its paper has no such indicator.
    """
    row = await queries.sheet(session, head)
    paper, code = find_unit(row.sheet, unit)
    key = find_column(paper, node, period)
    run = await _run(session, head)
    explanation = await asyncio.to_thread(run.with_steps, paper, code, paper.column[key])
    origins = await queries.provenance(session, head)
    standing = next((s for s in paper.standings if s.unit == code), None)
    return Explained(
        explanation=explanation,
        paper=paper,
        traced=traced(explanation, origins),
        standing=standing,
        vetoed=_vetoed(standing, origins) if standing else (),
        effect=effect(paper, code, key, explanation),
        key=key,
        is_total=key == paper.total,
    )


def _vetoed(standing: Standing, origins: Provenance) -> tuple[str, ...]:
    """The words of the unit's reported vetoes, which stay with who scores: a bundle has numbers for them."""
    ours = [source for source in sorted(origins) if source[:2] == ("claim", standing.unit)]
    return tuple(origins[it].words for it in ours if it[2] in standing.vetoes and origins[it].words)


async def losses(
    session: TenantSession, head: SheetRow, paper: PaperSheet, unit: str
) -> tuple[Explanation, ...]:
    """Where one unit lost points, the dearest first: the working of every item below its full marks."""
    columns = _below_full(paper, unit)
    run = await _run(session, head)

    def work() -> list[Explanation]:
        return [run.explanation(paper, unit, column) for column in columns]

    found = [e for e in await asyncio.to_thread(work) if e.lost and not e.lost.startswith("-")]
    return tuple(sorted(found, key=lambda e: -Fraction(e.lost or 0)))


async def rows(
    session: TenantSession, head: SheetRow, paper: PaperSheet, units: Sequence[str]
) -> Mapping[str, explaining.RowsToldOf]:
    """The rows of these units' lists, by the keys of their columns."""
    if not any(column.kind == "row" for column in paper.columns):
        return {unit: {} for unit in units}
    run = await _run(session, head)
    return {unit: run.rows(paper, unit) for unit in units}


async def _run(session: TenantSession, head: SheetHead) -> explaining.KeptRun:
    """The run behind a sheet."""
    found = explaining.kept(head.sheet_digest)
    if found is None:
        recipe, given = await queries.computed_from(session, head)
        found = explaining.keep(head.sheet_digest, recipe, given, head.period)
    return found


def traced(explanation: Explanation, origins: Provenance) -> tuple[Traced, ...]:
    """Each value the score was worked from, beside whoever stands for it."""
    unit, period = explanation.unit, explanation.period
    found = []
    for used in _values(explanation):
        source = origin(origins, used, unit, period)
        # What a claim is about is known here, not to the engine.
        named = replace(used, name=source.words) if source and source.words else used
        found.append(Traced(named, source, used.unit_label if used.unit not in ("", unit) else ""))
    return tuple(found)


def _values(explanation: Explanation) -> Iterator[Used]:
    """Every value with those behind it: of the group's best, its unit's; of a hidden part, its own."""
    for used in explanation.used:
        only = used.behind[0] if len(used.behind) == 1 else None
        if only is not None and only.value == used.value and not only.behind:
            # one figure set the group's best: told as one, with where that figure came from
            yield replace(used, kind=only.kind, key=only.key, measure=only.measure, behind=())
        else:
            yield from used.flat()
    for part in explanation.parts:
        for used in part.used:
            yield from (replace(u, name=f"{part.label}·{u.name}") for u in used.flat())


def effect(paper: PaperSheet, unit: str, key: str, explanation: Explanation) -> Effect | None:
    """What the marks lost here cost: in the total, and in places, the other units standing still."""
    total = paper.value(unit, paper.total)
    lost = Fraction(explanation.lost or 0)
    per_point = Fraction((explanation.facts or {}).get("share_of_total", 0))
    if key == paper.total or total is None or lost <= 0 or not per_point:
        return None
    share = per_point * lost
    decimals = paper.column[paper.total].decimals
    then = Fraction(printed(total + share, decimals))
    return Effect(
        points=explanation.lost or "",
        total=printed(share, decimals),
        score=printed(then, decimals),
        rank=(str(_place(paper, unit, _shown(paper, unit))), str(_place(paper, unit, then))),
    )


def find_unit(sheet: Sheet, wanted: str) -> tuple[PaperSheet, str]:
    """The paper and the code of a unit, by code or label."""
    labels = [(unit, paper.labels.get(unit, unit)) for paper in sheet.papers for unit in paper.units]
    code, near = named(wanted, labels)
    if not code:
        raise NoSuchUnit(wanted, near)
    return next(paper for paper in sheet.papers if code in paper.row), code


def find_column(paper: PaperSheet, wanted: str, period: str = "") -> str:
    """The key of a column, by key, node, or label; the latest period where it has several."""
    if not wanted:
        return paper.total
    columns = [
        c for c in paper.columns if c.kind not in ("rank", "grade") and (not period or c.period == period)
    ]
    names: list[tuple[str, str]] = [(c.key, c.label) for c in columns]
    names += [(c.key, name) for c in reversed(columns) for name in (c.node, bare(c))]
    code, near = named(wanted, names)
    if not code:
        raise NoSuchNode(wanted, near)
    return code


def _below_full(paper: PaperSheet, unit: str) -> list[Column]:
    parents = {c.parent for c in paper.columns if c.kind == "node"}
    leaves = [c for c in paper.columns if c.kind == "node" and c.key not in parents and c.full and c.show]
    latest = {c.node: c for c in leaves}  # of an item scored in several periods, the last
    return [
        c
        for c in latest.values()
        if (points := paper.value(unit, c.key)) is not None and points < Fraction(c.full or 0)
    ]


def _scored(recipe: Recipe, inputs: Inputs, period: str) -> tuple[Sheet, bytes]:
    """The sheet, and the inputs it was computed from as the bytes it names."""
    run = Run(recipe, inputs, period)
    return sheet_of(run), run.frozen


async def _keep(
    session: TenantSession,
    scheme: SchemeVersion,
    gathered: Gathered,
    made: Sheet,
    frozen: bytes,
    *,
    period: str,
    by: Person,
    at: datetime,
) -> SheetRow:
    # Drawing the number locks the counter, so of two identical runs the second sees the first.
    id = await next_number(session, "score_sheet")
    before = await queries.heads(session, period)
    # Only the latest: a correction taken back is news, or the corrected sheet would go on standing.
    if before and before[0].same_run(made):
        return queries.row(before[0], made, again=True)
    kept = SheetRow(
        id=id,
        period=period,
        number=1 + max((head.number for head in before), default=0),
        scheme_id=scheme.id,
        inputs_digest=made.inputs,
        recipe_digest=made.recipe,
        sheet_digest=made.digest,
        packs=scheme.packs,
        engine=made.engine,
        waiting=gathered.waiting,
        made_by=by.id,
        maker=by.label,
        made_at=at,
        sheet=made,
    )
    await queries.keep(
        session,
        kept,
        recipe=scheme.recipe.to_bytes(),
        inputs=frozen,
        origins=gathered.provenance,
    )
    await record.write(session, "sheet.made", by.id, _facts(kept), at)
    await verification.scored(session, gathered.periods, sheet=kept.id, by=by, at=at)
    return kept


def _facts(kept: SheetRow) -> dict[str, str | int]:
    return {
        "sheet": kept.id,
        "period": kept.period,
        "number": kept.number,
        "digest": kept.sheet_digest,
        "inputs": kept.inputs_digest,
        "recipe": kept.recipe_digest,
        "engine": kept.engine,
        "not_vouched": kept.waiting,
    }


def scored_periods(recipe: Recipe) -> list[str]:
    """The periods some paper gives a result for, as the scheme lists them."""
    own = (recipe.own_period(paper) for paper in recipe.papers.values())
    known = dict.fromkeys([*recipe.periods.values(), *own])
    return [p for p in known if any(recipe.publishes(paper, p) for paper in recipe.papers.values())]


async def outlooks(session: TenantSession) -> tuple[Outlook, ...]:
    """For each period of the scheme in force: the latest run, and what a new one would count."""
    try:
        scheme = await schemes.in_force(session)
    except NoScheme:
        return ()
    filed, units = await figures.register(session), await tenancy.units(session)
    latest: dict[str, SheetHead] = {}
    for head in await queries.heads(session):
        latest.setdefault(head.period, head)
    found = []
    for period in scored_periods(scheme.recipe):
        taken = await elsewhere.sheets(session, scheme.recipe, units, period)
        gathered = gather(units, filed, period, sheets=_texts(elsewhere.single(taken)))
        last = latest.get(period)
        now = (gathered.inputs.digest, scheme.recipe_digest)
        found.append(
            Outlook(
                period=period,
                head=last,
                counted=len(gathered.provenance),
                waiting=gathered.waiting,
                changed=last is None or (last.inputs_digest, last.recipe_digest) != now,
            )
        )
    return tuple(found)


async def scheme_for(session: TenantSession, period: str) -> SchemeVersion:
    """The scheme in force, where it gives a result for *period*.

    Raises:
        NoSuchPeriod: it gives none.
    """
    scheme = await schemes.in_force(session, int(period[:4]) if period[:4].isdigit() else None)
    scored = scored_periods(scheme.recipe)
    if period not in scored:
        raise NoSuchPeriod(period, tuple(scored))
    return scheme


async def _told(step: Step | None, done: int) -> None:
    if step is not None:
        await step(done)


def _shown(paper: PaperSheet, unit: str) -> Fraction:
    return Fraction(paper.shown(unit, paper.total) or 0)


def _place(paper: PaperSheet, unit: str, score: Fraction) -> int:
    others = [u for u in paper.units if u != unit and paper.value(u, paper.total) is not None]
    return 1 + sum(_shown(paper, u) > score for u in others)
