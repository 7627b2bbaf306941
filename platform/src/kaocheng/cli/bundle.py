"""``kaocheng bundle``: results as signed files, checked without any database."""

import argparse
import sys
from pathlib import Path

from kaocheng.cli.acting import Desk, run
from kaocheng.cli.shelf import installed
from kaocheng.i18n import _
from kaocheng.rollup import service as rollup
from kaocheng.schemes import queries as schemes
from kaocheng.standings import bundle, keys, queries
from kaocheng.standings.domain import NotPublished


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the noun."""
    parser = verbs.add_parser("bundle", help=_("结果包:校验、导出、接收"))
    does = parser.add_subparsers(dest="does", required=True, metavar=_("动作"))
    verify = does.add_parser("verify", help=_("校验签名并按包内规则和数据重算;不用数据库"))
    verify.add_argument("file", type=Path, metavar=_("文件"))
    verify.add_argument("--key", required=True, metavar=_("公钥"), help=_("公钥文件,或“ed25519 …”一行"))
    verify.set_defaults(run=_verify)
    export = does.add_parser("export", help=_("把已公布的结果包存为文件"))
    export.add_argument("tenant", metavar=_("地区"))
    export.add_argument("period", metavar=_("时段"))
    export.add_argument("file", type=Path, metavar=_("文件"))
    export.set_defaults(run=_export)
    receive = does.add_parser("receive", help=_("把结果包文件收进收件箱"))
    receive.add_argument("tenant", metavar=_("地区"))
    receive.add_argument("file", type=Path, metavar=_("文件"))
    receive.set_defaults(run=_receive)


def _verify(options: argparse.Namespace) -> int:
    installed()
    read = bundle.read(options.file.read_bytes())
    sheet = bundle.verify(read, keys.read_public(options.key))
    manifest = read.manifest
    print(
        _(
            "签名有效:{sender}({code}),公钥 {key}",
            sender=manifest.sender_name,
            code=manifest.sender,
            key=read.key,
        )
    )
    print(
        _(
            "重算一致:{scheme} {period} 第 {number} 次计算,{units} 个单位,得分表 {digest}",
            scheme=manifest.scheme_name,
            period=manifest.period,
            number=manifest.number,
            units=sum(len(paper.units) for paper in sheet.papers),
            digest=manifest.sheet[:12],
        )
    )
    return 0


def _export(options: argparse.Namespace) -> int:
    async def act(desk: Desk) -> int:
        async with desk.session() as session:
            period = await schemes.period_meant(session, options.period)
            published = await queries.published(session, period)
            if published is None:
                raise NotPublished(period)
            content = await queries.bundle(session, published.id)
        options.file.write_bytes(content)
        print(
            _(
                "已存为 {file}({size} 字节),摘要 {digest}",
                file=options.file,
                size=len(content),
                digest=published.digest,
            )
        )
        return 0

    return run(options, options.tenant, act)


def _receive(options: argparse.Namespace) -> int:
    async def act(desk: Desk) -> int:
        person = desk.somebody()
        content = options.file.read_bytes()
        trusted = keys.trusted(desk.settings.data, desk.tenant.code)
        async with desk.session() as session:
            received = await rollup.hand_in(session, content, trusted=trusted, by=person, at=desk.at)
        if not received.accepted:
            print(received.reason, file=sys.stderr)
            return 2
        print(
            _(
                "已收下 {sender} {period} 的结果包,签名有效,重算一致",
                sender=received.sender_name,
                period=received.period,
            )
        )
        return 0

    return run(options, options.tenant, act)
