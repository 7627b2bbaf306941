"""Schemes with a slip of the hand in them: a token lost, doubled, swapped, or of the wrong kind."""

import re
from random import Random

_TOKEN = re.compile(r'"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|[A-Za-z_][\w-]*|\d+|\s+|#[^\n]*|.', re.DOTALL)
_PLAIN = '0 -1 "" "60%" true [] {} [[]] [{}] "x" "1e999" "1/0" "(((" "a.b" "优" 1.5 2026-02-30 nan'
_ODD = (
    *_PLAIN.split(" "),
    '"' + "9" * 60 + '"',
    '"if(x > 0, 1 / 0, unknown)"',
    '"@half"',
    '"group.mean("',
    '"score(total)"',
    '"sum(sum(sum(x)))"',
    '"1 = 1"',
    "'''\n\n'''",
    "[1, [2]]",
    "{ a = { b = 1 } }",
)
_INSIDE = re.compile(r"[A-Za-z_.]+|\d+%?|[-+*/<>=!(),@]| +|.", re.DOTALL)


def mutated(text: str, rng: Random) -> str:
    """*text* with one to three slips."""
    tokens = _TOKEN.findall(text)
    for _slip in range(rng.choice((1, 1, 1, 2, 3))):
        words = [i for i, token in enumerate(tokens) if token.strip()]
        values = [i for i in words if tokens[i][0] in "\"'" or tokens[i].isdigit()]
        kind = rng.choice((0, 1, 2, 3, 4, 4, 5, 5, 5, 5, 5, 5))
        at = rng.choice(values if kind > 2 else words)
        match kind:
            case 0:
                del tokens[at]
            case 1:
                tokens.insert(at, tokens[at])
            case 2:
                other = rng.choice(words)
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case 3:
                tokens[at] = tokens[rng.choice(values)]
            case 4:
                tokens[at] = rng.choice(_ODD)
            case _:
                tokens[at] = _inside(tokens[at], rng)
    return "".join(tokens)


def _inside(token: str, rng: Random) -> str:
    """A slip inside a quoted text, which may be an expression."""
    if token[:1] not in ('"', "'") or len(token) < 4:
        return rng.choice(_ODD)
    pieces = _INSIDE.findall(token[1:-1])
    at = rng.randrange(len(pieces))
    match rng.randrange(4):
        case 0:
            del pieces[at]
        case 1:
            pieces.insert(at, pieces[at])
        case 2:
            pieces[at] = rng.choice(
                ("", "(", ")", "unit.kind", "'词'", "0", "x", "target(x)", "/ 0", "@2026")
            )
        case _:
            other = rng.randrange(len(pieces))
            pieces[at], pieces[other] = pieces[other], pieces[at]
    return token[0] + "".join(pieces) + token[0]
