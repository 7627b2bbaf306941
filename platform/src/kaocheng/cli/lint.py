"""``kaocheng lint``: what is wrong with a scheme file, each finding with its line and remedy."""

import argparse
from pathlib import Path

from kaocheng.cli.shelf import ShelfAtHand
from kaocheng.i18n import _
from kaocheng.rulebook import lint, read_scheme
from kaocheng.rulebook.files import decoded


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    verb = verbs.add_parser("lint", help=_("检查方案文件(不用数据库)"))
    verb.add_argument("scheme", type=Path, help="scheme.toml")
    verb.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the findings; exit code 1 where one of them is an error."""
    findings = lint(read_scheme(decoded(options.scheme), file=options.scheme.name, packs=ShelfAtHand()))
    for finding in findings:
        print(_("错误") if finding.severity == "error" else _("提醒"), finding)
    if not findings:
        print(_("没有发现问题"))
    return int(any(finding.severity == "error" for finding in findings))
