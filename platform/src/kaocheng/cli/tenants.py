"""``kaocheng tenants``: make tenants what their folders say, and list them."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng.cli.acting import operate
from kaocheng.cli.columns import table
from kaocheng.db.session import TenantId, shared_session
from kaocheng.errors import Place
from kaocheng.i18n import _
from kaocheng.packs.shelf import Shelf, open_shelf
from kaocheng.schemes import service as schemes
from kaocheng.schemes.domain import SchemeVersion
from kaocheng.settings import Settings
from kaocheng.tenancy import queries, service
from kaocheng.tenancy.folder import BadFolder, TenantFolder, read_all
from kaocheng.tenancy.folder.mistakes import Mistakes
from kaocheng.tenancy.plan import Act, Changes, Subject

__all__ = ["Applied", "apply"]


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of one folder."""

    tenant: TenantId
    changes: Changes
    scheme: SchemeVersion | None


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verbs."""
    noun = verbs.add_parser("tenants", help=_("地区:按文件夹建立和更新,列出已有的"))
    acts = noun.add_subparsers(dest="act", required=True, metavar=_("动作"))
    applying = acts.add_parser("apply", help=_("按文件夹建立或更新一个或多个地区"))
    applying.add_argument("folder", type=Path, metavar=_("文件夹"))
    applying.add_argument("--dry-run", action="store_true", help=_("只说会做什么,不动数据"))
    applying.set_defaults(run=_apply)
    listing = acts.add_parser("list", help=_("列出本系统里的地区"))
    listing.set_defaults(run=_list)


async def apply(engine: AsyncEngine, shelf: Shelf, folder: TenantFolder) -> Applied:
    """Make one tenant what its folder says, scheme included, in one transaction."""
    at = datetime.now(UTC)
    async with shared_session(engine) as shared:
        session = await service.enter(shared, folder)
        changes = await service.apply(session, folder, at)
        scheme = None
        if folder.scheme is not None:
            own, file = shelf.for_tenant(folder.packs), str(folder.path / "scheme.toml")
            scheme = await schemes.adopt(session, folder.scheme, by=None, at=at, shelf=own, file=file)
        return Applied(session.tenant, changes, scheme)


def _apply(options: argparse.Namespace) -> int:
    folders = read_all(options.folder)

    async def act(engine: AsyncEngine, settings: Settings) -> int:
        shelf = open_shelf(settings.allowed_packs)
        check_packs(folders, shelf)
        _check_schemes(folders, shelf)
        await _check_superiors(engine, folders)
        for folder in folders:
            print(f"{folder.name} ({folder.code})")
            if options.dry_run:
                async with shared_session(engine) as shared:
                    _say(folder, await service.preview(shared, folder))
                continue
            applied = await apply(engine, shelf, folder)
            _say(folder, applied.changes)
            if applied.scheme:
                said = _(
                    "方案 {code} {year} 年第 {version} 版",
                    code=applied.scheme.code,
                    year=applied.scheme.year,
                    version=applied.scheme.version,
                )
                print(f"  {said}")
        return 0

    return operate(act)


def check_packs(folders: Sequence[TenantFolder], shelf: Shelf) -> None:
    """Refuse a pack that is not here, or not in that edition; one that is here and broken is only said.

    Raises:
        BadFolder: a folder enables such a pack; with the line that does.
    """
    mistakes = Mistakes()
    for folder in folders:
        for code, why in shelf.for_tenant(folder.packs).absent.items():
            place = Place(file=str(folder.path / "tenant.toml"), line=_line(folder.path, code))
            told = _("指标包“{pack}”用不上:{why}", pack=code, why=why)
            installed = shelf.installed.get(code)
            if installed is None or installed.pack is not None:
                mistakes.add(place, told)
            else:
                print(f"{place}: {told}")
    if mistakes.found:
        raise BadFolder(tuple(mistakes.found))


def _line(folder: Path, code: str) -> int:
    lines = (folder / "tenant.toml").read_text("utf-8").splitlines()
    return next(
        (n for n, line in enumerate(lines, 1) if code in line and not line.lstrip().startswith("#")), 0
    )


def _check_schemes(folders: Sequence[TenantFolder], shelf: Shelf) -> None:
    """Find what is wrong with any scheme before the first tenant is touched."""
    for folder in folders:
        if folder.scheme is not None:
            own = shelf.for_tenant(folder.packs)
            schemes.check(folder.scheme, own, file=str(folder.path / "scheme.toml")).recipe()


async def _check_superiors(engine: AsyncEngine, folders: Sequence[TenantFolder]) -> None:
    coming = {folder.code for folder in folders}
    async with shared_session(engine) as shared:
        for folder in folders:
            for code in set(folder.reports_to) - coming:
                await service.superior(shared, folder, code)


def _say(folder: TenantFolder, changes: Changes) -> None:
    names = {unit.code: unit.label for unit in folder.units}
    names |= {person.code: person.label for person in folder.people}
    for subject in Subject:
        new = changes.of(subject, Act.CREATE)
        if new:
            told = _("、").join(names.get(code, code) for code in new)
            print(f"  {Act.CREATE.label} {subject.label} {len(new)}: {told}")
    for change in changes.changes:
        if change.act is not Act.CREATE:
            print(f"  {change}")
    left = _("、").join(f"{subject.label} {count}" for subject, count in changes.left.items() if count)
    if left:
        print("  " + _("不变 {left}", left=left))


def _list(_options: argparse.Namespace) -> int:
    async def act(engine: AsyncEngine, settings: Settings) -> int:
        async with shared_session(engine) as shared:
            found = await queries.tenants(shared)
        if not found:
            print(_("还没有地区;用 kaocheng tenants apply 文件夹 建立"))
            return 0
        rows = [[tenant.code, tenant.name, tenant.kind, _("、").join(tenant.packs)] for tenant in found]
        print(table([_("代码"), _("名称"), _("类型"), _("指标包")], rows))
        return 0

    return operate(act)
