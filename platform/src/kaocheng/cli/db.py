"""``kaocheng db``: what an external server's administrator must run, and bringing its tables up to date."""

import argparse
import secrets

from sqlalchemy.engine import URL, make_url

from kaocheng import settings as settings_
from kaocheng.db import external, migrate, roles
from kaocheng.errors import Invalid
from kaocheng.i18n import _


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verbs."""
    noun = verbs.add_parser("db", help=_("外部数据库:管理员要执行的语句,升级表结构"))
    acts = noun.add_subparsers(dest="act", required=True, metavar=_("动作"))
    printing = acts.add_parser("sql", help=_("打印数据库管理员要执行一次的语句"))
    printing.add_argument("--database", default="kaocheng", metavar=_("库名"))
    printing.add_argument("--backup", action="store_true", help=_("同时建立备份专用的角色"))
    printing.set_defaults(run=_sql)
    migrating = acts.add_parser("migrate", help=_("把 KAOCHENG_OWNER_URL 的表结构升级到本版本"))
    migrating.set_defaults(run=_migrate)


class NoOwnerUrl(Invalid):
    """Nothing says which database to bring up to date."""

    code = "no_owner_url"

    def __str__(self) -> str:
        return _("请设置 KAOCHENG_OWNER_URL,用 {owner} 登录要升级的数据库", owner=roles.OWNER)


def _sql(options: argparse.Namespace) -> int:
    owner, app = secrets.token_urlsafe(18), secrets.token_urlsafe(18)
    backup = secrets.token_urlsafe(18) if options.backup else None
    print(f"-- {_('由数据库超级用户在 psql 里执行一次;口令刚刚生成,只打印这一次')}")
    print(
        roles.script(
            database=options.database, owner_password=owner, app_password=app, backup_password=backup
        )
    )
    print(f"-- {_('然后在运行 kaocheng 的机器上设置(把 SERVER 换成数据库的地址):')}")
    for name, role, password in (
        ("DATABASE_URL", roles.APP, app),
        ("KAOCHENG_OWNER_URL", roles.OWNER, owner),
    ):
        place = URL.create("postgresql", role, password, "SERVER", 5432, options.database)
        print(f"-- {name}={place.render_as_string(hide_password=False)}")
    return 0


def _migrate(_options: argparse.Namespace) -> int:
    url = settings_.read().owner_url
    if url is None:
        raise NoOwnerUrl
    before = migrate.current(external.owner(url))
    migrate.upgrade(url)
    name = make_url(url).database
    print(_("{database}: {before} → {after}", database=name, before=before or "-", after=migrate.head()))
    return 0
