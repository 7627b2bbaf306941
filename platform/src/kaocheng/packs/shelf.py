"""The packs installed here, asked once; and of those, what one tenant has enabled.

A pack is asked by name, one at a time, so that one that raises is known by name: it becomes a finding
and is left out of the rest of that asking, and the others go on.
"""

import importlib.util
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Generic, TypeVar

import pluggy

from kaocheng.engine import plugged
from kaocheng.errors import Invalid, Missing
from kaocheng.i18n import _
from kaocheng.packs import data_pack, hookspecs
from kaocheng.packs.digest import SHIPPED, folder_digest
from kaocheng.packs.values import (
    ArrayMethod,
    Consequence,
    Edition,
    Finding,
    Method,
    Pack,
    Progress,
    ReportedFigure,
    Signal,
    Standing,
    Template,
    say,
)

CODE_PACKS = "kaocheng.packs"
DATA_PACKS = "kaocheng.data_packs"
Q = TypeVar("Q")
A = TypeVar("A")
Named = TypeVar("Named", Template, Method | ArrayMethod)
log = logging.getLogger(__name__)


@dataclass(eq=False)
class PackRefused(Invalid):
    """A pack that stops the start, because going on would hide a mistake."""

    pack: str
    reason: str

    code = "pack_refused"

    def __str__(self) -> str:
        return _("指标包“{pack}”不能使用:{reason}", pack=self.pack, reason=self.reason)


@dataclass(eq=False)
class NoSuchPack(Missing, KeyError):
    """A pack that is not here, or that this tenant has not enabled: the two read alike.

    Also a ``KeyError``, because whoever reads a scheme knows the line and says so better.
    """

    reference: str

    code = "no_such_pack"

    def __str__(self) -> str:
        return _(
            "没有指标包“{reference}”;请核对 tenant.toml 的 packs 和操作员安装的包", reference=self.reference
        )


@dataclass(frozen=True, slots=True)
class Installed:
    """One pack on the shelf. *why_not* says why it cannot be used; then *pack* is ``None``."""

    code: str
    distribution: str
    version: str
    digest: str
    runs_code: bool
    pack: Pack | None = None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Heard(Generic[A]):
    """One answer, and the pack that gave it."""

    pack: str
    label: str
    answer: A


@dataclass(frozen=True, slots=True)
class Answers(Generic[A]):
    """What the enabled packs said: *each* has one tuple per question, in the order they were asked."""

    each: tuple[tuple[Heard[A], ...], ...]
    failures: tuple[Finding, ...] = ()


class Shelf:
    """The packs installed on this machine, each asked once what it brings."""

    def __init__(self, installed: Iterable[Installed], manager: pluggy.PluginManager) -> None:
        self.installed: Mapping[str, Installed] = {one.code: one for one in installed}
        self._manager = manager

    def for_tenant(self, enabled: Mapping[str, str]) -> "TenantShelf":
        """What one tenant sees: the packs it has enabled, each in the edition it adopted.

        *enabled* is pack code → year of the edition. A pack that cannot be used is not among
        ``packs``; ``absent`` says why.
        """
        return TenantShelf(self, enabled, self._manager)

    def everything(self) -> "TenantShelf":
        """Every usable pack in its newest edition: for whoever works on files, without a tenant."""
        packs = [one.pack for one in self.installed.values() if one.pack and one.pack.editions]
        return self.for_tenant({pack.code: pack.editions[-1].year for pack in packs})


def open_shelf(allowed: Collection[str] = ()) -> Shelf:
    """Ask every installed pack what it brings.

    Args:
        allowed: digests of the packs that may run code here, besides those this release ships.

    Raises:
        PackRefused: two distributions offer one pack, or a pack answers a question nobody asks.
    """
    manager = pluggy.PluginManager("kaocheng")
    manager.add_hookspecs(hookspecs)
    found = [(point, False) for point in entry_points(group=DATA_PACKS)]
    found += [(point, True) for point in entry_points(group=CODE_PACKS)]
    seen: dict[str, str] = {}
    for point, _runs in found:
        offered_by = point.dist.name if point.dist else "?"
        if seen.setdefault(point.name, offered_by) != offered_by:
            raise PackRefused(
                point.name, _("{a} 与 {b} 都提供它;请卸载其一", a=seen[point.name], b=offered_by)
            )
    installed = [_install(point, runs_code, allowed, manager) for point, runs_code in found]
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as problem:
        raise PackRefused(manager.get_name(problem.plugin) or "?", str(problem)) from problem
    return Shelf(installed, manager)


def _install(
    point: EntryPoint, runs_code: bool, allowed: Collection[str], manager: pluggy.PluginManager
) -> Installed:
    name, version = (point.dist.name, point.dist.version) if point.dist else ("?", "?")
    try:
        folder = package_folder(point.value)
        digest = folder_digest(folder)
    except OSError as problem:
        return Installed(point.name, name, version, "", runs_code, why_not=str(problem))
    try:
        if runs_code:
            _require_allowed(point.name, digest, allowed)
            pack = _ask(point, manager)
        else:
            pack = data_pack.read(folder)
        if pack.code != point.name:
            raise PackRefused(point.name, _("包内自称“{code}”,与入口点的名称不同", code=pack.code))
    except Exception as problem:  # a pack may raise anything; the others must still be usable
        log.warning("pack %s cannot be used: %s", point.name, problem)
        if manager.has_plugin(point.name):
            manager.unregister(name=point.name)
        return Installed(point.name, name, version, digest, runs_code, why_not=_why(problem))
    _offer(pack, digest)
    return Installed(point.name, name, version, digest, runs_code, pack)


def _offer(pack: Pack, digest: str) -> None:
    """Let recipes be computed that name this pack's functions as they are now."""
    for edition in pack.editions:
        for one in edition.methods:
            if isinstance(one, ArrayMethod):
                plugged.offer(f"{pack.code}:{one.code}@{edition.year}", digest, one.works)


def package_folder(entry: str) -> Path:
    """The folder of the package an entry point names, found without importing it."""
    package = entry.partition(":")[0].partition(".")[0]
    spec = importlib.util.find_spec(package)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    if not folders:
        raise FileNotFoundError(_("找不到包“{package}”的文件夹", package=package))
    return Path(folders[0])


def _require_allowed(code: str, digest: str, allowed: Collection[str]) -> None:
    if digest not in SHIPPED and digest not in allowed:
        raise PackRefused(
            code, _("它运行代码,操作员尚未准许;审阅后把 {digest} 写入 KAOCHENG_PACKS", digest=digest)
        )


def _ask(point: EntryPoint, manager: pluggy.PluginManager) -> Pack:
    manager.register(point.load(), name=point.name)
    answers = _caller(manager, "indicator_pack", point.name)()
    if len(answers) != 1 or not isinstance(answers[0], Pack):
        raise PackRefused(point.name, _("indicator_pack() 没有给出 Pack"))
    return answers[0]


def _caller(manager: pluggy.PluginManager, hook: str, code: str) -> pluggy.HookCaller:
    others = [plugin for name, plugin in manager.list_name_plugin() if name != code and plugin is not None]
    return manager.subset_hook_caller(hook, remove_plugins=others)


def _why(problem: Exception) -> str:
    if isinstance(problem, PackRefused):
        return problem.reason
    return f"{type(problem).__name__}: {problem}" if not isinstance(problem, Invalid) else str(problem)


@dataclass
class TenantShelf:
    """The packs one tenant has enabled. Of the others it can learn nothing here."""

    shelf: Shelf
    enabled: Mapping[str, str]
    _manager: pluggy.PluginManager
    _callers: dict[tuple[str, str], pluggy.HookCaller] = field(default_factory=dict)

    @cached_property
    def packs(self) -> Mapping[str, tuple[Pack, Edition]]:
        """The enabled packs that can be used, by code, each with the adopted edition."""
        usable: dict[str, tuple[Pack, Edition]] = {}
        for code, year in self.enabled.items():
            one = self.shelf.installed.get(code)
            edition = one.pack.edition(year) if one and one.pack else None
            if one and one.pack and edition:
                usable[code] = (one.pack, edition)
        return usable

    @cached_property
    def absent(self) -> Mapping[str, str]:
        """The enabled packs that cannot be used: code → why, for the office and the operator."""
        return {code: self._why_absent(code) for code in self.enabled if code not in self.packs}

    def _why_absent(self, code: str) -> str:
        one = self.shelf.installed.get(code)
        if one is None:
            return _("没有安装;请操作员安装提供它的分发包")
        if one.pack is None:
            return one.why_not
        years = _("、").join(edition.year for edition in one.pack.editions)
        return _("没有 {year} 版;现有 {years}", year=self.enabled[code], years=years)

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """What a score sheet says about its packs: code → ``edition version digest``."""
        return {
            code: f"{edition.year} {self.shelf.installed[code].version} {self.shelf.installed[code].digest}"
            for code, (_pack, edition) in self.packs.items()
        }

    def template(self, reference: str) -> Mapping[str, Any]:
        """What ``from = "pack:template@edition"`` names, as the tables of a scheme.

        The edition's clauses and methods come with it.

        Raises:
            NoSuchPack: the tenant has no such pack, edition or template.
        """
        code, edition, template = self._named(reference, lambda edition: edition.templates)
        read = data_pack.tables(template.text)
        methods = {one.code: self._method(code, edition, one) for one in edition.methods}
        read["clauses"] = {**edition.clauses, **read.get("clauses", {})}
        if methods:
            read["methods"] = {**methods, **read.get("methods", {})}
        return read

    def method(self, reference: str) -> Mapping[str, Any]:
        """What ``from = "pack:method@edition"`` of a method names, as its table in a recipe.

        Raises:
            NoSuchPack: the tenant has no such pack, edition or method.
        """
        code, _edition, found = self._named(reference, lambda edition: edition.methods)
        table: dict[str, Any] = {"label": found.label, "formula": found.formula}
        table |= {"keys": list(found.keys), "defaults": dict(found.defaults)}
        if isinstance(found, ArrayMethod):
            digest = self.shelf.installed[code].digest
            table |= {"takes": list(found.takes), "function": reference, "digest": digest}
        return {key: value for key, value in table.items() if value}

    def _named(
        self, reference: str, among: Callable[[Edition], Iterable[Named]]
    ) -> tuple[str, Edition, Named]:
        """What ``pack:name@edition`` names, with its pack and edition."""
        code, _colon, rest = reference.partition(":")
        name, _at, year = rest.partition("@")
        edition = self.packs[code][0].edition(year) if code in self.packs else None
        found = next((one for one in among(edition) if one.code == name), None) if edition else None
        if edition is None or found is None:
            raise NoSuchPack(reference)
        return code, edition, found

    def offers(self, method: str) -> Sequence[str]:
        """References of the methods of this name among the enabled packs."""
        return [
            f"{code}:{method}@{edition.year}"
            for code, (_pack, edition) in self.packs.items()
            if any(one.code == method for one in edition.methods)
        ]

    def _method(self, pack: str, edition: Edition, one: Method | ArrayMethod) -> Mapping[str, Any]:
        """A method as a template hands it over: a function by its name, because it is no text."""
        reference = f"{pack}:{one.code}@{edition.year}"
        return {"from": reference} if isinstance(one, ArrayMethod) else self.method(reference)

    def asks(self, hook: str) -> bool:
        """Whether any enabled pack answers *hook*: a data pack, which runs no code, answers none."""
        return any(self._hook(hook, code).get_hookimpls() for code in self.packs)

    def doubts(self, asked: Sequence[tuple[ReportedFigure, Sequence[ReportedFigure]]]) -> Answers[Finding]:
        """What looks wrong with each figure, given the same unit's earlier ones, oldest first."""
        return self._each(asked, "doubts", ("figure", "past"), Finding)

    def warnings(self, asked: Sequence[Progress]) -> Answers[Signal]:
        """Whether each unit is on schedule."""
        return self._each([(one,) for one in asked], "warnings", ("progress",), Signal)

    def consequences(self, asked: Sequence[tuple[Standing, Sequence[Standing]]]) -> Answers[Consequence]:
        """What follows from each standing, given the same unit's earlier ones, oldest first."""
        return self._each(asked, "consequences", ("standing", "history"), Consequence)

    def _each(
        self, asked: Sequence[tuple[Any, ...]], hook: str, facts: tuple[str, ...], kind: type[A]
    ) -> Answers[A]:
        """The answers to each question, put as *facts*; a pack that raises has answered nothing."""
        heard: dict[int, list[Heard[A]]] = {}
        failures: list[Finding] = []
        for code in sorted(self.packs):
            caller = self._hook(hook, code)
            if not caller.get_hookimpls():
                continue  # such as a data pack, which runs no code
            ask = _directly(caller, facts)
            try:
                answers = [(place, a) for place, question in enumerate(asked) if (a := ask(*question))]
                given = [(place, _answer(several, kind)) for place, several in answers]
            except Exception as problem:  # whatever a pack raises is the pack's, and is said so
                log.exception("pack %s failed in %s", code, hook)
                failures.append(_failure(self.packs[code][0], hook, problem))
                continue
            for place, several in given:
                said = [Heard(code, self.packs[code][0].label, answer) for answer in several]
                heard.setdefault(place, []).extend(said)
        each = tuple(tuple(heard.get(place, ())) for place in range(len(asked)))
        return Answers(each, tuple(failures))

    def _hook(self, hook: str, code: str) -> pluggy.HookCaller:
        if (hook, code) not in self._callers:
            self._callers[hook, code] = _caller(self._manager, hook, code)
        return self._callers[hook, code]


def _directly(caller: pluggy.HookCaller, facts: tuple[str, ...]) -> Callable[..., Sequence[Any] | None]:
    """The one function behind a caller, to be asked with *facts* in their order.

    Pluggy's way to it takes longer than a pack's answer, and a large workbook asks ten thousand times.
    """
    (impl,) = caller.get_hookimpls()
    function: Callable[..., Any] = impl.function
    if impl.argnames == facts:
        return function
    wanted = [facts.index(name) for name in impl.argnames]
    return lambda *question: function(*[question[place] for place in wanted])


def _answer(several: Sequence[Any], kind: type[A]) -> list[A]:
    for answer in several:
        if not isinstance(answer, kind):
            raise TypeError(f"{answer!r} is not a {kind.__name__}")
    return list(several)


def _failure(pack: Pack, hook: str, problem: Exception) -> Finding:
    asked = {"doubts": "疑点", "warnings": "预警", "consequences": "结果运用"}[hook]
    return Finding(
        say(
            "指标包“{pack}”在回答“{asked}”时出错({problem}),它的意见未列入",
            "pack {pack} failed when asked for {hook} ({problem}); its opinions are not shown",
            pack=pack.label,
            asked=asked,
            hook=hook,
            problem=f"{type(problem).__name__}: {problem}",
        ),
        say("其他各项不受影响;请告知操作员", "everything else went on; please tell the operator"),
    )
