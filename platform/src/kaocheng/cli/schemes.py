"""``kaocheng schemes list | adopt | freeze | differ | copy``: a tenant's rules, version by version."""

import argparse
from collections.abc import Callable
from pathlib import Path

from kaocheng.cli.acting import Desk, run
from kaocheng.cli.columns import table
from kaocheng.i18n import _
from kaocheng.identity.domain import Permission, PersonId, require
from kaocheng.packs.shelf import open_shelf
from kaocheng.rulebook.tables import decoded
from kaocheng.schemes import queries, service
from kaocheng.schemes.domain import SchemeVersion, copied, difference


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verbs."""
    noun = verbs.add_parser("schemes", help=_("考核方案:看各版本,采用,冻结,比较,复制到下一年"))
    actions = noun.add_subparsers(dest="action", required=True, metavar=_("操作"))
    _action(actions, "list", _list, _("列出一个地区的各个版本"))
    adopt = _action(actions, "adopt", _adopt, _("采用一份方案,作为本年的新草案"))
    adopt.add_argument("file", type=Path, metavar="scheme.toml")
    freeze = _action(actions, "freeze", _freeze, _("冻结最新版本,一轮考核由此开始"))
    freeze.add_argument("--year", type=int, metavar=_("年"))
    freeze.add_argument("--reason", default="", metavar=_("理由"), help=_("取代已冻结的版本时必须写明"))
    differ = _action(actions, "differ", _differ, _("逐条列出同一年两个版本的不同"))
    differ.add_argument("year", type=int, metavar=_("年"))
    differ.add_argument("before", type=int, metavar=_("旧版"))
    differ.add_argument("after", type=int, metavar=_("新版"))
    copy = _action(actions, "copy", _copy, _("印出现行方案改为另一年的副本,供修改后采用"))
    copy.add_argument("year", type=int, metavar=_("年"))


def _action(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    act: Callable[[argparse.Namespace], int],
    what: str,
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=what)
    parser.add_argument("tenant", metavar=_("地区"))
    parser.set_defaults(run=act)
    return parser


def _list(options: argparse.Namespace) -> int:
    async def act(desk: Desk) -> int:
        _may(desk, Permission.READ_RULES)
        async with desk.session() as session:
            versions = await queries.versions(session)
        rows = [
            (v.label, v.code, v.state.label, f"{v.adopted_at:%Y-%m-%d}", v.recipe_digest[:12], v.reason)
            for v in versions
        ]
        print(table((_("版本"), _("代码"), _("状态"), _("采用日期"), _("摘要"), _("理由")), rows))
        return 0

    return run(options, options.tenant, act)


def _adopt(options: argparse.Namespace) -> int:
    text = decoded(options.file)

    async def act(desk: Desk) -> int:
        by = _may(desk, Permission.WRITE_RULES)
        shelf = open_shelf(desk.settings.allowed_packs).for_tenant(desk.tenant.packs)
        async with desk.session() as session:
            kept = await service.adopt(session, text, by=by, at=desk.at, shelf=shelf, file=str(options.file))
        _tell(kept)
        return 0

    return run(options, options.tenant, act)


def _freeze(options: argparse.Namespace) -> int:
    async def act(desk: Desk) -> int:
        by = _may(desk, Permission.WRITE_RULES)
        async with desk.session() as session:
            frozen = await service.freeze(
                session, by=by, at=desk.at, reason=options.reason, year=options.year
            )
        _tell(frozen)
        return 0

    return run(options, options.tenant, act)


def _differ(options: argparse.Namespace) -> int:
    async def act(desk: Desk) -> int:
        _may(desk, Permission.READ_RULES)
        async with desk.session() as session:
            before = await queries.version(session, options.year, options.before)
            after = await queries.version(session, options.year, options.after)
        changes = difference(before, after)
        if changes:
            print(table((_("位置"), before.label, after.label), changes))
        else:
            print(_("两版的规则完全相同"))
        return 0

    return run(options, options.tenant, act)


def _copy(options: argparse.Namespace) -> int:
    async def act(desk: Desk) -> int:
        _may(desk, Permission.READ_RULES)
        async with desk.session() as session:
            in_force = await queries.in_force(session)
        print(copied(in_force.text, options.year), end="")
        return 0

    return run(options, options.tenant, act)


def _may(desk: Desk, permission: Permission) -> PersonId:
    person = desk.somebody()
    require(person, permission)
    return person.id


def _tell(version: SchemeVersion) -> None:
    print(
        _(
            "{name} {version}:{state},规则摘要 {digest}",
            name=version.name,
            version=version.label,
            state=version.state.label,
            digest=version.recipe_digest,
        )
    )
