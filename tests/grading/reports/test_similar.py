"""Copies are listed whatever they are called; right answers of different hands are not.

`python tests/grading/reports/test_similar.py` prints what the thresholds rest on.
"""

import ast
import inspect
import textwrap
from functools import cache
from itertools import combinations, pairwise

import pytest
from right_answers import answers_to
from settled_class import course, graded, settled

from coursekit.autograders import all_tasks
from coursekit.grading.records.graded import GradedTask
from coursekit.grading.reports.similar import ALIKE, OWN, alike, pieces, similar
from coursekit.grading.verdict import Verdict
from coursekit.study.worked import worked_answer


@cache
def own_pieces():
    """Return (task, answer, source, pieces that are its own) of every right answer."""
    found, content = [], course()
    for name, task in all_tasks().items():
        worked = worked_answer(task)
        sources = [*content.common(name), worked.code if worked else ""]
        common = frozenset().union(*map(pieces, sources))
        for answer, made in answers_to(name).items():
            try:
                source = textwrap.dedent(inspect.getsource(made))
            except (OSError, TypeError):
                continue
            found.append((name, answer, source, pieces(source) - common, common))
    return found


class Renamed(ast.NodeTransformer):
    """Give every argument and variable another name, and forget the comments."""

    def visit_arg(self, node):
        """Rename an argument."""
        node.arg += "_x"
        return node

    def visit_Name(self, node):
        """Rename a variable that is set in the answer."""
        if node.id in self.own:
            node.id += "_x"
        return node


def renamed(source):
    tree, change = ast.parse(source), Renamed()
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    change.own = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    change.own |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return ast.unparse(change.visit(tree))


def with_another_statement(source):
    """Return the answer with a statement that does nothing in the middle of it."""
    tree = ast.parse(renamed(source))
    bodies = [n.body for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    body = max(bodies, key=len)
    body.insert(len(body) // 2, ast.parse("checked = 3 * len(str(7)) > 2").body[0])
    return ast.unparse(tree)


def shares(change):
    """Return for each right answer the share that a changed copy has in common."""
    found = []
    for task, answer, source, own, common in own_pieces():
        shared, of = alike(own, pieces(change(source)) - common)
        if of >= OWN:
            found.append((shared / of, task, answer))
    return sorted(found)


def pairs():
    """Return the share in common of each two different right answers to one task."""
    found = []
    for one, other in combinations(own_pieces(), 2):
        if one[0] == other[0]:
            shared, of = alike(one[3], other[3])
            if of >= OWN:
                found.append((shared / of, one[0], one[1], other[1]))
    return sorted(found)


def handed_in(**sources):
    """Return one settled record for each learner with an answer to one task."""
    return [
        settled(
            graded(
                learner,
                [GradedTask(Verdict("layer_norm_forward", ()), source)],
            )
        )
        for learner, source in sources.items()
    ]


def long_answer(task="layer_norm_forward"):
    return max(
        (one for one in own_pieces() if one[0] == task), key=lambda one: len(one[3])
    )[2]


def test_right_answers_of_different_hands_are_far_below_the_threshold():
    share, *who = pairs()[-1]
    assert share < ALIKE / 1.5, who


def test_a_copy_with_other_names_is_the_same():
    assert shares(renamed)[0][0] == 1.0


def test_a_copy_with_other_names_and_one_more_statement_is_still_alike():
    assert shares(with_another_statement)[0][0] >= ALIKE


def test_a_renamed_copy_is_listed_and_the_others_are_not():
    answers = [one[2] for one in own_pieces() if one[0] == "layer_norm_forward"]
    copied = long_answer()
    others = [answer for answer in answers if answer != copied][:4]
    records = handed_in(
        ada=copied,
        bob=renamed(copied),
        **{f"other{k}": o for k, o in enumerate(others)},
    )
    (group,) = similar(records, course())
    assert group.people == (("ada", ""), ("bob", ""))
    assert group.shared == group.of >= OWN


@pytest.mark.parametrize("text", ["", "def f(:", "(" * 100_000, "x = 'a" * 50_000])
def test_what_is_not_python_is_alike_to_nothing(text):
    assert pieces(text) == frozenset()
    assert similar(handed_in(ada=text, bob=text), course()) == []


def test_the_stub_and_the_worked_answer_count_for_nobody():
    task = all_tasks()["layer_norm_forward"]
    stub = f"def {task.signature}:\n    raise NotImplementedError('Your code here.')"
    reference = inspect.getsource(task.reference)
    for text in (stub, reference):
        assert similar(handed_in(ada=text, bob=text), course()) == []


def test_a_known_mistake_that_two_make_is_no_likeness():
    mistakes = all_tasks()["layer_norm_backward"].mistakes
    sources = [inspect.getsource(m.answer) for m in mistakes[:5]]
    for text in sources:
        record = GradedTask(Verdict("layer_norm_backward", ()), text)
        both = [settled(graded(who, [record])) for who in ("ada", "bob")]
        assert similar(both, course()) == []


def test_what_many_of_a_class_write_does_not_count():
    sources = {f"learner{k}": long_answer() for k in range(11)}
    assert similar(handed_in(**sources), course()) == []


def test_a_group_holds_all_who_are_joined():
    text = long_answer()
    records = handed_in(ada=text, bob=renamed(text), eve=renamed(renamed(text)))
    (group,) = similar(records, course())
    assert len(group.people) == 3 and len(group.sources) == 3


def test_groups_do_not_depend_on_the_order_of_the_records():
    text = long_answer()
    records = handed_in(ada=text, bob=renamed(text), eve=text)
    assert similar(records, course()) == similar(records[::-1], course())


def main():
    """Print the measurement."""
    found = pairs()
    print(f"{len(own_pieces())} right answers to {len(all_tasks())} tasks")
    print(f"pairs with {OWN} own pieces or more: {len(found)}; the most alike:")
    print(*found[-5:], sep="\n")
    for change in (renamed, with_another_statement):
        copies = [share for share, *_ in shares(change)]
        marks = [copies[len(copies) * k // 100] for k in (0, 1, 5, 50)]
        assert all(a <= b for a, b in pairwise(marks))
        print(f"{change.__name__}: least, 1 %, 5 %, median:", *marks)


if __name__ == "__main__":
    main()
