"""What the demo does before it serves: the database, then each tenant's year, one step after another."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from kaocheng.cli.tenants import apply, check_packs
from kaocheng.cli.year import Year
from kaocheng.db import embedded
from kaocheng.db.roles import Urls
from kaocheng.db.session import connect
from kaocheng.i18n import _
from kaocheng.packs.shelf import Shelf, open_shelf
from kaocheng.settings import Settings
from kaocheng.tenancy.folder import TenantFolder, read_all

__all__ = ["prepare"]


def prepare(settings: Settings, stack: ExitStack, folder: Path) -> Urls:
    """Bring each tenant of *folder* as far as its workbooks go; the database lives as long as *stack*."""
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
            if sheet is None:
                came_to.append(_("这个时段没有单独的结果"))
            else:
                came_to.append(_("已公布") if await year.publish(sheet) else _("没有单位有结果,没有公布"))
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
