"""The course's layers and networks as torch modules, with torch's own names."""

from coursekit.nets.batch_norm import BatchNorm1d, BatchNorm2d
from coursekit.nets.convolutional import BasicBlock
from coursekit.nets.group_norm import GroupNorm
from coursekit.nets.layer_norm import LayerNorm, RMSNorm
from coursekit.nets.networks import BlockStack, PlainNet, ResidualNet
from coursekit.nets.residual import ResidualBlock
from coursekit.nets.schemes import initialize
from coursekit.nets.sublayers import PostNormBlock, PreNormBlock

__all__ = [
    "BasicBlock",
    "BatchNorm1d",
    "BatchNorm2d",
    "BlockStack",
    "GroupNorm",
    "LayerNorm",
    "PlainNet",
    "PostNormBlock",
    "PreNormBlock",
    "RMSNorm",
    "ResidualBlock",
    "ResidualNet",
    "initialize",
]
