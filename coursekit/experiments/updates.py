"""torch's SGD and Adam on all parameters of a net at once: they lie in one vector.

The nets of the course have hundreds of small parameters, and an optimizer that visits
one after the other takes longer than the rest of a training step. And an object of
`torch.optim` loads torch's compiler, a second's work, while the functions in which it
computes do without.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector
from torch.optim.adam import adam
from torch.optim.sgd import sgd


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


class Updates(ABC):
    """An optimizer of all parameters of a net at once; see `as_vectors`.

    Parameters
    ----------
    model : nn.Module
        The net.
    lr, momentum : float
        Learning rate, to be changed between steps, and momentum, no unit.
    """

    def __init__(self, model: nn.Module, lr: float, momentum: float = 0.0) -> None:
        self.values, self.slopes = as_vectors(model)
        self.lr, self.momentum = lr, momentum

    def zero_grad(self) -> None:
        """Set the gradients to 0."""
        self.slopes.zero_()

    @abstractmethod
    def step(self) -> None:
        """Update the parameters by their gradients."""


class SGD(Updates):
    """torch's SGD."""

    def __init__(self, model: nn.Module, lr: float, momentum: float = 0.0) -> None:
        super().__init__(model, lr, momentum)
        self.buffers: list[Tensor | None] = [None]

    @torch.no_grad()
    def step(self) -> None:
        """Update the parameters by their gradients and the momentum."""
        sgd(
            [self.values],
            [self.slopes],
            self.buffers,
            lr=self.lr,
            momentum=self.momentum,
            weight_decay=0.0,
            dampening=0.0,
            nesterov=False,
            maximize=False,
        )


class Adam(Updates):
    """torch's Adam, with its own betas and eps; it takes no momentum."""

    def __init__(self, model: nn.Module, lr: float, momentum: float = 0.0) -> None:
        super().__init__(model, lr, momentum)
        self.means = torch.zeros_like(self.values)
        self.squares = torch.zeros_like(self.values)
        self.steps = torch.tensor(0.0)

    @torch.no_grad()
    def step(self) -> None:
        """Update the parameters by the moments of their gradients."""
        adam(
            [self.values],
            [self.slopes],
            [self.means],
            [self.squares],
            [],
            [self.steps],
            lr=self.lr,
            beta1=0.9,
            beta2=0.999,
            eps=1e-8,
            weight_decay=0.0,
            amsgrad=False,
            maximize=False,
        )


#: optimizer: (model, lr, momentum) -> what updates it
OPTIMIZERS: Mapping[str, type[Updates]] = {"sgd": SGD, "adam": Adam}
