"""``kaocheng keys``: the key a tenant signs with, and the keys it trusts."""

import argparse

from kaocheng.cli.acting import Desk, run
from kaocheng.i18n import _
from kaocheng.identity.domain import Role
from kaocheng.rollup import service as rollup
from kaocheng.standings import keys


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the noun."""
    parser = verbs.add_parser("keys", help=_("公钥:查看本地的,登记对方的"))
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


def _show(options: argparse.Namespace) -> int:
    async def act(desk: Desk) -> int:
        key = keys.public(keys.own(desk.settings.data, desk.tenant.code))
        print(f"{key.line}  # {desk.tenant.code} {key.id}")
        return 0

    return run(options, options.tenant, act)


def _trust(options: argparse.Namespace) -> int:
    async def act(desk: Desk) -> int:
        key = keys.read_public(options.key)
        async with desk.session() as session:
            new = await rollup.trust(
                session,
                options.sender,
                key,
                by=desk.somebody(Role.OPERATOR),
                at=desk.at,
                data=desk.settings.data,
            )
        if new:
            print(_("已登记 {sender} 的公钥 {key}", sender=options.sender, key=key.id))
        else:
            print(_("{sender} 的公钥 {key} 早已登记", sender=options.sender, key=key.id))
        return 0

    return run(options, options.tenant, act)


def _list(options: argparse.Namespace) -> int:
    async def act(desk: Desk) -> int:
        for sender, key in keys.trusted(desk.settings.data, desk.tenant.code):
            print(f"{sender}  {key.id}  {key.line}")
        return 0

    return run(options, options.tenant, act)
