"""``kaocheng explain TENANT PERIOD UNIT [INDICATOR]``: the working of one score, as the page shows it."""

import argparse

from kaocheng.cli.acting import Desk, run
from kaocheng.i18n import _
from kaocheng.schemes import queries as schemes
from kaocheng.scoring import service as scoring
from kaocheng.standings import service
from kaocheng.standings.working import as_text


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    explain = verbs.add_parser("explain", help=_("一个得分是怎么来的:条款、数据、算式、取整、结果"))
    explain.add_argument("tenant", metavar=_("地区"))
    explain.add_argument("period", metavar=_("时段"))
    explain.add_argument("unit", metavar=_("单位"), help=_("名称或代码"))
    explain.add_argument(
        "indicator", nargs="?", default="", metavar=_("指标"), help=_("名称或代码;不写则为总分")
    )
    explain.add_argument("--sheet", type=int, metavar=_("第几次"), help=_("第几次计算,默认最近一次"))
    explain.set_defaults(run=_explain)


def _explain(options: argparse.Namespace) -> int:
    async def act(desk: Desk) -> int:
        async with desk.session() as session:
            period = await schemes.period_meant(session, options.period)
            if desk.person is None:
                seen = await service.public(session, period)
            else:
                seen = await service.own(
                    session, period, options.unit, by=desk.person, at=desk.at, number=options.sheet
                )
            explained = await scoring.explain(session, seen.row, options.unit, options.indicator)
            print(as_text(explained, ranked=seen.ranked))
        return 0

    return run(options, options.tenant, act)
