"""``kaocheng demo``: a fictional county's whole year, from its workbooks to what the city above reads."""

import argparse
import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng import settings as settings_
from kaocheng.cli.running import Running, orderly, running, stop
from kaocheng.cli.serve import address, bound, serve
from kaocheng.cli.tenants import apply, check_packs
from kaocheng.cli.year import Year
from kaocheng.db import embedded
from kaocheng.db.roles import Urls
from kaocheng.db.session import connect
from kaocheng.i18n import _
from kaocheng.packs.shelf import Shelf, open_shelf
from kaocheng.settings import Settings
from kaocheng.tenancy.folder import TenantFolder, read_all


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    verb = verbs.add_parser("demo", help=_("演示:虚构的云岭县一年的考核,从工作簿到公布、上报"))
    verb.add_argument("--tenants", type=Path, metavar=_("文件夹"), help=_("改用这个文件夹里的地区"))
    verb.add_argument("--no-serve", action="store_true", help=_("只准备数据,不提供网页"))
    verb.add_argument("--stop", action="store_true", help=_("停止正在运行的演示"))
    verb.set_defaults(run=_demo)


def _demo(options: argparse.Namespace) -> int:
    settings = replace(settings_.read(), demo=True)
    settings.data.mkdir(parents=True, exist_ok=True)
    if options.stop:
        print(_("演示已停止") if stop(settings.data) else _("没有正在运行的演示"))
        return 0
    folder = options.tenants or own_tenants()
    with orderly(), ExitStack() as stack:
        if options.no_serve:
            _prepare(settings, stack, folder)
            return 0
        ours = stack.enter_context(running(settings.data))
        if not isinstance(ours, Running):
            print(_("演示已在运行:{address}", address=ours or _("(正在准备)")))
            return 0
        door = stack.enter_context(bound(settings))
        urls = _prepare(settings, stack, folder)
        ours.at(address(door))
        print(_("请打开 {address} ,选一个身份进入;Ctrl-C 停止", address=address(door)), flush=True)
        serve(settings, urls, door)
    return 0


def own_tenants() -> Path:
    """The demo's tenants: inside an installed wheel, or at the root of a checkout."""
    package = Path(str(files("kaocheng")))
    inside = package / "_tenants"
    return inside if inside.is_dir() else package.parents[2] / "tenants"


def _prepare(settings: Settings, stack: ExitStack, folder: Path) -> Urls:
    declared = read_all(folder)  # a mistake in it costs no start of a database
    shelf = open_shelf(settings.allowed_packs)
    check_packs(declared, shelf)
    with _step(_("启动数据库,升级表结构")):
        urls = stack.enter_context(embedded.database(settings))
    asyncio.run(_years(settings, urls, shelf, declared))
    return urls


async def _years(settings: Settings, urls: Urls, shelf: Shelf, declared: Sequence[TenantFolder]) -> None:
    engine = connect(urls.app, size=2)
    try:
        years = [await _applied(settings, engine, shelf, each) for each in declared]
        for year in years:
            await _one_year(year)
    finally:
        await engine.dispose()


async def _applied(settings: Settings, engine: AsyncEngine, shelf: Shelf, folder: TenantFolder) -> Year:
    with _step(_("{tenant}:建立单位、人员、表和方案", tenant=folder.name)) as came_to:
        applied = await apply(engine, shelf, folder)
        changed = len(applied.changes.changes)
        came_to.append(_("{count} 处变更", count=changed) if changed else _("没有变化"))
    return Year(
        engine=engine,
        tenant=applied.tenant,
        folder=folder,
        shelf=shelf.for_tenant(folder.packs),
        data=settings.data,
        say=lambda line: print(f"    {line}", flush=True),
    )


async def _one_year(year: Year) -> None:
    name = year.folder.name
    if year.folder.scheme is None:
        return
    over = await year.over()
    if over and not await year.to_bring_in():
        with _step(_("{tenant}:早已公布,不重做", tenant=name)):
            await year.hand_up()
        return
    with _step(_("{tenant}:导入目标", tenant=name)) as came_to:
        came_to.append(_count(await year.bring_in(before=True)))
    with _step(_("{tenant}:冻结方案", tenant=name)) as came_to:
        came_to.append(_("已冻结") if await year.freeze() else _("早已冻结"))
    with _step(_("{tenant}:导入完成情况、评价和加减分", tenant=name)) as came_to:
        came_to.append(_count(await year.bring_in(before=False)))
    with _step(_("{tenant}:核验", tenant=name)) as came_to:
        came_to.append(_("{count} 个数", count=await year.vouch()))
    for period in await (year.periods() if over else year.unpublished()):
        with _step(_("{tenant}:计分并公布 {period}", tenant=name, period=period)) as came_to:
            sheet = await year.score(period)
            published = sheet is not None and await year.publish(sheet)
            came_to.append(_("已公布") if published else _("这个时段没有单独的结果"))
    if year.folder.reports_to:
        with _step(_("{tenant}:上报", tenant=name)) as came_to:
            came_to.append(_deliveries(await year.hand_up()))


def _count(brought: int) -> str:
    return _("{count} 个工作簿", count=brought) if brought else _("没有新的工作簿")


def _deliveries(made: Sequence[tuple[str, str]]) -> str:
    if not made:
        return _("没有待上报的结果")
    told = [period if not reason else f"{period}({reason})" for period, reason in made]
    return _("已报送 {periods}", periods=_("、").join(told))


@contextmanager
def _step(what: str) -> Iterator[list[str]]:
    """Say what is done, what it came to, and how long it took."""
    began = time.monotonic()
    came_to: list[str] = []
    print(f"· {what}", flush=True)
    yield came_to
    seconds = time.monotonic() - began
    print(
        "    " + _("{result}用时 {seconds} 秒", result=_(";").join([*came_to, ""]), seconds=f"{seconds:.1f}"),
        flush=True,
    )
