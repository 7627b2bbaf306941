"""A form's token and a spoken sentence belong to one sign-in and nobody else's."""

from kaocheng.pages import Visit

MINE, THEIRS = Visit(token="1.mine"), Visit(token="1.theirs")


def test_each_sign_in_has_its_own_token_and_nobody_has_none() -> None:
    assert MINE.csrf != THEIRS.csrf
    assert Visit().csrf == ""
    assert "mine" not in MINE.csrf


def test_a_sentence_is_read_only_by_whoever_it_was_said_to() -> None:
    sealed = MINE.sealed("已核验 24 条")

    assert MINE.unsealed(sealed) == "已核验 24 条"
    assert THEIRS.unsealed(sealed) == ""
    assert Visit().unsealed(sealed) == ""
    assert MINE.unsealed("x" + sealed) == ""
    assert MINE.unsealed("无稽.之谈") == ""
