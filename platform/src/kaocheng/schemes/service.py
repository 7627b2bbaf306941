"""The verbs of schemes: check one, adopt it, supply it with points, freeze it when the round opens."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from kaocheng import record
from kaocheng.db.session import TenantSession
from kaocheng.engine.recipe import Recipe
from kaocheng.errors import Problem
from kaocheng.identity.domain import PersonId
from kaocheng.packs import Pack
from kaocheng.packs.check import alone, taking
from kaocheng.packs.shelf import TenantShelf
from kaocheng.rulebook import Finding, Scheme, compile_scheme, lint, read_scheme
from kaocheng.schemes import queries
from kaocheng.schemes.domain import (
    ReasonNeeded,
    SchemeRefused,
    SchemeVersion,
    State,
    Stated,
    declared,
)
from kaocheng.schemes.supplying import due, edited
from kaocheng.schemes.supplying import reason as why


@dataclass(frozen=True, slots=True)
class Checked:
    """A scheme read and checked, before anybody adopts it."""

    scheme: Scheme
    findings: tuple[Finding, ...]

    def recipe(self) -> Recipe:
        """The scheme compiled.

        Raises:
            SchemeRefused: it has errors; the other findings are advice.
        """
        errors = [str(finding) for finding in self.findings if finding.severity == "error"]
        if errors:
            raise SchemeRefused(errors)
        return compile_scheme(self.scheme)


@dataclass(frozen=True, slots=True)
class Draft:
    """A scheme about to be kept: on what text it stands, and what workbook made it another one."""

    checked: Checked
    basis: str | None = None
    reason: str = ""
    workbook: str = ""


def check(text: str, shelf: TenantShelf, *, file: str = "scheme.toml") -> Checked:
    """Read *text* with the templates of the packs the tenant has enabled, and check it.

    Raises:
        Invalid: it cannot be read at all.
    """
    scheme = read_scheme(text, file=file, packs=shelf)
    return Checked(scheme, tuple(lint(scheme)))


def try_templates(pack: Pack) -> Iterator[str]:
    """What keeps a pack's templates from being adopted as they are, each mistake with its place."""
    for edition in pack.editions:
        shelf = alone(pack).for_tenant({pack.code: edition.year})
        for template in edition.templates:
            reference = f"{pack.code}:{template.code}@{edition.year}"
            try:
                check(taking(reference, edition.year), shelf, file=reference).recipe()
            except Problem as problem:
                yield f"{reference}: {problem}"


async def adopt(
    session: TenantSession,
    text: str,
    *,
    by: PersonId | None,
    at: datetime,
    shelf: TenantShelf,
    file: str = "scheme.toml",
) -> SchemeVersion:
    """Keep *text* as the newest draft of its year; what already says the same is left as it is.

    While no version of the year is frozen the draft is in force, so that targets and figures can
    come in; once one is frozen, a draft counts for nothing until it is frozen itself.

    Raises:
        SchemeRefused: it has errors, each named with file and line.
    """
    checked = check(text, shelf, file=file)
    year = int(checked.recipe().year)
    await queries.hold(session)
    earlier = await queries.versions(session, year)
    digest = checked.scheme.digest
    # Handed in again as it was: what a workbook has supplied since stays.
    grown = next((v for v in earlier if v.state is not State.SUPERSEDED and v.basis == digest), None)
    if grown is not None:
        checked = check(grown.text, shelf, file=file)
    draft = Draft(checked, basis=grown.basis if grown else None)
    return await _keep(session, draft, earlier, by=by, at=at, shelf=shelf)


def tried(version: SchemeVersion, stated: Sequence[Stated], shelf: TenantShelf) -> Checked:
    """The version as it would be with what a workbook states, read and checked; nothing is kept.

    Raises:
        FrozenPoints, SchemeMoved, Unplaced: it cannot be put into the scheme.
    """
    return check(edited(version, due(version, stated)), shelf)


async def supply(
    session: TenantSession,
    stated: Sequence[Stated],
    *,
    year: int | None,
    workbook: str,
    digest: str,
    by: PersonId | None,
    at: datetime,
    shelf: TenantShelf,
) -> SchemeVersion | None:
    """Adopt a new draft that says what *workbook* states, and is otherwise the same to the letter.

    Nothing is done, and nothing returned, where the scheme says it all already.

    Raises:
        FrozenPoints, SchemeMoved, Unplaced: it cannot be put into the scheme.
        SchemeRefused: with these values the scheme no longer holds together.
    """
    await queries.hold(session)
    version = await queries.in_force(session, year)
    changed = due(version, stated)
    if not changed:
        return None
    earlier = await queries.versions(session, version.year)
    draft = Draft(
        tried(version, stated, shelf),
        basis=version.basis or version.digest,
        reason=why(workbook, changed),
        workbook=digest,
    )
    return await _keep(session, draft, earlier, by=by, at=at, shelf=shelf)


async def _keep(
    session: TenantSession,
    draft: Draft,
    earlier: Sequence[SchemeVersion],
    *,
    by: PersonId | None,
    at: datetime,
    shelf: TenantShelf,
) -> SchemeVersion:
    """The draft as the newest version of its year, unless one that counts says the same already."""
    scheme, recipe = draft.checked.scheme, draft.checked.recipe()
    for version in earlier:
        if version.state is not State.SUPERSEDED and version.says_the_same(scheme.digest, recipe.digest):
            return version
    for version in earlier:
        if version.state is State.DRAFT:
            await queries.move(session, version.id, state=State.SUPERSEDED)
    kept = await queries.keep(
        session,
        {
            "code": recipe.code,
            "name": scheme.name,
            "year": int(recipe.year),
            "version": max((version.version for version in earlier), default=0) + 1,
            "text": scheme.text,
            "digest": scheme.digest,
            "recipe": recipe.to_bytes(),
            "recipe_digest": recipe.digest,
            "packs": dict(shelf.digests),
            "state": State.DRAFT,
            "reason": draft.reason,
            "adopted_by": by,
            "adopted_at": at,
            "basis": draft.basis,
        },
    )
    await _in_step(session, kept)
    source = {"workbook": draft.workbook} if draft.workbook else {}
    what = "scheme.supplied" if source else "scheme.adopted"
    await record.write(session, what, by, {**_facts(kept), **source}, at)
    return kept


async def freeze(
    session: TenantSession, *, by: PersonId | None, at: datetime, reason: str = "", year: int | None = None
) -> SchemeVersion:
    """Open the round: from here on the newest version of *year* is the one that counts, unchanged.

    Freezing what is frozen changes nothing. Replacing a frozen version takes a reason.

    Raises:
        NoScheme: there is no scheme for that year.
        ReasonNeeded: an earlier version is frozen and *reason* is empty.
    """
    await queries.hold(session)
    year = (await queries.in_force(session, year)).year
    current = [v for v in await queries.versions(session, year) if v.state is not State.SUPERSEDED]
    newest = current[0]
    if newest.state is State.FROZEN:
        return newest
    for replaced in current[1:]:
        if not reason.strip():
            raise ReasonNeeded(replaced.label)
        await queries.move(session, replaced.id, state=State.SUPERSEDED)
    given = reason.strip() or newest.reason
    await queries.move(session, newest.id, state=State.FROZEN, reason=given, frozen_by=by, frozen_at=at)
    frozen = await queries.version(session, year, newest.version)
    await _in_step(session, frozen)
    await record.write(session, "scheme.frozen", by, _facts(frozen), at)
    return frozen


async def _in_step(session: TenantSession, version: SchemeVersion) -> None:
    """Everything *version* declares can be filed; names follow the version in force, not a draft."""
    in_force = await queries.in_force(session)
    await queries.keep_indicators(session, declared(version.recipe), relabel=in_force.id == version.id)


def _facts(version: SchemeVersion) -> dict[str, str | int]:
    """What the record says: enough to prove later which rules were in force."""
    packs = {f"pack.{code}": digest for code, digest in sorted(version.packs.items())}
    return {
        "scheme": version.code,
        "year": version.year,
        "version": version.version,
        "text": version.digest,
        "recipe": version.recipe_digest,
        **packs,
        **({"reason": version.reason} if version.reason else {}),
    }
