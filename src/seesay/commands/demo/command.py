"""The command `seesay demo`: finds the run's model, and serves or writes the page."""

import argparse
import sys
from pathlib import Path

from seesay.commands.demo import one_file, page, server
from seesay.commands.demo.answers import Answers
from seesay.commands.demo.carried import carried
from seesay.commands.demo.chosen import Chosen
from seesay.commands.demo.routes import Routes
from seesay.commands.search import Search
from seesay.shared import writing
from seesay.shared.errors import InputError


def demo(arguments: argparse.Namespace) -> None:
    """Show the page as the parsed command line says. Raises InputError for a user's mistake."""
    results = Path(arguments.results)
    chosen = Chosen.of(results, arguments.experiment, arguments.seed)
    search = Search(chosen.folder, trust_model=arguments.trust_model)
    answers = Answers(search)
    about = page.About(results, chosen.config, chosen.experiment, chosen.seed)
    if arguments.out is not None:
        hearing = carried(answers, search.model.network, search.recipe.logmel)
        writing.write_text(arguments.out, one_file.text(about, answers, hearing))
        return
    routes = Routes(answers, page.files(about, answers))
    routes.warm()
    _serve(routes, arguments.port)


def _serve(routes: Routes, port: int) -> None:
    """Serve until Ctrl-C. Raises InputError for a port that cannot be used."""
    try:
        serving = server.Server(routes, port)
    except (OSError, OverflowError) as error:
        raise InputError(
            f"--port {port}: cannot be used ({error}); give another one, or 0 for any"
        ) from error
    with serving:
        print(f"http://{server.ADDRESS}:{serving.server_port}/", flush=True)
        print("Open this address in a browser on this machine; Ctrl-C ends.", file=sys.stderr)
        try:
            serving.serve_forever()
        except KeyboardInterrupt:
            return
