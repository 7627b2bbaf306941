"""The three lists of a tenant's folder: units.csv, people.csv, history.csv."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from kaocheng import numbers
from kaocheng.errors import Place
from kaocheng.i18n import LANGUAGES, _
from kaocheng.identity.domain import OF_A_UNIT, Role, UnitNeeded, is_code
from kaocheng.numbers import NotANumber
from kaocheng.tenancy.domain import PastResult
from kaocheng.tenancy.folder.declared import DeclaredPerson, DeclaredUnit
from kaocheng.tenancy.folder.files import Line, lines
from kaocheng.tenancy.folder.mistakes import Mistakes

__all__ = ["Names", "read_history", "read_people", "read_units"]

UNITS = ("code", "label", "class", "parent", "ordinal", "from")
PEOPLE = ("code", "label", "unit", "roles", "language")
HISTORY = ("period", "unit", "score", "rank", "grade", "invented")
YES_NO = {"true": True, "false": False, "是": True, "否": False}


class Names:
    """The units a folder declares, found by code or by label."""

    def __init__(self, units: Sequence[DeclaredUnit]) -> None:
        self._codes = {unit.label: unit.code for unit in units}
        self._codes |= {unit.code: unit.code for unit in units}

    def code(self, name: str, place: Place, mistakes: Mistakes) -> str | None:
        """The code of the unit *name* names; an unknown one is a mistake."""
        if name not in self._codes and (self._codes or not mistakes.found):
            # A list of units that could not be read at all is mistake enough.
            mistakes.unknown(place, _("单位"), name, self._codes)
        return self._codes.get(name)


def read_units(path: Path, mistakes: Mistakes) -> tuple[DeclaredUnit, ...]:
    """The units, in the order of their ordinals, else of their lines."""
    read: list[DeclaredUnit] = []
    seen = _Seen(mistakes)
    later: list[Line] = []
    for line in lines(path, UNITS[:2], None, mistakes):
        if line["from"]:
            later.append(line)
            continue
        seen.once(line, "code")
        seen.once(line, "label")
        ordinal = _whole(line, "ordinal", mistakes)
        read.append(
            DeclaredUnit(
                code=_code(line, mistakes),
                label=_wanted(line, "label", mistakes),
                group=line["class"] or None,
                parent=line["parent"] or None,
                attributes=_attributes(line),
                ordinal=len(read) + 1 if ordinal is None else ordinal,
                place=line.place,
            )
        )
    _check_parents(read, mistakes)
    changes = _changes(later, {unit.code: unit.label for unit in read}, mistakes)
    whole = [replace(unit, changes=tuple(sorted(changes.get(unit.code, {}).items()))) for unit in read]
    return tuple(sorted(whole, key=lambda unit: unit.ordinal))


def _attributes(line: Line) -> dict[str, str]:
    return {k: v for k, v in line.cells.items() if k and v and k not in UNITS}


Changes = dict[str, dict[str, Mapping[str, str]]]  # unit → day → the attributes that are others from then on


def _changes(later: Iterable[Line], labels: Mapping[str, str], mistakes: Mistakes) -> Changes:
    """Further lines of a unit: what is another from the day in ``from`` on."""
    found: Changes = {}
    for line in later:
        code, day = line["code"], _day(line, mistakes)
        if code not in labels:
            mistakes.add(line.place, _("“{code}”没有不写 from 的一行;请先写它本来的情况", code=code))
        for column in ("label", "class", "parent", "ordinal"):
            if line[column] and (column, line[column]) != ("label", labels.get(code)):
                reason = _("自某天起能变的只有属性;“{column}”请改在不写 from 的一行", column=column)
                mistakes.add(line.place, reason)
        if day in found.setdefault(code, {}):
            mistakes.add(line.place, _("“{code}”自 {day} 起的变化写了两次", code=code, day=day))
        found[code][day] = _attributes(line)
    return found


def _day(line: Line, mistakes: Mistakes) -> str:
    try:
        return date.fromisoformat(line["from"]).isoformat()
    except ValueError:
        mistakes.add(line.place, _("“{written}”不是日期;请写成 2026-07-01 的样子", written=line["from"]))
        return line["from"]


def read_people(path: Path, names: Names, mistakes: Mistakes) -> tuple[DeclaredPerson, ...]:
    """The people, in the order of their lines."""
    read = []
    seen = _Seen(mistakes)
    for line in lines(path, PEOPLE[:4], PEOPLE, mistakes):
        seen.once(line, "code")
        roles = frozenset(_roles(line, mistakes))
        for role in sorted(roles & OF_A_UNIT):
            if not line["unit"]:
                mistakes.add(line.place, str(UnitNeeded(role)))
        read.append(
            DeclaredPerson(
                code=_code(line, mistakes),
                label=_wanted(line, "label", mistakes),
                unit=names.code(line["unit"], line.place, mistakes) if line["unit"] else None,
                roles=roles,
                language=_language(line, mistakes),
            )
        )
    return tuple(read)


def read_history(path: Path, names: Names, invented: bool, mistakes: Mistakes) -> tuple[PastResult, ...]:
    """Earlier results, in the order of their lines; a line may say that it is invented."""
    read = []
    seen: dict[tuple[str, str], int] = {}
    for line in lines(path, ("period", "unit", "grade"), HISTORY, mistakes):
        unit = names.code(_wanted(line, "unit", mistakes), line.place, mistakes) or ""
        key = (mistakes.period(line.place, _wanted(line, "period", mistakes)), unit)
        if unit and key in seen:  # whose it is must be known, or every line would be the first one again
            mistakes.add(line.place, _("第 {line} 行已有同一单位同一年度的结果", line=seen[key]))
        seen.setdefault(key, line.place.line)
        read.append(
            PastResult(
                period=key[0],
                unit=unit,
                grade=_wanted(line, "grade", mistakes),
                score=_number(line, "score", mistakes),
                rank=_whole(line, "rank", mistakes),
                invented=_yes(line, "invented", invented, mistakes),
            )
        )
    return tuple(read)


class _Seen:
    """Finds what stands twice in a column where each may stand once."""

    def __init__(self, mistakes: Mistakes) -> None:
        self._mistakes = mistakes
        self._lines: dict[tuple[str, str], int] = {}

    def once(self, line: Line, column: str) -> None:
        key = (column, line[column])
        if line[column] and key in self._lines:
            self._mistakes.add(
                line.place,
                _("“{value}”在第 {line} 行已经有了", value=line[column], line=self._lines[key]),
            )
        self._lines.setdefault(key, line.place.line)


def _code(line: Line, mistakes: Mistakes) -> str:
    code = _wanted(line, "code", mistakes)
    if code and not is_code(code):
        mistakes.add(line.place, _("代码“{code}”只能用英文字母、数字和 _ . -,最多 64 个字符", code=code))
    return code


def _wanted(line: Line, column: str, mistakes: Mistakes) -> str:
    if not line[column]:
        mistakes.add(line.place, _("“{column}”是空的", column=column))
    return line[column]


def _whole(line: Line, column: str, mistakes: Mistakes) -> int | None:
    number = _number(line, column, mistakes)
    if number is None:
        return None
    if number != int(number) or not 0 < number < 10**6:
        mistakes.add(line.place, _("“{column}”应为正整数,现为“{value}”", column=column, value=line[column]))
        return None
    return int(number)


def _number(line: Line, column: str, mistakes: Mistakes) -> Decimal | None:
    if not line[column]:
        return None
    try:
        return numbers.decimal(line[column])
    except NotANumber as error:
        mistakes.add(line.place, str(error))
        return None


def _yes(line: Line, column: str, otherwise: bool, mistakes: Mistakes) -> bool:
    written = line[column].lower()
    if written and written not in YES_NO:
        mistakes.add(line.place, _("“{column}”应写是或否,现为“{value}”", column=column, value=written))
    return YES_NO.get(written, otherwise)


def _roles(line: Line, mistakes: Mistakes) -> Iterator[Role]:
    for written in filter(None, (part.strip() for part in re.split("[;;]", line["roles"]))):
        if written in Role.__members__.values():
            yield Role(written)
        else:
            mistakes.unknown(line.place, _("角色"), written, list(Role))


def _language(line: Line, mistakes: Mistakes) -> str:
    language = line["language"] or "zh"
    if language not in LANGUAGES:
        mistakes.unknown(line.place, _("语言"), language, LANGUAGES)
    return language


def _check_parents(units: Iterable[DeclaredUnit], mistakes: Mistakes) -> None:
    above = {unit.code: unit.parent for unit in units}
    for unit in units:
        if unit.parent and unit.parent not in above:
            mistakes.unknown(unit.place, _("上级单位"), unit.parent, above)
        elif _circles(unit.code, above):
            mistakes.add(unit.place, _("“{unit}”的上级单位绕了一圈又回到它自己", unit=unit.label))


def _circles(code: str, above: Mapping[str, str | None]) -> bool:
    seen = {code}
    step = above.get(code)
    while step and step not in seen:
        seen.add(step)
        step = above.get(step)
    return step == code
