"""The convolutional block equals the one everybody knows, weight by weight."""

import pytest
import torch
from torch import nn

from coursekit.nets import BasicBlock


class Known(nn.Module):
    """The basic block of ResNet-18, written with torch's own layers."""

    def __init__(self, c_in, c_out, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.relu = nn.ReLU()
        self.downsample = None
        if stride > 1 or c_in != c_out:
            self.downsample = nn.Sequential(
                nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False),
                nn.BatchNorm2d(c_out),
            )

    def forward(self, x):
        """Return the block's output."""
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return self.relu(y + (x if self.downsample is None else self.downsample(x)))


SHAPES = {
    "equal": (4, 4, 1),
    "wider": (4, 6, 1),
    "strided": (4, 4, 2),
    "both": (3, 6, 2),
}
every_shape = pytest.mark.parametrize(
    ("c_in", "c_out", "stride"), SHAPES.values(), ids=SHAPES
)


def images(n, c, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(n, c, 7, 7, generator=generator, dtype=torch.float64)


@every_shape
def test_training_and_evaluation_equal_the_known_block(c_in, c_out, stride):
    ours = BasicBlock(c_in, c_out, stride=stride, dtype=torch.float64)
    known = Known(c_in, c_out, stride).double()
    known.load_state_dict(ours.state_dict())
    for step in range(4):
        x = images(3, c_in, seed=step).requires_grad_()
        for module in (ours, known):
            module.train(step < 3)
        y, expected = ours(x), known(x)
        dy = images(3, c_out, seed=9)[..., : y.shape[2], : y.shape[3]]
        torch.testing.assert_close(y, expected)
        torch.testing.assert_close(
            torch.autograd.grad(y, [x, *ours.parameters()], dy),
            torch.autograd.grad(expected, [x, *known.parameters()], dy),
        )
    torch.testing.assert_close(dict(ours.state_dict()), dict(known.state_dict()))


@every_shape
def test_the_names_in_the_state_dict_are_the_known_ones(c_in, c_out, stride):
    ours, known = BasicBlock(c_in, c_out, stride=stride), Known(c_in, c_out, stride)
    assert list(ours.state_dict()) == list(known.state_dict())
    ours.load_state_dict(known.state_dict())


def test_only_the_first_convolution_has_the_stride():
    block = BasicBlock(4, 8, stride=2)
    assert block.conv1.stride == (2, 2)
    assert block.conv2.stride == (1, 1)


def test_zero_gamma_makes_the_block_the_identity_on_activations():
    x = images(3, 4, seed=0).relu()
    block = BasicBlock(4, 4, zero_gamma=True, dtype=torch.float64)
    assert torch.equal(block(x), x)


@pytest.mark.parametrize("size", [{"c_in": 0}, {"c_out": 0}, {"stride": 0}])
def test_a_size_below_one_is_refused(size):
    (name,) = size
    with pytest.raises(ValueError, match=f"BasicBlock: {name} must be at least 1"):
        BasicBlock(**{"c_in": 4, "c_out": 4, **size})
