"""``kaocheng methods [ID]``: the list of methods, an entry or a chapter of it, and methods of one's own."""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kaocheng.cli.shelf import ShelfAtHand, installed
from kaocheng.engine.methods import METHODS
from kaocheng.errors import Missing
from kaocheng.i18n import _
from kaocheng.rulebook import catalogue, read_scheme
from kaocheng.rulebook.source import nearest
from kaocheng.rulebook.tables import decoded


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    verb = verbs.add_parser("methods", help=_("计分、合成、调整、定等的方法一览,或其中一条"))
    verb.add_argument(
        "id", nargs="?", default="", metavar="ID", help=_("编号(M30)、代码(efficacy)、名称,或章号(2)")
    )
    verb.add_argument("--scheme", type=Path, metavar="F", help=_("也看这个方案自己的方法"))
    verb.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the list, or what was asked for, as Markdown."""
    print(_asked(options.id, _own(options.scheme)), end="")
    return 0


@dataclass(frozen=True)
class Own:
    """A method that a pack or a scheme names."""

    code: str
    label: str
    formula: str
    keys: tuple[str, ...]
    defaults: Mapping[str, object]
    owner: str

    def section(self) -> str:
        """It as a section, like an entry of the list."""
        keys = [
            f"`{key}`" + (f" = {self.defaults[key]}" if key in self.defaults else "") for key in self.keys
        ]
        lines = [f"## `{self.code}` {self.label}", f"`{self.formula}`", self.owner]
        return "\n\n".join([*lines, *([_("键:{keys}", keys=_("、").join(keys))] if keys else [])]) + "\n"


def _own(scheme: Path | None) -> list[Own]:
    """The methods of the packs installed, each in its newest edition, and of the scheme asked for."""
    found = []
    for one in installed().installed.values():
        for edition in one.pack.editions[-1:] if one.pack else ():
            owner = _("指标包“{pack}”{edition}版", pack=one.code, edition=edition.year)
            found += [
                Own(
                    m.code,
                    m.label,
                    m.formula,
                    tuple(dict.fromkeys([*m.keys, *m.defaults])),
                    m.defaults,
                    owner,
                )
                for m in edition.methods
            ]
    if scheme is not None:
        read = read_scheme(decoded(scheme), file=scheme.name, packs=ShelfAtHand())
        for code, rule in read.recipe.methods.items():
            defaults = rule.get("defaults") or {}
            keys = tuple(dict.fromkeys([*(rule.get("keys") or ()), *defaults]))
            label, owner = str(rule.get("label", "")), _("方案“{name}”", name=read.name)
            found.append(Own(code, label, str(rule.get("formula", "")), keys, defaults, owner))
    return found


def _asked(name: str, own: list[Own]) -> str:
    if not name:
        return "\n".join([catalogue.overview(), *(method.section() for method in own)])
    chapters = catalogue.chapters()
    if name.isdigit() and 0 < int(name) <= len(chapters):
        return catalogue.page(chapters[int(name) - 1])
    sections = [method.section() for method in own if name in (method.code, method.label)]
    sections += [catalogue.section(entry) for entry in catalogue.find(name)]
    if not sections:
        raise NoSuchMethod(name, tuple(method.code for method in own))
    if name in METHODS:
        method = METHODS[name]
        sections.insert(0, f"# `{name}` {method.chinese} · {method.english}\n")
    return "\n".join(sections)


@dataclass(eq=False)
class NoSuchMethod(Missing):
    """Neither a number of the list nor a method's code or name."""

    name: str
    own: tuple[str, ...] = ()

    code = "no_such_method"

    def __str__(self) -> str:
        known = [*METHODS, *self.own, *(entry.id for entry in catalogue.entries())]
        near = nearest(self.name, known)
        return _("没有方法“{name}”", name=self.name) + (_(";{remedy}", remedy=near) if near else "")
