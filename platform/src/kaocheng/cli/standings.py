"""``kaocheng standings TENANT PERIOD``: the standings as CSV for programs, as a table for people.

With an account that may see them, the latest run, published or not (and the look is recorded); without
one, what was published.
"""

import argparse
import sys

from kaocheng.cli.acting import Desk, run
from kaocheng.cli.columns import table
from kaocheng.engine.sheet import PaperSheet
from kaocheng.i18n import _
from kaocheng.rulebook.standings import write_standings
from kaocheng.schemes import queries as schemes
from kaocheng.scoring.domain import NoSuchClass
from kaocheng.standings import service
from kaocheng.standings.domain import Seen
from kaocheng.standings.reasons import gaps_in_words, line_in_words, vetoes
from kaocheng.standings.register import heading, register
from kaocheng.tenancy import queries as tenancy


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    standings = verbs.add_parser("standings", help=_("名次:各类单位的得分、名次和等次"))
    standings.add_argument("tenant", metavar=_("地区"))
    standings.add_argument("period", metavar=_("时段"))
    standings.add_argument("--class", dest="group", metavar=_("类别"), help=_("只要这一类"))
    standings.add_argument("--csv", action="store_true", help=_("输出 CSV"))
    standings.add_argument("--codes", action="store_true", help=_("用代码作列名,并列出不公布的项目"))
    standings.add_argument("--sheet", type=int, metavar=_("第几次"), help=_("第几次计算,默认最近一次"))
    standings.set_defaults(run=_standings)


def _standings(options: argparse.Namespace) -> int:
    async def act(desk: Desk) -> int:
        async with desk.session() as session:
            period = await schemes.period_meant(session, options.period)
            if desk.person is None:
                seen = await service.public(session, period)
            else:
                seen = await service.look(session, period, by=desk.person, at=desk.at, number=options.sheet)
            order = [unit.code for unit in await tenancy.units(session)]
        papers = _chosen(seen, options.group)
        for place, paper in enumerate(papers):
            if options.csv:
                lead = "\n" if place else ""
                sys.stdout.write(lead + write_standings(paper, options.codes, order))
            else:
                _print(seen, paper, last=paper is papers[-1])
        return 0

    return run(options, options.tenant, act)


def _chosen(seen: Seen, group: str | None) -> list[PaperSheet]:
    if group is None:
        return list(seen.row.sheet.papers)
    try:
        return [seen.row.sheet.paper(group)]
    except KeyError:
        raise NoSuchClass(group, tuple(paper.group for paper in seen.row.sheet.papers)) from None


def _print(seen: Seen, paper: PaperSheet, *, last: bool) -> None:
    shown = register(paper)
    state = _("已公布") if seen.published else _("未公布")
    print(
        _(
            "{group} · {period} · 第 {number} 次计算 · {state}",
            group=paper.group,
            period=seen.row.period,
            number=seen.row.number,
            state=state,
        )
    )
    headers = [_("名次"), _("单位"), _("得分"), *(heading(c, paper) for c in shown.columns), _("等次")]
    rows = [
        [
            "" if p.standing.rank is None else str(p.standing.rank),
            p.label,
            p.score,
            *p.cells,
            " ".join([p.standing.grade or "", *vetoes(p.standing)]).strip(),
        ]
        for p in shown.places
    ]
    print(table(headers, rows))
    if shown.line:
        print(line_in_words(shown.line))
    for gap in gaps_in_words(paper):
        print(gap)
    if not last:
        print()
