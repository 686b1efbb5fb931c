"""Text that can be shown anywhere: on a terminal, in a table, in a chart."""


def printable(text: str) -> str:
    r"""The text with an escape in place of each character that does not print.

    >>> printable("a\tb\x07")
    'a\\tb\\x07'
    """
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
