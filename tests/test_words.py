"""The product speaks two languages in full, and both say the same facts."""

import re
from collections import Counter

from babel.messages.pofile import read_po

from kaocheng.i18n import _, speaking
from tests import words

FACT = re.compile(r"\{([^{}:!]*)[^{}]*\}")
CHINESE = re.compile(r"[\u3400-\u9fff]")
# The language switch names each language in itself, the product keeps its name, and a sentence may
# quote what a person writes: a yes, a no, an amount in ten thousands.
QUOTED = re.compile("考成|中文|万|亿|是|否")


def test_every_sentence_has_its_english() -> None:
    absent = words.missing()

    assert not absent, "\n".join(f"{s.file}:{s.line} {s.text}" for s in absent[:20])


def test_every_sentence_is_written_out_where_it_is_said() -> None:
    assert not [f"{call.file}:{call.line}" for call in words.computed()]


def test_nothing_is_translated_that_nobody_says() -> None:
    assert not words.unsaid()


def test_a_translation_names_the_facts_of_its_sentence_and_no_others() -> None:
    wrong = [
        chinese
        for chinese, english in words.english().items()
        if set(FACT.findall(chinese)) != set(FACT.findall(english))
    ]

    assert not wrong


def test_every_sentence_can_be_filled_in() -> None:
    later = words.filled_later()
    with speaking("en"):
        for chinese in words.english():
            facts = dict.fromkeys(FACT.findall(chinese), "1") if chinese not in later else {}
            assert not facts or "{" not in _(chinese, **facts)


def test_a_count_agrees_with_its_noun() -> None:
    with speaking("en"):
        assert _("{n} 个单位", n=1) == "1 unit"
        assert _("{n} 个单位", n="2") == "2 units"
    assert _("{n} 个单位", n=1) == "1 个单位"


def test_only_a_sentence_that_comes_with_its_facts_can_agree_with_them() -> None:
    english = words.english()

    assert not [text for text in words.filled_later() if "|" in english.get(text, "")]


def test_no_translation_is_left_in_chinese() -> None:
    left = [e for e in words.english().values() if CHINESE.search(QUOTED.sub("", e))]

    assert not left


def test_the_catalogue_says_what_it_is_and_says_each_sentence_once() -> None:
    with words.ENGLISH.open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    header = dict(catalogue.mime_headers)
    written = Counter(re.findall(r"^msgid (.+)$", words.ENGLISH.read_text("utf-8"), re.MULTILINE))

    assert header["Content-Type"] == "text/plain; charset=utf-8"
    assert str(catalogue.locale) == "en"
    assert [text for text, times in written.items() if times > 1] == []
