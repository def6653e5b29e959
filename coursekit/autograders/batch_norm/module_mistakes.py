"""What goes wrong in batch norm as a torch module: what a layer keeps, and its modes.

The layers themselves are in `broken_layers`, which needs torch.
"""

from collections.abc import Callable, Mapping
from typing import Any

from coursekit.autograders.catalogue import Catalogue

MISTAKES = Catalogue()


def made_by(name: str) -> Callable[..., Any]:
    """Return a function that makes the layer of `broken_layers` called ``name``."""

    def make(num_features: int, **options: float) -> Any:
        from coursekit.autograders.batch_norm import broken_layers

        return getattr(broken_layers, name)(num_features, **options)

    return make


def add(name: str, layer: str, explanation: str, **how: Any) -> None:
    """Add the mistake that the class ``layer`` of `broken_layers` makes."""
    MISTAKES.add(name, explanation, **how)(made_by(layer))


def buffers_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say which parameters and buffers the layer has."""
    if "the parameters" not in got:
        return ""
    return (
        f"your parameters are {got['the parameters']}; of the running statistics, "
        f"{got['the running statistics']}"
    )


def share_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say how far the running mean went from the old value to the batch's."""
    if "running_mean" not in got:
        return ""
    batch, old = inputs.get("batch 1", inputs["x"]).mean(0), inputs["mean"]
    share = ((got["running_mean"] - old) / (batch - old))[0]
    momentum = inputs.get("momentum", 0.1)
    return (
        f"with momentum = {momentum} your running mean goes {share:.2f} of the way "
        f"from the old value to the batch's; the card asks for {momentum}"
    )


add(
    "running statistics as plain attributes",
    "PlainAttributes",
    "running_mean and running_var are plain attributes, which torch does not know: "
    "they are missing from `state_dict`, so saving loses them, and `.to(...)` leaves "
    "them behind. Use `self.register_buffer`.",
    evidence=buffers_shown,
)
add(
    "running statistics as parameters",
    "RunningParameters",
    "running_mean and running_var are parameters, so an optimizer would change them "
    "(weight decay alone is enough). They are kept, not learned: use "
    "`self.register_buffer`.",
    evidence=buffers_shown,
)
add(
    "no running statistics",
    "NoMemory",
    "The layer has no running_mean and no running_var, so there is nothing that "
    "evaluation could use. Register both as buffers in `__init__`, and move them in "
    "every training step.",
)
add(
    "running statistics not used at all",
    "Unused",
    "The buffers are there, but training does not move them and evaluation does not "
    "read them: both modes normalize with the batch. Move them in every training step, "
    "and use them if `self.training` is False.",
)
add(
    "weight and bias as plain tensors",
    "NothingLearns",
    "weight and bias are plain tensors, so no optimizer finds them and nothing saves "
    "them. Make each an `nn.Parameter`.",
    evidence=buffers_shown,
)
add(
    "weight and bias as buffers",
    "AllBuffers",
    "weight and bias are buffers: they are saved, but no optimizer finds them and no "
    "gradient reaches them. Make each an `nn.Parameter`.",
    evidence=buffers_shown,
)
add(
    "gamma and beta for weight and bias",
    "GammaAndBeta",
    "Your parameters are called gamma and beta, as in the formula. torch calls them "
    "weight and bias, and `state_dict` goes by names: with others nothing can be "
    "loaded from torch's layer or into it.",
    evidence=buffers_shown,
)
add(
    "running statistics of shape (1, C)",
    "RowBuffers",
    "The buffers have the shape (1, num_features). They would broadcast, but torch's "
    "layer has (num_features,), and `load_state_dict` compares shapes. Leave the axis "
    "of length 1 out.",
    evidence=buffers_shown,
)
add(
    "parameters and statistics of shape (1, C)",
    "Rows",
    "All four tensors have the shape (1, num_features). They would broadcast, but "
    "torch's layer has (num_features,), and `load_state_dict` compares shapes. Leave "
    "the axis of length 1 out.",
    evidence=buffers_shown,
)
add(
    "weight starts at 0",
    "WeightAtZero",
    "A new layer has weight 0, so it gives 0 for every input, and no gradient reaches "
    "what lies before it. weight starts at 1 and bias at 0.",
)
add(
    "weight starts at random",
    "RandomWeight",
    "A new layer has random weights, as a linear layer would. Batch norm starts by "
    "only normalizing: weight 1, bias 0.",
)
add(
    "running variance starts at 0",
    "VarianceAtZero",
    "running_var starts at 0. Evaluated before any training, the layer would divide by "
    "sqrt(eps) and make everything 300 times larger. Start it at 1.",
)
add(
    "running statistics with a graph",
    "KeepsGraph",
    "The running statistics hang on the graph of every batch so far: memory grows "
    "with each step, and a second `backward` fails. Take them out of the graph, by "
    "`.detach()` or under `torch.no_grad()`.",
)
add(
    "mode taken from the gradients",
    "ModeFromGradients",
    "You take `torch.is_grad_enabled()` for the mode. The two have nothing to do with "
    "each other: `.eval()` does not turn gradients off, and `torch.no_grad()` does not "
    "evaluate. Ask `self.training`.",
)
add(
    "training mode without gradients",
    "NeedsBoth",
    "Under `torch.no_grad()` your layer evaluates although it is in training mode. "
    "no_grad says only that no graph is kept: the mode is `self.training` alone.",
)
add(
    "statistics detached",
    "DetachedStatistics",
    "y is right, but mean and variance are constants to the gradient: they were "
    "detached, or computed under `torch.no_grad()`. They depend on x, so let the "
    "gradient through; detach only what is remembered.",
)
add(
    "variance detached",
    "DetachedVariance",
    "y is right, but the variance is a constant to the gradient. It depends on x, so "
    "let the gradient through; detach only what is remembered.",
)
add(
    "everything under no_grad",
    "NoGradEverywhere",
    "The whole forward pass runs under `torch.no_grad()`, so nothing before this layer "
    "can learn. Put only the update of the running statistics under it.",
)
add(
    "`.eval()` without effect",
    "EvalIgnored",
    "After `.eval()` the layer does what it did before: it uses the batch and moves "
    "the running statistics. `.eval()` sets `self.training` to False; ask that, and "
    "not a flag of your own.",
)
add(
    "evaluation uses the batch",
    "EvalUsesBatch",
    "In evaluation you still normalize with the batch's own mean and variance. One "
    "sample alone would become the bias. Use running_mean and running_var.",
)
add(
    "evaluation updates the running statistics",
    "UpdatesAlways",
    "y is right in evaluation, but the running statistics move there too. Looking at "
    "test data would change the net. Update them only if `self.training`.",
)
