"""Does one system have more hits than another, also for other pictures, words and talkers?

python docs/mixed_models.py results/items.tsv image_token_by_word test best/shuffled best/model
"""

import sys

import numpy as np
import pandas as pd
from statsmodels.genmod.bayes_mixed_glm import BinomialBayesMixedGLM

path, task, gallery, *arms = sys.argv[1:]
items = pd.read_csv(path, sep="\t", keep_default_na=False, na_values=[""], low_memory=False)
items["arm"] = items["experiment"] + "/" + items["system"]
chosen = (items["task"] == task) & (items["gallery"] == gallery) & items["arm"].isin(arms)
items = items[chosen].reset_index(drop=True)
# A training is one seed of one arm (and fold): seed 1 of two arms is two networks.
items["training"] = items[["arm", "seed", "fold"]].astype(str).agg(" ".join, axis=1)
# A word may be easy for one arm and hard for the other.
items["word_in_arm"] = items["arm"] + " " + items["spoken_word"].astype("str")
# Queries that are fragments have no word and no talker.
units = ["picture", "spoken_word", "word_in_arm", "talker", "training"]
units = [unit for unit in units if items[unit].nunique() > 2]
fixed = np.stack([np.ones(len(items)), items["arm"] == arms[1]], axis=1).astype(float)
columns = [pd.get_dummies(items[unit]).to_numpy(float) for unit in units]
which = np.repeat(np.arange(len(units)), [each.shape[1] for each in columns])
every = np.hstack(columns)
# Ties make a hit a share, which statsmodels refuses: draw one of the orders of tied items.
hit = (np.random.default_rng(1).random(len(items)) < items["hit10"]).astype(float)
fit = BinomialBayesMixedGLM(hit, fixed, every, which).fit_vb()
# Variational Bayes assumes independent effects, so its interval is half as wide as it should be.
# Use the curvature at its estimates instead, which includes their covariances, as lme4 does.
chance = 1 / (1 + np.exp(-fixed @ fit.fe_mean - every @ fit.vc_mean))
effects = np.hstack([fixed, every])
penalty = np.diag(np.r_[0, 0, np.exp(-2 * fit.vcp_mean)[which]])
curvature = (effects.T * (chance * (1 - chance))) @ effects + penalty
change, error = fit.fe_mean[1], np.sqrt(np.linalg.inv(curvature)[1, 1])
low, high = change - 1.96 * error, change + 1.96 * error
print(f"{arms[1]} against {arms[0]}, {task}, {gallery}: {len(items)} queries")
print(f"log odds of a hit at 10: {change:+.2f} [{low:.2f}, {high:.2f}]")
for unit, column, spread in zip(units, columns, np.exp(fit.vcp_mean), strict=True):
    print(f"SD over {column.shape[1]} of {unit}: {spread:.2f}")
