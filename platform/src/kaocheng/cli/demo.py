"""``kaocheng demo``: a fictional county's whole year, from its workbooks to what the city above reads."""

import argparse
from contextlib import ExitStack
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from kaocheng import settings as settings_
from kaocheng.cli.running import orderly, running, stop
from kaocheng.i18n import _


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    verb = verbs.add_parser("demo", help=_("演示:虚构的云岭县一年的考核,从工作簿到公布、上报"))
    verb.add_argument("--tenants", type=Path, metavar=_("文件夹"), help=_("改用这个文件夹里的地区"))
    verb.add_argument("--no-serve", action="store_true", help=_("只准备数据,不提供网页"))
    verb.add_argument("--stop", action="store_true", help=_("停止正在运行的演示"))
    verb.set_defaults(run=_demo)


def _demo(options: argparse.Namespace) -> int:
    settings = replace(settings_.read(), demo=True)
    if options.stop:
        stopped = settings.data.is_dir() and stop(settings.data)
        print(_("演示已停止") if stopped else _("没有正在运行的演示"))
        return 0
    settings.data.mkdir(parents=True, exist_ok=True)
    folder = options.tenants or own_tenants()
    with orderly(), ExitStack() as stack:
        ours = None if options.no_serve else stack.enter_context(running(settings.data))
        if isinstance(ours, str):
            print(_("演示已在运行:{address}", address=ours or _("(正在准备)")))
            return 0
        # Only now: everything there is takes a second to load, and to stop a demo needs none of it.
        from kaocheng.cli.preparing import prepare
        from kaocheng.cli.serve import address, bound, serve

        if ours is None:
            prepare(settings, stack, folder)
            return 0
        door = stack.enter_context(bound(settings))
        urls = prepare(settings, stack, folder)
        ours.at(address(door))
        print(_("请打开 {address} ,选一个身份进入;Ctrl-C 停止", address=address(door)), flush=True)
        serve(settings, urls, door)
    return 0


def own_tenants() -> Path:
    """The demo's tenants: inside an installed wheel, or at the root of a checkout."""
    package = Path(str(files("kaocheng")))
    inside = package / "_tenants"
    return inside if inside.is_dir() else package.parents[2] / "tenants"
