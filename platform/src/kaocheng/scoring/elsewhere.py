"""Other assessments' score sheets that a scheme takes results from (引用): which, and where they are.

A sheet is asked for by its scheme's code, or by the code of who handed it up, with a period where that is
not the run's own: ``"province"``, ``"yunling-2025@2025"``.  Scoring knows the tenant's own runs; the stages
after it know what was published and what came in, and each hands in its way to look.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kaocheng.db.session import TenantSession
from kaocheng.engine.imported import BY_UNIT, sheets_named
from kaocheng.engine.periods import last_day
from kaocheng.engine.recipe import Recipe
from kaocheng.errors import Refused
from kaocheng.i18n import _
from kaocheng.scoring.domain import Origin, Source
from kaocheng.tenancy.domain import Unit


class Taken(NamedTuple):
    """Another assessment's sheet, as it was kept, and who stands for it."""

    sheet: str
    origin: Origin


Look = Callable[[TenantSession, str, str], Awaitable[Sequence[Taken]]]  # by code and period
_places: dict[int, Look] = {}


PUBLISHED, RECEIVED, MADE = range(3)  # whose word counts before whose


@dataclass(eq=False)
class NoSheetToTake(Refused):
    """A scheme takes results from a sheet that is neither here nor handed in."""

    sheet: str
    period: str
    found: int = 0

    code = "no_sheet_to_take"

    def __str__(self) -> str:
        facts = {"sheet": self.sheet, "period": self.period, "count": self.found}
        if self.found:
            return _("方案引用的“{sheet}”{period}有 {count} 张得分表;请写报送方的代码", **facts)
        return _(
            "方案引用“{sheet}”{period}的得分表,这里没有算过,收件箱里也没有;请先计算或收下它",
            **facts,
        )


def place(order: int) -> Callable[[Look], Look]:
    """A place to look for sheets: the lower its *order*, the sooner it is asked."""

    def hand_in(look: Look) -> Look:
        _places[order] = look
        return look

    return hand_in


async def sheets(
    session: TenantSession, recipe: Recipe, units: Sequence[Unit], period: str
) -> Mapping[str, Sequence[Taken]]:
    """What goes by each code that a recipe takes from: one sheet, none, or several."""
    found: dict[str, Sequence[Taken]] = {}
    for code in sorted(_wanted(recipe, units)):
        name, when = _named(recipe, code, period)
        found[code] = ()
        if (name, when) == (recipe.code, period):
            continue  # a run does not wait for itself
        for order in sorted(_places):
            found[code] = found[code] or await _places[order](session, name, when)
    return found


def single(found: Mapping[str, Sequence[Taken]]) -> Mapping[str, Taken]:
    """The sheets there is no doubt about."""
    return {code: taken[0] for code, taken in found.items() if len(taken) == 1}


def require(recipe: Recipe, found: Mapping[str, Sequence[Taken]], period: str) -> Mapping[str, Taken]:
    """The one sheet of each code.

    Raises:
        NoSheetToTake: there is none, or several go by one code.
    """
    for code, taken in found.items():
        if len(taken) != 1:
            raise NoSheetToTake(*_named(recipe, code, period), len(taken))
    return single(found)


def _named(recipe: Recipe, code: str, period: str) -> tuple[str, str]:
    """Whose sheet of which period a code means."""
    name, at, when = code.partition("@")
    return name, recipe.period(when) if at else period


def origins(
    recipe: Recipe, units: Iterable[Unit], found: Mapping[str, Taken], period: str
) -> Mapping[Source, Origin]:
    """Where each imported value of a run came from, in the words the engine's ``Used`` names it by."""
    made: dict[Source, Origin] = {}
    for named in sheets_named(recipe):
        for unit in units:
            taken = found.get(_of(unit, named.sheet, last_day(period)))
            if taken is not None:
                made["sheet", unit.code, named.sheet, named.node] = taken.origin
    return made


def _wanted(recipe: Recipe, units: Sequence[Unit]) -> set[str]:
    return {
        code
        for named in sheets_named(recipe)
        for unit in units
        for day in ("", *(since for since, _changed in unit.changes))
        if (code := _of(unit, named.sheet, day))
    }


def _of(unit: Unit, sheet: str, day: str) -> str:
    """The code of the sheet one unit's value is in, on that day."""
    return unit.as_scored().word(sheet.removeprefix(BY_UNIT), day) if sheet.startswith(BY_UNIT) else sheet
