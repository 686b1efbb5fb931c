# Does one system have more hits than another, also for other pictures, words and talkers?
# Rscript docs/mixed_models.R results/items.tsv image_token_by_word test best/shuffled best/model
suppressPackageStartupMessages(library(lme4))
given <- commandArgs(trailingOnly = TRUE)
items <- read.delim(given[1], na.strings = "", quote = "\"")
items$arm <- paste(items$experiment, items$system, sep = "/")
items <- subset(items, task == given[2] & gallery == given[3] & arm %in% given[4:5])
items$arm <- factor(items$arm, levels = given[4:5])
# A training is one seed of one arm (and fold): seed 1 of two arms is two networks.
items$training <- interaction(items$arm, items$seed, items$fold, drop = TRUE)
# A word may be easy for one arm and hard for the other.
items$word_in_arm <- interaction(items$arm, items$spoken_word, drop = TRUE)
# Queries that are fragments have no word and no talker.
units <- c("picture", "spoken_word", "word_in_arm", "talker", "training")
units <- Filter(function(unit) length(unique(na.omit(items[[unit]]))) > 2, units)
model <- reformulate(c("arm", sprintf("(1 | %s)", units)), "hit10")
# Ties make a hit a share. R warns, but its likelihood is the mean over the orders of tied items.
fit <- withCallingHandlers(
  glmer(model, items, binomial),
  warning = function(w) if (grepl("non-integer", w)) invokeRestart("muffleWarning")
)
found <- summary(fit)$coefficients[2, ]
ends <- found["Estimate"] + c(-1.96, 1.96) * found["Std. Error"]
cat(sprintf("%s against %s, %s, %s: %d queries\n", given[5], given[4], given[2], given[3], nrow(items)))
cat(sprintf("log odds of a hit at 10: %+.2f [%.2f, %.2f]\n", found["Estimate"], ends[1], ends[2]))
for (unit in units) {
  spread <- attr(VarCorr(fit)[[unit]], "stddev")
  cat(sprintf("SD over %d of %s: %.2f\n", ngrps(fit)[unit], unit, spread))
}
