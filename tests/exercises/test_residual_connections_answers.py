"""Exercise 02: forms that are understood; wrong answers are placed and counted."""

import subprocess
import sys

import numpy as np
import pytest
from right_answers.residual_backward import every_node, layer_by_layer
from right_answers.residual_forward import by_einsum, one_line_each, with_a_dict

from coursekit.autograders import all_tasks
from coursekit.grading.attempt import judge_answer
from coursekit.grading.cases import cases_for
from coursekit.grading.reasons import Reason
from coursekit.grading.verdict import Status

torch = pytest.importorskip("torch")
nn = torch.nn

FORWARD = all_tasks()["residual_forward"]
BACKWARD = all_tasks()["residual_backward"]
BLOCK = all_tasks()["ResidualBlock"]
SEEDS = range(20)


def relu(x):
    return np.maximum(x, 0)


def names_of(verdict):
    return [found.name for found in verdict.mistakes]


def mistake_called(task, name):
    return next(m for m in task.mistakes if m.name == name)


class Block(nn.Module):
    """A right block that tests spoil in one place."""

    def __init__(self, d_in, d_out, *, mode):
        super().__init__()
        self.mode = mode
        self.linear1, self.linear2 = nn.Linear(d_in, d_out), nn.Linear(d_out, d_out)
        self.shortcut = nn.Identity()
        if d_in != d_out:
            self.shortcut = nn.Linear(d_in, d_out, bias=False)

    def forward(self, a):
        """Return the block's output."""
        inner = torch.relu(a) if self.mode == "pre" else a
        s = self.linear2(torch.relu(self.linear1(inner))) + self.shortcut(a)
        return s if self.mode == "pre" else torch.relu(s)


def without_torch(code):
    """Run code in a process in which torch cannot be imported."""
    return subprocess.run(
        [sys.executable, "-c", f"import sys; sys.modules['torch'] = None\n{code}"],
        capture_output=True,
        text=True,
    )


def test_the_two_functions_are_judged_without_torch():
    ran = without_torch(
        "from coursekit.autograders.residual_connections import TASKS\n"
        "from coursekit.grading.attempt import judge_answer\n"
        "for task in TASKS[:2]:\n"
        "    for answer in (task.reference, task.mistakes[0].answer):\n"
        "        verdict = judge_answer(task, answer, look_at_source=False)\n"
        "        print(verdict.score, len(verdict.mistakes))"
    )
    assert ran.stdout.split() == ["8", "0", "2", "1", "10", "0", "4", "1"], ran.stderr


@pytest.mark.parametrize("task", [FORWARD, BACKWARD, BLOCK], ids=lambda t: t.name)
def test_cases_hold_activations_of_both_signs(task):
    for seed in SEEDS:
        for name, case in cases_for(task, seed).items():
            a = case.inputs.get("a")
            if a is not None and len(a) > 1 and "at least 0" not in name:
                assert (a < 0).any() and (a > 0).any(), name


# -- forward


def doubled_branch(a, W1, b1, W2, b2):
    z1 = a @ W1 + b1
    s = 2 * (relu(z1) @ W2 + b2) + a
    return relu(s), (a, z1, s, W1, W2)


def absolute_value(a, W1, b1, W2, b2):
    _, cache = one_line_each(a, W1, b1, W2, b2)
    return np.abs(cache[2]), cache


def leaky(a, W1, b1, W2, b2):
    _, cache = one_line_each(a, W1, b1, W2, b2)
    return np.where(cache[2] > 0, cache[2], 0.01 * cache[2]), cache


@pytest.mark.parametrize(
    ("answer", "law"),
    [
        (doubled_branch, "cache.s less a should be z"),
        (absolute_value, "out less relu(s), with s from the cache, should be 0"),
        (leaky, "The number of negative entries of out should be 0"),
    ],
)
def test_an_unknown_mistake_gets_a_law_and_a_place(answer, law):
    for seed in SEEDS:
        verdict = judge_answer(FORWARD, answer, seed)
        assert not verdict.mistakes
        assert verdict.criteria[1].reason is Reason.WRONG_VALUE
        assert law in verdict.criteria[1].message
        assert "most at [" in verdict.criteria[1].message


def test_relu_before_the_sum_is_named_whatever_is_cached():
    def answer(a, W1, b1, W2, b2):
        z1 = a @ W1 + b1
        z = relu(z1) @ W2 + b2
        out = relu(z) + a
        return out, (a, z1, out, W1, W2)

    for seed in SEEDS:
        verdict = judge_answer(FORWARD, answer, seed)
        assert names_of(verdict) == ["a added after the activation"]


def test_the_evidence_is_an_entry_where_z_is_negative():
    mistake = mistake_called(FORWARD, "a added after the activation")
    (found,) = judge_answer(FORWARD, mistake.answer).mistakes
    assert " z is -" in found.evidence and "relu(z + a) is" in found.evidence


def test_two_slips_in_the_cache_are_both_named():
    def answer(a, W1, b1, W2, b2):
        out, (_, z1, s, _, _) = one_line_each(a, W1, b1, W2, b2)
        return out, (a, relu(z1), relu(s), W1, W2)

    for seed in SEEDS:
        verdict = judge_answer(FORWARD, answer, seed)
        assert verdict.score == verdict.out_of - 1
        assert sorted(names_of(verdict)) == [
            "s cached after its ReLU",
            "z1 cached after its ReLU",
        ]


@pytest.mark.parametrize("change", ["a", "W1", "b2"])
def test_a_change_of_any_argument_is_seen(change):
    def answer(a, W1, b1, W2, b2):
        out, cache = one_line_each(a.copy(), W1.copy(), b1, W2, b2)
        {"a": a, "W1": W1, "b2": b2}[change][...] = 0.0
        return out, cache

    verdict = judge_answer(FORWARD, answer)
    assert names_of(verdict) == ["a changed in place"]
    assert verdict.criteria[-1].reason is Reason.MUTATED_INPUT
    assert verdict.score == verdict.out_of - 1


def test_prints_are_shown_as_a_note():
    def answer(a, W1, b1, W2, b2):
        print("a has shape", a.shape)
        return by_einsum(a, W1, b1, W2, b2)

    verdict = judge_answer(FORWARD, answer)
    assert verdict.status is Status.PASS
    assert "printed: a has shape (6, 4)" in verdict.notes[0]


def test_single_precision_is_told_from_wrong_numbers():
    def answer(a, W1, b1, W2, b2):
        out, cache = with_a_dict(a, W1, b1, W2, b2)
        return out.astype(np.float32), cache

    first = judge_answer(FORWARD, answer).criteria[0]
    assert first.reason is Reason.WRONG_DTYPE
    assert "The values are right, in float32: " in first.message


def test_the_course_reference_itself_is_no_answer():
    for task in (FORWARD, BACKWARD):
        end = judge_answer(task, task.reference).criteria[0]
        assert end.reason is Reason.FORBIDDEN_API


# -- backward


def test_an_unknown_mistake_in_da_gets_a_law_and_two_places():
    def answer(dout, cache):
        da, *parameters = every_node(dout, cache)
        return da + 0.25 * dout * (cache.s > 0), *parameters

    for seed in SEEDS:
        verdict = judge_answer(BACKWARD, answer, seed)
        assert not verdict.mistakes
        message = verdict.criteria[1].message
        assert "should be what the skip path carries" in message
        assert "first" in message and "most at [" in message


def test_an_unknown_mistake_in_the_parameters_gets_a_law():
    def answer(dout, cache):
        da, dW1, db1, dW2, db2 = every_node(dout, cache)
        return da, dW1, db1, 1.5 * dW2, db2

    verdict = judge_answer(BACKWARD, answer)
    assert not verdict.mistakes
    assert "with a difference of 0" in verdict.criteria[2].message


def test_two_independent_mistakes_are_both_named():
    def answer(dout, cache):
        da, dW1, db1, dW2, db2 = every_node(dout, cache)
        return da - dout * (cache.s > 0), dW1, db1[None], dW2, db2[None]

    for seed in SEEDS:
        verdict = judge_answer(BACKWARD, answer, seed)
        assert sorted(names_of(verdict)) == [
            "gradients of the biases of shape (1, m)",
            "the gradient of the skip path missing",
        ]


def test_a_forgotten_mask_is_invisible_on_positive_sums_and_found_all_the_same():
    def answer(dout, cache):
        da, *parameters = every_node(dout, cache)
        return da + dout * (cache.s <= 0), *parameters

    for seed in SEEDS:
        verdict = judge_answer(BACKWARD, answer, seed)
        assert names_of(verdict) == ["the mask missing on the skip path"]
        assert "the sum s is -" in verdict.mistakes[0].evidence


@pytest.mark.parametrize("which", ["s", "z1"])
def test_slope_one_at_zero_is_named_for_either_mask(which):
    def answer(dout, cache):
        a, z1, s, W1, W2 = cache
        ds = dout * ((s >= 0) if which == "s" else (s > 0))
        dz1 = (ds @ W2.T) * ((z1 >= 0) if which == "z1" else (z1 > 0))
        return ds + dz1 @ W1.T, a.T @ dz1, dz1.sum(0), relu(z1).T @ ds, ds.sum(0)

    for seed in SEEDS:
        verdict = judge_answer(BACKWARD, answer, seed)
        assert names_of(verdict) == ["slope 1 where a sum is exactly 0"]
        assert verdict.score == verdict.out_of - 1


def test_masks_on_both_paths_apart_are_the_same_and_a_second_mask_is_harmless():
    def answer(dout, cache):
        mask = cache.s > 0
        return every_node(dout * mask * mask, cache)

    assert judge_answer(BACKWARD, answer).status is Status.PASS


def test_a_broken_forward_pass_costs_the_backward_pass_nothing():
    assert judge_answer(FORWARD, doubled_branch).status is not Status.PASS
    assert judge_answer(BACKWARD, layer_by_layer).status is Status.PASS


@pytest.mark.parametrize(
    ("returned", "says"),
    [
        (None, "gave None. A function without `return` gives None"),
        ((1, 2), "gave 2 things, the card asks for 5: (da, dW1, db1, dW2, db2)"),
        ({"da": 1}, "gave a dict with da; it must hold da, dW1, db1, dW2, db2"),
    ],
)
def test_another_result_than_five_gradients_is_described(returned, says):
    first, *others = judge_answer(BACKWARD, lambda dout, cache: returned).criteria
    assert first.reason is Reason.WRONG_TYPE
    assert says in first.message
    assert {end.reason for end in others} == {Reason.BLOCKED_BY}


# -- the module


def test_other_names_cost_the_names_only():
    class Named(nn.Module):
        def __init__(self, d_in, d_out, *, mode):
            super().__init__()
            self.fc1, self.fc2 = nn.Linear(d_in, d_out), nn.Linear(d_out, d_out)
            self.pre, self.skip = mode == "pre", nn.Identity()
            if d_in != d_out:
                self.skip = nn.Linear(d_in, d_out, bias=False)

        def forward(self, a):
            h = torch.relu(self.fc1(torch.relu(a) if self.pre else a))
            s = self.fc2(h) + self.skip(a)
            return s if self.pre else torch.relu(s)

    for seed in SEEDS:
        verdict = judge_answer(BLOCK, Named, seed)
        assert not verdict.mistakes
        failed = [end for end in verdict.criteria if end.status is not Status.PASS]
        assert [end.sentence[:14] for end in failed] == ["The parameters"]
        assert "got fc1.bias (4,), fc1.weight (4, 4)" in failed[0].message


def test_the_number_of_parameters_is_the_evidence():
    mistake = mistake_called(BLOCK, "one linear layer used twice")
    (found,) = judge_answer(BLOCK, mistake.answer).mistakes
    assert found.evidence == (
        "ResidualBlock(4, 4) should have 40 numbers to train; yours has 20"
    )


def test_the_shortcut_that_projects_always_is_known_by_its_parameters():
    class Projecting(Block):
        def __init__(self, d_in, d_out, *, mode):
            super().__init__(d_in, d_out, mode=mode)
            self.shortcut = nn.Linear(d_in, d_out, bias=False)
            nn.init.eye_(self.shortcut.weight)

    verdict = judge_answer(BLOCK, Projecting)
    assert names_of(verdict) == ["a projection on every skip path"]


def test_an_unknown_mistake_in_a_block_is_told_the_branch_it_should_have():
    class Doubled(Block):
        def forward(self, a):
            skip = self.shortcut(a)
            inner = torch.relu(a) if self.mode == "pre" else a
            s = 2 * self.linear2(torch.relu(self.linear1(inner))) + skip
            return s if self.mode == "pre" else torch.relu(s)

    for seed in SEEDS:
        verdict = judge_answer(BLOCK, Doubled, seed)
        assert not verdict.mistakes
        assert "should be z where out is above 0" in verdict.criteria[2].message


def test_a_block_that_never_looks_at_the_widths_is_told_both_things_at_once():
    class Bare(Block):
        def __init__(self, d_in, d_out, *, mode):
            super().__init__(d_in, d_out, mode="post")
            self.shortcut = nn.Linear(d_in, d_out)

    for seed in SEEDS:
        verdict = judge_answer(BLOCK, Bare, seed)
        assert names_of(verdict) == ["a projection with a bias on every skip path"]


def test_two_independent_slips_of_a_block_are_both_named():
    class Twice(Block):
        def __init__(self, d_in, d_out, *, mode):
            super().__init__(d_in, d_out, mode=mode)
            if d_in != d_out:
                self.shortcut = nn.Linear(d_in, d_out)

        def forward(self, a):
            inner = torch.relu(a) if self.mode == "pre" else a
            z = self.linear2(torch.relu(self.linear1(inner))).detach()
            s = z + self.shortcut(a)
            return s if self.mode == "pre" else torch.relu(s)

    for seed in SEEDS:
        assert sorted(names_of(judge_answer(BLOCK, Twice, seed))) == [
            "a bias on the projection",
            "the branch cut out of the gradient",
        ]


def test_a_list_of_layers_is_told_where_torch_looks():
    class Listed(Block):
        def __init__(self, d_in, d_out, *, mode):
            super().__init__(d_in, d_out, mode=mode)
            self.both = {1: self.linear1, 2: self.linear2, 3: self.shortcut}
            del self.linear1, self.linear2, self.shortcut

        def forward(self, a):
            return self.both[2](torch.relu(self.both[1](a)))

    verdict = judge_answer(BLOCK, Listed)
    assert names_of(verdict) == ["layers in a plain list"]
    assert "where torch does not look" in verdict.criteria[0].message


def test_layers_outside_the_block_are_shared():
    layers = [nn.Linear(4, 4).double(), nn.Linear(4, 4).double()]

    class Outside(Block):
        def __init__(self, d_in, d_out, *, mode):
            super().__init__(d_in, d_out, mode=mode)
            if d_in == d_out:
                self.linear1, self.linear2 = layers

    verdict = judge_answer(BLOCK, Outside)
    assert names_of(verdict) == ["two blocks share their layers"]
    assert verdict.criteria[-1].reason is Reason.NON_DETERMINISTIC


def test_random_numbers_in_forward_are_not_deterministic():
    class Dropping(Block):
        def forward(self, a):
            return nn.functional.dropout(super().forward(a), 0.5)

    verdict = judge_answer(BLOCK, Dropping)
    assert verdict.criteria[-1].reason is Reason.NON_DETERMINISTIC


def test_a_block_that_is_no_module_is_told_so():
    class Plain:
        def __init__(self, d_in, d_out, *, mode):
            self.mode = mode

    first, *others = judge_answer(BLOCK, Plain).criteria
    assert "must be a class that begins with `class ResidualBlock" in first.message
    assert {end.reason for end in others} == {Reason.BLOCKED_BY}


def test_a_forward_without_return_is_told_so():
    class Forgetful(Block):
        def forward(self, a):
            super().forward(a)

    first = judge_answer(BLOCK, Forgetful).criteria[0]
    assert first.reason is Reason.WRONG_TYPE
    assert "yours is None" in first.message


def test_an_untouched_forward_is_said_to_reach_the_placeholder():
    class Half(Block):
        def forward(self, a):
            raise NotImplementedError("Your code here.")

    verdict = judge_answer(BLOCK, Half)
    assert verdict.criteria[1].status is Status.PASS
    assert "still reaches the placeholder" in verdict.criteria[0].message


def test_a_forgotten_super_is_told_what_to_begin_with():
    class Orphan(nn.Module):
        def __init__(self, d_in, d_out, *, mode):
            self.linear1 = nn.Linear(d_in, d_out)

    message = judge_answer(BLOCK, Orphan).criteria[0].message
    assert "Begin `__init__` with `super().__init__()`." in message


def test_layers_that_do_not_fit_are_told_by_their_widths():
    class Narrow(Block):
        def __init__(self, d_in, d_out, *, mode):
            super().__init__(d_in, d_out, mode=mode)
            self.linear2 = nn.Linear(5, d_out)

    message = judge_answer(BLOCK, Narrow).criteria[0].message
    assert "A tensor of shape (7, 4) met a weight that takes 5 features." in message


def test_an_overwritten_tensor_is_told_from_other_errors():
    mistake = mistake_called(BLOCK, "the branch added in place")
    message = judge_answer(BLOCK, mistake.answer).criteria[4].message
    assert "write `x = x + y` for `x += y`" in message


@pytest.mark.parametrize("task", [FORWARD, BACKWARD, BLOCK], ids=lambda t: t.name)
@pytest.mark.parametrize(
    "returned", [None, "text", {}, object(), (object(), (None,) * 5), (object(),) * 5]
)
def test_a_result_of_any_kind_gets_a_verdict(task, returned):
    verdict = judge_answer(task, lambda *given, **options: returned)
    assert verdict.score < verdict.out_of


def test_a_missing_keyword_is_a_wrong_signature():
    class Positional(nn.Module):
        def __init__(self, d_in, d_out):
            super().__init__()

    verdict = judge_answer(BLOCK, Positional)
    assert "ResidualBlock(d_in, d_out, *, mode)" in verdict.criteria[0].message


def test_a_check_leaves_torch_as_it_was():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    judge_answer(BLOCK, Block)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_block_of_the_course_is_no_answer():
    class Borrowed(nn.Module):
        def __init__(self, d_in, d_out, *, mode):
            from coursekit import nets

            super().__init__()
            self.inner = nets.ResidualBlock(d_in, d_out, mode=mode)

    end = judge_answer(BLOCK, Borrowed).criteria[0]
    assert end.reason is Reason.FORBIDDEN_API
    assert "coursekit.nets.ResidualBlock" in end.message


@pytest.mark.parametrize("zero", [("linear1",), ("linear1", "linear2")])
def test_a_first_layer_of_zeros_is_named_with_the_second_or_without(zero):
    class Dead(Block):
        def __init__(self, d_in, d_out, *, mode):
            super().__init__(d_in, d_out, mode=mode)
            for name in zero:
                nn.init.zeros_(getattr(self, name).weight)
                nn.init.zeros_(getattr(self, name).bias)

    verdict = judge_answer(BLOCK, Dead)
    assert names_of(verdict) == ["a branch that starts at 0 and stays there"]
    assert "expected linear1, linear2, got none" in verdict.criteria[4].message


def test_the_worked_examples_of_the_prompts_hold():
    a, W1 = np.array([[2.0, -1.0]]), np.array([[1.0, -1.0], [1.0, 2.0]])
    W2 = np.array([[-3.0, 2.0], [5.0, 5.0]])
    b1, b2 = np.array([0.0, 1.0]), np.array([0.0, 0.5])
    out, cache = one_line_each(a, W1, b1, W2, b2)
    assert cache[1].tolist() == [[1.0, -3.0]]
    assert (cache[2] - a).tolist() == [[-3.0, 2.5]]
    assert cache[2].tolist() == [[-1.0, 1.5]] and out.tolist() == [[0.0, 1.5]]
    da, dW1, db1, dW2, db2 = every_node(np.array([[4.0, 1.0]]), cache)
    assert da.tolist() == [[2.0, 3.0]]
    assert dW1.tolist() == [[4.0, 0.0], [-2.0, 0.0]] and db1.tolist() == [2.0, 0.0]
    assert dW2.tolist() == [[0.0, 1.0], [0.0, 0.0]] and db2.tolist() == [0.0, 1.0]


def test_the_worked_example_of_the_module_holds():
    for width, count in ((4, 40), (6, 96)):
        block = Block(4, width, mode="post")
        assert sum(p.numel() for p in block.parameters()) == count
    for mode, expected in (("post", [[2.0, 0.0]]), ("pre", [[2.0, -3.0]])):
        block = Block(2, 2, mode=mode)
        nn.init.zeros_(block.linear2.weight)
        nn.init.zeros_(block.linear2.bias)
        assert block(torch.tensor([[2.0, -3.0]])).tolist() == expected
