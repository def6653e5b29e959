"""Answers that are alike, listed for a human to read; nothing follows from it.

An answer becomes the sequence of its syntax tree's nodes: comments, docstrings,
layout, annotations and imports are gone, and names that the answer itself gives count
only by where they recur. Every stretch of twelve nodes is a piece [1]_. What the stub,
the worked answer, the reference and the known mistakes have too does not count, nor
what many of the class wrote. Two answers are alike in the share of the smaller one's
own pieces that both have [2]_.

References
----------
.. [1] Schleimer, Wilkerson, Aiken, "Winnowing: Local Algorithms for Document
   Fingerprinting", SIGMOD 2003, section 2. Answers are short: every piece is kept,
   none is thinned out.
.. [2] Broder, "On the resemblance and containment of documents", 1997, section 2.
"""

import ast
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from coursekit.grading.records.settled import Settled
from coursekit.grading.reports.course import Course
from coursekit.grading.reports.names import Person

#: Nodes in a piece: about a statement with two operations.
PIECE = 12
#: Two different right answers to one task share at most 30 % of the smaller one's own
#: pieces (531 pairs, 27 tasks); a copy with other names shares 100 %, one with another
#: statement in its middle besides at least 62 %, in the median 92 %. Measured by
#: tests/grading/reports/test_similar.py.
ALIKE = 0.6
#: Own pieces that an answer must have: five lines say nothing about who wrote them.
OWN = 20
#: A piece counts as what everybody writes from this many answers on, or this share.
EVERYBODY, EVERYBODY_SHARE = 10, 0.1
#: Longest source that is looked at; tasks are answered in fifteen lines.
_LONGEST = 20_000
_SKIPPED = (ast.expr_context, ast.Import, ast.ImportFrom)
#: Whose names are no variables.
_KINDS = {ast.Attribute: "member", ast.keyword: "keyword"}
_SILENT = {"annotation", "returns", "type_comment", "type_params", "kind"}

Piece = tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Answers to one task of which each is alike to another of the group.

    ``shared`` of ``of`` own pieces is what its most alike pair has in common.
    """

    exercise: str
    task: str
    people: tuple[Person, ...]
    sources: tuple[str, ...]
    shared: int
    of: int


def similar(all_settled: Iterable[Settled], course: Course) -> list[Group]:
    """Return groups of answers that are alike, the most alike first.

    Parameters
    ----------
    all_settled : iterable of Settled
        Every record. Short answers and what is not Python are left out.
    course : Course
        Its tasks are looked at, and what it calls common does not count.
    """
    answers: dict[tuple[str, str], dict[Person, str]] = defaultdict(dict)
    for one in all_settled:
        who = (one.graded.learner, one.graded.learner_id)
        for task in one.graded.tasks:
            if task.name in course.tasks and task.source.strip():
                answers[one.graded.exercise, task.name][who] = task.source
    found = [
        group
        for (exercise, task), sources in sorted(answers.items())
        for group in _groups(exercise, task, sources, course.common(task))
    ]
    return sorted(found, key=lambda group: (-group.shared / group.of, -group.shared))


def pieces(source: str) -> frozenset[Piece]:
    r"""Return the pieces of an answer; none where it is not Python.

    Examples
    --------
    >>> one = "def f(x):\n    total = x + 1  # a sum\n    return total * 2"
    >>> other = "def g(data):\n    '''Doc.'''\n    s = data + 1\n    return s * 2"
    >>> pieces(one) == pieces(other)
    True
    """
    tokens = _tokens(source)
    stretches = (tokens[at : at + PIECE] for at in range(len(tokens) - PIECE + 1))
    return frozenset(map(_without_names, stretches))


def alike(one: frozenset[Piece], other: frozenset[Piece]) -> tuple[int, int]:
    """Return how many pieces two answers share, and how many the smaller one has."""
    return len(one & other), min(len(one), len(other))


def _groups(
    exercise: str, task: str, sources: dict[Person, str], common: Sequence[str]
) -> Iterator[Group]:
    """Yield the groups of one task."""
    known = frozenset().union(*map(pieces, common))
    read = {text: pieces(text) - known for text in set(sources.values())}
    held = {who: read[source] for who, source in sources.items()}
    writers = Counter(piece for own in held.values() for piece in own)
    limit = max(EVERYBODY, EVERYBODY_SHARE * len(held))
    own = {
        who: frozenset(piece for piece in found if writers[piece] <= limit)
        for who, found in held.items()
    }
    pairs = dict(
        _pairs({who: found for who, found in own.items() if len(found) >= OWN})
    )
    for people in _joined(pairs):
        inside = [score for pair, score in pairs.items() if pair[0] in people]
        shared, of = max(inside, key=lambda score: (score[0] / score[1], score[0]))
        texts = tuple(sources[who] for who in people)
        yield Group(exercise, task, tuple(people), texts, shared, of)


def _pairs(
    own: dict[Person, frozenset[Piece]],
) -> Iterator[tuple[tuple[Person, Person], tuple[int, int]]]:
    """Yield the pairs that are alike; only those that share a piece are looked at."""
    writers: dict[Piece, list[Person]] = defaultdict(list)
    for who in sorted(own):
        for piece in own[who]:
            writers[piece].append(who)
    shared = Counter(
        (one, other)
        for people in writers.values()
        for at, one in enumerate(people)
        for other in people[at + 1 :]
    )
    for (one, other), number in sorted(shared.items()):
        smaller = min(len(own[one]), len(own[other]))
        if number >= max(OWN, ALIKE * smaller):
            yield (one, other), (number, smaller)


def _joined(pairs: Iterable[tuple[Person, Person]]) -> list[list[Person]]:
    """Return those who are joined by pairs, each group and the groups in order."""
    group_of: dict[Person, set[Person]] = {}
    for pair in pairs:
        joined = set(pair).union(*(group_of.get(who, ()) for who in pair))
        group_of.update(dict.fromkeys(joined, joined))
    return sorted({tuple(sorted(group)) for group in group_of.values()})


def _tokens(source: str) -> list[str | tuple[str, str]]:
    """Return the nodes of an answer in order; a name it gives itself is a pair.

    The pair is the kind of the name, then the name.
    """
    try:
        tree = ast.parse(textwrap.dedent(source[:_LONGEST]))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    own = _names_given(tree)
    found: list[str | tuple[str, str]] = []
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, _SKIPPED):
            continue
        if isinstance(node, ast.Constant):
            number = not isinstance(node.value, str | bytes)
            found.append(repr(node.value)[:40] if number else "text")
            continue
        found.append(type(node).__name__)
        kind, children = _KINDS.get(type(node), "variable"), []
        for field, value in ast.iter_fields(node):
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, ast.AST) and field not in _SILENT:
                    children.append(item)
                elif isinstance(item, str) and field not in _SILENT:
                    found.append((kind, item) if item in own[kind] else item)
        waiting += [child for child in reversed(children) if not _is_text(child)]
    return found


def _is_text(node: ast.AST) -> bool:
    """Tell whether a statement is a string alone, such as a docstring."""
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Constant):
        return False
    return isinstance(node.value.value, str)


def _names_given(tree: ast.AST) -> dict[str, set[str]]:
    """Return by kind the names that an answer itself gives.

    Kinds are kept apart: ``mean = x.mean()`` names a variable, and not NumPy's method.
    """
    variables: set[str] = set()
    members: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                variables.add(name)
            case ast.Attribute(attr=name, ctx=ast.Store()):
                members.add(name)
            case ast.FunctionDef(name=name):
                variables.add(name)
            case ast.ClassDef(name=name, body=body):
                variables.add(name)
                members.update(m.name for m in body if isinstance(m, ast.FunctionDef))
    return {"variable": variables, "member": members, "keyword": set()}


def _without_names(stretch: Sequence[str | tuple[str, str]]) -> Piece:
    """Return a stretch with each own name as the number of its first use in it."""
    numbers: dict[tuple[str, str], int] = {}
    return tuple(
        f"${numbers.setdefault(token, len(numbers))}"
        if isinstance(token, tuple)
        else token
        for token in stretch
    )
