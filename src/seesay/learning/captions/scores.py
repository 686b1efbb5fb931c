"""Scores of whole captions for pictures: similarities of moments with fragments, pooled.

The equations are Harwath et al. 2018's, section 3.3, for their matchmap M(t, r), the similarity of
moment t of a caption and place r of a picture. Their places are the cells of a grid over the last
convolutions of the image network; ours are the picture's fragments, whose number is any.
"""

import torch
from torch import Tensor

from seesay.learning.losses import pooled


def caption_scores(
    similarity: Tensor,
    moment_caption: Tensor,
    fragment_picture: Tensor,
    captions: int,
    pictures: int,
    how: str,
    temperature: float,
) -> Tensor:
    """The score of every caption for every picture, (captions, pictures).

    `similarity` (m, n) is M of every moment with every fragment; `moment_caption` (m,) and
    `fragment_picture` (n,) are int64, from 0, and each caption has a moment and each picture a
    fragment. With t over the T moments of a caption, and r over the R fragments of a picture, `how`
    is

        sisa:       1 / (T R) sum over t and r of M(t, r),
        misa:       1 / T sum over t of max over r of M(t, r),
        sima:       1 / R sum over r of max over t of M(t, r),
        logsumexp:  tau log (1 / (T R) sum over t and r of exp(M(t, r) / tau)),

    the last with tau = `temperature`: from the mean (a large tau) to the maximum.
    """
    if how == "misa":
        best = pooled(similarity, fragment_picture, pictures, "max", temperature)
        return means(best, moment_caption, captions)
    if how == "sima":
        best = pooled(similarity.T, moment_caption, captions, "max", temperature)
        return means(best, fragment_picture, pictures).T
    if how == "logsumexp":
        sums = pooled(similarity, fragment_picture, pictures, how, temperature)
        sums = pooled(sums.T, moment_caption, captions, how, temperature).T
        sizes = torch.bincount(moment_caption, minlength=captions)[:, None]
        pairs = sizes * torch.bincount(fragment_picture, minlength=pictures)
        return sums - temperature * torch.log(pairs.to(sums.dtype))
    assert how == "sisa"
    return means(means(similarity, moment_caption, captions).T, fragment_picture, pictures).T


def means(values: Tensor, group: Tensor, groups: int) -> Tensor:
    """Means of rows (m, k) over those of each group (m,): (groups, k)."""
    sums = values.new_zeros(groups, values.shape[1]).index_add(0, group, values)
    return sums / torch.bincount(group, minlength=groups)[:, None].to(values.dtype)
