"""What the command line says when it is written wrongly."""

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
