"""``kaocheng packs list | check FOLDER``: what is on the shelf, and what a vendor's folder would bring."""

import argparse
from pathlib import Path

from kaocheng.cli.columns import table
from kaocheng.cli.shelf import installed
from kaocheng.i18n import _
from kaocheng.packs import Pack
from kaocheng.packs import check as packs
from kaocheng.packs.shelf import Installed
from kaocheng.schemes.service import try_templates


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verbs."""
    noun = verbs.add_parser("packs", help=_("指标包:看有哪些,检查一个"))
    actions = noun.add_subparsers(dest="action", required=True, metavar=_("操作"))
    listed = actions.add_parser("list", help=_("列出已安装的指标包,各版本,以及不能使用的原因"))
    listed.set_defaults(run=_list)
    checked = actions.add_parser("check", help=_("检查一个指标包的源文件夹;检查通过引入关系后会运行它的代码"))
    checked.add_argument("folder", type=Path, metavar=_("文件夹"))
    checked.set_defaults(run=_check)


def _list(options: argparse.Namespace) -> int:
    found = installed().installed.values()
    if not found:
        print(_("没有安装任何指标包"))
        return 0
    print(
        table(
            (_("代码"), _("名称"), _("版本"), _("种类"), _("分发包"), _("摘要")),
            [_line(one) for one in found],
        )
    )
    for one in found:
        if one.why_not:
            print(f"{one.code}: {one.why_not}")
    return 0


def _line(one: Installed) -> tuple[str, ...]:
    label, years = (
        (one.pack.label, _("、").join(edition.year for edition in one.pack.editions))
        if one.pack
        else ("–", "–")
    )
    kind = _("代码包") if one.runs_code else _("数据包")
    return one.code, label, years, kind, f"{one.distribution} {one.version}", one.digest[:19]


def _check(options: argparse.Namespace) -> int:
    source = packs.source(options.folder)
    kind = _("代码包") if source.runs_code else _("数据包")
    print(_("{code}:{kind},摘要 {digest}", code=source.code, kind=kind, digest=source.digest))
    found = list(packs.reaches_out(source)) if source.runs_code else []
    if not found:
        pack = packs.load(source)
        found = [*packs.mistakes(pack), *try_templates(pack)]
        _tell(pack)
    for one in found:
        print(one)
    print(_("{count} 处需要改正", count=len(found)) if found else _("没有问题"))
    return 1 if found else 0


def _tell(pack: Pack) -> None:
    for edition in pack.editions:
        print(
            _(
                "{pack} {year} 版({circular}):{indicators} 项指标,{methods} 个自有方法,{templates} 个模板",
                pack=pack.label,
                year=edition.year,
                circular=edition.circular,
                indicators=len(edition.indicators),
                methods=len(edition.methods),
                templates=len(edition.templates),
            )
        )
