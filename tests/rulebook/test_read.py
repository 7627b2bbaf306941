"""Reading a scheme: what is refused, with its line and its remedy, and what papers take from one another."""

import pytest

from kaocheng.rulebook import BadScheme, read_scheme

HEAD = '[scheme]\ncode = "small"\nyear = 2026\n'
PAPER = """
[figures]
grain = { label = "粮食", collector = "农业局" }
[papers.town]
class = "乡镇"
[papers.town.nodes]
total = { compose = "sum", full = 10, clause = "一", collector = "考核办" }
grain = { in = "total", full = 10, method = "completion", least = "60%", target_zero = "full" }
"""


def refused(text: str) -> BadScheme:
    with pytest.raises(BadScheme) as error:
        read_scheme(text)
    return error.value


def test_a_float_is_refused_because_it_has_already_lost_digits() -> None:
    error = refused(HEAD + PAPER.replace('"60%"', "0.6"))
    line = (HEAD + PAPER).splitlines().index(PAPER.splitlines()[-1]) + 1

    assert error.place.line == line
    assert error.place.path == "papers.town.nodes.grain.least"
    assert '请写成 "0.6"' in str(error)


def test_a_float_inside_a_list_is_found_too() -> None:
    assert (
        '"1.70"'
        in refused(HEAD + '[papers.p.nodes]\na = { method = "interpolate", knots = [[1.70, 2]] }').remedy
    )


@pytest.mark.parametrize(
    ("text", "close", "path"),
    [
        (HEAD + PAPER.replace("least", "leest"), "least", "papers.town.nodes.grain.leest"),
        (
            HEAD + PAPER.replace('collector = "农业局"', 'colector = "农业局"'),
            "collector",
            "figures.grain.colector",
        ),
        (HEAD + PAPER + "[paper.town]\n", "papers", "paper"),
        (HEAD + "yaer = 2026\n" + PAPER, "year", "scheme.yaer"),
        (
            HEAD + PAPER + "[papers.town.results.overall]\ntie = 'dense'\n",
            "ties",
            "papers.town.results.overall.tie",
        ),
        (
            HEAD + PAPER.replace('"completion"', '"complesion"'),
            "completion",
            "papers.town.nodes.grain.method",
        ),
        (HEAD + PAPER.replace('"sum"', '"smu"'), "sum", "papers.town.nodes.total.compose"),
    ],
)
def test_an_unknown_key_names_the_nearest_known_one(text: str, close: str, path: str) -> None:
    error = refused(text)
    assert error.place.path == path
    assert error.place.line
    assert f"“{close}”" in str(error)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", r"没有 \[scheme\] 一节"),
        ("[scheme]\nyear = 2026\n", "没有 code"),
        ('[scheme]\ncode = "a"\n', "没有 year"),
        (HEAD + '[papers.p.nodes]\nTotal = { method = "given" }\n', "代码“Total”不合写法"),
        (HEAD + '[papers.p.nodes]\n总分 = { method = "given" }\n', "中文的键要加引号"),
        (HEAD + "[papers.a]\nlike = 'b'\n[papers.b]\nlike = 'a'\n", "like 绕成了环"),
        (HEAD + "[papers.a]\nlike = 'nobody'\n", "没有卷“nobody”"),
        ('[scheme]\ncode = "a"\nyear = 2026\nfrom = "x:y@2026"\n', "没有装包"),
        (HEAD + "[figures\n", r"4:9:节的名称没有用方括号括好;请写成 \[papers.township\]"),
        (HEAD + "a = 1\na = 1\n", "5:6:这个键或这一节前面已经写过"),
        (HEAD + "a = { b = 1, b = 2 }\n", "4:19:同一个键写了两次"),
        (HEAD + "a = 县城\n", "4:5:等号后面不是一个值;文字和带小数的数要加英文引号"),
        (HEAD + "a = “县城”\n", "4:5:““”是全角符号;这里请用半角"),
        (HEAD + 'a\uff0cb = "县城"\n', "4:2:“\uff0c”是全角符号"),
        (HEAD + 'a = "县城\n', "4:8:有看不见的控制字符,或引号没有配对"),
        (HEAD + 'a = """县城\n', "5:1:引号没有配对"),
        (HEAD + "a = [1, 2\nb = 3\n", "5:1:方括号没有配对,或缺逗号"),
        (HEAD + "a = { b = 1\n", "4:12:花括号没有配对,或缺逗号"),
        (HEAD + 'a = "县\\城"\n', "4:9:引号里的反斜杠不合写法"),
        (HEAD + "a = 2026-02-30\n", "4:5:没有这一天"),
        (HEAD + "a = " + "[" * 3000 + "]" * 3000 + "\n", "套了 20 层以上"),
        (HEAD + "a = " + "[" * 30 + "]" * 30 + "\n", "套了 20 层以上"),
        (HEAD + "a" + ".a" * 3000 + " = 1\n", "套了 20 层以上"),
        (HEAD + "a = " + "1" * 5000 + "\n", "有一个整数长得读不了"),
    ],
)
def test_what_cannot_be_a_scheme_is_refused_in_a_sentence(text: str, said: str) -> None:
    with pytest.raises(BadScheme, match=said) as error:
        read_scheme(text)
    assert error.value.place.file == "scheme.toml"


def test_a_toml_mistake_is_shown_with_line_and_column() -> None:
    place = refused(HEAD + 'name = "a" "b"\n').place
    assert (place.line, place.column) == (4, 12)


def test_a_scheme_too_long_is_refused_before_it_is_read() -> None:
    assert "超过" in str(refused("#" * 2_000_001))


# -- papers like papers --------------------------------------------------------------------------------

LIKE = (
    HEAD
    + PAPER
    + """
[papers.town.adjustments]
bonus = { label = "加分", kind = "bonus", to = "total", most = 5 }
[papers.zone]
like = "town"
class = "开发区"
"""
)


def test_a_paper_like_another_says_only_what_differs() -> None:
    papers = read_scheme(LIKE + "[papers.zone.nodes]\ngrain.full = 8\ntotal.full = 8\n").recipe.papers

    assert papers["zone"].group == "开发区"
    assert papers["zone"].nodes["grain"].keys == {**papers["town"].nodes["grain"].keys, "full": 8}
    assert papers["town"].nodes["grain"]["full"] == 10
    assert papers["zone"].table("adjustments") == papers["town"].table("adjustments")


def test_a_new_method_drops_the_old_ones_keys() -> None:
    zone = read_scheme(LIKE + '[papers.zone.nodes]\ngrain.method = "met"\n').recipe.papers["zone"]
    assert zone.nodes["grain"]["method"] == "met"
    assert not {"least", "target_zero"} & set(zone.nodes["grain"].keys)


def test_what_is_dropped_is_dropped_everywhere() -> None:
    zone = read_scheme(LIKE + 'drop = ["grain", "bonus"]\n').recipe.papers["zone"]
    assert list(zone.nodes) == ["total"]
    assert zone.table("adjustments") == {}


def test_what_is_not_there_cannot_be_dropped() -> None:
    """A code written wrongly would leave in what was to go."""
    assert "没有“grian”" in str(refused(LIKE + 'drop = ["grian"]\n'))


def test_a_dropped_part_leaves_the_list_of_parts() -> None:
    text = (
        HEAD
        + """
[papers.town.nodes]
total = { compose = "weighted", of = { a = "50%", "b@half" = "50%" } }
a = { formula = "1" }
b = { formula = "1" }
[papers.zone]
like = "town"
drop = ["b"]
"""
    )
    assert read_scheme(text).recipe.papers["zone"].nodes["total"]["of"] == {"a": "50%"}


WEIGHTS = (
    HEAD
    + """
[papers.town]
total = { year = "total", half = "a" }
[papers.town.nodes]
total = { compose = "weighted", of = { a = "50%", b = "30%", c = "20%" } }
a = { method = "deduct", full = 9, per = { minor = 1, serious = 3 } }
b = { formula = "1" }
c = { formula = "1" }
[papers.zone]
like = "town"
"""
)


@pytest.mark.parametrize(
    ("differs", "weights"),
    [
        ('total.of.a = "40%"\ntotal.of.b = "40%"', {"a": "40%", "b": "40%", "c": "20%"}),
        ('total.of = { a = "60%", b = "40%" }', {"a": "60%", "b": "40%"}),  # they make up the whole
        ('total.of = { b = "1/3", a = "2/3" }', {"b": "1/3", "a": "2/3"}),
    ],
)
def test_weights_are_merged_one_by_one_unless_they_are_said_anew(
    differs: str, weights: dict[str, str]
) -> None:
    zone = read_scheme(WEIGHTS + "[papers.zone.nodes]\n" + differs).recipe.papers["zone"]
    assert zone.nodes["total"]["of"] == weights


def test_tables_of_a_paper_like_another_are_merged_key_by_key() -> None:
    zone = read_scheme(WEIGHTS + 'drop = ["b"]\n[papers.zone.nodes]\na.per.minor = 2').recipe.papers["zone"]
    assert zone.nodes["a"]["per"] == {"minor": 2, "serious": 3}
    assert zone.keys["total"] == {"year": "total", "half": "a"}
    zone = read_scheme(WEIGHTS + 'drop = ["a"]').recipe.papers["zone"]
    assert zone.keys["total"] == {"year": "total"}  # what was ranked at half-year is gone


def test_clause_and_collector_come_down_the_tree() -> None:
    nodes = read_scheme(HEAD + PAPER).recipe.papers["town"].nodes
    assert (nodes["grain"]["clause"], nodes["grain"]["collector"]) == ("一", "考核办")


def test_a_template_is_taken_by_value_and_differs_only_where_the_scheme_says_so() -> None:
    template = {
        "figures": {"grain": {"label": "粮食"}},
        "papers": {
            "town": {"class": "乡镇", "nodes": {"grain": {"full": 10, "method": "given"}}},
            "office": {"class": "部门", "nodes": {"grain": {"full": 5, "method": "given"}}},
        },
        "scheme": {"round": {"leaf": 2}},
    }
    text = HEAD + 'from = "pack:county@2026"\ndrop = ["office"]\n[papers.town.nodes]\ngrain.full = 9\n'
    asked = []

    class Shelf:
        def template(self, reference: str) -> dict[str, object]:
            asked.append(reference)
            return template

        method = template

        def offers(self, method: str) -> list[str]:
            return []

    recipe = read_scheme(text, packs=Shelf()).recipe
    assert asked == ["pack:county@2026"]
    assert list(recipe.papers) == ["town"]
    assert recipe.papers["town"].nodes["grain"].keys == {"full": 9, "method": "given"}
    assert recipe.keys["round"] == {"leaf": 2}
    assert template["papers"]["town"]["nodes"]["grain"]["full"] == 10  # type: ignore[index]


def test_an_own_method_brings_its_defaults() -> None:
    text = (
        HEAD
        + """
[methods.track]
formula = "full * a / b"
keys = ["a", "b"]
defaults = { b = 4 }
[papers.p.nodes]
t = { full = 8, method = "track", a = 3 }
"""
    )
    assert read_scheme(text).recipe.papers["p"].nodes["t"]["b"] == 4
    assert "“track”" in str(refused(text.replace('method = "track"', 'method = "trak"')))


def test_a_paper_like_another_may_set_a_key_of_an_own_method_alone() -> None:
    text = (
        HEAD
        + """
[methods.track]
formula = "full * a"
keys = ["a"]
[papers.p.nodes]
t = { full = 8, method = "track", a = 1 }
[papers.q]
like = "p"
[papers.q.nodes]
t.a = "1/2"
"""
    )
    assert read_scheme(text).recipe.papers["q"].nodes["t"]["a"] == "1/2"


def test_order_in_the_file_is_the_order_of_the_recipe() -> None:
    text = HEAD + "[papers.b.nodes]\ny.formula = '1'\nx.formula = '1'\n[papers.a.nodes]\nz.formula = '1'\n"
    recipe = read_scheme(text).recipe
    assert list(recipe.papers) == ["b", "a"]
    assert list(recipe.papers["b"].nodes) == ["y", "x"]
    assert recipe.digest != read_scheme(text.replace("y.", "w.")).recipe.digest


@pytest.mark.parametrize(
    ("text", "key", "at"),
    [
        ('a = { choices = { 好 = "100%" } }', "好", (4, 19)),
        ('a.choices.一般 = "50%"', "一般", (4, 11)),
        ('表1 = "x"', "表1", (4, 1)),
        ("[papers.乡镇]", "乡镇", (4, 9)),
    ],
)
def test_a_chinese_key_without_quotes_is_named(text: str, key: str, at: tuple[int, int]) -> None:
    error = refused(HEAD + text + "\n")
    assert f"键“{key}”没有加引号" in str(error)
    assert f'请写成 "{key}"' in str(error)
    assert (error.place.line, error.place.column) == at


def test_a_key_of_very_many_parts_is_refused_before_it_costs_anything() -> None:
    """The TOML reader takes the square of their number: 20,000 parts would be twenty seconds."""
    for key in ("a." * 100_000 + "b = 1", "x = { " + '"a". ' * 100_000 + "b = 1 }", f"[{'a.' * 100_000}b]"):
        error = refused(HEAD + key + "\n")
        assert "20 层" in str(error)
        assert error.place.line == 4
    assert read_scheme(HEAD + f'[clauses]\n"一" = "{"1.2 " * 1000}"\n').clauses
