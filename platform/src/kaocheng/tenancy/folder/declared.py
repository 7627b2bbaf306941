"""What a tenant's folder declares, before any of it has a number in the database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kaocheng.errors import Place
from kaocheng.identity.domain import Role
from kaocheng.tenancy.domain import Dated, Form, PastResult

__all__ = ["DeclaredPerson", "DeclaredUnit", "TenantFolder"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredUnit:
    """A line of units.csv; without a group it is a reference unit, which nobody assesses."""

    code: str
    label: str
    group: str | None = None
    parent: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    changes: Dated = ()
    ordinal: int = 0
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredPerson:
    """A line of people.csv."""

    code: str
    label: str
    unit: str | None = None
    roles: frozenset[Role] = frozenset()
    language: str = "zh"


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantFolder:
    """Everything a folder says about one tenant."""

    path: Path
    code: str
    name: str
    kind: str
    packs: Mapping[str, str] = field(default_factory=dict)
    reports_to: tuple[str, ...] = ()
    reports_at: Place = field(default_factory=Place)  # where it says so
    invented: bool = False
    forms: tuple[Form, ...] = ()
    units: tuple[DeclaredUnit, ...] = ()
    people: tuple[DeclaredPerson, ...] = ()
    history: tuple[PastResult, ...] = ()
    scheme: str | None = None  # the text of scheme.toml
