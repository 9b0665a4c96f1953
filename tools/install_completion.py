#!/usr/bin/env python3
"""Installs completion scripts where each shell looks for them: usage: install_completion.py FILE..."""
import os
import shutil
import sys

PLACES = {
    ".bash": "share/bash-completion/completions/renacer",
    ".zsh": "share/zsh/site-functions/_renacer",
    ".fish": "share/fish/vendor_completions.d/renacer.fish",
}

prefix = os.environ["MESON_INSTALL_DESTDIR_PREFIX"]
for source in sys.argv[1:]:
    target = os.path.join(prefix, PLACES[os.path.splitext(source)[1]])
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copyfile(source, target)
