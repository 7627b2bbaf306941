"""tenant.toml: who the tenant is, which packs it enables, and which forms its offices send in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from kaocheng.errors import Place
from kaocheng.i18n import _
from kaocheng.identity.domain import is_code
from kaocheng.tenancy.domain import Form, FormKind
from kaocheng.tenancy.folder.files import Toml
from kaocheng.tenancy.folder.mistakes import Mistakes
from kaocheng.tenancy.folder.sheets import Names

__all__ = ["Head", "read_forms", "read_head"]

TENANT = ("code", "name", "kind", "packs", "reports_to", "invented")
FORM = ("code", "kind", "label", "pattern", "period", "collector", "due")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The ``[tenant]`` table."""

    code: str
    name: str
    kind: str
    packs: Mapping[str, str] = field(default_factory=dict)
    reports_to: tuple[str, ...] = ()
    reports_at: Place = field(default_factory=Place)
    invented: bool = False


def read_head(toml: Toml, mistakes: Mistakes) -> Head:
    """Who the tenant is."""
    for name in toml.tables:
        if name not in ("tenant", "forms"):
            mistakes.unknown(toml.place(name), _("表"), name, ("tenant", "forms"))
    table = _Table(toml, ("tenant",), toml.tables.get("tenant"), mistakes)
    table.only(TENANT)
    code, reports_to = table.code(), table.names("reports_to")
    if code and code in reports_to:
        mistakes.add(table.place("reports_to"), _("不能报送给自己"))
    return Head(
        code=code,
        name=table.text("name"),
        kind=table.text("kind"),
        packs=table.packs(),
        reports_to=reports_to,
        reports_at=table.place("reports_to"),
        invented=table.yes("invented"),
    )


def read_forms(toml: Toml, names: Names, mistakes: Mistakes) -> tuple[Form, ...]:
    """The ``[[forms]]``, in their order."""
    declared = toml.tables.get("forms", [])
    if not isinstance(declared, list):
        mistakes.add(toml.place("forms"), _("每张表写成一段 [[forms]]"))
        return ()
    read: list[Form] = []
    for number, one in enumerate(declared):
        table = _Table(toml, ("forms", number), one, mistakes)
        table.only(FORM)
        form = _form(table, names)
        if form and any(form.code == other.code for other in read):
            mistakes.add(table.place("code"), _("表“{code}”已经有了", code=form.code))
        elif form:
            read.append(form)
    return tuple(read)


def _form(table: "_Table", names: Names) -> Form | None:
    code, kind, label = table.code(), table.choice("kind", FormKind), table.text("label")
    pattern = table.text("pattern")
    period = table.mistakes.period(table.place("period"), table.text("period"))
    collector = table.text("collector", optional=True)
    due = table.day("due")
    if kind is None:
        return None
    return Form(
        code=code,
        kind=FormKind(kind),
        label=label,
        pattern=pattern,
        period=period,
        collector=names.code(collector, table.place("collector"), table.mistakes) if collector else None,
        due=due,
    )


class _Table:
    """One table of the file; asking it for a value notes what is wrong with that value."""

    def __init__(self, toml: Toml, path: tuple[str | int, ...], table: object, mistakes: Mistakes) -> None:
        self._toml, self._path, self.mistakes = toml, path, mistakes
        self._table: Mapping[str, Any] = table if isinstance(table, dict) else {}
        if toml.tables and not isinstance(table, dict):
            mistakes.add(self.place(), _("缺少 [{table}]", table=path[0]))

    def place(self, *path: str) -> Place:
        return self._toml.place(*self._path, *path)

    def only(self, known: Sequence[str]) -> None:
        for key in self._table:
            if key not in known:
                self.mistakes.unknown(self.place(key), _("设置"), key, known)

    def text(self, key: str, *, optional: bool = False) -> str:
        value = self._table.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if value is not None:
            self.mistakes.add(self.place(key), _("{key} 应为一段文字,写在引号里", key=key))
        elif not optional and self._table:
            self.mistakes.add(self.place(), _("缺少 {key}", key=key))
        return ""

    def code(self) -> str:
        code = self.text("code")
        if code and not is_code(code):
            self.mistakes.add(
                self.place("code"), _("代码“{code}”只能用英文字母、数字和 _ . -,最多 64 个字符", code=code)
            )
        return code

    def choice(self, key: str, known: Iterable[str]) -> str | None:
        written = self.text(key)
        if written and written not in list(known):
            self.mistakes.unknown(self.place(key), key, written, list(known))
            return None
        return written or None

    def yes(self, key: str) -> bool:
        value = self._table.get(key, False)
        if not isinstance(value, bool):
            self.mistakes.add(self.place(key), _("{key} 应为 true 或 false", key=key))
        return value is True

    def day(self, key: str) -> date | None:
        value = self._table.get(key)
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        self.mistakes.add(self.place(key), _("{key} 应为日期,写成 2026-07-10,不加引号", key=key))
        return None

    def names(self, key: str) -> tuple[str, ...]:
        value = self._table.get(key, [])
        written = [value] if isinstance(value, str) else value
        if isinstance(written, list) and all(isinstance(name, str) and name for name in written):
            return tuple(written)
        self.mistakes.add(self.place(key), _('{key} 应为名称的列表,写成 ["qingjiang"]', key=key))
        return ()

    def packs(self) -> Mapping[str, str]:
        value = self._table.get("packs", {})
        if isinstance(value, dict) and all(isinstance(edition, str) for edition in value.values()):
            return dict(value)
        self.mistakes.add(
            self.place("packs"), _('packs 应写明每个指标包及其版本,如 { target_responsibility = "2026" }')
        )
        return {}
