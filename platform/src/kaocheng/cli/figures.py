"""``kaocheng figures import | template | vouch``: workbooks in, blank forms out, a second pair of eyes.

``import`` ends with 0 when all is stored (or, with ``--preview``, could be), 1 when a file has errors
and nothing was stored, 3 when conversions wait to be accepted; any other problem is one sentence and 2.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kaocheng.cli.acting import Desk, run
from kaocheng.db.session import TenantSession
from kaocheng.errors import Invalid, Missing, Problem, Refused
from kaocheng.figures import naming, queries, reading, service
from kaocheng.figures.domain import ConversionsOpen, ErrorsRemain, Stored
from kaocheng.figures.previewing import Preview, sentence
from kaocheng.figures.shelf import tenants_shelf
from kaocheng.i18n import _
from kaocheng.identity.domain import Permission, Role, require
from kaocheng.schemes import queries as schemes
from kaocheng.tenancy import queries as tenancy
from kaocheng.verification import service as verification
from kaocheng.verification.domain import Filter

ERRORS, CONVERSIONS = 1, 3
Say = Callable[[str], None]


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verbs."""
    figures = verbs.add_parser("figures", help=_("填报数据:导入工作簿、下载空白表、核验"))
    of = figures.add_subparsers(dest="figures", required=True, metavar=_("动作"))
    _add_import(of)
    _add_template(of)
    _add_vouch(of)


def _add_import(of: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verb = of.add_parser(
        "import",
        help=_("读取工作簿;没有错误就存入"),
        epilog=_("退出码:0 已存入(或可以存入);1 有错误,没有存;3 有换算等待同意;2 其他问题"),
    )
    verb.add_argument("tenant", metavar=_("地区"))
    verb.add_argument("files", metavar=_("文件"), nargs="+", type=Path)
    verb.add_argument("--form", metavar=_("表"), help=_("哪张表;不写则由文件名和表题认出"))
    verb.add_argument("--period", metavar=_("时段"), help=_("哪个时段;不写则由表题和登记认出"))
    verb.add_argument("--preview", action="store_true", help=_("只看读出了什么、有什么问题,不存"))
    verb.add_argument("--json", action="store_true", help=_("以 JSON 输出"))
    verb.add_argument("--accept-conversions", action="store_true", help=_("同意列出的换算"))
    verb.add_argument("--again", action="store_true", help=_("以前存过的文件,把后来改过的数改回它的数"))
    verb.set_defaults(run=_import)


def _add_template(of: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verb = of.add_parser("template", help=_("写出一张空白表"))
    verb.add_argument("tenant", metavar=_("地区"))
    verb.add_argument("form", metavar=_("表"))
    verb.add_argument("out", metavar=_("输出文件"), type=Path)
    verb.add_argument("--collector", metavar=_("采集单位"), default="", help=_("只要这个采集单位的列"))
    verb.set_defaults(run=_template)


def _add_vouch(of: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verb = of.add_parser("vouch", help=_("核验待核验的数;自己填报的留给别人"))
    verb.add_argument("tenant", metavar=_("地区"))
    verb.add_argument("--period", metavar=_("时段"), default="")
    verb.add_argument("--collector", metavar=_("采集单位"))
    verb.add_argument("--unit", metavar=_("单位"), default="")
    verb.add_argument("--clear", action="store_true", help=_("只核验没有可疑之处的"))
    verb.add_argument("--reason", metavar=_("意见"), default="")
    verb.set_defaults(run=_vouch)


def _import(options: argparse.Namespace) -> int:
    async def act(desk: Desk) -> int:
        if not options.preview:
            require(desk.somebody(), Permission.IMPORT_FIGURES)  # else each file would seem to be at fault
        await _named(desk, options)
        told: list[dict[str, Any]] = []
        read = [(path, path.read_bytes()) for path in options.files]  # one that is not there stops them all
        codes = [await _one(desk, path, content, options, told) for path, content in read]
        if options.json:
            print(json.dumps(told[0] if len(told) == 1 else told, ensure_ascii=False, indent=1))
        return next((code for code in (ERRORS, CONVERSIONS) if code in codes), 0)

    return run(options, options.tenant, act)


async def _named(desk: Desk, options: argparse.Namespace) -> None:
    """Refuse a form or a period that there is none of: the command is mistaken then, and no file."""
    async with desk.session() as session:
        if options.form:
            (await naming.names(session)).form(options.form)
        if options.period:
            await schemes.period_meant(session, options.period)


async def _one(
    desk: Desk, path: Path, content: bytes, options: argparse.Namespace, told: list[dict[str, Any]]
) -> int:
    """One file, in a transaction of its own; what there is to say goes to *told* or the screen."""
    say: Say = (lambda _sentence: None) if options.json else print
    try:
        async with desk.session() as session:
            shelf = await tenants_shelf(session, desk.settings.allowed_packs)
            wanted = {"form": options.form, "period": options.period, "shelf": shelf}
            if options.preview:
                seen = await service.look(session, path.name, content, **wanted)
            else:
                by = desk.somebody()
                seen = await service.preview(session, path.name, content, **wanted, by=by, at=desk.at)
            told.append(await _as_json(session, path, seen))
            _listed(path, seen, say)
    except (Invalid, Refused, Missing) as problem:
        if not options.json:
            raise
        told.append(_unread(path, problem))
        return ERRORS
    if options.preview:
        return ERRORS if seen.errors else 0
    return await _agree(desk, seen, options, told=told[-1], say=say)


async def _agree(
    desk: Desk, seen: Preview, options: argparse.Namespace, *, told: dict[str, Any], say: Say
) -> int:
    assert seen.workbook_id is not None
    try:
        async with desk.session() as session:
            stored = await service.agree(
                session,
                seen.workbook_id,
                by=desk.somebody(),
                at=desk.at,
                accept_conversions=options.accept_conversions,
                again=options.again,
                shelf=await tenants_shelf(session, desk.settings.allowed_packs),
            )
    except ErrorsRemain as problem:
        say(str(problem))
        return ERRORS
    except ConversionsOpen as problem:
        say(str(problem))
        return CONVERSIONS
    told["stored"] = {
        "new": stored.new,
        "changed": stored.changed,
        "withdrawn": stored.withdrawn,
        "unchanged": stored.unchanged,
        "again": stored.again,
        "since": stored.since,
    }
    _came_to(seen, stored, say)
    return 0


def _came_to(seen: Preview, stored: Stored, say: Say) -> None:
    if stored.again:
        say(_("《{name}》以前已经存入,没有重复存", name=seen.name))
        if stored.since:
            say(_("以后有 {n} 个数又改过或被退回;仍用本表的数,请加 --again", n=stored.since))
        return
    say(
        _(
            "《{name}》已存入:新 {new} 个,改 {changed} 个,撤回 {withdrawn} 个,未变 {unchanged} 个",
            name=seen.name,
            new=stored.new,
            changed=stored.changed,
            withdrawn=stored.withdrawn,
            unchanged=stored.unchanged,
        )
    )
    if seen.stated:
        say(_("方案已按本表出一版新草案,冻结之前请核对"))


def _listed(path: Path, seen: Preview, say: Say) -> None:
    say(
        _(
            "《{name}》:{form},{period},{values} 个值;错误 {errors},换算 {conversions},可疑 {doubts}",
            name=path.name,
            form=seen.form_label,
            period=seen.period,
            values=len(seen.values),
            errors=len(seen.errors),
            conversions=len(seen.conversions),
            doubts=len(seen.doubts),
        )
    )
    words = {"error": _("错误"), "conversion": _("换算"), "doubt": _("可疑")}
    for finding in seen.findings:
        say(f"  [{words[finding.kind]}] {sentence(finding)}")


async def _as_json(session: TenantSession, path: Path, seen: Preview) -> dict[str, Any]:
    known = await queries.indicators(session)
    units = {int(unit.id): unit for unit in await tenancy.units(session)}
    return {
        "file": path.name,
        "form": seen.form,
        "period": seen.period,
        "understood": [dict(sheet) for sheet in seen.understood],
        "values": [
            {
                "unit": units[value.key.unit_id].code,
                "of": str(known[value.key.indicator_id].of),
                "indicator": known[value.key.indicator_id].code,
                "field": known[value.key.indicator_id].field,
                "series": value.key.series,
                "value": str(value.value),
                "cell": value.cell,
            }
            for value in seen.values
        ],
        "findings": [_finding(finding) for finding in seen.findings],
    }


def _finding(finding: reading.Finding) -> dict[str, Any]:
    told = finding.as_json()
    return {key: told[key] for key in ("kind", "code", "sheet", "cell", "what", "remedy", "suggestion")}


def _unread(path: Path, problem: Problem) -> dict[str, Any]:
    """A file that could not be read at all, as one finding about the whole of it."""
    said = {"kind": "error", "code": problem.code, "sheet": "", "cell": "", "what": str(problem)}
    return {
        "file": path.name,
        "form": "",
        "period": "",
        "understood": [],
        "values": [],
        "findings": [{**said, "remedy": "", "suggestion": ""}],
    }


def _template(options: argparse.Namespace) -> int:
    async def act(desk: Desk) -> int:
        async with desk.session() as session:
            words = await naming.names(session)
        wanted = words.form(options.form)
        options.out.write_bytes(reading.blank(words, wanted, options.collector))
        print(_("空白表已写到 {path}", path=options.out))
        return 0

    return run(options, options.tenant, act)


def _vouch(options: argparse.Namespace) -> int:
    async def act(desk: Desk) -> int:
        async with desk.session() as session:
            unit = (await tenancy.unit(session, options.unit)).code if options.unit else ""
            period = await schemes.period_meant(session, options.period) if options.period else ""
            wanted = Filter(
                period=period,
                collector=options.collector,
                unit=unit,
                doubted=False if options.clear else None,
            )
            done = await verification.vouch_all(
                session, wanted, by=desk.somebody(Role.VERIFIER), at=desk.at, reason=options.reason
            )
        print(_("已核验 {count} 个数", count=done.count))
        if done.own:
            print(_("另有 {own} 个是您自己填报的,留给其他核验人", own=done.own))
        return 0

    return run(options, options.tenant, act)
