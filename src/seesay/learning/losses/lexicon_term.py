"""A term beside the loss: each fragment finds its picture's words among all known words."""

import torch
from torch import Tensor

from seesay.learning.losses.paper import cosines


def lexicon_term(
    fragments: Tensor, pictures: Tensor, vectors: Tensor, said: Tensor, temperature: float
) -> Tensor:
    """Negative log share of a fragment's softmax over the lexicon that its picture's words have, >=
    0.

    `fragments` (n, d) are embeddings and `pictures` (n,) int64 their pictures, `vectors` (words, d)
    those of every word of the lexicon, and `said` (pictures, words) bool which are said of each
    picture, one at least. With s the cosine and T the temperature, the mean over fragments f of

        - log sum over the picture's words k of exp(s(f, k) / T)
        + log sum over all words k of exp(s(f, k) / T).

    Each word counts once, frequent or rare, whereas a batch's tokens count as often as they are
    spoken. So this term does not push a word away for being frequent.
    """
    scores = cosines(fragments, vectors) / temperature
    own = scores.masked_fill(~said[pictures], -torch.inf)
    return (scores.logsumexp(dim=1) - own.logsumexp(dim=1)).mean()
