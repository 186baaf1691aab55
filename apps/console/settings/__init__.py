"""The settings: what an administrator of the group, a company or a plant decides."""
