"""``kaocheng score TENANT PERIOD``: freeze what was vouched for, and score it."""

import argparse

from kaocheng.cli.acting import Desk, run
from kaocheng.i18n import _
from kaocheng.rollup import service as _inbox  # noqa: F401  (a rule may take from what was handed up)
from kaocheng.schemes import queries as schemes
from kaocheng.scoring import service
from kaocheng.standings.reasons import gaps_in_words


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    score = verbs.add_parser("score", help=_("按现行方案计算一个时段的得分,生成得分表"))
    score.add_argument("tenant", metavar=_("地区"))
    score.add_argument("period", metavar=_("时段"))
    score.set_defaults(run=_score)


def _score(options: argparse.Namespace) -> int:
    async def act(desk: Desk) -> int:
        async with desk.session() as session:
            period = await schemes.period_meant(session, options.period)
            made = await service.run(session, period, by=desk.somebody(), at=desk.at)
        units = sum(len(paper.units) for paper in made.sheet.papers)
        facts = {
            "period": made.period,
            "number": made.number,
            "digest": made.sheet_digest[:12],
            "units": units,
        }
        if made.again:
            print(_("{period} 与第 {number} 次计算的依据完全相同,仍用那张得分表 {digest}", **facts))
        else:
            print(_("{period} 第 {number} 次计算:{units} 个单位,得分表 {digest}", **facts))
        if made.waiting:
            print(_("另有 {count} 个数尚未核验,没有计入", count=made.waiting))
        for finding in made.sheet.findings:
            print(finding)
        for paper in made.sheet.papers:
            for gap in gaps_in_words(paper):
                print(gap)
        return 0

    return run(options, options.tenant, act)
