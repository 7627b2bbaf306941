"""``kaocheng bundle`` and ``kaocheng keys``: results as signed files, checked without any database."""

import argparse
import sys
from pathlib import Path

from kaocheng import settings as settings_
from kaocheng.cli.acting import Desk, run
from kaocheng.errors import Invalid
from kaocheng.i18n import _
from kaocheng.rollup import service as rollup
from kaocheng.standings import bundle, keys, queries
from kaocheng.standings.domain import NotPublished


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register both nouns."""
    _bundle(verbs.add_parser("bundle", help=_("结果包:校验、导出、接收")))
    _keys(verbs.add_parser("keys", help=_("公钥:查看本地的,登记对方的")))


def _bundle(parser: argparse.ArgumentParser) -> None:
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


def _keys(parser: argparse.ArgumentParser) -> None:
    does = parser.add_subparsers(dest="does", required=True, metavar=_("动作"))
    show = does.add_parser("show", help=_("本地的公钥,交给上级登记"))
    show.add_argument("tenant", metavar=_("地区"))
    show.set_defaults(run=_show)
    trust = does.add_parser("trust", help=_("登记对方的公钥"))
    trust.add_argument("tenant", metavar=_("地区"))
    trust.add_argument("sender", metavar=_("对方"))
    trust.add_argument("key", metavar=_("公钥"), help=_("公钥文件,或“ed25519 …”一行"))
    trust.set_defaults(run=_trust)
    listed = does.add_parser("list", help=_("已登记的公钥"))
    listed.add_argument("tenant", metavar=_("地区"))
    listed.set_defaults(run=_list)


def _verify(options: argparse.Namespace) -> int:
    read = bundle.read(_content(options.file))
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
            published = await queries.published(session, options.period)
            if published is None:
                raise NotPublished(options.period)
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
        content = _content(options.file)
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


def _show(options: argparse.Namespace) -> int:
    async def act(desk: Desk) -> int:
        key = keys.public(keys.own(desk.settings.data, desk.tenant.code))
        print(f"{key.line}  # {desk.tenant.code} {key.id}")
        return 0

    return run(options, options.tenant, act)


def _trust(options: argparse.Namespace) -> int:
    key = keys.read_public(options.key)
    new = keys.pin(settings_.read().data, options.tenant, options.sender, key)
    print(
        _("已登记 {sender} 的公钥 {key}", sender=options.sender, key=key.id)
        if new
        else _("{sender} 的公钥 {key} 早已登记", sender=options.sender, key=key.id)
    )
    return 0


def _list(options: argparse.Namespace) -> int:
    for sender, key in keys.trusted(settings_.read().data, options.tenant):
        print(f"{sender}  {key.id}  {key.line}")
    return 0


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise Invalid(_("读不了文件“{file}”:{reason}", file=path, reason=problem.strerror)) from problem
