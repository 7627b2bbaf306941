"""argparse's own sentences in Chinese; its English stays as it is."""

import argparse

from kaocheng.i18n import language

CHINESE = {
    "usage: ": "用法:",
    "positional arguments": "参数",
    "options": "选项",
    "show this help message and exit": "显示这段说明",
    "%(prog)s: error: %(message)s\n": "%(prog)s:%(message)s\n",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s:%(message)s",
    "the following arguments are required: %s": "缺少参数:%s",
    "one of the arguments %s is required": "要写其中一个:%s",
    "not allowed with argument %s": "不能与 %s 同时用",
    "unrecognized arguments: %s": "不认识的参数:%s",
    "ambiguous option: %(option)s could match %(matches)s": "%(option)s 不明确,可能是 %(matches)s",
    "invalid choice: %(value)r (choose from %(choices)s)": "没有 %(value)r 这一项;可以是 %(choices)s",
    "invalid %(type)s value: %(value)r": "%(value)r 不是所要的值",
    "expected one argument": "后面要写一个值",
    "expected at most one argument": "后面最多写一个值",
    "expected at least one argument": "后面至少写一个值",
    "expected %s argument": "后面要写 %s 个值",
    "expected %s arguments": "后面要写 %s 个值",
}


def speak_chinese() -> None:
    """Let argparse say its sentences in the reader's language from here on."""
    # It looks its sentences up under these two names, and offers no other way in.
    vars(argparse).update(_=_said, ngettext=_counted)


def _said(sentence: str) -> str:
    return CHINESE.get(sentence, sentence) if language() == "zh" else sentence


def _counted(one: str, several: str, count: int) -> str:
    return _said(one if count == 1 else several)
