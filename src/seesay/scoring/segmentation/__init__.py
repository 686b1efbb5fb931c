"""Scores of a segmentation of speech into words, beside the words that are said.

`boundaries` has the scores with a tolerance in time, `discovery` the measures of spoken term
discovery, which need phones, and `controls` what stands beside a method.
"""
