"""A tenant, its units, the forms its offices send in, and how its units did before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from kaocheng.db.session import TenantId
from kaocheng.engine.inputs import Unit as Scored
from kaocheng.errors import Invalid, Missing, Place
from kaocheng.i18n import _
from kaocheng.identity.domain import UnitId

__all__ = [
    "EVERYBODY",
    "Form",
    "FormKind",
    "NoSuchForm",
    "NoSuchTenant",
    "NoSuchUnit",
    "PastResult",
    "Tenant",
    "TenantId",
    "Unit",
    "UnitId",
]

EVERYBODY = "*"  # the code of the unit that stands for all of them, e.g. a target set for everybody


class FormKind(StrEnum):
    """What a workbook holds."""

    CATALOGUE = "catalogue"
    TARGETS = "targets"
    FIGURES = "figures"
    EVALUATION = "evaluation"
    CLAIMS = "claims"
    TASKS = "tasks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """One jurisdiction that runs its own assessment."""

    id: TenantId
    code: str
    name: str
    kind: str
    packs: Mapping[str, str] = field(default_factory=dict)  # pack → edition
    invented: bool = False


Dated = tuple[tuple[str, Mapping[str, str]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """Somebody who is assessed, or who reports about those who are (a reference unit: no group)."""

    id: UnitId
    code: str
    label: str
    group: str | None = None  # the class it is ranked in
    parent: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    changes: Dated = ()  # attributes that are others from some day on, by day
    assessed: bool = False
    ordinal: int = 0

    def as_scored(self) -> Scored:
        """The unit as a run knows it."""
        attributes = dict(self.attributes) | ({"parent": self.parent} if self.parent else {})
        return Scored(self.code, self.label, self.group or "", attributes, self.assessed, self.changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A workbook an office sends in: how to recognise it, for which period, from whom."""

    code: str
    kind: FormKind
    label: str
    pattern: str  # found in the file's name or the sheet's title
    period: str
    collector: str | None = None  # the code of the unit that sends it
    due: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastResult:
    """How one unit did in an earlier period, as far as this system was not there to see it."""

    period: str
    unit: str
    grade: str
    score: Decimal | None = None
    rank: int | None = None
    invented: bool = False


@dataclass(eq=False)
class NoSuchTenant(Missing):
    """There is no such tenant, or it is not yours."""

    code_given: str

    code = "no_such_tenant"

    def __str__(self) -> str:
        return _("没有“{tenant}”;用 kaocheng tenants list 看有哪些", tenant=self.code_given)


@dataclass(eq=False)
class NoSuperior(Invalid):
    """A tenant's folder names a superior that is not there yet."""

    place: Place
    superior: str

    code = "no_superior"

    def __str__(self) -> str:
        return _(
            "{place}:上级“{superior}”还没有建立;请一起应用它的文件夹,或删去这一行",
            place=self.place,
            superior=self.superior,
        )


@dataclass(eq=False)
class NoSuchUnit(Missing):
    """There is no such unit in this tenant."""

    unit: str

    code = "no_such_unit"

    def __str__(self) -> str:
        return _("没有单位“{unit}”;请核对名称", unit=self.unit)


@dataclass(eq=False)
class NoSuchForm(Missing):
    """There is no such form in this tenant."""

    form: str

    code = "no_such_form"

    def __str__(self) -> str:
        return _("没有表“{form}”;请核对 tenant.toml 里的 [[forms]]", form=self.form)
