"""``kaocheng serve``: the pages, with the worker beside them."""

import argparse
import asyncio
import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

import uvicorn

from kaocheng import settings as settings_
from kaocheng.cli.running import ending, orderly
from kaocheng.cli.work import working
from kaocheng.db.embedded import database
from kaocheng.db.roles import Urls
from kaocheng.errors import Refused
from kaocheng.i18n import _
from kaocheng.settings import Settings
from kaocheng.web.app import create_app

__all__ = ["PortBusy", "address", "bound", "serve"]


@dataclass(eq=False)
class PortBusy(Refused):
    """Another program listens where the pages should be served."""

    host: str
    port: int

    code = "port_busy"

    def __str__(self) -> str:
        return _(
            "{host} 的端口 {port} 已被别的程序占用;请用 KAOCHENG_PORT 换一个,或先停掉那个程序",
            host=self.host,
            port=self.port,
        )


@dataclass(eq=False)
class NoSuchHost(Refused):
    """The address to serve on is not one of this machine's."""

    host: str

    code = "no_such_host"

    def __str__(self) -> str:
        return _("这台机器没有地址“{host}”;请核对 KAOCHENG_HOST", host=self.host)


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    verb = verbs.add_parser("serve", help=_("提供网页服务(含后台任务),直到 Ctrl-C"))
    verb.set_defaults(run=_serve)


def _serve(options: argparse.Namespace) -> int:
    settings = settings_.read()
    with orderly(), bound(settings) as door, database(settings) as urls:
        print(_("考成已在 {address} 提供服务;Ctrl-C 停止", address=address(door)), flush=True)
        serve(settings, urls, door)
    return 0


def serve(settings: Settings, urls: Urls, door: socket.socket) -> None:
    """Serve pages and work off jobs until a signal ends it; what is being answered is finished first."""
    asyncio.run(_until_told(settings, urls, door))


class _Pages(uvicorn.Server):
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        ending()  # it may take a while: what is being answered is finished first
        super().handle_exit(sig, frame)


async def _until_told(settings: Settings, urls: Urls, door: socket.socket) -> None:
    config = uvicorn.Config(
        create_app(settings, urls),
        log_config=None,  # it says its part where we say ours
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=20,
    )
    pages = _Pages(config)

    def without_a_worker(_ended: asyncio.Task[None]) -> None:
        # Pages whose jobs never finish would be worse than none: whoever watches us starts us again.
        pages.should_exit = True

    async with working(settings, urls) as worker:
        worker.add_done_callback(without_a_worker)
        await pages.serve(sockets=[door])
        if worker.done():
            worker.result()


@contextmanager
def bound(settings: Settings) -> Iterator[socket.socket]:
    """The port, taken before anything else is begun, so that a busy one is known at once.

    Raises:
        PortBusy: somebody listens there.
        NoSuchHost: the address is not this machine's.
    """
    try:
        family, kind, proto, _name, place = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM
        )[0]
        door = socket.socket(family, kind, proto)
    except socket.gaierror:
        raise NoSuchHost(settings.host) from None
    with door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(place)
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                raise PortBusy(settings.host, settings.port) from None
            raise NoSuchHost(settings.host) from None
        yield door


def address(door: socket.socket) -> str:
    """Where a browser finds it."""
    host, port = door.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
