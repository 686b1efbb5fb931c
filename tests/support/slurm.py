"""A real Slurm of one node on loopback, all of it in one folder, for the tests of clusters."""

import getpass
import os
import secrets
import shutil
import socket
import subprocess
import time
from pathlib import Path

DAEMONS = ("munged", "slurmctld", "slurmd")
CLIENTS = ("sbatch", "scancel", "scontrol", "sinfo", "squeue", "srun", "sacct")
# Debian keeps the daemons where a user's PATH may not reach.
PLACES = f"{os.environ['PATH']}:/usr/sbin:/sbin"

# Two partitions, whose names no profile has; cores and a GPU, which the node only claims to have.
CONF = """
ClusterName=toy
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={base}/munge.sock
CredType=cred/munge
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation={base}/state
SlurmdSpoolDir={base}/spool
SlurmctldPidFile={base}/slurmctld.pid
SlurmdPidFile={base}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0,sched_min_interval=0
MinJobAge=3600
KillWait=2
EnforcePartLimits=ALL
JobRequeue=0
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=64000 Gres=gpu:toy:1 State=UNKNOWN
PartitionName=short Nodes={host} Default=YES MaxTime=1440 State=UP
PartitionName=accelerated Nodes={host} Default=NO MaxTime=1440 State=UP
"""

# Snakemake asks for the states of all jobs, and ever less often while none has ended. Here it gets
# the answer as soon as one has ended that it knew of when it asked and was not told of before.
SQUEUE = """#!/bin/sh
export SLURM_CONF={conf}
case "$*" in *--states=all*)
    touch {told}
    known=$({real} -h --states=all -o %i)
    for turn in $(seq 150); do
        ended=$({real} -h --states=CD,CA,F,TO,NF,OOM -o %i)
        for job in $ended; do grep -qx $job {told} || break 2; done
        [ -n "$({real} -h -o %i)" ] || break
        sleep 0.3
    done
    for job in $ended; do
        for one in $known; do [ $job != $one ] || echo $job >> {told}; done
    done
esac
exec {real} "$@"
"""


def missing() -> list[str]:
    """The programs of Slurm and munge that this machine lacks."""
    return [name for name in DAEMONS + CLIENTS if shutil.which(name, path=PLACES) is None]


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Slurm:
    """A running Slurm; use it as a context, which ends its jobs and its daemons."""

    def __init__(self, base: Path, cpus: int = 8):
        self.base, self.host = base, socket.gethostname().split(".")[0]
        self.running: list[subprocess.Popen] = []
        for name in ("state", "spool", "bin"):
            (base / name).mkdir(parents=True)
        conf = base / "slurm.conf"
        ports, user = free_ports(2), getpass.getuser()
        conf.write_text(CONF.format(base=base, host=self.host, ports=ports, user=user, cpus=cpus))
        gres = f"NodeName={self.host} Name=gpu Type=toy File=/dev/null Count=1\n"
        (base / "gres.conf").write_text(gres)
        # Snakemake's plugin takes SLURM_CONF, as all SLURM_*, out of a job's environment, so the
        # programs bring it along.
        for name in CLIENTS:
            program = base / "bin" / name
            real = shutil.which(name, path=PLACES)
            text = SQUEUE if name == "squeue" else '#!/bin/sh\nSLURM_CONF={conf} exec {real} "$@"\n'
            program.write_text(text.format(conf=conf, real=real, told=base / "told"))
            program.chmod(0o755)
        self.path = f"{base / 'bin'}:{os.environ['PATH']}"

    def __enter__(self) -> "Slurm":
        try:
            key = self.base / "munge.key"
            key.write_bytes(secrets.token_bytes(128))
            key.chmod(0o400)
            socket_, seed = self.base / "munge.sock", self.base / "munge.seed"
            pid = self.base / "munged.pid"
            self._start(
                *("munged", "--foreground", "--force", f"--key-file={key}", f"--socket={socket_}"),
                *(f"--seed-file={seed}", f"--pid-file={pid}", f"--log-file={self.base}/munge.log"),
            )
            self._until(socket_.exists, "munged opens no socket")
            self._start("slurmctld", "-D", "-c", "-f", str(self.base / "slurm.conf"))
            self._start("slurmd", "-D", "-c", "-f", str(self.base / "slurm.conf"), "-N", self.host)
            self._until(lambda: "idle" in self.ask("sinfo", "-h", "-o", "%T"), "no idle node")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if len(self.running) == len(DAEMONS):
            self.ask("scancel", "--user", getpass.getuser())
            deadline = time.monotonic() + 20
            while self.ask("squeue", "-h") and time.monotonic() < deadline:
                time.sleep(0.2)
        # Each by the process that was started here, the last first.
        for process in reversed(self.running):
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.running.clear()

    def _start(self, name: str, *arguments: str) -> None:
        program = shutil.which(name, path=PLACES)
        with (self.base / f"{name}.log").open("w") as log:
            process = subprocess.Popen([program, *arguments], stdout=log, stderr=log)
        self.running.append(process)

    def _until(self, true, complaint: str) -> None:
        deadline = time.monotonic() + 30
        while not true():
            ended = [process.args[0] for process in self.running if process.poll() is not None]
            if ended or time.monotonic() > deadline:
                logs = [path.read_text()[-2000:] for path in sorted(self.base.glob("*.log"))]
                raise RuntimeError(f"{complaint}; ended: {ended}\n" + "\n".join(logs))
            time.sleep(0.1)

    def ask(self, *command: str) -> str:
        """What one of Slurm's programs prints."""
        environment = os.environ | {"PATH": self.path}
        result = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=60
        )
        return result.stdout.strip()

    def jobs(self) -> list[dict[str, str]]:
        """All jobs since the start, ended ones too, as `scontrol show jobs` shows them."""
        lines = self.ask("scontrol", "show", "jobs", "--oneliner").splitlines()
        shown = [dict(part.split("=", 1) for part in line.split() if "=" in part) for line in lines]
        return [job for job in shown if "JobId" in job]
