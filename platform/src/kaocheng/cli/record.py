"""``kaocheng record``: check a tenant's record, or take it out to be checked elsewhere."""

import argparse
import asyncio
import sys
from pathlib import Path

from kaocheng import settings as settings_
from kaocheng.db.embedded import database
from kaocheng.db.session import TenantId, connect, shared_session
from kaocheng.i18n import _
from kaocheng.record.verify import Head, Verdict, export, from_database, from_export, verify
from kaocheng.tenancy import queries


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verbs."""
    noun = verbs.add_parser("record", help=_("操作记录:核验是否被改动过,导出"))
    acts = noun.add_subparsers(dest="act", required=True, metavar=_("动作"))

    verifying = acts.add_parser("verify", help=_("核验一个地区的操作记录"))
    verifying.add_argument("tenant", nargs="?", metavar=_("地区"))
    verifying.add_argument("--file", type=Path, metavar=_("文件"), help=_("核验导出的文件,不用数据库"))
    verifying.add_argument(
        "--known", metavar=_("序号:摘要"), help=_("以前记在别处的末尾;没有它,整段截去或重写看不出来")
    )
    verifying.set_defaults(run=_verify)

    exporting = acts.add_parser("export", help=_("把操作记录写成一行一条的文本,输出到标准输出"))
    exporting.add_argument("tenant", metavar=_("地区"))
    exporting.set_defaults(run=_export)


def _verify(options: argparse.Namespace) -> int:
    known = Head.parse(options.known) if options.known else None
    if options.file:
        return _told(verify(from_export(options.file), known=known))
    if not options.tenant:
        print(_("请写明地区,或用 --file 给出导出的文件"), file=sys.stderr)
        return 2
    with database(settings_.read()) as urls:
        entries, head = from_database(urls.app, _number(urls.app, options.tenant))
        return _told(verify(entries, head, known))


def _export(options: argparse.Namespace) -> int:
    with database(settings_.read()) as urls:
        entries, _head = from_database(urls.app, _number(urls.app, options.tenant))
        for line in export(entries):
            print(line)
    return 0


def _told(verdict: Verdict) -> int:
    if verdict.broken:
        place = _("第 {seq} 条起不可信:{reason}", seq=verdict.broken.seq, reason=verdict.broken.reason)
        print(place, file=sys.stderr)
        return 1
    print(_("{count} 条记录,前后衔接,未被改动;末尾 {head}", count=verdict.entries, head=verdict.head))
    return 0


def _number(url: str, code: str) -> TenantId:
    async def ask() -> TenantId:
        engine = connect(url, size=1)
        try:
            async with shared_session(engine) as shared:
                return (await queries.tenant_named(shared, code)).id
        finally:
            await engine.dispose()

    return asyncio.run(ask())
