"""The demo's factory group: four companies, their orders and production, and the plan of what is wrong with them."""

from demo.world.build import Built, build

__all__ = ["Built", "build"]
