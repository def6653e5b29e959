"""Linear and convolutional layers whose weights are drawn from a given generator."""

import math

import torch
from torch import nn

#: He's gain for ReLU: the half that ReLU cuts away is made up for (arXiv:1502.01852).
HE = math.sqrt(2.0)


#: Seeds the weights where no generator is given: the ResNet paper's arXiv number. Not
#: 0, because data drawn with seed 0 would then be the same numbers as the weights.
DEFAULT_SEED = 1512_03385


def default_generator() -> torch.Generator:
    """Return a fresh generator with `DEFAULT_SEED`.

    Modules made without a generator draw from one each, so two of them have equal
    weights. Pass both the same generator to draw different ones. torch's global
    generator is never read or moved.
    """
    return torch.Generator().manual_seed(DEFAULT_SEED)


@torch.no_grad()
def draw(weight: torch.Tensor, *, gain: float, generator: torch.Generator) -> None:
    r"""Fill ``weight`` from a normal distribution of std ``gain / sqrt(fan_in)``.

    A layer then multiplies the mean square of its input by ``gain**2``. After ReLU,
    ``gain = sqrt(2)`` keeps the variance of the layers before it (He et al., 2015,
    arXiv:1502.01852, Eq. 10). torch's default for `torch.nn.Linear` has the standard
    deviation of ``gain = 1 / sqrt(3) = 0.577``.

    Parameters
    ----------
    weight : Tensor of shape (out, in, *)
        Changed in place; ``fan_in`` is the product of all axes but the first.
    gain : float
        No unit; 0 gives zeros.
    generator : torch.Generator
        Draws on its own device in float32, so that a seed means the same numbers
        whatever the layer's device and dtype.

    Raises
    ------
    ValueError
        If ``gain`` is negative or not finite.
    """
    if not 0 <= gain < math.inf:
        raise ValueError(f"draw: gain must be finite and at least 0; got {gain}.")
    noise = torch.randn(
        weight.shape, generator=generator, device=generator.device, dtype=torch.float32
    )
    fan_in = weight[0].numel()
    weight.copy_(noise * (gain / math.sqrt(fan_in)))


def undrawn(kind: type[nn.Module], *args: object, **options: object) -> nn.Module:
    """Return a layer on the CPU and leave torch's global generator where it was.

    The layer's own initialization draws from it. `torch.nn.utils.skip_init` would spare
    the drawing, but takes ten times as long and imports a compiler.
    """
    with torch.random.fork_rng(devices=()):
        return kind(*args, device="cpu", **options)


def linear(
    d_in: int,
    d_out: int,
    *,
    generator: torch.Generator,
    gain: float = HE,
    bias: bool = True,
    device: torch.device | str | None = None,
    dtype: torch.dtype | None = None,
) -> nn.Linear:
    """Return a linear layer with drawn weights, see `draw`, and zero biases.

    Examples
    --------
    >>> layer = linear(3, 5, generator=torch.Generator().manual_seed(1))
    >>> layer.weight.shape, layer.bias.count_nonzero().item()
    (torch.Size([5, 3]), 0)
    """
    layer = undrawn(nn.Linear, d_in, d_out, bias=bias, dtype=dtype)
    draw(layer.weight, gain=gain, generator=generator)
    if bias:
        nn.init.zeros_(layer.bias)
    return layer.to(torch.get_default_device() if device is None else device)


def convolution(
    c_in: int,
    c_out: int,
    *,
    kernel_size: int,
    generator: torch.Generator,
    stride: int = 1,
    device: torch.device | str | None = None,
    dtype: torch.dtype | None = None,
) -> nn.Conv2d:
    """Return a convolution with drawn weights, no bias and zero padding.

    With ``stride`` 1 rows and columns stay as many as they were.

    Examples
    --------
    >>> layer = convolution(3, 8, kernel_size=3, generator=torch.Generator())
    >>> layer(torch.zeros(1, 3, 6, 6)).shape
    torch.Size([1, 8, 6, 6])
    """
    layer = undrawn(
        nn.Conv2d,
        c_in,
        c_out,
        kernel_size,
        stride=stride,
        padding=kernel_size // 2,
        bias=False,
        dtype=dtype,
    )
    draw(layer.weight, gain=HE, generator=generator)
    return layer.to(torch.get_default_device() if device is None else device)
