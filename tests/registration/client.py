"""The client's two programs as modules, and as they are run."""

import subprocess
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

from world import ROOT

CLIENT = ROOT / "registration" / "client"


def load(name: str):
    loader = SourceFileLoader(name.replace("-", "_"), str(CLIENT / name))
    module = module_from_spec(spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


enrol_module = load("sso-enrol")
gate_module = load("rsyncsend")


def enrol_command(*words: str) -> list[str]:
    return ["/usr/bin/python3", "-I", str(CLIENT / "sso-enrol"), *map(str, words)]


def enrol(*words: str, timeout: float = 90) -> subprocess.CompletedProcess:
    return subprocess.run(enrol_command(*words), capture_output=True, text=True, timeout=timeout)
