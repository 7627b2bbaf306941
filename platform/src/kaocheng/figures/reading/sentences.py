"""What each finding says: what is wrong, and what to do; in one place, so that nothing is said twice."""

from collections.abc import Callable, Mapping

from kaocheng import numbers
from kaocheng.i18n import _

__all__ = ["remedy", "what"]

Facts = Mapping[str, str]


def what(code: str, facts: Facts) -> str:
    """What was found."""
    return _WHAT[code](facts)


def remedy(code: str, facts: Facts, suggestion: str = "") -> str:
    """What to do about it; the suggestion is named where there is one."""
    advice = _REMEDY[code](facts)
    if suggestion and code in _SUGGESTED:
        return _("是否应为“{suggestion}”?", suggestion=suggestion) + advice
    return advice


def _number_reason(written: str) -> str:
    try:
        numbers.read(written)
    except numbers.NotANumber as reason:
        return reason.reason
    return _("数值过大或过小")


def _checked(f: Facts) -> str:
    """What a check of the scheme's own found: its name, its words, its clause."""
    said = _("不合核对条件“{check}”", check=f["check"])
    said = _("{said}:{say}", said=said, say=f["say"]) if f["say"] else said
    return _("{said}(依据 {clause})", said=said, clause=f["clause"]) if f["clause"] else said


_WHAT: dict[str, Callable[[Facts], str]] = {
    # cells
    "empty_cell": lambda f: _("应填的单元格是空的;空白不是零,也不是“没有此项工作”"),
    "nothing_filled_in": lambda f: _("单位和表头都在,而一个数也没有填"),
    "formula_not_allowed": lambda f: _("单元格里是公式“{written}”,不是数", **f),
    "error_cell": lambda f: _("单元格显示的是错误值“{written}”", **f),
    "not_a_number": lambda f: _(
        "“{written}”不是一个数:{reason}", written=f["written"], reason=_number_reason(f["written"])
    ),
    "not_a_date": lambda f: _("“{written}”不是可以确认的日期", **f),
    "not_a_text": lambda f: _("“{written}”不是文字", **f),
    "too_long": lambda f: _("文字超过 {most} 字", **f),
    "direction_characters": lambda f: _("“{written}”里有改变文字方向的不可见字符", **f),
    "out_of_range": lambda f: _("给了 {value} 分,应在 0 至 {most} 之间", **f),
    "unit_ambiguous": lambda f: _("显示为“{written}”,也可能是“{other}”,分不清是哪一个", **f),
    "merged_cells": lambda f: _("数据单元格被合并为 {range},看不出各是多少", **f),
    "negative_points": lambda f: _("“{type}”的分值“{written}”是负数", **f),
    "rows_open": lambda f: _("“{unit}”各行分值({range})合计 {sum} 分,方案规定为 {full} 分", **f),
    # names
    "unknown_unit": lambda f: _("本表的单位中没有“{written}”", **f),
    "duplicate_unit": lambda f: _("“{unit}”重复出现,第 {first} 行已有", **f),
    "missing_unit": lambda f: _("缺少“{unit}”这一行", **f),
    "nameless_row": lambda f: _("第 {row} 行有数据,但没有单位名称", **f),
    "unknown_type": lambda f: _("类型“{written}”不在办法规定之内", **f),
    "duplicate_row": lambda f: _("与第 {first} 行完全相同", **f),
    # headers
    "no_table": lambda f: _("没有找到“{form}”的表格:看不到与方案相符的表头和单位名称", **f),
    "no_rows": lambda f: _("表头下面没有数据行"),
    "missing_header": lambda f: _("第 {column} 列有数据,但没有表头", **f),
    "missing_column": lambda f: _("缺少“{label}”这一列", **f),
    "unknown_column": lambda f: _("表头“{written}”与方案中的名称都对不上", **f),
    "duplicate_column": lambda f: _("“{label}”出现了两列,{first} 列已有", **f),
    "ambiguous_column": lambda f: _("表头“{written}”可以是:{labels}", **f),
    "measure_differs": lambda f: _("“{label}”的计量单位写的是“{written}”,方案规定为“{declared}”", **f),
    # conversions
    "number_as_text": lambda f: _("文字“{written}”按数 {value} 读入", **f),
    "text_straightened": lambda f: _("“{written}”按 {value} 读入(全角、千分位或不可见字符)", **f),
    "percent_as_text": lambda f: _("文字“{written}”按 {value} 读入", **f),
    "percent_mixed": lambda f: _("本列百分数有两种存法;此格按 {value} 读入", **f),
    "date_as_text": lambda f: _("文字“{written}”按日期 {value} 读入", **f),
    "time_dropped": lambda f: _("“{written}”只取日期 {value}", **f),
    "invisible_characters": lambda f: _("“{written}”里有不可见字符,已去掉", **f),
    "name_straightened": lambda f: _("“{written}”按“{unit}”读入", **f),
    "label_carried_down": lambda f: _("第 {row} 行没有写单位,按上面的“{unit}”读入", **f),
    "points_left_out": lambda f: _("“{type}”不计分,所填分值 {written} 不读入", **f),
    "points_supplied": lambda f: _(
        "“{label}”的分值是 {written},方案草案为 {declared},按本表改为 {written}", **f
    ),
    "clause_supplied": lambda f: _(
        "“{label}”的计分办法与方案草案所引条文({clause})不一致,条文按本表改写", **f
    ),
    # doubts
    "falls": lambda f: _("累计数 {value} 比上一期的 {last} 还小", **f),
    "far_from_last": lambda f: _("{value} 与上一期的 {last} 相差悬殊,其他单位没有这样的变化", **f),
    "far_from_target": lambda f: _("{value} 与目标 {target} 相差悬殊,其他单位没有这样的情况", **f),
    "far_from_peers": lambda f: _("{value} 与其他单位(中间值 {median})相差悬殊", **f),
    "zero_target": lambda f: _("目标是 0,而计分要除以目标"),
    "unasked_not_applicable": lambda f: _("填的是“/”(没有此项工作),而方案没有说这一项可以没有"),
    "negative": lambda f: _("{value} 是负数,而其他单位都是正数", **f),
    "maybe_fractions": lambda f: _("“{label}”整列都不超过 1,而计量单位是 %", **f),
    "period_differs": lambda f: _("标题写的是“{title}”,而这次导入的是 {period}", **f),
    "sheet_left_out": lambda f: _("工作表“{sheet}”不像本表的内容,没有读入", **f),
    # the scheme's own checks
    "check": _checked,
    "check_broken": lambda f: _("方案的核对条件没有算出来:{reason}", **f),
    # catalogue
    "total_differs": lambda f: _("“{label}”写的是 {written} 分,下面各项合计 {sum} 分", **f),
    "clause_changed": lambda f: _("“{label}”的计分办法与方案所引条文({clause})不一致", **f),
    "clause_unbound": lambda f: _("“{label}”的计分办法没有写进方案", **f),
    "points_differ": lambda f: _("“{label}”的分值是 {written},方案为 {declared}", **f),
    "table_measure": lambda f: _("“{label}”的计量单位是“{written}”,方案为“{declared}”", **f),
    "collector_differs": lambda f: _("“{label}”的数据采集责任单位是“{written}”,方案为“{declared}”", **f),
    "rule_missing": lambda f: _("方案中的“{label}”不在指标表里", **f),
    "points_frozen": lambda f: _("“{label}”的分值是 {written},已冻结的方案为 {declared}", **f),
    "points_open": lambda f: _("按本表的分值,方案不能成立:{reason}", **f),
}

_REMEDY: dict[str, Callable[[Facts], str]] = {
    "empty_cell": lambda f: _("请填入数;没有此项工作请填“/”"),
    "nothing_filled_in": lambda f: _("请填好后再导入;是否选了空白表?"),
    "formula_not_allowed": lambda f: _("请复制后以“值”粘贴,或直接键入算出的数"),
    "error_cell": lambda f: _("请查明原因,键入正确的数;没有此项工作请填“/”"),
    "not_a_number": lambda f: _("请按表头的计量单位只填一个数"),
    "not_a_date": lambda f: _("请填成日期格式的单元格,或写成 2026-09-30 的样子;尚未发生的请留空"),
    "not_a_text": lambda f: _("请键入文字"),
    "too_long": lambda f: _("请缩短后再填"),
    "direction_characters": lambda f: _("请删去后重新键入"),
    "out_of_range": lambda f: _("请核对这一格的分数"),
    "unit_ambiguous": lambda f: _("请按表头的计量单位重新键入,全列用同一种写法"),
    "merged_cells": lambda f: _("请取消合并,逐格填写"),
    "negative_points": lambda f: _("加分、扣分都填正数,由类型决定加减"),
    "rows_open": lambda f: _("请改正各行分值,使合计等于 {full}", **f),
    "unknown_unit": lambda f: _("请改成规范名称;不属于本表的单位请删去此行"),
    "duplicate_unit": lambda f: _("请核对此行是哪个单位,删去或改正"),
    "missing_unit": lambda f: _("请补上这个单位的一行"),
    "nameless_row": lambda f: _("请写上单位名称,或删去此行"),
    "unknown_type": lambda f: _("请填:{known}", **f),
    "duplicate_row": lambda f: _("同一事项只填一次,请删去一行"),
    "no_table": lambda f: _("请用本表的模板填写,或核对是否选错了表"),
    "no_rows": lambda f: _("请填写后再导入"),
    "missing_header": lambda f: _("请写上表头,或删去此列"),
    "missing_column": lambda f: _("请补上这一列;表头用方案中的名称"),
    "unknown_column": lambda f: _("请改成方案中的名称;不属于本表的列请删去"),
    "duplicate_column": lambda f: _("请删去其中一列"),
    "ambiguous_column": lambda f: _("请在上一行写明是哪个指标"),
    "measure_differs": lambda f: _("请换算成方案规定的单位,并改正表头"),
    "number_as_text": lambda f: _("无误请同意"),
    "text_straightened": lambda f: _("无误请同意"),
    "percent_as_text": lambda f: _("无误请同意"),
    "percent_mixed": lambda f: _("无误请同意;最好全列用同一种写法"),
    "date_as_text": lambda f: _("无误请同意"),
    "time_dropped": lambda f: _("无误请同意"),
    "invisible_characters": lambda f: _("无误请同意"),
    "name_straightened": lambda f: _("无误请同意"),
    "label_carried_down": lambda f: _("无误请同意"),
    "points_left_out": lambda f: _("无误请同意;否则请改正类型"),
    "points_supplied": lambda f: _("同意后方案出一版新草案,只改本表所列各处;否则请改正本表"),
    "clause_supplied": lambda f: _("同意后方案出一版新草案;计分规则本身不变,冻结之前请核对它是否还合条文"),
    "falls": lambda f: _("累计数不应减少,请与填报单位核实"),
    "far_from_last": lambda f: _("请核对是否多写或少写一位、单位是否写错"),
    "far_from_target": lambda f: _("请核对是否多写或少写一位、单位是否写错"),
    "far_from_peers": lambda f: _("请核对是否多写或少写一位、单位是否写错"),
    "zero_target": lambda f: _("请核对;没有此项任务的请填“/”"),
    "unasked_not_applicable": lambda f: _("确实没有此项工作的,由核验人确认;数是零的请填 0,还没有数的请补报"),
    "negative": lambda f: _("请核对正负号"),
    "maybe_fractions": lambda f: _("请把该列设成百分比格式,核对显示的是 98.5% 还是 0.985%,再导入"),
    "period_differs": lambda f: _("请核对是否选错了文件或时段"),
    "sheet_left_out": lambda f: _("不需要读入的可以不管;应读入的请核对表头"),
    "check": lambda f: {
        "refuse": _("请核对改正;不改正不能导入"),
        "later": _("请核对;各单位报齐后仍不符的,不予计算"),
        "void": _("请核实;不改正的,计分时作废,按缺数据处理"),
    }.get(f["then"], _("请与填报单位核实")),
    "check_broken": lambda f: _("本表照常导入;请核对以前填报的数,计分时还会核对"),
    "total_differs": lambda f: _("请核对分值"),
    "clause_changed": lambda f: _("请核对两处文字,以印发的办法为准,修改方案的条文或指标表"),
    "clause_unbound": lambda f: _("请在方案中写明它的规则,并引用条文"),
    "points_differ": lambda f: _("请以印发的办法为准,修改方案或指标表"),
    "table_measure": lambda f: _("请核对;填报时以方案的计量单位为准"),
    "collector_differs": lambda f: _("请以印发的办法为准,修改方案或指标表"),
    "rule_missing": lambda f: _("请核对指标名称,或在指标表中补上"),
    "points_frozen": lambda f: _("本轮按已冻结的分值计分;要改,请先采用方案的新版并写明理由,再导入本表"),
    "points_open": lambda f: _("请核对本表的分值、各类的分值和合计"),
}

_SUGGESTED = frozenset(
    {
        "duplicate_unit",
        "not_a_date",
        "rule_missing",
        "unit_ambiguous",
        "unknown_column",
        "unknown_type",
        "unknown_unit",
    }
)
