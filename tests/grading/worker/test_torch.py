"""Answers with torch: gradients after a fork, limits, and calls that are forbidden."""

import pytest
from hostile import HEAD
from jobs import job, work

from coursekit.grading.isolation import Level
from coursekit.grading.reasons import Reason
from coursekit.grading.worker.job import Work
from coursekit.probes.outcome import Observed, Raised

FORBIDDEN = (
    "torch.nn.LayerNorm",
    "torch.nn.BatchNorm1d",
    "torch.nn.functional.layer_norm",
    "torch.layer_norm",
    "torch.nn.modules.instancenorm",
    "coursekit.nets",
)
BESIDE = (
    "import numpy as np\nimport torch\nfrom torch import nn\n"
    "from torch.nn import functional as F\nfrom torch.nn.functional import layer_norm "
    "as ln",
)
RIGHT = HEAD + (
    "    t = torch.from_numpy(x).requires_grad_()\n"
    "    m = t.mean(-1, keepdim=True)\n"
    "    inv_std = ((t - m) ** 2).mean(-1, keepdim=True).add(eps).rsqrt()\n"
    "    (t * t).sum().backward()\n"
    "    assert bool((t.grad == 2 * t).all())\n"
    "    x_hat = (t - m) * inv_std\n"
    "    return x_hat, (x_hat, inv_std, gamma)\n"
)


def run(worker, source, **options):
    made = work(source, **options)
    return worker.run(job(made, beside=BESIDE))["layer_norm"]


def test_gradients_work_in_a_child(torch_worker):
    outcome = next(iter(run(torch_worker, RIGHT).outcomes.values()))
    assert isinstance(outcome, Observed), outcome
    assert outcome.values["y"].shape == (1, 4)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("F.layer_norm(t, (4,))", "torch.nn.functional.layer_norm"),
        ("ln(t, (4,))", "torch.nn.functional.layer_norm"),
        ("torch.layer_norm(t, (4,))", "torch.layer_norm"),
        ("nn.LayerNorm(4)", "torch.nn.LayerNorm"),
        ("getattr(nn, 'Layer' + 'Norm')(4)", "torch.nn.LayerNorm"),
        ("type('Mine', (nn.BatchNorm1d,), {})(4)", "torch.nn.BatchNorm1d"),
        ("nn.InstanceNorm1d(4)", "torch.nn.modules.instancenorm.InstanceNorm1d"),
        ("import coursekit.nets.layer_norm", "coursekit.nets"),
    ],
)
def test_what_is_forbidden_refuses_and_is_named(torch_worker, line, name):
    swallowed = f"    try:\n        {line}\n    except Exception:\n        pass\n"
    source = RIGHT.replace("    m =", f"{swallowed}    m =", 1)
    ran = run(torch_worker, source, forbidden=FORBIDDEN)
    assert ran.reason is Reason.FORBIDDEN_API
    assert f"`{name}`" in ran.message
    allowed = run(torch_worker, source)
    assert allowed.reason is Reason.OK


def test_torchs_own_layers_and_our_probes_may_call_what_answers_may_not(torch_worker):
    line = "    nn.TransformerEncoderLayer(4, 1).double()(t[None])\n    m ="
    source = RIGHT.replace("    m =", line, 1)
    ran = run(torch_worker, source, forbidden=FORBIDDEN)
    assert ran.reason is Reason.OK
    outcome = next(iter(ran.outcomes.values()))
    assert isinstance(outcome, Observed), outcome


def test_the_broken_net_of_the_capstone_can_be_imported(torch_worker):
    source = "from coursekit.probes.capstone import broken_net\ndef repair(net):\n"
    made = Work(
        "repair",
        "coursekit.probes.repaired:repaired",
        source + "    return broken_net(1)\n",
        {"skip": {"seed": 0, "numbers": 1, "look": "nothing"}},
    )
    outcome = torch_worker.run(job(made))["repair"].outcomes["skip"]
    assert isinstance(outcome, Raised)  # after the net: there is no such look
    assert (outcome.type_name, outcome.message) == ("KeyError", "'nothing'")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("torch.ones(1 << 20, 1 << 14)", Reason.MEMORY_LIMIT),
        ("while True: t = t + 1", Reason.TIMEOUT_CPU),
        ("torch.utils.cpp_extension", Reason.OK),
        ("torch.set_num_threads(8)", Reason.OK),
    ],
)
def test_torch_ends_at_the_same_walls(torch_worker, line, reason):
    ran = run(torch_worker, RIGHT.replace("    m =", f"    {line}\n    m =", 1))
    assert ran.reason is reason, ran.message


def test_torchs_own_way_to_files_meets_the_kernels_walls(torch_worker, tmp_path):
    if torch_worker.level is Level.PROCESS:
        pytest.skip("this level has no wall against native code")
    tmp_path.chmod(0o777)
    line = f"    torch.save(t, {str(tmp_path / 'new')!r})\n    m ="
    ran = run(torch_worker, RIGHT.replace("    m =", line, 1))
    assert not [*tmp_path.iterdir()]
    outcomes = ran.outcomes.values()  # with namespaces, the folder is not there at all
    assert ran.reason is Reason.SANDBOX_DENIED or all(
        isinstance(outcome, Raised) for outcome in outcomes
    )


def test_a_subclass_of_tensor_is_no_tensor(torch_worker):
    source = HEAD + "    return nn.Parameter(torch.from_numpy(x)), (x, x, x)\n"
    outcome = next(iter(run(torch_worker, source).outcomes.values()))
    assert str(outcome.values["y"]) == "Odd(type_name='Parameter')"
