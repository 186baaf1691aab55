"""The business areas of the stand-in, one file each."""
