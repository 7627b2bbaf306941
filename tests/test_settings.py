"""What the environment may say, and that nothing in it is passed over in silence."""

from pathlib import Path

import pytest

from kaocheng import settings
from kaocheng.settings import BadSetting, Settings, UnknownSetting


def test_without_any_variable_there_is_a_default_for_everything() -> None:
    assert settings.read({"PATH": "/bin", "KAOCHENG_PORT": ""}) == Settings()
    assert Settings().database_url is None


def test_each_variable_becomes_a_value_of_its_own_kind() -> None:
    read = settings.read(
        {
            "KAOCHENG_DATA": "/srv/kaocheng",
            "KAOCHENG_PORT": "80",
            "KAOCHENG_HOSTS": " a.example, b.example ",
            "KAOCHENG_DEMO": "1",
            "KAOCHENG_LANG": "en",
            "DATABASE_URL": "postgresql://kaocheng_app:secret@db/kaocheng",
        }
    )
    assert (read.data, read.port, read.demo, read.language) == (Path("/srv/kaocheng"), 80, True, "en")
    assert read.hosts == {"a.example", "b.example"}


def test_a_misspelt_variable_stops_the_start_and_names_the_nearest() -> None:
    with pytest.raises(UnknownSetting, match="没有环境变量“KAOCHENG_PROT”;是不是想写“KAOCHENG_PORT”"):
        settings.read({"KAOCHENG_PROT": "80"})
    with pytest.raises(UnknownSetting, match=r"docs/settings\.md"):
        settings.read({"KAOCHENG_" + "X" * 40: ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KAOCHENG_PORT", "eighty"),
        ("KAOCHENG_PORT", "８０"),
        ("KAOCHENG_PORT", "65536"),
        ("KAOCHENG_PORT", "-1"),
        ("KAOCHENG_LANG", "fr"),
        ("KAOCHENG_DEMO", "yes"),
    ],
)
def test_a_value_that_cannot_be_meant_stops_the_start(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        settings.read({name: value})


def test_the_test_suite_s_own_variables_are_let_be() -> None:
    assert settings.read({"KAOCHENG_TEST_POSTGRES": "/usr/lib/postgresql/15/bin"}) == Settings()


def test_passwords_do_not_show_when_settings_are_printed() -> None:
    read = settings.read({"DATABASE_URL": "postgresql://app:hidden@db/k", "KAOCHENG_OWNER_URL": "hidden"})
    assert "hidden" not in repr(read)
