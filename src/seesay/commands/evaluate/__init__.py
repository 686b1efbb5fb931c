"""The command `seesay evaluate`: embeddings of any model on the test set of a finished run."""
