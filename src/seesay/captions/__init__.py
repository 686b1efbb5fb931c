"""Words of captions, and the spoken tokens that are matched to them."""
