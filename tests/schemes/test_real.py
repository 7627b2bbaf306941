"""Assessment documents that were really issued and published results, through ``kaocheng compute``.

A folder of ``real/``, ``made/``, ``published/`` or ``given/`` holds the scheme, the tables handed in
(small, with values on the edges; of documents invented), what must come out (``expected.csv``, or
``expected-2022Q1.csv`` for another period) and ``hand.csv``: the arithmetic of its key cells (of ``real/``
written down before anything was run), or what was published.  Numbers in ``hand.csv`` are worked out here by
``Fraction`` alone; anything else in its last column is the cell itself.
"""

import ast
import csv
import io
import operator
from fractions import Fraction
from pathlib import Path

import pytest

from kaocheng.cli import main
from tests.reference import compute
from tests.reference.cases import TRUTHS, truth
from tests.reference.compare import product
from tests.reference.numbers import half_up

HERE = Path(__file__).parent
KINDS = ("real", "made", "published", "given")
FOLDERS = sorted(folder for kind in KINDS for folder in (HERE / kind).iterdir() if folder.is_dir())
OPTIONAL = ("targets", "groups", "rows", "claims")

_OPERATIONS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}

Blocks = list[list[dict[str, str]]]


def period_of(expected: Path) -> str:
    return expected.stem.removeprefix("expected").removeprefix("-")


def runs() -> list[tuple[Path, Path]]:
    """Every folder with each of its expectations."""
    return [(folder, expected) for folder in FOLDERS for expected in sorted(folder.glob("expected*.csv"))]


def name(value: object) -> str:
    return value.name if isinstance(value, Path) else str(value)


def blocks(text: str) -> Blocks:
    """The tables of a run, one a paper."""
    return [list(csv.DictReader(io.StringIO(block))) for block in text.split("\n\n")]


def computed(folder: Path, period: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What the command line prints with every file of the folder."""
    files = [(one, folder / f"{one}.csv") for one in OPTIONAL]
    options = [word for one, path in files if path.exists() for word in (f"--{one}", str(path))]
    options += ["--period", period] if period else []
    code = main(["compute", str(folder / "scheme.toml"), str(folder / "figures.csv"), *options])
    printed = capsys.readouterr()
    assert code == 0, printed.err
    return printed.out


def worked(text: str) -> Fraction:
    """The value of written arithmetic: ``20 * 6 / 7.8 + min(2, 3)``.

    Raises:
        ValueError: the text is no arithmetic.
    """

    def value(tree: ast.expr) -> Fraction:
        match tree:
            case ast.Constant():
                return Fraction(str(ast.get_source_segment(text, tree)))
            case ast.BinOp() if type(tree.op) in _OPERATIONS:
                return _OPERATIONS[type(tree.op)](value(tree.left), value(tree.right))
            case ast.UnaryOp(op=ast.USub()):
                return -value(tree.operand)
            case ast.Call(func=ast.Name(id="min" | "max" as word)):
                return (min if word == "min" else max)(map(value, tree.args))
        raise ValueError(text)

    try:
        return value(ast.parse(text, mode="eval").body)
    except SyntaxError:
        raise ValueError(text) from None


def on_paper(working: str, cell: str) -> str:
    """What the working comes to, rounded as the cell is; a word is itself."""
    try:
        value = half_up(worked(working), len(cell.partition(".")[2]))
    except ValueError:
        return working
    return cell if cell and cell != "/" and value == Fraction(cell) else str(value)


@pytest.mark.parametrize(("folder", "expected"), runs(), ids=name)
def test_a_real_scheme_gives_what_its_text_says(
    folder: Path, expected: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = computed(folder, period_of(expected), capsys)
    assert blocks(found) == blocks(expected.read_text("utf-8"))
    assert found == expected.read_text("utf-8")


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_the_arithmetic_on_paper_is_what_is_expected(folder: Path) -> None:
    rows = list(csv.DictReader((folder / "hand.csv").read_text("utf-8").splitlines()))
    assert len(rows) >= 5, "too little of it was worked by hand"
    for row in rows:
        text = (folder / f"expected{'-' * bool(row['period'])}{row['period']}.csv").read_text("utf-8")
        lines = [line for block in blocks(text) for line in block if line["unit"] == row["unit"]]
        cells = [line[row["column"]] for line in lines if row["column"] in line]
        assert cells, row
        workings = row["working"].split("|")  # a unit may stand in several papers
        assert len(workings) == len(cells), (row, cells)
        for working, cell in zip(workings, cells, strict=True):
            assert cell == on_paper(working, cell), (row, cells)


@pytest.mark.parametrize(("folder", "expected"), runs(), ids=name)
def test_the_second_evaluator_gives_the_same(folder: Path, expected: Path) -> None:
    texts = {one: (folder / f"{one}.csv") for one in OPTIONAL}
    found = compute(
        (folder / "scheme.toml").read_text("utf-8"),
        (folder / "figures.csv").read_text("utf-8"),
        **{one: path.read_text("utf-8") for one, path in texts.items() if path.exists()},
        period=period_of(expected),
    )
    assert "\n".join(text for text in found.values() if text) == expected.read_text("utf-8")


@pytest.mark.parametrize("folder", [folder for folder in FOLDERS if folder.parent.name != "given"], ids=name)
def test_lint_finds_no_error_and_the_readme_lists_what_it_warns_of(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["lint", str(folder / "scheme.toml")])
    printed = capsys.readouterr().out
    assert code == 0, printed
    readme = (folder / "README.md").read_text("utf-8")
    for line in printed.splitlines():
        if line.startswith("提醒"):
            place = line.partition("(")[2].partition(")")[0]
            assert place in readme, line


def test_a_name_that_is_node_and_figure_is_refused_by_lint_and_computed_as_the_node(
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = HERE / "given" / "27-water-pollution-basin"
    assert main(["lint", str(folder / "scheme.toml")]) == 1
    assert "scheme.toml:77:21" in (said := capsys.readouterr().out)
    assert "“tasks”既是节点又是指标,这里是节点的得分;请写 score(tasks) 或 figure(tasks)" in said
    files = [f"--{one}={folder / one}.csv" for one in OPTIONAL]
    assert main(["compute", str(folder / "scheme.toml"), str(folder / "figures.csv"), *files]) == 0
    assert "这里是节点的得分" in capsys.readouterr().err


@pytest.mark.parametrize("case_name", TRUTHS)
def test_a_published_result_comes_out_of_the_command_line(case_name: str) -> None:
    """Every published cell: whole numbers and words as they are, long decimals within 1e-9."""
    case, published = truth(case_name)
    code, text, errors = product(case, "", codes=False)
    assert code == 0, errors
    found = {row["unit"]: row for block in blocks(text) for row in block}
    assert set(found) == {row["unit"] for row in published}
    for row in published:
        for column, cell in row.items():
            mine = found[row["unit"]][column]
            if cell and mine != cell:
                assert "." in cell, (row["unit"], column, mine, cell)
                exact = Fraction(cell)
                assert abs(Fraction(mine) - exact) <= Fraction(1, 10**9) * max(1, abs(exact))
