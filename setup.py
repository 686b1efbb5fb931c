"""Puts the workflow into the wheel: the files at the top of the repository, in seesay/home.

`seesay.planning.home` finds them there. An editable install takes them from the repository itself.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

PATTERNS = (
    *("Snakefile", "CITATION.cff", "LICENSE", "workflow/rules/*.smk", "workflow/scripts/*.py"),
    *("workflow/Snakefile", "workflow/schemas/*.json", "workflow/report/*.rst"),
    *("config/*.md", "config/*.yaml", "config/*.json", "profiles/*/config.yaml"),
    *("envs/*.lock", "envs/*.yaml", "envs/*.def"),
)


def files() -> list[str]:
    """The files of a run besides the package, from the repository's top."""
    return sorted(str(path) for pattern in PATTERNS for path in Path().glob(pattern))


class BuildWithWorkflow(build_py):
    """build_py that also copies the workflow."""

    @property
    def _home(self) -> Path:
        return Path(self.build_lib, "seesay", "home")

    def run(self) -> None:
        """Build the package, then its home."""
        super().run()
        if self.editable_mode:
            return
        # An earlier build may have left a file that is no longer there.
        shutil.rmtree(self._home, ignore_errors=True)
        for file in files():
            self.mkpath(str((self._home / file).parent))
            self.copy_file(file, str(self._home / file))

    def get_source_files(self) -> list[str]:
        """What a source distribution needs to build the same wheel."""
        return [*super().get_source_files(), *files()]

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """The files that the build makes."""
        home = [] if self.editable_mode else [str(self._home / file) for file in files()]
        return [*super().get_outputs(include_bytecode), *home]


setup(cmdclass={"build_py": BuildWithWorkflow})
