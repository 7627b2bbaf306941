"""The command line: one module per noun, each adding its own verbs.

``--as name@tenant`` acts as a named account and is recorded like a page.
"""

import argparse
import errno
import gc
import io
import logging
import sys
from collections.abc import Sequence
from importlib import import_module

from kaocheng import __version__, settings
from kaocheng.cli.options import speak_chinese
from kaocheng.errors import Problem
from kaocheng.i18n import _, speak

# Each names a module of this package with ``add(verbs, common)``; the order is the order of --help.
NOUNS = (
    "demo",
    "serve",
    "work",
    "compute",
    "lint",
    "methods",
    "tenants",
    "people",
    "packs",
    "schemes",
    "figures",
    "score",
    "standings",
    "explain",
    "publish",
    "bundle",
    "keys",
    "record",
    "db",
)


def parser(nouns: Sequence[str] = NOUNS) -> argparse.ArgumentParser:
    """The command line of these nouns: all of them for --help, one for a command that runs."""
    top = argparse.ArgumentParser(prog="kaocheng", description=_("考成:本地考核,本地规则,分分有据"))
    top.add_argument("--version", action="version", version=f"kaocheng {__version__}", help=_("显示版本"))
    top.add_argument("--lang", choices=("zh", "en"), help=_("输出语言"))
    top.add_argument("--as", dest="as_account", metavar=_("账号"), help=_("以谁的身份办理:姓名代码@地区代码"))
    verbs = top.add_subparsers(dest="verb", required=True, metavar=_("命令"))
    gc.disable()  # all that is loaded now stays: looking for dead cycles in it takes a sixth of the time
    for noun in nouns:
        import_module(f"kaocheng.cli.{noun}").add(verbs)
    gc.enable()
    return top


def main(argv: list[str] | None = None) -> int:
    """Run one command; a problem is one sentence on stderr and exit code 2."""
    _let_chinese_out()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    arguments = _everywhere(sys.argv[1:] if argv is None else argv)
    try:
        lang = arguments.index("--lang") + 1 if "--lang" in arguments[:-1] else 0
        speak(arguments[lang] if lang else settings.read().language)
        speak_chinese()
        asked = [word for word in arguments if word in NOUNS][:1]  # a command loads its own modules only
        options = parser(asked or NOUNS).parse_args(arguments)
        return int(options.run(options) or 0)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 0
    except OSError as problem:
        if problem.filename is None:  # not a file of the person's: a mistake of ours
            raise
        facts = {"file": problem.filename, "reason": _said(problem)}
        print(_("“{file}”不能读写({reason});请核对路径、权限和磁盘空间", **facts), file=sys.stderr)
        return 2
    except Exception as problem:
        from kaocheng.db import trouble  # only now: most commands are done before the drivers are loaded

        told = trouble.told(problem)
        if told is None:
            raise
        print(told, file=sys.stderr)
        return 2


def _let_chinese_out() -> None:
    # Of terminals that name no encoding, or one without Chinese, nearly all show UTF-8 all the same.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            try:
                "考成".encode(stream.encoding)
            except UnicodeEncodeError:
                stream.reconfigure(encoding="utf-8", errors="surrogateescape")


def _said(problem: OSError) -> str:
    """Why a file cannot be used, in the reader's language as far as it is one of the usual reasons."""
    usual = {
        errno.ENOENT: _("没有这个文件夹或文件"),
        errno.EACCES: _("没有权限"),
        errno.EPERM: _("没有权限"),
        errno.EISDIR: _("这是文件夹"),
        errno.ENOTDIR: _("路径里有一段不是文件夹"),
        errno.EEXIST: _("同名的文件已经在那里"),
        errno.ENOSPC: _("磁盘已满"),
        errno.EROFS: _("磁盘是只读的"),
    }
    return usual.get(problem.errno or 0) or str(problem.strerror)


def _everywhere(argv: Sequence[str]) -> list[str]:
    """The same arguments, with what every command understands moved to the front.

    >>> _everywhere(["score", "yunling", "2026", "--as", "wang@yunling"])
    ['--as', 'wang@yunling', 'score', 'yunling', '2026']
    """
    front: list[str] = []
    rest = list(argv)
    for option in ("--as", "--lang"):
        while option in rest[:-1]:
            at = rest.index(option)
            front += rest[at : at + 2]
            del rest[at : at + 2]
    return front + rest
