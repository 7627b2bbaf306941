"""Whatever stands in a table of a page leaves as typed cells."""

from datetime import datetime
from io import BytesIO

from openpyxl import load_workbook

from kaocheng.pages.answers import answer
from kaocheng.pages.exported import exported

PAGE = """<h1>城关镇</h1><p>89.86</p>
<table><caption>逐项得分</caption>
<thead><tr><th colspan="2">得分</th><th class="n">满分</th><th>得分率</th><th></th><th>何时</th></tr></thead>
<tbody><tr class="group"><th colspan="6">经济发展</th></tr>
<tr><th>=1+1 <span class="tag">一票否决</span></th><td class="n"><a href="/x">1\u2009234.50</a></td>
<td class="n">8</td><td><svg aria-label="98.5%"><rect/></svg> 98.5%</td>
<td><form><input name="a"><button>存入</button></form></td><td>2026-11-21 03:27</td></tr>
<tr><th>乙镇</th><td class="n">–</td><td class="n">/</td><td></td><td></td><td>2026-11-21</td></tr>
</tbody></table><table><tbody><tr><td>2026</td></tr></tbody></table>"""


def test_what_stands_in_a_table_leaves_as_typed_cells() -> None:
    book = load_workbook(BytesIO(exported(PAGE).content))
    first, second = book.worksheets
    head, group, one, other = first.iter_rows()
    assert (first.title, [cell.value for cell in head]) == (
        "逐项得分",
        ["得分", "得分", "满分", "得分率", "何时"],
    )
    assert [cell.value for cell in group] == ["经济发展", None, None, None, None]
    assert [cell.value for cell in one] == ["=1+1 一票否决", 1234.5, 8, 0.985, datetime(2026, 11, 21, 3, 27)]
    assert (one[0].data_type, one[1].number_format, one[3].number_format) == ("s", "0.00", "0.0%")
    assert [cell.value for cell in other] == ["乙镇", None, "/", None, datetime(2026, 11, 21)]
    assert second["A2"].value == "2026"  # a name, not in a column of numbers


def test_words_that_look_like_a_day_there_is_not_stay_words() -> None:
    book = load_workbook(
        BytesIO(exported("<table><tbody><tr><td>2026-02-30</td></tr></tbody></table>").content)
    )
    assert book.active["A2"].value == "2026-02-30"


def test_no_name_of_a_file_breaks_out_of_its_header() -> None:
    said = answer(b"", '结果"\r\nX: 1\\', "text/plain").headers["Content-Disposition"]
    assert said.isascii()
    assert said.isprintable()
    assert 'filename="_____X: 1_"' in said


def test_a_page_without_a_table_stays_a_page() -> None:
    assert exported("<h1>登录</h1><table><tbody></tbody></table>") is None
