"""Right answers to `gradient_by_path_length`, in the styles that people write."""

from collections import defaultdict
from functools import cache
from itertools import combinations, product
from math import comb

import numpy as np


def downwards(jacobians, g):
    L = len(jacobians)
    terms = np.zeros((L + 1, g.shape[0]))
    terms[0] = g
    for block in range(L - 1, -1, -1):
        for k in range(L, 0, -1):
            terms[k] = terms[k] + jacobians[block].T @ terms[k - 1]
    return terms


def all_rows_at_once(jacobians, g):
    terms = np.zeros((len(jacobians) + 1, g.size))
    terms[0] = g
    for J in jacobians[::-1]:
        terms[1:] += terms[:-1] @ J
    return terms


def from_a_copy(jacobians, g):
    old = [np.array(g)] + [np.zeros_like(g) for _ in jacobians]
    for J in reversed(jacobians):
        new = [row.copy() for row in old]
        for k in range(1, len(old)):
            new[k] += np.dot(J.T, old[k - 1])
        old = new
    return np.stack(old)


def grows_by_a_row(jacobians, g):
    """Keep as many rows as there are lengths so far; return them as a list."""
    rows = [g.copy()]
    for J in list(jacobians)[::-1]:
        longer = [row @ J for row in rows]
        rows = [
            *(a + b for a, b in zip(rows, [0 * g, *longer[:-1]], strict=True)),
            longer[-1],
        ]
    return rows


def as_a_tuple(jacobians, g):
    return tuple(row.copy() for row in all_rows_at_once(jacobians, g))


def rolled(jacobians, g):
    """Let the last row roll around: it is 0 until the last block is done."""
    terms = np.vstack([g, np.zeros((len(jacobians), len(g)))])
    for J in reversed(jacobians):
        terms = terms + np.roll(terms, 1, axis=0) @ J
    return terms


def every_path(jacobians, g):
    terms = np.zeros((len(jacobians) + 1, len(g)))
    for path in product([0, 1], repeat=len(jacobians)):
        v = g
        for J, takes_branch in zip(jacobians[::-1], path[::-1], strict=True):
            if takes_branch:
                v = J.T @ v
        terms[sum(path)] += v
    return terms


def by_combinations(jacobians, g):
    rows = []
    for k in range(len(jacobians) + 1):
        row = np.zeros(len(g))
        for chosen in combinations(jacobians, k):
            product_ = np.eye(len(g))
            for J in chosen:
                product_ = product_ @ J.T
            row += product_ @ g
        rows.append(row)
    return np.array(rows)


def by_recursion(jacobians, g):
    if len(jacobians) == 0:
        return g[None, :].copy()
    first, *others = jacobians
    behind = by_recursion(others, g)
    nothing = np.zeros((1, len(g)))
    skipped, taken = np.vstack([behind, nothing]), np.vstack([nothing, behind])
    return skipped + np.einsum("ji,kj->ki", first, taken)


def with_a_dict(jacobians, g):
    by_length = defaultdict(lambda: np.zeros(len(g)))
    by_length[0] = g
    for J in reversed(jacobians):
        for k in sorted(by_length, reverse=True):
            by_length[k + 1] = by_length[k + 1] + J.transpose().dot(by_length[k])
    return np.array([by_length[k] for k in range(len(jacobians) + 1)])


def as_columns(jacobians, g):
    P = np.zeros((len(g), len(jacobians) + 1))
    P[:, 0] = g
    for J in np.array(jacobians)[::-1] if len(jacobians) else []:
        P[:, 1:] += J.T @ P[:, :-1].copy()
    return P.T


def memory(jacobians, g):
    L = len(jacobians)

    @cache
    def P(block, k):
        """All paths of length k from the output back to the input of a block."""
        if k < 0 or k > L - block:
            return np.zeros(len(g))
        if block == L:
            return g
        return P(block + 1, k) + jacobians[block].T @ P(block + 1, k - 1)

    return np.array([P(0, k) for k in range(L + 1)])


class _Sorter:
    def __init__(self, L, g):
        self.rows = np.zeros((L + 1, len(g)))
        self.rows[0, :] = g

    def back_through(self, J):
        self.rows[1:] += np.einsum("kj,ji->ki", self.rows, J)[:-1]


def with_a_class_behind(jacobians, g):
    sorter = _Sorter(len(jacobians), g)
    for J in reversed(jacobians):
        sorter.back_through(J)
    return sorter.rows


def by_interpolation(jacobians, g):
    """Solve for the rows: with every J times t the gradient is a polynomial in t."""
    L = len(jacobians)
    angles = np.exp(2j * np.pi * np.arange(L + 1) / (L + 1))
    values = []
    for t in angles:
        v = g.astype(complex)
        for J in reversed(jacobians):
            v = v + t * (J.T @ v)
        values.append(v)
    back = np.conj(angles)[:, None] ** np.arange(L + 1)
    return (back.T @ np.array(values) / (L + 1)).real


def by_torch(jacobians, g):
    import torch

    rows = [torch.tensor(np.ascontiguousarray(g))]
    for J in reversed(jacobians):
        J = torch.tensor(np.ascontiguousarray(J))
        rows.append(J.T @ rows[-1])
        for k in range(len(rows) - 2, 0, -1):
            rows[k] = rows[k] + J.T @ rows[k - 1]
    return torch.stack(rows).numpy()


def counted_out(jacobians, g):
    """With a check of its own that there are as many paths as there should be."""
    terms = all_rows_at_once(list(jacobians), g)
    count = all_rows_at_once([np.eye(1)] * len(jacobians), np.ones(1))[:, 0]
    assert count.tolist() == [comb(len(jacobians), k) for k in range(len(terms))]
    return terms
