"""A supervised contrastive term beside the loss, over tokens of one word by several talkers."""

import torch
from torch import Tensor
from torch.nn.functional import normalize


def type_term(words: Tensor, kinds: Tensor, talkers: Tensor, temperature: float) -> Tensor:
    """Supervised contrastive loss over tokens (Khosla et al. 2020, equation 2), a scalar.

    `words` (m, d) are embeddings, `kinds` and `talkers` (m,) int64. For each token the mean over
    its positives p, tokens of its kind by other talkers, of -log exp(s_p / T) / sum exp(s / T),
    where s are cosines and the sum leaves out the token itself and its talker's own tokens of its
    kind. Tokens without a positive are left out; 0 without any.
    """
    unit = normalize(words, dim=1)
    same_kind = kinds[:, None] == kinds
    positive = same_kind & (talkers[:, None] != talkers)
    own = same_kind & ~positive  # the token itself is among these
    scores = (unit @ unit.T / temperature).masked_fill(own, -torch.inf)
    logs = scores - torch.logsumexp(scores, dim=1, keepdim=True)
    counts = positive.sum(dim=1)
    kept = counts > 0
    if not bool(kept.any()):
        return words.new_zeros(())
    mean = logs.masked_fill(~positive, 0.0).sum(dim=1)[kept] / counts[kept]
    return -mean.mean()
