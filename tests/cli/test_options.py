"""What the command line says when it is written wrongly."""

import subprocess
import sys
from importlib.metadata import version

import pytest

from kaocheng.cli import main
from kaocheng.i18n import speaking


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh", "缺少参数:figures"), ("en", "the following arguments are required: figures")],
)
def test_a_missing_argument_is_named_in_the_readers_language(
    language: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with speaking("zh"), pytest.raises(SystemExit):
        main(["--lang", language, "compute", "scheme.toml"])

    assert said in capsys.readouterr().err


def test_a_command_that_shows_no_page_loads_no_pages() -> None:
    heavy = ("litestar", "jinja2", "openpyxl", "procrastinate")
    look = f"import sys, kaocheng.cli.standings; print([one for one in {heavy} if one in sys.modules])"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_version_is_that_of_the_distribution(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert (ended.value.code, capsys.readouterr().out) == (0, f"kaocheng {version('kaocheng')}\n")
