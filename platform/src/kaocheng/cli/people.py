"""``kaocheng people``: accounts of one tenant, for whoever operates this machine."""

import argparse
import re
import secrets
import sys

from kaocheng.cli.acting import Desk, run
from kaocheng.cli.columns import table
from kaocheng.db.session import TenantSession
from kaocheng.i18n import _
from kaocheng.identity import queries, service
from kaocheng.identity.domain import (
    AccountTaken,
    NoSuchAccount,
    NoSuchRole,
    Permission,
    Person,
    PersonId,
    Role,
    require,
    split_account,
)
from kaocheng.tenancy import queries as tenancy


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verbs."""
    noun = verbs.add_parser("people", help=_("人员账号:添加、重设密码、停用、列出"))
    acts = noun.add_subparsers(dest="act", required=True, metavar=_("动作"))

    adding = acts.add_parser("add", help=_("添加一个账号"))
    _account(adding)
    adding.add_argument("label", metavar=_("姓名"))
    adding.add_argument(
        "--roles", default="", metavar="ROLES", help=_("角色,用分号隔开:") + _("、").join(Role)
    )
    adding.add_argument("--unit", metavar=_("单位"), help=_("所在单位的代码或名称"))
    _password(adding)
    adding.set_defaults(run=_add)

    resetting = acts.add_parser("reset", help=_("重设密码,停用的账号同时恢复"))
    _account(resetting)
    _password(resetting)
    resetting.set_defaults(run=_reset)

    closing = acts.add_parser("close", help=_("停用一个账号"))
    _account(closing)
    closing.set_defaults(run=_close)

    listing = acts.add_parser("list", help=_("列出一个地区的账号"))
    listing.add_argument("tenant", metavar=_("地区"))
    listing.set_defaults(run=_list)


def _account(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("account", metavar=_("账号"), help=_("姓名代码@地区代码"))


def _password(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-stdin", action="store_true", help=_("从标准输入读密码;否则生成一个,只显示一次")
    )


def _add(options: argparse.Namespace) -> int:
    name, tenant = split_account(options.account)
    roles = frozenset(map(_role, filter(None, re.split(r"[;;,,\s]+", options.roles))))
    password, told = _chosen(options)

    async def act(desk: Desk) -> int:
        by = _operator(desk)
        async with desk.session() as session:
            if await queries.person_named(session, name):
                raise AccountTaken(options.account)
            unit = (await tenancy.unit(session, options.unit)).id if options.unit else None
            id = await service.add(
                session, code=name, label=options.label, roles=roles, unit=unit, by=by, at=desk.at
            )
            await service.reset(session, id, password, by=by, at=desk.at)
        print(_("已添加 {account}", account=options.account) + told)
        return 0

    return run(options, tenant, act)


def _reset(options: argparse.Namespace) -> int:
    name, tenant = split_account(options.account)
    password, told = _chosen(options)

    async def act(desk: Desk) -> int:
        by = _operator(desk)
        async with desk.session() as session:
            person = await _known(session, name, options.account)
            await service.reset(session, person.id, password, by=by, at=desk.at)
        print(_("已重设 {account} 的密码", account=options.account) + told)
        return 0

    return run(options, tenant, act)


def _close(options: argparse.Namespace) -> int:
    name, tenant = split_account(options.account)

    async def act(desk: Desk) -> int:
        by = _operator(desk)
        async with desk.session() as session:
            person = await _known(session, name, options.account)
            await service.close(session, person.id, by=by, at=desk.at)
        print(_("已停用 {account};重设密码即可恢复", account=options.account))
        return 0

    return run(options, tenant, act)


def _list(options: argparse.Namespace) -> int:
    async def act(desk: Desk) -> int:
        _operator(desk)
        async with desk.session() as session:
            people = await queries.people(session)
        rows = [
            [
                f"{person.code}@{desk.tenant.code}",
                person.label,
                person.unit_label,
                _("、").join(role.label for role in Role if role in person.roles),
                "" if person.active else _("已停用"),
            ]
            for person in people
        ]
        print(table([_("账号"), _("姓名"), _("单位"), _("角色"), _("状态")], rows))
        return 0

    return run(options, options.tenant, act)


def _operator(desk: Desk) -> PersonId | None:
    """Who does it.  Whoever runs this on the machine itself may, or nobody could add the first account."""
    if desk.person is None:
        return None
    require(desk.person, Permission.MANAGE_PEOPLE)
    return desk.person.id


async def _known(session: TenantSession, name: str, account: str) -> Person:
    person = await queries.person_named(session, name)
    if person is None:
        raise NoSuchAccount(account)
    return person


def _role(written: str) -> Role:
    for role in Role:
        if written in (role.value, role.label):
            return role
    raise NoSuchRole(written)


def _chosen(options: argparse.Namespace) -> tuple[str, str]:
    """The password, and what to tell about it."""
    if options.password_stdin:
        return sys.stdin.readline().rstrip("\r\n"), ""
    password = secrets.token_urlsafe(12)
    return password, "\n" + _("密码(只显示这一次):{password}", password=password)
