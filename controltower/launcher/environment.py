"""Makes the environment from the hash-locked list, once, and hands over to the launcher in it.

Run as a script by ./tower, with any Python from 3.11 on and nothing but its standard library: it must not
import the project. The environment is ``.venv`` in the checkout, or lies in the user's cache folder where the
checkout is read-only or someone else's. Its marker says which lock and which Python it was made from.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

CHECKOUT = Path(__file__).resolve().parents[2]
LOCK = CHECKOUT / "requirements.lock"
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
NEEDED_MB = 900
NO_NETWORK = re.compile(
    r"name resolution|Name or service not known|NewConnectionError|Connection refused|Network is unreachable|"
    r"nodename nor servname|dns error|Could not connect|ConnectTimeout|ReadTimeout|ProxyError|error sending request"
)
REDIRECTING = {"PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIRE_VIRTUALENV", "PYTHONPATH", "PYTHONHOME"}
"""Variables that would make pip install somewhere else."""


class EnvironmentMakingError(Exception):
    """Why the environment could not be made, as one line for a person."""


class Ended(BaseException):
    """A signal asked us to end."""


def main(arguments: list[str]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    try:
        python = ready_python()
    except EnvironmentMakingError as error:
        sys.exit(f"tower: {error}")
    except Ended as wish:
        sys.exit(128 + int(wish.args[0]))
    except OSError as error:
        sys.exit(f"tower: the environment cannot be made: {error.strerror} ({error.filename})")
    arguments = without_key(arguments)
    path = os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH")]))
    os.environ["PYTHONPATH"] = path
    # Held back until the launcher has its own handlers, so that there is no instant without any.
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
    # -P: the folder we were called from may hold another checkout, whose modules must not be taken for ours.
    os.execv(python, [str(python), "-P", "-m", "controltower.launcher", *arguments])


def without_key(arguments: list[str]) -> list[str]:
    """The key of a real Odoo goes on in the environment, where other users of the machine cannot read it."""
    kept = []
    words = iter(arguments)
    for word in words:
        name, equals, value = word.partition("=")
        if arguments[0] == "demo" and name == "--odoo-key":
            os.environ["TOWER_ODOO_KEY"] = value if equals else next(words, "")
        else:
            kept.append(word)
    return kept


def _end(number: int, frame: FrameType | None) -> None:
    raise Ended(number)


def ready_python() -> Path:
    """The Python of an environment that fits the lock, which is made first where there is none."""
    if not LOCK.exists():
        raise EnvironmentMakingError(f"{LOCK} is missing: the checkout is incomplete")
    folder = place()
    if not fits(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with only_one(folder) as lock:
            if not fits(folder):
                make(folder, lock)
    return folder / "bin" / "python"


def place() -> Path:
    """Where the environment is, or is to be."""
    beside = CHECKOUT / ".venv"
    if fits(beside) or is_ours(CHECKOUT):
        return beside
    name = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:12]
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path(os.path.expanduser("~")) / ".cache")
    if not can_make(root):
        root = Path(tempfile.gettempdir()) / f"control-tower-{os.geteuid()}"
        root.mkdir(mode=0o700, exist_ok=True)
        if not is_ours(root):
            raise EnvironmentMakingError(f"{root} belongs to someone else: name a folder of yours in XDG_CACHE_HOME")
    return root / "control-tower" / name / "venv"


def is_ours(folder: Path) -> bool:
    return folder.stat().st_uid == os.geteuid() and os.access(folder, os.W_OK)


def can_make(folder: Path) -> bool:
    if folder.exists():
        return is_ours(folder)
    return folder.parent != folder and can_make(folder.parent)


def marker(folder: Path) -> Path:
    return folder / ".tower"


def fits(folder: Path) -> bool:
    """Whether the environment there was finished, from this lock, and with the Python that was asked for."""
    try:
        made_from, version = marker(folder).read_text().split()
    except (OSError, ValueError):
        return False
    wanted = VERSION if os.environ.get("TOWER_PYTHON") else version
    return made_from == digest() and version == wanted and (folder / "bin" / "python").exists()


def digest() -> str:
    return hashlib.sha256(LOCK.read_bytes()).hexdigest()


@contextmanager
def only_one(folder: Path) -> Iterator[int]:
    """Of two starts side by side one makes the environment and the other waits for it."""
    home_of(folder).mkdir(exist_ok=True)
    with (home_of(folder) / "environment.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another ./tower is making the environment: waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock.fileno()


def home_of(folder: Path) -> Path:
    """Where the lock and the log of making it lie."""
    return CHECKOUT / ".tower" if folder.parent == CHECKOUT else folder.parent


def make(folder: Path, lock: int) -> None:
    """Update what is there when it has the right Python, else begin anew; the marker comes last."""
    began = time.monotonic()
    count = sum(1 for line in LOCK.read_text().splitlines() if re.match(r"[\w.-]+==", line))
    say(f"making the environment in {folder}: Python {VERSION}, up to {count} packages, once")
    free = shutil.disk_usage(folder.parent).free // 1_000_000
    if free < NEEDED_MB:
        raise EnvironmentMakingError(f"only {free} MB are free for {folder}, {NEEDED_MB} MB are needed: make room")
    marker(folder).unlink(missing_ok=True)
    installer = create(folder, lock)
    run([*installer, "-r", str(LOCK)], folder, lock, "installing the packages")
    marker(folder).write_text(f"{digest()} {VERSION}\n")
    say(f"the environment is ready ({time.monotonic() - began:.0f} s)")


def create(folder: Path, lock: int) -> list[str]:
    """An empty environment where there is none of this Python; returns the command that installs into it."""
    if find_spec("venv") is None:
        raise EnvironmentMakingError(no_venv())
    base = getattr(sys, "_base_executable", None) or sys.executable
    python, uv = str(folder / "bin" / "python"), shutil.which("uv")
    bundled = find_spec("ensurepip") is not None
    if not made_with_this_python(folder):
        bare = [] if bundled and not uv else ["--without-pip"]
        run([base, "-I", "-m", "venv", "--clear", *bare, str(folder)], folder, lock, "making a virtual environment")
    if uv and not uv.endswith("/shims/uv"):
        return [uv, "pip", "install", "--python", python, "--require-hashes", "--no-python-downloads"]
    options = ["install", "--require-hashes", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    if has_pip(python):
        return [python, "-I", "-m", "pip", *options]
    if bundled:
        run([python, "-I", "-m", "ensurepip"], folder, lock, "installing pip")
        return [python, "-I", "-m", "pip", *options]
    if has_pip(base):
        return [base, "-I", "-m", "pip", "--python", python, *options]
    raise EnvironmentMakingError(no_venv())


def no_venv() -> str:
    return (
        f"this Python {VERSION} can make no environment (no venv, no pip): install its venv package "
        "(Debian and Ubuntu: apt-get install python3-venv)"
    )


def made_with_this_python(folder: Path) -> bool:
    """Whether an environment of our Python's version is there and still runs."""
    python = folder / "bin" / "python"
    same = f"import sys, encodings; assert '{VERSION}' == '%d.%d' % sys.version_info[:2]"
    return python.exists() and runs([str(python), "-I", "-c", same])


def has_pip(python: str) -> bool:
    return runs([python, "-I", "-m", "pip", "--version"])


def runs(command: list[str]) -> bool:
    with suppress(OSError):
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0
    return False


def run(command: list[str], folder: Path, lock: int, what: str) -> None:
    """One step, its output in a log. The lock goes with it: nobody else begins before it has ended."""
    log = home_of(folder) / "environment.log"
    env = {name: value for name, value in os.environ.items() if name not in REDIRECTING}
    env.update(UV_PYTHON_DOWNLOADS="never", VIRTUAL_ENV=str(folder))
    with log.open("wb") as output:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=env, pass_fds=[lock]
        )
        try:
            code = wait(child, log)
        except Ended:
            child.terminate()
            child.wait()
            raise
    if code:
        raise EnvironmentMakingError(explained(what, log))


def wait(child: subprocess.Popen[bytes], log: Path) -> int:
    """Its exit code; meanwhile a terminal shows how far it is."""
    while True:
        try:
            code = child.wait(0.3)
            break
        except subprocess.TimeoutExpired:
            if sys.stderr.isatty():
                names = re.findall(r"^Collecting ([\w.-]+)", log.read_text(errors="replace"), re.MULTILINE)
                sys.stderr.write(f"\rtower: {len(names)} {names[-1] if names else ''}".ljust(60) if names else "")
                sys.stderr.flush()
    if sys.stderr.isatty():
        sys.stderr.write("\r" + " " * 60 + "\r")
    return code


def explained(what: str, log: Path) -> str:
    words = log.read_text(errors="replace")
    if "No space left on device" in words or "os error 28" in words:
        return f"{what} failed: the disk is full. Make room (about {NEEDED_MB} MB) and run the same command again"
    if "DO NOT MATCH THE HASHES" in words or "Hash mismatch" in words:
        return f"{what} failed: the package index served a file that requirements.lock does not know; see {log}"
    if NO_NETWORK.search(words):
        return (
            f"{what} failed: no connection to the package index. The first start needs it once: check the network, "
            f"or name a mirror in PIP_INDEX_URL; see {log}"
        )
    if missing := re.search(r"No matching distribution found for (\S+)", words):
        here = f"Python {VERSION} on this machine ({os.uname().machine})"
        return f"{what} failed: there is no {missing[1]} for {here}"
    tail = "\n".join(words.rstrip().splitlines()[-8:])
    return f"{what} failed; {log} ends with:\n{tail}"


def say(line: str) -> None:
    print(f"tower: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
