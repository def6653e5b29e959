"""Exercise 01: what is judged is torch's; wrong answers are placed and named."""

import re
from pathlib import Path

import numpy as np
import pytest
from right_answers.plain_forward_backward import from_z_with_helpers, with_a_class
from right_answers.predict_gain import by_cases
from right_answers.repaired_step import gradients_first, the_broken_one_with_an_axis

from coursekit.autograders import all_tasks
from coursekit.autograders.plain_networks import nets
from coursekit.grading.attempt import judge_answer
from coursekit.grading.cases import cases_for
from coursekit.grading.reasons import Reason
from coursekit.grading.verdict import Status
from coursekit.probes.plain_networks import ACTIVITY

WALK = all_tasks()["plain_forward_backward"]
GAIN = all_tasks()["predict_gain"]
STEP = all_tasks()["repaired_step"]
SEEDS = range(20)
SOURCE = Path(__file__).parents[2] / "solutions" / "sources" / "01_plain_networks.py"


def names_of(task, answer, seed=None):
    return [found.name for found in judge_answer(task, answer, seed).mistakes]


def cell(name):
    """Return a code cell of the exercise."""
    text = SOURCE.read_text(encoding="utf-8")
    return re.search(rf"^# %% {name}\b.*?\n(.*?)(?=^# %%)", text, re.M | re.S)[1]


def several(inputs, letter):
    return [inputs[f"{letter}{at}"] for at in range(inputs["layers"])]


@pytest.mark.parametrize("name", [n for n in cases_for(WALK, 1) if "far" not in n])
def test_the_gradients_of_a_plain_net_are_torchs(name):
    torch = pytest.importorskip("torch")
    for seed in SEEDS:
        inputs = cases_for(WALK, seed)[name].inputs
        g = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}
        Ws = [torch.tensor(W, requires_grad=True) for W in several(inputs, "W")]
        a = [torch.tensor(inputs["x"], requires_grad=True)]
        for W in Ws:
            a.append(g[inputs["act"]](a[-1] @ W))
        loss = (a[-1] * torch.tensor(inputs["dout"])).sum()
        wanted = torch.autograd.grad(loss, [*Ws, *a])
        out, dWs, lengths = nets.plain_forward_backward(
            inputs["x"], several(inputs, "W"), inputs["act"], inputs["dout"]
        )
        np.testing.assert_allclose(out, a[-1].detach(), rtol=1e-12, atol=1e-13)
        for dW, ours in zip(dWs, wanted, strict=False):
            np.testing.assert_allclose(dW, ours, rtol=1e-10, atol=1e-12)
        torchs = [float(delta.norm()) for delta in wanted[len(Ws) :]]
        np.testing.assert_allclose(lengths, torchs, rtol=1e-11)


@pytest.mark.parametrize("name", [n for n in cases_for(STEP, 1) if "steps" not in n])
def test_a_repaired_step_is_one_of_torchs_sgd(name):
    torch = pytest.importorskip("torch")
    for seed in SEEDS:
        inputs = cases_for(STEP, seed)[name].inputs
        Ws = [torch.tensor(W, requires_grad=True) for W in several(inputs, "W")]
        bs = [torch.tensor(b, requires_grad=True) for b in several(inputs, "b")]
        a = torch.tensor(inputs["x"])
        for W, b in zip(Ws, bs, strict=True):
            a = torch.relu(a @ W + b)
        loss = (a * torch.tensor(inputs["dout"])).sum(dim=1).mean()
        loss.backward()
        torch.optim.SGD([*Ws, *bs], lr=inputs["lr"]).step()
        numbers = several(inputs, "W"), several(inputs, "b")
        new_Ws, new_bs = nets.repaired_step(
            inputs["x"], *numbers, inputs["dout"], inputs["lr"]
        )
        for ours, torchs in zip([*new_Ws, *new_bs], [*Ws, *bs], strict=True):
            np.testing.assert_allclose(ours, torchs.detach(), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("act", ["identity", "relu", "leaky_relu", "tanh", "sigmoid"])
def test_the_predicted_gain_keeps_the_mean_square_of_slopes_at_one(act):
    torch = pytest.importorskip("torch")
    functions = {
        "identity": lambda z: z,
        "relu": torch.relu,
        "leaky_relu": lambda z: torch.nn.functional.leaky_relu(z, 0.3),
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
    }
    z = torch.linspace(-1e-4, 1e-4, 1000, dtype=torch.float64, requires_grad=True)
    (slopes,) = torch.autograd.grad(functions[act](z).sum(), z)
    gain = nets.predict_gain(act, 0.3)
    assert gain**2 * float((slopes**2).mean()) == pytest.approx(1, abs=1e-7)


def test_torch_recommends_the_same_gains_where_there_is_a_kink():
    torch = pytest.importorskip("torch")
    recommended = torch.nn.init.calculate_gain
    assert nets.predict_gain("relu") == pytest.approx(recommended("relu"))
    for slope in (0.01, 0.3, -0.5):
        ours = nets.predict_gain("leaky_relu", slope)
        assert ours == pytest.approx(recommended("leaky_relu", slope))
    assert recommended("tanh") == 5 / 3 and recommended("sigmoid") == 1


def test_no_layer_of_a_drawn_relu_net_is_dead():
    for seed in range(100):
        cases = cases_for(WALK, seed)
        for name in ("ReLU", "as many samples as features", "20 layers"):
            inputs = cases[name].inputs
            activations = nets.forward(inputs["x"], several(inputs, "W"), "relu")
            assert all(0.25 <= (a > 0).mean() <= 0.75 for a in activations[1:])


def test_every_z_of_the_case_far_from_0_is_far_on_both_sides():
    for seed in range(100):
        inputs = cases_for(WALK, seed)["z far from 0"].inputs
        z = inputs["x"] @ inputs["W0"]
        assert np.abs(z).min() >= 1000 and z.min() < 0 < z.max()


def test_the_broken_step_kills_a_layer_that_right_steps_keep_alive():
    (bug,) = [m for m in STEP.mistakes if m.name == "the bug is still there"]
    for seed in SEEDS:
        cases = cases_for(STEP, seed)
        right = cases.expected("20 steps").values[ACTIVITY]
        broken = cases.mistaken(bug, "20 steps").values[ACTIVITY]
        assert right.min() > 0 and broken.min() == 0


@pytest.mark.parametrize(
    "form", [list, tuple, np.array], ids=["list", "tuple", "array"]
)
def test_lengths_are_understood_in_any_form(form):
    def answer(x, Ws, act, dout):
        out, dWs, lengths = with_a_class(x, Ws, act, dout)
        return out, dWs, form(lengths)

    assert judge_answer(WALK, answer).status is Status.PASS


def test_gradients_of_square_matrices_may_come_in_one_array():
    def answer(x, Ws, act, dout):
        out, dWs, lengths = with_a_class(x, Ws, act, dout)
        square = len({dW.shape for dW in dWs}) == 1
        return out, np.stack(dWs) if square else dWs, lengths

    assert judge_answer(WALK, answer).status is Status.PASS


@pytest.mark.parametrize(
    ("dWs", "says"),
    [
        (None, "dWs should be a list of arrays; yours is None."),
        ({0: 1}, "dWs should be a list of arrays; yours is of type dict."),
        ([1.0], "one for each matrix in Ws; yours holds 1."),
    ],
)
def test_another_thing_than_one_gradient_for_each_matrix_is_described(dWs, says):
    def answer(x, Ws, act, dout):
        out, _, lengths = with_a_class(x, Ws, act, dout)
        return out, dWs, lengths

    verdict = judge_answer(WALK, answer)
    assert says in verdict.criteria[0].message
    assert verdict.criteria[0].reason is Reason.WRONG_TYPE


def test_lengths_that_are_no_numbers_do_not_cost_the_gradients():
    def answer(x, Ws, act, dout):
        out, dWs, _ = with_a_class(x, Ws, act, dout)
        return out, dWs, ["long", "short"]

    verdict = judge_answer(WALK, answer)
    assert verdict.criteria[0].reason is Reason.WRONG_TYPE
    assert [end.status for end in verdict.criteria[1:3]] == [Status.PASS] * 2


def longer_by_a_tenth(x, Ws, act, dout):
    out, dWs, lengths = from_z_with_helpers(x, Ws, act, dout)
    return out, dWs, 1.1 * lengths


def first_dW_scaled(x, Ws, act, dout):
    out, dWs, lengths = from_z_with_helpers(x, Ws, act, dout)
    return out, [1.5 * dWs[0], *dWs[1:]], lengths


@pytest.mark.parametrize(
    ("answer", "criterion", "law"),
    [
        (longer_by_a_tenth, 3, "should be the length of dout"),
        (first_dW_scaled, 2, "the sum of dWs[0] * Ws[0] should be that of dout * out"),
    ],
)
def test_an_unknown_mistake_in_a_plain_net_gets_a_law_and_a_place(
    answer, criterion, law
):
    for seed in SEEDS:
        verdict = judge_answer(WALK, answer, seed)
        message = verdict.criteria[criterion].message
        assert not verdict.mistakes
        assert law in message and "first" in message


def test_an_unknown_step_of_the_biases_gets_a_law_and_a_place():
    def answer(x, Ws, bs, dout, lr):
        new_Ws, new_bs = the_broken_one_with_an_axis(x, Ws, bs, dout, lr)
        return new_Ws, [b - 0.01 for b in new_bs]

    for seed in SEEDS:
        verdict = judge_answer(STEP, answer, seed)
        message = verdict.criteria[1].message
        assert not verdict.mistakes
        assert "by lr times the mean of dz" in message and "first" in message


def test_two_independent_mistakes_in_a_plain_net_are_both_named():
    def answer(x, Ws, act, dout):
        out, dWs, lengths = from_z_with_helpers(x, Ws, act, dout)
        return out, [dW / len(x) for dW in dWs], lengths**2

    for seed in SEEDS:
        assert set(names_of(WALK, answer, seed)) == {
            "dWs averaged over the samples",
            "lengths squared",
        }


def test_something_kept_between_calls_is_noticed():
    calls = []

    def answer(x, Ws, act, dout):
        calls.append(act)
        out, dWs, lengths = with_a_class(x, Ws, act, dout)
        return out, dWs, [length * (1 + (len(calls) == 2)) for length in lengths]

    verdict = judge_answer(WALK, answer)
    assert verdict.criteria[-1].reason is Reason.NON_DETERMINISTIC
    assert verdict.score == verdict.out_of - 1


def test_lengths_of_several_shapes_are_told_and_taken_for_no_other_mistake():
    def answer(x, Ws, act, dout):
        out, dWs, lengths = with_a_class(x, Ws, act, dout)
        return out, dWs, [np.full(4, lengths[0]), *lengths[1:]]

    verdict = judge_answer(WALK, answer)
    assert not verdict.mistakes
    message = verdict.criteria[0].message
    assert "a list of arrays of shapes (4,), (), (), ()" in message
    assert verdict.criteria[-1].status is Status.PASS


def test_two_independent_mistakes_in_the_gains_are_both_named():
    def answer(act, slope=0.01):
        return {"sigmoid": 1, "leaky_relu": 2**0.5}.get(act, by_cases(act))

    for seed in SEEDS:
        assert set(names_of(GAIN, answer, seed)) == {
            "sigmoid like tanh",
            "leaky_relu like relu",
        }


def test_the_broken_step_of_the_exercise_is_recognised_and_shown():
    namespace = {"np": np}
    exec(cell("broken-step"), namespace)
    for seed in SEEDS:
        (found,) = judge_answer(STEP, namespace["broken_step"], seed).mistakes
        assert found.name == "the bug is still there"
        moves = re.search(r"last layer by ([-\d., ]+);", found.evidence)[1]
        assert len(set(moves.split(", "))) == 1


def test_the_story_is_true_one_step_kills_a_healthy_net(capsys):
    pytest.importorskip("torch")
    namespace = {}
    for name in ("imports", "broken-step", "lengths-by-autograd", "run-broken-step"):
        exec(cell(name), namespace)
    before, after = capsys.readouterr().out.split("and after one step of Ada's:\n")
    lengths = [
        [float(n) for n in re.findall(r"length +([\d.e+-]+)", text)]
        for text in (before, after)
    ]
    assert min(lengths[0]) > 10 and len(lengths[0]) == len(lengths[1]) == 9
    assert lengths[1][:8] == [0.0] * 8 and lengths[1][8] > 10
    assert " 0 of 16 units fire" in after.splitlines()[-1]
    repaired = gradients_first(
        *(namespace[name] for name in ("x", "Ws", "bs")),
        namespace["out"] - namespace["target"],
        0.05,
    )
    namespace["look"](
        namespace["x"], repaired["new_Ws"], repaired["new_bs"], namespace["target"]
    )
    repaired = re.findall(r"length +([\d.e+-]+)", capsys.readouterr().out)
    assert min(map(float, repaired)) > 1


def test_steps_that_change_the_shapes_are_told_instead_of_raising():
    def answer(x, Ws, bs, dout, lr):
        new_Ws, new_bs = the_broken_one_with_an_axis(x, Ws, bs, dout, lr)
        return new_Ws, [b[None] for b in new_bs]

    verdict = judge_answer(STEP, answer)
    assert "have other shapes than before" in verdict.criteria[3].message
    assert names_of(STEP, answer) == ["new biases of shape (1, n)"]


def test_gradients_by_autograd_are_refused_by_name():
    def answer(x, Ws, act, dout):
        import torch

        a = torch.tensor(x, requires_grad=True)
        return torch.autograd.grad(a.sum(), a)

    first = judge_answer(WALK, answer).criteria[0]
    assert first.reason is Reason.FORBIDDEN_API
    assert "`torch.autograd.grad` in line 5" in first.message


def test_an_estimated_gain_is_wrong_and_told_to_be_worked_out():
    def answer(act, slope=0.01):
        z = np.random.default_rng(0).normal(size=10_000)
        slopes = np.where(z > 0, 1, {"relu": 0, "leaky_relu": slope}.get(act, 1))
        return np.mean(slopes**2) ** -0.5 * (4 if act == "sigmoid" else 1)

    verdict = judge_answer(GAIN, answer)
    assert not verdict.mistakes
    assert "take the mean" in verdict.criteria[1].message


def test_the_worked_examples_of_the_prompts_of_exercise_01_hold():
    Ws = [np.array([[3.0, -1.0], [4.0, 0.0]]), np.array([[4.0], [3.0]])]
    x, dout = np.array([[1.0, 2.0]]), np.array([[1.0]])
    out, dWs, lengths = with_a_class(x, Ws, "relu", dout)
    assert out.tolist() == [[44.0]] and lengths == [20.0, 5.0, 1.0]
    assert [dW.tolist() for dW in dWs] == [[[4.0, 0.0], [8.0, 0.0]], [[11.0], [0.0]]]
    assert by_cases("leaky_relu", 7) == pytest.approx(0.2, rel=1e-15)
    step = (np.array([[1.0], [3.0]]), [np.ones((1, 2))], [np.zeros(2)])
    dout = np.array([[1.0, -1.0], [1.0, 1.0]])
    (W,), (b,) = the_broken_one_with_an_axis(*step, dout, 0.1)
    np.testing.assert_allclose(W, [[0.8, 0.9]], rtol=1e-15)
    np.testing.assert_allclose(b, [-0.1, 0.0], rtol=1e-15)
    namespace = {"np": np}
    exec(cell("broken-step"), namespace)
    _, (b,) = namespace["broken_step"](*step, dout, 0.1)
    np.testing.assert_allclose(b, [-0.1, -0.1], rtol=1e-15)
