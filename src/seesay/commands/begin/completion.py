"""Completion of `seesay` in bash, from the parser's own commands and options."""

import argparse

SCRIPT = """_seesay() {{
  local words
  case "${{COMP_WORDS[1]}}" in
{cases}
  esac
  [ "$COMP_CWORD" = 1 ] && words="{commands}"
  COMPREPLY=($(compgen -W "$words" -- "$2"))
}}
complete -o default -F _seesay seesay"""


def script(parser: argparse.ArgumentParser) -> str:
    """Lines for bash: commands after `seesay`, then a command's options; file names elsewhere."""
    (group,) = (each for each in parser._actions if isinstance(each, argparse._SubParsersAction))
    options = {
        name: " ".join(flag for action in command._actions for flag in action.option_strings)
        for name, command in group.choices.items()
    }
    cases = "\n".join(f'    {name}) words="{flags}";;' for name, flags in sorted(options.items()))
    return SCRIPT.format(cases=cases, commands=" ".join(sorted(options)))
