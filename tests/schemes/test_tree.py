"""A paper is read as a tree: in page order, with points, the method in words, and the clause beside it."""

import tomllib

from kaocheng.engine.recipe import Recipe
from kaocheng.schemes import rules, tree, words

RECIPE = Recipe(
    tomllib.loads(
        """
        code = "a-2026"
        year = "2026"
        periods = { half = "2026H1", year = "2026" }
        [clauses]
        "二" = "目标责任占80%。"
        "表.2" = "完成率低于60%的不得分。"
        "四" = "取不超过25%为优秀。"
        [figures]
        investment = { label = "固定资产投资", unit = "万元", collector = "县发改局" }
        insured = { label = "医保参保率", unit = "%" }
        income = { label = "人均收入", unit = "元", parts = { now = "本期", before = "上年同期" } }
        [papers.township]
        class = "乡镇"
        [papers.township.nodes]
        total.label = "年度总分"
        total.compose = "weighted"
        total.of = { items = "80%", views = "20%" }
        total.clause = "二"
        views = { label = "各方面评价", method = "given", full = 100 }
        items = { label = "责任制", compose = "sum", full = 100 }
        economy = { in = "items", label = "经济发展", compose = "sum", full = 30, collector = "县统计局" }
        investment = { in = "economy", full = 6, method = "completion", least = "60%", clause = "表.2" }
        insured = { in = "economy", full = 4, method = "shortfall", each = 1, deduct = "0.5", steps = "up" }
        income.in = "economy"
        income.full = 7
        income.undefined = "missing"
        income.let = { growth = "(income.now - income.before) / income.before" }
        income.formula = "40% * to_best(income.now) + 60% * efficacy(growth, start = 60%)"
        [papers.township.adjustments]
        bonus = { label = "加分", kind = "bonus", to = "total", most = 5 }
        lead.label = "争先"
        lead.kind = "bonus"
        lead.to = "total"
        lead.formula = "max(0, group.mean(score(items)) - 80)"
        [papers.township.vetoes]
        veto = { label = "一票否决", bars = ["优秀"] }
        slump = { label = "投资下滑", when = "investment < investment@half", down = 1 }
        [papers.township.results.overall]
        by = "total"
        clause = "四"
        bands = [{ grade = "优秀", from = 85, most = "25%", round = "down" }, { grade = "一般" }]
        edge = { by = ["items@year", "bonus"], still_tied = "none" }
        """
    )
)
PAPER = RECIPE.papers["township"]
LINES = {line.code: line for line in tree.lines(RECIPE, PAPER)}


def test_parts_stand_below_what_they_add_to_in_the_order_of_the_page() -> None:
    assert [(line.depth, line.label) for line in tree.lines(RECIPE, PAPER)] == [
        (0, "年度总分"),
        (1, "责任制"),
        (2, "经济发展"),
        (3, "固定资产投资"),
        (3, "医保参保率"),
        (3, "人均收入"),
        (1, "各方面评价"),
    ]


def test_a_leaf_says_its_method_in_words_and_shows_its_clause() -> None:
    line = LINES["investment"]

    assert (line.method, line.details) == ("完成率", ("低于 60% 不得分",))
    assert line.clause_text == "完成率低于60%的不得分。"
    assert (line.full, line.measure, line.collector) == ("6", "万元", "县发改局")


def test_a_collector_is_inherited_down_the_tree() -> None:
    assert LINES["insured"].collector == "县统计局"


def test_weights_are_shown_beside_what_they_weigh() -> None:
    assert LINES["items"].share == "80%"
    assert LINES["total"].details == ("责任制 80%、各方面评价 20%",)


def test_what_comes_after_the_points_is_told_in_words() -> None:
    bonus, _lead, veto, _slump, overall = rules.rules(RECIPE, PAPER)

    assert bonus.says == ("加到年度总分", "合计最多 5 分")
    assert veto.says == ("不得评为优秀",)
    assert "优秀:85 分以上,不超过本类的 25%(舍去零头)" in overall.says
    assert "名额边上并列的,依次比较责任制(全年)、加分" in overall.says
    assert overall.clause_text == "取不超过25%为优秀。"


def test_a_formula_is_read_in_the_tenants_words_and_its_own_names_are_told_after_it() -> None:
    assert LINES["income"].details == (
        "40% × 与最高值之比(本期) + 60% × 功效系数法(①, 起点 = 60%)",
        "① = (本期 - 上年同期) ÷ 上年同期",
        "无从相除:视同没有报",
    )


def test_conditions_and_formulas_after_the_points_are_read_in_words_too() -> None:
    _bonus, lead, _veto, slump, _overall = rules.rules(RECIPE, PAPER)

    assert lead.says[-1] == "较大者(0, 本组平均(责任制) - 80)"
    assert slump.says == ("当 固定资产投资 < 固定资产投资(上半年)", "降 1 等")


def test_an_expression_nobody_can_parse_is_shown_as_it_is_written() -> None:
    assert words.in_words("1 + ", words.Words(str, {})) == "1 +"
