"""The command line: one module per noun, each adding its own verbs.

``kaocheng --as name@tenant …`` acts as a named account and is recorded like a page.
"""

import argparse
import sys
from importlib import import_module

from kaocheng.errors import Problem
from kaocheng.i18n import _, speak

# Each names a module of this package with ``add(verbs, common)``; the order is the order of --help.
NOUNS = ("compute",)


def parser() -> argparse.ArgumentParser:
    """The whole command line, as one parser."""
    top = argparse.ArgumentParser(prog="kaocheng", description=_("考成:本地考核,本地规则,分分有据"))
    top.add_argument("--lang", choices=("zh", "en"), help=_("输出语言"))
    verbs = top.add_subparsers(dest="verb", required=True, metavar=_("命令"))
    for noun in NOUNS:
        import_module(f"kaocheng.cli.{noun}").add(verbs)
    return top


def main(argv: list[str] | None = None) -> int:
    """Run one command; a problem is one sentence on stderr and exit code 2."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if "--lang" in arguments[:-1]:
        speak(arguments[arguments.index("--lang") + 1])
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 0
