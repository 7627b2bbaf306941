"""``kaocheng publish TENANT PERIOD --to TENANT``: publish the latest sheet, and hand it to who is named."""

import argparse

from kaocheng.cli.acting import Desk, run
from kaocheng.i18n import _
from kaocheng.rollup import jobs
from kaocheng.schemes import queries as schemes
from kaocheng.scoring import queries as sheets
from kaocheng.standings import service


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    publish = verbs.add_parser("publish", help=_("公布一个时段的结果,并报送指定的上级"))
    publish.add_argument("tenant", metavar=_("地区"))
    publish.add_argument("period", metavar=_("时段"))
    publish.add_argument("--to", action="append", default=[], metavar=_("上级"), help=_("报送给谁,可多次"))
    publish.add_argument("--sheet", type=int, metavar=_("第几次"), help=_("第几次计算,默认最近一次"))
    publish.set_defaults(run=_publish)


def _publish(options: argparse.Namespace) -> int:
    async def act(desk: Desk) -> int:
        async with desk.session() as session:
            period = await schemes.period_meant(session, options.period)
            head = await sheets.numbered(session, period, options.sheet)
            made = await service.publish(
                session, head.id, options.to, by=desk.somebody(), at=desk.at, data=desk.settings.data
            )
        print(
            _(
                "{period} 已公布:第 {number} 次计算,结果包 {digest},公钥 {key}",
                period=made.period,
                number=made.number,
                digest=made.digest[:12],
                key=made.key_id,
            )
        )
        refused = False
        for delivery in made.deliveries:
            # The worker would do it too; whichever comes second finds it done.
            received = await jobs.deliver(
                desk.engine, desk.settings.data, tenant=desk.tenant.id, outbox=delivery.id
            )
            if received.accepted:
                print(_("{reader} 已收到,重算一致", reader=delivery.reader_code))
            else:
                refused = True
                print(_("{reader} 未接受:{reason}", reader=delivery.reader_code, reason=received.reason))
        return 2 if refused else 0

    return run(options, options.tenant, act)
