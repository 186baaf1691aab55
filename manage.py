#!/usr/bin/env python
"""Django's command line for the control tower."""

import os
import sys

from controltower.command_line import run

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "controltower.settings")
    sys.exit(run(sys.argv))
