"""How something handed in is refused: what happened, to which thing, and what to do next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kaocheng.errors import Invalid, Missing, Refused
from kaocheng.formats import moment
from kaocheng.i18n import _


@dataclass(eq=False)
class NotAValue(Invalid):
    """What was typed cannot be the value of this indicator."""

    indicator: str
    written: str
    reason: str

    code = "not_a_value"

    def __str__(self) -> str:
        return _(
            "“{indicator}”不能填“{written}”:{reason}",
            indicator=self.indicator,
            written=self.written[:40],
            reason=self.reason,
        )


@dataclass(eq=False)
class NoSuchWorkbook(Missing):
    """No such workbook in this tenant, or it is somebody else's."""

    id: int

    def __str__(self) -> str:
        return _("没有这个工作簿;请回到导入页重新选择文件")


@dataclass(eq=False)
class NoSuchFigure(Missing):
    """No such figure in this tenant."""

    what: str = ""  # in words of the office; an address is not said back to whoever asked

    def __str__(self) -> str:
        if not self.what:
            return _("没有这个数;请从待核验页或我的填报里重新点开")
        return _("没有这个数:{what};请核对时段、单位和指标", what=self.what)


@dataclass(eq=False)
class ErrorsRemain(Refused):
    """A workbook with errors is stored whole or not at all, so not at all."""

    name: str
    count: int
    first: str = ""

    code = "errors_remain"

    def __str__(self) -> str:
        return _(
            "《{name}》还有 {count} 处错误,一个数也没有存({first});请改正后重新导入",
            name=self.name,
            count=self.count,
            first=self.first,
        )


@dataclass(eq=False)
class ConversionsOpen(Refused):
    """Values were straightened while reading, and nobody has agreed to that yet."""

    name: str
    count: int

    code = "conversions_open"

    def __str__(self) -> str:
        return _(
            "《{name}》有 {count} 处写法经过换算,请先看过并同意换算,再存入(命令行用 --accept-conversions)",
            name=self.name,
            count=self.count,
        )


@dataclass(eq=False)
class Discarded(Refused):
    """Somebody decided against this file."""

    name: str

    code = "discarded"

    def __str__(self) -> str:
        return _("《{name}》已经放弃;要用它,请重新导入这个文件", name=self.name)


@dataclass(eq=False)
class AlreadyStored(Refused):
    """What was stored cannot be taken back, only superseded."""

    name: str

    code = "already_stored"

    def __str__(self) -> str:
        return _("《{name}》已经存入,不能放弃;有错请导入更正后的文件", name=self.name)


@dataclass(eq=False)
class NotYoursToFile(Refused):
    """Somebody else collects this figure."""

    indicator: str
    collector: str
    unit: str

    code = "not_yours_to_file"

    def __str__(self) -> str:
        return _(
            "{unit}的“{indicator}”由{collector}填报,不归您填;请交由其填报,或请考核办代填",
            unit=self.unit,
            indicator=self.indicator,
            collector=self.collector or _("考核办"),
        )


@dataclass(eq=False)
class Overtaken(Refused):
    """Somebody filed another value while this one was being typed."""

    indicator: str
    value: str
    filer: str
    at: datetime

    code = "overtaken"

    def __str__(self) -> str:
        return _(
            "“{indicator}”在您填写期间已由{filer}填为 {value}({at});没有改动它,请看过再决定是否更正",
            indicator=self.indicator,
            filer=self.filer,
            value=self.value,
            at=moment(self.at),
        )


@dataclass(eq=False)
class NotFiled(Invalid):
    """Some of what was typed is no value; nothing of it was kept."""

    mistakes: Mapping[Any, str]  # by the key of the figure

    code = "not_filed"

    def __str__(self) -> str:
        return (
            next(iter(self.mistakes.values()))
            if len(self.mistakes) == 1
            else _(
                "有 {count} 项填得不对,一项也没有存:{first}",
                count=len(self.mistakes),
                first=next(iter(self.mistakes.values())),
            )
        )
