"""Losses over pairs of fragment and word embeddings (paper section 2)."""

from torch import Tensor
from torch.nn.functional import normalize


def cosines(images: Tensor, words: Tensor) -> Tensor:
    """Cosines of every fragment with every word, (fragments, words).

    `images` is (fragments, d), `words` (words, d), both float32. An all-zero vector has cosine
    0 with everything.
    """
    return normalize(images, dim=1) @ normalize(words, dim=1).T


def coscos2_same(cosine: Tensor) -> Tensor:
    """The "same" case of Loss_coscos2 (section 2): (1 - cos) / 2, elementwise."""
    return (1 - cosine) / 2


def coscos2_different(cosine: Tensor) -> Tensor:
    """The "different" case of Loss_coscos2 (section 2): cos squared, elementwise."""
    return cosine.square()


def coscos2(same: Tensor, different: Tensor, reduction: str) -> Tensor:
    """Loss_coscos2 of equally many same and different pairs, a scalar.

    `same` and `different` hold cosines, in any shape; a same and a different one make a couple.
    `reduction` is `mean` or `sum` over the couples: a constant cosine of 1/4, where training
    likes to begin, has a mean of 0.4375. The two are the same recipe only if the rest is scaled
    too: a sum over n couples with Adadelta's epsilon e and weight decay w steps as a mean with
    epsilon e / n**2 and weight decay w / n.
    """
    if reduction == "mean":
        return coscos2_same(same).mean() + coscos2_different(different).mean()
    return coscos2_same(same).sum() + coscos2_different(different).sum()
