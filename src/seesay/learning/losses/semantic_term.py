"""A term beside the loss for words with similar contexts; reads the training words' transcripts.

A type's contexts are counted over the training pictures: the other types spoken for the same
pictures. No other knowledge of a word's meaning is used.
"""

from collections.abc import Sequence

import numpy as np
import torch
from scipy.sparse import coo_array, csr_array
from sklearn.utils.extmath import randomized_svd
from threadpoolctl import threadpool_limits
from torch import Tensor
from torch.nn.functional import log_softmax

from seesay.learning.losses.paper import cosines
from seesay.shared.randomness import stable_hash

SIZE = 50  # numbers of a type's context vector at most


def ppmi(pictures: Sequence[np.ndarray], types: np.ndarray) -> csr_array:
    """Positive pointwise mutual information of types, (types, types) float64, 0 on the diagonal.

    `pictures` has the rows of each picture's tokens, and `types` (m,) each token's type, from 0.
    With n(a, b) the number of pictures with both types, and n its sums: max(0, log(n(a, b) n /
    (n(a) n(b)))).
    """
    owner = np.repeat(np.arange(len(pictures)), [len(rows) for rows in pictures])
    said = types[np.concatenate(pictures)]
    shape = (len(pictures), int(types.max()) + 1)
    uses = csr_array(coo_array((np.ones(len(said)), (owner, said)), shape=shape))
    uses.data[:] = 1.0  # said once or often: it counts once
    counts = coo_array(uses.T @ uses)
    apart = counts.row != counts.col
    row, col, both = counts.row[apart], counts.col[apart], counts.data[apart]
    each = np.bincount(row, both, minlength=shape[1])
    values = np.log(both * both.sum() / (each[row] * each[col])).clip(min=0)
    table = csr_array(coo_array((values, (row, col)), shape=(shape[1], shape[1])))
    table.eliminate_zeros()
    return table


def contexts(pictures: Sequence[np.ndarray], types: np.ndarray) -> Tensor:
    """Context vectors of types, (types, at most `SIZE`) float32; 0 for one without contexts.

    U S^(1/2) of the truncated SVD of `ppmi` (Levy, Goldberg, Dagan 2015), seeded, with the signs
    that the largest number of each dimension has; on one thread: the same bits everywhere.
    """
    table = ppmi(pictures, types)
    if not table.nnz:
        return torch.zeros(table.shape[0], 1)
    size, seed = min(SIZE, table.shape[0]), stable_hash("training", "contexts") % 2**32
    with threadpool_limits(limits=1):
        left, spread, _ = randomized_svd(table, size, random_state=seed)
    vectors = left * np.sqrt(spread)
    vectors[np.diff(table.indptr) == 0] = 0.0  # not the rounding errors
    return torch.from_numpy(vectors.astype(np.float32))


def semantic_term(words: Tensor, types: Tensor, contexts: Tensor, temperature: float) -> Tensor:
    """How far tokens are from those with similar contexts, a scalar >= 0.

    `words` (m, d) are embeddings, `types` (m,) int64 their types, and `contexts` (types, k) the
    types' context vectors. With s the cosine of two tokens' embeddings, c that of their types'
    contexts, and T the temperature:

        mean over i of  - sum over j of p(j | i) log q(j | i),
        p(j | i) = exp(c(i, j) / T) / sum over l of exp(c(i, l) / T),  q(j | i) the same of s.

    j and l run over tokens of other types than i's. Tokens of i's own type, itself included, are in
    neither sum: the term says which different words are alike, not which sounds are one word. A
    token whose type has no contexts is left out; without any token the term is 0. Only the
    embeddings get a gradient.
    """
    known = contexts.any(dim=1)[types]
    words, types = words[known], types[known]
    other = types[:, None] != types
    kept = other.any(dim=1)
    if not bool(kept.any()):
        return words.new_zeros(())
    meanings = contexts[types]
    alike = cosines(meanings, meanings).to(words.dtype)[kept] / temperature
    near = cosines(words, words)[kept] / temperature
    same = ~other[kept]
    wanted = alike.masked_fill(same, -torch.inf).softmax(dim=1).detach()
    found = log_softmax(near.masked_fill(same, -torch.inf), dim=1).masked_fill(same, 0.0)
    return -(wanted * found).sum(dim=1).mean()
