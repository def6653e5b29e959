"""SGD and Adam on all parameters of a net at once: they lie in one vector.

The nets of the course have hundreds of small parameters. torch's own optimizers visit
one after the other, and the first of them imports torch's compiler, which takes longer
than many a training here. The rules and the names of the calls are the same.
"""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector


def as_vectors(model: nn.Module) -> tuple[Tensor, Tensor]:
    """Return all parameters of ``model`` as one vector, and their gradients.

    The parameters become views of the first and their gradients views of the second:
    who changes the vector moves the net, and a backward pass adds to the gradients.
    That ends where a parameter or a gradient is replaced or set to None.

    Returns
    -------
    values, slopes : Tensor of shape (parameters,)
        In the order of ``model.parameters()``; the gradients start at 0.

    Examples
    --------
    >>> layer = nn.Linear(2, 2)
    >>> values, _ = as_vectors(layer)
    >>> _ = values.zero_()
    >>> layer.weight.count_nonzero().item()
    0
    """
    parameters = list(model.parameters())
    values = parameters_to_vector(parameters).detach()
    slopes = torch.zeros_like(values)
    sizes = [parameter.numel() for parameter in parameters]
    parts = values.split(sizes), slopes.split(sizes)
    for parameter, value, slope in zip(parameters, *parts, strict=True):
        parameter.data = value.view_as(parameter)
        parameter.grad = slope.view_as(parameter)
    return values, slopes


class Updates:
    """What both rules share.

    Parameters
    ----------
    model : nn.Module
        Its parameters and gradients are put into vectors, see `as_vectors`.
    lr : float
        The rate, no unit; may be changed between updates.
    """

    def __init__(self, model: nn.Module, lr: float) -> None:
        self.lr = lr
        self.values, self.slopes = as_vectors(model)

    def zero_grad(self) -> None:
        """Set all gradients to 0; a backward pass then adds its own."""
        self.slopes.zero_()


class SGD(Updates):
    """Gradient descent with momentum, as `torch.optim.SGD`.

    Examples
    --------
    >>> layer = nn.Linear(1, 1, bias=False)
    >>> _ = nn.init.ones_(layer.weight)
    >>> updates = SGD(layer, lr=0.5)
    >>> layer(torch.ones(1)).backward()
    >>> updates.step()
    >>> layer.weight.item()
    0.5
    """

    def __init__(self, model: nn.Module, lr: float, momentum: float = 0.0) -> None:
        super().__init__(model, lr)
        self.momentum, self.velocity = momentum, torch.zeros_like(self.values)

    def step(self) -> None:
        """Move the parameters once."""
        self.velocity.mul_(self.momentum).add_(self.slopes)
        self.values.add_(self.velocity, alpha=-self.lr)


class Adam(Updates):
    """Adam with torch's defaults, as `torch.optim.Adam`.

    Source: Kingma, Ba, 2014, arXiv:1412.6980, Algorithm 1.
    """

    BETAS, EPS = (0.9, 0.999), 1e-8

    def __init__(self, model: nn.Module, lr: float) -> None:
        super().__init__(model, lr)
        self.mean, self.square = torch.zeros(2, *self.values.shape).to(self.values)
        self.done = 0

    def step(self) -> None:
        """Move the parameters once."""
        self.done += 1
        beta1, beta2 = self.BETAS
        self.mean.lerp_(self.slopes, 1 - beta1)
        self.square.mul_(beta2).addcmul_(self.slopes, self.slopes, value=1 - beta2)
        size = self.square.sqrt().div_((1 - beta2**self.done) ** 0.5).add_(self.EPS)
        self.values.addcdiv_(self.mean, size, value=-self.lr / (1 - beta1**self.done))


#: optimizer: (model, lr, momentum) -> its updates; Adam keeps its own momenta
OPTIMIZERS: Mapping[str, Callable[[nn.Module, float, float], Updates]] = {
    "sgd": SGD,
    "adam": lambda model, lr, momentum: Adam(model, lr),
}
