"""What can go wrong while a world is built, each with the next step in its text."""


class WorldError(Exception):
    """The world could not be built; the text says why and what to do."""


class UnreachableError(WorldError):
    """No Odoo answered at the address."""


class RefusedLoginError(WorldError):
    """Odoo answered, but not to this database, login or key."""


class MissingModuleError(WorldError):
    """Odoo lacks a module the world is made of."""


class NotAdministratorError(WorldError):
    """The login may not administer Odoo, so it may not make companies and users."""


class OdooRefusedError(WorldError):
    """Odoo refused one call; `kind` is the class name of Odoo's own error."""

    def __init__(self, message: str, *, kind: str = "") -> None:
        super().__init__(message)
        self.kind = kind
