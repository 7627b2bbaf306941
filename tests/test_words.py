"""The product speaks two languages in full, and both say the same facts."""

import re

from tests import words

FACT = re.compile(r"\{([^{}:!]*)[^{}]*\}")
CHINESE = re.compile(r"[\u3400-\u9fff]")


def test_every_sentence_has_its_english() -> None:
    absent = words.missing()

    assert not absent, "\n".join(f"{s.file}:{s.line} {s.text}" for s in absent[:20])


def test_a_translation_names_the_facts_of_its_sentence_and_no_others() -> None:
    wrong = [
        chinese
        for chinese, english in words.english().items()
        if set(FACT.findall(chinese)) != set(FACT.findall(english))
    ]

    assert not wrong


def test_no_translation_is_left_in_chinese() -> None:
    # The language switch names each language in itself, and the product keeps its name.
    left = [e for e in words.english().values() if CHINESE.search(e.replace("考成", "").replace("中文", ""))]

    assert not left
