"""Exercise 08: what is particular to its norms, its block and its broken net."""
# ruff: noqa: D101

import copy
from functools import partial

import numpy as np
import pytest
import torch
from right_answers.group_norm import by_rows
from right_answers.PreNormBlock import InOneLine
from right_answers.rms_norm import by_einsum
from torch import nn

from coursekit.autograders import all_tasks
from coursekit.autograders.normalized_residual_networks import capstone, repairs
from coursekit.grading.attempt import judge_answer
from coursekit.grading.cases import Cases, cases_for
from coursekit.grading.reasons import Reason
from coursekit.grading.recognise import recognise, wrong_pairs
from coursekit.grading.task import Task
from coursekit.grading.verdict import Status
from coursekit.probes.capstone import broken_net
from coursekit.probes.outcome import Observed
from coursekit.probes.run import observe, observe_all

RMS, GROUP = all_tasks()["rms_norm"], all_tasks()["group_norm"]
BLOCK, REPAIR = all_tasks()["PreNormBlock"], all_tasks()["repair"]
SEEDS = range(20)


def names(task, answer, seed=1):
    return [found.name for found in judge_answer(task, answer, seed).mistakes]


# --- the two norms ---------------------------------------------------------------


def doubled_eps(x, gamma, eps=1e-5):
    return by_einsum(x, gamma, 2 * eps)


def another_first_entry(x, gamma, eps=1e-5):
    y = by_einsum(x, gamma, eps)
    y[..., 0] += 0.5
    return y


@pytest.mark.parametrize("answer", [doubled_eps, another_first_entry])
def test_an_unknown_rms_norm_gets_a_law_and_a_place(answer):
    for seed in SEEDS:
        verdict = judge_answer(RMS, answer, seed)
        message = verdict.criteria[1].message
        assert not verdict.mistakes
        assert verdict.criteria[1].reason is Reason.WRONG_VALUE
        assert "the mean square of every vector of y should be m / (m + eps)" in message
        assert "first" in message and "most at [" in message


def test_an_rms_norm_of_the_right_size_but_another_direction_gets_a_law():
    def answer(x, gamma, eps=1e-5):
        return by_einsum(x[..., ::-1], gamma, eps)

    verdict = judge_answer(RMS, answer)
    assert not verdict.mistakes
    assert "the same number all along a vector" in verdict.criteria[1].message


def test_an_unknown_group_norm_gets_a_law_and_a_place():
    def answer(x, num_groups, gamma, beta, eps=1e-5):
        return by_rows(x + 0.1 * x**2, num_groups, gamma, beta, 3 * eps)

    for seed in SEEDS:
        verdict = judge_answer(GROUP, answer, seed)
        message = verdict.criteria[1].message
        assert not verdict.mistakes
        assert "every group of every sample should have the variance" in message
        assert "most at [" in message or "first and most at [" in message


def test_the_length_of_a_vector_is_told_as_two_things_at_once():
    def answer(x, gamma, eps=1e-5):
        return gamma * x / np.linalg.norm(x, axis=-1)[..., None]

    assert names(RMS, answer) == ["divided by the length, without eps"]


def mixed_images_only(x, num_groups, gamma, beta, eps=1e-5):
    n, c, h, w = x.shape
    g = x.reshape(num_groups, n * c * h * w // num_groups)
    g = (g - g.mean(1, keepdims=True)) / np.sqrt(g.var(1, keepdims=True) + eps)
    g = g.reshape(n, c, h, w)
    return gamma.reshape(1, c, 1, 1) * g + beta.reshape(1, c, 1, 1)


def test_two_independent_mistakes_are_both_named_though_one_raises():
    for seed in SEEDS:
        assert names(GROUP, mixed_images_only, seed) == [
            "samples and groups mixed by reshape",
            "written for images only",
        ]


def test_what_raises_is_told_with_its_line():
    message = judge_answer(GROUP, mixed_images_only).criteria[3].message
    assert "not enough values to unpack" in message and "in line 2" in message


@pytest.mark.parametrize(
    ("returned", "says"),
    [
        (None, "gave None. A function without `return` gives None"),
        ((1.0, 2.0), "gave 2 things in a tuple; the card asks for y alone"),
    ],
)
def test_another_result_than_y_is_described(returned, says):
    for task in (RMS, GROUP):
        first, *others = judge_answer(task, lambda *given: returned).criteria
        assert first.reason is Reason.WRONG_TYPE and says in first.message
        assert {end.reason for end in others} == {Reason.BLOCKED_BY}


def test_a_ready_made_norm_is_refused_by_name():
    def answer(x, num_groups, gamma, beta, eps=1e-5):
        from torch.nn import functional as F

        return F.group_norm(x, num_groups, gamma, beta, eps)

    verdict = judge_answer(GROUP, answer)
    assert {end.reason for end in verdict.criteria} == {Reason.FORBIDDEN_API}
    assert "torch.nn.functional.group_norm" in verdict.criteria[0].message


def test_float64_from_float32_passes_with_a_remark():
    verdict = judge_answer(RMS, lambda x, gamma, eps=1e-5: x * 0 + 1.0)
    assert verdict.score < verdict.out_of

    def answer(x, gamma, eps=1e-5):
        return by_einsum(x.astype(float), gamma, eps)

    verdict = judge_answer(RMS, answer)
    assert verdict.status is Status.PASS
    assert "y.astype(x.dtype)" in verdict.notes[0]


def test_the_worked_examples_of_the_norms_hold():
    x, gamma = np.array([1.0, 5.0, 1.0, 3.0]), np.array([1.0, 2.0, 4.0, -1.0])
    assert by_einsum(x, gamma, 7.0).tolist() == [0.25, 2.5, 1.0, -0.75]
    x, beta = np.array([[1.0, 3.0, 10.0, 20.0]]), np.array([0.0, 0.0, 1.0, 1.0])
    y = by_rows(x, 2, np.array([1.0, 2.0, 3.0, 4.0]), beta, 0.0)
    assert y.tolist() == [[-1.0, 2.0, -2.0, 5.0]]


# --- the Pre-LN block ------------------------------------------------------------


def test_the_worked_example_of_the_block_holds():
    assert sum(p.numel() for p in InOneLine(5, 7).parameters()) == 92
    block, x = InOneLine(3, 4), torch.tensor([[1.0, 2.0, 6.0]])
    nn.init.zeros_(block.linear2.weight)
    nn.init.zeros_(block.linear2.bias)
    assert torch.equal(block(x), x)
    post = nn.functional.layer_norm(x, (3,)).round(decimals=2)
    assert torch.equal(post, torch.tensor([[-0.93, -0.46, 1.39]]))


class OtherNames(nn.Module):
    def __init__(self, d, hidden):
        super().__init__()
        self.ln, self.fc1 = nn.LayerNorm(d), nn.Linear(d, hidden)
        self.fc2 = nn.Linear(hidden, d)

    def forward(self, x):
        return x + self.fc2(torch.relu(self.fc1(self.ln(x))))


def test_other_names_cost_one_criterion_alone():
    for seed in range(5):
        verdict = judge_answer(BLOCK, OtherNames, seed)
        failed = [end for end in verdict.criteria if end.status is not Status.PASS]
        assert failed == [verdict.criteria[1]]
        assert "got fc1.bias (7,), fc1.weight (7, 5)" in failed[0].message


class NormOnTrunkAndNoHidden(nn.Module):
    def __init__(self, d, hidden):
        super().__init__()
        self.norm, self.linear1 = nn.LayerNorm(d), nn.Linear(d, d)
        self.linear2 = nn.Linear(d, d)

    def forward(self, x):
        return x + self.norm(self.linear2(torch.relu(self.linear1(x))))


def test_two_mistakes_in_a_block_are_both_named():
    found = names(BLOCK, NormOnTrunkAndNoHidden)
    assert "the hidden width not used" in found


def test_a_function_in_the_place_of_the_class_is_described():
    verdict = judge_answer(BLOCK, lambda d, hidden: None)
    assert "must be a class that begins with" in verdict.criteria[0].message


def test_ready_made_blocks_of_the_course_are_refused():
    from coursekit.nets import PreNormBlock

    verdict = judge_answer(BLOCK, PreNormBlock)
    assert verdict.criteria[0].reason is Reason.FORBIDDEN_API


# --- the broken net --------------------------------------------------------------

WITHOUT_TRAINING = Task(
    **{
        **vars(REPAIR),
        "criteria": [c for c in REPAIR.criteria if capstone.LEARNED not in c.cases],
        "draw": lambda rng: {
            name: case
            for name, case in REPAIR.draw(rng).items()
            if name != capstone.LEARNED
        },
    }
)
FAULTS = [mistake.name for mistake in REPAIR.mistakes[:4]]


def looked_at(answer, seed):
    """Return the cases, without the training, and what an answer gives."""
    cases = cases_for(WITHOUT_TRAINING, seed)
    return cases, observe_all(WITHOUT_TRAINING.probe, answer, cases.inputs)


def named(answer, seed=1):
    return [mistake.name for mistake in recognise(*looked_at(answer, seed))]


def test_right_repairs_show_no_marks_for_many_seeds():
    for seed in SEEDS:
        assert not wrong_pairs(*looked_at(repairs.sound, seed))


@pytest.mark.parametrize("mistake", REPAIR.mistakes, ids=lambda mistake: mistake.name)
def test_each_repair_left_undone_shows_its_marks_for_many_seeds(mistake):
    for seed in SEEDS:
        assert named(mistake.answer, seed) == [mistake.name]


def test_the_net_as_it_comes_has_all_four_faults_and_no_other():
    verdict = judge_answer(REPAIR, repairs.nothing, seed=1)
    assert [found.name for found in verdict.mistakes] == FAULTS
    assert verdict.notes == ("0 of 4 faults are repaired.",)
    assert verdict.criteria[0].status is Status.PASS
    assert all(found.evidence for found in verdict.mistakes)


def test_two_faults_left_are_both_named_with_their_numbers():
    def answer(net):
        repairs.mend_norms(net, repairs.StillTrains)
        repairs.mend_blocks(net)
        return net

    verdict = judge_answer(REPAIR, answer, seed=1)
    assert [found.name for found in verdict.mistakes] == [FAULTS[0], FAULTS[3]]
    assert all(found.evidence for found in verdict.mistakes)
    assert verdict.notes == ("2 of 4 faults are repaired.",)


def test_a_copy_of_the_whole_list_still_shares():
    def answer(net):
        net.blocks = copy.deepcopy(net.blocks)
        repairs.mend_norms(net)
        repairs.mend_blocks(net)
        return net

    assert named(answer) == [FAULTS[0]]


def test_an_activation_before_the_sum_is_none_after_it():
    def answer(net):
        net = repairs.sound(net)
        repairs.mend_blocks(net, lambda block, a: torch.relu(block.branch(a)) + a)
        return net

    assert named(answer) == ["no activation after the sum"]


def replaced_norms(net, kind):
    net = repairs.sound(net)
    for parent in list(net.modules()):
        for name, part in list(parent.named_children()):
            if isinstance(part, nn.BatchNorm1d):
                setattr(parent, name, kind(part.num_features))
    return net


def test_norms_without_running_statistics_evaluate_on_the_batch():
    kind = partial(nn.BatchNorm1d, track_running_stats=False)
    assert named(partial(replaced_norms, kind=kind)) == [FAULTS[3]]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda net: None, "end it with `return net`"),
        (lambda net: 3, "gave an object of type int"),
        (lambda net: nn.Linear(64, 10), "has no stem and no blocks and no head"),
        (
            lambda net: replaced_norms(net, nn.LayerNorm),
            "The stem should hold 1 linear layer and 1 batch norm; yours holds 1 "
            "linear layer and no batch norms.",
        ),
    ],
)
def test_another_thing_than_the_net_is_described(answer, says):
    first, *others = judge_answer(REPAIR, answer).criteria
    assert first.status is Status.FAIL and says in first.message
    assert {end.reason for end in others} == {Reason.BLOCKED_BY}


def test_a_net_with_fewer_blocks_is_described():
    def answer(net):
        del net.blocks[3]
        return net

    message = judge_answer(REPAIR, answer).criteria[0].message
    assert "should have 24 blocks; yours has 23" in message


def test_the_room_lies_far_between_rounding_and_the_faults():
    """Rounding stays below 1e-11; every fault changes what shows it by 1e-3 or more."""
    marks = [capstone.BIASES, capstone.PAST, capstone.COMPANY]
    faulty = [
        repairs.constant_statistics,
        repairs.unmasked_skip,
        repairs.evaluates_on_the_batch,
    ]
    for seed in range(3):
        cases = cases_for(WITHOUT_TRAINING, seed)
        for (case, value), fault in zip(marks, faulty, strict=True):
            found = (
                observe(REPAIR.probe, answer, cases[case].inputs).values[value]
                for answer in (repairs.sound, fault)
            )
            sizes = [np.abs(numbers).max() for numbers in found]
            assert sizes[0] < 1e-11 and sizes[1] > 1e-3, (case, value, sizes)


def test_a_right_net_learns_with_room_to_spare():
    for seed in range(3):
        inputs = cases_for(REPAIR, seed)[capstone.LEARNED].inputs | {"asked": 0.83}
        outcome = observe(REPAIR.probe, REPAIR.reference, inputs)
        assert outcome.values[capstone.ACCURACY] == "at least 83%"


def test_the_accuracy_is_told_when_it_is_too_low():
    verdict = judge_answer(REPAIR, repairs.one_block, seed=1)
    message = verdict.criteria[-1].message
    assert "the accuracy on the test digits: expected at least 80%, got" in message


def test_the_broken_net_gives_no_error_and_hides_its_faults_in_the_forward_pass():
    x = torch.randn(20, 64, generator=torch.Generator().manual_seed(1))
    net = broken_net(3)
    sound = repairs.sound(copy.deepcopy(net))
    gap = (net(x) - sound(x)).abs().max()
    assert gap < 1e-3 * sound(x).abs().max()
    assert torch.equal(broken_net(3).head.weight, net.head.weight)
    assert not torch.equal(broken_net(4).head.weight, net.head.weight)


def test_the_worked_example_of_the_net_holds():
    found = [sum(p.numel() for p in part.parameters()) for part in parts_of(3)]
    assert found == [2144, 2240, 330]
    assert 2144 + 24 * 2240 + 330 == 56234


def parts_of(seed):
    net = repairs.sound(broken_net(seed))
    return net.stem, net.blocks[0], net.head


def test_cases_without_training_are_those_of_the_task():
    assert isinstance(cases_for(WITHOUT_TRAINING, 1), Cases)
    assert len(cases_for(WITHOUT_TRAINING, 1)) == len(cases_for(REPAIR, 1)) - 1
    assert all(
        isinstance(cases_for(WITHOUT_TRAINING, 1).expected(name), Observed)
        for name in cases_for(WITHOUT_TRAINING, 1)
    )
