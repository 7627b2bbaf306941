"""Which of the tenant's forms asks for a figure, so that whoever owes it is told that form's last day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kaocheng.db.session import TenantSession
from kaocheng.figures import naming
from kaocheng.figures.domain import Expectation, Of
from kaocheng.figures.reading import Names
from kaocheng.tenancy import queries as tenancy
from kaocheng.tenancy.domain import Form, FormKind

_FILLED_IN = frozenset({FormKind.FIGURES, FormKind.EVALUATION, FormKind.TASKS})


@dataclass(frozen=True, slots=True)
class Calendar:
    """The forms that are filled in, and what each of them asks of each class."""

    forms: Sequence[Form]
    asked: Mapping[tuple[str, str], frozenset[tuple[str, str]]]  # (form, class) → (kind, code)
    groups: Mapping[str, str]  # unit → class

    def asking(self, owed: Expectation) -> list[Form]:
        """The forms in which *owed* stands."""
        what, group = (str(owed.indicator.of), owed.indicator.code), self.groups.get(owed.unit, "")
        return [f for f in self.forms if f.period == owed.key.period and what in self.asked[f.code, group]]

    def due(self, owed: Expectation) -> date | None:
        """The last day of the earliest of them."""
        return min((form.due for form in self.asking(owed) if form.due), default=None)

    def of(self, owing: Iterable[Expectation]) -> list[Form]:
        """The forms with a last day in which anything of *owing* stands, in the tenant's order."""
        asking = {form.code for owed in owing for form in self.asking(owed)}
        return [form for form in self.forms if form.due and form.code in asking]


async def calendar(session: TenantSession) -> Calendar:
    """What the tenant's forms ask, by the rules in force."""
    words = await naming.names(session)
    forms = [form for form in await tenancy.forms(session) if form.kind in _FILLED_IN]
    groups = {unit.code: unit.group for unit in words.units}
    asked = {
        (f.code, g): _asked(words, f, g, set(groups.values())) for f in forms for g in set(groups.values())
    }
    return Calendar(forms, asked, groups)


def _asked(words: Names, form: Form, group: str, groups: set[str]) -> frozenset[tuple[str, str]]:
    """What *form* asks of *group*: nothing, where it is another class's by its name or by the lists in it."""
    named = {g for g in groups if g and (g in form.label or g in form.pattern)}
    lists = [
        one for one in words.lists if form.kind is FormKind.TASKS and (not one.groups or group in one.groups)
    ]
    if (named and group not in named) or (form.kind is FormKind.TASKS and not lists):
        return frozenset()
    carried = words.carried(words.form(form.code), group)
    return frozenset(
        (*((str(Of.ROW), one.code) for one in lists), *((str(Of.FIGURE), i.code) for i in carried))
    )
