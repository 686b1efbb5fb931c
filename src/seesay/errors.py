"""The one exception for a user's mistake."""


class InputError(Exception):
    """Bad input: one line that says which file, which row, what is wrong and what to do.

    Scripts print the message alone, without a traceback, and end with exit status 1
    (`seesay.command.run`).
    """
