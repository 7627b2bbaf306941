"""What a tenant calls its own things: the only words by which a sheet is understood.

The stage above builds these from the scheme and the tenant's units; the reader never sees either.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from kaocheng.errors import Missing
from kaocheng.i18n import _

__all__ = [
    "AdjustmentName",
    "FieldName",
    "FormName",
    "IndicatorName",
    "ListName",
    "Names",
    "NoSuchForm",
    "PartName",
    "RuleName",
    "UnitName",
]

KINDS = ("catalogue", "targets", "figures", "evaluation", "claims", "tasks")


class PartName(NamedTuple):
    """A component of an indicator: ``built``, 建成投用."""

    code: str
    label: str


class FieldName(NamedTuple):
    """A field of a list's rows; *optional* when an empty cell means that it has not happened yet."""

    code: str
    measure: str
    label: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class UnitName:
    """A unit that is assessed, in the tenant's own order; *group* is the class (类别) it belongs to."""

    code: str
    label: str
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorName:
    """A figure or a target that columns are matched with; *groups* are the classes whose paper uses it.

    ``of`` is ``figure`` or ``target``; a target is named here only where some rule asks for it.
    *most* is what may be given at most, where the values are points as they are (直接给分).
    """

    of: str
    code: str
    label: str
    field: str = ""
    measure: str = ""
    collector: str = ""
    parts: tuple[PartName, ...] = ()
    groups: tuple[str, ...] = ()
    most: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListName:
    """A list of rows below a unit (tasks, projects), with its fields."""

    code: str
    label: str
    fields: tuple[FieldName, ...]
    groups: tuple[str, ...] = ()
    full: Mapping[str, Decimal] = field(default_factory=dict)  # by class: what its rows' points must add to


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentName:
    """A bonus, a deduction or a reported veto."""

    code: str
    label: str
    kind: str  # bonus, deduction, veto
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleName:
    """One scored indicator of the scheme, or one category of them, as the catalogue (指标表) should state it.

    *paper* and *code* are where its points stand, if they are points to be added and no weights.
    """

    label: str
    clause: str = ""
    full: Decimal | None = None
    measure: str = ""
    collector: str = ""
    group: str = ""
    paper: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormName:
    """A form the tenant declares.

    *columns* binds a header to a field where the words alone would not; bound to nothing, the column
    is left out.  *indicators*, where given, are the codes the form must carry.
    """

    code: str
    kind: str
    label: str = ""
    pattern: str = ""
    period: str = ""
    group: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    indicators: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Everything a workbook of one tenant may speak of, for one year.

    *state* is how far the scheme has come: a catalogue supplies a ``draft``, and cannot change what is
    ``frozen``; where it is empty, what differs is only told.
    """

    tenant: str = ""
    year: str = ""
    units: tuple[UnitName, ...] = ()
    indicators: tuple[IndicatorName, ...] = ()
    lists: tuple[ListName, ...] = ()
    adjustments: tuple[AdjustmentName, ...] = ()
    rules: tuple[RuleName, ...] = ()
    categories: tuple[RuleName, ...] = ()
    state: str = ""
    clauses: Mapping[str, str] = field(default_factory=dict)
    forms: tuple[FormName, ...] = ()

    def form(self, code: str) -> FormName:
        """The form of that code.

        Raises:
            NoSuchForm: the tenant declares none.
        """
        for form in self.forms:
            if form.code == code:
                return form
        raise NoSuchForm(code, tuple(f.code for f in self.forms))

    def of_group(self, group: str) -> tuple[UnitName, ...]:
        """The units of one class; of all classes when none is named."""
        return tuple(u for u in self.units if not group or u.group == group)

    def carried(self, form: FormName, group: str, collector: str = "") -> tuple[IndicatorName, ...]:
        """The indicators *form* may carry for *group*; only one collector's, where he is named.

        Where the form does not list them: what others evaluate has no collector, what is reported has one.
        """
        of = "target" if form.kind == "targets" else "figure"
        named = [
            i for i in self.indicators if i.of == of and (not group or not i.groups or group in i.groups)
        ]
        if form.indicators:
            named = [i for i in named if i.code in form.indicators]
        elif form.kind in {"figures", "evaluation"} and _split(named):
            named = [i for i in named if bool(i.collector) == (form.kind == "figures")]
        return tuple(i for i in named if not collector or i.collector == collector)

    def expected(self, form: FormName, group: str, collector: str = "") -> tuple[IndicatorName, ...]:
        """The indicators *form* must carry: none, where several forms might share them out among them."""
        carried = self.carried(form, group, collector)
        if form.indicators or form.kind not in {"figures", "evaluation"}:
            return carried
        kinds = (
            {form.kind}
            if _split(self.carried(FormName(code="", kind="tasks"), group))
            else {"figures", "evaluation"}
        )
        rivals = [
            f for f in self.forms if f.kind in kinds and f.period == form.period and f.group == form.group
        ]
        circles = 1 if form.group else len({unit.group for unit in self.units if unit.group})
        return carried if len(rivals) <= circles else ()


def _split(indicators: Iterable[IndicatorName]) -> bool:
    """Whether some have a collector and some have none."""
    return len({bool(one.collector) for one in indicators}) > 1


@dataclass(eq=False)
class NoSuchForm(Missing):
    """A form that this tenant does not declare."""

    form: str
    known: tuple[str, ...] = ()

    code = "no_such_form"

    def __str__(self) -> str:
        return _(
            "没有名为“{form}”的表;可用的有:{known}", form=self.form, known=_("、").join(self.known) or "—"
        )
