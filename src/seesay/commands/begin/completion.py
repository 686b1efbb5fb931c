"""Completion of `seesay` in bash, from the parser's own commands and options."""

import argparse

SCRIPT = """_seesay() {{
  local words
  case "${{COMP_WORDS[1]}}" in
{cases}
  esac
  [ "$COMP_CWORD" = 1 ] && words="{first}"
  COMPREPLY=($(compgen -W "$words" -- "$2"))
}}
complete -o default -F _seesay seesay"""


def script(parser: argparse.ArgumentParser) -> str:
    """Lines for bash: commands and options of `seesay`, then a command's options and file names."""
    (group,) = (each for each in parser._actions if isinstance(each, argparse._SubParsersAction))
    options = {name: _flags(command) for name, command in sorted(group.choices.items())}
    cases = "\n".join(f'    {name}) words="{flags}";;' for name, flags in options.items())
    return SCRIPT.format(cases=cases, first=" ".join([*options, _flags(parser)]))


def _flags(parser: argparse.ArgumentParser) -> str:
    return " ".join(flag for action in parser._actions for flag in action.option_strings)
