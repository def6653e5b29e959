"""What must still work behind the walls: everything an honest answer does."""

from collections.abc import Iterator

import pytest
from walled import Warm, started

NUMPY = {
    "linear algebra": """
import numpy as np
a = np.random.default_rng(0).normal(size=(60, 60))
for f in (np.linalg.inv, np.linalg.svd, np.linalg.eigh, np.linalg.qr): f(a @ a.T)
np.einsum("ij,kj->ik", a, a), np.fft.fft(a), np.sort(a), np.linalg.solve(a, a)
""",
    "files": """
import numpy as np
np.save("a.npy", np.ones(3)); np.load("a.npy")
np.savez("b", a=np.ones(3)); np.load("b.npz")["a"]
np.savetxt("c", np.ones(3)); np.loadtxt("c")
np.memmap("d", mode="w+", shape=(3,))[:] = 1
""",
    "errors and warnings": """
import traceback, warnings, logging
import numpy as np
warnings.warn("careful"); logging.warning("careful")
with np.errstate(all="warn"): np.ones(1) / np.zeros(1)
try: np.ones(3) @ np.ones(4)
except ValueError: assert "matmul" in traceback.format_exc()
try: np.testing.assert_allclose(1, 2)
except AssertionError: pass
""",
    "the standard library": """
import math, json, dataclasses, typing, itertools, collections, functools, random
import statistics, copy, time, datetime, zoneinfo, uuid, tempfile, pathlib, inspect
import decimal, fractions, re, io, string, enum, abc, contextlib, heapq, bisect, types
import pickle, hashlib, base64, textwrap, operator, csv, pprint, timeit, doctest
@dataclasses.dataclass
class A:
    b: typing.Any = None
copy.deepcopy(A()), inspect.signature(A), uuid.uuid4(), random.random()
assert pickle.loads(pickle.dumps({1: 2})) == {1: 2}
time.sleep(0.001); datetime.datetime.now(zoneinfo.ZoneInfo("UTC"))
assert inspect.getsource(textwrap.dedent)
""",
    "concurrency that is imported only": """
import asyncio, ctypes, multiprocessing, socket, ssl, subprocess, threading
import concurrent.futures, urllib.request
with threading.Lock(): pass
print(socket.gethostname(), file=open("/dev/null", "w"))
""",
}
TORCH = {
    "autograd": """
import torch
x = torch.randn(4, 4, dtype=torch.float64, requires_grad=True)
(x.exp() @ x.T).sum().backward()
assert torch.allclose(torch.autograd.grad(x.sin().sum(), x)[0], x.cos())
""",
    "a module in training": """
import torch
from torch import nn
from torch.nn import functional as F
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(2, 2, 3, padding=1), nn.BatchNorm2d(2))
        self.register_buffer("mean", torch.zeros(2))
    def forward(self, x): return x + F.relu(self.net(x))
block = Block()
block(torch.randn(8, 2, 9, 9)).square().mean().backward()
block.eval(); block.load_state_dict(block.state_dict()); block.double()
nn.LayerNorm(4)(torch.randn(3, 4)); nn.Linear(3, 3)(torch.randn(2, 3)); repr(block)
with torch.no_grad(): torch.linalg.svd(torch.randn(9, 9)); torch.randn(500, 500).std()
""",
    "files and words": """
import torch
torch.save({"a": torch.ones(3)}, "x.pt"); torch.load("x.pt")
try: torch.ones(3) @ torch.ones(4)
except RuntimeError as error: assert str(error)
assert repr(torch.ones(2)) == "tensor([1., 1.])"
list(torch.utils.data.DataLoader(torch.arange(10), batch_size=2))
""",
}


def clean(ended):
    assert (ended.status, ended.raised, ended.denied) == (0, "", ""), ended


@pytest.mark.parametrize("what", NUMPY)
def test_plain_and_numpy_code_works(warm, what):
    if warm.as_nobody:
        pytest.skip("it imports, and the packages may lie in a closed home")
    clean(warm.run(NUMPY[what]))


@pytest.fixture(scope="module", params=["namespaces", "landlock", "process"])
def with_torch(request: pytest.FixtureRequest) -> Iterator[Warm]:
    """Start a worker that has imported torch."""
    warm = started(request.param, "import torch; torch.set_num_threads(1)")
    yield warm
    warm.close()


@pytest.mark.parametrize("what", TORCH)
def test_torch_code_works(with_torch, what):
    clean(with_torch.run(TORCH[what]))


def test_a_package_that_wants_a_thread_can_do_without(warm):
    if warm.as_nobody:
        pytest.skip("it imports, and the packages may lie in a closed home")
    source = "from tqdm import tqdm\nfor _ in tqdm(range(3)): print('on')"
    ended = warm.run(source)
    assert (ended.said, ended.raised, ended.denied) == ("on\n" * 3, "", "")
