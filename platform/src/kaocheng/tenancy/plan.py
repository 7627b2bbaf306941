"""What applying a folder would create, change and leave: worked out before anything is touched."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kaocheng.i18n import _
from kaocheng.identity.domain import Person
from kaocheng.tenancy.domain import Form, PastResult, Tenant, Unit, UnitId
from kaocheng.tenancy.folder import DeclaredPerson, DeclaredUnit, TenantFolder

__all__ = ["Act", "Change", "Changes", "Present", "Subject", "changes"]


class Act(StrEnum):
    """What happens to one thing."""

    CREATE = "create"
    CHANGE = "change"
    RETIRE = "retire"  # kept, because figures stand on it, but no longer assessed
    REMOVE = "remove"

    @property
    def label(self) -> str:
        """In the reader's language."""
        return {
            Act.CREATE: _("新建"),
            Act.CHANGE: _("修改"),
            Act.RETIRE: _("停用"),
            Act.REMOVE: _("移除"),
        }[self]


class Subject(StrEnum):
    """What a folder speaks of."""

    TENANT = "tenant"
    SUPERIOR = "superior"
    UNIT = "unit"
    PERSON = "person"
    FORM = "form"
    PAST_RESULT = "past_result"

    @property
    def label(self) -> str:
        """In the reader's language."""
        return {
            Subject.TENANT: _("地区"),
            Subject.SUPERIOR: _("上级"),
            Subject.UNIT: _("单位"),
            Subject.PERSON: _("人员"),
            Subject.FORM: _("表"),
            Subject.PAST_RESULT: _("往年结果"),
        }[self]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as the folder says, with each fact before and after."""

    act: Act
    subject: Subject
    code: str
    facts: Mapping[str, tuple[object, object]]

    def __str__(self) -> str:
        line = f"{self.act.label} {self.subject.label} {self.code}"
        if self.act is Act.CHANGE:
            told = (f"{name}: {old or '-'} → {new or '-'}" for name, (old, new) in self.facts.items())
            line += " " + "; ".join(told)
        return line


@dataclass(frozen=True, slots=True)
class Changes:
    """All of them, and how many things of each kind are as they should be."""

    changes: tuple[Change, ...]
    left: Mapping[Subject, int]

    def of(self, subject: Subject, *acts: Act) -> dict[str, Change]:
        """Those of one kind, by code."""
        return {c.code: c for c in self.changes if c.subject is subject and c.act in acts}


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """The tenant as it is in the database; a new one has nothing but its row."""

    tenant: Tenant | None = None
    superiors: Sequence[str] = ()
    units: Sequence[Unit] = ()
    people: Sequence[Person] = ()
    forms: Sequence[Form] = ()
    history: Sequence[PastResult] = ()


Facts = Mapping[str, object]


def changes(present: Present, folder: TenantFolder) -> Changes:
    """The way from what is *present* to what the *folder* says."""
    codes = {unit.id: unit.code for unit in present.units}
    compared = (
        _compare(Subject.TENANT, _tenant_now(present.tenant), {folder.code: _tenant_wanted(folder)}),
        _compare(
            Subject.SUPERIOR,
            {code: {} for code in present.superiors},
            {code: {} for code in folder.reports_to},
            gone=Act.REMOVE,
        ),
        _compare(
            Subject.UNIT,
            {unit.code: _unit_now(unit) for unit in present.units},
            {unit.code: _unit_wanted(unit) for unit in folder.units},
            gone=Act.RETIRE,
            still=[unit.code for unit in present.units if unit.assessed],
        ),
        # People the folder does not name were added by hand, and stay.
        _compare(
            Subject.PERSON,
            {person.code: _person_now(person, codes) for person in present.people},
            {person.code: _person_wanted(person) for person in folder.people},
        ),
        _compare(
            Subject.FORM,
            {form.code: _form_facts(form, i) for i, form in enumerate(present.forms)},
            {form.code: _form_facts(form, i) for i, form in enumerate(folder.forms)},
            gone=Act.REMOVE,
        ),
        _compare(
            Subject.PAST_RESULT,
            {past_code(past): _past_facts(past) for past in present.history},
            {past_code(past): _past_facts(past) for past in folder.history},
            gone=Act.REMOVE,
        ),
    )
    return Changes(
        tuple(change for found, _left in compared for change in found),
        {subject: left for subject, (_found, left) in zip(Subject, compared, strict=True)},
    )


def past_code(past: PastResult) -> str:
    """How an earlier result is named."""
    return f"{past.period}/{past.unit}"


def _compare(
    subject: Subject,
    now: Mapping[str, Facts],
    wanted: Mapping[str, Facts],
    *,
    gone: Act | None = None,
    still: Iterable[str] | None = None,
) -> tuple[list[Change], int]:
    """What must be done to *subject*; *gone* to those no longer wanted, if they are *still* in use."""
    found = []
    for code, facts in wanted.items():
        if code not in now:
            found.append(
                Change(Act.CREATE, subject, code, {name: (None, new) for name, new in facts.items()})
            )
        elif now[code] != facts:
            differing = {
                name: (now[code][name], new) for name, new in facts.items() if now[code][name] != new
            }
            found.append(Change(Act.CHANGE, subject, code, differing))
    if gone:
        used = set(now if still is None else still)
        found += [Change(gone, subject, code, {}) for code in now if code in used and code not in wanted]
    touched = {change.code for change in found}
    return found, len([code for code in now if code not in touched])


def _tenant_now(tenant: Tenant | None) -> Mapping[str, Facts]:
    if tenant is None:
        return {}
    return {
        tenant.code: {
            "name": tenant.name,
            "kind": tenant.kind,
            "packs": dict(tenant.packs),
            "invented": tenant.invented,
        }
    }


def _tenant_wanted(folder: TenantFolder) -> Facts:
    return {
        "name": folder.name,
        "kind": folder.kind,
        "packs": dict(folder.packs),
        "invented": folder.invented,
    }


def _unit_now(unit: Unit) -> Facts:
    return {
        "label": unit.label,
        "class": unit.group,
        "parent": unit.parent,
        "ordinal": unit.ordinal,
        "attributes": dict(unit.attributes),
        "changes": {day: dict(changed) for day, changed in unit.changes},
        "assessed": unit.assessed,
    }


def _unit_wanted(unit: DeclaredUnit) -> Facts:
    return {
        "label": unit.label,
        "class": unit.group,
        "parent": unit.parent,
        "ordinal": unit.ordinal,
        "attributes": dict(unit.attributes),
        "changes": {day: dict(changed) for day, changed in unit.changes},
        "assessed": unit.group is not None,
    }


def _person_now(person: Person, codes: Mapping[UnitId, str]) -> Facts:
    unit = codes.get(person.unit_id) if person.unit_id else None
    return {"label": person.label, "unit": unit, "roles": sorted(person.roles)}


def _person_wanted(person: DeclaredPerson) -> Facts:
    return {"label": person.label, "unit": person.unit, "roles": sorted(person.roles)}


def _form_facts(form: Form, ordinal: int) -> Facts:
    return {
        "kind": form.kind,
        "label": form.label,
        "pattern": form.pattern,
        "period": form.period,
        "collector": form.collector,
        "due": form.due,
        "ordinal": ordinal,
    }


def _past_facts(past: PastResult) -> Facts:
    return {"score": past.score, "rank": past.rank, "grade": past.grade, "invented": past.invented}
