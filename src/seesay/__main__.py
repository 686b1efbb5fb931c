"""`python -m seesay`: the command `seesay`."""

import runpy

runpy.run_module("seesay.commands.cli", run_name="__main__")
