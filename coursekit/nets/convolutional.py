"""The basic residual block of convolutional networks."""

import torch
from torch import Tensor, nn

from coursekit.nets.batch_norm import BatchNorm2d
from coursekit.nets.drawing import convolution, default_generator


class BasicBlock(nn.Module):
    r"""Two 3x3 convolutions with batch norm, and ReLU after the sum.

    Computes ``relu(bn2(conv2(relu(bn1(conv1(x))))) + shortcut(x))``: the building
    block of ResNet-18 and ResNet-34 [1]_. The stride is the first convolution's. Where
    stride or channels change the shape, the shortcut is a 1x1 convolution of the same
    stride with a batch norm (option B of Section 3.3); else it has no parameters.

    Parameters
    ----------
    c_in, c_out : int
        Channels before and after.
    stride : int, default=1
        Rows and columns are divided by it (rounded up).
    zero_gamma : bool, default=False
        Start the last batch norm's weight at 0, so that the branch starts at 0 [2]_.
    generator : torch.Generator or None, default=None
        Draws the weights, std ``sqrt(2 / fan_in)``. None is a fresh generator with
        a fixed seed: two blocks made without a generator have equal weights.
    device, dtype
        Of parameters and buffers.

    Attributes
    ----------
    conv1, bn1, conv2, bn2, downsample
        The names by which ResNet checkpoints are known; ``downsample`` is None or a
        sequence of a convolution and a batch norm.

    Raises
    ------
    ValueError
        If a size is below 1.

    References
    ----------
    .. [1] He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", 2015,
       arXiv:1512.03385, Fig. 5 left.
    .. [2] Goyal et al., "Accurate, Large Minibatch SGD", 2017, arXiv:1706.02677,
       Section 5.1.

    Examples
    --------
    >>> block = BasicBlock(16, 32, stride=2)
    >>> block(torch.ones(2, 16, 8, 8)).shape
    torch.Size([2, 32, 4, 4])
    """

    def __init__(
        self,
        c_in: int,
        c_out: int,
        *,
        stride: int = 1,
        zero_gamma: bool = False,
        generator: torch.Generator | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        for name, size in {"c_in": c_in, "c_out": c_out, "stride": stride}.items():
            if size < 1:
                raise ValueError(f"BasicBlock: {name} must be at least 1; got {size}.")
        factory = {"device": device, "dtype": dtype}
        drawn = {"generator": generator or default_generator(), **factory}
        self.conv1 = convolution(c_in, c_out, kernel_size=3, stride=stride, **drawn)
        self.bn1 = BatchNorm2d(c_out, **factory)
        self.conv2 = convolution(c_out, c_out, kernel_size=3, **drawn)
        self.bn2 = BatchNorm2d(c_out, **factory)
        self.downsample = None
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(
                convolution(c_in, c_out, kernel_size=1, stride=stride, **drawn),
                BatchNorm2d(c_out, **factory),
            )
        if zero_gamma:
            nn.init.zeros_(self.bn2.weight)

    def branch(self, x: Tensor) -> Tensor:
        """Return what the convolutions compute, before the sum."""
        z = torch.relu(self.bn1(self.conv1(x)))
        return self.bn2(self.conv2(z))

    def shortcut(self, x: Tensor) -> Tensor:
        """Return ``x`` itself, or its projection where the shape changes."""
        return x if self.downsample is None else self.downsample(x)

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, c_out, H / stride, W / stride) for ``x`` of (N, c_in, H, W)."""
        return torch.relu(self.branch(x) + self.shortcut(x))
