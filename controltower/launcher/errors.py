"""What stops a command, as one line for a person.

LauncherError
├── UsageError            the command line makes no sense
├── StateBusyError        the state folder asked for is used by another program
├── UnreachableError      DATABASE_URL or REDIS_URL leads nowhere
├── PortError             the port asked for is taken
└── ChildEndedError       a process of the demo ended by itself
"""


class LauncherError(Exception):
    """Base of all of them: its text is one clear line (a log's tail may follow)."""


class UsageError(LauncherError):
    """The command line makes no sense."""


class StateBusyError(LauncherError):
    """The state folder asked for is used by another program."""


class UnreachableError(LauncherError):
    """An address from the environment leads nowhere."""


class PortError(LauncherError):
    """The port asked for is taken."""


class ChildEndedError(LauncherError):
    """A process that should keep running ended by itself."""
